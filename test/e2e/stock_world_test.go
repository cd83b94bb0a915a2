package e2e

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"text/template"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// stock is what a test's CouponStock says; the zero value of a field takes the usual one.
type stock struct {
	Name, State, Title string
	Begin, End         time.Time
	// Coupons of 10 yuan each.
	Coupons int
	// Lines are more lines of the spec.
	Lines []string
}

// stockValue is what a test's coupon is worth, in fen.
const stockValue = 1000

// stockBudget is what a test's usual stock costs, in fen.
const stockBudget = 100 * stockValue

var stockTemplate = template.Must(template.New("").Parse(`apiVersion: campaign-operator.io/v1alpha1
kind: CouponStock
metadata: {name: {{.Name}}, namespace: {{.Namespace}}}
spec:
  merchantRef: {name: wechatpay}
  state: {{.State}}
{{- range .Lines}}
  {{.}}
{{- end}}
  stockName: {{.Title}}
  availableBeginTime: "{{.Begin.Format "2006-01-02T15:04:05Z07:00"}}"
  availableEndTime: "{{.End.Format "2006-01-02T15:04:05Z07:00"}}"
  stockUseRule: {maxCoupons: {{.Coupons}}, maxCouponsPerUser: 1, naturalPersonLimit: true, preventApiAbuse: true}
  couponUseRule:
    fixedNormalCoupon: {couponAmount: {{.Value}}, transactionMinimum: 10000}
    availableMerchants: ["{{.Merchant}}"]
  noCash: false
`))

// stockManifest renders a stock.
func (w *world) stockManifest(s stock) string {
	w.t.Helper()
	if s.State == "" {
		s.State = "Active"
	}
	if s.Title == "" {
		s.Title = fmt.Sprintf("满百减十%04x", crc32.ChecksumIEEE([]byte(s.Name))&0xffff) // no two are twins
	}
	if s.Begin.IsZero() {
		s.Begin = time.Now().Add(48 * time.Hour)
	}
	if s.End.IsZero() {
		s.End = s.Begin.Add(30 * 24 * time.Hour)
	}
	if s.Coupons == 0 {
		s.Coupons = stockBudget / stockValue
	}
	var out bytes.Buffer
	if err := stockTemplate.Execute(&out, struct {
		stock
		Namespace, Merchant string
		Value               int
	}{s, w.namespace, w.sim.mchid, stockValue}); err != nil {
		w.t.Fatal(err)
	}
	return out.String()
}

// applyStock applies a stock, which the API server has to admit.
func (w *world) applyStock(s stock) {
	w.t.Helper()
	w.mustApply(w.stockManifest(s))
}

// setStock has the stocks' manifests ask for a state, and change nothing else.
func (w *world) setStock(state string, names ...string) {
	w.t.Helper()
	for _, name := range names {
		w.kubectl("patch", "cst", name, "-n", w.namespace, "--type=merge", "-p", fmt.Sprintf(`{"spec":{"state":%q}}`, state))
	}
}

// getStock reads a stock from the API server.
func (w *world) getStock(name string) *v1alpha1.CouponStock {
	w.t.Helper()
	object := &v1alpha1.CouponStock{}
	w.read(name, object)
	return object
}

// waitForStock waits until a stock's condition is as wanted.
func (w *world) waitForStock(name, conditionType, want string) *v1alpha1.CouponStock {
	w.t.Helper()
	return waitForCampaign(w, w.getStock, name, conditionType, want)
}

// startStockManager starts a manager that activates stocks as soon as they exist, and waits until its account works.
func (w *world) startStockManager(args ...string) {
	w.t.Helper()
	w.startReadyManager(append([]string{"--stock-registration=0s"}, args...)...)
}

// remoteStock is a stock as the simulator reports it.
type remoteStock struct {
	StockID      string `json:"stockId"`
	OutRequestNo string `json:"outRequestNo"`
	StockName    string `json:"stockName"`
	Status       string `json:"status"`
	MaxAmount    int64  `json:"maxAmount"`
	Locked       int64  `json:"locked"`
}

// stocks are all stocks of the world's merchant at the vendor, by id.
func (w *world) stocks() map[string]remoteStock {
	w.t.Helper()
	var answer struct {
		Data []remoteStock `json:"data"`
	}
	w.sim.call("GET", "/_sim/activities?kind=favor&mchid="+w.sim.mchid, nil, &answer)
	byID := map[string]remoteStock{}
	for _, s := range answer.Data {
		byID[s.StockID] = s
	}
	return byID
}

// console does something to a stock in the merchant console's place.
func (w *world) console(id, action string) remoteStock {
	w.t.Helper()
	var answer remoteStock
	w.sim.call("POST", "/_sim/favor/stocks/"+id+"/"+action, nil, &answer)
	return answer
}

// movement is an entry of the simulator's ledger.
type movement struct {
	StockID string `json:"stockId"`
	Kind    string `json:"kind"`
	Fen     int64  `json:"fen"`
}

// ledger are the movements of the merchant's money, oldest first.
func (w *world) ledger() []movement {
	w.t.Helper()
	var answer struct {
		Data []movement `json:"data"`
	}
	w.sim.call("GET", "/_sim/ledger?mchid="+w.sim.mchid, nil, &answer)
	return answer.Data
}

// checkLedger checks that the whole budget of these stocks was locked, once each, and no other money was moved.
func (w *world) checkLedger(ids ...string) {
	w.t.Helper()
	locked, budgets := map[string]int64{}, map[string]int64{}
	for _, m := range w.ledger() {
		if _, twice := locked[m.StockID]; twice || m.Kind != "lock" {
			w.t.Errorf("stock %s: %s of %d fen after a lock of %d", m.StockID, m.Kind, m.Fen, locked[m.StockID])
		}
		locked[m.StockID] += m.Fen
	}
	stocks := w.stocks()
	for _, id := range ids {
		budgets[id] = stocks[id].MaxAmount
	}
	for id := range locked {
		if _, meant := budgets[id]; !meant {
			w.t.Errorf("stock %s locked %d fen, which nobody asked for", id, locked[id])
		}
	}
	for id, budget := range budgets {
		if budget == 0 || locked[id] != budget {
			w.t.Errorf("stock %s locked %d fen, its budget is %d", id, locked[id], budget)
		}
	}
}

// waitForStockSweeps waits until the stocks were listed from the first to the last so many times more.
func (w *world) waitForStockSweeps(more int) {
	w.t.Helper()
	const page = 10
	want := w.counter("favor.list") + more*(len(w.stocks())/page+1)
	eventually(w.t, fmt.Sprintf("stocks were listed %d times", want), func() error {
		if now := w.counter("favor.list"); now < want {
			return fmt.Errorf("%d times", now)
		}
		return nil
	})
}
