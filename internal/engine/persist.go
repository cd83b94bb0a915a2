package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// settle ends a reconcile: the verdict becomes the status, and the status is written if it
// changed. An id that the create call of this reconcile returned is written even against a conflict;
// what was merely found is found again.
func (s *scope) settle(ctx context.Context, d Decision) error {
	ctx, cancel := detached(ctx, writeTimeout)
	defer cancel()
	s.apply(d)
	st := s.campaign.CampaignStatus()
	if !s.forced.IsZero() && !d.Unserved {
		st.LastHandledReconcileAt = s.memory.forced
	}
	err := s.persist(ctx)
	if (apierrors.IsConflict(err) || apierrors.IsNotFound(err)) && s.created {
		return s.rescue(ctx)
	}
	return err
}

// keepID records an id that this reconcile has learned although it has nothing to say yet.
func (s *scope) keepID(ctx context.Context) error {
	if s.Kind.ActivityID(s.campaign) == s.Kind.ActivityID(s.before) {
		return nil
	}
	return s.settle(ctx, Decision{Unserved: true})
}

// apply derives the status from what this reconcile found.
func (s *scope) apply(d Decision) {
	st := s.campaign.CampaignStatus()
	s.observed(d.State != "" && d.State != st.State)
	if d.State != "" {
		st.State = d.State
	}
	if d.Verdict.Reason == "" {
		return // nothing new to say
	}
	if s.Kind.Goal(s.campaign) != GoalNothing {
		st.Plan = nil
	}
	if said := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionReady); d.Verdict.Reason == v1alpha1.ReasonWillMissBegin &&
		said != nil && said.Reason == d.Verdict.Reason && said.ObservedGeneration == s.campaign.GetGeneration() {
		d.Verdict.Message = said.Message // the estimate is as of when it was first said: a queue moves all the time
	}
	status.Drifted(&st.Conditions, s.drifted(), s.campaign.GetGeneration(), s.now)
	st.ObservedGeneration = s.campaign.GetGeneration()
	d.Verdict.Apply(&st.Conditions, st.ObservedGeneration, s.now)
}

// observed takes over what the vendor says of the activity.
func (s *scope) observed(changed bool) {
	if s.remote == nil || s.Kind.ActivityID(s.campaign) != s.remote.Snapshot.ID {
		s.Kind.Describe(s.campaign, nil)
		return
	}
	s.Kind.Observe(s.campaign, s.remote.Snapshot.Facts, s.remote.Snapshot.VendorState)
	s.Kind.Describe(s.campaign, s.remote.Snapshot.Exposure)
	s.noteDistribution(changed)
	s.noteElsewhere()
	s.noteWithdrawn()
}

// noteWithdrawn ends an activation that was recorded and has had no effect, when it is not asked for any more or would go beyond the
// account's ceiling, so that it does not count as under way: two that wait for each other would wait for ever.
func (s *scope) noteWithdrawn() {
	op, end := s.campaign.CampaignStatus().Operation, s.remote.Snapshot.End
	if op == nil || op.Name != string(providers.OperationStart) || op.Outcome != "" || s.remote.Snapshot.State != providers.StateInactive {
		return
	}
	old := s.now.Sub(op.Time.Time) >= settle
	unwanted := s.read && (s.goal() != GoalLive || s.over != "") || !end.IsZero() && !s.now.Before(end)
	if old && unwanted || s.unsent && s.over != "" {
		op.Outcome = v1alpha1.OperationWithdrawn
	}
}

// noteElsewhere records a pause that was not ours, with the manifest that it was first seen for, and a resumption of one that was;
// it forgets them when they are over.
func (s *scope) noteElsewhere() {
	st, state := s.campaign.CampaignStatus(), campaignState(s.remote.Snapshot.State)
	if state == v1alpha1.StateRunning {
		s.noteRestarted()
	}
	switch noted := st.Elsewhere; {
	case s.movedElsewhere(state):
		if noted == nil || noted.State != state {
			st.Elsewhere = &v1alpha1.ElsewhereRecord{State: state, Generation: s.campaign.GetGeneration(), Time: metav1.NewTime(s.now)}
		}
	case state == v1alpha1.StateRunning && noted != nil && noted.State == state && called(st.Operation, providers.OperationPause):
		// It was resumed after our last call, and still is.
	case state != "":
		st.Elsewhere = nil
	}
}

