package wechatpay

import "github.com/campaign-operator/campaign-operator/providers"

// commonRows are those of no kind. Their sources are the general pages on status codes.
var commonRows = []ErrorRow{
	// Platform certificates: 获取平台证书列表.
	{"", OperationCertificates, "400", codeParamError, providers.KindAuth, providers.DelayAccount, false,
		"Check mchid, serialNo and publicKeyID of the account: the request has no other parameters."},
	{"", OperationCertificates, "400", "INVALID_REQUEST", providers.KindAuth, providers.DelayAccount, false,
		"Check mchid, serialNo and publicKeyID of the account: the request has no other parameters."},
	{"", OperationCertificates, "400", "MCH_NOT_EXISTS", providers.KindAuth, providers.DelayAccount, false,
		"Check the account's mchid: WeChat Pay does not know it."},
	{"", OperationCertificates, "404", codeResourceNotExists, providers.KindAuth, providers.DelayAccount, false,
		"Download the WeChat Pay public key from the merchant console and configure pub_key.pem with " +
			"publicKeyID: this merchant has no platform certificates."},
	{"", OperationCertificates, "200", outcomeNoCertificates, providers.KindAuth, providers.DelayAccount, false,
		"Download the WeChat Pay public key from the merchant console and configure pub_key.pem with " +
			"publicKeyID: this merchant has no platform certificates."},
	{"", OperationCertificates, "200", outcomeBadCertificates, providers.KindAuth, providers.DelayAccount, false,
		"Check that apiv3_key is the APIv3 key set in the merchant console, and this machine's clock."},

	// Busifavor stock: 查询商家券详情.
	{"", OperationGetBusifavorStock, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct the stock_id: it is not one that WeChat Pay could have given."},
	{"", OperationGetBusifavorStock, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Use a stock that this merchant created or owns, or get the 商家券 product permission."},
	{"", OperationGetBusifavorStock, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the stock_id: it must be a 商家券 (busifavor) stock that this merchant can see, not a 代金券 " +
			"stock."},

	// Every operation.
	{"", "", "400", codeParamError, providers.KindInvalid, providers.DelaySlow, false,
		"Correct the field that the message names."},
	{"", "", "400", "INVALID_REQUEST", providers.KindInvalid, providers.DelaySlow, false,
		"Correct what the message names: the request is well formed and breaks a business rule."},
	{"", "", "400", "MCH_NOT_EXISTS", providers.KindInvalid, providers.DelaySlow, false,
		"Check the merchant ids: WeChat Pay does not know one of them."},
	{"", "", "400", "APPID_MCHID_NOT_MATCH", providers.KindForbidden, providers.DelaySlow, false,
		"Bind the appid to the merchant id in the merchant console, or correct the appid."},
	{"", "", "401", "SIGN_ERROR", providers.KindAuth, providers.DelayAccount, false,
		"Check that private key, serialNo and mchid belong together, that the merchant API certificate has not " +
			"expired or been replaced, and that this machine's clock is right to five minutes."},
	{"", "", "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Get the product's permission for this merchant in the merchant console."},
	{"", "", "403", "REQUEST_BLOCKED", providers.KindForbidden, providers.DelaySlow, false,
		"Ask WeChat Pay why this merchant's request is blocked; the product may be closed for it, or the object " +
			"may not be its own."},
	{"", "", "403", "RULE_LIMIT", providers.KindForbidden, providers.DelaySlow, false,
		"Look in the merchant console for the rule that forbids this."},
	{"", "", "403", "NOT_ENOUGH", providers.KindForbidden, providers.DelaySlow, false,
		"Top up the budget or the balance in the merchant console."},
	{"", "", "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the ids in the request."},
	{"", "", "500", "SYSTEM_ERROR", providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the same request is repeated; if it goes on, check the values, since the gateway hides bad " +
			"parameters behind this code."},
	{"", "", "503", "SERVICE_UNAVAILABLE", providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the gateway is not available, and the same request is repeated."},

	// By HTTP status.
	{"", "", "202", anyCode, providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the gateway is still working on it, and the same request is repeated."},
	{"", "", "3xx", anyCode, providers.KindUnknown, providers.DelaySlow, true,
		"Check the account's gateway URL: it redirects, and redirects are not followed with signed requests."},
	{"", "", "401", anyCode, providers.KindAuth, providers.DelayAccount, false,
		"Check private key, serialNo, mchid and clock: the gateway does not accept the request's signature."},
	{"", "", "403", otherCode, providers.KindForbidden, providers.DelaySlow, false,
		"Look up the code in WeChat Pay's documentation: the gateway forbids this request for this merchant."},
	{"", "", "408", anyCode, providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the request took too long to arrive, and is repeated."},
	{"", "", "429", anyCode, providers.KindThrottled, providers.DelayFast, false,
		"Wait: the request was refused for its rate and not executed."},
	{"", "", "4xx", otherCode, providers.KindUnknown, providers.DelaySlow, false,
		"Look up the code in WeChat Pay's documentation, and report it: this version does not know it and " +
			"repeats slowly."},
	{"", "", "4xx", noCode, providers.KindUnknown, providers.DelaySlow, true,
		"Check the account's gateway URL and what is between here and there: the answer does not come from " +
			"WeChat Pay's API."},
	{"", "", "5xx", anyCode, providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the gateway or something before it failed, and the same request is repeated."},

	// Found on this side.
	{"", "", "", outcomeNotSent, providers.KindUnavailable, providers.DelayFast, false,
		"Check that the gateway can be reached from here (DNS, egress rules, TLS); nothing was sent."},
	{"", "", "", outcomeNoAnswer, providers.KindUnavailable, providers.DelayFast, true,
		"Wait: no complete answer arrived, so the same request is repeated."},
	{"", "", "2xx, 4xx", outcomeBadSignature, providers.KindUntrusted, providers.DelayFast, true,
		"Check apiv3_key, pub_key.pem and publicKeyID, and what is between here and the gateway, if it goes on: " +
			"the reply was changed, or signed with another key."},
	{"", "", "2xx, 4xx", outcomeTestSignature, providers.KindUntrusted, providers.DelayFast, true,
		"Do nothing: WeChat Pay tests with a wrong signature now and then, and the same request is repeated."},
	{"", "", "2xx, 4xx", outcomeUnknownKey, providers.KindUntrusted, providers.DelaySlow, true,
		"Check that publicKeyID and pub_key.pem are those of the merchant console, and add apiv3_key where " +
			"replies are still signed with platform certificates."},
	{"", "", "2xx", outcomeUnsigned, providers.KindUntrusted, providers.DelaySlow, true,
		"Check the account's gateway URL and what is between here and there: WeChat Pay signs every success."},
	{"", "", "2xx, 4xx", outcomeClock, providers.KindUntrusted, providers.DelaySlow, true,
		"Set this machine's clock: it is five minutes or more from the gateway's."},
	{"", "", "2xx", outcomeIncomplete, providers.KindUntrusted, providers.DelayFast, true,
		"Report it if it goes on: the gateway's success lacks what it must contain."},
	{"", "", "", outcomeBadID, providers.KindInvalid, providers.DelayNever, false,
		"Correct the id: it cannot be part of a URL; nothing was sent."},
	{"", "", "", outcomeNoBody, providers.KindInvalid, providers.DelayNever, false,
		"Report this as a fault of the program: a create without a body; nothing was sent."},
	{"", "", "", outcomeNoOperation, providers.KindInvalid, providers.DelayNever, false,
		"Do it in the merchant console, where that is possible: WeChat Pay has no such call; nothing was sent."},
	{"", "", "", outcomeNoNumber, providers.KindInvalid, providers.DelayNever, false,
		"Report this as a fault of the program: a change without a request number; nothing was sent."},
	{"", "", "", outcomeBadMembers, providers.KindInvalid, providers.DelayNever, false,
		"Report this as a fault of the program: one change takes 1 to 500 merchants; nothing was sent."},
}
