package v1alpha1

// AlipayDate is a day in a rule, yyyy-MM-dd in Beijing time.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=12
// +kubebuilder:validation:XValidation:rule=`self.matches(r'^20(\d\d-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d\d-(0[469]|11)-(0[1-9]|[12]\d|30)|\d\d-02-(0[1-9]|1\d|2[0-8])|([02468][048]|[13579][26])-02-29)$')`,message="write a day that exists as yyyy-MM-dd in quotes, such as \"2027-02-01\" (years 2000 to 2099)"
type AlipayDate = string

// AlipayTimeOfDay is a time of day in a rule, HH:mm:ss in Beijing time.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=8
// +kubebuilder:validation:XValidation:rule=`self.matches(r'^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$')`,message="write the time of day as HH:mm:ss in quotes, from \"00:00:00\" to \"23:59:59\""
type AlipayTimeOfDay = string

// AlipayVoucherUseRuleInfo is `voucher_use_rule_info`, 券核销限制.
type AlipayVoucherUseRuleInfo struct {
	// voucherUseTimeInfo is when a voucher can be used (`voucher_use_time_info`, 券核销时间).
	//
	// +required
	VoucherUseTimeInfo AlipayVoucherUseTimeInfo `json:"voucherUseTimeInfo,omitzero"` //nolint:kubeapilinter // a rule of its type refuses the empty block
}

// AlipayVoucherUseTimeInfo is `voucher_use_time_info`, 券核销时间: exactly one of its two blocks.
//
// +kubebuilder:validation:XValidation:rule=`has(self.absolutePeriodInfo) != has(self.relativePeriodInfo)`,message="write absolutePeriodInfo or relativePeriodInfo, exactly one of the two"
// +kubebuilder:validation:XValidation:rule=`!has(self.periodType) || has(self.absolutePeriodInfo) == has(self.relativePeriodInfo) || self.periodType == (has(self.absolutePeriodInfo) ? 'ABSOLUTE' : 'RELATIVE')`,message="write the periodType that follows from the block: ABSOLUTE with absolutePeriodInfo, RELATIVE with relativePeriodInfo. Or leave periodType out",fieldPath=".periodType"
type AlipayVoucherUseTimeInfo struct {
	// periodType is which of the two (`period_type`, 券有效期): `ABSOLUTE` (绝对时间) or `RELATIVE` (相对时间). Optional; it
	// follows from the block that is given.
	//
	// +kubebuilder:validation:Enum=ABSOLUTE;RELATIVE
	// +kubebuilder:validation:MaxLength=32
	// +optional
	PeriodType string `json:"periodType,omitempty"`

	// absolutePeriodInfo is the same time for all vouchers (`absolute_period_info`, 券绝对时间可用).
	//
	// +optional
	AbsolutePeriodInfo *AlipayVoucherAbsolutePeriodInfo `json:"absolutePeriodInfo,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there

	// relativePeriodInfo is days from when a voucher was received (`relative_period_info`, 券相对时间).
	//
	// +optional
	RelativePeriodInfo *AlipayVoucherRelativePeriodInfo `json:"relativePeriodInfo,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there
}

// AlipayVoucherAbsolutePeriodInfo is `absolute_period_info`, 券绝对时间可用.
//
// +kubebuilder:validation:XValidation:rule=`[self.validBeginTime, self.validEndTime].exists(t, !t.matches(r'^20(\d\d-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d\d-(0[469]|11)-(0[1-9]|[12]\d|30)|\d\d-02-(0[1-9]|1\d|2[0-8])|([02468][048]|[13579][26])-02-29)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$')) || timestamp(self.validEndTime) > timestamp(self.validBeginTime)`,message="write a validEndTime that is after validBeginTime",fieldPath=".validEndTime"
type AlipayVoucherAbsolutePeriodInfo struct {
	// validBeginTime is from when vouchers can be used (`valid_begin_time`, 券可使用的开始时间): RFC 3339 with an explicit offset
	// and whole seconds.
	//
	// +kubebuilder:validation:XValidation:rule=`!self.contains('.')`,message="write validBeginTime in whole seconds: Alipay takes no fractions"
	// +required
	ValidBeginTime DateTime `json:"validBeginTime,omitempty"`

	// validEndTime is until when (`valid_end_time`, 券可使用的结束时间): RFC 3339 with an explicit offset and whole seconds, after
	// validBeginTime and after publishEndTime. It can be moved later, never earlier.
	//
	// +kubebuilder:validation:XValidation:rule=`!self.contains('.')`,message="write validEndTime in whole seconds: Alipay takes no fractions"
	// +required
	ValidEndTime DateTime `json:"validEndTime,omitempty"`

	// timeRestrictInfo narrows the time to days and hours (`time_restrict_info`, 核销时间限制). The whole time when left out.
	//
	// +optional
	TimeRestrictInfo *AlipayTimeRestrictInfo `json:"timeRestrictInfo,omitempty"`
}

