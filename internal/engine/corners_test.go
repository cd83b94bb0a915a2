package engine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

// Corners that a reader of the engine found before a user could.

func lists(members ...string) func(*v1alpha1.PayGiftActivity) {
	return func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.MerchantIdList = members }
}

func revises(to int64) func(*v1alpha1.PayGiftActivity) {
	return func(c *v1alpha1.PayGiftActivity) { c.Spec.RequestRevision = ptr.To(to) }
}

func TestARevisionThatKeepsTheAdoptedActivityForgetsNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		id := w.console("spring", 100)
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) {
			c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: id}
			c.Spec.ActivityBaseInfo.ActivityName = "spring"
		})
		w.pass(10 * time.Minute)
		w.vendor.fail(providers.OperationGet, slices.Repeat([]fault{notSent}, 50)...)
		w.edit(revises(2))
		w.pass(time.Second)
		c := w.campaign()
		if c.Status.ActivityID != id || c.Status.Creation != v1alpha1.CreationConfirmed || c.Status.Request.Revision != 2 || len(c.Status.Previous) != 0 {
			t.Errorf("recorded %q %s, %+v, previous %+v", c.Status.ActivityID, c.Status.Creation, c.Status.Request, c.Status.Previous)
		}
	})
}

func TestTheAnswerOfACreateCallIsNoProofOfItsMembers(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.listLag = 20 * time.Minute
		w.applied(v1alpha1.PayGiftActivityActive, lists("1900000001", "1900000002"))
		w.pass(2 * time.Minute)
		w.wipe()
		w.edit(lists("1900000001", "1900000003"))
		w.restart2()
		w.queue.add(spring)
		w.pass(40 * time.Minute)
		w.want(v1alpha1.ReasonDrifted, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed) // 2 is nobody's that we know of
		if got := strings.Join(slices.Sorted(slices.Values(w.vendor.activities[0].members)), " "); got != "1900000001 1900000002 1900000003" {
			t.Errorf("members %s", got)
		}
	})
}

func TestAListThatTakesLongerThanAMinuteHoldsNoCreationBack(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.limits = quota.Limits{{Operation: providers.OperationList}: {PerAccount: quota.Rate{Calls: 1, Per: 40 * time.Second}}}
		w.restart()
		w.stride = 5 * time.Second
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			w.console(name, 1)
		}
		w.pass(4 * time.Minute)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(35 * time.Second)
		w.want(v1alpha1.ReasonListing, v1alpha1.StatePending, "")
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestAnEndDoesNotWaitForAChangeOfMembersToShow(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.applied(v1alpha1.PayGiftActivityActive, lists("1900000001"))
		w.pass(2 * time.Minute)
		w.edit(lists("1900000001", "1900000002"))
		w.pass(time.Second)
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.pass(2 * time.Second)
		if w.vendor.count(providers.OperationTerminate) != 1 {
			t.Error("it is still to be ended")
		}
	})
}

func TestDriftThatIsHalfMendedIsTheOtherHalf(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(10 * time.Minute)
		id := w.campaign().Status.ActivityID
		w.vendor.console(id, func(a *activity) { a.body.Amount, a.body.Name = 5, "other" })
		w.pass(10 * time.Minute)
		w.vendor.console(id, func(a *activity) { a.body.Amount = 100 })
		w.pass(10 * time.Minute)
		if differences := w.campaign().Status.Drift.Differences; len(differences) != 1 || differences[0].Field != "name" {
			t.Errorf("differences %+v", differences)
		}
	})
}

func TestAPreflightThatIsRefusedForItsRatePausesTheOthers(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationPreflight, throttled)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.step()
		if states := w.reconciler.Pacer.States(us.Gateway, us.ID); len(states) != 1 || states[0].Operation != providers.OperationPreflight || states[0].PausedUntil.IsZero() {
			t.Errorf("quotas %+v", states)
		}
	})
}

