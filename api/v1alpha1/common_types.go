package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// AnnotationReconcileRequestedAt asks for a look at the vendor now. Any new value does; the
// value that was last served is echoed in status.lastHandledReconcileAt.
const AnnotationReconcileRequestedAt = "campaign-operator.io/reconcile-requested-at"

// AnnotationGitRevision tells the audit log which commit a manifest comes from. Set it in the
// pipeline that applies the manifests; the operator only reads it.
const AnnotationGitRevision = "campaign-operator.io/git-revision"

// AccountReference names the account (WeChatPayMerchant, AlipayApp) that an activity belongs to.
type AccountReference struct {
	// name of the account resource, at most 253 characters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')`,message="write the name of an account resource: lower-case letters, digits, - and ., beginning and ending with a letter or digit"
	// +required
	Name string `json:"name,omitempty"`

	// namespace of the account resource, at most 63 characters; the activity's own namespace when left out. Another
	// namespace works only where the account lists this one in `allowedNamespaces`.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')`,message="write the account's namespace: lower-case letters, digits and -, beginning and ending with a letter or digit"
	// +optional
	Namespace string `json:"namespace,omitempty"`
}

// StockReference names the resource of a coupon stock that another campaign gives out.
type StockReference struct {
	// kind of the resource, at most 63 characters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +required
	Kind string `json:"kind,omitempty"`

	// name of the resource, at most 253 characters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +required
	Name string `json:"name,omitempty"`

	// namespace of the resource, at most 63 characters; the campaign's own namespace when left out.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +optional
	Namespace string `json:"namespace,omitempty"`
}

// The finalizers that the operator sets.
const (
	// FinalizerTerminate keeps a campaign with `deletionPolicy: Terminate` until its activity has ended.
	FinalizerTerminate = "campaign-operator.io/terminate"
	// FinalizerInUse keeps an account while a campaign with FinalizerTerminate needs its credentials.
	FinalizerInUse = "campaign-operator.io/in-use"
)

// CampaignState is one vocabulary over all kinds for what an activity is doing. The gateway's
// own word stands beside it in status.
type CampaignState string

// The states of a campaign.
const (
	// StateDraft: the manifest says Draft and nothing exists remotely.
	StateDraft CampaignState = "Draft"
	// StatePending: nothing has been sent yet, something is waited for.
	StatePending CampaignState = "Pending"
	// StateCreating: a create call was or may have been sent and its end is not known yet.
	StateCreating CampaignState = "Creating"
	// StateScheduled: the activity exists and has not begun.
	StateScheduled CampaignState = "Scheduled"
	// StateInactive: the activity exists and has not been activated.
	StateInactive CampaignState = "Inactive"
	// StateRunning: the activity is running.
	StateRunning CampaignState = "Running"
	// StatePaused: the activity is paused.
	StatePaused CampaignState = "Paused"
	// StateEnded: the activity's end time has passed.
	StateEnded CampaignState = "Ended"
	// StateTerminated: the activity was ended for ever before its end time.
	StateTerminated CampaignState = "Terminated"
	// StateFailed: the vendor failed the creation after accepting it.
	StateFailed CampaignState = "Failed"
	// StateMissing: the vendor no longer knows the recorded activity.
	StateMissing CampaignState = "Missing"
)

// CreationOutcome says what is known about the remote creation.
type CreationOutcome string

// The creation outcomes. Absent means that nothing was sent, or that it was definitely refused.
const (
	// CreationUnknown: the intent is recorded, a create call may have been sent and its
	// outcome is not known yet. The creation fields are frozen.
	CreationUnknown CreationOutcome = "Unknown"
	// CreationConfirmed: the activity exists with the manifest's content. The creation fields are frozen.
	CreationConfirmed CreationOutcome = "Confirmed"
	// CreationDiffers: an activity exists under the request number with other content than
	// the manifest's. It is left alone until the manifest is corrected.
	CreationDiffers CreationOutcome = "Differs"
)

// AccountIdentity is the account that a creation was recorded for.
type AccountIdentity struct {
	// environment of the account, such as `production`.
	// +optional
	Environment string `json:"environment,omitempty"`
	// id is the merchant id (`mchid`) or the app id, with `-` and the merchant's id where the app acts for a merchant.
	// +optional
	ID string `json:"id,omitempty"`
	// gateway is the base URL of the vendor's gateway.
	// +optional
	Gateway string `json:"gateway,omitempty"`
}

