package engine

import (
	"fmt"
	"time"

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
			"requestRevision is %d, but revision %d was asked for before (request number %s): nothing is made, changed or ended. Write %s again, or a higher one for another activity.",
			f.Manifest.Revision, f.Record.Revision, f.Record.Number, f.recordedRevision()))
		if f.Remote != nil {
			d.State = status.StateOf(f.Remote.Snapshot.State)
		}
		return d, true
	case f.adopts():
		return Decision{Action: Renumber}, true // the same one under another revision
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

// recordedRevision says how a manifest asks for the recorded activity. Where adopt says otherwise
// it has to change in the same commit: admission refuses the one without the other.
func (f *Facts) recordedRevision() string {
	words := fmt.Sprintf("requestRevision: %d", f.Record.Revision)
	switch {
	case f.Record.Adopted && !f.adopts():
		words += fmt.Sprintf(" and %s: %q", f.Traits.AdoptField, f.Record.ID)
	case !f.Record.Adopted && f.Manifest.AdoptID != "" && (!f.adopts() || f.Record.Outcome != v1alpha1.CreationConfirmed):
		words += " without spec.adopt"
	}
	return words
}

// decideAdoption: the manifest names an existing activity and none is recorded.
func decideAdoption(f *Facts) Decision {
	id := f.Manifest.AdoptID
	again := f.adoptAgain()
	switch {
	case again > 0:
		d := stop(status.Stalled, v1alpha1.ReasonAdoptNotFound, f.pendingState(), fmt.Sprintf(
			"the vendor does not know %s %s that spec.adopt names. Correct the id, or the account that it belongs to.", f.Traits.Noun, id))
		d.After = again
		return d
	case f.Goal == GoalNothing && !f.Manifest.Observe:
		return stop(status.Settled, v1alpha1.ReasonDraft, v1alpha1.StateDraft, fmt.Sprintf(
			"Draft: this resource has sent nothing. Any other state takes over %s %s; nothing is ever created.", f.Traits.Noun, id))
	default:
		return Decision{Action: Take}
	}
}

// adoptAgain is how long until an activity that the vendor did not know is asked for again; 0 when
// it was not asked for, or is to be now. It is remembered, since the record of it is dropped.
func (f *Facts) adoptAgain() time.Duration {
	if f.Memory.UnknownID != f.Manifest.AdoptID || f.Forced.After(f.Memory.UnknownAt) {
		return 0
	}
	return max(f.Memory.UnknownAt.Add(slowDelay(1)).Sub(f.Now), 0)
}

// decideObservation: nothing may be sent, and no activity is recorded.
func decideObservation(f *Facts) Decision {
	if d, done := decideView(f, latest(f.freshEnough(), f.Forced)); done {
		return d
	}
	switch {
	case len(f.Candidates) > 0:
		return f.ambiguous()
	case f.Found != nil:
		return Decision{Action: Adopt}
	default:
		return stop(status.Stalled, v1alpha1.ReasonNothingToObserve, v1alpha1.StatePending, fmt.Sprintf(
			"no %s exists %s. It is reported when it shows; name one in spec.adopt to observe another, or write managementPolicy: Manage to create it.", f.Traits.Noun, f.where(f.Manifest.Number)))
	}
}
