package wechatpay

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// ErrNoStock and ErrNoStockAction say why a stock could not be changed.
var (
	ErrNoStock       = errors.New("there is no such stock")
	ErrNoStockAction = errors.New("there is no such action: run, pause, stop or unaudit")
)

// stockActions are the console's actions on a stock and the state that each leads to.
var stockActions = map[string]string{"run": stockRunning, "pause": stockPaused, "stop": stockStopped, "unaudit": stockUnaudit}

// ConsoleStock puts a stock into another state: run, pause, stop or unaudit.
func (g *Gateway) ConsoleStock(id, action string) (StockInfo, error) {
	b := g.busifavor
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.byID[id]
	if s == nil {
		return StockInfo{}, ErrNoStock
	}
	state, ok := stockActions[action]
	if !ok {
		return StockInfo{}, ErrNoStockAction
	}
	next := *s
	next.ConsoleState = state
	return b.putEdited(&next)
}

// putEdited puts a changed stock in the old one's place. The caller holds the lock.
func (b *busifavor) putEdited(next *stock) (StockInfo, error) {
	if err := b.dir.Write(kindStocks, next.ID, next); err != nil {
		return StockInfo{}, err
	}
	b.index(next)
	return b.info(next), nil
}

// StockEdit is a change of a stock; what is left out stays.
type StockEdit struct {
	// State is UNAUDIT, RUNNING, PAUSED or STOPED (sic).
	State string `json:"state"`
	// CouponCodeMode is WECHATPAY_MODE, MERCHANT_API or MERCHANT_UPLOAD.
	CouponCodeMode string `json:"couponCodeMode"`
	// BeginTime and EndTime bound the validity of the stock's coupons.
	BeginTime *time.Time `json:"beginTime"`
	EndTime   *time.Time `json:"endTime"`
	// AvailableCodes are the uploaded codes that are left.
	AvailableCodes *int `json:"availableCodes"`
}

func (e *StockEdit) check() error {
	switch {
	case *e == StockEdit{}:
		return wrongContent("say state, couponCodeMode, beginTime, endTime or availableCodes")
	case e.State != "" && !slices.Contains(allStockStates, e.State):
		return wrongContent("state must be one of %s", strings.Join(allStockStates, ", "))
	case e.CouponCodeMode != "" && !slices.Contains(allCodeModes, e.CouponCodeMode):
		return wrongContent("couponCodeMode must be one of %s", strings.Join(allCodeModes, ", "))
	case e.AvailableCodes != nil && *e.AvailableCodes < 0:
		return wrongContent("availableCodes must not be negative")
	}
	return nil
}

// EditStock changes a stock as nobody could by the API: its state, code mode, validity and codes.
func (g *Gateway) EditStock(id string, edit StockEdit) (StockInfo, error) {
	if err := edit.check(); err != nil {
		return StockInfo{}, err
	}
	b := g.busifavor
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.byID[id]
	if s == nil {
		return StockInfo{}, ErrNoStock
	}
	next := *s
	if edit.State != "" {
		next.ConsoleState = edit.State
	}
	if edit.CouponCodeMode != "" {
		next.CodeMode = edit.CouponCodeMode
	}
	if edit.BeginTime != nil {
		next.Begin = *edit.BeginTime
	}
	if edit.EndTime != nil {
		next.End = *edit.EndTime
	}
	if edit.AvailableCodes != nil {
		next.Codes = *edit.AvailableCodes
	}
	if !next.End.After(next.Begin) {
		return StockInfo{}, wrongContent("endTime must be after beginTime")
	}
	next.Body = next.editedBody()
	return b.putEdited(&next)
}

// editedBody is the stock's body with what an edit may have changed. The old one stays as it is,
// since others may be reading it.
func (s *stock) editedBody() map[string]any {
	body, rule, times := maps.Clone(s.Body), map[string]any{}, map[string]any{}
	if old, ok := body["coupon_use_rule"].(map[string]any); ok {
		rule = maps.Clone(old)
	}
	if old, ok := rule["coupon_available_time"].(map[string]any); ok {
		times = maps.Clone(old)
	}
	times["available_begin_time"] = s.Begin.In(beijing).Format(time.RFC3339)
	times["available_end_time"] = s.End.In(beijing).Format(time.RFC3339)
	rule["coupon_available_time"] = times
	body["coupon_use_rule"], body["coupon_code_mode"] = rule, s.CodeMode
	return body
}
