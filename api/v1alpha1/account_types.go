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

// QuotaRecord is the state of one operation's quota at the account, listed while it is not at rest.
type QuotaRecord struct {
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
	// unmanaged are the live activities at the vendor that no resource records, as the last sweep saw them.
	// +optional
	Unmanaged *ActivitiesRecord `json:"unmanaged,omitempty"`
	// stillRunning are, while the brake is at Pause, the activities that run or will begin and that cannot be paused by a
	// call, each with the command that ends it for ever.
	// +optional
	StillRunning *ActivitiesRecord `json:"stillRunning,omitempty"`
}
