package quota

import (
	"cmp"
	"slices"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

// State is what an account has to wait for in one operation.
type State struct {
	Operation providers.Operation
	// Waiting is how many calls wait.
	Waiting int
	// PausedUntil is when the pause that the gateway asked for is over; zero when there is none.
	PausedUntil time.Time
}

// States lists the operations of an account that somebody waits for or that are paused, by name.
func (p *Pacer) States(gateway, account string) []State {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	var states []State
	for key, b := range p.accounts {
		if key.Gateway != gateway || key.Account != account {
			continue
		}
		p.forgetLost(b, now)
		state := State{Operation: key.Operation, Waiting: len(b.ordered)}
		if b.pausedUntil > now {
			state.PausedUntil = p.made.Add(b.pausedUntil)
		}
		if state.Waiting > 0 || !state.PausedUntil.IsZero() {
			states = append(states, state)
		}
	}
	slices.SortFunc(states, func(a, b State) int { return cmp.Compare(a.Operation, b.Operation) })
	return states
}
