package engine

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestACreationCostsTwoWritesAndTwoCalls(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.costs(tally{writes: 2, create: 1, get: 1}, func() { w.step() })
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		c := w.campaign()
		if c.Status.ActivityID == "" || c.Status.CreateTime == "" || c.Status.ObservedGeneration != 1 || c.Status.Request.Account != us {
			t.Errorf("status %+v", c.Status)
		}
	})
}

func TestASettledCampaignCostsNothingWhateverWakesIt(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.step()
		w.costs(tally{}, func() {
			w.pass(30 * time.Minute) // six sweeps
			w.queue.add(spring)
			w.step()
			w.restart()
			w.pass(20 * time.Minute)
		})
	})
}

func TestTheWholeLifeOfACampaignCostsOneWriteAStation(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.step()
		w.costs(tally{writes: 1}, func() { w.pass(time.Hour + 10*time.Second) })
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		w.costs(tally{}, func() { w.pass(23 * time.Hour) })
		w.costs(tally{writes: 1}, func() { w.pass(time.Hour) })
		w.want(v1alpha1.ReasonEnded, v1alpha1.StateEnded, v1alpha1.CreationConfirmed)
		w.costs(tally{}, func() { w.pass(48 * time.Hour) })
	})
}

func TestADraftWithoutAnAccountSaysSoAndSendsNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.missing = true
		w.apply(v1alpha1.PayGiftActivityDraft)
		w.costs(tally{writes: 1}, func() { w.pass(30 * time.Minute) })
		w.want(v1alpha1.ReasonAccountNotReady, v1alpha1.StateDraft, "")
		w.missing = false
		w.annotate("look")
		w.costs(tally{writes: 1}, func() { w.step() })
		w.want(v1alpha1.ReasonDraft, v1alpha1.StateDraft, "")
		if got := w.campaign().Status.LastHandledReconcileAt; got != "look" {
			t.Errorf("the annotation on a draft is echoed as %q", got)
		}
	})
}

func TestALostReplyIsLookedUpAndNotSentAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.noReplay = true // even where a vendor would create twice
		w.vendor.fail(providers.OperationCreate, lostReply)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.step()
		w.want(v1alpha1.ReasonOutcomeUnknown, v1alpha1.StateCreating, v1alpha1.CreationUnknown)
		w.costs(tally{writes: 1, get: 1}, func() { w.pass(time.Minute) })
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestALostReplyThatTheListShowsLateIsReplayed(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.listLag = 10 * time.Minute
		w.vendor.fail(providers.OperationCreate, lostReply)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if made := w.vendor.made(w.campaign().Status.Request.Number); len(made) != 1 {
			t.Errorf("%d activities", len(made))
		}
	})
}

func TestADefiniteRefusalUnfreezesTheManifestAndACorrectedOneIsSentAtOnce(t *testing.T) {
	for name, refusal := range map[string]fault{"never to be repeated": badParam, "to be repeated slowly": badRequest, "of a permission": noAuth} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.vendor.fail(providers.OperationCreate, refusal)
				w.apply(v1alpha1.PayGiftActivityActive)
				w.costs(tally{writes: 2, create: 1}, func() { w.pass(time.Minute) })
				c := w.campaign()
				if c.Status.Creation != "" || c.Status.Request != nil || c.Status.Rejection == nil || c.Status.Rejection.Code != refusal.err.Code {
					t.Fatalf("status %+v", c.Status)
				}
				contains(t, ready(c).Message, refusal.err.Code)
				if !w.setAmount(200) {
					t.Fatal("the manifest is frozen")
				}
				w.costs(tally{writes: 2, create: 1, get: 1}, func() { w.step() })
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				if w.campaign().Status.Rejection != nil {
					t.Error("the refusal is still in the status")
				}
			})
		})
	}
}

