package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestACreationThatWouldPassTheAccountsCeilingWaits(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.limited(maxActive("0.99"))
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonBudgetLimitExceeded, v1alpha1.StatePending, "")
		contains(t, ready(w.campaign()).Message, "it is not created", "passed by 0.01")
		if n := w.vendor.count(providers.OperationCreate); n != 0 || w.warned(v1alpha1.ReasonBudgetLimitExceeded) != 1 {
			t.Errorf("%d creates, events %q", n, w.events)
		}
		w.limited(maxActive("1.00"))
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.oneVoucher(0)
	})
}

func TestWhatRaisesAnActivityBeyondTheCeilingWaits(t *testing.T) {
	for name, limits := range map[string]accounts.Limits{"of all": maxActive("1.99"), "of one": {MaxCampaignYuan: "1.99"}} {
		t.Run(name, func(t *testing.T) {
			madeVoucher(t, func(*v1alpha1.PayGiftActivity) {}, func(t *testing.T, w *world, _ string) {
				w.limited(limits)
				w.amend(func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.TransactionAmountMinimum = 200 })
				w.pass(10 * time.Minute)
				w.want(v1alpha1.ReasonBudgetLimitExceeded, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				contains(t, ready(w.campaign()).Message, "it is not raised", "0.01")
				w.limited(accounts.Limits{})
				w.pass(5 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				if n := w.vendor.count(providers.OperationAppend); n != 1 {
					t.Errorf("%d appends", n)
				}
			})
		})
	}
}

func TestACeilingThatIsLoweredWhileACreationIsRecordedTakesItBack(t *testing.T) {
	for name, limits := range map[string]accounts.Limits{"of all": maxActive("0.99"), "of one": {MaxCampaignYuan: "0.99"}} {
		for _, crashes := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, crash %t", name, crashes), func(t *testing.T) {
				inVouchers(t, func(t *testing.T, w *world) {
					w.limited(maxActive("5.00"))
					w.written = func(c *v1alpha1.PayGiftActivity) {
						if c.Status.Creation == v1alpha1.CreationUnknown && w.account.Limits != limits {
							w.account.Limits = limits // its watch comes later
							if crashes {
								panic(crash{})
							}
						}
					}
					w.apply(v1alpha1.PayGiftActivityActive)
					w.pass(10 * time.Minute)
					state, creation := v1alpha1.StatePending, v1alpha1.CreationOutcome("")
					if crashes { // it may have been sent
						state, creation = v1alpha1.StateCreating, v1alpha1.CreationUnknown
					}
					w.want(v1alpha1.ReasonBudgetLimitExceeded, state, creation)
					if n := w.vendor.count(providers.OperationCreate); n != 0 {
						t.Errorf("%d creates", n)
					}
				})
			})
		}
	}
}

func TestTheBrakeHoldsWhatChangesOrRaisesAnActivity(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.secrets()
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=1200")(c) })
		w.pass(5 * time.Minute)
		w.account.Brake = v1alpha1.BrakeHold
		w.changed()
		w.amend(func(c *v1alpha1.PayGiftActivity) {
			c.Spec.ActivityBaseInfo.ActivityName = "summer"
			codes("a=1200,b=900")(c)
		})
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonAccountBraked, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationModify); n != 0 {
			t.Errorf("%d modifications", n)
		}
		w.setState(v1alpha1.PayGiftActivityTerminated) // stopping always goes
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

// silentVouchers are vouchers whose manifest does not say what they can cost, as that of an exchange voucher without an amount.
type silentVouchers struct{ voucherKind }

func (silentVouchers) Exposure(v1alpha1.Campaign) *providers.Exposure { return nil }

// cheapVouchers are vouchers whose manifest says less than there is, as a budgetYuan beside adopt can.
type cheapVouchers struct{ voucherKind }

func (cheapVouchers) Exposure(v1alpha1.Campaign) *providers.Exposure {
	return &providers.Exposure{Fen: 1}
}

