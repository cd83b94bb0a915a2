package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// AccountBrake stops an account's calls in an emergency.
//
// +kubebuilder:validation:Enum=Off;Hold;Pause
// +kubebuilder:validation:MaxLength=32
type AccountBrake string

// The positions of the brake.
const (
	// BrakeOff: calls are made as the manifests ask; also when left out.
	BrakeOff AccountBrake = "Off"
	// BrakeHold: nothing is sent that creates, starts, restarts or widens an activity.
	BrakeHold AccountBrake = "Hold"
	// BrakePause: Hold, and every running activity that can be paused is paused. Those that can only be ended for ever
	// are listed in the account's status.stillRunning with the command that ends each.
	BrakePause AccountBrake = "Pause"
)

// Yuan is an amount in yuan with two decimals, in quotes, such as "200000.00". At most 99999999999.99.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=32
// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(0|[1-9]\d{0,10})\.\d{2}$')`,message="write the amount in yuan, in quotes and with two decimals, such as \"200000.00\""
type Yuan = string

// AccountLimits are ceilings for the money that an account's campaigns may commit. What is above one waits; nothing is refused or
// ended.
type AccountLimits struct {
	// maxCampaignYuan is the most that a single campaign may cost in all. A campaign above it is not created and not
	// activated. No ceiling when left out.
	//
	// +optional
	MaxCampaignYuan Yuan `json:"maxCampaignYuan,omitempty"`

	// maxActiveYuan is the most that all activated campaigns of the merchant id or app id may cost together, those of
	// other namespaces and those that no resource manages included, as the vendor's list shows them. A campaign that
	// would go above it waits with its activation, or with its creation where it begins by itself (Alipay). "0.00" lets
	// nothing be activated or created; no ceiling when left out.
	//
	// +optional
	MaxActiveYuan Yuan `json:"maxActiveYuan,omitempty"`
}

// ActiveMoneyRecord is what all activated campaigns of an account can cost together, as the vendor's list shows them, managed or not.
type ActiveMoneyRecord struct {
	// yuan is the sum of the budgets that were paid in advance (预充值), such as `1200.00`.
	// +optional
	Yuan string `json:"yuan,omitempty"`
	// noCashYuan is the sum of those that come off the merchants' receipts (免充值).
	// +optional
	NoCashYuan string `json:"noCashYuan,omitempty"`
	// activities counts them.
	// +optional
	Activities int64 `json:"activities,omitempty"`
	// unknown counts those among them of which the vendor's list does not say what they can cost. While there is one, nothing is
	// activated below a ceiling.
	// +optional
	Unknown int64 `json:"unknown,omitempty"`
}

// QuotaRecord is the state of one operation's quota at the account, listed while it is not at rest.
type QuotaRecord struct {
	// kind of campaign that the call is for, such as `CouponStock`.
	// +optional
	Kind string `json:"kind,omitempty"`
	// operation is the call's name, such as `create`.
	// +optional
	Operation string `json:"operation,omitempty"`
	// waiting counts the calls that wait for their turn.
	// +optional
	Waiting int64 `json:"waiting,omitempty"`
	// pausedUntil is until when the gateway asked for a pause (429).
	// +optional
	PausedUntil *metav1.Time `json:"pausedUntil,omitempty"`
}

// StateCountRecord counts the campaigns in one state.
type StateCountRecord struct {
	// state as in the campaigns' status.state.
	// +optional
	State CampaignState `json:"state,omitempty"`
	// count of campaigns.
	// +optional
	Count int64 `json:"count,omitempty"`
}

// CampaignsRecord counts the campaigns that refer to the account, over all namespaces.
type CampaignsRecord struct {
	// total of campaigns.
	// +optional
	Total int64 `json:"total,omitempty"`
	// stalled counts those that wait for somebody to act.
	// +optional
	Stalled int64 `json:"stalled,omitempty"`
	// byState counts them by state, in the order of the states' names.
	// +listType=atomic
	// +optional
	ByState []StateCountRecord `json:"byState,omitempty"`
}

// ActivityRecord names an activity at the vendor.
type ActivityRecord struct {
	// kind of the activity, such as `PayGiftActivity`.
	// +optional
	Kind string `json:"kind,omitempty"`
	// activityId is the vendor's id.
	// +optional
	ActivityID string `json:"activityId,omitempty"`
	// name that users see.
	// +optional
	Name string `json:"name,omitempty"`
	// state that it was last seen in.
	// +optional
	State CampaignState `json:"state,omitempty"`
	// number is its request number, where the vendor shows it.
	// +optional
	Number string `json:"number,omitempty"`
	// end of the activity (RFC 3339).
	// +optional
	End string `json:"end,omitempty"`
	// resource that records it, as namespace/name; absent for one that none records.
	// +optional
	Resource string `json:"resource,omitempty"`
	// command that ends it, for one line of a shell.
	// +optional
	Command string `json:"command,omitempty"`
}

// ActivitiesRecord is a bounded list of activities.
type ActivitiesRecord struct {
	// total of such activities.
	// +optional
	Total int64 `json:"total,omitempty"`
	// first of them, by end, at most 20.
	// +listType=atomic
	// +optional
	First []ActivityRecord `json:"first,omitempty"`
}

// AccountStatus is the part of the status that all account kinds share.
type AccountStatus struct {
	// brake that is in effect, as the operator has seen it.
	// +optional
	Brake string `json:"brake,omitempty"`
	// clockSkew is how far the gateway's clock is ahead of the operator's, such as `40s` or `-2m10s`, while it is more
	// than 30 s. Beyond 120 s nothing that starts or widens an activity is sent.
	// +optional
	ClockSkew string `json:"clockSkew,omitempty"`
	// quota lists the operations whose calls wait or are paused.
	// +listType=atomic
	// +optional
	Quota []QuotaRecord `json:"quota,omitempty"`
	// campaigns counts the campaigns that refer to the account.
	// +optional
	Campaigns *CampaignsRecord `json:"campaigns,omitempty"`
	// activeMoney is what the activated campaigns with a budget of their own can cost together, as the last sweep saw them; absent
	// while there are none.
	// +optional
	ActiveMoney *ActiveMoneyRecord `json:"activeMoney,omitempty"`
	// unmanaged are the live activities at the vendor that no resource records, as the last sweep saw them.
	// +optional
	Unmanaged *ActivitiesRecord `json:"unmanaged,omitempty"`
	// stillRunning are, while the brake is at Pause, the activities that run or will begin and that cannot be paused by a
	// call, each with the command that ends it for ever.
	// +optional
	StillRunning *ActivitiesRecord `json:"stillRunning,omitempty"`
}
