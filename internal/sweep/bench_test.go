package sweep

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

const interval = 5 * time.Minute

var (
	noon  = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	ours  = Key{Gateway: "https://gateway.example", Account: "1900000109", Kind: "PayGiftActivity"}
	other = Key{Gateway: "https://gateway.example", Account: "1900000208", Kind: "PayGiftActivity"}

	errAway = &providers.Error{Operation: providers.OperationList, Kind: providers.KindUnavailable, Code: "SYSTEM_ERROR", Message: "away"}
)

// bench is a sweeper at work. It lives in a synctest bubble: settle returns when every
// goroutine waits for something that only the test can do, and a goroutine that is left
// over when the test ends fails it.
type bench struct {
	t       *testing.T
	clock   *clocktesting.FakeClock
	pacer   *quota.Pacer
	sweeper *Sweeper
	stop    context.CancelFunc
	ended   chan error // what Start returned
}

// onBench runs a test with a started sweeper that paces nothing.
func onBench(t *testing.T, test func(b *bench)) {
	t.Helper()
	onPacedBench(t, nil, test)
}

func onPacedBench(t *testing.T, limits quota.Limits, test func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, limits)
		b.start()
		test(b)
		b.end()
	})
}

func newBench(t *testing.T, limits quota.Limits) *bench {
	clock := clocktesting.NewFakeClock(noon)
	pacer := quota.New(clock, limits)
	return &bench{t: t, clock: clock, pacer: pacer, sweeper: New(clock, pacer, interval, logr.Discard())}
}

func (b *bench) start() {
	ctx, cancel := context.WithCancel(context.Background())
	b.stop, b.ended = cancel, make(chan error, 1)
	b.t.Cleanup(cancel) // so that a test that fails early leaves no goroutines either
	go func() { b.ended <- b.sweeper.Start(ctx) }()
	settle()
}

// end ends the sweeper and fails the test when it has not returned at once.
func (b *bench) end() {
	b.t.Helper()
	b.stop()
	settle()
	select {
	case err := <-b.ended:
		if err != nil {
			b.t.Errorf("Start returned %v", err)
		}
	default:
		b.t.Fatal("the context has ended, but Start has not returned")
	}
}

func settle() { synctest.Wait() }

// pass lets time go by and everything happen that is due then.
func (b *bench) pass(d time.Duration) {
	b.clock.Step(d)
	settle()
}

// sweep ensures a target and lets everything happen that happens at once.
func (b *bench) sweep(key Key, list *list) *done {
	d := &done{}
	b.sweeper.Ensure(Target{Key: key, Activities: list, OnDone: d.note})
	settle()
	return d
}

// want asks for a view that started at since or later and returns who was told of its end.
func (b *bench) want(key Key, since time.Time) (*View, *bell, error) {
	b.t.Helper()
	bell := &bell{}
	view, err := b.sweeper.Want(key, since, bell.ring)
	settle()
	return view, bell, err
}

// view fails the test unless the view holds exactly these ids.
func (b *bench) view(key Key, ids ...string) *View {
	b.t.Helper()
	view := b.sweeper.View(key)
	if view == nil {
		b.t.Fatalf("there is no view, want one of %v", ids)
	}
	for _, id := range ids {
		if _, ok := view.ByID(id); !ok {
			b.t.Errorf("the view lacks %s", id)
		}
	}
	if view.Len() != len(ids) {
		b.t.Errorf("the view has %d activities, want %d", view.Len(), len(ids))
	}
	return view
}

// bell counts how often a waiter was woken.
type bell struct {
	mu    sync.Mutex
	rings int
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rings++
}

func (b *bell) rang(t *testing.T, times int, when string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rings != times {
		t.Errorf("%s: the waiter was woken %d times, want %d", when, b.rings, times)
	}
}

// done notes what OnDone was told.
type done struct {
	mu    sync.Mutex
	views []*View
	errs  []error
}

func (d *done) note(_ context.Context, view *View, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.views, d.errs = append(d.views, view), append(d.errs, err)
}

func (d *done) told(t *testing.T, want ...error) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.errs) != len(want) {
		t.Fatalf("OnDone was told %v, want %v", d.errs, want)
	}
	for i, err := range d.errs {
		if !errors.Is(err, want[i]) {
			t.Errorf("OnDone was told %v, want %v", err, want[i])
		}
		if (d.views[i] == nil) != (err != nil) {
			t.Errorf("OnDone was told of view %v together with error %v", d.views[i], err)
		}
	}
}

// list is a vendor's list. Only List may be called.
type list struct {
	providers.Activities
	// answer gives a page.
	answer func(page int) (providers.Page, error)
	// hold, where it is set, keeps back every answer until it is closed or the call is cancelled.
	hold chan struct{}

	mu    sync.Mutex
	pages []int // that were asked for
}

func (l *list) List(ctx context.Context, page int) (providers.Page, error) {
	l.mu.Lock()
	l.pages = append(l.pages, page)
	hold, answer := l.hold, l.answer
	l.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return providers.Page{}, ctx.Err()
		}
	}
	return answer(page)
}

func (l *list) calls() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.pages)
}

func (l *list) called(t *testing.T, times int, when string) {
	t.Helper()
	if calls := l.calls(); calls != times {
		t.Errorf("%s: the list was called %d times, want %d", when, calls, times)
	}
}

// set changes what the list answers from now on.
func (l *list) set(change func(*list)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(l)
}

func (l *list) fails(err error) {
	l.set(func(l *list) {
		l.answer = func(int) (providers.Page, error) { return providers.Page{}, err }
	})
}

func (l *list) shows(pages ...[]providers.Snapshot) {
	l.set(func(l *list) {
		l.answer = func(page int) (providers.Page, error) {
			if page >= len(pages) {
				return providers.Page{}, fmt.Errorf("page %d was asked for, the last is %d", page, len(pages)-1)
			}
			return providers.Page{Items: pages[page], Last: page == len(pages)-1}, nil
		}
	})
}

// holds keeps back every answer until it is released.
func (l *list) holds() (release func()) {
	hold := make(chan struct{})
	l.set(func(l *list) { l.hold = hold })
	return func() {
		l.set(func(l *list) { l.hold = nil })
		close(hold)
		settle()
	}
}

func listOf(pages ...[]providers.Snapshot) *list {
	l := &list{}
	l.shows(pages...)
	return l
}

// page makes a page of activities with these ids.
func page(ids ...string) []providers.Snapshot {
	var items []providers.Snapshot
	for _, id := range ids {
		items = append(items, providers.Snapshot{ID: id, RequestNo: "number-" + id, State: providers.StateScheduled})
	}
	return items
}

func in(id string, state providers.State) providers.Snapshot {
	return providers.Snapshot{ID: id, RequestNo: "number-" + id, State: state}
}
