package quota

import (
	"slices"
	"testing"
	"time"
)

// queueOf returns a queue whose waiters came in this order.
func queueOf(calls ...Call) *queue {
	q := &queue{}
	for i, c := range calls {
		q.add(&waiter{Call: c, arrival: uint64(i + 1)})
	}
	return q
}

func anyone(*waiter) bool { return true }

// served empties a queue one by one, and checks that each was told its position.
func served(t *testing.T, q *queue) []string {
	t.Helper()
	var names []string
	positions := map[string]int{}
	for _, w := range q.ordered {
		positions[w.Waiter] = q.position(w, anyone)
	}
	for len(q.ordered) > 0 {
		i := slices.IndexFunc(q.ordered, func(w *waiter) bool { return q.position(w, anyone) == 0 })
		next := q.ordered[i]
		if positions[next.Waiter] != len(names) {
			t.Errorf("%s was told position %d and goes as number %d", next.Waiter, positions[next.Waiter], len(names))
		}
		names = append(names, next.Waiter)
		q.remove(next)
		q.served++
	}
	return names
}

func TestCallsGoByClassThenBeginThenArrival(t *testing.T) {
	q := queueOf(
		Call{Waiter: "sweep", Class: Sweeping},
		Call{Waiter: "look", Class: Looking},
		Call{Waiter: "no begin", Class: Starting},
		Call{Waiter: "tomorrow", Class: Starting, Begin: noon.Add(24 * time.Hour)},
		Call{Waiter: "today", Class: Starting, Begin: noon},
		Call{Waiter: "also today", Class: Starting, Begin: noon},
		Call{Waiter: "edit", Class: Edited, Begin: noon.Add(48 * time.Hour)},
	)
	q.add(&waiter{Call: Call{Waiter: "stop", Class: Stopping}, arrival: 8})
	// The eighth slot goes to the oldest, which is the last one anyway.
	want := []string{"stop", "edit", "today", "also today", "tomorrow", "no begin", "look", "sweep"}
	if got := served(t, q); !slices.Equal(got, want) {
		t.Errorf("served %q, want %q", got, want)
	}
}

func TestOneSlotInEightGoesToWhoHasWaitedLongest(t *testing.T) {
	calls := []Call{{Waiter: "old sweep", Class: Sweeping}, {Waiter: "old look", Class: Looking}}
	for i := range 20 {
		calls = append(calls, Call{Waiter: string(rune('a' + i)), Class: Edited})
	}
	names := served(t, queueOf(calls...))
	if names[7] != "old sweep" || names[15] != "old look" {
		t.Errorf("served %q", names)
	}
}

func TestAPositionCountsOnlyWhoCounts(t *testing.T) {
	q := queueOf(Call{Waiter: "gone"}, Call{Waiter: "here"}, Call{Waiter: "me"})
	me := q.ordered[2]
	if got := q.position(me, func(w *waiter) bool { return w.Waiter != "gone" }); got != 1 {
		t.Errorf("position %d, want 1", got)
	}
}

func TestWaitersThatDoNotComeAreOverdueThenLost(t *testing.T) {
	w := &waiter{due: time.Hour, account: &bucket{}}
	q := &queue{}
	q.add(w)
	for _, test := range []struct {
		after                   time.Duration
		claiming, present, lost bool
	}{
		{-time.Second, false, true, false},
		{0, true, true, false},
		{tolerance, true, true, false},
		{tolerance + 1, false, false, false},
		{grace, false, false, false},
		{grace + 1, false, false, true},
	} {
		now := w.due + test.after
		if got := claiming(now)(w); got != test.claiming {
			t.Errorf("%s after its time: claiming %t", test.after, got)
		}
		if got := present(now)(w); got != test.present {
			t.Errorf("%s after its time: present %t", test.after, got)
		}
		if got := len(q.lost(now)) == 1; got != test.lost {
			t.Errorf("%s after its time: lost %t", test.after, got)
		}
	}
}
