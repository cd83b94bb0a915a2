package alipay

import (
	"slices"
	"strings"
	"time"
)

// rules checks what depends on several fields or on what belongs to the merchant. They hold for what is created and
// for what a modify makes of it.
func (g *Gateway) rules(doc object) *apiError {
	for _, rule := range []func(object) *apiError{g.timeRules, g.quantityRules, g.deductRules, g.goodsRules, geographyRules, useRules, g.guideRules, g.displayRules, g.riskRules} {
		if e := rule(doc); e != nil {
			return e
		}
	}
	return nil
}

func (g *Gateway) timeRules(doc object) *apiError {
	begin, end := timeAt(doc, pathStart), timeAt(doc, pathEnd)
	switch {
	case !end.After(begin):
		return invalid(pathEnd, "must be after publish_start_time")
	case end.Sub(begin) > longestPublish:
		return invalid(pathEnd, "must be at most 180 days after publish_start_time")
	}
	if !has(doc, pathValidEnd) {
		return nil
	}
	validEnd := timeAt(doc, pathValidEnd)
	switch {
	case validEnd.Equal(end) && g.switches.Is(SwitchValidEnd, "mayEqual"):
	case !validEnd.After(end):
		return invalid(pathValidEnd, "must be after publish_end_time")
	}
	if !validEnd.After(timeAt(doc, pathValidBegin)) {
		return invalid(pathValidEnd, "must be after valid_begin_time")
	}
	return nil
}

// notOver refuses a create whose time has passed.
func (g *Gateway) notOver(doc object, now time.Time) *apiError {
	if !timeAt(doc, pathEnd).After(now) {
		return invalid(pathEnd, "must be after the present time "+stamp(now))
	}
	return nil
}

func (g *Gateway) quantityRules(doc object) *apiError {
	if textAt(doc, pathCodeMode) == codesByCall && numberAt(doc, pathQuantity) == 0 {
		return invalid(pathQuantity, "must be above 0 with "+codesByCall)
	}
	if trueAt(doc, pathSendRule+".natural_person_limit") && trueAt(doc, pathSendRule+".phone_number_limit") &&
		numberAt(doc, pathSendRule+".quantity_limit_per_user") == 0 {
		return refuse(codeInvalidParameter, "REQUEST_PARAM_ILLEGAL: %s.quantity_limit_per_user 必须大于0，当同时开启身份证号和手机号限制时", pathSendRule)
	}
	return nil
}

// deductBlocks are the blocks of voucher_deduct_info by voucher_type.
var deductBlocks = map[string]string{typeFix: "fix_voucher_info", typeDiscount: "discount_voucher_info", typeSpecial: "special_voucher_info", typeExchange: "exchange_voucher_info"}

func (g *Gateway) deductRules(doc object) *apiError {
	kind := textAt(doc, pathType)
	for _, other := range []string{typeFix, typeDiscount, typeSpecial, typeExchange} {
		at := "voucher_deduct_info." + deductBlocks[other]
		if has(doc, at) != (other == kind) {
			return invalid(at, "must be there if and only if voucher_type is "+other)
		}
	}
	least := g.switches.Number(SwitchDiscountLeast)
	if kind == typeDiscount && fenAt(doc, "voucher_deduct_info.discount_voucher_info.ceiling_amount") < least {
		return refuse("DISCOUNT_AMOUNT_INSUFFICIENT", "最高优惠金额过低")
	}
	return nil
}

func (g *Gateway) goodsRules(doc object) *apiError {
	kind, origin := textAt(doc, pathType), pathGoods+".origin_amount"
	switch {
	case kind == typeSpecial && !has(doc, origin):
		return invalid(origin, "is required for "+typeSpecial)
	case kind == typeSpecial && fenAt(doc, origin) <= fenAt(doc, "voucher_deduct_info.special_voucher_info.special_amount"):
		return invalid(origin, "must be above special_amount")
	case kind == typeDiscount && has(doc, pathGoods) && !has(doc, origin) && g.switches.Is(SwitchOriginAmount, "discountToo"):
		return invalid(origin, "is required for "+typeDiscount)
	}
	return nil
}

