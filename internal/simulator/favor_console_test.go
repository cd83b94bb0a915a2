package simulator_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

// console does something to a favor stock in the console.
func console(t *testing.T, server *simulator.Server, id, action string) *reply {
	t.Helper()
	return control(t, server, http.MethodPost, "/_sim/favor/stocks/"+id+"/"+action, nil)
}

func TestAFavorStockIsTakenThroughItsStatesInTheConsole(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	id := c.createFavor()
	for _, step := range []struct{ action, status string }{
		{"start", "running"}, {"start", "running"}, {"pause", "paused"}, {"restart", "running"}, {"stop", "stoped"}, {"stop", "stoped"},
	} {
		if r := console(t, server, id, step.action); r.status != http.StatusOK || r.at(t, "status") != step.status {
			t.Fatalf("%s: %d %s", step.action, r.status, r.body)
		}
	}
	if entries := movements(t, server, id); len(entries) != 1 || entries[0].(map[string]any)["operation"] != "console" {
		t.Fatalf("the ledger has %v", entries)
	}
	if r := console(t, server, id, "start"); r.status != http.StatusConflict {
		t.Errorf("starting it again: %d %s", r.status, r.body)
	}
	if r := console(t, server, id, "explode"); r.status != http.StatusNotFound {
		t.Errorf("exploding it: %d %s", r.status, r.body)
	}
	if r := console(t, server, "1", "pause"); r.status != http.StatusNotFound {
		t.Errorf("a stock that is not there: %d %s", r.status, r.body)
	}
	if r := console(t, server, id, "forget"); r.at(t, "forgotten") != true {
		t.Errorf("forgetting it: %s", r.body)
	}
	refusedWith(t, c.do(http.MethodGet, favorPath+"/"+id+byCreator, nil), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
	if got := c.favorList(0, "").at(t, "total_count"); got != float64(0) {
		t.Errorf("the list still has %v", got)
	}
}

func TestASecondFavorStockWithTheSameContentCanBeMade(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	body := favorBody()
	id := c.must(http.MethodPost, favorCreatePath, body).at(t, "stock_id").(string)
	r := console(t, server, id, "copy")
	twin := r.at(t, "stockId").(string)
	if twin == id || r.at(t, "outRequestNo") != nil || r.at(t, "status") != "unactivated" {
		t.Fatalf("the copy is %s", r.body)
	}
	a, b := c.favorDetail(id).fields(t), c.favorDetail(twin).fields(t)
	for _, fields := range []map[string]any{a, b} {
		delete(fields, "stock_id")
		delete(fields, "create_time")
	}
	if string(encode(a)) != string(encode(b)) {
		t.Fatalf("the stock is %v, the copy %v", a, b)
	}
	if again := c.must(http.MethodPost, favorCreatePath, body).at(t, "stock_id"); again != id {
		t.Fatalf("the number gives %v", again)
	}
	made := controlRaw(t, server, http.MethodPost, "/_sim/favor/stocks", favorBody(set("out_request_no", nil), favorWindow(time.Now().Add(-time.Hour), time.Now().Add(time.Hour))))
	if made.status != http.StatusOK || made.at(t, "stockId") != "98650003" {
		t.Fatalf("made in the console: %d %s", made.status, made.body)
	}
	if r := controlRaw(t, server, http.MethodPost, "/_sim/favor/stocks", body); r.status != http.StatusConflict {
		t.Errorf("a number that is in use: %d %s", r.status, r.body)
	}
	if r := controlRaw(t, server, http.MethodPost, "/_sim/favor/stocks", favorBody(set("stock_name", ""))); r.status != http.StatusBadRequest {
		t.Errorf("no name: %d %s", r.status, r.body)
	}
}

func TestAFavorStockIsEditedInTheConsole(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	id := c.createFavor()
	c.favorStep(id, "start")
	path := "/_sim/favor/stocks/" + id
	r := control(t, server, http.MethodPatch, path, map[string]any{"distributedCoupons": 7, "content": map[string]any{"stock_name": "改了名", "pattern_info": nil}})
	if r.status != http.StatusOK || r.at(t, "distributed") != float64(7) {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if d := c.favorDetail(id); d.at(t, "stock_name") != "改了名" || d.at(t, "description") != "" || d.at(t, "distributed_coupons") != float64(7) {
		t.Fatalf("the detail is %s", d.body)
	}
	for name, body := range map[string]any{
		"nothing": map[string]any{}, "too many": map[string]any{"distributedCoupons": 101}, "fewer than none": map[string]any{"distributedCoupons": -1},
		"a wrong name": map[string]any{"content": map[string]any{"stock_name": ""}}, "another number": map[string]any{"content": map[string]any{"out_request_no": "m"}},
		"a budget that is locked": map[string]any{"content": map[string]any{"no_cash": true}}, "a misspelt field": map[string]any{"distributed": 1},
	} {
		if r := control(t, server, http.MethodPatch, path, body); r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if r := control(t, server, http.MethodPatch, "/_sim/favor/stocks/1", map[string]any{"distributedCoupons": 1}); r.status != http.StatusNotFound {
		t.Errorf("a stock that is not there: %d", r.status)
	}
}

func TestFavorStocksAreInspectedBesideActivities(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	gift := c.create(number("gift"))
	id := c.createFavor(favorNumber("coupon"))
	c.favorStep(id, "start")
	r := control(t, server, http.MethodGet, "/_sim/activities", nil)
	if r.at(t, "total") != float64(2) || r.at(t, "data", "0", "kind") != "paygift" || r.at(t, "data", "0", "id") != gift || r.at(t, "data", "0", "number") != "gift" || r.at(t, "data", "0", "activityId") != gift {
		t.Fatalf("%s", r.body)
	}
	for field, want := range map[string]any{"kind": "favor", "id": id, "number": "coupon", "mchid": mchid, "status": "running", "distributed": float64(0), "locked": float64(favorBudget), "maxAmount": float64(favorBudget)} {
		if got := r.at(t, "data", "1", field); got != want {
			t.Errorf("%s is %v, want %v", field, got, want)
		}
	}
	for query, want := range map[string]float64{"?kind=favor": 1, "?outRequestNo=coupon": 1, "?status=running": 1, "?status=paused": 0, "?kind=paygift": 1, "?mchid=1900000110": 0} {
		if got := control(t, server, http.MethodGet, "/_sim/activities"+query, nil).at(t, "total"); got != want {
			t.Errorf("%s finds %v", query, got)
		}
	}
	if got := control(t, server, http.MethodGet, "/_sim/favor/stocks", nil).at(t, "total"); got != float64(1) {
		t.Errorf("favor stocks: %v", got)
	}
	for _, path := range []string{"/_sim/activities/" + id, "/_sim/favor/stocks/" + id} {
		if got := control(t, server, http.MethodGet, path, nil).at(t, "status"); got != "running" {
			t.Errorf("%s: %v", path, got)
		}
	}
	if r := control(t, server, http.MethodGet, "/_sim/favor/stocks/"+gift, nil); r.status != http.StatusNotFound {
		t.Errorf("an activity as a stock: %d", r.status)
	}
}

// from makes a client call from another address of the loopback network.
func (c *client) from(address string) {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	transport := &http.Transport{DialContext: func(ctx context.Context, network, to string) (net.Conn, error) {
		return dialer.DialContext(ctx, network, to)
	}}
	c.t.Cleanup(transport.CloseIdleConnections)
	c.http = &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

func TestAQuotaMayBeForEachSourceAddress(t *testing.T) {
	hand := newHand()
	server := start(t, simulator.Options{RealNow: hand.now, Merchants: []string{mchid, "1900000110"}, Switches: map[string]string{"quota.address.favor.start": "2/1m"}})
	c, other := newClient(t, server, mchid), newClient(t, server, "1900000110")
	id := c.createFavor()
	c.favorStep(id, "start")
	other.favorStep(id, "start") // refused, but counted: all merchants share the address
	r := c.favorStep(id, "start")
	refusedWith(t, r, http.StatusTooManyRequests, "FREQUENCY_LIMIT_EXCEED")
	if got := r.header.Get("Retry-After"); got != "30" {
		t.Errorf("Retry-After is %q", got)
	}
	if r := c.favorStep(id, "pause"); r.status != http.StatusOK {
		t.Errorf("another operation: %d %s", r.status, r.body)
	}
	put(t, server, "quota.code", "RATE_LIMITED")
	refusedWith(t, c.favorStep(id, "start"), http.StatusTooManyRequests, "RATE_LIMITED")
	c.from("127.0.0.2")
	if r := c.favorStep(id, "restart"); r.status != http.StatusOK {
		t.Errorf("from another address: %d %s", r.status, r.body)
	}
	if r := c.favorStep(id, "start"); r.status != http.StatusOK {
		t.Errorf("start from another address: %d %s", r.status, r.body)
	}
}

func TestTheDocumentedQuotasAreSwitchedOnAtOnce(t *testing.T) {
	hand := newHand() // which stands still, however slow the machine
	server := start(t, simulator.Options{RealNow: hand.now, Switches: map[string]string{"quota.default": "documented", "quota.address.default": "documented"}})
	c := newClient(t, server, mchid)
	id := c.createFavor()
	for range 59 {
		c.createFavor()
	}
	refusedWith(t, c.do(http.MethodPost, favorCreatePath, favorBody()), http.StatusTooManyRequests, "FREQUENCY_LIMIT_EXCEED")
	for range 60 {
		if r := c.favorStep(id, "start"); r.status != http.StatusOK {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	refusedWith(t, c.favorStep(id, "start"), http.StatusTooManyRequests, "FREQUENCY_LIMIT_EXCEED")
	c.create() // nothing is documented for pay gift
}
