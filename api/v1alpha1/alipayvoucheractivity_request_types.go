package v1alpha1

// AlipayPrice is an amount in yuan as Alipay writes it: a decimal number in quotes, with at most two decimals, such as "50.00"
// or "500". Without an exponent or unit, so that CEL's quantity() reads nothing else out of it.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$')`,message="write the amount in yuan, in quotes and with at most two decimals, such as \"50.00\"; at most nine digits before the point"
type AlipayPrice = string

// AlipayVoucherActivityRequest is the request of 创建商家券活动接口, field by field as Alipay documents it. All of it is
// required but for what is marked optional, or may be left out as a whole with adopt or with managementPolicy: Observe.
type AlipayVoucherActivityRequest struct {
	// outBizNo is the request number, the idempotency key of the create call (`out_biz_no`, 外部业务单号): 1 to 64 letters,
	// digits, `_` or `-`. Optional, and better left out: the operator makes one from the app, namespace and name that is the
	// same in every cluster.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[A-Za-z0-9_-]*$')`,message="write outBizNo with letters, digits, _ and - only, or leave it out: the operator makes one"
	// +optional
	OutBizNo string `json:"outBizNo,omitempty"`

	// merchantAccessMode is who makes the activity (`merchant_access_mode`, 商户接入模式): `SELF_MODE` (商户自接入模式) or
	// `AGENCY_MODE` (服务商代接入模式). Optional; it follows from the account's agency. Given, it must equal that.
	//
	// +kubebuilder:validation:Enum=SELF_MODE;AGENCY_MODE
	// +kubebuilder:validation:MaxLength=32
	// +optional
	MerchantAccessMode string `json:"merchantAccessMode,omitempty"`

	// activityBaseInfo is the name and who makes the codes (`activity_base_info`, 活动基础信息). Required.
	//
	// +optional
	ActivityBaseInfo AlipayActivityBaseInfo `json:"activityBaseInfo,omitzero"`

	// voucherSendModeInfo is how many vouchers are given out, when, and to whom (`voucher_send_mode_info`, 券发放模式信息).
	// Required.
	//
	// +optional
	VoucherSendModeInfo AlipayVoucherSendModeInfo `json:"voucherSendModeInfo,omitzero"`

	// voucherDeductInfo is what a voucher is worth (`voucher_deduct_info`, 券优惠抵扣信息). Required.
	//
	// +optional
	VoucherDeductInfo AlipayVoucherDeductInfo `json:"voucherDeductInfo,omitzero"` //nolint:kubeapilinter // a rule of its type refuses the empty block

	// voucherAvailableScopeInfo is where a voucher can be used (`voucher_available_scope_info`, 券可用范围). Required.
	//
	// +optional
	VoucherAvailableScopeInfo AlipayVoucherAvailableScopeInfo `json:"voucherAvailableScopeInfo,omitzero"`

	// voucherUseRuleInfo is when a voucher can be used (`voucher_use_rule_info`, 券核销限制). Required.
	//
	// +optional
	VoucherUseRuleInfo AlipayVoucherUseRuleInfo `json:"voucherUseRuleInfo,omitzero"`

	// voucherCustomerGuideInfo is how users come to use a voucher (`voucher_customer_guide_info`, 券引导详情). Required.
	//
	// +optional
	VoucherCustomerGuideInfo AlipayVoucherCustomerGuideInfo `json:"voucherCustomerGuideInfo,omitzero"`

	// voucherDisplayPatternInfo is how a voucher looks (`voucher_display_pattern_info`, 券展示信息). Required.
	//
	// +optional
	VoucherDisplayPatternInfo AlipayVoucherDisplayPatternInfo `json:"voucherDisplayPatternInfo,omitzero"`
}

// AlipayActivityBaseInfo is `activity_base_info`, 活动基础信息.
type AlipayActivityBaseInfo struct {
	// activityName is the name of the activity (`activity_name`, 活动名称), which only the back office shows: 1 to 20 characters
	// without spaces; a Chinese character counts as one. It can be changed later.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.size() <= 20`,message="write an activityName of at most 20 characters; a Chinese character counts as one"
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\s\p{Z}\p{Cc}\x{FFFD}]*$')`,message="write activityName without spaces, control or broken characters: Alipay takes no spaces in the name of an activity"
	// +required
	ActivityName string `json:"activityName,omitempty"`

	// codeMode is who makes the vouchers' codes (`code_mode`, 码模式). `MERCHANT_UPLOAD`: the merchant's codes are handed over
	// (voucherCodesFrom) and given out at random. `MERCHANT_API`: the merchant's own mini program names a code when a voucher
	// is given out; such vouchers cannot be placed in Alipay's public channels.
	//
	// +kubebuilder:validation:Enum=MERCHANT_UPLOAD;MERCHANT_API
	// +kubebuilder:validation:MaxLength=32
	// +required
	CodeMode string `json:"codeMode,omitempty"`
}

