package status

import (
	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// StateOf is a vendor's state in the words of a campaign's status; none for one that nobody knows. What was activated and is under
// review is Scheduled: it runs by itself when the review is over.
func StateOf(state providers.State) v1alpha1.CampaignState {
	switch state {
	case providers.StateUnknown:
		return ""
	case providers.StateReviewing:
		return v1alpha1.StateScheduled
	default:
		return v1alpha1.CampaignState(state)
	}
}
