package controllers

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/wake"
)

// requests is a controller's queue, as event handlers get it.
type requests = workqueue.TypedRateLimitingInterface[reconcile.Request]

// deletedTimeout bounds what is done about one campaign that is gone.
const deletedTimeout = 5 * time.Second

// campaignEvents queues campaigns by what there is to do for them, whether they were listed at
// the start or changed later: one written while no manager ran is as new as any. It tells
// deleted of each that is gone, as it was last seen; deleted must not change it, and holds up
// all other events until it returns.
func campaignEvents(deleted func(context.Context, v1alpha1.Campaign)) handler.TypedEventHandler[v1alpha1.Campaign, reconcile.Request] {
	return handler.TypedFuncs[v1alpha1.Campaign, reconcile.Request]{
		CreateFunc: func(_ context.Context, e event.TypedCreateEvent[v1alpha1.Campaign], queue requests) {
			queueCampaign(queue, e.Object, wake.Urgent)
		},
		UpdateFunc: func(_ context.Context, e event.TypedUpdateEvent[v1alpha1.Campaign], queue requests) {
			queueCampaign(queue, e.ObjectNew, wake.Urgent)
		},
		DeleteFunc: func(ctx context.Context, e event.TypedDeleteEvent[v1alpha1.Campaign], queue requests) {
			ctx, cancel := context.WithTimeout(ctx, deletedTimeout)
			defer cancel()
			deleted(ctx, e.Object)
			wake.Add(queue, wake.Due, requestOf(e.Object)) // so that it is forgotten
		},
	}
}

// accountEvents queues the campaigns of an account that has changed in what they see of it.
// What an account's status counts and lists changes often, and is nothing to them.
func accountEvents[A client.Object](reader client.Reader, kind engine.Kind, resource func(A) accounts.Resource) handler.TypedEventHandler[A, reconcile.Request] {
	changed := func(ctx context.Context, account A, queue requests) {
		for _, campaign := range campaignsOf(ctx, reader, kind, account) {
			queueCampaign(queue, campaign, wake.Due)
		}
	}
	return handler.TypedFuncs[A, reconcile.Request]{
		CreateFunc: func(ctx context.Context, e event.TypedCreateEvent[A], queue requests) {
			if !e.IsInInitialList { // the campaigns are in theirs
				changed(ctx, e.Object, queue)
			}
		},
		UpdateFunc: func(ctx context.Context, e event.TypedUpdateEvent[A], queue requests) {
			if !sameForCampaigns(e.ObjectOld, e.ObjectNew, resource) {
				changed(ctx, e.ObjectNew, queue)
			}
		},
		DeleteFunc: func(ctx context.Context, e event.TypedDeleteEvent[A], queue requests) {
			changed(ctx, e.Object, queue)
		},
	}
}

// sameForCampaigns reports whether two versions of an account are the same to its campaigns:
// its spec, whether it is being deleted, and whether it works.
func sameForCampaigns[A client.Object](before, after A, resource func(A) accounts.Resource) bool {
	was, is := resource(before), resource(after)
	return before.GetUID() == after.GetUID() &&
		before.GetDeletionTimestamp().IsZero() == after.GetDeletionTimestamp().IsZero() &&
		was.Generation == is.Generation && was.ObservedGeneration == is.ObservedGeneration &&
		was.ClockSkew == is.ClockSkew && readiness(was.Conditions) == readiness(is.Conditions)
}

// readiness is what campaigns see of an account's Ready condition. They repeat the message of
// one that is not ready.
func readiness(conditions []metav1.Condition) [3]string {
	ready := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady)
	switch {
	case ready == nil:
		return [3]string{}
	case ready.Status == metav1.ConditionTrue:
		return [3]string{string(ready.Status), ready.Reason}
	default:
		return [3]string{string(ready.Status), ready.Reason, ready.Message}
	}
}

// campaignsOf lists the campaigns that refer to an account. They are the cache's own: read only.
func campaignsOf(ctx context.Context, reader client.Reader, kind engine.Kind, account client.Object) []v1alpha1.Campaign {
	list := kind.NewList()
	key := client.ObjectKeyFromObject(account).String()
	if err := reader.List(ctx, list, client.MatchingFields{accountIndex: key}, client.UnsafeDisableDeepCopy); err != nil {
		log.FromContext(ctx).Error(err, "list the campaigns of an account", "account", key)
		return nil
	}
	return campaignsIn(list)
}

// campaignsIn are the campaigns of a list.
func campaignsIn(list client.ObjectList) []v1alpha1.Campaign {
	var campaigns []v1alpha1.Campaign
	_ = meta.EachListItem(list, func(item runtime.Object) error { // the function never fails
		if campaign, ok := item.(v1alpha1.Campaign); ok {
			campaigns = append(campaigns, campaign)
		}
		return nil
	})
	return campaigns
}

// queueCampaign queues a campaign at a priority if there is something to do for it, and behind all others if not.
func queueCampaign(queue requests, campaign v1alpha1.Campaign, priority wake.Priority) {
	if !engine.Unsettled(campaign) {
		priority = wake.Idle
	}
	wake.Add(queue, priority, requestOf(campaign))
}

func requestOf(o client.Object) reconcile.Request {
	return reconcile.Request{NamespacedName: client.ObjectKeyFromObject(o)}
}
