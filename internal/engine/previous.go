package engine

import (
	"context"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// previousFacts follows the activities of former revisions. Those that a lost status no longer
// names are found again by their numbers, which are functions of the manifest's name.
func (s *scope) previousFacts(f *Facts) {
	st := s.campaign.CampaignStatus()
	s.findPrevious(f)
	for i := range st.Previous {
		previous := &st.Previous[i]
		shown := s.followPrevious(previous)
		again := f.Record.ID == "" && previous.Revision == f.Manifest.Revision // it is the one that is asked for
		if previousLive(*previous) && !again {
			f.PreviousLive = append(f.PreviousLive, nameOf(*previous))
			f.PreviousUnseen = f.PreviousUnseen || previous.ActivityID != "" && (s.view != nil && !shown && s.now.Sub(s.memory.PreviousRead) > previousAgain)
		}
	}
}

// nameOf is a former activity's id, or the request that may have made it.
func nameOf(p v1alpha1.PreviousRecord) string {
	if p.ActivityID == "" {
		return "of request " + p.Number + ", if there is one,"
	}
	return p.ActivityID
}

// previousAgain is how often activities of former revisions that the list does not show are read.
const previousAgain = time.Hour

// followPrevious takes over what the view says of an activity, and reports whether it shows it.
func (s *scope) followPrevious(previous *v1alpha1.PreviousRecord) bool {
	if s.view == nil {
		return false
	}
	snapshot, shown := s.view.ByID(previous.ActivityID)
	if shown && !campaignFinal(previous.State) {
		takeState(previous, snapshot.State, s.view.Started)
	}
	return shown
}

// takeState takes over the state of a former activity as it was at a moment. That it is not activated counts only when what was
// last sent has had time to take effect.
func takeState(previous *v1alpha1.PreviousRecord, seen providers.State, at time.Time) {
	state := status.StateOf(seen)
	if state == "" || state == v1alpha1.StateInactive && at.Before(previous.Time.Add(settle)) {
		return
	}
	previous.State = state
}

// previousLive reports whether an activity of a former revision may still run. One that differed
// counts too: it was found under this resource's own number, and most likely it made it once. One that
// was never activated does not: it costs nothing, and nobody activates it any more.
func previousLive(p v1alpha1.PreviousRecord) bool {
	return !campaignFinal(p.State) && p.State != v1alpha1.StateMissing && p.State != v1alpha1.StateInactive
}

// getPrevious reads the activities of former revisions that the list does not show: a list may drop
// what has ended.
func (s *scope) getPrevious(ctx context.Context) {
	st := s.campaign.CampaignStatus()
	for i := range st.Previous {
		previous := &st.Previous[i]
		if shown := s.followPrevious(previous); shown || previous.ActivityID == "" || !previousLive(*previous) {
			continue
		}
		if s.readWait = s.readTurn(providers.OperationGet); s.readWait > 0 {
			return
		}
		snapshot, err := s.activities.Get(ctx, previous.ActivityID)
		switch {
		case providers.IsKind(err, providers.KindNotFound):
			previous.State = v1alpha1.StateMissing
		case err != nil:
			s.callFailed(providers.AsError(providers.OperationGet, err))
			return
		default:
			takeState(previous, snapshot.State, s.now)
		}
	}
	s.memory.PreviousRead = s.now
}

func (s *scope) findPrevious(f *Facts) {
	st := s.campaign.CampaignStatus()
	if s.view == nil || s.Kind.GivenNumber(s.campaign) != "" {
		return
	}
	current := f.Manifest.Revision
	if f.Record.Revision > 0 {
		current = f.Record.Revision
	}
	for revision := current - 1; revision >= max(1, current-maxPrevious); revision-- {
		known := func(p v1alpha1.PreviousRecord) bool { return p.Revision == revision }
		if slices.ContainsFunc(st.Previous, known) {
			continue
		}
		number := s.numberOf(revision)
		for _, snapshot := range s.view.ByNumber(number) {
			st.Previous = append(st.Previous, v1alpha1.PreviousRecord{
				Revision: revision, ActivityID: snapshot.ID, Number: number, State: status.StateOf(snapshot.State), Time: metav1.NewTime(s.now),
			})
		}
	}
}
