package wechatpay

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/providers"
)

// stockRehearsal is coupon stocks at a simulator, which is there to look at and change.
type stockRehearsal struct {
	*stage
	*CouponStocks
	// id is a stock of 100 coupons of 5 yuan; body is its create request.
	id   string
	body []byte
}

// couponStockBody is a good create request after a change of its fields.
func couponStockBody(change func(rule, coupon, top object)) []byte {
	begin := time.Now().Add(time.Hour)
	rule := object{"max_coupons": 100, "max_amount": 50000, "max_coupons_per_user": 3, "natural_person_limit": false, "prevent_api_abuse": true}
	coupon := object{"fixed_normal_coupon": object{"coupon_amount": 500, "transaction_minimum": 1000}, "trade_type": []any{"MICROAPP", "APPPAY"},
		"goods_tag": []any{"tag_1"}, "available_merchants": []any{simulator.DefaultMerchant}}
	top := object{"stock_name": "春季代金券", "comment": "零售批次", "belong_merchant": simulator.DefaultMerchant, "no_cash": false, "stock_type": "NORMAL",
		"out_request_no": simulator.DefaultMerchant + "-spring", "pattern_info": object{"description": "满十减五", "merchant_name": "微信支付"},
		"available_begin_time": begin.Format(time.RFC3339), "available_end_time": begin.AddDate(0, 0, 30).Format(time.RFC3339),
		"stock_use_rule": rule, "coupon_use_rule": coupon}
	change(rule, coupon, top)
	return []byte(mustJSON(top))
}

// rehearseStock creates a stock at a simulator with switches.
func rehearseStock(t *testing.T, switches ...string) *stockRehearsal {
	t.Helper()
	at := newStage(t, switches...)
	r := &stockRehearsal{stage: at, CouponStocks: NewCouponStocks(at.client), body: couponStockBody(func(object, object, object) {})}
	created, err := r.Create(t.Context(), r.body)
	if err != nil || created.Facts["create_time"] == "" {
		t.Fatalf("got %+v, %v", created, err)
	}
	r.id = created.ID
	return r
}

func (r *stockRehearsal) change(op providers.Operation) (providers.Receipt, error) {
	return r.Do(r.t.Context(), providers.Mutation{Operation: op, ID: r.id})
}

// read returns the stock, and fails the test unless it is in the state.
func (r *stockRehearsal) read(want providers.State) providers.Snapshot {
	r.t.Helper()
	snapshot, err := r.Get(r.t.Context(), r.id)
	if err != nil || snapshot.State != want {
		r.t.Fatalf("the stock is %s (%s), %v; want %s", snapshot.State, snapshot.VendorState, err, want)
	}
	return snapshot
}

func TestAStockLivesAtTheSimulatorFromItsCreationToItsEnd(t *testing.T) {
	for _, millis := range []string{"on", "off"} {
		r := rehearseStock(t, "detail.msTimes", millis)
		snapshot := r.read(providers.StateInactive)
		if snapshot.Created.IsZero() || *snapshot.Exposure != (providers.Exposure{Fen: 50000}) || *snapshot.Distribution != (providers.Distribution{Total: 100}) {
			t.Errorf("got %+v, %+v, %+v", snapshot, snapshot.Exposure, snapshot.Distribution)
		}
		for _, step := range []struct {
			op    providers.Operation
			fact  string
			state providers.State
		}{{"start", "start_time", providers.StateRunning}, {"pause", "pause_time", providers.StatePaused}, {"restart", "restart_time", providers.StateRunning}} {
			first, err := r.change(step.op)
			if err != nil || first.Facts[step.fact] == "" {
				t.Fatalf("%s: %+v, %v", step.op, first, err)
			}
			again, err := r.change(step.op)
			if err != nil || again.Facts[step.fact] != first.Facts[step.fact] || r.sim.Journal().Count("favor."+string(step.op)).Committed != 1 {
				t.Errorf("%s again: %+v, %v", step.op, again, err)
			}
			r.read(step.state)
		}
		r.console(http.MethodPatch, "/favor/stocks/"+r.id, `{"distributedCoupons":7}`)
		if got := r.read(providers.StateRunning); got.Distribution.Sent != 7 {
			t.Errorf("got %+v", got.Distribution)
		}
		r.sim.Clock().Advance(32 * 24 * time.Hour)
		r.read(providers.StateEnded)
	}
}

