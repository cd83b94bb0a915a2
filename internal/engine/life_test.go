package engine

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestADraftSaysWhatItWouldDoAndSendsNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityDraft)
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonDraft, v1alpha1.StateDraft, "")
		plan := w.campaign().Status.Plan
		if plan == nil || len(plan.Calls) != 1 || plan.Calls[0].Digest == "" || plan.Calls[0].Number == "" || plan.Commits != "200.00 yuan" || plan.QuotaWait != "0s" {
			t.Fatalf("plan %+v", plan)
		}
		if w.vendor.count(providers.OperationCreate) != 0 || w.writes != 1 {
			t.Errorf("%d creates, %d writes", w.vendor.count(providers.OperationCreate), w.writes)
		}
		w.setState(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		c := w.campaign()
		if c.Status.Request.Digest != plan.Calls[0].Digest || c.Status.Request.Number != plan.Calls[0].Number || c.Status.Plan != nil {
			t.Errorf("created %+v, planned %+v", c.Status.Request, plan.Calls)
		}
	})
}

func TestADraftMeetsWhatTheLiveStateWouldMeet(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.findings = []providers.Finding{{Field: "award_list[0].stock_id", Message: "it is paused"}}
		w.apply(v1alpha1.PayGiftActivityDraft)
		w.step()
		w.want(v1alpha1.ReasonReferenceNotUsable, v1alpha1.StateDraft, "")
		contains(t, ready(w.campaign()).Message, "award_list[0].stock_id: it is paused")
		w.vendor.findings = nil
		w.pass(11 * time.Minute)
		w.want(v1alpha1.ReasonDraft, v1alpha1.StateDraft, "")
		w.pass(time.Hour) // its begin passes
		w.want(v1alpha1.ReasonBeginPassed, v1alpha1.StateDraft, "")
	})
}

func TestASettledDraftCostsNothingAfterARestart(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityDraft)
		w.step()
		w.vendor.calls = map[providers.Operation]int{}
		writes := w.writes
		w.restart2()
		w.pass(4 * time.Minute)
		if w.writes != writes || w.vendor.count(providers.OperationPreflight) != 0 || w.vendor.count(providers.OperationGet) != 0 {
			t.Errorf("%d writes, calls %v", w.writes-writes, w.vendor.calls)
		}
	})
}

func TestWhatTheManifestRefersToIsLookedAtBeforeTheFirstCall(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.findings = []providers.Finding{{Field: "f", Message: "it is paused"}}
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonReferenceNotUsable, v1alpha1.StatePending, "")
		if n := w.vendor.count(providers.OperationPreflight); n != 1 {
			t.Errorf("looked %d times", n)
		}
		w.vendor.findings = nil
		w.pass(6 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestWhatCannotBeLookedAtDoesNotStandInTheWay(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationPreflight, noAuth)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

// console makes an activity that no resource has asked for.
func (w *world) console(name string, amount int64) string {
	created, err := w.vendor.commit(vendorBody{Number: "console-" + name, Name: name, Amount: amount,
		Begin: noon.Add(time.Hour), End: noon.Add(25 * time.Hour), Members: []string{"1900000109"}})
	if err != nil {
		w.t.Fatal(err)
	}
	return created.ID
}

func TestAnExistingActivityIsTakenOverAndNothingCreated(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		id := w.console("spring", 100)
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) {
			c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: id}
			c.Spec.ActivityBaseInfo, c.Spec.AwardSendRule = v1alpha1.PayGiftActivityBaseInfo{}, v1alpha1.PayGiftAwardSendRule{}
		})
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		c := w.campaign()
		if c.Status.ActivityID != id || !c.Status.Request.Adopted || c.Status.Request.Number != "console-spring" {
			t.Errorf("recorded %q, %+v", c.Status.ActivityID, c.Status.Request)
		}
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationCreate); n != 0 {
			t.Errorf("%d creates", n)
		}
	})
}

func TestAnIDThatTheVendorDoesNotKnowCanBeCorrected(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		id := w.console("spring", 100)
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) {
			c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: "777"}
		})
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonAdoptNotFound, v1alpha1.StatePending, "")
		if c := w.campaign(); c.Status.ActivityID != "" || c.Status.Request != nil {
			t.Errorf("recorded %q, %+v", c.Status.ActivityID, c.Status.Request)
		}
		w.edit(func(c *v1alpha1.PayGiftActivity) {
			c.Spec.Adopt.ActivityID = id
			c.Spec.ActivityBaseInfo.ActivityName = "spring"
		})
		w.pass(time.Minute)
		if c := w.campaign(); c.Status.ActivityID != id || c.Status.Creation != v1alpha1.CreationConfirmed {
			t.Errorf("recorded %q %q", c.Status.ActivityID, c.Status.Creation)
		}
	})
}

