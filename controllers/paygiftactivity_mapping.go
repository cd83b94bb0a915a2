package controllers

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/wire"
	"github.com/campaign-operator/campaign-operator/providers"
)

// PayGiftActivityKind is 支付有礼 for the engine.
type PayGiftActivityKind struct{}

var _ engine.Kind = PayGiftActivityKind{}

// payGiftLatestBegin is how far ahead an activity may begin: one year (reference rule PG-03).
const payGiftLatestBegin = 365 * 24 * time.Hour

// Name implements engine.Kind.
func (PayGiftActivityKind) Name() string { return "PayGiftActivity" }

// Plural implements engine.Kind.
func (PayGiftActivityKind) Plural() string { return "paygiftactivities" }

// Traits implements engine.Kind.
func (PayGiftActivityKind) Traits() engine.Traits {
	return engine.Traits{
		Noun: "activity", AdoptField: "spec.adopt.activityId", BeginField: "activityBaseInfo.beginTime",
		StopState: string(v1alpha1.PayGiftActivityTerminated),
		Moves: engine.Moves{engine.GoalEnded: {
			providers.StateScheduled: providers.OperationTerminate,
			providers.StateRunning:   providers.OperationTerminate,
			providers.StatePaused:    providers.OperationTerminate,
		}},
	}
}

// New implements engine.Kind.
func (PayGiftActivityKind) New() v1alpha1.Campaign { return &v1alpha1.PayGiftActivity{} }

// NewList implements engine.Kind.
func (PayGiftActivityKind) NewList() client.ObjectList { return &v1alpha1.PayGiftActivityList{} }

// Goal implements engine.Kind.
func (PayGiftActivityKind) Goal(c v1alpha1.Campaign) engine.Goal {
	switch payGift(c).Spec.State {
	case v1alpha1.PayGiftActivityActive:
		return engine.GoalLive
	case v1alpha1.PayGiftActivityTerminated:
		return engine.GoalEnded
	default:
		return engine.GoalNothing
	}
}

// GivenNumber implements engine.Kind.
func (PayGiftActivityKind) GivenNumber(c v1alpha1.Campaign) string {
	return payGift(c).Spec.ActivityBaseInfo.OutRequestNo
}

// AdoptID implements engine.Kind.
func (PayGiftActivityKind) AdoptID(c v1alpha1.Campaign) string {
	if adopt := payGift(c).Spec.Adopt; adopt != nil {
		return adopt.ActivityID
	}
	return ""
}

// Members implements engine.Kind: the sending merchants.
func (PayGiftActivityKind) Members(c v1alpha1.Campaign) ([]string, **v1alpha1.MembersRecord) {
	return payGift(c).Spec.AwardSendRule.MerchantIdList, &payGift(c).Status.Merchants
}

// Codes implements engine.Kind: there are none.
func (PayGiftActivityKind) Codes(v1alpha1.Campaign) []engine.CodeSource { return nil }

// References implements engine.Kind: the stocks that awards name by their resources. Admission lets none in while there is
// no kind for 商家券 stocks; one that comes is added to Traits.RefersTo and to the rule of stockRef.
func (PayGiftActivityKind) References(c v1alpha1.Campaign) []engine.Reference {
	var references []engine.Reference
	for i, award := range payGift(c).Spec.AwardSendRule.AwardList {
		if ref := award.StockRef; ref != nil {
			references = append(references, engine.Reference{
				Field: stockRefField(i), Kind: ref.Kind,
				Key: types.NamespacedName{Namespace: cmp.Or(ref.Namespace, c.GetNamespace()), Name: ref.Name},
			})
		}
	}
	return references
}

func stockRefField(i int) string { return fmt.Sprintf("spec.awardSendRule.awardList[%d].stockRef", i) }

