package wechatpay

import (
	"errors"
	"fmt"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

// The actions of the console on a favor stock, beside ConsolePause and ConsoleForget.
const (
	ConsoleStart   = "start"
	ConsoleRestart = "restart"
	ConsoleStop    = "stop"
	// ConsoleApprove ends an audit.
	ConsoleApprove = "approve"
	// ConsoleCopy makes another stock with the same content and no request number.
	ConsoleCopy = "copy"
)

// ErrNoFavorAction says that the console cannot do that to a favor stock.
var ErrNoFavorAction = fmt.Errorf("there is no such action: %s, %s, %s, %s, %s, %s or %s",
	ConsoleStart, ConsolePause, ConsoleRestart, ConsoleStop, ConsoleApprove, ConsoleCopy, ConsoleForget)

var errNotKept = errors.New("the stock could not be kept in the state directory")

// FavorStockInfo is a favor stock as the simulator's own pages show it.
type FavorStockInfo struct {
	StockID string `json:"stockId"`
	Mchid   string `json:"mchid"`
	// OutRequestNo is empty for a stock that was made in the console without one.
	OutRequestNo string `json:"outRequestNo,omitempty"`
	StockName    string `json:"stockName"`
	Status       string `json:"status"`
	NoCash       bool   `json:"noCash"`
	MaxAmount    int64  `json:"maxAmount"`
	// Distributed is the number of coupons that were handed out.
	Distributed int64 `json:"distributed"`
	// Locked is what the ledger says that the stock holds, in fen.
	Locked         int64      `json:"locked"`
	BeginTime      time.Time  `json:"beginTime"`
	EndTime        time.Time  `json:"endTime"`
	MerchantIDs    []string   `json:"merchantIds,omitempty"`
	CreateTime     time.Time  `json:"createTime"`
	CreateRealTime time.Time  `json:"createRealTime"`
	StartTime      *time.Time `json:"startTime,omitempty"`
	PauseTime      *time.Time `json:"pauseTime,omitempty"`
	RestartTime    *time.Time `json:"restartTime,omitempty"`
	StopTime       *time.Time `json:"stopTime,omitempty"`
	// Forgotten says that the gateway answers 404 for it.
	Forgotten bool `json:"forgotten,omitempty"`
}

func (f *favor) info(s *favorStock) FavorStockInfo {
	return FavorStockInfo{
		StockID: s.ID, Mchid: s.Mchid, OutRequestNo: s.Request.OutRequestNo, StockName: s.Request.StockName, Status: f.status(s),
		NoCash: s.Request.NoCash, MaxAmount: s.Request.StockUseRule.MaxAmount, Distributed: s.Distributed, Locked: s.locked(),
		BeginTime: s.begin(), EndTime: s.end(), MerchantIDs: s.Request.CouponUseRule.AvailableMerchants,
		CreateTime: s.Created, CreateRealTime: s.CreatedReal,
		StartTime: s.StartedAt, PauseTime: s.PausedAt, RestartTime: s.RestartedAt, StopTime: f.stoppedAt(s), Forgotten: s.Forgotten,
	}
}

// FavorStocks shows the favor stocks of one merchant, or of all for an empty id, in the order of
// their creation.
func (g *Gateway) FavorStocks(mchid string) ([]FavorStockInfo, error) {
	f := g.favor
	f.mu.Lock()
	defer f.mu.Unlock()
	if refused := f.returnMoney(); refused != nil {
		return nil, errNotKept
	}
	all := make([]FavorStockInfo, 0, len(f.byID))
	for _, id := range f.inOrder() {
		if s := f.byID[id]; mchid == "" || s.Mchid == mchid {
			all = append(all, f.info(s))
		}
	}
	return all, nil
}

// ConsoleFavor does to a favor stock what somebody could do in the merchant console, or what
// happens to it. Starting it locks money as the API's start does.
func (g *Gateway) ConsoleFavor(id, action string) (FavorStockInfo, error) {
	f := g.favor
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.byID[id]
	if s == nil {
		return FavorStockInfo{}, ErrNoStock
	}
	next, refused := f.consoleStep(s, action)
	switch {
	case refused != nil:
		return FavorStockInfo{}, fmt.Errorf("%w: %s", ErrWrongState, refused.detail.Issue)
	case next == nil:
		return FavorStockInfo{}, ErrNoFavorAction
	}
	return f.putByConsole(next)
}

// consoleStep is the stock after an action; nil when there is no such action.
func (f *favor) consoleStep(s *favorStock, action string) (*favorStock, *apiError) {
	steps := map[string]favorStep{
		ConsoleStart: (*favor).started, ConsolePause: (*favor).paused, ConsoleRestart: (*favor).restarted,
		ConsoleStop: (*favor).stoppedByConsole, ConsoleApprove: (*favor).approved,
	}
	if step := steps[action]; step != nil {
		next, refused := step(f, s, cause{operation: "console"})
		if next == nil {
			next = s
		}
		return next, refused
	}
	switch action {
	case ConsoleForget:
		next := *s
		next.Forgotten = true
		return &next, nil
	case ConsoleCopy:
		body := s.Request
		body.OutRequestNo = ""
		return f.newStock(s.Mchid, &body, ""), nil
	}
	return nil, nil
}

// stoppedByConsole ends a stock in any state, which no call of the API can.
func (f *favor) stoppedByConsole(s *favorStock, _ cause) (*favorStock, *apiError) {
	if f.status(s) == favorStopped {
		return nil, nil
	}
	next, now := *s, f.g.clock.Now()
	next.StoppedAt = &now
	return &next, nil
}

func (f *favor) approved(s *favorStock, _ cause) (*favorStock, *apiError) {
	return f.turned(s, favorAudit, favorRunning, func(next *favorStock, _ time.Time) { next.Auditing, next.AuditUntil = false, nil })
}

func (f *favor) putByConsole(s *favorStock) (FavorStockInfo, error) {
	if f.put(s) != nil {
		return FavorStockInfo{}, errNotKept
	}
	if f.returnMoney() != nil {
		return FavorStockInfo{}, errNotKept
	}
	return f.info(f.byID[s.ID]), nil
}

// CreateFavorInConsole makes a favor stock as a person in the console does. The body is that of the
// API's create, but out_request_no may be left out, and neither the clock nor other merchants count.
func (g *Gateway) CreateFavorInConsole(mchid string, raw []byte) (FavorStockInfo, error) {
	if g.accounts[mchid] == nil {
		return FavorStockInfo{}, ErrNoMerchant
	}
	doc, refused := parseBody(raw)
	if refused != nil {
		return FavorStockInfo{}, refused.contentError()
	}
	f := g.favor
	body, refused := f.read(doc, optional)
	if refused != nil {
		return FavorStockInfo{}, refused.contentError()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if body.OutRequestNo != "" && f.byNumber[mchid+" "+body.OutRequestNo] != "" {
		return FavorStockInfo{}, ErrNumberInUse
	}
	return f.putByConsole(f.newStock(mchid, body, digestOf(doc)))
}

// FavorEdit is a change of a favor stock that no call of the API can make; what is left out stays.
type FavorEdit struct {
	// DistributedCoupons is how many coupons were handed out.
	DistributedCoupons *int64 `json:"distributedCoupons"`
	// Content is a JSON merge patch (RFC 7386) in the shape of a create.
	Content map[string]any `json:"content"`
}

// EditFavor changes a favor stock.
func (g *Gateway) EditFavor(id string, edit FavorEdit) (FavorStockInfo, error) {
	if edit.DistributedCoupons == nil && len(edit.Content) == 0 {
		return FavorStockInfo{}, wrongContent("say distributedCoupons or content")
	}
	f := g.favor
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.byID[id]
	if s == nil {
		return FavorStockInfo{}, ErrNoStock
	}
	next := *s
	if len(edit.Content) > 0 {
		body, err := f.edited(s, edit.Content)
		if err != nil {
			return FavorStockInfo{}, err
		}
		next.Request = *body
	}
	if n := edit.DistributedCoupons; n != nil {
		next.Distributed = *n
	}
	if most := next.Request.StockUseRule.MaxCoupons; next.Distributed < 0 || next.Distributed > most {
		return FavorStockInfo{}, wrongContent("distributedCoupons must be from 0 to max_coupons, %d", most)
	}
	return f.putByConsole(&next)
}

// edited is a stock's content after a patch. The budget of a started stock stays as it was locked.
func (f *favor) edited(s *favorStock, patch map[string]any) (*favorBody, error) {
	doc, refused := parseBody(encode(schema.Merge(asObject(s.Request), patch)))
	if refused != nil {
		return nil, refused.contentError()
	}
	body, refused := f.read(doc, optional)
	switch {
	case refused != nil:
		return nil, refused.contentError()
	case body.OutRequestNo != s.Request.OutRequestNo:
		return nil, wrongContent("out_request_no: cannot be changed")
	case s.StartedAt != nil && (body.NoCash != s.Request.NoCash || body.StockUseRule.MaxAmount != s.Request.StockUseRule.MaxAmount):
		return nil, wrongContent("no_cash and max_amount cannot be changed once the stock is started")
	}
	return body, nil
}
