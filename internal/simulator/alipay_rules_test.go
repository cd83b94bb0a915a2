package simulator_test

import (
	"maps"
	"strings"
	"testing"
	"time"
)

const (
	sendRule  = "voucher_send_mode_info.voucher_send_rule_info."
	geography = "voucher_available_scope_info.voucher_available_geography_scope_info."
	shopInfo  = geography + "available_geography_shop_info"
	cityInfo  = geography + "available_geography_city_info"
	goods     = "voucher_available_scope_info.voucher_available_goods_info"
	useTime   = "voucher_use_rule_info.voucher_use_time_info."
	useGuide  = "voucher_customer_guide_info.voucher_use_guide_info"
	display   = "voucher_display_pattern_info."
)

// several does several changes.
func several(changes ...func(map[string]any)) func(map[string]any) {
	return func(content map[string]any) {
		for _, change := range changes {
			change(content)
		}
	}
}

// deduct makes a voucher of a type with its block.
func deduct(kind, block string, fields map[string]any) func(map[string]any) {
	return several(set("voucher_deduct_info", nil), set("voucher_deduct_info.voucher_type", kind), object("voucher_deduct_info."+block, fields))
}

// object sets an object that later changes may change.
func object(path string, fields map[string]any) func(map[string]any) {
	return func(content map[string]any) { set(path, maps.Clone(fields))(content) }
}

var (
	special  = several(deduct("SPECIAL_VOUCHER", "special_voucher_info", map[string]any{"special_amount": "9.90"}), object(goods, map[string]any{"goods_name": "咖啡", "origin_amount": "19.90"}))
	discount = deduct("DISCOUNT_VOUCHER", "discount_voucher_info", map[string]any{"discount": "6.5", "ceiling_amount": 50})
	exchange = several(deduct("EXCHANGE_VOUCHER", "exchange_voucher_info", map[string]any{"exchange_goods_info": map[string]any{"exchange_goods_name": "耳机"}}), set(display+"voucher_name", "兑换耳机"))
	cities   = several(set("voucher_available_scope_info", nil), set(geography+"available_geography_scope_type", "CITY_CODE"), set(cityInfo+".available_city_codes", []any{"150100", "110100"}))
	nation   = several(cities, object(cityInfo, map[string]any{"all_city": true}))
	allShops = several(set(shopInfo, nil), set(shopInfo+".available_geography_all_shop.available_brand_id", "brand"))
	relative = several(set("voucher_use_rule_info", nil), set(useTime+"period_type", "RELATIVE"), object(useTime+"relative_period_info", map[string]any{"wait_days_after_receive": 1, "valid_days_after_receive": 2}))
	miniApp  = several(set(useGuide+".use_guide_mode", []any{"MINI_APP", "OFFLINE_CODE"}), set(useGuide+".mini_app_use_guide_info.mini_app_url", "alipays://platformapi/startapp?appId=2021"))
	items    = several(object("voucher_available_scope_info", map[string]any{"voucher_available_item_info": map[string]any{"item_id": "1"}}), object("voucher_customer_guide_info", map[string]any{}))
)

// period restricts the use of a voucher.
func period(rule map[string]any) func(map[string]any) {
	return set(useTime+"absolute_period_info.time_restrict_info.usable_period_info", []any{rule})
}

func timeRange(end string) map[string]any {
	return map[string]any{"begin_time": "08:00:00", "end_time_info": map[string]any{"end_time_type": "SAME_DAY", "end_time": end}}
}

