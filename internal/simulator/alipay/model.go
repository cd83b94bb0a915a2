package alipay

import (
	"encoding/json"
	"time"
)

// The vendor's words.
const (
	codesUploaded = "MERCHANT_UPLOAD"
	codesByCall   = "MERCHANT_API"

	typeFix      = "FIX_VOUCHER"
	typeDiscount = "DISCOUNT_VOUCHER"
	typeSpecial  = "SPECIAL_VOUCHER"
	typeExchange = "EXCHANGE_VOUCHER"

	scopeShop = "SHOP"
	scopeCity = "CITY_CODE"

	scopeAdd     = "ADD"
	scopeRemove  = "REMOVE"
	scopeReplace = "MODIFY_ALL"

	periodAbsolute = "ABSOLUTE"
	periodRelative = "RELATIVE"

	guideOffline = "OFFLINE_CODE"
	guideMiniApp = "MINI_APP"

	statusActive   = "ACTIVE"
	statusPaused   = "PAUSE"
	statusFinished = "FINISHED"

	creating  = "CREATING"
	modifying = "MODIFYING"
	appending = "APPENDING"
	stopping  = "FINISHEING" // the vendor's spelling
)

// Where fields are in a create, and so in an activity.
const (
	pathName       = "activity_base_info.activity_name"
	pathCodeMode   = "activity_base_info.code_mode"
	pathSendRule   = "voucher_send_mode_info.voucher_send_rule_info"
	pathQuantity   = pathSendRule + ".quantity"
	pathStart      = pathSendRule + ".publish_start_time"
	pathEnd        = pathSendRule + ".publish_end_time"
	pathType       = "voucher_deduct_info.voucher_type"
	pathScope      = "voucher_available_scope_info"
	pathGeography  = pathScope + ".voucher_available_geography_scope_info"
	pathScopeType  = pathGeography + ".available_geography_scope_type"
	pathShops      = pathGeography + ".available_geography_shop_info.available_shop_ids"
	pathAllShop    = pathGeography + ".available_geography_shop_info.available_geography_all_shop"
	pathExcluded   = pathAllShop + ".exclude_shop_ids"
	pathRealShops  = pathGeography + ".available_geography_shop_info.available_real_shop_ids"
	pathAllCity    = pathGeography + ".available_geography_city_info.all_city"
	pathCities     = pathGeography + ".available_geography_city_info.available_city_codes"
	pathGoods      = pathScope + ".voucher_available_goods_info"
	pathItems      = pathScope + ".voucher_available_item_info"
	pathUseTime    = "voucher_use_rule_info.voucher_use_time_info"
	pathPeriodType = pathUseTime + ".period_type"
	pathValidBegin = pathUseTime + ".absolute_period_info.valid_begin_time"
	pathValidEnd   = pathUseTime + ".absolute_period_info.valid_end_time"
	pathValidDays  = pathUseTime + ".relative_period_info.valid_days_after_receive"
	pathUseGuide   = "voucher_customer_guide_info.voucher_use_guide_info"
	pathMiniApp    = pathUseGuide + ".mini_app_use_guide_info"
	pathMiniAppURL = pathMiniApp + ".mini_app_url"
	// pathMiniAppCodes are the services that stand in place of the URL.
	pathMiniAppCodes = pathMiniApp + ".mini_app_service_codes"
	pathDisplay      = "voucher_display_pattern_info"
	pathServiceURL   = pathDisplay + ".customer_service_url"
	pathServiceCall  = pathDisplay + ".customer_service_mobile"
)

const (
	// mostVouchers a create may ask for, mostAppended an append.
	mostVouchers = 99_999_999
	mostAppended = 999_999
	// longestPublish is the longest that vouchers can be claimed.
	longestPublish = 180 * 24 * time.Hour
)

// activity is a 商家券 activity. It is never changed once others can see it: a change makes a copy, keeps it and puts
// it in the old one's place.
type activity struct {
	ID    string `json:"id"`
	AppID string `json:"appId"`
	// Owner is the merchant (PID) whose activity it is.
	Owner string `json:"owner"`
	// Content is what was created, with all changes since: the fields of a create without number and access mode. Its
	// quantity is the present total.
	Content  object    `json:"content"`
	Created  time.Time `json:"created"`
	CreatedR time.Time `json:"createdReal"`
	Updated  time.Time `json:"updated"`
	// Exists says that the creation is done.
	Exists bool `json:"exists"`
	// Pending is the operation that runs, nil when none does.
	Pending *pending `json:"pending,omitempty"`
	// What the console, the API or a switch did to it.
	Paused    bool       `json:"paused,omitempty"`
	StoppedAt *time.Time `json:"stoppedAt,omitempty"`
	Forgotten bool       `json:"forgotten,omitempty"`
	Audit     string     `json:"audit,omitempty"`
	// Codes are the imported codes, in the order of their import.
	Codes []string `json:"codes,omitempty"`
	// Sent and Used count the vouchers that were claimed and redeemed.
	Sent int64 `json:"sent,omitempty"`
	Used int64 `json:"used,omitempty"`
	// Uses are the request numbers that changed it, oldest first.
	Uses []use `json:"uses"`
}

// pending is an operation that was accepted and is not done.
type pending struct {
	// Operation is the word that query shows.
	Operation string `json:"operation"`
	// Number is the out_biz_no of the call.
	Number string `json:"number"`
	// Content is what the activity has once it is done; nil when it keeps what it has.
	Content object `json:"content,omitempty"`
	// Due is when it is done, in real time; zero when somebody has to do it by hand.
	Due time.Time `json:"due"`
	// Failure is what becomes of it instead; empty for success.
	Failure string `json:"failure,omitempty"`
}

// use is a request number that was accepted.
type use struct {
	Method string `json:"method"`
	Number string `json:"number"`
	Digest string `json:"digest"`
	// At is campaign time.
	At time.Time `json:"at"`
	// Reply are the fields of the node that was answered.
	Reply json.RawMessage `json:"reply,omitempty"`
}

// start and end bound the time in which vouchers can be claimed.
func (a *activity) start() time.Time { return timeAt(a.Content, pathStart) }
func (a *activity) end() time.Time   { return timeAt(a.Content, pathEnd) }

func (a *activity) expired(now time.Time) bool { return !now.Before(a.end()) }

func (a *activity) uploaded() bool { return textAt(a.Content, pathCodeMode) == codesUploaded }

// status is the vendor's activity_status; expiredIs is what an activity is that has expired and was not stopped.
func (a *activity) status(now time.Time, expiredIs string) string {
	switch {
	case !a.Exists:
		return ""
	case a.StoppedAt != nil:
		return statusFinished
	case expiredIs == statusFinished && a.expired(now):
		return statusFinished
	case a.Paused:
		return statusPaused
	default:
		return statusActive
	}
}

// operation is the vendor's activity_operation_status.
func (a *activity) operation() string {
	if a.Pending == nil {
		return ""
	}
	return a.Pending.Operation
}

// changed makes a copy to change. What it shares with the original must be replaced, not written into.
func (a *activity) changed(now time.Time) *activity {
	next := *a
	next.Updated = now
	return &next
}
