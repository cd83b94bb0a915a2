package controllers

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/providers"
)

// stockOf is the minimal stock, changed.
func stockOf(t *testing.T, change func(*v1alpha1.CouponStockSpec)) *v1alpha1.CouponStock {
	t.Helper()
	stock := read(t, golden["couponstock-minimal"], &v1alpha1.CouponStock{})
	if change != nil {
		change(&stock.Spec)
	}
	return stock
}

// sender sends for the tests' merchant.
func senderOf(profile v1alpha1.LimitsProfile) engine.Sender {
	return engine.Sender{Number: numberOfOurs, Account: mchid, Profile: profile}
}

func TestAStocksStatesAreGoals(t *testing.T) {
	for state, want := range map[v1alpha1.CouponStockDesiredState]engine.Goal{
		v1alpha1.CouponStockDraft: engine.GoalNothing, v1alpha1.CouponStockInactive: engine.GoalInactive,
		v1alpha1.CouponStockActive: engine.GoalLive, v1alpha1.CouponStockPaused: engine.GoalPaused, "Unheard": engine.GoalNothing,
	} {
		if got := (CouponStockKind{}).Goal(stockOf(t, func(s *v1alpha1.CouponStockSpec) { s.State = state })); got != want {
			t.Errorf("%s is the goal %s, want %s", state, got, want)
		}
	}
}

func TestNothingActivatesAStockButStateActive(t *testing.T) {
	for goal, moves := range (CouponStockKind{}).Traits().Moves {
		for state, op := range moves {
			if op.Widens() && goal != engine.GoalLive {
				t.Errorf("%s of a stock that is %s asks for %s", goal, state, op)
			}
		}
	}
}

func TestTheProfileDecidesWhereTheVendorsPagesDiffer(t *testing.T) {
	for name, test := range map[string]struct {
		value, count   int64
		strict, legacy string
	}{
		"within both":            {500, 100, "", ""},
		"exactly 1 yuan":         {100, 100, "couponAmount", ""},
		"just over 1 yuan":       {101, 100, "", ""},
		"500 yuan":               {50_000, 100, "", ""},
		"more than 500 yuan":     {50_001, 100, "couponAmount", ""},
		"10 million yuan":        {1000, 1_000_000, "", ""},
		"more than 10 million":   {1001, 1_000_000, "stockUseRule", ""},
		"more than there can be": {1000, math.MaxInt64, "stockUseRule", ""},
	} {
		stock := stockOf(t, func(s *v1alpha1.CouponStockSpec) {
			s.CouponUseRule.FixedNormalCoupon = v1alpha1.CouponStockFixedNormalCoupon{CouponAmount: test.value, TransactionMinimum: test.value + 1}
			s.StockUseRule.MaxCoupons = test.count
		})
		for profile, want := range map[v1alpha1.LimitsProfile]string{"": test.strict, v1alpha1.ProfileStrict: test.strict, v1alpha1.ProfileLegacy: test.legacy} {
			request, err := CouponStockKind{}.Request(stock, senderOf(profile))
			if err != nil || (request.Objection == "") != (want == "") || !strings.Contains(request.Objection, want) {
				t.Errorf("%s, profile %q: objected is %q, %v; want %q", name, profile, request.Objection, err, want)
			}
		}
	}
}

func TestAStockOfAnotherMerchantCannotBeSent(t *testing.T) {
	stock := stockOf(t, func(s *v1alpha1.CouponStockSpec) { s.BelongMerchant = otherMchid })
	if _, err := (CouponStockKind{}).Request(stock, senderOf("")); err == nil || !strings.Contains(err.Error(), "spec.belongMerchant") {
		t.Errorf("it is answered by %v", err)
	}
	stock.Spec.BelongMerchant = mchid
	if _, err := (CouponStockKind{}).Request(stock, senderOf("")); err != nil {
		t.Errorf("the own merchant id is answered by %v", err)
	}
}

