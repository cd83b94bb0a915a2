package v1alpha1

// CouponStockCouponUseRule is `coupon_use_rule`, 核销规则: what a coupon is worth, and for which payments.
//
// +kubebuilder:validation:XValidation:rule=`!has(self.limitCard) || has(self.limitPay) && self.limitPay.all(p, p != 'CFT')`,message="write a bank's code, such as ICBC_CREDIT, in limitPay, or leave limitCard out: limitCard picks cards of the bank that limitPay names, and CFT (零钱) is none",fieldPath=".limitCard"
type CouponStockCouponUseRule struct {
	// couponAvailableTime would narrow when a coupon can be used (`coupon_available_time`, 券生效时间). WeChat Pay documents
	// it and has not opened it, so it is always refused.
	//
	// +kubebuilder:validation:XValidation:rule="false",message="leave couponAvailableTime out: WeChat Pay has not opened it (该字段暂未开放). A coupon can be used from availableBeginTime to availableEndTime",reason=FieldValueForbidden
	// +optional
	CouponAvailableTime *CouponStockAvailableTime `json:"couponAvailableTime,omitempty"`

	// fixedNormalCoupon is the value of a coupon and the payment it needs (`fixed_normal_coupon`, 固定面额满减券使用规则).
	//
	// +required
	FixedNormalCoupon CouponStockFixedNormalCoupon `json:"fixedNormalCoupon,omitzero"`

	// goodsTag limits the coupons to orders that carry one of these tags (`goods_tag`, 订单优惠标记): 1 to 50, each at most
	// 128 letters, digits or `_`. Every order when left out.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=50
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=128
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^[A-Za-z0-9_]*$')`,message="write a goods tag with letters, digits and _ only, as the order's goods_tag has it"
	// +listType=atomic
	// +optional
	GoodsTag []string `json:"goodsTag,omitempty"`

	// limitPay limits the coupons to one means of payment (`limit_pay`, 指定付款方式): one item, `CFT` (零钱) or the code of
	// a bank's cards, such as `ICBC_CREDIT`. Every means when left out.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=1
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=32
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^[A-Z0-9_]*$')`,message="write CFT (零钱) or the code of a bank's cards in capitals, such as ICBC_CREDIT"
	// +listType=atomic
	// +optional
	LimitPay []string `json:"limitPay,omitempty"`

	// limitCard limits the coupons to certain cards of the bank in limitPay (`limit_card`, 指定银行卡BIN). All of the bank's
	// cards when left out.
	//
	// +optional
	LimitCard *CouponStockLimitCard `json:"limitCard,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there

	// tradeType limits the coupons to ways of paying (`trade_type`, 支付方式): `MICROAPP` (小程序支付), `APPPAY` (APP支付),
	// `PPAY` (免密支付), `CARD` (刷卡支付), `FACE` (人脸支付), `OTHER` (其他支付). Every way when left out.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=6
	// +kubebuilder:validation:items:Enum=MICROAPP;APPPAY;PPAY;CARD;FACE;OTHER
	// +kubebuilder:validation:items:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.all(x, self.exists_one(y, y == x))`,message="write every way of paying once: tradeType names one twice"
	// +listType=atomic
	// +optional
	TradeType []string `json:"tradeType,omitempty"`

	// combineUse says whether a coupon can be used together with other coupons of the merchant (`combine_use`,
	// 是否可叠加其他优惠). Not sent when left out; WeChat Pay then lets it: `false` has to be written.
	//
	// +optional
	CombineUse *bool `json:"combineUse,omitempty"`

	// availableItems limits the coupons to orders with one of these goods (`available_items`, 可核销商品编码): 1 to 50 codes
	// (SKU) of 1 to 128 characters; transactionMinimum then counts these goods alone. All goods when left out.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=50
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=128
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^[^\p{C}\x{20E3}\x{FE00}-\x{FE0F}\x{FFFD}\x{10000}-\x{10FFFF}]*$') && self.trim() == self`,message="write the code of a good without emoji, invisible or broken characters, or spaces around it, as orders have it"
	// +listType=atomic
	// +optional
	AvailableItems []string `json:"availableItems,omitempty"`

	// unavailableItems would exclude goods (`unavailable_items`, 不可核销商品编码). WeChat Pay documents it and has not opened
	// it, so it is always refused.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=50
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=128
	// +kubebuilder:validation:XValidation:rule="false",message="leave unavailableItems out: WeChat Pay has not opened it (该字段暂未开放). Name the goods that count in availableItems",reason=FieldValueForbidden
	// +listType=atomic
	// +optional
	UnavailableItems []string `json:"unavailableItems,omitempty"`

	// availableMerchants lists the merchant ids at which the coupons can be used (`available_merchants`, 可用商户号): 1 to 50
	// of 1 to 20 digits, in quotes. WeChat Pay documents it as optional; without it a coupon has nowhere to be used. Required
	// with `noCash: true`, since these merchants bear the discount then; only those that agreed to, or are of the same brand,
	// are allowed, which the create call tells.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=50
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=20
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^\d*$')`,message="write a merchant id (商户号), digits in quotes"
	// +listType=atomic
	// +optional
	AvailableMerchants []string `json:"availableMerchants,omitempty"`
}

