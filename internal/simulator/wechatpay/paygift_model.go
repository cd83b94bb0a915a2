package wechatpay

import (
	"regexp"
	"slices"
	"time"
)

// The states of an activity, as the gateway spells them. Mind that STOP means paused.
const (
	statusUnknown    = "ACT_STATUS_UNKNOWN"
	statusCreated    = "CREATE_ACT_STATUS"
	statusOngoing    = "ONGOING_ACT_STATUS"
	statusPaused     = "STOP_ACT_STATUS"
	statusTerminated = "TERMINATE_ACT_STATUS"
	statusOver       = "OVER_TIME_ACT_STATUS"
	statusFailed     = "CREATE_ACT_FAILED"
)

var allStatuses = []string{statusUnknown, statusCreated, statusOngoing, statusPaused, statusTerminated, statusOver, statusFailed}

// createBody is the request of 创建全场满额送活动. Its rule is flat, while reads nest it.
type createBody struct {
	Base     baseInfo         `json:"activity_base_info"`
	Rule     sendRule         `json:"award_send_rule"`
	Advanced *advancedSetting `json:"advanced_setting,omitempty"`
}

type baseInfo struct {
	ActivityName        string            `json:"activity_name"`
	ActivitySecondTitle string            `json:"activity_second_title"`
	MerchantLogoURL     string            `json:"merchant_logo_url"`
	BackgroundColor     string            `json:"background_color,omitempty"`
	BeginTime           string            `json:"begin_time"`
	EndTime             string            `json:"end_time"`
	AvailablePeriods    *availablePeriods `json:"available_periods,omitempty"`
	OutRequestNo        string            `json:"out_request_no,omitempty"` // empty only when made in the console
	DeliveryPurpose     string            `json:"delivery_purpose"`
	MiniProgramsAppid   string            `json:"mini_programs_appid,omitempty"`
	MiniProgramsPath    string            `json:"mini_programs_path,omitempty"`
}

type availablePeriods struct {
	AvailableTime    []availableTime    `json:"available_time,omitempty"`
	AvailableDayTime []availableDayTime `json:"available_day_time,omitempty"`
}

type availableTime struct {
	BeginTime string `json:"begin_time"`
	EndTime   string `json:"end_time"`
}

type availableDayTime struct {
	BeginDayTime string `json:"begin_day_time"`
	EndDayTime   string `json:"end_day_time"`
}

type sendRule struct {
	TransactionAmountMinimum int64    `json:"transaction_amount_minimum"`
	SendContent              string   `json:"send_content"`
	AwardType                string   `json:"award_type"`
	AwardList                []award  `json:"award_list"`
	MerchantOption           string   `json:"merchant_option"`
	MerchantIDList           []string `json:"merchant_id_list,omitempty"`
}

type award struct {
	StockID          string `json:"stock_id"`
	OriginalImageURL string `json:"original_image_url"`
	ThumbnailURL     string `json:"thumbnail_url,omitempty"`
}

type advancedSetting struct {
	DeliveryUserCategory     string                    `json:"delivery_user_category,omitempty"`
	MerchantMemberAppid      string                    `json:"merchant_member_appid,omitempty"`
	PaymentMode              *paymentMode              `json:"payment_mode,omitempty"`
	PaymentMethodInformation *paymentMethodInformation `json:"payment_method_information,omitempty"`
	GoodsTags                []string                  `json:"goods_tags,omitempty"`
}

type paymentMode struct {
	PaymentSceneList []string `json:"payment_scene_list,omitempty"`
}

type paymentMethodInformation struct {
	PaymentMethod    string `json:"payment_method"`
	BankAbbreviation string `json:"bank_abbreviation,omitempty"`
}

// activity is a pay gift activity. It is never changed once others can see it: a change makes a
// copy, keeps it and puts it in the old one's place.
type activity struct {
	ID       string        `json:"id"`
	Mchid    string        `json:"mchid"`
	Request  createBody    `json:"request"`
	Digest   string        `json:"digest"`
	Senders  []participant `json:"senders"`
	Created  time.Time     `json:"created"`
	Updated  time.Time     `json:"updated"`
	CreatedR time.Time     `json:"createdReal"`
	// What the console, the API or a switch did to it.
	Paused     bool       `json:"paused,omitempty"`
	PausedAt   *time.Time `json:"pausedAt,omitempty"`
	ResumedAt  *time.Time `json:"resumedAt,omitempty"`
	EndedAt    *time.Time `json:"endedAt,omitempty"`
	WillFail   bool       `json:"willFail,omitempty"`
	Failed     bool       `json:"failed,omitempty"`
	Forgotten  bool       `json:"forgotten,omitempty"`
	Operations []done     `json:"operations,omitempty"`
}

