package engine

import (
	"context"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/providers"
)

// twins returns the live activities with the manifest's name and time under other numbers, but
// for those that this resource's former revisions made; and those that other resources are having made.
func (s *scope) twins(ctx context.Context) ([]Twin, error) {
	var twins []Twin
	for _, snapshot := range s.view.Named(s.request.Name, s.request.Begin, s.request.End) {
		if snapshot.State.Final() || snapshot.RequestNo == s.request.Number || s.former(snapshot.ID) {
			continue
		}
		twin := Twin{Snapshot: snapshot}
		var err error
		if twin.Differences, err = s.differences(snapshot, true); err != nil {
			return nil, err
		}
		if twin.Owner, err = s.find(ctx, func(other v1alpha1.Campaign) bool { return s.records(other, snapshot.ID) }); err != nil {
			return nil, err
		}
		twins = append(twins, twin)
	}
	unlisted, err := s.unlistedTwins(ctx)
	return append(twins, unlisted...), err
}

// unlistedTwins are the activities with the manifest's name and time that other resources of this process have recorded, or are having
// made, and that the list does not show yet.
func (s *scope) unlistedTwins(ctx context.Context) ([]Twin, error) {
	var twins []Twin
	for _, key := range s.memories.alike(keyOf(s.campaign), s.likeness(), s.sweepKey) {
		other := s.Kind.New()
		if err := s.Client.Get(ctx, key, other); err != nil {
			if client.IgnoreNotFound(err) == nil {
				continue
			}
			return nil, err
		}
		st, id := other.CampaignStatus(), s.Kind.ActivityID(other)
		_, listed := s.view.ByID(id)
		makes := st.Creation == v1alpha1.CreationUnknown || st.Creation == v1alpha1.CreationConfirmed
		if listed || !makes || campaignFinal(st.State) || !manages(other) || !s.sameAccount(other) || s.former(id) {
			continue
		}
		twins = append(twins, Twin{Snapshot: providers.Snapshot{ID: id}, Owner: key.String()})
	}
	return twins, nil
}

// former reports whether an activity is of a former revision of this resource. One without an id is nobody's.
func (s *scope) former(id string) bool {
	return id != "" && slices.ContainsFunc(s.campaign.CampaignStatus().Previous, func(p v1alpha1.PreviousRecord) bool {
		return p.ActivityID == id && p.Creation != v1alpha1.CreationDiffers
	})
}

// alike are the campaigns whose manifests this process has last seen to be for an activity of a name and time, in the order of their names.
func (m *memories) alike(but types.NamespacedName, as likeness, account sweep.Key) []types.NamespacedName {
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []types.NamespacedName
	for key, known := range m.byKey {
		if key != but && known.notes.manifest == as && known.notes.account == account {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b types.NamespacedName) int { return compareKeys(a, b) })
	return keys
}

// claims keep two workers from recording, at the same moment, that they make activities of the same name and time: each would look
// before the other has written. The zero value is ready.
type claims struct {
	mu sync.Mutex
	by map[claim]types.NamespacedName
}

type claim struct {
	account sweep.Key
	likeness
}

// claim reports whether this reconcile is the only one that is about to record a creation of this name and time.
func (s *scope) claim() bool {
	if s.campaign.Lifecycle().AllowTwin {
		return true
	}
	s.claims.mu.Lock()
	defer s.claims.mu.Unlock()
	if s.claims.by == nil {
		s.claims.by = map[claim]types.NamespacedName{}
	}
	wanted := claim{s.sweepKey, s.likeness()}
	if holder, held := s.claims.by[wanted]; held && holder != keyOf(s.campaign) {
		return false
	}
	s.claims.by[wanted], s.claimed = keyOf(s.campaign), &wanted
	return true
}

// unclaim gives the claim back: by then the intent is recorded.
func (s *scope) unclaim() {
	if s.claimed == nil {
		return
	}
	s.claims.mu.Lock()
	defer s.claims.mu.Unlock()
	delete(s.claims.by, *s.claimed)
}
