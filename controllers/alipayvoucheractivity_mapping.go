package controllers

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/money"
	"github.com/campaign-operator/campaign-operator/internal/wire"
	"github.com/campaign-operator/campaign-operator/providers"
)

// AlipayVoucherActivityKind is 商家券活动 for the engine.
type AlipayVoucherActivityKind struct{}

var _ engine.Kind = AlipayVoucherActivityKind{}

// voucherConfirms is how long Alipay may take for what it has accepted. Its pages say nothing of it; usually it takes seconds.
const voucherConfirms = 30 * time.Minute

// voucherCode is what a code may be (codedeposit, voucher_codes).
var voucherCode = regexp.MustCompile(`^[0-9A-Za-z_+=|-]{1,64}$`)

// mostAppended is the documented most of voucher_quantity in an append (追加后的总数量).
const mostAppended = 999_999

// Name implements engine.Kind.
func (AlipayVoucherActivityKind) Name() string { return "AlipayVoucherActivity" }

// Plural implements engine.Kind.
func (AlipayVoucherActivityKind) Plural() string { return "alipayvoucheractivities" }

// Traits implements engine.Kind: an activity begins by itself, is changed and stopped by calls that Alipay accepts and
// carries out later, and is never shown with our number.
func (AlipayVoucherActivityKind) Traits() engine.Traits {
	return engine.Traits{
		Noun: "voucher activity", AdoptField: "spec.adopt.activityId", BeginField: "voucherSendModeInfo.voucherSendRuleInfo.publishStartTime",
		StopState: string(v1alpha1.AlipayVoucherActivityStopped),
		Moves: engine.Moves{engine.GoalEnded: {
			providers.StateScheduled: providers.OperationTerminate,
			providers.StateRunning:   providers.OperationTerminate,
			providers.StatePaused:    providers.OperationTerminate,
		}},
		Anonymous: true, Repeats: true, Numbers: true, Costs: true, Shared: true,
		Confirms:     voucherConfirms,
		MostAppended: mostAppended, CodeForm: voucherCode, CodeWords: "1 to 64 letters, digits, -, _, +, = or |",
	}
}

// New implements engine.Kind.
func (AlipayVoucherActivityKind) New() v1alpha1.Campaign { return &v1alpha1.AlipayVoucherActivity{} }

// NewList implements engine.Kind.
func (AlipayVoucherActivityKind) NewList() client.ObjectList {
	return &v1alpha1.AlipayVoucherActivityList{}
}

// Goal implements engine.Kind.
func (AlipayVoucherActivityKind) Goal(c v1alpha1.Campaign) engine.Goal {
	switch voucher(c).Spec.State {
	case v1alpha1.AlipayVoucherActivityActive:
		return engine.GoalLive
	case v1alpha1.AlipayVoucherActivityStopped:
		return engine.GoalEnded
	default:
		return engine.GoalNothing
	}
}

// GivenNumber implements engine.Kind.
func (AlipayVoucherActivityKind) GivenNumber(c v1alpha1.Campaign) string {
	return voucher(c).Spec.OutBizNo
}

// AdoptID implements engine.Kind.
func (AlipayVoucherActivityKind) AdoptID(c v1alpha1.Campaign) string {
	if adopt := voucher(c).Spec.Adopt; adopt != nil {
		return adopt.ActivityID
	}
	return ""
}

// Members implements engine.Kind: shops are fields of the request.
func (AlipayVoucherActivityKind) Members(v1alpha1.Campaign) ([]string, **v1alpha1.MembersRecord) {
	return nil, nil
}

// Codes implements engine.Kind.
func (AlipayVoucherActivityKind) Codes(c v1alpha1.Campaign) []engine.CodeSource {
	from := voucher(c).Spec.VoucherCodesFrom
	sources := make([]engine.CodeSource, 0, len(from))
	for _, from := range from {
		sources = append(sources, engine.CodeSource{SecretName: from.SecretName, Count: from.Count})
	}
	return sources
}

