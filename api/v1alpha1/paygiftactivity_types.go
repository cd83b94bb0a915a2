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

// PayGiftActivitySpec is the request of 创建全场满额送活动 with the operator's own fields before it.
type PayGiftActivitySpec struct {
	// merchantRef names the WeChatPayMerchant whose credentials create the activity.
	//
	// +required
	MerchantRef AccountReference `json:"merchantRef,omitzero"`

	// state is what the activity shall be. There is no default, so that nothing is created by leaving it out. `Draft`
	// sends nothing. `Active` creates the activity, which then begins by itself at its beginTime. `Terminated` ends it
	// for ever; WeChat Pay has no way back, and coupons that were sent stay valid.
	//
	// +required
	State PayGiftActivityDesiredState `json:"state,omitempty"`

	// activityBaseInfo is what payers see, and when (`activity_base_info`, 活动基本信息). Cannot change once the
	// activity exists or may exist.
	//
	// +required
	ActivityBaseInfo PayGiftActivityBaseInfo `json:"activityBaseInfo,omitzero"`

	// awardSendRule is who gets which coupons (`award_send_rule`, 活动奖品发放规则). Cannot change once the activity exists
	// or may exist.
	//
	// +required
	AwardSendRule PayGiftAwardSendRule `json:"awardSendRule,omitzero"`

	// advancedSetting narrows the activity further (`advanced_setting`, 活动高级设置). Nothing is narrowed when left out.
	// Cannot change once the activity exists or may exist.
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
}

// PayGiftActivity is a 支付有礼 activity: a gift of coupons for everyone who pays at least an amount (满额送).
//
// The three blocks of the create request are frozen while the activity exists or may exist: WeChat Pay has no call to
// change one. Before the first call, after a definite refusal, and when something else exists under the request number
// (`status.creation: Differs`), they can be corrected.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=pga,categories=campaigns
// +kubebuilder:printcolumn:name="ID",type=string,JSONPath=`.status.activityId`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Begin",type=string,JSONPath=`.spec.activityBaseInfo.beginTime`
// +kubebuilder:printcolumn:name="End",type=string,JSONPath=`.spec.activityBaseInfo.endTime`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Request",type=string,JSONPath=`.status.request.number`,priority=1
// +kubebuilder:printcolumn:name="Gateway",type=string,JSONPath=`.status.activityStatus`,priority=1
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,priority=1
// +kubebuilder:validation:XValidation:rule="!(has(oldSelf.status) && has(oldSelf.status.creation) && oldSelf.status.creation in ['Unknown', 'Confirmed']) || self.spec.activityBaseInfo == oldSelf.spec.activityBaseInfo",message="take the change of activityBaseInfo back: the activity exists or may exist, and WeChat Pay has no call to change it. For another activity make a new PayGiftActivity under a new name; to end this one write state: Terminated",fieldPath=".spec.activityBaseInfo",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule="!(has(oldSelf.status) && has(oldSelf.status.creation) && oldSelf.status.creation in ['Unknown', 'Confirmed']) || self.spec.awardSendRule == oldSelf.spec.awardSendRule",message="take the change of awardSendRule back: the activity exists or may exist, and WeChat Pay has no call to change it. For another activity make a new PayGiftActivity under a new name; to end this one write state: Terminated",fieldPath=".spec.awardSendRule",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule="!(has(oldSelf.status) && has(oldSelf.status.creation) && oldSelf.status.creation in ['Unknown', 'Confirmed']) || (has(self.spec.advancedSetting) ? has(oldSelf.spec.advancedSetting) && self.spec.advancedSetting == oldSelf.spec.advancedSetting : !has(oldSelf.spec.advancedSetting))",message="take the change of advancedSetting back: the activity exists or may exist, and WeChat Pay has no call to change it. For another activity make a new PayGiftActivity under a new name; to end this one write state: Terminated",fieldPath=".spec.advancedSetting",reason=FieldValueForbidden
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
