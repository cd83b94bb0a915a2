package engine

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

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
		w.atMost(12, func() { w.pass(10 * time.Hour) })
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
