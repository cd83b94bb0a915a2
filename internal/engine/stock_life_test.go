package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// active runs a test in a world whose stock is activated and has settled.
func active(t *testing.T, test func(t *testing.T, w *world, id string)) {
	t.Helper()
	inStock(t, func(t *testing.T, w *world) {
		w.apply(stockActive)
		w.pass(2 * time.Minute)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		test(t, w, w.campaign().Status.ActivityID)
		w.oneStock()
	})
}

// oneStock fails the test unless there is one stock, whose money was locked once at most.
func (w *world) oneStock() {
	w.t.Helper()
	if n := len(w.vendor.activities); n != 1 {
		w.t.Errorf("%d stocks", n)
	}
	for id, n := range w.vendor.stocks.locks {
		if n != 1 {
			w.t.Errorf("the money of %s was locked %d times", id, n)
		}
	}
}

// warned counts the events with a reason.
func (w *world) warned(reason string) (n int) {
	for _, event := range w.events {
		if strings.HasPrefix(event, "Warning "+reason+" ") {
			n++
		}
	}
	return n
}

func TestAStockIsMadeRegisteredAndActivated(t *testing.T) {
	inStock(t, func(_ *testing.T, w *world) {
		w.apply(stockActive)
		w.costs(tally{writes: 2, create: 1, get: 1}, func() { w.pass(20 * time.Second) })
		w.want(v1alpha1.ReasonRegistering, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
		w.costs(tally{writes: 2, get: 2, start: 1}, func() { w.pass(time.Hour) })
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		w.stride = time.Hour
		w.pass(25 * time.Hour)
		w.want(v1alpha1.ReasonEnded, v1alpha1.StateEnded, v1alpha1.CreationConfirmed)
		w.oneStock()
		if w.vendor.stocks.locks[w.campaign().Status.ActivityID] != 1 || len(w.events) != 0 {
			w.t.Errorf("locked %v, events %q", w.vendor.stocks.locks, w.events)
		}
	})
}

func TestAnActivationThatComesTooEarlyIsTriedAgainInSilence(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.vendor.stocks.registers = 3 * time.Minute
		w.apply(stockActive)
		w.pass(40 * time.Second)
		w.want(v1alpha1.ReasonRegistering, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
		writes, starts := w.writes, w.vendor.count(providers.OperationStart)
		w.pass(2 * time.Minute)
		if n := w.vendor.count(providers.OperationStart) - starts; n < 4 || n > 8 || w.writes != writes {
			t.Errorf("%d activations in two minutes and %d writes; want one about every 20 s and none", n, w.writes-writes)
		}
		w.pass(2 * time.Minute)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		if len(w.events) != 0 {
			t.Errorf("events %q", w.events)
		}
		w.oneStock()
	})
}

func TestARefusedActivationIsNoRegistrationAfterTenMinutes(t *testing.T) {
	inStock(t, func(_ *testing.T, w *world) {
		w.vendor.stocks.registers = 30 * time.Minute
		w.apply(stockActive)
		w.pass(12 * time.Minute)
		w.want(v1alpha1.ReasonWaitingForVendor, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
		w.pass(time.Hour)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		w.oneStock()
	})
}

func TestABalanceThatIsTooLowIsSaidOnceAndTriedAgainSlowly(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.vendor.stocks.balance = 99
		w.applied(stockActive, func(c *v1alpha1.PayGiftActivity) { setTimes(c, noon.Add(72*time.Hour)) })
		w.pass(24 * time.Hour)
		w.want(v1alpha1.ReasonFundsInsufficient, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationStart); n < 8 || n > 20 {
			t.Errorf("%d activations in a day", n)
		}
		if n := w.warned(v1alpha1.ReasonFundsInsufficient); n != 1 || len(w.events) != 1 {
			t.Errorf("%d warnings: %q", n, w.events)
		}
		w.vendor.now(func(v *vendor) { v.stocks.balance = 100 })
		w.annotate("it is topped up")
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		w.oneStock()
	})
}

func TestAReviewIsWaitedFor(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.vendor.stocks.review = 20 * time.Minute
		w.apply(stockActive)
		w.pass(2 * time.Minute)
		w.want(v1alpha1.ReasonUnderReview, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		writes := w.writes
		w.pass(10 * time.Minute)
		if n := w.vendor.count(providers.OperationStart); n != 1 || w.writes != writes {
			t.Errorf("%d activations, %d writes while it is reviewed", n, w.writes-writes)
		}
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		w.oneStock()
	})
}

