package simulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

// favorWindow gives a stock its begin and end.
func favorWindow(begin, end time.Time) func(map[string]any) {
	return both(set("available_begin_time", begin.Format(time.RFC3339)), set("available_end_time", end.Format(time.RFC3339)))
}

// favorMoney gives a stock its coupons and the budget that fits them.
func favorMoney(amount, coupons int) func(map[string]any) {
	return func(body map[string]any) {
		set("coupon_use_rule.fixed_normal_coupon", map[string]any{"coupon_amount": amount, "transaction_minimum": amount + 1})(body)
		set("stock_use_rule.max_coupons", coupons)(body)
		set("stock_use_rule.max_amount", amount*coupons)(body)
	}
}

func both(changes ...func(map[string]any)) func(map[string]any) {
	return func(body map[string]any) {
		for _, change := range changes {
			change(body)
		}
	}
}

func list(n int, item string) []any {
	items := make([]any, n)
	for i := range items {
		items[i] = item
	}
	return items
}

func TestAWrongFavorStockIsRefused(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{Switches: map[string]string{
		"merchants.missing": "10000404", "merchants.unrelated": "10000405", "appids.unbound": "wx404", "favor.improperWords": "测试,立减金",
	}}), mchid)
	now := time.Now()
	const rule, coupon, param, invalid = "stock_use_rule.", "coupon_use_rule.", "PARAM_ERROR", "INVALID_REQUEST"
	for name, tc := range map[string]struct {
		change func(map[string]any)
		code   string
	}{
		"FV-01 ten Chinese characters":        {set("stock_name", "一二三四五六七八九十"), param},
		"FV-01 twenty-one letters":            {set("stock_name", strings.Repeat("a", 21)), param},
		"FV-02 a forbidden character":         {set("stock_name", "a_b"), param},
		"an improper word":                    {set("stock_name", "测试券"), invalid},
		"FV-03 a comment of 61 characters":    {set("comment", strings.Repeat("券", 61)), param},
		"FV-04 another owner":                 {set("belong_merchant", "1900000110"), invalid},
		"FV-05 a begin that has passed":       {favorWindow(now.Add(-time.Hour), now.Add(time.Hour)), invalid},
		"FV-05 a begin in 366 days":           {favorWindow(now.AddDate(0, 0, 366), now.AddDate(0, 0, 370)), invalid},
		"FV-06 no time at all":                {favorWindow(now.Add(time.Hour), now.Add(time.Hour)), invalid},
		"FV-06 ninety-one days":               {favorWindow(now.Add(time.Hour), now.Add(91*24*time.Hour)), invalid},
		"FV-07 four coupons":                  {favorMoney(500, 4), param},
		"FV-07 too many coupons":              {favorMoney(500, 10_000_001), param},
		"FV-08 a budget that is no product":   {set(rule+"max_amount", favorBudget+1), param},
		"FV-09 a budget over the limit":       {favorMoney(50_000, 20_001), param},
		"FV-10 a daily budget of nothing":     {set(rule+"max_amount_by_day", 0), param},
		"FV-10 a daily budget over the whole": {set(rule+"max_amount_by_day", favorBudget+1), param},
		"FV-11 no coupon for a user":          {set(rule+"max_coupons_per_user", 0), param},
		"FV-11 sixty-one for a user":          {set(rule+"max_coupons_per_user", 61), "NO_AUTH"},
		"FV-11 more for a user than there is": {both(favorMoney(500, 5), set(rule+"max_coupons_per_user", 6)), invalid},
		"FV-12 a yuan":                        {favorMoney(100, 100), "NO_AUTH"},
		"FV-12 more than 500 yuan":            {favorMoney(50_001, 100), "NO_AUTH"},
		"FV-13 a minimum at the value":        {set(coupon+"fixed_normal_coupon.transaction_minimum", 500), invalid},
		"FV-14 another type":                  {set("stock_type", "DISCOUNT"), param},
		"FV-15 a number with a dot":           {set("out_request_no", "a.b"), param},
		"FV-16 a description that is long":    {set("pattern_info.description", strings.Repeat("券", 1001)), param},
		"FV-17 a logo that is no URL":         {set("pattern_info.merchant_logo", "logo.png"), param},
		"FV-18 thirteen Chinese characters":   {set("pattern_info.merchant_name", strings.Repeat("商", 13)), param},
		"FV-19 a colour by hex":               {set("pattern_info.background_color", "#63b359"), param},
		"FV-20 fifty-one tags":                {set(coupon+"goods_tag", list(51, "a")), param},
		"FV-20 a tag with a dash":             {set(coupon+"goods_tag", []any{"a-b"}), param},
		"FV-21 two means of payment":          {set(coupon+"limit_pay", []any{"CFT", "ICBC_CREDIT"}), param},
		"FV-21 a card without a bank":         {set(coupon+"limit_card", map[string]any{"name": "精粹白金", "bin": []any{"62123456"}}), param},
		"FV-21 a bin of five digits":          {both(set(coupon+"limit_pay", []any{"ICBC_CREDIT"}), set(coupon+"limit_card", map[string]any{"name": "白金", "bin": []any{"62123"}})), param},
		"FV-22 a scene twice":                 {set(coupon+"trade_type", []any{"CARD", "CARD"}), param},
		"FV-22 a scene that does not exist":   {set(coupon+"trade_type", []any{"H5"}), param},
		"FV-23 fifty-one goods":               {set(coupon+"available_items", list(51, "1")), param},
		"FV-24 no merchant":                   {set(coupon+"available_merchants", nil), param},
		"FV-24 fifty-one merchants":           {set(coupon+"available_merchants", list(51, "10000022")), param},
		"FV-24 a merchant that is missing":    {set(coupon+"available_merchants", []any{"10000404"}), "MCH_NOT_EXISTS"},
		"FV-24 a stranger's receipts":         {both(set("no_cash", true), set(coupon+"available_merchants", []any{"10000405"})), invalid},
		"FV-25 coupon_available_time":         {set(coupon+"coupon_available_time", map[string]any{"second_day_available": true}), param},
		"FV-25 unavailable_items":             {set(coupon+"unavailable_items", []any{"1"}), param},
		"FV-25 ext_info":                      {set("ext_info", "{}"), param},
		"FV-26 a mini program without path":   {both(set("pattern_info.jump_target", "MINI_PROGRAM"), set("pattern_info.mini_program_appid", "wx1")), param},
		"FV-26 a mini program without appid":  {both(set("pattern_info.jump_target", "MINI_PROGRAM"), set("pattern_info.mini_program_path", "/a")), param},
		"an appid that is not bound":          {set("pattern_info.mini_program_appid", "wx404"), "APPID_MCHID_NOT_MATCH"},
		"FV-27 an empty comment":              {set("comment", ""), param},
		"FV-27 an empty colour":               {set("pattern_info.background_color", ""), param},
		"FV-27 no tags in a list":             {set(coupon+"goods_tag", []any{}), param},
		"FV-28 an emoji":                      {set("comment", "🎁"), param},
		"no say on fraud":                     {set(rule+"prevent_api_abuse", nil), param},
		"a number as text":                    {set(rule+"max_coupons", "100"), param},
		"an unknown field":                    {set("budget", 1), param},
	} {
		t.Run(name, func(t *testing.T) {
			status := http.StatusBadRequest
			if tc.code == "NO_AUTH" {
				status = http.StatusForbidden
			}
			refusedWith(t, c.do(http.MethodPost, favorCreatePath, favorBody(tc.change)), status, tc.code)
		})
	}
}

