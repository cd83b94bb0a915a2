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
//
// The rules that compare skip values that break the rule of their own field, so that one mistake gives one message. That of
// budgetYuan counts in thousandths of a yuan, quantity(amount + 'k'): whole numbers, so nothing is rounded.
//
// +kubebuilder:validation:XValidation:rule=`has(self.activityBaseInfo) || !has(self.voucherSendModeInfo) && !has(self.voucherDeductInfo) && !has(self.voucherAvailableScopeInfo) && !has(self.voucherUseRuleInfo) && !has(self.voucherCustomerGuideInfo) && !has(self.voucherDisplayPatternInfo) && !has(self.outBizNo) && !has(self.merchantAccessMode) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write activityBaseInfo; only with adopt or with managementPolicy: Observe can the fields of the request, outBizNo to voucherDisplayPatternInfo, be left out, and then all of them",fieldPath=".activityBaseInfo",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`has(self.voucherSendModeInfo) || !has(self.activityBaseInfo) && !has(self.voucherDeductInfo) && !has(self.voucherAvailableScopeInfo) && !has(self.voucherUseRuleInfo) && !has(self.voucherCustomerGuideInfo) && !has(self.voucherDisplayPatternInfo) && !has(self.outBizNo) && !has(self.merchantAccessMode) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write voucherSendModeInfo; only with adopt or with managementPolicy: Observe can the fields of the request, outBizNo to voucherDisplayPatternInfo, be left out, and then all of them",fieldPath=".voucherSendModeInfo",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`has(self.voucherDeductInfo) || !has(self.activityBaseInfo) && !has(self.voucherSendModeInfo) && !has(self.voucherAvailableScopeInfo) && !has(self.voucherUseRuleInfo) && !has(self.voucherCustomerGuideInfo) && !has(self.voucherDisplayPatternInfo) && !has(self.outBizNo) && !has(self.merchantAccessMode) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write voucherDeductInfo; only with adopt or with managementPolicy: Observe can the fields of the request, outBizNo to voucherDisplayPatternInfo, be left out, and then all of them",fieldPath=".voucherDeductInfo",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`has(self.voucherAvailableScopeInfo) || !has(self.activityBaseInfo) && !has(self.voucherSendModeInfo) && !has(self.voucherDeductInfo) && !has(self.voucherUseRuleInfo) && !has(self.voucherCustomerGuideInfo) && !has(self.voucherDisplayPatternInfo) && !has(self.outBizNo) && !has(self.merchantAccessMode) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write voucherAvailableScopeInfo; only with adopt or with managementPolicy: Observe can the fields of the request, outBizNo to voucherDisplayPatternInfo, be left out, and then all of them",fieldPath=".voucherAvailableScopeInfo",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`has(self.voucherUseRuleInfo) || !has(self.activityBaseInfo) && !has(self.voucherSendModeInfo) && !has(self.voucherDeductInfo) && !has(self.voucherAvailableScopeInfo) && !has(self.voucherCustomerGuideInfo) && !has(self.voucherDisplayPatternInfo) && !has(self.outBizNo) && !has(self.merchantAccessMode) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write voucherUseRuleInfo; only with adopt or with managementPolicy: Observe can the fields of the request, outBizNo to voucherDisplayPatternInfo, be left out, and then all of them",fieldPath=".voucherUseRuleInfo",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`has(self.voucherCustomerGuideInfo) || !has(self.activityBaseInfo) && !has(self.voucherSendModeInfo) && !has(self.voucherDeductInfo) && !has(self.voucherAvailableScopeInfo) && !has(self.voucherUseRuleInfo) && !has(self.voucherDisplayPatternInfo) && !has(self.outBizNo) && !has(self.merchantAccessMode) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write voucherCustomerGuideInfo; only with adopt or with managementPolicy: Observe can the fields of the request, outBizNo to voucherDisplayPatternInfo, be left out, and then all of them",fieldPath=".voucherCustomerGuideInfo",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`has(self.voucherDisplayPatternInfo) || !has(self.activityBaseInfo) && !has(self.voucherSendModeInfo) && !has(self.voucherDeductInfo) && !has(self.voucherAvailableScopeInfo) && !has(self.voucherUseRuleInfo) && !has(self.voucherCustomerGuideInfo) && !has(self.outBizNo) && !has(self.merchantAccessMode) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write voucherDisplayPatternInfo; only with adopt or with managementPolicy: Observe can the fields of the request, outBizNo to voucherDisplayPatternInfo, be left out, and then all of them",fieldPath=".voucherDisplayPatternInfo",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`self.?deletionPolicy.orValue('Orphan') != 'Pause'`,message="write deletionPolicy: Terminate or Orphan: Alipay has no call that pauses an activity",fieldPath=".deletionPolicy"
// +kubebuilder:validation:XValidation:rule=`!has(self.activityBaseInfo) || !has(self.voucherSendModeInfo) || self.activityBaseInfo.codeMode != 'MERCHANT_UPLOAD' || !has(self.voucherSendModeInfo.voucherSendRuleInfo.quantity) || self.voucherSendModeInfo.voucherSendRuleInfo.quantity <= 0 || self.voucherSendModeInfo.voucherSendRuleInfo.quantity > 99999999`,message="leave quantity out, or write 0: with MERCHANT_UPLOAD the codes that are handed over are the number of vouchers",fieldPath=".voucherSendModeInfo.voucherSendRuleInfo.quantity"
// +kubebuilder:validation:XValidation:rule=`!has(self.activityBaseInfo) || !has(self.voucherSendModeInfo) || self.activityBaseInfo.codeMode != 'MERCHANT_API' || has(self.voucherSendModeInfo.voucherSendRuleInfo.quantity) && self.voucherSendModeInfo.voucherSendRuleInfo.quantity != 0`,message="write quantity, the number of vouchers: MERCHANT_API needs at least 1",fieldPath=".voucherSendModeInfo.voucherSendRuleInfo.quantity",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`!has(self.voucherCodesFrom) || !has(self.activityBaseInfo) || self.activityBaseInfo.codeMode == 'MERCHANT_UPLOAD'`,message="leave voucherCodesFrom out, or write codeMode: MERCHANT_UPLOAD: with MERCHANT_API a code is named when a voucher is given out",fieldPath=".voucherCodesFrom"
// +kubebuilder:validation:XValidation:rule=`!has(self.voucherSendModeInfo) || !has(self.voucherUseRuleInfo) || !has(self.voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo) || [self.voucherSendModeInfo.voucherSendRuleInfo.publishEndTime, self.voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo.validEndTime].exists(t, !t.matches(r'^20(\d\d-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d\d-(0[469]|11)-(0[1-9]|[12]\d|30)|\d\d-02-(0[1-9]|1\d|2[0-8])|([02468][048]|[13579][26])-02-29)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$')) || timestamp(self.voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo.validEndTime) > timestamp(self.voucherSendModeInfo.voucherSendRuleInfo.publishEndTime)`,message="write a validEndTime after publishEndTime: a voucher that is received last has to be usable, too",fieldPath=".voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo.validEndTime"
// +kubebuilder:validation:XValidation:rule=`!has(self.voucherDeductInfo) || !has(self.voucherAvailableScopeInfo) || !has(self.voucherDeductInfo.specialVoucherInfo) || has(self.voucherAvailableScopeInfo.voucherAvailableGoodsInfo)`,message="write voucherAvailableGoodsInfo, the product and its price without a voucher: specialVoucherInfo needs it",fieldPath=".voucherAvailableScopeInfo.voucherAvailableGoodsInfo",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`!has(self.voucherDeductInfo) || !has(self.voucherAvailableScopeInfo) || !has(self.voucherAvailableScopeInfo.voucherAvailableGoodsInfo) || has(self.voucherAvailableScopeInfo.voucherAvailableGoodsInfo.originAmount) || !has(self.voucherDeductInfo.specialVoucherInfo) && !has(self.voucherDeductInfo.discountVoucherInfo)`,message="write originAmount, the price without a voucher: specialVoucherInfo and discountVoucherInfo need it",fieldPath=".voucherAvailableScopeInfo.voucherAvailableGoodsInfo.originAmount",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`!has(self.voucherDeductInfo) || !has(self.voucherAvailableScopeInfo) || !has(self.voucherDeductInfo.specialVoucherInfo) || !has(self.voucherAvailableScopeInfo.voucherAvailableGoodsInfo) || !has(self.voucherAvailableScopeInfo.voucherAvailableGoodsInfo.originAmount) || [self.voucherAvailableScopeInfo.voucherAvailableGoodsInfo.originAmount, self.voucherDeductInfo.specialVoucherInfo.specialAmount].exists(p, !p.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$')) || quantity(self.voucherAvailableScopeInfo.voucherAvailableGoodsInfo.originAmount).isGreaterThan(quantity(self.voucherDeductInfo.specialVoucherInfo.specialAmount))`,message="write a specialAmount below originAmount: a voucher takes the difference off",fieldPath=".voucherDeductInfo.specialVoucherInfo.specialAmount"
// +kubebuilder:validation:XValidation:rule=`!has(self.voucherDeductInfo) || !has(self.voucherDisplayPatternInfo) || !has(self.voucherDeductInfo.exchangeVoucherInfo) || has(self.voucherDisplayPatternInfo.voucherName)`,message="write voucherName, which users see: exchangeVoucherInfo needs it",fieldPath=".voucherDisplayPatternInfo.voucherName",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`!has(self.voucherDeductInfo) || !has(self.voucherDisplayPatternInfo) || has(self.voucherDeductInfo.exchangeVoucherInfo) || !has(self.voucherDisplayPatternInfo.voucherName)`,message="leave voucherName out: only exchangeVoucherInfo has one, for other vouchers Alipay makes a name of brand and value",fieldPath=".voucherDisplayPatternInfo.voucherName",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!has(self.budgetYuan) || !has(self.voucherDeductInfo) || !has(self.voucherDeductInfo.exchangeVoucherInfo) || has(self.voucherDeductInfo.exchangeVoucherInfo.amount)`,message="write exchangeVoucherInfo.amount, what a voucher is worth, or leave budgetYuan out: it cannot be checked without",fieldPath=".voucherDeductInfo.exchangeVoucherInfo.amount",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`!has(self.budgetYuan) || !has(self.activityBaseInfo) || self.activityBaseInfo.codeMode != 'MERCHANT_UPLOAD' || has(self.voucherCodesFrom)`,message="write voucherCodesFrom, or leave budgetYuan out: with MERCHANT_UPLOAD the codes are the number of vouchers, and it cannot be checked without",fieldPath=".voucherCodesFrom",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`!has(self.budgetYuan) || !self.budgetYuan.matches(r'^(0|[1-9]\d{0,10})\.\d{2}$') || !has(self.activityBaseInfo) || !has(self.voucherSendModeInfo) || !has(self.voucherDeductInfo) || !has(self.voucherAvailableScopeInfo) || (has(self.voucherDeductInfo.fixVoucherInfo) ? (self.voucherDeductInfo.fixVoucherInfo.amount.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$') ? [quantity(self.voucherDeductInfo.fixVoucherInfo.amount + 'k').asInteger()] : []) : has(self.voucherDeductInfo.discountVoucherInfo) ? (self.voucherDeductInfo.discountVoucherInfo.ceilingAmount.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$') ? [quantity(self.voucherDeductInfo.discountVoucherInfo.ceilingAmount + 'k').asInteger()] : []) : has(self.voucherDeductInfo.exchangeVoucherInfo) && has(self.voucherDeductInfo.exchangeVoucherInfo.amount) ? (self.voucherDeductInfo.exchangeVoucherInfo.amount.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$') ? [quantity(self.voucherDeductInfo.exchangeVoucherInfo.amount + 'k').asInteger()] : []) : has(self.voucherDeductInfo.specialVoucherInfo) && has(self.voucherAvailableScopeInfo.voucherAvailableGoodsInfo) && has(self.voucherAvailableScopeInfo.voucherAvailableGoodsInfo.originAmount) && self.voucherAvailableScopeInfo.voucherAvailableGoodsInfo.originAmount.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$') && self.voucherDeductInfo.specialVoucherInfo.specialAmount.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$') ? [quantity(self.voucherAvailableScopeInfo.voucherAvailableGoodsInfo.originAmount + 'k').sub(quantity(self.voucherDeductInfo.specialVoucherInfo.specialAmount + 'k')).asInteger()] : []).all(worth, worth <= 0 || (self.activityBaseInfo.codeMode == 'MERCHANT_API' ? (has(self.voucherSendModeInfo.voucherSendRuleInfo.quantity) ? [self.voucherSendModeInfo.voucherSendRuleInfo.quantity] : []) : has(self.voucherCodesFrom) && self.voucherCodesFrom.all(c, c.count >= 1 && c.count <= 100000) ? [self.voucherCodesFrom.map(c, c.count).sum()] : []).all(count, count < 1 || count > 99999999 || quantity(self.budgetYuan + 'k').asInteger() % count == 0 && quantity(self.budgetYuan + 'k').asInteger() / count == worth))`,message="write the budgetYuan that the request adds up to: what a voucher takes off at most (amount, ceilingAmount, or originAmount less specialAmount) times the number of vouchers (quantity, or the sum of the counts in voucherCodesFrom). 100 vouchers of 10 yuan make \"1000.00\"",fieldPath=".budgetYuan"
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

	// value is what one voucher is worth, for people: `10.00` yuan off, `6.5折`, `特价0.90` or `兑换`.
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

