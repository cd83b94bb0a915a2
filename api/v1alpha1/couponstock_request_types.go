package v1alpha1

// CouponStockRequest is the request of 创建代金券批次, field by field as WeChat Pay documents it. All of it is required but
// for what is marked optional, or may be left out as a whole with adopt or with managementPolicy: Observe. None of it can
// change once the stock exists or may exist, unless requestRevision is raised.
type CouponStockRequest struct {
	// stockName is the name of the stock (`stock_name`, 批次名称): at most 9 Chinese characters or 20 letters, in a mixed
	// name a Chinese character counts as two letters; without `_`, `,`, `;`, `|` and emoji. Required.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.size() + self.findAll(r'\p{Han}').size() <= 20 && self.findAll(r'\p{Han}').size() <= 9`,message="write a stockName of at most 9 Chinese characters or 20 letters; in a mixed name a Chinese character counts as two letters"
	// +kubebuilder:validation:XValidation:rule=`!self.matches(r'[_,;|]')`,message="write stockName without _ , ; and |: WeChat Pay does not take these characters in the name of a stock"
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\p{C}\x{20E3}\x{FE00}-\x{FE0F}\x{FFFD}\x{10000}-\x{10FFFF}]*$') && self.trim() == self`,message="write stockName without emoji, invisible or broken characters, or spaces around it: WeChat Pay takes characters of 1 to 3 bytes only"
	// +optional
	StockName string `json:"stockName,omitempty"`

	// comment is a note that only the creating merchant sees (`comment`, 批次备注): 1 to 60 characters. Optional.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=60
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\p{C}\x{20E3}\x{FE00}-\x{FE0F}\x{FFFD}\x{10000}-\x{10FFFF}]*$') && self.trim() == self`,message="write comment without emoji, invisible or broken characters, or spaces around it: WeChat Pay takes characters of 1 to 3 bytes only"
	// +optional
	Comment string `json:"comment,omitempty"`

	// belongMerchant is the merchant id that the stock belongs to (`belong_merchant`, 归属商户号): WeChat Pay takes only the
	// creating merchant's. Optional; when left out, the account's mchid is sent. Given, it must equal that.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=20
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^\d*$')`,message="write belongMerchant as the merchant id (商户号) of the account, digits in quotes, or leave it out: it is the account's mchid"
	// +optional
	BelongMerchant string `json:"belongMerchant,omitempty"`

	// availableBeginTime is from when coupons can be given out and used (`available_begin_time`, 可用时间-开始时间): RFC 3339
	// with an explicit offset, such as 2027-01-20T10:00:00+08:00. WeChat Pay takes stocks that begin within 365 days; one
	// that begins later is held back until it may be sent. Required.
	//
	// +optional
	AvailableBeginTime DateTime `json:"availableBeginTime,omitempty"`

	// availableEndTime is until when (`available_end_time`, 可用时间-结束时间): RFC 3339 with an explicit offset, at least
	// 1 second and at most 90 days after availableBeginTime. Required.
	//
	// +optional
	AvailableEndTime DateTime `json:"availableEndTime,omitempty"`

	// stockUseRule is how many coupons there are and who may have them (`stock_use_rule`, 发放规则). Required.
	//
	// +optional
	StockUseRule CouponStockUseRule `json:"stockUseRule,omitzero"`

	// patternInfo is how the coupon looks (`pattern_info`, 样式设置). Optional.
	//
	// +optional
	PatternInfo *CouponStockPatternInfo `json:"patternInfo,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there

	// couponUseRule is what a coupon is worth and for which payments it can be used (`coupon_use_rule`, 核销规则). Required.
	//
	// +optional
	CouponUseRule CouponStockCouponUseRule `json:"couponUseRule,omitzero"`

	// noCash is who pays for the coupons (`no_cash`, 营销经费): `false` is 预充值, the budget is locked in the creating
	// merchant's balance at the activation and shops receive the full price; `true` is 免充值, the discount comes off what
	// the shop receives. Required, without a default.
	//
	// +optional
	NoCash *bool `json:"noCash,omitempty"`

	// stockType is the type of the stock (`stock_type`, 批次类型): `NORMAL` (固定面额满减券批次) is the only one. Optional;
	// NORMAL is sent when left out.
	//
	// +kubebuilder:validation:Enum=NORMAL
	// +kubebuilder:validation:MaxLength=32
	// +optional
	StockType string `json:"stockType,omitempty"`

	// outRequestNo is the request number, the idempotency key of the create call (`out_request_no`, 商户单据号): 1 to 128
	// letters, digits, `|`, `_`, `*` or `-`, unique at the merchant. Optional, and better left out: the operator makes one
	// from the merchant, namespace and name that is the same in every cluster.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[A-Za-z0-9|_*-]*$')`,message="write outRequestNo with letters, digits, |, _, * and - only, or leave it out: the operator makes one"
	// +optional
	OutRequestNo string `json:"outRequestNo,omitempty"`

	// extInfo would extend the request (`ext_info`, 扩展属性). WeChat Pay documents it and has not opened it, so it is always
	// refused.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule="false",message="leave extInfo out: WeChat Pay has not opened it (该字段暂未开放)",reason=FieldValueForbidden
	// +optional
	ExtInfo string `json:"extInfo,omitempty"`
}