func TestAStockStoppedInTheConsoleIsTerminated(t *testing.T) {
	r := rehearseStock(t)
	r.console(http.MethodPost, "/favor/stocks/"+r.id+"/stop", "")
	snapshot := r.read(providers.StateTerminated)
	if snapshot.VendorState != "stoped" || snapshot.Facts["stop_time"] == "" {
		t.Errorf("got %+v", snapshot)
	}
	for _, op := range []providers.Operation{"start", "pause", "restart"} {
		_, err := r.change(op)
		wantError(t, err, providers.KindConflict, false)
	}
}

func TestAStockIsReviewedAtTheSimulatorBeforeItRuns(t *testing.T) {
	r := rehearseStock(t, "favor.audit", "never")
	if _, err := r.change(providers.OperationStart); err != nil {
		t.Fatal(err)
	}
	r.read(providers.StateReviewing)
	r.console(http.MethodPost, "/favor/stocks/"+r.id+"/approve", "")
	r.read(providers.StateRunning)
}

func TestAnActivationTooEarlyOrWithoutMoneyChangesNothing(t *testing.T) {
	r := rehearseStock(t, "favor.settleDelay", "1h")
	_, err := r.change(providers.OperationStart)
	wantError(t, err, providers.KindConflict, false)
	r.read(providers.StateInactive)

	if err := r.sim.Switches().Put(map[string]string{"favor.settleDelay": "0s"}); err != nil {
		t.Fatal(err)
	}
	r.console(http.MethodPut, "/balances/"+simulator.DefaultMerchant, `{"balance":49999}`)
	_, err = r.change(providers.OperationStart)
	e := gotError(t, err, providers.KindFunds, false)
	if e.Delay != providers.DelaySlow || e.Code != "NOT_ENOUGH" || !strings.Contains(e.Advice, "Top up") {
		t.Errorf("got %+v", e)
	}
	r.read(providers.StateInactive)
	r.console(http.MethodPut, "/balances/"+simulator.DefaultMerchant, `{"balance":50000}`)
	if _, err := r.change(providers.OperationStart); err != nil {
		t.Error(err)
	}
	r.read(providers.StateRunning)
}

func TestAStockThatCannotBeCreatedSaysWhyAndWhetherItMayHaveBeen(t *testing.T) {
	r := rehearseStock(t, "merchants.missing", "10000030")
	for name, tc := range map[string]struct {
		change func(rule, coupon, top object)
		kind   providers.Kind
		maybe  bool
	}{
		"too many for each user":     {func(rule, _, _ object) { rule["max_coupons_per_user"] = 61 }, providers.KindForbidden, false},
		"a budget that is not n×v":   {func(rule, _, _ object) { rule["max_amount"] = 1 }, providers.KindInvalid, false},
		"a name that is too long":    {func(_, _, top object) { top["stock_name"] = strings.Repeat("长", 21) }, providers.KindInvalid, false},
		"a merchant that is none":    {func(_, coupon, _ object) { coupon["available_merchants"] = []any{"10000030"} }, providers.KindInvalid, false},
		"a stranger's stock":         {func(_, _, top object) { top["belong_merchant"] = "1900000110" }, providers.KindInvalid, false},
		"a fault behind a 500":       {func(_, coupon, _ object) { coupon["goods_tag"] = []any{} }, providers.KindUnavailable, true},
		"a begin that has passed":    {func(_, _, top object) { top["available_begin_time"] = "2020-01-01T00:00:00+08:00" }, providers.KindInvalid, false},
		"a number that is no number": {func(_, _, top object) { top["out_request_no"] = "a b" }, providers.KindInvalid, false},
	} {
		t.Run(name, func(t *testing.T) {
			hidden := map[bool]string{true: "on", false: "off"}[tc.maybe]
			if err := r.sim.Switches().Put(map[string]string{"favor.hiddenErrors": hidden}); err != nil {
				t.Fatal(err)
			}
			_, err := r.Create(t.Context(), couponStockBody(func(rule, coupon, top object) {
				top["out_request_no"] = simulator.DefaultMerchant + "-other"
				tc.change(rule, coupon, top)
			}))
			wantError(t, err, tc.kind, tc.maybe)
		})
	}
}

func TestAReplayedStockIsTheFirst(t *testing.T) {
	r := rehearseStock(t)
	again, err := r.Create(t.Context(), r.body)
	if err != nil || again.ID != r.id {
		t.Errorf("got %+v, %v", again, err)
	}
}