// AlipayVoucherRelativePeriodInfo is `relative_period_info`, 券相对时间.
type AlipayVoucherRelativePeriodInfo struct {
	// waitDaysAfterReceive is how many days after it was received a voucher begins to be valid (`wait_days_after_receive`,
	// 用户领券后需要等待 n 天生效): 0, at once, to 999999999.
	//
	// +kubebuilder:validation:XValidation:rule=`self >= 0 && self <= 999999999`,message="write waitDaysAfterReceive from 0 to 999999999; 0 is valid at once"
	// +required
	WaitDaysAfterReceive *int64 `json:"waitDaysAfterReceive,omitempty"` //nolint:kubeapilinter // a rule instead of Minimum, so that the message can say what to write

	// validDaysAfterReceive is for how many days it is valid then (`valid_days_after_receive`, 券生效后 n 天内可以使用): 1 to
	// 999999999. Received on day 1 with wait 1 and valid 2, a voucher can be used from day 2 0:00 to the end of day 4. It can be
	// raised later, never lowered.
	//
	// +kubebuilder:validation:XValidation:rule=`self >= 1 && self <= 999999999`,message="write validDaysAfterReceive from 1 to 999999999"
	// +required
	ValidDaysAfterReceive int64 `json:"validDaysAfterReceive,omitempty"` //nolint:kubeapilinter // a rule instead of Minimum, so that the message can say what to write

	// timeRestrictInfo narrows the time to days and hours (`time_restrict_info`, 核销时间限制). The whole time when left out.
	//
	// +optional
	TimeRestrictInfo *AlipayTimeRestrictInfo `json:"timeRestrictInfo,omitempty"`
}

// AlipayTimeRestrictInfo is `time_restrict_info`, 核销时间限制. At least one of its lists.
//
// +kubebuilder:validation:XValidation:rule=`has(self.usablePeriodInfo) || has(self.disablePeriodInfo)`,message="write usablePeriodInfo or disablePeriodInfo, or leave timeRestrictInfo out"
type AlipayTimeRestrictInfo struct {
	// usablePeriodInfo lists when a voucher can be used (`usable_period_info`, 可用时间段), at most 1000. Always when left out.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=1000
	// +listType=atomic
	// +optional
	UsablePeriodInfo []AlipayPeriodInfo `json:"usablePeriodInfo,omitempty"`

	// disablePeriodInfo lists when it cannot (`disable_period_info`, 不可用时间段), at most 1000. Never when left out.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=1000
	// +listType=atomic
	// +optional
	DisablePeriodInfo []AlipayPeriodInfo `json:"disablePeriodInfo,omitempty"`
}

// AlipayPeriodInfo is one item of `usable_period_info` or `disable_period_info`. Alipay's page shows WEEK in the first and DATE
// and HOLIDAY in the second; both lists have the same type there and take all three.
//
// +kubebuilder:validation:XValidation:rule=`has(self.weekRuleInfo) == (self.ruleType == 'WEEK') && has(self.dateRuleInfo) == (self.ruleType == 'DATE') && has(self.holidayRuleInfo) == (self.ruleType == 'HOLIDAY')`,message="write the one block that ruleType asks for: weekRuleInfo with WEEK, dateRuleInfo with DATE, holidayRuleInfo with HOLIDAY"
type AlipayPeriodInfo struct {
	// ruleType is the kind of days (`rule_type`, 规则类型): `WEEK` (周期类型), `DATE` (日期类型) or `HOLIDAY` (法定节假日类型),
	// each with its own block.
	//
	// +kubebuilder:validation:Enum=WEEK;DATE;HOLIDAY
	// +kubebuilder:validation:MaxLength=32
	// +required
	RuleType string `json:"ruleType,omitempty"`

	// weekRuleInfo are days of the week (`week_rule_info`, 周期规则). Required with WEEK.
	//
	// +optional
	WeekRuleInfo *AlipayWeekRuleInfo `json:"weekRuleInfo,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there

	// dateRuleInfo are dates (`date_rule_info`, 日期规则). Required with DATE.
	//
	// +optional
	DateRuleInfo *AlipayDateRuleInfo `json:"dateRuleInfo,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there

	// holidayRuleInfo are the public holidays of China (`holiday_rule_info`, 节假日规则). Required with HOLIDAY.
	//
	// +optional
	HolidayRuleInfo *AlipayHolidayRuleInfo `json:"holidayRuleInfo,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there
}

// AlipayWeekRuleInfo is `week_rule_info`, 周期规则.
type AlipayWeekRuleInfo struct {
	// weekDay are the days of the week (`week_day`, 星期数): 1 (Monday) to 7, joined by commas, each once, in quotes, such as
	// `"1,2"`.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[1-7](,[1-7])*$') && !self.matches(r'1.*1|2.*2|3.*3|4.*4|5.*5|6.*6|7.*7')`,message="write weekDay in quotes as numbers from 1 (Monday) to 7 joined by commas, each once, such as \"1,2\""
	// +required
	WeekDay string `json:"weekDay,omitempty"`

	// timeRangeInfo are the hours (`time_range_info`, 时间段).
	//
	// +required
	TimeRangeInfo AlipayTimeRangeInfo `json:"timeRangeInfo,omitzero"`
}

