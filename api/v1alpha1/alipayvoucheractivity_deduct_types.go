package v1alpha1

// AlipayVoucherDeductInfo is `voucher_deduct_info`, 券优惠抵扣信息: exactly one of its four blocks.
//
// +kubebuilder:validation:XValidation:rule=`[has(self.fixVoucherInfo), has(self.discountVoucherInfo), has(self.specialVoucherInfo), has(self.exchangeVoucherInfo)].exists_one(given, given)`,message="write exactly one of fixVoucherInfo, discountVoucherInfo, specialVoucherInfo and exchangeVoucherInfo"
// +kubebuilder:validation:XValidation:rule=`!has(self.voucherType) || ![has(self.fixVoucherInfo), has(self.discountVoucherInfo), has(self.specialVoucherInfo), has(self.exchangeVoucherInfo)].exists_one(given, given) || self.voucherType == (has(self.fixVoucherInfo) ? 'FIX_VOUCHER' : has(self.discountVoucherInfo) ? 'DISCOUNT_VOUCHER' : has(self.specialVoucherInfo) ? 'SPECIAL_VOUCHER' : 'EXCHANGE_VOUCHER')`,message="write the voucherType that follows from the block: FIX_VOUCHER with fixVoucherInfo, DISCOUNT_VOUCHER with discountVoucherInfo, SPECIAL_VOUCHER with specialVoucherInfo, EXCHANGE_VOUCHER with exchangeVoucherInfo. Or leave voucherType out",fieldPath=".voucherType"
type AlipayVoucherDeductInfo struct {
	// voucherType is the type of the voucher (`voucher_type`, 券类型): `FIX_VOUCHER` (满减券), `DISCOUNT_VOUCHER` (折扣券),
	// `SPECIAL_VOUCHER` (特价券) or `EXCHANGE_VOUCHER` (兑换券). Optional; it follows from the block that is given.
	//
	// +kubebuilder:validation:Enum=FIX_VOUCHER;DISCOUNT_VOUCHER;SPECIAL_VOUCHER;EXCHANGE_VOUCHER
	// +kubebuilder:validation:MaxLength=32
	// +optional
	VoucherType string `json:"voucherType,omitempty"`

	// fixVoucherInfo is a voucher that takes a fixed amount off (`fix_voucher_info`, 满减券详情).
	//
	// +optional
	FixVoucherInfo *AlipayFixVoucherInfo `json:"fixVoucherInfo,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there

	// discountVoucherInfo is a voucher that takes a part of the price off (`discount_voucher_info`, 折扣券详情).
	//
	// +optional
	DiscountVoucherInfo *AlipayDiscountVoucherInfo `json:"discountVoucherInfo,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there

	// specialVoucherInfo is a voucher for one product at a special price (`special_voucher_info`, 特价券详情). It needs
	// voucherAvailableGoodsInfo with its originAmount.
	//
	// +optional
	SpecialVoucherInfo *AlipaySpecialVoucherInfo `json:"specialVoucherInfo,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there

	// exchangeVoucherInfo is a voucher that is exchanged for goods (`exchange_voucher_info`, 兑换券详情). It needs voucherName.
	//
	// +optional
	ExchangeVoucherInfo *AlipayExchangeVoucherInfo `json:"exchangeVoucherInfo,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there
}

// AlipayFixVoucherInfo is `fix_voucher_info`, 满减券详情.
//
// +kubebuilder:validation:XValidation:rule=`!self.?voucherDeductThresholdInfo.?voucherExpressInfo.hasValue()`,message="leave voucherExpressInfo out: only specialVoucherInfo and exchangeVoucherInfo have one",fieldPath=".voucherDeductThresholdInfo.voucherExpressInfo",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`self.?voucherDeductThresholdInfo.?voucherGoodsQuantitySpecificationInfo.?directionalType.orValue('FIX') == 'FIX'`,message="write directionalType: FIX: a voucher of a fixed amount can ask for a number of goods, not for the one with a number",fieldPath=".voucherDeductThresholdInfo.voucherGoodsQuantitySpecificationInfo.directionalType"
type AlipayFixVoucherInfo struct {
	// amount is what a voucher takes off, in yuan (`amount`, 券面额): 0.10 to 3000.00.
	//
	// +kubebuilder:validation:XValidation:rule=`!self.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$') || !quantity(self).isLessThan(quantity('0.10')) && !quantity(self).isGreaterThan(quantity('3000.00'))`,message="write amount from 0.10 to 3000.00 yuan"
	// +required
	Amount AlipayPrice `json:"amount,omitempty"`

	// floorAmount is the amount in yuan that a payment must reach (`floor_amount`, 门槛金额): 0.10 to 50000.00. No threshold
	// when left out.
	//
	// +kubebuilder:validation:XValidation:rule=`!self.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$') || !quantity(self).isLessThan(quantity('0.10')) && !quantity(self).isGreaterThan(quantity('50000.00'))`,message="write floorAmount from 0.10 to 50000.00 yuan, or leave it out for no threshold: Alipay does not take 0"
	// +optional
	FloorAmount AlipayPrice `json:"floorAmount,omitempty"`

	// voucherDeductThresholdInfo is what else a purchase must have (`voucher_deduct_threshold_info`, 优惠门槛信息); here a
	// number of goods, with `directionalType: FIX`.
	//
	// +optional
	VoucherDeductThresholdInfo *AlipayVoucherDeductThresholdInfo `json:"voucherDeductThresholdInfo,omitempty"`
}