func TestARefusalThatMayPassIsRepeatedSlowlyAndAtOnceWhenAskedFor(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationCreate, badRequest, badRequest, badRequest)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(9 * time.Minute)
		w.want(v1alpha1.ReasonWaitingForVendor, v1alpha1.StatePending, "")
		w.costs(tally{writes: 2, create: 1}, func() { w.pass(2 * time.Minute) })
		w.costs(tally{}, func() { w.pass(18 * time.Minute) }) // 20 minutes this time
		w.annotate("now")
		w.costs(tally{writes: 2, create: 1}, func() { w.pass(time.Second) })
		if c := w.campaign(); c.Status.LastHandledReconcileAt != "now" || c.Status.Rejection.Attempts != 3 {
			t.Errorf("echo %q, %+v", c.Status.LastHandledReconcileAt, c.Status.Rejection)
		}
	})
}

func TestARefusalForEverIsTriedAgainOnlyWhenAskedFor(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationCreate, badParam)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.step()
		w.want(v1alpha1.ReasonRejected, v1alpha1.StatePending, "")
		w.costs(tally{}, func() { w.pass(30 * time.Minute); w.restart(); w.pass(time.Minute) })
		w.annotate("now")
		w.costs(tally{writes: 2, create: 1, get: 1}, func() { w.step() })
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestARefusalOfALaterSendProvesNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.listLag, w.vendor.rejectSame = 30*time.Second, true
		w.vendor.fail(providers.OperationCreate, lostReply)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(10 * time.Second) // sent again, and refused because the number is taken
		w.want(v1alpha1.ReasonOutcomeUnknown, v1alpha1.StateCreating, v1alpha1.CreationUnknown)
		if w.setAmount(200) {
			t.Error("the creation fields were unfrozen by a refusal that proves nothing")
		}
		w.pass(2 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestARefusalAfterASuccessThatCouldNotBeRecordedProvesNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.listLag, w.vendor.rejectSame = 30*time.Second, true
		w.vendor.fail(providers.OperationGet, serverError) // nor is the new id learned by reading it
		w.apply(v1alpha1.PayGiftActivityActive)
		w.refuse = func() error {
			if w.vendor.count(providers.OperationCreate) == 1 {
				return errRefused
			}
			return nil
		}
		w.pass(20 * time.Second)
		if w.tally().create != 2 {
			t.Fatalf("%+v, want the request repeated", w.tally())
		}
		w.want(v1alpha1.ReasonOutcomeUnknown, v1alpha1.StateCreating, v1alpha1.CreationUnknown)
		w.pass(3 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestServerErrorsAreRepeatedALittleThenLookedUpAndThenWaitLong(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationCreate, serverError, serverError, serverError, serverError, serverError)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(2 * time.Minute)
		if got := w.tally(); got.create != maxSends {
			t.Errorf("%d sends, want %d", got.create, maxSends)
		}
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonGatewayUnavailable, v1alpha1.StatePending, "")
		w.costs(tally{writes: 2, create: 1, get: 1}, func() { w.pass(10 * time.Minute) })
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestAfterAProofOfAbsenceAnEditIsSentAtOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationCreate, serverError, serverError, serverError, serverError, serverError)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(7 * time.Minute)
		w.want(v1alpha1.ReasonGatewayUnavailable, v1alpha1.StatePending, "")
		if !w.setAmount(200) {
			t.Fatal("the manifest is frozen")
		}
		w.costs(tally{writes: 2, create: 1, get: 1}, func() { w.step() })
	})
}

func TestAStateThatNoLongerWantsTheActivityIsNeverSent(t *testing.T) {
	for state, reason := range map[v1alpha1.PayGiftActivityDesiredState]string{
		v1alpha1.PayGiftActivityDraft: v1alpha1.ReasonDraft, v1alpha1.PayGiftActivityTerminated: v1alpha1.ReasonNothingToTerminate,
	} {
		t.Run(string(state), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.vendor.fail(providers.OperationCreate, serverError)
				w.apply(v1alpha1.PayGiftActivityActive)
				w.step()
				w.setState(state)
				w.costs(tally{writes: 2}, func() { w.pass(5 * time.Minute) })
				if is := ready(w.campaign()); is.Reason != reason {
					t.Errorf("%s: %s", is.Reason, is.Message)
				}
			})
		})
	}
}

