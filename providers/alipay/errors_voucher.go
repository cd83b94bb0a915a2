package alipay

import "github.com/campaign-operator/campaign-operator/providers"

// The parts of sub_msg by which BIZ_ERROR is told apart.
const (
	textInProgress = "正在进行中"
	textAgency     = "代运营"
	textShop       = "门店"
	textMiniApp    = "小程序"
	textNoActivity = "活动不存在"
)

const (
	checkActivity = "Check the activity id and the merchant that it belongs to: Alipay does not know it there. It is never created again."
	lookAtState   = "Look at the activity's state in Alipay's console: one that has ended, or is not yet there, cannot be changed."
	codesAdvice   = "Check the codes: 1 to 64 letters, digits and the signs - _ + = and bar each, for an activity whose code_mode is MERCHANT_UPLOAD."
)

// voucherRows have as their source the error tables of the calls of 商家券 2.0. BIZ_ERROR has many causes, which only the text
// tells apart.
var voucherRows = []ErrorRow{
	{Operation: providers.OperationCreate, Code: codeInvalidParameter, Kind: providers.KindInvalid, Delay: providers.DelayNever,
		Advice: "Correct the field that the message names in the manifest."},
	{Operation: providers.OperationCreate, Code: "DISCOUNT_AMOUNT_INSUFFICIENT", Kind: providers.KindInvalid, Delay: providers.DelayNever,
		Advice: "Raise what a voucher takes off in voucher_deduct_info: Alipay finds the largest reduction too small."},
	{Operation: providers.OperationCreate, Code: "BUSINESS_HAS_RISK", Kind: providers.KindForbidden, Delay: providers.DelaySlow,
		Advice: "Check the values, and ask Alipay: its risk control stopped the activity."},
	// Said of a creation it can only mean that one under this number was accepted.
	{Operation: providers.OperationCreate, Code: codeBizError, Text: textInProgress, Kind: providers.KindUnavailable, Delay: providers.DelayFast, MaybeCommitted: true,
		Advice: "Wait: Alipay is still at work on an earlier request for this activity, and the same request is repeated."},
	{Operation: providers.OperationGet, Code: codeInvalidParameter, Kind: providers.KindNotFound, Delay: providers.DelaySlow, Advice: checkActivity},
	{Operation: providers.OperationGet, Code: codeBizError, Kind: providers.KindNotFound, Delay: providers.DelaySlow, Text: textNoActivity, Advice: checkActivity},
	{Operation: providers.OperationGet, Code: codeBizError, Kind: providers.KindUnknown, Delay: providers.DelaySlow,
		Advice: "Look at the activity in Alipay's console: it cannot be read, for the reason in the message."},
	{Operation: providers.OperationCountCodes, Code: codeInvalidParameter, Kind: providers.KindNotFound, Delay: providers.DelaySlow, Advice: checkActivity},
	{Operation: providers.OperationList, Code: codeInvalidParameter, Kind: providers.KindUnknown, Delay: providers.DelaySlow,
		Advice: "Check the account's agency.merchantId, or report it: the list is asked for with nothing else of the account's."},
	{Operation: providers.OperationTerminate, Code: codeInvalidParameter, Kind: providers.KindInvalid, Delay: providers.DelaySlow, Advice: lookAtState},
	{Operation: providers.OperationModify, Code: codeInvalidParameter, Kind: providers.KindInvalid, Delay: providers.DelaySlow,
		Advice: "Correct the field that the message names: the times, days and lists of an activity change only within what Alipay allows."},
	{Operation: providers.OperationAppend, Code: codeInvalidParameter, Kind: providers.KindInvalid, Delay: providers.DelaySlow,
		Advice: "Check the quantity: it only grows, Alipay documents a new total of at most 999999, and with uploaded codes it must be how many there are."},
	{Operation: providers.OperationDepositCodes, Code: codeInvalidParameter, Kind: providers.KindInvalid, Delay: providers.DelaySlow, Advice: codesAdvice},

	{Code: "ACTIVITY_EXPIRED", Kind: providers.KindConflict, Delay: providers.DelayNever,
		Advice: "Leave the activity as it is: it has ended and changes no more."},
	{Code: codeBizError, Text: textInProgress, Kind: providers.KindConflict, Delay: providers.DelayFast,
		Advice: "Wait: Alipay is still at work on another change of this activity."},
	{Code: codeBizError, Text: textAgency, Kind: providers.KindForbidden, Delay: providers.DelaySlow,
		Advice: "Have the merchant grant the operation of its marketing (代运营, OPERATION_AUTH) to this app."},
	{Code: codeBizError, Text: textShop, Kind: providers.KindForbidden, Delay: providers.DelaySlow,
		Advice: "Check that each shop is one of the merchant's at Alipay and approved, or correct voucher_available_scope_info."},
	{Code: codeBizError, Text: textMiniApp, Kind: providers.KindForbidden, Delay: providers.DelaySlow,
		Advice: "Check that the mini app of voucher_customer_guide_info belongs to the merchant's account or company and is online."},
	{Code: codeBizError, Text: textNoActivity, Kind: providers.KindNotFound, Delay: providers.DelaySlow, Advice: checkActivity},
	{Operation: providers.OperationTerminate, Code: codeBizError, Kind: providers.KindConflict, Delay: providers.DelaySlow, Advice: lookAtState},
	{Code: codeBizError, Kind: providers.KindInvalid, Delay: providers.DelaySlow,
		Advice: "Correct what the message names, in the manifest or at Alipay: the code has many causes."},
	{Code: codeInvalidParameter, Kind: providers.KindInvalid, Delay: providers.DelaySlow, Advice: "Correct what the message names."},
	{Code: codeSystemError, Kind: providers.KindUnavailable, Delay: providers.DelayFast, MaybeCommitted: true,
		Advice: "Wait: the same request is repeated; if it goes on, check the values, since bad ones may be behind this code too."},
}
