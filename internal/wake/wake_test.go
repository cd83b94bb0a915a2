package wake

import (
	"fmt"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func named(name string) types.NamespacedName {
	return types.NamespacedName{Namespace: "marketing", Name: name}
}

// queue is a controller's queue of its own kind, without goroutines.
type queue struct {
	workqueue.TypedRateLimitingInterface[reconcile.Request]
	added []string
}

func (q *queue) Add(r reconcile.Request) { q.added = append(q.added, r.String()) }

func (q *queue) want(t *testing.T, when string, names ...string) {
	t.Helper()
	slices.Sort(q.added)
	if !slices.Equal(q.added, names) {
		t.Errorf("%s: queued were %v, want %v", when, q.added, names)
	}
	q.added = nil
}

func start(t *testing.T, w *Waker, q *queue) {
	t.Helper()
	if err := w.Source().Start(t.Context(), q); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsWokenBeforeTheControllerRunsIsQueuedOnceWhenItStarts(t *testing.T) {
	w, q := &Waker{}, &queue{}
	source := w.Source() // made when the controller is set up, long before it starts
	w.Wake(named("spring"), named("summer"))
	w.Wake(named("spring"))
	q.want(t, "before the start")
	if err := source.Start(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	q.want(t, "at the start", "marketing/spring", "marketing/summer")
	w.Wake(named("autumn"))
	q.want(t, "after the start", "marketing/autumn")
}

func TestWhatIsWokenWhileTheControllerRunsIsQueuedAtOnce(t *testing.T) {
	w, q := &Waker{}, &queue{}
	start(t, w, q)
	q.want(t, "at the start")
	w.Wake()
	q.want(t, "after waking nobody")
	w.Wake(named("spring"), named("summer"))
	q.want(t, "after waking two", "marketing/spring", "marketing/summer")
	w.Wake(named("spring"))
	q.want(t, "after waking one again", "marketing/spring")
}

func TestAWakeBeforeTheStartIsNotQueuedASecondTime(t *testing.T) {
	w, first, second := &Waker{}, &queue{}, &queue{}
	w.Wake(named("spring"))
	start(t, w, first)
	first.want(t, "at the first start", "marketing/spring")
	start(t, w, second)
	second.want(t, "at a second start")
}

func TestWakingFromManyPlacesLosesNobody(t *testing.T) {
	w := &Waker{}
	q := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
	defer q.ShutDown()
	const wakers = 8
	done := make(chan struct{}, wakers)
	for i := range wakers {
		go func() {
			for range 50 {
				w.Wake(named(string(rune('a'+i))), named("shared"))
			}
			done <- struct{}{}
		}()
	}
	if err := w.Source().Start(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	for range wakers {
		<-done
	}
	if q.Len() != wakers+1 {
		t.Errorf("%d are queued, want each of %d once", q.Len(), wakers+1)
	}
}

func TestTheSourceHasANameInTheControllersLog(t *testing.T) {
	if name := fmt.Sprint((&Waker{}).Source()); name != "wakes" {
		t.Errorf("the source is called %s, want wakes", name)
	}
}
