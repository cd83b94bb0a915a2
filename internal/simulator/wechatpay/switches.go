package wechatpay

import "github.com/campaign-operator/campaign-operator/internal/simulator/switches"

// The switches, by the names under which they are set.
const (
	SwitchReplaySame       = "replay.sameBody"
	SwitchReplayDifferent  = "replay.differentBody"
	SwitchReplayOrder      = "replay.order"
	SwitchReplayRetention  = "replay.retention"
	SwitchReplayRejections = "replay.rejections"

	SwitchListLag           = "list.lag"
	SwitchListLagClock      = "list.lagClock"
	SwitchListOrder         = "list.order"
	SwitchListPaging        = "list.paging"
	SwitchListStatusUnknown = "list.statusUnknown"
	SwitchDetailLag         = "detail.lag"
	SwitchDetailMillis      = "detail.msTimes"
	SwitchDetailMerchants   = "detail.merchantIdList"

	SwitchSignatureResponse = "signature.response"
	SwitchSignatureDefault  = "signature.default"
	SwitchSignatureKeys     = "signature.keys"
	SwitchErrorsSigned      = "errors.signed"
	SwitchErrorsDetail      = "errors.detail"

	SwitchNonceReuse = "strictness.nonceReuse"
	SwitchHeaders    = "strictness.headers"
	SwitchClockSkew  = "gateway.clockSkew"

	SwitchCreate            = "paygift.create"
	SwitchCreateFailed      = "paygift.createFailed"
	SwitchBeginInPast       = "paygift.beginInPast"
	SwitchGoodsTagsMax      = "paygift.goodsTagsMax"
	SwitchAvailablePeriods  = "paygift.availablePeriods"
	SwitchAvailableTime     = "paygift.availableTime"
	SwitchMiniProgramsPath  = "paygift.miniProgramsPath"
	SwitchHexColors         = "paygift.hexColors"
	SwitchStockWindow       = "paygift.stockWindow"
	SwitchTerminateRepeat   = "terminate.repeat"
	SwitchMerchantsPageMax  = "merchants.pageMax"
	SwitchMerchantsLast     = "merchants.deleteLast"
	SwitchMerchantsMissing  = "merchants.missing"
	SwitchMerchantsStranger = "merchants.unrelated"
	SwitchAppidsUnbound     = "appids.unbound"
	SwitchBusifavorSettle   = "busifavor.settle"
)

// Switches declares everything in which WeChat Pay's pages are silent, disagree, or depend on the account.
func Switches() []switches.Spec {
	all := append(replaySwitches(), readSwitches()...)
	all = append(all, protocolSwitches()...)
	all = append(all, payGiftSwitches()...)
	all = append(all, favorSwitches()...)
	all = append(all, merchantSwitches()...)
	return append(all, quotaSwitches()...)
}

func choice(name, doc string, unverified bool, values ...string) switches.Spec {
	return switches.Spec{Name: name, Form: switches.Choice, Default: values[0], Values: values, Doc: doc, Unverified: unverified}
}

func replaySwitches() []switches.Spec {
	return []switches.Spec{
		choice(SwitchReplaySame, "A create with a known out_request_no and the same body, or a change of merchants with a known add_request_no or delete_request_no: the first answer, or 400 INVALID_REQUEST.", true, "sameId", "reject"),
		choice(SwitchReplayDifferent, "The same with another body: the first answer with the body ignored, or 400 INVALID_REQUEST.", true, "sameIdIgnoreBody", "reject400"),
		choice(SwitchReplayOrder, "Whether a replay is recognised before or after the business rules; after means that a replay is refused once its begin has passed. The format of the fields is always checked first.", true, "idempotencyBeforeValidation", "validateBeforeIdempotency"),
		{Name: SwitchReplayRetention, Form: switches.Duration, Default: "0s", Unverified: true, Doc: "How long, in campaign time, a request number is remembered; 0s is for ever. After that the same number makes another activity."},
		choice(SwitchReplayRejections, "Whether a create that was refused is refused again under the same number, whatever its body has become.", true, "forgotten", "replayed"),
	}
}

func readSwitches() []switches.Spec {
	return []switches.Spec{
		{Name: SwitchListLag, Form: switches.Duration, Default: "0s", Unverified: true, Doc: "How long after its creation an activity appears in the list."},
		choice(SwitchListLagClock, "The clock that list.lag and detail.lag are measured by.", false, "real", "campaign"),
		choice(SwitchListOrder, "The order of the list. With newestFirst a creation during a sweep shifts every later page by itself.", true, "newestFirst", "oldestFirst"),
		choice(SwitchListPaging, "duplicate: after each first page the list seems to have grown by a row at the top, so that the second page begins with the last row of the first. shift: in every second sweep a row seems to have left the list after the first page, so that the second page begins a row late.", true, "stable", "duplicate", "shift"),
		choice(SwitchListStatusUnknown, "What the filter activity_status=ACT_STATUS_UNKNOWN finds.", true, "all", "none"),
		{Name: SwitchDetailLag, Form: switches.Duration, Default: "0s", Unverified: true, Doc: "How long after its creation an activity's own page answers 404."},
		choice(SwitchDetailMillis, "Times in replies carry milliseconds.", true, "off", "on"),
		choice(SwitchDetailMerchants, "Whether full_send_rule in details and lists has merchant_id_list: the pages disagree.", true, "on", "off"),
	}
}

