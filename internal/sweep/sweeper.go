package sweep

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/utils/clock"

	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

// Key names what is swept: the activities of one kind, of one merchant id or app id, at one
// gateway. Two account resources with the same identity share a sweep.
type Key struct {
	Gateway, Account, Kind string
}

// Target is one thing to sweep.
type Target struct {
	Key        Key
	Activities providers.Activities
	// OnDone is told of the end of every sweep, with the view or the error. It must not block.
	OnDone func(context.Context, *View, error)
}

// Sweeper reads the lists. Each target has a goroutine of its own, so that one account's
// trouble never delays another's; all of them end with the context given to Start.
type Sweeper struct {
	clock    clock.Clock
	pacer    *quota.Pacer
	interval time.Duration
	log      logr.Logger

	mu      sync.Mutex
	ctx     context.Context // set by Start, the owner of all goroutines
	running sync.WaitGroup
	targets map[Key]*target
}

// errorLife is how long a failed sweep answers for: long enough for those it woke, short
// enough that a retry asks the gateway again.
const errorLife = 3 * time.Second

// New returns a sweeper that reads every list at least once per interval.
func New(clock clock.Clock, pacer *quota.Pacer, interval time.Duration, log logr.Logger) *Sweeper {
	return &Sweeper{clock: clock, pacer: pacer, interval: interval, log: log, targets: map[Key]*target{}}
}

// Start runs the sweeps until ctx ends and returns when all of them have ended. It
// implements manager.Runnable.
func (s *Sweeper) Start(ctx context.Context) error {
	s.mu.Lock()
	s.ctx = ctx
	for _, t := range s.targets {
		s.spawn(ctx, t)
	}
	s.mu.Unlock()
	<-ctx.Done()
	s.mu.Lock()
	s.ctx = nil // whatever is named from now on is not swept, and nobody joins those waited for
	s.mu.Unlock()
	s.running.Wait()
	return nil
}

// NeedLeaderElection implements manager.LeaderElectionRunnable: only the leader sweeps.
func (s *Sweeper) NeedLeaderElection() bool { return true }

// Ensure starts to sweep a target, or gives a target that is swept already new calls (after
// a rotation of keys).
func (s *Sweeper) Ensure(t Target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if existing, ok := s.targets[t.Key]; ok {
		existing.replace(t)
		return
	}
	created := &target{Target: t, sweeper: s, kick: make(chan struct{}, 1)}
	created.kick <- struct{}{}
	s.targets[t.Key] = created
	if s.ctx != nil && s.ctx.Err() == nil {
		s.spawn(s.ctx, created)
	}
}

// Remove stops sweeping a target, also in the middle of its list, forgets its view and wakes
// those who wait for it.
func (s *Sweeper) Remove(key Key) {
	s.mu.Lock()
	t, ok := s.targets[key]
	delete(s.targets, key)
	if ok && t.stop != nil {
		t.stop()
	}
	s.mu.Unlock()
	if !ok {
		return
	}
	for _, w := range t.leave() {
		w.wake()
	}
}

// View returns the latest view, or nil when there is none yet.
func (s *Sweeper) View(key Key) *View {
	t := s.target(key)
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.view
}

// Failing reports whether no view was ever had because the last sweep failed, as it does for a merchant without the product.
func (s *Sweeper) Failing(key Key) bool {
	t := s.target(key)
	if t == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.view == nil && t.err != nil
}

// Want returns a view whose sweep started at since or later. Where there is none it asks
// for one and returns nothing; wake is called when that sweep has ended. The error is that
// of a sweep that has just failed.
func (s *Sweeper) Want(key Key, since time.Time, wake func()) (*View, error) {
	t := s.target(key)
	if t == nil {
		return nil, notSwept(key)
	}
	return t.want(since, wake)
}

// Learn adds what was learned outside a sweep: an activity just created, or read one by
// one. A sweep that started earlier does not undo it.
func (s *Sweeper) Learn(key Key, snapshot providers.Snapshot) {
	t := s.target(key)
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.view != nil {
		t.view = t.view.with(snapshot, s.clock.Now())
	}
}

func notSwept(key Key) error {
	return fmt.Errorf("the account's activities of kind %s are not swept", key.Kind)
}

func (s *Sweeper) target(key Key) *target {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.targets[key]
}

// spawn is called with mu held.
func (s *Sweeper) spawn(ctx context.Context, t *target) {
	ctx, t.stop = context.WithCancel(ctx)
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		t.run(ctx)
	}()
}
