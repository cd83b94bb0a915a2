package wechatpay

import (
	"math"
	"strconv"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// favorStopped is the word of a stock that gives out nothing more, whether its time has come or
// somebody stopped it.
const favorStopped = "stoped" // sic

// favorStates maps 批次状态 (status) to the common vocabulary.
var favorStates = map[string]providers.State{
	"unactivated": providers.StateInactive,
	"audit":       providers.StateReviewing,
	"running":     providers.StateRunning,
	"paused":      providers.StatePaused,
	favorStopped:  providers.StateEnded,
}

// favorFacts are the fields that only the server sets.
var favorFacts = []string{creatorField, "create_time", "start_time", "stop_time", "card_id"}

const (
	favorStatusField  = "status"
	distributedField  = "distributed_coupons"
	stockUseRule      = "stock_use_rule"
	couponUseRule     = "coupon_use_rule"
	fixedNormalCoupon = "fixed_normal_coupon"
)

// favorSnapshot reads a detail or a row of the list, which have the same fields.
func favorSnapshot(stock object, detailed bool) (providers.Snapshot, error) {
	content, err := lenient.Encode(favorContent(stock))
	if err != nil {
		return providers.Snapshot{}, err
	}
	snapshot := providers.Snapshot{
		ID:           lenient.Text(stock, stockIDField),
		Name:         lenient.Text(stock, "stock_name"),
		Begin:        timeOf(stock, "available_begin_time"),
		End:          timeOf(stock, "available_end_time"),
		Created:      timeOf(stock, "create_time"),
		Started:      timeOf(stock, "start_time"),
		VendorState:  lenient.Text(stock, favorStatusField),
		Facts:        lenient.Facts(stock, favorFacts...),
		Content:      content,
		Exposure:     favorExposure(stock),
		Distribution: favorDistribution(stock),
		Detailed:     detailed,
	}
	snapshot.State = favorState(snapshot.VendorState, timeOf(stock, "stop_time"), snapshot.End)
	return snapshot, nil
}

// stoppedEarly is how long before its end a stock has to have stopped to have been stopped by somebody: whether stop_time is
// exactly the end when its time has come is not said, and the end may be the last second of a minute.
const stoppedEarly = time.Minute

// favorState tells a stock that was stopped (终止, possible before the activation) from one whose time
// has come, where the answer says when it stopped.
func favorState(word string, stopped, end time.Time) providers.State {
	if word == favorStopped && !stopped.IsZero() && stopped.Add(stoppedEarly).Before(end) {
		return providers.StateTerminated
	}
	return stateOf(favorStates, word)
}

// favorContent returns what was returned of the creation fields in the shape of the request: a
// read has the rules of the coupon within stock_use_rule, and the description beside it.
func favorContent(stock object) object {
	rule := lenient.Child(stock, stockUseRule)
	content := lenient.Pick(stock, "stock_name", "available_begin_time", "available_end_time", "no_cash", "stock_type", "singleitem",
		"cut_to_message")
	for section, fields := range map[string]object{
		stockUseRule:   lenient.Pick(rule, "max_coupons", "max_amount", "max_amount_by_day", "max_coupons_per_user"),
		couponUseRule:  lenient.Pick(rule, fixedNormalCoupon, "coupon_type", "goods_tag", "trade_type", "combine_use"),
		"pattern_info": lenient.Pick(stock, "description"),
	} {
		if len(fields) > 0 {
			content[section] = fields
		}
	}
	return content
}

// favorExposure is the budget, nil where the answer does not say all of it.
func favorExposure(stock object) *providers.Exposure {
	rule := lenient.Child(stock, stockUseRule)
	amount, known := lenient.Count(rule, "max_amount")
	if lenient.IsEmpty(rule["max_amount"]) {
		value, hasValue := lenient.Count(lenient.Child(rule, fixedNormalCoupon), "coupon_amount")
		coupons, hasCoupons := lenient.Count(rule, "max_coupons")
		known = hasValue && hasCoupons && (coupons == 0 || value <= math.MaxInt64/coupons)
		amount = value * coupons
	}
	noCash, err := strconv.ParseBool(lenient.Text(stock, "no_cash"))
	if !known || err != nil {
		return nil
	}
	return &providers.Exposure{Fen: int64(amount), NoCash: noCash}
}

// favorDistribution counts the coupons, nil where the answer does not.
func favorDistribution(stock object) *providers.Distribution {
	sent, hasSent := lenient.Count(stock, distributedField)
	total, hasTotal := lenient.Count(lenient.Child(stock, stockUseRule), "max_coupons")
	if !hasSent || !hasTotal {
		return nil
	}
	return &providers.Distribution{Sent: int64(sent), Total: int64(total)}
}
