package v1alpha1

// DateTime is a time in a manifest: RFC 3339 with an explicit offset. It stays a string because one stored value that
// Go's metav1.Time cannot parse would keep the cache of the kind from ever syncing. The rule accepts only days that
// exist, so that whatever passes is parsed by time.Parse, and by CEL's timestamp() in the rules that compare times.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=32
// +kubebuilder:validation:XValidation:rule=`self.matches(r'^20(\d\d-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d\d-(0[469]|11)-(0[1-9]|[12]\d|30)|\d\d-02-(0[1-9]|1\d|2[0-8])|([02468][048]|[13579][26])-02-29)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$')`,message="write a time with a day that exists and an explicit offset, such as 2027-01-20T10:00:00+08:00 (RFC 3339, years 2000 to 2099, at most milliseconds)"
type DateTime = string

// DayTime is a time of day in Beijing time, HHmmss as WeChat Pay writes it.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=32
// +kubebuilder:validation:XValidation:rule=`self.matches(r'^([01]\d|2[0-3])[0-5]\d[0-5]\d$')`,message="write the time of day as six digits HHmmss in quotes, from \"000000\" to \"235959\"; 9 in the morning is \"090000\""
type DayTime = string

// PayGiftActivityBaseInfo is `activity_base_info`, 活动基本信息.
//
// The rules that compare times skip times that break the rule of their own field, so that one mistake gives one message.
//
// +kubebuilder:validation:XValidation:rule=`[self.beginTime, self.endTime].exists(t, !t.matches(r'^20(\d\d-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d\d-(0[469]|11)-(0[1-9]|[12]\d|30)|\d\d-02-(0[1-9]|1\d|2[0-8])|([02468][048]|[13579][26])-02-29)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$')) || timestamp(self.endTime) > timestamp(self.beginTime)`,message="write an endTime that is after beginTime",fieldPath=".endTime"
// +kubebuilder:validation:XValidation:rule=`[self.beginTime, self.endTime].exists(t, !t.matches(r'^20(\d\d-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d\d-(0[469]|11)-(0[1-9]|[12]\d|30)|\d\d-02-(0[1-9]|1\d|2[0-8])|([02468][048]|[13579][26])-02-29)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$')) || timestamp(self.endTime) - timestamp(self.beginTime) <= duration('2160h')`,message="write an endTime at most 90 days after beginTime: WeChat Pay allows no longer activity; make one resource for each 90 days",fieldPath=".endTime"
// +kubebuilder:validation:XValidation:rule=`!has(self.availablePeriods) || !has(self.availablePeriods.availableTime) || self.availablePeriods.availableTime.all(p, [self.beginTime, self.endTime, p.beginTime, p.endTime].exists(t, !t.matches(r'^20(\d\d-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d\d-(0[469]|11)-(0[1-9]|[12]\d|30)|\d\d-02-(0[1-9]|1\d|2[0-8])|([02468][048]|[13579][26])-02-29)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$')) || (timestamp(p.beginTime) >= timestamp(self.beginTime) && timestamp(p.endTime) <= timestamp(self.endTime)))`,message="write availableTime ranges that lie between the activity's beginTime and endTime, or leave availableTime out for the whole activity",fieldPath=".availablePeriods.availableTime"
// +kubebuilder:validation:XValidation:rule=`self.deliveryPurpose != 'JUMP_MINI_APP' || (has(self.miniProgramsAppid) && has(self.miniProgramsPath))`,message="JUMP_MINI_APP needs miniProgramsAppid and miniProgramsPath: the mini program that payers are taken to, and the page in it"
type PayGiftActivityBaseInfo struct {
	// activityName is the name that payers see (`activity_name`, 活动名称): 1 to 10 characters, a Chinese character
	// counts as one, no emoji.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.size() <= 10`,message="write an activityName of at most 10 characters; a Chinese character counts as one"
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\p{C}\x{20E3}\x{FE00}-\x{FE0F}\x{FFFD}\x{10000}-\x{10FFFF}]*$') && self.trim() == self`,message="write activityName without emoji, invisible or broken characters, or spaces around it: WeChat Pay takes characters of 1 to 3 bytes only"
	// +required
	ActivityName string `json:"activityName,omitempty"`

	// activitySecondTitle is the subtitle that payers see (`activity_second_title`, 活动副标题): 1 to 9 characters, a
	// Chinese character counts as one, no emoji.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.size() <= 9`,message="write an activitySecondTitle of at most 9 characters; a Chinese character counts as one"
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\p{C}\x{20E3}\x{FE00}-\x{FE0F}\x{FFFD}\x{10000}-\x{10FFFF}]*$') && self.trim() == self`,message="write activitySecondTitle without emoji, invisible or broken characters, or spaces around it: WeChat Pay takes characters of 1 to 3 bytes only"
	// +required
	ActivitySecondTitle string `json:"activitySecondTitle,omitempty"`

	// merchantLogoUrl is the logo shown with the gift (`merchant_logo_url`, 商户logo): 10 to 128 characters. WeChat Pay
	// takes only a URL that its marketing image upload (图片上传, 营销专用) returned; no rule can tell, the create call does.
	//
	// +kubebuilder:validation:MinLength=10
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^https?://[0-9A-Za-z.-]+(:[0-9]+)?/[!-~]*$')`,message="write merchantLogoUrl as the http or https URL that the marketing image upload (图片上传) returned"
	// +required
	MerchantLogoUrl string `json:"merchantLogoUrl,omitempty"`

	// backgroundColor is the background of the gift card (`background_color`, 背景颜色) by WeChat Pay's name for the
	// colour: COLOR010, COLOR020 and so on to COLOR100, also spelled Color010. WeChat green when left out.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(COLOR|Color)(0[1-9]0|100)$')`,message="write the name of a colour, not a hex value: COLOR010 (#63b359), COLOR020 (#2c9f67), COLOR030 (#509fc9), COLOR040 (#5885cf), COLOR050 (#9062c0), COLOR060 (#d09a45), COLOR070 (#e4b138), COLOR080 (#ee903c), COLOR090 (#dd6549) or COLOR100 (#cc463d)"
	// +optional
	BackgroundColor string `json:"backgroundColor,omitempty"`

	// beginTime is when the activity begins (`begin_time`, 活动开始时间): RFC 3339 with an explicit offset, such as
	// 2027-01-20T10:00:00+08:00. WeChat Pay takes activities that begin within one year; one that begins later is held back
	// until it may be sent.
	//
	// +required
	BeginTime DateTime `json:"beginTime,omitempty"`

	// endTime is when the activity ends (`end_time`, 活动结束时间): RFC 3339 with an explicit offset, after beginTime
	// and at most 90 days after it.
	//
	// +required
	EndTime DateTime `json:"endTime,omitempty"`

	// availablePeriods narrows the activity to dates and hours between beginTime and endTime (`available_periods`,
	// 可用时间段). The whole time when left out.
	//
	// +optional
	AvailablePeriods *PayGiftAvailablePeriods `json:"availablePeriods,omitempty"`

	// outRequestNo is the request number, the idempotency key of the create call (`out_request_no`, 商户请求单号): 1 to
	// 128 letters, digits, `|`, `_`, `*` or `-`, unique at the merchant. Better left out: the operator makes one from the
	// merchant, namespace and name that is the same in every cluster. To be given for an activity that other software
	// created under a number of its own.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[A-Za-z0-9|_*-]*$')`,message="write outRequestNo with letters, digits, |, _, * and - only, or leave it out: the operator makes one"
	// +optional
	OutRequestNo string `json:"outRequestNo,omitempty"`

	// deliveryPurpose is where the gift takes the payer (`delivery_purpose`, 投放目的): `OFF_LINE_PAY` back to the store
	// (拉用户回店消费), `JUMP_MINI_APP` to a mini program (引导用户前往小程序消费).
	//
	// +kubebuilder:validation:Enum=OFF_LINE_PAY;JUMP_MINI_APP
	// +kubebuilder:validation:MaxLength=32
	// +required
	DeliveryPurpose string `json:"deliveryPurpose,omitempty"`

	// miniProgramsAppid is the appid of the mini program (`mini_programs_appid`, 小程序appid): at most 32 letters and
	// digits. Required with JUMP_MINI_APP.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[0-9A-Za-z]*$')`,message="write miniProgramsAppid as letters and digits, such as wx1234567890abcdef"
	// +optional
	MiniProgramsAppid string `json:"miniProgramsAppid,omitempty"`

	// miniProgramsPath is the page in the mini program (`mini_programs_path`, 小程序path): at most 128 characters.
	// Required with JUMP_MINI_APP.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\s\p{C}\x{20E3}\x{FE00}-\x{FE0F}\x{FFFD}\x{10000}-\x{10FFFF}]*$')`,message="write miniProgramsPath without spaces, emoji, invisible or broken characters, such as pages/index/index?from=gift"
	// +optional
	MiniProgramsPath string `json:"miniProgramsPath,omitempty"`
}

