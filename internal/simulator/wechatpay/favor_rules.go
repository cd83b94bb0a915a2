package wechatpay

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	longestStock    = 90 * 24 * time.Hour
	farthestBegin   = 365 * 24 * time.Hour
	favorPerUser    = 60
	atStockRule     = "/stock_use_rule"
	atCouponRule    = "/coupon_use_rule"
	atCoupon        = atCouponRule + "/fixed_normal_coupon"
	atPattern       = "/pattern_info"
	atAvailableEnd  = "/available_end_time"
	atAvailableFrom = "/available_begin_time"
)

// favorLimits are the values of a profile, in fen.
type favorLimits struct{ above, coupon, budget int64 }

func (f *favor) limits() favorLimits {
	if f.g.switches.Is(SwitchFavorLimits, "legacy") {
		return favorLimits{above: 1, coupon: 100_000, budget: 10_000_000_000}
	}
	return favorLimits{above: 100, coupon: 50_000, budget: 1_000_000_000}
}

// shapeRules are what one field demands of another; like the form they need no clock and no account.
func (f *favor) shapeRules(body *favorBody) *apiError {
	if refused := f.amountRules(body); refused != nil {
		return refused
	}
	c := &body.CouponUseRule
	if c.LimitCard != nil && (len(c.LimitPay) == 0 || c.LimitPay[0] == "CFT") {
		return bodyError(atCouponRule+"/limit_card", nil, "needs limit_pay with a bank's code")
	}
	if p := body.PatternInfo; p != nil && p.JumpTarget == "MINI_PROGRAM" {
		if p.MiniProgramAppid == "" {
			return bodyError(atPattern+"/mini_program_appid", nil, "is required with MINI_PROGRAM")
		}
		if p.MiniProgramPath == "" {
			return bodyError(atPattern+"/mini_program_path", nil, "is required with MINI_PROGRAM")
		}
	}
	begin, end := instant(body.BeginTime), instant(body.EndTime)
	switch {
	case end.Sub(begin) < time.Second:
		return ruleError("批次结束时间必须晚于开始时间", atAvailableEnd, "available_end_time must be at least a second after available_begin_time")
	case end.Sub(begin) > longestStock:
		return ruleError("批次可用时间最长为90天", atAvailableEnd, "a stock is valid for 90 days at most")
	}
	return nil
}

// amountRules are about money and numbers of coupons. What needs a special permission is NO_AUTH.
func (f *favor) amountRules(body *favorBody) *apiError {
	r, c, most := &body.StockUseRule, &body.CouponUseRule.FixedNormalCoupon, f.limits()
	switch {
	case r.MaxCouponsPerUser > favorPerUser:
		return specialRange(atStockRule+"/max_coupons_per_user", "max_coupons_per_user is 60 at most")
	case c.CouponAmount <= most.above || c.CouponAmount > most.coupon:
		return specialRange(atCoupon+"/coupon_amount", fmt.Sprintf("coupon_amount must be above %d and at most %d fen", most.above, most.coupon))
	case r.MaxAmount != c.CouponAmount*r.MaxCoupons:
		return amountError("总预算必须等于面额乘以发放总上限", atStockRule+"/max_amount", r.MaxAmount, fmt.Sprintf("must be coupon_amount × max_coupons, %d", c.CouponAmount*r.MaxCoupons))
	case r.MaxAmount > most.budget:
		return amountError("批次总预算超过上限", atStockRule+"/max_amount", r.MaxAmount, fmt.Sprintf("must be at most %d", most.budget))
	case r.MaxAmountByDay > r.MaxAmount:
		return amountError("单天预算不能大于总预算", atStockRule+"/max_amount_by_day", r.MaxAmountByDay, "must be at most max_amount")
	case r.MaxCouponsPerUser > r.MaxCoupons:
		return ruleError("单个用户可领个数不能大于发放总个数", atStockRule+"/max_coupons_per_user", "max_coupons_per_user must be at most max_coupons")
	case c.TransactionMinimum <= c.CouponAmount:
		return ruleError("使用门槛必须大于优惠金额", atCoupon+"/transaction_minimum", "transaction_minimum must be above coupon_amount")
	}
	return nil
}

func specialRange(at, issue string) *apiError {
	return ruleError("你配置的信息需要开通特殊权限", at, issue).as(http.StatusForbidden, "NO_AUTH")
}

func amountError(message, at string, value int64, issue string) *apiError {
	e := bodyError(at, value, issue)
	e.message = message
	return e
}

// createRules are the business rules: what is well formed and still may not be.
func (f *favor) createRules(account *Account, body *favorBody) *apiError {
	if body.BelongMerchant != account.Mchid {
		return ruleError("非法的商户号，归属商户号必须为当前创建商户号", "/belong_merchant", "belong_merchant must be the caller")
	}
	for _, word := range f.g.switches.Items(SwitchFavorWords) {
		if strings.Contains(body.StockName, word) {
			return ruleError("批次名称包含不当内容", "/stock_name", "the name has an improper word")
		}
	}
	if refused := f.windowRules(body); refused != nil {
		return refused
	}
	if p := body.PatternInfo; p != nil {
		if refused := f.g.appidRule(atPattern+"/mini_program_appid", p.MiniProgramAppid); refused != nil {
			return refused
		}
	}
	return f.merchantRules(body)
}

func (f *favor) windowRules(body *favorBody) *apiError {
	now, begin, end := f.g.clock.Now(), instant(body.BeginTime), instant(body.EndTime)
	switch {
	case !end.After(now):
		return ruleError("批次结束时间必须晚于当前时间", atAvailableEnd, "available_end_time has passed")
	case begin.Before(now) && f.g.switches.Is(SwitchFavorBeginInPast, "refused"):
		return ruleError("批次开始时间不可早于当前时间", atAvailableFrom, "available_begin_time has passed")
	case begin.Sub(now) > farthestBegin:
		return ruleError("不能创建365天后开始的批次", atAvailableFrom, "available_begin_time is more than 365 days ahead")
	}
	return nil
}

// merchantRules: whoever pays for the coupons itself may let anybody redeem them; otherwise the
// discount is the redeeming merchant's, who must be related to the creator.
func (f *favor) merchantRules(body *favorBody) *apiError {
	for i, id := range body.CouponUseRule.AvailableMerchants {
		at := fmt.Sprintf("%s/available_merchants/%d", atCouponRule, i)
		if f.g.switches.Contains(SwitchMerchantsMissing, id) {
			return ruleError("可用商户号"+id+"不存在", at, "merchant "+id+" does not exist").as(http.StatusBadRequest, "MCH_NOT_EXISTS")
		}
		if body.NoCash && f.g.switches.Contains(SwitchMerchantsStranger, id) {
			return ruleError("可用商户"+id+"不符合规则", at, "merchant "+id+" may not redeem coupons that are not pre-funded")
		}
	}
	return nil
}
