package simulator_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAModifyChangesOnlyWhatItNames(t *testing.T) {
	c := newAlipayClient(t, startAlipay(t), alipayApp)
	id := c.create()
	later := stampOf(time.Now().AddDate(0, 0, 35))
	c.must(voucherMethod+"modify", c.change(id,
		sendRule+"publish_end_time", later, useTime+"absolute_period_info.valid_end_time", stampOf(time.Now().AddDate(0, 0, 90)),
		sendRule+"phone_number_limit", true, useGuide, map[string]any{"use_guide_mode": []any{"OFFLINE_CODE"}},
		display+"brand_name", "新品牌", display+"customer_service_url", "https://example.com/help"))
	n := c.query(id)
	at := func(path string) any { return n.at(t, strings.Split(path, ".")...) }
	if at(sendRule+"publish_end_time") != later || n.fields["publish_end_time"] != later || at(sendRule+"phone_number_limit") != true || at(sendRule+"quantity") != 100.0 ||
		at(display+"brand_name") != "新品牌" || at(display+"customer_service_mobile") != nil || at(display+"brand_logo_url") != "https://mdn.alipayobjects.com/simulated/afts/img/A*logo" {
		t.Fatalf("it is %s", n.raw)
	}
	c.must(voucherMethod+"modify", c.change(id, display+"customer_service_mobile", "95188"))
	if n = c.query(id); at(display+"customer_service_url") != nil {
		t.Fatalf("it is %s", n.raw)
	}
}

func TestAModifyTakesNothingAwayButTheOneOfTwo(t *testing.T) {
	c := newAlipayClient(t, startAlipay(t), alipayApp)
	miniApp := useGuide + ".mini_app_use_guide_info"
	id := c.create(set(useGuide, map[string]any{"use_guide_mode": []any{"OFFLINE_CODE", "MINI_APP"}, "mini_app_use_guide_info": map[string]any{"mini_app_url": "alipays://x"}}),
		set(display+"voucher_image", "A*1"), set(display+"voucher_detail_images", []any{"A*2"}))
	at := func(path string) any { return c.query(id).at(t, strings.Split(path, ".")...) }
	c.must(voucherMethod+"modify", c.change(id, display+"brand_name", "新品牌", useGuide+".use_guide_mode", []any{"MINI_APP"}))
	if at(display+"voucher_image") != "A*1" || at(display+"voucher_detail_images") == nil || at(miniApp+".mini_app_url") != "alipays://x" {
		t.Errorf("it is %s", c.query(id).raw)
	}
	c.must(voucherMethod+"modify", c.change(id, useGuide+".use_guide_mode", []any{"MINI_APP"}, miniApp+".mini_app_service_codes", []any{"1"}))
	if at(miniApp+".mini_app_url") != nil || at(miniApp+".mini_app_service_codes") == nil {
		t.Errorf("it is %s", c.query(id).raw)
	}
	c.call(voucherMethod+"modify", c.change(id, useGuide+".use_guide_mode", []any{"OFFLINE_CODE"})).wants(t, "40004 INVALID_PARAMETER")
}

