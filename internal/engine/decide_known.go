package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

const (
	// visibleWithin is how long a new id may stay invisible to reads before it counts as gone.
	visibleWithin = 10 * time.Minute
	// watchPause is the pause between reads while the vendor is still at work.
	watchPause = 10 * time.Second
	// operateAgain is how long after a call the vendor may take to show its effect before it is sent again.
	operateAgain = time.Minute
)

// decideKnown: the vendor's id is recorded.
func decideKnown(f *Facts) Decision {
	switch {
	case f.Gone:
		return decideGone(f)
	case f.CallErr != nil:
		return f.failed(f.CallErr, "", f.Memory.NotBefore.Sub(f.Now))
	case f.ReadWait > 0:
		return f.readLater()
	case !f.Read:
		if d, done := decideFresh(f); done {
			return f.unlessPaused(d)
		}
	}
	if f.Owner != "" {
		return f.observed(status.Stalled, v1alpha1.ReasonDuplicateOwner, fmt.Sprintf(
			"activity %s (request number %s) belongs to %s, which recorded it first. It is left to that resource. Delete this one, or give it another name and no outRequestNo.",
			f.Record.ID, f.Record.Number, f.Owner))
	}
	if f.Record.Outcome == v1alpha1.CreationUnknown && f.Manifest.Err != nil {
		return f.observed(status.Stalled, v1alpha1.ReasonInvalidSpec, f.Manifest.Err.Error()) // cannot be compared
	}
	if f.Remote.Compared && (f.unjudged() || f.judgement() != f.Record.Outcome) {
		if !f.Remote.Snapshot.Detailed { // a list may carry too little to judge by
			return f.unlessPaused(Decision{Action: Get})
		}
		return Decision{Action: Judge}
	}
	if f.Record.Outcome == v1alpha1.CreationDiffers {
		return f.observed(status.Stalled, v1alpha1.ReasonRequestNumberConflict, fmt.Sprintf(
			"activity %s exists under request number %s with other content: %s. It is left alone. Correct the manifest to match it, or give this resource another name to create a new activity.",
			f.Record.ID, f.Record.Number, describe(f.Remote.Differences)))
	}
	if op := operations[f.Goal][f.Remote.Snapshot.State]; op != "" {
		return decideOperation(f, op)
	}
	return decideObserved(f)
}

// decideFresh makes sure that what is known of the activity is new enough to judge by.
// While nothing asks for more, whatever the last sweep said will do, and a restart asks nothing.
func decideFresh(f *Facts) (Decision, bool) {
	unsettled := f.Record.Outcome == v1alpha1.CreationUnknown
	switch {
	case f.atRest():
		return Decision{Action: Quietly, After: f.nextLook()}, true // the sweep under way wakes it
	case f.Remote == nil && !f.View.IsZero() && f.Record.State == v1alpha1.StateMissing && f.Forced.IsZero():
		return missing(f), true
	case f.Remote == nil && (unsettled || !f.View.IsZero()):
		return Decision{Action: Get}, true
	}
	since := latest(f.Forced, f.lastLook())
	if f.Remote == nil {
		since = latest(since, f.Now.Add(-viewAge))
	}
	if d, done := decideView(f, since); done {
		return d, true
	}
	if f.WantsDetail || (f.unjudged() && !f.Remote.Snapshot.Detailed) {
		return Decision{Action: Get}, true
	}
	return Decision{}, false
}

// unjudged reports whether the activity's content was not yet compared with these bytes of
// the manifest.
func (f *Facts) unjudged() bool {
	return f.Record.Outcome == v1alpha1.CreationUnknown ||
		(f.Record.Outcome == v1alpha1.CreationConfirmed && f.Record.Digest != f.Manifest.Digest && f.Manifest.Err == nil)
}

// atRest reports whether a process that has not seen the vendor yet can leave the record as
// it is: it says what became of this manifest, only a change at the vendor can change that,
// and none is due.
func (f *Facts) atRest() bool {
	known := f.Record.Outcome != v1alpha1.CreationUnknown || f.Record.State == v1alpha1.StateMissing
	return f.View.IsZero() && f.ViewErr == nil && f.Forced.IsZero() && f.lastLook().IsZero() &&
		known && f.Record.Settled && f.Record.ObservedGeneration == f.Manifest.Generation
}

// unlessPaused holds a read back while the pause after a failed call lasts.
func (f *Facts) unlessPaused(d Decision) Decision {
	if wait := f.pause(); wait > 0 && d.Action == Get {
		return f.failed(f.Memory.LastErr, f.pendingState(), wait)
	}
	return d
}

// readLater waits for the quota of reads. What this reconcile has learned is recorded; the
// verdict stays as it is.
func (f *Facts) readLater() Decision {
	if f.Record.ObservedGeneration != f.Manifest.Generation {
		return Decision{Action: Quietly, After: f.ReadWait}
	}
	return Decision{Action: Stop, After: f.ReadWait, Unserved: true}
}

// judgement is what the comparison says of the recorded creation. A confirmed one is judged
// again only when the manifest's bytes are no longer those that were confirmed.
func (f *Facts) judgement() v1alpha1.CreationOutcome {
	if f.Record.Outcome == v1alpha1.CreationConfirmed && !f.unjudged() {
		return v1alpha1.CreationConfirmed
	}
	if len(f.Remote.Differences) > 0 || f.Manifest.Err != nil {
		return v1alpha1.CreationDiffers
	}
	return v1alpha1.CreationConfirmed
}

