package wechatpay

import "github.com/campaign-operator/campaign-operator/providers"

// Sources: the error tables of 创建全场满额送活动 and 查询活动详情 (the same in both), the pages
// of the other pay-gift calls, and the general pages on status codes. docs/errors-wechatpay.md
// is made from this table by `go test ./providers/wechatpay -run TestDocs -update`.
//
// Only what concerns the whole account is KindAuth: signature, certificate, key, clock.
var errorTable = []ErrorRow{
	// Create: 创建全场满额送活动.
	{providers.OperationCreate, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct the field that the message names in the manifest; nothing was created."},
	{providers.OperationCreate, "400", "INVALID_REQUEST", providers.KindInvalid, providers.DelaySlow, false,
		"Check that every stock of award_list is running, valid during the activity and not of code mode " +
			"MERCHANT_API, that several stocks agree in time and per-user limit, and that the merchants belong " +
			"to the brand; nothing was created."},
	{providers.OperationCreate, "400", "MCH_NOT_EXISTS", providers.KindInvalid, providers.DelayNever, false,
		"Correct award_send_rule.merchant_id_list: one of its merchant ids does not exist; nothing was created."},
	{providers.OperationCreate, "400", "APPID_MCHID_NOT_MATCH", providers.KindForbidden, providers.DelaySlow, false,
		"Bind the appid to the merchant id in the merchant console, or correct the appid in the manifest; " +
			"nothing was created."},
	{providers.OperationCreate, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Check first that all values are within the documented limits, then that the merchant has the pay-gift " +
			"product (支付有礼), which takes no new activities from some merchants since 2025-12; nothing was " +
			"created."},
	{providers.OperationCreate, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check that every stock_id of award_list exists and can be used by this merchant; nothing was created."},
	{providers.OperationCreate, "500", "SYSTEM_ERROR", providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the same request is repeated, then looked for in the list; if it goes on, check the values and " +
			"images, since the gateway hides bad parameters behind this code."},

	// Detail: 查询活动详情.
	{providers.OperationGet, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct the activity id: it is not one that WeChat Pay could have given."},
	{providers.OperationGet, "400", "INVALID_REQUEST", providers.KindInvalid, providers.DelaySlow, false,
		"Check that the activity id belongs to a pay-gift activity of this merchant."},
	{providers.OperationGet, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the activity id and the merchant; an activity that was just created may not be readable yet. It " +
			"is never created again."},

	// List: 查询活动列表.
	{providers.OperationList, "400", codeParamError, providers.KindUnknown, providers.DelaySlow, false,
		"Report this as a fault of the program: the list is asked for without anything from the manifest."},
	{providers.OperationList, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check in the merchant console whether this merchant has any pay-gift activity; this answer is not taken " +
			"as an empty list."},

	// Terminate: 终止活动.
	{providers.OperationTerminate, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct the activity id: it is not one that WeChat Pay could have given."},
	{providers.OperationTerminate, "400", "INVALID_REQUEST", providers.KindConflict, providers.DelaySlow, false,
		"Look at the activity's state: it may have ended or been terminated already."},
	{providers.OperationTerminate, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Terminate with the merchant that created the activity, or in the merchant console."},
	{providers.OperationTerminate, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the activity id and the merchant; nothing was terminated."},

	// Sending merchants: 查询活动发券商户号.
	{providers.OperationMembers, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct the activity id: it is not one that WeChat Pay could have given."},
	{providers.OperationMembers, "400", "INVALID_REQUEST", providers.KindInvalid, providers.DelaySlow, false,
		"Check that the activity id belongs to a pay-gift activity of this merchant."},
	{providers.OperationMembers, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Look at the merchants with the merchant that created the activity, or in the merchant console."},
	{providers.OperationMembers, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the activity id and the merchant; this answer is not taken as an activity without merchants."},

	// Adding merchants: 添加活动发券商户号.
	{providers.OperationAddMembers, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct what the message names in award_send_rule.merchant_id_list: merchant ids have 8 to 15 digits; no " +
			"merchant was added."},
	{providers.OperationAddMembers, "400", "INVALID_REQUEST", providers.KindConflict, providers.DelaySlow, false,
		"Look at the activity's state, since one that has ended takes no merchants, and check that the merchants " +
			"belong to the brand of the stocks' owner; this call added nobody, an earlier one under the same number " +
			"may have."},
	{providers.OperationAddMembers, "400", "MCH_NOT_EXISTS", providers.KindInvalid, providers.DelayNever, false,
		"Correct award_send_rule.merchant_id_list: one of the added merchant ids does not exist; no merchant was " +
			"added."},
	{providers.OperationAddMembers, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Add with the merchant that created the activity, or in the merchant console; no merchant was added."},
	{providers.OperationAddMembers, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the activity id and the merchant; no merchant was added."},

	// Removing merchants: 删除活动发券商户号.
	{providers.OperationRemoveMembers, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct what the message names in award_send_rule.merchant_id_list: merchant ids have 8 to 15 digits; no " +
			"merchant was removed."},
	{providers.OperationRemoveMembers, "400", "INVALID_REQUEST", providers.KindConflict, providers.DelaySlow, false,
		"Look at the activity's state and at its merchants: an activity that has ended changes no more, and the " +
			"last merchant may have to stay; this call removed nobody, an earlier one under the same number may have."},
	{providers.OperationRemoveMembers, "400", "MCH_NOT_EXISTS", providers.KindConflict, providers.DelaySlow, false,
		"Look at the activity's merchants: one of those to remove may be gone already; no merchant was removed."},
	{providers.OperationRemoveMembers, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Remove with the merchant that created the activity, or in the merchant console; no merchant was removed."},
	{providers.OperationRemoveMembers, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the activity id and the merchant; no merchant was removed."},

	// Platform certificates: 获取平台证书列表.
	{OperationCertificates, "400", codeParamError, providers.KindAuth, providers.DelayAccount, false,
		"Check mchid, serialNo and publicKeyID of the account: the request has no other parameters."},
	{OperationCertificates, "400", "INVALID_REQUEST", providers.KindAuth, providers.DelayAccount, false,
		"Check mchid, serialNo and publicKeyID of the account: the request has no other parameters."},
	{OperationCertificates, "400", "MCH_NOT_EXISTS", providers.KindAuth, providers.DelayAccount, false,
		"Check the account's mchid: WeChat Pay does not know it."},
	{OperationCertificates, "404", codeResourceNotExists, providers.KindAuth, providers.DelayAccount, false,
		"Download the WeChat Pay public key from the merchant console and configure pub_key.pem with " +
			"publicKeyID: this merchant has no platform certificates."},
	{OperationCertificates, "200", outcomeNoCertificates, providers.KindAuth, providers.DelayAccount, false,
		"Download the WeChat Pay public key from the merchant console and configure pub_key.pem with " +
			"publicKeyID: this merchant has no platform certificates."},
	{OperationCertificates, "200", outcomeBadCertificates, providers.KindAuth, providers.DelayAccount, false,
		"Check that apiv3_key is the APIv3 key set in the merchant console, and this machine's clock."},

	// Busifavor stock: 查询商家券详情.
	{OperationGetBusifavorStock, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct the stock_id: it is not one that WeChat Pay could have given."},
	{OperationGetBusifavorStock, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Use a stock that this merchant created or owns, or get the 商家券 product permission."},
	{OperationGetBusifavorStock, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the stock_id: it must be a 商家券 (busifavor) stock that this merchant can see, not a 代金券 " +
			"stock."},

	// Every operation.
	{"", "400", codeParamError, providers.KindInvalid, providers.DelaySlow, false,
		"Correct the field that the message names."},
	{"", "400", "INVALID_REQUEST", providers.KindInvalid, providers.DelaySlow, false,
		"Correct what the message names: the request is well formed and breaks a business rule."},
	{"", "400", "MCH_NOT_EXISTS", providers.KindInvalid, providers.DelaySlow, false,
		"Check the merchant ids: WeChat Pay does not know one of them."},
	{"", "400", "APPID_MCHID_NOT_MATCH", providers.KindForbidden, providers.DelaySlow, false,
		"Bind the appid to the merchant id in the merchant console, or correct the appid."},
	{"", "401", "SIGN_ERROR", providers.KindAuth, providers.DelayAccount, false,
		"Check that private key, serialNo and mchid belong together, that the merchant API certificate has not " +
			"expired or been replaced, and that this machine's clock is right to five minutes."},
	{"", "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Get the product's permission for this merchant in the merchant console."},
	{"", "403", "REQUEST_BLOCKED", providers.KindForbidden, providers.DelaySlow, false,
		"Ask WeChat Pay why this merchant's request is blocked; the product may be closed for it, or the object " +
			"may not be its own."},
	{"", "403", "RULE_LIMIT", providers.KindForbidden, providers.DelaySlow, false,
		"Look in the merchant console for the rule that forbids this."},
	{"", "403", "NOT_ENOUGH", providers.KindForbidden, providers.DelaySlow, false,
		"Top up the budget or the balance in the merchant console."},
	{"", "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the ids in the request."},
	{"", "500", "SYSTEM_ERROR", providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the same request is repeated; if it goes on, check the values, since the gateway hides bad " +
			"parameters behind this code."},
	{"", "503", "SERVICE_UNAVAILABLE", providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the gateway is not available, and the same request is repeated."},

	// By HTTP status.
	{"", "202", anyCode, providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the gateway is still working on it, and the same request is repeated."},
	{"", "3xx", anyCode, providers.KindUnknown, providers.DelaySlow, true,
		"Check the account's gateway URL: it redirects, and redirects are not followed with signed requests."},
	{"", "401", anyCode, providers.KindAuth, providers.DelayAccount, false,
		"Check private key, serialNo, mchid and clock: the gateway does not accept the request's signature."},
	{"", "403", otherCode, providers.KindForbidden, providers.DelaySlow, false,
		"Look up the code in WeChat Pay's documentation: the gateway forbids this request for this merchant."},
	{"", "408", anyCode, providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the request took too long to arrive, and is repeated."},
	{"", "429", anyCode, providers.KindThrottled, providers.DelayFast, false,
		"Wait: the request was refused for its rate and not executed."},
	{"", "4xx", otherCode, providers.KindUnknown, providers.DelaySlow, false,
		"Look up the code in WeChat Pay's documentation, and report it: this version does not know it and " +
			"repeats slowly."},
	{"", "4xx", noCode, providers.KindUnknown, providers.DelaySlow, true,
		"Check the account's gateway URL and what is between here and there: the answer does not come from " +
			"WeChat Pay's API."},
	{"", "5xx", anyCode, providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the gateway or something before it failed, and the same request is repeated."},

	// Found on this side.
	{"", "", outcomeNotSent, providers.KindUnavailable, providers.DelayFast, false,
		"Check that the gateway can be reached from here (DNS, egress rules, TLS); nothing was sent."},
	{"", "", outcomeNoAnswer, providers.KindUnavailable, providers.DelayFast, true,
		"Wait: no complete answer arrived, so the same request is repeated."},
	{"", "2xx, 4xx", outcomeBadSignature, providers.KindUntrusted, providers.DelayFast, true,
		"Check apiv3_key, pub_key.pem and publicKeyID, and what is between here and the gateway, if it goes on: " +
			"the reply was changed, or signed with another key."},
	{"", "2xx, 4xx", outcomeTestSignature, providers.KindUntrusted, providers.DelayFast, true,
		"Do nothing: WeChat Pay tests with a wrong signature now and then, and the same request is repeated."},
	{"", "2xx, 4xx", outcomeUnknownKey, providers.KindUntrusted, providers.DelaySlow, true,
		"Check that publicKeyID and pub_key.pem are those of the merchant console, and add apiv3_key where " +
			"replies are still signed with platform certificates."},
	{"", "2xx", outcomeUnsigned, providers.KindUntrusted, providers.DelaySlow, true,
		"Check the account's gateway URL and what is between here and there: WeChat Pay signs every success."},
	{"", "2xx, 4xx", outcomeClock, providers.KindUntrusted, providers.DelaySlow, true,
		"Set this machine's clock: it is five minutes or more from the gateway's."},
	{"", "2xx", outcomeIncomplete, providers.KindUntrusted, providers.DelayFast, true,
		"Report it if it goes on: the gateway's success lacks what it must contain."},
	{"", "", outcomeBadID, providers.KindInvalid, providers.DelayNever, false,
		"Correct the id: it cannot be part of a URL; nothing was sent."},
	{"", "", outcomeNoBody, providers.KindInvalid, providers.DelayNever, false,
		"Report this as a fault of the program: a create without a body; nothing was sent."},
	{"", "", outcomeNoOperation, providers.KindInvalid, providers.DelayNever, false,
		"Do it in the merchant console, where that is possible: WeChat Pay has no such call; nothing was sent."},
	{"", "", outcomeNoNumber, providers.KindInvalid, providers.DelayNever, false,
		"Report this as a fault of the program: a change without a request number; nothing was sent."},
	{"", "", outcomeBadMembers, providers.KindInvalid, providers.DelayNever, false,
		"Report this as a fault of the program: one change takes 1 to 500 merchants; nothing was sent."},
}