// The rules of the type below stand at the root, where they see status. They compare and never judge a value by itself, so
// that an object that breaks one can still be annotated, have its status written and lose its finalizers. All but the last
// begin with one condition, when the request is frozen: an activity of the recorded revision exists or may exist, and both
// before and after the edit the manifest asks for that revision, to be managed and not adopted. It looks at both sides so that
// the way back, a revert of the edit, is admitted whenever the edit was. The exceptions are what was added later and no call
// takes away.

// AlipayVoucherActivity is a 商家券 activity (商家券 2.0, ordervoucher): a number of a merchant's own vouchers that users
// receive in Alipay.
//
// While the activity may exist (`status.creation: Unknown`) the whole create request is frozen; once it exists, what Alipay has
// no call to change. Before the first call, after a definite refusal, when something else exists under the request number
// (`status.creation: Differs`), and with a raised requestRevision it can be corrected. With adopt and with
// managementPolicy: Observe it is free.
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
// +kubebuilder:printcolumn:name="Begin",type=string,JSONPath=`.status.beginTime`
// +kubebuilder:printcolumn:name="End",type=string,JSONPath=`.status.endTime`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Request",type=string,JSONPath=`.status.request.number`,priority=1
// +kubebuilder:printcolumn:name="Gateway",type=string,JSONPath=`.status.activityStatus`,priority=1
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,priority=1
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || (has(self.spec.outBizNo) ? has(oldSelf.spec.outBizNo) && self.spec.outBizNo == oldSelf.spec.outBizNo : !has(oldSelf.spec.outBizNo)) && (has(self.spec.merchantAccessMode) ? has(oldSelf.spec.merchantAccessMode) && self.spec.merchantAccessMode == oldSelf.spec.merchantAccessMode : !has(oldSelf.spec.merchantAccessMode))`,message="take the change of outBizNo or merchantAccessMode back: the activity exists or may exist, and was asked for with it. For another activity raise requestRevision in the same commit; to end this one write state: Stopped",fieldPath=".spec.outBizNo",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || !has(self.spec.activityBaseInfo) || has(oldSelf.spec.activityBaseInfo) && self.spec.activityBaseInfo.codeMode == oldSelf.spec.activityBaseInfo.codeMode && (oldSelf.status.creation == 'Confirmed' || self.spec.activityBaseInfo.activityName == oldSelf.spec.activityBaseInfo.activityName)`,message="take the change of activityBaseInfo back: the activity exists or may exist, and Alipay has no call to change it. Once status.creation is Confirmed, activityName can change. For another activity raise requestRevision in the same commit; to end this one write state: Stopped",fieldPath=".spec.activityBaseInfo",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || !has(self.spec.voucherSendModeInfo) || has(oldSelf.spec.voucherSendModeInfo) && (has(self.spec.voucherSendModeInfo.voucherSendMode) ? has(oldSelf.spec.voucherSendModeInfo.voucherSendMode) && self.spec.voucherSendModeInfo.voucherSendMode == oldSelf.spec.voucherSendModeInfo.voucherSendMode : !has(oldSelf.spec.voucherSendModeInfo.voucherSendMode)) && (has(self.spec.voucherSendModeInfo.deliveryChannelList) ? has(oldSelf.spec.voucherSendModeInfo.deliveryChannelList) && self.spec.voucherSendModeInfo.deliveryChannelList == oldSelf.spec.voucherSendModeInfo.deliveryChannelList : !has(oldSelf.spec.voucherSendModeInfo.deliveryChannelList)) && self.spec.voucherSendModeInfo.voucherSendRuleInfo.publishStartTime == oldSelf.spec.voucherSendModeInfo.voucherSendRuleInfo.publishStartTime && (has(self.spec.voucherSendModeInfo.voucherSendRuleInfo.quantityLimitPerUser) ? has(oldSelf.spec.voucherSendModeInfo.voucherSendRuleInfo.quantityLimitPerUser) && self.spec.voucherSendModeInfo.voucherSendRuleInfo.quantityLimitPerUser == oldSelf.spec.voucherSendModeInfo.voucherSendRuleInfo.quantityLimitPerUser : !has(oldSelf.spec.voucherSendModeInfo.voucherSendRuleInfo.quantityLimitPerUser)) && (has(self.spec.voucherSendModeInfo.voucherSendRuleInfo.naturalPersonLimit) ? has(oldSelf.spec.voucherSendModeInfo.voucherSendRuleInfo.naturalPersonLimit) && self.spec.voucherSendModeInfo.voucherSendRuleInfo.naturalPersonLimit == oldSelf.spec.voucherSendModeInfo.voucherSendRuleInfo.naturalPersonLimit : !has(oldSelf.spec.voucherSendModeInfo.voucherSendRuleInfo.naturalPersonLimit)) && (has(self.spec.voucherSendModeInfo.voucherSendRuleInfo.phoneNumberLimit) ? has(oldSelf.spec.voucherSendModeInfo.voucherSendRuleInfo.phoneNumberLimit) && self.spec.voucherSendModeInfo.voucherSendRuleInfo.phoneNumberLimit == oldSelf.spec.voucherSendModeInfo.voucherSendRuleInfo.phoneNumberLimit : !has(oldSelf.spec.voucherSendModeInfo.voucherSendRuleInfo.phoneNumberLimit)) && (oldSelf.status.creation == 'Confirmed' || self.spec.voucherSendModeInfo.voucherSendRuleInfo.publishEndTime == oldSelf.spec.voucherSendModeInfo.voucherSendRuleInfo.publishEndTime && (has(self.spec.voucherSendModeInfo.voucherSendRuleInfo.quantity) ? has(oldSelf.spec.voucherSendModeInfo.voucherSendRuleInfo.quantity) && self.spec.voucherSendModeInfo.voucherSendRuleInfo.quantity == oldSelf.spec.voucherSendModeInfo.voucherSendRuleInfo.quantity : !has(oldSelf.spec.voucherSendModeInfo.voucherSendRuleInfo.quantity)))`,message="take the change of voucherSendModeInfo back: the activity exists or may exist, and Alipay has no call to change it. Once status.creation is Confirmed, publishEndTime and quantity can change. For another activity raise requestRevision in the same commit; to end this one write state: Stopped",fieldPath=".spec.voucherSendModeInfo",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || !has(self.spec.voucherDeductInfo) || has(oldSelf.spec.voucherDeductInfo) && self.spec.voucherDeductInfo == oldSelf.spec.voucherDeductInfo`,message="take the change of voucherDeductInfo back: the activity exists or may exist, and Alipay has no call to change it. For another activity raise requestRevision in the same commit; to end this one write state: Stopped",fieldPath=".spec.voucherDeductInfo",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || !has(self.spec.voucherAvailableScopeInfo) || has(oldSelf.spec.voucherAvailableScopeInfo) && (has(self.spec.voucherAvailableScopeInfo.voucherAvailableGoodsInfo) ? has(oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGoodsInfo) && self.spec.voucherAvailableScopeInfo.voucherAvailableGoodsInfo == oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGoodsInfo : !has(oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGoodsInfo)) && has(self.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo) == has(oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo) && (!has(self.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo) || !has(oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo) || has(self.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableShopIds) == has(oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableShopIds) && (!has(self.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableGeographyAllShop) || !has(oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableGeographyAllShop) || (has(self.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableGeographyAllShop.availableBrandId) ? has(oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableGeographyAllShop.availableBrandId) && self.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableGeographyAllShop.availableBrandId == oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableGeographyAllShop.availableBrandId : !has(oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableGeographyAllShop.availableBrandId)) && (has(self.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableGeographyAllShop.merchantIds) ? has(oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableGeographyAllShop.merchantIds) && self.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableGeographyAllShop.merchantIds == oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableGeographyAllShop.merchantIds : !has(oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableGeographyAllShop.merchantIds)))) && (!has(self.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyCityInfo) || !has(oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyCityInfo) || has(self.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyCityInfo.allCity) == has(oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyCityInfo.allCity)) && (oldSelf.status.creation == 'Confirmed' || self.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo == oldSelf.spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo)`,message="take the change of voucherAvailableScopeInfo back: the activity exists or may exist, and Alipay has no call to change it. Once status.creation is Confirmed, shops or cities can be added and removed, but a list of shops, all shops, a list of cities and the whole country stay what they are, and availableBrandId and merchantIds with them. For another activity raise requestRevision in the same commit; to end this one write state: Stopped",fieldPath=".spec.voucherAvailableScopeInfo",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || !has(self.spec.voucherUseRuleInfo) || has(oldSelf.spec.voucherUseRuleInfo) && (has(self.spec.voucherUseRuleInfo.voucherUseTimeInfo.periodType) ? has(oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo.periodType) && self.spec.voucherUseRuleInfo.voucherUseTimeInfo.periodType == oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo.periodType : !has(oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo.periodType)) && has(self.spec.voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo) == has(oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo) && (!has(self.spec.voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo) || !has(oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo) || self.spec.voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo.validBeginTime == oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo.validBeginTime && (has(self.spec.voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo.timeRestrictInfo) ? has(oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo.timeRestrictInfo) && self.spec.voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo.timeRestrictInfo == oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo.timeRestrictInfo : !has(oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo.timeRestrictInfo))) && (!has(self.spec.voucherUseRuleInfo.voucherUseTimeInfo.relativePeriodInfo) || !has(oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo.relativePeriodInfo) || self.spec.voucherUseRuleInfo.voucherUseTimeInfo.relativePeriodInfo.waitDaysAfterReceive == oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo.relativePeriodInfo.waitDaysAfterReceive && (has(self.spec.voucherUseRuleInfo.voucherUseTimeInfo.relativePeriodInfo.timeRestrictInfo) ? has(oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo.relativePeriodInfo.timeRestrictInfo) && self.spec.voucherUseRuleInfo.voucherUseTimeInfo.relativePeriodInfo.timeRestrictInfo == oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo.relativePeriodInfo.timeRestrictInfo : !has(oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo.relativePeriodInfo.timeRestrictInfo))) && (oldSelf.status.creation == 'Confirmed' || self.spec.voucherUseRuleInfo.voucherUseTimeInfo == oldSelf.spec.voucherUseRuleInfo.voucherUseTimeInfo)`,message="take the change of voucherUseRuleInfo back: the activity exists or may exist, and Alipay has no call to change it. Once status.creation is Confirmed, validEndTime and validDaysAfterReceive can change. For another activity raise requestRevision in the same commit; to end this one write state: Stopped",fieldPath=".spec.voucherUseRuleInfo",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || oldSelf.status.creation == 'Confirmed' || !has(self.spec.voucherCustomerGuideInfo) || has(oldSelf.spec.voucherCustomerGuideInfo) && self.spec.voucherCustomerGuideInfo == oldSelf.spec.voucherCustomerGuideInfo`,message="take the change of voucherCustomerGuideInfo back for now: whether the create request took effect is being found out, and until then it stays as it was sent. Once the activity exists, it can change",fieldPath=".spec.voucherCustomerGuideInfo",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || oldSelf.status.creation == 'Confirmed' || !has(self.spec.voucherDisplayPatternInfo) || has(oldSelf.spec.voucherDisplayPatternInfo) && self.spec.voucherDisplayPatternInfo == oldSelf.spec.voucherDisplayPatternInfo`,message="take the change of voucherDisplayPatternInfo back for now: whether the create request took effect is being found out, and until then it stays as it was sent. Once the activity exists, it can change",fieldPath=".spec.voucherDisplayPatternInfo",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || oldSelf.status.creation != 'Confirmed' || !has(self.spec.voucherCustomerGuideInfo) || !has(oldSelf.spec.voucherCustomerGuideInfo) || has(self.spec.voucherCustomerGuideInfo.voucherUseGuideInfo.miniAppUseGuideInfo) || !has(oldSelf.spec.voucherCustomerGuideInfo.voucherUseGuideInfo.miniAppUseGuideInfo)`,message="write miniAppUseGuideInfo again, the same or another, and MINI_APP in useGuideMode: the activity exists, and Alipay has no call that takes the link to a mini program away. For another activity raise requestRevision in the same commit; to end this one write state: Stopped",fieldPath=".spec.voucherCustomerGuideInfo",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || oldSelf.status.creation != 'Confirmed' || !has(self.spec.voucherDisplayPatternInfo) || !has(oldSelf.spec.voucherDisplayPatternInfo) || (has(self.spec.voucherDisplayPatternInfo.voucherImage) || !has(oldSelf.spec.voucherDisplayPatternInfo.voucherImage)) && (has(self.spec.voucherDisplayPatternInfo.voucherDetailImages) || !has(oldSelf.spec.voucherDisplayPatternInfo.voucherDetailImages))`,message="write voucherImage and voucherDetailImages again, the same or others: the activity exists, and Alipay has no call that takes pictures away. For another activity raise requestRevision in the same commit; to end this one write state: Stopped",fieldPath=".spec.voucherDisplayPatternInfo",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && self.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1)) || self.spec.?requestRevision.orValue(1) == oldSelf.spec.?requestRevision.orValue(1) && (has(self.spec.adopt) ? has(oldSelf.spec.adopt) && self.spec.adopt == oldSelf.spec.adopt : !has(oldSelf.spec.adopt)) || (has(self.spec.adopt) ? oldSelf.status.creation == 'Confirmed' && has(oldSelf.status.activityId) && self.spec.adopt.activityId == oldSelf.status.activityId : !oldSelf.?status.?request.?adopted.orValue(false))`,message="take the change of adopt back: an activity is recorded or may exist. adopt can name only the recorded one (status.activityId), and stays once that was taken over; for another activity raise requestRevision in the same commit",fieldPath=".spec.adopt",reason=FieldValueForbidden
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