func protocolSwitches() []switches.Spec {
	return []switches.Spec{
		choice(SwitchSignatureResponse, "How replies are signed: with the key that the request's Wechatpay-Serial asks for (good), without signature headers, under a serial nobody knows, with a signature that does not verify, with a probe, with a timestamp 400 s off, or always by public key or by certificate.", false, "good", "missing", "badSerial", "badSignature", "signtest", "skew", "publicKey", "certificate"),
		choice(SwitchSignatureDefault, "The key for replies when the request does not ask for one that exists.", true, "publicKey", "certificate"),
		choice(SwitchSignatureKeys, "Which keys the merchants have. With publicKeyOnly /v3/certificates answers 404 RESOURCE_NOT_EXISTS.", false, "both", "publicKeyOnly", "certificateOnly"),
		choice(SwitchErrorsSigned, "Whether 4xx and 5xx replies are signed.", true, "on", "off"),
		choice(SwitchErrorsDetail, "How much of detail an error carries: all of it, only location and value as seen in the wild, or none. SIGN_ERROR always carries its own.", true, "full", "partial", "none"),
		choice(SwitchNonceReuse, "Whether a merchant may use the same nonce_str again within ten minutes.", true, "allowed", "refused"),
		choice(SwitchHeaders, "Whether a call without User-Agent or without an Accept that allows JSON is refused.", true, "refused", "ignored"),
		{Name: SwitchClockSkew, Form: switches.Duration, Default: "0s", Doc: "How far the gateway's own clock (Date, Wechatpay-Timestamp, the 5-minute window) is ahead of this machine's; may be negative."},
	}
}

func payGiftSwitches() []switches.Spec {
	return []switches.Spec{
		choice(SwitchCreate, "Whether new activities can be created at all: the product is being closed from 2025-12-01.", true, "open", "noAuth", "requestBlocked"),
		choice(SwitchCreateFailed, "Whether activities created from now on turn to CREATE_ACT_FAILED after they were read once.", true, "never", "afterFirstPoll"),
		choice(SwitchBeginInPast, "A create whose begin_time has passed.", true, "refused", "accepted"),
		{Name: SwitchGoodsTagsMax, Form: switches.Number, Default: "50", Min: 1, Max: 500, Unverified: true, Doc: "How many goods_tags are allowed: the field page says 50, a changelog 500."},
		choice(SwitchAvailablePeriods, "Whether available_periods may have one of its two lists or must have both.", true, "either", "both"),
		choice(SwitchAvailableTime, "Whether available_time ranges must lie inside the activity's window.", true, "any", "inside"),
		choice(SwitchMiniProgramsPath, "Whether JUMP_MINI_APP needs mini_programs_path: the SDK says so, an older page does not.", true, "required", "optional"),
		choice(SwitchHexColors, "Whether background_color may be #RRGGBB beside the colour names.", true, "refused", "accepted"),
		choice(SwitchStockWindow, "How a stock's validity must fit the activity's window.", true, "overlap", "within"),
		choice(SwitchTerminateRepeat, "Terminating an activity that has ended: 200 with the time of its end, or 400 INVALID_REQUEST.", true, "sameTime", "reject400"),
		{Name: SwitchBusifavorSettle, Form: switches.Duration, Default: "0s", Unverified: true, Doc: "How long, in real time, a new busifavor stock is UNAUDIT before it is RUNNING."},
	}
}

func merchantSwitches() []switches.Spec {
	return []switches.Spec{
		{Name: SwitchMerchantsPageMax, Form: switches.Number, Default: "50", Min: 1, Max: 500, Unverified: true, Doc: "The largest limit of the merchants and goods lists."},
		choice(SwitchMerchantsLast, "Deleting the last merchant of an activity.", true, "allowed", "reject400"),
		{Name: SwitchMerchantsMissing, Form: switches.List, Doc: "Merchant ids that do not exist: 400 MCH_NOT_EXISTS on create, invalid on add."},
		{Name: SwitchMerchantsStranger, Form: switches.List, Doc: "Merchant ids with no relation to the stocks' owner: 400 INVALID_REQUEST on create, invalid on add."},
		{Name: SwitchAppidsUnbound, Form: switches.List, Doc: "Appids that are not bound to the merchant: 400 APPID_MCHID_NOT_MATCH."},
	}
}
