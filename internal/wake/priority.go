package wake

import (
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Priority says who is served first: the higher. What is queued twice keeps the higher of the two.
type Priority int

// The priorities. controller-runtime's own put whatever is listed at the start below all else,
// also what was written while no manager ran; these ask whether there is anything to do.
const (
	// Urgent: somebody has edited the resource, or it is not settled.
	Urgent Priority = 10
	// Due: the time that the last reconcile asked for has come, or what it waited for has.
	Due Priority = 0
	// Swept: a sweep has seen something else than the status says.
	Swept Priority = -10
	// Idle: settled, and looked at to be sure: at the start, or since the account has changed.
	Idle Priority = -100

	// aged is above all others: see Queue.
	aged Priority = 11
)

// Add queues a request now. A queue that knows no priorities takes it as it is.
func Add(queue workqueue.TypedRateLimitingInterface[reconcile.Request], priority Priority, request reconcile.Request) {
	if prioritised, ok := queue.(priorityqueue.PriorityQueue[reconcile.Request]); ok {
		prioritised.AddWithOpts(priorityqueue.AddOpts{Priority: new(int(priority))}, request)
		return
	}
	queue.Add(request)
}
