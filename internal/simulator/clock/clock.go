// Package clock keeps the simulator's two times: real time, which signatures and quotas live in,
// and campaign time, which activities begin and end in and which a rehearsal may set, advance or speed up.
package clock

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// MaxRate is the fastest that campaign time may run: twelve days a second.
const MaxRate = 1e6

// Clock is a campaign clock over a real one. It is safe for concurrent use.
type Clock struct {
	real func() time.Time

	mu sync.Mutex
	// At real time anchor it was base in the campaign; since then campaign time ran at rate.
	base   time.Time
	anchor time.Time
	rate   float64
}

// State is what is needed to go on with the same campaign time after a restart.
type State struct {
	// At real time Anchor it was Base in the campaign.
	Base   time.Time `json:"base"`
	Anchor time.Time `json:"anchor"`
	// Rate is how many campaign seconds pass in a real one since; 0 stands still.
	Rate float64 `json:"rate"`
}

// New makes a clock that shows real time until it is told otherwise.
func New(realNow func() time.Time) *Clock {
	now := realNow()
	return &Clock{real: realNow, base: now, anchor: now, rate: 1}
}

// Real is the time of the machine.
func (c *Clock) Real() time.Time { return c.real() }

// Now is the time in the campaign.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	elapsed := c.real().Sub(c.anchor)
	if c.rate == 1 {
		return c.base.Add(elapsed) // exact: no trip through a float
	}
	// A fast clock that is left running must not overflow: it stops a hundred years on.
	passed := min(float64(elapsed)*c.rate, float64(100*365*24*time.Hour))
	return c.base.Add(time.Duration(passed))
}

// Set moves campaign time to t.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.anchor = t, c.real()
}

// Advance moves campaign time by d, which may be negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.anchor = c.now().Add(d), c.real()
}

// SetRate lets campaign time run rate times as fast as real time; 0 stops it.
func (c *Clock) SetRate(rate float64) error {
	if rate < 0 || rate > MaxRate || rate != rate {
		return fmt.Errorf("rate must be between 0 and %.0f, not %v", MaxRate, rate)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.anchor, c.rate = c.now(), c.real(), rate
	return nil
}

// Rate is how many campaign seconds pass in a real one.
func (c *Clock) Rate() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rate
}

// Reset shows real time again.
func (c *Clock) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.real()
	c.base, c.anchor, c.rate = now, now, 1
}

// State is the clock's state for keeping.
func (c *Clock) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	// Without the monotonic reading, which means nothing to another process.
	return State{Base: c.base.Round(0), Anchor: c.anchor.Round(0), Rate: c.rate}
}

// Restore goes on from a kept state. Campaign time passed at its rate while nothing ran.
func (c *Clock) Restore(s State) error {
	if err := c.SetRate(s.Rate); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.anchor = s.Base, s.Anchor
	return nil
}

// ParseDuration reads a Go duration or a number of days such as "90d".
func ParseDuration(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || n < -36500 || n > 36500 || n != n {
			return 0, fmt.Errorf("%q is not a number of days", s)
		}
		return time.Duration(n * float64(24*time.Hour)), nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, errors.New("write a duration such as 90d, 24h, 10m or 1.5s, not " + strconv.Quote(s))
	}
	return d, nil
}
