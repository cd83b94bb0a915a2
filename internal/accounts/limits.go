package accounts

import "github.com/campaign-operator/campaign-operator/api/v1alpha1"

// Limits are an account's ceilings for the money that its campaigns may commit, in yuan with two decimals. An empty one is no
// ceiling.
type Limits struct {
	// MaxCampaignYuan is for a single campaign, MaxActiveYuan for all that are active together.
	MaxCampaignYuan, MaxActiveYuan v1alpha1.Yuan
	// MaxActiveNoCashYuan is for those that are not paid in advance; MaxActiveYuan when empty.
	MaxActiveNoCashYuan v1alpha1.Yuan
	// Profile says which of the vendor's published bounds apply.
	Profile v1alpha1.LimitsProfile
}
