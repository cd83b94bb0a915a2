// Package wake says who is served first, and brings resources back to their controller's queue
// from anywhere in the process. Waking never blocks and needs no goroutine, unlike a channel source.
package wake

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

// Waker queues resources of one controller. The zero value is ready; what is woken before
// the controller runs is queued when it starts.
type Waker struct {
	mu      sync.Mutex
	queue   workqueue.TypedRateLimitingInterface[reconcile.Request]
	pending map[types.NamespacedName]Priority
}

// Source connects the waker to its controller's queue.
func (w *Waker) Source() source.Source { return wakes{w} }

// wakes is the waker as a controller sees it.
type wakes struct{ *Waker }

// Start implements source.Source.
func (w wakes) Start(_ context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = queue
	for key, priority := range w.pending {
		Add(queue, priority, reconcile.Request{NamespacedName: key})
	}
	w.pending = nil
	return nil
}

// String names the source in the controller's log.
func (wakes) String() string { return "wakes" }

// Wake queues resources that something they waited for has come to.
func (w *Waker) Wake(keys ...types.NamespacedName) { w.wake(Due, keys) }

// WakeLater queues resources of which a sweep has seen something new: they give way to those
// that are due.
func (w *Waker) WakeLater(keys ...types.NamespacedName) { w.wake(Swept, keys) }

func (w *Waker) wake(priority Priority, keys []types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, key := range keys {
		if w.queue != nil {
			Add(w.queue, priority, reconcile.Request{NamespacedName: key})
			continue
		}
		if w.pending == nil {
			w.pending = map[types.NamespacedName]Priority{}
		}
		if before, pending := w.pending[key]; !pending || before < priority {
			w.pending[key] = priority
		}
	}
}
