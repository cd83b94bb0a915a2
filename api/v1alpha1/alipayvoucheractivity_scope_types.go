package v1alpha1

// AlipayVoucherAvailableScopeInfo is `voucher_available_scope_info`, 券可用范围.
type AlipayVoucherAvailableScopeInfo struct {
	// voucherAvailableGeographyScopeInfo is the shops or cities (`voucher_available_geography_scope_info`, 券可用地理位置).
	//
	// +required
	VoucherAvailableGeographyScopeInfo AlipayVoucherAvailableGeographyScopeInfo `json:"voucherAvailableGeographyScopeInfo,omitzero"` //nolint:kubeapilinter // a rule of its type refuses the empty block

	// voucherAvailableGoodsInfo is the product that a voucher is for (`voucher_available_goods_info`, 券可用商品). Required with
	// specialVoucherInfo; all goods when left out.
	//
	// +optional
	VoucherAvailableGoodsInfo *AlipayVoucherAvailableGoodsInfo `json:"voucherAvailableGoodsInfo,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there
}

// AlipayVoucherAvailableGeographyScopeInfo is `voucher_available_geography_scope_info`, 券可用地理位置: shops or cities.
//
// +kubebuilder:validation:XValidation:rule=`has(self.availableGeographyShopInfo) != has(self.availableGeographyCityInfo)`,message="write availableGeographyShopInfo or availableGeographyCityInfo, exactly one of the two"
// +kubebuilder:validation:XValidation:rule=`!has(self.availableGeographyScopeType) || has(self.availableGeographyShopInfo) == has(self.availableGeographyCityInfo) || self.availableGeographyScopeType == (has(self.availableGeographyShopInfo) ? 'SHOP' : 'CITY_CODE')`,message="write the availableGeographyScopeType that follows from the block: SHOP with availableGeographyShopInfo, CITY_CODE with availableGeographyCityInfo. Or leave availableGeographyScopeType out",fieldPath=".availableGeographyScopeType"
type AlipayVoucherAvailableGeographyScopeInfo struct {
	// availableGeographyScopeType is which of the two (`available_geography_scope_type`, 券可用地理位置类型): `SHOP` (可用门店)
	// or `CITY_CODE` (可用城市). Optional; it follows from the block that is given.
	//
	// +kubebuilder:validation:Enum=SHOP;CITY_CODE
	// +kubebuilder:validation:MaxLength=32
	// +optional
	AvailableGeographyScopeType string `json:"availableGeographyScopeType,omitempty"`

	// availableGeographyShopInfo is the shops (`available_geography_shop_info`, 券可用门店).
	//
	// +optional
	AvailableGeographyShopInfo *AlipayVoucherAvailableGeographyShopInfo `json:"availableGeographyShopInfo,omitempty"`

	// availableGeographyCityInfo is the cities (`available_geography_city_info`, 券可用城市).
	//
	// +optional
	AvailableGeographyCityInfo *AlipayVoucherAvailableGeographyCityInfo `json:"availableGeographyCityInfo,omitempty"`
}

// AlipayVoucherAvailableGeographyShopInfo is `available_geography_shop_info`, 券可用门店: a list of shops, or all.
//
// +kubebuilder:validation:XValidation:rule=`has(self.availableShopIds) != has(self.availableGeographyAllShop)`,message="write availableShopIds or availableGeographyAllShop, exactly one of the two"
type AlipayVoucherAvailableGeographyShopInfo struct {
	// availableShopIds lists the shops (`available_shop_ids`, 券可使用的门店列表): 1 to 1024 ids of Alipay's shops
	// (`ant.merchant.expand.shop.create`), digits in quotes. Alipay drops one that is named twice. Shops can be added and
	// removed later.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=1024
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=32
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^\d*$')`,message="write the id of one of Alipay's shops (支付宝门店id), digits in quotes"
	// +listType=atomic
	// +optional
	AvailableShopIDs []string `json:"availableShopIds,omitempty"`

	// availableGeographyAllShop is all shops of a brand or merchant (`available_geography_all_shop`, 全部门店可用).
	//
	// +optional
	AvailableGeographyAllShop *AlipayVoucherAvailableGeographyAllShopInfo `json:"availableGeographyAllShop,omitempty"`
}