func TestTimesAndDaysCanOnlyBeExtended(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	id := c.create()
	byDays := c.create(relative)
	for place, content := range map[string]map[string]any{
		"publish_end_time: can only be made later":     c.change(id, sendRule+"publish_end_time", stampOf(time.Now().AddDate(0, 0, 9))),
		"valid_end_time: can only be made later":       c.change(id, useTime+"absolute_period_info.valid_end_time", stampOf(time.Now().AddDate(0, 0, 35))),
		"publish_end_time: must be at most 180 days":   c.change(id, sendRule+"publish_end_time", stampOf(time.Now().AddDate(1, 0, 0))),
		"publish_start_time: cannot be changed":        c.change(id, sendRule+"publish_start_time", stampOf(time.Now().AddDate(0, 0, -1))),
		"period_type: cannot be changed":               c.change(id, useTime+"period_type", "RELATIVE"),
		"relative_period_info: must be there":          c.change(id, useTime+"relative_period_info.valid_days_after_receive", 9),
		"valid_days_after_receive: can only be raised": c.change(byDays, useTime+"relative_period_info.valid_days_after_receive", 1),
		"wait_days_after_receive: cannot be changed":   c.change(byDays, useTime+"relative_period_info.wait_days_after_receive", 9),
		"voucher_deduct_info: unknown field":           c.change(id, "voucher_deduct_info.voucher_type", "FIX_VOUCHER"),
		"quantity: unknown field":                      c.change(id, sendRule+"quantity", 200),
		"activity_name":                                c.change(id, "activity_base_info.activity_name", ""),
	} {
		n := c.call(voucherMethod+"modify", content)
		if n.code() != "40004 INVALID_PARAMETER" || !strings.Contains(n.fields["sub_msg"].(string), place) {
			t.Errorf("answered %s, want %s", n.raw, place)
		}
	}
	c.must(voucherMethod+"modify", c.change(byDays, useTime+"relative_period_info.valid_days_after_receive", 9))
	put(t, server, "alipay.modify.begin", "accepted")
	c.must(voucherMethod+"modify", c.change(id, sendRule+"publish_start_time", stampOf(time.Now().AddDate(0, 0, -1))))
}

func TestAScopeIsChangedByItsKind(t *testing.T) {
	server := startAlipay(t, "alipay.shops.unknown", "lost*")
	c := newAlipayClient(t, server, alipayApp)
	scope := func(id, how, path string, ids ...any) map[string]any {
		content := c.change(id, path, ids, "voucher_available_scope_modify_type", how)
		kind := "SHOP"
		if strings.HasPrefix(path, cityInfo) {
			kind = "CITY_CODE"
		}
		set(geography+"available_geography_scope_type", kind)(content)
		return content
	}
	shops := shopInfo + ".available_shop_ids"
	shown := func(id, path string) string { return fmt.Sprint(c.query(id).at(t, strings.Split(path, ".")...)) }
	id := c.create()
	c.must(voucherMethod+"modify", scope(id, "ADD", shops, "3", "lost-1"))
	c.must(voucherMethod+"modify", scope(id, "REMOVE", shops, "2020000100000001", "9"))
	if got := shown(id, shops); got != "[2020000100000002 3]" {
		t.Fatalf("the shops are %s", got)
	}
	n := c.must(voucherMethod+"modify", scope(id, "MODIFY_ALL", shops, "5", "5", "6", "lost-2"))
	if got := shown(id, shops); got != "[5 6]" || !strings.Contains(string(n.raw), "lost-2") {
		t.Fatalf("the shops are %s, answered %s", got, n.raw)
	}
	inCities := c.create(cities)
	c.must(voucherMethod+"modify", scope(inCities, "ADD", cityInfo+".available_city_codes", "330100"))
	if got := shown(inCities, cityInfo+".available_city_codes"); got != "[150100 110100 330100]" {
		t.Fatalf("the cities are %s", got)
	}
	c.must(voucherMethod+"modify", scope(inCities, "MODIFY_ALL", cityInfo+".available_city_codes", "330100"))
	withGoods := c.create(special)
	c.must(voucherMethod+"modify", scope(withGoods, "MODIFY_ALL", shops, "7"))
	c.must(voucherMethod+"modify", c.change(withGoods, goods+".goods_name", "热咖啡", goods+".origin_amount", "29.90"))
	if got := shown(withGoods, goods) + shown(withGoods, shops); got != "map[goods_name:热咖啡 origin_amount:29.90][7]" {
		t.Fatalf("goods and shops are %s", got)
	}
	everywhere := c.create(nation)
	brand := c.create(allShops)
	for want, content := range map[string]map[string]any{
		"40004 BIZ_ERROR": scope(id, "REMOVE", shops, "5", "6"),
		"40004 INVALID_PARAMETER cannot change the kind":                     scope(id, "MODIFY_ALL", cityInfo+".available_city_codes", "330100"),
		"40004 INVALID_PARAMETER voucher_available_scope_modify_type: is":    scope(id, "", shops, "7"),
		"40004 INVALID_PARAMETER voucher_available_scope_modify_type: ADD":   c.change(everywhere, cityInfo+".all_city", true, geography+"available_geography_scope_type", "CITY_CODE", "voucher_available_scope_modify_type", "ADD"),
		"40004 INVALID_PARAMETER voucher_available_scope_modify_type: REMOV": c.change(brand, shopInfo+".available_geography_all_shop.available_brand_id", "b", geography+"available_geography_scope_type", "SHOP", "voucher_available_scope_modify_type", "REMOVE"),
		"40004 INVALID_PARAMETER another's shops":                            c.change(brand, shopInfo+".available_geography_all_shop.available_brand_id", "b", geography+"available_geography_scope_type", "SHOP", "voucher_available_scope_modify_type", "MODIFY_ALL"),
		"40004 INVALID_PARAMETER kind of scope, which":                       c.change(everywhere, cityInfo+".available_city_codes", []any{"330100"}, geography+"available_geography_scope_type", "CITY_CODE", "voucher_available_scope_modify_type", "MODIFY_ALL"),
	} {
		if content["voucher_available_scope_modify_type"] == "" {
			delete(content, "voucher_available_scope_modify_type")
		}
		n := c.call(voucherMethod+"modify", content)
		if code, place, _ := strings.Cut(want, "R "); !strings.HasPrefix(n.code(), strings.TrimSuffix(code, "R")) || !strings.Contains(string(n.raw), place) {
			t.Errorf("answered %s, want %s", n.raw, want)
		}
	}
}

