package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// voucherHabits are what vendors of vouchers may do about numbers, lists and codes.
var voucherHabits = map[string]func(*vendor){
	"replays the first answer":               func(*vendor) {},
	"refuses other content":                  func(v *vendor) { v.rejectOther = true },
	"refuses a number that is taken":         func(v *vendor) { v.rejectSame, v.rejectOther = true, true },
	"lists late":                             func(v *vendor) { v.listLag = 3 * time.Minute },
	"takes a minute for everything":          func(v *vendor) { v.vouchers.takes = time.Minute },
	"has codes raise the total":              func(v *vendor) { v.vouchers.raises = true },
	"knows no number twice":                  func(v *vendor) { v.vouchers.forgetful = true },
	"knows no number twice, repeats codes":   func(v *vendor) { v.vouchers.forgetful, v.vouchers.repeats = true, true },
	"forgets the numbers of creations later": func(v *vendor) { v.numberRetention = time.Hour },
}

// oneVoucher fails the test unless there is one activity with each code of the manifest once.
func (w *world) oneVoucher(codes int) {
	w.t.Helper()
	if n := len(w.vendor.activities); n != 1 {
		w.t.Errorf("%d activities", n)
		return
	}
	a := w.vendor.activities[0]
	has := w.vendor.vouchers.codes[a.id]
	if distinct := slices.Compact(slices.Sorted(slices.Values(has))); len(has) != codes || len(distinct) != codes {
		w.t.Errorf("%d codes, %d different ones, want %d", len(has), len(distinct), codes)
	}
	if codes > 0 && a.body.Amount != int64(codes) {
		w.t.Errorf("%d are given out of %d codes", a.body.Amount, codes)
	}
}

func uploads(c *v1alpha1.PayGiftActivity) {
	setTimes(c, noon.Add(72*time.Hour))
	c.Spec.AwardSendRule.TransactionAmountMinimum = 0
	codes("a=1200,b=900")(c)
}

func (w *world) secrets() {
	w.secret("a", "A", 1200)
	w.secret("b", "B", 900)
}

func TestACrashAtEveryBoundaryAndALostReplyMakeOneVoucherActivityAndEachCodeOnce(t *testing.T) {
	for habit, of := range voucherHabits {
		for _, reply := range []string{"", "reply lost", "5xx", "unsigned reply", "not sent"} {
			for at := 0; at < 24; at += thin {
				t.Run(fmt.Sprintf("%s; %s; a crash at %d", habit, reply, at), func(t *testing.T) {
					inVouchers(t, func(t *testing.T, w *world) {
						of(w.vendor)
						if reply != "" {
							for _, op := range []providers.Operation{providers.OperationCreate, providers.OperationDepositCodes, providers.OperationAppend} {
								w.vendor.fail(op, replies[reply])
							}
						}
						w.secrets()
						w.applied(v1alpha1.PayGiftActivityActive, uploads)
						w.crashAt(at)
						w.pass(3 * time.Hour)
						if is := ready(w.campaign()); is.Reason != v1alpha1.ReasonScheduled && (!w.vendor.rejectSame || is.Reason != v1alpha1.ReasonOutcomeUnknown) {
							t.Fatalf("%s: %s", is.Reason, is.Message)
						}
						w.oneVoucher(2100)
					})
				})
			}
		}
	}
}

func TestAVoucherActivityAndItsCodesAreFoundAgainAfterTheLossOfTheCluster(t *testing.T) {
	for habit, of := range voucherHabits {
		for name, late := range map[string]time.Duration{"before its begin": 2 * time.Hour, "after its begin": 80 * time.Hour} {
			t.Run(habit+"; "+name, func(t *testing.T) {
				inVouchers(t, func(t *testing.T, w *world) {
					of(w.vendor)
					w.secrets()
					w.applied(v1alpha1.PayGiftActivityActive, uploads)
					w.pass(20 * time.Minute)
					w.stride = time.Hour
					w.pass(late)
					id := w.campaign().Status.ActivityID
					w.lose()
					creates := w.vendor.count(providers.OperationCreate)
					w.pass(20 * time.Minute)
					if st := w.campaign().Status; st.ActivityID != id || st.Creation != v1alpha1.CreationConfirmed || st.Codes == nil || st.Codes.Deposited != 2100 {
						t.Errorf("found %s, creation %s, codes %+v: %s", st.ActivityID, st.Creation, st.Codes, ready(w.campaign()).Message)
					}
					if n := w.vendor.count(providers.OperationCreate) - creates; n != 0 {
						t.Errorf("%d creates", n)
					}
					w.oneVoucher(2100)
				})
			})
		}
	}
}

