package e2e

import (
	"encoding/json"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/controllers"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/requestno"
)

// A stock that began long ago can be asked for by its number: the create call can only return the first id or be refused.
func TestAStockThatBeganLongAgoIsAskedForByItsNumberAndNeverMadeAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		switches map[string]string
		existed  bool
		// copied is whether there is another one like it, told whether the number tells which is which.
		copied, told bool
	}{
		"listed late":                    {map[string]string{"list.lag": "24h"}, true, false, true},
		"copied, and the number tells":   {nil, true, true, true},
		"copied, and nothing tells":      {map[string]string{"replay.order": "validateBeforeIdempotency"}, true, true, false},
		"copied, and numbers are unique": {map[string]string{"replay.sameBody": "reject"}, true, true, false},
		"never made":                     {nil, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.setAll(c.switches)
			manifest := w.stockManifest(stock{Name: "old", Begin: time.Now().Add(-time.Hour)})
			var ids []string
			if c.existed {
				w.sim.call("POST", "/_sim/clock", map[string]string{"advance": "-2h"}, nil) // before its begin
				ids = append(ids, w.makeInConsole(manifest))
				w.console(ids[0], "start")
				w.sim.call("POST", "/_sim/clock", map[string]bool{"reset": true}, nil)
			}
			if c.copied {
				ids = append(ids, w.console(ids[0], "copy").StockID)
			}
			w.startStockManager()
			w.mustApply(manifest)
			switch {
			case c.told:
				if got := w.waitForStock("old", "Ready", "True Running"); got.Status.StockID != ids[0] {
					t.Errorf("%s was made for it, it took %s", ids[0], got.Status.StockID)
				}
			case c.existed:
				w.stopsAtBoth("old", ids...)
			default:
				w.waitForStock("old", "Stalled", "True BeginPassed")
			}
			w.waitForStockSweeps(2)
			if stocks, creates := w.stocks(), w.counter("favor.create"); len(stocks) != len(ids) || creates != 1 {
				t.Errorf("%d stocks after %d create calls, want %d after one", len(stocks), creates, len(ids))
			}
			w.checkLedger(ids[:min(len(ids), 1)]...)
		})
	}
}

// makeInConsole makes the stock that a manifest's create call would have made, and returns its id.
func (w *world) makeInConsole(manifest string) string {
	w.t.Helper()
	c := &v1alpha1.CouponStock{}
	if err := yaml.Unmarshal([]byte(manifest), c); err != nil {
		w.t.Fatal(err)
	}
	number := requestno.For(requestno.Input{
		Environment: "rehearsal", Account: w.sim.mchid, Kind: "CouponStock", Namespace: c.Namespace, Name: c.Name, Revision: 1,
	})
	request, err := controllers.CouponStockKind{}.Request(c, engine.Sender{Number: number, Account: w.sim.mchid})
	if err != nil {
		w.t.Fatal(err)
	}
	var made remoteStock
	w.sim.call("POST", "/_sim/favor/stocks?mchid="+w.sim.mchid, json.RawMessage(request.Body), &made)
	return made.StockID
}
