package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// SecretKeyVoucherCodes is the key of a Secret that voucherCodesFrom names: one voucher code a line, each 1 to 64 characters
// of `0-9 a-z A-Z - _ + = |`.
const SecretKeyVoucherCodes = "codes"

// AlipayVoucherActivityDesiredState is what the manifest asks the activity to be.
//
// +kubebuilder:validation:Enum=Draft;Active;Stopped
// +kubebuilder:validation:MaxLength=32
type AlipayVoucherActivityDesiredState string

// The desired states of an AlipayVoucherActivity.
const (
	// AlipayVoucherActivityDraft sends nothing.
	AlipayVoucherActivityDraft AlipayVoucherActivityDesiredState = "Draft"
	// AlipayVoucherActivityActive creates the activity; users can receive vouchers from its publishStartTime on.
	AlipayVoucherActivityActive AlipayVoucherActivityDesiredState = "Active"
	// AlipayVoucherActivityStopped ends the activity for ever.
	AlipayVoucherActivityStopped AlipayVoucherActivityDesiredState = "Stopped"
)

// AlipayVoucherAdoption names an existing activity.
type AlipayVoucherAdoption struct {
	// activityId is the id of the activity to take over (`activity_id`, 活动id): at most 128 letters, digits, `_` or `-`, in
	// quotes.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[0-9A-Za-z_-]*$')`,message="write activityId in quotes, as letters, digits, _ and -, such as \"2016042700826004508401111111\""
	// +required
	ActivityID string `json:"activityId,omitempty"`
}

// AlipayVoucherCodeSource is a Secret with voucher codes.
type AlipayVoucherCodeSource struct {
	// secretName is the Secret, in the activity's namespace, whose key `codes` holds the codes, one a line. At most 253
	// characters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')`,message="write the name of a Secret: lower-case letters, digits, - and ., beginning and ending with a letter or digit"
	// +required
	SecretName string `json:"secretName,omitempty"`

	// count is how many codes the Secret holds: 1 to 100000. None of them is handed over while it holds another number: a
	// second pair of eyes against a truncated file.
	//
	// +kubebuilder:validation:XValidation:rule=`self >= 1 && self <= 100000`,message="write count from 1 to 100000, the number of codes in the Secret; more codes go into several Secrets"
	// +required
	Count int64 `json:"count,omitempty"` //nolint:kubeapilinter // a rule instead of Minimum, so that the message can say what to write
}

