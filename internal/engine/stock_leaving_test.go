package engine

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

func pauses(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionPause }

// gone fails the test unless the resource is gone and its stock is in a state.
func (w *world) gone(state providers.State) {
	w.t.Helper()
	if name := w.campaign().Name; name != "" {
		w.t.Errorf("the resource is kept: %+v", ready(w.campaign()))
	}
	if is := w.vendor.stateOf(w.vendor.activities[0]); is != state {
		w.t.Errorf("it left the stock %s, want %s", is, state)
	}
	w.oneStock()
}

func TestDeletingPausesARunningStockFirst(t *testing.T) {
	inStock(t, func(_ *testing.T, w *world) {
		w.applied(stockActive, pauses)
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		w.delete()
		w.pass(time.Minute)
		w.gone(providers.StatePaused)
	})
}

func TestDeletingLetsAnInactiveStockGoAtOnce(t *testing.T) {
	for name, do := range map[string]func(w *world){
		"as it is": func(*world) {},
		"that differs": func(w *world) {
			w.vendor.now(func(v *vendor) { v.activities[0].body.Amount = 5 })
			w.pass(10 * time.Minute)
		},
		"while braked":   func(w *world) { w.brake(v1alpha1.BrakePause) },
		"after its end":  func(w *world) { w.stride = time.Hour; w.pass(30 * time.Hour) },
		"with no status": func(w *world) { w.wipe(); w.changed() },
	} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(_ *testing.T, w *world) {
				w.applied(stockInactive, pauses)
				w.pass(5 * time.Minute)
				do(w)
				w.delete()
				w.pass(time.Minute)
				w.gone(providers.StateInactive)
			})
		})
	}
}

func TestDeletingNeverCreatesAStock(t *testing.T) {
	for name, fault := range map[string]fault{"a reply that was lost": lostReply, "a 5xx": serverError, "a refusal": badParam} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				w.vendor.fail(providers.OperationCreate, fault, fault)
				w.applied(stockActive, pauses)
				w.step()
				creates, made := w.vendor.count(providers.OperationCreate), len(w.vendor.activities)
				w.delete()
				w.pass(10 * time.Minute)
				if w.campaign().Name != "" || w.vendor.count(providers.OperationCreate) != creates || len(w.vendor.activities) != made || len(w.vendor.stocks.locks) != 0 {
					t.Errorf("kept %+v, %d creates, %d stocks, locked %v", ready(w.campaign()), w.vendor.count(providers.OperationCreate)-creates, len(w.vendor.activities), w.vendor.stocks.locks)
				}
			})
		})
	}
}

func TestAStockWhoseActivationIsOpenIsLookedAtBeforeItIsSaidToBeInactive(t *testing.T) {
	for name, change := range map[string]func(w *world){
		"deleted": func(w *world) { w.delete() },
		"paused":  func(w *world) { w.setState(stockPaused) },
	} {
		for reply, fault := range map[string]fault{"its reply lost": lostReply, "its reply not trusted": badReply} {
			t.Run(name+"; "+reply, func(t *testing.T) {
				inStock(t, func(t *testing.T, w *world) {
					w.vendor.fail(providers.OperationStart, fault)
					w.applied(stockActive, pauses)
					w.pass(stockRegisters) // the activation was sent
					if w.vendor.count(providers.OperationStart) != 1 {
						t.Fatalf("%d activations", w.vendor.count(providers.OperationStart))
					}
					change(w)
					w.step()
					if is := ready(w.campaign()); is.Reason == v1alpha1.ReasonInactive || is.Reason == v1alpha1.ReasonBeginsInactive {
						t.Errorf("%s: %s", is.Reason, is.Message)
					}
					w.pass(20 * time.Minute)
					if is := w.vendor.stateOf(w.vendor.activities[0]); is != providers.StatePaused {
						t.Errorf("the stock is %s", is)
					}
					w.oneStock()
				})
			})
		}
	}
}

func TestAStockThatWasActivatedInTheConsoleIsPausedBeforeItsResourceGoes(t *testing.T) {
	inStock(t, func(_ *testing.T, w *world) {
		w.applied(stockInactive, pauses)
		w.pass(5*time.Minute + time.Second)
		w.vendor.console(w.campaign().Status.ActivityID, func(a *activity) { a.activated = w.clock.Now() }) // the list has not shown it yet
		w.delete()
		w.pass(time.Minute)
		w.gone(providers.StatePaused)
	})
}

func TestAnActivationThatHadNoEffectIsWithdrawnWhenItIsNotAskedForAnyMore(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationStart, serverError)
		w.apply(stockActive)
		w.pass(stockRegisters)
		w.setState(stockInactive)
		w.step()
		if op := w.campaign().Status.Operation; op == nil || op.Name != "start" || op.Outcome != "" {
			t.Fatalf("recorded %+v", op)
		}
		w.pass(2 * time.Minute)
		if op := w.campaign().Status.Operation; op.Outcome != v1alpha1.OperationWithdrawn {
			t.Errorf("recorded %+v", op)
		}
		w.want(v1alpha1.ReasonBeginsInactive, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
		w.costs(tally{}, func() { w.pass(30 * time.Minute) })
		w.setState(stockActive)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		w.oneStock()
	})
}
