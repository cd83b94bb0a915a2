// Package quota is the token bucket behind the simulator's rate limits.
package quota

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/clock"
)

// Off is the limit that limits nothing.
const Off = "off"

// Limit is a number of calls per time; the bucket is that large and starts full.
type Limit struct {
	Count int
	Per   time.Duration
}

// Parse reads "off" or a limit such as "60/1m".
func Parse(s string) (Limit, error) {
	if s == Off {
		return Limit{}, nil
	}
	count, per, ok := strings.Cut(s, "/")
	n, err := strconv.Atoi(count)
	if !ok || err != nil || n < 1 {
		return Limit{}, fmt.Errorf("write off or calls/time such as 60/1m, not %q", s)
	}
	d, err := clock.ParseDuration(per)
	if err != nil {
		return Limit{}, err
	}
	if d <= 0 {
		return Limit{}, fmt.Errorf("the time in %q must be above zero", s)
	}
	return Limit{Count: n, Per: d}, nil
}

// Buckets holds a bucket for each key. It is safe for concurrent use.
type Buckets struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	limit  Limit
	tokens float64
	at     time.Time
}

// New makes an empty set of buckets.
func New() *Buckets { return &Buckets{buckets: map[string]*bucket{}} }

// Take takes a token, or says how long to wait for the next one.
func (b *Buckets) Take(key string, limit Limit, now time.Time) (wait time.Duration, ok bool) {
	if limit.Count == 0 {
		return 0, true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	k := b.buckets[key]
	if k == nil || k.limit != limit {
		k = &bucket{limit: limit, tokens: float64(limit.Count), at: now}
		b.buckets[key] = k
	}
	interval := limit.Per / time.Duration(limit.Count)
	if elapsed := now.Sub(k.at); elapsed > 0 {
		k.tokens = min(float64(limit.Count), k.tokens+float64(elapsed)/float64(interval))
		k.at = now
	}
	if k.tokens < 1 {
		return time.Duration((1 - k.tokens) * float64(interval)), false
	}
	k.tokens--
	return 0, true
}

// Reset fills all buckets.
func (b *Buckets) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.buckets)
}
