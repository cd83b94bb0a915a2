package wechatpay

import (
	"fmt"
	"net/http"
	"time"
)

const (
	longestActivity = 90 * 24 * time.Hour
	atBase          = "/activity_base_info"
	atRule          = "/award_send_rule"
	atAdvanced      = "/advanced_setting"
)

// shapeRules are what one field demands of another; like the form they need no clock and no stock.
func (p *payGift) shapeRules(body *createBody) *apiError {
	b, r := &body.Base, &body.Rule
	if b.DeliveryPurpose == "JUMP_MINI_APP" {
		if b.MiniProgramsAppid == "" {
			return bodyError(atBase+"/mini_programs_appid", nil, "is required with JUMP_MINI_APP")
		}
		if b.MiniProgramsPath == "" && p.g.switches.Is(SwitchMiniProgramsPath, "required") {
			return bodyError(atBase+"/mini_programs_path", nil, "is required with JUMP_MINI_APP")
		}
	}
	if a := b.AvailablePeriods; a != nil && p.g.switches.Is(SwitchAvailablePeriods, "both") && (a.AvailableTime == nil || a.AvailableDayTime == nil) {
		return bodyError(atBase+"/available_periods", nil, "needs available_time and available_day_time")
	}
	if r.MerchantOption == "MANUAL_INPUT_MERCHANT" && len(r.MerchantIDList) == 0 {
		return bodyError(atRule+"/merchant_id_list", nil, "is required with MANUAL_INPUT_MERCHANT")
	}
	if len(r.AwardList) > 1 {
		for i, a := range r.AwardList {
			if a.ThumbnailURL == "" {
				return bodyError(fmt.Sprintf("%s/award_list/%d/thumbnail_url", atRule, i), nil, "is required with several awards")
			}
		}
	}
	return memberRule(body.Advanced)
}

func memberRule(s *advancedSetting) *apiError {
	if s == nil {
		return nil
	}
	if s.DeliveryUserCategory == "DELIVERY_MEMBER_PERSON" && s.MerchantMemberAppid == "" {
		return bodyError(atAdvanced+"/merchant_member_appid", nil, "is required with DELIVERY_MEMBER_PERSON")
	}
	if m := s.PaymentMethodInformation; m != nil && m.PaymentMethod == "SPECIFIC_BANK_CARD" && m.BankAbbreviation == "" {
		return bodyError(atAdvanced+"/payment_method_information/bank_abbreviation", nil, "is required with SPECIFIC_BANK_CARD")
	}
	return nil
}

// createRules are the business rules: what is well formed and still may not be.
func (p *payGift) createRules(account *Account, body *createBody) *apiError {
	switch p.g.switches.Get(SwitchCreate) {
	case "noAuth":
		return (&apiError{message: "商户未开通支付有礼活动创建权限", detail: &errorDetail{Issue: "the product takes no new activities"}}).as(http.StatusForbidden, "NO_AUTH")
	case "requestBlocked":
		return (&apiError{message: "支付有礼已停止新建活动", detail: &errorDetail{Issue: "the product takes no new activities"}}).as(http.StatusForbidden, "REQUEST_BLOCKED")
	}
	now := p.g.clock.Now()
	for _, check := range []func() *apiError{
		func() *apiError { return p.windowRules(&body.Base, now) },
		func() *apiError { return p.periodRules(&body.Base) },
		func() *apiError { return awardRules(body) },
		func() *apiError { return p.appidRules(body) },
		func() *apiError { return p.senderRules(body.Rule.MerchantIDList) },
		func() *apiError { return p.stockRules(account, body) },
	} {
		if refused := check(); refused != nil {
			return refused
		}
	}
	return nil
}

func (p *payGift) windowRules(b *baseInfo, now time.Time) *apiError {
	begin, end := instant(b.BeginTime), instant(b.EndTime)
	switch {
	case !end.After(begin):
		return ruleError("活动结束时间必须晚于活动开始时间", atBase+"/end_time", "end_time must be after begin_time")
	case end.Sub(begin) > longestActivity:
		return ruleError("活动时长不能超过90天", atBase+"/end_time", "an activity lasts 90 days at most")
	case !end.After(now):
		return ruleError("活动结束时间必须晚于当前时间", atBase+"/end_time", "end_time has passed")
	case begin.Before(now) && p.g.switches.Is(SwitchBeginInPast, "refused"):
		return ruleError("活动开始时间不能早于当前时间", atBase+"/begin_time", "begin_time has passed")
	case begin.After(now.AddDate(1, 0, 0)):
		return ruleError("活动开始时间不能晚于一年后", atBase+"/begin_time", "begin_time is more than a year ahead")
	}
	return nil
}

func (p *payGift) periodRules(b *baseInfo) *apiError {
	if b.AvailablePeriods == nil {
		return nil
	}
	for i, t := range b.AvailablePeriods.AvailableTime {
		at := fmt.Sprintf("%s/available_periods/available_time/%d", atBase, i)
		begin, end := instant(t.BeginTime), instant(t.EndTime)
		if !end.After(begin) {
			return ruleError("可用时间段的结束时间必须晚于开始时间", at, "end_time must be after begin_time")
		}
		if p.g.switches.Is(SwitchAvailableTime, "inside") && (begin.Before(instant(b.BeginTime)) || end.After(instant(b.EndTime))) {
			return ruleError("可用时间段必须在活动时间范围内", at, "the range is not inside the activity's window")
		}
	}
	for i, t := range b.AvailablePeriods.AvailableDayTime {
		if t.EndDayTime <= t.BeginDayTime {
			at := fmt.Sprintf("%s/available_periods/available_day_time/%d", atBase, i)
			return ruleError("当天可用时间段的结束时间必须晚于开始时间", at, "end_day_time must be after begin_day_time")
		}
	}
	return nil
}