// CouponStockUseRule is `stock_use_rule`, 发放规则: how many coupons are given out, and to whom.
//
// +kubebuilder:validation:XValidation:rule=`self.maxCoupons < 5 || self.maxCouponsPerUser <= self.maxCoupons`,message="write a maxCouponsPerUser of at most maxCoupons",fieldPath=".maxCouponsPerUser"
type CouponStockUseRule struct {
	// maxCoupons is how many coupons there are (`max_coupons`, 发放总上限): 5 to 10000000.
	//
	// +kubebuilder:validation:XValidation:rule=`self >= 5 && self <= 10000000`,message="write maxCoupons from 5 to 10000000: WeChat Pay makes no smaller or larger stock"
	// +required
	MaxCoupons int64 `json:"maxCoupons,omitempty"` //nolint:kubeapilinter // a rule instead of Minimum, so that the message can say why

	// maxAmount is the whole budget in fen (分) (`max_amount`, 总预算): couponAmount x maxCoupons, at most 10000000000.
	// Optional; it follows when left out, and must equal that when given.
	//
	// +optional
	MaxAmount int64 `json:"maxAmount,omitempty"` //nolint:kubeapilinter // zero is never admitted

	// maxAmountByDay is the most that is given out a day, in fen (分) (`max_amount_by_day`, 单天预算发放上限): 1 to maxAmount.
	// Optional; no limit a day when left out.
	//
	// +kubebuilder:validation:XValidation:rule=`self >= 1`,message="write maxAmountByDay in fen (分), at least 1, or leave it out for no limit a day: WeChat Pay does not take 0"
	// +optional
	MaxAmountByDay int64 `json:"maxAmountByDay,omitempty"` //nolint:kubeapilinter // zero is never admitted

	// maxCouponsPerUser is how many coupons a user can receive (`max_coupons_per_user`, 单个用户可领个数): 1 to 60, at most
	// maxCoupons.
	//
	// +kubebuilder:validation:XValidation:rule=`self >= 1 && self <= 60`,message="write maxCouponsPerUser from 1 to 60: WeChat Pay gives a user no more"
	// +required
	MaxCouponsPerUser int64 `json:"maxCouponsPerUser,omitempty"` //nolint:kubeapilinter // a rule instead of Minimum, so that the message can say why

	// naturalPersonLimit says whether the accounts of one person (one identity card) count as one user
	// (`natural_person_limit`, 是否开启自然人限制). Required, without a default.
	//
	// +required
	NaturalPersonLimit *bool `json:"naturalPersonLimit,omitempty"`

	// preventApiAbuse says whether users whom WeChat Pay takes for bots or bonus hunters receive nothing
	// (`prevent_api_abuse`, 是否开启防刷拦截). Required, without a default.
	//
	// +required
	PreventApiAbuse *bool `json:"preventApiAbuse,omitempty"`
}

