package engine

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
)

// Swept wakes the campaigns of an account whose record is not what the sweep has just seen.
// It costs no call and no write.
func (r *Reconciler) Swept(ctx context.Context, key sweep.Key, view *sweep.View) error {
	if err := r.findShared(ctx, key); err != nil {
		return err
	}
	return r.each(ctx, func(campaign v1alpha1.Campaign) {
		if r.changed(campaign, key, view) {
			r.Waker.WakeLater(keyOf(campaign))
		}
	}, client.DisableReadYourWritesConsistency) // whoever is just being written is being reconciled too
}

// changed reports whether a view says something else of a campaign than its status does.
func (r *Reconciler) changed(campaign v1alpha1.Campaign, key sweep.Key, view *sweep.View) bool {
	st := campaign.CampaignStatus()
	id := r.Kind.ActivityID(campaign)
	if previousChanged(st.Previous, view) || readyReason(campaign) == v1alpha1.ReasonBudgetLimitExceeded { // there may be room now
		return true
	}
	if id == "" {
		return r.shows(campaign, view)
	}
	if st.Request == nil || st.Request.Account.ID != key.Account || st.Request.Account.Gateway != key.Gateway {
		return false
	}
	snapshot, ok := view.ByID(id)
	if !ok {
		// Not shown: gone, unless it has ended or is known to be gone.
		return st.State != v1alpha1.StateMissing && !campaignFinal(st.State) && r.memories.notes(keyOf(campaign)).row != rowAbsent
	}
	if !snapshot.State.Final() && r.memories.notes(keyOf(campaign)).row != rowOf(snapshot, "") {
		return true // its content is to be compared
	}
	if slot := r.Kind.Distribution(campaign); slot != nil && r.countDue(*slot, snapshot.Distribution, r.Clock.Now()) {
		return true
	}
	seen := copyOf(campaign)
	r.Kind.Observe(seen, snapshot.Facts, snapshot.VendorState)
	if state := status.StateOf(snapshot.State); state != "" {
		seen.CampaignStatus().State = state
	}
	return !equality.Semantic.DeepEqual(campaign, seen)
}

// shows reports whether a view shows what a campaign without an activity may take for its own: it was refused, perhaps because
// its number is taken, or was held to be absent too early, or waits for one that looks like it.
func (r *Reconciler) shows(campaign v1alpha1.Campaign, view *sweep.View) bool {
	if r.Kind.Goal(campaign) == GoalNothing && campaign.Lifecycle().ManagementPolicy != v1alpha1.ManagementObserve {
		return false
	}
	notes := r.memories.notes(keyOf(campaign))
	if r.Kind.Traits().Anonymous {
		return notes.newNamed(view)
	}
	return notes.number != "" && len(view.ByNumber(notes.number)) > 0
}

// previousChanged reports whether an activity of a former revision is not as recorded.
func previousChanged(previous []v1alpha1.PreviousRecord, view *sweep.View) bool {
	return slices.ContainsFunc(previous, func(p v1alpha1.PreviousRecord) bool {
		snapshot, ok := view.ByID(p.ActivityID)
		if p.ActivityID == "" {
			return false // nothing shows it
		}
		if !ok {
			return previousLive(p) // a list may drop what has ended
		}
		return status.StateOf(snapshot.State) != "" && status.StateOf(snapshot.State) != p.State && !campaignFinal(p.State)
	})
}

func campaignFinal(state v1alpha1.CampaignState) bool {
	return state == v1alpha1.StateEnded || state == v1alpha1.StateTerminated || state == v1alpha1.StateFailed
}