func awardRules(body *createBody) *apiError {
	r := &body.Rule
	n := len(r.AwardList)
	if r.SendContent == "SINGLE_COUPON" && n != 1 {
		return ruleError("发放单张券时奖品数量必须为1", atRule+"/award_list", fmt.Sprintf("SINGLE_COUPON takes 1 award, not %d", n))
	}
	if r.SendContent == "GIFT_PACKAGE" && n < 3 {
		return ruleError("发放礼包时奖品数量必须为3至5", atRule+"/award_list", fmt.Sprintf("GIFT_PACKAGE takes 3 to 5 awards, not %d", n))
	}
	if r.MerchantOption != "MANUAL_INPUT_MERCHANT" {
		return ruleError("商家券仅支持手动输入发券商户", atRule+"/merchant_option", "BUSIFAVOR takes MANUAL_INPUT_MERCHANT only")
	}
	if s := body.Advanced; s != nil && s.PaymentMode != nil {
		return ruleError("商家券暂未开放支付场景设置", atAdvanced+"/payment_mode", "not open for BUSIFAVOR")
	}
	if s := body.Advanced; s != nil && s.PaymentMethodInformation != nil {
		return ruleError("商家券暂未开放支付方式设置", atAdvanced+"/payment_method_information", "not open for BUSIFAVOR")
	}
	return nil
}

func (p *payGift) appidRules(body *createBody) *apiError {
	places := map[string]string{atBase + "/mini_programs_appid": body.Base.MiniProgramsAppid}
	if body.Advanced != nil {
		places[atAdvanced+"/merchant_member_appid"] = body.Advanced.MerchantMemberAppid
	}
	for at, appid := range places {
		if refused := p.g.appidRule(at, appid); refused != nil {
			return refused
		}
	}
	return nil
}

// appidRule refuses an appid that is not the merchant's; none is no error.
func (g *Gateway) appidRule(at, appid string) *apiError {
	if appid == "" || !g.switches.Contains(SwitchAppidsUnbound, appid) {
		return nil
	}
	return ruleError("appid与商户号没有绑定关系", at, "appid "+appid+" is not bound to the merchant").as(http.StatusBadRequest, "APPID_MCHID_NOT_MATCH")
}

func (p *payGift) senderRules(ids []string) *apiError {
	for i, id := range ids {
		at := fmt.Sprintf("%s/merchant_id_list/%d", atRule, i)
		if p.g.switches.Contains(SwitchMerchantsMissing, id) {
			return ruleError("发券商户号"+id+"不存在", at, "merchant "+id+" does not exist").as(http.StatusBadRequest, "MCH_NOT_EXISTS")
		}
		if p.g.switches.Contains(SwitchMerchantsStranger, id) {
			return ruleError("发券商户号"+id+"与券归属商户无关联关系", at, "merchant "+id+" has no relation to the stocks' owner")
		}
	}
	return nil
}

// stockRules check the stocks that would be given away, alone and, in a package, against each other.
func (p *payGift) stockRules(account *Account, body *createBody) *apiError {
	var first *stock
	for i, a := range body.Rule.AwardList {
		at := fmt.Sprintf("%s/award_list/%d/stock_id", atRule, i)
		s := p.g.busifavor.find(a.StockID, account.Mchid)
		if s == nil {
			e := notFound("商家券批次" + a.StockID)
			e.detail = &errorDetail{Field: "/body" + at, Value: a.StockID, Issue: "stock does not exist", Location: "body"}
			return e
		}
		if refused := p.stockFits(s, &body.Base, at); refused != nil {
			return refused
		}
		if first == nil {
			first = s
		} else if !s.agreesWith(first) {
			return ruleError("礼包中多张券的核销时间或领取限制不一致", at, "the stocks of a package must agree in redeem time and per-user limit")
		}
	}
	return nil
}

func (p *payGift) stockFits(s *stock, b *baseInfo, at string) *apiError {
	if state := s.state(p.g); state != stockRunning {
		return ruleError("商家券批次状态不是运行中", at, "the stock is "+state+", not RUNNING")
	}
	if s.CodeMode == "MERCHANT_API" {
		return ruleError("商家券信息不满足活动规则，请检查有效期或券code模式", at, "MERCHANT_API stocks cannot be given by an activity")
	}
	begin, end := instant(b.BeginTime), instant(b.EndTime)
	fits := s.Begin.Before(end) && s.End.After(begin)
	if p.g.switches.Is(SwitchStockWindow, "within") {
		fits = !s.Begin.After(begin) && !s.End.Before(end)
	}
	if !fits {
		return ruleError("商家券信息不满足活动规则，请检查有效期或券code模式", at, "the stock's validity does not fit the activity's window")
	}
	return nil
}