func geographyRules(doc object) *apiError {
	if has(doc, pathItems) {
		if has(doc, pathGeography) {
			return invalid(pathGeography, "is not supported with voucher_available_item_info")
		}
		if textAt(doc, pathType) == typeExchange {
			return invalid(pathItems, "is not supported for "+typeExchange)
		}
		return nil
	}
	shops, cities := pathGeography+".available_geography_shop_info", pathGeography+".available_geography_city_info"
	kind := textAt(doc, pathScopeType)
	switch {
	case kind == "":
		return invalid(pathGeography, "is required")
	case has(doc, shops) != (kind == scopeShop):
		return invalid(shops, "must be there if and only if the scope type is "+scopeShop)
	case has(doc, cities) != (kind == scopeCity):
		return invalid(cities, "must be there if and only if the scope type is "+scopeCity)
	case kind == scopeCity && trueAt(doc, pathAllCity) == (len(listAt(doc, pathCities)) > 0):
		return invalid(cities, "must have either all_city true or available_city_codes")
	case kind == scopeShop && count(len(listAt(doc, pathShops)) > 0, len(listAt(doc, pathRealShops)) > 0, has(doc, pathAllShop)) != 1:
		return invalid(shops, "must have exactly one of available_shop_ids and available_geography_all_shop")
	case has(doc, pathAllShop) && !has(doc, pathAllShop+".available_brand_id") && len(listAt(doc, pathAllShop+".merchant_ids")) == 0:
		return invalid(pathAllShop, "must have available_brand_id, or merchant_ids")
	}
	return nil
}

func count(conditions ...bool) int {
	n := 0
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}

func useRules(doc object) *apiError {
	kind := textAt(doc, pathPeriodType)
	for _, period := range []struct{ kind, block string }{{periodAbsolute, "absolute_period_info"}, {periodRelative, "relative_period_info"}} {
		if has(doc, pathUseTime+"."+period.block) != (period.kind == kind) {
			return invalid(pathUseTime+"."+period.block, "must be there if and only if period_type is "+period.kind)
		}
	}
	return nil
}

func (g *Gateway) guideRules(doc object) *apiError {
	if has(doc, pathItems) {
		if has(doc, pathUseGuide) {
			return invalid(pathUseGuide, "is not supported with voucher_available_item_info")
		}
		return nil
	}
	if !has(doc, pathUseGuide) {
		return invalid(pathUseGuide, "is required")
	}
	used := slices.Contains(listAt(doc, pathUseGuide+".use_guide_mode"), guideMiniApp)
	codes := listAt(doc, pathMiniAppCodes)
	switch {
	case used != has(doc, pathMiniApp):
		return invalid(pathMiniApp, "must be there if and only if use_guide_mode has "+guideMiniApp)
	case used && count(has(doc, pathMiniAppURL), len(codes) > 0) != 1:
		return invalid(pathMiniApp, "must have exactly one of mini_app_url and mini_app_service_codes")
	case len(codes) > 1:
		return invalid(pathMiniAppCodes, "only one is supported at present")
	}
	for _, foreign := range g.switches.Items(SwitchMiniAppsForeign) {
		if strings.Contains(textAt(doc, pathMiniAppURL), foreign) || slices.Contains(codes, foreign) {
			return refuse(codeBizError, "业务异常，小程序不属于该商户: %s", foreign)
		}
	}
	return nil
}

func (g *Gateway) displayRules(doc object) *apiError {
	services := count(has(doc, pathServiceCall), has(doc, pathServiceURL))
	name, exchange := pathDisplay+".voucher_name", textAt(doc, pathType) == typeExchange
	images := pathDisplay + ".voucher_detail_images"
	switch {
	case services > 1 || services == 0 && g.switches.Is(SwitchCustomerService, "required"):
		return invalid(pathServiceCall, "exactly one of customer_service_mobile and customer_service_url is required")
	case has(doc, name) != exchange:
		return invalid(name, "must be there if and only if voucher_type is "+typeExchange)
	case has(doc, images) && !has(doc, pathDisplay+".voucher_image"):
		return invalid(images, "needs voucher_image")
	case has(doc, pathItems) && has(doc, pathDisplay+".voucher_image"):
		return invalid(pathDisplay+".voucher_image", "is not supported with voucher_available_item_info")
	}
	return nil
}

func (g *Gateway) riskRules(doc object) *apiError {
	for _, word := range g.switches.Items(SwitchRiskWords) {
		if strings.Contains(textAt(doc, pathName), word) {
			return refuse("BUSINESS_HAS_RISK", "业务存在风险，请检查参数")
		}
	}
	return nil
}
