package e2e

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func TestTwoManagersAtOnceNeverGoBeyondAnAccountsCeilingAndPayEachStockOnce(t *testing.T) {
	t.Parallel()
	const stocks, affordable = 50, 30
	p := &pair{world: newWorld(t)}
	p.limit(0)
	p.startBoth("--stock-registration=0s")
	var manifests []string
	for i := range stocks {
		manifests = append(manifests, p.stockManifest(stock{Name: fmt.Sprintf("stock-%02d", i)}))
	}
	p.mustApply(strings.Join(manifests, "---\n"))
	p.waitForReadies(stocks, func(ready map[string]int) bool { return ready["False BudgetLimitExceeded"] == stocks })
	p.checkLocks(stocks, 0)

	p.limit(affordable) // both find that all of them fit, at the same moment
	for i := range 2 {
		p.waitForLocks(1 + 2*i)
		p.managers[i].kill()
		p.startBoth("--stock-registration=0s")
	}
	p.waitForReadies(stocks, func(ready map[string]int) bool {
		return ready["True Running"]+ready["False BudgetLimitExceeded"] == stocks
	})
	p.checkLocks(stocks, affordable)

	p.managers[1].kill() // what saw the other's has stepped back, and comes again in its own time: now
	p.askForLooks()
	p.waitForReadies(stocks, func(ready map[string]int) bool {
		return ready["True Running"] == affordable && ready["False BudgetLimitExceeded"] == stocks-affordable
	})
	p.waitForStockSweeps(2)
	p.checkLocks(stocks, affordable)

	p.startBoth("--stock-registration=0s")
	p.limit(stocks)
	p.waitForLocks(affordable + 5)
	p.managers[0].kill()
	p.startBoth("--stock-registration=0s")
	p.waitForReadies(stocks, func(ready map[string]int) bool { return ready["True Running"] == stocks })
	p.waitForStockSweeps(2)
	p.checkLocks(stocks, stocks)
	var ids []string
	for _, s := range p.allStocks() {
		ids = append(ids, s.Status.StockID)
	}
	p.checkLedger(ids...)
}

// limit lets so many of the tests' usual stocks be active.
func (w *world) limit(stocks int) {
	w.t.Helper()
	w.kubectl("patch", "wxm", "wechatpay", "-n", w.namespace, "--type=merge", "-p",
		fmt.Sprintf(`{"spec":{"limits":{"maxActiveYuan":"%d.00"}}}`, stocks*stockBudget/100))
}

// allStocks are the world's CouponStocks.
func (w *world) allStocks() []v1alpha1.CouponStock {
	w.t.Helper()
	list := &v1alpha1.CouponStockList{}
	if err := w.client.List(w.t.Context(), list, client.InNamespace(w.namespace)); err != nil {
		w.t.Fatal(err)
	}
	return list.Items
}

// askForLooks asks for a look at every stock now.
func (w *world) askForLooks() {
	w.t.Helper()
	w.kubectl("annotate", "cst", "--all", "-n", w.namespace, "--overwrite", v1alpha1.AnnotationReconcileRequestedAt+"="+strconv.FormatInt(time.Now().UnixNano(), 10))
}

// waitForReadies waits until the Ready conditions of all stocks, counted, are as wanted.
func (w *world) waitForReadies(stocks int, wanted func(ready map[string]int) bool) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("all of %d stocks are as wanted", stocks), func() error {
		ready := map[string]int{}
		for _, s := range w.allStocks() {
			ready[condition(s.Status.Conditions, v1alpha1.ConditionReady)]++
		}
		if !wanted(ready) {
			return fmt.Errorf("%v", ready)
		}
		return nil
	})
}

// waitForLocks waits until so many budgets are locked.
func (w *world) waitForLocks(count int) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("%d budgets are locked", count), func() error {
		if locks := len(w.ledger()); locks < count {
			return fmt.Errorf("%d are", locks)
		}
		return nil
	})
}

// checkLocks checks that there is one stock for each manifest, and that no more budgets were ever locked than the account's limit lets be.
// Nothing gives a budget back, so how many are locked now is the most that ever were.
func (w *world) checkLocks(stocks, affordable int) {
	w.t.Helper()
	numbers := map[string]bool{}
	made := w.stocks()
	for _, s := range made {
		numbers[s.OutRequestNo] = true
	}
	if len(made) != stocks || len(numbers) != stocks {
		w.t.Errorf("%d stocks under %d numbers, want %d", len(made), len(numbers), stocks)
	}
	var locked int64
	movements := w.ledger()
	for _, m := range movements {
		locked += m.Fen
	}
	w.t.Logf("%d budgets are locked, %d fen", len(movements), locked)
	if locked > int64(affordable)*stockBudget {
		w.t.Errorf("%d fen are locked, and the account lets %d be", locked, affordable*stockBudget)
	}
}
