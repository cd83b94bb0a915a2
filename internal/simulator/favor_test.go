package simulator_test

import (
	"crypto/rand"
	"net/http"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

const (
	favorCreatePath = "/v3/marketing/favor/coupon-stocks"
	favorPath       = "/v3/marketing/favor/stocks"
	favorCallbacks  = "/v3/marketing/favor/callbacks"
	byCreator       = "?stock_creator_mchid=" + mchid
	// favorBudget is the budget of favorBody, in fen.
	favorBudget = 50_000
)

// favorBody builds the body of a favor create: a good one, then changed.
func favorBody(changes ...func(map[string]any)) []byte {
	begin := time.Now().Add(24 * time.Hour)
	body := map[string]any{
		"stock_name": "微信支付代金券", "comment": "零售批次", "belong_merchant": mchid,
		"available_begin_time": begin.Format(time.RFC3339), "available_end_time": begin.AddDate(0, 0, 30).Format(time.RFC3339),
		"stock_use_rule": map[string]any{"max_coupons": 100, "max_amount": favorBudget, "max_coupons_per_user": 3, "natural_person_limit": false, "prevent_api_abuse": true},
		"pattern_info":   map[string]any{"description": "微信支付营销代金券", "merchant_name": "微信支付", "background_color": "COLOR020"},
		"coupon_use_rule": map[string]any{
			"fixed_normal_coupon": map[string]any{"coupon_amount": 500, "transaction_minimum": 1000},
			"goods_tag":           []any{"tag_1"}, "limit_pay": []any{"CFT"}, "trade_type": []any{"MICROAPP", "APPPAY"},
			"combine_use": false, "available_items": []any{"123321", "123322"}, "available_merchants": []any{"9856000", "98560001"}[1:],
		},
		"no_cash": false, "stock_type": "NORMAL", "out_request_no": "1900000109-" + rand.Text(),
	}
	for _, change := range changes {
		change(body)
	}
	return encode(body)
}

// createFavor makes a stock and gives its id.
func (c *client) createFavor(changes ...func(map[string]any)) string {
	c.t.Helper()
	return c.must(http.MethodPost, favorCreatePath, favorBody(changes...)).at(c.t, "stock_id").(string)
}

// favorStep calls start, pause, restart or stop.
func (c *client) favorStep(id, step string) *reply {
	c.t.Helper()
	return c.do(http.MethodPost, favorPath+"/"+id+"/"+step, encode(map[string]any{"stock_creator_mchid": mchid}))
}

// favorDetail reads a stock.
func (c *client) favorDetail(id string) *reply {
	c.t.Helper()
	return c.must(http.MethodGet, favorPath+"/"+id+byCreator, nil)
}

func TestAFavorStockLivesFromItsCreationToItsEnd(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	id := c.createFavor()
	if id != "98650001" {
		t.Errorf("the first stock has the id %s", id)
	}
	if got := c.favorDetail(id).at(t, "status"); got != "unactivated" {
		t.Fatalf("a new stock is %v", got)
	}
	for _, step := range []struct{ call, field, status string }{
		{"start", "start_time", "running"}, {"pause", "pause_time", "paused"}, {"restart", "restart_time", "running"},
	} {
		r := c.favorStep(id, step.call)
		if r.status != http.StatusOK || r.at(t, "stock_id") != id || r.at(t, step.field) == nil {
			t.Fatalf("%s: %d %s", step.call, r.status, r.body)
		}
		if again := c.favorStep(id, step.call); string(again.body) != string(r.body) {
			t.Fatalf("%s again: %s, first %s", step.call, again.body, r.body)
		}
		if got := c.favorDetail(id).at(t, "status"); got != step.status {
			t.Fatalf("after %s the stock is %v", step.call, got)
		}
	}
	server.Clock().Advance(32 * 24 * time.Hour)
	if got := c.favorDetail(id); got.at(t, "status") != "stoped" || got.at(t, "stop_time") == nil {
		t.Fatalf("after its end: %s", got.body)
	}
	refusedWith(t, c.favorStep(id, "restart"), http.StatusBadRequest, "INVALID_REQUEST")
}
