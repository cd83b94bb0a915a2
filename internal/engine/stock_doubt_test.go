package engine

import (
	"testing"
	"time"

	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/providers"
)

// inThreeDays is a begin that stays ahead for the whole of a test.
func inThreeDays(c *v1alpha1.PayGiftActivity) { setTimes(c, noon.Add(72*time.Hour)) }

// until lets time pass, at most ten minutes, until so many calls of an operation were made.
func (w *world) until(op providers.Operation, calls int) {
	w.t.Helper()
	for range 600 {
		if w.vendor.count(op) >= calls {
			return
		}
		w.pass(time.Second)
	}
	w.t.Fatalf("%s was called %d times, want %d", op, w.vendor.count(op), calls)
}

// locks is how often money was locked in all.
func (w *world) locks() (locks int) {
	for _, n := range w.vendor.stocks.locks {
		locks += n
	}
	return locks
}

// raise asks for the next revision.
func (w *world) raise(changes ...func(*v1alpha1.PayGiftActivity)) {
	w.edit(func(c *v1alpha1.PayGiftActivity) {
		c.Spec.RequestRevision = ptr.To(c.Spec.Revision() + 1)
		for _, change := range changes {
			change(c)
		}
	})
}

func TestARevisionThatIsRaisedWhileAnActivationIsOpenIsNotActivatedBesideIt(t *testing.T) {
	for name, limits := range map[string]accounts.Limits{"without a ceiling": {}, "below a ceiling for one": maxActive("1.00")} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				w.limited(limits)
				w.vendor.fail(providers.OperationStart, lostReply)
				w.applied(stockActive, inThreeDays)
				w.until(providers.OperationStart, 1)
				w.raise()
				w.pass(20 * time.Minute)
				if w.locks() != 1 {
					t.Errorf("money was locked %d times, want once: %+v", w.locks(), w.campaign().Status)
				}
				if is := ready(w.campaign()); is.Reason != v1alpha1.ReasonPreviousStillLive {
					t.Errorf("it is %s: %s", is.Reason, is.Message)
				}
			})
		})
	}
}

func TestARevisionThatIsRaisedAfterAnActivationThatNeverHappenedGoesOn(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationStart, serverError)
		w.applied(stockActive, inThreeDays)
		w.until(providers.OperationStart, 1)
		w.raise()
		w.pass(20 * time.Minute)
		if is := ready(w.campaign()); is.Reason != v1alpha1.ReasonRunning || w.locks() != 1 {
			t.Errorf("it is %s with %d locks: %s", is.Reason, w.locks(), is.Message)
		}
	})
}

func TestAStockBesideAnotherOfItsNameIsFoundAgainByAVendorThatForgets(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.vendor.numberRetention = time.Hour
		w.console1(noon.Add(72*time.Hour), 500)
		w.pass(sweepInterval)
		w.applied(stockActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.AllowTwin = true; inThreeDays(c) })
		w.pass(3 * time.Hour)
		id := w.campaign().Status.ActivityID
		w.lose()
		w.pass(time.Hour)
		if again := w.campaign().Status.ActivityID; again != id || w.locks() != 1 || len(w.vendor.activities) != 2 {
			t.Errorf("found was %q, want %q; %d stocks, money locked %d times", again, id, len(w.vendor.activities), w.locks())
		}
	})
}

func TestARebuiltClusterTakesNoStockOfAFormerRevision(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.applied(stockInactive, inThreeDays)
		w.pass(10 * time.Minute)
		spec := w.campaign().Spec
		w.delete()
		w.pass(time.Second)
		w.restart()
		spec.RequestRevision, spec.State = ptr.To(int64(2)), stockActive // and, in the same commit, a field that the vendor never returns
		w.store(&v1alpha1.PayGiftActivity{Spec: spec})
		w.pass(10 * time.Minute)
		c := w.campaign()
		if ready(c).Reason != v1alpha1.ReasonLooksLikeExisting || c.Status.ActivityID != "" || w.locks() != 0 || len(w.vendor.activities) != 1 {
			t.Errorf("it is %s with %q, %d locks: %s", ready(c).Reason, c.Status.ActivityID, w.locks(), ready(c).Message)
		}
		contains(t, ready(c).Message, w.vendor.activities[0].id, "requestRevision", "spec.adopt")
	})
}

