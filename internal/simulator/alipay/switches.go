package alipay

import (
	"math"

	"github.com/campaign-operator/campaign-operator/internal/simulator/clock"
	"github.com/campaign-operator/campaign-operator/internal/simulator/quota"
	"github.com/campaign-operator/campaign-operator/internal/simulator/switches"
)

// The switches, by the names under which they are set.
const (
	SwitchReplaySame       = "alipay.replay.sameBody"
	SwitchReplayDifferent  = "alipay.replay.differentBody"
	SwitchReplayOrder      = "alipay.replay.order"
	SwitchReplayRetention  = "alipay.replay.retention"
	SwitchReplayRejections = "alipay.replay.rejections"
	SwitchReplayScope      = "alipay.replay.scope"

	SwitchAsyncDelay    = "alipay.async.delay"
	SwitchCreateFailure = "alipay.create.failure"
	SwitchChangeFailure = "alipay.change.failure"
	SwitchChangeEnded   = "alipay.change.ended"
	SwitchStopEnded     = "alipay.stop.ended"
	SwitchModifyBegin   = "alipay.modify.begin"
	SwitchAppendCeiling = "alipay.append.ceiling"

	SwitchCreatingContent = "alipay.query.creatingContent"
	SwitchStatusPlace     = "alipay.query.status"
	SwitchExpired         = "alipay.query.expired"
	SwitchLongestScope    = "alipay.query.longestScopeList"
	SwitchAllScope        = "alipay.query.allScope"
	SwitchZeros           = "alipay.query.zeros"
	SwitchAudit           = "alipay.query.audit"
	SwitchUnknownActivity = "alipay.query.unknown"
	SwitchSeenBy          = "alipay.activities.seenBy"
	SwitchNumbers         = "alipay.numbers"

	SwitchListCreating      = "alipay.list.creating"
	SwitchListLag           = "alipay.list.lag"
	SwitchListWithoutStatus = "alipay.list.withoutStatus"
	SwitchListFinished      = "alipay.list.finished"
	SwitchListOrder         = "alipay.list.order"

	SwitchCodesTotal     = "alipay.codes.total"
	SwitchCodesDuplicate = "alipay.codes.duplicate"
	SwitchCodesScope     = "alipay.codes.scope"
	SwitchCodesFailing   = "alipay.codes.failing"

	SwitchMessagesFate      = "alipay.messages.fate"
	SwitchMessagesDelay     = "alipay.messages.delay"
	SwitchMessagesSignType  = "alipay.messages.signType"
	SwitchMessagesSignature = "alipay.messages.signature"
	SwitchMessagesNumber    = "alipay.messages.outBizNo"
	SwitchMessagesEventTime = "alipay.messages.eventTime"
	SwitchMessagesUser      = "alipay.messages.userLevel"

	SwitchValidEnd        = "alipay.validEnd"
	SwitchOriginAmount    = "alipay.originAmount"
	SwitchCustomerService = "alipay.customerService"
	SwitchDiscountLeast   = "alipay.discount.least"
	SwitchShopsUnknown    = "alipay.shops.unknown"
	SwitchMiniAppsForeign = "alipay.miniApps.foreign"
	SwitchRiskWords       = "alipay.risk.words"

	SwitchSignature    = "alipay.signature"
	SwitchErrorsSigned = "alipay.errorsSigned"
	SwitchSlashes      = "alipay.escapedSlashes"
	SwitchTimestamp    = "alipay.timestamp"
	SwitchClockSkew    = "alipay.clockSkew"

	SwitchTokensInvalid    = "alipay.tokens.invalid"
	SwitchTokensExpired    = "alipay.tokens.expired"
	SwitchTokensNoAPI      = "alipay.tokens.noApi"
	SwitchNoOperationGrant = "alipay.agency.noOperationGrant"
	SwitchForbidden        = "alipay.forbidden"
	SwitchThirdParty       = "alipay.thirdParty"

	SwitchQuotaApp = quotaPrefix + "app"

	quotaPrefix = "alipay.quota."
	neverFails  = "never"
	// byHand is the delay of operations that end only when somebody says so.
	byHand = "byHand"
)