// participant is a merchant at which paying earns the gift.
type participant struct {
	Mchid   string    `json:"mchid"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

// done is a change of merchants under its own request number.
type done struct {
	Name    string            `json:"name"`
	Number  string            `json:"number"`
	Digest  string            `json:"digest"`
	At      time.Time         `json:"at"`
	Invalid []invalidMerchant `json:"invalid,omitempty"`
}

type invalidMerchant struct {
	Mchid         string `json:"mchid"`
	InvalidReason string `json:"invalid_reason"`
}

func (a *activity) begin() time.Time { return instant(a.Request.Base.BeginTime) }
func (a *activity) end() time.Time   { return instant(a.Request.Base.EndTime) }

// status follows from what was done to the activity and from the campaign's time.
func (a *activity) status(now time.Time) string {
	switch {
	case a.Failed:
		return statusFailed
	case a.EndedAt != nil:
		return statusTerminated
	case !now.Before(a.end()):
		return statusOver
	case a.Paused:
		return statusPaused
	case !now.Before(a.begin()):
		return statusOngoing
	default:
		return statusCreated
	}
}

// over says whether nothing can happen to the activity any more.
func (a *activity) over(now time.Time) bool {
	return slices.Contains([]string{statusFailed, statusTerminated, statusOver}, a.status(now))
}

// changed makes a copy to change. What it shares with the original must be replaced, not written into.
func (a *activity) changed(now time.Time) *activity {
	next := *a
	next.Updated = now
	return &next
}

// addSender adds a merchant unless it is there. The list must be the activity's own.
func (a *activity) addSender(mchid string, now time.Time) {
	if !slices.ContainsFunc(a.Senders, func(s participant) bool { return s.Mchid == mchid }) {
		a.Senders = append(a.Senders, participant{Mchid: mchid, Created: now, Updated: now})
	}
}

var memberAppid = pattern(regexp.MustCompile(`^[!-~]{1,32}$`), "must be 1 to 32 characters")

// createSchema is the form of a create; what depends on several fields is checked by createRules.
func (p *payGift) createSchema() checker { return p.contentSchema(required) }

// contentSchema is the form of an activity's content, in which the request number is required or
// optional.
func (p *payGift) contentSchema(number func(string, checker) member) checker {
	color := pattern(colorForm, "must be a colour name such as COLOR010")
	if p.g.switches.Is(SwitchHexColors, "accepted") {
		color = pattern(regexp.MustCompile(colorForm.String()+"|"+hexColorForm.String()), "must be a colour name such as COLOR010 or #RRGGBB")
	}
	// The numbers of periods are not published; these are far above what anybody needs.
	periods := object(
		optional("available_time", array(100, object(required("begin_time", timestamp), required("end_time", timestamp)))),
		optional("available_day_time", array(100, object(required("begin_day_time", dayTime), required("end_day_time", dayTime)))),
	)
	base := object(
		required("activity_name", text(1, 10)),
		required("activity_second_title", text(1, 9)),
		required("merchant_logo_url", all(text(10, 128), imageURL)),
		optional("background_color", color),
		required("begin_time", timestamp),
		required("end_time", timestamp),
		optional("available_periods", periods),
		number("out_request_no", requestNumber),
		required("delivery_purpose", oneOf("OFF_LINE_PAY", "JUMP_MINI_APP")),
		optional("mini_programs_appid", text(1, 32)),
		optional("mini_programs_path", text(1, 128)),
	)
	return object(
		required("activity_base_info", base),
		required("award_send_rule", ruleSchema()),
		optional("advanced_setting", advancedSchema(int(p.g.switches.Number(SwitchGoodsTagsMax)))),
	)
}

func ruleSchema() checker {
	return object(
		required("transaction_amount_minimum", integer(1, 1<<53)),
		required("send_content", oneOf("SINGLE_COUPON", "GIFT_PACKAGE")),
		required("award_type", oneOf("BUSIFAVOR")),
		required("award_list", array(5, object(
			required("stock_id", text(1, 20)),
			required("original_image_url", all(text(1, 128), imageURL)),
			optional("thumbnail_url", all(text(1, 128), imageURL)),
		))),
		required("merchant_option", oneOf("IN_SEVICE_COUPON_MERCHANT", "MANUAL_INPUT_MERCHANT")),
		optional("merchant_id_list", merchantIDs),
	)
}

func advancedSchema(goodsTags int) checker {
	return object(
		optional("delivery_user_category", oneOf("DELIVERY_ALL_PERSON", "DELIVERY_MEMBER_PERSON")),
		optional("merchant_member_appid", memberAppid),
		optional("payment_mode", object(
			optional("payment_scene_list", array(6, oneOf("APP_SCENE", "SWING_CARD_SCENE", "NO_SECRET_SCENE", "MINIAPP_SCENE", "FACE_PAY_SCENE", "OTHER_SCENE"))),
		)),
		optional("payment_method_information", object(
			required("payment_method", oneOf("CFT", "SPECIFIC_BANK_CARD")),
			optional("bank_abbreviation", text(1, 32)),
		)),
		optional("goods_tags", array(goodsTags, text(1, 128))),
	)
}

// merchantIDs takes 1 to 500 merchant ids, none twice.
var merchantIDs = distinct(array(500, merchantID))
