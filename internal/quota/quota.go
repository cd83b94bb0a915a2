// Package quota paces calls so that no gateway has to refuse one for its rate. Waiting
// never holds a worker: callers are told how long to wait and come back.
package quota

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/utils/clock"

	"github.com/campaign-operator/campaign-operator/providers"
)

// Key names a bucket: calls of one operation for one merchant id or app id at one gateway.
// It is the vendor's unit of account, not the account resource: two resources with the same
// merchant id share a bucket.
type Key struct {
	Gateway, Account string
	Operation        providers.Operation
}

// Limits are calls per second by operation; an operation without a limit is not paced.
type Limits map[providers.Operation]rate.Limit

// Defaults are the figures used where a vendor publishes none (pay gift): at most one
// mutating call and ten reads a second for a merchant.
func Defaults() Limits {
	return Limits{
		providers.OperationCreate:    1,
		providers.OperationTerminate: 1,
		providers.OperationGet:       10,
		providers.OperationList:      10,
	}
}

// Pacer holds the buckets. A new one starts empty, so that a new leader never adds its own
// burst to what the former one has just spent.
type Pacer struct {
	clock  clock.PassiveClock
	limits Limits

	mu      sync.Mutex
	buckets map[Key]*bucket
}

type bucket struct {
	limiter *rate.Limiter
	// closedUntil is set by a 429: nothing goes before it.
	closedUntil time.Time
}

// New returns a pacer; nil limits pace nothing but still honour refusals.
func New(clock clock.PassiveClock, limits Limits) *Pacer {
	return &Pacer{clock: clock, limits: limits, buckets: map[Key]*bucket{}}
}

// Take takes a token and returns 0, or takes none and returns how long to wait before
// asking again.
func (p *Pacer) Take(key Key) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	b := p.bucket(key, now)
	if wait := b.closedUntil.Sub(now); wait > 0 {
		return wait
	}
	if b.limiter == nil {
		return 0
	}
	reservation := b.limiter.ReserveN(now, 1)
	if wait := reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return wait
	}
	return 0
}

// Turn returns when a call may be sent: its place in the queue of its key. former is what Turn
// returned for the same call before, zero at first; it stays good unless the gateway has asked
// for a pause since, after which nobody may come all at once.
func (p *Pacer) Turn(key Key, former time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	b := p.bucket(key, now)
	if !former.IsZero() && !former.Before(b.closedUntil) {
		return former
	}
	from := now
	if b.closedUntil.After(now) {
		from = b.closedUntil
	}
	if b.limiter == nil {
		return from
	}
	return from.Add(b.limiter.ReserveN(from, 1).DelayFrom(from))
}

// Refused records that the gateway answered 429: nothing of this key goes for the pause
// it asked for, or for a default where it asked for none.
func (p *Pacer) Refused(key Key, pause time.Duration) {
	const defaultPause = 30 * time.Second
	if pause <= 0 {
		pause = defaultPause
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	b := p.bucket(key, now)
	if until := now.Add(pause); until.After(b.closedUntil) {
		b.closedUntil = until
	}
}

// bucket is called with mu held.
func (p *Pacer) bucket(key Key, now time.Time) *bucket {
	if b, ok := p.buckets[key]; ok {
		return b
	}
	b := &bucket{}
	if limit, ok := p.limits[key.Operation]; ok {
		// A burst of one second's worth; the first token is there at once.
		burst := max(1, int(limit))
		b.limiter = rate.NewLimiter(limit, burst)
		b.limiter.ReserveN(now, burst-1)
	}
	p.buckets[key] = b
	return b
}
