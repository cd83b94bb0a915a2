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
			"combine_use": false, "available_items": []any{"123321", "123322"}, "available_merchants": []any{"9856000", "9856111"},
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

func TestAFavorStockTellsOnlyWhatTheGatewayTells(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	id := c.createFavor()
	c.favorStep(id, "start")
	r := c.favorDetail(id)
	for _, field := range []string{"out_request_no", "belong_merchant", "comment", "pattern_info", "coupon_use_rule", "available_merchants", "available_items", "limit_pay"} {
		if _, there := r.fields(t)[field]; there {
			t.Errorf("the detail has %s", field)
		}
	}
	rule := r.at(t, "stock_use_rule").(map[string]any)
	for _, field := range []string{"natural_person_limit", "prevent_api_abuse", "goods_tag"} {
		if _, there := rule[field]; there {
			t.Errorf("stock_use_rule has %s", field)
		}
	}
	for field, want := range map[string]any{
		"stock_id": id, "stock_creator_mchid": mchid, "stock_name": "微信支付代金券", "description": "微信支付营销代金券", "no_cash": false,
		"distributed_coupons": float64(0), "singleitem": false, "stock_type": "NORMAL", "status": "running",
	} {
		if got := r.at(t, field); got != want {
			t.Errorf("%s is %v, want %v", field, got, want)
		}
	}
	for field, want := range map[string]any{"coupon_type": "NORMAL", "combine_use": false, "max_coupons": float64(100), "max_amount": float64(favorBudget), "max_coupons_per_user": float64(3)} {
		if rule[field] != want {
			t.Errorf("stock_use_rule.%s is %v, want %v", field, rule[field], want)
		}
	}
	if got := r.at(t, "stock_use_rule", "trade_type", "1"); got != "APPPAY" {
		t.Errorf("trade_type is %v", got)
	}
	if got := c.favorDetail(c.createFavor(set("coupon_use_rule.combine_use", nil))).at(t, "stock_use_rule", "combine_use"); got != true {
		t.Errorf("without a word combine_use is %v", got)
	}
}

func TestWhatAFavorStockWasCreatedWithoutMayBeFilledIn(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	bare, full := c.createFavor(set("coupon_use_rule.trade_type", nil)), c.createFavor(set("stock_use_rule.max_amount_by_day", 400))
	rule := func(id string) (types int, byDay any) {
		r := c.favorDetail(id).at(t, "stock_use_rule").(map[string]any)
		listed, _ := r["trade_type"].([]any)
		return len(listed), r["max_amount_by_day"]
	}
	for _, tc := range []struct {
		types int
		byDay float64
	}{{0, 0}, {6, favorBudget}} {
		if types, byDay := rule(bare); types != tc.types || byDay != tc.byDay {
			t.Errorf("%d ways of paying and %v a day, want %+v", types, byDay, tc)
		}
		if types, byDay := rule(full); types != 2 || byDay != float64(400) {
			t.Errorf("%d ways of paying and %v a day where 2 and 400 were requested", types, byDay)
		}
		put(t, server, "favor.detailTradeType", "allWhenUnset")
		put(t, server, "favor.detailMaxByDay", "maxAmountWhenUnset")
	}
}

