package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// CodesFacts is what is known of the codes that an activity gives out.
type CodesFacts struct {
	// Sources are the manifest's Secrets, Record is what was recorded of them; nil when nothing was.
	Sources []CodeSource
	Record  *v1alpha1.CodesRecord
	// Counted is how many codes the vendor has; nil when it was not asked in this reconcile.
	Counted *int64
	// Batch are those that are next, Problem says why there are none although there should be.
	Batch   *CodeBatch
	Problem *status.Verdict
	// Checked is true when nothing asks for another look at Secrets that are done with, Read when all were looked at in this
	// reconcile. Handed counts the batches that it has handed over.
	Checked, Read bool
	Handed        int
}

const (
	// batchesAtOnce is how many batches one reconcile hands over, so that others get their turn.
	batchesAtOnce = 4
	// secretPause is how often a Secret that cannot be used is read again: Secrets are not watched.
	secretPause = 15 * time.Second
)

// decideCodes hands the manifest's codes over, and then has the vendor give them out.
func decideCodes(f *Facts) (Decision, bool) {
	c := f.Codes
	if len(c.Sources) == 0 || f.Goal != GoalLive || !f.changeable() {
		return Decision{}, false
	}
	if d, shrinks := f.fewerCodes(); shrinks {
		return d, true
	}
	if c.done() && c.Checked && c.Problem == nil && (c.Read || !f.handingOver()) {
		return f.allHandedOver()
	}
	if c.Handed >= batchesAtOnce || c.Handed > 0 && f.Wait > 0 { // what was handed over is recorded first
		return f.depositing(f.Wait), true
	}
	if !c.Read {
		return Decision{Action: ReadCodes}, true
	}
	if c.Problem != nil {
		d := f.observed(c.Problem.Progress, c.Problem.Reason, c.Problem.Message)
		d.After = secretPause
		return d, true
	}
	return f.handOver(), true
}

// decideOpenCodes finds out what became of codes before another call takes the place of its record.
func decideOpenCodes(f *Facts) (Decision, bool) {
	if !f.handingOver() {
		return Decision{}, false
	}
	return decideCodes(f)
}

// allHandedOver decides when nothing is left to hand over.
func (f *Facts) allHandedOver() (Decision, bool) {
	if f.handingOver() && *f.Codes.Counted > f.Codes.Record.Counted {
		return f.unclearCodes(), true // those of a Secret that is named no more have arrived
	}
	return f.codesDone()
}

// handingOver reports whether it is not known what became of codes that were handed over.
func (f *Facts) handingOver() bool {
	return isOpen(f.Record.Operation, providers.OperationDepositCodes)
}

// sentLast reports whether a batch was what was last sent, and no answer says that it was taken: where two operators sent it, that it was
// refused may be the answer to the other.
func (f *Facts) sentLast(batch *CodeBatch) bool {
	op := f.Record.Operation
	return op != nil && op.Name == string(providers.OperationDepositCodes) && op.Outcome != v1alpha1.OperationDone && op.Digest == batch.digest()
}

// handOver decides about the next batch, once it and the vendor's count are known.
func (f *Facts) handOver() Decision {
	c := f.Codes
	switch {
	case c.Record == nil && *c.Counted > 0 && (f.Record.Adopted || !c.onBoundary()):
		return f.unclearCodes()
	case c.Record == nil && *c.Counted > 0:
		return Decision{Action: NoteCodes} // handed over before the record was lost
	case c.Record != nil && *c.Counted > c.Record.Counted && f.sentLast(c.Batch):
		return Decision{Action: NoteCodes} // it has arrived, and its answer got lost
	case c.Record != nil && *c.Counted > c.Record.Counted:
		return f.unclearCodes() // an answer got lost, and the record of its call as well
	}
	d := decideOperation(f, Change{Operation: providers.OperationDepositCodes, Batch: c.Batch})
	if d.Verdict.Reason == v1alpha1.ReasonChanging {
		working := f.depositing(0)
		d.Verdict, d.State = working.Verdict, working.State
	}
	return d
}