// PayGiftAvailablePeriods is `available_periods`, 可用时间段. The activity is on where the dates and the hours meet.
//
// +kubebuilder:validation:XValidation:rule=`has(self.availableDayTime)`,message="give availableDayTime too: WeChat Pay wants dates and hours together; for whole days write beginDayTime \"000000\", endDayTime \"235959\"",fieldPath=".availableDayTime",reason=FieldValueRequired
type PayGiftAvailablePeriods struct {
	// availableTime lists ranges of dates (`available_time`, 可用时间), at most 100, each between the activity's
	// beginTime and endTime. When left out, the operator sends one range, the activity's own beginTime to endTime.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	// +listType=atomic
	// +optional
	AvailableTime []PayGiftAvailableTime `json:"availableTime,omitempty"`

	// availableDayTime lists the hours of each day (`available_day_time`, 每日可用时间), at most 24 ranges. Required when
	// availablePeriods is given.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=24
	// +listType=atomic
	// +optional
	AvailableDayTime []PayGiftAvailableDayTime `json:"availableDayTime,omitempty"`
}

// PayGiftAvailableTime is one item of `available_time`.
//
// +kubebuilder:validation:XValidation:rule=`[self.beginTime, self.endTime].exists(t, !t.matches(r'^20(\d\d-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d\d-(0[469]|11)-(0[1-9]|[12]\d|30)|\d\d-02-(0[1-9]|1\d|2[0-8])|([02468][048]|[13579][26])-02-29)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$')) || timestamp(self.endTime) > timestamp(self.beginTime)`,message="write a range whose endTime is after its beginTime",fieldPath=".endTime"
type PayGiftAvailableTime struct {
	// beginTime of the range (`begin_time`, 可用开始时间): RFC 3339 with an explicit offset.
	//
	// +required
	BeginTime DateTime `json:"beginTime,omitempty"`

	// endTime of the range (`end_time`, 可用结束时间): RFC 3339 with an explicit offset, after beginTime.
	//
	// +required
	EndTime DateTime `json:"endTime,omitempty"`
}

// PayGiftAvailableDayTime is one item of `available_day_time`. It cannot cross midnight: write two ranges.
//
// +kubebuilder:validation:XValidation:rule=`[self.beginDayTime, self.endDayTime].exists(t, !t.matches(r'^([01]\d|2[0-3])[0-5]\d[0-5]\d$')) || self.beginDayTime < self.endDayTime`,message="write an endDayTime after beginDayTime; a range across midnight is two ranges, one to \"235959\" and one from \"000000\"",fieldPath=".endDayTime"
type PayGiftAvailableDayTime struct {
	// beginDayTime is when the gift begins each day (`begin_day_time`, 每日可用开始时间): HHmmss, Beijing time, such as
	// `"110000"`. The quotes matter in YAML.
	//
	// +required
	BeginDayTime DayTime `json:"beginDayTime,omitempty"`

	// endDayTime is when the gift ends each day (`end_day_time`, 每日可用结束时间): HHmmss, Beijing time, after
	// beginDayTime, at most `"235959"`.
	//
	// +required
	EndDayTime DayTime `json:"endDayTime,omitempty"`
}
