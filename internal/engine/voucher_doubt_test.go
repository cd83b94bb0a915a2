package engine

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// atMost fails the test when a stretch costs more calls an hour than that, or more writes; sweeps do not count.
func (w *world) atMost(anHour int, do func()) {
	w.t.Helper()
	cost := func() (calls int) {
		w.vendor.now(func(v *vendor) {
			for op, n := range v.calls {
				if op != providers.OperationList {
					calls += n
				}
			}
		})
		return calls
	}
	began, calls, writes := w.clock.Now(), cost(), w.writes
	do()
	hours := w.clock.Since(began).Hours()
	if n, m := cost()-calls, w.writes-writes; float64(n) > float64(anHour)*hours || float64(m) > float64(anHour)*hours {
		w.t.Errorf("%d calls and %d writes in %.0f hours: %v", n, m, hours, w.vendor.calls)
	}
}

// stall is a way into something that stays as it is until somebody acts.
type stall struct {
	of     func(*vendor)
	apply  func(*v1alpha1.PayGiftActivity)
	then   func(*world)
	reason string
}

// run fails the test unless the vendor is asked at most six times an hour meanwhile, also after a restart.
func (s stall) run(t *testing.T) {
	t.Helper()
	inVouchers(t, func(t *testing.T, w *world) {
		s.of(w.vendor)
		w.secrets()
		w.secret("x", "X", 3)
		w.applied(v1alpha1.PayGiftActivityActive, s.apply)
		w.pass(20 * time.Minute)
		s.then(w)
		w.pass(20 * time.Minute)
		for range 2 {
			if is := ready(w.campaign()); is.Reason != s.reason {
				t.Errorf("%s: %s, want %s", is.Reason, is.Message, s.reason)
			}
			w.atMost(6, func() { w.pass(10 * time.Hour) })
			w.restart()
		}
	})
}

func TestWhatWaitsForSomebodyAsksTheVendorAFewTimesAnHour(t *testing.T) {
	nothing, upload := func(*world) {}, func(sources string) func(*v1alpha1.PayGiftActivity) {
		return func(c *v1alpha1.PayGiftActivity) { uploads(c); codes(sources)(c) }
	}
	more := func(w *world) { w.amend(codes("a=1200,b=900")) }
	usual := func(*vendor) {}
	for name, stall := range map[string]stall{
		"held with codes to hand over":             {usual, upload("a=1200"), func(w *world) { w.brake(v1alpha1.BrakeHold); more(w) }, v1alpha1.ReasonAccountBraked},
		"beyond the limit with codes to hand over": {usual, upload("a=1200"), func(w *world) { w.limited(maxActive("15.00")); more(w) }, v1alpha1.ReasonBudgetLimitExceeded},
		"a Secret that is not there":               {usual, upload("nowhere=1200"), nothing, v1alpha1.ReasonCodesInvalid},
		"some codes refused":                       {usual, upload("x=3,a=1200"), nothing, v1alpha1.ReasonCodesRefused},
		"all codes refused":                        {usual, upload("x=3"), nothing, v1alpha1.ReasonCodesRefused},
		"over before it was edited":                {usual, func(*v1alpha1.PayGiftActivity) {}, func(w *world) { w.pass(26 * time.Hour); w.amend(laterAndMore) }, v1alpha1.ReasonEditAfterEnd},
	} {
		t.Run(name, stall.run)
	}
}

// laterAndMore asks for a later end and for more.
func laterAndMore(c *v1alpha1.PayGiftActivity) {
	c.Spec.ActivityBaseInfo.EndTime = noon.Add(72 * time.Hour).Format(time.RFC3339)
	c.Spec.AwardSendRule.TransactionAmountMinimum = 500
}