func TestAFavorStockAtTheLimitsIsAccepted(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	now := time.Now()
	for name, change := range map[string]func(map[string]any){
		"nine Chinese characters":       set("stock_name", "一二三四五六七八九"),
		"twenty letters":                set("stock_name", strings.Repeat("a", 20)),
		"only what is required":         both(set("comment", nil), set("pattern_info", nil), set("coupon_use_rule.goods_tag", nil), set("coupon_use_rule.available_items", nil)),
		"ninety days in a year":         favorWindow(now.Add(365*24*time.Hour-time.Minute), now.Add((365+90)*24*time.Hour-time.Minute)),
		"a second":                      favorWindow(now.Add(time.Hour), now.Add(time.Hour+time.Second)),
		"the largest coupon and budget": favorMoney(50_000, 20_000),
		"five of the smallest coupons":  favorMoney(101, 5),
		"a whole day's budget":          set("stock_use_rule.max_amount_by_day", favorBudget),
		"sixty for a user":              set("stock_use_rule.max_coupons_per_user", 60),
		"a bank's card":                 both(set("coupon_use_rule.limit_pay", []any{"ICBC_CREDIT"}), set("coupon_use_rule.limit_card", map[string]any{"name": "精粹白金", "bin": []any{"62123456"}})),
		"a mini program":                both(set("pattern_info.jump_target", "MINI_PROGRAM"), set("pattern_info.mini_program_appid", "wx1"), set("pattern_info.mini_program_path", "/a")),
	} {
		t.Run(name, func(t *testing.T) {
			c.t = t
			c.createFavor(change)
		})
	}
}

