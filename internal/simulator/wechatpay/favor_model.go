package wechatpay

import (
	"slices"
	"time"
)

// The states of a favor stock, as the gateway spells them.
const (
	favorUnactivated = "unactivated"
	favorAudit       = "audit"
	favorRunning     = "running"
	favorPaused      = "paused"
	favorStopped     = "stoped" // sic
)

var allFavorStates = []string{favorUnactivated, favorAudit, favorRunning, favorPaused, favorStopped}

// favorTradeTypes are all ways of paying.
var favorTradeTypes = []string{"MICROAPP", "APPPAY", "PPAY", "CARD", "FACE", "OTHER"}

// favorBody is the request of 创建代金券批次.
type favorBody struct {
	StockName      string          `json:"stock_name"`
	Comment        string          `json:"comment,omitempty"`
	BelongMerchant string          `json:"belong_merchant"`
	BeginTime      string          `json:"available_begin_time"`
	EndTime        string          `json:"available_end_time"`
	StockUseRule   favorStockRule  `json:"stock_use_rule"`
	PatternInfo    *favorPattern   `json:"pattern_info,omitempty"`
	CouponUseRule  favorCouponRule `json:"coupon_use_rule"`
	NoCash         bool            `json:"no_cash"`
	StockType      string          `json:"stock_type"`
	OutRequestNo   string          `json:"out_request_no,omitempty"` // empty only when made in the console
}

type favorStockRule struct {
	MaxCoupons         int64 `json:"max_coupons"`
	MaxAmount          int64 `json:"max_amount"`
	MaxAmountByDay     int64 `json:"max_amount_by_day,omitempty"`
	MaxCouponsPerUser  int64 `json:"max_coupons_per_user"`
	NaturalPersonLimit bool  `json:"natural_person_limit"`
	PreventAPIAbuse    bool  `json:"prevent_api_abuse"`
}

type favorPattern struct {
	Description      string `json:"description"`
	MerchantLogo     string `json:"merchant_logo,omitempty"`
	MerchantName     string `json:"merchant_name,omitempty"`
	BackgroundColor  string `json:"background_color,omitempty"`
	CouponImage      string `json:"coupon_image,omitempty"`
	JumpTarget       string `json:"jump_target,omitempty"`
	MiniProgramAppid string `json:"mini_program_appid,omitempty"`
	MiniProgramPath  string `json:"mini_program_path,omitempty"`
}

type favorCouponRule struct {
	FixedNormalCoupon  favorCoupon     `json:"fixed_normal_coupon"`
	GoodsTag           []string        `json:"goods_tag,omitempty"`
	LimitPay           []string        `json:"limit_pay,omitempty"`
	LimitCard          *favorLimitCard `json:"limit_card,omitempty"`
	TradeType          []string        `json:"trade_type,omitempty"`
	CombineUse         *bool           `json:"combine_use,omitempty"`
	AvailableItems     []string        `json:"available_items,omitempty"`
	AvailableMerchants []string        `json:"available_merchants,omitempty"`
}

type favorCoupon struct {
	CouponAmount       int64 `json:"coupon_amount"`
	TransactionMinimum int64 `json:"transaction_minimum"`
}

type favorLimitCard struct {
	Name string   `json:"name"`
	Bin  []string `json:"bin"`
}

// favorStock is a favor stock. Like an activity it is never changed once others can see it.
type favorStock struct {
	ID          string    `json:"id"`
	Mchid       string    `json:"mchid"`
	Request     favorBody `json:"request"`
	Digest      string    `json:"digest,omitempty"`
	Created     time.Time `json:"created"`
	CreatedReal time.Time `json:"createdReal"`

	StartedAt   *time.Time `json:"startedAt,omitempty"`
	PausedAt    *time.Time `json:"pausedAt,omitempty"`
	RestartedAt *time.Time `json:"restartedAt,omitempty"`
	StoppedAt   *time.Time `json:"stoppedAt,omitempty"`
	Paused      bool       `json:"paused,omitempty"`
	// AuditUntil is when, in real time, the audit ends; with Auditing it has no end.
	AuditUntil  *time.Time `json:"auditUntil,omitempty"`
	Auditing    bool       `json:"auditing,omitempty"`
	Distributed int64      `json:"distributed,omitempty"`
	Forgotten   bool       `json:"forgotten,omitempty"`
	// Movements are the stock's part of the ledger. They lie with the stock so that a start and
	// its lock are one write.
	Movements []Movement `json:"movements,omitempty"`
}

func (s *favorStock) begin() time.Time { return instant(s.Request.BeginTime) }
func (s *favorStock) end() time.Time   { return instant(s.Request.EndTime) }

// locked is what the ledger says that the stock holds of its creator's money.
func (s *favorStock) locked() int64 {
	var sum int64
	for _, m := range s.Movements {
		sum += m.signed()
	}
	return sum
}

// unlocked says whether money went back.
func (s *favorStock) unlocked() bool {
	return slices.ContainsFunc(s.Movements, func(m Movement) bool { return m.Kind == MovementUnlock })
}

// status follows from what was done to the stock, from campaign time, and, in an audit, from real time.
func (f *favor) status(s *favorStock) string {
	over := !f.g.clock.Now().Before(s.end())
	switch {
	case s.StoppedAt != nil:
		return favorStopped
	case s.StartedAt == nil && over && f.g.switches.Is(SwitchFavorUnactivatedEnd, favorStopped):
		return favorStopped
	case s.StartedAt == nil:
		return favorUnactivated
	case over:
		return favorStopped
	case s.Auditing || (s.AuditUntil != nil && f.g.clock.Real().Before(*s.AuditUntil)):
		return favorAudit
	case s.Paused:
		return favorPaused
	default:
		return favorRunning
	}
}
