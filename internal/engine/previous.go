package engine

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// previousFacts follows the activities of former revisions. Those that a lost status no longer
// names are found again by their numbers, which are functions of the manifest's name.
func (s *scope) previousFacts(f *Facts) {
	st := s.campaign.CampaignStatus()
	s.findPrevious(f)
	for i := range st.Previous {
		previous := &st.Previous[i]
		if s.view != nil {
			if snapshot, ok := s.view.ByID(previous.ActivityID); ok && campaignState(snapshot.State) != "" {
				previous.State = campaignState(snapshot.State)
			}
		}
		if !campaignFinal(previous.State) && previous.State != v1alpha1.StateMissing && previous.Creation != v1alpha1.CreationDiffers {
			f.PreviousLive = append(f.PreviousLive, previous.ActivityID)
		}
	}
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
				Revision: revision, ActivityID: snapshot.ID, Number: number, State: campaignState(snapshot.State), Time: metav1.NewTime(s.now),
			})
		}
	}
}