// References implements engine.Kind: a voucher activity refers to no other resource.
func (AlipayVoucherActivityKind) References(v1alpha1.Campaign) []engine.Reference { return nil }

// Exposure implements engine.Kind: what all vouchers together can take off. Nobody can say where that is not in the manifest.
func (AlipayVoucherActivityKind) Exposure(c v1alpha1.Campaign) *providers.Exposure {
	spec := voucher(c).Spec
	if !voucherComplete(spec) {
		if fen, err := money.ParseYuan(spec.BudgetYuan); err == nil {
			return &providers.Exposure{Fen: fen}
		}
		return nil
	}
	value, known := voucherValue(spec)
	count := voucherCount(spec)
	if !known || count == 0 { // without codes of its own it gives out as many as other software hands over
		return nil
	}
	return &providers.Exposure{Fen: money.Times(value, count), Each: value}
}

// voucherComplete reports whether the creation fields are there; adopt and Observe let them be left out.
func voucherComplete(spec v1alpha1.AlipayVoucherActivitySpec) bool {
	return spec.ActivityBaseInfo.ActivityName != ""
}

// voucherCount is how many vouchers the manifest has given out: its quantity, or its codes.
func voucherCount(spec v1alpha1.AlipayVoucherActivitySpec) int64 {
	if quantity := spec.VoucherSendModeInfo.VoucherSendRuleInfo.Quantity; quantity != nil && *quantity > 0 {
		return *quantity
	}
	var count int64
	for _, from := range spec.VoucherCodesFrom {
		count += from.Count
	}
	return count
}

// voucherValue is the most that one voucher takes off, in fen; not known for an exchange voucher without an amount.
func voucherValue(spec v1alpha1.AlipayVoucherActivitySpec) (int64, bool) {
	deduct := spec.VoucherDeductInfo
	var price, less v1alpha1.AlipayPrice
	switch {
	case deduct.FixVoucherInfo != nil:
		price = deduct.FixVoucherInfo.Amount
	case deduct.DiscountVoucherInfo != nil:
		price = deduct.DiscountVoucherInfo.CeilingAmount
	case deduct.SpecialVoucherInfo != nil && spec.VoucherAvailableScopeInfo.VoucherAvailableGoodsInfo != nil:
		price, less = spec.VoucherAvailableScopeInfo.VoucherAvailableGoodsInfo.OriginAmount, deduct.SpecialVoucherInfo.SpecialAmount
	case deduct.ExchangeVoucherInfo != nil:
		price = deduct.ExchangeVoucherInfo.Amount
	}
	fen, err := money.ParsePrice(price)
	if err != nil {
		return 0, false
	}
	if less != "" {
		taken, err := money.ParsePrice(less)
		return fen - taken, err == nil
	}
	return fen, true
}

// Describe implements engine.Kind.
func (k AlipayVoucherActivityKind) Describe(c v1alpha1.Campaign, observed *providers.Snapshot) {
	activity := voucher(c)
	rule := activity.Spec.VoucherSendModeInfo.VoucherSendRuleInfo
	describeTimes(&activity.Status.CampaignStatus, rule.PublishStartTime, rule.PublishEndTime, observed)
	if value := valueText(deductInfo(activity.Spec, observed)); value != "" {
		activity.Status.Value = value
	}
	budget := k.Exposure(c)
	if observed != nil && observed.Exposure != nil && (budget == nil || observed.Exposure.Fen > budget.Fen) {
		budget = observed.Exposure
	}
	if budget != nil {
		activity.Status.BudgetYuan = money.Yuan(budget.Fen)
	}
}

// deductInfo is what a voucher takes off: as the manifest says, or the vendor where the creation fields were left out.
func deductInfo(spec v1alpha1.AlipayVoucherActivitySpec, observed *providers.Snapshot) v1alpha1.AlipayVoucherDeductInfo {
	var shown struct {
		VoucherDeductInfo v1alpha1.AlipayVoucherDeductInfo `json:"voucherDeductInfo"`
	}
	if !voucherComplete(spec) && observed != nil && wire.FromVendor(observed.Content, &shown) == nil {
		return shown.VoucherDeductInfo
	}
	return spec.VoucherDeductInfo
}

