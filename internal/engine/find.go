package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/providers"
)

// createdMargin is how far the vendor's time of a creation may lie before our time of its intent: as far as the two clocks
// may be apart while anything is created.
const createdMargin = 2 * time.Minute

// findOurs looks into the view for what this resource has created, or may have, and notes when there is none although a
// request may have been sent.
func (s *scope) findOurs(ctx context.Context, f *Facts) error {
	if s.view == nil {
		return nil
	}
	found, err := s.candidates(ctx, f)
	if err != nil {
		return err
	}
	switch {
	case len(found) > 1, len(found) == 1 && s.mayBeFormer(f):
		for _, snapshot := range found {
			f.Candidates = append(f.Candidates, snapshot.ID)
		}
		slices.Sort(f.Candidates)
		return nil
	case len(found) == 1:
		s.found = found[0]
		f.Found, err = s.compare(found[0])
		return err
	}
	s.noteAbsence(f)
	return nil
}

// mayBeFormer reports whether what looks like this resource's may be that of a former revision: where nothing is recorded of those, only a
// number could tell.
func (s *scope) mayBeFormer(f *Facts) bool {
	previous := s.campaign.CampaignStatus().Previous
	unknown := slices.ContainsFunc(previous, func(p v1alpha1.PreviousRecord) bool { return p.ActivityID == "" })
	return f.Traits.Anonymous && !f.makes() && f.Manifest.Revision > 1 && (len(previous) == 0 || unknown)
}

// noteAbsence notes a view that lacks what may have been created.
func (s *scope) noteAbsence(f *Facts) {
	if f.Record.Outcome != v1alpha1.CreationUnknown || s.view.Started.Before(f.lastSend().Add(settle)) {
		return
	}
	switch {
	case s.memory.AbsentSince.IsZero():
		s.memory.AbsentSince = s.view.Started
	case !s.view.Started.Before(s.memory.AbsentSince.Add(proofGap)):
		s.memory.ProvenAbsent = true
	}
	f.Memory = s.memory.Memory
}

// candidates are the activities in the view that can be ours.
func (s *scope) candidates(ctx context.Context, f *Facts) ([]providers.Snapshot, error) {
	if f.Traits.Anonymous {
		if again, ok := s.revisited(f); ok {
			return []providers.Snapshot{again}, nil
		}
		return s.lookalikes(ctx, f)
	}
	number := f.Manifest.Number
	if f.Record.Outcome != "" {
		number = f.Record.Number
	}
	return oneLive(s.view.ByNumber(number)), nil
}

// revisited is the activity of the revision that the manifest asks for, where a later one was asked for in between and nothing was
// recorded for that: the commit that raised it was taken back.
func (s *scope) revisited(f *Facts) (providers.Snapshot, bool) {
	for _, previous := range s.campaign.CampaignStatus().Previous {
		if f.Record.Outcome == "" && previous.Revision == f.Manifest.Revision && previous.Creation != v1alpha1.CreationDiffers {
			return s.view.ByID(previous.ActivityID)
		}
	}
	return providers.Snapshot{}, false
}

// oneLive picks, where one of several has not ended, that one: the others were ended to settle which.
func oneLive(all []providers.Snapshot) []providers.Snapshot {
	live := slices.DeleteFunc(slices.Clone(all), func(snapshot providers.Snapshot) bool { return snapshot.State.Final() })
	if len(live) == 1 {
		return live
	}
	return all
}

// lookalikes are the activities with the manifest's name and time that no resource records and that can be ours.
func (s *scope) lookalikes(ctx context.Context, f *Facts) ([]providers.Snapshot, error) {
	if !f.traceable() {
		return nil, nil
	}
	named := s.view.Named(s.request.Name, s.request.Begin, s.request.End)
	s.noteNamed(named)
	var alike []providers.Snapshot
	twins := 0 // those that the manifest may have been allowed beside
	for _, snapshot := range named {
		ours, err := s.canBeOurs(ctx, f, snapshot)
		if err != nil {
			return nil, err
		}
		if ours {
			alike = append(alike, snapshot)
		} else if !snapshot.State.Final() && !s.former(snapshot.ID) {
			twins++
		}
	}
	alike = oneLive(alike)
	if !f.makes() && f.Manifest.AllowTwin && len(alike) == 1 && twins == 0 && !s.mayBeFormer(f) {
		return nil, nil // it is the twin that the manifest allows; our number tells the vendor which is which
	}
	return alike, nil // where the allowed twin is another one, this is the one that was made beside it
}

