package engine

import "github.com/campaign-operator/campaign-operator/api/v1alpha1"

// Unsettled reports whether there is or may be something to do for a campaign: its manifest was
// edited, it is being deleted, it was asked to be looked at, or it is not what it is to be yet.
// Settled campaigns give way to these. It only reads, so a campaign of the cache may be given.
func Unsettled(c v1alpha1.Campaign) bool {
	st := c.CampaignStatus()
	asked := c.GetAnnotations()[v1alpha1.AnnotationReconcileRequestedAt]
	return st.ObservedGeneration != c.GetGeneration() ||
		!c.GetDeletionTimestamp().IsZero() ||
		asked != "" && asked != st.LastHandledReconcileAt ||
		!settled(st.Conditions)
}
