package engine

import (
	"fmt"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// unfinished reports whether the vendor is at work on the activity, so that what it shows may be half of a change.
func (r *Remote) unfinished() bool {
	return r.Snapshot.Busy != "" || r.Snapshot.State == providers.StateCreating
}

// decideBusy waits while the vendor makes the activity, or is at work on a change that it has accepted: it takes no other meanwhile,
// and nothing is compared with what is half done.
func decideBusy(f *Facts) (Decision, bool) {
	switch {
	case f.Traits.Confirms == 0 || !f.Remote.unfinished(), f.Manifest.Observe && f.Remote.Snapshot.State != providers.StateCreating:
		return Decision{}, false
	case !f.Read:
		return Decision{Action: Get}, true
	case f.Remote.Snapshot.State == providers.StateCreating:
		return f.making(), true
	default:
		return f.busy(), true
	}
}

// making reports an activity that the vendor has accepted and not made yet.
func (f *Facts) making() Decision {
	since := latest(f.Record.At, f.Remote.Snapshot.Created)
	if f.Now.Sub(since) >= f.Traits.Confirms {
		return f.unconfirmed(fmt.Sprintf("the vendor accepted the creation of %s more than %s ago and has not said that it was made", f.it(), f.Traits.Confirms))
	}
	d := f.observed(status.Working, v1alpha1.ReasonCreating, fmt.Sprintf("the vendor has accepted %s and is still making it.", f.it()))
	if f.Goal == GoalEnded {
		d.Verdict.Message += " It is stopped as soon as it is made."
	}
	d.After = workPause(f.Now.Sub(since))
	return d
}

// vanished reports an activity that was accepted and that the vendor does not show.
func (f *Facts) vanished() Decision {
	if since := f.Now.Sub(latest(f.Record.At, f.Memory.GoneSince)); since < visibleWithin {
		return Decision{Action: Stop, State: v1alpha1.StateCreating, After: workPause(since), Verdict: status.Verdict{
			Progress: status.Working, Reason: v1alpha1.ReasonCreating,
			Message: fmt.Sprintf("the vendor answered with %s but does not show it yet; it is looked up again.", f.it())}}
	}
	return f.unconfirmed(fmt.Sprintf("the vendor accepted the creation of %s and has not shown it for more than %s", f.it(), visibleWithin))
}

// unconfirmed reports a creation that has taken too long. Nothing tells a slow one from one that has failed.
func (f *Facts) unconfirmed(what string) Decision {
	d := stop(status.Stalled, v1alpha1.ReasonCreationUnconfirmed, v1alpha1.StateCreating, fmt.Sprintf(
		"%s. It is looked at again by itself, and not created again. Look in the vendor's console and ask the vendor's support with this id; if it has failed, %s for another one, with replacePrevious: Keep.",
		what, f.another()))
	d.After = slowDelay(1)
	return d
}

// busy reports a change that the vendor is at work on.
func (f *Facts) busy() Decision {
	since := f.Record.operationTime()
	if f.Memory.BusySince.Sub(since) >= f.Traits.Confirms {
		since = f.Memory.BusySince // it is not our change
	}
	word := f.Remote.Snapshot.Busy
	if f.Now.Sub(since) >= f.Traits.Confirms {
		d := f.observed(status.Stalled, v1alpha1.ReasonChangeUnconfirmed, fmt.Sprintf(
			"the vendor is still at work on %s (%s), for longer than the %s that it may take, and takes no other change meanwhile. It is looked at again by itself. Ask the vendor's support with this id.",
			f.it(), word, f.Traits.Confirms))
		d.After = slowDelay(1)
		return d
	}
	d := f.observed(status.Working, v1alpha1.ReasonChanging, fmt.Sprintf("the vendor is at work on %s (%s).", f.it(), word))
	if f.Record.Operation != nil && since.Equal(f.Record.operationTime()) {
		d = f.changing(providers.Operation(f.Record.Operation.Name)) // it is our change
	}
	d.After = workPause(f.Now.Sub(since))
	return d
}

// workPause is the pause before the vendor's work is looked at again: short at first, then in proportion to how long it has taken.
func workPause(taken time.Duration) time.Duration {
	const shortest, longest = 2 * time.Second, time.Minute
	return min(max(taken/2, shortest), longest)
}
