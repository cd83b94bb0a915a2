package engine

import (
	"context"
	"fmt"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
)

// guarded reports whether our finalizer is on a campaign.
func guarded(c v1alpha1.Campaign) bool {
	return slices.Contains(c.GetFinalizers(), v1alpha1.FinalizerTerminate)
}

// stops reports whether a deletion is to stop the activity first: to end it, or to pause it.
func stops(policy v1alpha1.DeletionPolicy) bool {
	return policy == v1alpha1.DeletionTerminate || policy == v1alpha1.DeletionPause
}

// wantsGuard reports whether a deletion would have to stop the activity of a campaign first.
func (s *scope) wantsGuard() bool {
	lifecycle := s.campaign.Lifecycle()
	return stops(lifecycle.DeletionPolicy) && !s.observes() &&
		s.Kind.Goal(s.campaign) != GoalNothing && !campaignFinal(s.campaign.CampaignStatus().State)
}

// leaving says why the deletion of a campaign is not to touch its activity.
func (s *scope) leaving(ctx context.Context) (string, error) {
	lifecycle := s.campaign.Lifecycle()
	switch {
	case !stops(lifecycle.DeletionPolicy):
		return "deletionPolicy is Orphan", nil
	case s.observes():
		return "managementPolicy is Observe", nil
	case s.Kind.Goal(s.campaign) == GoalNothing:
		return "spec.state is Draft", nil
	case s.Leaving == nil:
		return "", nil
	}
	return s.Leaving(ctx, s.campaign)
}

// guard puts our finalizer on the campaign, before anything exists that a deletion has to end.
func (s *scope) guard(ctx context.Context) error {
	return s.setFinalizers(ctx, append(slices.Clone(s.campaign.GetFinalizers()), v1alpha1.FinalizerTerminate))
}

// unguard takes our finalizer off. What this reconcile has learned is written first: it is the
// last thing that the resource says.
func (s *scope) unguard(ctx context.Context, d Decision) error {
	if s.deleting() {
		if s.leavingFor == "" {
			s.memories.note(keyOf(s.campaign), func(n *notes) {
				n.ended = s.goal() == GoalEnded
				if s.remote != nil {
					n.last = status.StateOf(s.remote.Snapshot.State)
				}
			}) // the status that is deleted may not say so
		}
		because := s.leavingFor
		if because == "" {
			because = "its activity has ended or is paused, or there is none of its own"
		}
		log.FromContext(ctx).Info("letting the resource go", "activityId", s.Kind.ActivityID(s.campaign), "because", because)
	}
	record := s.keepID
	if d.Verdict.Reason != "" {
		record = func(ctx context.Context) error { return s.settle(ctx, d) }
	}
	if err := record(ctx); err != nil {
		return err
	}
	return s.setFinalizers(ctx, slices.DeleteFunc(slices.Clone(s.campaign.GetFinalizers()), func(name string) bool { return name == v1alpha1.FinalizerTerminate }))
}

// setFinalizers writes the finalizers alone, guarded by the resourceVersion that was read.
func (s *scope) setFinalizers(ctx context.Context, finalizers []string) error {
	ctx, cancel := detached(ctx, writeTimeout)
	defer cancel()
	after := copyOf(s.before)
	after.SetFinalizers(finalizers)
	if err := s.Client.Patch(ctx, after, client.MergeFromWithOptions(copyOf(s.before), client.MergeFromWithOptimisticLock{})); err != nil {
		if client.IgnoreNotFound(err) == nil {
			return nil
		}
		return fmt.Errorf("write the finalizers: %w", err)
	}
	for _, c := range []v1alpha1.Campaign{s.campaign, s.before} {
		c.SetFinalizers(after.GetFinalizers())
		c.SetResourceVersion(after.GetResourceVersion())
	}
	s.current = true
	return nil
}
