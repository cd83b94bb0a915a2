package v1alpha1

// PayGiftAwardSendRule is `award_send_rule`, 活动奖品发放规则: who pays how much at which merchants gets which coupons.
//
// +kubebuilder:validation:XValidation:rule=`!has(self.sendContent) || self.sendContent == (self.awardList.size() == 1 ? 'SINGLE_COUPON' : 'GIFT_PACKAGE')`,message="write the sendContent that follows from awardList, SINGLE_COUPON for 1 award and GIFT_PACKAGE for 3 to 5, or leave sendContent out",fieldPath=".sendContent"
type PayGiftAwardSendRule struct {
	// transactionAmountMinimum is the amount in fen (分) that a payment must reach (`transaction_amount_minimum`,
	// 消费金额门槛): at least 1; 100 yuan is 10000.
	//
	// +kubebuilder:validation:XValidation:rule=`self >= 1`,message="write transactionAmountMinimum in fen (分), at least 1; 100 yuan is 10000"
	// +required
	TransactionAmountMinimum int64 `json:"transactionAmountMinimum,omitempty"` //nolint:kubeapilinter // a rule instead of Minimum, so that the message can name the unit

	// sendContent is what a payer gets (`send_content`, 发放内容): `SINGLE_COUPON` (单张券) with one award,
	// `GIFT_PACKAGE` (礼包) with three to five. When left out it follows from awardList; given, it must fit.
	//
	// +kubebuilder:validation:Enum=SINGLE_COUPON;GIFT_PACKAGE
	// +kubebuilder:validation:MaxLength=32
	// +optional
	SendContent string `json:"sendContent,omitempty"`

	// awardType is the type of the awards (`award_type`, 奖品类型): `BUSIFAVOR` (商家券) is the only one, also when left out.
	//
	// +kubebuilder:validation:Enum=BUSIFAVOR
	// +kubebuilder:validation:MaxLength=32
	// +optional
	AwardType string `json:"awardType,omitempty"`

	// awardList lists the coupons that a payer gets together (`award_list`, 奖品基本信息列表): one, or three to five.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=5
	// +kubebuilder:validation:XValidation:rule=`self.size() != 2`,message="write 1 award (SINGLE_COUPON) or 3 to 5 (GIFT_PACKAGE): WeChat Pay has no package of 2"
	// +kubebuilder:validation:XValidation:rule=`self.size() < 3 || self.all(a, has(a.thumbnailUrl))`,message="give every award a thumbnailUrl: WeChat Pay needs the small picture when there are several awards"
	// +listType=atomic
	// +required
	AwardList []PayGiftAward `json:"awardList,omitempty"`

	// merchantOption is how the sending merchants are chosen (`merchant_option`, 发券商户号选项). Coupons of the type
	// BUSIFAVOR allow `MANUAL_INPUT_MERCHANT` only, also when left out; `IN_SEVICE_COUPON_MERCHANT` (the vendor's
	// spelling) is refused.
	//
	// +kubebuilder:validation:Enum=MANUAL_INPUT_MERCHANT;IN_SEVICE_COUPON_MERCHANT
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self == 'MANUAL_INPUT_MERCHANT'`,message="write MANUAL_INPUT_MERCHANT or leave merchantOption out: BUSIFAVOR awards (商家券) take the merchants that merchantIdList names"
	// +optional
	MerchantOption string `json:"merchantOption,omitempty"`

	// merchantIdList lists the merchant ids at which a payment earns the gift (`merchant_id_list`, 发券商户号): 1 to 500,
	// each 8 to 15 digits in quotes, none twice. Each must be the merchant that owns the coupons, or of its brand.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=500
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=32
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^\d{8,15}$')`,message="write a merchant id (商户号) of 8 to 15 digits"
	// +kubebuilder:validation:XValidation:rule=`self.all(x, self.exists_one(y, y == x))`,message="write every merchant id once: merchantIdList names one twice"
	// +listType=atomic
	// +required
	MerchantIdList []string `json:"merchantIdList,omitempty"`
}

// PayGiftAward is one item of `award_list`. It names its stock by stockId or by stockRef.
//
// +kubebuilder:validation:XValidation:rule=`has(self.stockId) != has(self.stockRef)`,message="write stockId, the id of the 商家券 stock, or stockRef, one of the two",fieldPath=".stockId"
type PayGiftAward struct {
	// stockId is the id of the coupon stock to send from (`stock_id`, 批次号): a running 商家券 stock, such as
	// `"98065001"`; the quotes matter in YAML. At most 32 letters and digits. All stocks of a package must agree in redeem
	// time and in the limit per user; only WeChat Pay can tell, the create call does. Required without stockRef.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[0-9A-Za-z]*$')`,message="write stockId as letters and digits, the id of a 商家券 stock such as \"98065001\""
	// +optional
	StockId string `json:"stockId,omitempty"`

	// stockRef would name the resource of the coupon stock instead of its id. This version has no kind for 商家券 stocks, so
	// it is always refused: write stockId.
	//
	// +kubebuilder:validation:XValidation:rule=`self.kind != 'CouponStock'`,message="write the stockId of a 商家券 stock (busifavor): a CouponStock is a stock of 代金券, and pay gift hands out 商家券, never 代金券",fieldPath=".kind"
	// +kubebuilder:validation:XValidation:rule=`self.kind == 'CouponStock'`,message="write stockId: this version has no kind for 商家券 stocks yet",fieldPath=".kind"
	// +optional
	StockRef *StockReference `json:"stockRef,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there

	// originalImageUrl is the large picture (`original_image_url`, 奖品大图): 10 to 256 characters, 678 x 232 pixels
	// advised, JPG or PNG.
	//
	// +kubebuilder:validation:MinLength=10
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^https?://[0-9A-Za-z.-]+(:[0-9]+)?/[!-~]*$')`,message="write originalImageUrl as the http or https URL that the marketing image upload (图片上传) returned"
	// +required
	OriginalImageUrl string `json:"originalImageUrl,omitempty"`

	// thumbnailUrl is the small picture (`thumbnail_url`, 奖品小图): 10 to 256 characters, 120 x 120 pixels advised.
	// Required with several awards.
	//
	// +kubebuilder:validation:MinLength=10
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^https?://[0-9A-Za-z.-]+(:[0-9]+)?/[!-~]*$')`,message="write thumbnailUrl as the http or https URL that the marketing image upload (图片上传) returned"
	// +optional
	ThumbnailUrl string `json:"thumbnailUrl,omitempty"`
}