// unclearCodes reports codes at the vendor of which it is not known which they are.
func (f *Facts) unclearCodes() Decision {
	return f.observed(status.Stalled, v1alpha1.ReasonCodesUnclear, fmt.Sprintf(
		"the vendor has %d codes of %s, and which of the manifest's %d they are is not recorded, so none is handed over. Leave voucherCodesFrom out, or ask for another %s.",
		*f.Codes.Counted, f.it(), totalOf(f.Codes.Sources), f.Traits.Noun))
}

// depositing says how far the codes are.
func (f *Facts) depositing(wait time.Duration) Decision {
	d := f.observed(status.Working, v1alpha1.ReasonDepositingCodes, fmt.Sprintf(
		"the codes of %s are being handed over; status.codes says how far they are.", f.it()))
	d.After = max(wait, time.Millisecond)
	return d
}

// codesDone has the vendor give out what it has, and reports codes that it did not take.
func (f *Facts) codesDone() (Decision, bool) {
	c, shown := f.Codes, f.Remote.Snapshot.Distribution
	switch {
	case c.Record.Available >= c.Record.Counted:
	case !f.Read:
		return Decision{Action: Get}, true
	case shown == nil || shown.Total >= c.Record.Counted:
	case c.Counted == nil:
		return Decision{Action: ReadCodes}, true
	default:
		return decideOperation(f, Change{Operation: providers.OperationAppend, Total: *c.Counted}), true
	}
	if c.Record.Failed > 0 {
		first := "status.codes.failures has the first"
		if len(c.Record.Failures) > 0 {
			failure := c.Record.Failures[0]
			first = fmt.Sprintf("the first is line %d of Secret %s (%s), status.codes.failures has more", failure.Line, failure.SecretName, failure.Reason)
		}
		return f.observed(status.Stalled, v1alpha1.ReasonCodesRefused, fmt.Sprintf(
			"the vendor took %d of the %d codes of %s and refused %d: %s. It gives out the others. Put codes in their place into a Secret of their own and name it in voucherCodesFrom, too.",
			c.Record.Deposited, c.Record.Total, f.it(), c.Record.Failed, first)), true
	}
	return Decision{}, false
}

// fewerCodes reports a manifest that names fewer codes than were handed over.
func (f *Facts) fewerCodes() (Decision, bool) {
	if f.Codes.Record == nil {
		return Decision{}, false
	}
	for _, done := range f.Codes.Record.Sources {
		named := slices.ContainsFunc(f.Codes.Sources, func(s CodeSource) bool {
			return s.SecretName == done.SecretName && s.Count >= done.Lines
		})
		if !named && done.Lines > 0 {
			return f.observed(status.Stalled, v1alpha1.ReasonCannotShrink, fmt.Sprintf(
				"%d codes of Secret %s were handed over for %s, and the vendor has no call that takes codes back. Name the Secret in voucherCodesFrom again, with that count or more.",
				done.Lines, done.SecretName, f.it())), true
		}
	}
	return Decision{}, false
}

// done reports whether all codes that the manifest names were handed over.
func (c CodesFacts) done() bool {
	return c.Record != nil && !slices.ContainsFunc(c.Sources, func(s CodeSource) bool { return !c.of(s.SecretName).Done })
}

// of is how far the codes of a Secret are.
func (c CodesFacts) of(secretName string) v1alpha1.CodeSourceRecord {
	if c.Record != nil {
		for _, source := range c.Record.Sources {
			if source.SecretName == secretName {
				return source
			}
		}
	}
	return v1alpha1.CodeSourceRecord{}
}

// onBoundary reports whether the vendor has as many codes as whole batches from the first on hold.
func (c CodesFacts) onBoundary() bool {
	left := *c.Counted
	for _, source := range c.Sources {
		if left < source.Count {
			return left%providers.MaxCodes == 0
		}
		left -= source.Count
	}
	return left == 0
}

func totalOf(sources []CodeSource) int64 {
	var total int64
	for _, source := range sources {
		total += source.Count
	}
	return total
}
