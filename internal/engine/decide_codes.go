package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

const (
	// batchesAtOnce is how many batches one reconcile hands over, so that others get their turn.
	batchesAtOnce = 4
	// secretPause is how often a Secret that cannot be used is read again: Secrets are not watched.
	secretPause = 30 * time.Second
)

// decideCodes hands the manifest's codes over, and then has the vendor give them out. A batch whose outcome is open comes first.
func decideCodes(f *Facts) (Decision, bool) {
	c := f.Codes
	switch {
	case len(c.Sources) == 0 && c.Record == nil, f.Goal != GoalLive, !f.changeable():
		return Decision{}, false
	case c.Record != nil && c.Record.Batch != nil:
		return f.decideBatch(), true
	}
	if d, shrinks := f.fewerCodes(); shrinks {
		return d, true
	}
	if c.done() && c.Checked && c.Problem == nil {
		return f.codesDone()
	}
	return f.codesNext()
}

// codesNext goes on with the codes that were not handed over yet, or looks at Secrets again.
func (f *Facts) codesNext() (Decision, bool) {
	c := f.Codes
	if c.Handed >= batchesAtOnce || c.Handed > 0 && f.Wait > 0 { // what was handed over is recorded first
		return f.depositing(f.Wait), true
	}
	if d, held := f.codesHeld(); held {
		return d, true
	}
	switch {
	case !c.Read || c.Counted == nil && c.Problem == nil:
		return Decision{Action: ReadCodes}, true
	case c.Problem != nil:
		return f.codesProblem(), true
	case c.done():
		return f.codesDone()
	default:
		return f.handOver(), true
	}
}

// decideCodesAhead makes sure that the codes are good before an activity is made that cannot give out anything without them.
func decideCodesAhead(f *Facts) (Decision, bool) {
	c := f.Codes
	switch {
	case len(c.Sources) == 0:
		return Decision{}, false
	case !c.Read:
		return Decision{Action: CheckCodes}, true
	case c.Problem == nil:
		return Decision{}, false
	}
	d := stop(c.Problem.Progress, c.Problem.Reason, f.pendingState(), c.Problem.Message)
	d.After = secretPause
	return d, true
}

// codesHeld holds codes back before anything is read for them.
func (f *Facts) codesHeld() (Decision, bool) {
	if f.Account.Hold != nil && !f.Codes.done() {
		held := f.held()
		held.State = status.StateOf(f.Remote.Snapshot.State)
		return held, true
	}
	if f.Codes.done() {
		return Decision{}, false
	}
	return decideRaise(f)
}

// codesProblem reports Secrets that cannot be used.
func (f *Facts) codesProblem() Decision {
	d := f.observed(f.Codes.Problem.Progress, f.Codes.Problem.Reason, f.Codes.Problem.Message)
	d.After = secretPause
	return d
}

// handOver decides about the next batch, once it and the vendor's count are known.
func (f *Facts) handOver() Decision {
	c := f.Codes
	switch {
	case c.Record == nil && *c.Counted > 0 && (f.Record.Adopted || !c.onBoundary()):
		return f.codesUnclear(fmt.Sprintf(
			"the vendor has %d codes of %s, and which of the manifest's %d they are is not recorded, so none is handed over. Leave voucherCodesFrom out, or ask for another %s with codes that were never handed over",
			*c.Counted, f.it(), totalOf(c.Sources), f.Traits.Noun))
	case c.Record == nil && *c.Counted > 0:
		return Decision{Action: RecoverCodes}
	case c.Record != nil && *c.Counted < c.Record.Counted:
		return f.countLags()
	case f.tooManyCodes():
		return f.codesFull()
	}
	return f.deposit()
}

// tooManyCodes reports whether the vendor would have more codes than it can be told to give out, and is not known to give them out by
// itself. A Secret that does not fit as a whole is not begun, so that it can be taken out of the manifest again.
func (f *Facts) tooManyCodes() bool {
	c, most := f.Codes, f.Traits.MostAppended
	if most == 0 || c.Follows || c.Batch == nil {
		return false
	}
	more := int64(len(c.Batch.Codes))
	if c.Batch.From == 0 {
		more = c.source(c.Batch.SecretName).Count
	}
	return *c.Counted+more > most
}

