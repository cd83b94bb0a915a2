package controllers

import (
	"context"

	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/campaign-operator/campaign-operator/internal/wake"
)

// ageingQueue makes a controller's queue: controller-runtime's own, in which requests age.
func ageingQueue(clock clock.PassiveClock) func(string, workqueue.TypedRateLimiter[reconcile.Request]) workqueue.TypedRateLimitingInterface[reconcile.Request] {
	return func(name string, limiter workqueue.TypedRateLimiter[reconcile.Request]) workqueue.TypedRateLimitingInterface[reconcile.Request] {
		return wake.NewQueue(priorityqueue.New(name, func(o *priorityqueue.Opts[reconcile.Request]) { o.RateLimiter = limiter }), clock)
	}
}

// asDue has every reconcile followed by one that is due, whatever the priority it was served
// at: left alone, controller-runtime would repeat an edit's at the head of the queue for ever,
// and a settled campaign's at its end.
type asDue struct{ reconcile.Reconciler }

// Reconcile implements reconcile.Reconciler.
func (d asDue) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	result, err := d.Reconciler.Reconcile(ctx, request)
	if err != nil {
		result = reconcile.Result{} // the queue's own backoff decides when
	}
	result.Priority = new(int(wake.Due))
	return result, err
}
