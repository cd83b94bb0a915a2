package controllers

import (
	"context"
	"fmt"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/wake"
)

// referenceIndex finds the campaigns that refer to a resource, by its kind and its namespace/name.
const referenceIndex = "reference"

// indexReferences lets the campaigns of a kind be found by what they refer to.
func indexReferences(ctx context.Context, mgr ctrl.Manager, kind engine.Kind) error {
	err := mgr.GetFieldIndexer().IndexField(ctx, kind.New(), referenceIndex, func(o client.Object) []string {
		c, ok := o.(v1alpha1.Campaign)
		if !ok {
			return nil
		}
		var keys []string
		for _, reference := range kind.References(c) {
			keys = append(keys, reference.String())
		}
		return keys
	})
	if err != nil {
		return fmt.Errorf("index %s by reference: %w", kind.Name(), err)
	}
	return nil
}

// referredEvents queues the campaigns that refer to a resource when it gets or loses an activity, or comes or goes.
func referredEvents(reader client.Reader, referring, referred engine.Kind) handler.TypedEventHandler[v1alpha1.Campaign, reconcile.Request] {
	changed := func(ctx context.Context, c v1alpha1.Campaign, queue requests) {
		key := engine.Reference{Kind: referred.Name(), Key: client.ObjectKeyFromObject(c)}.String()
		list := referring.NewList()
		if err := reader.List(ctx, list, client.MatchingFields{referenceIndex: key}, client.UnsafeDisableDeepCopy); err != nil {
			log.FromContext(ctx).Error(err, "list the campaigns that refer to a resource", "resource", key)
			return
		}
		for _, campaign := range campaignsIn(list) {
			queueCampaign(queue, campaign, wake.Due)
		}
	}
	return handler.TypedFuncs[v1alpha1.Campaign, reconcile.Request]{
		CreateFunc: func(ctx context.Context, e event.TypedCreateEvent[v1alpha1.Campaign], queue requests) {
			if !e.IsInInitialList { // those that refer to it are in theirs
				changed(ctx, e.Object, queue)
			}
		},
		UpdateFunc: func(ctx context.Context, e event.TypedUpdateEvent[v1alpha1.Campaign], queue requests) {
			before, after := e.ObjectOld, e.ObjectNew
			if referred.ActivityID(before) != referred.ActivityID(after) || before.CampaignStatus().Creation != after.CampaignStatus().Creation {
				changed(ctx, after, queue)
			}
		},
		DeleteFunc: func(ctx context.Context, e event.TypedDeleteEvent[v1alpha1.Campaign], queue requests) {
			changed(ctx, e.Object, queue)
		},
	}
}
