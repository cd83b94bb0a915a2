package engine

import (
	"fmt"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

const (
	// reviewPause is the pause between looks at an activity that the vendor reviews.
	reviewPause = time.Minute
	// registerPause is the pause before an activation is tried again that came too early.
	registerPause = 20 * time.Second
	// registersWithin is how long after its creation a refused activation is taken to have come too early.
	registersWithin = 10 * time.Minute
	// forgottenWithin is how long before its begin an activity that is not activated is worth a word.
	forgottenWithin = 24 * time.Hour
)

// decideMove brings the activity towards what the manifest, or the account's brake, asks of its state.
func decideMove(f *Facts) (Decision, bool) {
	state := f.Remote.Snapshot.State
	if f.Account.Pause && f.Goal != GoalEnded {
		if op := f.Traits.Moves[GoalPaused][state]; op != "" {
			return decideOperation(f, Change{Operation: op}), true
		}
	}
	switch op := f.Traits.Moves[f.Goal][state]; {
	case op == "", op == providers.OperationRestart && f.pauseStays():
		return Decision{}, false
	case op == providers.OperationStart:
		return decideActivation(f), true
	case op == providers.OperationRestart && f.timeOver():
		return Decision{}, false
	default:
		return decideOperation(f, Change{Operation: op}), true
	}
}

// pauseStays reports whether a pause is left as it is: it was not ours, and the manifest was not edited since it was seen.
func (f *Facts) pauseStays() bool {
	elsewhere := f.Record.Elsewhere
	return !f.oursToLift() && (elsewhere == nil || elsewhere.State != v1alpha1.StatePaused || f.Manifest.Generation <= elsewhere.Generation)
}

// oursToLift reports whether the pause of a paused activity was this resource's, or one that it has set out to lift: the restart
// was refused, its outcome is open, or its effect may still have to show.
func (f *Facts) oursToLift() bool {
	op := f.Record.Operation
	restarts := op != nil && op.Name == string(providers.OperationRestart)
	return f.pausedByUs() || restarts && (op.Outcome != v1alpha1.OperationDone || f.Now.Sub(op.Time.Time) < operateAgain)
}

// pausedByUs reports whether the last call for the activity was this resource's pause, and nothing else was seen to happen since.
func (f *Facts) pausedByUs() bool {
	op, elsewhere := f.Record.Operation, f.Record.Elsewhere
	if op == nil || op.Name != string(providers.OperationPause) || op.Outcome == v1alpha1.OperationRefused || op.Outcome == v1alpha1.OperationWithdrawn {
		return false
	}
	return elsewhere == nil || !elsewhere.Time.After(op.Time.Time)
}

// timeOver reports whether the activity's time is over.
func (f *Facts) timeOver() bool {
	end := f.end()
	return !end.IsZero() && !f.Now.Before(end)
}

// decideActivation activates an activity, which commits its money and cannot be undone: only when it is known to be what the
// manifest says, when it is time, and within the account's limits.
func decideActivation(f *Facts) Decision {
	for _, obstacle := range []func(*Facts) (Decision, bool){decideContent, decidePrevious, decideActivationTime, decideCampaignLimit} {
		if d, found := obstacle(f); found {
			return d
		}
	}
	if f.overLately() {
		f.Money.Over = f.Memory.Over
	}
	if f.Money.MaxActive != nil && f.Money.Over == "" && f.Account.Hold == nil { // what else is active has to be known as of now
		if d, done := decideView(f, f.freshEnough()); done {
			return f.unlessPaused(d)
		}
	}
	return decideOperation(f, Change{Operation: providers.OperationStart})
}

// decideContent refuses to activate what is not known to be what the manifest says.
func decideContent(f *Facts) (Decision, bool) {
	if d, drifted := decideDrifted(f); drifted {
		return d, true
	}
	stalled := func(format string, args ...any) (Decision, bool) {
		return f.observed(status.Stalled, v1alpha1.ReasonContentNotConfirmed, f.it()+" is not activated: "+fmt.Sprintf(format, args...)), true
	}
	observed, manifest := f.Remote.Snapshot.Exposure, f.Money.Manifest
	switch {
	case f.Manifest.Err != nil:
		return f.unsendable(status.StateOf(f.Remote.Snapshot.State)), true
	case f.madeLate():
		return stalled("it was made only when its begin had passed, which the vendor's page rules out: the request was sent to find one, not to make one. To have it activated all the same name it in %s.", f.Traits.AdoptField)
	case f.Manifest.Complete && f.Record.Digest != f.Manifest.Digest:
		return stalled("it was recorded for other creation fields (digest %s) than the manifest now has.", f.Record.Digest)
	case observed == nil && f.Read:
		return stalled("the vendor does not say what it can cost.")
	case observed == nil:
		return Decision{}, false // the detail, which is read before any call, may say
	case manifest == nil:
		return stalled("the manifest does not say what it may cost. Write budgetYuan: %q.", f.Money.yuan(observed))
	case manifest.Fen != observed.Fen:
		return stalled("it can cost %s yuan at the vendor, and %s as the manifest says. Look at it in the vendor's console, and correct what the manifest says (budgetYuan: %q), if it is the right one.",
			f.Money.yuan(observed), f.Money.yuan(manifest), f.Money.yuan(observed))
	}
	return Decision{}, false
}

// madeLate reports whether the request that was sent after the begin, to find what its number stands for, has made an activity.
func (f *Facts) madeLate() bool {
	created := f.Remote.Snapshot.Created
	return f.Traits.Anonymous && !f.Record.Adopted && !created.IsZero() && !f.Manifest.Begin.IsZero() &&
		!f.Record.At.Before(f.Manifest.Begin) && !created.Before(f.Record.At.Add(-createdMargin))
}

// decideActivationTime waits for the time that the manifest names and for the vendor to have registered the activity,
// and gives up what is over.
func decideActivationTime(f *Facts) (Decision, bool) {
	if f.timeOver() {
		return f.missedActivation(), true
	}
	if wait := f.Manifest.ActivateAfter.Sub(f.Now); wait > 0 {
		d := f.observed(status.Settled, v1alpha1.ReasonActivationAhead, fmt.Sprintf(
			"%s exists and is activated at spec.activateAfter, %s.", f.it(), f.Manifest.ActivateAfter.Format(time.RFC3339)))
		d.After = wait
		return d, true
	}
	if wait := f.Remote.Snapshot.Created.Add(f.Traits.Registers).Sub(f.Now); wait > 0 && wait <= f.Traits.Registers {
		return f.registering(wait), true
	}
	return Decision{}, false
}

// tooEarly reports whether an activation was refused because the vendor is still registering the new activity. It says so in
// words only, so the age of the activity decides.
func (f *Facts) tooEarly(err *providers.Error) bool {
	return f.Remote != nil && tooEarly(err, f.Remote.Snapshot.Created, f.Now)
}

func tooEarly(err *providers.Error, created, now time.Time) bool {
	if err.Operation != providers.OperationStart || err.MaybeCommitted || created.IsZero() || now.Sub(created) >= registersWithin {
		return false
	}
	switch err.Kind {
	case providers.KindConflict, providers.KindInvalid, providers.KindForbidden, providers.KindNotFound, providers.KindUnknown:
		return true // by which code a gateway says so is documented nowhere
	default:
		return false
	}
}

func (f *Facts) registering(after time.Duration) Decision {
	d := f.observed(status.Working, v1alpha1.ReasonRegistering, fmt.Sprintf(
		"%s was created; the vendor takes about a minute to register it, and activates nothing before.", f.it()))
	d.After = max(after, time.Second)
	return d
}

// decideInactive reports an activity that is not activated, and is not to be.
func decideInactive(f *Facts) Decision {
	if d, done := decideStartOpen(f); done {
		return d
	}
	switch {
	case f.Goal == GoalNothing:
		return f.cannotReturnToDraft()
	case f.Goal == GoalLive:
		return decideActivation(f)
	case f.timeOver():
		return f.missedActivation()
	}
	if d, drifted := decideDrifted(f); drifted && !f.Deleting {
		return d
	}
	return f.inactive()
}

// decideStartOpen makes sure, where an activation is not asked for any more, that none that was sent may still take effect.
func decideStartOpen(f *Facts) (Decision, bool) {
	if !f.Read && f.Goal != GoalLive && (f.Deleting || isOpen(f.Record.Operation, providers.OperationStart)) { // a list may be of before it was activated
		return f.unlessUnreadable(Decision{Action: Get}), true
	}
	wait := f.lastStart().Add(settle).Sub(f.Now)
	if !f.Deleting || !mayHaveStarted(f.Record.Operation) || wait <= 0 {
		return Decision{}, false
	}
	d := f.observed(status.Working, v1alpha1.ReasonPausing, fmt.Sprintf("whether %s was activated is being found out: its activation may have been sent.", f.it()))
	d.After = wait
	return d, true
}

// inactive reports an activity that is not activated, as it is to be.
func (f *Facts) inactive() Decision {
	d := f.forgotten(f.observed(status.Settled, v1alpha1.ReasonInactive, fmt.Sprintf(
		"%s exists and is not activated, so it gives nothing out and no money is committed. Set spec.state to Active to activate it.", f.it())), f.begin())
	switch {
	case isOpen(f.Record.Operation, providers.OperationStart): // to be withdrawn when it has had no effect
		d.After = max(f.lastStart().Add(settle).Sub(f.Now), time.Second)
	case d.After == 0 && !f.end().IsZero(): // what there is to say then is that it never was
		d.After = f.end().Sub(f.Now) + firstLook
	}
	return d
}

// lastStart is the latest moment at which the recorded activation may have been sent: by this process, or by one before it.
func (f *Facts) lastStart() time.Time {
	if !f.Memory.Started.IsZero() {
		return f.Memory.Started
	}
	return latest(f.Record.operationTime(), f.Memory.FirstSeen)
}

// unlessUnreadable holds a read back while the pause after a failed read lasts; that a change failed is a reason to read.
func (f *Facts) unlessUnreadable(d Decision) Decision {
	if f.Memory.LastErr != nil && f.Memory.LastErr.Operation.Mutates() {
		return d
	}
	return f.unlessPaused(d)
}

// forgotten adds a word to what is not active and begins soon, in case it was forgotten.
func (f *Facts) forgotten(d Decision, begin time.Time) Decision {
	if begin.IsZero() || !f.Traits.Activates() {
		return d
	}
	if soon := begin.Add(-forgottenWithin).Sub(f.Now); soon > 0 {
		d.After = soon
		return d
	}
	d.Verdict.Reason = v1alpha1.ReasonBeginsInactive
	d.Verdict.Message += " Its begin is less than a day ahead, or past."
	return d
}
