package wechatpay

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
)

const (
	kindStocks   = "busifavor-stocks"
	firstStockID = 98070001
)

// busifavor is the product 商家券, as far as pay gift needs it.
type busifavor struct {
	g    *Gateway
	dir  *statedir.Dir
	seed []string

	mu       sync.Mutex
	byID     map[string]*stock
	byNumber map[string]string
	lastID   int64
}

func newBusifavor(g *Gateway, dir *statedir.Dir, seed []string) (*busifavor, error) {
	b := &busifavor{g: g, dir: dir, seed: seed}
	if err := b.clear(); err != nil {
		return nil, err
	}
	err := dir.Each(kindStocks, func(_ string, data []byte) error {
		var s stock
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		if id, err := strconv.ParseInt(s.ID, 10, 64); err == nil && s.Mchid != "" {
			b.lastID = max(b.lastID, id)
		}
		b.index(&s)
		return nil
	})
	return b, err
}

// clear goes back to the seeded stocks.
func (b *busifavor) clear() error {
	b.byID, b.byNumber, b.lastID = map[string]*stock{}, map[string]string{}, firstStockID-1
	for _, id := range b.seed {
		if _, err := strconv.ParseUint(id, 10, 63); err != nil || len(id) > 20 {
			return fmt.Errorf("stock id %q: write up to 20 digits", id)
		}
		b.index(seededStock(id))
	}
	return nil
}

// seededStock is there from the start, for every merchant and every time, so that a first activity
// needs no stock of its own.
func seededStock(id string) *stock {
	begin, end := time.Date(2020, 1, 1, 0, 0, 0, 0, beijing), time.Date(2099, 12, 31, 23, 59, 59, 0, beijing)
	return &stock{
		ID: id, CodeMode: "WECHATPAY_MODE", Begin: begin, End: end, PerUser: 10, Created: begin, CreatedReal: begin,
		Body: map[string]any{
			"stock_name": "模拟商家券" + id, "goods_name": "全场商品", "stock_type": "NORMAL", "coupon_code_mode": "WECHATPAY_MODE",
			"coupon_use_rule": map[string]any{
				"coupon_available_time": map[string]any{"available_begin_time": begin.Format(time.RFC3339), "available_end_time": end.Format(time.RFC3339)},
				"fixed_normal_coupon":   map[string]any{"discount_amount": 500, "transaction_minimum": 5000},
				"use_method":            "OFF_LINE",
			},
			"stock_send_rule": map[string]any{"max_coupons": 1000000, "max_coupons_per_user": 10, "natural_person_limit": false, "prevent_api_abuse": false},
		},
	}
}

func (b *busifavor) index(s *stock) {
	b.byID[s.ID] = s
	if s.Number != "" {
		b.byNumber[s.Mchid+" "+s.Number] = s.ID
	}
}

// find is a stock that the merchant may use.
func (b *busifavor) find(id, mchid string) *stock {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.byID[id]; s != nil && (s.Mchid == "" || s.Mchid == mchid || s.Belong == mchid) {
		return s
	}
	return nil
}

func (b *busifavor) reset() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id := range b.byID {
		if err := b.dir.Remove(kindStocks, id); err != nil {
			return err
		}
	}
	return b.clear()
}

type stockReply struct {
	StockID    string `json:"stock_id"`
	CreateTime string `json:"create_time"`
}