// AlipayDiscountVoucherInfo is `discount_voucher_info`, 折扣券详情.
//
// +kubebuilder:validation:XValidation:rule=`!self.?voucherDeductThresholdInfo.?voucherExpressInfo.hasValue()`,message="leave voucherExpressInfo out: only specialVoucherInfo and exchangeVoucherInfo have one",fieldPath=".voucherDeductThresholdInfo.voucherExpressInfo",reason=FieldValueForbidden
type AlipayDiscountVoucherInfo struct {
	// discount is the part of the price that remains, in tenths (`discount`, 折扣率): 0.1 to 9.9 in quotes; `"6.5"` (6.5折) is
	// 65 % of the price.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=12
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(0\.[1-9]\d?|[1-8](\.\d{1,2})?|9(\.([0-8]\d?|90?))?)$')`,message="write discount in quotes, from 0.1 to 9.9 with at most two decimals: \"6.5\" (6.5折) is 65 % of the price"
	// +required
	Discount string `json:"discount,omitempty"`

	// ceilingAmount is the most that a voucher takes off, in yuan (`ceiling_amount`, 封顶金额): 0.10 to 15000.00.
	//
	// +kubebuilder:validation:XValidation:rule=`!self.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$') || !quantity(self).isLessThan(quantity('0.10')) && !quantity(self).isGreaterThan(quantity('15000.00'))`,message="write ceilingAmount from 0.10 to 15000.00 yuan"
	// +required
	CeilingAmount AlipayPrice `json:"ceilingAmount,omitempty"`

	// floorAmount is the amount in yuan that a payment must reach (`floor_amount`, 门槛金额): 0.10 to 50000.00. No threshold
	// when left out.
	//
	// +kubebuilder:validation:XValidation:rule=`!self.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$') || !quantity(self).isLessThan(quantity('0.10')) && !quantity(self).isGreaterThan(quantity('50000.00'))`,message="write floorAmount from 0.10 to 50000.00 yuan, or leave it out for no threshold: Alipay does not take 0"
	// +optional
	FloorAmount AlipayPrice `json:"floorAmount,omitempty"`

	// voucherDeductThresholdInfo is what else a purchase must have (`voucher_deduct_threshold_info`, 优惠门槛信息); here a
	// number of goods.
	//
	// +optional
	VoucherDeductThresholdInfo *AlipayVoucherDeductThresholdInfo `json:"voucherDeductThresholdInfo,omitempty"`
}

// AlipaySpecialVoucherInfo is `special_voucher_info`, 特价券详情.
type AlipaySpecialVoucherInfo struct {
	// specialAmount is the price in yuan with a voucher (`special_amount`, 特价): 0.00 to 999.00, below the originAmount of
	// voucherAvailableGoodsInfo.
	//
	// +kubebuilder:validation:XValidation:rule=`!self.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$') || !quantity(self).isLessThan(quantity('0.00')) && !quantity(self).isGreaterThan(quantity('999.00'))`,message="write specialAmount from 0.00 to 999.00 yuan"
	// +required
	SpecialAmount AlipayPrice `json:"specialAmount,omitempty"`

	// floorAmount is the amount in yuan that a payment must reach (`floor_amount`, 门槛金额): 0.10 to 50000.00. No threshold
	// when left out.
	//
	// +kubebuilder:validation:XValidation:rule=`!self.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$') || !quantity(self).isLessThan(quantity('0.10')) && !quantity(self).isGreaterThan(quantity('50000.00'))`,message="write floorAmount from 0.10 to 50000.00 yuan, or leave it out for no threshold: Alipay does not take 0"
	// +optional
	FloorAmount AlipayPrice `json:"floorAmount,omitempty"`

	// voucherDeductThresholdInfo is what else a purchase must have (`voucher_deduct_threshold_info`, 优惠门槛信息).
	//
	// +optional
	VoucherDeductThresholdInfo *AlipayVoucherDeductThresholdInfo `json:"voucherDeductThresholdInfo,omitempty"`
}