func TestAnEditAfterTheEndIsSaidToHaveNoEffect(t *testing.T) {
	madeVoucher(t, func(*v1alpha1.PayGiftActivity) {}, func(t *testing.T, w *world, _ string) {
		w.pass(26 * time.Hour)
		w.want(v1alpha1.ReasonEnded, v1alpha1.StateEnded, v1alpha1.CreationConfirmed)
		asWas := w.campaign().Spec
		w.amend(laterAndMore)
		w.pass(30 * time.Minute)
		w.want(v1alpha1.ReasonEditAfterEnd, v1alpha1.StateEnded, v1alpha1.CreationConfirmed)
		if is := ready(w.campaign()); is.Status != "False" {
			t.Errorf("Ready is %s: %s", is.Status, is.Message)
		}
		w.restart()
		w.pass(30 * time.Minute)
		w.want(v1alpha1.ReasonEditAfterEnd, v1alpha1.StateEnded, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationModify) + w.vendor.count(providers.OperationAppend); n != 0 {
			t.Errorf("%d calls", n)
		}
		w.amend(func(c *v1alpha1.PayGiftActivity) { c.Spec = asWas })
		w.pass(30 * time.Minute)
		w.want(v1alpha1.ReasonEnded, v1alpha1.StateEnded, v1alpha1.CreationConfirmed)
	})
}

// raisedInFlight has the answer to the create call get lost, and the next revision asked for at once.
func (w *world) raisedInFlight(takes time.Duration, changes ...func(*v1alpha1.PayGiftActivity)) {
	w.vendor.vouchers.takes = takes
	w.vendor.fail(providers.OperationCreate, lostReply)
	w.applied(v1alpha1.PayGiftActivityActive, inThreeDays)
	w.vendor.crossing = func(op providers.Operation, done bool) {
		if op == providers.OperationCreate && done {
			w.vendor.crossing = func(providers.Operation, bool) {}
			w.raise(changes...)
		}
	}
	w.pass(30 * time.Minute)
}

// activities fails the test unless the vendor has so many.
func (w *world) activities(want int) {
	w.t.Helper()
	if n := len(w.vendor.activities); n != want {
		w.t.Errorf("%d activities, want %d; %s: %s", n, want, ready(w.campaign()).Reason, ready(w.campaign()).Message)
	}
}

func keep(c *v1alpha1.PayGiftActivity) { c.Spec.ReplacePrevious = v1alpha1.ReplaceKeep }

func rename(name string) func(*v1alpha1.PayGiftActivity) {
	return func(c *v1alpha1.PayGiftActivity) { c.Spec.ActivityBaseInfo.ActivityName = name }
}

func TestARevisionThatIsRaisedWhileACreationIsOpenHasThatFoundOutFirst(t *testing.T) {
	for habit, of := range voucherHabits {
		t.Run(habit, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				of(w.vendor)
				numbers := map[string]bool{}
				w.vendor.createdWith = func(body vendorBody, _ []byte) { numbers[body.Number] = true }
				w.raisedInFlight(4 * time.Minute)
				w.want(v1alpha1.ReasonPreviousStillLive, v1alpha1.StatePending, "")
				w.activities(1)
				if previous := w.campaign().Status.Previous; len(previous) != 1 || previous[0].ActivityID != "10028001" || len(numbers) != 1 {
					t.Errorf("previous %+v, numbers %v", previous, numbers)
				}
				w.edit(keep)
				w.pass(20 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				w.activities(2)
			})
		})
	}
}

func TestARevisionThatKeepsTheFormerOneIsMadeOnceThatIsKnown(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.raisedInFlight(4*time.Minute, keep)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.activities(2)
		if st := w.campaign().Status; len(st.Previous) != 1 || st.Previous[0].ActivityID != "10028001" || st.ActivityID != "10028002" {
			t.Errorf("made %s, previous %+v", st.ActivityID, st.Previous)
		}
	})
}