// Switches declares everything in which Alipay's pages are silent, disagree, or depend on the account.
func Switches() []switches.Spec {
	all := append(replaySwitches(), asyncSwitches()...)
	all = append(all, readSwitches()...)
	all = append(all, codeSwitches()...)
	all = append(all, messageSwitches()...)
	all = append(all, ruleSwitches()...)
	all = append(all, protocolSwitches()...)
	return append(all, quotaSwitches()...)
}

func choice(name, doc string, values ...string) switches.Spec {
	return switches.Spec{Name: name, Form: switches.Choice, Default: values[0], Values: values, Doc: doc, Unverified: true}
}

func list(name, doc string) switches.Spec {
	return switches.Spec{Name: name, Form: switches.List, Doc: doc}
}

func replaySwitches() []switches.Spec {
	return []switches.Spec{
		choice(SwitchReplaySame, "A call with a known out_biz_no and the same content: the first answer, or 40004 INVALID_PARAMETER.", "sameResult", "reject"),
		choice(SwitchReplayDifferent, "A call with a known out_biz_no and other content: 40004 INVALID_PARAMETER, the first answer, or it is done as if the number were new.", "conflict", "firstResult", "new"),
		choice(SwitchReplayOrder, "Whether a replay is recognised before or after rules and states. The format of the fields is always checked first.", "idempotencyBeforeValidation", "validateBeforeIdempotency"),
		{Name: SwitchReplayRetention, Form: switches.Duration, Default: "0s", Unverified: true, Doc: "How long, in campaign time, an out_biz_no is remembered; 0s is for ever."},
		choice(SwitchReplayRejections, "Whether a call that was refused is refused again under the same number, whatever its content has become.", "forgotten", "replayed"),
		choice(SwitchReplayScope, "Whether an out_biz_no is unique for an app over all its calls, or for each of the calls (create, append …).", "app", "appAndMethod"),
	}
}

func asyncSwitches() []switches.Spec {
	return []switches.Spec{
		{Name: SwitchAsyncDelay, Form: switches.Custom, Default: "1s", Check: checkDelay, Example: "byHand, or a duration: 0s, 90s", Unverified: true, Doc: "How long, in real time, create, modify, append and stop take after they were accepted; byHand: until `POST /_sim/alipay/activities/{id}/complete`."},
		choice(SwitchCreateFailure, "What becomes of creates accepted from now on: they succeed, end with an empty status and no operation, end as an unknown activity, or stay CREATING. None but the first sends a message.", neverFails, failsIdle, failsNotFound, failsStuck),
		choice(SwitchChangeFailure, "What becomes of modifies, appends and stops accepted from now on: they succeed, end without effect, or never end. None but the first sends a message.", neverFails, failsReverted, failsStuck),
		choice(SwitchChangeEnded, "A modify or append of an activity that has expired or was stopped: a code, or accepted without effect.", codeBizError, codeActivityExpired, codeInvalidParameter, "ignored"),
		choice(SwitchStopEnded, "A stop of an activity that was stopped: a code, or accepted without effect.", codeBizError, codeInvalidParameter, "success"),
		choice(SwitchModifyBegin, "Whether a modify may change publish_start_time, valid_begin_time and wait_days_after_receive.", "refused", "accepted"),
		choice(SwitchAppendCeiling, "Whether an append may go above the documented 999,999.", "enforced", "ignored"),
	}
}

func checkDelay(s string) error {
	if s == byHand {
		return nil
	}
	_, err := clock.ParseDuration(s)
	return err
}

