package sweep

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

// target is a Target with its goroutine's state.
type target struct {
	Target
	sweeper *Sweeper
	kick    chan struct{} // a sweep is wanted; holds one
	stop    func()        // ends the goroutine; set with the sweeper's lock held when it begins

	mu       sync.Mutex
	view     *View
	err      error
	failedAt time.Time
	waiting  []want
	// underWay is when the sweep that is running began; zero between sweeps.
	underWay time.Time
	gone     bool // removed: nobody is to wait any more
}

// want is somebody waiting for a sweep that started at since or later.
type want struct {
	since time.Time
	wake  func()
}

var zeroTime time.Time

// maxPages bounds a sweep against a list that never ends: a hundred thousand pay-gift activities.
const maxPages = 1000

// replace gives the target new calls. A failure of the former ones goes on answering for its
// few seconds: an account whose credentials are proven good again and refused again in its
// list must not go round faster than that.
func (t *target) replace(by Target) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Activities, t.OnDone = by.Activities, by.OnDone
}

// leave returns those who wait, and lets nobody wait any more.
func (t *target) leave() []want {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.gone = true
	waiting := t.waiting
	t.waiting = nil
	return waiting
}

func (t *target) want(since time.Time, wake func()) (*View, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.gone {
		return nil, notSwept(t.Key)
	}
	if t.view != nil && !t.view.Started.Before(since) {
		return t.view, nil
	}
	if t.err != nil && t.sweeper.clock.Since(t.failedAt) < errorLife {
		return nil, t.err
	}
	t.waiting = append(t.waiting, want{since, wake})
	if !t.underWay.IsZero() && !t.underWay.Before(since) {
		return nil, nil // the sweep that is running will do
	}
	select {
	case t.kick <- struct{}{}:
	default: // one is on its way
	}
	return nil, nil
}

// run sweeps when asked to and once per interval, until the context ends.
func (t *target) run(ctx context.Context) {
	for {
		timer := t.sweeper.clock.NewTimer(t.sweeper.interval)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-t.kick:
			timer.Stop()
		case <-timer.C():
		}
		t.sweep(ctx)
	}
}

func (t *target) sweep(ctx context.Context) {
	t.mu.Lock()
	activities, onDone := t.Activities, t.OnDone
	started := t.sweeper.clock.Now()
	t.underWay = started
	t.mu.Unlock()

	entries, err := t.list(ctx, activities, started)
	if ctx.Err() != nil {
		return
	}
	former := t.failure()
	view, served := t.publish(started, entries, err)
	if err != nil && (former == nil || former.Error() != err.Error()) { // the same failure is said once
		t.sweeper.log.Info("sweep failed", "kind", t.Key.Kind, "account", t.Key.Account, "error", err.Error(), "requestId", providers.AsError(providers.OperationList, err).RequestID)
	}
	if err == nil { // who waits for the view goes before those of whom it has news
		wakeAll(served)
	}
	if onDone != nil {
		onDone(ctx, view, err)
	}
	if err != nil { // once whoever owns the sweep has seen to it
		wakeAll(served)
	}
}

// failure is why the last sweep failed; nil when it did not.
func (t *target) failure() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

func wakeAll(waiting []want) {
	for _, w := range waiting {
		w.wake()
	}
}

// publish makes the result visible and returns those who waited for it. Whoever needs a
// later sweep stays, and the next sweep is asked for.
func (t *target) publish(started time.Time, entries map[string]entry, err error) (*View, []want) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.underWay = zeroTime
	if err != nil {
		t.err, t.failedAt = err, t.sweeper.clock.Now()
		served := t.waiting
		t.waiting = nil
		return nil, served
	}
	if t.view != nil {
		maps.Copy(entries, learnedSince(t.view, started))
	}
	t.view, t.err = newView(started, entries), nil
	var served, later []want
	for _, w := range t.waiting {
		if started.Before(w.since) {
			later = append(later, w)
		} else {
			served = append(served, w)
		}
	}
	t.waiting = later
	if len(later) > 0 {
		select {
		case t.kick <- struct{}{}:
		default:
		}
	}
	return t.view, served
}

// learnedSince returns what was learned outside sweeps while this one was running.
func learnedSince(v *View, started time.Time) map[string]entry {
	learned := map[string]entry{}
	for id, e := range v.byID {
		if e.seen.After(started) {
			learned[id] = e
		}
	}
	return learned
}

// pace waits for the quota. It holds this target's goroutine, nobody else's.
func (t *target) pace(ctx context.Context, key quota.Key) error {
	call := quota.Call{Key: key, Waiter: "sweep/" + t.Key.Kind, Class: quota.Sweeping}
	for {
		wait := t.sweeper.pacer.Ask(call)
		if wait == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			t.sweeper.pacer.Leave(key, call.Waiter)
			return ctx.Err()
		case <-t.sweeper.clock.After(wait):
		}
	}
}
