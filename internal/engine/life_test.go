package engine

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
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
		if differences := w.campaign().Status.Drift.Differences; len(differences) != 1 || differences[0].Field != "number" {
			t.Errorf("differences %+v", differences)
		}
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

func TestMembersFollowTheManifestThereAndBackAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		set := func(members ...string) func(*v1alpha1.PayGiftActivity) {
			return func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.MerchantIdList = members }
		}
		a, b := set("1900000001", "1900000002"), set("1900000002", "1900000003")
		w.applied(v1alpha1.PayGiftActivityActive, a)
		w.pass(time.Minute)
		for _, change := range []func(*v1alpha1.PayGiftActivity){b, a, b} {
			w.edit(change)
			w.pass(5 * time.Minute)
			w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
			c := w.campaign()
			if got := slices.Sorted(slices.Values(w.vendor.activities[0].members)); !slices.Equal(got, c.Spec.AwardSendRule.MerchantIdList) {
				t.Errorf("members %v, listed %v", got, c.Spec.AwardSendRule.MerchantIdList)
			}
		}
		numbers := slices.Clone(w.vendor.numbers)
		slices.Sort(numbers)
		if len(numbers) != 6 || len(slices.Compact(numbers)) != 6 {
			t.Errorf("numbers %v", w.vendor.numbers)
		}
		calls := w.vendor.count(providers.OperationMembers)
		w.pass(30 * time.Minute)
		if w.vendor.count(providers.OperationMembers) != calls {
			t.Error("members are read while nothing asks for it")
		}
	})
}

func TestMembersThatAreRefusedAreShownAndAskedForAgainUnderANewNumber(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.MerchantIdList = []string{"1900000001"} })
		w.pass(time.Minute)
		w.vendor.strangers = []string{"1900000003"}
		w.edit(func(c *v1alpha1.PayGiftActivity) {
			c.Spec.AwardSendRule.MerchantIdList = []string{"1900000001", "1900000002", "1900000003"}
		})
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonMembersRefused, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		contains(t, ready(w.campaign()).Message, "1 of the listed members: 1900000003 (no relation)")
		if got := w.vendor.activities[0].members; len(got) != 2 {
			t.Errorf("members %v", got)
		}
		w.vendor.strangers = nil
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if got := w.vendor.activities[0].members; len(got) != 3 || len(w.vendor.numbers) != 2 || w.vendor.numbers[0] == w.vendor.numbers[1] {
			t.Errorf("members %v by %v", got, w.vendor.numbers)
		}
	})
}

func TestMembersThatOthersAddedAreReportedAndLeft(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.MerchantIdList = []string{"1900000001"} })
		w.pass(time.Minute)
		w.vendor.console(w.campaign().Status.ActivityID, func(a *activity) { a.members = append(a.members, "1900000009") })
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.MerchantIdList = []string{"1900000002"} })
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonDrifted, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		contains(t, ready(w.campaign()).Message, "1 more: 1900000009")
		if got := slices.Sorted(slices.Values(w.vendor.activities[0].members)); strings.Join(got, " ") != "1900000002 1900000009" {
			t.Errorf("members %v", got)
		}
	})
}

func TestAChangeWhoseReplyIsLostIsReadAndNotGuessed(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.MerchantIdList = []string{"1900000001"} })
		w.pass(time.Minute)
		w.vendor.fail(providers.OperationAddMembers, lostReply)
		w.edit(func(c *v1alpha1.PayGiftActivity) {
			c.Spec.AwardSendRule.MerchantIdList = []string{"1900000001", "1900000002"}
		})
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationAddMembers); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}

func TestWhatIsChangedInTheConsoleIsDriftAndMendedThereIsNone(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(10 * time.Minute)
		id, writes, gets := w.campaign().Status.ActivityID, w.writes, w.vendor.count(providers.OperationGet)
		w.vendor.console(id, func(a *activity) { a.body.Amount = 5 })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonDrifted, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		contains(t, ready(w.campaign()).Message, `amount is "5", the manifest says "100"`)
		if w.writes != writes+1 || w.vendor.count(providers.OperationGet) != gets+1 {
			t.Errorf("%d writes and %d reads", w.writes-writes, w.vendor.count(providers.OperationGet)-gets)
		}
		w.restart2()
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonDrifted, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if w.writes != writes+1 || w.vendor.count(providers.OperationGet) != gets+1 {
			t.Errorf("after a restart %d writes and %d reads", w.writes-writes, w.vendor.count(providers.OperationGet)-gets)
		}
		w.vendor.console(id, func(a *activity) { a.body.Amount = 100 })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if meta.FindStatusCondition(w.campaign().Status.Conditions, v1alpha1.ConditionDrifted) != nil {
			t.Error("still Drifted")
		}
	})
}

func TestADriftedActivityCanBeTakenAsItIs(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		id := w.campaign().Status.ActivityID
		w.vendor.console(id, func(a *activity) { a.body.Amount = 5 })
		w.pass(10 * time.Minute)
		w.edit(func(c *v1alpha1.PayGiftActivity) {
			c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: id}
			c.Spec.AwardSendRule.TransactionAmountMinimum = 5
		})
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestAnEndThatIsUndoneTwiceIsContested(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		w.vendor.slowTerminate = 1000 * time.Hour // as if somebody undid it at once
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonContested, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationTerminate); n != maxAttempts {
			t.Errorf("%d calls", n)
		}
	})
}