func TestARaisedRevisionWithOtherContentGivesTheOpenCreationUpOnlyWhenItWasToldThatNothingCanBeTold(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.unlisted = true
		w.raisedInFlight(4*time.Minute, rename("summer"))
		w.pass(2 * time.Hour)
		w.want(v1alpha1.ReasonOutcomeUnknown, v1alpha1.StateCreating, v1alpha1.CreationUnknown)
		if is := ready(w.campaign()); w.warned(v1alpha1.ReasonOutcomeUnknown) == 0 {
			t.Errorf("it is not stalled: %s, events %q", is.Message, w.events)
		}
		w.activities(1)
		w.edit(rename("autumn"))
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonPreviousStillLive, v1alpha1.StatePending, "")
		if previous := w.campaign().Status.Previous; len(previous) != 1 || previous[0].ActivityID != "" || previous[0].Revision != 1 {
			t.Errorf("previous %+v", previous)
		}
		w.activities(1)
		w.edit(keep)
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.activities(2)
	})
}

func TestARaisedRevisionWhoseContentIsWrittenAgainHasTheOpenCreationRepeated(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.unlisted = true
		was := ""
		w.raisedInFlight(4*time.Minute, func(c *v1alpha1.PayGiftActivity) {
			was = c.Spec.ActivityBaseInfo.ActivityName
			rename("summer")(c)
		})
		w.edit(rename(was))
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonPreviousStillLive, v1alpha1.StatePending, "")
		w.activities(1)
		if previous := w.campaign().Status.Previous; len(previous) != 1 || previous[0].ActivityID != "10028001" {
			t.Errorf("previous %+v", previous)
		}
	})
}

func TestAnEditOfWhatTheVendorDoesNotShowIsMadeAlthoughTheClusterWasLost(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.vouchers.hidesShops = true
		w.applied(v1alpha1.PayGiftActivityActive, shops("1", "2"))
		w.pass(5 * time.Minute)
		spec := w.campaign().Spec
		w.delete()
		w.pass(time.Second)
		w.restart()
		spec.AwardSendRule.MerchantIdList = []string{"1", "3"}
		w.store(&v1alpha1.PayGiftActivity{Spec: spec})
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.restart()
		w.pass(20 * time.Minute)
		w.activities(1)
		if a, n := w.vendor.activities[0], w.vendor.count(providers.OperationModify); n != 1 || a.members[1] != "3" {
			t.Errorf("%d modifications, shops %v", n, a.members)
		}
	})
}

func TestALookalikeThatDiffersVisiblyIsNotTakenOverAndChanged(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		_, err := w.vendor.commit(vendorBody{Number: "made in the console", Amount: 40, Begin: noon.Add(time.Hour), End: noon.Add(25 * time.Hour), Members: []string{"77", "78"}})
		w.must(err)
		w.clock.SetTime(noon.Add(4 * time.Minute))
		w.applied(v1alpha1.PayGiftActivityActive, shops("1", "2"))
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonLooksLikeExisting, v1alpha1.StatePending, "")
		w.activities(1)
		if a := w.vendor.activities[0]; a.body.Amount != 40 || a.members[0] != "77" {
			t.Errorf("somebody else's activity has %d vouchers, shops %v", a.body.Amount, a.members)
		}
	})
}

func TestAModificationThatComesToNothingIsNotTakenForOneWithARefusedShop(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.strangers = []string{"9"}
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { inThreeDays(c); shops("1", "9")(c) })
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonPartsRefused, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.vendor.now(func(v *vendor) { v.vouchers.reverts = true })
		w.amend(shops("2", "3", "9"))
		w.pass(30 * time.Minute)
		w.want(v1alpha1.ReasonContested, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationModify); n != maxAttempts {
			t.Errorf("%d modifications", n)
		}
		w.vendor.now(func(v *vendor) { v.vouchers.reverts = false })
		w.annotate("once more")
		w.pass(30 * time.Minute)
		w.want(v1alpha1.ReasonPartsRefused, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if got := w.vendor.activities[0].members; len(got) != 2 || got[0] != "2" {
			t.Errorf("the vendor has shops %v", got)
		}
	})
}
