package simulator_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

// favorList reads a page of ten; narrow is more of the query.
func (c *client) favorList(page int, narrow string) *reply {
	c.t.Helper()
	return c.must(http.MethodGet, fmt.Sprintf("%s%s&offset=%d&limit=10%s", favorPath, byCreator, page, narrow), nil)
}

func TestFavorStocksAreListedByPagesOfTen(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	for range 25 {
		c.createFavor()
	}
	for page, want := range []int{10, 10, 5, 0} {
		r := c.favorList(page, "")
		if got := len(r.at(t, "data").([]any)); got != want || r.at(t, "total_count") != float64(25) || r.at(t, "offset") != float64(page) || r.at(t, "limit") != float64(10) {
			t.Fatalf("page %d: %s", page, r.body)
		}
	}
	if got := c.favorList(0, "").at(t, "data", "0", "stock_id"); got != "98650025" {
		t.Errorf("the newest is %v", got)
	}
	put(t, server, "list.order", "oldestFirst")
	if got := c.favorList(0, "").at(t, "data", "0", "stock_id"); got != "98650001" {
		t.Errorf("the oldest is %v", got)
	}
	put(t, server, "list.paging", "duplicate")
	c.favorList(0, "")
	if r := c.favorList(1, ""); r.at(t, "data", "0", "stock_id") != "98650010" || r.at(t, "total_count") != float64(26) {
		t.Errorf("the second page begins with %v of %v", r.at(t, "data", "0", "stock_id"), r.at(t, "total_count"))
	}
}

func TestAWrongPageOfFavorStocksIsRefused(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	id := c.createFavor()
	r := c.do(http.MethodGet, favorPath+byCreator+"&offset=0&limit=11", nil)
	refusedWith(t, r, http.StatusBadRequest, "PARAM_ERROR")
	if got := r.at(t, "message"); got != "页大小超过阈值" {
		t.Errorf("the message is %v", got)
	}
	for _, query := range []string{
		"?offset=0&limit=10", byCreator + "&limit=10", byCreator + "&offset=0", byCreator + "&offset=0&limit=0", byCreator + "&offset=-1&limit=10",
		byCreator + "&offset=0&limit=10&status=RUNNING", byCreator + "&offset=0&limit=10&status=stopped", byCreator + "&offset=0&limit=10&create_start_time=2026-01-01",
		byCreator + "&offset=0&limit=10&create_end_time=2026-01-01T00:00:00+08:00", byCreator + "&offset=0&limit=10&name=x",
	} {
		refusedWith(t, c.do(http.MethodGet, favorPath+query, nil), http.StatusBadRequest, "PARAM_ERROR")
	}
	for _, path := range []string{"/merchants" + byCreator + "&offset=0&limit=51", "/merchants" + byCreator + "&offset=1001&limit=50", "/items" + byCreator + "&offset=0&limit=101", "/items" + byCreator + "&offset=501&limit=100", "/items?offset=0&limit=1"} {
		refusedWith(t, c.do(http.MethodGet, favorPath+"/"+id+path, nil), http.StatusBadRequest, "PARAM_ERROR")
	}
}