func TestAnAdoptedActivityOfOtherContentHasDriftedAndCanBeEnded(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		id := w.console("", 777)
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) {
			c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: id}
		})
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonDrifted, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		contains(t, ready(w.campaign()).Message, `amount is "777", the manifest says "100"`, "Correct the manifest")
		if !meta.IsStatusConditionTrue(w.campaign().Status.Conditions, v1alpha1.ConditionDrifted) {
			t.Error("no condition Drifted")
		}
		if !w.setAmount(777) {
			t.Fatal("the correction was refused")
		}
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestObservingSendsNothingAndManagingLooksFirst(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.applied(v1alpha1.PayGiftActivityTerminated, func(c *v1alpha1.PayGiftActivity) { c.Spec.ManagementPolicy = v1alpha1.ManagementObserve })
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonNothingToObserve, v1alpha1.StatePending, "")
		id := w.console("", 100)
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: id} })
		w.pass(time.Hour + 10*time.Minute)
		w.want(v1alpha1.ReasonObserved, v1alpha1.StateRunning, "")
		if w.vendor.count(providers.OperationCreate)+w.vendor.count(providers.OperationTerminate) != 0 {
			t.Errorf("calls %v", w.vendor.calls)
		}
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.ManagementPolicy = v1alpha1.ManagementManage })
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestALiveActivityOfTheSameNameAndTimeStopsACreation(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		id := w.console("spring", 100)
		w.pass(2 * time.Minute)
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.ActivityBaseInfo.ActivityName = "spring" })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonLooksLikeExisting, v1alpha1.StatePending, "")
		contains(t, ready(w.campaign()).Message, id, "console-spring", "same content", "allowTwin")
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AllowTwin = true })
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if w.campaign().Status.ActivityID == id {
			t.Error("the twin was taken")
		}
	})
}

func TestANewRevisionWaitsForTheFormerActivityToEnd(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		first := w.campaign().Status.ActivityID
		again := func(c *v1alpha1.PayGiftActivity) {
			c.Spec.RequestRevision = ptr.To[int64](2)
			c.Spec.AwardSendRule.TransactionAmountMinimum = 200
		}
		if !w.edit(again) {
			t.Fatal("the edit was refused")
		}
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonPreviousStillLive, v1alpha1.StatePending, "")
		previous := w.campaign().Status.Previous
		if len(previous) != 1 || previous[0].ActivityID != first || previous[0].Revision != 1 || previous[0].State != v1alpha1.StateScheduled {
			t.Fatalf("previous %+v", previous)
		}
		w.vendor.console(first, func(a *activity) { a.terminated = w.clock.Now() })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		c := w.campaign()
		if c.Status.ActivityID == first || c.Status.Request.Revision != 2 || c.Status.Previous[0].State != v1alpha1.StateTerminated {
			t.Errorf("recorded %q, %+v, previous %+v", c.Status.ActivityID, c.Status.Request, c.Status.Previous)
		}
		if len(w.vendor.activities) != 2 {
			t.Errorf("%d activities", len(w.vendor.activities))
		}
	})
}

func TestTheFormerActivityCanBeKept(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		w.edit(func(c *v1alpha1.PayGiftActivity) {
			c.Spec.RequestRevision, c.Spec.ReplacePrevious = ptr.To[int64](2), v1alpha1.ReplaceKeep
		})
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if len(w.vendor.activities) != 2 {
			t.Errorf("%d activities", len(w.vendor.activities))
		}
		w.wipe()
		w.restart2()
		w.queue.add(spring)
		w.pass(time.Minute)
		if c := w.campaign(); len(c.Status.Previous) != 1 || len(w.vendor.activities) != 2 {
			t.Errorf("after a lost status: previous %+v, %d activities", c.Status.Previous, len(w.vendor.activities))
		}
	})
}

func TestALoweredRevisionIsAnsweredAndNothingMade(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.RequestRevision = ptr.To[int64](2) })
		w.pass(time.Minute)
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.RequestRevision = nil })
		w.pass(2 * time.Hour)
		w.want(v1alpha1.ReasonRevisionLowered, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.RequestRevision = ptr.To[int64](2) })
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		if len(w.vendor.activities) != 1 {
			t.Errorf("%d activities", len(w.vendor.activities))
		}
	})
}

func TestARevisionAskedForWhileTheFormerIsInTheDarkWaitsForTheLight(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationCreate, lostReply)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.step()
		if w.campaign().Status.Creation != v1alpha1.CreationUnknown {
			t.Fatal("not in the dark")
		}
		w.edit(func(c *v1alpha1.PayGiftActivity) {
			c.Spec.RequestRevision, c.Spec.ReplacePrevious = ptr.To[int64](2), v1alpha1.ReplaceKeep
			c.Spec.AwardSendRule.TransactionAmountMinimum = 300
		})
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if previous := w.campaign().Status.Previous; len(previous) != 1 || len(w.vendor.activities) != 2 || w.vendor.activities[1].body.Amount != 300 {
			t.Errorf("previous %+v, %d activities", previous, len(w.vendor.activities))
		}
	})
}
