package wechatpay

import "github.com/campaign-operator/campaign-operator/providers"

const (
	badStockID   = "Correct the stock id: it is not one that WeChat Pay could have given."
	notTheirs    = "Check the stock id, and that this merchant created the stock: only its creator can do this; nothing was changed."
	wrongMoment  = "Look at the stock's state and times: it has not begun, has ended, or is not in the state that this call needs; nothing was changed."
	changeDenied = "Check that this merchant created the stock, and that it has the 代金券 product; nothing was changed."
	badDates     = "Correct available_begin_time and available_end_time: the begin must be to come and within 365 days, the end " +
		"after it and within 90 days of it; nothing was created."
	noMerchant = "Correct belong_merchant and coupon_use_rule.available_merchants: one of these merchant ids does not exist; " +
		"nothing was created."
	noMoney = "Top up the merchant's balance (可用余额) in the merchant console: the activation locks the whole budget " +
		"of the stock at once; nothing was activated."
	badCertificate = "Replace the merchant API certificate: its serial number, serialNo of the account, is wrong or has expired."
)

// favorRows have as their sources the error table of 创建代金券批次, which that page shares with the calls that send
// coupons (whose rows are left out), the pages of the other stock calls, 代金券错误码 for the codes that are numbers, and
// what merchants report of hidden causes. No page says with which status the numbers come.
var favorRows = []ErrorRow{
	// Create: 创建代金券批次.
	{ProductFavor, providers.OperationCreate, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct the field that the message names in the manifest (max_amount must be coupon_amount times max_coupons); " +
			"nothing was created."},
	{ProductFavor, providers.OperationCreate, "400", "INVALID_REQUEST", providers.KindInvalid, providers.DelaySlow, false,
		"Check that each of available_merchants may redeem (with no_cash only this merchant, those of its brand, and sub " +
			"merchants that authorised it), the values of stock_use_rule and coupon_use_rule, and that out_request_no is not " +
			"that of another stock; this call created nothing."},
	{ProductFavor, providers.OperationCreate, "400", "MCH_NOT_EXISTS", providers.KindInvalid, providers.DelayNever, false, noMerchant},
	{ProductFavor, providers.OperationCreate, "", "269546538", providers.KindInvalid, providers.DelayNever, false, noMerchant},
	{ProductFavor, providers.OperationCreate, "", "268573590", providers.KindInvalid, providers.DelayNever, false, badDates},
	{ProductFavor, providers.OperationCreate, "400", "APPID_MCHID_NOT_MATCH", providers.KindForbidden, providers.DelaySlow, false,
		"Bind pattern_info.mini_program_appid to one of available_merchants in the merchant console, or correct it in the " +
			"manifest; nothing was created."},
	{ProductFavor, providers.OperationCreate, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Check first that all values are within the documented limits (max_coupons_per_user up to 60, coupon_amount above 1 " +
			"yuan and up to 500), then that the merchant has the 代金券 product and, for no_cash, the permission for 免充值; " +
			"nothing was created."},
	{ProductFavor, providers.OperationCreate, "403", "REQUEST_BLOCKED", providers.KindForbidden, providers.DelaySlow, false,
		"Open the 代金券 product for this merchant in the merchant console, and for no_cash the permission for 免充值; nothing " +
			"was created."},
	{ProductFavor, providers.OperationCreate, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the merchants and images that the request names; nothing was created."},
	{ProductFavor, providers.OperationCreate, "500", "SYSTEM_ERROR", providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the same request is repeated, then looked for in the list; if it goes on, check the values, since the gateway " +
			"hides behind this code a transaction_minimum not above coupon_amount, empty texts and lists, a begin equal to the " +
			"end, and a bad goods_tag."},

	// Detail: 查询批次详情.
	{ProductFavor, providers.OperationGet, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false, badStockID},
	{ProductFavor, providers.OperationGet, "400", "INVALID_REQUEST", providers.KindInvalid, providers.DelaySlow, false,
		"Check that the stock id belongs to a 代金券 stock of this merchant."},
	{ProductFavor, providers.OperationGet, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Read the stock with the merchant that created it, or look at it in the merchant console."},
	{ProductFavor, providers.OperationGet, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the stock id, and that this merchant created the stock; one that was just created may not be readable yet. It is " +
			"never created again."},

	// List: 条件查询批次列表.
	{ProductFavor, providers.OperationList, "400", codeParamError, providers.KindUnknown, providers.DelaySlow, false,
		"Report this as a fault of the program: the list is asked for without anything from the manifest."},
	{ProductFavor, providers.OperationList, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check in the merchant console whether this merchant has any 代金券 stock; this answer is taken as an empty list only " +
			"for the first page and with a signature that verifies."},

	// Start: 激活代金券批次.
	{ProductFavor, providers.OperationStart, "400", codeParamError, providers.KindInvalid, providers.DelaySlow, false,
		"Check the stock id and look at the stock's state; nothing was activated."},
	{ProductFavor, providers.OperationStart, "400", "INVALID_REQUEST", providers.KindConflict, providers.DelaySlow, false,
		"Wait a minute, since a stock that was just created may still be registering; if it goes on, look at the stock's state " +
			"and end, and whether each of available_merchants may redeem and has at most 500 running stocks; this call activated nothing."},
	{ProductFavor, providers.OperationStart, "", "270079533", providers.KindConflict, providers.DelaySlow, false, wrongMoment},
	{ProductFavor, providers.OperationStart, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Check first that all values are within the documented limits (max_coupons_per_user up to 60, coupon_amount above 1 " +
			"yuan and up to 500), then that this merchant created the stock and has the 代金券 product; nothing was activated."},
	{ProductFavor, providers.OperationStart, "403", "NOT_ENOUGH", providers.KindFunds, providers.DelaySlow, false, noMoney},
	{ProductFavor, providers.OperationStart, "", "270079534", providers.KindFunds, providers.DelaySlow, false, noMoney},
	{ProductFavor, providers.OperationStart, "403", "RULE_LIMIT", providers.KindForbidden, providers.DelaySlow, false,
		"Look in the merchant console for the rule that forbids the activation; more than 500 running stocks of one of " +
			"available_merchants forbid it too; nothing was activated."},
	{ProductFavor, providers.OperationStart, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false, notTheirs},
	{ProductFavor, providers.OperationStart, "500", "SYSTEM_ERROR", providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the activation is repeated, which is safe; if it goes on, look at the stock's state, at the merchant's balance and " +
			"at its values, since the gateway hides bad ones behind this code."},

	// Pause: 暂停代金券批次.
	{ProductFavor, providers.OperationPause, "400", codeParamError, providers.KindInvalid, providers.DelaySlow, false,
		"Check the stock id and look at the stock's state; nothing was paused."},
	{ProductFavor, providers.OperationPause, "400", "INVALID_REQUEST", providers.KindConflict, providers.DelaySlow, false,
		"Look at the stock's state: only a running stock can be paused, and this one may have ended; nothing was paused."},
	{ProductFavor, providers.OperationPause, "", "270079533", providers.KindConflict, providers.DelaySlow, false, wrongMoment},
	{ProductFavor, providers.OperationPause, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false, changeDenied},
	{ProductFavor, providers.OperationPause, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false, notTheirs},

	// Restart: 重启代金券批次.
	{ProductFavor, providers.OperationRestart, "400", codeParamError, providers.KindInvalid, providers.DelaySlow, false,
		"Check the stock id and look at the stock's state; nothing was restarted."},
	{ProductFavor, providers.OperationRestart, "400", "INVALID_REQUEST", providers.KindConflict, providers.DelaySlow, false,
		"Look at the stock's state: only a paused stock can be restarted, and this one may have ended; nothing was restarted."},
	{ProductFavor, providers.OperationRestart, "", "270079533", providers.KindConflict, providers.DelaySlow, false, wrongMoment},
	{ProductFavor, providers.OperationRestart, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false, changeDenied},
	{ProductFavor, providers.OperationRestart, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false, notTheirs},

	// Address of events: 查询代金券消息通知地址. RESOURCE_NOT_EXISTS means that none was set.
	{ProductFavor, OperationGetCouponCallback, "400", codeParamError, providers.KindInvalid, providers.DelaySlow, false,
		"Check the account's mchid: the request has no other parameter."},
	{ProductFavor, OperationGetCouponCallback, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Open the permission for marketing events (营销事件推送) for this merchant in the merchant console."},

	// Every call of 代金券.
	{ProductFavor, "", "400", "MCH_NOT_EXISTS", providers.KindInvalid, providers.DelaySlow, false,
		"Check the account's mchid: WeChat Pay does not know it as the creator of stocks."},
	{ProductFavor, "", "", "269546538", providers.KindInvalid, providers.DelaySlow, false,
		"Check the account's mchid: WeChat Pay does not know it as the creator of stocks."},
	{ProductFavor, "", "403", "REQUEST_BLOCKED", providers.KindForbidden, providers.DelaySlow, false,
		"Check that this merchant created the stock, that it has the 代金券 product, and that the stock has not ended."},
	{ProductFavor, "", "403", "NOT_ENOUGH", providers.KindFunds, providers.DelaySlow, false,
		"Top up the merchant's balance (可用余额) in the merchant console; the budget of a stock cannot be changed."},
	{ProductFavor, "", "", "270079534", providers.KindFunds, providers.DelaySlow, false,
		"Top up the merchant's balance (可用余额) in the merchant console; the budget of a stock cannot be changed."},
	{ProductFavor, "", "", "268461336", providers.KindThrottled, providers.DelayFast, false,
		"Wait: the request was refused for its rate and not executed."},
	{ProductFavor, "", "", "269546525", providers.KindAuth, providers.DelayAccount, false,
		"Check private key, serialNo, mchid and clock: the gateway does not accept the request's signature."},
	{ProductFavor, "", "", "269546507", providers.KindAuth, providers.DelayAccount, false, badCertificate},
	{ProductFavor, "", "", "269546505", providers.KindAuth, providers.DelayAccount, false, badCertificate},
	{ProductFavor, "", "", "272888874", providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the gateway failed, and the same request is repeated."},
}
