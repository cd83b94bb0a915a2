package v1alpha1

// AlipayVoucherCustomerGuideInfo is `voucher_customer_guide_info`, 券引导详情.
type AlipayVoucherCustomerGuideInfo struct {
	// voucherUseGuideInfo is how a voucher is used (`voucher_use_guide_info`, 券核销详情).
	//
	// +required
	VoucherUseGuideInfo AlipayVoucherUseGuideInfo `json:"voucherUseGuideInfo,omitzero"`
}

// AlipayVoucherUseGuideInfo is `voucher_use_guide_info`, 券核销详情.
//
// +kubebuilder:validation:XValidation:rule=`has(self.miniAppUseGuideInfo) == ('MINI_APP' in self.useGuideMode)`,message="write miniAppUseGuideInfo with MINI_APP in useGuideMode, and only then: it says where the mini program's link leads",fieldPath=".miniAppUseGuideInfo"
type AlipayVoucherUseGuideInfo struct {
	// useGuideMode lists the ways (`use_guide_mode`, 使用引导模式), one or both: `OFFLINE_CODE` (券码扫码核销) shows the code to be
	// scanned, `MINI_APP` (小程序线上核销) a link to a mini program.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=2
	// +kubebuilder:validation:items:Enum=OFFLINE_CODE;MINI_APP
	// +kubebuilder:validation:items:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.all(x, self.exists_one(y, y == x))`,message="write every mode once: useGuideMode names one twice"
	// +listType=atomic
	// +required
	UseGuideMode []string `json:"useGuideMode,omitempty"`

	// miniAppUseGuideInfo is where the mini program's link leads (`mini_app_use_guide_info`, 小程序核销引导). Required with
	// MINI_APP, and only then. Of an activity that exists it can be changed, and not taken away.
	//
	// +optional
	MiniAppUseGuideInfo *AlipayVoucherMiniAppUseGuideInfo `json:"miniAppUseGuideInfo,omitempty"`
}

// AlipayVoucherMiniAppUseGuideInfo is `mini_app_use_guide_info`, 小程序核销引导: exactly one of its two fields.
//
// +kubebuilder:validation:XValidation:rule=`has(self.miniAppUrl) != has(self.miniAppServiceCodes)`,message="write miniAppUrl or miniAppServiceCodes, exactly one of the two"
type AlipayVoucherMiniAppUseGuideInfo struct {
	// miniAppUrl is a link to a page of a mini program (`mini_app_url`): 1 to 64 characters, such as
	// `alipays://platformapi/startapp?appId=2021000000000000`. The mini program has to be the merchant's own or of the same
	// company; no rule can tell, the create call does.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^alipays://platformapi/startapp\?([!-~]*&)?appId=[0-9A-Za-z]+(&[!-~]*)?$')`,message="write miniAppUrl as the link of a mini program at Alipay, alipays://platformapi/startapp?appId=…: appId with a capital I"
	// +optional
	MiniAppURL string `json:"miniAppUrl,omitempty"`

	// miniAppServiceCodes is the code of a mini program's service (`mini_app_service_codes`, 小程序服务编码) as
	// `alipay.open.app.service.apply` returned it: one of at most 64 letters or digits, in quotes.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=64
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^[0-9A-Za-z]*$')`,message="write the code of a service as letters or digits in quotes, as alipay.open.app.service.apply returned it"
	// +kubebuilder:validation:XValidation:rule=`self.size() == 1`,message="write one service code: Alipay takes only one for now"
	// +listType=atomic
	// +optional
	MiniAppServiceCodes []string `json:"miniAppServiceCodes,omitempty"`
}