// valueText says what a voucher is worth, for people.
func valueText(deduct v1alpha1.AlipayVoucherDeductInfo) string {
	switch {
	case deduct.FixVoucherInfo != nil:
		return deduct.FixVoucherInfo.Amount
	case deduct.DiscountVoucherInfo != nil:
		return deduct.DiscountVoucherInfo.Discount + "折"
	case deduct.SpecialVoucherInfo != nil:
		return "特价" + deduct.SpecialVoucherInfo.SpecialAmount
	case deduct.ExchangeVoucherInfo != nil:
		return "兑换"
	default:
		return ""
	}
}

// Distribution implements engine.Kind.
func (AlipayVoucherActivityKind) Distribution(c v1alpha1.Campaign) **v1alpha1.DistributionRecord {
	return &voucher(c).Status.Distribution
}

// Terms implements engine.Kind.
func (k AlipayVoucherActivityKind) Terms(c v1alpha1.Campaign) engine.Terms {
	commits := "nothing is locked; from its publishStartTime on users can receive vouchers, which the merchant bears"
	if exposure := k.Exposure(c); exposure != nil {
		commits = fmt.Sprintf("nothing is locked; from its publishStartTime on users can receive vouchers, which can cost the merchant up to %s yuan in all", money.Yuan(exposure.Fen))
	}
	return engine.Terms{
		Commits: commits,
		Irreversible: []string{
			"what kind of voucher it is and what it is worth cannot be changed",
			"its quantity, its end and the validity of its vouchers can only be raised; codes that were handed over cannot be taken back",
			"Stopped is for ever: Alipay has no call that starts an activity again, and vouchers that were received stay valid",
		},
	}
}

// ActivityID implements engine.Kind.
func (AlipayVoucherActivityKind) ActivityID(c v1alpha1.Campaign) string {
	return voucher(c).Status.ActivityID
}

// SetActivityID implements engine.Kind.
func (AlipayVoucherActivityKind) SetActivityID(c v1alpha1.Campaign, id string) {
	voucher(c).Status.ActivityID = id
}

// Observe implements engine.Kind.
func (AlipayVoucherActivityKind) Observe(c v1alpha1.Campaign, facts map[string]string, vendorState string) {
	st := &voucher(c).Status
	for name, field := range map[string]*string{
		"audit_result": &st.AuditResult, "audit_reason": &st.AuditReason,
		"activity_operation_status": &st.ActivityOperationStatus,
	} {
		if value, said := facts[name]; said { // an empty one is news too: an operation that is over
			*field = value
		}
	}
	if vendorState != "" {
		st.ActivityStatus = vendorState
	}
}

// Complaint implements engine.Kind: audit_result_info, which came in 2025 and does not change activity_status by itself.
func (AlipayVoucherActivityKind) Complaint(c v1alpha1.Campaign, facts map[string]string) string {
	st := voucher(c).Status
	result, reason := st.AuditResult, st.AuditReason
	if said, ok := facts["audit_result"]; ok {
		result, reason = said, facts["audit_reason"]
	}
	if result != "REJECT" {
		return ""
	}
	return strings.TrimSuffix("audit_result is REJECT: "+reason, ": ")
}

// Reset implements engine.Kind.
func (AlipayVoucherActivityKind) Reset(c v1alpha1.Campaign) {
	st := &voucher(c).Status
	*st = v1alpha1.AlipayVoucherActivityStatus{CampaignStatus: st.CampaignStatus}
}

// WantsDetail implements engine.Kind: the count of what was given out is read once more when an activity has ended.
func (AlipayVoucherActivityKind) WantsDetail(c v1alpha1.Campaign, s providers.Snapshot) bool {
	return s.State == providers.StateEnded && !s.Detailed && c.CampaignStatus().State != v1alpha1.StateEnded
}

func voucher(c v1alpha1.Campaign) *v1alpha1.AlipayVoucherActivity {
	return c.(*v1alpha1.AlipayVoucherActivity) // the engine hands a kind its own objects
}
