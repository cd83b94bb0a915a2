package e2e

import (
	"fmt"
	"testing"
)

func TestACouponStockAppliedWithKubectlIsMadeActivatedAndPaidOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startStockManager()
	w.applyStock(stock{Name: "autumn", Lines: []string{`budgetYuan: "1000.00"`}})
	w.kubectl("wait", "--for=condition=Ready", "cst/autumn", "-n", w.namespace, "--timeout=40s")
	got := w.waitForStock("autumn", "Ready", "True Running")
	stocks := w.stocks()
	if made := stocks[got.Status.StockID]; len(stocks) != 1 || made.OutRequestNo != got.Status.Request.Number || made.Status != "running" {
		t.Errorf("the status says %s under %s, the vendor has %+v", got.Status.StockID, got.Status.Request.Number, stocks)
	}
	w.checkLedger(got.Status.StockID)
	writes := w.campaignWrites("autumn")
	if len(writes) != 3 {
		t.Errorf("it cost %d writes, want the intent, the id with the next call's intent, and the record: %v", len(writes), writes)
	}
	w.waitForStockSweeps(2)
	if now := w.campaignWrites("autumn"); len(now) > len(writes) {
		t.Errorf("sweeps that changed nothing caused writes: %v", now[len(writes):])
	}
}

// stockVariants are the vendor's undocumented answers that decide how a crash ends. Some list a new stock late.
var stockVariants = []map[string]string{
	{"replay.differentBody": "sameIdIgnoreBody", "replay.order": "idempotencyBeforeValidation", "list.lag": "4s"},
	{"replay.differentBody": "sameIdIgnoreBody", "replay.order": "validateBeforeIdempotency"},
	{"replay.differentBody": "reject400", "replay.order": "idempotencyBeforeValidation", "favor.startPaused": "sameTime"},
	{"replay.differentBody": "reject400", "replay.order": "validateBeforeIdempotency", "replay.sameBody": "reject", "list.lag": "4s"},
}

// interruptions are what becomes of a call that a manager is killed in: it is answered never, and has had its effect or not.
var interruptions = map[string]string{"unsent": "timeout", "committed": "commitThenHold"}

// stockCalls are the calls of a stock's life: the state that asks for each, and the Ready that it ends in.
var stockCalls = []struct{ operation, state, ready string }{
	{"favor.create", "Inactive", "True Inactive"},
	{"favor.start", "Active", "True Running"},
	{"favor.pause", "Paused", "True Paused"},
	{"favor.restart", "Active", "True Running"},
}

func TestAManagerKilledInAnyCallOfAStocksLifeGoesOnAndPaysOnce(t *testing.T) {
	t.Parallel()
	for i, variant := range stockVariants {
		t.Run(fmt.Sprintf("vendor %d", i), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.setAll(variant)
			w.startStockManager()
			ids := map[string]string{}
			for _, call := range stockCalls {
				w.killIn(call.operation, call.state)
				w.startStockManager()
				for name := range interruptions {
					got := w.waitForStock(name, "Ready", call.ready)
					if known := ids[name]; known != "" && known != got.Status.StockID {
						t.Errorf("%s: %s was %s, is %s", call.operation, name, known, got.Status.StockID)
					}
					ids[name] = got.Status.StockID
				}
				w.waitForStockSweeps(2)
				w.checkStocks(call.operation != "favor.create", ids)
			}
		})
	}
}

// killIn has every stock ask for a state, and kills the manager when it is in the call for each that leads there.
func (w *world) killIn(operation, state string) {
	w.t.Helper()
	for name, action := range interruptions {
		rule := w.fault(map[string]any{"match": map[string]any{"operation": operation}, "action": action})
		if operation == "favor.create" {
			w.applyStock(stock{Name: name, State: state})
		} else {
			w.setStock(state, name)
		}
		w.struck(rule)
	}
	w.manager.kill()
	w.sim.call("DELETE", "/_sim/faults", nil, nil)
}

// checkStocks checks that these stocks, and no others, exist at the vendor, and that each has locked its budget once if it was started.
func (w *world) checkStocks(started bool, ids map[string]string) {
	w.t.Helper()
	stocks := w.stocks()
	if len(stocks) != len(ids) {
		w.t.Errorf("%d stocks at the vendor, want %d: %+v", len(stocks), len(ids), stocks)
	}
	var locked []string
	for name, id := range ids {
		if stocks[id].OutRequestNo != w.getStock(name).Status.Request.Number {
			w.t.Errorf("%s is %s, the vendor has %+v", name, id, stocks)
		}
		if started {
			locked = append(locked, id)
		}
	}
	w.checkLedger(locked...)
}
