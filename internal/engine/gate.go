package engine

import (
	"sync"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/sweep"
)

// gatePause is how long a reconcile waits for another call of its account to end.
const gatePause = 200 * time.Millisecond

// gate bounds the calls that one account has under way, so that an account whose gateway
// hangs holds some of the workers and never all. The zero value is ready.
type gate struct {
	mu   sync.Mutex
	busy map[sweep.Key]int
}

// enter takes a place, or reports that the account has none left.
func (g *gate) enter(account sweep.Key, limit int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy[account] >= max(limit, 1) {
		return false
	}
	if g.busy == nil {
		g.busy = map[sweep.Key]int{}
	}
	g.busy[account]++
	return true
}

// leave gives the place back.
func (g *gate) leave(account sweep.Key) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy[account]--; g.busy[account] <= 0 {
		delete(g.busy, account)
	}
}

// calls reports whether an action waits for the vendor.
func (a Action) calls() bool {
	_, reads := reads[a]
	return reads || a == Send || a == Operate
}
