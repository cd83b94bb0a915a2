package engine

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// atMost fails the test when a stretch costs more calls an hour than that, or more writes; sweeps do not count.
func (w *world) atMost(anHour int, do func()) {
	w.t.Helper()
	cost := func() (calls int) {
		w.vendor.now(func(v *vendor) {
			for op, n := range v.calls {
				if op != providers.OperationList {
					calls += n
				}
			}
		})
		return calls
	}
	began, calls, writes := w.clock.Now(), cost(), w.writes
	do()
	hours := w.clock.Since(began).Hours()
	if n, m := cost()-calls, w.writes-writes; float64(n) > float64(anHour)*hours || float64(m) > float64(anHour)*hours {
		w.t.Errorf("%d calls and %d writes in %.0f hours: %v", n, m, hours, w.vendor.calls)
	}
}

// stall is a way into something that stays as it is until somebody acts.
type stall struct {
	of     func(*vendor)
	apply  func(*v1alpha1.PayGiftActivity)
	then   func(*world)
	reason string
}

// run fails the test unless the vendor is asked at most six times an hour meanwhile, also after a restart.
func (s stall) run(t *testing.T) {
	t.Helper()
	inVouchers(t, func(t *testing.T, w *world) {
		s.of(w.vendor)
		w.secrets()
		w.secret("x", "X", 3)
		w.applied(v1alpha1.PayGiftActivityActive, s.apply)
		w.pass(20 * time.Minute)
		s.then(w)
		w.pass(20 * time.Minute)
		for range 2 {
			if is := ready(w.campaign()); is.Reason != s.reason {
				t.Errorf("%s: %s, want %s", is.Reason, is.Message, s.reason)
			}
			w.atMost(6, func() { w.pass(10 * time.Hour) })
			w.restart()
		}
	})
}

func TestWhatWaitsForSomebodyAsksTheVendorAFewTimesAnHour(t *testing.T) {
	nothing, upload := func(*world) {}, func(sources string) func(*v1alpha1.PayGiftActivity) {
		return func(c *v1alpha1.PayGiftActivity) { uploads(c); codes(sources)(c) }
	}
	more := func(w *world) { w.amend(codes("a=1200,b=900")) }
	usual := func(*vendor) {}
	for name, stall := range map[string]stall{
		"held with codes to hand over":             {usual, upload("a=1200"), func(w *world) { w.brake(v1alpha1.BrakeHold); more(w) }, v1alpha1.ReasonAccountBraked},
		"beyond the limit with codes to hand over": {usual, upload("a=1200"), func(w *world) { w.limited(maxActive("15.00")); more(w) }, v1alpha1.ReasonBudgetLimitExceeded},
		"a Secret that is not there":               {usual, upload("nowhere=1200"), nothing, v1alpha1.ReasonCodesInvalid},
		"some codes refused":                       {usual, upload("x=3,a=1200"), nothing, v1alpha1.ReasonCodesRefused},
		"all codes refused":                        {usual, upload("x=3"), nothing, v1alpha1.ReasonCodesRefused},
	} {
		t.Run(name, stall.run)
	}
}