// movedElsewhere reports whether somebody else brought the activity to the state that it is in.
func (s *scope) movedElsewhere(state v1alpha1.CampaignState) bool {
	st := s.campaign.CampaignStatus()
	facts := Facts{Record: RecordFacts{Operation: st.Operation, Elsewhere: st.Elsewhere}}
	switch state {
	case v1alpha1.StatePaused:
		return !facts.oursToLift() && s.Kind.Traits().pauses()
	case v1alpha1.StateRunning:
		return s.goal() == GoalLive && !s.account.Pause && facts.pausedByUs() && s.seenSince(st.Operation.Time.Add(settle))
	default:
		return false
	}
}

// noteRestarted records what became of a restart whose answer got lost: the activity runs again.
func (s *scope) noteRestarted() {
	op := s.campaign.CampaignStatus().Operation
	if called(op, providers.OperationRestart) && op.Outcome == "" && s.seenSince(op.Time.Time) {
		op.Outcome = v1alpha1.OperationDone
	}
}

// called reports whether a record is that of a call.
func called(record *v1alpha1.OperationRecord, op providers.Operation) bool {
	return record != nil && record.Name == string(op)
}

// seenSince reports whether what is known of the activity is from after a moment.
func (s *scope) seenSince(at time.Time) bool {
	if s.read {
		return s.now.After(at)
	}
	return s.view != nil && s.view.Started.After(at)
}

// drifted records what differs between an activity of ours and the manifest, and describes it.
func (s *scope) drifted() string {
	st := s.campaign.CampaignStatus()
	switch {
	case s.account.Account == nil:
		return describe(s.recordedDifferences()) // nothing was looked at
	case len(s.request.Body) == 0 || s.Kind.ActivityID(s.campaign) == "" || st.Creation == v1alpha1.CreationUnknown || st.Creation == v1alpha1.CreationDiffers:
		st.Drift = nil
		return ""
	case s.drift == nil:
		return describe(s.recordedDifferences())
	}
	return s.noteDrift(s.drift.Differences)
}

// persist is the one place that writes a campaign's status, and only when it changed.
func (s *scope) persist(ctx context.Context) error {
	if equality.Semantic.DeepEqual(s.before, s.campaign) {
		return nil
	}
	if err := s.patch(ctx, s.before, s.campaign); err != nil {
		return err
	}
	s.announce(ctx)
	s.before, s.current = copyOf(s.campaign), true
	return nil
}

// confirmCurrent makes sure that the manifest is not an old one from the cache before a call
// that cannot be undone. A status write in this reconcile has proven it already.
func (s *scope) confirmCurrent(ctx context.Context) error {
	if s.current {
		return nil
	}
	live := s.Kind.New()
	if err := s.Live.Get(ctx, keyOf(s.campaign), live); err != nil {
		return fmt.Errorf("read %s before a call: %w", keyOf(s.campaign), err)
	}
	if live.GetUID() != s.campaign.GetUID() || live.GetResourceVersion() != s.campaign.GetResourceVersion() {
		return apierrors.NewConflict(schema.GroupResource{Resource: s.Kind.Name()}, live.GetName(), errors.New("the cache lags behind"))
	}
	s.current = true
	return nil
}

// patch writes the difference of two statuses, guarded by the resourceVersion of the first.
func (s *scope) patch(ctx context.Context, before, after v1alpha1.Campaign) error {
	return s.Client.Status().Patch(ctx, after, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
}

// worthAnEvent are the reasons that somebody should hear of although nothing is stalled.
var worthAnEvent = map[string]bool{
	v1alpha1.ReasonWaitingForVendor: true, v1alpha1.ReasonWillMissBegin: true, v1alpha1.ReasonEndedBeforeApplied: true,
	v1alpha1.ReasonBeginsInactive: true,
}

// announce tells of a new reason in the log, and by an event when somebody has to act.
func (s *scope) announce(ctx context.Context) {
	was := meta.FindStatusCondition(s.before.CampaignStatus().Conditions, v1alpha1.ConditionReady)
	is := meta.FindStatusCondition(s.campaign.CampaignStatus().Conditions, v1alpha1.ConditionReady)
	if is == nil || (was != nil && was.Reason == is.Reason && was.Message == is.Message) {
		return
	}
	log.FromContext(ctx).Info("status", "ready", is.Status, "reason", is.Reason, "message", is.Message, "state", s.campaign.CampaignStatus().State)
	stalled := meta.IsStatusConditionTrue(s.campaign.CampaignStatus().Conditions, v1alpha1.ConditionStalled)
	if stalled || worthAnEvent[is.Reason] {
		s.Events.Eventf(s.campaign, nil, "Warning", is.Reason, "Reconcile", "%s", is.Message)
	}
}