func TestWithTheClusterLostInTheMiddleOfTheCodesTheOthersFollow(t *testing.T) {
	for habit, of := range voucherHabits {
		t.Run(habit, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				of(w.vendor)
				w.secrets()
				w.applied(v1alpha1.PayGiftActivityActive, uploads)
				deposits := 0
				w.vendor.crossing = func(op providers.Operation, done bool) {
					if op == providers.OperationDepositCodes && done {
						if deposits++; deposits == 1 {
							w.vendor.faults[op] = []fault{notSent, notSent, notSent, notSent, notSent, notSent, notSent, notSent}
						}
					}
				}
				w.pass(5 * time.Minute)
				if n := len(w.vendor.vouchers.codes["10028001"]); n != 1000 {
					t.Fatalf("%d codes are there", n)
				}
				w.vendor.heal()
				w.lose()
				w.pass(20 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				w.oneVoucher(2100)
			})
		})
	}
}

func TestNothingProvesThatARequestThatIsNotAnsweredMadeNothing(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		for range 200 {
			w.vendor.fail(providers.OperationCreate, serverError)
		}
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { setTimes(c, noon.Add(72*time.Hour)) })
		w.pass(time.Hour)
		w.want(v1alpha1.ReasonOutcomeUnknown, v1alpha1.StateCreating, v1alpha1.CreationUnknown)
		if n := w.vendor.count(providers.OperationCreate); n < maxSends || n > maxSends+5 {
			t.Errorf("%d creates in an hour", n)
		}
		w.vendor.heal()
		w.pass(3 * time.Hour)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.oneVoucher(0)
	})
}

func TestAnActivityWhoseTimeIsOverIsAskedForOnceWithTheClusterLost(t *testing.T) {
	for habit, of := range voucherHabits {
		t.Run(habit, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				of(w.vendor)
				w.apply(v1alpha1.PayGiftActivityActive)
				w.pass(20 * time.Minute)
				w.stride = time.Hour
				w.pass(30 * time.Hour)
				w.want(v1alpha1.ReasonEnded, v1alpha1.StateEnded, v1alpha1.CreationConfirmed)
				creates := w.vendor.count(providers.OperationCreate)
				w.lose()
				w.pass(20 * time.Hour)
				if n := w.vendor.count(providers.OperationCreate) - creates; n != 1 {
					t.Errorf("%d creates", n)
				}
				w.oneVoucher(0)
			})
		})
	}
}

func TestARequestThatTheBrakeHoldsIsNotSaidToBeUndecidable(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationCreate, serverError)
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { setTimes(c, noon.Add(72*time.Hour)) })
		w.pass(500 * time.Millisecond)
		w.account.Brake = v1alpha1.BrakeHold
		w.changed()
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonAccountBraked, v1alpha1.StateCreating, v1alpha1.CreationUnknown)
		w.account.Brake = v1alpha1.BrakeOff
		w.changed()
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.oneVoucher(0)
	})
}

func TestAnOpenRequestIsRepeatedForADay(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		for range 500 {
			w.vendor.fail(providers.OperationCreate, serverError)
		}
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { setTimes(c, noon.Add(40*24*time.Hour)) })
		w.stride = time.Hour
		w.pass(30 * time.Hour)
		w.want(v1alpha1.ReasonOutcomeUnknown, v1alpha1.StateCreating, v1alpha1.CreationUnknown)
		contains(t, ready(w.campaign()).Message, "is not repeated any more", "requestRevision")
		creates := w.vendor.count(providers.OperationCreate)
		w.pass(10 * 24 * time.Hour)
		if n := w.vendor.count(providers.OperationCreate); n != creates || n > 40 {
			t.Errorf("%d creates in a day, %d after ten more", creates, n)
		}
	})
}

func TestARaisedRevisionGivesUpARequestThatNothingCanBeToldOf(t *testing.T) {
	for name, adopt := range map[string]bool{"for another one": false, "for the one in the console": true} {
		t.Run(name, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				for range 100 {
					w.vendor.fail(providers.OperationCreate, serverError)
				}
				w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { setTimes(c, noon.Add(40*24*time.Hour)) })
				w.stride = time.Hour
				w.pass(30 * time.Hour)
				w.want(v1alpha1.ReasonOutcomeUnknown, v1alpha1.StateCreating, v1alpha1.CreationUnknown)
				w.vendor.heal()
				w.edit(func(c *v1alpha1.PayGiftActivity) {
					c.Spec.RequestRevision = ptr.To[int64](2)
					c.Spec.ReplacePrevious = v1alpha1.ReplaceKeep
					if adopt {
						c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: w.console1(noon.Add(40*24*time.Hour), 100)}
					}
				})
				w.pass(30 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				w.oneVoucher(0)
			})
		})
	}
}

func TestACorrectionThatIsRefusedInTheSameWordsSaysThatTheGatewayMayRepeatItself(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationCreate, badParam, badParam)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonRejected, v1alpha1.StatePending, "")
		if strings.Contains(ready(w.campaign()).Message, "requestRevision") {
			t.Errorf("the first refusal says %q", ready(w.campaign()).Message)
		}
		w.setAmount(200)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonRejected, v1alpha1.StatePending, "")
		contains(t, ready(w.campaign()).Message, "raise requestRevision")
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.RequestRevision = ptr.To[int64](2) })
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}
