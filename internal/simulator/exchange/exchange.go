// Package exchange takes a call through what all simulated gateways have in common: it is
// recorded, struck by faults, answered by its vendor, sealed and sent.
package exchange

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/clock"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	"github.com/campaign-operator/campaign-operator/internal/simulator/journal"
)

// Call is a call as the gateway received it.
type Call struct {
	Request *http.Request
	// Target is the path with its query, byte for byte as it was sent.
	Target string
	// Operation names what is asked, such as paygift.create.
	Operation string
	// Account is the merchant or app that the call claims to come from; not proven yet.
	Account string
	// Mutating says that the operation may change something.
	Mutating bool
	// Body is exactly what was sent.
	Body []byte
}

// Reply is what the gateway answers.
type Reply struct {
	Status int
	Body   []byte
	// Code is the error code in the body.
	Code string
	// Refused says that the body refuses though the status is 2xx.
	Refused bool
	// Committed says that the call changed something.
	Committed bool
	// RetryAfter is sent in seconds unless it is 0.
	RetryAfter int
	// HTML marks a page as a proxy in front of the gateway would send it: never signed.
	HTML bool
	// Account whose keys sign the reply; empty when the caller could not be told.
	Account string
	// RequestID and Header are filled in when the reply is sealed.
	RequestID string
	Header    http.Header
}

// Damage is what a fault does to the signature of a reply.
type Damage string

// The damages.
const (
	NoDamage     Damage = ""
	BadSignature Damage = "badSignature"
	SignTest     Damage = "signtest"
)

// Vendor is a simulated gateway.
type Vendor interface {
	// Handle does what the call asks for.
	Handle(call *Call) *Reply
	// Refuse makes the reply for an injected refusal.
	Refuse(call *Call, status int, code string, retryAfter int) *Reply
	// Seal adds headers and signature.
	Seal(call *Call, reply *Reply, damage Damage)
}

// Exchange serves calls. Stop ends when the simulator closes.
type Exchange struct {
	Faults  *faults.Queue
	Journal *journal.Journal
	Clock   *clock.Clock
	Stop    context.Context
}

// Serve takes one call through.
func (x *Exchange) Serve(w http.ResponseWriter, v Vendor, call *Call) {
	ctx, cancel := context.WithCancel(call.Request.Context())
	defer cancel()
	defer context.AfterFunc(x.Stop, cancel)()

	p := &passage{Exchange: x, ctx: ctx, w: w, vendor: v, call: call, arrived: x.Clock.Real()}
	p.entry = x.Journal.Begin(journal.Entry{
		Time: p.arrived, CampaignTime: x.Clock.Now(), Method: call.Request.Method, Path: call.Target,
		Operation: call.Operation, Account: call.Account,
	}, call.Body, call.Mutating)
	defer p.end(false) // when the call leaves by a panic that is not ours

	if p.before(); p.reply == nil {
		p.reply = v.Handle(call)
	}
	damage, half := p.after()
	v.Seal(call, p.reply, damage)
	p.end(true)
	p.send(half)
}

// passage is one call on its way.
type passage struct {
	*Exchange
	ctx     context.Context
	w       http.ResponseWriter
	vendor  Vendor
	call    *Call
	arrived time.Time
	entry   *journal.Entry
	reply   *Reply
	ended   bool
}

// end records what becomes of the call. It comes before the client learns that, so that whoever has
// an answer, or has been cut off, finds it in the journal and the counters.
func (p *passage) end(sent bool) {
	if p.ended {
		return
	}
	p.ended = true
	p.Journal.End(p.entry, func(e *journal.Entry) {
		e.Milliseconds = p.Clock.Real().Sub(p.arrived).Milliseconds()
		if p.reply == nil {
			return
		}
		e.Committed, e.RequestID = p.reply.Committed, p.reply.RequestID
		if sent {
			e.Status, e.Code = p.reply.Status, p.reply.Code
		}
	})
}

// before lets a fault strike before the call has an effect. It may answer the call.
func (p *passage) before() {
	s := p.take(faults.BeforeCommit)
	if s == nil {
		return
	}
	p.pause(s.Wait)
	switch s.Action {
	case faults.Status:
		p.reply = p.vendor.Refuse(p.call, s.Status, s.Code, s.RetryAfter)
	case faults.Reset:
		p.abort()
	case faults.Timeout:
		p.hang()
	case faults.HoldBeforeCommit:
		if s.Hold(p.ctx) != nil {
			p.abort()
		}
	}
}

// after lets a fault strike a call that had its effect. It may replace the reply, spoil its
// signature, or ask for half of it to be sent.
func (p *passage) after() (damage Damage, half bool) {
	if status := p.reply.Status; status < 200 || status > 299 || p.reply.Refused {
		return NoDamage, false // a refusal has no effect whose reply could be lost
	}
	s := p.take(faults.AfterCommit)
	if s == nil {
		return NoDamage, false
	}
	p.pause(s.Wait)
	switch s.Action {
	case faults.CommitThenReset:
		p.abort()
	case faults.CommitThenTimeout:
		p.hang()
	case faults.CommitThenHold:
		if s.Hold(p.ctx) != nil {
			p.abort()
		}
	case faults.CommitThenStatus, faults.CommitThen500:
		committed := p.reply.Committed
		p.reply = p.vendor.Refuse(p.call, s.Status, s.Code, s.RetryAfter)
		p.reply.Committed = committed
	case faults.BadSignature:
		return BadSignature, false
	case faults.SignTest:
		return SignTest, false
	case faults.TruncatedBody:
		return NoDamage, true
	}
	return NoDamage, false
}

// take finds the fault that strikes. The journal says so before anybody can learn it from the rule.
func (p *passage) take(phase faults.Phase) *faults.Strike {
	return p.Faults.Take(phase, p.call.Account, p.call.Operation, p.call.Request.Method, p.call.Target, func(action faults.Action) {
		p.Journal.Update(p.entry, func(e *journal.Entry) { e.Fault = string(action) })
	})
}

// pause waits, and gives up with the client or the server.
func (p *passage) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.ctx.Done():
		p.abort()
	}
}

// hang keeps the client waiting until it or the server gives up.
func (p *passage) hang() {
	<-p.ctx.Done()
	p.abort()
}

// abort cuts the connection, with a TCP reset where that is possible, and does not return.
func (p *passage) abort() {
	p.end(false)
	if conn, _, err := http.NewResponseController(p.w).Hijack(); err == nil {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
	panic(http.ErrAbortHandler)
}

func (p *passage) send(half bool) {
	header := p.w.Header()
	for name, values := range p.reply.Header {
		header[name] = values
	}
	if p.reply.RetryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(p.reply.RetryAfter))
	}
	if p.reply.Status != http.StatusNoContent {
		header.Set("Content-Length", strconv.Itoa(len(p.reply.Body)))
	}
	p.w.WriteHeader(p.reply.Status)
	if half {
		_, _ = p.w.Write(p.reply.Body[:len(p.reply.Body)/2])
		_ = http.NewResponseController(p.w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = p.w.Write(p.reply.Body) // a client that has gone misses it, as it would in life
}
