package controllers

import (
	"fmt"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/money"
	"github.com/campaign-operator/campaign-operator/internal/wire"
	"github.com/campaign-operator/campaign-operator/providers"
)

// CouponStockKind is 代金券批次 for the engine.
type CouponStockKind struct {
	// Registers is how long after its creation WeChat Pay does not take a stock's activation yet.
	Registers time.Duration
}

var _ engine.Kind = CouponStockKind{}

// CouponStockRegisters is how long WeChat Pay usually takes to register a new stock; its helpers' advice, the page is silent.
const CouponStockRegisters = time.Minute

// couponStockLatestBegin is how far ahead a stock may begin (可用时间-开始时间, rule 2).
const couponStockLatestBegin = 365 * 24 * time.Hour

// What WeChat Pay's current page lets a face value and a budget be (面额, 总预算), where older pages have more.
const (
	strictMinCouponAmount = 101        // fen: more than 1 yuan
	strictMaxCouponAmount = 50_000     // fen: 500 yuan
	strictMaxAmount       = 1000000000 // fen: 10 million yuan
)

// Name implements engine.Kind.
func (CouponStockKind) Name() string { return "CouponStock" }

// Plural implements engine.Kind.
func (CouponStockKind) Plural() string { return "couponstocks" }

// Traits implements engine.Kind: a stock is activated, paused and restarted by calls, and ended by none.
func (k CouponStockKind) Traits() engine.Traits {
	return engine.Traits{
		Noun: "stock", AdoptField: "spec.adopt.stockId", BeginField: "availableBeginTime",
		StopState: string(v1alpha1.CouponStockPaused),
		Moves: engine.Moves{
			engine.GoalLive:     {providers.StateInactive: providers.OperationStart, providers.StatePaused: providers.OperationRestart},
			engine.GoalInactive: {providers.StateRunning: providers.OperationPause},
			engine.GoalPaused:   {providers.StateRunning: providers.OperationPause},
		},
		Anonymous: true, Costs: true,
		Registers: k.Registers,
	}
}

// New implements engine.Kind.
func (CouponStockKind) New() v1alpha1.Campaign { return &v1alpha1.CouponStock{} }

// NewList implements engine.Kind.
func (CouponStockKind) NewList() client.ObjectList { return &v1alpha1.CouponStockList{} }

// Goal implements engine.Kind.
func (CouponStockKind) Goal(c v1alpha1.Campaign) engine.Goal {
	switch couponStock(c).Spec.State {
	case v1alpha1.CouponStockInactive:
		return engine.GoalInactive
	case v1alpha1.CouponStockActive:
		return engine.GoalLive
	case v1alpha1.CouponStockPaused:
		return engine.GoalPaused
	default:
		return engine.GoalNothing
	}
}

// GivenNumber implements engine.Kind.
func (CouponStockKind) GivenNumber(c v1alpha1.Campaign) string {
	return couponStock(c).Spec.OutRequestNo
}

// AdoptID implements engine.Kind.
func (CouponStockKind) AdoptID(c v1alpha1.Campaign) string {
	if adopt := couponStock(c).Spec.Adopt; adopt != nil {
		return adopt.StockID
	}
	return ""
}

// Members implements engine.Kind: no call changes who may redeem.
func (CouponStockKind) Members(v1alpha1.Campaign) ([]string, **v1alpha1.MembersRecord) {
	return nil, nil
}

// Codes implements engine.Kind: there are none.
func (CouponStockKind) Codes(v1alpha1.Campaign) []engine.CodeSource { return nil }

// References implements engine.Kind: a stock refers to no other resource.
func (CouponStockKind) References(v1alpha1.Campaign) []engine.Reference { return nil }

// Exposure implements engine.Kind: the whole budget, which the activation locks.
func (CouponStockKind) Exposure(c v1alpha1.Campaign) *providers.Exposure {
	spec := couponStock(c).Spec
	noCash := spec.NoCash != nil && *spec.NoCash
	if complete(spec) {
		return &providers.Exposure{Fen: money.Times(spec.CouponUseRule.FixedNormalCoupon.CouponAmount, spec.StockUseRule.MaxCoupons), NoCash: noCash}
	}
	if fen, err := money.ParseYuan(spec.BudgetYuan); err == nil {
		return &providers.Exposure{Fen: fen, NoCash: noCash}
	}
	return nil
}

