package simulator_test

import (
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

func favorNumber(no string) func(map[string]any) { return set("out_request_no", no) }

func TestAFavorNumberMakesOneStock(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	body := favorBody(favorNumber("n"))
	first := c.must(http.MethodPost, favorCreatePath, body)
	if again := c.must(http.MethodPost, favorCreatePath, append([]byte(" \n"), body...)); string(again.body) != string(first.body) {
		t.Fatalf("the replay says %s, the first said %s", again.body, first.body)
	}
	other := favorBody(favorNumber("n"), set("stock_name", "另一个"))
	if got := c.must(http.MethodPost, favorCreatePath, other).at(t, "stock_id"); got != first.at(t, "stock_id") {
		t.Fatalf("another body gives %v", got)
	}
	put(t, server, "replay.sameBody", "reject")
	refusedWith(t, c.do(http.MethodPost, favorCreatePath, body), http.StatusBadRequest, "INVALID_REQUEST")
	put(t, server, "replay.differentBody", "reject400")
	refusedWith(t, c.do(http.MethodPost, favorCreatePath, other), http.StatusBadRequest, "INVALID_REQUEST")
	if got := server.Journal().Count("favor.create"); got.Requests != 5 || got.Committed != 1 {
		t.Fatalf("counted %+v", got)
	}
}

func TestAFavorReplayMayBeJudgedByTheRulesAgain(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	body := favorBody()
	first := c.must(http.MethodPost, favorCreatePath, body).at(t, "stock_id")
	server.Clock().Advance(48 * time.Hour) // the begin has passed
	if got := c.must(http.MethodPost, favorCreatePath, body).at(t, "stock_id"); got != first {
		t.Fatalf("the replay gives %v, not %v", got, first)
	}
	put(t, server, "replay.order", "validateBeforeIdempotency")
	refusedWith(t, c.do(http.MethodPost, favorCreatePath, body), http.StatusBadRequest, "INVALID_REQUEST")
	put(t, server, "favor.beginInPast", "accepted")
	if got := c.must(http.MethodPost, favorCreatePath, body).at(t, "stock_id"); got != first {
		t.Fatalf("with a begin in the past allowed the replay gives %v, not %v", got, first)
	}
	put(t, server, "replay.retention", "1d")
	if got := c.must(http.MethodPost, favorCreatePath, body).at(t, "stock_id"); got == first {
		t.Fatal("the number is still remembered")
	}
}

func TestAFavorRefusalMayStickToItsNumber(t *testing.T) {
	server := startWith(t, "replay.rejections", "replayed")
	c := newClient(t, server, mchid)
	good := favorBody(favorNumber("n"))
	refusedWith(t, c.do(http.MethodPost, favorCreatePath, favorBody(favorNumber("n"), set("stock_name", ""))), http.StatusBadRequest, "PARAM_ERROR")
	refusedWith(t, c.do(http.MethodPost, favorCreatePath, good), http.StatusBadRequest, "PARAM_ERROR")
	put(t, server, "replay.rejections", "forgotten")
	c.must(http.MethodPost, favorCreatePath, good)
}

func TestFavorCreatesAtOnceWithOneNumberMakeOneStock(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	body := favorBody()
	var wg sync.WaitGroup
	for range 20 {
		r := c.request(http.MethodPost, favorCreatePath, body, nil)
		wg.Go(func() { _, _ = c.send(r) })
	}
	wg.Wait()
	if got := server.Journal().Count("favor.create"); got.Committed != 1 || got.ByStatus[200] != 20 {
		t.Fatalf("counted %+v", got)
	}
}

func TestFavorStocksAndTheirMoneyAreKeptOverARestart(t *testing.T) {
	dir := t.TempDir()
	options := simulator.Options{StateDir: dir, Switches: map[string]string{"favor.balance": "100000"}}
	server := start(t, options)
	c := newClient(t, server, mchid)
	body := favorBody()
	id := c.must(http.MethodPost, favorCreatePath, body).at(t, "stock_id").(string)
	c.favorStep(id, "start")
	control(t, server, http.MethodPut, "/_sim/balances/"+mchid, map[string]any{"balance": 60_000})
	c.must(http.MethodPost, favorCallbacks, encode(map[string]any{"mchid": mchid, "notify_url": "https://example.com/notify"}))
	before := string(control(t, server, http.MethodGet, "/_sim/ledger", nil).body)
	detail := string(c.favorDetail(id).body)
	// Nothing is written at the end, so that a closed simulator leaves what a killed one leaves.
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}

	server = start(t, options)
	c = newClient(t, server, mchid)
	if after := string(control(t, server, http.MethodGet, "/_sim/ledger", nil).body); after != before {
		t.Fatalf("the ledger was\n%s\nand is\n%s", before, after)
	}
	if after := string(c.favorDetail(id).body); after != detail {
		t.Fatalf("the stock was %s and is %s", detail, after)
	}
	c.favorStep(id, "start")
	if again := c.must(http.MethodPost, favorCreatePath, body).at(t, "stock_id"); again != id {
		t.Fatalf("the number gives %v", again)
	}
	next := c.createFavor()
	c.favorStep(next, "start")
	if entries := movements(t, server, next); next == id || len(entries) != 1 || entries[0].(map[string]any)["seq"] != float64(2) {
		t.Fatalf("stock %s: %v", next, entries)
	}
	if got := c.must(http.MethodGet, favorCallbacks+"?mchid="+mchid, nil).at(t, "notify_url"); got != "https://example.com/notify" {
		t.Fatalf("the callback address is %v", got)
	}
	if r := control(t, server, http.MethodPost, "/_sim/reset", nil); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if balance, locked := money(t, server); balance != float64(100_000) || locked != float64(0) {
		t.Fatalf("after a reset: balance %v, locked %v", balance, locked)
	}
	for _, kind := range []string{"favor-stocks", "favor-funds", "favor-callbacks"} {
		if left, err := os.ReadDir(filepath.Join(dir, kind)); err != nil || len(left) != 0 {
			t.Errorf("after a reset %s has %v (%v)", kind, left, err)
		}
	}
	if id := c.createFavor(); id != "98650001" {
		t.Errorf("after a reset the first stock is %s", id)
	}
}

func TestAStartThatCannotBeKeptLocksNothing(t *testing.T) {
	dir := t.TempDir()
	server := start(t, simulator.Options{StateDir: dir})
	c := newClient(t, server, mchid)
	id := c.createFavor()
	// A folder in the stock's place cannot be overwritten by a file.
	path := filepath.Join(dir, "favor-stocks", id+".json")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(path, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, c.favorStep(id, "start"), http.StatusInternalServerError, "SYSTEM_ERROR")
	if _, locked := money(t, server); locked != float64(0) || c.favorDetail(id).at(t, "status") != "unactivated" {
		t.Fatalf("locked %v", locked)
	}
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	c.favorStep(id, "start")
	if entries := movements(t, server, id); len(entries) != 1 {
		t.Fatalf("the ledger has %v", entries)
	}
}