// AlipayDateRuleInfo is `date_rule_info`, 日期规则.
type AlipayDateRuleInfo struct {
	// dateRangeInfo are the dates (`date_range_info`, 日期范围).
	//
	// +required
	DateRangeInfo AlipayDateRangeInfo `json:"dateRangeInfo,omitzero"`

	// timeRangeInfo are the hours of each (`time_range_info`, 时间段).
	//
	// +required
	TimeRangeInfo AlipayTimeRangeInfo `json:"timeRangeInfo,omitzero"`
}

// AlipayDateRangeInfo is `date_range_info`, 日期范围.
//
// +kubebuilder:validation:XValidation:rule=`[self.beginDate, self.endDate].exists(d, !d.matches(r'^20(\d\d-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d\d-(0[469]|11)-(0[1-9]|[12]\d|30)|\d\d-02-(0[1-9]|1\d|2[0-8])|([02468][048]|[13579][26])-02-29)$')) || self.beginDate <= self.endDate`,message="write an endDate that is not before beginDate",fieldPath=".endDate"
type AlipayDateRangeInfo struct {
	// beginDate is the first day (`begin_date`, 开始日期): yyyy-MM-dd, Beijing time.
	//
	// +required
	BeginDate AlipayDate `json:"beginDate,omitempty"`

	// endDate is the last day (`end_date`, 结束日期): yyyy-MM-dd, Beijing time, not before beginDate.
	//
	// +required
	EndDate AlipayDate `json:"endDate,omitempty"`
}

// AlipayHolidayRuleInfo is `holiday_rule_info`, 节假日规则.
type AlipayHolidayRuleInfo struct {
	// timeRangeInfo are the hours of each holiday (`time_range_info`, 时间段).
	//
	// +required
	TimeRangeInfo AlipayTimeRangeInfo `json:"timeRangeInfo,omitzero"`
}

// AlipayTimeRangeInfo is `time_range_info`, 时间段.
//
// +kubebuilder:validation:XValidation:rule=`self.endTimeInfo.endTimeType != 'SAME_DAY' || [self.beginTime, self.endTimeInfo.endTime].exists(t, !t.matches(r'^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$')) || self.beginTime < self.endTimeInfo.endTime`,message="write an endTime after beginTime, or endTimeType: NEXT_DAY for hours that go past midnight",fieldPath=".endTimeInfo.endTime"
type AlipayTimeRangeInfo struct {
	// beginTime of the hours (`begin_time`, 开始时间): HH:mm:ss, Beijing time, such as `"00:00:00"`.
	//
	// +required
	BeginTime AlipayTimeOfDay `json:"beginTime,omitempty"`

	// endTimeInfo is their end (`end_time_info`, 结束时间), which can be on the next day.
	//
	// +required
	EndTimeInfo AlipayEndTimeInfo `json:"endTimeInfo,omitzero"`
}

// AlipayEndTimeInfo is `end_time_info`, 结束时间.
type AlipayEndTimeInfo struct {
	// endTimeType is on which day (`end_time_type`, 结束时间类型): `SAME_DAY` (当日) or `NEXT_DAY` (次日).
	//
	// +kubebuilder:validation:Enum=SAME_DAY;NEXT_DAY
	// +kubebuilder:validation:MaxLength=32
	// +required
	EndTimeType string `json:"endTimeType,omitempty"`

	// endTime of the hours (`end_time`, 结束时间): HH:mm:ss, Beijing time, such as `"23:59:59"`; with SAME_DAY after beginTime.
	//
	// +required
	EndTime AlipayTimeOfDay `json:"endTime,omitempty"`
}