// complete reports whether the creation fields are there; adopt and Observe let them be left out.
func complete(spec v1alpha1.CouponStockSpec) bool { return spec.StockName != "" }

// Describe implements engine.Kind.
func (k CouponStockKind) Describe(c v1alpha1.Campaign, observed *providers.Snapshot) {
	stock := couponStock(c)
	describeTimes(&stock.Status.CampaignStatus, stock.Spec.AvailableBeginTime, stock.Spec.AvailableEndTime, observed)
	if value := faceValue(stock.Spec, observed); value > 0 {
		stock.Status.FaceValueYuan = money.Yuan(value)
	}
	budget := k.Exposure(c)
	if observed != nil && observed.Exposure != nil {
		budget = observed.Exposure
	}
	if budget != nil {
		stock.Status.BudgetYuan = money.Yuan(budget.Fen)
	}
}

// faceValue is what a coupon takes off, in fen: as the manifest says, or the vendor where the creation fields were left out; 0 where
// neither does.
func faceValue(spec v1alpha1.CouponStockSpec, observed *providers.Snapshot) int64 {
	var shown struct {
		CouponUseRule v1alpha1.CouponStockCouponUseRule `json:"couponUseRule"`
	}
	if !complete(spec) && observed != nil && wire.FromVendor(observed.Content, &shown) == nil {
		return shown.CouponUseRule.FixedNormalCoupon.CouponAmount
	}
	return spec.CouponUseRule.FixedNormalCoupon.CouponAmount
}

// Distribution implements engine.Kind.
func (CouponStockKind) Distribution(c v1alpha1.Campaign) **v1alpha1.DistributionRecord {
	return &couponStock(c).Status.Distribution
}

// Terms implements engine.Kind.
func (k CouponStockKind) Terms(c v1alpha1.Campaign) engine.Terms {
	exposure := k.Exposure(c)
	if exposure == nil {
		return engine.Terms{}
	}
	budget := money.Yuan(exposure.Fen)
	terms := engine.Terms{
		Commits: fmt.Sprintf("nothing when it is created; when it is activated (state: Active), %s yuan are locked from the merchant's balance (预充值)", budget),
		Irreversible: []string{
			"WeChat Pay has no call to change a stock",
			"WeChat Pay has no call that ends a stock or gives locked money back: it can only be paused",
			"coupons that were sent stay valid while it is paused",
		},
	}
	if exposure.NoCash {
		terms.Commits = fmt.Sprintf("nothing is locked (免充值); once it is activated (state: Active), up to %s yuan come off the receipts of the merchants that redeem", budget)
	}
	return terms
}

// ActivityID implements engine.Kind.
func (CouponStockKind) ActivityID(c v1alpha1.Campaign) string { return couponStock(c).Status.StockID }

// SetActivityID implements engine.Kind.
func (CouponStockKind) SetActivityID(c v1alpha1.Campaign, id string) {
	couponStock(c).Status.StockID = id
}

// Request implements engine.Kind: the body of 创建代金券批次.
func (CouponStockKind) Request(c v1alpha1.Campaign, from engine.Sender) (engine.Request, error) {
	spec := couponStock(c).Spec
	request := engine.Request{Number: from.Number, LatestBegin: couponStockLatestBegin, Name: spec.StockName}
	var err error
	if spec.ActivateAfter != "" {
		if request.ActivateAfter, err = wire.ParseTime(spec.ActivateAfter); err != nil {
			return request, fmt.Errorf("spec.activateAfter: %w", err)
		}
	}
	if !complete(spec) {
		return request, nil
	}
	if request.Begin, err = wire.ParseTime(spec.AvailableBeginTime); err != nil {
		return request, fmt.Errorf("spec.availableBeginTime: %w", err)
	}
	if request.End, err = wire.ParseTime(spec.AvailableEndTime); err != nil {
		return request, fmt.Errorf("spec.availableEndTime: %w", err)
	}
	if belongs := spec.BelongMerchant; belongs != "" && belongs != from.Account {
		return request, fmt.Errorf("spec.belongMerchant: %q is not the merchant id %s that merchantRef names; leave it out", belongs, from.Account)
	}
	request.RefusedFrom = request.Begin // no stock may begin in the past
	request.Objection = couponStockObjection(spec, from.Profile)
	request.Body, err = couponStockBody(spec, from)
	return request, err
}

