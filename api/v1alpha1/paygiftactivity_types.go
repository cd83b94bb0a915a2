package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// PayGiftActivityDesiredState is what the manifest asks the activity to be.
//
// +kubebuilder:validation:Enum=Draft;Active;Terminated
// +kubebuilder:validation:MaxLength=32
type PayGiftActivityDesiredState string

// The desired states of a PayGiftActivity.
const (
	// PayGiftActivityDraft sends nothing.
	PayGiftActivityDraft PayGiftActivityDesiredState = "Draft"
	// PayGiftActivityActive creates the activity; it begins by itself at its begin time.
	PayGiftActivityActive PayGiftActivityDesiredState = "Active"
	// PayGiftActivityTerminated ends the activity for ever.
	PayGiftActivityTerminated PayGiftActivityDesiredState = "Terminated"
)

// PayGiftAdoption names an existing activity.
type PayGiftAdoption struct {
	// activityId is the id of the activity to take over (`activity_id`, 活动id), as the merchant console shows it: at
	// most 64 letters, digits, `_`, `|`, `*`, `.` or `-`, in quotes.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[0-9A-Za-z_|*-][0-9A-Za-z_|*.-]{0,63}$')`,message="write activityId in quotes as the merchant console shows it: letters, digits, _, |, *, . or -"
	// +required
	ActivityID string `json:"activityId,omitempty"`
}

