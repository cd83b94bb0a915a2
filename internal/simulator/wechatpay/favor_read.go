package wechatpay

import (
	"slices"
	"strings"
	"time"
)

const (
	favorPage          = 10
	favorMerchantsPage = 50
	favorItemsPage     = 100
)

// favorView is a stock as the gateway tells it: without its request number, comment, owner,
// merchants, goods and means of payment, and with the description alone of its pattern.
type favorView struct {
	StockID            string        `json:"stock_id"`
	StockCreatorMchid  string        `json:"stock_creator_mchid"`
	StockName          string        `json:"stock_name"`
	Status             string        `json:"status"`
	CreateTime         string        `json:"create_time"`
	Description        string        `json:"description"`
	StockUseRule       favorRuleView `json:"stock_use_rule"`
	AvailableBeginTime string        `json:"available_begin_time"`
	AvailableEndTime   string        `json:"available_end_time"`
	DistributedCoupons int64         `json:"distributed_coupons"`
	NoCash             bool          `json:"no_cash"`
	StartTime          string        `json:"start_time,omitempty"`
	StopTime           string        `json:"stop_time,omitempty"`
	Singleitem         bool          `json:"singleitem"`
	StockType          string        `json:"stock_type"`
}

type favorRuleView struct {
	MaxCoupons        int64       `json:"max_coupons"`
	MaxAmount         int64       `json:"max_amount"`
	MaxAmountByDay    int64       `json:"max_amount_by_day"` // the vendor's tables always have it
	FixedNormalCoupon favorCoupon `json:"fixed_normal_coupon"`
	MaxCouponsPerUser int64       `json:"max_coupons_per_user"`
	CouponType        string      `json:"coupon_type"`
	TradeType         []string    `json:"trade_type,omitempty"`
	CombineUse        bool        `json:"combine_use"`
}

func (f *favor) view(s *favorStock) favorView {
	r, c := &s.Request.StockUseRule, &s.Request.CouponUseRule
	v := favorView{
		StockID: s.ID, StockCreatorMchid: s.Mchid, StockName: s.Request.StockName, Status: f.status(s), CreateTime: f.g.stamp(s.Created),
		StockUseRule: favorRuleView{
			MaxCoupons: r.MaxCoupons, MaxAmount: r.MaxAmount, MaxAmountByDay: r.MaxAmountByDay, FixedNormalCoupon: c.FixedNormalCoupon,
			MaxCouponsPerUser: r.MaxCouponsPerUser, CouponType: "NORMAL", TradeType: c.TradeType, CombineUse: c.CombineUse == nil || *c.CombineUse,
		},
		AvailableBeginTime: f.g.stamp(s.begin()), AvailableEndTime: f.g.stamp(s.end()), DistributedCoupons: s.Distributed,
		NoCash: s.Request.NoCash, StartTime: f.g.stampPointer(s.StartedAt), StopTime: f.g.stampPointer(f.stoppedAt(s)), StockType: "NORMAL",
	}
	if p := s.Request.PatternInfo; p != nil {
		v.Description = p.Description
	}
	f.fillIn(&v.StockUseRule)
	return v
}

// fillIn gives values to what was not requested, as far as the switches say that the gateway does.
func (f *favor) fillIn(rule *favorRuleView) {
	if len(rule.TradeType) == 0 && f.g.switches.Is(SwitchFavorTradeType, "allWhenUnset") {
		rule.TradeType = favorTradeTypes
	}
	if rule.MaxAmountByDay == 0 && f.g.switches.Is(SwitchFavorMaxByDay, "maxAmountWhenUnset") {
		rule.MaxAmountByDay = rule.MaxAmount
	}
}

// stoppedAt is when a stock ended: somebody stopped it, or its time had come.
func (f *favor) stoppedAt(s *favorStock) *time.Time {
	if s.StoppedAt != nil || f.status(s) != favorStopped {
		return s.StoppedAt
	}
	end := s.end()
	return &end
}

func (f *favor) detail(rq *request) (outcome, *apiError) {
	s, refused := f.visible(rq)
	if refused != nil {
		return outcome{}, refused
	}
	return outcome{body: f.view(s)}, nil
}

