// Package quota paces calls so that no gateway has to refuse one for its rate. Calls of one quota
// queue: those that stop something first, bulk last. Waiting never holds a worker: callers are
// told how long to wait and come back.
package quota

import (
	"sync"
	"time"

	"k8s.io/utils/clock"
)

const (
	// minWait keeps a caller that has to wait from asking again at once.
	minWait = time.Millisecond
	// defaultPause is for a gateway that refuses a call for its rate and asks for no pause.
	defaultPause = 30 * time.Second
)

// Key names a quota: calls of one endpoint for one merchant id or app id at one gateway.
// It is the vendor's unit of account, not the account resource: two resources with the same
// merchant id share a quota.
type Key struct {
	Gateway, Account string
	Endpoint
}

// Call is a call that is to be made.
type Call struct {
	// Key is the quota that it uses.
	Key Key
	// Waiter is who waits for it, such as kind/namespace/name: the same each time it asks. It has one
	// place in the queue of a key.
	Waiter string
	// Class and Begin are its place among those who wait.
	Class Class
	// Begin orders the calls of a class, the earliest first; calls without one come last.
	Begin time.Time
}

// place is what a waiter has at most one of.
type place struct {
	Key
	waiter string
}

// Pacer holds the quotas. A new one starts empty, so that a new leader never adds its own
// burst to what the former one has just spent. It is safe for concurrent use.
type Pacer struct {
	clock  clock.PassiveClock
	limits Limits
	// made is when it was made; instants count from it.
	made time.Time

	mu sync.Mutex
	// accounts are the limits per account, sources those per source address, without an account.
	accounts, sources map[Key]*bucket
	waiters           map[place]*waiter
	arrivals          uint64
}

// New returns a pacer; nil limits pace nothing but still honour refusals.
func New(clock clock.PassiveClock, limits Limits) *Pacer {
	return &Pacer{
		clock: clock, limits: limits, made: clock.Now(),
		accounts: map[Key]*bucket{}, sources: map[Key]*bucket{}, waiters: map[place]*waiter{},
	}
}

// Ask takes a slot and returns 0 when it is the call's turn; the call is then to be made at once,
// because the slots of the others count from now. Otherwise it takes or keeps a place in the queue
// and returns when to ask again: the turn of this place, unless others with better reasons come in
// between. To ask sooner does no harm and may find that others have left. Who has not asked again a
// minute after its time loses its place.
func (p *Pacer) Ask(c Call) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.forgetLost(p.account(c.Key, now), now)
	w := p.join(c, now)
	wait := p.wait(w, now)
	if wait > 0 {
		w.due = now + wait
		return wait
	}
	w.account.serve(now)
	if source := p.source(c.Key, now); source != nil {
		source.serve(now)
	}
	p.remove(w)
	return 0
}

// Estimate returns what Ask would, and neither makes a place in the queue nor uses one up.
func (p *Pacer) Estimate(c Call) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.forgetLost(p.account(c.Key, now), now)
	former := p.waiters[place{c.Key, c.Waiter}]
	w := p.join(c, now)
	wait := p.wait(w, now)
	p.remove(w)
	if former != nil {
		p.add(former, now)
	}
	return wait
}

// Leave gives up a place in the queue: the call is not wanted any more.
func (p *Pacer) Leave(key Key, waiter string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.waiters[place{key, waiter}]; w != nil {
		p.remove(w)
	}
}

// Refused records that the gateway answered 429: nothing of this key goes for the pause
// it asked for, or for a default where it asked for none. Afterwards calls go one by one.
func (p *Pacer) Refused(key Key, pause time.Duration) {
	if pause <= 0 {
		pause = defaultPause
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	b := p.account(key, now)
	b.pausedUntil = max(b.pausedUntil, now+pause)
	b.pause(b.pausedUntil)
}

func (p *Pacer) now() instant { return p.clock.Now().Sub(p.made) }

// wait is how long w has to wait. It and all below are called with mu held.
func (p *Pacer) wait(w *waiter, now instant) time.Duration {
	turn := w.account.turn(w, now)
	if source := p.source(w.Key, now); source != nil {
		turn = source.turnFrom(w, turn, now)
	}
	if turn <= now {
		return 0
	}
	return max(turn-now, minWait)
}

// join returns a waiter for a call, at the place that its caller already has or at a new one.
func (p *Pacer) join(c Call, now instant) *waiter {
	w := &waiter{Call: c, account: p.account(c.Key, now)}
	if former := p.waiters[place{c.Key, c.Waiter}]; former != nil {
		p.remove(former)
		w.arrival = former.arrival
	} else {
		p.arrivals++
		w.arrival = p.arrivals
	}
	p.add(w, now)
	return w
}

func (p *Pacer) add(w *waiter, now instant) {
	p.waiters[place{w.Key, w.Waiter}] = w
	w.account.add(w)
	if source := p.source(w.Key, now); source != nil {
		source.add(w)
	}
}

func (p *Pacer) remove(w *waiter) {
	delete(p.waiters, place{w.Key, w.Waiter})
	w.account.remove(w)
	if source := p.sources[sourceOf(w.Key)]; source != nil {
		source.remove(w)
	}
}

func (p *Pacer) forgetLost(b *bucket, now instant) {
	for _, w := range b.lost(now) {
		p.remove(w)
	}
}

func (p *Pacer) account(key Key, now instant) *bucket {
	return bucketOf(p.accounts, key, p.limits.of(key.Endpoint).PerAccount, now)
}

// source is nil for operations without a limit per source address.
func (p *Pacer) source(key Key, now instant) *bucket {
	limit := p.limits.of(key.Endpoint).PerSource
	if limit == (Rate{}) {
		return nil
	}
	return bucketOf(p.sources, sourceOf(key), limit, now)
}

func sourceOf(key Key) Key { return Key{Gateway: key.Gateway, Endpoint: key.Endpoint} }

func bucketOf(buckets map[Key]*bucket, key Key, limit Rate, now instant) *bucket {
	b := buckets[key]
	if b == nil {
		b = &bucket{lattice: newLattice(limit, now)}
		buckets[key] = b
	}
	return b
}
