package wechatpay

import (
	"context"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

const (
	testStock = "98065001"
	// stockDetail has every field that 查询批次详情 documents, of a stock of stock-create-request.json.
	stockDetail = `{"stock_id":"98065001","stock_creator_mchid":"1900000001","stock_name":"微信支付代金券批次","status":"running",` +
		`"create_time":"2015-05-19T13:29:35.120+08:00","description":"微信支付營銷代金券","stock_use_rule":{"max_coupons":100,"max_amount":5000,` +
		`"max_amount_by_day":400,"fixed_normal_coupon":{"coupon_amount":50,"transaction_minimum":100},"max_coupons_per_user":3,` +
		`"coupon_type":"NORMAL","goods_tag":["123321","123322"],"trade_type":["APPPAY","OTHER"],"combine_use":false},` +
		`"available_begin_time":"2015-05-20T13:29:35.000+08:00","available_end_time":"2015-05-20T13:29:35+08:00","distributed_coupons":42,` +
		`"no_cash":false,"start_time":"2015-05-19T14:00:00+08:00","stop_time":"2015-05-21T00:00:00+08:00",` +
		`"cut_to_message":{"single_price_max":0,"cut_to_price":0},"singleitem":false,"stock_type":"NORMAL","card_id":"pCard"}`
)

// stocksAt returns coupon stocks in public-key mode, and the gateway that always answers r.
func stocksAt(t *testing.T, r reply) (*CouponStocks, *gateway) {
	t.Helper()
	g := newGateway(t, always(r)) // checks each request's signature
	return NewCouponStocks(newClient(t, g.URL, publicKeyMode)), g
}

// changeStock makes a change of the test's stock.
func changeStock(ctx context.Context, c *Client, op providers.Operation) (providers.Receipt, error) {
	return NewCouponStocks(c).Do(ctx, providers.Mutation{Operation: op, ID: testStock})
}

func doStock(s *CouponStocks, op providers.Operation, id string) error {
	_, err := s.Do(context.Background(), providers.Mutation{Operation: op, ID: id})
	return err
}

// wantRequest fails the test unless exactly this was sent, as the only request.
func wantRequest(t *testing.T, g *gateway, method, uri, body string) {
	t.Helper()
	calls := g.requests("/")
	if len(calls) != 1 || calls[0].Method != method || calls[0].URI != uri || string(calls[0].Body) != body {
		t.Errorf("got %d requests, the first %s %s with %q", len(calls), calls[0].Method, calls[0].URI, calls[0].Body)
	}
}

func TestAStockIsCreatedWithTheExactBytesGiven(t *testing.T) {
	s, g := stocksAt(t, signed(byPublicKey, 200, `{"stock_id":"98065001","create_time":"2015-05-20T13:29:35+08:00"}`))
	created, err := s.Create(t.Context(), []byte(createBody))
	if err != nil || created.ID != testStock || created.Facts["create_time"] != "2015-05-20T13:29:35+08:00" || created.RequestID != "08F50A1B2C-0" {
		t.Errorf("got %+v, %v", created, err)
	}
	wantRequest(t, g, "POST", "/v3/marketing/favor/coupon-stocks", createBody)
}

func TestAStockThatMayHaveBeenCreatedIsSentToNoOtherDomain(t *testing.T) {
	backup := newGateway(t, always(signed(byPublicKey, 200, `{"stock_id":1}`)))
	s := NewCouponStocks(newClient(t, refusedAddress(t), publicKeyMode, func(c *Config) { c.BackupURL = backup.URL }))
	if _, err := s.Create(t.Context(), []byte("{}")); err == nil || len(backup.requests("/")) != 0 {
		t.Errorf("a repeated create went to the backup domain: %v", err)
	}
	if created, err := s.Create(providers.FirstSend(t.Context()), []byte("{}")); err != nil || created.ID != "1" {
		t.Errorf("a first create did not go to the backup domain: %+v, %v", created, err)
	}
}

func TestAStockCreatedWithoutAnIDHasAnUnknownOutcome(t *testing.T) {
	for _, body := range []string{`{}`, `{"stock_id":""}`, `{"activity_id":"1"}`, `{"stock_id":"a/b"}`, `[]`, ``} {
		s, _ := stocksAt(t, signed(byPublicKey, 200, body))
		_, err := s.Create(t.Context(), []byte("{}"))
		wantError(t, err, providers.KindUntrusted, true)
	}
}

func TestAStockIsReadWithItsCreator(t *testing.T) {
	s, g := stocksAt(t, signed(byPublicKey, 200, stockDetail))
	snapshot, err := s.Get(t.Context(), testStock)
	if err != nil {
		t.Fatal(err)
	}
	wantRequest(t, g, "GET", "/v3/marketing/favor/stocks/98065001?stock_creator_mchid="+testMchid, "")
	begin := time.Date(2015, 5, 20, 5, 29, 35, 0, time.UTC)
	created := time.Date(2015, 5, 19, 5, 29, 35, 120e6, time.UTC)
	if !snapshot.Begin.Equal(begin) || !snapshot.End.Equal(begin) || !snapshot.Created.Equal(created) {
		t.Errorf("from %v to %v, created %v", snapshot.Begin, snapshot.End, snapshot.Created)
	}
	if snapshot.ID != testStock || snapshot.RequestNo != "" || snapshot.Name != "微信支付代金券批次" || snapshot.State != providers.StateRunning ||
		snapshot.VendorState != "running" || !snapshot.Detailed || snapshot.Members != nil {
		t.Errorf("got %+v", snapshot)
	}
	facts := map[string]string{"stock_creator_mchid": "1900000001", "create_time": "2015-05-19T13:29:35.120+08:00",
		"start_time": "2015-05-19T14:00:00+08:00", "stop_time": "2015-05-21T00:00:00+08:00", "card_id": "pCard"}
	if !maps.Equal(snapshot.Facts, facts) {
		t.Errorf("facts %v", snapshot.Facts)
	}
	if *snapshot.Exposure != (providers.Exposure{Fen: 5000}) || *snapshot.Distribution != (providers.Distribution{Sent: 42, Total: 100}) {
		t.Errorf("got %+v, %+v", snapshot.Exposure, snapshot.Distribution)
	}
	const content = `{"available_begin_time":"2015-05-20T13:29:35.000+08:00","available_end_time":"2015-05-20T13:29:35+08:00",` +
		`"coupon_use_rule":{"combine_use":false,"coupon_type":"NORMAL","fixed_normal_coupon":{"coupon_amount":50,"transaction_minimum":100},` +
		`"goods_tag":["123321","123322"],"trade_type":["APPPAY","OTHER"]},"cut_to_message":{"cut_to_price":0,"single_price_max":0},` +
		`"no_cash":false,"pattern_info":{"description":"微信支付營銷代金券"},"singleitem":false,"stock_name":"微信支付代金券批次",` +
		`"stock_type":"NORMAL","stock_use_rule":{"max_amount":5000,"max_amount_by_day":400,"max_coupons":100,"max_coupons_per_user":3}}`
	if string(snapshot.Content) != content {
		t.Errorf("content %s", snapshot.Content)
	}
}

func TestEveryStatusOfAStockHasItsState(t *testing.T) {
	const end = "2026-03-01T20:00:00+08:00"
	for _, tc := range []struct {
		status, stop string
		want         providers.State
	}{
		{"unactivated", "", providers.StateInactive},
		{"audit", "", providers.StateReviewing},
		{"running", "", providers.StateRunning},
		{"running", "2026-02-01T00:00:00+08:00", providers.StateRunning},
		{"paused", "", providers.StatePaused},
		{"stoped", "", providers.StateEnded},
		{"stoped", end, providers.StateEnded},
		{"stoped", "2026-03-01T12:00:00Z", providers.StateEnded},
		{"stoped", "2026-03-01T20:00:01+08:00", providers.StateEnded},
		{"stoped", "2026-03-01T19:59:59+08:00", providers.StateEnded},
		{"stoped", "2026-03-01T19:59:00+08:00", providers.StateEnded},
		{"stoped", "2026-03-01T19:58:59+08:00", providers.StateTerminated},
		{"stoped", "2026-02-01T00:00:00+08:00", providers.StateTerminated},
		{"stoped", "soon", providers.StateEnded},
		{"stopped", "", providers.StateUnknown},
		{"RUNNING", "", providers.StateUnknown},
		{"EXPIRED", "", providers.StateUnknown},
		{"", "", providers.StateUnknown},
	} {
		snapshot, err := favorSnapshot(object{"stock_id": "1", "status": tc.status, "stop_time": tc.stop, "available_end_time": end}, false)
		if err != nil || snapshot.State != tc.want || snapshot.VendorState != tc.status || snapshot.Detailed {
			t.Errorf("%q stopped %q: got %s (%q), %v", tc.status, tc.stop, snapshot.State, snapshot.VendorState, err)
		}
	}
	if snapshot, _ := favorSnapshot(object{"status": "stoped", "stop_time": end}, false); snapshot.State != providers.StateEnded {
		t.Errorf("without an end: got %s", snapshot.State)
	}
}

func TestTheExposureOfAStockIsKnownOrNil(t *testing.T) {
	for name, tc := range map[string]struct {
		stock string
		want  *providers.Exposure
	}{
		"the budget":                         {`{"no_cash":true,"stock_use_rule":{"max_amount":5000}}`, &providers.Exposure{Fen: 5000, NoCash: true}},
		"a budget as text":                   {`{"no_cash":"false","stock_use_rule":{"max_amount":"5000"}}`, &providers.Exposure{Fen: 5000}},
		"a budget that is not value × count": {`{"no_cash":false,"stock_use_rule":{"max_amount":7,"max_coupons":5,"fixed_normal_coupon":{"coupon_amount":1}}}`, &providers.Exposure{Fen: 7}},
		"value × count":                      {`{"no_cash":false,"stock_use_rule":{"max_coupons":5,"fixed_normal_coupon":{"coupon_amount":200}}}`, &providers.Exposure{Fen: 1000}},
		"value × nothing":                    {`{"no_cash":false,"stock_use_rule":{"max_coupons":0,"fixed_normal_coupon":{"coupon_amount":200}}}`, &providers.Exposure{}},
		"the largest product": {`{"no_cash":false,"stock_use_rule":{"max_coupons":1,"fixed_normal_coupon":{"coupon_amount":9223372036854775807}}}`,
			&providers.Exposure{Fen: math.MaxInt64}},
		"a product beyond all numbers": {`{"no_cash":false,"stock_use_rule":{"max_coupons":2,"fixed_normal_coupon":{"coupon_amount":9223372036854775807}}}`, nil},
		"a number beyond all numbers":  {`{"no_cash":false,"stock_use_rule":{"max_amount":9223372036854775808}}`, nil},
		"a negative budget":            {`{"no_cash":false,"stock_use_rule":{"max_amount":-1}}`, nil},
		"a budget that is none":        {`{"no_cash":false,"stock_use_rule":{"max_amount":"much","max_coupons":5,"fixed_normal_coupon":{"coupon_amount":1}}}`, nil},
		"a value without a count":      {`{"no_cash":false,"stock_use_rule":{"fixed_normal_coupon":{"coupon_amount":1}}}`, nil},
		"no amounts":                   {`{"no_cash":false}`, nil},
		"nobody who pays":              {`{"stock_use_rule":{"max_amount":5000}}`, nil},
		"a payer that is none":         {`{"no_cash":null,"stock_use_rule":{"max_amount":5000}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			stock, err := lenient.Decode([]byte(tc.stock))
			if err != nil {
				t.Fatal(err)
			}
			got := favorExposure(stock)
			if (got == nil) != (tc.want == nil) || got != nil && *got != *tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestADetailOfAStockIsReadLeniently(t *testing.T) {
	for name, tc := range map[string]struct{ body, content string }{
		"hardly anything":         {`{"stock_id":"1"}`, `{}`},
		"null sections":           {`{"stock_id":1,"stock_use_rule":null,"description":null}`, `{}`},
		"sections of other types": {`{"stock_id":"1","stock_use_rule":"x","cut_to_message":[1]}`, `{"cut_to_message":[1]}`},
		"fields to come":          {`{"stock_id":"1","novel":1,"stock_use_rule":{"novel":2,"max_coupons":9007199254740993}}`, `{"stock_use_rule":{"max_coupons":9007199254740993}}`},
	} {
		t.Run(name, func(t *testing.T) {
			snapshot, err := favorKind.decodeDetail([]byte(tc.body), "1")
			if err != nil || string(snapshot.Content) != tc.content || snapshot.Exposure != nil || snapshot.Distribution != nil {
				t.Errorf("got %q, %+v, %v; want %s", snapshot.Content, snapshot, err, tc.content)
			}
		})
	}
}

func TestADetailOfAnotherStockIsNotBelieved(t *testing.T) {
	for _, body := range []string{`{"stock_id":"2"}`, `{"activity_id":"98065001"}`, `{}`, `[]`, ``} {
		s, _ := stocksAt(t, signed(byPublicKey, 200, body))
		_, err := s.Get(t.Context(), testStock)
		wantError(t, err, providers.KindUntrusted, false)
	}
}

// stocksBody is a page with n stocks.
func stocksBody(n, total int, more string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf(`{"stock_id":"%d","status":"paused","stock_name":"n%d"}`, i+1, i+1)
	}
	return fmt.Sprintf(`{"data":[%s],"total_count":%d%s}`, strings.Join(items, ","), total, more)
}

func TestStocksAreListedInPagesOfTenWithoutAFilter(t *testing.T) {
	for page, tc := range map[int]struct {
		n    int
		last bool
	}{0: {10, false}, 1: {10, false}, 2: {5, true}, 3: {0, true}} {
		s, g := stocksAt(t, signed(byPublicKey, 200, stocksBody(tc.n, 25, `,"limit":10,"offset":`+strconv.Itoa(page))))
		got, err := s.List(t.Context(), page)
		if err != nil || len(got.Items) != tc.n || got.Last != tc.last || got.Total != 25 {
			t.Errorf("page %d: got %d stocks, last %t, %v", page, len(got.Items), got.Last, err)
		}
		wantRequest(t, g, "GET", fmt.Sprintf("/v3/marketing/favor/stocks?limit=10&offset=%d&stock_creator_mchid=%s", page, testMchid), "")
		for i, item := range got.Items {
			if item.ID != strconv.Itoa(i+1) || item.Name != "n"+item.ID || item.State != providers.StatePaused || item.Detailed {
				t.Errorf("got %+v", item)
			}
		}
	}
}

func TestAnErrorIsNeverAnEmptyPageOfStocks(t *testing.T) {
	const nothing = `{"code":"RESOURCE_NOT_EXISTS","message":"m"}`
	spoiled, unknown := signed(byPublicKey, 404, nothing), signed(byPublicKey, 404, `{"code":"NOT_FOUND","message":"m"}`)
	spoiled.spoil = func(h http.Header) { h.Set("Wechatpay-Nonce", "another") }
	for _, r := range []reply{unsigned(404, nothing), spoiled, unknown, signed(byPublicKey, 400, nothing), signed(byPublicKey, 200, `{}`),
		signed(byPublicKey, 200, `{"total_count":5}`), signed(byPublicKey, 200, `{"data":[{}],"total_count":1}`), unsigned(200, stocksBody(0, 0, ""))} {
		s, _ := stocksAt(t, r)
		if page, err := s.List(t.Context(), 0); err == nil {
			t.Errorf("%s was read as %+v", r.body, page)
		}
	}
}

func TestASignedNotFoundIsAnEmptyListOfStocksOnItsFirstPage(t *testing.T) {
	r := signed(byPublicKey, 404, `{"code":"RESOURCE_NOT_EXISTS","message":"m"}`)
	s, _ := stocksAt(t, r)
	if page, err := s.List(t.Context(), 0); err != nil || !page.Last || len(page.Items) != 0 || page.Total != 0 {
		t.Errorf("got %+v, %v", page, err)
	}
	_, err := s.List(t.Context(), 1)
	if e := gotError(t, err, providers.KindNotFound, false); !e.Verified {
		t.Errorf("got %+v", e)
	}
	_, err = payGiftWith(t, r).List(t.Context(), 0)
	wantError(t, err, providers.KindNotFound, false)
}

func TestAChangeOfAStockPostsItsCreatorAndReturnsItsTime(t *testing.T) {
	for op, fact := range map[providers.Operation]string{"start": "start_time", "pause": "pause_time", "restart": "restart_time"} {
		for _, id := range []string{`"stock_id":"98065001",`, `"stock_id":98065001,`, ``} {
			s, g := stocksAt(t, signed(byPublicKey, 200, `{`+id+`"start_time":"T","pause_time":"T","restart_time":"T"}`))
			receipt, err := s.Do(t.Context(), providers.Mutation{Operation: op, ID: testStock})
			if err != nil || !maps.Equal(receipt.Facts, map[string]string{fact: "T"}) || receipt.RequestID == "" || receipt.Refused != nil {
				t.Errorf("got %+v, %v", receipt, err)
			}
			wantRequest(t, g, "POST", "/v3/marketing/favor/stocks/98065001/"+string(op), `{"stock_creator_mchid":"`+testMchid+`"}`)
		}
	}
}

func TestAChangeAnsweredForAnotherStockIsUnknown(t *testing.T) {
	for _, body := range []string{`{"stock_id":"2","start_time":"T"}`, `[]`, ``} {
		s, _ := stocksAt(t, signed(byPublicKey, 200, body))
		for _, op := range []providers.Operation{"start", "pause", "restart"} {
			wantError(t, doStock(s, op, testStock), providers.KindUntrusted, true)
		}
	}
}

func TestALostAnswerLeavesAnActivationUnknown(t *testing.T) {
	s, _ := stocksAt(t, reply{fault: hangUp})
	wantError(t, doStock(s, "start", testStock), providers.KindUnavailable, true)
}

func TestAStockHasNoMembersAndRefersToNothing(t *testing.T) {
	s, g := stocksAt(t, unsigned(500, ""))
	if members, err := s.Members(t.Context(), testStock); members != nil || err != nil {
		t.Errorf("got %v, %v", members, err)
	}
	if findings, err := s.Preflight(t.Context(), []byte(`{}`)); findings != nil || err != nil {
		t.Errorf("got %v, %v", findings, err)
	}
	if len(g.requests("/")) != 0 {
		t.Error("something was sent")
	}
}

func TestTheSameCodeHasTheAdviceOfItsKind(t *testing.T) {
	r := unsigned(400, `{"code":"PARAM_ERROR","message":"m"}`)
	s, _ := stocksAt(t, r)
	_, ofStock := s.Create(t.Context(), []byte(createBody))
	ofActivity := create(payGiftWith(t, r))
	stock, activity := asError(t, ofStock).Advice, asError(t, ofActivity).Advice
	if !strings.Contains(stock, "coupon_amount") || strings.Contains(activity, "coupon_amount") {
		t.Errorf("got %q and %q", stock, activity)
	}
}

func TestTheAddressOfCouponEventsIsRead(t *testing.T) {
	for name, tc := range map[string]struct {
		reply reply
		want  string
		kind  providers.Kind
	}{
		"set":                  {signed(byPublicKey, 200, `{"mchid":"`+testMchid+`","notify_url":"https://pay.weixin.qq.com"}`), "https://pay.weixin.qq.com", ""},
		"of nobody":            {signed(byPublicKey, 200, `{"notify_url":"https://pay.weixin.qq.com"}`), "https://pay.weixin.qq.com", ""},
		"returned as nothing":  {signed(byPublicKey, 200, `{"mchid":"`+testMchid+`"}`), "", ""},
		"never set":            {unsigned(404, `{"code":"RESOURCE_NOT_EXISTS","message":"m"}`), "", ""},
		"of another merchant":  {signed(byPublicKey, 200, `{"mchid":"1","notify_url":"https://example.com"}`), "", providers.KindUntrusted},
		"not an object":        {signed(byPublicKey, 200, `[]`), "", providers.KindUntrusted},
		"unsigned":             {unsigned(200, `{"notify_url":"https://example.com"}`), "", providers.KindUntrusted},
		"behind a proxy's 404": {unsigned(404, `<html>`), "", providers.KindUnknown},
		"forbidden":            {unsigned(403, `{"code":"NO_AUTH","message":"m"}`), "", providers.KindForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t, always(tc.reply))
			got, err := newClient(t, g.URL, publicKeyMode).CouponNotifyURL(t.Context())
			if got != tc.want || (err == nil) != (tc.kind == "") {
				t.Errorf("got %q, %v", got, err)
			}
			if tc.kind != "" {
				wantError(t, err, tc.kind, false)
			}
			wantRequest(t, g, "GET", "/v3/marketing/favor/callbacks?mchid="+testMchid, "")
		})
	}
}

func TestThePagesOfAStocksListEndAsThoseOfOthers(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		page int
		last bool
	}{
		"a full page whose total is too small":    {stocksBody(10, 3, ""), 0, false},
		"a short page of which more is promised":  {stocksBody(5, 60, ""), 0, false},
		"a short page without a total":            {`{"data":[{"stock_id":"1"}]}`, 0, true},
		"no list with a total of nothing":         {`{"total_count":0}`, 0, true},
		"a gateway that allows only 5, full":      {stocksBody(5, 12, `,"limit":5`), 0, false},
		"a gateway that says it allows a hundred": {stocksBody(10, 12, `,"limit":100`), 0, false},
	} {
		if page, err := favorKind.decodePage([]byte(tc.body), tc.page); err != nil || page.Last != tc.last {
			t.Errorf("%s: last %t, %v", name, page.Last, err)
		}
	}
	ids := func(s *CouponStocks) (out []string) {
		for page := 0; ; page++ {
			got, err := s.List(t.Context(), page)
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range got.Items {
				out = append(out, item.ID)
			}
			if got.Last {
				return out
			}
		}
	}
	g := newGateway(t, func(r received) reply {
		for page, n := range []int{10, 10, 5} {
			if strings.Contains(r.URI, fmt.Sprintf("offset=%d&", page)) {
				return signed(byPublicKey, 200, stocksBody(n, 25, ""))
			}
		}
		return signed(byPublicKey, 200, stocksBody(0, 25, ""))
	})
	if got := ids(NewCouponStocks(newClient(t, g.URL, publicKeyMode))); len(got) != 25 || len(slices.Compact(got)) != 25 {
		t.Errorf("got %v", got)
	}
}
