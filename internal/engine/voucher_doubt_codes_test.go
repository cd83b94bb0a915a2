package engine

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// depositHabits are what vendors may do about a batch of codes that they have.
var depositHabits = map[string]func(*vendor){
	"replays the first answer":             func(*vendor) {},
	"knows no number twice":                func(v *vendor) { v.vouchers.forgetful = true },
	"knows no number twice, repeats codes": func(v *vendor) { v.vouchers.forgetful, v.vouchers.repeats = true, true },
	"has codes raise the total":            func(v *vendor) { v.vouchers.raises, v.vouchers.growsOnly = true, true },
	"counts late":                          func(v *vendor) { v.vouchers.countLag = 20 * time.Second },
}

// afterFirst has something happen when the first call of an operation has arrived, whatever became of it.
func (w *world) afterFirst(op providers.Operation, do func()) {
	arrived := false
	w.vendor.changedWith = func(m providers.Mutation) {
		if m.Operation == op && !arrived {
			arrived = true
			do()
		}
	}
}

// upload applies a manifest with Secrets of codes.
func (w *world) upload(sources string) {
	w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes(sources)(c) })
}

func TestAnEditDuringADepositHasNoCodeHandedOverTwice(t *testing.T) {
	edits := map[string]func(*v1alpha1.PayGiftActivity){
		"another name":            func(c *v1alpha1.PayGiftActivity) { c.Spec.ActivityBaseInfo.ActivityName = "summer" },
		"the Secrets reordered":   codes("b=900,a=1200"),
		"a Secret before them":    codes("c=10,a=1200,b=900"),
		"only the begun one left": codes("a=1200"),
	}
	has := map[string]int{"a Secret before them": 2110, "only the begun one left": 1200}
	for habit, of := range depositHabits {
		for _, reply := range []string{"", "reply lost", "5xx"} {
			for name, edit := range edits {
				t.Run(habit+"; "+reply+"; "+name, func(t *testing.T) {
					inVouchers(t, func(t *testing.T, w *world) {
						of(w.vendor)
						w.secrets()
						w.secret("c", "C", 10)
						if reply != "" {
							w.vendor.fail(providers.OperationDepositCodes, replies[reply])
						}
						w.applied(v1alpha1.PayGiftActivityActive, uploads)
						w.afterFirst(providers.OperationDepositCodes, func() { w.amend(edit) })
						w.pass(20 * time.Minute)
						w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
						if has[name] == 0 {
							has[name] = 2100
						}
						w.oneVoucher(has[name])
					})
				})
			}
		}
	}
}

func TestABatchThatArrivesLateIsSettledByTheCountAndNotSentAgain(t *testing.T) {
	for habit, of := range depositHabits {
		t.Run(habit, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				of(w.vendor)
				w.vendor.vouchers.countLag = 0
				w.secret("a", "A", 3)
				w.vendor.fail(providers.OperationDepositCodes, serverError) // it is on its way
				w.upload("a=3")
				w.vendor.changedWith = func(m providers.Mutation) {
					w.vendor.changedWith = func(providers.Mutation) {}
					due := w.clock.Now().Add(50 * time.Second)
					w.vendor.crossing = func(op providers.Operation, done bool) {
						if op == providers.OperationCountCodes && !done && !w.clock.Now().Before(due) {
							w.vendor.crossing = func(providers.Operation, bool) {}
							_, err := w.vendor.change(m)
							w.must(err)
						}
					}
				}
				w.pass(20 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				w.oneVoucher(3)
				if n := w.vendor.count(providers.OperationDepositCodes); n != 1 {
					t.Errorf("%d batches", n)
				}
			})
		})
	}
}

