package engine

import (
	"testing"
	"time"

	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestAnAcceptedCreationIsNotReadyUntilTheVendorHasMadeIt(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.vouchers.takes = 20 * time.Second
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(10 * time.Second)
		w.want(v1alpha1.ReasonCreating, v1alpha1.StateCreating, v1alpha1.CreationUnknown)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationCreate); n != 1 || len(w.vendor.activities) != 1 {
			t.Errorf("%d creates, %d activities", n, len(w.vendor.activities))
		}
		if w.writes != 3 { // the intent, that it was accepted, that it was made
			t.Errorf("%d writes: %v", w.writes, w.statuses)
		}
	})
}

func TestACreationThatIsNeverConfirmedIsSaidAndNotRepeated(t *testing.T) {
	for name, of := range map[string]func(*vendor){
		"stuck":                   func(v *vendor) { v.vouchers.stuck = true },
		"forgotten by the vendor": func(v *vendor) { v.vouchers.vanishing = true },
	} {
		t.Run(name, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				of(w.vendor)
				w.apply(v1alpha1.PayGiftActivityActive)
				w.pass(45 * time.Minute)
				w.want(v1alpha1.ReasonCreationUnconfirmed, v1alpha1.StateCreating, v1alpha1.CreationUnknown)
				contains(t, ready(w.campaign()).Message, w.campaign().Status.ActivityID, "raise requestRevision")
				writes := w.writes
				w.pass(3 * time.Hour)
				if n := w.vendor.count(providers.OperationCreate); n != 1 || w.writes != writes {
					t.Errorf("%d creates, %d writes more", n, w.writes-writes)
				}
				w.vendor.now(func(v *vendor) {
					v.vouchers.stuck = false
					v.activities[0].forgotten = false
					v.vouchers.vanishing = false
				})
				w.pass(30 * time.Minute)
				if state := w.campaign().Status.State; state != v1alpha1.StateRunning {
					t.Errorf("made late, it is %s: %s", state, ready(w.campaign()).Message)
				}
			})
		})
	}
}

