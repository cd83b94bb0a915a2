package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// PlannedCall is a call that would be made.
type PlannedCall struct {
	// operation is the call's name in logs, metrics and the audit log.
	// +optional
	Operation string `json:"operation,omitempty"`
	// number is the request number that it would carry.
	// +optional
	Number string `json:"number,omitempty"`
	// digest of the exact request body, as `sha256:<hex>`.
	// +optional
	Digest string `json:"digest,omitempty"`
}

// PlanRecord says what setting `state` to the live one would do. It is made when the manifest changes.
type PlanRecord struct {
	// generation of the manifest that the plan was made for.
	// +optional
	Generation int64 `json:"generation,omitempty"`
	// calls that would be sent, in this order.
	// +listType=atomic
	// +optional
	Calls []PlannedCall `json:"calls,omitempty"`
	// commits says what money the calls commit.
	// +optional
	Commits string `json:"commits,omitempty"`
	// irreversible lists what cannot be undone afterwards.
	// +listType=atomic
	// +optional
	Irreversible []string `json:"irreversible,omitempty"`
	// quotaWait is about how long the first call would wait for the account's turn, such as `12s`.
	// +optional
	QuotaWait string `json:"quotaWait,omitempty"`
	// warnings are what was found and does not stop the creation.
	// +listType=atomic
	// +optional
	Warnings []string `json:"warnings,omitempty"`
	// time at which the plan was made.
	// +optional
	Time metav1.Time `json:"time,omitempty,omitzero"`
}

// PreviousRecord is an activity of a former requestRevision.
type PreviousRecord struct {
	// revision that it was made for.
	// +optional
	Revision int64 `json:"revision,omitempty"`
	// activityId is the vendor's id.
	// +optional
	ActivityID string `json:"activityId,omitempty"`
	// number is its request number.
	// +optional
	Number string `json:"number,omitempty"`
	// creation is what was known of it; one that `Differs` had other content than the manifest.
	// +optional
	Creation CreationOutcome `json:"creation,omitempty"`
	// state that it was last seen in.
	// +optional
	State CampaignState `json:"state,omitempty"`
	// time at which it was replaced.
	// +optional
	Time metav1.Time `json:"time,omitempty,omitzero"`
}

// FieldDifference is one field that is not at the vendor as the manifest says.
type FieldDifference struct {
	// field is the vendor's path, such as `activity_base_info.activity_name`.
	// +optional
	Field string `json:"field,omitempty"`
	// desired is what the manifest says, shortened; empty means absent.
	// +optional
	Desired string `json:"desired,omitempty"`
	// observed is what the vendor says, shortened; empty means absent.
	// +optional
	Observed string `json:"observed,omitempty"`
}

// DriftRecord says what differs and what can be seen to differ.
type DriftRecord struct {
	// differences between the manifest and the vendor, at most 10.
	// +listType=atomic
	// +optional
	Differences []FieldDifference `json:"differences,omitempty"`
	// more counts the differences beyond those listed.
	// +optional
	More int64 `json:"more,omitempty"`
	// comparable are the fields that the vendor returns, so that a change of them is seen.
	// +listType=atomic
	// +optional
	Comparable []string `json:"comparable,omitempty"`
	// writeOnly are the fields that the vendor takes and does not return: a change of them is not seen.
	// +listType=atomic
	// +optional
	WriteOnly []string `json:"writeOnly,omitempty"`
	// serverOwned are the fields that the vendor sets by itself; they never differ.
	// +listType=atomic
	// +optional
	ServerOwned []string `json:"serverOwned,omitempty"`
}

// ElsewhereRecord is what somebody else did to the activity at the vendor, and what is therefore not undone.
type ElsewhereRecord struct {
	// state that the activity was brought to, such as Paused.
	// +optional
	State CampaignState `json:"state,omitempty"`
	// generation of the manifest when it was first seen. A later edit of the spec lifts it.
	// +optional
	Generation int64 `json:"generation,omitempty"`
	// time at which it was first seen.
	// +optional
	Time metav1.Time `json:"time,omitempty,omitzero"`
}

// DistributionRecord counts what an activity has given out. It is written when the state changes, at thresholds of the
// total, and otherwise rarely: not at every look.
type DistributionRecord struct {
	// summary is `sent/total`, such as `120/10000`.
	// +optional
	Summary string `json:"summary,omitempty"`
	// sent is how many were given out.
	// +optional
	Sent int64 `json:"sent,omitempty"`
	// total is how many there are in all.
	// +optional
	Total int64 `json:"total,omitempty"`
	// time at which this was counted.
	// +optional
	Time metav1.Time `json:"time,omitempty,omitzero"`
}
