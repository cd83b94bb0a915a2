package engine

import (
	"context"
	"fmt"
	"sync"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/money"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/providers"
)

// An account's ceiling holds over all that is active at the vendor, managed or not, and over what is under way to commit money, of
// this process and of others: activations, and where activities begin by themselves their creations and what raises them. Such a call is
// recorded in its campaign's status before it is sent, and whoever sends one reads all campaigns from the API server in
// between: of two that do not fit together, at least one sees the other.

// moneyFacts says what the campaign can cost and what the account's limits are.
func (s *scope) moneyFacts(f *Facts) MoneyFacts {
	facts := MoneyFacts{Manifest: s.Kind.Exposure(s.campaign), Over: s.over, Done: "activated", Funded: s.Kind.Traits().Activates()}
	if !s.Kind.Traits().Activates() {
		facts.Done = "created"
		if f.Remote != nil {
			facts.Done, facts.Raised = "raised", s.raisedTo(s.campaign, f.Remote.Snapshot.Exposure, max(s.request.Total, f.Codes.asked()))
		}
	}
	limits := s.account.Limits
	facts.MaxCampaign = ceilingOf(limits.MaxCampaignYuan)
	facts.MaxActive, facts.Limit = ceilingOf(limits.MaxActiveYuan), "limits.maxActiveYuan"
	if own := s.exposure(f.Remote); own != nil && own.NoCash && limits.MaxActiveNoCashYuan != "" {
		facts.MaxActive, facts.Limit = ceilingOf(limits.MaxActiveNoCashYuan), "limits.maxActiveNoCashYuan"
	}
	return facts
}

// ceilingOf is a ceiling in fen; nil where there is none. What cannot be read allows nothing: admission lets no such thing in.
func ceilingOf(yuan v1alpha1.Yuan) *int64 {
	if yuan == "" {
		return nil
	}
	fen, err := money.ParseYuan(yuan)
	if err != nil {
		fen = 0
	}
	return &fen
}

// commits reports whether a decision is on the way to a call that commits money.
func (f *Facts) commits(d Decision) bool {
	if f.Traits.Activates() {
		return f.activating() && d.Action != Stop && d.Action != Quietly
	}
	return d.Action == Intend || d.Action == Send && f.Memory.Sends == 0 || d.Action == ReadCodes && !f.Codes.done() || raises(d.Change.Operation)
}

// raises reports whether a call has an activity give out more than it did.
func raises(op providers.Operation) bool {
	return op == providers.OperationAppend || op == providers.OperationDepositCodes
}

// ceiling adds to the facts whether what is decided fits below the account's ceiling, as soon as it is under way to be decided, and reports
// whether it does not. What is about to be recorded or sent is reserved until the reconcile is over: by then it is recorded.
func (s *scope) ceiling(ctx context.Context, f *Facts, d Decision) (bool, error) {
	if !f.commits(d) || f.Money.MaxActive == nil || s.view == nil {
		return false, nil
	}
	own := f.costs()
	if own == nil {
		return false, nil // which is decided before
	}
	reserved := s.reservations.of(accountOf(s.sweepKey))
	reserved.mu.Lock()
	defer reserved.mu.Unlock()
	taken, err := s.committed(ctx, s.each)
	if err != nil {
		return false, err
	}
	for id, exposure := range reserved.byID {
		if id != s.committedAs(s.campaign) {
			taken.exposures[id] = exposure
		}
	}
	s.over = f.Money.over(*own, taken)
	f.Money.Over = s.over
	if s.over == "" && (d.Change.Operation == providers.OperationStart || !f.Traits.Activates()) {
		s.reserved = s.committedAs(s.campaign)
		reserved.byID[s.reserved] = *own
	}
	return f.Money.Over != "", nil
}

// activating reports whether the manifest asks for an activity to be activated that is not.
func (f *Facts) activating() bool {
	return f.Remote != nil && !f.Manifest.Observe && f.Traits.Moves[f.Goal][f.Remote.Snapshot.State] == providers.OperationStart
}

// unreserve gives back what the reconcile has reserved.
func (s *scope) unreserve() {
	if s.reserved != "" {
		reserved := s.reservations.of(accountOf(s.sweepKey))
		reserved.mu.Lock()
		defer reserved.mu.Unlock()
		delete(reserved.byID, s.reserved)
	}
}

// overNow reports whether what is recorded to be sent goes beyond the ceiling after all, by what the API server
// says at this moment of the account and of all campaigns. A ceiling that there was none of before needs the list first.
func (s *scope) overNow(ctx context.Context, listed bool) (bool, error) {
	f := s.costFacts()
	facts, own := f.Money, f.costs()
	switch {
	case own == nil:
		return f.costUnknown(), nil // the next decision says so
	case facts.MaxCampaign != nil && own.Fen > *facts.MaxCampaign:
		return true, nil // the next decision says so
	case facts.MaxActive == nil:
		return false, nil
	case !listed:
		return true, nil // the next decision asks for it
	}
	taken, err := s.committed(ctx, s.eachLive)
	if err != nil {
		return false, fmt.Errorf("add up what is active before a call that commits money: %w", err)
	}
	s.current = false // the list took its time
	s.over = facts.over(*own, taken)
	s.memory.Over, s.memory.OverAt, s.memory.OverLimit = s.over, s.now, *facts.MaxActive
	return s.over != "", nil
}

// reservations are what this process has found to fit and no status records yet, by account. The zero value is ready.
type reservations struct {
	mu        sync.Mutex
	byAccount map[sweep.Key]*reserved
}

// reserved are those of one account, by what they are committed as. Whoever adds up holds its lock, so that no other worker of the account does.
type reserved struct {
	mu   sync.Mutex
	byID map[string]providers.Exposure
}

func (r *reservations) of(account sweep.Key) *reserved {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byAccount == nil {
		r.byAccount = map[sweep.Key]*reserved{}
	}
	if r.byAccount[account] == nil {
		r.byAccount[account] = &reserved{byID: map[string]providers.Exposure{}}
	}
	return r.byAccount[account]
}

// accountOf is the key of an account whatever the kind.
func accountOf(key sweep.Key) sweep.Key { return sweep.Key{Gateway: key.Gateway, Account: key.Account} }
