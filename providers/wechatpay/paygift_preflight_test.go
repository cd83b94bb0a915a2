package wechatpay

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

// handingOut is a create request for March 2026 (Beijing) with the given stocks.
func handingOut(stocks ...string) []byte {
	awards := make([]map[string]string, len(stocks))
	for i, id := range stocks {
		awards[i] = map[string]string{"stock_id": id}
	}
	return []byte(mustJSON(map[string]any{
		"activity_base_info": map[string]string{"begin_time": "2026-03-01T00:00:00+08:00", "end_time": "2026-04-01T00:00:00+08:00"},
		"award_send_rule":    map[string]any{"award_list": awards},
	}))
}

// stockBody is a stock's detail; its coupons are valid from one time to another.
func stockBody(id, state, mode, begin, end string, more string) string {
	return fmt.Sprintf(`{"stock_id":%q,"stock_state":%q,"coupon_code_mode":%q,"coupon_use_rule":{"coupon_available_time":`+
		`{"available_begin_time":%q,"available_end_time":%q}}%s}`, id, state, mode, begin, end, more)
}

// good is a stock that can be handed out in March 2026.
func good(id string) reply {
	return signed(byPublicKey, 200, stockBody(id, "RUNNING", "WECHATPAY_MODE", "2026-01-01T00:00:00+08:00", "2026-12-31T00:00:00+08:00", ""))
}

// stockOf is the stock that a request asks for.
func stockOf(r received) string { return r.URI[strings.LastIndex(r.URI, "/")+1:] }

// unknownStock is what the gateway says of one.
var unknownStock = unsigned(404, `{"code":"RESOURCE_NOT_EXISTS","message":"批次不存在"}`)

func TestAStockThatFitsIsNoFinding(t *testing.T) {
	for name, body := range map[string]string{
		"of WeChat Pay's codes":       stockBody("1", "RUNNING", "WECHATPAY_MODE", "2026-01-01T00:00:00+08:00", "2026-12-31T00:00:00+08:00", ""),
		"with uploaded codes":         stockBody("1", "RUNNING", "MERCHANT_UPLOAD", "2026-01-01T00:00:00+08:00", "2026-12-31T00:00:00+08:00", `,"coupon_code_count":{"available_count":1}`),
		"whose codes are not counted": stockBody("1", "RUNNING", "MERCHANT_UPLOAD", "2026-01-01T00:00:00+08:00", "2026-12-31T00:00:00+08:00", ""),
		"valid for the first second":  stockBody("1", "RUNNING", "WECHATPAY_MODE", "2026-01-01T00:00:00+08:00", "2026-03-01T00:00:01+08:00", ""),
		"valid for the last second":   stockBody("1", "RUNNING", "WECHATPAY_MODE", "2026-03-31T15:59:59Z", "2027-01-01T00:00:00+08:00", ""),
		"of which little is told":     `{"stock_id":"1"}`,
	} {
		t.Run(name, func(t *testing.T) {
			findings, err := payGiftWith(t, signed(byPublicKey, 200, body)).Preflight(t.Context(), handingOut("1"))
			if err != nil || len(findings) != 0 {
				t.Errorf("got %v, %v", findings, err)
			}
		})
	}
}