// CreationRequest is the record of what was sent, written before it was sent.
type CreationRequest struct {
	// number is the request number (`out_request_no`, `out_biz_no`), the vendor's idempotency key.
	// +optional
	Number string `json:"number,omitempty"`
	// revision of the request that the number was made for.
	// +optional
	Revision int64 `json:"revision,omitempty"`
	// digest of the exact request body, as `sha256:<hex>`.
	// +optional
	Digest string `json:"digest,omitempty"`
	// account that the request was made for.
	// +optional
	Account AccountIdentity `json:"account,omitempty,omitzero"`
	// generation of the manifest that the body was made from.
	// +optional
	Generation int64 `json:"generation,omitempty"`
	// found is true when the activity was found by its content or number, with no request recorded before.
	// +optional
	Found bool `json:"found,omitempty"`
	// adopted is true when the activity was taken over because `spec.adopt` names it, rather than made or found by number.
	// +optional
	Adopted bool `json:"adopted,omitempty"`
	// time at which the intent was recorded.
	// +optional
	Time metav1.Time `json:"time,omitempty,omitzero"`
}

// Rejection records that the gateway definitely refused the create request, so that the same
// bytes are not sent again before it makes sense.
type Rejection struct {
	// account that refused it.
	// +optional
	Account AccountIdentity `json:"account,omitempty,omitzero"`
	// digest of the refused request body.
	// +optional
	Digest string `json:"digest,omitempty"`
	// code of the gateway, such as `PARAM_ERROR`.
	// +optional
	Code string `json:"code,omitempty"`
	// message of the gateway and what to do.
	// +optional
	Message string `json:"message,omitempty"`
	// retry is true when the same request is sent again by itself, slowly, because something
	// at the vendor may change; false when only a changed manifest helps.
	// +optional
	Retry bool `json:"retry,omitempty"`
	// attempts counts the refusals of this body.
	// +optional
	Attempts int64 `json:"attempts,omitempty"`
	// time of the last refusal.
	// +optional
	Time metav1.Time `json:"time,omitempty,omitzero"`
}

// OperationOutcome says what is known of a mutating call after the creation.
type OperationOutcome string

// The operation outcomes. Absent means that the call may have been sent and its outcome is open.
const (
	// OperationDone: the gateway answered that it was done, wholly or in part.
	OperationDone OperationOutcome = "Done"
	// OperationRefused: the gateway definitely refused it.
	OperationRefused OperationOutcome = "Refused"
	// OperationWithdrawn: it was not sent, because something held it back after it was recorded.
	OperationWithdrawn OperationOutcome = "Withdrawn"
)

// OperationRecord is the record of the last mutating call after the creation, written before it is sent.
type OperationRecord struct {
	// name of the operation, such as `terminate`, `start` or `members-add`.
	// +optional
	Name string `json:"name,omitempty"`
	// seq counts the mutating calls after the creation; it is part of their request numbers.
	// +optional
	Seq int64 `json:"seq,omitempty"`
	// number is the request number of the call, for calls that have one (`add_request_no`, `delete_request_no`, `out_biz_no`).
	// +optional
	Number string `json:"number,omitempty"`
	// digest of what the call was to change, as `sha256:<hex>`; absent for calls without a body.
	// +optional
	Digest string `json:"digest,omitempty"`
	// generation of the manifest that asked for it.
	// +optional
	Generation int64 `json:"generation,omitempty"`
	// outcome is `Done`, `Refused` or `Withdrawn`; absent while it is open.
	// +optional
	Outcome OperationOutcome `json:"outcome,omitempty"`
	// attempts counts the calls of this name that were done for this generation. A second one that did not last either
	// means that somebody at the vendor wants it otherwise (the reason Contested).
	// +optional
	Attempts int64 `json:"attempts,omitempty"`
	// time at which the intent was recorded.
	// +optional
	Time metav1.Time `json:"time,omitempty,omitzero"`
}

// MemberRefusal is a member of the activity that the vendor did not take.
type MemberRefusal struct {
	// id of the member, such as a merchant id.
	// +optional
	ID string `json:"id,omitempty"`
	// reason as the vendor says it.
	// +optional
	Reason string `json:"reason,omitempty"`
}

// MembersRecord is what became of the members (for pay gift: the sending merchants) that the manifest lists.
type MembersRecord struct {
	// digest of the listed members that the vendor was last brought to, as `sha256:<hex>`.
	// +optional
	Digest string `json:"digest,omitempty"`
	// listed are the members that this manifest has listed and that may be at the vendor. Only these are ever removed.
	// +listType=atomic
	// +optional
	Listed []string `json:"listed,omitempty"`
	// refused are the listed members that the vendor did not take. They are asked for again, slowly, under a new number.
	// +listType=atomic
	// +optional
	Refused []MemberRefusal `json:"refused,omitempty"`
	// attempts counts the calls in a row that the vendor refused members of.
	// +optional
	Attempts int64 `json:"attempts,omitempty"`
	// time at which the members were last changed or refused.
	// +optional
	Time metav1.Time `json:"time,omitempty,omitzero"`
}

