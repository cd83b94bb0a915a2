package main

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func TestWhatAStocksManifestAsksFor(t *testing.T) {
	for asked, want := range map[v1alpha1.CouponStockDesiredState]v1alpha1.CampaignState{
		v1alpha1.CouponStockDraft:    v1alpha1.StateDraft,
		v1alpha1.CouponStockInactive: v1alpha1.StateInactive,
		v1alpha1.CouponStockActive:   v1alpha1.StateRunning,
		v1alpha1.CouponStockPaused:   v1alpha1.StatePaused,
	} {
		got, err := askedFor(&v1alpha1.CouponStock{Spec: v1alpha1.CouponStockSpec{State: asked}})
		if err != nil || got != want {
			t.Errorf("%s: %s, %v", asked, got, err)
		}
	}
}

func TestAnActivatedStockHasLockedItsBudgetOnce(t *testing.T) {
	stock := &v1alpha1.CouponStock{}
	stock.Spec.NoCash = ptr.To(false)
	stock.Spec.CouponUseRule.FixedNormalCoupon.CouponAmount = 1000
	stock.Spec.StockUseRule.MaxCoupons = 20
	lock := entry{Kind: "lock", Fen: 20000, Operation: "favor.start"}
	other := lock
	other.Fen = 2000
	for _, c := range []struct {
		name   string
		state  v1alpha1.CampaignState
		noCash bool
		its    []entry
		fine   bool
	}{
		{"running, one lock", v1alpha1.StateRunning, false, []entry{lock}, true},
		{"paused, one lock", v1alpha1.StatePaused, false, []entry{lock}, true},
		{"inactive, none", v1alpha1.StateInactive, false, nil, true},
		{"not paid in advance, none", v1alpha1.StateRunning, true, nil, true},
		{"running, none", v1alpha1.StateRunning, false, nil, false},
		{"running, two", v1alpha1.StateRunning, false, []entry{lock, lock}, false},
		{"running, another sum", v1alpha1.StateRunning, false, []entry{other}, false},
		{"inactive, one", v1alpha1.StateInactive, false, []entry{lock}, false},
	} {
		stock.Status.State, stock.Spec.NoCash = c.state, ptr.To(c.noCash)
		if err := lockedOnce("it", c.its, mustBeLocked(stock)); (err == nil) != c.fine {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAStockCanBeHeldAsWanted(t *testing.T) {
	stock := &v1alpha1.CouponStock{}
	stock.Status.State = v1alpha1.StateInactive
	held := target{state: v1alpha1.StateInactive, heldFor: v1alpha1.ReasonBudgetLimitExceeded}
	for _, c := range []struct {
		status             metav1.ConditionStatus
		reason             string
		held, ready, fatal bool
	}{
		{metav1.ConditionFalse, v1alpha1.ReasonBudgetLimitExceeded, true, false, false},
		{metav1.ConditionFalse, v1alpha1.ReasonFundsInsufficient, false, false, true},
		{metav1.ConditionTrue, v1alpha1.ReasonInactive, false, true, false},
	} {
		stock.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: c.status, Reason: c.reason}}
		if c.status == metav1.ConditionFalse {
			stock.Status.Conditions = append(stock.Status.Conditions, metav1.Condition{Type: v1alpha1.ConditionStalled, Status: metav1.ConditionTrue, Reason: c.reason})
		}
		if settled(stock, held) != c.held || settled(stock, target{state: v1alpha1.StateInactive}) != c.ready || (stalled(stock) != nil) != c.fatal {
			t.Errorf("%s: held %t, ready %t, stalled %v", c.reason, settled(stock, held), settled(stock, target{state: v1alpha1.StateInactive}), stalled(stock))
		}
	}
}

func TestASectionEndsWhereItsIndentDoes(t *testing.T) {
	text := "Status:\n  Plan:\n    Calls:\n      Digest: x\n    Commits: y\n  State: Draft\nEvents: none\n"
	if got, want := section(text, "Plan:"), "  Plan:\n    Calls:\n      Digest: x\n    Commits: y"; got != want {
		t.Errorf("got %q", got)
	}
	if got := section(text, "Nothing:"); got != "" {
		t.Errorf("got %q", got)
	}
}