func TestAStockThatCannotBeHandedOutIsAFinding(t *testing.T) {
	const begin, end = "2026-01-01T00:00:00+08:00", "2026-12-31T00:00:00+08:00"
	for name, tc := range map[string]struct {
		answer reply
		want   []string
	}{
		"absent": {unknownStock, []string{"stock 98065001 does not exist, or this merchant cannot see it: write the id of a 商家券 (busifavor) " +
			"stock that this merchant created or owns"}},
		"paused":       {signed(byPublicKey, 200, stockBody("98065001", "PAUSED", "", begin, end, "")), []string{"stock 98065001 is PAUSED, not RUNNING: resume it in the merchant console, or use another stock"}},
		"stopped":      {signed(byPublicKey, 200, stockBody("98065001", "STOPED", "", begin, end, "")), []string{"stock 98065001 is STOPED, not RUNNING: use another stock"}},
		"under review": {signed(byPublicKey, 200, stockBody("98065001", "UNAUDIT", "", begin, end, "")), []string{"stock 98065001 is UNAUDIT, not RUNNING: wait until WeChat Pay has reviewed it, or use another stock"}},
		"in a state that is new": {signed(byPublicKey, 200, stockBody("98065001", "SOME\nTHING", "", begin, end, "")),
			[]string{"stock 98065001 is SOME THING, not RUNNING: use another stock"}},
		"with codes passed in": {signed(byPublicKey, 200, stockBody("98065001", "RUNNING", "MERCHANT_API", begin, end, "")),
			[]string{"stock 98065001 has the code mode MERCHANT_API, whose codes pay gift cannot hand out: use a stock of WECHATPAY_MODE or MERCHANT_UPLOAD"}},
		"without codes": {signed(byPublicKey, 200, stockBody("98065001", "RUNNING", "MERCHANT_UPLOAD", begin, end, `,"coupon_code_count":{"total_count":9,"available_count":0}`)),
			[]string{"stock 98065001 has no uploaded code left: upload codes to it, or use a stock of WECHATPAY_MODE"}},
		"over before the activity": {signed(byPublicKey, 200, stockBody("98065001", "RUNNING", "", begin, "2026-03-01T00:00:00+08:00", "")),
			[]string{"stock 98065001 has coupons that are valid from 2026-01-01T00:00:00+08:00 to 2026-03-01T00:00:00+08:00, and the activity runs " +
				"from 2026-03-01T00:00:00+08:00 to 2026-04-01T00:00:00+08:00: use a stock that is valid while the activity runs"}},
		"valid after the activity only": {signed(byPublicKey, 200, stockBody("98065001", "RUNNING", "", "2026-03-31T16:00:00Z", "", "")),
			[]string{"stock 98065001 has coupons that are valid from 2026-04-01T00:00:00+08:00 to an unknown time, and the activity runs " +
				"from 2026-03-01T00:00:00+08:00 to 2026-04-01T00:00:00+08:00: use a stock that is valid while the activity runs"}},
		"of no use in two ways": {signed(byPublicKey, 200, stockBody("98065001", "STOPED", "MERCHANT_API", begin, end, "")),
			[]string{"stock 98065001 is STOPED, not RUNNING: use another stock",
				"stock 98065001 has the code mode MERCHANT_API, whose codes pay gift cannot hand out: use a stock of WECHATPAY_MODE or MERCHANT_UPLOAD"}},
	} {
		t.Run(name, func(t *testing.T) {
			findings, err := payGiftWith(t, tc.answer).Preflight(t.Context(), handingOut("98065001"))
			if err != nil {
				t.Fatal(err)
			}
			var messages []string
			for _, finding := range findings {
				if finding.Field != "award_send_rule.award_list[0].stock_id" {
					t.Errorf("found at %s", finding.Field)
				}
				messages = append(messages, finding.Message)
			}
			if !slices.Equal(messages, tc.want) {
				t.Errorf("got %q", messages)
			}
		})
	}
}

func TestEachStockIsReadOnceAndFoundAtItsFirstPlace(t *testing.T) {
	g := newGateway(t, func(r received) reply {
		if stockOf(r) == "1" {
			return good("1")
		}
		return unknownStock
	})
	findings, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).Preflight(t.Context(), handingOut("1", "2", "1", "2", "3"))
	if err != nil || len(findings) != 2 || findings[0].Field != "award_send_rule.award_list[1].stock_id" || findings[1].Field != "award_send_rule.award_list[4].stock_id" {
		t.Errorf("got %v, %v", findings, err)
	}
	if calls := g.requests("/v3/marketing/busifavor/stocks/"); len(calls) != 3 {
		t.Errorf("%d calls", len(calls))
	}
}

func TestARequestWithoutStocksHasNoFindings(t *testing.T) {
	g := newGateway(t, always(unknownStock))
	for _, body := range []string{`{}`, `{"award_send_rule":null}`, `{"award_send_rule":{"award_list":"1"}}`, `{"award_send_rule":{"award_list":[]}}`} {
		if findings, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).Preflight(t.Context(), []byte(body)); err != nil || findings != nil {
			t.Errorf("%s: got %v, %v", body, findings, err)
		}
	}
	if n := len(g.requests("/")); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestAStockThatCannotBeReadIsAnErrorAndNoFinding(t *testing.T) {
	for name, tc := range map[string]struct {
		answer reply
		kind   providers.Kind
	}{
		"no permission":      {unsigned(403, `{"code":"NO_AUTH","message":"m"}`), providers.KindForbidden},
		"a rate":             {unsigned(429, `{"code":"FREQUENCY_LIMITED"}`), providers.KindThrottled},
		"no answer":          {reply{fault: hangUp}, providers.KindUnavailable},
		"a proxy's 404":      {unsigned(404, `<html>`), providers.KindUnknown},
		"another stock":      {good("2"), providers.KindUntrusted},
		"an unsigned answer": {unsigned(200, `{"stock_id":"1"}`), providers.KindUntrusted},
	} {
		t.Run(name, func(t *testing.T) {
			findings, err := payGiftWith(t, tc.answer).Preflight(t.Context(), handingOut("1"))
			e := gotError(t, err, tc.kind, false)
			if findings != nil || e.Operation != providers.OperationPreflight {
				t.Errorf("got %v, %v", findings, e)
			}
		})
	}
}

