package engine

import (
	"context"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
)

// Swept wakes the campaigns of an account whose record is not what the sweep has just seen.
// It costs no call and no write.
func (r *Reconciler) Swept(ctx context.Context, key sweep.Key, view *sweep.View) error {
	list := r.Kind.NewList()
	if err := r.Client.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
		return err
	}
	return meta.EachListItem(list, func(item runtime.Object) error {
		if campaign, ok := item.(v1alpha1.Campaign); ok && r.changed(campaign, key, view) {
			r.Waker.Wake(keyOf(campaign))
		}
		return nil
	})
}

// changed reports whether a view says something else of a campaign than its status does.
func (r *Reconciler) changed(campaign v1alpha1.Campaign, key sweep.Key, view *sweep.View) bool {
	st := campaign.CampaignStatus()
	id := r.Kind.ActivityID(campaign)
	if id == "" {
		// Refused, perhaps because the number is taken, or held to be absent, too early: what now
		// shows in the list under the number is ours.
		number := r.memories.number(keyOf(campaign))
		return number != "" && r.Kind.Goal(campaign) != GoalNothing && len(view.ByNumber(number)) > 0
	}
	if st.Request == nil || st.Request.Account.ID != key.Account || st.Request.Account.Gateway != key.Gateway {
		return false
	}
	snapshot, ok := view.ByID(id)
	if !ok {
		// Not shown: gone, unless it has ended or is known to be gone.
		return st.State != v1alpha1.StateMissing && !campaignFinal(st.State)
	}
	seen := copyOf(campaign)
	r.Kind.Observe(seen, snapshot.Facts, snapshot.VendorState)
	if state := campaignState(snapshot.State); state != "" {
		seen.CampaignStatus().State = state
	}
	return !equality.Semantic.DeepEqual(campaign, seen)
}

func campaignFinal(state v1alpha1.CampaignState) bool {
	return state == v1alpha1.StateEnded || state == v1alpha1.StateTerminated || state == v1alpha1.StateFailed
}