func TestTheSwitchesOfFavorRulesDoWhatTheySay(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	now := time.Now()
	late := favorWindow(now.Add(-time.Hour), now.Add(time.Hour))
	for name, tc := range map[string]struct {
		value  string
		change func(map[string]any)
	}{
		"favor.limits":             {"legacy", favorMoney(100_000, 100_000)},
		"favor.beginInPast":        {"accepted", late},
		"favor.availableMerchants": {"optional", set("coupon_use_rule.available_merchants", nil)},
	} {
		t.Run(name, func(t *testing.T) {
			if r := c.do(http.MethodPost, favorCreatePath, favorBody(tc.change)); r.status < 400 {
				t.Fatalf("by default: %d %s", r.status, r.body)
			}
			put(t, server, name, tc.value)
			if r := c.do(http.MethodPost, favorCreatePath, favorBody(tc.change)); r.status != http.StatusOK {
				t.Fatalf("with %s: %d %s", tc.value, r.status, r.body)
			}
		})
	}
	refusedWith(t, c.do(http.MethodPost, favorCreatePath, favorBody(favorMoney(100_001, 100))), http.StatusForbidden, "NO_AUTH")
	refusedWith(t, c.do(http.MethodPost, favorCreatePath, favorBody(favorMoney(100_000, 100_001))), http.StatusBadRequest, "PARAM_ERROR")
}

func TestSomeFaultsOfAFavorStockMayHideBehindASystemError(t *testing.T) {
	c := newClient(t, startWith(t, "favor.hiddenErrors", "on"), mchid)
	now := time.Now().Add(time.Hour)
	for name, change := range map[string]func(map[string]any){
		"a minimum at the value": set("coupon_use_rule.fixed_normal_coupon.transaction_minimum", 500),
		"an empty text":          set("pattern_info.background_color", ""),
		"an empty list":          set("coupon_use_rule.available_items", []any{}),
		"begin = end":            favorWindow(now, now),
		"a wrong tag":            set("coupon_use_rule.goods_tag", []any{"a-b"}),
		"coupon_available_time":  set("coupon_use_rule.coupon_available_time", map[string]any{"second_day_available": true}),
	} {
		t.Run(name, func(t *testing.T) {
			refusedWith(t, c.do(http.MethodPost, favorCreatePath, favorBody(change)), http.StatusInternalServerError, "SYSTEM_ERROR")
		})
	}
	refusedWith(t, c.do(http.MethodPost, favorCreatePath, favorBody(set("stock_type", "RANDOM"))), http.StatusBadRequest, "PARAM_ERROR")
	c.createFavor()
}
