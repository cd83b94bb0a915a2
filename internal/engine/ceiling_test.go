package engine

import (
	"context"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/providers"
)

// limited sets the account's ceilings.
func (w *world) limited(limits accounts.Limits) {
	w.account.Limits = limits
	w.changed()
}

func maxActive(yuan v1alpha1.Yuan) accounts.Limits {
	return accounts.Limits{MaxActiveYuan: yuan}
}

// running makes a stock in the vendor's console that runs; its name is not the manifest's.
func (w *world) running(fen int64, changes ...func(*activity)) string {
	id := w.console1(noon.Add(30*time.Minute), fen)
	w.vendor.console(id, func(a *activity) {
		a.activated = noon
		for _, change := range changes {
			change(a)
		}
	})
	return id
}

func TestACampaignAboveTheCeilingOfOneIsNeitherMadeNorActivated(t *testing.T) {
	over := accounts.Limits{MaxCampaignYuan: "0.99"}
	t.Run("made", func(t *testing.T) {
		inStock(t, func(t *testing.T, w *world) {
			w.limited(over)
			w.apply(stockInactive)
			w.pass(30 * time.Minute)
			w.want(v1alpha1.ReasonBudgetLimitExceeded, v1alpha1.StatePending, "")
			contains(t, ready(w.campaign()).Message, "1.00 yuan", "0.01 more", "limits.maxCampaignYuan")
			w.limited(accounts.Limits{MaxCampaignYuan: "1.00"})
			w.pass(5 * time.Minute)
			w.want(v1alpha1.ReasonBeginsInactive, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
		})
	})
	t.Run("activated", func(t *testing.T) {
		inStock(t, func(t *testing.T, w *world) {
			w.reaches(stockInactive)
			w.limited(over)
			w.setState(stockActive)
			w.pass(10 * time.Minute)
			w.want(v1alpha1.ReasonBudgetLimitExceeded, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
			if w.vendor.count(providers.OperationStart) != 0 || w.warned(v1alpha1.ReasonBudgetLimitExceeded) != 1 {
				t.Errorf("%d activations, events %q", w.vendor.count(providers.OperationStart), w.events)
			}
			w.limited(accounts.Limits{})
			w.pass(time.Minute)
			w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
			w.oneStock()
		})
	})
}

func TestWhatIsActiveAtTheAccountCountsWhoeverActivatedIt(t *testing.T) {
	other := func(change func(st *v1alpha1.PayGiftActivityStatus)) func(w *world) {
		return func(w *world) {
			id := w.console1(noon.Add(30*time.Minute), 100)
			w.owned(id)
			c := w.campaignOf(autumn)
			c.Status.State, c.Status.Operation = v1alpha1.StateInactive, &v1alpha1.OperationRecord{Name: "start", Seq: 1, Time: metav1.NewTime(noon)}
			change(&c.Status)
			w.must(w.api.Status().Update(context.Background(), c))
		}
	}
	for name, test := range map[string]struct {
		others func(w *world)
		limits accounts.Limits
		says   string // empty where it fits
	}{
		"nothing else, and it fits exactly":        {func(*world) {}, maxActive("1.00"), ""},
		"nothing else, and it does not fit":        {func(*world) {}, maxActive("0.99"), "passed by 0.01"},
		"nothing may be activated":                 {func(*world) {}, maxActive("0.00"), "passed by 1.00"},
		"one that nobody manages":                  {func(w *world) { w.running(250) }, maxActive("3.00"), "passed by 0.50"},
		"two that nobody manages":                  {func(w *world) { w.running(100); w.running(100) }, maxActive("2.99"), "(2, pre-funded"},
		"one that is paused":                       {func(w *world) { w.running(250, pausedInConsole(noon)) }, maxActive("3.00"), "passed by 0.50"},
		"one that is not activated does not count": {func(w *world) { w.console1(noon.Add(30*time.Minute), 250) }, maxActive("3.00"), ""},
		"one that has ended does not count":        {func(w *world) { w.running(250, func(a *activity) { a.body.End = noon }) }, maxActive("3.00"), ""},
		"one without cash is counted apart":        {func(w *world) { w.running(250, func(a *activity) { a.body.NoCash = true }) }, maxActive("1.00"), ""},
		"one that another resource is activating":  {other(func(*v1alpha1.PayGiftActivityStatus) {}), maxActive("1.99"), "passed by 0.01"},
		"one that another resource withdrew does not count": {other(func(st *v1alpha1.PayGiftActivityStatus) {
			st.Operation.Outcome = v1alpha1.OperationWithdrawn
		}), maxActive("1.00"), ""},
		"one that was refused does not count": {other(func(st *v1alpha1.PayGiftActivityStatus) {
			st.Operation.Outcome = v1alpha1.OperationRefused
		}), maxActive("1.00"), ""},
		"one of another account does not count": {other(func(st *v1alpha1.PayGiftActivityStatus) {
			st.Request.Account.ID = "1900000999"
		}), maxActive("1.00"), ""},
		"one whose own resource has ended it does not count": {other(func(st *v1alpha1.PayGiftActivityStatus) {
			st.State = v1alpha1.StateEnded
		}), maxActive("1.00"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				test.others(w)
				w.pass(2 * time.Minute)
				w.limited(test.limits)
				w.apply(stockActive)
				w.pass(10 * time.Minute)
				if test.says == "" {
					w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
					return
				}
				w.want(v1alpha1.ReasonBudgetLimitExceeded, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
				contains(t, ready(w.campaign()).Message, test.says)
				w.restart()
				w.pass(time.Hour)
				if n := w.vendor.count(providers.OperationStart); n != 0 || w.warned(v1alpha1.ReasonBudgetLimitExceeded) != 1 {
					t.Errorf("%d activations, events %q", n, w.events)
				}
				w.limited(maxActive("100.00"))
				w.pass(time.Minute)
				w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
			})
		})
	}
}

func TestStocksWithoutCashHaveACeilingOfTheirOwn(t *testing.T) {
	for name, test := range map[string]struct {
		limits accounts.Limits
		fits   bool
	}{
		"their own":            {accounts.Limits{MaxActiveYuan: "0.00", MaxActiveNoCashYuan: "1.50"}, true},
		"their own, too low":   {accounts.Limits{MaxActiveYuan: "9.00", MaxActiveNoCashYuan: "1.49"}, false},
		"the other's":          {accounts.Limits{MaxActiveYuan: "1.50"}, true},
		"the other's, too low": {accounts.Limits{MaxActiveYuan: "1.49"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				w.running(50, func(a *activity) { a.body.NoCash = true })
				w.running(700)
				w.pass(2 * time.Minute)
				w.limited(test.limits)
				w.applied(stockActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.AwardType = noCash })
				w.pass(10 * time.Minute)
				if test.fits {
					w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
				} else {
					w.want(v1alpha1.ReasonBudgetLimitExceeded, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
					contains(t, ready(w.campaign()).Message, "passed by 0.01", "(1, noCash")
				}
				if len(w.vendor.stocks.locks) != 0 {
					t.Errorf("locked %v", w.vendor.stocks.locks)
				}
			})
		})
	}
}