// AlipayVoucherDisplayPatternInfo is `voucher_display_pattern_info`, 券展示信息.
//
// +kubebuilder:validation:XValidation:rule=`has(self.customerServiceMobile) != has(self.customerServiceUrl)`,message="write customerServiceMobile or customerServiceUrl, exactly one of the two: users need somebody to ask"
// +kubebuilder:validation:XValidation:rule=`!has(self.voucherDetailImages) || has(self.voucherImage)`,message="write voucherImage too: Alipay takes voucherDetailImages only with it",fieldPath=".voucherImage",reason=FieldValueRequired
type AlipayVoucherDisplayPatternInfo struct {
	// brandName is the brand that users see (`brand_name`, 商户品牌名称): 1 to 12 characters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.size() <= 12`,message="write brandName of at most 12 characters; a Chinese character counts as one"
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\p{Cc}\x{FFFD}]*$') && self.trim() == self`,message="write brandName without line breaks, control or broken characters, or spaces around it"
	// +required
	BrandName string `json:"brandName,omitempty"`

	// brandLogo is the logo (`brand_logo`, 商家logo): the resource_id, at most 128 characters, that the image upload
	// (`alipay.marketing.material.image.upload`, file_key PROMO_BRAND_LOGO) returned. 600 x 600 pixels, at most 200 KB.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[0-9A-Za-z*_.|=+-]*$')`,message="write brandLogo as the resource_id that the image upload (alipay.marketing.material.image.upload) returned, not as a URL"
	// +required
	BrandLogo string `json:"brandLogo,omitempty"`

	// voucherDescription is what the page of a voucher says of its use (`voucher_description`, 券详细使用说明): 1 to 1000
	// characters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=3000
	// +kubebuilder:validation:XValidation:rule=`self.size() <= 1000`,message="write voucherDescription of at most 1000 characters; a Chinese character counts as one"
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^([^\p{Cc}\x{FFFD}]|\n)*$') && self.trim() == self`,message="write voucherDescription without control or broken characters, or spaces or line breaks around it (a YAML block begins with |-)"
	// +required
	VoucherDescription string `json:"voucherDescription,omitempty"`

	// customerServiceMobile is the telephone number for users' questions (`customer_service_mobile`, 客服电话): at most 20
	// characters. It or customerServiceUrl is required.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=20
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[0-9+*#() -]*\d[0-9+*#() -]*$') && self.trim() == self`,message="write customerServiceMobile as a telephone number, such as 0571-88888888 or 95188"
	// +optional
	CustomerServiceMobile string `json:"customerServiceMobile,omitempty"`

	// customerServiceUrl is the link for users' questions (`customer_service_url`, 客服链接): at most 255 characters. It or
	// customerServiceMobile is required.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(https?|alipays)://[!-~]+$')`,message="write customerServiceUrl as a link that begins with alipays://, https:// or http://"
	// +optional
	CustomerServiceURL string `json:"customerServiceUrl,omitempty"`

	// voucherName is the name of the voucher that users see (`voucher_name`, 对消费者展示的券(商品)名称): 1 to 20 characters.
	// Required with exchangeVoucherInfo, and only then: for the others Alipay makes a name.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.size() <= 20`,message="write voucherName of at most 20 characters; a Chinese character counts as one"
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\p{Cc}\x{FFFD}]*$') && self.trim() == self`,message="write voucherName without line breaks, control or broken characters, or spaces around it"
	// +optional
	VoucherName string `json:"voucherName,omitempty"`

	// voucherImage is the picture on the page of a voucher (`voucher_image`, 券封面图): the resource_id, at most 64 characters,
	// that the image upload (file_key PROMO_VOUCHER_IMAGE) returned. 600 x 600 pixels, at most 200 KB. Of an activity
	// that exists it can be changed, and not taken away.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[0-9A-Za-z*_.|=+-]*$')`,message="write voucherImage as the resource_id that the image upload (alipay.marketing.material.image.upload) returned, not as a URL"
	// +optional
	VoucherImage string `json:"voucherImage,omitempty"`

	// voucherDetailImages are further pictures on it (`voucher_detail_images`, 图片详情列表), 1 to 3, only with voucherImage: the
	// resource_ids, each at most 64 characters, that the image upload (file_key PROMO_VOUCHER_DETAIL_IMAGE) returned. Of an
	// activity that exists they can be changed, and not all taken away.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=3
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=64
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^[0-9A-Za-z*_.|=+-]*$')`,message="write each of voucherDetailImages as the resource_id that the image upload (alipay.marketing.material.image.upload) returned, not as a URL"
	// +listType=atomic
	// +optional
	VoucherDetailImages []string `json:"voucherDetailImages,omitempty"`
}
