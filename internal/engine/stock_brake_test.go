package engine

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestABrakeAtHoldStartsMakesAndRestartsNothing(t *testing.T) {
	for name, test := range map[string]struct {
		before, during v1alpha1.PayGiftActivityDesiredState
		state          v1alpha1.CampaignState
		creation       v1alpha1.CreationOutcome
	}{
		"nothing is made":      {"", stockActive, v1alpha1.StatePending, ""},
		"nothing is activated": {stockInactive, stockActive, v1alpha1.StateInactive, v1alpha1.CreationConfirmed},
		"nothing is restarted": {stockPaused, stockActive, v1alpha1.StatePaused, v1alpha1.CreationConfirmed},
	} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(_ *testing.T, w *world) {
				w.reaches(test.before)
				w.brake(v1alpha1.BrakeHold)
				if test.before == "" {
					w.apply(test.during)
				} else {
					w.setState(test.during)
				}
				before := w.tally()
				w.pass(30 * time.Minute)
				w.want(v1alpha1.ReasonAccountBraked, test.state, test.creation)
				if cost := w.tally().minus(before); cost.create+cost.start+cost.restart != 0 {
					w.t.Errorf("it cost %+v", cost)
				}
				w.brake(v1alpha1.BrakeOff)
				w.pass(2 * time.Minute)
				w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
				w.oneStock()
			})
		})
	}
}

// reaches brings the world's stock to what a manifest asks for; Paused comes after Active.
func (w *world) reaches(state v1alpha1.PayGiftActivityDesiredState) {
	switch state {
	case "":
	case stockPaused:
		w.apply(stockActive)
		w.pass(5 * time.Minute)
		w.setState(stockPaused)
		w.pass(2 * time.Minute)
		w.want(v1alpha1.ReasonPaused, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
	default:
		w.apply(state)
		w.pass(5 * time.Minute)
	}
}

func TestABrakeThatIsPulledWhileACallIsRecordedHoldsIt(t *testing.T) {
	for name, test := range map[string]struct {
		before v1alpha1.PayGiftActivityDesiredState
		op     providers.Operation
	}{"the activation": {stockInactive, providers.OperationStart}, "the restart": {stockPaused, providers.OperationRestart}} {
		for _, position := range []v1alpha1.AccountBrake{v1alpha1.BrakeHold, v1alpha1.BrakePause} {
			t.Run(name+" at "+string(position), func(t *testing.T) {
				inStock(t, func(_ *testing.T, w *world) {
					w.reaches(test.before)
					w.written = func(c *v1alpha1.PayGiftActivity) {
						if op := c.Status.Operation; op != nil && op.Name == string(test.op) && op.Outcome == "" && w.vendor.count(test.op) == 0 {
							w.account.Brake = position // its watch comes later
						}
					}
					w.setState(stockActive)
					w.pass(10 * time.Minute)
					if is := ready(w.campaign()); is.Reason != v1alpha1.ReasonAccountBraked || w.vendor.count(test.op) != 0 {
						w.t.Errorf("%s: %s; %d calls", is.Reason, is.Message, w.vendor.count(test.op))
					}
					w.written = func(*v1alpha1.PayGiftActivity) {}
					w.brake(v1alpha1.BrakeOff)
					w.pass(5 * time.Minute)
					w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
					w.oneStock()
				})
			})
		}
	}
}

func TestABrakeAtPausePausesWhatRunsAndLetsItGoOnAfterwards(t *testing.T) {
	active(t, func(t *testing.T, w *world, _ string) {
		w.brake(v1alpha1.BrakePause)
		w.costs(tally{writes: 2, get: 2, pause: 1}, func() { w.pass(10 * time.Second) })
		w.want(v1alpha1.ReasonAccountBraked, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
		w.costs(tally{}, func() { w.restart(); w.pass(time.Hour) })
		w.want(v1alpha1.ReasonAccountBraked, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
		w.brake(v1alpha1.BrakeHold)
		w.pass(time.Hour)
		w.want(v1alpha1.ReasonAccountBraked, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
		w.brake(v1alpha1.BrakeOff)
		w.pass(2 * time.Minute)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		if w.vendor.count(providers.OperationPause) != 1 || w.vendor.count(providers.OperationRestart) != 1 || w.warned(v1alpha1.ReasonAccountBraked) != 2 {
			t.Errorf("%v, events %q", w.vendor.calls, w.events)
		}
	})
}

func TestABrakeAtPausePausesADraftOfWhatRunsAndLeavesAnothersPause(t *testing.T) {
	t.Run("a draft", func(t *testing.T) {
		active(t, func(_ *testing.T, w *world, _ string) {
			w.setState(stockDraft)
			w.pass(time.Minute)
			w.brake(v1alpha1.BrakePause)
			w.pass(2 * time.Minute)
			w.want(v1alpha1.ReasonCannotReturnToDraft, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
		})
	})
	t.Run("another's pause", func(t *testing.T) {
		active(t, func(_ *testing.T, w *world, _ string) {
			w.inConsole(pausedInConsole(w.clock.Now()))
			w.brake(v1alpha1.BrakePause)
			w.pass(10 * time.Minute)
			w.brake(v1alpha1.BrakeOff)
			w.pass(10 * time.Minute)
			w.want(v1alpha1.ReasonPausedElsewhere, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
		})
	})
}

func TestAnObservedStockIsNeverChanged(t *testing.T) {
	for name, do := range map[string]func(w *world){
		"made by hand and inactive": func(*world) {},
		"running at a brake":        func(w *world) { w.inConsole(func(a *activity) { a.activated = noon }); w.brake(v1alpha1.BrakePause) },
		"to be paused":              func(w *world) { w.inConsole(func(a *activity) { a.activated = noon }); w.setState(stockPaused) },
		"deleted":                   func(w *world) { w.edit(pauses); w.pass(time.Minute); w.delete() },
		"paused and to be active": func(w *world) {
			w.inConsole(func(a *activity) { a.activated, a.paused = noon, noon })
			w.setState(stockActive)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				w.console1(noon.Add(time.Hour), 100)
				w.pass(sweepInterval)
				w.applied(stockActive, observes)
				w.pass(5 * time.Minute)
				w.want(v1alpha1.ReasonObserved, v1alpha1.StateInactive, "")
				before := w.tally()
				do(w)
				w.pass(time.Hour)
				cost := w.tally().minus(before)
				if cost.create+cost.start+cost.pause+cost.restart != 0 {
					t.Errorf("it cost %+v", cost)
				}
			})
		})
	}
}