func TestFavorStocksAreFoundByStatusAndTimeOfCreation(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	first := c.createFavor()
	created := c.favorDetail(first).at(t, "create_time").(string)
	server.Clock().Advance(time.Hour)
	second := c.createFavor()
	c.favorStep(second, "start")
	exact := "&create_start_time=" + url.QueryEscape(created) + "&create_end_time=" + url.QueryEscape(created)
	for narrow, want := range map[string]string{"&status=unactivated": first, "&status=running": second, exact: first} {
		if r := c.favorList(0, narrow); r.at(t, "total_count") != float64(1) || r.at(t, "data", "0", "stock_id") != want {
			t.Errorf("%s finds %s", narrow, r.body)
		}
	}
	put(t, server, "favor.createTimeBounds", "exclusive")
	if r := c.favorList(0, exact); r.at(t, "total_count") != float64(0) {
		t.Errorf("without its bounds the range finds %s", r.body)
	}
	if r := c.favorList(0, "&status=stoped"); r.at(t, "total_count") != float64(0) || len(r.at(t, "data").([]any)) != 0 {
		t.Errorf("nothing is written as %s", r.body)
	}
	put(t, server, "favor.emptyRunning", "notFound")
	refusedWith(t, c.do(http.MethodGet, favorPath+byCreator+"&offset=0&limit=10&status=stoped", nil), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
	c.favorList(1, "&status=running") // it finds something, if not on this page
}

func TestAListOfNoFavorStocksMayBeNotFound(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	for _, status := range []int{http.StatusOK, http.StatusNotFound} {
		put(t, server, "favor.emptyList", map[int]string{http.StatusOK: "emptyPage", http.StatusNotFound: "notFound"}[status])
		if r := c.do(http.MethodGet, favorPath+byCreator+"&offset=0&limit=10", nil); r.status != status {
			t.Errorf("got %d %s, want %d", r.status, r.body, status)
		}
	}
	c.favorList(0, "&status=running")
	c.favorList(0, "&create_start_time="+url.QueryEscape("2026-01-01T00:00:00+08:00"))
	c.createFavor()
	c.favorList(0, "")
	c.favorList(1, "") // the list has something, if not on this page
}

func TestANewFavorStockMayBeSeenLate(t *testing.T) {
	hand := newHand()
	server := start(t, simulator.Options{RealNow: hand.now, Switches: map[string]string{"list.lag": "30s", "detail.lag": "10s", "detail.msTimes": "on"}})
	c := newClient(t, server, mchid)
	id := c.createFavor()
	refusedWith(t, c.do(http.MethodGet, favorPath+"/"+id+byCreator, nil), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
	if r := c.favorStep(id, "start"); r.status != http.StatusOK {
		t.Errorf("start: %d %s", r.status, r.body)
	}
	hand.advance(10 * time.Second)
	if got := c.favorDetail(id).at(t, "create_time").(string); len(got) != len("2006-01-02T15:04:05.000+08:00") {
		t.Errorf("create_time is %s", got)
	}
	if got := c.favorList(0, "").at(t, "total_count"); got != float64(0) {
		t.Errorf("after ten seconds the list has %v", got)
	}
	hand.advance(20 * time.Second)
	if got := c.favorList(0, "").at(t, "total_count"); got != float64(1) {
		t.Errorf("after thirty seconds the list has %v", got)
	}
}

func TestAFavorStocksMerchantsAndGoodsAreListed(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	id := c.createFavor()
	r := c.must(http.MethodGet, favorPath+"/"+id+"/merchants"+byCreator+"&offset=0&limit=50", nil)
	if r.at(t, "total_count") != float64(2) || r.at(t, "data", "0") != "9856000" || r.at(t, "stock_id") != id {
		t.Errorf("merchants: %s", r.body)
	}
	r = c.must(http.MethodGet, favorPath+"/"+id+"/items"+byCreator+"&offset=1&limit=1", nil)
	if r.at(t, "total_count") != float64(2) || r.at(t, "data", "0") != "123322" || r.at(t, "offset") != float64(1) {
		t.Errorf("items: %s", r.body)
	}
	id = c.createFavor(set("coupon_use_rule.available_items", nil))
	if r := c.must(http.MethodGet, favorPath+"/"+id+"/items"+byCreator+"&offset=0&limit=100", nil); len(r.at(t, "data").([]any)) != 0 {
		t.Errorf("no items: %s", r.body)
	}
}

func TestACallbackAddressIsKeptForEachMerchant(t *testing.T) {
	server := start(t, simulator.Options{Merchants: []string{mchid, "1900000110"}})
	c := newClient(t, server, mchid)
	refusedWith(t, c.do(http.MethodGet, favorCallbacks+"?mchid="+mchid, nil), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
	body := func(changes ...func(map[string]any)) []byte {
		b := map[string]any{"mchid": mchid, "notify_url": "https://example.com/notify", "switch": true}
		for _, change := range changes {
			change(b)
		}
		return encode(b)
	}
	if r := c.must(http.MethodPost, favorCallbacks, body()); r.at(t, "notify_url") != "https://example.com/notify" || r.at(t, "update_time") == nil {
		t.Errorf("set: %s", r.body)
	}
	if r := c.must(http.MethodGet, favorCallbacks+"?mchid="+mchid, nil); r.at(t, "notify_url") != "https://example.com/notify" || r.at(t, "mchid") != mchid {
		t.Errorf("get: %s", r.body)
	}
	for name, change := range map[string]func(map[string]any){
		"off": set("switch", false), "no address": set("notify_url", nil), "plain HTTP": set("notify_url", "http://example.com"),
		"a query": set("notify_url", "https://example.com/?a=1"), "no merchant": set("mchid", nil),
	} {
		t.Run(name, func(t *testing.T) {
			refusedWith(t, c.do(http.MethodPost, favorCallbacks, body(change)), http.StatusBadRequest, "PARAM_ERROR")
		})
	}
	refusedWith(t, c.do(http.MethodPost, favorCallbacks, body(set("mchid", "1900000110"))), http.StatusForbidden, "REQUEST_BLOCKED")
	refusedWith(t, c.do(http.MethodGet, favorCallbacks+"?mchid=1900000110", nil), http.StatusForbidden, "REQUEST_BLOCKED")
}
