package wechatpay

import (
	"net/http"
	"time"
)

type favorStartReply struct {
	StartTime string `json:"start_time"`
	StockID   string `json:"stock_id"`
}

type favorPauseReply struct {
	PauseTime string `json:"pause_time"`
	StockID   string `json:"stock_id"`
}

type favorRestartReply struct {
	RestartTime string `json:"restart_time"`
	StockID     string `json:"stock_id"`
}

type favorStopReply struct {
	StopTime string `json:"stop_time"`
	StockID  string `json:"stock_id"`
}

// favorStep takes a stock into another state. It gives nil for a stock that is there already: the
// calls are re-entrant.
type favorStep func(f *favor, s *favorStock, why cause) (*favorStock, *apiError)

// step does a call that changes a stock's state, and answers with what reply makes of the stock.
func (f *favor) step(rq *request, do favorStep, reply func(*favorStock) any) (outcome, *apiError) {
	creator, refused := creatorIn(rq.body)
	if refused != nil {
		return outcome{}, refused
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s, refused := f.forCreator(rq, creator)
	if refused != nil {
		return outcome{}, refused
	}
	next, refused := do(f, s, cause{operation: rq.operation, requestID: rq.id})
	if refused != nil {
		return outcome{}, refused
	}
	if next == nil {
		return outcome{body: reply(s)}, nil
	}
	if refused := f.put(next); refused != nil {
		return outcome{}, refused
	}
	return outcome{body: reply(next), committed: true}, nil
}

// creatorIn reads the body that all these calls have.
func creatorIn(raw []byte) (string, *apiError) {
	doc, refused := parseBody(raw)
	if refused != nil {
		return "", refused
	}
	if refused := check(object(required("stock_creator_mchid", merchantID)), doc); refused != nil {
		return "", refused
	}
	return doc["stock_creator_mchid"].(string), nil
}

// forCreator finds a stock for a call that only its creator may make. The caller holds the lock.
func (f *favor) forCreator(rq *request, creator string) (*favorStock, *apiError) {
	s := f.owned(rq.params["id"], creator)
	if s == nil {
		return nil, notFound("批次")
	}
	if rq.account.Mchid != s.Mchid {
		return nil, notYours()
	}
	return s, nil
}

func notYours() *apiError {
	return ruleError("调用商户无权限，请检查是否是自己的批次", "", "the caller is not the stock's creator").as(http.StatusForbidden, "REQUEST_BLOCKED")
}

func (f *favor) start(rq *request) (outcome, *apiError) {
	return f.step(rq, (*favor).started, func(s *favorStock) any {
		return favorStartReply{StartTime: f.g.stampPointer(s.StartedAt), StockID: s.ID}
	})
}

func (f *favor) pause(rq *request) (outcome, *apiError) {
	return f.step(rq, (*favor).paused, func(s *favorStock) any {
		return favorPauseReply{PauseTime: f.g.stampPointer(s.PausedAt), StockID: s.ID}
	})
}

func (f *favor) restart(rq *request) (outcome, *apiError) {
	return f.step(rq, (*favor).restarted, func(s *favorStock) any {
		at := s.RestartedAt
		if at == nil {
			at = s.StartedAt // it never was paused
		}
		return favorRestartReply{RestartTime: f.g.stampPointer(at), StockID: s.ID}
	})
}

func (f *favor) stop(rq *request) (outcome, *apiError) {
	switch f.g.switches.Get(SwitchFavorStop) {
	case "notFound":
		return outcome{}, unknownPath.refusal
	case "refuse":
		return outcome{}, ruleError("商户无权限调用该接口", "", "the call is not open to the merchant").as(http.StatusForbidden, "NO_AUTH")
	}
	return f.step(rq, (*favor).stoppedUnused, func(s *favorStock) any {
		return favorStopReply{StopTime: f.g.stampPointer(s.StoppedAt), StockID: s.ID}
	})
}

// wrongState refuses a step that the stock's state does not allow.
func (f *favor) wrongState(s *favorStock) *apiError {
	status := f.status(s)
	message := "批次状态不允许该操作"
	if status == favorStopped || status == favorUnactivated {
		message = "活动已结束或未激活"
	}
	return ruleError(message, "", "the stock is "+status)
}

// started activates a stock. Money is locked only on the way out of unactivated, which a stock
// takes once in its life.
func (f *favor) started(s *favorStock, why cause) (*favorStock, *apiError) {
	switch status := f.status(s); {
	case status == favorRunning || status == favorAudit:
		return nil, nil
	case status == favorPaused && f.g.switches.Is(SwitchFavorStartPaused, "sameTime"):
		return nil, nil
	case status != favorUnactivated || !f.g.clock.Now().Before(s.end()):
		return nil, f.wrongState(s)
	case f.g.clock.Real().Sub(s.CreatedReal) < f.g.switches.Duration(SwitchFavorSettle):
		return nil, f.tooEarly()
	}
	next, now := *s, f.g.clock.Now()
	next.StartedAt = &now
	f.beginAudit(&next)
	if refused := f.lock(&next, why); refused != nil {
		return nil, refused
	}
	return &next, nil
}

// tooEarly refuses the start of a stock that is not registered yet, with the code that the switch says.
func (f *favor) tooEarly() *apiError {
	status, code := http.StatusBadRequest, f.g.switches.Get(SwitchFavorSettleCode)
	if code == "RULE_LIMIT" || code == "REQUEST_BLOCKED" {
		status = http.StatusForbidden
	}
	return ruleError("卡信息尚未注册，请稍后重试", "", "the stock is not registered yet: wait a minute").as(status, code)
}

func (f *favor) beginAudit(next *favorStock) {
	switch f.g.switches.Get(SwitchFavorAudit) {
	case "delay":
		until := f.g.clock.Real().Add(f.g.switches.Duration(SwitchFavorAuditDelay))
		next.AuditUntil = &until
	case "never":
		next.Auditing = true
	}
}

func (f *favor) paused(s *favorStock, _ cause) (*favorStock, *apiError) {
	return f.turned(s, favorRunning, favorPaused, func(next *favorStock, now time.Time) { next.Paused, next.PausedAt = true, &now })
}

func (f *favor) restarted(s *favorStock, _ cause) (*favorStock, *apiError) {
	return f.turned(s, favorPaused, favorRunning, func(next *favorStock, now time.Time) { next.Paused, next.RestartedAt = false, &now })
}

// turned takes a stock from one state to another.
func (f *favor) turned(s *favorStock, from, to string, change func(*favorStock, time.Time)) (*favorStock, *apiError) {
	switch f.status(s) {
	case to:
		return nil, nil
	case from:
		next := *s
		change(&next, f.g.clock.Now())
		return &next, nil
	}
	return nil, f.wrongState(s)
}

// stoppedUnused ends a stock that was never started.
func (f *favor) stoppedUnused(s *favorStock, _ cause) (*favorStock, *apiError) {
	switch {
	case s.StartedAt == nil && s.StoppedAt != nil:
		return nil, nil
	case f.status(s) != favorUnactivated:
		return nil, f.wrongState(s)
	}
	next, now := *s, f.g.clock.Now()
	next.StoppedAt = &now
	return &next, nil
}
