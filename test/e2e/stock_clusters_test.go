package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// lostStock is a stock of a cluster that is lost: how far it came there, and its Ready in the next one.
type lostStock struct {
	stock
	before, after string
}

// lostStocks are stocks in every state that a cluster can leave them in. The begun ones begin while the first cluster is there.
func lostStocks() map[string]lostStock {
	begin := soon()
	stocks := map[string]lostStock{}
	for _, s := range []lostStock{
		{stock{Name: "inactive", State: "Inactive"}, "True Inactive", "True Inactive"},
		{stock{Name: "running", State: "Active"}, "True Running", "True Running"},
		{stock{Name: "paused", State: "Paused"}, "True Paused", "True Paused"},
		{stock{Name: "begun-inactive", State: "Inactive", Begin: begin}, "True BeginsInactive", "True BeginsInactive"},
		{stock{Name: "begun-running", State: "Active", Begin: begin}, "True Running", "True Running"},
		{stock{Name: "begun-paused", State: "Paused", Begin: begin}, "True Paused", "True Paused"},
		{stock{Name: "ended", State: "Active", Begin: begin, End: begin.Add(time.Second)}, "True Ended", "True EndedBeforeApplied"},
	} {
		stocks[s.Name] = s
	}
	return stocks
}

func TestANewClusterFindsTheSameStocksInWhateverStateTheyWere(t *testing.T) {
	t.Parallel()
	for i, variant := range []map[string]string{stockVariants[1], stockVariants[3]} {
		t.Run(fmt.Sprintf("vendor %d", i), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.setAll(variant)
			w.startStockManager()
			lost := lostStocks()
			ids, manifests := w.haveLived(lost)
			calls := w.stockChanges()
			for name := range lost { // a status is lost
				w.kubectl("patch", "cst", name, "-n", w.namespace, "--subresource=status", "--type=merge", "-p", `{"status":null}`)
			}
			w.areTheSame(lost, ids, func(s lostStock) string { return s.before })
			w.manager.kill()

			next := w.in(otherCluster(t)) // the cluster is lost
			next.startStockManager()
			next.mustApply(strings.Join(manifests, "---\n"))
			next.areTheSame(lost, ids, func(s lostStock) string { return s.after })
			if now := w.stockChanges(); now != calls {
				t.Errorf("%d calls were sent to find what was there", now-calls)
			}
			next.setStock("Active", "paused") // and it goes on from here
			next.waitForStock("paused", "Ready", "True Running")
			next.checkLedger(ids["running"], ids["paused"], ids["begun-running"], ids["begun-paused"], ids["ended"])
		})
	}
}

// haveLived applies stocks and brings each as far as it is to be, and returns their ids and manifests.
func (w *world) haveLived(lost map[string]lostStock) (ids map[string]string, manifests []string) {
	w.t.Helper()
	ids = map[string]string{}
	for _, s := range lost {
		manifest := w.stockManifest(s.stock)
		manifests = append(manifests, manifest)
		if s.State == "Paused" { // it can only be paused once it runs
			manifest = strings.Replace(manifest, "state: Paused", "state: Active", 1)
		}
		w.mustApply(manifest)
	}
	for name, s := range lost {
		if s.State == "Paused" {
			w.waitForStock(name, "Ready", "True Running")
			w.setStock("Paused", name)
		}
	}
	w.waitUntilBegun(lost["begun-running"].Begin)
	for name, s := range lost {
		ids[name] = w.waitForStock(name, "Ready", s.before).Status.StockID
	}
	return ids, manifests
}

// areTheSame waits until all stocks are recorded again as wanted, and checks that they have their ids and are all that there is.
func (w *world) areTheSame(lost map[string]lostStock, ids map[string]string, ready func(lostStock) string) {
	w.t.Helper()
	for name, s := range lost {
		if got := w.waitForStock(name, "Ready", ready(s)); got.Status.StockID != ids[name] || got.Status.Creation != v1alpha1.CreationConfirmed {
			w.t.Errorf("%s was %s, is %s (%s)", name, ids[name], got.Status.StockID, got.Status.Creation)
		}
	}
	if stocks := w.stocks(); len(stocks) != len(ids) {
		w.t.Errorf("%d stocks at the vendor, want %d: %+v", len(stocks), len(ids), stocks)
	}
}

// stockChanges counts the calls that changed a stock, or tried to.
func (w *world) stockChanges() int {
	w.t.Helper()
	return w.called("favor.create", "favor.start", "favor.pause", "favor.restart", "favor.stop")
}

// called is how often operations were called in all.
func (w *world) called(operations ...string) int {
	w.t.Helper()
	counters, count := w.counters(), 0
	for _, operation := range operations {
		count += counters[operation]
	}
	return count
}

func TestANewClusterThatFindsTwoEqualStocksTakesNoneUntilItIsToldWhich(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startStockManager()
	s := stock{Name: "copied", Begin: time.Now().Add(48 * time.Hour)}
	w.applyStock(s)
	id := w.waitForStock("copied", "Ready", "True Running").Status.StockID
	twin := w.console(id, "copy").StockID
	w.waitForStockSweeps(2)
	w.waitForStock("copied", "Ready", "True Running") // what is recorded is not in doubt
	w.manager.kill()

	next := w.in(otherCluster(t))
	next.startStockManager()
	next.applyStock(s)
	next.stopsAtBoth("copied", id, twin)
	next.waitForStockSweeps(2)
	if creates := w.called("favor.create"); creates != 1 {
		t.Errorf("%d create calls, want the one of the first cluster", creates)
	}
	s.Lines = []string{fmt.Sprintf("adopt: {stockId: %q}", id)}
	next.applyStock(s)
	if got := next.waitForStock("copied", "Ready", "True Running"); got.Status.StockID != id {
		t.Errorf("told to take %s, it took %s", id, got.Status.StockID)
	}
	next.checkLedger(id)
}

// stopsAtBoth waits until a stock has stopped at two that look the same, and checks that it names both.
func (w *world) stopsAtBoth(name string, ids ...string) {
	w.t.Helper()
	got := w.waitForStock(name, "Stalled", "True LooksLikeExisting")
	for _, word := range append(ids, "spec.adopt.stockId") {
		if message := readyMessage(got); !strings.Contains(message, word) {
			w.t.Errorf("the way out does not name %s: %s", word, message)
		}
	}
	if got.Status.StockID != "" {
		w.t.Errorf("it took %s", got.Status.StockID)
	}
}