// CouponStockFixedNormalCoupon is `fixed_normal_coupon`, 固定面额满减券使用规则.
//
// +kubebuilder:validation:XValidation:rule=`self.couponAmount < 2 || self.couponAmount > 100000 || self.transactionMinimum > self.couponAmount`,message="write a transactionMinimum above couponAmount, both in fen (分): a payment has to be more than the coupon is worth",fieldPath=".transactionMinimum"
type CouponStockFixedNormalCoupon struct {
	// couponAmount is the value of a coupon in fen (分) (`coupon_amount`, 面额): 2 to 100000; 10 yuan is 1000. The
	// account's `limits.profile` narrows it: WeChat Pay's newer page says more than 1 yuan and at most 500.
	//
	// +kubebuilder:validation:XValidation:rule=`self >= 2 && self <= 100000`,message="write couponAmount in fen (分), from 2 to 100000; 10 yuan is 1000"
	// +required
	CouponAmount int64 `json:"couponAmount,omitempty"` //nolint:kubeapilinter // a rule instead of Minimum, so that the message can name the unit

	// transactionMinimum is the amount in fen (分) that a payment must reach (`transaction_minimum`, 门槛), above
	// couponAmount; 100 yuan is 10000. With availableItems it is about those goods alone.
	//
	// +required
	TransactionMinimum int64 `json:"transactionMinimum,omitempty"` //nolint:kubeapilinter // the rule above says how much
}

// CouponStockLimitCard is `limit_card`, 指定银行卡BIN.
type CouponStockLimitCard struct {
	// name is what the cashier shows (`name`, 银行卡名称): at most 4 characters, such as 精粹白金.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=16
	// +kubebuilder:validation:XValidation:rule=`self.size() <= 4`,message="write the name of the cards with at most 4 characters, such as 精粹白金"
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\p{C}\x{20E3}\x{FE00}-\x{FE0F}\x{FFFD}\x{10000}-\x{10FFFF}]*$') && self.trim() == self`,message="write name without emoji, invisible or broken characters, or spaces around it: WeChat Pay takes characters of 1 to 3 bytes only"
	// +required
	Name string `json:"name,omitempty"`

	// bin lists how the numbers of the cards begin (`bin`, 指定卡BIN): 1 to 10 of 6 to 9 digits, in quotes.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=10
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=32
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^\d{6,9}$')`,message="write the 6 to 9 digits that the numbers of the cards begin with, in quotes, such as \"62123456\""
	// +listType=atomic
	// +required
	Bin []string `json:"bin,omitempty"`
}

// CouponStockAvailableTime is `coupon_available_time`, 券生效时间.
type CouponStockAvailableTime struct {
	// fixAvailableTime are weekdays and hours (`fix_available_time`, 固定时间段可用).
	//
	// +optional
	FixAvailableTime *CouponStockFixAvailableTime `json:"fixAvailableTime,omitempty"`

	// secondDayAvailable is whether a coupon is valid from the day after it was received (`second_day_available`,
	// 领取后N天有效).
	//
	// +optional
	SecondDayAvailable *bool `json:"secondDayAvailable,omitempty"`

	// availableTimeAfterReceive is how long a coupon is valid after it was received, in minutes
	// (`available_time_after_receive`, 领取后有效时间).
	//
	// +optional
	AvailableTimeAfterReceive *int64 `json:"availableTimeAfterReceive,omitempty"`
}

// CouponStockFixAvailableTime is `fix_available_time`, 固定时间段可用.
type CouponStockFixAvailableTime struct {
	// availableWeekDay lists weekdays, 0 is Sunday (`available_week_day`, 可用星期数).
	//
	// +kubebuilder:validation:MaxItems=7
	// +listType=atomic
	// +optional
	AvailableWeekDay []int64 `json:"availableWeekDay,omitempty"`

	// beginTime of each day in seconds after midnight (`begin_time`, 当天开始时间).
	//
	// +optional
	BeginTime *int64 `json:"beginTime,omitempty"`

	// endTime of each day in seconds after midnight (`end_time`, 当天结束时间).
	//
	// +optional
	EndTime *int64 `json:"endTime,omitempty"`
}
