package engine

import (
	"fmt"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
)

// decideRevision answers a manifest that asks for another revision than the recorded one. A
// deletion is about the recorded one.
func decideRevision(f *Facts) (Decision, bool) {
	switch {
	case f.Deleting || !f.Record.exists() || f.Record.Revision == f.Manifest.Revision || f.Record.Revision == 0:
		return Decision{}, false
	case f.Manifest.Revision < f.Record.Revision:
		d := stop(status.Stalled, v1alpha1.ReasonRevisionLowered, f.pendingState(), fmt.Sprintf(
			"requestRevision is %d, but revision %d was asked for before (request number %s): nothing is made, changed or ended. Write requestRevision: %d again, or a higher one for another activity.",
			f.Manifest.Revision, f.Record.Revision, f.Record.Number, f.Record.Revision))
		if f.Remote != nil {
			d.State = campaignState(f.Remote.Snapshot.State)
		}
		return d, true
	case f.Record.ID == "":
		return Decision{}, false // whether the former one exists is found out first
	case f.Manifest.AdoptID == "" && f.Manifest.Number == f.Record.Number:
		return stop(status.Stalled, v1alpha1.ReasonInvalidSpec, "", fmt.Sprintf(
			"requestRevision %d asks for a new activity under the former request number %s, which would return the former activity. Change or remove the request number in the manifest.",
			f.Manifest.Revision, f.Record.Number)), true
	default:
		return Decision{Action: Archive}, true
	}
}

// decideAdoption: the manifest names an existing activity and none is recorded.
func decideAdoption(f *Facts) Decision {
	id := f.Manifest.AdoptID
	switch {
	case f.Gone:
		d := stop(status.Stalled, v1alpha1.ReasonAdoptNotFound, f.pendingState(), fmt.Sprintf(
			"the vendor does not know activity %s that spec.adopt names. Correct the id, or the account that it belongs to.", id))
		d.After = slowDelay(1)
		return d
	case f.Goal == GoalNothing:
		return stop(status.Settled, v1alpha1.ReasonDraft, v1alpha1.StateDraft, fmt.Sprintf(
			"Draft: this resource has sent nothing. Any other state takes over activity %s; nothing is ever created.", id))
	default:
		return Decision{Action: Take}
	}
}

// decideObservation: nothing may be sent, and no activity is recorded.
func decideObservation(f *Facts) Decision {
	if d, done := decideView(f, latest(f.Now.Add(-viewAge), f.Forced)); done {
		return d
	}
	switch {
	case len(f.Candidates) > 0:
		return f.ambiguous()
	case f.Found != nil:
		return Decision{Action: Adopt}
	default:
		return stop(status.Stalled, v1alpha1.ReasonNothingToObserve, v1alpha1.StatePending, fmt.Sprintf(
			"no activity exists under request number %s. It is reported when it shows; name an activity in spec.adopt to observe another, or write managementPolicy: Manage to create it.", f.Manifest.Number))
	}
}
