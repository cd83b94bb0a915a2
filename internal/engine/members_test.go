package engine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

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
