package engine

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// inConsole does something with the world's stock in the vendor's console, and lets a sweep see it.
func (w *world) inConsole(do func(*activity)) {
	w.vendor.console(w.campaign().Status.ActivityID, do)
	w.pass(sweepInterval + time.Minute)
}

func pausedInConsole(at time.Time) func(*activity) { return func(a *activity) { a.paused = at } }
func resumedInConsole(a *activity)                 { a.paused = time.Time{} }

func TestAStockIsPausedAndGoesOnAsTheManifestSays(t *testing.T) {
	active(t, func(t *testing.T, w *world, _ string) {
		w.setState(stockPaused)
		w.costs(tally{writes: 2, get: 2, pause: 1}, func() { w.pass(time.Hour) })
		w.want(v1alpha1.ReasonPaused, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
		w.costs(tally{}, func() { w.restart(); w.pass(time.Hour) })
		w.setState(stockActive)
		w.costs(tally{writes: 2, get: 2, restart: 1}, func() { w.pass(time.Hour) })
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		if w.campaign().Status.Elsewhere != nil || len(w.events) != 0 {
			t.Errorf("%+v, events %q", w.campaign().Status.Elsewhere, w.events)
		}
	})
}

func TestEveryMoveGoesOnAfterACrashAtEveryBoundary(t *testing.T) {
	for name, states := range map[string][]v1alpha1.PayGiftActivityDesiredState{
		"activated": {stockInactive, stockActive}, "paused": {stockActive, stockPaused}, "restarted": {stockActive, stockPaused, stockActive},
		"made and activated": {stockActive},
	} {
		for _, reply := range []string{"", "reply lost", "5xx", "not sent", "429"} {
			for at := 0; at < 12; at += thin {
				once := (at+len(reply))%2 == 0
				t.Run(fmt.Sprintf("%s; %s; a crash at %d; once %t", name, reply, at, once), func(t *testing.T) {
					inStock(t, func(_ *testing.T, w *world) { w.crashing(states, reply, at, once) })
				})
			}
		}
	}
}

// crashing brings a stock through states, the last of them with trouble.
func (w *world) crashing(states []v1alpha1.PayGiftActivityDesiredState, reply string, at int, once bool) {
	w.vendor.stocks.once = once
	for i, state := range states[:len(states)-1] {
		if i == 0 {
			w.apply(state)
		} else {
			w.setState(state)
		}
		w.pass(3 * time.Minute)
	}
	w.crashAt(at)
	last := states[len(states)-1]
	if reply != "" {
		for _, op := range []providers.Operation{providers.OperationStart, providers.OperationPause, providers.OperationRestart} {
			w.vendor.fail(op, replies[reply])
		}
	}
	if len(states) == 1 {
		w.apply(last)
	} else {
		w.setState(last)
	}
	w.pass(30 * time.Minute)
	want := map[v1alpha1.PayGiftActivityDesiredState]string{stockActive: v1alpha1.ReasonRunning, stockPaused: v1alpha1.ReasonPaused}[last]
	if is := ready(w.campaign()); is.Reason != want {
		w.t.Errorf("%s: %s", is.Reason, is.Message)
	}
	w.oneStock()
}

func TestInactiveAfterTheActivationPausesAndSaysThatItCannotBeUndone(t *testing.T) {
	active(t, func(t *testing.T, w *world, _ string) {
		w.setState(stockInactive)
		w.costs(tally{writes: 2, get: 2, pause: 1}, func() { w.pass(time.Hour) })
		w.want(v1alpha1.ReasonCannotDeactivate, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
		if w.warned(v1alpha1.ReasonCannotDeactivate) != 1 {
			t.Errorf("events %q", w.events)
		}
		w.setState(stockActive)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
	})
}

func TestAnActivatedStockDoesNotReturnToADraft(t *testing.T) {
	active(t, func(t *testing.T, w *world, _ string) {
		w.setState(stockDraft)
		w.costs(tally{writes: 1}, func() { w.pass(time.Hour) })
		w.want(v1alpha1.ReasonCannotReturnToDraft, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		contains(t, ready(w.campaign()).Message, "to Paused so that it gives nothing out")
	})
}

func TestAPauseThatIsNotOursStaysUntilALaterEditAsksForActive(t *testing.T) {
	active(t, func(t *testing.T, w *world, _ string) {
		w.inConsole(pausedInConsole(w.clock.Now()))
		w.want(v1alpha1.ReasonPausedElsewhere, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
		if is := w.campaign().Status.Elsewhere; is == nil || is.State != v1alpha1.StatePaused || is.Generation != 1 {
			t.Errorf("elsewhere %+v", is)
		}
		w.costs(tally{}, func() { w.restart(); w.pass(time.Hour) })
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AllowTwin = true })
		w.costs(tally{writes: 2, get: 2, restart: 1}, func() { w.pass(time.Hour) })
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		if w.campaign().Status.Elsewhere != nil {
			t.Errorf("elsewhere %+v", w.campaign().Status.Elsewhere)
		}
		w.inConsole(pausedInConsole(w.clock.Now()))
		w.want(v1alpha1.ReasonPausedElsewhere, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
	})
}

func TestAPauseInTheConsoleThatTheManifestAgreesWithIsLiftedByAskingForActive(t *testing.T) {
	for name, settles := range map[string]time.Duration{"at once": 0, "later": time.Hour} {
		t.Run(name, func(t *testing.T) {
			active(t, func(_ *testing.T, w *world, _ string) {
				w.vendor.console(w.campaign().Status.ActivityID, pausedInConsole(w.clock.Now()))
				w.setState(stockPaused) // in the same minute
				w.pass(sweepInterval + time.Minute + settles)
				w.want(v1alpha1.ReasonPaused, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
				w.pass(settles)
				w.setState(stockActive)
				w.pass(time.Minute)
				w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
			})
		})
	}
}

func TestAStockThatSomebodyResumesInTheConsoleIsPausedAgainTwice(t *testing.T) {
	active(t, func(t *testing.T, w *world, _ string) {
		w.setState(stockPaused)
		w.pass(2 * time.Minute)
		w.inConsole(resumedInConsole)
		w.want(v1alpha1.ReasonPaused, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
		w.inConsole(resumedInConsole)
		w.want(v1alpha1.ReasonContested, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		w.costs(tally{}, func() { w.pass(20 * time.Minute) })
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AllowTwin = true })
		w.costs(tally{writes: 2, get: 2, pause: 1}, func() { w.pass(20 * time.Minute) })
		w.want(v1alpha1.ReasonPaused, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
	})
}

func TestARestartThatIsRefusedIsTriedAgainAndDoesNotBlameSomebodyElse(t *testing.T) {
	for name, faults := range map[string][]fault{"once": {noAuth}, "twice": {noAuth, badRequest}, "and its reply lost": {noAuth, lostReply}} {
		t.Run(name, func(t *testing.T) {
			active(t, func(t *testing.T, w *world, _ string) {
				w.setState(stockPaused)
				w.pass(2 * time.Minute)
				w.setState(stockActive)
				w.vendor.fail(providers.OperationRestart, faults...)
				w.pass(2 * time.Minute)
				w.want(v1alpha1.ReasonWaitingForVendor, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
				w.pass(time.Hour)
				w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
				if slices.Contains(w.statuses, v1alpha1.ReasonPausedElsewhere) || w.campaign().Status.Elsewhere != nil {
					t.Errorf("written %v", w.statuses)
				}
			})
		})
	}
}

func TestAPauseInTheConsoleStaysAlsoAfterPausesOfOurs(t *testing.T) {
	for name, before := range map[string]func(w *world){
		"a restart whose reply was lost": func(w *world) {
			w.setState(stockPaused)
			w.pass(2 * time.Minute)
			w.vendor.fail(providers.OperationRestart, lostReply)
			w.setState(stockActive)
		},
		"a pause that the console resumed while the manifest did": func(w *world) {
			w.setState(stockPaused)
			w.pass(2 * time.Minute)
			w.vendor.console(w.campaign().Status.ActivityID, resumedInConsole)
			w.setState(stockActive)
		},
		"a pause of the brake that the console resumed": func(w *world) {
			w.brake(v1alpha1.BrakePause)
			w.pass(2 * time.Minute)
			w.vendor.console(w.campaign().Status.ActivityID, resumedInConsole)
			w.brake(v1alpha1.BrakeOff)
		},
	} {
		t.Run(name, func(t *testing.T) {
			active(t, func(_ *testing.T, w *world, _ string) {
				w.pass(time.Hour) // it has begun
				before(w)
				w.pass(time.Hour)
				w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
				w.costs(tally{}, func() { w.restart(); w.pass(time.Hour) })
				w.inConsole(pausedInConsole(w.clock.Now()))
				w.want(v1alpha1.ReasonPausedElsewhere, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
				w.setState(stockPaused)
				w.pass(2 * time.Minute)
				w.setState(stockActive)
				w.pass(2 * time.Minute)
				w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
			})
		})
	}
}

// brake sets the account's brake.
func (w *world) brake(position v1alpha1.AccountBrake) {
	w.account.Brake = position
	w.changed()
}