// PayGiftActivitySpec is the request of 创建全场满额送活动 with the operator's own fields before it.
//
// +kubebuilder:validation:XValidation:rule=`has(self.activityBaseInfo) || !has(self.awardSendRule) && !has(self.advancedSetting) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write activityBaseInfo; only with adopt or with managementPolicy: Observe can activityBaseInfo, awardSendRule and advancedSetting be left out, and then all three",fieldPath=".activityBaseInfo",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`has(self.awardSendRule) || !has(self.activityBaseInfo) && !has(self.advancedSetting) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write awardSendRule; only with adopt or with managementPolicy: Observe can activityBaseInfo, awardSendRule and advancedSetting be left out, and then all three",fieldPath=".awardSendRule",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`self.?deletionPolicy.orValue('Orphan') != 'Pause'`,message="write deletionPolicy: Terminate or Orphan: WeChat Pay has no call that pauses a pay gift activity",fieldPath=".deletionPolicy"
type PayGiftActivitySpec struct {
	// merchantRef names the WeChatPayMerchant whose credentials create the activity.
	//
	// +required
	MerchantRef AccountReference `json:"merchantRef,omitzero"`

	// state is what the activity shall be. There is no default, so that nothing is created by leaving it out. `Draft`
	// sends nothing; what `Active` would do is in `status.plan`. `Active` creates the activity, which then begins by
	// itself at its beginTime. `Terminated` ends it for ever; WeChat Pay has no way back, and coupons that were sent stay
	// valid.
	//
	// +required
	State PayGiftActivityDesiredState `json:"state,omitempty"`

	CampaignLifecycle `json:",inline"`

	// adopt names an existing activity, such as one made in the merchant console, to take over. Nothing is ever created,
	// and the creation fields can be left out, all three; given, they are compared and may change at any time. It stays in
	// Git: it cannot be changed or removed while the activity that it took over is recorded.
	//
	// +optional
	Adopt *PayGiftAdoption `json:"adopt,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there

	// activityBaseInfo is what payers see, and when (`activity_base_info`, 活动基本信息). Required without adopt or
	// managementPolicy: Observe. Cannot change once the activity exists or may exist, unless requestRevision is raised.
	//
	// +optional
	ActivityBaseInfo PayGiftActivityBaseInfo `json:"activityBaseInfo,omitzero"`

	// awardSendRule is who gets which coupons (`award_send_rule`, 活动奖品发放规则). Required with activityBaseInfo. But for
	// merchantIdList it cannot change once the activity exists or may exist, unless requestRevision is raised.
	//
	// +optional
	AwardSendRule PayGiftAwardSendRule `json:"awardSendRule,omitzero"`

	// advancedSetting narrows the activity further (`advanced_setting`, 活动高级设置). Nothing is narrowed when left out.
	// Cannot change once the activity exists or may exist, unless requestRevision is raised.
	//
	// +optional
	AdvancedSetting *PayGiftAdvancedSetting `json:"advancedSetting,omitempty"` //nolint:kubeapilinter // a pointer, so that left out and empty differ in Go too
}

// PayGiftActivityStatus is what the operator and the vendor say of the activity. It has types and no limits: a value that
// the vendor returns must never make the API server refuse the write.
type PayGiftActivityStatus struct {
	CampaignStatus `json:",inline"`

	// activityId is the id that WeChat Pay gave the activity (`activity_id`, 活动id).
	//
	// +optional
	ActivityID string `json:"activityId,omitempty"`

	// activityType is the type as WeChat Pay reports it (`activity_type`, 活动类型); ours are FULL_SEND_ACT_TYPE, 满额送.
	//
	// +optional
	ActivityType string `json:"activityType,omitempty"`

	// activityStatus is WeChat Pay's own word for the state (`activity_status`, 活动状态). Mind that STOP_ACT_STATUS means
	// paused.
	//
	// +optional
	ActivityStatus string `json:"activityStatus,omitempty"`

	// creatorMerchantId is the merchant that created the activity (`creator_merchant_id`, 创建商户号).
	//
	// +optional
	CreatorMerchantID string `json:"creatorMerchantId,omitempty"`

	// belongMerchantId is the merchant that the activity belongs to (`belong_merchant_id`, 所属商户号).
	//
	// +optional
	BelongMerchantID string `json:"belongMerchantId,omitempty"`

	// createTime is when WeChat Pay made the activity (`create_time`, 活动创建时间), as it spells it.
	//
	// +optional
	CreateTime string `json:"createTime,omitempty"`

	// updateTime is when the activity last changed (`update_time`, 活动更新时间), as WeChat Pay spells it.
	//
	// +optional
	UpdateTime string `json:"updateTime,omitempty"`

	// pauseTime is when the activity was last paused (`pause_time`, 活动暂停时间), as WeChat Pay spells it.
	//
	// +optional
	PauseTime string `json:"pauseTime,omitempty"`

	// recoveryTime is when the activity was last resumed (`recovery_time`, 活动恢复时间), as WeChat Pay spells it.
	//
	// +optional
	RecoveryTime string `json:"recoveryTime,omitempty"`

	// terminateTime is when our terminate call took effect (`terminate_time`, 生效时间), as WeChat Pay spells it.
	//
	// +optional
	TerminateTime string `json:"terminateTime,omitempty"`

	// merchants is what became of awardSendRule.merchantIdList (发券商户号) after the creation.
	//
	// +optional
	Merchants *MembersRecord `json:"merchants,omitempty"`
}

// The rules of the type below stand at the root, where they see status. They compare and never judge a value by itself, so
// that an object that breaks one can still be annotated, have its status written and lose its finalizers. Four of them begin
// with one condition, when the creation fields are frozen: an activity of the recorded revision exists or may exist, and both
// before and after the edit the manifest asks for that revision, to be managed and not adopted. It looks at both sides so that
// the way back, a revert of the edit, is admitted whenever the edit was.

// PayGiftActivity is a 支付有礼 activity: a gift of coupons for everyone who pays at least an amount (满额送).
//
// The three blocks of the create request are frozen while the activity exists or may exist: WeChat Pay has a call to
// change merchantIdList and none for the rest. Before the first call, after a definite refusal, when something else exists
// under the request number (`status.creation: Differs`), and with a raised requestRevision they can be corrected. With adopt
// and with managementPolicy: Observe they are free.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=pga,categories=campaigns
// +kubebuilder:printcolumn:name="ID",type=string,JSONPath=`.status.activityId`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Begin",type=string,JSONPath=`.status.beginTime`
// +kubebuilder:printcolumn:name="End",type=string,JSONPath=`.status.endTime`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Request",type=string,JSONPath=`.status.request.number`,priority=1
// +kubebuilder:printcolumn:name="Gateway",type=string,JSONPath=`.status.activityStatus`,priority=1
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,priority=1
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || !has(self.spec.activityBaseInfo) || has(oldSelf.spec.activityBaseInfo) && self.spec.activityBaseInfo == oldSelf.spec.activityBaseInfo`,message="take the change of activityBaseInfo back: the activity exists or may exist, and WeChat Pay has no call to change it. For another activity raise requestRevision in the same commit; to end this one write state: Terminated",fieldPath=".spec.activityBaseInfo",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || !has(self.spec.awardSendRule) || has(oldSelf.spec.awardSendRule) && self.spec.awardSendRule.transactionAmountMinimum == oldSelf.spec.awardSendRule.transactionAmountMinimum && self.spec.awardSendRule.awardList == oldSelf.spec.awardSendRule.awardList && (has(self.spec.awardSendRule.sendContent) ? has(oldSelf.spec.awardSendRule.sendContent) && self.spec.awardSendRule.sendContent == oldSelf.spec.awardSendRule.sendContent : !has(oldSelf.spec.awardSendRule.sendContent)) && (has(self.spec.awardSendRule.awardType) ? has(oldSelf.spec.awardSendRule.awardType) && self.spec.awardSendRule.awardType == oldSelf.spec.awardSendRule.awardType : !has(oldSelf.spec.awardSendRule.awardType)) && (has(self.spec.awardSendRule.merchantOption) ? has(oldSelf.spec.awardSendRule.merchantOption) && self.spec.awardSendRule.merchantOption == oldSelf.spec.awardSendRule.merchantOption : !has(oldSelf.spec.awardSendRule.merchantOption))`,message="take the change of awardSendRule back: the activity exists or may exist, and WeChat Pay has no call to change it. For another activity raise requestRevision in the same commit; to end this one write state: Terminated. Only merchantIdList can change",fieldPath=".spec.awardSendRule",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || oldSelf.status.creation == 'Confirmed' || !has(self.spec.awardSendRule) || has(oldSelf.spec.awardSendRule) && self.spec.awardSendRule.merchantIdList == oldSelf.spec.awardSendRule.merchantIdList`,message="take the change of merchantIdList back for now: whether the create request took effect is being found out, and until then it stays as it was sent. Once the activity exists, merchants can be added and removed",fieldPath=".spec.awardSendRule.merchantIdList",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || (has(self.spec.advancedSetting) ? has(oldSelf.spec.advancedSetting) && self.spec.advancedSetting == oldSelf.spec.advancedSetting : !has(oldSelf.spec.advancedSetting))`,message="take the change of advancedSetting back: the activity exists or may exist, and WeChat Pay has no call to change it. For another activity raise requestRevision in the same commit; to end this one write state: Terminated",fieldPath=".spec.advancedSetting",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && self.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1)) || self.spec.?requestRevision.orValue(1) == oldSelf.spec.?requestRevision.orValue(1) && (has(self.spec.adopt) ? has(oldSelf.spec.adopt) && self.spec.adopt == oldSelf.spec.adopt : !has(oldSelf.spec.adopt)) || (has(self.spec.adopt) ? oldSelf.status.creation == 'Confirmed' && has(oldSelf.status.activityId) && self.spec.adopt.activityId == oldSelf.status.activityId : !oldSelf.?status.?request.?adopted.orValue(false))`,message="take the change of adopt back: an activity is recorded or may exist. adopt can name only the recorded one (status.activityId), and stays once that was taken over; for another activity raise requestRevision in the same commit",fieldPath=".spec.adopt",reason=FieldValueForbidden
type PayGiftActivity struct {
	metav1.TypeMeta `json:",inline"`

	// metadata of the resource. The namespace and the name are part of the request number: an activity moved to another
	// name is another activity.
	//
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is what Git says; the operator never writes it.
	//
	// +required
	Spec PayGiftActivitySpec `json:"spec,omitzero"`

	// status is what the operator found; only the operator writes it.
	//
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status PayGiftActivityStatus `json:"status,omitempty,omitzero"`
}

// PayGiftActivityList is a list of PayGiftActivity.
//
// +kubebuilder:object:root=true
type PayGiftActivityList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []PayGiftActivity `json:"items"`
}