func TestGoodVouchersAreCreated(t *testing.T) {
	c := newAlipayClient(t, startAlipay(t), alipayApp)
	for name, change := range map[string]func(map[string]any){
		"special": special, "discount": discount, "exchange": exchange, "cities": cities, "nation": nation, "all shops": allShops, "relative": relative,
		"mini app": miniApp, "items": items, "uploaded codes": uploaded,
		"without shops that are left out": several(allShops, set(shopInfo+".available_geography_all_shop.exclude_shop_ids", []any{"1", "1", "2"})),
		"on some days":                    period(map[string]any{"rule_type": "WEEK", "week_rule_info": map[string]any{"week_day": "1,2", "time_range_info": timeRange("20:00:00")}}),
		"on some dates":                   period(map[string]any{"rule_type": "DATE", "date_rule_info": map[string]any{"date_range_info": map[string]any{"begin_date": "2026-01-01", "end_date": "2026-01-02"}, "time_range_info": timeRange("20:00:00")}}),
		"on holidays":                     period(map[string]any{"rule_type": "HOLIDAY", "holiday_rule_info": map[string]any{"time_range_info": timeRange("20:00:00")}}),
		"with images":                     several(set(display+"voucher_image", "A*image"), set(display+"voucher_detail_images", []any{"A*one", "A*two"})),
		"without a threshold":             set("voucher_deduct_info.fix_voucher_info.floor_amount", nil),
		"with a service url":              several(set(display+"customer_service_mobile", nil), set(display+"customer_service_url", "https://example.com/help")),
		"with a service code":             several(miniApp, set(useGuide+".mini_app_use_guide_info", map[string]any{"mini_app_service_codes": []any{"S1"}})),
	} {
		n := c.call(voucherMethod+"create", c.voucher(change))
		if n.code() != "10000" {
			t.Errorf("%s: %s", name, n.raw)
			continue
		}
		id := n.fields["activity_id"].(string)
		if got := c.states(id); got != "ACTIVE/" {
			t.Errorf("%s is %s", name, got)
		}
		list := c.must(batchMethod, map[string]any{"activity_status": "ACTIVE", "merchant_access_mode": "SELF_MODE", "page_num": 1, "page_size": 1})
		if list.at(t, "activity_lite_infos", "0", "activity_base_info", "activity_id") != id {
			t.Errorf("%s: the newest of the list is %s", name, list.raw)
		}
	}
}

