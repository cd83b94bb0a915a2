package simulator_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

func TestAStockIsReadBackWithoutItsRequestNumber(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	id := c.must(http.MethodPost, stockPath, stockBody(set("coupon_code_mode", "MERCHANT_UPLOAD"))).at(t, "stock_id").(string)
	r := c.must(http.MethodGet, stockPath+"/"+id, nil)
	if r.at(t, "stock_id") != id || r.at(t, "stock_state") != "RUNNING" || r.at(t, "coupon_use_rule", "use_method") != "OFF_LINE" {
		t.Fatalf("answered %s", r.body)
	}
	if r.fields(t)["out_request_no"] != nil {
		t.Fatal("the detail tells the request number, which the gateway does not")
	}
	if r.at(t, "coupon_code_count", "total_count") != float64(0) || r.at(t, "send_count_information", "total_send_num") != float64(0) {
		t.Fatalf("the counts are missing: %s", r.body)
	}
	refusedWith(t, c.do(http.MethodGet, stockPath+"/1", nil), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
}

func TestSeededStocksAreThereForEveryMerchant(t *testing.T) {
	server := start(t, simulator.Options{Merchants: []string{mchid, "1900000110"}, SeedStocks: "98065001-98065003,77"})
	for _, merchant := range []string{mchid, "1900000110"} {
		c := newClient(t, server, merchant)
		for _, id := range []string{"98065001", "98065003", "77"} {
			r := c.must(http.MethodGet, stockPath+"/"+id, nil)
			if r.at(t, "stock_state") != "RUNNING" || r.at(t, "belong_merchant") != merchant {
				t.Fatalf("stock %s: %s", id, r.body)
			}
		}
	}
	if stocks := server.WeChatPay().Stocks(); len(stocks) != 4 || stocks[0].StockID != "77" || !stocks[0].Seeded {
		t.Fatalf("stocks are %+v", stocks)
	}
	if none := start(t, simulator.Options{SeedStocks: "none"}).WeChatPay().Stocks(); len(none) != 0 {
		t.Fatalf("with none: %+v", none)
	}
}

func TestAStockBelongsToItsCreatorAndItsOwner(t *testing.T) {
	server := start(t, simulator.Options{Merchants: []string{mchid, "1900000110", "1900000111"}})
	id := newClient(t, server, mchid).must(http.MethodPost, stockPath, stockBody(set("belong_merchant", "1900000110"))).at(t, "stock_id").(string)
	newClient(t, server, "1900000110").must(http.MethodGet, stockPath+"/"+id, nil)
	refusedWith(t, newClient(t, server, "1900000111").do(http.MethodGet, stockPath+"/"+id, nil), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
}

func TestAStockNumberMakesOneStock(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	body := stockBody()
	first := c.must(http.MethodPost, stockPath, body)
	if again := c.must(http.MethodPost, stockPath, body); again.at(t, "stock_id") != first.at(t, "stock_id") {
		t.Fatal("a replay made another stock")
	}
	put(t, server, "replay.sameBody", "reject")
	refusedWith(t, c.do(http.MethodPost, stockPath, body), http.StatusBadRequest, "INVALID_REQUEST")
	put(t, server, "replay.differentBody", "reject400")
	no := "fixed-number"
	c.must(http.MethodPost, stockPath, stockBody(set("out_request_no", no)))
	refusedWith(t, c.do(http.MethodPost, stockPath, stockBody(set("out_request_no", no), set("stock_name", "另一个"))), http.StatusBadRequest, "INVALID_REQUEST")
}

func TestANewStockMayNeedTimeToSettle(t *testing.T) {
	hand := newHand()
	server := start(t, simulator.Options{RealNow: hand.now, Switches: map[string]string{"busifavor.settle": "60s"}})
	c := newClient(t, server, mchid)
	id := c.must(http.MethodPost, stockPath, stockBody()).at(t, "stock_id").(string)
	if got := c.must(http.MethodGet, stockPath+"/"+id, nil).at(t, "stock_state"); got != "UNAUDIT" {
		t.Fatalf("a new stock is %v", got)
	}
	refusedWith(t, c.do(http.MethodPost, createPath, activity(set("award_send_rule.award_list", awards(id)))), http.StatusBadRequest, "INVALID_REQUEST")
	hand.advance(time.Minute)
	if got := c.must(http.MethodGet, stockPath+"/"+id, nil).at(t, "stock_state"); got != "RUNNING" {
		t.Fatalf("after a minute it is %v", got)
	}
}

func TestAWrongStockIsRefused(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	now := time.Now()
	times := func(begin, end time.Time) map[string]any {
		return map[string]any{"available_begin_time": begin.Format(time.RFC3339), "available_end_time": end.Format(time.RFC3339)}
	}
	week := func(v map[string]any) func(map[string]any) {
		return set("coupon_use_rule.coupon_available_time.available_week", v)
	}
	for name, tc := range map[string]struct {
		change func(map[string]any)
		code   string
	}{
		"a name of 22 characters":      {set("stock_name", "一二三四五六七八九十一二三四五六七八九十一二"), "PARAM_ERROR"},
		"no owner":                     {set("belong_merchant", nil), "PARAM_ERROR"},
		"no coupon":                    {set("coupon_use_rule.fixed_normal_coupon", nil), "PARAM_ERROR"},
		"a coupon of another kind":     {set("stock_type", "DISCOUNT"), "PARAM_ERROR"},
		"two kinds of coupon":          {set("coupon_use_rule.exchange_coupon", map[string]any{"exchange_price": 0, "transaction_minimum": 1}), "PARAM_ERROR"},
		"an empty second coupon":       {set("coupon_use_rule.discount_coupon", map[string]any{}), "PARAM_ERROR"},
		"a discount of nothing":        {set("coupon_use_rule.fixed_normal_coupon.discount_amount", 0), "PARAM_ERROR"},
		"101 coupons for a user":       {set("stock_send_rule.max_coupons_per_user", 101), "PARAM_ERROR"},
		"a field that is not open":     {set("stock_send_rule.transferable", false), "PARAM_ERROR"},
		"a boolean as text":            {set("stock_send_rule.natural_person_limit", "true"), "PARAM_ERROR"},
		"a waiting time alone":         {set("coupon_use_rule.coupon_available_time.wait_days_after_receive", 3), "PARAM_ERROR"},
		"hours without days":           {week(map[string]any{"available_day_time": []any{map[string]any{"begin_time": 0, "end_time": 3600}}}), "PARAM_ERROR"},
		"hours that run backwards":     {week(map[string]any{"week_day": []any{1}, "available_day_time": []any{map[string]any{"begin_time": 3600, "end_time": 0}}}), "INVALID_REQUEST"},
		"a mini program without path":  {set("coupon_use_rule.use_method", "MINI_PROGRAMS"), "PARAM_ERROR"},
		"a method that is not there":   {set("coupon_use_rule.use_method", "SELF_CONSUME"), "INVALID_REQUEST"},
		"an end before the beginning":  {set("coupon_use_rule.coupon_available_time", times(now, now.Add(-time.Hour))), "INVALID_REQUEST"},
		"a year and a day":             {set("coupon_use_rule.coupon_available_time", times(now, now.AddDate(1, 0, 1))), "INVALID_REQUEST"},
		"an end that has passed":       {set("coupon_use_rule.coupon_available_time", times(now.Add(-2*time.Hour), now.Add(-time.Hour))), "INVALID_REQUEST"},
		"a daily limit of normal ones": {set("stock_send_rule.max_coupons_by_day", 10), "INVALID_REQUEST"},
		"an unknown field":             {set("max_coupons", 10), "PARAM_ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			refusedWith(t, c.do(http.MethodPost, stockPath, stockBody(tc.change)), http.StatusBadRequest, tc.code)
		})
	}
}