// AlipayExchangeVoucherInfo is `exchange_voucher_info`, 兑换券详情.
type AlipayExchangeVoucherInfo struct {
	// exchangeGoodsInfo is what a voucher is exchanged for (`exchange_goods_info`, 兑换商品信息).
	//
	// +required
	ExchangeGoodsInfo AlipayVoucherExchangeGoodsInfo `json:"exchangeGoodsInfo,omitzero"`

	// amount is what a voucher is worth, in yuan (`amount`, 券的价值): 0.10 to 3000.00. Optional; budgetYuan needs it.
	//
	// +kubebuilder:validation:XValidation:rule=`!self.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$') || !quantity(self).isLessThan(quantity('0.10')) && !quantity(self).isGreaterThan(quantity('3000.00'))`,message="write amount from 0.10 to 3000.00 yuan, or leave it out"
	// +optional
	Amount AlipayPrice `json:"amount,omitempty"`

	// floorAmount is the amount in yuan that an order must reach (`floor_amount`, 门槛金额): 0.10 to 50000.00. Alipay shows it
	// only; the merchant has to keep it when a voucher is redeemed. No threshold when left out.
	//
	// +kubebuilder:validation:XValidation:rule=`!self.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$') || !quantity(self).isLessThan(quantity('0.10')) && !quantity(self).isGreaterThan(quantity('50000.00'))`,message="write floorAmount from 0.10 to 50000.00 yuan, or leave it out for no threshold: Alipay does not take 0"
	// +optional
	FloorAmount AlipayPrice `json:"floorAmount,omitempty"`

	// voucherDeductThresholdInfo is what else a purchase must have (`voucher_deduct_threshold_info`, 优惠门槛信息).
	//
	// +optional
	VoucherDeductThresholdInfo *AlipayVoucherDeductThresholdInfo `json:"voucherDeductThresholdInfo,omitempty"`
}

// AlipayVoucherExchangeGoodsInfo is `exchange_goods_info`, 兑换商品信息.
type AlipayVoucherExchangeGoodsInfo struct {
	// exchangeGoodsName is the name of the goods (`exchange_goods_name`, 兑换商品名称): 1 to 16 characters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.size() <= 16`,message="write exchangeGoodsName of at most 16 characters; a Chinese character counts as one"
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\p{Cc}\x{FFFD}]*$') && self.trim() == self`,message="write exchangeGoodsName without line breaks, control or broken characters, or spaces around it"
	// +required
	ExchangeGoodsName string `json:"exchangeGoodsName,omitempty"`
}

// AlipayVoucherDeductThresholdInfo is `voucher_deduct_threshold_info`, 优惠门槛信息. At least one of its blocks.
//
// +kubebuilder:validation:XValidation:rule=`has(self.voucherExpressInfo) || has(self.voucherGoodsQuantitySpecificationInfo)`,message="write voucherGoodsQuantitySpecificationInfo or voucherExpressInfo, or leave voucherDeductThresholdInfo out"
type AlipayVoucherDeductThresholdInfo struct {
	// voucherExpressInfo is who pays the postage (`voucher_express_info`, 邮费信息); only with specialVoucherInfo and
	// exchangeVoucherInfo. Left out where there is none.
	//
	// +optional
	VoucherExpressInfo *AlipayVoucherExpressInfo `json:"voucherExpressInfo,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there

	// voucherGoodsQuantitySpecificationInfo is how many goods a purchase must have
	// (`voucher_goods_quantity_specification_info`, 商品规格信息).
	//
	// +optional
	VoucherGoodsQuantitySpecificationInfo *AlipayVoucherGoodsQuantitySpecificationInfo `json:"voucherGoodsQuantitySpecificationInfo,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there
}

// AlipayVoucherExpressInfo is `voucher_express_info`, 邮费信息.
type AlipayVoucherExpressInfo struct {
	// payExpress is who pays the postage, as the page of the voucher says it (`pay_express`, 邮费标识): `PAY_FOR_EXPRESS`
	// (付邮费) or `FREE_FOR_EXPRESS` (免邮费).
	//
	// +kubebuilder:validation:Enum=PAY_FOR_EXPRESS;FREE_FOR_EXPRESS
	// +kubebuilder:validation:MaxLength=32
	// +required
	PayExpress string `json:"payExpress,omitempty"`
}

// AlipayVoucherGoodsQuantitySpecificationInfo is `voucher_goods_quantity_specification_info`, 商品规格信息.
type AlipayVoucherGoodsQuantitySpecificationInfo struct {
	// directionalType is how specificationQuantity is meant (`directional_type`, 定向类型): `FIX` (固定) that many goods, or
	// `APPOINT` (指定) the one with that number. With fixVoucherInfo only `FIX`.
	//
	// +kubebuilder:validation:Enum=FIX;APPOINT
	// +kubebuilder:validation:MaxLength=32
	// +required
	DirectionalType string `json:"directionalType,omitempty"`

	// specificationQuantity is the number (`specification_quantity`, 数量): 1 to 999999999.
	//
	// +kubebuilder:validation:XValidation:rule=`self >= 1 && self <= 999999999`,message="write specificationQuantity from 1 to 999999999"
	// +required
	SpecificationQuantity int64 `json:"specificationQuantity,omitempty"` //nolint:kubeapilinter // a rule instead of Minimum, so that the message can say what to write

	// specificationUnit is what is counted (`specification_unit`, 单位): `COUNT_NUMBER` (件) or `ORDER_NUMBER` (单).
	//
	// +kubebuilder:validation:Enum=COUNT_NUMBER;ORDER_NUMBER
	// +kubebuilder:validation:MaxLength=32
	// +required
	SpecificationUnit string `json:"specificationUnit,omitempty"`
}
