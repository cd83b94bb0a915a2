package engine

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

// door counts the calls that a vendor takes from one address in any minute, and refuses those beyond.
type door struct {
	mu       sync.Mutex
	arrivals []arrival
	refused  int
}

func (d *door) admit(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	now, taken := time.Now(), len(d.arrivals)
	if n := int(creates.Calls); taken >= n && now.Sub(d.arrivals[taken-n].at) < creates.Per {
		d.refused++
		return false
	}
	d.arrivals = append(d.arrivals, arrival{id, now})
	return true
}

// strictStocks makes the rush's vendors ones of stocks; what activates, pauses and restarts them comes through one door.
func (r *rush) strictStocks() {
	doors := map[providers.Operation]*door{providers.OperationStart: {}, providers.OperationPause: {}, providers.OperationRestart: {}}
	for _, vendor := range r.vendors {
		vendor.stocks, vendor.doors = newStocks(), doors
	}
}

// Do implements providers.Activities.
func (v *strictVendor) Do(ctx context.Context, m providers.Mutation) (providers.Receipt, error) {
	v.travel()
	if door := v.doors[m.Operation]; door != nil && !door.admit(m.ID) {
		failure := *throttled.err
		failure.Operation = m.Operation
		return providers.Receipt{}, &failure
	}
	v.clock.SetTime(time.Now())
	return v.vendor.Do(ctx, m)
}

// demands edits the state that a manifest asks for.
func (r *rush) demands(name string, state v1alpha1.PayGiftActivityDesiredState) {
	c := r.campaign(name)
	c.Spec.State = state
	c.Generation++
	if err := r.api.Update(context.Background(), c); err != nil {
		r.t.Fatal(err)
	}
	r.enqueue(c)
}

// stocked makes so many inactive stocks of two merchants, in turn.
func (r *rush) stocked(n int) (names []string) {
	for i := range n {
		account, name := []types.NamespacedName{ours, theirs}[i%2], fmt.Sprintf("stock-%03d", i)
		r.applyState(account, name, 72*time.Hour, stockInactive)
		names = append(names, name)
	}
	r.pass(time.Duration(n)*time.Second + 2*time.Minute)
	return names
}

func (r *rush) locked() (n int) {
	for _, vendor := range r.vendors {
		n += len(vendor.stocks.locks)
	}
	return n
}

func TestAHundredActivationsFromOneAddressTakeHardlyLongerThanItsQuotaAsksAndAPauseGoesAtOnce(t *testing.T) {
	const stocks = 100
	inRushOf(t, stockKind{}, quota.Defaults(), func(t *testing.T, r *rush) {
		names := r.stocked(stocks + 1)
		runs := names[stocks]
		r.demands(runs, stockActive)
		r.pass(2 * time.Minute)
		starts, pauses := r.vendors[ours].doors[providers.OperationStart], r.vendors[ours].doors[providers.OperationPause]
		if len(starts.arrivals) != 1 {
			t.Fatalf("%d activations of one stock", len(starts.arrivals))
		}
		for _, name := range names[:stocks] {
			r.demands(name, stockActive)
		}
		r.pass(40 * time.Second)
		asked := time.Now()
		r.demands(runs, stockPaused)
		r.pass(5 * time.Minute)

		if len(starts.arrivals) != stocks+1 || starts.refused != 0 || pauses.refused != 0 || r.locked() != stocks+1 {
			t.Fatalf("%d activations, %d and %d refused, %d locked", len(starts.arrivals), starts.refused, pauses.refused, r.locked())
		}
		if took := starts.arrivals[stocks].at.Sub(starts.arrivals[1].at); took > floor(stocks)*103/100 {
			t.Errorf("%d activations took %s, want 3 %% more than %s at most", stocks, took, floor(stocks))
		}
		if len(pauses.arrivals) != 1 || pauses.arrivals[0].at.Sub(asked) > 2*time.Second {
			t.Errorf("the pause went %v, asked for at %s", pauses.arrivals, asked)
		}
		for _, name := range names[:stocks] {
			if reason := ready(r.campaign(name)).Reason; reason != v1alpha1.ReasonRunning {
				t.Errorf("%s is %s", name, reason)
			}
		}
	})
}

func TestManyWorkersAtOnceNeverActivateMoreThanTheCeiling(t *testing.T) {
	const stocks, fit = 60, 10 // of each merchant
	unpaced := quota.Limits{}
	inRushOf(t, stockKind{}, unpaced, func(t *testing.T, r *rush) {
		r.limits.Store(&accounts.Limits{MaxActiveYuan: "10.00"})
		names := r.stocked(2 * stocks)
		for _, name := range names {
			r.demands(name, stockActive)
		}
		r.pass(2 * time.Minute)
		r.stop()
		r.start() // who remembers nothing keeps it too
		r.pass(2 * time.Minute)
		for key, vendor := range r.vendors {
			if n := len(vendor.stocks.locks); n != fit {
				t.Errorf("%d stocks of %s are activated, %d fit", n, key.Name, fit)
			}
		}
		reasons := map[string]int{}
		for _, name := range names {
			reasons[ready(r.campaign(name)).Reason]++
		}
		if reasons[v1alpha1.ReasonRunning] != 2*fit || reasons[v1alpha1.ReasonBudgetLimitExceeded] != 2*(stocks-fit) {
			t.Errorf("they say %v", reasons)
		}
		r.limits.Store(&accounts.Limits{MaxActiveYuan: "60.00"})
		r.pass(3 * time.Minute)
		if n := r.locked(); n != 2*stocks {
			t.Errorf("%d are activated after the ceiling was raised", n)
		}
	})
}
