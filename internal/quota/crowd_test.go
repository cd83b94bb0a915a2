package quota

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

var key = Key{Gateway: "https://gateway.example", Account: "1900000109", Endpoint: Endpoint{"PayGiftActivity", providers.OperationCreate}}

var otherAccount = Key{Gateway: key.Gateway, Account: "1900000110", Endpoint: key.Endpoint}

func newPacer(limits Limits) (*Pacer, *clocktesting.FakePassiveClock) {
	clock := clocktesting.NewFakePassiveClock(noon)
	return New(clock, limits), clock
}

// crowd are callers who ask, wait as they are told, and ask again, on a clock that is turned to
// whoever comes next.
type crowd struct {
	t     *testing.T
	pacer *Pacer
	clock *clocktesting.FakePassiveClock
	// late is how late a caller comes.
	late func() time.Duration
	asks int
	// again are calls that are wanted again as soon as they went.
	again map[string]bool

	callers []caller
}

type caller struct {
	Call
	comes instant
}

// went is a call that was let go.
type went struct {
	Call
	at instant
}

func newCrowd(t *testing.T, limits Limits) *crowd {
	pacer, clock := newPacer(limits)
	return &crowd{t: t, pacer: pacer, clock: clock, late: func() time.Duration { return 0 }, again: map[string]bool{}}
}

// lateUpTo makes callers late at random.
func (c *crowd) lateUpTo(most time.Duration, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	c.late = func() time.Duration { return time.Duration(random.Int64N(int64(most))) }
}

// comes lets a caller ask for the first time.
func (c *crowd) comes(after time.Duration, calls ...Call) {
	for _, call := range calls {
		c.callers = append(c.callers, caller{call, after})
	}
}

// pass lets everybody ask who comes until then, and returns what went.
func (c *crowd) pass(until time.Duration) []went {
	c.t.Helper()
	var all []went
	for {
		next := -1
		for i := range c.callers {
			if next < 0 || c.callers[i].comes < c.callers[next].comes {
				next = i
			}
		}
		if next < 0 || c.callers[next].comes > until {
			c.clock.SetTime(noon.Add(until))
			return all
		}
		now := &c.callers[next]
		c.clock.SetTime(noon.Add(now.comes))
		estimate := c.pacer.Estimate(now.Call)
		wait := c.pacer.Ask(now.Call)
		c.asks++
		if wait != estimate {
			c.t.Fatalf("%s is told to wait %s after an estimate of %s", now.Waiter, wait, estimate)
		}
		if wait == 0 {
			all = append(all, went{now.Call, now.comes})
			if !c.again[now.Waiter] {
				c.callers = append(c.callers[:next], c.callers[next+1:]...)
			}
			continue
		}
		if wait < time.Millisecond {
			c.t.Fatalf("%s is told to wait %s", now.Waiter, wait)
		}
		now.comes += wait + c.late()
	}
}

// many are n calls of one class.
func many(n int, key Key, class Class) []Call {
	var calls []Call
	for i := range n {
		calls = append(calls, Call{Key: key, Class: class, Waiter: fmt.Sprintf("%s/%d/%d", key.Account, class, i)})
	}
	return calls
}

func times(all []went) []instant {
	var times []instant
	for _, w := range all {
		times = append(times, w.at)
	}
	return times
}

// when is when a waiter went after noon; it fails the test when it did not.
func when(t *testing.T, all []went, waiter string) instant {
	t.Helper()
	for _, w := range all {
		if w.Waiter == waiter {
			return w.at
		}
	}
	t.Fatalf("%s never went", waiter)
	return 0
}
