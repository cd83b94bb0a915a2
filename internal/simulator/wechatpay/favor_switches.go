package wechatpay

import (
	"math"

	"github.com/campaign-operator/campaign-operator/internal/simulator/switches"
)

// The switches of 代金券.
const (
	SwitchFavorLimits         = "favor.limits"
	SwitchFavorHiddenErrors   = "favor.hiddenErrors"
	SwitchFavorBeginInPast    = "favor.beginInPast"
	SwitchFavorMerchants      = "favor.availableMerchants"
	SwitchFavorWords          = "favor.improperWords"
	SwitchFavorSettle         = "favor.settleDelay"
	SwitchFavorSettleCode     = "favor.settleCode"
	SwitchFavorAudit          = "favor.audit"
	SwitchFavorAuditDelay     = "favor.auditDelay"
	SwitchFavorStartPaused    = "favor.startPaused"
	SwitchFavorStop           = "favor.stop"
	SwitchFavorUnactivatedEnd = "favor.unactivatedAfterEnd"
	SwitchFavorBalance        = "favor.balance"
	SwitchFavorUnlock         = "favor.unlock"
	SwitchFavorEmpty          = "favor.emptyRunning"
	SwitchFavorEmptyList      = "favor.emptyList"
	SwitchFavorTradeType      = "favor.detailTradeType"
	SwitchFavorMaxByDay       = "favor.detailMaxByDay"
	SwitchFavorCreateBounds   = "favor.createTimeBounds"
)

func favorSwitches() []switches.Spec {
	return []switches.Spec{
		choice(SwitchFavorLimits, "How much a favor stock may be worth. strict: a coupon is worth more than 100 fen and at most 50,000, the budget is at most 1,000,000,000 fen. legacy, from older pages: more than 1 fen and at most 100,000, and 10,000,000,000 fen.", true, "strict", "legacy"),
		choice(SwitchFavorHiddenErrors, "Whether a favor create answers 500 SYSTEM_ERROR for the faults that were seen to hide behind it: a minimum not above the coupon's value, empty texts and lists, begin = end, a wrong goods_tag, coupon_available_time.", true, "off", "on"),
		choice(SwitchFavorBeginInPast, "A favor create whose available_begin_time has passed.", true, "refused", "accepted"),
		choice(SwitchFavorMerchants, "Whether a favor create needs available_merchants: the SDK says no, but nobody could redeem without.", true, "required", "optional"),
		{Name: SwitchFavorWords, Form: switches.List, Unverified: true, Doc: "Words that a favor stock's name must not have; 测试 and 立减金 were seen refused."},
		{Name: SwitchFavorSettle, Form: switches.Duration, Default: "0s", Unverified: true, Doc: "How long, in real time, a new favor stock cannot be started: 卡信息尚未注册, with the code of favor.settleCode. A minute was seen."},
		choice(SwitchFavorSettleCode, "The code of a start that comes too early, of which only the message was seen: INVALID_REQUEST and PARAM_ERROR come with 400, RULE_LIMIT and REQUEST_BLOCKED with 403.", true, "INVALID_REQUEST", "PARAM_ERROR", "RULE_LIMIT", "REQUEST_BLOCKED"),
		choice(SwitchFavorAudit, "Whether a favor stock that is started is in audit first: not at all, for favor.auditDelay, or until the console approves it.", true, "none", "delay", "never"),
		{Name: SwitchFavorAuditDelay, Form: switches.Duration, Default: "60s", Unverified: true, Doc: "How long, in real time, an audit takes."},
		choice(SwitchFavorStartPaused, "Starting a paused favor stock: 400 INVALID_REQUEST, or 200 with the time of its start; it stays paused.", true, "reject400", "sameTime"),
		choice(SwitchFavorStop, "Whether a favor stock that was never started can be stopped by the API: only the SDK has the call. refuse is 403 NO_AUTH, notFound 404 NOT_FOUND.", true, "allow", "refuse", "notFound"),
		choice(SwitchFavorUnactivatedEnd, "What a favor stock that was never started is after its end.", true, favorStopped, favorUnactivated),
		{Name: SwitchFavorBalance, Form: switches.Number, Default: "100000000000", Min: 0, Max: math.MaxInt64 / 4, Doc: "The money that each merchant has, in fen, until PUT /_sim/balances/{mchid} says otherwise; what its stocks have locked is taken off it."},
		choice(SwitchFavorUnlock, "When a favor stock's locked money returns: never, or at its end, save what was distributed.", true, "never", "atEnd"),
		choice(SwitchFavorEmpty, "What a list of favor stocks answers when its status filter finds nothing: an empty page, or 404 RESOURCE_NOT_EXISTS as was seen with status=running.", true, "emptyPage", "notFound"),
		choice(SwitchFavorEmptyList, "The same for a list without any filter, that of a merchant who has no favor stock.", true, "emptyPage", "notFound"),
		choice(SwitchFavorTradeType, "What details and lists have as trade_type of a favor stock that was created without one: nothing, or all six values.", true, "asRequested", "allWhenUnset"),
		choice(SwitchFavorMaxByDay, "What details and lists have as max_amount_by_day of a favor stock that was created without one: 0, or its max_amount.", true, "zeroWhenUnset", "maxAmountWhenUnset"),
		choice(SwitchFavorCreateBounds, "Whether create_start_time and create_end_time themselves belong to the range.", true, "inclusive", "exclusive"),
	}
}
