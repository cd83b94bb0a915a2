package controllers

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/engine"
)

// accountIndex finds the campaigns of an account, by the account's namespace/name.
const accountIndex = "account"

// setupCampaign is what the controllers of all campaign kinds have in common: they follow
// their own resources, their accounts, and the wakes of sweeps and accounts.
func setupCampaign(ctx context.Context, mgr ctrl.Manager, reconciler *engine.Reconciler, campaign v1alpha1.Campaign, account client.Object, workers int) error {
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
	return ctrl.NewControllerManagedBy(mgr).
		For(campaign).
		Watches(account, handler.EnqueueRequestsFromMapFunc(campaignsOf(mgr.GetClient(), reconciler.Kind))).
		WatchesRawSource(reconciler.Waker.Source()).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers}).
		Complete(reconciler)
}

// campaignsOf maps an account to the campaigns that refer to it.
func campaignsOf(reader client.Reader, kind engine.Kind) handler.MapFunc {
	return func(ctx context.Context, account client.Object) []reconcile.Request {
		list := kind.NewList()
		key := client.ObjectKeyFromObject(account).String()
		if err := reader.List(ctx, list, client.MatchingFields{accountIndex: key}, client.UnsafeDisableDeepCopy); err != nil {
			log.FromContext(ctx).Error(err, "list the campaigns of an account", "account", key)
			return nil
		}
		var requests []reconcile.Request
		_ = meta.EachListItem(list, func(item runtime.Object) error { // the function never fails
			if o, ok := item.(client.Object); ok {
				requests = append(requests, reconcile.Request{NamespacedName: types.NamespacedName{Namespace: o.GetNamespace(), Name: o.GetName()}})
			}
			return nil
		})
		return requests
	}
}
