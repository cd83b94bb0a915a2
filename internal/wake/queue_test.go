package wake

import (
	"fmt"
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// line is a real queue that ages by the test's clock.
type line struct {
	*Queue
	t     *testing.T
	clock *clocktesting.FakePassiveClock
}

func newLine(t *testing.T) *line {
	t.Helper()
	clock := clocktesting.NewFakePassiveClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	l := &line{Queue: NewQueue(priorityqueue.New[reconcile.Request](""), clock), t: t, clock: clock}
	t.Cleanup(l.ShutDown)
	return l
}

func (l *line) pass(d time.Duration) { l.clock.SetTime(l.clock.Now().Add(d)) }

// add queues resources called prefix-0, prefix-1 and so on.
func (l *line) add(priority Priority, prefix string, count int) {
	for i := range count {
		Add(l, priority, request(fmt.Sprintf("%s-%d", prefix, i)))
	}
}

// take takes the next request, serves it and returns its name.
func (l *line) take() string {
	l.t.Helper()
	if l.Len() == 0 {
		l.t.Fatal("nothing is queued")
	}
	next, shutdown := l.Get()
	if shutdown {
		l.t.Fatal("the queue has been shut down")
	}
	l.Done(next)
	return next.Name
}

// want fails the test unless these are the next to be served.
func (l *line) want(names ...string) {
	l.t.Helper()
	for _, name := range names {
		if next := l.take(); next != name {
			l.t.Errorf("%s is served, want %s", next, name)
		}
	}
}

func request(name string) reconcile.Request {
	return reconcile.Request{NamespacedName: named(name)}
}

func TestWhatIsUrgentIsServedBeforeWhatIsDueSweptAndIdle(t *testing.T) {
	l := newLine(t)
	l.add(Idle, "idle", 2)
	l.add(Swept, "swept", 1)
	l.Add(request("due")) // as whoever knows no priorities adds
	l.add(Urgent, "edited", 1)
	Add(l, Urgent, request("idle-1")) // edited while it waits
	l.want("edited-0", "idle-1", "due", "swept-0", "idle-0")
}

func TestAWakeGivesWayOrNotAsItIsAskedTo(t *testing.T) {
	l, w := newLine(t), &Waker{}
	w.WakeLater(named("early"), named("both"), named("swept"))
	w.Wake(named("both"))
	w.WakeLater(named("both"))
	if err := w.Source().Start(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	l.want("both")
	w.Wake(named("due"))
	w.Wake(named("early"))
	l.want("due", "early", "swept")
}

func TestWhatHasWaitedLongIsServedInAFloodOfEdits(t *testing.T) {
	l := newLine(t)
	l.add(Idle, "idle", 1)
	edits := 0
	servedIn := func(takes int) bool {
		for range takes {
			Add(l, Urgent, request(fmt.Sprintf("edit-%d", edits)))
			edits++
			if l.take() == "idle-0" {
				return true
			}
		}
		return false
	}
	l.add(Urgent, "before", 1) // so that the flood is never over
	l.pass(patience - time.Second)
	if servedIn(10 * share) {
		t.Fatal("an idle resource is served before edits although it has not waited long")
	}
	l.pass(time.Second)
	if !servedIn(share) {
		t.Fatalf("an idle resource has waited for %s and is not among the next %d that are served", patience, share)
	}
	Add(l, Idle, request("idle-0"))
	if servedIn(10 * share) {
		t.Error("what has been served is as old as before")
	}
	l.pass(patience)
	if !servedIn(share) {
		t.Error("a resource ages only once")
	}
}

func TestAFleetThatHasAgedTogetherHoldsUpNoEdit(t *testing.T) {
	const fleet = 3000
	l := newLine(t)
	l.add(Idle, "idle", fleet)
	l.pass(patience)
	l.want("idle-0")
	left := fleet - 1
	for i := range 100 {
		edited := fmt.Sprintf("edited-%d", i)
		Add(l, Urgent, request(edited))
		if next := l.take(); next == edited {
			continue
		}
		left--
		if next := l.take(); next != edited {
			t.Fatalf("%s is served, want %s: two of the aged fleet went before it", next, edited)
		}
	}
	if served := fleet - 1 - left; served < 100/share {
		t.Errorf("%d of the aged fleet were served among 100 edits, want about one in %d", served, share)
	}
	for range left {
		l.take()
	}
	if l.Len() != 0 {
		t.Errorf("%d are still queued", l.Len())
	}
}

func TestATimerThatHasNotRunOutDoesNotAge(t *testing.T) {
	l := newLine(t)
	l.AddWithOpts(priorityqueue.AddOpts{After: time.Hour}, request("tomorrow"))
	l.AddWithOpts(priorityqueue.AddOpts{RateLimited: true, After: time.Hour}, request("failed"))
	l.pass(2 * patience)
	l.add(Urgent, "edit", 3*share)
	for i := range 3 * share {
		l.want(fmt.Sprintf("edit-%d", i))
	}
}