func TestWhatCannotBeReadOfAStockIsNamed(t *testing.T) {
	for field, change := range map[string]func(*v1alpha1.CouponStockSpec){
		"spec.activateAfter":      func(s *v1alpha1.CouponStockSpec) { s.ActivateAfter = "soon" },
		"spec.availableBeginTime": func(s *v1alpha1.CouponStockSpec) { s.AvailableBeginTime = "soon" },
		"spec.availableEndTime":   func(s *v1alpha1.CouponStockSpec) { s.AvailableEndTime = "later" },
	} {
		if _, err := (CouponStockKind{}).Request(stockOf(t, change), senderOf("")); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestAnAdoptedStockNeedsNoRequest(t *testing.T) {
	stock := &v1alpha1.CouponStock{}
	stock.Spec.Adopt = &v1alpha1.CouponStockAdoption{StockID: "98650001"}
	stock.Spec.ActivateAfter = "2027-05-31T09:00:00+08:00"
	kind := CouponStockKind{}
	request, err := kind.Request(stock, senderOf(""))
	if err != nil || len(request.Body) != 0 || !request.ActivateAfter.Equal(time.Date(2027, 5, 31, 1, 0, 0, 0, time.UTC)) {
		t.Errorf("the request is %+v, %v", request, err)
	}
	if id := kind.AdoptID(stock); id != "98650001" {
		t.Errorf("adopted is %q", id)
	}
	if exposure := kind.Exposure(stock); exposure != nil || len(kind.Terms(stock).Irreversible) != 0 {
		t.Errorf("it can cost %+v", exposure)
	}
	stock.Spec.BudgetYuan = "1234.50"
	if exposure := kind.Exposure(stock); exposure == nil || exposure.Fen != 123450 {
		t.Errorf("by its budgetYuan it can cost %+v", exposure)
	}
}

func TestAStockCanCostItsWholeBudget(t *testing.T) {
	kind := CouponStockKind{}
	stock := stockOf(t, nil)
	if got := kind.Exposure(stock); *got != (providers.Exposure{Fen: 50_000, NoCash: true}) {
		t.Errorf("it can cost %+v", got)
	}
	if commits := kind.Terms(stock).Commits; !strings.Contains(commits, "500.00") || !strings.Contains(commits, "免充值") {
		t.Errorf("the plan says %q", commits)
	}
	funded := false
	stock.Spec.NoCash = &funded
	if commits := kind.Terms(stock).Commits; !strings.Contains(commits, "500.00") || !strings.Contains(commits, "预充值") {
		t.Errorf("the plan says %q", commits)
	}
	kind.Describe(stock, nil)
	if stock.Status.FaceValueYuan != "5.00" || stock.Status.BudgetYuan != "500.00" {
		t.Errorf("described are %q and %q", stock.Status.FaceValueYuan, stock.Status.BudgetYuan)
	}
	kind.Describe(stock, &providers.Snapshot{Exposure: &providers.Exposure{Fen: 1}})
	if stock.Status.BudgetYuan != "0.01" {
		t.Errorf("what the vendor says is described as %q", stock.Status.BudgetYuan)
	}
	shown := &providers.Snapshot{Content: []byte(`{"coupon_use_rule":{"fixed_normal_coupon":{"coupon_amount":800}}}`)}
	if kind.Describe(stock, shown); stock.Status.FaceValueYuan != "5.00" {
		t.Errorf("beside the manifest's face value the vendor's is described, %q", stock.Status.FaceValueYuan)
	}
	stock.Spec = v1alpha1.CouponStockSpec{}
	for _, observed := range []*providers.Snapshot{shown, {}, nil} {
		if kind.Describe(stock, observed); stock.Status.FaceValueYuan != "8.00" {
			t.Errorf("an adopted stock's face value is described as %q", stock.Status.FaceValueYuan)
		}
	}
}

func TestWhatIsKnownOfAStockIsKeptAndForgotten(t *testing.T) {
	kind, stock := CouponStockKind{}, stockOf(t, nil)
	kind.SetActivityID(stock, "98650001")
	kind.Observe(stock, map[string]string{"start_time": "2027-06-01T00:00:00+08:00", "unheard": "x"}, "running")
	kind.Observe(stock, map[string]string{"start_time": "2027-06-01T00:00:00.000+08:00"}, "")
	st := stock.Status
	if kind.ActivityID(stock) != "98650001" || st.StartTime != "2027-06-01T00:00:00+08:00" || st.StockStatus != "running" {
		t.Errorf("known is %+v", st)
	}
	*kind.Distribution(stock) = &v1alpha1.DistributionRecord{Sent: 1}
	stock.Status.State = v1alpha1.StateRunning
	kind.Reset(stock)
	if st := stock.Status; st.StockID != "" || st.Distribution != nil || st.State != v1alpha1.StateRunning {
		t.Errorf("after a reset known is %+v", st)
	}
}
