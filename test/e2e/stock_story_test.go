package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func TestAStocksLifeFromADraftToItsDeletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set("favor.settleDelay", "3s")
	w.startStockManager()
	s := stock{Name: "life", State: "Draft", Begin: time.Now().Add(48 * time.Hour)}
	w.applyStock(s)
	w.planned("life")
	if made := w.stocks(); len(made) > 0 {
		t.Fatalf("a draft made %+v", made)
	}

	w.setStock("Inactive", "life")
	got := w.waitForStock("life", "Ready", "True Inactive")
	created, id := time.Now(), got.Status.StockID
	if got.Status.StockStatus != "unactivated" || got.Status.BudgetYuan != "1000.00" || got.Status.Plan != nil {
		t.Errorf("status %+v", got.Status)
	}
	w.checkLedger()

	w.setStock("Active", "life")
	w.waitForStock("life", "Reconciling", "True Registering")
	w.waitUntilBegun(created.Add(3 * time.Second)) // registered
	w.askForLooks()
	w.waitForStock("life", "Ready", "True Running")
	w.checkLedger(id)

	w.pausedElsewhere("life", id)

	w.setStock("Paused", "life")
	w.waitForStock("life", "Ready", "True Paused")
	w.setStock("Active", "life")
	w.waitForStock("life", "Ready", "True Running")
	w.setStock("Inactive", "life")
	w.waitForStock("life", "Stalled", "True CannotDeactivate")
	if status := w.stocks()[id].Status; status != "paused" {
		t.Errorf("it cannot be deactivated, and is %s", status)
	}
	w.setStock("Active", "life")
	w.waitForStock("life", "Ready", "True Running")

	w.kubectl("patch", "cst", "life", "-n", w.namespace, "--type=merge", "-p", `{"spec":{"deletionPolicy":"Pause"}}`)
	w.waitForStock("life", "Ready", "True Running")
	w.kubectl("delete", "cst", "life", "-n", w.namespace, "--timeout=40s")
	if status := w.stocks()[id].Status; status != "paused" {
		t.Errorf("its resource was deleted with deletionPolicy Pause, and it is %s", status)
	}
	w.checkLedger(id)
	if calls := w.called("favor.create", "favor.start"); calls != 3 {
		t.Errorf("%d calls created and activated it, want one and, with the one that came too early, two", calls)
	}
}

// planned waits until a draft says what it would do, and checks that it says what money that commits.
func (w *world) planned(name string) {
	w.t.Helper()
	plan := w.waitForStock(name, "Ready", "True Draft").Status.Plan
	if plan == nil || len(plan.Calls) == 0 || plan.Calls[0].Operation != "create" || !strings.Contains(plan.Commits, "1000.00 yuan are locked") || len(plan.Irreversible) == 0 {
		w.t.Errorf("plan %+v", plan)
	}
}

// pausedElsewhere has a running stock paused in the console, and checks that it stays so until its manifest is edited.
func (w *world) pausedElsewhere(name, id string) {
	w.t.Helper()
	w.console(id, "pause")
	w.waitForStock(name, "Stalled", "True PausedElsewhere")
	w.waitForStockSweeps(2)
	w.askForLooks()
	w.waitForStockSweeps(2)
	w.waitForStock(name, "Stalled", "True PausedElsewhere")
	if restarts := w.counter("favor.restart"); restarts != 0 {
		w.t.Errorf("it was restarted %d times", restarts)
	}
	w.kubectl("patch", "cst", name, "-n", w.namespace, "--type=merge", "-p", `{"spec":{"budgetYuan":"1000.00"}}`)
	w.waitForStock(name, "Ready", "True Running")
}

func TestAStockThatTheBalanceDoesNotCoverWaitsForMoney(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.balance(stockBudget - 1)
	w.startStockManager()
	w.applyStock(stock{Name: "poor"})
	got := w.waitForStock("poor", "Stalled", "True FundsInsufficient")
	if message := readyMessage(got); !strings.Contains(message, "NOT_ENOUGH") {
		t.Errorf("the gateway's word is not told: %s", message)
	}
	w.checkLedger()
	w.balance(stockBudget)
	w.askForLooks()
	got = w.waitForStock("poor", "Ready", "True Running")
	w.checkLedger(got.Status.StockID)
}

// balance sets what the merchant can still lock, in fen.
func (w *world) balance(fen int) {
	w.t.Helper()
	w.sim.call("PUT", "/_sim/balances/"+w.sim.mchid, map[string]int{"balance": fen}, nil)
}

func TestAStockAboveAnAccountsLimitSaysByHowMuchAndGoesOnWhenItIsRaised(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.limit(1)
	w.startStockManager()
	w.applyStock(stock{Name: "first"})
	first := w.waitForStock("first", "Ready", "True Running")
	w.applyStock(stock{Name: "second", Coupons: 150})
	got := w.waitForStock("second", "Stalled", "True BudgetLimitExceeded")
	if message := readyMessage(got); !strings.Contains(message, "passed by 1500.00") {
		t.Errorf("it does not say by how much: %s", message)
	}
	w.checkLedger(first.Status.StockID)
	w.limit(3)
	w.waitForStock("second", "Ready", "True Running")
	w.checkLedger(first.Status.StockID, got.Status.StockID)
}

func TestAStockUnderReviewIsActivatedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setAll(map[string]string{"favor.audit": "delay", "favor.auditDelay": "3s"})
	w.startStockManager()
	w.applyStock(stock{Name: "reviewed"})
	if got := w.waitForStock("reviewed", "Reconciling", "True UnderReview"); got.Status.StockStatus != "audit" {
		t.Errorf("status %+v", got.Status)
	}
	got := w.waitForStock("reviewed", "Ready", "True Running")
	w.checkLedger(got.Status.StockID)
	if starts := w.counter("favor.start"); starts != 1 {
		t.Errorf("it was activated %d times", starts)
	}
}

func TestTheBrakePausesWhatRunsAndItsReleaseHasItGoOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startStockManager()
	w.applyStock(stock{Name: "running"})
	w.applyStock(stock{Name: "inactive", State: "Inactive"})
	id := w.waitForStock("running", "Ready", "True Running").Status.StockID
	w.waitForStock("inactive", "Ready", "True Inactive")
	w.brake("Pause")
	w.waitForStock("running", "Stalled", "True AccountBraked")
	if status := w.stocks()[id].Status; status != "paused" {
		t.Errorf("with the brake at Pause it is %s", status)
	}
	w.setStock("Active", "inactive")
	w.waitForStock("inactive", "Stalled", "True AccountBraked")
	w.checkLedger(id)
	w.waitForStockSweeps(2)
	if calls := w.called("favor.start", "favor.restart"); calls != 1 {
		t.Errorf("%d calls activated something, want the one before the brake", calls)
	}
	w.brake("Off")
	w.waitForStock("running", "Ready", "True Running")
	other := w.waitForStock("inactive", "Ready", "True Running")
	w.checkLedger(id, other.Status.StockID)
}

func TestTheCountOfCouponsIsWrittenAtThresholdsAndRarelyInBetween(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startStockManager()
	w.applyStock(stock{Name: "counted"})
	id := w.waitForStock("counted", "Ready", "True Running").Status.StockID
	w.waitForSent("counted", 0)
	w.sent(id, 1) // per cent
	w.waitForSent("counted", 1)
	before := w.campaignWrites("counted")
	for _, count := range []int{7, 30, 49} {
		w.sent(id, count)
		w.waitForStockSweeps(2)
	}
	w.isSteady("counted", before)
	w.sent(id, 50)
	w.waitForSent("counted", 50)
	w.sent(id, 60)
	w.manager.stop()

	w.startStockManager("--count-interval=1s")
	w.waitForSent("counted", 60)
	before = w.campaignWrites("counted")
	w.waitForStockSweeps(3)
	w.isSteady("counted", before)
}

// sent has so many coupons of a stock be given out.
func (w *world) sent(id string, count int) {
	w.t.Helper()
	w.sim.call("PATCH", "/_sim/favor/stocks/"+id, map[string]int{"distributedCoupons": count}, nil)
}

// waitForSent waits until a stock's status says how many coupons were given out.
func (w *world) waitForSent(name string, count int64) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("%d coupons of %s are told", count, name), func() error {
		want := v1alpha1.DistributionRecord{Summary: fmt.Sprintf("%d/100", count), Sent: count, Total: 100}
		got := w.getStock(name).Status.Distribution
		if got == nil || got.Summary != want.Summary || got.Sent != want.Sent || got.Total != want.Total {
			return fmt.Errorf("%+v", got)
		}
		return nil
	})
}

// isSteady checks that a campaign was not written since.
func (w *world) isSteady(name string, before []string) {
	w.t.Helper()
	if now := w.campaignWrites(name); len(now) > len(before) {
		w.t.Errorf("nothing that is worth one caused writes: %v", now[len(before):])
	}
}

func TestASettledFleetOfStocksIsSilentOverARestart(t *testing.T) {
	t.Parallel()
	const stocks = 12 // more than a page of the list
	w := newWorld(t)
	w.startStockManager()
	var manifests []string
	for i := range stocks {
		manifests = append(manifests, w.stockManifest(stock{Name: fmt.Sprintf("stock-%02d", i)}))
	}
	w.mustApply(strings.Join(manifests, "---\n"))
	w.waitForReadies(stocks, func(ready map[string]int) bool { return ready["True Running"] == stocks })
	w.waitForCounted(v1alpha1.StateRunning, stocks)
	w.waitForAccountStatus("the account has added up its active money", func(m *v1alpha1.WeChatPayMerchant) bool {
		return m.Status.ActiveMoney != nil && m.Status.ActiveMoney.Yuan == fmt.Sprintf("%d.00", stocks*stockBudget/100)
	})
	w.waitForStockSweeps(2)
	writes, calls := w.writes(), w.counters()
	w.waitForStockSweeps(2)
	w.manager.stop()
	w.startStockManager()
	w.waitForStockSweeps(2)
	if now := w.writes(); len(now) > len(writes) {
		t.Errorf("it made writes: %v", now[len(writes):])
	}
	for operation, n := range w.counters() {
		if n > calls[operation] && accountCalls[operation] == never {
			t.Errorf("%d calls of %s", n-calls[operation], operation)
		}
	}
}
