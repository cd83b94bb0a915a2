package wechatpay

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// example returns an example of the vendor's pages, as it is printed there.
func example(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestCreateReturnsTheIDAndItsTime(t *testing.T) {
	created, err := payGiftWith(t, signed(byPublicKey, 200, createdOK)).Create(context.Background(), []byte(createBody))
	if err != nil {
		t.Fatal(err)
	}
	if created.ID != "10028001" || created.Facts["create_time"] != "2026-03-01T20:00:00+08:00" || created.RequestID != "08F50A1B2C-0" {
		t.Errorf("got %+v", created)
	}
}

func TestACreatedIDMayBeANumber(t *testing.T) {
	created, err := payGiftWith(t, signed(byPublicKey, 200, `{"activity_id":10028001,"new":{}}`)).Create(context.Background(), []byte("{}"))
	if err != nil || created.ID != "10028001" || len(created.Facts) != 0 {
		t.Errorf("got %+v, %v", created, err)
	}
}

func TestASuccessWithoutAnIDLeavesTheOutcomeUnknown(t *testing.T) {
	for _, body := range []string{`{}`, `{"activity_id":""}`, `{"activity_id":null}`, `{"activity_id":{}}`, `{"activity_id":"a/b"}`, `[]`, `null`, ``,
		`{"activity_id":"1"} {}`, `{"activity_id":"1`, `<html>`} {
		t.Run(body, func(t *testing.T) {
			wantError(t, create(payGiftWith(t, signed(byPublicKey, 200, body))), providers.KindUntrusted, true)
		})
	}
	wantError(t, create(payGiftWith(t, signed(byPublicKey, 204, ""))), providers.KindUntrusted, true)
}

func TestGetReadsTheVendorsOwnExample(t *testing.T) {
	g := newGateway(t, always(signed(byPublicKey, 200, string(example(t, "detail-response.json")))))
	snapshot, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).Get(context.Background(), "10028001")
	if err != nil {
		t.Fatal(err)
	}
	if uri := g.requests("/")[0].URI; uri != "/v3/marketing/paygiftactivity/activities/10028001" {
		t.Errorf("asked for %s", uri)
	}
	at := time.Date(2015, 5, 20, 5, 29, 35, 120e6, time.UTC)
	if !snapshot.Begin.Equal(at) || !snapshot.End.Equal(at) || !snapshot.Created.Equal(at) {
		t.Errorf("from %v to %v, created %v", snapshot.Begin, snapshot.End, snapshot.Created)
	}
	const spelled = "2015-05-20T13:29:35.120+08:00"
	facts := map[string]string{"activity_type": "FULL_SEND_ACT_TYPE", "creator_merchant_id": "10000022", "belong_merchant_id": "10000022",
		"create_time": spelled, "update_time": spelled, "pause_time": spelled, "recovery_time": spelled}
	if !maps.Equal(snapshot.Facts, facts) {
		t.Errorf("facts %v", snapshot.Facts)
	}
	if snapshot.ID != "10028001" || snapshot.RequestNo != "100002322019090134234sfdf" || snapshot.Name != "良品铺子回馈活动" ||
		snapshot.State != providers.StateScheduled || snapshot.VendorState != "CREATE_ACT_STATUS" || !snapshot.Detailed {
		t.Errorf("got %+v", snapshot)
	}
	// The content has the request's shape: it is equal to the create page's example.
	want, err := lenient.Decode(example(t, "create-request.json"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := lenient.Decode(snapshot.Content)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("content %s, %v", snapshot.Content, err)
	}
}

func TestEveryStatusHasItsState(t *testing.T) {
	for status, want := range map[string]providers.State{
		"CREATE_ACT_STATUS":    providers.StateScheduled,
		"ONGOING_ACT_STATUS":   providers.StateRunning,
		"STOP_ACT_STATUS":      providers.StatePaused,
		"TERMINATE_ACT_STATUS": providers.StateTerminated,
		"OVER_TIME_ACT_STATUS": providers.StateEnded,
		"CREATE_ACT_FAILED":    providers.StateFailed,
		"ACT_STATUS_UNKNOWN":   providers.StateUnknown,
		"SOMETHING_NEW":        providers.StateUnknown,
		"":                     providers.StateUnknown,
	} {
		snapshot, err := payGiftSnapshot(object{"activity_id": "1", "activity_status": status}, false)
		if err != nil || snapshot.State != want || snapshot.VendorState != status {
			t.Errorf("%q: got %s (%q), %v", status, snapshot.State, snapshot.VendorState, err)
		}
	}
}

func TestADetailIsReadLeniently(t *testing.T) {
	for name, tc := range map[string]struct {
		body    string
		content string
		no      string
	}{
		"hardly anything":         {`{"activity_id":"1"}`, `{}`, ""},
		"null sections":           {`{"activity_id":1,"activity_base_info":null,"award_send_rule":null}`, `{}`, ""},
		"sections of other types": {`{"activity_id":"1","activity_base_info":"x","award_send_rule":[1]}`, `{"activity_base_info":"x","award_send_rule":[1]}`, ""},
		"a number as our number":  {`{"activity_id":"1","activity_base_info":{"out_request_no":7}}`, `{"activity_base_info":{"out_request_no":7}}`, "7"},
		"a flat rule":             {`{"activity_id":"1","award_send_rule":{"award_type":"BUSIFAVOR"}}`, `{"award_send_rule":{"award_type":"BUSIFAVOR"}}`, ""},
		"a nested rule":           {`{"activity_id":"1","award_send_rule":{"full_send_rule":{"award_type":"B&B"}}}`, `{"award_send_rule":{"award_type":"B&B"}}`, ""},
		"an empty second rule":    {`{"activity_id":"1","award_send_rule":{"full_send_rule":{"a":1},"step_send_rule":{"rule_list":[]}}}`, `{"award_send_rule":{"a":1}}`, ""},
		"two rules, no type":      {`{"activity_id":"1","award_send_rule":{"full_send_rule":{"a":1},"step_send_rule":{"b":1}}}`, `{"award_send_rule":{"full_send_rule":{"a":1},"step_send_rule":{"b":1}}}`, ""},
		"a step rule":             {`{"activity_id":"1","activity_type":"STEP_SEND_ACT_TYPE","award_send_rule":{"full_send_rule":{"a":1},"step_send_rule":{"b":1}}}`, `{"award_send_rule":{"full_send_rule":{"a":1},"step_send_rule":{"b":1}}}`, ""},
		"fields to come":          {`{"activity_id":"1","novel":{},"activity_base_info":{"novel":9007199254740993}}`, `{"activity_base_info":{"novel":9007199254740993}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			snapshot, err := payGiftKind.decodeDetail([]byte(tc.body), "1")
			if err != nil || string(snapshot.Content) != tc.content || snapshot.RequestNo != tc.no {
				t.Errorf("got %q, number %q, %v; want %s", snapshot.Content, snapshot.RequestNo, err, tc.content)
			}
		})
	}
}

func TestADetailOfAnotherActivityIsNotBelieved(t *testing.T) {
	for _, body := range []string{`{"activity_id":"2"}`, `{}`, `[]`, ``} {
		_, err := payGiftWith(t, signed(byPublicKey, 200, body)).Get(context.Background(), "1")
		wantError(t, err, providers.KindUntrusted, false)
	}
}

func TestTimesAreReadInEverySpellingThatTheVendorUses(t *testing.T) {
	want := time.Date(2015, 5, 20, 5, 29, 35, 120e6, time.UTC)
	for _, spelled := range []string{"2015-05-20T13:29:35.120+08:00", "2015-05-20T13:29:35.12+08:00", "2015-05-20T13:29:35:120+08:00",
		"2015-05-20T13:29:35.120+0800", "2015-05-20T05:29:35.120Z", "2015-05-20T05:29:35:120Z", " 2015-05-20T13:29:35.120000+08:00 "} {
		if got, ok := parseTime(spelled); !ok || !got.Equal(want) {
			t.Errorf("%q: got %v, %t", spelled, got, ok)
		}
	}
	for _, spelled := range []string{"", "2015-05-20", "2015-05-20 13:29:35", "2015-05-20T13:29:35", "2015-05-20T13:29:35.+08:00", "now"} {
		if got, ok := parseTime(spelled); ok || !got.IsZero() {
			t.Errorf("%q: got %v", spelled, got)
		}
	}
}

// listBody is a page with n activities.
func listBody(n, total int, more string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf(`{"activity_id":"%d","activity_status":"ONGOING_ACT_STATUS","activity_base_info":{"out_request_no":"n%d"}}`, i+1, i+1)
	}
	return fmt.Sprintf(`{"data":[%s],"total_count":%d%s}`, strings.Join(items, ","), total, more)
}

func TestListAsksForPagesOfAHundredWithoutAFilter(t *testing.T) {
	g := newGateway(t, always(signed(byPublicKey, 200, listBody(3, 203, ""))))
	page, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).List(context.Background(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if uri := g.requests("/")[0].URI; uri != "/v3/marketing/paygiftactivity/activities?limit=100&offset=2" {
		t.Errorf("asked for %s", uri)
	}
	var numbers []string
	for _, item := range page.Items {
		numbers = append(numbers, item.RequestNo)
		if item.Detailed || item.State != providers.StateRunning {
			t.Errorf("got %+v", item)
		}
	}
	if !slices.Equal(numbers, []string{"n1", "n2", "n3"}) || page.Total != 203 || !page.Last {
		t.Errorf("got %v, total %d, last %t", numbers, page.Total, page.Last)
	}
}

func TestTheLastPageIsToldByItsItems(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		page int
		last bool
	}{
		"a full page":                              {listBody(100, 100, ""), 0, false},
		"a full page whose total is too small":     {listBody(100, 3, ""), 0, false},
		"a short page":                             {listBody(99, 99, ""), 0, true},
		"a short page of a later number":           {listBody(1, 301, ""), 3, true},
		"a short page without a total":             {`{"data":[{"activity_id":"1"}]}`, 0, true},
		"a short page whose total is as text":      {`{"data":[{"activity_id":"1"}],"total_count":"1"}`, 0, true},
		"a short page of which more is promised":   {listBody(50, 60, ""), 0, false},
		"an empty page":                            {listBody(0, 0, ""), 0, true},
		"an empty page of which more is promised":  {listBody(0, 1000, ""), 5, true},
		"no list with a total of nothing":          {`{"total_count":0}`, 0, true},
		"a null list with a total of nothing":      {`{"data":null,"total_count":0}`, 0, true},
		"no list after the last page":              {`{"total_count":100}`, 1, true},
		"a gateway that allows only 20, full":      {listBody(20, 45, `,"limit":20`), 0, false},
		"a gateway that allows only 20, the last":  {listBody(5, 45, `,"limit":20`), 2, true},
		"a gateway that echoes a limit of nothing": {listBody(99, 99, `,"limit":0`), 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := payGiftKind.decodePage([]byte(tc.body), tc.page)
			if err != nil || page.Last != tc.last {
				t.Errorf("last %t, %v", page.Last, err)
			}
		})
	}
}

func TestAPageThatIsNotUnderstoodIsNoEmptyPage(t *testing.T) {
	for _, body := range []string{`{}`, `[]`, ``, `{"total_count":5}`, `{"data":null}`, `{"data":{},"total_count":0}`, `{"data":"x","total_count":0}`,
		`{"data":[1],"total_count":1}`, `{"data":[{}],"total_count":1}`, `{"data":[{"activity_id":"1"},{"activity_base_info":{"out_request_no":"x"}}]}`} {
		t.Run(body, func(t *testing.T) {
			_, err := payGiftWith(t, signed(byPublicKey, 200, body)).List(context.Background(), 0)
			wantError(t, err, providers.KindUntrusted, false)
		})
	}
}

func TestAnIDThatNeedsEscapesIsSignedAsItIsSent(t *testing.T) {
	g := newGateway(t, always(signed(byPublicKey, 200, `{"activity_id":"a|b*c"}`))) // checks the signature
	if _, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).Get(context.Background(), "a|b*c"); err != nil {
		t.Fatal(err)
	}
	if uri := g.requests("/")[0].URI; uri != "/v3/marketing/paygiftactivity/activities/a%7Cb%2Ac" {
		t.Errorf("asked for %s", uri)
	}
}

func TestABusifavorStockIsReadForThePreflight(t *testing.T) {
	body := `{"stock_id":"98065001","stock_state":"RUNNING","coupon_code_mode":"MERCHANT_UPLOAD","coupon_use_rule":{"coupon_available_time":` +
		`{"available_begin_time":"2026-03-01T00:00:00+08:00","available_end_time":"2026-06-01T00:00:00.000+08:00"}},` +
		`"coupon_code_count":{"total_count":100,"available_count":"40"}}`
	g := newGateway(t, always(signed(byPublicKey, 200, body)))
	stock, err := newClient(t, g.URL, publicKeyMode).GetBusifavorStock(context.Background(), "98065001")
	if err != nil {
		t.Fatal(err)
	}
	beijing := time.FixedZone("", 8*3600)
	if stock.ID != "98065001" || stock.State != "RUNNING" || stock.CodeMode != "MERCHANT_UPLOAD" || stock.AvailableCodes != 40 ||
		!stock.Begin.Equal(time.Date(2026, 3, 1, 0, 0, 0, 0, beijing)) || !stock.End.Equal(time.Date(2026, 6, 1, 0, 0, 0, 0, beijing)) {
		t.Errorf("got %+v", stock)
	}
	if uri := g.requests("/")[0].URI; uri != "/v3/marketing/busifavor/stocks/98065001" {
		t.Errorf("asked for %s", uri)
	}
	for _, body := range []string{`{}`, `{"stock_id":"1"}`, ``} {
		if _, err := decodeBusifavorStock([]byte(body), "98065001"); err == nil {
			t.Errorf("%q was accepted", body)
		}
	}
	if stock, err := decodeBusifavorStock([]byte(`{"stock_id":98065001}`), "98065001"); err != nil || stock.AvailableCodes != -1 || !stock.Begin.IsZero() {
		t.Errorf("got %+v, %v", stock, err)
	}
}