// resolveStocks puts the ids of the stocks that are named by their resources into the request.
func resolveStocks(rule wire.Object, ids map[string]string) {
	awards, _ := rule["award_list"].([]any)
	for i, item := range awards {
		if award, _ := item.(wire.Object); award["stock_ref"] != nil {
			delete(award, "stock_ref")
			award["stock_id"] = ids[stockRefField(i)]
		}
	}
}

// Terms implements engine.Kind.
func (PayGiftActivityKind) Terms(c v1alpha1.Campaign) engine.Terms {
	var stocks []string
	for _, award := range payGift(c).Spec.AwardSendRule.AwardList {
		if award.StockRef != nil {
			award.StockId = fmt.Sprintf("%s %s", award.StockRef.Kind, award.StockRef.Name)
		}
		stocks = append(stocks, award.StockId)
	}
	return engine.Terms{
		Commits: fmt.Sprintf("no budget of its own; the coupons come out of the 商家券 stock(s) %s", strings.Join(stocks, ", ")),
		Irreversible: []string{
			"WeChat Pay has no call to change the activity, merchantIdList apart",
			"WeChat Pay has no call to pause it; ending it is for ever",
			"coupons that were sent stay valid after it has ended",
		},
	}
}

// Exposure implements engine.Kind: a pay-gift activity hands out coupons of stocks that have a
// budget of their own, and commits none itself.
func (PayGiftActivityKind) Exposure(v1alpha1.Campaign) *providers.Exposure { return nil }

// Describe implements engine.Kind.
func (PayGiftActivityKind) Describe(c v1alpha1.Campaign, observed *providers.Snapshot) {
	activity := payGift(c)
	info := activity.Spec.ActivityBaseInfo
	describeTimes(&activity.Status.CampaignStatus, info.BeginTime, info.EndTime, observed)
}

// Distribution implements engine.Kind: WeChat Pay does not count what an activity gave out.
func (PayGiftActivityKind) Distribution(v1alpha1.Campaign) **v1alpha1.DistributionRecord { return nil }

// ActivityID implements engine.Kind.
func (PayGiftActivityKind) ActivityID(c v1alpha1.Campaign) string {
	return payGift(c).Status.ActivityID
}

// SetActivityID implements engine.Kind.
func (PayGiftActivityKind) SetActivityID(c v1alpha1.Campaign, id string) {
	payGift(c).Status.ActivityID = id
}

// Request implements engine.Kind: the body of 创建全场满额送活动.
func (PayGiftActivityKind) Request(c v1alpha1.Campaign, from engine.Sender) (engine.Request, error) {
	number := from.Number
	spec := payGift(c).Spec
	request := engine.Request{Number: number, LatestBegin: payGiftLatestBegin, Name: spec.ActivityBaseInfo.ActivityName}
	if len(spec.AwardSendRule.AwardList) == 0 {
		return request, nil // left out, as adopt and Observe allow
	}
	var err error
	if request.Begin, err = wire.ParseTime(spec.ActivityBaseInfo.BeginTime); err != nil {
		return request, fmt.Errorf("spec.activityBaseInfo.beginTime: %w", err)
	}
	if request.End, err = wire.ParseTime(spec.ActivityBaseInfo.EndTime); err != nil {
		return request, fmt.Errorf("spec.activityBaseInfo.endTime: %w", err)
	}
	body, err := wire.ToVendor(struct {
		ActivityBaseInfo v1alpha1.PayGiftActivityBaseInfo `json:"activityBaseInfo"`
		AwardSendRule    v1alpha1.PayGiftAwardSendRule    `json:"awardSendRule"`
		AdvancedSetting  *v1alpha1.PayGiftAdvancedSetting `json:"advancedSetting,omitempty"`
	}{spec.ActivityBaseInfo, spec.AwardSendRule, spec.AdvancedSetting})
	if err != nil {
		return request, err
	}
	base, rule := body["activity_base_info"].(wire.Object), body["award_send_rule"].(wire.Object) // both are structs above
	base["out_request_no"] = number
	upperColor(base)
	resolveStocks(rule, from.IDs)
	derivePayGift(spec, base, rule)
	if err := payGiftTimes(base); err != nil {
		return request, err
	}
	request.Body, err = wire.Bytes(body)
	return request, err
}

