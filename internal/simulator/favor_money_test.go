package simulator_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
)

// money is a merchant's balance and locked money as the ledger page tells them.
func money(t *testing.T, server *simulator.Server) (balance, locked any) {
	t.Helper()
	r := control(t, server, http.MethodGet, "/_sim/ledger?mchid="+mchid, nil)
	return r.at(t, "balances", "0", "balance"), r.at(t, "balances", "0", "locked")
}

// movements are the ledger's entries of a stock.
func movements(t *testing.T, server *simulator.Server, id string) []any {
	t.Helper()
	return control(t, server, http.MethodGet, "/_sim/ledger?stockId="+id, nil).at(t, "data").([]any)
}

func TestStartingAPreFundedStockLocksItsBudgetOnce(t *testing.T) {
	server := startWith(t, "favor.balance", "120000")
	c := newClient(t, server, mchid)
	id := c.createFavor()
	if balance, locked := money(t, server); balance != float64(120_000) || locked != float64(0) {
		t.Fatalf("created: balance %v, locked %v", balance, locked)
	}
	r := c.favorStep(id, "start")
	for _, step := range []string{"start", "pause", "pause", "restart", "restart", "start"} {
		c.favorStep(id, step)
	}
	if balance, locked := money(t, server); balance != float64(120_000-favorBudget) || locked != float64(favorBudget) {
		t.Fatalf("started: balance %v, locked %v", balance, locked)
	}
	entries := movements(t, server, id)
	if len(entries) != 1 {
		t.Fatalf("the ledger has %v", entries)
	}
	entry := entries[0].(map[string]any)
	for field, want := range map[string]any{"kind": "lock", "fen": float64(favorBudget), "mchid": mchid, "stockId": id, "operation": "favor.start", "seq": float64(1), "requestId": r.header.Get("Request-ID")} {
		if entry[field] != want {
			t.Errorf("%s is %v, want %v", field, entry[field], want)
		}
	}
}

func TestAStockThatIsNotPreFundedLocksNothing(t *testing.T) {
	server := startWith(t, "favor.balance", "0")
	c := newClient(t, server, mchid)
	id := c.createFavor(set("no_cash", true))
	if r := c.favorStep(id, "start"); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if entries := movements(t, server, id); len(entries) != 0 {
		t.Fatalf("the ledger has %v", entries)
	}
}

func TestABalanceThatIsTooLowStartsNothing(t *testing.T) {
	server := startWith(t, "favor.balance", "49999")
	c := newClient(t, server, mchid)
	id := c.createFavor()
	refusedWith(t, c.favorStep(id, "start"), http.StatusForbidden, "NOT_ENOUGH")
	if balance, locked := money(t, server); balance != float64(49_999) || locked != float64(0) || c.favorDetail(id).at(t, "status") != "unactivated" {
		t.Fatalf("refused: balance %v, locked %v", balance, locked)
	}
	if r := control(t, server, http.MethodPut, "/_sim/balances/"+mchid, map[string]any{"balance": favorBudget}); r.at(t, "balance") != float64(favorBudget) {
		t.Fatalf("%s", r.body)
	}
	if r := c.favorStep(id, "start"); r.status != http.StatusOK {
		t.Fatalf("after the top-up: %d %s", r.status, r.body)
	}
	refusedWith(t, c.favorStep(c.createFavor(), "start"), http.StatusForbidden, "NOT_ENOUGH")
	control(t, server, http.MethodPut, "/_sim/balances/"+mchid, map[string]any{"balance": 7})
	if balance, locked := money(t, server); balance != float64(7) || locked != float64(favorBudget) {
		t.Fatalf("set: balance %v, locked %v", balance, locked)
	}
	for path, body := range map[string]any{mchid: map[string]any{"balance": -1}, "1": map[string]any{"balance": 1}, mchid + "?": map[string]any{}} {
		if r := control(t, server, http.MethodPut, "/_sim/balances/"+path, body); r.status < 400 || r.status > 499 {
			t.Errorf("%s %v: %d %s", path, body, r.status, r.body)
		}
	}
}

