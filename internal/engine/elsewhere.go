package engine

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// isOpen reports whether the last call was this one and its outcome is not known.
func isOpen(record *v1alpha1.OperationRecord, op providers.Operation) bool {
	return record != nil && record.Name == string(op) && record.Outcome == ""
}

// noteOperation ends what the state of the activity shows the end of: a restart whose answer got lost and that took effect; and an
// activation that was recorded, has had no effect, and is not asked for any more or would go beyond the account's ceiling, so that
// it does not count as under way: two that wait for each other would wait for ever.
func (s *scope) noteOperation() {
	record, shown := s.campaign.CampaignStatus().Operation, s.remote.Snapshot
	switch {
	case isOpen(record, providers.OperationStart) && shown.State == providers.StateInactive && s.withdraws(record):
		record.Outcome = v1alpha1.OperationWithdrawn
	case isOpen(record, providers.OperationRestart) && shown.State == providers.StateRunning && s.seenSince(record.Time.Time):
		record.Outcome = v1alpha1.OperationDone
	}
}

// withdraws reports whether a recorded activation that shows no effect is given up.
func (s *scope) withdraws(record *v1alpha1.OperationRecord) bool {
	old := s.now.Sub(record.Time.Time) >= settle
	end := s.remote.Snapshot.End
	unwanted := s.read && (s.goal() != GoalLive || s.over != "") || !end.IsZero() && !s.now.Before(end)
	return old && unwanted || s.unsent && s.over != ""
}

// noteElsewhere records a pause that was not ours, with the manifest that it was first seen for, and a resumption of one that was;
// it forgets them when they are over.
func (s *scope) noteElsewhere() {
	st := s.campaign.CampaignStatus()
	facts := Facts{Record: RecordFacts{Operation: st.Operation, Elsewhere: st.Elsewhere}}
	state := status.StateOf(s.remote.Snapshot.State)
	switch {
	case state == v1alpha1.StatePaused && s.Kind.Traits().pauses() && !facts.oursToLift(), state == v1alpha1.StateRunning && s.resumedElsewhere(&facts):
		if st.Elsewhere == nil || st.Elsewhere.State != state {
			st.Elsewhere = &v1alpha1.ElsewhereRecord{State: state, Generation: s.campaign.GetGeneration(), Time: metav1.NewTime(s.now)}
		}
	case state == v1alpha1.StateRunning && stillResumed(st):
	case state != "":
		st.Elsewhere = nil
	}
}

// resumedElsewhere reports whether an activity that runs was paused by our last call, so that somebody else has resumed it.
func (s *scope) resumedElsewhere(f *Facts) bool {
	return s.goal() == GoalLive && !s.account.Pause && f.pausedByUs() && s.seenSince(f.Record.Operation.Time.Add(settle))
}

// stillResumed reports whether an activity that runs was resumed by somebody else after our pause, and nothing was done since.
func stillResumed(st *v1alpha1.CampaignStatus) bool {
	return st.Elsewhere != nil && st.Elsewhere.State == v1alpha1.StateRunning &&
		st.Operation != nil && st.Operation.Name == string(providers.OperationPause)
}

// seenSince reports whether what is known of the activity is from after a moment.
func (s *scope) seenSince(at time.Time) bool {
	if s.read {
		return s.now.After(at)
	}
	return s.view != nil && s.view.Started.After(at)
}