// CouponStockPatternInfo is `pattern_info`, 样式设置: the page of the coupon.
//
// +kubebuilder:validation:XValidation:rule=`!has(self.jumpTarget) || self.jumpTarget != 'MINI_PROGRAM' || (has(self.miniProgramAppid) && has(self.miniProgramPath))`,message="MINI_PROGRAM needs miniProgramAppid and miniProgramPath: the mini program that the coupon opens, and the page in it",fieldPath=".jumpTarget"
type CouponStockPatternInfo struct {
	// description is what the page of the coupon says of its use (`description`, 使用说明): at most 1000 characters, line
	// breaks allowed, no emoji.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=3000
	// +kubebuilder:validation:XValidation:rule=`self.size() <= 1000`,message="write a description of at most 1000 characters"
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^([^\p{C}\x{20E3}\x{FE00}-\x{FE0F}\x{FFFD}\x{10000}-\x{10FFFF}]|\n)*$') && self.trim() == self`,message="write description without emoji, invisible or broken characters, or spaces or line breaks around it (a YAML block begins with |-): WeChat Pay takes characters of 1 to 3 bytes only"
	// +required
	Description string `json:"description,omitempty"`

	// merchantLogo is the logo (`merchant_logo`, 商户logo): at most 128 characters, 120 x 120 pixels, JPG or PNG below
	// 1 MB. WeChat Pay takes only a URL that its marketing image upload (图片上传, 营销专用) returned; no rule can tell, the
	// create call does.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^https?://[0-9A-Za-z.-]+(:[0-9]+)?/[!-~]*$')`,message="write merchantLogo as the http or https URL that the marketing image upload (图片上传) returned"
	// +optional
	MerchantLogo string `json:"merchantLogo,omitempty"`

	// merchantName is the brand that the user's wallet shows (`merchant_name`, 品牌名称): at most 12 Chinese characters or
	// 36 letters; in a mixed name a Chinese character counts as three letters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule=`bytes(self).size() <= 36`,message="write a merchantName of at most 12 Chinese characters or 36 letters; in a mixed name a Chinese character counts as three letters"
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\p{C}\x{20E3}\x{FE00}-\x{FE0F}\x{FFFD}\x{10000}-\x{10FFFF}]*$') && self.trim() == self`,message="write merchantName without emoji, invisible or broken characters, or spaces around it: WeChat Pay takes characters of 1 to 3 bytes only"
	// +optional
	MerchantName string `json:"merchantName,omitempty"`

	// backgroundColor is the background of the coupon (`background_color`, 背景颜色) by WeChat Pay's name for the colour:
	// COLOR010, COLOR020 and so on to COLOR100, and COLOR081, COLOR082, COLOR101, COLOR102.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^COLOR(0[1-9]0|100|081|082|101|102)$')`,message="write the name of a colour, not a hex value: COLOR010 (#63b359), COLOR020 (#2c9f67), COLOR030 (#509fc9), COLOR040 (#5885cf), COLOR050 (#9062c0), COLOR060 (#d09a45), COLOR070 (#e4b138), COLOR080 (#ee903c), COLOR081 (#f08500), COLOR082 (#a9d92d), COLOR090 (#dd6549), COLOR100 (#cc463d), COLOR101 (#cf3e36) or COLOR102 (#5e6671)"
	// +optional
	BackgroundColor string `json:"backgroundColor,omitempty"`

	// couponImage is the picture on the page of the coupon (`coupon_image`, 券详情图片): at most 128 characters, 850 x 350
	// pixels, JPG or PNG up to 2 MB; a URL that the marketing image upload (图片上传) returned.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^https?://[0-9A-Za-z.-]+(:[0-9]+)?/[!-~]*$')`,message="write couponImage as the http or https URL that the marketing image upload (图片上传) returned"
	// +optional
	CouponImage string `json:"couponImage,omitempty"`

	// jumpTarget is where a tap on "use" takes the user (`jump_target`, 跳转目标): `PAYMENT_CODE` (付款码), `MINI_PROGRAM`
	// (小程序) or `DEFAULT_PAGE` (默认页). Not sent when left out.
	//
	// +kubebuilder:validation:Enum=PAYMENT_CODE;MINI_PROGRAM;DEFAULT_PAGE
	// +kubebuilder:validation:MaxLength=32
	// +optional
	JumpTarget string `json:"jumpTarget,omitempty"`

	// miniProgramAppid is the appid of the mini program (`mini_program_appid`, 小程序appid): at most 32 letters and digits,
	// bound to a merchant that redeems the coupons. Required with MINI_PROGRAM.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[0-9A-Za-z]*$')`,message="write miniProgramAppid as letters and digits, such as wx1234567890abcdef"
	// +optional
	MiniProgramAppid string `json:"miniProgramAppid,omitempty"`

	// miniProgramPath is the page in the mini program (`mini_program_path`, 小程序path): at most 128 characters. Required
	// with MINI_PROGRAM.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\s\p{C}\x{20E3}\x{FE00}-\x{FE0F}\x{FFFD}\x{10000}-\x{10FFFF}]*$')`,message="write miniProgramPath without spaces, emoji, invisible or broken characters, such as pages/index/index?from=coupon"
	// +optional
	MiniProgramPath string `json:"miniProgramPath,omitempty"`
}