// codesFull has the vendor give out what it has, and hands no more over: it has no call that takes codes back.
func (f *Facts) codesFull() Decision {
	c, total := f.Codes, f.Remote.Snapshot.Total
	switch {
	case !f.Read:
		return Decision{Action: Get}
	case c.Record != nil && c.Record.Available < *c.Counted && (total == nil || *total < *c.Counted) && *c.Counted <= f.Traits.MostAppended:
		return decideOperation(f, Change{Operation: providers.OperationAppend, Total: *c.Counted})
	}
	return f.observed(status.Stalled, v1alpha1.ReasonCodesInvalid, fmt.Sprintf(
		"the vendor has %d codes of %s, and gives out more than %d only where it does so by itself, which was not seen. Those of Secret %s, and what follows it, are not handed over: with them it might give out none. Take them out of voucherCodesFrom, and have another %s give them out.",
		*c.Counted, f.it(), f.Traits.MostAppended, c.Batch.SecretName, f.Traits.Noun))
}

// decideBatch finds out what became of a batch: it has arrived when there are as many codes more, and not when there are none more a
// while after it may last have been sent. Then it is the same call under the same number once more.
func (f *Facts) decideBatch() Decision {
	c := f.Codes
	if c.Unsent {
		return f.deposit()
	}
	if !c.Read || c.Counted == nil {
		return Decision{Action: ReadCodes}
	}
	more := *c.Counted - c.Record.Counted
	switch {
	case more >= c.Record.Batch.Size:
		return Decision{Action: SettleBatch}
	case more < 0:
		return f.countLags()
	case c.Answer != nil:
		return f.judgeAnswer()
	default:
		return f.decideRepeat(more, c.BatchSent.Add(settle).Sub(f.Now))
	}
}

// judgeAnswer takes what the vendor said of a batch that was sent once more, when the count has had time to say otherwise: codes may
// be refused because they are there already.
func (f *Facts) judgeAnswer() Decision {
	if since := f.Now.Sub(f.Codes.BatchSent); since < f.Traits.Confirms {
		return f.depositing(workPause(since))
	}
	return Decision{Action: SettleBatch}
}

// decideRepeat sends a batch once more of which nothing, or not all, has arrived.
func (f *Facts) decideRepeat(more int64, wait time.Duration) Decision {
	c := f.Codes
	switch {
	case more > 0 && wait <= 0 && f.Forced.IsZero():
		return f.codesUnclear(fmt.Sprintf(
			"a batch of %d codes of Secret %s was handed over for %s and its answer got lost; the vendor has %d codes more since: some of them, or somebody else's. No other is handed over. Where nobody else hands codes over, have the same call repeated under its number with the annotation campaign-operator.io/reconcile-requested-at",
			c.Record.Batch.Size, c.Record.Batch.SecretName, f.it(), more))
	case wait > 0 && f.Forced.IsZero():
		return f.depositing(wait)
	case !c.named(c.Record.Batch.SecretName):
		return f.codesNotNamed(c.Record.Batch.SecretName, c.Record.Batch.Size, "may have been")
	case c.Problem != nil:
		return f.codesProblem()
	default:
		return f.deposit()
	}
}

// deposit hands the batch over that is next, or was recorded.
func (f *Facts) deposit() Decision {
	d := decideOperation(f, Change{Operation: providers.OperationDepositCodes, Batch: f.Codes.Batch})
	if d.Verdict.Reason == v1alpha1.ReasonChanging {
		working := f.depositing(0)
		d.Verdict, d.State = working.Verdict, working.State
	}
	return d
}

// depositing says that codes are being handed over.
func (f *Facts) depositing(wait time.Duration) Decision {
	d := f.observed(status.Working, v1alpha1.ReasonDepositingCodes, fmt.Sprintf(
		"the codes of %s are being handed over; status.codes says how far they are.", f.it()))
	d.After = max(wait, time.Millisecond)
	return d
}