func TestAFavorStockIsItsCreatorsAlone(t *testing.T) {
	server := start(t, simulator.Options{Merchants: []string{mchid, "1900000110"}})
	c, other := newClient(t, server, mchid), newClient(t, server, "1900000110")
	id := c.createFavor()
	refusedWith(t, other.favorStep(id, "start"), http.StatusForbidden, "REQUEST_BLOCKED")
	refusedWith(t, other.do(http.MethodGet, favorPath+byCreator+"&offset=0&limit=10", nil), http.StatusForbidden, "REQUEST_BLOCKED")
	refusedWith(t, c.do(http.MethodGet, favorPath+"/"+id+"?stock_creator_mchid=1900000110", nil), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
	refusedWith(t, c.do(http.MethodPost, favorPath+"/"+id+"/start", encode(map[string]any{"stock_creator_mchid": "1900000110"})), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
	refusedWith(t, c.favorStep("1", "start"), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
	refusedWith(t, c.do(http.MethodPost, favorPath+"/"+id+"/start", encode(map[string]any{})), http.StatusBadRequest, "PARAM_ERROR")
	refusedWith(t, c.do(http.MethodGet, favorPath+"/"+id, nil), http.StatusBadRequest, "PARAM_ERROR")
}

func TestAFavorStockTakesOnlyTheStepsOfItsState(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	states := map[string][]string{"unactivated": nil, "running": {"start"}, "paused": {"start", "pause"}, "stoped": {"stop"}}
	want := map[string]map[string]string{ // "" is a refusal
		"unactivated": {"start": "running", "pause": "", "restart": "", "stop": "stoped"},
		"running":     {"start": "running", "pause": "paused", "restart": "running", "stop": ""},
		"paused":      {"start": "", "pause": "paused", "restart": "running", "stop": ""},
		"stoped":      {"start": "", "pause": "", "restart": "", "stop": "stoped"},
	}
	for state, way := range states {
		for step, becomes := range want[state] {
			t.Run(step+" of "+state, func(t *testing.T) {
				c.t = t
				id := c.createFavor()
				for _, s := range way {
					c.favorStep(id, s)
				}
				r := c.favorStep(id, step)
				if becomes == "" {
					refusedWith(t, r, http.StatusBadRequest, "INVALID_REQUEST")
					becomes = state
				} else if r.status != http.StatusOK {
					t.Fatalf("answered %d %s", r.status, r.body)
				}
				if got := c.favorDetail(id).at(t, "status"); got != becomes {
					t.Fatalf("the stock is %v, want %s", got, becomes)
				}
			})
		}
	}
}

func TestAFavorStockEndsWithItsTime(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	unused, running, paused := c.createFavor(), c.createFavor(), c.createFavor()
	c.favorStep(running, "start")
	c.favorStep(paused, "start")
	c.favorStep(paused, "pause")
	server.Clock().Advance(40 * 24 * time.Hour)
	for _, id := range []string{unused, running, paused} {
		if got := c.favorDetail(id).at(t, "status"); got != "stoped" {
			t.Errorf("stock %s is %v", id, got)
		}
		refusedWith(t, c.favorStep(id, "start"), http.StatusBadRequest, "INVALID_REQUEST")
	}
	put(t, server, "favor.unactivatedAfterEnd", "unactivated")
	if got := c.favorDetail(unused).at(t, "status"); got != "unactivated" {
		t.Errorf("the unused stock is %v", got)
	}
	refusedWith(t, c.favorStep(unused, "start"), http.StatusBadRequest, "INVALID_REQUEST")
}

func TestANewFavorStockMayNeedTimeToBeRegistered(t *testing.T) {
	hand := newHand()
	server := start(t, simulator.Options{RealNow: hand.now, Switches: map[string]string{"favor.settleDelay": "60s"}})
	c := newClient(t, server, mchid)
	id := c.createFavor()
	r := c.favorStep(id, "start")
	refusedWith(t, r, http.StatusBadRequest, "INVALID_REQUEST")
	if got := r.at(t, "message"); got != "卡信息尚未注册，请稍后重试" {
		t.Errorf("the message is %v", got)
	}
	for _, code := range []string{"PARAM_ERROR", "RULE_LIMIT", "REQUEST_BLOCKED"} {
		put(t, server, "favor.settleCode", code)
		status := map[bool]int{true: http.StatusBadRequest, false: http.StatusForbidden}[code == "PARAM_ERROR"]
		refusedWith(t, c.favorStep(id, "start"), status, code)
	}
	hand.advance(time.Minute)
	if r := c.favorStep(id, "start"); r.status != http.StatusOK {
		t.Fatalf("after a minute: %d %s", r.status, r.body)
	}
}

func TestAStartedFavorStockMayBeInAudit(t *testing.T) {
	hand := newHand()
	server := start(t, simulator.Options{RealNow: hand.now, Switches: map[string]string{"favor.audit": "delay", "favor.auditDelay": "30s"}})
	c := newClient(t, server, mchid)
	id := c.createFavor()
	first := c.favorStep(id, "start")
	if got := c.favorDetail(id).at(t, "status"); got != "audit" {
		t.Fatalf("at once it is %v", got)
	}
	if again := c.favorStep(id, "start"); string(again.body) != string(first.body) {
		t.Fatalf("again: %s, first %s", again.body, first.body)
	}
	refusedWith(t, c.favorStep(id, "pause"), http.StatusBadRequest, "INVALID_REQUEST")
	hand.advance(30 * time.Second)
	if got := c.favorDetail(id).at(t, "status"); got != "running" {
		t.Fatalf("after the audit it is %v", got)
	}
	put(t, server, "favor.audit", "never")
	id = c.createFavor()
	c.favorStep(id, "start")
	hand.advance(4 * time.Minute) // more, and signatures would be too old
	if got := c.favorDetail(id).at(t, "status"); got != "audit" {
		t.Fatalf("an audit without end: %v", got)
	}
	control(t, server, http.MethodPost, "/_sim/favor/stocks/"+id+"/approve", nil)
	if got := c.favorDetail(id).at(t, "status"); got != "running" {
		t.Fatalf("approved it is %v", got)
	}
}

func TestWhetherAFavorStockCanBeStoppedIsASwitch(t *testing.T) {
	server := startWith(t, "favor.stop", "refuse", "favor.startPaused", "sameTime")
	c := newClient(t, server, mchid)
	id := c.createFavor()
	refusedWith(t, c.favorStep(id, "stop"), http.StatusForbidden, "NO_AUTH")
	put(t, server, "favor.stop", "notFound")
	refusedWith(t, c.favorStep(id, "stop"), http.StatusNotFound, "NOT_FOUND")
	first := c.favorStep(id, "start")
	c.favorStep(id, "pause")
	if again := c.favorStep(id, "start"); string(again.body) != string(first.body) || c.favorDetail(id).at(t, "status") != "paused" {
		t.Fatalf("starting a paused stock: %s", again.body)
	}
}