func TestAFormerActivityThatTheListDropsWhenItEndsHoldsNothingForEver(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.listRetention = time.Second
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		w.edit(func(c *v1alpha1.PayGiftActivity) {
			revises(2)(c)
			c.Spec.ActivityBaseInfo.BeginTime = noon.Add(100 * time.Hour).Format(time.RFC3339)
			c.Spec.ActivityBaseInfo.EndTime = noon.Add(125 * time.Hour).Format(time.RFC3339)
		})
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonPreviousStillLive, v1alpha1.StatePending, "")
		w.pass(30 * time.Hour)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestEndingARevisionThatWasNeverMadeNamesTheOneThatRuns(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(2 * time.Hour)
		w.edit(func(c *v1alpha1.PayGiftActivity) {
			revises(2)(c)
			c.Spec.State = v1alpha1.PayGiftActivityTerminated
		})
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonPreviousStillLive, v1alpha1.StatePending, "")
		w.edit(revises(1))
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestAListThatIsWhollyReplacedIsAddedBeforeItIsRemoved(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.applied(v1alpha1.PayGiftActivityActive, lists("1900000001"))
		w.pass(2 * time.Minute)
		w.vendor.changedWith = func(providers.Mutation) {
			if len(w.vendor.activities[0].members) == 0 {
				t.Error("for a while the activity has no members")
			}
		}
		w.edit(lists("1900000002"))
		w.pass(5 * time.Minute)
		if got := w.vendor.activities[0].members; !slices.Equal(got, []string{"1900000002"}) {
			t.Errorf("members %v", got)
		}
	})
}

func TestAConflictOverAnAdoptedIdStartsOver(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationGet, slices.Repeat([]fault{notSent}, 3)...)
		once := true
		w.crossing = func(done bool) {
			if once && !done {
				once = false
				w.edit(func(c *v1alpha1.PayGiftActivity) { c.Labels = map[string]string{"a": "b"} })
			}
		}
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: "777"} })
		w.pass(2 * time.Minute)
		w.want(v1alpha1.ReasonAdoptNotFound, v1alpha1.StatePending, "")
	})
}

func TestAnActivityThatTheListNeverShowsIsNotReadInEverySweep(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.listLag = 1000 * time.Hour
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(50 * time.Minute)
		reads := w.vendor.count(providers.OperationGet)
		w.pass(10 * time.Hour)
		if got := w.vendor.count(providers.OperationGet) - reads; got > 20 { // around its begin
			t.Errorf("%d reads in ten hours", got)
		}
	})
}

func TestADeletionWhileANewRevisionWaitsSaysWhatRuns(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.terminating()
		w.edit(revises(2))
		w.pass(time.Minute)
		w.delete()
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonPreviousStillLive, v1alpha1.StatePending, "")
		contains(t, ready(w.campaign()).Message, "10028001", "requestRevision", "deletionPolicy: Orphan")
		w.edit(revises(1))
		w.pass(10 * time.Minute)
		if w.vendor.activities[0].terminated.IsZero() || w.campaign().Name != "" {
			t.Error("the activity runs on, or the resource is kept")
		}
	})
}

func TestARevisionRaisedOutOfAConflictIsHeldByWhatIsThere(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		w.wipe() // as a resource that was deleted and made again with other content
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.TransactionAmountMinimum = 200 })
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonRequestNumberConflict, v1alpha1.StateScheduled, v1alpha1.CreationDiffers)
		w.edit(revises(2))
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonPreviousStillLive, v1alpha1.StatePending, "")
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.ReplacePrevious = v1alpha1.ReplaceKeep })
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonLooksLikeExisting, v1alpha1.StatePending, "")
		if len(w.vendor.activities) != 1 {
			t.Errorf("%d activities", len(w.vendor.activities))
		}
	})
}

func TestATypingMistakeInTheListLeavesTheActivityItsMembers(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.applied(v1alpha1.PayGiftActivityActive, lists("1900000001"))
		w.pass(2 * time.Minute)
		w.vendor.strangers = []string{"1900000777"}
		w.edit(lists("1900000777"))
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonMembersRefused, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		contains(t, ready(w.campaign()).Message, "None of those listed is in effect")
		if got := w.vendor.activities[0].members; !slices.Equal(got, []string{"1900000001"}) {
			t.Errorf("members %v", got)
		}
		w.edit(lists("1900000002"))
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if got := w.vendor.activities[0].members; !slices.Equal(got, []string{"1900000002"}) {
			t.Errorf("members %v", got)
		}
	})
}