// countLags waits for the vendor's count, which says that it has fewer codes than it has taken.
func (f *Facts) countLags() Decision {
	since := f.Now.Sub(f.Record.operationTime())
	if since >= f.Traits.Confirms {
		return f.codesUnclear(fmt.Sprintf(
			"the vendor says that it has %d codes of %s, and it has taken %d. No other is handed over. Ask the vendor",
			*f.Codes.Counted, f.it(), f.Codes.Record.Counted))
	}
	return f.depositing(workPause(since))
}

// totalLags waits for the vendor to give out, as it does by itself, what it has.
func (f *Facts) totalLags(total int64) Decision {
	since := f.Now.Sub(f.Record.operationTime())
	if since >= f.Traits.Confirms {
		return f.codesUnclear(fmt.Sprintf("the vendor has %d codes of %s and gives out %d, although it gave out by itself what it had before. Ask the vendor",
			*f.Codes.Counted, f.it(), total))
	}
	return f.depositing(workPause(since))
}

// codesUnclear reports codes of which nobody can tell where they are.
func (f *Facts) codesUnclear(message string) Decision {
	d := f.observed(status.Stalled, v1alpha1.ReasonCodesUnclear, message+".")
	d.After = slowDelay(1)
	return d
}

// codesDone has the vendor give out what it has, and reports codes that it did not take.
func (f *Facts) codesDone() (Decision, bool) {
	c, total := f.Codes, f.Remote.Snapshot.Total
	switch {
	case c.Record == nil || c.Record.Available >= c.Record.Counted:
	case !f.Read:
		return Decision{Action: Get}, true
	case total != nil && *total >= c.Record.Counted:
	case c.Counted == nil:
		return Decision{Action: ReadCodes}, true
	case *c.Counted < c.Record.Counted:
		return f.countLags(), true
	case c.Follows && total != nil:
		return f.totalLags(*total), true
	default:
		return decideOperation(f, Change{Operation: providers.OperationAppend, Total: *c.Counted}), true
	}
	if c.Record != nil && c.Record.Failed > 0 && f.Manifest.Generation <= c.Record.FailedGeneration {
		return f.codesRefused(), true
	}
	return Decision{}, false
}

// codesRefused reports codes that the vendor did not take.
func (f *Facts) codesRefused() Decision {
	record := f.Codes.Record
	first := "status.codes.failures has the first"
	if len(record.Failures) > 0 {
		failure := record.Failures[0]
		first = fmt.Sprintf("the first is line %d of Secret %s (%s), status.codes.failures has more", failure.Line, failure.SecretName, failure.Reason)
	}
	return f.observed(status.Stalled, v1alpha1.ReasonCodesRefused, fmt.Sprintf(
		"the vendor took %d of the %d codes of %s and refused %d: %s. It gives out the others. Put codes in their place into a Secret of their own and name it in voucherCodesFrom, too; that edit, or any other, says that this has been seen.",
		record.Deposited, record.Total, f.it(), record.Failed, first))
}

// fewerCodes reports a manifest that names fewer codes than were handed over.
func (f *Facts) fewerCodes() (Decision, bool) {
	if f.Codes.Record == nil {
		return Decision{}, false
	}
	for _, done := range f.Codes.Record.Sources {
		named := slices.ContainsFunc(f.Codes.Sources, func(s CodeSource) bool {
			return s.SecretName == done.SecretName && s.Count >= done.Handed
		})
		if !named && done.Handed > 0 {
			return f.codesNotNamed(done.SecretName, done.Handed, "were"), true
		}
	}
	return Decision{}, false
}

// codesNotNamed reports codes that were, or may have been, handed over and that the manifest names no more.
func (f *Facts) codesNotNamed(secretName string, codes int64, were string) Decision {
	return f.observed(status.Stalled, v1alpha1.ReasonCannotShrink, fmt.Sprintf(
		"%d codes of Secret %s %s handed over for %s, and the vendor has no call that takes codes back. Name the Secret in voucherCodesFrom again, with the count that it had.",
		codes, secretName, were, f.it()))
}
