package engine

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestWhatIsContestedHeldOrOverAsksTheVendorAFewTimesAnHour(t *testing.T) {
	nothing, usual := func(*world) {}, func(*vendor) {}
	for name, stall := range map[string]stall{
		"contested": {
			func(v *vendor) { v.vouchers.showsShops = 2 },
			func(c *v1alpha1.PayGiftActivity) { inThreeDays(c); shops("1", "2", "3")(c) }, nothing, v1alpha1.ReasonContested,
		},
		"held with an append to make": {usual, inThreeDays, func(w *world) {
			w.brake(v1alpha1.BrakeHold)
			w.amend(func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.TransactionAmountMinimum = 200 })
		}, v1alpha1.ReasonAccountBraked},
		"over before it was edited": {usual, func(*v1alpha1.PayGiftActivity) {}, func(w *world) { w.pass(26 * time.Hour); w.amend(laterAndMore) }, reasonEditAfterEnd},
	} {
		t.Run(name, stall.run)
	}
}

// reasonEditAfterEnd is how an activity is reported whose manifest was edited when its time was over.
const reasonEditAfterEnd = "EditAfterEnd"

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
		w.want(reasonEditAfterEnd, v1alpha1.StateEnded, v1alpha1.CreationConfirmed)
		if is := ready(w.campaign()); is.Status != "False" {
			t.Errorf("Ready is %s: %s", is.Status, is.Message)
		}
		w.restart()
		w.pass(30 * time.Minute)
		w.want(reasonEditAfterEnd, v1alpha1.StateEnded, v1alpha1.CreationConfirmed)
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

func TestARevisionThatIsRaisedWhileACreationIsOpenStaysBelowTheCeiling(t *testing.T) {
	for name, changes := range map[string][]func(*v1alpha1.PayGiftActivity){"": nil, "keeping the former": {keep}, "with another name": {rename("summer"), keep}} {
		t.Run(name, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				w.limited(maxActive("1.00"))
				w.raisedInFlight(10*time.Minute, changes...)
				w.activities(1)
				if is := ready(w.campaign()); is.Status != "False" {
					t.Errorf("%s: %s", is.Reason, is.Message)
				}
			})
		})
	}
}

func TestAContestedModificationHoldsNeitherAnAppendNorCodesBack(t *testing.T) {
	for name, with := range map[string]func(*v1alpha1.PayGiftActivity){"an append": inThreeDays, "codes": uploads} {
		t.Run(name, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				w.vendor.vouchers.showsShops = 2
				w.secrets()
				w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { with(c); shops("1", "2", "3")(c) })
				w.pass(20 * time.Minute)
				w.want(v1alpha1.ReasonContested, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				modifies := w.vendor.count(providers.OperationModify)
				if modifies != maxAttempts {
					t.Errorf("%d modifications", modifies)
				}
				if name == "codes" {
					w.oneVoucher(2100)
					return
				}
				w.amend(func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.TransactionAmountMinimum = 200 })
				w.pass(20 * time.Minute)
				w.want(v1alpha1.ReasonContested, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				if n, m := w.vendor.count(providers.OperationAppend), w.vendor.count(providers.OperationModify); n != 1 || m > 2*maxAttempts || w.vendor.activities[0].body.Amount != 200 {
					t.Errorf("%d appends, %d modifications, %d are given out", n, m, w.vendor.activities[0].body.Amount)
				}
			})
		})
	}
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

func TestACountThatStaysLowerThanWhatWasTakenIsSaidAndNothingIsRepeated(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.vouchers.keepsOnce = true
		w.secret("a", "A", 3)
		w.secret("b", "B", 4)
		w.upload("a=3,b=4")
		w.vendor.crossing = func(op providers.Operation, done bool) {
			if op == providers.OperationDepositCodes && done {
				w.vendor.crossing = func(providers.Operation, bool) {}
				w.vendor.now(func(v *vendor) { // one of the next is handed over in the console
					v.vouchers.codes["10028001"] = append(v.vouchers.codes["10028001"], "B00001")
				})
			}
		}
		w.pass(2 * time.Hour)
		w.want(v1alpha1.ReasonCodesUnclear, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		contains(t, ready(w.campaign()).Message, "it has 7 codes", "it has taken 8")
		deposits, appends := w.vendor.count(providers.OperationDepositCodes), w.vendor.count(providers.OperationAppend)
		w.atMost(6, func() { w.pass(10 * time.Hour) })
		if n, m := w.vendor.count(providers.OperationDepositCodes), w.vendor.count(providers.OperationAppend); n != deposits || m != appends {
			t.Errorf("%d batches and %d appends more", n-deposits, m-appends)
		}
	})
}

func TestSecretsThatAreTakenOutInTheMiddleOfTheirCodesAreAskedFor(t *testing.T) {
	for _, reply := range []string{"", "reply lost", "5xx"} {
		t.Run(reply, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				w.secrets()
				if reply != "" {
					w.vendor.fail(providers.OperationDepositCodes, replies[reply])
				}
				w.applied(v1alpha1.PayGiftActivityActive, uploads)
				w.afterFirst(providers.OperationDepositCodes, func() { w.amend(codes("")) })
				w.pass(20 * time.Minute)
				w.want(v1alpha1.ReasonCannotShrink, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				contains(t, ready(w.campaign()).Message, "codes of Secret a", "voucherCodesFrom")
				w.amend(codes("a=1200,b=900"))
				w.pass(20 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				w.oneVoucher(2100)
			})
		})
	}
}

func TestARepeatedBatchThatIsRefusedBecauseTheFirstHasArrivedMeanwhileIsNoFailure(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.vouchers.forgetful = true
		w.secret("a", "A", 3)
		w.vendor.fail(providers.OperationDepositCodes, serverError) // it is on its way
		w.upload("a=3")
		var late *providers.Mutation
		w.vendor.changedWith = func(m providers.Mutation) {
			switch {
			case m.Operation != providers.OperationDepositCodes:
			case late == nil:
				late = &m
			default:
				w.vendor.changedWith = func(providers.Mutation) {}
				_, err := w.vendor.change(*late)
				w.must(err)
			}
		}
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.oneVoucher(3)
		if st := w.campaign().Status.Codes; st.Deposited != 3 || st.Failed != 0 {
			t.Errorf("codes %+v", st)
		}
	})
}

func TestABatchThatIsCountedOnlyAfterItWasRepeatedIsNoFailure(t *testing.T) {
	for habit, of := range depositHabits {
		if habit == "knows no number twice, repeats codes" {
			continue // nothing could tell
		}
		t.Run(habit, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				of(w.vendor)
				w.vendor.vouchers.countLag = 3 * time.Minute
				w.secret("a", "A", 3)
				w.vendor.fail(providers.OperationDepositCodes, lostReply)
				w.upload("a=3")
				w.pass(30 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				w.oneVoucher(3)
			})
		})
	}
}
