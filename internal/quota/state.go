package quota

import (
	"cmp"
	"slices"
	"time"
)

// State is what an account has to wait for at one endpoint.
type State struct {
	Endpoint
	// Waiting is how many calls wait.
	Waiting int
	// PausedUntil is when the pause that the gateway asked for is over; zero when there is none.
	PausedUntil time.Time
}

// States lists the endpoints of an account that somebody waits for or that are paused, by name.
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
		state := State{Endpoint: key.Endpoint, Waiting: len(b.ordered)}
		if b.pausedUntil > now {
			state.PausedUntil = p.made.Add(b.pausedUntil)
		}
		if state.Waiting > 0 || !state.PausedUntil.IsZero() {
			states = append(states, state)
		}
	}
	slices.SortFunc(states, func(a, b State) int {
		return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Kind, b.Kind))
	})
	return states
}