// derivePayGift fills in what follows from other fields and was left out.
func derivePayGift(spec v1alpha1.PayGiftActivitySpec, base, rule wire.Object) {
	sendContent := "GIFT_PACKAGE"
	if len(spec.AwardSendRule.AwardList) == 1 {
		sendContent = "SINGLE_COUPON"
	}
	fill(rule, "send_content", sendContent)
	fill(rule, "award_type", "BUSIFAVOR")
	fill(rule, "merchant_option", "MANUAL_INPUT_MERCHANT")
	periods, ok := base["available_periods"].(wire.Object)
	if !ok || periods["available_day_time"] == nil {
		return
	}
	fill(periods, "available_time", []any{wire.Object{"begin_time": base["begin_time"], "end_time": base["end_time"]}})
}

// payGiftTimes re-spells every date-time as WeChat Pay documents it.
func payGiftTimes(base wire.Object) error {
	const path = "spec.activityBaseInfo"
	if err := payGiftRange(base, path); err != nil {
		return err
	}
	periods, _ := base["available_periods"].(wire.Object)
	list, _ := periods["available_time"].([]any)
	for i, item := range list {
		period, _ := item.(wire.Object)
		if err := payGiftRange(period, fmt.Sprintf("%s.availablePeriods.availableTime[%d]", path, i)); err != nil {
			return err
		}
	}
	return nil
}

// payGiftRange re-spells one range; path is where the manifest has it.
func payGiftRange(period wire.Object, path string) error {
	for _, key := range []string{"begin_time", "end_time"} {
		text, _ := period[key].(string)
		spelled, err := wire.WeChatPayTime(text)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", path, wire.CamelCase(key), err)
		}
		period[key] = spelled
	}
	return nil
}

// Observe implements engine.Kind.
func (PayGiftActivityKind) Observe(c v1alpha1.Campaign, facts map[string]string, vendorState string) {
	st := &payGift(c).Status
	observe(facts, map[string]*string{
		"activity_type":       &st.ActivityType,
		"creator_merchant_id": &st.CreatorMerchantID,
		"belong_merchant_id":  &st.BelongMerchantID,
		"create_time":         &st.CreateTime,
		"update_time":         &st.UpdateTime,
		"pause_time":          &st.PauseTime,
		"recovery_time":       &st.RecoveryTime,
		"terminate_time":      &st.TerminateTime,
	})
	if vendorState != "" {
		st.ActivityStatus = vendorState
	}
}

// Complaint implements engine.Kind: WeChat Pay says so by the state.
func (PayGiftActivityKind) Complaint(v1alpha1.Campaign, map[string]string) string { return "" }

// Reset implements engine.Kind.
func (PayGiftActivityKind) Reset(c v1alpha1.Campaign) {
	st := &payGift(c).Status
	*st = v1alpha1.PayGiftActivityStatus{CampaignStatus: st.CampaignStatus}
}

// notLater reports whether a time is no news beside the one that is recorded: the same moment in
// another spelling (lists and details may differ in milliseconds' zeros), or an earlier one, from a
// view older than the record. A status that followed those would be written for ever.
func notLater(value, recorded string) bool {
	at, errA := wire.ParseTime(value)
	bt, errB := wire.ParseTime(recorded)
	return errA == nil && errB == nil && !at.After(bt)
}

// WantsDetail implements engine.Kind: only the detail tells when an activity was paused.
func (PayGiftActivityKind) WantsDetail(c v1alpha1.Campaign, s providers.Snapshot) bool {
	return !s.Detailed && s.State == providers.StatePaused && payGift(c).Status.PauseTime == ""
}

func payGift(c v1alpha1.Campaign) *v1alpha1.PayGiftActivity {
	return c.(*v1alpha1.PayGiftActivity) // the engine hands a kind its own objects
}
