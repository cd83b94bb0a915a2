package engine

import (
	"context"
	"fmt"
	"sync"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/money"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/providers"
)

// An account's ceiling holds over all that is active at the vendor, managed or not, and over the activations that are under
// way, of this process and of others. An activation is recorded in its campaign's status before it is sent, and
// whoever sends one reads all campaigns from the API server in between: of two that do not fit together, at least one sees the other.

// moneyFacts says what the campaign can cost and what the account's limits are.
func (s *scope) moneyFacts(f *Facts) MoneyFacts {
	facts := MoneyFacts{Manifest: s.Kind.Exposure(s.campaign), Over: s.over}
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

// exposure is what the campaign's activity can cost: as the vendor says, or else the manifest.
func (s *scope) exposure(remote *Remote) *providers.Exposure {
	if remote != nil && remote.Snapshot.Exposure != nil {
		return remote.Snapshot.Exposure
	}
	return s.Kind.Exposure(s.campaign)
}

// ceiling adds to the facts whether an activation that is about to be recorded or sent fits below the account's ceiling, and
// reports whether it does not. One that fits is reserved until the reconcile is over: by then it is recorded.
func (s *scope) ceiling(ctx context.Context, f *Facts, d Decision) (bool, error) {
	starts := (d.Action == IntendOperation || d.Action == Operate) && d.Change.Operation == providers.OperationStart
	if !starts || f.Money.MaxActive == nil {
		return false, nil
	}
	account := accountOf(s.sweepKey)
	own := s.exposure(f.Remote)
	s.reservations.mu.Lock()
	defer s.reservations.mu.Unlock()
	others, err := s.committed(ctx, s.each)
	if err != nil {
		return false, err
	}
	for id, exposure := range s.reservations.of(account) {
		if id != f.Record.ID {
			others[id] = exposure
		}
	}
	s.over = f.Money.over(*own, others)
	f.Money.Over = s.over
	if s.over == "" {
		s.reservations.put(account, f.Record.ID, *own)
		s.reserved = true
	}
	return f.Money.Over != "", nil
}

// unreserve gives back what the reconcile has reserved.
func (s *scope) unreserve() {
	if s.reserved {
		s.reservations.mu.Lock()
		defer s.reservations.mu.Unlock()
		delete(s.reservations.byAccount[accountOf(s.sweepKey)], s.Kind.ActivityID(s.campaign))
	}
}

// overNow reports whether an activation that is recorded goes beyond the ceiling after all, by what the API server
// says at this moment of the account and of all campaigns. A ceiling that there was none of before needs the list first.
func (s *scope) overNow(ctx context.Context, listed bool) (bool, error) {
	facts := s.moneyFacts(&Facts{Remote: s.remote})
	own := s.exposure(s.remote)
	switch {
	case own == nil:
		return false, nil
	case facts.MaxCampaign != nil && own.Fen > *facts.MaxCampaign:
		return true, nil // the next decision says so
	case facts.MaxActive == nil:
		return false, nil
	case !listed:
		return true, nil // the next decision asks for it
	}
	others, err := s.committed(ctx, s.eachLive)
	if err != nil {
		return false, fmt.Errorf("add up what is active before an activation: %w", err)
	}
	s.over = facts.over(*own, others)
	s.memory.Over, s.memory.OverAt, s.memory.OverLimit = s.over, s.now, *facts.MaxActive
	return s.over != "", nil
}

// over says by how much an activation would go beyond the ceiling; empty when it fits. What is paid in advance and what comes
// off the merchants' receipts are counted apart.
func (m MoneyFacts) over(own providers.Exposure, others map[string]providers.Exposure) string {
	var sum, count int64
	for _, exposure := range others {
		if exposure.NoCash == own.NoCash {
			sum, count = money.Plus(sum, exposure.Fen), count+1
		}
	}
	total := money.Plus(sum, own.Fen)
	if total <= *m.MaxActive {
		return ""
	}
	what := "pre-funded"
	if own.NoCash {
		what = "noCash"
	}
	return fmt.Sprintf(
		"it is not activated: its %s yuan are %s too much. Of the %s yuan of the account's %s, %s are taken by what is active or being activated (%s: %d). It goes on when others have ended, or when the account's owner raises the limit.",
		money.Yuan(own.Fen), money.Yuan(total-*m.MaxActive), money.Yuan(*m.MaxActive), m.Limit, money.Yuan(sum), what, count)
}

// visitor calls visit with every campaign of the kind.
type visitor func(ctx context.Context, visit func(v1alpha1.Campaign), options ...client.ListOption) error

// committed is what can cost money at the account, by the vendor's id, but for this campaign: what the last sweep shows as
// active, and what campaigns have recorded of an activation and the sweep does not show yet.
func (s *scope) committed(ctx context.Context, each visitor) (map[string]providers.Exposure, error) {
	sums := map[string]providers.Exposure{}
	for snapshot := range s.view.All() {
		if snapshot.State.Committed() && snapshot.Exposure != nil && snapshot.ID != s.Kind.ActivityID(s.campaign) {
			sums[snapshot.ID] = *snapshot.Exposure
		}
	}
	err := each(ctx, func(other v1alpha1.Campaign) {
		id, exposure := s.Kind.ActivityID(other), s.Kind.Exposure(other)
		if id == "" || id == s.Kind.ActivityID(s.campaign) || !s.sameAccount(other) || !activated(other.CampaignStatus()) {
			return
		}
		shown, listed := s.view.ByID(id)
		if listed && shown.Exposure != nil {
			exposure = shown.Exposure
		}
		if exposure != nil && (!listed || !shown.State.Final()) {
			sums[id] = *exposure
		}
	})
	return sums, err
}

// sameAccount reports whether another campaign's record was made for this account.
func (s *scope) sameAccount(other v1alpha1.Campaign) bool {
	request := other.CampaignStatus().Request
	return request != nil && request.Account.ID == s.identity.ID && request.Account.Gateway == s.identity.Gateway
}

// activated reports whether a status says that its activity is active, or may be because its activation was recorded.
func activated(st *v1alpha1.CampaignStatus) bool {
	if campaignFinal(st.State) {
		return false
	}
	op := st.Operation
	started := op != nil && op.Name == string(providers.OperationStart) && op.Outcome != v1alpha1.OperationRefused && op.Outcome != v1alpha1.OperationWithdrawn
	return started || providers.State(st.State).Committed()
}

// reservations are the activations that this process has found to fit and that no status records yet. The zero value is ready.
type reservations struct {
	mu        sync.Mutex
	byAccount map[sweep.Key]map[string]providers.Exposure
}

// of is what is reserved at an account, by the vendor's id; called with mu held, as put is.
func (r *reservations) of(account sweep.Key) map[string]providers.Exposure {
	return r.byAccount[account]
}

func (r *reservations) put(account sweep.Key, id string, exposure providers.Exposure) {
	if r.byAccount == nil {
		r.byAccount = map[sweep.Key]map[string]providers.Exposure{}
	}
	if r.byAccount[account] == nil {
		r.byAccount[account] = map[string]providers.Exposure{}
	}
	r.byAccount[account][id] = exposure
}

// accountOf is the key of an account whatever the kind.
func accountOf(key sweep.Key) sweep.Key { return sweep.Key{Gateway: key.Gateway, Account: key.Account} }
