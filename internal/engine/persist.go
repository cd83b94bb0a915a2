package engine

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
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
	s.Kind.Describe(s.campaign, &s.remote.Snapshot)
	s.noteDistribution(changed)
	s.noteAvailable()
	s.noteOperation()
	s.noteElsewhere()
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
	moves := is.Reason == v1alpha1.ReasonBudgetLimitExceeded && was != nil && was.Reason == is.Reason // only its sums do
	if (stalled || worthAnEvent[is.Reason]) && !moves {
		s.Events.Eventf(s.campaign, nil, "Warning", is.Reason, "Reconcile", "%s", is.Message)
	}
}