func TestFindingsWinOverErrors(t *testing.T) {
	answers := map[string]reply{"1": unsigned(403, `{"code":"NO_AUTH"}`), "2": unknownStock, "3": {fault: hangUp}, "4": good("4")}
	g := newGateway(t, func(r received) reply { return answers[stockOf(r)] })
	p := NewPayGift(newClient(t, g.URL, publicKeyMode))
	findings, err := p.Preflight(t.Context(), handingOut("1", "2", "3", "4"))
	if err != nil || len(findings) != 1 || findings[0].Field != "award_send_rule.award_list[1].stock_id" {
		t.Errorf("got %v, %v", findings, err)
	}
	_, err = p.Preflight(t.Context(), handingOut("4", "1", "3"))
	wantError(t, err, providers.KindForbidden, false) // the first one
}

func TestReadingsOfStocksAreKeptForAMinute(t *testing.T) {
	for name, tc := range map[string]struct {
		answer reply
		kept   bool
	}{
		"a stock":         {good("1"), true},
		"an absent stock": {unknownStock, false}, // whoever mends it and asks again gets another look
		"no permission":   {unsigned(403, `{"code":"NO_AUTH"}`), true},
		"a failed call":   {unsigned(500, `{"code":"SYSTEM_ERROR"}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			clock := &testClock{now: testNow}
			g := newGateway(t, always(tc.answer))
			g.skipTimestamps()
			p := NewPayGift(newClient(t, g.URL, publicKeyMode, withClock(clock)))
			calls := func(step string, want int) {
				t.Helper()
				_, _ = p.Preflight(t.Context(), handingOut("1"))
				if got := len(g.requests("/")); got != want {
					t.Errorf("%s: %d calls, want %d", step, got, want)
				}
			}
			calls("first", 1)
			clock.advance(time.Minute - time.Nanosecond)
			if !tc.kept {
				calls("within a minute", 2)
				return
			}
			calls("within a minute", 1)
			clock.advance(time.Nanosecond)
			calls("after a minute", 2)
		})
	}
}

func TestManyCampaignsAtOnceReadAStockOnce(t *testing.T) {
	arrived, goOn := make(chan struct{}), make(chan struct{})
	g := newGateway(t, func(r received) reply {
		close(arrived) // panics when there is a second call
		<-goOn
		return good(stockOf(r))
	})
	p := NewPayGift(newClient(t, g.URL, publicKeyMode))
	var campaigns sync.WaitGroup
	look := func() {
		if findings, err := p.Preflight(context.Background(), handingOut("1")); err != nil || findings != nil {
			t.Errorf("got %v, %v", findings, err)
		}
	}
	campaigns.Go(look)
	<-arrived
	for range 20 {
		campaigns.Go(look)
	}
	close(goOn)
	campaigns.Wait()
	if n := len(g.requests("/")); n != 1 {
		t.Errorf("%d calls", n)
	}
}

func TestACancelledReadingOfAStockSaysNothingToOthers(t *testing.T) {
	first, cancel := context.WithCancel(context.Background())
	defer cancel()
	arrived, goOn := make(chan struct{}), make(chan struct{})
	var calls atomic.Int32
	g := newGateway(t, func(received) reply {
		if calls.Add(1) > 1 {
			return good("1")
		}
		close(arrived)
		<-goOn
		return reply{fault: hangUp}
	})
	p := NewPayGift(newClient(t, g.URL, publicKeyMode))
	var cancelled, other sync.WaitGroup
	cancelled.Go(func() {
		_, err := p.Preflight(first, handingOut("1"))
		wantError(t, err, providers.KindUnavailable, false)
	})
	<-arrived
	other.Go(func() {
		if findings, err := p.Preflight(context.Background(), handingOut("1")); err != nil || findings != nil {
			t.Errorf("got %v, %v", findings, err)
		}
	})
	cancel()
	cancelled.Wait() // for its own sake, not for the gateway's hanging up
	close(goOn)
	other.Wait()
}

func TestWaitingForAReadingOfAStockEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	g, release := stuckGateway(t, cancel)
	p := NewPayGift(newClient(t, g.URL, publicKeyMode))
	var campaigns sync.WaitGroup
	campaigns.Go(func() { _, _ = p.Preflight(context.Background(), handingOut("1")) })
	<-ctx.Done() // the first reading is under way
	_, err := p.Preflight(ctx, handingOut("1"))
	e := gotError(t, err, providers.KindUnavailable, false)
	if want := "preflight: waiting for another reading of the stock: the call was cancelled"; e.Error() != want {
		t.Errorf("got %q", e.Error())
	}
	release()
	campaigns.Wait()
}

func TestNoMoreStocksAreKeptThanTheShelfHolds(t *testing.T) {
	shelf := &stockShelf{}
	for i := range maxStocks + 10 {
		reading, mine := shelf.reading(fmt.Sprint(i), testNow)
		if !mine {
			t.Fatalf("stock %d was there", i)
		}
		reading.until = testNow.Add(stockKept)
		close(reading.done)
		if len(shelf.readings) > maxStocks {
			t.Fatalf("%d are kept", len(shelf.readings))
		}
	}
	if _, mine := shelf.reading(fmt.Sprint(maxStocks+9), testNow); mine {
		t.Error("the last one was forgotten")
	}
}
