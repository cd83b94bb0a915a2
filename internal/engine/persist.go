package engine

import (
	"context"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
)

// settle ends a reconcile: the verdict becomes the status, and the status is written if it
// changed. An id that is new to the API server is written even against a conflict.
func (s *scope) settle(ctx context.Context, d Decision) error {
	ctx, cancel := detached(ctx)
	defer cancel()
	s.apply(d)
	st := s.campaign.CampaignStatus()
	if !s.forced.IsZero() && s.callErr == nil && s.viewErr == nil {
		st.LastHandledReconcileAt = s.memory.forced
	}
	newID := s.Kind.ActivityID(s.campaign) != s.Kind.ActivityID(s.before)
	err := s.persist(ctx)
	if apierrors.IsConflict(err) && newID {
		return s.rescue(ctx)
	}
	return err
}

// apply derives the status from what this reconcile found.
func (s *scope) apply(d Decision) {
	st := s.campaign.CampaignStatus()
	if s.remote != nil && s.Kind.ActivityID(s.campaign) == s.remote.Snapshot.ID {
		s.Kind.Observe(s.campaign, s.remote.Snapshot.Facts, s.remote.Snapshot.VendorState)
	}
	if d.State != "" {
		st.State = d.State
	}
	st.ObservedGeneration = s.campaign.GetGeneration()
	d.Verdict.Apply(&st.Conditions, st.ObservedGeneration, s.now)
}

// persist is the one place that writes a campaign's status, and only when it changed.
func (s *scope) persist(ctx context.Context) error {
	if equality.Semantic.DeepEqual(s.before, s.campaign) {
		return nil
	}
	if err := s.patch(ctx, s.before, s.campaign); err != nil {
		return err
	}
	s.warn()
	s.before = copyOf(s.campaign)
	return nil
}

// patch writes the difference of two statuses, guarded by the resourceVersion of the first.
func (s *scope) patch(ctx context.Context, before, after v1alpha1.Campaign) error {
	return s.Client.Status().Patch(ctx, after, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
}

// warn tells of a campaign that has just stalled.
func (s *scope) warn() {
	was := meta.FindStatusCondition(s.before.CampaignStatus().Conditions, v1alpha1.ConditionStalled)
	is := meta.FindStatusCondition(s.campaign.CampaignStatus().Conditions, v1alpha1.ConditionStalled)
	if is != nil && (was == nil || was.Reason != is.Reason || was.Message != is.Message) {
		s.Events.Eventf(s.campaign, nil, "Warning", is.Reason, string(status.Stalled), "%s", is.Message)
	}
}
