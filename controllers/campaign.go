package controllers

import (
	"context"
	"fmt"
	"strings"
	"time"

	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/engine"
)

// accountIndex finds the campaigns of an account, by the account's namespace/name.
const accountIndex = "account"

// A reconcile that failed is repeated after firstRetry, then after pauses that double up to
// lastRetry. Only the API server makes one fail: what a vendor answers is the engine's own to
// pace. So a fleet is back within lastRetry of the API server.
const (
	firstRetry = 5 * time.Millisecond
	lastRetry  = time.Minute
)

// setupCampaign is what the controllers of all campaign kinds have in common: they follow
// their own resources, their accounts, what their manifests refer to, and the wakes of sweeps and accounts.
func setupCampaign[A client.Object](
	ctx context.Context, mgr ctrl.Manager, reconciler *engine.Reconciler, campaign v1alpha1.Campaign,
	account A, resource func(A) accounts.Resource, workers int,
) error {
	err := mgr.GetFieldIndexer().IndexField(ctx, campaign, accountIndex, func(o client.Object) []string {
		c, ok := o.(v1alpha1.Campaign)
		if !ok {
			return nil
		}
		return []string{accounts.RefKey(c).String()}
	})
	if err != nil {
		return fmt.Errorf("index %s by account: %w", reconciler.Kind.Name(), err)
	}
	if err := indexActivities(ctx, mgr, reconciler.Kind); err != nil {
		return err
	}
	setup := ctrl.NewControllerManagedBy(mgr).
		Named(strings.ToLower(reconciler.Kind.Name())).
		WatchesRawSource(source.Kind(mgr.GetCache(), campaign, campaignEvents(reconciler.Deleted))).
		WatchesRawSource(source.Kind(mgr.GetCache(), account, accountEvents(mgr.GetClient(), reconciler.Kind, resource))).
		WatchesRawSource(reconciler.Waker.Source()).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: workers,
			RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstRetry, lastRetry),
			NewQueue:                ageingQueue(reconciler.Clock),
		})
	if len(reconciler.Referable) > 0 {
		if err := indexReferences(ctx, mgr, reconciler.Kind); err != nil {
			return err
		}
	}
	for _, referred := range reconciler.Referable {
		setup = setup.WatchesRawSource(source.Kind(mgr.GetCache(), referred.New(), referredEvents(mgr.GetClient(), reconciler.Kind, referred)))
	}
	return setup.Complete(asDue{reconciler})
}