// visible finds the stock that a read asks for.
func (f *favor) visible(rq *request) (*favorStock, *apiError) {
	creator, refused := creatorOf(rq)
	if refused != nil {
		return nil, refused
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s, refused := f.forCreator(rq, creator)
	if refused == nil && f.g.lagging(SwitchDetailLag)(s.Created, s.CreatedReal) {
		refused = notFound("批次")
	}
	return s, refused
}

// creatorOf reads the query parameter that every read of stocks has.
func creatorOf(rq *request) (string, *apiError) {
	mchid := rq.query.Get("stock_creator_mchid")
	if !mchidForm.MatchString(mchid) {
		return "", queryError("stock_creator_mchid", mchid, "must be 8 to 15 digits")
	}
	return mchid, nil
}

func (f *favor) list(rq *request) (outcome, *apiError) {
	offset, limit, refused := favorPageOf(rq, favorPage, 1<<31-1)
	if refused != nil {
		return outcome{}, refused
	}
	creator, refused := creatorOf(rq)
	if refused != nil {
		return outcome{}, refused
	}
	keep, refused := f.filter(rq)
	if refused != nil {
		return outcome{}, refused
	}
	if creator != rq.account.Mchid {
		return outcome{}, notYours()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	found := f.listed(creator, keep)
	if len(found) == 0 && f.nothingIsNotFound(rq) {
		return outcome{}, notFound("批次")
	}
	f.sweeps.count(creator, offset)
	rows, total := cut(f.g, f.sweeps[creator], found, offset, limit)
	data := make([]favorView, 0, len(rows))
	for _, s := range rows {
		data = append(data, f.view(s))
	}
	return outcome{body: struct {
		Data []favorView `json:"data"`
		page
	}{data, page{total, offset, limit}}}, nil
}

// nothingIsNotFound says whether a list that finds nothing answers that nothing exists.
func (f *favor) nothingIsNotFound(rq *request) bool {
	switch {
	case rq.query.Has("status"):
		return f.g.switches.Is(SwitchFavorEmpty, "notFound")
	case rq.query.Has("create_start_time") || rq.query.Has("create_end_time"):
		return false
	}
	return f.g.switches.Is(SwitchFavorEmptyList, "notFound")
}

// listed are a merchant's stocks that a list may show, in its order. The caller holds the lock.
func (f *favor) listed(creator string, keep func(*favorStock) bool) []*favorStock {
	hidden := f.g.lagging(SwitchListLag)
	var found []*favorStock
	for _, id := range f.ids[creator] {
		if s := f.byID[id]; !s.Forgotten && !hidden(s.Created, s.CreatedReal) && keep(s) {
			found = append(found, s)
		}
	}
	if f.g.switches.Is(SwitchListOrder, "newestFirst") {
		slices.Reverse(found)
	}
	return found
}

// favorPageOf reads a page, both parts of which are required.
func favorPageOf(rq *request, most, farthest int) (offset, limit int, refused *apiError) {
	offset, limit, refused = pageOf(rq.query, 0, most)
	switch {
	case refused != nil && refused.detail.Field == "/query/limit":
		refused.message = "页大小超过阈值"
	case refused == nil && offset > farthest:
		refused = queryError("offset", rq.query.Get("offset"), "is too far")
	}
	return offset, limit, refused
}

func (f *favor) filter(rq *request) (func(*favorStock) bool, *apiError) {
	status := rq.query.Get("status")
	if status != "" && !slices.Contains(allFavorStates, status) {
		e := queryError("status", status, "must be one of "+strings.Join(allFavorStates, ", "))
		e.message = "非法的批次状态"
		return nil, e
	}
	from, refused := queryTime(rq, "create_start_time")
	if refused != nil {
		return nil, refused
	}
	to, refused := queryTime(rq, "create_end_time")
	if refused != nil {
		return nil, refused
	}
	exclusive := f.g.switches.Is(SwitchFavorCreateBounds, "exclusive")
	return func(s *favorStock) bool {
		created := s.Created.Truncate(time.Second) // what the gateway shows of it
		if exclusive && (created.Equal(from) || created.Equal(to)) {
			return false
		}
		return (from.IsZero() || !created.Before(from)) && (to.IsZero() || !created.After(to)) && (status == "" || f.status(s) == status)
	}, nil
}

// queryTime reads a time that may be left out.
func queryTime(rq *request, name string) (time.Time, *apiError) {
	value := rq.query.Get(name)
	if value == "" {
		return time.Time{}, nil
	}
	if timestamp("", value) != nil {
		e := queryError(name, value, "must be a time as 2006-01-02T15:04:05+08:00, with + as %2B")
		e.message = "输入时间格式错误"
		return time.Time{}, e
	}
	return instant(value), nil
}

func (f *favor) merchants(rq *request) (outcome, *apiError) {
	return f.listOf(rq, favorMerchantsPage, 1000, func(s *favorStock) []string { return s.Request.CouponUseRule.AvailableMerchants })
}

func (f *favor) items(rq *request) (outcome, *apiError) {
	return f.listOf(rq, favorItemsPage, 500, func(s *favorStock) []string { return s.Request.CouponUseRule.AvailableItems })
}

func (f *favor) listOf(rq *request, most, farthest int, rows func(*favorStock) []string) (outcome, *apiError) {
	offset, limit, refused := favorPageOf(rq, most, farthest)
	if refused != nil {
		return outcome{}, refused
	}
	s, refused := f.visible(rq)
	if refused != nil {
		return outcome{}, refused
	}
	found := rows(s)
	return outcome{body: struct {
		Data []string `json:"data"`
		page
		StockID string `json:"stock_id"`
	}{rowsFrom(found, offset*limit, limit), page{len(found), offset, limit}, s.ID}}, nil
}