func TestAnAppendIsTheNewTotal(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	id := c.create()
	for _, total := range []int{100, 99, 1_000_000} {
		c.call(voucherMethod+"append", c.change(id, "voucher_quantity", total)).wants(t, "40004 INVALID_PARAMETER")
	}
	put(t, server, "alipay.append.ceiling", "ignored")
	c.must(voucherMethod+"append", c.change(id, "voucher_quantity", 1_000_000))
	put(t, server, "alipay.codes.total", "append")
	withCodes := c.create(uploaded)
	c.must(voucherMethod+"codedeposit", c.change(withCodes, "voucher_codes", []any{"a", "b"}))
	quantity := func() any { return c.query(withCodes).at(t, strings.Split(sendRule+"quantity", ".")...) }
	if got := quantity(); got != 0.0 {
		t.Fatalf("the total is %v", got)
	}
	c.call(voucherMethod+"append", c.change(withCodes, "voucher_quantity", 3)).wants(t, "40004 INVALID_PARAMETER")
	c.must(voucherMethod+"append", c.change(withCodes, "voucher_quantity", 2))
	if got := quantity(); got != 2.0 {
		t.Fatalf("the total is %v", got)
	}
}

func TestWhatHasEndedAnswersAsTheSwitchesSay(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	stopped, expired, withCodes := c.create(), c.create(), c.create(uploaded)
	c.must(voucherMethod+"stop", c.change(stopped))
	control(t, server, http.MethodPost, "/_sim/clock", map[string]string{"advance": "31d"})
	if got := c.states(expired); got != "ACTIVE/" {
		t.Fatalf("the expired one is %s", got)
	}
	c.call(voucherMethod+"codedeposit", c.change(withCodes, "voucher_codes", []any{"a"})).wants(t, "40004 INVALID_PARAMETER")
	for value, code := range map[string]string{"BIZ_ERROR": "40004 BIZ_ERROR", "ACTIVITY_EXPIRED": "40004 ACTIVITY_EXPIRED", "ignored": "10000"} {
		put(t, server, "alipay.change.ended", value)
		for _, id := range []string{stopped, expired} {
			c.call(voucherMethod+"modify", c.change(id, "activity_base_info.activity_name", "新")).wants(t, code)
			c.call(voucherMethod+"append", c.change(id, "voucher_quantity", 200)).wants(t, code)
		}
	}
	if got := c.query(expired).fields["activity_name"]; got != "满10减1活动" {
		t.Fatalf("it is called %v", got)
	}
	for value, code := range map[string]string{"BIZ_ERROR": "40004 BIZ_ERROR", "INVALID_PARAMETER": "40004 INVALID_PARAMETER", "success": "10000"} {
		put(t, server, "alipay.stop.ended", value)
		c.call(voucherMethod+"stop", c.change(stopped)).wants(t, code)
	}
	put(t, server, "alipay.query.expired", "FINISHED")
	if got := c.states(expired); got != "FINISHED/" {
		t.Fatalf("the expired one is %s", got)
	}
	c.must(voucherMethod+"stop", c.change(expired))
}