func readSwitches() []switches.Spec {
	return []switches.Spec{
		choice(SwitchCreatingContent, "Whether a query of an activity that is CREATING shows its content or its id and states only.", "present", "absent"),
		choice(SwitchStatusPlace, "Where a query shows activity_status and activity_operation_status.", "both", "topLevel", "baseInfo"),
		choice(SwitchExpired, "What queries and lists say of an activity whose publish_end_time has passed.", statusActive, statusFinished),
		{Name: SwitchLongestScope, Form: switches.Number, Default: "84000", Min: 0, Max: math.MaxInt32, Unverified: true, Doc: "The longest list of shops or cities that reads show; longer ones are left out."},
		choice(SwitchAllScope, "How reads show all cities, and all shops of a brand or merchants: as they were sent; or filled in with the cities instead, and with shops beside.", "sent", "filledIn"),
		choice(SwitchZeros, "Whether a query shows a quantity and counts that are 0, or leaves them out.", "shown", "absent"),
		choice(SwitchAudit, "The audit_result of activities that `PATCH /_sim/alipay/activities/{id}` gave none.", "none", "SUBMIT", "APPROVE", "REJECT"),
		choice(SwitchUnknownActivity, "The code for an activity_id that does not exist or is another merchant's.", codeInvalidParameter, codeBizError),
		choice(SwitchSeenBy, "Who lists, reads and changes an activity: every app that acts for its merchant, or only the app that made it.", "merchant", "app"),
		choice(SwitchNumbers, "How numbers are written in replies.", "numbers", "text"),
		choice(SwitchListCreating, "Whether batchquery lists activities that are CREATING, under any status.", "hidden", "listed"),
		{Name: SwitchListLag, Form: switches.Duration, Default: "0s", Unverified: true, Doc: "How long after its creation, in real time, an activity appears in batchquery."},
		choice(SwitchListWithoutStatus, "A batchquery without activity_status: 40004 INVALID_PARAMETER, or all activities.", "refused", "all"),
		choice(SwitchListFinished, "A batchquery with activity_status=FINISHED, which is not documented as a filter.", "refused", "accepted"),
		choice(SwitchListOrder, "The order of batchquery.", "newestFirst", "oldestFirst"),
	}
}

func codeSwitches() []switches.Spec {
	return []switches.Spec{
		choice(SwitchCodesTotal, "Whether a codedeposit raises the activity's quantity itself, or an append has to follow.", "deposit", "append"),
		choice(SwitchCodesDuplicate, "Whether a code that was imported before fails or is accepted; it counts once.", "fails", "accepted"),
		choice(SwitchCodesScope, "Within what codes are unique.", "activity", "merchant"),
		list(SwitchCodesFailing, "Codes that fail to be imported; a trailing * matches any ending."),
	}
}

func messageSwitches() []switches.Spec {
	return []switches.Spec{
		{Name: SwitchMessagesFate, Form: switches.Choice, Default: "delivered", Values: []string{"delivered", "dropped", "duplicated", "reordered"}, Doc: "What becomes of messages that come up from now on. duplicated: once more after a success. reordered: every second message overtakes the one before it, which waits for that."},
		{Name: SwitchMessagesDelay, Form: switches.Duration, Default: "0s", Unverified: true, Doc: "How long, in campaign time, after the operation's end a message is delivered."},
		choice(SwitchMessagesSignType, "Whether the signature of a message covers sign_type: of the vendor's own messages some do and some do not.", "excluded", "included"),
		{Name: SwitchMessagesSignature, Form: switches.Choice, Default: "good", Values: []string{"good", "bad"}, Doc: "Whether the signature of messages verifies."},
		choice(SwitchMessagesNumber, "Whether messages name the out_biz_no of the call that they tell of.", "on", "off"),
		choice(SwitchMessagesEventTime, "Whether event_time is in milliseconds, as the text says, or in seconds, as in the samples.", "milliseconds", "seconds"),
		{Name: SwitchMessagesUser, Form: switches.Choice, Default: "off", Values: []string{"off", "on"}, Doc: "Whether a claim sends a message of a user's voucher (received)."},
	}
}