func TestACeilingThatIsLoweredWhileAnActivationIsRecordedWithdrawsIt(t *testing.T) {
	for name, test := range map[string]struct {
		before func(w *world)
		limits accounts.Limits
	}{
		"of all that is active":   {func(*world) {}, maxActive("0.99")},
		"of one campaign":         {func(*world) {}, accounts.Limits{MaxCampaignYuan: "0.99"}},
		"where there was another": {func(w *world) { w.limited(maxActive("5.00")) }, maxActive("0.99")},
		"by a process that has not listed anything yet": {func(w *world) {
			w.unjudged()
			w.vendor.fail(providers.OperationList, serverError, serverError, serverError)
			w.restart()
		}, maxActive("0.99")},
	} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				w.reaches(stockInactive)
				test.before(w)
				w.written = func(c *v1alpha1.PayGiftActivity) {
					if op := c.Status.Operation; op != nil && op.Outcome == "" {
						w.account.Limits = test.limits // its watch comes later
					}
				}
				w.setState(stockActive)
				w.pass(10 * time.Minute)
				w.want(v1alpha1.ReasonBudgetLimitExceeded, v1alpha1.StateInactive, v1alpha1.CreationConfirmed)
				op := w.campaign().Status.Operation
				if w.vendor.count(providers.OperationStart) != 0 || op == nil || op.Outcome != v1alpha1.OperationWithdrawn {
					t.Errorf("%d activations, recorded %+v", w.vendor.count(providers.OperationStart), op)
				}
			})
		})
	}
}

// unjudged has it that the activity was recorded and not compared with the manifest yet.
func (w *world) unjudged() {
	c := w.campaign()
	c.Status.Creation = v1alpha1.CreationUnknown
	w.must(w.api.Status().Update(context.Background(), c))
}