// RefusedPartsRecord is what the vendor left out of an activity that it otherwise made or changed, such as shops that it does
// not know.
type RefusedPartsRecord struct {
	// field is the vendor's path of the list that they are missing from.
	// +optional
	Field string `json:"field,omitempty"`
	// total counts them.
	// +optional
	Total int64 `json:"total,omitempty"`
	// first are the first ten, with the vendor's reasons.
	// +listType=atomic
	// +optional
	First []MemberRefusal `json:"first,omitempty"`
}

// ResidueRecord is a field of an activity that differs from the manifest, or cannot be seen, after the vendor was asked for
// exactly what the manifest says.
type ResidueRecord struct {
	// field is the vendor's path.
	// +optional
	Field string `json:"field,omitempty"`
	// desired is the digest of what was asked for, as `sha256:<hex>`.
	// +optional
	Desired string `json:"desired,omitempty"`
	// observed is the digest of what the vendor shows since; absent until it was looked at.
	// +optional
	Observed string `json:"observed,omitempty"`
}

// CampaignStatus is the part of the status that all activity kinds share.
type CampaignStatus struct {
	// observedGeneration is the generation of the manifest that this status speaks of;
	// -1 until the operator has looked at the resource for the first time.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// state of the campaign in the vocabulary that all kinds share: Draft, Pending, Creating,
	// Scheduled, Inactive, Running, Paused, Ended, Terminated, Failed or Missing.
	// +optional
	State CampaignState `json:"state,omitempty"`
	// beginTime is when the activity begins, such as `2027-01-20T00:00:00+08:00`: as the manifest says, or the vendor, in Beijing
	// time, where the creation fields were left out.
	// +optional
	BeginTime string `json:"beginTime,omitempty"`
	// endTime is when it ends, likewise.
	// +optional
	EndTime string `json:"endTime,omitempty"`
	// creation says what is known about the remote creation: `Unknown` while a create call's
	// outcome is open, `Confirmed` once the activity exists as the manifest says, `Differs` when
	// what exists under the request number is something else; absent before the first call.
	// +optional
	Creation CreationOutcome `json:"creation,omitempty"`
	// request is the record of the create request, written before it is sent.
	// +optional
	Request *CreationRequest `json:"request,omitempty"`
	// rejection is the last definite refusal of the create request; absent once another body was accepted or sent.
	// +optional
	Rejection *Rejection `json:"rejection,omitempty"`
	// plan says what setting `state` to the live one would do; present while the manifest is a draft.
	// +optional
	Plan *PlanRecord `json:"plan,omitempty"`
	// previous are the activities of former revisions, the latest first; beyond 20 those that have ended are dropped.
	// +listType=atomic
	// +optional
	Previous []PreviousRecord `json:"previous,omitempty"`
	// drift says which fields differ at the vendor, and for which this can be seen.
	// +optional
	Drift *DriftRecord `json:"drift,omitempty"`
	// operation is the last mutating call after the creation. A recorded `terminate` is how the
	// operator remembers that it was this manifest that ended the activity.
	// +optional
	Operation *OperationRecord `json:"operation,omitempty"`
	// contested is a call that was done as often for this manifest as it is going to be and did not last; absent until another
	// call is made after it.
	// +optional
	Contested *OperationRecord `json:"contested,omitempty"`
	// refused is what the vendor left out of the activity, such as shops that it does not know; absent when it took all.
	// +optional
	Refused *RefusedPartsRecord `json:"refused,omitempty"`
	// residue are the fields that are as asked for although they differ: what the vendor left out, or does not show.
	// +listType=atomic
	// +optional
	Residue []ResidueRecord `json:"residue,omitempty"`
	// codes is how far the voucher codes are that the manifest hands over; absent where it names none.
	// +optional
	Codes *CodesRecord `json:"codes,omitempty"`
	// formerCodes are the codes that were handed over for activities of former revisions; no other activity gets them.
	// +listType=atomic
	// +optional
	FormerCodes []FormerCodesRecord `json:"formerCodes,omitempty"`
	// elsewhere is what somebody else did to the activity at the vendor; absent while it is as this resource left it.
	// +optional
	Elsewhere *ElsewhereRecord `json:"elsewhere,omitempty"`
	// lastHandledReconcileAt echoes the `campaign-operator.io/reconcile-requested-at` annotation that was served last.
	// +optional
	LastHandledReconcileAt string `json:"lastHandledReconcileAt,omitempty"`
	// conditions are Ready, and Reconciling, Stalled or Drifted only while they are true.
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}