func TestAnActivityThatHadEndedBeforeItsResourceIsSaidToHave(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		id := w.console("", 100)
		w.clock.SetTime(noon.Add(30 * time.Hour))
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) {
			c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: id}
			c.CreationTimestamp.Time = w.clock.Now()
		})
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonEndedBeforeApplied, v1alpha1.StateEnded, v1alpha1.CreationConfirmed)
		if len(w.events) != 1 {
			t.Errorf("events %q", w.events)
		}
	})
}

// delete asks the API server to delete the manifest.
func (w *world) delete() {
	w.must(w.api.Delete(context.Background(), w.campaign()))
	w.queue.add(spring)
}

func (w *world) terminating() {
	w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionTerminate })
	w.pass(time.Minute)
	if w.metaWrites != 1 || w.writes != 2 || !guarded(w.campaign()) {
		w.t.Errorf("%d writes of metadata and %d of the status", w.metaWrites, w.writes)
	}
}

func TestDeletingEndsTheActivityWhenTheManifestSaysSo(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.terminating()
		w.delete()
		w.pass(time.Minute)
		if w.vendor.activities[0].terminated.IsZero() || w.campaign().Name != "" {
			t.Errorf("terminated %s, the resource %q is there", w.vendor.activities[0].terminated, w.campaign().Name)
		}
	})
}

func TestDeletingLeavesTheActivityWhenItsNamespaceGoesToo(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.terminating()
		w.leaving = "its namespace is going"
		w.delete()
		w.pass(time.Minute)
		if !w.vendor.activities[0].terminated.IsZero() || w.campaign().Name != "" {
			t.Error("the activity was ended, or the resource kept")
		}
	})
}

func TestADeletionSaysWhatHoldsItAndLetsGoAsAnOrphan(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.terminating()
		w.vendor.fail(providers.OperationTerminate, slices.Repeat([]fault{notSent}, 100)...)
		w.delete()
		w.pass(5 * time.Minute)
		is := ready(w.campaign())
		if is.Reason != v1alpha1.ReasonGatewayUnavailable {
			t.Fatalf("%s: %s; %v, written %v", is.Reason, is.Message, w.vendor.calls, w.statuses)
		}
		contains(t, is.Message, "kept until its activity has ended", "deletionPolicy: Orphan")
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionOrphan })
		w.pass(time.Second)
		if w.campaign().Name != "" || !w.vendor.activities[0].terminated.IsZero() {
			t.Error("the resource is kept, or its activity was ended")
		}
	})
}

func TestADeletionInTheDarkWaitsForTheLight(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationCreate, lostReply)
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionTerminate })
		w.step()
		w.delete()
		w.pass(10 * time.Minute)
		if len(w.vendor.activities) != 1 || w.vendor.activities[0].terminated.IsZero() || w.campaign().Name != "" {
			t.Errorf("activities %+v, resource %q", w.vendor.activities, w.campaign().Name)
		}
	})
}

func TestTheFinalizerGoesWithTheEndOrThePolicy(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.terminating()
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionOrphan })
		w.pass(time.Minute)
		if guarded(w.campaign()) {
			t.Error("an orphan is guarded")
		}
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionTerminate })
		w.pass(27 * time.Hour)
		if w.want(v1alpha1.ReasonEnded, v1alpha1.StateEnded, v1alpha1.CreationConfirmed); guarded(w.campaign()) {
			t.Error("what has ended is guarded")
		}
	})
}

func TestABrakeHoldsCreationsAndLetsEndsGo(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.account.Brake = v1alpha1.BrakeHold
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonAccountBraked, v1alpha1.StatePending, "")
		w.account.Brake = v1alpha1.BrakeOff
		w.queue.add(spring)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.account.Brake = v1alpha1.BrakePause
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestABrakePulledAfterTheIntentIsSeenBeforeTheSend(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.crossing = func(done bool) {
			if done {
				w.account.Brake = v1alpha1.BrakeHold
			}
		}
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonAccountBraked, v1alpha1.StatePending, "")
		if n := w.vendor.count(providers.OperationCreate); n != 0 {
			t.Errorf("%d creates", n)
		}
	})
}

func TestALiveActivityThatADeletedResourceLeavesIsToldOnItsAccount(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		c := w.campaign()
		w.delete()
		w.step()
		w.reconciler.Deleted(context.Background(), c)
		if len(w.events) != 1 || !strings.Contains(w.events[0], "LeftBehind") || !strings.Contains(w.events[0], c.Status.ActivityID) {
			t.Errorf("events %q", w.events)
		}
	})
}

func TestAHoldIsSaidForMembersToo(t *testing.T) {
	f := knownFacts()
	f.Read, f.Account.Hold = true, &status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonAccountBraked, Message: "held"}
	f.Members = MembersFacts{Applies: true, Listed: []string{"1", "2"}, Digest: "new", Read: true, Remote: []string{"1"}, Record: &v1alpha1.MembersRecord{Digest: "old", Listed: []string{"1"}}}
	if d := decide(f); d.Verdict.Reason != v1alpha1.ReasonAccountBraked {
		t.Errorf("decided %+v", d)
	}
	f = knownFacts()
	f.Read, f.Account.Hold = true, &status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonAccountBraked, Message: "held"}
	f.Members = MembersFacts{Applies: true, Listed: []string{"1"}, Digest: "new", Read: true, Remote: []string{"1", "2"}, Record: &v1alpha1.MembersRecord{Digest: "old", Listed: []string{"1", "2"}}}
	if d := decide(f); d.Action != IntendOperation || d.Change.Operation != providers.OperationRemoveMembers {
		t.Errorf("decided %+v", d)
	}
}