// PayGiftAdvancedSetting is `advanced_setting`, 活动高级设置.
//
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:XValidation:rule=`!has(self.deliveryUserCategory) || self.deliveryUserCategory != 'DELIVERY_MEMBER_PERSON' || has(self.merchantMemberAppid)`,message="DELIVERY_MEMBER_PERSON needs merchantMemberAppid: the appid whose members get the gift",fieldPath=".merchantMemberAppid",reason=FieldValueRequired
type PayGiftAdvancedSetting struct {
	// deliveryUserCategory is who gets the gift (`delivery_user_category`, 投放用户类别): `DELIVERY_ALL_PERSON` (所有用户) or
	// `DELIVERY_MEMBER_PERSON` (会员用户). Not sent when left out; WeChat Pay then gives it to everybody.
	//
	// +kubebuilder:validation:Enum=DELIVERY_ALL_PERSON;DELIVERY_MEMBER_PERSON
	// +kubebuilder:validation:MaxLength=32
	// +optional
	DeliveryUserCategory string `json:"deliveryUserCategory,omitempty"`

	// merchantMemberAppid is the appid whose members get the gift (`merchant_member_appid`, 商家会员appid): at most 32
	// letters and digits. Required with DELIVERY_MEMBER_PERSON.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[0-9A-Za-z]*$')`,message="write merchantMemberAppid as letters and digits, such as wx1234567890abcdef"
	// +optional
	MerchantMemberAppid string `json:"merchantMemberAppid,omitempty"`

	// paymentMode would limit the scenes of payment (`payment_mode`, 支付模式). WeChat Pay documents it and has not opened
	// it for coupons of the type BUSIFAVOR, so it is always refused.
	//
	// +kubebuilder:validation:XValidation:rule="false",message="leave paymentMode out: WeChat Pay has not opened it for BUSIFAVOR awards (该字段暂未开放)",reason=FieldValueForbidden
	// +optional
	PaymentMode *PayGiftPaymentMode `json:"paymentMode,omitempty"`

	// paymentMethodInformation would limit the means of payment (`payment_method_information`, 支付方式). WeChat Pay
	// documents it and has not opened it for coupons of the type BUSIFAVOR, so it is always refused.
	//
	// +kubebuilder:validation:XValidation:rule="false",message="leave paymentMethodInformation out: WeChat Pay has not opened it for BUSIFAVOR awards (该字段暂未开放)",reason=FieldValueForbidden
	// +optional
	PaymentMethodInformation *PayGiftPaymentMethodInformation `json:"paymentMethodInformation,omitempty"`

	// goodsTags limits the gift to orders that carry one of these tags (`goods_tags`, 订单优惠标记): at most 50, each at
	// most 128 characters, equal to the order's `goods_tag`. Every order when left out.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=50
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=128
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^[^\s\p{C}\x{20E3}\x{FE00}-\x{FE0F}\x{FFFD}\x{10000}-\x{10FFFF}]*$')`,message="write a goods tag without spaces, emoji, invisible or broken characters, as the order's goods_tag has it"
	// +listType=atomic
	// +optional
	GoodsTags []string `json:"goodsTags,omitempty"`
}

// PayGiftPaymentMode is `payment_mode`, 支付模式.
type PayGiftPaymentMode struct {
	// paymentSceneList lists scenes of payment (`payment_scene_list`, 支付场景选项).
	//
	// +kubebuilder:validation:MaxItems=10
	// +kubebuilder:validation:items:Enum=APP_SCENE;SWING_CARD_SCENE;NO_SECRET_SCENE;MINIAPP_SCENE;FACE_PAY_SCENE;OTHER_SCENE
	// +kubebuilder:validation:items:MaxLength=32
	// +listType=atomic
	// +optional
	PaymentSceneList []string `json:"paymentSceneList,omitempty"`
}

// PayGiftPaymentMethodInformation is `payment_method_information`, 支付方式信息.
type PayGiftPaymentMethodInformation struct {
	// paymentMethod is the means of payment (`payment_method`, 支付方式): `CFT` (零钱) or `SPECIFIC_BANK_CARD`.
	//
	// +kubebuilder:validation:Enum=CFT;SPECIFIC_BANK_CARD
	// +kubebuilder:validation:MaxLength=32
	// +optional
	PaymentMethod string `json:"paymentMethod,omitempty"`

	// bankAbbreviation is the bank (`bank_abbreviation`, 银行简称), such as `AHRCUB_CREDIT`.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +optional
	BankAbbreviation string `json:"bankAbbreviation,omitempty"`
}