func decideGone(f *Facts) Decision {
	if f.Record.Outcome == v1alpha1.CreationUnknown && f.Record.State != v1alpha1.StateMissing && f.Now.Sub(f.Memory.GoneSince) < visibleWithin {
		return Decision{Action: Stop, State: v1alpha1.StateCreating, After: watchPause, Verdict: status.Verdict{
			Progress: status.Working, Reason: v1alpha1.ReasonCreating,
			Message: fmt.Sprintf("the vendor answered with activity %s but does not show it yet; it is looked up again.", f.Record.ID)}}
	}
	return missing(f)
}

func missing(f *Facts) Decision {
	return stop(status.Stalled, v1alpha1.ReasonMissing, v1alpha1.StateMissing, fmt.Sprintf(
		"the vendor no longer knows activity %s (request number %s). It is not created again while this resource exists; deleted and applied again, the resource would create a new one. Check that the account is still the one that created it, and ask the vendor.",
		f.Record.ID, f.Record.Number))
}

// decideOperation brings the activity to the goal by a call. The call is recorded before it
// is sent, and whether it happened is read from the vendor.
func decideOperation(f *Facts, op providers.Operation) Decision {
	working := f.observed(status.Working, v1alpha1.ReasonTerminating, fmt.Sprintf("activity %s is being ended.", f.Record.ID))
	working.After = watchPause
	switch {
	case !f.Read:
		return f.unlessPaused(Decision{Action: Get})
	case f.Now.Sub(f.Memory.Operated) < operateAgain:
		return working
	case f.Wait > 0:
		return f.throttled()
	case f.Record.Operation == nil || f.Record.Operation.Name != string(op) || f.Record.Operation.Generation != f.Manifest.Generation:
		working.Action, working.Operation = IntendOperation, op
		return working
	default:
		return Decision{Action: Operate, Operation: op}
	}
}

// decideObserved reports an activity that no call is going to change.
func decideObserved(f *Facts) Decision {
	id, state := f.Record.ID, f.Remote.Snapshot.State
	switch state {
	case providers.StateUnknown:
		return f.observed(status.Working, v1alpha1.ReasonUnknownState, fmt.Sprintf(
			"the vendor reports activity %s as %q, which this version does not know. It is left alone and watched.", id, f.Remote.Snapshot.VendorState))
	case providers.StateCreating:
		d := f.observed(status.Working, v1alpha1.ReasonCreating, fmt.Sprintf("the vendor is still making activity %s.", id))
		d.After = watchPause
		return d
	case providers.StateEnded:
		return f.observed(status.Settled, v1alpha1.ReasonEnded, fmt.Sprintf("activity %s has ended.", id))
	}
	switch f.Goal {
	case GoalEnded:
		return f.observed(status.Settled, v1alpha1.ReasonTerminated, fmt.Sprintf("activity %s was ended as spec.state asks.", id))
	case GoalNothing:
		if state.Final() {
			return f.observed(status.Settled, v1alpha1.ReasonTerminated, fmt.Sprintf("activity %s was ended.", id))
		}
		return f.observed(status.Stalled, v1alpha1.ReasonCannotReturnToDraft, fmt.Sprintf(
			"activity %s exists and stays as it is: the vendor cannot turn it back into a draft. Set spec.state to Active, or to Terminated to end it for ever.", id))
	default:
		return decideLive(f)
	}
}

// decideLive reports an activity that should be live.
func decideLive(f *Facts) Decision {
	id := f.Record.ID
	switch f.Remote.Snapshot.State {
	case providers.StateScheduled:
		return f.observed(status.Settled, v1alpha1.ReasonScheduled, fmt.Sprintf("activity %s exists and begins at its begin time.", id))
	case providers.StateRunning:
		return f.observed(status.Settled, v1alpha1.ReasonRunning, fmt.Sprintf("activity %s is running.", id))
	case providers.StatePaused:
		return f.observed(status.Stalled, v1alpha1.ReasonPausedElsewhere, fmt.Sprintf(
			"activity %s was paused, and not by this resource, and stays paused. Resume it in the vendor's console.", id))
	case providers.StateFailed:
		return f.observed(status.Stalled, v1alpha1.ReasonCreateFailed, fmt.Sprintf(
			"the vendor accepted activity %s and failed its creation afterwards. Ask the vendor why, then make a new resource under another name.", id))
	}
	if f.Record.Operation != nil && f.Record.Operation.Name == string(providers.OperationTerminate) {
		return f.observed(status.Stalled, v1alpha1.ReasonCannotRestart, fmt.Sprintf(
			"activity %s was ended when spec.state was Terminated, which cannot be undone. Set spec.state back to Terminated, or make a new resource under another name.", id))
	}
	return f.observed(status.Stalled, v1alpha1.ReasonTerminatedElsewhere, fmt.Sprintf(
		"activity %s has been ended, and not by this resource: at the vendor, or before the resource was applied. That cannot be undone, and it is not created again. Set spec.state to Terminated, or make a new resource under another name.", id))
}

// observed reports what the vendor says, and looks again after the next begin or end.
func (f *Facts) observed(progress status.Progress, reason, message string) Decision {
	d := stop(progress, reason, campaignState(f.Remote.Snapshot.State), message)
	d.After = f.nextLook()
	return d
}

// campaignState is the state in status; an unknown one leaves it as it is.
func campaignState(s providers.State) v1alpha1.CampaignState {
	if s == providers.StateUnknown {
		return ""
	}
	return v1alpha1.CampaignState(s)
}

func describe(differences []providers.Difference) string {
	const shown = 3
	var parts []string
	for i, d := range differences {
		if i == shown {
			parts = append(parts, fmt.Sprintf("and %d more", len(differences)-shown))
			break
		}
		parts = append(parts, fmt.Sprintf("%s is %q, the manifest says %q", d.Field, d.Observed, d.Desired))
	}
	return strings.Join(parts, "; ")
}
