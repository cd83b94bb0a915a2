package engine

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// rivals are two processes, each with a memory of its own, whose stocks do not fit below the account's ceiling together.
type rivals struct {
	m             *model
	first, second *thread
}

// inRivalry runs a test with two inactive stocks that are about to be activated.
func inRivalry(t *testing.T, test func(t *testing.T, w *world, r rivals)) {
	t.Helper()
	inRivalryOf(t, stockKind{}, stockInactive, stockActive, test)
}

// inRivalryOf runs a test with two campaigns of a kind that are in a state and are about to go to another.
func inRivalryOf(t *testing.T, kind Kind, from, to v1alpha1.PayGiftActivityDesiredState, test func(t *testing.T, w *world, r rivals)) {
	t.Helper()
	inWorldOf(t, kind, func(t *testing.T, w *world) {
		m := &model{w: w, pause: func() {}}
		w.limited(maxActive("1.50"))
		r := rivals{m: m, first: m.thread(w.manager)}
		other := w.join()
		other.key = autumn
		r.second = m.thread(other)
		for _, th := range []*thread{r.first, r.second} {
			w.as(th.manager, func() {
				w.applied(from, func(c *v1alpha1.PayGiftActivity) {
					c.Spec.ActivityBaseInfo.ActivityName = w.key.Name
					setTimes(c, noon.Add(100*time.Hour))
				})
			})
		}
		w.pass(5 * time.Minute)
		w.vendor.crossing = func(op providers.Operation, done bool) {
			if op != providers.OperationList {
				m.cross("%s done=%t", op, done)
			}
		}
		w.crossing = func(done bool) { m.cross("write done=%t", done) }
		for _, th := range []*thread{r.first, r.second} {
			w.as(th.manager, func() { w.setState(to) })
		}
		test(t, w, r)
	})
}

// oneWins fails the test unless one of the rivals' stocks, and no more, is activated in the end, and the other says why it is not.
func (r rivals) oneWins(t *testing.T) {
	t.Helper()
	w := r.m.w
	r.m.pause, r.m.plan, w.manager = func() {}, nil, r.first.manager
	w.vendor.heal()
	w.pass(20 * time.Minute)
	reasons := map[string]int{}
	for _, th := range []*thread{r.first, r.second} {
		w.as(th.manager, func() { reasons[ready(w.campaign()).Reason]++ })
	}
	committed, live := len(w.vendor.activities), v1alpha1.ReasonScheduled
	if stocks := w.vendor.stocks; stocks != nil {
		committed, live = len(stocks.locks), v1alpha1.ReasonRunning
	}
	if committed != 1 || reasons[live] != 1 || reasons[v1alpha1.ReasonBudgetLimitExceeded] != 1 {
		t.Errorf("%d committed money; they say %v", committed, reasons)
		for _, th := range []*thread{r.first, r.second} {
			w.as(th.manager, func() { t.Logf("%+v %+v", ready(w.campaign()), w.campaign().Status.Operation) })
		}
		for _, line := range r.m.story {
			t.Log(line)
		}
	}
}

func TestTwoProcessesNeverActivateTogetherWhatDoesNotFitTogether(t *testing.T) {
	everyRivalry(t, providers.OperationStart, inRivalry)
}

func TestTwoProcessesNeverCreateTogetherWhatDoesNotFitTogether(t *testing.T) {
	everyRivalry(t, providers.OperationCreate, func(t *testing.T, test func(t *testing.T, w *world, r rivals)) {
		t.Helper()
		inRivalryOf(t, voucherKind{}, v1alpha1.PayGiftActivityDraft, v1alpha1.PayGiftActivityActive, test)
	})
}

// everyRivalry runs two rivals in every order of their boundaries.
func everyRivalry(t *testing.T, op providers.Operation, inRivalry func(*testing.T, func(*testing.T, *world, rivals))) {
	t.Helper()
	const most = 8 // the intent, the call, the read after it, the record: before and after each
	turn := 0
	for _, reply := range []string{"", "reply lost", "5xx"} {
		for _, trouble := range []string{"", "crash"} {
			for first := range most + 1 {
				for second := range most + 1 {
					if turn++; (reply != "" || trouble != "" || thin > 1) && turn%(3*thin) != 0 {
						continue // a part of them, so that it does not take long
					}
					t.Run(fmt.Sprintf("the first goes %d, the second %d, %q %q", first, second, reply, trouble), func(t *testing.T) {
						inRivalry(t, func(t *testing.T, w *world, r rivals) {
							w.frozenLists(r, (first+second)%2 == 0)
							if reply != "" {
								w.vendor.fail(op, replies[reply])
							}
							for range first {
								r.first.next()
							}
							for range second {
								r.second.next()
							}
							if trouble != "" {
								r.m.plan = map[int]string{r.m.crossings: trouble}
							}
							r.first.finish()
							r.second.finish()
							r.oneWins(t)
						})
					})
				}
			}
		}
	}
}

// frozenLists has each process list what its cache held before the other began, where told so.
func (w *world) frozenLists(r rivals, frozen bool) {
	if !frozen {
		return
	}
	for _, th := range []*thread{r.first, r.second} {
		list := &v1alpha1.PayGiftActivityList{}
		w.must(w.api.List(context.Background(), list))
		th.manager.frozen = list
	}
}

func TestTheRivalGoesOnWhenTheCeilingIsRaisedOrTheOtherHasEnded(t *testing.T) {
	for name, way := range map[string]func(w *world, r rivals){
		"raised": func(w *world, _ rivals) { w.limited(maxActive("2.00")) },
		"ended": func(w *world, _ rivals) {
			for id := range w.vendor.stocks.locks {
				w.vendor.console(id, func(a *activity) { a.body.End = w.clock.Now() })
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			inRivalry(t, func(t *testing.T, w *world, r rivals) {
				r.first.finish()
				r.second.finish()
				r.oneWins(t)
				for _, m := range w.managers { // the limit holds also for those who remember nothing
					w.as(m, w.restart)
				}
				w.pass(20 * time.Minute)
				if len(w.vendor.stocks.locks) != 1 {
					t.Errorf("after a restart: locked %v", w.vendor.stocks.locks)
				}
				way(w, r)
				w.pass(20 * time.Minute)
				if len(w.vendor.stocks.locks) != 2 {
					t.Errorf("locked %v", w.vendor.stocks.locks)
				}
			})
		})
	}
}