// mayHaveMade reports whether another resource has a create request open that may have made an activity.
func (s *scope) mayHaveMade(other v1alpha1.Campaign, snapshot providers.Snapshot) bool {
	st := other.CampaignStatus()
	if st.Creation != v1alpha1.CreationUnknown || other.GetUID() == s.campaign.GetUID() || s.Kind.ActivityID(other) != "" || !s.sharesWith(st.Request) || !sameMerchant(st.Request.Account.ID, s.identity.ID) {
		return false
	}
	request, err := s.Kind.Request(other, s.sender(st.Request.Number))
	alike := likeness{request.Name, request.Begin.UTC(), request.End.UTC()} == likeness{s.request.Name, s.request.Begin.UTC(), s.request.End.UTC()}
	return (err != nil || alike) && (snapshot.Created.IsZero() || !snapshot.Created.Before(st.Request.Time.Add(-createdMargin)))
}

// sameMerchant reports whether two accounts can act for the same merchant. An application that acts for another names it in its id,
// <appId>-<merchantId>; whose a plain one is nobody says.
func sameMerchant(a, b string) bool {
	_, ofA, agencyA := strings.Cut(a, "-")
	_, ofB, agencyB := strings.Cut(b, "-")
	return a == b || !agencyA || !agencyB || ofA == ofB
}

// traceable reports whether the manifest says what its activity is known by, and still what was sent.
func (f *Facts) traceable() bool {
	return f.Manifest.Err == nil && f.Manifest.Complete && (!f.open() || f.Manifest.AsSent)
}

// open reports whether a create request is recorded whose outcome is not known.
func (f *Facts) open() bool { return f.Record.Outcome == v1alpha1.CreationUnknown }

// makes reports whether a create request is recorded that may have made an activity. One that was recorded when the vendor makes
// none any more can only have asked for what was there.
func (f *Facts) makes() bool {
	from := f.Manifest.RefusedFrom
	return f.open() && (from.IsZero() || f.Record.At.Before(from))
}

// canBeOurs reports whether an activity of the manifest's name and time can be this resource's: one that is equal in all that the
// list shows and that no other resource records, and while a request may have made it, one that was made since.
func (s *scope) canBeOurs(ctx context.Context, f *Facts, snapshot providers.Snapshot) (bool, error) {
	early := f.makes() && !snapshot.Created.IsZero() && snapshot.Created.Before(f.Record.At.Add(-createdMargin))
	if early || s.former(snapshot.ID) {
		return false, nil
	}
	differences, err := s.differences(snapshot, true)
	if err != nil || slices.ContainsFunc(differences, func(d providers.Difference) bool { return d.Missing == 0 && !d.Unseen }) {
		return false, err // but for what the vendor may have left out, or does not show
	}
	if s.observes() {
		return true, nil
	}
	owner, err := s.find(ctx, func(other v1alpha1.Campaign) bool {
		return s.records(other, snapshot.ID) || !f.makes() && s.mayHaveMade(other, snapshot)
	})
	return owner == "", err
}

// noteNamed notes which activities of the manifest's name and time a sweep would have to show differently to be news.
func (s *scope) noteNamed(named []providers.Snapshot) {
	likeness := likeness{s.request.Name, s.request.Begin, s.request.End}
	ids := idsOf(named)
	s.memories.note(keyOf(s.campaign), func(n *notes) { n.likeness, n.named = likeness, ids })
}

// likeness is what the manifest's activity is known by.
func (s *scope) likeness() likeness {
	return likeness{s.request.Name, s.request.Begin.UTC(), s.request.End.UTC()}
}

// likeness is what activities are told apart by where the vendor does not return numbers.
type likeness struct {
	name       string
	begin, end time.Time
}

// newNamed reports whether a view shows other activities of the name and time than were last looked at.
func (n notes) newNamed(view *sweep.View) bool {
	return n.likeness != likeness{} && n.named != idsOf(view.Named(n.likeness.name, n.likeness.begin, n.likeness.end))
}

func idsOf(snapshots []providers.Snapshot) string {
	ids := make([]string, 0, len(snapshots))
	for _, snapshot := range snapshots {
		ids = append(ids, snapshot.ID)
	}
	return strings.Join(ids, " ")
}