// AlipayVoucherActivitySpec is the request of 创建商家券活动接口 with the operator's own fields before it.
type AlipayVoucherActivitySpec struct {
	// appRef names the AlipayApp whose credentials create the activity.
	//
	// +required
	AppRef AccountReference `json:"appRef,omitzero"`

	// state is what the activity shall be. There is no default, so that nothing is created by leaving it out. `Draft` sends
	// nothing; what `Active` would do is in `status.plan`. `Active` creates the activity, hands over the codes that
	// voucherCodesFrom names and has it changed where the manifest is edited; users can receive vouchers from its
	// publishStartTime on. `Stopped` ends it for ever: nobody receives another voucher, and those received stay usable.
	//
	// +required
	State AlipayVoucherActivityDesiredState `json:"state,omitempty"`

	CampaignLifecycle `json:",inline"`

	// adopt names an existing activity, such as one made in Alipay's console, to take over. Nothing is ever created, and the
	// fields of the request can be left out, all of them; given, they are compared and may change at any time. It stays in
	// Git: it cannot be changed or removed while the activity that it took over is recorded.
	//
	// +optional
	Adopt *AlipayVoucherAdoption `json:"adopt,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there

	// budgetYuan is what the whole activity can cost, in yuan with two decimals and in quotes, such as `"200000.00"`. It is not
	// sent. It has to equal what one voucher takes off at most times the number of vouchers: amount, ceilingAmount, originAmount
	// less specialAmount, or for a voucher of goods its amount; times quantity, or with MERCHANT_UPLOAD the sum of the counts in
	// voucherCodesFrom. A second pair of eyes against a wrong figure.
	//
	// +optional
	BudgetYuan Yuan `json:"budgetYuan,omitempty"`

	// voucherCodesFrom lists the Secrets with the codes to hand over (券码导入) once the activity exists, at most 50, each once;
	// only with `codeMode: MERCHANT_UPLOAD`. How many codes there are is how many vouchers there are. Entries can be added
	// while the activity runs; what was handed over is not taken back.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=50
	// +kubebuilder:validation:XValidation:rule=`self.all(x, self.exists_one(y, y.secretName == x.secretName))`,message="name every Secret once: voucherCodesFrom names one twice"
	// +listType=atomic
	// +optional
	VoucherCodesFrom []AlipayVoucherCodeSource `json:"voucherCodesFrom,omitempty"`

	AlipayVoucherActivityRequest `json:",inline"`
}

// AlipayVoucherActivityStatus is what the operator and the vendor say of the activity. It has types and no limits: a value
// that the vendor returns must never make the API server refuse the write.
type AlipayVoucherActivityStatus struct {
	CampaignStatus `json:",inline"`

	// activityId is the id that Alipay gave the activity (`activity_id`, 活动id).
	//
	// +optional
	ActivityID string `json:"activityId,omitempty"`

	// activityStatus is Alipay's own word for the state (`activity_status`, 活动状态): ACTIVE, PAUSE or FINISHED; empty until
	// the activity is made.
	//
	// +optional
	ActivityStatus string `json:"activityStatus,omitempty"`

	// activityOperationStatus is Alipay's own word for an operation that it has accepted and not finished
	// (`activity_operation_status`): CREATING, MODIFYING, APPENDING or FINISHEING (its spelling).
	//
	// +optional
	ActivityOperationStatus string `json:"activityOperationStatus,omitempty"`

	// auditResult is what Alipay's review says (`audit_result`, 审核结果): SUBMIT, APPROVE or REJECT; absent where there is none.
	//
	// +optional
	AuditResult string `json:"auditResult,omitempty"`

	// auditReason is the review's text (`audit_reason`, 审核原因).
	//
	// +optional
	AuditReason string `json:"auditReason,omitempty"`

	// createTime is when Alipay made the activity (`create_time`, 创建时间), as it spells it.
	//
	// +optional
	CreateTime string `json:"createTime,omitempty"`

	// value is what one voucher is worth, such as `10.00` (yuan off), `6.5折 max 50.00`, `special 9.90` or the name of the goods
	// that it is exchanged for.
	//
	// +optional
	Value string `json:"value,omitempty"`

	// budgetYuan is what the whole activity can cost in yuan, such as `200000.00`.
	//
	// +optional
	BudgetYuan string `json:"budgetYuan,omitempty"`

	// distribution counts the vouchers that users have received (`send_count`, 已发放数量). It is written at thresholds and
	// rarely in between, so that an activity that is given out fast does not keep the API server busy.
	//
	// +optional
	Distribution *DistributionRecord `json:"distribution,omitempty"`
}

// AlipayVoucherActivity is a 商家券 activity (商家券 2.0, ordervoucher): a number of a merchant's own vouchers that users
// receive in Alipay.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=ava,categories=campaigns
// +kubebuilder:printcolumn:name="ID",type=string,JSONPath=`.status.activityId`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Value",type=string,JSONPath=`.status.value`
// +kubebuilder:printcolumn:name="Budget",type=string,JSONPath=`.status.budgetYuan`
// +kubebuilder:printcolumn:name="Codes",type=string,JSONPath=`.status.codes.summary`
// +kubebuilder:printcolumn:name="Sent",type=string,JSONPath=`.status.distribution.summary`
// +kubebuilder:printcolumn:name="Begin",type=string,JSONPath=`.spec.voucherSendModeInfo.voucherSendRuleInfo.publishStartTime`
// +kubebuilder:printcolumn:name="End",type=string,JSONPath=`.spec.voucherSendModeInfo.voucherSendRuleInfo.publishEndTime`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Request",type=string,JSONPath=`.status.request.number`,priority=1
// +kubebuilder:printcolumn:name="Gateway",type=string,JSONPath=`.status.activityStatus`,priority=1
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,priority=1
type AlipayVoucherActivity struct {
	metav1.TypeMeta `json:",inline"`

	// metadata of the resource. The namespace and the name are part of the request number: an activity moved to another name
	// is another activity.
	//
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is what Git says; the operator never writes it.
	//
	// +required
	Spec AlipayVoucherActivitySpec `json:"spec,omitzero"`

	// status is what the operator found; only the operator writes it.
	//
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status AlipayVoucherActivityStatus `json:"status,omitempty,omitzero"`
}

// AlipayVoucherActivityList is a list of AlipayVoucherActivity.
//
// +kubebuilder:object:root=true
type AlipayVoucherActivityList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []AlipayVoucherActivity `json:"items"`
}