func TestAnActivationIsNotWithdrawnRightAfterItWasSentOnceMore(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationStart, serverError, serverError, serverError, serverError, serverError, serverError)
		w.applied(stockActive, inThreeDays)
		w.until(providers.OperationStart, 6)
		w.setState(stockInactive)
		w.pass(settle / 2)
		if op := w.campaign().Status.Operation; op.Outcome != "" {
			t.Errorf("half a minute after the last call the activation is %+v", op)
		}
		w.pass(2 * settle)
		if op := w.campaign().Status.Operation; op.Outcome != v1alpha1.OperationWithdrawn {
			t.Errorf("long after the last call the activation is %+v", op)
		}
	})
}

func TestAResourceIsKeptWhileItsActivationMayStillHappen(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationStart, serverError)
		w.applied(stockActive, func(c *v1alpha1.PayGiftActivity) { pauses(c); inThreeDays(c) })
		w.until(providers.OperationStart, 1)
		w.delete()
		w.pass(settle / 2)
		if w.campaign().Name == "" {
			t.Error("half a minute after the call the resource is gone")
		}
		w.pass(2 * settle)
		if w.campaign().Name != "" {
			t.Errorf("long after the call the resource is kept: %+v", ready(w.campaign()))
		}
	})
}

func TestWhatNobodyKnowsTheCostOfFitsBelowNoCeiling(t *testing.T) {
	for name, change := range map[string]func(*activity){
		"a state that nobody knows": func(a *activity) { a.word = "suspended" },
		"an amount that is missing": func(a *activity) { a.costless = true },
	} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				w.running(250, change)
				w.pass(2 * time.Minute)
				w.limited(maxActive("1.00"))
				w.apply(stockActive)
				w.pass(10 * time.Minute)
				if is := ready(w.campaign()); is.Reason != v1alpha1.ReasonBudgetLimitExceeded {
					t.Errorf("it is %s: %s", is.Reason, is.Message)
				}
			})
		})
	}
}

func TestAnOpenRequestTakesNothingOfOtherContent(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationCreate, serverError)
		w.applied(stockActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.AllowTwin = true; inThreeDays(c) })
		w.step()
		other := w.console1(noon.Add(72*time.Hour), 500)
		w.pass(time.Hour)
		if c := w.campaign(); c.Status.ActivityID == other || ready(c).Reason != v1alpha1.ReasonRunning {
			t.Errorf("recorded is %q, %s: %s", c.Status.ActivityID, ready(c).Reason, ready(c).Message)
		}
	})
}

func TestARevisionThatIsRaisedWhileTheOutcomeIsUnknownIsServedWhenItIsKnown(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationCreate, serverError)
		w.applied(stockActive, inThreeDays)
		w.step()
		w.raise()
		w.pass(time.Hour)
		if c := w.campaign(); ready(c).Reason != v1alpha1.ReasonRunning || c.Status.Request.Revision != 2 || len(w.vendor.activities) != 1 {
			t.Errorf("it is %s, %+v: %s", ready(c).Reason, c.Status.Request, ready(c).Message)
		}
	})
}

func TestAStockThatWaitsBelowACeilingCostsNoCalls(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.limited(maxActive("0.00"))
		w.applied(stockActive, inThreeDays)
		w.pass(10 * time.Minute)
		gets, lists, writes := w.vendor.count(providers.OperationGet), w.vendor.count(providers.OperationList), w.writes
		w.pass(time.Hour)
		if more := w.vendor.count(providers.OperationGet) - gets; more != 0 || w.writes != writes {
			t.Errorf("in an hour it cost %d reads and %d writes", more, w.writes-writes)
		}
		if more := w.vendor.count(providers.OperationList) - lists; more > int(time.Hour/sweepInterval)+1 {
			t.Errorf("in an hour it cost %d pages of the list, beside the sweeps' own", more)
		}
	})
}

func TestARestartThatShowsLateIsNobodyElsesPause(t *testing.T) {
	active(t, func(t *testing.T, w *world, id string) {
		w.setState(stockPaused)
		w.pass(5 * time.Minute)
		at := w.vendor.activity(id).paused
		w.vendor.crossing = func(op providers.Operation, done bool) {
			if op == providers.OperationRestart && done {
				w.vendor.console(id, func(a *activity) { a.paused = at }) // not shown yet
			}
		}
		w.setState(stockActive)
		w.step()
		if is := ready(w.campaign()); is.Reason != v1alpha1.ReasonActivating || w.campaign().Status.Elsewhere != nil {
			t.Errorf("right after its restart it is %s: %s", is.Reason, is.Message)
		}
		w.vendor.console(id, func(a *activity) { a.paused = time.Time{} })
		w.pass(2 * time.Minute)
		if is := ready(w.campaign()); is.Reason != v1alpha1.ReasonRunning {
			t.Errorf("when it shows it is %s: %s", is.Reason, is.Message)
		}
	})
}
