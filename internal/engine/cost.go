package engine

import (
	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/money"
	"github.com/campaign-operator/campaign-operator/providers"
)

// What an activity can cost is said by its manifest and by the vendor, and either may be silent or wrong. A creation is counted as the
// manifest says, an activation as the vendor does, and a raise as whichever says more.

// exposure is what the campaign's activity can cost: as the vendor says, or else the manifest.
func (s *scope) exposure(remote *Remote) *providers.Exposure {
	if remote != nil && remote.Snapshot.Exposure != nil {
		return remote.Snapshot.Exposure
	}
	return s.Kind.Exposure(s.campaign)
}

// costFacts are the facts that say what the call that is about to go costs, and what the account's limits are now.
func (s *scope) costFacts() *Facts {
	f := &Facts{Remote: s.remote, Traits: s.Kind.Traits(), Codes: s.codesFacts()}
	f.Money = s.moneyFacts(f)
	return f
}

// costs is what the call that is on its way would have the activity cost in all; nil where nobody says.
func (f *Facts) costs() *providers.Exposure {
	switch {
	case f.Remote == nil:
		return f.Money.Manifest
	case !f.Traits.Activates():
		return f.Money.Raised
	case f.Remote.Snapshot.Exposure != nil:
		return f.Remote.Snapshot.Exposure
	default:
		return f.Money.Manifest
	}
}

// raisedTo is what an activity can cost when it has been brought to all that its manifest asks for, and gives out this many at
// least: what the manifest says, and no less than the vendor shows of it now, and of one. nil where neither says.
func (s *scope) raisedTo(c v1alpha1.Campaign, shown *providers.Exposure, count int64) *providers.Exposure {
	manifest := s.Kind.Exposure(c)
	if shown == nil || manifest == nil && shown.Each <= 0 {
		return manifest
	}
	raised := *shown
	if manifest != nil {
		raised.Fen = max(raised.Fen, manifest.Fen)
		if manifest.Each > 0 {
			count = max(count, manifest.Fen/manifest.Each)
		}
	}
	raised.Fen = max(raised.Fen, money.Times(max(shown.Each, 0), max(count, totalOf(s.Kind.Codes(c)))))
	return &raised
}

// costUnknown reports whether nobody says what an activity costs although the account's limits have to know.
func (f *Facts) costUnknown() bool {
	return f.Money.limited() && f.Traits.Costs && f.costs() == nil
}