func ruleSwitches() []switches.Spec {
	return []switches.Spec{
		choice(SwitchValidEnd, "Whether valid_end_time must be after publish_end_time or may equal it, as in the documented sample.", "strict", "mayEqual"),
		choice(SwitchOriginAmount, "Whether goods of a discount voucher need origin_amount too.", "special", "discountToo"),
		choice(SwitchCustomerService, "Whether customer_service_mobile or customer_service_url is required; the documented sample has neither.", "required", "optional"),
		{Name: SwitchDiscountLeast, Form: switches.Number, Default: "0", Min: 0, Max: 1_500_000, Unverified: true, Doc: "The least ceiling_amount of a discount voucher in fen; below it is 40004 DISCOUNT_AMOUNT_INSUFFICIENT."},
		list(SwitchShopsUnknown, "Shop ids that do not exist; a trailing * matches any ending. The activity is made with the others; with none left it is 40004 BIZ_ERROR."),
		list(SwitchMiniAppsForeign, "Service codes and parts of mini_app_url that belong to another merchant: 40004 BIZ_ERROR."),
		list(SwitchRiskWords, "Words in activity_name that risk control refuses: 40004 BUSINESS_HAS_RISK."),
	}
}

func protocolSwitches() []switches.Spec {
	return []switches.Spec{
		{Name: SwitchSignature, Form: switches.Choice, Default: "good", Values: []string{"good", "missing", "badSignature", "otherKey", "unknownCertificate"}, Doc: "How replies are signed: well, not at all, with a signature that does not verify, with another key, or (certificate mode) under an alipay_cert_sn that nobody knows."},
		choice(SwitchErrorsSigned, "Whether refusals are signed. Those for an unknown app never are.", "on", "off"),
		choice(SwitchSlashes, "Whether replies write / as `\\/`, and whether the signature is over the text with the backslash (signed) or without (unsigned).", "off", "signed", "unsigned"),
		{Name: SwitchTimestamp, Form: switches.Duration, Default: "15m", Unverified: true, Doc: "How far a request's timestamp may be from the gateway's clock: else 40002 isv.invalid-timestamp. 0s: any."},
		{Name: SwitchClockSkew, Form: switches.Duration, Default: "0s", Doc: "How far the gateway's own clock (Date, timestamps) is ahead of this machine's; may be negative."},
		list(SwitchTokensInvalid, "Merchants whose app_auth_token was revoked: 20001 aop.invalid-app-auth-token."),
		list(SwitchTokensExpired, "Merchants whose app_auth_token has expired: 20001 aop.app-auth-token-time-out."),
		list(SwitchTokensNoAPI, "Merchants whose app_auth_token does not cover the call: 20001 aop.invalid-app-auth-token-no-api."),
		list(SwitchNoOperationGrant, "Merchants without the 代运营 grant: a create for them is 40004 BIZ_ERROR."),
		list(SwitchForbidden, "Operations that the apps have not signed up for: 40006 isv.insufficient-isv-permissions."),
		list(SwitchThirdParty, "Apps that may not call for themselves: 40006 isv.self-invoke-forbidden without app_auth_token."),
	}
}

func quotaSwitches() []switches.Spec {
	limit := func(name, doc string) switches.Spec {
		check := func(s string) error { _, err := quota.Parse(s); return err }
		return switches.Spec{Name: name, Form: switches.Custom, Default: quota.Off, Check: check, Example: "off or calls/time: 60/1m", Unverified: true, Doc: doc}
	}
	all := []switches.Spec{limit(SwitchQuotaApp, "The limit of each app on all calls together: 40005 isv.app-call-limited.")}
	for _, op := range operations {
		all = append(all, limit(quotaPrefix+op.name, "The limit of each app on "+op.name+": 40005 isv.method-call-limited."))
	}
	return all
}