func TestStartsAtOnceLockTheMoneyOnce(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	id := c.createFavor()
	body := encode(map[string]any{"stock_creator_mchid": mchid})
	var wg sync.WaitGroup
	for i := range 20 {
		r := c.request(http.MethodPost, favorPath+"/"+id+"/start", body, nil)
		wg.Go(func() {
			if answer, err := c.send(r); err != nil || answer.status != http.StatusOK {
				t.Errorf("start %d: %v %v", i, answer, err)
			}
		})
	}
	wg.Wait()
	if entries := movements(t, server, id); len(entries) != 1 {
		t.Fatalf("the ledger has %v", entries)
	}
	if got := server.Journal().Count("favor.start"); got.Committed != 1 || got.ByStatus[200] != 20 {
		t.Fatalf("counted %+v", got)
	}
}

func TestStocksStartedAtOnceShareOneBalance(t *testing.T) {
	server := startWith(t, "favor.balance", "150000")
	c := newClient(t, server, mchid)
	body := encode(map[string]any{"stock_creator_mchid": mchid})
	var wg sync.WaitGroup
	for range 10 {
		r := c.request(http.MethodPost, favorPath+"/"+c.createFavor()+"/start", body, nil)
		wg.Go(func() { _, _ = c.send(r) })
	}
	wg.Wait()
	if got := server.Journal().Count("favor.start"); got.Committed != 3 || got.ByStatus[403] != 7 {
		t.Fatalf("counted %+v", got)
	}
	if balance, locked := money(t, server); balance != float64(0) || locked != float64(3*favorBudget) {
		t.Fatalf("balance %v, locked %v", balance, locked)
	}
}

func TestAStartWhoseReplyIsLostIsInTheLedgerAndTheJournal(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	id := c.createFavor()
	addFault(t, server, faults.Rule{Match: faults.Match{Operation: "favor.start"}, Action: faults.CommitThenReset})
	if r, err := c.send(c.request(http.MethodPost, favorPath+"/"+id+"/start", encode(map[string]any{"stock_creator_mchid": mchid}), nil)); err == nil {
		t.Fatalf("answered %d %s", r.status, r.body)
	}
	if r := c.favorStep(id, "start"); r.status != http.StatusOK {
		t.Fatalf("again: %d %s", r.status, r.body)
	}
	entries := movements(t, server, id)
	lost := control(t, server, http.MethodGet, "/_sim/requests?operation=favor.start", nil).at(t, "data", "0", "requestId")
	if len(entries) != 1 || entries[0].(map[string]any)["requestId"] != lost {
		t.Fatalf("the ledger has %v, the lost call is %v", entries, lost)
	}
}

func TestLockedMoneyMayReturnWhenAStockEnds(t *testing.T) {
	server := startWith(t, "favor.balance", "100000")
	c := newClient(t, server, mchid)
	id := c.createFavor()
	c.favorStep(id, "start")
	control(t, server, http.MethodPatch, "/_sim/favor/stocks/"+id, map[string]any{"distributedCoupons": 10})
	server.Clock().Advance(40 * 24 * time.Hour)
	if balance, locked := money(t, server); balance != float64(50_000) || locked != float64(favorBudget) {
		t.Fatalf("never: balance %v, locked %v", balance, locked)
	}
	put(t, server, "favor.unlock", "atEnd")
	for range 2 {
		if balance, locked := money(t, server); balance != float64(95_000) || locked != float64(5_000) {
			t.Fatalf("atEnd: balance %v, locked %v", balance, locked)
		}
	}
	entries := movements(t, server, id)
	if last := entries[len(entries)-1].(map[string]any); len(entries) != 2 || last["kind"] != "unlock" || last["fen"] != float64(45_000) || last["operation"] != "end" {
		t.Fatalf("the ledger has %v", entries)
	}
	server.Clock().Advance(-40 * 24 * time.Hour)
	if got := c.favorDetail(id).at(t, "status"); got != "stoped" {
		t.Fatalf("with its money returned and the clock moved back the stock is %v", got)
	}
}