func TestWrongVouchersAreRefusedWithThePlace(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	later := func(d time.Duration) string { return stampOf(time.Now().Add(d)) }
	const dayLong = 24 * time.Hour
	for place, change := range map[string]func(map[string]any){
		"out_biz_no":                                                                set("out_biz_no", strings.Repeat("a", 65)),
		"activity_base_info.activity_name":                                          set("activity_base_info.activity_name", "有 空格"),
		"activity_base_info.code_mode":                                              set("activity_base_info.code_mode", "merchant_api"),
		"activity_base_info.other":                                                  set("activity_base_info.other", "x"),
		"voucher_use_rule_info":                                                     set("voucher_use_rule_info", "x"),
		"voucher_send_mode_info.delivery_channel_list.0":                            set("voucher_send_mode_info.delivery_channel_list", []any{"x"}),
		sendRule + "quantity: must be from":                                         set(sendRule+"quantity", 100_000_000),
		sendRule + "quantity: must be an integer":                                   set(sendRule+"quantity", "100"),
		sendRule + "quantity: must be above 0":                                      set(sendRule+"quantity", 0),
		sendRule + "quantity: must be 0":                                            set("activity_base_info.code_mode", "MERCHANT_UPLOAD"),
		sendRule + "publish_end_time: must be a time":                               set(sendRule+"publish_end_time", "2026-01-01T00:00:00"),
		sendRule + "publish_end_time: must be a string":                             set(sendRule+"publish_end_time", 1),
		sendRule + "publish_end_time: must be after publish_start_time":             set(sendRule+"publish_start_time", later(60*dayLong)),
		sendRule + "publish_end_time: must be after the present":                    several(set(sendRule+"publish_start_time", later(-9*dayLong)), set(sendRule+"publish_end_time", later(-dayLong))),
		sendRule + "publish_end_time: must be at most 180 days":                     set(sendRule+"publish_end_time", later(181*dayLong)),
		"REQUEST_PARAM_ILLEGAL":                                                     several(set(sendRule+"natural_person_limit", true), set(sendRule+"phone_number_limit", true), set(sendRule+"quantity_limit_per_user", 0)),
		"valid_end_time: must be after publish_end_time":                            set(useTime+"absolute_period_info.valid_end_time", later(20*dayLong)),
		"valid_end_time: must be after valid_begin_time":                            set(useTime+"absolute_period_info.valid_begin_time", later(50*dayLong)),
		"voucher_deduct_info.fix_voucher_info.amount: must be from 0.10 to 3000.00": set("voucher_deduct_info.fix_voucher_info.amount", "3000.01"),
		"voucher_deduct_info.fix_voucher_info.amount: must be a price":              set("voucher_deduct_info.fix_voucher_info.amount", "1.001"),
		"voucher_deduct_info.fix_voucher_info: must be there":                       set("voucher_deduct_info.voucher_type", "DISCOUNT_VOUCHER"),
		"voucher_deduct_info.discount_voucher_info.discount":                        several(discount, set("voucher_deduct_info.discount_voucher_info.discount", "10")),
		"origin_amount: is required":                                                several(special, set(goods+".origin_amount", nil)),
		"origin_amount: must be above special_amount":                               several(special, set(goods+".origin_amount", "9.90")),
		"voucher_name: must be there":                                               set(display+"voucher_name", "名"),
		"voucher_available_geography_scope_info: is required":                       set("voucher_available_scope_info", map[string]any{}),
		"available_geography_shop_info: must be there":                              set(geography+"available_geography_scope_type", "CITY_CODE"),
		"available_geography_city_info: must be there":                              several(set(cityInfo+".all_city", true)),
		"available_geography_city_info: must have either":                           several(cities, set(cityInfo+".all_city", true)),
		"available_city_codes.0":                                                    several(cities, set(cityInfo+".available_city_codes", []any{"1501"})),
		"available_geography_shop_info: must have exactly one":                      set(shopInfo+".available_geography_all_shop.available_brand_id", "brand"),
		"available_geography_all_shop: must have available_brand_id":                several(set(shopInfo, nil), set(shopInfo+".available_geography_all_shop", map[string]any{})),
		"absolute_period_info: must be there":                                       set(useTime+"period_type", "RELATIVE"),
		"usable_period_info.0: must have week_rule_info":                            period(map[string]any{"rule_type": "WEEK"}),
		"week_day":                                                 period(map[string]any{"rule_type": "WEEK", "week_rule_info": map[string]any{"week_day": "8", "time_range_info": timeRange("20:00:00")}}),
		"end_time: must be a time of day":                          period(map[string]any{"rule_type": "WEEK", "week_rule_info": map[string]any{"week_day": "1", "time_range_info": timeRange("24:00:00")}}),
		"voucher_use_guide_info: is required":                      set(useGuide, nil),
		"mini_app_use_guide_info: must be there":                   set(useGuide+".use_guide_mode", []any{"MINI_APP"}),
		"mini_app_use_guide_info: must have exactly one":           several(miniApp, set(useGuide+".mini_app_use_guide_info.mini_app_service_codes", []any{"S1"})),
		"mini_app_service_codes: only one":                         several(miniApp, set(useGuide+".mini_app_use_guide_info", map[string]any{"mini_app_service_codes": []any{"S1", "S2"}})),
		"customer_service_mobile: exactly one":                     set(display+"customer_service_mobile", nil),
		"voucher_detail_images: needs voucher_image":               set(display+"voucher_detail_images", []any{"A*one"}),
		"voucher_available_geography_scope_info: is not supported": set("voucher_available_scope_info.voucher_available_item_info", map[string]any{}),
		"voucher_available_item_info: is not supported":            several(exchange, items),
		"voucher_use_guide_info: is not supported":                 several(items, set(useGuide+".use_guide_mode", []any{"OFFLINE_CODE"})),
		"voucher_image: is not supported":                          several(items, set(display+"voucher_image", "A*image")),
		"voucher_deduct_info.fix_voucher_info.voucher_deduct_threshold_info.voucher_express_info: unknown field": set("voucher_deduct_info.fix_voucher_info.voucher_deduct_threshold_info.voucher_express_info.pay_express", "FREE_FOR_EXPRESS"),
	} {
		n := c.call(voucherMethod+"create", c.voucher(change))
		if n.code() != "40004 INVALID_PARAMETER" || !strings.Contains(n.fields["sub_msg"].(string), place) {
			t.Errorf("answered %s, want %s", n.raw, place)
		}
	}
	if got := len(server.Alipay().Activities("")); got != 0 {
		t.Errorf("there are %d activities", got)
	}
}

