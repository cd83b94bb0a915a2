package v1alpha1

// ManagementPolicy says whether the operator may change anything at the vendor.
//
// +kubebuilder:validation:Enum=Manage;Observe
// +kubebuilder:validation:MaxLength=32
type ManagementPolicy string

// The management policies.
const (
	// ManagementManage creates, changes and ends the activity as the manifest asks; also when left out.
	ManagementManage ManagementPolicy = "Manage"
	// ManagementObserve finds and reports the activity and never sends a call that changes anything.
	ManagementObserve ManagementPolicy = "Observe"
)

// DeletionPolicy says what deleting the resource does to the activity.
//
// +kubebuilder:validation:Enum=Orphan;Terminate;Pause
// +kubebuilder:validation:MaxLength=32
type DeletionPolicy string

// The deletion policies.
const (
	// DeletionOrphan leaves the activity as it is; also when left out.
	DeletionOrphan DeletionPolicy = "Orphan"
	// DeletionTerminate ends the activity before the resource goes, unless its namespace or its CRD is going away too.
	DeletionTerminate DeletionPolicy = "Terminate"
	// DeletionPause pauses the activity before the resource goes, under the same conditions; for kinds that can be paused and not
	// ended by a call.
	DeletionPause DeletionPolicy = "Pause"
)

// ReplacePrevious says whether a new revision waits for the activities of the former ones.
//
// +kubebuilder:validation:Enum=Wait;Keep
// +kubebuilder:validation:MaxLength=32
type ReplacePrevious string

// The ways to replace a previous activity.
const (
	// ReplaceWait creates the new activity when the previous ones have ended; also when left out.
	ReplaceWait ReplacePrevious = "Wait"
	// ReplaceKeep creates it beside those that are still live.
	ReplaceKeep ReplacePrevious = "Keep"
)

// CampaignLifecycle are the operator's own fields that all activity kinds have, besides `state` and `adopt`.
type CampaignLifecycle struct {
	// managementPolicy is `Manage` or `Observe`; `Manage` when left out. With `Observe` the activity is found and
	// reported, drift included, and no call that changes anything is ever sent. Switched back to `Manage`, the
	// activity is looked at before anything is sent.
	//
	// +optional
	ManagementPolicy ManagementPolicy `json:"managementPolicy,omitempty"`

	// deletionPolicy is what deleting this resource does to the activity: `Orphan` leaves it as it is, also when left
	// out; `Terminate` ends it for ever first; `Pause` pauses it first. Each kind takes what the vendor has a call for. None
	// acts when the namespace or the CRD is going away: losing a cluster must not end a campaign.
	//
	// +optional
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitempty"`

	// requestRevision asks for a new activity when it is raised, and lets the creation fields change in the same
	// commit: 1 to 1000000, 1 when left out. The former activity stays as it is and is kept in `status.previous`. A
	// lower number than before makes nothing; it is answered by the reason RevisionLowered.
	//
	// +kubebuilder:validation:XValidation:rule=`self >= 1 && self <= 1000000`,message="write requestRevision as a number from 1 to 1000000, or leave it out for 1"
	// +optional
	RequestRevision *int64 `json:"requestRevision,omitempty"` //nolint:kubeapilinter // a rule instead of Minimum, so that the message can say what to write

	// replacePrevious says whether a raised requestRevision waits until the former activities have ended (`Wait`, also
	// when left out) or makes the new one beside them (`Keep`).
	//
	// +optional
	ReplacePrevious ReplacePrevious `json:"replacePrevious,omitempty"`

	// allowTwin lets an activity be created although a live one with the same name and the same time exists under
	// another request number. Without it such a manifest waits with the reason LooksLikeExisting, so that a renamed file
	// does not buy twice.
	//
	// +optional
	AllowTwin bool `json:"allowTwin,omitempty"` //nolint:kubeapilinter // left out and false mean the same
}

// Revision is the requested revision; 1 when it was left out.
func (l CampaignLifecycle) Revision() int64 {
	if l.RequestRevision == nil {
		return 1
	}
	return *l.RequestRevision
}
