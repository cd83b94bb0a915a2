package engine

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// maxPrevious bounds status.previous.
const maxPrevious = 20

// adopt records the activity that was found under our number. Whether its content is ours
// is judged next, unless it is only observed.
func (s *scope) adopt() {
	st := s.campaign.CampaignStatus()
	found := s.found
	s.Kind.SetActivityID(s.campaign, found.ID)
	if st.Request == nil {
		st.Request = s.record()
		st.Request.Found = true
	}
	s.makeRequest()
	s.restoreCodes()
	st.Previous = slices.DeleteFunc(st.Previous, func(p v1alpha1.PreviousRecord) bool { return p.ActivityID == found.ID }) // a revision was lowered again
	st.Creation, st.Rejection, st.Plan = v1alpha1.CreationUnknown, nil, nil
	if s.observes() {
		st.Creation = ""
	}
	s.memory.succeeded()
}

// take records the activity that the manifest names. Nothing is known of it yet.
func (s *scope) take() {
	s.clearActivity()
	st := s.campaign.CampaignStatus()
	s.Kind.SetActivityID(s.campaign, s.Kind.AdoptID(s.campaign))
	st.Request, st.Plan = s.record(), nil
	st.Request.Adopted, st.Request.Number = true, ""
	s.restoreCodes()
	s.memory.succeeded()
}

// renumber has the recorded activity stand for the revision that the manifest asks for: it names
// the same one.
func (s *scope) renumber() {
	s.campaign.CampaignStatus().Request.Revision = s.campaign.Lifecycle().Revision()
}

// clearActivity forgets all that was recorded of an activity, but for the codes that were handed over for it.
func (s *scope) clearActivity() {
	st := s.campaign.CampaignStatus()
	s.keepCodes()
	st.Creation, st.Request, st.Rejection, st.Operation, st.Contested, st.Drift, st.Elsewhere = "", nil, nil, nil, nil, nil, nil
	st.Refused, st.Residue, st.Codes = nil, nil, nil
	st.State, st.BeginTime, st.EndTime = v1alpha1.StatePending, "", ""
	s.Kind.Reset(s.campaign)
	s.remote, s.read, s.gone, s.membersRead = nil, false, false, false
	s.memory.newActivity()
}

// drop forgets an activity that was taken and nothing more.
func (s *scope) drop() {
	id := s.Kind.ActivityID(s.campaign)
	gone := s.gone
	s.clearActivity()
	if s.gone = gone; gone {
		s.memory.UnknownID, s.memory.UnknownAt = id, s.now
	}
}

// archive keeps the recorded activity among the previous ones, and makes room for the next.
func (s *scope) archive() {
	st := s.campaign.CampaignStatus()
	state := st.State
	if state == v1alpha1.StateInactive && mayHaveStarted(st.Operation) {
		state = v1alpha1.StateScheduled // until it is seen, long after, that the activation had no effect
	}
	st.Previous = append([]v1alpha1.PreviousRecord{{
		Revision: st.Request.Revision, ActivityID: s.Kind.ActivityID(s.campaign), Number: st.Request.Number,
		Creation: st.Creation, State: state, Time: metav1.NewTime(s.now),
	}}, st.Previous...)
	st.Previous = boundPrevious(st.Previous)
	s.clearActivity()
}

// boundPrevious drops the oldest of those that have ended.
func boundPrevious(previous []v1alpha1.PreviousRecord) []v1alpha1.PreviousRecord {
	for i := len(previous) - 1; i >= 0 && len(previous) > maxPrevious; i-- {
		if campaignFinal(previous[i].State) {
			previous = append(previous[:i:i], previous[i+1:]...)
		}
	}
	return previous
}

// observes reports whether nothing that changes anything may be sent.
func (s *scope) observes() bool {
	return s.campaign.Lifecycle().ManagementPolicy == v1alpha1.ManagementObserve
}