func TestAnOperationMayFailInTheBackground(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	for failure, states := range map[string]string{"idle": "/", "stuck": "/CREATING"} {
		put(t, server, "alipay.create.failure", failure)
		id := c.create()
		if got := c.states(id); got != states {
			t.Errorf("%s: it is %s", failure, got)
		}
		c.call(voucherMethod+"modify", c.change(id, "activity_base_info.activity_name", "新")).wants(t, "40004 BIZ_ERROR")
		c.call(voucherMethod+"codedeposit", c.change(id, "voucher_codes", []any{"a"})).wants(t, "40004 INVALID_PARAMETER")
	}
	put(t, server, "alipay.create.failure", "notFound")
	c.call(voucherMethod+"query", c.about(c.create())).wants(t, "40004 INVALID_PARAMETER")
	put(t, server, "alipay.create.failure", "never")
	id := c.create()
	for failure, states := range map[string]string{"reverted": "ACTIVE/", "stuck": "ACTIVE/APPENDING"} {
		put(t, server, "alipay.change.failure", failure)
		if n := c.call(voucherMethod+"append", c.change(id, "voucher_quantity", 200)); n.code() == "10000" {
			if got := c.states(id); got != states {
				t.Errorf("%s: it is %s", failure, got)
			}
		}
		_, _ = server.Alipay().Console(id, "fail") // nothing runs after the first
	}
	if got := c.query(id).at(t, strings.Split(sendRule+"quantity", ".")...); got != 100.0 {
		t.Errorf("the total is %v", got)
	}
	if got := server.Alipay().Messages(""); len(got) != 1 {
		t.Errorf("messages of failures were sent: %+v", got)
	}
}

func TestAlipayRecognisesANumber(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	voucher := c.voucher()
	first := c.must(voucherMethod+"create", voucher).fields["activity_id"].(string)
	other := func() map[string]any {
		changed := c.voucher(set("out_biz_no", voucher["out_biz_no"]))
		set("activity_base_info.activity_name", rand.Text()[:9])(changed)
		return changed
	}
	if again := c.must(voucherMethod+"create", voucher); again.fields["activity_id"] != first {
		t.Fatalf("answered %s", again.raw)
	}
	c.call(voucherMethod+"create", other()).wants(t, "40004 INVALID_PARAMETER")
	c.call(voucherMethod+"stop", c.about(first, "out_biz_no", voucher["out_biz_no"])).wants(t, "40004 INVALID_PARAMETER")
	put(t, server, "alipay.replay.differentBody", "firstResult")
	if again := c.must(voucherMethod+"create", other()); again.fields["activity_id"] != first {
		t.Fatalf("answered %s", again.raw)
	}
	put(t, server, "alipay.replay.differentBody", "new")
	if again := c.must(voucherMethod+"create", other()); again.fields["activity_id"] == first {
		t.Fatalf("answered %s", again.raw)
	}
	put(t, server, "alipay.replay.sameBody", "reject")
	c.call(voucherMethod+"create", voucher).wants(t, "40004 INVALID_PARAMETER")
	server.Switches().Reset()
	put(t, server, "alipay.replay.scope", "appAndMethod")
	stop := c.about(first, "out_biz_no", voucher["out_biz_no"])
	c.must(voucherMethod+"stop", stop)
	c.must(voucherMethod+"stop", stop)
	put(t, server, "alipay.replay.order", "validateBeforeIdempotency")
	c.call(voucherMethod+"stop", stop).wants(t, "40004 BIZ_ERROR")
	put(t, server, "alipay.replay.retention", "1h")
	control(t, server, http.MethodPost, "/_sim/clock", map[string]string{"advance": "2h"})
	if again := c.must(voucherMethod+"create", voucher); again.fields["activity_id"] == first {
		t.Fatalf("answered %s", again.raw)
	}
}