// couponStockObjection says which bound of the account's profile a stock breaks.
func couponStockObjection(spec v1alpha1.CouponStockSpec, profile v1alpha1.LimitsProfile) string {
	if profile == v1alpha1.ProfileLegacy {
		return ""
	}
	const profileAdvice = "The account's limits.profile is Strict, the bounds of WeChat Pay's current page; with Legacy its older, wider ones apply."
	value := spec.CouponUseRule.FixedNormalCoupon.CouponAmount
	switch budget := money.Times(value, spec.StockUseRule.MaxCoupons); {
	case value < strictMinCouponAmount || value > strictMaxCouponAmount:
		return fmt.Sprintf("spec.couponUseRule.fixedNormalCoupon.couponAmount: write more than 1 and at most 500 yuan, in fen; it is %s yuan. %s", money.Yuan(value), profileAdvice)
	case budget > strictMaxAmount:
		return fmt.Sprintf("spec.stockUseRule: write maxCoupons so that the budget is at most 10 million yuan; it is %s yuan. %s", money.Yuan(budget), profileAdvice)
	}
	return ""
}

// couponStockBody spells the request as the vendor's page does, and fills in what follows from other fields and was left out.
func couponStockBody(spec v1alpha1.CouponStockSpec, from engine.Sender) ([]byte, error) {
	body, err := wire.ToVendor(spec.CouponStockRequest)
	if err != nil {
		return nil, err
	}
	body["out_request_no"] = from.Number
	fill(body, "belong_merchant", from.Account)
	fill(body, "stock_type", "NORMAL")
	fill(body["stock_use_rule"].(wire.Object), "max_amount", money.Times(spec.CouponUseRule.FixedNormalCoupon.CouponAmount, spec.StockUseRule.MaxCoupons)) // a struct in the spec
	if pattern, given := body["pattern_info"].(wire.Object); given {
		upperColor(pattern)
	}
	for _, key := range []string{"available_begin_time", "available_end_time"} {
		text, _ := body[key].(string)
		if body[key], err = wire.WeChatPayTime(text); err != nil {
			return nil, fmt.Errorf("spec.%s: %w", wire.CamelCase(key), err)
		}
	}
	return wire.Bytes(body)
}

// Observe implements engine.Kind.
func (CouponStockKind) Observe(c v1alpha1.Campaign, facts map[string]string, vendorState string) {
	st := &couponStock(c).Status
	observe(facts, map[string]*string{
		"stock_creator_mchid": &st.StockCreatorMchid,
		"create_time":         &st.CreateTime,
		"start_time":          &st.StartTime,
		"stop_time":           &st.StopTime,
		"pause_time":          &st.PauseTime,
		"restart_time":        &st.RestartTime,
	})
	if vendorState != "" {
		st.StockStatus = vendorState
	}
}

// Complaint implements engine.Kind: WeChat Pay says so by the state.
func (CouponStockKind) Complaint(v1alpha1.Campaign, map[string]string) string { return "" }

// Reset implements engine.Kind.
func (CouponStockKind) Reset(c v1alpha1.Campaign) {
	st := &couponStock(c).Status
	*st = v1alpha1.CouponStockStatus{CampaignStatus: st.CampaignStatus}
}

// WantsDetail implements engine.Kind: a list row of stocks is all that the detail is.
func (CouponStockKind) WantsDetail(v1alpha1.Campaign, providers.Snapshot) bool { return false }

func couponStock(c v1alpha1.Campaign) *v1alpha1.CouponStock {
	return c.(*v1alpha1.CouponStock) // the engine hands a kind its own objects
}

// fill adds what was left out.
func fill(object wire.Object, key string, value any) {
	if _, given := object[key]; !given {
		object[key] = value
	}
}

// upperColor has one of the two ways be sent in which the pages spell a colour, COLOR010 and Color010.
func upperColor(object wire.Object) {
	if color, given := object["background_color"].(string); given {
		object["background_color"] = strings.ToUpper(color)
	}
}

// observe copies facts that are news into the status' fields.
func observe(facts map[string]string, fields map[string]*string) {
	for name, field := range fields {
		if value := facts[name]; value != "" && !notLater(value, *field) {
			*field = value
		}
	}
}