func TestAnEditOfFieldsThatACallCanChangeIsOneModificationThatIsWaitedFor(t *testing.T) {
	madeVoucher(t, func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.MerchantIdList = []string{"1", "2"} }, func(t *testing.T, w *world, _ string) {
		w.amend(func(c *v1alpha1.PayGiftActivity) {
			c.Spec.ActivityBaseInfo.ActivityName = "summer"
			c.Spec.ActivityBaseInfo.EndTime = noon.Add(48 * time.Hour).Format(time.RFC3339)
			c.Spec.AwardSendRule.MerchantIdList = []string{"1", "3"}
			c.Spec.AwardSendRule.TransactionAmountMinimum = 200
		})
		var during string
		w.vendor.changedWith = func(m providers.Mutation) {
			if w.vendor.vouchers.works["10028001"] != nil {
				during += string(m.Operation)
			}
		}
		w.pass(time.Second)
		w.want(v1alpha1.ReasonChanging, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.pass(2 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if n, m := w.vendor.count(providers.OperationModify), w.vendor.count(providers.OperationAppend); n != 1 || m != 1 || during != "" {
			t.Errorf("%d modifications, %d appends, during another: %q", n, m, during)
		}
		a := w.vendor.activities[0]
		if a.body.Name != "summer" || a.body.Amount != 200 || !a.body.End.Equal(noon.Add(48*time.Hour)) || len(a.members) != 2 || a.members[1] != "3" {
			t.Errorf("the vendor has %+v, shops %v", a.body, a.members)
		}
		w.costs(tally{}, func() { w.pass(20 * time.Minute) })
	})
}

func TestAnEditThatShrinksIsAnsweredAndNothingIsSent(t *testing.T) {
	for name, shrink := range map[string]func(*v1alpha1.PayGiftActivity){
		"an earlier end": func(c *v1alpha1.PayGiftActivity) {
			c.Spec.ActivityBaseInfo.EndTime = noon.Add(20 * time.Hour).Format(time.RFC3339)
		},
		"fewer": func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.TransactionAmountMinimum = 50 },
	} {
		t.Run(name, func(t *testing.T) {
			madeVoucher(t, func(*v1alpha1.PayGiftActivity) {}, func(t *testing.T, w *world, _ string) {
				w.amend(shrink)
				w.pass(10 * time.Minute)
				w.want(v1alpha1.ReasonCannotShrink, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				if n := w.vendor.count(providers.OperationModify) + w.vendor.count(providers.OperationAppend); n != 0 {
					t.Errorf("%d calls", n)
				}
				w.restart()
				w.costs(tally{get: 1}, func() { w.pass(4 * time.Minute) })
			})
		})
	}
}

func TestStoppedWaitsForWhatIsUnderWayAndIsForEver(t *testing.T) {
	madeVoucher(t, func(*v1alpha1.PayGiftActivity) {}, func(t *testing.T, w *world, _ string) {
		w.vendor.vouchers.takes = 30 * time.Second
		w.amend(func(c *v1alpha1.PayGiftActivity) { c.Spec.ActivityBaseInfo.ActivityName = "summer" })
		w.pass(time.Second)
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.pass(10 * time.Second)
		if n := w.vendor.count(providers.OperationTerminate); n != 0 {
			t.Errorf("stopped in the middle of a modification")
		}
		w.pass(3 * time.Minute)
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationTerminate); n != 1 {
			t.Errorf("%d stops", n)
		}
		w.setState(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonCannotRestart, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestAChangeThatNeverEndsIsSaid(t *testing.T) {
	madeVoucher(t, func(c *v1alpha1.PayGiftActivity) { setTimes(c, noon.Add(72*time.Hour)) }, func(t *testing.T, w *world, _ string) {
		w.vendor.now(func(v *vendor) { v.vouchers.stuck = true })
		w.amend(func(c *v1alpha1.PayGiftActivity) { c.Spec.ActivityBaseInfo.ActivityName = "summer" })
		w.pass(45 * time.Minute)
		w.want(v1alpha1.ReasonChangeUnconfirmed, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.vendor.now(func(v *vendor) { v.vouchers.stuck = false })
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationModify); n != 1 {
			t.Errorf("%d modifications", n)
		}
	})
}

func TestWhoIsToldOfAnActivityReadsItAndBelievesNothingElse(t *testing.T) {
	madeVoucher(t, func(*v1alpha1.PayGiftActivity) {}, func(t *testing.T, w *world, id string) {
		w.vendor.console(id, func(a *activity) { a.terminated = w.clock.Now() })
		w.pass(time.Second)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.costs(tally{writes: 1, get: 1}, func() {
			w.reconciler.Notified(w.key)
			w.pass(time.Second)
		})
		w.want(v1alpha1.ReasonTerminatedElsewhere, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
		w.costs(tally{}, func() { // it is over: nothing can be news
			w.reconciler.Notified(w.key)
			w.pass(time.Second)
		})
	})
	madeVoucher(t, func(*v1alpha1.PayGiftActivity) {}, func(t *testing.T, w *world, _ string) {
		w.costs(tally{get: 1}, func() {
			w.reconciler.Notified(w.key)
			w.pass(time.Minute)
		})
	})
}

func TestWhatARunningActivityHasGivenOutIsReadEveryHourOrTwo(t *testing.T) {
	madeVoucher(t, func(c *v1alpha1.PayGiftActivity) {}, func(t *testing.T, w *world, id string) {
		w.pass(2 * time.Hour)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		w.costs(tally{get: 7}, func() { w.pass(10 * time.Hour) })
	})
}

func TestAStuckCreationIsReplacedByARevisionThatKeepsIt(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.vouchers.stuck = true
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { setTimes(c, noon.Add(72*time.Hour)) })
		w.pass(45 * time.Minute)
		w.want(v1alpha1.ReasonCreationUnconfirmed, v1alpha1.StateCreating, v1alpha1.CreationUnknown)
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.RequestRevision = ptr.To[int64](2) })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonPreviousStillLive, v1alpha1.StatePending, "")
		w.vendor.now(func(v *vendor) {
			v.vouchers.stuck = false
			v.vouchers.works["10028001"].done = noon.Add(1000 * time.Hour)
		})
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.ReplacePrevious = v1alpha1.ReplaceKeep })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if n := len(w.vendor.activities); n != 2 {
			t.Errorf("%d activities", n)
		}
	})
}