func TestAStockOfTheSimulatorEqualsItsRequestUntilSomebodyEditsIt(t *testing.T) {
	r := rehearseStock(t)
	fields := func(snapshot providers.Snapshot) (out []string) {
		t.Helper()
		found, err := r.Differences(r.body, snapshot)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range found {
			out = append(out, d.Field)
		}
		return out
	}
	row := func() providers.Snapshot {
		t.Helper()
		page, err := r.List(t.Context(), 0)
		if err != nil || len(page.Items) != 1 || !page.Last || page.Items[0].ID != r.id {
			t.Fatalf("got %+v, %v", page, err)
		}
		return page.Items[0]
	}
	if detail, listed := fields(r.read(providers.StateInactive)), fields(row()); len(detail) != 0 || len(listed) != 0 {
		t.Errorf("it differs from its own request in %q, and in the list in %q", detail, listed)
	}
	r.console(http.MethodPatch, "/favor/stocks/"+r.id, `{"content":{"stock_name":"改了","stock_use_rule":{"max_amount_by_day":100},`+
		`"coupon_use_rule":{"combine_use":false},"available_end_time":"`+time.Now().AddDate(0, 0, 60).Format(time.RFC3339)+`"}}`)
	want := []string{"stock_name", "available_end_time", "stock_use_rule.max_amount_by_day", "coupon_use_rule.combine_use"}
	if detail, listed := fields(r.read(providers.StateInactive)), fields(row()); !slices.Equal(detail, want) || !slices.Equal(listed, want) {
		t.Errorf("after an edit: %q, and in the list %q", detail, listed)
	}
}

func TestAStockWithoutLimitsEqualsItsRequestHoweverTheGatewayNamesNone(t *testing.T) {
	for _, switches := range [][]string{nil, {"favor.detailTradeType", "allWhenUnset"}, {"favor.detailMaxByDay", "maxAmountWhenUnset"}} {
		r := rehearseStock(t, switches...)
		body := couponStockBody(func(_, coupon, top object) {
			delete(coupon, "trade_type")
			top["out_request_no"] = simulator.DefaultMerchant + "-unlimited"
		})
		created, err := r.Create(t.Context(), body)
		if err != nil {
			t.Fatal(err)
		}
		detail, err := r.Get(t.Context(), created.ID)
		if err != nil {
			t.Fatal(err)
		}
		page, err := r.List(t.Context(), 0)
		if err != nil || len(page.Items) != 2 || page.Items[0].ID != created.ID {
			t.Fatalf("got %+v, %v", page, err)
		}
		for _, snapshot := range []providers.Snapshot{detail, page.Items[0]} {
			if found, err := r.Differences(body, snapshot); err != nil || len(found) != 0 {
				t.Errorf("with %q it differs from its own request in %+v, %v", switches, found, err)
			}
		}
	}
}

func TestEveryStockOfTheSimulatorIsListedOnce(t *testing.T) {
	r := rehearseStock(t)
	for range 24 {
		r.console(http.MethodPost, "/favor/stocks/"+r.id+"/copy", "")
	}
	var ids []string
	for page := range 10 {
		got, err := r.List(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range got.Items {
			ids = append(ids, item.ID)
		}
		if got.Last {
			break
		}
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != 25 || r.sim.Journal().Count("favor.list").Requests != 3 {
		t.Errorf("got %d stocks in %d calls", len(ids), r.sim.Journal().Count("favor.list").Requests)
	}
}

func TestAMerchantWithoutStocksHasAnEmptyListHoweverTheGatewaySaysSo(t *testing.T) {
	for _, answer := range []string{"emptyPage", "notFound"} {
		at := newStage(t, "favor.emptyList", answer)
		stocks := NewCouponStocks(at.client)
		if page, err := stocks.List(t.Context(), 0); err != nil || !page.Last || len(page.Items) != 0 {
			t.Errorf("%s: got %+v, %v", answer, page, err)
		}
		if err := at.sim.Switches().Put(map[string]string{"errors.signed": "off"}); err != nil {
			t.Fatal(err)
		}
		if page, err := stocks.List(t.Context(), 0); (err != nil) != (answer == "notFound") {
			t.Errorf("%s without a signature on errors: got %+v, %v", answer, page, err)
		}
	}
}

func TestTheAddressOfEventsIsReadAtTheSimulator(t *testing.T) {
	at := newStage(t)
	if got, err := at.client.CouponNotifyURL(t.Context()); got != "" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	body := []byte(mustJSON(object{"mchid": simulator.DefaultMerchant, "notify_url": "https://example.com/events", "switch": true}))
	if _, err := at.client.exchange(t.Context(), call{method: http.MethodPost, path: favorCallbackPath, body: body}); err != nil {
		t.Fatal(err)
	}
	if got, err := at.client.CouponNotifyURL(t.Context()); got != "https://example.com/events" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}
