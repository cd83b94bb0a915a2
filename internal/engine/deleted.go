package engine

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
)

// Deleted tells, on the account, of a live activity that a deleted resource leaves behind, and
// has the resources looked at that were kept from the activity by its owner.
func (r *Reconciler) Deleted(ctx context.Context, c v1alpha1.Campaign) {
	id, left := r.Kind.ActivityID(c), r.leftBy(c)
	r.memories.forget(keyOf(c))
	if len(left) == 0 {
		return
	}
	account, err := r.Accounts.Read(ctx, accounts.RefKey(c))
	if client.IgnoreNotFound(err) != nil {
		log.FromContext(ctx).Error(err, "tell of an activity that was left behind", "activityId", id)
		return
	}
	log.FromContext(ctx).Info("a resource was deleted and its activity left as it is", "campaign", keyOf(c), "activities", left)
	if err == nil && account.Ref != nil {
		r.Events.Eventf(account.Ref, c, "Warning", "LeftBehind", "Delete",
			"%s %s was deleted and leaves behind at the vendor: %s %s. Apply its manifest again, with that requestRevision, to manage it, or end it in the vendor's console.",
			r.Kind.Name(), keyOf(c), r.Kind.Traits().Noun, strings.Join(left, ", "))
	}
	err = r.each(ctx, func(other v1alpha1.Campaign) {
		if other.GetUID() != c.GetUID() && ((id != "" && r.Kind.ActivityID(other) == id) || readyReason(other) == v1alpha1.ReasonLooksLikeExisting) {
			r.Waker.Wake(keyOf(other))
		}
	}, client.DisableReadYourWritesConsistency) // it is called by the informer, which must not wait for itself
	if err != nil {
		log.FromContext(ctx).Error(err, "look for other resources of an activity", "activityId", id)
	}
}

// leftBy describes the live activities that a deleted resource leaves behind.
func (r *Reconciler) leftBy(c v1alpha1.Campaign) (left []string) {
	id, st := r.Kind.ActivityID(c), c.CampaignStatus()
	notes := r.memories.notes(keyOf(c))
	ended := notes.ended || campaignFinal(st.State) || st.State == v1alpha1.StateMissing
	if id != "" && !ended && ownsActivity(st) {
		left = append(left, fmt.Sprintf("%s (%s)", id, cmp.Or(notes.last, st.State))) // the status that is deleted may not say the last of it
	}
	if id == "" && st.Creation == v1alpha1.CreationUnknown && st.Request != nil && !ended {
		left = append(left, fmt.Sprintf("one that may have been made under request number %s", st.Request.Number))
	}
	for _, previous := range st.Previous {
		if previousLive(previous) {
			left = append(left, fmt.Sprintf("%s (%s, of requestRevision %d)", nameOf(previous), previous.State, previous.Revision))
		}
	}
	return left
}

// ownsActivity reports whether a resource's record makes the activity its own.
func ownsActivity(st *v1alpha1.CampaignStatus) bool {
	ready := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionReady)
	return st.Creation != v1alpha1.CreationDiffers && (ready == nil || ready.Reason != v1alpha1.ReasonDuplicateOwner)
}

func readyReason(c v1alpha1.Campaign) string {
	if ready := meta.FindStatusCondition(c.CampaignStatus().Conditions, v1alpha1.ConditionReady); ready != nil {
		return ready.Reason
	}
	return ""
}
