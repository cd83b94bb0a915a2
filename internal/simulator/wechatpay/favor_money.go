package wechatpay

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// The kinds of movements of money.
const (
	MovementLock   = "lock"
	MovementUnlock = "unlock"
)

// Movement is an entry of the ledger: money that leaves a merchant's balance for a stock, or returns.
type Movement struct {
	Seq int64 `json:"seq"`
	// Time is campaign time.
	Time     time.Time `json:"time"`
	RealTime time.Time `json:"realTime"`
	Mchid    string    `json:"mchid"`
	StockID  string    `json:"stockId"`
	// Kind is lock or unlock.
	Kind string `json:"kind"`
	// Fen is above zero whatever the kind.
	Fen int64 `json:"fen"`
	// Operation is the call that moved the money: favor.start, console, or end for the end of the stock.
	Operation string `json:"operation"`
	// RequestID is the Request-ID of that call.
	RequestID string `json:"requestId,omitempty"`
}

// signed is what the movement adds to the stock's money.
func (m Movement) signed() int64 {
	if m.Kind == MovementUnlock {
		return -m.Fen
	}
	return m.Fen
}

// cause is what makes a change: an operation, and the Request-ID if a call brought it.
type cause struct{ operation, requestID string }

// Balance is a merchant's money.
type Balance struct {
	Mchid string `json:"mchid"`
	// Balance is what can still be locked, in fen.
	Balance int64 `json:"balance"`
	// Locked is what the ledger says that the merchant's stocks hold.
	Locked int64 `json:"locked"`
}

// balance is a merchant's money. The caller holds the lock and has returned what was due.
func (f *favor) balance(mchid string) Balance {
	funds, set := f.funds[mchid]
	if !set {
		funds = f.g.switches.Number(SwitchFavorBalance)
	}
	return Balance{Mchid: mchid, Balance: funds - f.locked[mchid], Locked: f.locked[mchid]}
}

// move writes a movement into a stock that is being changed.
func (f *favor) move(next *favorStock, kind string, fen int64, at time.Time, why cause) {
	f.lastSeq++
	next.Movements = append(slices.Clip(next.Movements), Movement{
		Seq: f.lastSeq, Time: at, RealTime: f.g.clock.Real(), Mchid: next.Mchid, StockID: next.ID,
		Kind: kind, Fen: fen, Operation: why.operation, RequestID: why.requestID,
	})
}

// lock takes a pre-funded stock's whole budget from its creator's balance.
func (f *favor) lock(next *favorStock, why cause) *apiError {
	if next.Request.NoCash {
		return nil
	}
	if refused := f.returnMoney(); refused != nil {
		return refused
	}
	need, have := next.Request.StockUseRule.MaxAmount, f.balance(next.Mchid).Balance
	if have < need {
		return ruleError("商户账户余额不足，请充值后重试", "", fmt.Sprintf("the balance is %d fen, the stock needs %d", have, need)).as(http.StatusForbidden, "NOT_ENOUGH")
	}
	f.move(next, MovementLock, need, f.g.clock.Now(), why)
	return nil
}

// returnMoney gives back, where the switch says so, what stocks that have ended did not hand out.
// It is done when somebody looks, as of the end. The caller holds the lock.
func (f *favor) returnMoney() *apiError {
	if f.g.switches.Is(SwitchFavorUnlock, "never") {
		return nil
	}
	for _, id := range f.inOrder() {
		s := f.byID[id]
		rest := s.locked() - s.Distributed*s.Request.CouponUseRule.FixedNormalCoupon.CouponAmount
		if rest <= 0 || s.unlocked() || f.status(s) != favorStopped {
			continue
		}
		next := *s
		if next.StoppedAt == nil {
			end := s.end()
			next.StoppedAt = &end // an end whose money has returned stays, also when the clock is moved back
		}
		f.move(&next, MovementUnlock, rest, *next.StoppedAt, cause{operation: "end"})
		if refused := f.put(&next); refused != nil {
			return refused
		}
	}
	return nil
}

// inOrder are the ids of all stocks in the order of their creation.
func (f *favor) inOrder() []string {
	ids := make([]string, 0, len(f.byID))
	for id := range f.byID {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, compareIDs)
	return ids
}

// Ledger shows the movements of money, oldest first, and the balances of the merchants; of one
// merchant, or of all for an empty id.
func (g *Gateway) Ledger(mchid string) ([]Movement, []Balance, error) {
	f := g.favor
	f.mu.Lock()
	defer f.mu.Unlock()
	if refused := f.returnMoney(); refused != nil {
		return nil, nil, errNotKept
	}
	movements, balances := []Movement{}, []Balance{}
	for _, s := range f.byID {
		if mchid == "" || s.Mchid == mchid {
			movements = append(movements, s.Movements...)
		}
	}
	slices.SortFunc(movements, func(a, b Movement) int { return int(a.Seq - b.Seq) })
	for _, one := range g.mchids {
		if mchid == "" || one == mchid {
			balances = append(balances, f.balance(one))
		}
	}
	return movements, balances, nil
}

// SetBalance sets what a merchant can still lock. What its stocks hold stays.
func (g *Gateway) SetBalance(mchid string, fen int64) (Balance, error) {
	if g.accounts[mchid] == nil {
		return Balance{}, ErrNoMerchant
	}
	if fen < 0 {
		return Balance{}, wrongContent("balance must not be negative")
	}
	f := g.favor
	f.mu.Lock()
	defer f.mu.Unlock()
	if refused := f.returnMoney(); refused != nil {
		return Balance{}, errNotKept
	}
	funds := fen + f.locked[mchid]
	if err := f.dir.Write(kindFavorFunds, mchid, funds); err != nil {
		return Balance{}, err
	}
	f.funds[mchid] = funds
	return f.balance(mchid), nil
}
