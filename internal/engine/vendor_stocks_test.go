package engine

import (
	"encoding/json"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

// stocks makes a vendor's activities stocks: made inactive, found by their content only, activated, paused and
// restarted by calls. Activation locks their money, which the ledger counts.
type stocks struct {
	// registers is how long after its creation a stock cannot be activated yet.
	registers time.Duration
	// review is how long an activated stock is reviewed before it runs.
	review time.Duration
	// balance is the money that can still be locked.
	balance int64
	// once refuses a call whose effect is there already; else it is taken again.
	once bool
	// endsInactive ends a stock at its end that was never activated; else it stays inactive.
	endsInactive bool
	// wrong is added to the amount that the vendor shows.
	wrong int64

	// locks counts how often an activity's money was locked, by its id.
	locks map[string]int
}

func newStocks() *stocks { return &stocks{balance: 1 << 40, locks: map[string]int{}} }

// conflict is how the vendor refuses what a state forbids.
func conflict(op providers.Operation) error {
	err := trouble(providers.KindConflict, providers.DelaySlow, false, "INVALID_REQUEST")
	err.Operation = op
	return err
}

// move carries out a call that changes a stock's state.
func (s *stocks) move(a *activity, op providers.Operation, state providers.State, now time.Time) (providers.Receipt, error) {
	done := map[providers.Operation]providers.State{
		providers.OperationStart: providers.StateRunning, providers.OperationPause: providers.StatePaused, providers.OperationRestart: providers.StateRunning,
	}[op]
	if state == done || state == providers.StateReviewing && op == providers.OperationStart {
		if s.once {
			return providers.Receipt{}, conflict(op)
		}
		return providers.Receipt{RequestID: "r-4"}, nil
	}
	from := map[providers.Operation]providers.State{
		providers.OperationStart: providers.StateInactive, providers.OperationPause: providers.StateRunning, providers.OperationRestart: providers.StatePaused,
	}[op]
	if state != from || !now.Before(a.body.End) {
		return providers.Receipt{}, conflict(op)
	}
	switch op {
	case providers.OperationStart:
		if now.Sub(a.created) < s.registers {
			return providers.Receipt{}, conflict(op)
		}
		if err := s.lock(a); err != nil {
			return providers.Receipt{}, err
		}
		a.activated = now
	case providers.OperationPause:
		a.paused = now
	default:
		a.paused = time.Time{}
	}
	return providers.Receipt{RequestID: "r-4"}, nil
}

// lock takes a stock's money off the merchant's balance.
func (s *stocks) lock(a *activity) error {
	if a.body.NoCash {
		return nil
	}
	if a.body.Amount > s.balance {
		err := trouble(providers.KindFunds, providers.DelaySlow, false, "NOT_ENOUGH")
		err.Operation = providers.OperationStart
		return err
	}
	s.balance -= a.body.Amount
	s.locks[a.id]++
	return nil
}

func (s *stocks) state(a *activity, now time.Time) providers.State {
	switch {
	case a.failed:
		return providers.StateFailed
	case !a.terminated.IsZero() && !now.Before(a.terminated):
		return providers.StateTerminated
	case !now.Before(a.body.End) && (s.endsInactive || !a.activated.IsZero()):
		return providers.StateEnded
	case a.word != "":
		return providers.StateUnknown
	case a.activated.IsZero():
		return providers.StateInactive
	case now.Before(a.activated.Add(s.review)):
		return providers.StateReviewing
	case !a.paused.IsZero():
		return providers.StatePaused
	default:
		return providers.StateRunning
	}
}

// show makes a snapshot what the vendor says of a stock: no number, and what it costs and has given out.
func (s *stocks) show(a *activity, snapshot *providers.Snapshot) {
	body := a.body
	body.Number = ""
	content, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	const coupons = 1000
	snapshot.RequestNo, snapshot.Content, snapshot.Created = "", content, a.created.Truncate(time.Second)
	if !a.costless {
		snapshot.Exposure = &providers.Exposure{Fen: body.Amount + s.wrong, NoCash: body.NoCash}
	}
	snapshot.Distribution = &providers.Distribution{Sent: a.sent, Total: coupons}
}