func TestAStockIsActivatedAtItsTime(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.applied(stockActive, func(c *v1alpha1.PayGiftActivity) {
			c.Spec.AwardSendRule.SendContent = noon.Add(40 * time.Minute).Format(time.RFC3339)
		})
		w.pass(39 * time.Minute)
		w.want(v1alpha1.ReasonActivationAhead, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
		if is := ready(w.campaign()); is.Status != "True" || w.vendor.count(providers.OperationStart) != 0 {
			t.Errorf("%+v, %d activations", is, w.vendor.count(providers.OperationStart))
		}
		w.pass(2 * time.Minute)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		if at := w.vendor.activities[0].activated.Sub(noon); at < 40*time.Minute || at > 41*time.Minute {
			t.Errorf("activated after %s", at)
		}
	})
}

func TestWhatIsNotConfirmedToBeAsTheManifestSaysIsNotActivated(t *testing.T) {
	for name, test := range map[string]struct {
		do     func(w *world)
		reason string
	}{
		"the vendor shows another amount": {func(w *world) { w.vendor.now(func(v *vendor) { v.stocks.wrong = 1 }) }, v1alpha1.ReasonContentNotConfirmed},
		"it was changed in the console":   {func(w *world) { w.vendor.now(func(v *vendor) { v.activities[0].body.Amount = 5 }) }, v1alpha1.ReasonDrifted},
		"the record speaks of other bytes": {func(w *world) {
			c := w.campaign()
			c.Status.Request.Digest = "sha256:other"
			w.must(w.api.Status().Update(t.Context(), c))
			w.vendor.now(func(v *vendor) { v.activities[0].body.Amount = 5 })
		}, v1alpha1.ReasonDrifted},
		"its time is over": {func(w *world) { w.stride = time.Hour; w.pass(26 * time.Hour) }, v1alpha1.ReasonActivationMissed},
	} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				w.apply(stockInactive)
				w.pass(5 * time.Minute)
				w.want(v1alpha1.ReasonBeginsInactive, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
				test.do(w)
				w.setState(stockActive)
				w.pass(10 * time.Minute)
				w.want(test.reason, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
				if len(w.vendor.stocks.locks) != 0 || w.vendor.count(providers.OperationStart) != 0 {
					t.Errorf("it was activated")
				}
			})
		})
	}
}

func TestAStockThatIsAdoptedWithoutItsAmountIsNotActivated(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		made := w.console1(noon.Add(time.Hour), 700)
		w.applied(stockActive, func(c *v1alpha1.PayGiftActivity) {
			c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: made}
			c.Spec.ActivityBaseInfo, c.Spec.AwardSendRule = v1alpha1.PayGiftActivityBaseInfo{}, v1alpha1.PayGiftAwardSendRule{}
		})
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonContentNotConfirmed, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
		contains(t, ready(w.campaign()).Message, `budgetYuan: "7.00"`)
		w.setAmount(700)
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
	})
}

// console1 makes a stock of the manifest's name and a day in the vendor's console.
func (w *world) console1(begin time.Time, amount int64) string {
	created, err := w.vendor.commit(vendorBody{Number: fmt.Sprint("made in the console ", len(w.vendor.activities)), Amount: amount, Begin: begin, End: begin.Add(24 * time.Hour)})
	w.must(err)
	return created.ID
}

func TestAStockThatIsNotToBeActiveStaysInactiveAndIsReady(t *testing.T) {
	for _, state := range []v1alpha1.PayGiftActivityDesiredState{stockInactive, stockPaused} {
		t.Run(string(state), func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				w.applied(state, func(c *v1alpha1.PayGiftActivity) { setTimes(c, noon.Add(48*time.Hour)) })
				w.pass(23 * time.Hour)
				w.want(v1alpha1.ReasonInactive, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
				w.pass(20 * time.Hour)
				w.restart()
				w.pass(4 * time.Hour)
				w.want(v1alpha1.ReasonBeginsInactive, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
				if is := ready(w.campaign()); is.Status != "True" || w.warned(v1alpha1.ReasonBeginsInactive) != 1 || len(w.events) != 1 {
					t.Errorf("%+v, events %q", is, w.events)
				}
				w.stride = time.Hour
				w.pass(60 * time.Hour)
				if len(w.events) != 1 || w.vendor.count(providers.OperationStart) != 0 || ready(w.campaign()).Status != "True" {
					t.Errorf("%+v, events %q", ready(w.campaign()), w.events)
				}
				w.oneStock()
			})
		})
	}
}