func (b *busifavor) create(rq *request) (outcome, *apiError) {
	doc, refused := parseBody(rq.body)
	if refused != nil {
		return outcome{}, refused
	}
	if refused := check(stockSchema(), doc); refused != nil {
		return outcome{}, refused
	}
	var body stockBody
	if err := json.Unmarshal(rq.body, &body); err != nil {
		return outcome{}, bodyError("", nil, "the body is not well formed")
	}
	if refused := stockRules(&body); refused != nil {
		return outcome{}, refused
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	digest := digestOf(doc)
	if s := b.byID[b.byNumber[rq.account.Mchid+" "+body.OutRequestNo]]; s != nil {
		return b.replay(s, digest)
	}
	now := b.g.clock.Now()
	if end := instant(body.UseRule.Time.End); !end.After(now) {
		return outcome{}, ruleError("券可用结束时间必须晚于当前时间", "/coupon_use_rule/coupon_available_time/available_end_time", "available_end_time has passed")
	}
	b.lastID++
	s := &stock{
		ID: strconv.FormatInt(b.lastID, 10), Mchid: rq.account.Mchid, Belong: body.BelongMerchant, Number: body.OutRequestNo, Digest: digest,
		Body: doc, CodeMode: body.CouponCodeMode, Begin: instant(body.UseRule.Time.Begin), End: instant(body.UseRule.Time.End),
		PerUser: body.SendRule.PerUser, DayAfter: body.UseRule.Time.DayAfter, WaitDays: body.UseRule.Time.WaitDays,
		Created: now, CreatedReal: b.g.clock.Real(),
	}
	if err := b.dir.Write(kindStocks, s.ID, s); err != nil {
		return outcome{}, systemError()
	}
	b.index(s)
	return outcome{body: stockReply{s.ID, b.g.stamp(now)}, committed: true}, nil
}

func (b *busifavor) replay(s *stock, digest string) (outcome, *apiError) {
	if refused := b.g.replayRefusal("/out_request_no", s.Digest == digest); refused != nil {
		return outcome{}, refused
	}
	return outcome{body: stockReply{s.ID, b.g.stamp(s.Created)}}, nil
}

// stockRules are what the fields of a stock demand of each other.
func stockRules(body *stockBody) *apiError {
	const atUse = "/coupon_use_rule"
	use := &body.UseRule
	begin, end := instant(use.Time.Begin), instant(use.Time.End)
	switch {
	case !end.After(begin):
		return ruleError("券可用结束时间必须晚于开始时间", atUse+"/coupon_available_time/available_end_time", "available_end_time must be after available_begin_time")
	case end.After(begin.AddDate(1, 0, 0)):
		return ruleError("券有效期不能超过1年", atUse+"/coupon_available_time/available_end_time", "a stock is valid for a year at most")
	case use.Time.WaitDays > 0 && use.Time.DayAfter == 0:
		return bodyError(atUse+"/coupon_available_time/available_day_after_receive", nil, "is required with wait_days_after_receive")
	case use.UseMethod == "SELF_CONSUME":
		return ruleError("暂不支持该核销方式", atUse+"/use_method", "SELF_CONSUME is not supported")
	case use.UseMethod == "MINI_PROGRAMS" && (use.Appid == "" || use.Path == ""):
		return bodyError(atUse+"/mini_programs_appid", nil, "mini_programs_appid and mini_programs_path are required with MINI_PROGRAMS")
	case body.SendRule.ByDay != nil && body.StockType == "NORMAL":
		return ruleError("满减券不支持单天发放上限个数", "/stock_send_rule/max_coupons_by_day", "max_coupons_by_day is for DISCOUNT and EXCHANGE only")
	}
	if refused := weekRules(body); refused != nil {
		return refused
	}
	present := map[string]bool{"NORMAL": use.Normal != nil, "DISCOUNT": use.Discount != nil, "EXCHANGE": use.Exchange != nil}
	for _, kind := range []string{"NORMAL", "DISCOUNT", "EXCHANGE"} {
		if present[kind] != (kind == body.StockType) {
			return bodyError(atUse, nil, "needs the coupon object of stock_type "+body.StockType+" and no other")
		}
	}
	return nil
}

func weekRules(body *stockBody) *apiError {
	const at = "/coupon_use_rule/coupon_available_time/available_week"
	week := body.UseRule.Time.Week
	if week == nil || week.Times == nil {
		return nil
	}
	if week.Days == nil {
		return bodyError(at+"/week_day", nil, "is required with available_day_time")
	}
	for i, t := range week.Times {
		if t.Begin >= t.End {
			return ruleError("可用时间段的结束时间必须晚于开始时间", fmt.Sprintf("%s/available_day_time/%d", at, i), "end_time must be after begin_time")
		}
	}
	return nil
}

// detail answers with the create's fields, but without its request number: a stock cannot be found
// again by that.
func (b *busifavor) detail(rq *request) (outcome, *apiError) {
	s := b.find(rq.params["id"], rq.account.Mchid)
	if s == nil {
		return outcome{}, notFound("批次")
	}
	v := maps.Clone(s.Body)
	delete(v, "out_request_no")
	v["stock_id"] = s.ID
	v["stock_state"] = s.state(b.g)
	v["send_count_information"] = map[string]int{"total_send_num": 0, "total_send_amount": 0, "today_send_num": 0, "today_send_amount": 0}
	if s.CodeMode == "MERCHANT_UPLOAD" {
		v["coupon_code_count"] = map[string]int{"total_count": s.Codes, "available_count": s.Codes}
	}
	if s.Mchid == "" {
		v["belong_merchant"] = rq.account.Mchid
	}
	return outcome{body: v}, nil
}

// StockInfo is a stock as the simulator's own pages show it.
type StockInfo struct {
	StockID        string    `json:"stockId"`
	Mchid          string    `json:"mchid,omitempty"`
	OutRequestNo   string    `json:"outRequestNo,omitempty"`
	State          string    `json:"state"`
	CouponCodeMode string    `json:"couponCodeMode"`
	BeginTime      time.Time `json:"beginTime"`
	EndTime        time.Time `json:"endTime"`
	// AvailableCodes are the uploaded codes that are left; for MERCHANT_UPLOAD only.
	AvailableCodes *int `json:"availableCodes,omitempty"`
	// Seeded says that the stock was there from the start.
	Seeded bool `json:"seeded"`
}

// Stocks shows all stocks by their ids.
func (g *Gateway) Stocks() []StockInfo {
	b := g.busifavor
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]StockInfo, 0, len(b.byID))
	for _, s := range b.byID {
		all = append(all, b.info(s))
	}
	slices.SortFunc(all, func(x, y StockInfo) int { return compareIDs(x.StockID, y.StockID) })
	return all
}

func (b *busifavor) info(s *stock) StockInfo {
	info := StockInfo{StockID: s.ID, Mchid: s.Mchid, OutRequestNo: s.Number, State: s.state(b.g), CouponCodeMode: s.CodeMode, BeginTime: s.Begin, EndTime: s.End, Seeded: s.Mchid == ""}
	if s.CodeMode == "MERCHANT_UPLOAD" {
		info.AvailableCodes = &s.Codes
	}
	return info
}