func TestRulesThatPagesLeaveOpenAreSwitches(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	begin := time.Now()
	equal := several(set(sendRule+"publish_end_time", stampOf(begin.AddDate(0, 0, 30))), set(useTime+"absolute_period_info.valid_end_time", stampOf(begin.AddDate(0, 0, 30))))
	for _, s := range []struct {
		name, value, code string
		change            func(map[string]any)
	}{
		{"alipay.validEnd", "mayEqual", "10000", equal},
		{"alipay.originAmount", "discountToo", "40004 INVALID_PARAMETER", several(discount, set(goods, map[string]any{"goods_name": "咖啡"}))},
		{"alipay.customerService", "optional", "10000", set(display+"customer_service_mobile", nil)},
		{"alipay.discount.least", "5001", "40004 DISCOUNT_AMOUNT_INSUFFICIENT", discount},
		{"alipay.shops.unknown", "2020*", "40004 BIZ_ERROR", several()},
		{"alipay.miniApps.foreign", "appId=2021", "40004 BIZ_ERROR", miniApp},
		{"alipay.risk.words", "满10", "40004 BUSINESS_HAS_RISK", several()},
	} {
		put(t, server, s.name, s.value)
		c.call(voucherMethod+"create", c.voucher(s.change)).wants(t, s.code)
		server.Switches().Reset()
	}
	c.call(voucherMethod+"create", c.voucher(equal)).wants(t, "40004 INVALID_PARAMETER")
}

func TestAVoucherIsMadeWithTheShopsThatExist(t *testing.T) {
	server := startAlipay(t, "alipay.shops.unknown", "2020000100000002")
	c := newAlipayClient(t, server, alipayApp)
	n := c.must(voucherMethod+"create", c.voucher())
	result := []string{"voucher_available_scope_result_info", "voucher_available_geography_scope_result_info", "available_geography_shop_result_info"}
	if n.at(t, append(result, "success_available_shop_ids", "0")...) != "2020000100000001" ||
		n.at(t, append(result, "fail_available_shop_infos", "0", "shop_id")...) != "2020000100000002" ||
		n.at(t, append(result, "fail_available_shop_infos", "0", "fail_reasons", "0")...) != "SHOP_NOT_EXIST" {
		t.Fatalf("answered %s", n.raw)
	}
	if shops := c.query(n.fields["activity_id"].(string)).at(t, strings.Split(shopInfo+".available_shop_ids", ".")...); len(shops.([]any)) != 1 {
		t.Fatalf("the shops are %v", shops)
	}
	n = c.must(voucherMethod+"create", c.voucher(allShops, set(shopInfo+".available_geography_all_shop.exclude_shop_ids", []any{"2020000100000002", "1"})))
	if n.at(t, append(result, "available_geography_all_shop_result_info", "fail_exclude_shop_infos", "0", "shop_id")...) != "2020000100000002" {
		t.Fatalf("answered %s", n.raw)
	}
	control(t, server, "POST", "/_sim/alipay/shops/2020000100000001/unknown", nil)
	c.call(voucherMethod+"create", c.voucher()).wants(t, "40004 BIZ_ERROR")
	control(t, server, "POST", "/_sim/alipay/shops/2020000100000001/known", nil)
	control(t, server, "POST", "/_sim/alipay/shops/2020000100000002/known", nil)
	c.must(voucherMethod+"create", c.voucher())
	if got := control(t, server, "POST", "/_sim/alipay/shops/1/lost", nil); got.status != 404 {
		t.Fatalf("answered %d %s", got.status, got.body)
	}
}
