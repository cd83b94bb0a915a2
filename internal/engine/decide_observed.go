package engine

import (
	"fmt"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// decideObserved reports an activity that no call is going to change.
func decideObserved(f *Facts) Decision {
	it, state := f.it(), f.Remote.Snapshot.State
	switch state {
	case providers.StateUnknown:
		return f.observed(status.Working, v1alpha1.ReasonUnknownState, fmt.Sprintf(
			"the vendor reports %s as %q, which this version does not know. It is left alone and watched.", it, f.Remote.Snapshot.VendorState))
	case providers.StateCreating:
		d := f.observed(status.Working, v1alpha1.ReasonCreating, fmt.Sprintf("the vendor is still making %s.", it))
		d.After = watchPause
		return d
	case providers.StateReviewing:
		d := f.observed(status.Working, v1alpha1.ReasonUnderReview, fmt.Sprintf("the vendor reviews %s before it runs.", it))
		d.After = reviewPause
		return d
	case providers.StateEnded:
		return f.ended()
	case providers.StateInactive:
		return decideInactive(f)
	}
	switch f.Goal {
	case GoalEnded:
		return f.observed(status.Settled, v1alpha1.ReasonTerminated, fmt.Sprintf("%s was ended as spec.state asks.", it)+f.siblings())
	case GoalNothing:
		if state.Final() {
			return f.observed(status.Settled, v1alpha1.ReasonTerminated, fmt.Sprintf("%s was ended.", it))
		}
		return f.cannotReturnToDraft()
	case GoalPaused, GoalInactive:
		return decideStopped(f)
	default:
		return decideLive(f)
	}
}

// ended reports an activity that has come to its end.
func (f *Facts) ended() Decision {
	it := f.it()
	if f.neverActivated() {
		return f.missedActivation()
	}
	if end := f.end(); !end.IsZero() && end.Before(f.Manifest.Applied) {
		return f.observed(status.Settled, v1alpha1.ReasonEndedBeforeApplied, fmt.Sprintf(
			"%s had ended before this resource was applied, so it never ran for it. For another one %s, with times in the future.", it, f.another()))
	}
	if f.Traits.Confirms > 0 && f.Goal == GoalLive && f.outdated() {
		return f.observed(status.Stalled, v1alpha1.ReasonEditAfterEnd, fmt.Sprintf(
			"%s has ended, and the manifest was edited since it was last as the manifest says. Nothing changes it any more. Take the edit back; for another one %s, with times in the future.", it, f.another()))
	}
	return f.observed(status.Settled, v1alpha1.ReasonEnded, fmt.Sprintf("%s has ended.", it))
}

// neverActivated reports whether an activity has ended that nobody is known to have activated.
func (f *Facts) neverActivated() bool {
	shown := f.Remote.Snapshot
	unsent := shown.Distribution == nil || shown.Distribution.Sent == 0
	return f.Traits.Activates() && shown.VendorState != "" && shown.Started.IsZero() && unsent && f.Record.Operation == nil
}

// missedActivation reports an activity whose time is over and that was never activated.
func (f *Facts) missedActivation() Decision {
	if f.Goal != GoalLive {
		return f.observed(status.Settled, v1alpha1.ReasonEnded, fmt.Sprintf("the time of %s is over; it was never activated.", f.it()))
	}
	return f.observed(status.Stalled, v1alpha1.ReasonActivationMissed, fmt.Sprintf(
		"the time of %s is over, and it was never activated. For another one %s, with times in the future.", f.it(), f.another()))
}

// cannotReturnToDraft reports an activity that exists although its manifest is a draft.
func (f *Facts) cannotReturnToDraft() Decision {
	wayOut := fmt.Sprintf("Active, or to %s to end it for ever", f.Traits.StopState)
	switch {
	case f.Remote.Snapshot.State == providers.StateInactive:
		wayOut = "Inactive, which is what it is"
	case f.Traits.pauses():
		wayOut = fmt.Sprintf("Active, or to %s so that it gives nothing out", f.Traits.StopState)
	}
	return f.observed(status.Stalled, v1alpha1.ReasonCannotReturnToDraft, fmt.Sprintf(
		"%s exists and stays as it is: the vendor cannot turn it back into a draft. Set spec.state to %s.", f.it(), wayOut))
}

// decideStopped reports an activity that is to give nothing out.
func decideStopped(f *Facts) Decision {
	it, state := f.it(), f.Remote.Snapshot.State
	switch {
	case state.Final():
		return f.observed(status.Settled, v1alpha1.ReasonTerminated, fmt.Sprintf("%s was ended.", it))
	case state != providers.StatePaused:
		d := f.observed(status.Working, v1alpha1.ReasonPausing, fmt.Sprintf("%s is still %s.", it, f.word()))
		d.After = watchPause
		return d
	case f.Goal == GoalInactive:
		return f.observed(status.Stalled, v1alpha1.ReasonCannotDeactivate, fmt.Sprintf(
			"%s was activated, which cannot be undone: what was issued stays valid, and money that was locked stays locked. It is paused instead. Set spec.state to Paused to say so, or to Active to have it go on.", it))
	default:
		return f.observed(status.Settled, v1alpha1.ReasonPaused, fmt.Sprintf("%s is paused: nothing more is given out; what was issued stays valid.", it))
	}
}

// decideLive reports an activity that should be live.
func decideLive(f *Facts) Decision {
	it := f.it()
	switch f.Remote.Snapshot.State {
	case providers.StateScheduled:
		if d, wrong := decideImperfect(f); wrong {
			return d
		}
		return f.observed(status.Settled, v1alpha1.ReasonScheduled, fmt.Sprintf("%s exists and begins at its begin time.", it))
	case providers.StateRunning:
		if d, wrong := decideImperfect(f); wrong {
			return d
		}
		return f.observed(status.Settled, v1alpha1.ReasonRunning, f.running())
	case providers.StatePaused:
		if f.Traits.pauses() && !f.Read && f.Record.Elsewhere == nil {
			return f.unlessPaused(Decision{Action: Get}) // a list may be of before it went on
		}
		wayOut := "Resume it in the vendor's console"
		if f.Traits.pauses() {
			wayOut += ", or edit the spec: any later edit that asks for Active has it go on"
		}
		return f.observed(status.Stalled, v1alpha1.ReasonPausedElsewhere, fmt.Sprintf(
			"%s was paused, and not by this resource, and stays paused. %s.", it, wayOut))
	case providers.StateFailed:
		return f.observed(status.Stalled, v1alpha1.ReasonCreateFailed, fmt.Sprintf(
			"the vendor accepted %s and failed its creation afterwards. Ask the vendor why; for another one %s.", it, f.another()))
	}
	if f.Record.Operation != nil && f.Record.Operation.Name == string(providers.OperationTerminate) {
		return f.observed(status.Stalled, v1alpha1.ReasonCannotRestart, fmt.Sprintf(
			"%s was ended when spec.state was %s, which cannot be undone. Set spec.state back to %s; for a new %s %s.", it, f.Traits.StopState, f.Traits.StopState, f.Traits.Noun, f.another()))
	}
	return f.observed(status.Stalled, v1alpha1.ReasonTerminatedElsewhere, fmt.Sprintf(
		"%s has been ended, and not by this resource: at the vendor, or before the resource was applied. That cannot be undone, and it is not created again. Set spec.state to %s; for a new %s %s.", it, f.Traits.StopState, f.Traits.Noun, f.another()))
}

// decideImperfect reports an activity that is live and not, or not wholly, as the manifest says.
func decideImperfect(f *Facts) (Decision, bool) {
	if d, drifted := decideDrifted(f); drifted {
		return d, true
	}
	if f.Complaint != "" {
		return f.observed(status.Stalled, v1alpha1.ReasonAuditRejected, fmt.Sprintf(
			"the vendor objects to %s: %s. What that does to it the vendor does not say; it reports it as %s. Look in the vendor's console, and correct what it objects to.", f.it(), f.Complaint, f.word())), true
	}
	return decideRefusedParts(f)
}

// running says that an activity runs. One that was activated may not have begun; that is said so that the words stay when it does.
func (f *Facts) running() string {
	if f.Traits.Activates() {
		return fmt.Sprintf("%s is activated: it gives out from its begin to its end.", f.it())
	}
	return fmt.Sprintf("%s is running.", f.it())
}

// begin is when the activity begins, as the vendor says or else the manifest.
func (f *Facts) begin() time.Time {
	if f.Remote != nil && !f.Remote.Snapshot.Begin.IsZero() {
		return f.Remote.Snapshot.Begin
	}
	return f.Manifest.Begin
}