func TestABatchWhoseAnswerGotLostIsRepeatedUnderItsNumberNoSoonerThanAMinuteLater(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.secret("a", "A", 3)
		w.vendor.fail(providers.OperationDepositCodes, serverError, notSent, serverError)
		w.upload("a=3")
		numbers := map[string]bool{}
		var sent []time.Time
		w.vendor.changedWith = func(m providers.Mutation) {
			if m.Operation == providers.OperationDepositCodes {
				numbers[m.Number], sent = true, append(sent, w.clock.Now())
			}
		}
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.oneVoucher(3)
		if len(numbers) != 1 || len(sent) != 4 {
			t.Fatalf("%d numbers, sent at %v", len(numbers), sent)
		}
		for _, i := range []int{1, 3} {
			if gap := sent[i].Sub(sent[i-1]); gap < time.Minute {
				t.Errorf("sent again after %s", gap)
			}
		}
	})
}

func TestACountThatLagsIsWaitedForBeforeTheNextBatch(t *testing.T) {
	for name, raises := range map[string]bool{"appended": false, "raised by codes": true} {
		t.Run(name, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				w.vendor.vouchers.countLag, w.vendor.vouchers.raises = 40*time.Second, raises
				w.secrets()
				w.applied(v1alpha1.PayGiftActivityActive, uploads)
				w.afterFirst(providers.OperationDepositCodes, func() {
					w.vendor.faults[providers.OperationDepositCodes] = []fault{serverError} // the second does not arrive
					w.vendor.changedWith = func(providers.Mutation) { w.vendor.vouchers.countLag = 0 }
				})
				w.pass(20 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				w.oneVoucher(2100)
			})
		})
	}
}

func TestACodeInTwoSecretsIsSaidBeforeAnyIsHandedOver(t *testing.T) {
	for name, second := range map[string]int{"the same codes": 3, "the same and one more": 4} {
		for habit, of := range depositHabits {
			t.Run(name+"; "+habit, func(t *testing.T) {
				inVouchers(t, func(t *testing.T, w *world) {
					of(w.vendor)
					w.secret("a", "A", 3)
					w.secret("b", "A", second)
					w.upload(map[int]string{3: "a=3,b=3", 4: "a=3,b=4"}[second])
					w.pass(20 * time.Minute)
					w.want(v1alpha1.ReasonCodesInvalid, v1alpha1.StatePending, "")
					contains(t, ready(w.campaign()).Message, "in two of the Secrets")
					if n := w.vendor.count(providers.OperationDepositCodes); n != 0 {
						t.Errorf("%d batches", n)
					}
					w.secret("b", "B", second)
					w.pass(20 * time.Minute)
					w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
					w.oneVoucher(3 + second)
				})
			})
		}
	}
}

func TestCodesFromTheConsoleDuringAnOpenDepositLeaveItUnclearUntilSomebodyAsks(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.secret("a", "A", 3)
		w.vendor.fail(providers.OperationDepositCodes, serverError)
		w.upload("a=3")
		w.afterFirst(providers.OperationDepositCodes, func() { w.vendor.vouchers.codes["10028001"] = []string{"Z1"} })
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonCodesUnclear, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		contains(t, ready(w.campaign()).Message, "the vendor has 1 codes more", v1alpha1.AnnotationReconcileRequestedAt)
		if n := w.vendor.count(providers.OperationDepositCodes); n != 1 {
			t.Errorf("%d batches", n)
		}
		w.atMost(6, func() { w.pass(10 * time.Hour) })
		w.annotate("nobody else hands codes over")
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.oneVoucher(4)
	})
}

func TestSecretsThatHoldNoMoreThanTheVendorHasNeedNoOtherBatch(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.secret("a", "A", 1200)
		w.upload("a=1200")
		w.afterFirst(providers.OperationDepositCodes, func() {
			w.vendor.faults[providers.OperationDepositCodes] = []fault{notSent, notSent, notSent, notSent, notSent}
		})
		w.pass(time.Minute)
		w.vendor.heal()
		w.account.Brake = v1alpha1.BrakeHold
		w.lose()
		w.pass(5 * time.Minute)
		w.secret("a", "A", 1000)
		w.amend(codes("a=1000"))
		w.brake(v1alpha1.BrakeOff)
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.oneVoucher(1000)
	})
}
