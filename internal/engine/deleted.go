package engine

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// Deleted tells, on the account, of a live activity that a deleted resource leaves behind, and
// has the resources looked at that were kept from the activity by its owner.
func (r *Reconciler) Deleted(ctx context.Context, c v1alpha1.Campaign) {
	r.memories.forget(keyOf(c))
	id, st := r.Kind.ActivityID(c), c.CampaignStatus()
	if id == "" || campaignFinal(st.State) || st.State == v1alpha1.StateMissing || !ownsActivity(st) {
		return
	}
	resolution, err := r.Accounts.Resolve(ctx, c, r.Waker)
	if err != nil {
		log.FromContext(ctx).Error(err, "tell of an activity that was left behind", "activityId", id)
		return
	}
	log.FromContext(ctx).Info("a resource was deleted and its activity left as it is", "campaign", keyOf(c), "activityId", id, "state", st.State)
	if resolution.Ref != nil {
		r.Events.Eventf(resolution.Ref, nil, "Warning", "LeftBehind", "Delete",
			"%s %s was deleted; its activity %s stays %s at the vendor. Apply its manifest again to manage it, or end it in the vendor's console.",
			r.Kind.Name(), keyOf(c), id, st.State)
	}
	err = r.each(ctx, func(other v1alpha1.Campaign) {
		if r.Kind.ActivityID(other) == id && other.GetUID() != c.GetUID() {
			r.Waker.Wake(keyOf(other))
		}
	})
	if err != nil {
		log.FromContext(ctx).Error(err, "look for other resources of an activity", "activityId", id)
	}
}

// ownsActivity reports whether a resource's record makes the activity its own.
func ownsActivity(st *v1alpha1.CampaignStatus) bool {
	ready := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionReady)
	return st.Creation != v1alpha1.CreationDiffers && (ready == nil || ready.Reason != v1alpha1.ReasonDuplicateOwner)
}