func TestAThrottledCreateWaitsAsLongAsTheGatewayAsksAndSaysSoOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationCreate, throttled)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.costs(tally{writes: 2, create: 1}, func() { w.pass(29 * time.Second) })
		w.want(v1alpha1.ReasonThrottled, v1alpha1.StatePending, "")
		w.costs(tally{writes: 2, create: 1, get: 1}, func() { w.pass(5 * time.Second) })
	})
}

func TestNothingIsSentThatCouldNotBeAudited(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.auditTo = brokenWriter{}
		w.restart()
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		if got := w.tally(); got.create != 0 || w.failures == 0 {
			t.Errorf("%+v after %d failures", got, w.failures)
		}
	})
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errRefused }

func TestAConflictOfTheNumberIsLeftAloneUntilTheManifestIsCorrected(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.step()
		w.wipe()
		w.setAmount(500) // last year's name, this year's content
		w.restart2()
		w.want(v1alpha1.ReasonRequestNumberConflict, v1alpha1.StateScheduled, v1alpha1.CreationDiffers)
		contains(t, ready(w.campaign()).Message, `amount is "100", the manifest says "500"`)
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.costs(tally{writes: 1}, func() { w.pass(30 * time.Minute) }) // the generation; it is not ended, not ours
		if !w.setAmount(100) {
			t.Fatal("frozen although it differs")
		}
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestADifferentActivityThatHasEndedKeepsItsExplanation(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.step()
		w.pass(30 * time.Hour)
		w.wipe()
		w.setAmount(500)
		w.restart2()
		message := ready(w.campaign()).Message
		contains(t, message, `the manifest says "500"`)
		w.vendor.listRetention = time.Hour
		w.costs(tally{get: 1}, func() { w.pass(time.Hour); w.queue.add(spring); w.step() })
		if got := ready(w.campaign()).Message; got != message {
			t.Errorf("the message became %q", got)
		}
	})
}

func TestAManifestThatCannotBeSentSaysWhy(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.ActivityBaseInfo.EndTime = "tomorrow" })
		w.step()
		w.want(v1alpha1.ReasonInvalidSpec, v1alpha1.StatePending, "")
		contains(t, ready(w.campaign()).Message, "spec.activityBaseInfo.endTime")
	})
}

func TestAbsenceTakesTwoSweepsAMinuteAfterTheLastSend(t *testing.T) {
	for name, again := range map[string]bool{"of one send": false, "of the last of two sends": true} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.vendor.fail(providers.OperationCreate, serverError)
				w.apply(v1alpha1.PayGiftActivityActive)
				w.step()
				if again { // one sweep has lacked the number already when it is sent once more
					w.setState(v1alpha1.PayGiftActivityDraft)
					w.pass(time.Minute + time.Millisecond)
					w.setState(v1alpha1.PayGiftActivityActive)
				}
				w.vendor.fail(providers.OperationCreate, lostReply)
				w.vendor.listLag = time.Minute + 500*time.Millisecond // between the two sweeps
				w.pass(time.Second)
				if got := w.tally().create; got != 2 {
					t.Fatalf("%d creates", got)
				}
				w.setState(v1alpha1.PayGiftActivityDraft)
				w.pass(2 * time.Minute)
				w.want(v1alpha1.ReasonCannotReturnToDraft, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
			})
		})
	}
}

func TestAfterARestartARefusalProvesNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.listLag, w.vendor.rejectSame = 30*time.Second, true
		w.vendor.fail(providers.OperationCreate, lostReply)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.step()
		w.restart()
		w.pass(10 * time.Second)
		if got := w.tally().create; got != 2 {
			t.Fatalf("%d creates", got)
		}
		w.want(v1alpha1.ReasonOutcomeUnknown, v1alpha1.StateCreating, v1alpha1.CreationUnknown)
	})
}

func TestEverySendTakesATokenOfTheQuota(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.limits = quota.Defaults()
		w.restart()
		w.vendor.fail(providers.OperationCreate, badParam)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.step()
		w.setAmount(200)
		w.costs(tally{}, func() { w.pass(500 * time.Millisecond) }) // one a second
		w.costs(tally{writes: 2, create: 1, get: 1}, func() { w.pass(time.Second) })
	})
}