func TestWhatTheManifestDoesNotSayOfTheCostOfARaiseTheVendorDoes(t *testing.T) {
	for name, kind := range map[string]Kind{"nothing is said": silentVouchers{}, "too little is said": cheapVouchers{}} {
		for limit, limits := range map[string]accounts.Limits{"of all": maxActive("20.99"), "of one": {MaxCampaignYuan: "20.99"}} {
			t.Run(name+", "+limit, func(t *testing.T) {
				inWorldOf(t, kind, func(t *testing.T, w *world) {
					w.secrets()
					w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=1200")(c) })
					w.pass(10 * time.Minute)
					w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
					deposits, appends := w.vendor.count(providers.OperationDepositCodes), w.vendor.count(providers.OperationAppend)
					w.limited(limits)
					w.amend(codes("a=1200,b=900"))
					w.pass(10 * time.Minute)
					w.want(v1alpha1.ReasonBudgetLimitExceeded, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
					contains(t, ready(w.campaign()).Message, "it is not raised", "0.01")
					if d, a := w.vendor.count(providers.OperationDepositCodes), w.vendor.count(providers.OperationAppend); d != deposits || a != appends {
						t.Errorf("%d deposits and %d appends more", d-deposits, a-appends)
					}
					w.limited(accounts.Limits{MaxActiveYuan: "21.00", MaxCampaignYuan: "21.00"})
					w.pass(10 * time.Minute)
					w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				})
			})
		}
	}
}

func TestWhatNobodyKnowsTheCostOfIsNotRaisedBelowACeiling(t *testing.T) {
	for limit, limits := range map[string]accounts.Limits{"of all": maxActive("9999.00"), "of one": {MaxCampaignYuan: "9999.00"}} {
		t.Run(limit, func(t *testing.T) {
			inWorldOf(t, silentVouchers{}, func(t *testing.T, w *world) {
				w.secrets()
				w.vendor.vouchers.priceless = true
				w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=1200")(c) })
				w.pass(10 * time.Minute)
				w.limited(limits)
				w.amend(codes("a=1200,b=900"))
				w.pass(10 * time.Minute)
				w.want(v1alpha1.ReasonBudgetLimitExceeded, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				contains(t, ready(w.campaign()).Message, "neither the manifest nor the vendor says")
				w.limited(accounts.Limits{})
				w.pass(10 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
			})
		})
	}
}

func TestWhatIsNotAsTheManifestSaysIsNotRaised(t *testing.T) {
	for name, shown := range map[string]time.Duration{"edited when the list shows the other's change": 10 * time.Minute, "edited before": 0} {
		t.Run(name, func(t *testing.T) {
			madeVoucher(t, shops("1", "2"), func(t *testing.T, w *world, id string) {
				w.vendor.console(id, func(a *activity) { a.body.Begin = a.body.Begin.Add(time.Minute) })
				w.pass(shown)
				w.amend(func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.TransactionAmountMinimum = 200 })
				w.pass(20 * time.Minute)
				w.want(v1alpha1.ReasonDrifted, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				if n := w.vendor.count(providers.OperationAppend); n != 0 {
					t.Errorf("%d appends", n)
				}
				w.vendor.console(id, func(a *activity) { a.body.Begin = a.body.Begin.Add(-time.Minute) })
				w.pass(20 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				if n := w.vendor.count(providers.OperationAppend); n != 1 {
					t.Errorf("%d appends", n)
				}
			})
		})
	}
}

func TestALimitThatIsSetWhileACreationOfUnknownCostIsRecordedTakesItBack(t *testing.T) {
	inWorldOf(t, silentVouchers{}, func(t *testing.T, w *world) {
		limits := maxActive("9999.00")
		w.written = func(c *v1alpha1.PayGiftActivity) {
			if c.Status.Creation == v1alpha1.CreationUnknown {
				w.account.Limits = limits // its watch comes later
			}
		}
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonBudgetLimitExceeded, v1alpha1.StatePending, "")
		if n := w.vendor.count(providers.OperationCreate); n != 0 {
			t.Errorf("%d creates", n)
		}
		w.written = func(*v1alpha1.PayGiftActivity) {}
		w.limited(accounts.Limits{})
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestCodesOfOthersAndOfTheBatchUnderWayCountBelowALimit(t *testing.T) {
	for _, lowered := range []string{"from the start", "when the batch is recorded", "when it is, and a crash"} {
		t.Run(lowered, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				w.secrets()
				w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=1200")(c) })
				w.pass(10 * time.Minute)
				id := w.campaign().Status.ActivityID
				w.vendor.vouchers.codes[id] = append(w.vendor.vouchers.codes[id], strings.Fields(strings.Repeat("foreign ", 500))...)
				deposits := w.vendor.count(providers.OperationDepositCodes)
				low := maxActive("25.00") // 1200 and 500 are there, and 900 are to come
				w.limited(maxActive("26.00"))
				if lowered == "from the start" {
					w.limited(low)
				}
				w.written = func(c *v1alpha1.PayGiftActivity) {
					if c.Status.Codes != nil && c.Status.Codes.Batch != nil && w.account.Limits != low {
						w.account.Limits = low
						if lowered == "when it is, and a crash" {
							panic(crash{})
						}
					}
				}
				w.amend(codes("a=1200,b=900"))
				w.pass(20 * time.Minute)
				w.want(v1alpha1.ReasonBudgetLimitExceeded, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				if n := w.vendor.count(providers.OperationDepositCodes) - deposits; n != 0 {
					t.Errorf("%d deposits more", n)
				}
			})
		})
	}
}

func TestARepairThatTheListDoesNotShowIsFoundWhereARaiseWaitsForIt(t *testing.T) {
	madeVoucher(t, func(*v1alpha1.PayGiftActivity) {}, func(t *testing.T, w *world, id string) {
		w.vendor.vouchers.rows = map[string]vendorBody{id: w.vendor.activities[0].body}
		w.vendor.console(id, func(a *activity) { a.body.Begin = a.body.Begin.Add(time.Minute) })
		w.amend(func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.TransactionAmountMinimum = 200 })
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonDrifted, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		gets := w.vendor.count(providers.OperationGet)
		w.pass(30 * time.Minute)
		if n := w.vendor.count(providers.OperationGet) - gets; n < 2 || n > 4 {
			t.Errorf("it was read %d times in half an hour", n)
		}
		w.vendor.console(id, func(a *activity) { a.body.Begin = a.body.Begin.Add(-time.Minute) })
		w.pass(12 * time.Minute)
		if n := w.vendor.count(providers.OperationAppend); n != 1 {
			t.Errorf("%d appends: %s", n, ready(w.campaign()).Message)
		}
	})
}
