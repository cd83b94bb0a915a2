package engine

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// created runs a test in a world whose campaign exists at the vendor and has settled.
func created(t *testing.T, test func(t *testing.T, w *world, id string)) {
	t.Helper()
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Second)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		test(t, w, w.campaign().Status.ActivityID)
	})
}

func TestTerminatedIsRecordedSentOnceAndReadBack(t *testing.T) {
	created(t, func(t *testing.T, w *world, _ string) {
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.costs(tally{writes: 2, get: 2, terminate: 1}, func() { w.pass(time.Hour) })
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
		c := w.campaign()
		if c.Status.TerminateTime == "" || c.Status.Operation == nil || c.Status.Operation.Name != "terminate" || c.Status.Operation.Generation != 2 {
			t.Errorf("status %+v", c.Status)
		}
		w.setState(v1alpha1.PayGiftActivityActive)
		w.costs(tally{writes: 1}, func() { w.pass(time.Minute) })
		w.want(v1alpha1.ReasonCannotRestart, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestATerminateThatShowsLateIsWatchedAndNotRepeatedForAMinute(t *testing.T) {
	created(t, func(t *testing.T, w *world, _ string) {
		w.vendor.slowTerminate = 35 * time.Second
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.costs(tally{writes: 2, get: 3, terminate: 1}, func() { w.pass(5 * time.Second) })
		w.want(v1alpha1.ReasonTerminating, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.costs(tally{writes: 1, get: 4}, func() { w.pass(time.Minute) })
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestATerminateThatFailsIsReadBackBeforeItIsRepeated(t *testing.T) {
	for name, test := range map[string]struct {
		fault      fault
		terminates int
		reason     string
	}{
		"its reply lost":        {lostReply, 1, v1alpha1.ReasonGatewayUnavailable},
		"refused by a 5xx":      {serverError, 2, v1alpha1.ReasonGatewayUnavailable},
		"for want of a token":   {throttled, 2, v1alpha1.ReasonThrottled},
		"with refused keys":     {authError, 2, v1alpha1.ReasonAccountNotReady},
		"for want of a product": {noAuth, 2, v1alpha1.ReasonWaitingForVendor},
	} {
		t.Run(name, func(t *testing.T) {
			created(t, func(t *testing.T, w *world, _ string) {
				w.vendor.rejectRepeatedTerminate = true
				w.vendor.fail(providers.OperationTerminate, test.fault)
				w.setState(v1alpha1.PayGiftActivityTerminated)
				w.step()
				w.want(test.reason, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				if w.suspected > 0 {
					w.open() // its controller has looked into it
				}
				w.pass(15 * time.Minute)
				w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
				if got := w.tally(); got.terminate != test.terminates {
					t.Errorf("%+v, want %d terminates", got, test.terminates)
				}
			})
		})
	}
}

func TestARestartInTheMiddleOfTerminatingGoesOn(t *testing.T) {
	created(t, func(t *testing.T, w *world, _ string) {
		died := false
		w.vendor.crossing = func(op providers.Operation, done bool) {
			if op == providers.OperationTerminate && !done && !died {
				died = true
				panic(crash{})
			}
		}
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestAManifestThatNoLongerAsksForARefusedCallIsServedAtOnce(t *testing.T) {
	created(t, func(t *testing.T, w *world, _ string) {
		w.vendor.fail(providers.OperationTerminate, noAuth)
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.pass(time.Second)
		w.want(v1alpha1.ReasonWaitingForVendor, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.setState(v1alpha1.PayGiftActivityActive)
		w.step()
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestWhatTheVendorDidMeanwhileShowsInThePauseAfterAFailedCall(t *testing.T) {
	created(t, func(t *testing.T, w *world, id string) {
		w.vendor.fail(providers.OperationTerminate, noAuth)
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.pass(time.Second)
		w.vendor.console(id, func(a *activity) { a.terminated = w.clock.Now() })
		w.costs(tally{writes: 1}, func() { w.pass(sweepInterval) })
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestWhatOthersDidAtTheVendorIsReportedAndLeftAlone(t *testing.T) {
	for name, test := range map[string]struct {
		does   func(*activity)
		reason string
		state  v1alpha1.CampaignState
		says   string
		cost   tally
	}{
		"paused it": {func(a *activity) { a.paused = noon }, v1alpha1.ReasonPausedElsewhere, v1alpha1.StatePaused,
			"Resume it in the vendor's console", tally{writes: 1, get: 1}}, // the detail tells since when
		"ended it": {func(a *activity) { a.terminated = noon }, v1alpha1.ReasonTerminatedElsewhere, v1alpha1.StateTerminated,
			"raise requestRevision", tally{writes: 1}},
		"removed it": {func(a *activity) { a.forgotten = true }, v1alpha1.ReasonMissing, v1alpha1.StateMissing,
			"not created again", tally{writes: 1, get: 1}},
		"failed it": {func(a *activity) { a.failed = true }, v1alpha1.ReasonCreateFailed, v1alpha1.StateFailed,
			"Ask the vendor why", tally{writes: 1}},
		"invented a state": {func(a *activity) { a.word = "FROZEN" }, v1alpha1.ReasonUnknownState, v1alpha1.StateScheduled,
			`"FROZEN"`, tally{writes: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			created(t, func(t *testing.T, w *world, id string) {
				w.vendor.console(id, test.does)
				w.costs(test.cost, func() { w.pass(20 * time.Minute) })
				w.want(test.reason, test.state, v1alpha1.CreationConfirmed)
				contains(t, ready(w.campaign()).Message, id, test.says)
				w.costs(tally{}, func() { w.restart(); w.pass(20 * time.Minute) })
				w.vendor.console(id, func(a *activity) {
					a.paused, a.terminated, a.forgotten, a.failed, a.word = time.Time{}, time.Time{}, false, false, ""
				})
				w.costs(tally{writes: 1}, func() { w.pass(sweepInterval) })
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
			})
		})
	}
}

func TestADraftCannotTakeBackAnActivity(t *testing.T) {
	created(t, func(t *testing.T, w *world, id string) {
		w.setState(v1alpha1.PayGiftActivityDraft)
		w.costs(tally{writes: 1}, func() { w.pass(10 * time.Minute); w.restart(); w.pass(10 * time.Minute) })
		w.want(v1alpha1.ReasonCannotReturnToDraft, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.vendor.console(id, func(a *activity) { a.terminated = noon })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestALookThatWasAskedForIsHadAndEchoedOnce(t *testing.T) {
	created(t, func(t *testing.T, w *world, _ string) {
		lists := w.vendor.count(providers.OperationList)
		w.annotate("2026-11-21T12:00:00Z")
		w.costs(tally{writes: 1}, func() { w.step() })
		if got := w.campaign().Status.LastHandledReconcileAt; got != "2026-11-21T12:00:00Z" || w.vendor.count(providers.OperationList) == lists {
			t.Errorf("echo %q after %d more list calls", got, w.vendor.count(providers.OperationList)-lists)
		}
	})
}

func TestALookThatWasAskedForIsEchoedOnlyWhenItWasHad(t *testing.T) {
	created(t, func(t *testing.T, w *world, id string) {
		w.vendor.console(id, func(a *activity) { a.paused = noon })
		w.vendor.fail(providers.OperationGet, serverError, serverError, serverError)
		w.annotate("now")
		w.pass(time.Second) // the list tells that it is paused, the detail does not come
		w.want(v1alpha1.ReasonGatewayUnavailable, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.queue.add(spring)
		w.step()
		if got := w.campaign().Status.LastHandledReconcileAt; got != "" {
			t.Errorf("echoed %q although every call failed", got)
		}
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonPausedElsewhere, v1alpha1.StatePaused, v1alpha1.CreationConfirmed)
		if got := w.campaign().Status.LastHandledReconcileAt; got != "now" {
			t.Errorf("echo %q", got)
		}
	})
}

func TestAsksForALookOverrideAPauseButNotTheirOwn(t *testing.T) {
	created(t, func(t *testing.T, w *world, _ string) {
		w.vendor.fail(providers.OperationTerminate, noAuth, noAuth)
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.pass(time.Second)
		w.annotate("now")
		w.pass(time.Minute)
		if got := w.tally().terminate; got != 2 {
			t.Errorf("%d terminates, want a second one because it was asked for and no third", got)
		}
	})
}

func TestANewActivityThatReadsDoNotShowYetIsWaitedForAndThenMissing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.listLag, w.vendor.getLag = 14*time.Minute, 14*time.Minute
		w.vendor.fail(providers.OperationGet, serverError)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(9 * time.Minute)
		if memory := w.reconciler.memories.byKey[spring]; memory.LastErr != nil || memory.Failures != 0 {
			t.Errorf("an answer is no failure, but remembered is %v after %d", memory.LastErr, memory.Failures)
		}
		w.want(v1alpha1.ReasonCreating, v1alpha1.StateCreating, v1alpha1.CreationUnknown)
		w.pass(2 * time.Minute)
		w.want(v1alpha1.ReasonMissing, v1alpha1.StateMissing, v1alpha1.CreationUnknown)
		w.costs(tally{}, func() { w.restart(); w.pass(2 * time.Minute) })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestAnIdIsKeptWhileItsActivityCannotBeRead(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationGet, serverError, throttled)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.step()
		if w.campaign().Status.ActivityID == "" {
			t.Error("the id was not recorded")
		}
		w.want(v1alpha1.ReasonGatewayUnavailable, v1alpha1.StateCreating, v1alpha1.CreationUnknown)
		w.pass(2 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestACreationRecordThatSomebodyRemovedIsMadeAgain(t *testing.T) {
	created(t, func(t *testing.T, w *world, id string) {
		c := w.campaign()
		c.Status.Request, c.Status.Creation = nil, ""
		w.must(w.api.Status().Update(t.Context(), c))
		w.queue.add(spring)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if got := w.campaign().Status; got.ActivityID != id || got.Request == nil || got.Request.Account != us {
			t.Errorf("status %+v", got)
		}
	})
}

func TestWhatShowsInTheListOnlyAfterItsAbsenceWasProvenIsStillFound(t *testing.T) {
	for name, test := range map[string]struct {
		does     func(*world)
		meantime string
		at       v1alpha1.CampaignState
	}{
		"held to be nothing to terminate": {func(w *world) { w.setState(v1alpha1.PayGiftActivityTerminated) }, v1alpha1.ReasonNothingToTerminate, v1alpha1.StateTerminated},
		"held to be refused":              {func(w *world) { w.vendor.rejectSame = true }, v1alpha1.ReasonRejected, v1alpha1.StateScheduled},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.vendor.listLag = 8 * time.Minute
				w.vendor.fail(providers.OperationCreate, lostReply)
				w.apply(v1alpha1.PayGiftActivityActive)
				w.step()
				test.does(w)
				w.pass(4 * time.Minute)
				if is := ready(w.campaign()); is.Reason != test.meantime {
					t.Fatalf("%s: %s", is.Reason, is.Message)
				}
				w.pass(10 * time.Minute)
				if c := w.campaign(); c.Status.State != test.at || c.Status.ActivityID == "" || ready(c).Status != "True" {
					t.Errorf("status %+v", c.Status)
				}
			})
		})
	}
}

func TestWhatCannotBeComparedIsRetriedAndSettlesNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.broken = errRefused
		w.apply(v1alpha1.PayGiftActivityActive)
		w.step()
		if c := w.campaign(); c.Status.ActivityID == "" || c.Status.Creation != v1alpha1.CreationUnknown || ready(c).Status == "True" {
			t.Errorf("status %+v", c.Status)
		}
		w.vendor.broken = nil
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}
