package wechatpay

import (
	"encoding/json"
	"time"
)

// The states of a stock that the simulator uses.
const (
	stockUnaudit = "UNAUDIT"
	stockRunning = "RUNNING"
	stockPaused  = "PAUSED"
	stockStopped = "STOPED" // sic
)

var (
	allStockStates = []string{stockUnaudit, stockRunning, stockPaused, stockStopped}
	allCodeModes   = []string{"WECHATPAY_MODE", "MERCHANT_API", "MERCHANT_UPLOAD"}
)

// stock is a busifavor stock. Like an activity it is never changed once others can see it.
type stock struct {
	ID string `json:"id"`
	// Mchid created it; empty for a seeded stock, which every merchant may use.
	Mchid        string         `json:"mchid,omitempty"`
	Belong       string         `json:"belong,omitempty"`
	Number       string         `json:"number,omitempty"`
	Digest       string         `json:"digest,omitempty"`
	Body         map[string]any `json:"body"`
	CodeMode     string         `json:"codeMode"`
	Begin        time.Time      `json:"begin"`
	End          time.Time      `json:"end"`
	PerUser      int64          `json:"perUser"`
	DayAfter     int64          `json:"dayAfter,omitempty"`
	WaitDays     int64          `json:"waitDays,omitempty"`
	Created      time.Time      `json:"created"`
	CreatedReal  time.Time      `json:"createdReal"`
	ConsoleState string         `json:"consoleState,omitempty"`
	// Codes are the uploaded ones that are left. There is no upload: the console sets them.
	Codes int `json:"codes,omitempty"`
}

func (s *stock) state(g *Gateway) string {
	if s.ConsoleState != "" {
		return s.ConsoleState
	}
	if g.clock.Real().Sub(s.CreatedReal) < g.switches.Duration(SwitchBusifavorSettle) && s.Mchid != "" {
		return stockUnaudit
	}
	return stockRunning
}

// agreesWith says whether two stocks may lie in one package.
func (s *stock) agreesWith(other *stock) bool {
	return s.Begin.Equal(other.Begin) && s.End.Equal(other.End) && s.PerUser == other.PerUser && s.DayAfter == other.DayAfter && s.WaitDays == other.WaitDays
}

// stockBody is what the rules need to know of a create.
type stockBody struct {
	BelongMerchant string `json:"belong_merchant"`
	StockType      string `json:"stock_type"`
	UseRule        struct {
		Time struct {
			Begin    string `json:"available_begin_time"`
			End      string `json:"available_end_time"`
			DayAfter int64  `json:"available_day_after_receive"`
			WaitDays int64  `json:"wait_days_after_receive"`
			Week     *struct {
				Days  []int64        `json:"week_day"`
				Times []daySecondsOf `json:"available_day_time"`
			} `json:"available_week"`
		} `json:"coupon_available_time"`
		Normal    json.RawMessage `json:"fixed_normal_coupon"`
		Discount  json.RawMessage `json:"discount_coupon"`
		Exchange  json.RawMessage `json:"exchange_coupon"`
		UseMethod string          `json:"use_method"`
		Appid     string          `json:"mini_programs_appid"`
		Path      string          `json:"mini_programs_path"`
	} `json:"coupon_use_rule"`
	SendRule struct {
		PerUser int64  `json:"max_coupons_per_user"`
		ByDay   *int64 `json:"max_coupons_by_day"`
	} `json:"stock_send_rule"`
	OutRequestNo   string `json:"out_request_no"`
	CouponCodeMode string `json:"coupon_code_mode"`
}

type daySecondsOf struct {
	Begin int64 `json:"begin_time"`
	End   int64 `json:"end_time"`
}

const (
	mostFen     = 10_000_000
	mostCoupons = 1_000_000_000
)

// stockSchema is the form of 创建商家券.
func stockSchema() checker {
	return object(
		required("stock_name", text(1, 21)),
		required("belong_merchant", merchantID),
		optional("comment", text(1, 20)),
		required("goods_name", text(1, 15)),
		required("stock_type", oneOf("NORMAL", "DISCOUNT", "EXCHANGE")),
		required("coupon_use_rule", useRuleSchema()),
		required("stock_send_rule", object(
			required("max_coupons", integer(1, mostCoupons)),
			required("max_coupons_per_user", integer(1, 100)),
			optional("max_coupons_by_day", integer(1, mostCoupons)),
			optional("natural_person_limit", boolean),
			optional("prevent_api_abuse", boolean),
			optional("max_amount", notOpen),
			optional("max_amount_by_day", notOpen),
			optional("transferable", notOpen),
			optional("shareable", notOpen),
		)),
		required("out_request_no", requestNumber),
		optional("custom_entrance", object(
			optional("mini_programs_info", object(
				required("mini_programs_appid", text(1, 32)), required("mini_programs_path", text(1, 128)),
				required("entrance_words", text(1, 5)), optional("guiding_words", text(1, 6)),
			)),
			optional("appid", text(1, 32)),
			optional("hall_id", text(1, 64)),
			optional("store_id", text(1, 64)),
			optional("code_display_mode", oneOf("NOT_SHOW", "BARCODE", "QRCODE")),
		)),
		optional("display_pattern_info", patternSchema()),
		required("coupon_code_mode", oneOf(allCodeModes...)),
		optional("notify_config", object(optional("notify_appid", text(1, 32)))),
		optional("subsidy", notOpen),
	)
}

func patternSchema() checker {
	return object(
		optional("description", text(1, 1000)),
		optional("merchant_logo_url", all(text(1, 128), imageURL)),
		optional("merchant_name", text(1, 16)),
		optional("background_color", pattern(colorForm, "must be a colour name such as COLOR010")),
		optional("coupon_image_url", all(text(1, 128), imageURL)),
		optional("finder_info", object(
			optional("finder_id", text(1, 128)), optional("finder_video_id", text(1, 128)),
			optional("finder_video_cover_image_url", all(text(1, 256), imageURL)),
		)),
	)
}

func useRuleSchema() checker {
	second := integer(0, 86399)
	return object(
		required("coupon_available_time", object(
			required("available_begin_time", timestamp),
			required("available_end_time", timestamp),
			optional("available_day_after_receive", integer(1, 366)),
			optional("wait_days_after_receive", integer(1, 30)),
			optional("available_week", object(
				optional("week_day", array(7, integer(0, 6))),
				optional("available_day_time", array(2, object(required("begin_time", second), required("end_time", second)))),
			)),
			optional("irregulary_avaliable_time", //nolint:misspell // the vendor spells it so
				array(100, object(required("begin_time", timestamp), required("end_time", timestamp)))),
		)),
		optional("fixed_normal_coupon", object(required("discount_amount", integer(1, mostFen)), required("transaction_minimum", integer(1, mostFen)))),
		optional("discount_coupon", object(required("discount_percent", integer(1, 99)), required("transaction_minimum", integer(1, mostFen)))),
		optional("exchange_coupon", object(required("exchange_price", integer(0, mostFen)), required("transaction_minimum", integer(1, mostFen)))),
		required("use_method", oneOf("OFF_LINE", "MINI_PROGRAMS", "PAYMENT_CODE", "SELF_CONSUME")),
		optional("mini_programs_appid", text(1, 32)),
		optional("mini_programs_path", text(1, 128)),
	)
}