func TestARefusedNumberMayStayRefused(t *testing.T) {
	server := startAlipay(t, "alipay.replay.rejections", "replayed", "alipay.risk.words", "满10")
	c := newAlipayClient(t, server, alipayApp)
	voucher := c.voucher()
	c.call(voucherMethod+"create", voucher).wants(t, "40004 BUSINESS_HAS_RISK")
	set("activity_base_info.activity_name", "好活动")(voucher)
	c.call(voucherMethod+"create", voucher).wants(t, "40004 BUSINESS_HAS_RISK")
	put(t, server, "alipay.replay.rejections", "forgotten")
	c.must(voucherMethod+"create", voucher)
}

func TestCodesAreUniqueAndFailAsTheSwitchesSay(t *testing.T) {
	server := startAlipay(t, "alipay.codes.failing", "bad*")
	c := newAlipayClient(t, server, alipayApp)
	one, two, byCall := c.create(uploaded), c.create(uploaded), c.create()
	counts := func(id string, codes ...any) string {
		t.Helper()
		n := c.must(voucherMethod+"codedeposit", c.change(id, "voucher_codes", codes))
		return fmt.Sprintf("%v/%v", n.fields["success_count"], n.fields["fail_count"])
	}
	for _, s := range []struct{ name, value, id, want string }{
		{"alipay.codes.scope", "activity", one, "2/1"},
		{"alipay.codes.scope", "activity", one, "0/3"},
		{"alipay.codes.scope", "activity", two, "2/1"},
		{"alipay.codes.duplicate", "accepted", two, "2/1"},
		{"alipay.codes.duplicate", "fails", one, "0/3"},
	} {
		put(t, server, s.name, s.value)
		if got := counts(s.id, "a", "b", "bad-1"); got != s.want {
			t.Errorf("%s=%s: %s, want %s", s.name, s.value, got, s.want)
		}
	}
	put(t, server, "alipay.codes.scope", "merchant")
	if got := counts(c.create(uploaded), "a", "c"); got != "1/1" {
		t.Errorf("for a merchant: %s", got)
	}
	c.call(voucherMethod+"codedeposit", c.change(byCall, "voucher_codes", []any{"a"})).wants(t, "40004 INVALID_PARAMETER")
	c.call(voucherMethod+"codedeposit", c.change(one, "voucher_codes", make([]any, 0))).wants(t, "40004 INVALID_PARAMETER")
	c.call(voucherMethod+"codedeposit", c.change("1", "voucher_codes", []any{"a"})).wants(t, "40004 INVALID_PARAMETER")
	c.call(voucherMethod+"codecount", c.about("1")).wants(t, "40004 INVALID_PARAMETER")
	c.call(voucherMethod+"codecount", c.about("")).wants(t, "40004 INVALID_PARAMETER")
	if n := c.must(voucherMethod+"codecount", c.about(two)); n.fields["success_count"] != 2.0 {
		t.Errorf("counted %s", n.raw)
	}
}
