package wechatpay

import "github.com/campaign-operator/campaign-operator/providers"

// payGiftRows have the error tables of 创建全场满额送活动 and 查询活动详情 (the same in both) and the
// pages of the other pay-gift calls as their sources.
var payGiftRows = []ErrorRow{
	// Create: 创建全场满额送活动.
	{ProductPayGift, providers.OperationCreate, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct the field that the message names in the manifest; nothing was created."},
	{ProductPayGift, providers.OperationCreate, "400", "INVALID_REQUEST", providers.KindInvalid, providers.DelaySlow, false,
		"Check that every stock of award_list is running, valid during the activity and not of code mode " +
			"MERCHANT_API, that several stocks agree in time and per-user limit, and that the merchants belong " +
			"to the brand; nothing was created."},
	{ProductPayGift, providers.OperationCreate, "400", "MCH_NOT_EXISTS", providers.KindInvalid, providers.DelayNever, false,
		"Correct award_send_rule.merchant_id_list: one of its merchant ids does not exist; nothing was created."},
	{ProductPayGift, providers.OperationCreate, "400", "APPID_MCHID_NOT_MATCH", providers.KindForbidden, providers.DelaySlow, false,
		"Bind the appid to the merchant id in the merchant console, or correct the appid in the manifest; " +
			"nothing was created."},
	{ProductPayGift, providers.OperationCreate, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Check first that all values are within the documented limits, then that the merchant has the pay-gift " +
			"product (支付有礼), which takes no new activities from some merchants since 2025-12; nothing was " +
			"created."},
	{ProductPayGift, providers.OperationCreate, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check that every stock_id of award_list exists and can be used by this merchant; nothing was created."},
	{ProductPayGift, providers.OperationCreate, "500", "SYSTEM_ERROR", providers.KindUnavailable, providers.DelayFast, true,
		"Wait: the same request is repeated, then looked for in the list; if it goes on, check the values and " +
			"images, since the gateway hides bad parameters behind this code."},

	// Detail: 查询活动详情.
	{ProductPayGift, providers.OperationGet, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct the activity id: it is not one that WeChat Pay could have given."},
	{ProductPayGift, providers.OperationGet, "400", "INVALID_REQUEST", providers.KindInvalid, providers.DelaySlow, false,
		"Check that the activity id belongs to a pay-gift activity of this merchant."},
	{ProductPayGift, providers.OperationGet, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the activity id and the merchant; an activity that was just created may not be readable yet. It " +
			"is never created again."},

	// List: 查询活动列表.
	{ProductPayGift, providers.OperationList, "400", codeParamError, providers.KindUnknown, providers.DelaySlow, false,
		"Report this as a fault of the program: the list is asked for without anything from the manifest."},
	{ProductPayGift, providers.OperationList, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check in the merchant console whether this merchant has any pay-gift activity; this answer is not taken " +
			"as an empty list."},

	// Terminate: 终止活动.
	{ProductPayGift, providers.OperationTerminate, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct the activity id: it is not one that WeChat Pay could have given."},
	{ProductPayGift, providers.OperationTerminate, "400", "INVALID_REQUEST", providers.KindConflict, providers.DelaySlow, false,
		"Look at the activity's state: it may have ended or been terminated already."},
	{ProductPayGift, providers.OperationTerminate, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Terminate with the merchant that created the activity, or in the merchant console."},
	{ProductPayGift, providers.OperationTerminate, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the activity id and the merchant; nothing was terminated."},

	// Sending merchants: 查询活动发券商户号.
	{ProductPayGift, providers.OperationMembers, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct the activity id: it is not one that WeChat Pay could have given."},
	{ProductPayGift, providers.OperationMembers, "400", "INVALID_REQUEST", providers.KindInvalid, providers.DelaySlow, false,
		"Check that the activity id belongs to a pay-gift activity of this merchant."},
	{ProductPayGift, providers.OperationMembers, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Look at the merchants with the merchant that created the activity, or in the merchant console."},
	{ProductPayGift, providers.OperationMembers, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the activity id and the merchant; this answer is not taken as an activity without merchants."},

	// Adding merchants: 添加活动发券商户号.
	{ProductPayGift, providers.OperationAddMembers, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct what the message names in award_send_rule.merchant_id_list: merchant ids have 8 to 15 digits; no " +
			"merchant was added."},
	{ProductPayGift, providers.OperationAddMembers, "400", "INVALID_REQUEST", providers.KindConflict, providers.DelaySlow, false,
		"Look at the activity's state, since one that has ended takes no merchants, and check that the merchants " +
			"belong to the brand of the stocks' owner; this call added nobody, an earlier one under the same number " +
			"may have."},
	{ProductPayGift, providers.OperationAddMembers, "400", "MCH_NOT_EXISTS", providers.KindInvalid, providers.DelayNever, false,
		"Correct award_send_rule.merchant_id_list: one of the added merchant ids does not exist; no merchant was " +
			"added."},
	{ProductPayGift, providers.OperationAddMembers, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Add with the merchant that created the activity, or in the merchant console; no merchant was added."},
	{ProductPayGift, providers.OperationAddMembers, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the activity id and the merchant; no merchant was added."},

	// Removing merchants: 删除活动发券商户号.
	{ProductPayGift, providers.OperationRemoveMembers, "400", codeParamError, providers.KindInvalid, providers.DelayNever, false,
		"Correct what the message names in award_send_rule.merchant_id_list: merchant ids have 8 to 15 digits; no " +
			"merchant was removed."},
	{ProductPayGift, providers.OperationRemoveMembers, "400", "INVALID_REQUEST", providers.KindConflict, providers.DelaySlow, false,
		"Look at the activity's state and at its merchants: an activity that has ended changes no more, and the " +
			"last merchant may have to stay; this call removed nobody, an earlier one under the same number may have."},
	{ProductPayGift, providers.OperationRemoveMembers, "400", "MCH_NOT_EXISTS", providers.KindConflict, providers.DelaySlow, false,
		"Look at the activity's merchants: one of those to remove may be gone already; no merchant was removed."},
	{ProductPayGift, providers.OperationRemoveMembers, "403", "NO_AUTH", providers.KindForbidden, providers.DelaySlow, false,
		"Remove with the merchant that created the activity, or in the merchant console; no merchant was removed."},
	{ProductPayGift, providers.OperationRemoveMembers, "404", codeResourceNotExists, providers.KindNotFound, providers.DelaySlow, false,
		"Check the activity id and the merchant; no merchant was removed."},
}
