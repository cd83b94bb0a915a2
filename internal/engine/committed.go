package engine

import (
	"context"
	"fmt"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/money"
	"github.com/campaign-operator/campaign-operator/providers"
)

// taken is what can cost money at an account besides the campaign at hand.
type taken struct {
	exposures map[string]providers.Exposure
	// unknown are the ids of activities that may cost something, and of which nobody says how much.
	unknown []string
}

// count adds an activity; without an exposure it is one of which nobody says what it costs.
func (t *taken) count(id string, exposure *providers.Exposure) {
	if exposure == nil {
		t.unknown = append(t.unknown, id)
		return
	}
	t.exposures[id] = *exposure
}

// over says by how much an activation would go beyond the ceiling; empty when it fits. What is paid in advance and what comes
// off the merchants' receipts are counted apart. What nobody knows the cost of fits below no ceiling.
func (m MoneyFacts) over(own providers.Exposure, others taken) string {
	if len(others.unknown) > 0 {
		return fmt.Sprintf(
			"it is not %s: what is active cannot be added up for the account's %s, since neither the vendor's list nor a manifest says what this can cost: %s. Look at it in the vendor's console.",
			m.Done, m.Limit, enumerate(others.unknown))
	}
	var sum, count int64
	for _, exposure := range others.exposures {
		if exposure.NoCash == own.NoCash {
			sum, count = money.Plus(sum, exposure.Fen), count+1
		}
	}
	total := money.Plus(sum, own.Fen)
	if total <= *m.MaxActive {
		return ""
	}
	what := ""
	switch {
	case own.NoCash:
		what = ", noCash, which is counted apart"
	case m.Funded:
		what = ", pre-funded"
	}
	return fmt.Sprintf(
		"it is not %s: with its %s yuan the account's %s of %s would be passed by %s. %s are taken by what is active or on its way to be (%d%s). It goes on when others have ended, or when the account's owner raises the limit.",
		m.Done, money.Yuan(own.Fen), m.Limit, money.Yuan(*m.MaxActive), money.Yuan(total-*m.MaxActive), money.Yuan(sum), count, what)
}

// visitor calls visit with every campaign of the kind.
type visitor func(ctx context.Context, visit func(v1alpha1.Campaign), options ...client.ListOption) error

// committed is what can cost money at the account besides this campaign: what the last sweep shows as active, or in a state that
// nobody knows, and what campaigns have recorded of an activation, of this revision or of former ones, and the sweep does not show yet.
func (s *scope) committed(ctx context.Context, each visitor) (taken, error) {
	own := s.Kind.ActivityID(s.campaign)
	sums := taken{exposures: map[string]providers.Exposure{}}
	for snapshot := range s.view.All() {
		if snapshot.ID != own && (snapshot.State.Committed() || snapshot.State == providers.StateUnknown) {
			sums.count(snapshot.ID, snapshot.Exposure)
		}
	}
	slices.Sort(sums.unknown)
	err := each(ctx, func(other v1alpha1.Campaign) {
		if other.GetUID() == s.campaign.GetUID() {
			other = s.campaign // as this reconcile has it
		}
		if !s.sameAccount(other) && !s.betweenRevisions(other) {
			return
		}
		st := other.CampaignStatus()
		if as := s.committedAs(other); other.GetUID() != s.campaign.GetUID() && as != "" && activated(st) {
			s.countRecorded(&sums, as, other, s.raising(other))
		}
		s.countPrevious(&sums, other)
	})
	return sums, err
}

// countPrevious adds the activities of a resource's former revisions.
func (s *scope) countPrevious(sums *taken, c v1alpha1.Campaign) {
	for _, previous := range c.CampaignStatus().Previous {
		as := previous.ActivityID
		if as == "" && s.now.Sub(previous.Time.Time) < repeatsWithin { // by then the list shows it, if there is one
			as = previous.Number
		}
		if as != "" && as != s.Kind.ActivityID(s.campaign) && providers.State(previous.State).Committed() {
			s.countRecorded(sums, as, c, false)
		}
	}
}

// raising reports whether an activity is being brought to more than it has given out so far: by a call that is under way, or by codes
// that are being handed over.
func (s *scope) raising(c v1alpha1.Campaign) bool {
	st := c.CampaignStatus()
	facts := CodesFacts{Sources: s.Kind.Codes(c), Record: st.Codes}
	return st.Creation == v1alpha1.CreationUnknown || isOpen(st.Operation, providers.OperationAppend) ||
		!facts.done() && readyReason(c) != v1alpha1.ReasonBudgetLimitExceeded
}

// countRecorded adds an activity that a resource records as active. How much it can cost the view knows better than the manifest, unless
// it is being raised to what the manifest says.
func (s *scope) countRecorded(sums *taken, id string, c v1alpha1.Campaign, raised bool) {
	shown, listed := s.view.ByID(id)
	counted := listed && (shown.State.Committed() || shown.State == providers.StateUnknown)
	switch {
	case listed && shown.State.Final(), counted && !raised:
	case raised:
		facts := CodesFacts{Sources: s.Kind.Codes(c), Record: c.CampaignStatus().Codes}
		sums.count(id, s.raisedTo(c, shown.Exposure, facts.asked()))
	case listed && shown.Exposure != nil:
		sums.count(id, shown.Exposure)
	default:
		sums.count(id, s.Kind.Exposure(c))
	}
}

// committedAs is what a campaign's activity is counted as: its id, or its request number while a creation that commits money is open.
func (s *scope) committedAs(c v1alpha1.Campaign) string {
	id, request := s.Kind.ActivityID(c), c.CampaignStatus().Request
	switch {
	case id != "" || s.Kind.Traits().Activates():
		return id
	case request != nil:
		return request.Number
	case c.GetUID() == s.campaign.GetUID():
		return s.request.Number
	default:
		return ""
	}
}

// betweenRevisions reports whether a campaign of this account has given a revision up and not yet recorded the next.
func (s *scope) betweenRevisions(c v1alpha1.Campaign) bool {
	return c.CampaignStatus().Request == nil && accounts.RefKey(c) == accounts.RefKey(s.campaign)
}

// sameAccount reports whether another campaign's record was made for this account.
func (s *scope) sameAccount(other v1alpha1.Campaign) bool {
	request := other.CampaignStatus().Request
	return request != nil && request.Account.ID == s.identity.ID && request.Account.Gateway == s.identity.Gateway
}

// activated reports whether a status says that its activity is active, or may be because its activation was recorded.
func activated(st *v1alpha1.CampaignStatus) bool {
	return !campaignFinal(st.State) && (mayHaveStarted(st.Operation) || providers.State(st.State).Committed())
}

// mayHaveStarted reports whether an activation was recorded that was done, or may have been.
func mayHaveStarted(op *v1alpha1.OperationRecord) bool {
	return op != nil && op.Name == string(providers.OperationStart) && op.Outcome != v1alpha1.OperationRefused && op.Outcome != v1alpha1.OperationWithdrawn
}