// AlipayVoucherAvailableGeographyAllShopInfo is `available_geography_all_shop`, 全部门店可用.
//
// +kubebuilder:validation:XValidation:rule=`has(self.availableBrandId) || has(self.merchantIds)`,message="write availableBrandId or merchantIds: it says whose shops they are"
type AlipayVoucherAvailableGeographyAllShopInfo struct {
	// availableBrandId is the brand whose shops they are (`available_brand_id`, 全部门店可用的品牌id): at most 64 digits in
	// quotes, a brand of the merchant that the activity belongs to. Shops that the brand gets later count too.
	// Of an activity that exists it cannot be changed.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^\d*$')`,message="write availableBrandId as digits in quotes, as b.alipay.com shows the brand (账户中心-品牌管理)"
	// +optional
	AvailableBrandID string `json:"availableBrandId,omitempty"`

	// merchantIds is the merchant whose shops they are (`merchant_ids`, 全部门店可用的商户id): one PID of 16 digits in quotes,
	// that of the merchant that the activity belongs to. Of an activity that exists it cannot be changed.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=1
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=32
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^2088\d{12}$')`,message="write the merchant's PID in quotes, 16 digits that begin with 2088"
	// +listType=atomic
	// +optional
	MerchantIDs []string `json:"merchantIds,omitempty"`

	// excludeShopIds lists shops where a voucher cannot be used all the same (`exclude_shop_ids`, 券不可使用的门店列表): 1 to
	// 10000 ids of Alipay's shops, digits in quotes. Alipay drops one that is named twice. Shops can be added and removed later.
	// Above some 8,000 the manifest needs `kubectl apply --server-side`.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=10000
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=32
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^\d*$')`,message="write the id of one of Alipay's shops (支付宝门店id), digits in quotes"
	// +listType=atomic
	// +optional
	ExcludeShopIDs []string `json:"excludeShopIds,omitempty"`
}

// AlipayVoucherAvailableGeographyCityInfo is `available_geography_city_info`, 券可用城市: the whole country, or a list.
//
// +kubebuilder:validation:XValidation:rule=`!self.?allCity.orValue(true) || has(self.allCity) != has(self.availableCityCodes)`,message="write allCity: true or availableCityCodes, exactly one of the two"
type AlipayVoucherAvailableGeographyCityInfo struct {
	// allCity is the whole country (`all_city`, 是否全国): `true`, or left out.
	//
	// +kubebuilder:validation:XValidation:rule=`self`,message="write allCity: true, or leave it out and write availableCityCodes: false says nothing"
	// +optional
	AllCity *bool `json:"allCity,omitempty"`

	// availableCityCodes lists the cities (`available_city_codes`, 城市编码): 1 to 10000 codes of six digits in quotes, such as
	// `"150100"` (呼和浩特). Cities can be added and removed later.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=10000
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=32
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^\d{6}$')`,message="write the code of a city, six digits in quotes, such as \"150100\" (呼和浩特)"
	// +listType=atomic
	// +optional
	AvailableCityCodes []string `json:"availableCityCodes,omitempty"`
}

// AlipayVoucherAvailableGoodsInfo is `voucher_available_goods_info`, 券可用商品.
type AlipayVoucherAvailableGoodsInfo struct {
	// goodsName is the name of the product (`goods_name`, 商品名称): 1 to 12 characters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.size() <= 12`,message="write goodsName of at most 12 characters; a Chinese character counts as one"
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\p{Cc}\x{FFFD}]*$') && self.trim() == self`,message="write goodsName without line breaks, control or broken characters, or spaces around it"
	// +required
	GoodsName string `json:"goodsName,omitempty"`

	// originAmount is the price in yuan without a voucher (`origin_amount`, 原价): 0.01 to 999999999. Required with
	// specialVoucherInfo and discountVoucherInfo.
	//
	// +kubebuilder:validation:XValidation:rule=`!self.matches(r'^(0|[1-9]\d{0,8})(\.\d{1,2})?$') || !quantity(self).isLessThan(quantity('0.01')) && !quantity(self).isGreaterThan(quantity('999999999'))`,message="write originAmount from 0.01 to 999999999 yuan"
	// +optional
	OriginAmount AlipayPrice `json:"originAmount,omitempty"`
}