// AlipayVoucherSendModeInfo is `voucher_send_mode_info`, 券发放模式信息.
type AlipayVoucherSendModeInfo struct {
	// voucherSendMode is how vouchers are given out (`voucher_send_mode`, 券发放模式): `DIRECT_SEND_MODE` (直领模式) is the only
	// one. Optional; DIRECT_SEND_MODE is sent when left out.
	//
	// +kubebuilder:validation:Enum=DIRECT_SEND_MODE
	// +kubebuilder:validation:MaxLength=32
	// +optional
	VoucherSendMode string `json:"voucherSendMode,omitempty"`

	// voucherSendRuleInfo is how many vouchers there are, and when and to whom they are given out (`voucher_send_rule_info`,
	// 券发放规则).
	//
	// +required
	VoucherSendRuleInfo AlipayVoucherSendRuleInfo `json:"voucherSendRuleInfo,omitzero"`

	// deliveryChannelList lists Alipay's channels that the vouchers are placed in (`delivery_channel_list`, 推广渠道列表):
	// `CONSUME_VOUCHER` (消费券频道) is the only one. None when left out.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=1
	// +kubebuilder:validation:items:Enum=CONSUME_VOUCHER
	// +kubebuilder:validation:items:MaxLength=32
	// +listType=atomic
	// +optional
	DeliveryChannelList []string `json:"deliveryChannelList,omitempty"`
}

// AlipayVoucherSendRuleInfo is `voucher_send_rule_info`, 券发放规则.
//
// +kubebuilder:validation:XValidation:rule=`[self.publishStartTime, self.publishEndTime].exists(t, !t.matches(r'^20(\d\d-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d\d-(0[469]|11)-(0[1-9]|[12]\d|30)|\d\d-02-(0[1-9]|1\d|2[0-8])|([02468][048]|[13579][26])-02-29)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$')) || timestamp(self.publishEndTime) > timestamp(self.publishStartTime)`,message="write a publishEndTime that is after publishStartTime",fieldPath=".publishEndTime"
// +kubebuilder:validation:XValidation:rule=`[self.publishStartTime, self.publishEndTime].exists(t, !t.matches(r'^20(\d\d-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d\d-(0[469]|11)-(0[1-9]|[12]\d|30)|\d\d-02-(0[1-9]|1\d|2[0-8])|([02468][048]|[13579][26])-02-29)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$')) || timestamp(self.publishEndTime) - timestamp(self.publishStartTime) <= duration('4320h')`,message="write a publishEndTime at most 180 days after publishStartTime: Alipay gives vouchers out for no longer; make one resource for each 180 days",fieldPath=".publishEndTime"
// +kubebuilder:validation:XValidation:rule=`!self.?naturalPersonLimit.orValue(false) || !self.?phoneNumberLimit.orValue(false) || self.?quantityLimitPerUser.orValue(0) != 0`,message="write a quantityLimitPerUser of at least 1: with naturalPersonLimit and phoneNumberLimit both true Alipay takes no activity without one",fieldPath=".quantityLimitPerUser"
type AlipayVoucherSendRuleInfo struct {
	// quantity is how many vouchers there are (`quantity`, 发行券的数量): with MERCHANT_API 1 to 99999999, and it can be raised
	// later up to 999999; with MERCHANT_UPLOAD it is 0, since the codes that are handed over are the number, and is better
	// left out.
	//
	// +kubebuilder:validation:XValidation:rule=`self >= 0 && self <= 99999999`,message="write quantity from 1 to 99999999; with MERCHANT_UPLOAD leave it out"
	// +optional
	Quantity *int64 `json:"quantity,omitempty"` //nolint:kubeapilinter // a rule instead of Minimum, so that the message can say what to write

	// publishStartTime is from when users can receive vouchers (`publish_start_time`, 券发放开始时间): RFC 3339 with an explicit
	// offset and whole seconds, such as 2027-01-20T10:00:00+08:00.
	//
	// +kubebuilder:validation:XValidation:rule=`!self.contains('.')`,message="write publishStartTime in whole seconds: Alipay takes no fractions"
	// +required
	PublishStartTime DateTime `json:"publishStartTime,omitempty"`

	// publishEndTime is until when (`publish_end_time`, 券发放结束时间): RFC 3339 with an explicit offset and whole seconds,
	// after publishStartTime and at most 180 days after it. It can be moved later, never earlier.
	//
	// +kubebuilder:validation:XValidation:rule=`!self.contains('.')`,message="write publishEndTime in whole seconds: Alipay takes no fractions"
	// +required
	PublishEndTime DateTime `json:"publishEndTime,omitempty"`

	// quantityLimitPerUser is how many vouchers an Alipay account can receive (`quantity_limit_per_user`, 每人领取限制): 0 to
	// 999999999. No limit when left out or 0; with naturalPersonLimit and phoneNumberLimit both true it has to be at least 1.
	//
	// +kubebuilder:validation:XValidation:rule=`self >= 0 && self <= 999999999`,message="write quantityLimitPerUser from 1 to 999999999, or leave it out for no limit"
	// +optional
	QuantityLimitPerUser *int64 `json:"quantityLimitPerUser,omitempty"` //nolint:kubeapilinter // a rule instead of Minimum, so that the message can say what to write

	// naturalPersonLimit says whether the accounts of one person (one identity card) count as one (`natural_person_limit`,
	// 是否做身份证号限制). They do not when left out.
	//
	// +optional
	NaturalPersonLimit *bool `json:"naturalPersonLimit,omitempty"`

	// phoneNumberLimit says whether the accounts of one telephone number count as one (`phone_number_limit`,
	// 是否开启电话号码领取限制). They do not when left out.
	//
	// +optional
	PhoneNumberLimit *bool `json:"phoneNumberLimit,omitempty"`
}
