package wake

import (
	"container/list"
	"sync"
	"time"

	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Whoever has waited for patience is served before all others, but only as one in share of those
// served: a flood of edits starves nobody, and a large idle fleet that has aged together holds
// up an edit by one look at a settled resource, not by the fleet.
const (
	patience = 30 * time.Second
	share    = 8
)

// Queue is a controller's priority queue in which requests age. It needs no goroutine and no
// end of its own: a waiting request is raised by whoever takes one, and while nobody takes any,
// nobody is served before it.
type Queue struct {
	priorityqueue.PriorityQueue[reconcile.Request]
	clock clock.PassiveClock

	mu sync.Mutex
	// waiting are those below Urgent, the one that has waited longest first, and places finds them
	// there. Timers that have not run out are not among them, nor is what backs off.
	waiting list.List
	places  map[reconcile.Request]*list.Element
	// takes counts the requests taken since the last one was raised.
	takes int
}

// since is a request and when it began to wait.
type since struct {
	request reconcile.Request
	at      time.Time
}

// NewQueue makes the requests of a queue age.
func NewQueue(queue priorityqueue.PriorityQueue[reconcile.Request], clock clock.PassiveClock) *Queue {
	return &Queue{PriorityQueue: queue, clock: clock, places: map[reconcile.Request]*list.Element{}}
}

// Add implements workqueue.TypedInterface.
func (q *Queue) Add(request reconcile.Request) { q.AddWithOpts(priorityqueue.AddOpts{}, request) }

// AddWithOpts implements priorityqueue.PriorityQueue.
func (q *Queue) AddWithOpts(o priorityqueue.AddOpts, requests ...reconcile.Request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if o.After <= 0 && !o.RateLimited && (o.Priority == nil || *o.Priority < int(Urgent)) {
		for _, request := range requests {
			q.note(request)
		}
	}
	q.PriorityQueue.AddWithOpts(o, requests...)
}

// note is called with mu held.
func (q *Queue) note(request reconcile.Request) {
	if _, noted := q.places[request]; !noted {
		q.places[request] = q.waiting.PushBack(since{request: request, at: q.clock.Now()})
	}
}

// Get implements workqueue.TypedInterface.
func (q *Queue) Get() (request reconcile.Request, shutdown bool) {
	request, _, shutdown = q.GetWithPriority()
	return request, shutdown
}

// GetWithPriority implements priorityqueue.PriorityQueue.
func (q *Queue) GetWithPriority() (request reconcile.Request, priority int, shutdown bool) {
	q.raise()
	request, priority, shutdown = q.PriorityQueue.GetWithPriority()
	q.mu.Lock()
	defer q.mu.Unlock()
	q.drop(request)
	return request, priority, shutdown
}

// raise lets the request that has waited longest go first, if it has waited long and its turn has come.
func (q *Queue) raise() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.takes++
	first := q.waiting.Front()
	if first == nil || q.takes < share {
		return
	}
	oldest := first.Value.(since) // nothing else is put there
	if q.clock.Since(oldest.at) < patience {
		return
	}
	q.takes = 0
	q.drop(oldest.request)
	q.PriorityQueue.AddWithOpts(priorityqueue.AddOpts{Priority: new(int(aged))}, oldest.request)
}

// drop is called with mu held.
func (q *Queue) drop(request reconcile.Request) {
	if place, noted := q.places[request]; noted {
		q.waiting.Remove(place)
		delete(q.places, request)
	}
}
