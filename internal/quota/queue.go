package quota

import (
	"cmp"
	"slices"
	"time"
)

// Class orders the calls that wait for one quota; lower goes first.
type Class int

// The classes of calls.
const (
	// Stopping calls end or narrow an activity.
	Stopping Class = iota
	// Edited calls are what a person has just asked for: an edit, or a look asked for by annotation.
	Edited
	// Starting calls create or widen an activity.
	Starting
	// Looking calls are looks that are due.
	Looking
	// Sweeping calls list all activities of an account.
	Sweeping
)

const (
	// ageing: one slot in so many goes to who has waited longest, whatever its class, so that
	// nobody starves.
	ageing = 8
	// tolerance is how late a waiter may come and still find its slot kept for it. Later, the slot
	// goes to anybody who asks.
	tolerance = 100 * time.Millisecond
	// grace is how late a waiter may come and still find its place in the queue. Later, it is taken
	// for gone: its campaign was deleted, or its caller has given up.
	grace = time.Minute
)

// waiter is a call that waits.
type waiter struct {
	Call
	// account is the quota of its account.
	account *bucket
	// arrival numbers the waiters as they came.
	arrival uint64
	// due is when it was told to ask again.
	due instant
}

// compare orders waiters by class, begin and arrival.
func compare(a, b *waiter) int {
	if a.Class != b.Class {
		return cmp.Compare(a.Class, b.Class)
	}
	if c := compareBegin(a.Begin, b.Begin); c != 0 {
		return c
	}
	return byArrival(a, b)
}

// compareBegin orders begins; calls without one come last.
func compareBegin(a, b time.Time) int {
	switch {
	case a.IsZero() == b.IsZero():
		return a.Compare(b)
	case a.IsZero():
		return 1
	default:
		return -1
	}
}

func byArrival(a, b *waiter) int { return cmp.Compare(a.arrival, b.arrival) }

// present says which waiters are still reckoned with: all but those that are overdue.
func present(now instant) func(*waiter) bool {
	return func(w *waiter) bool { return w.due >= now-tolerance }
}

// claiming says which waiters may ask for a slot at this very moment: those just told to come, when
// their account lets them. Who was told a later time is not here, and a slot must not stay unused for it.
func claiming(now instant) func(*waiter) bool {
	present := present(now)
	return func(w *waiter) bool { return w.due <= now && present(w) && w.account.free(now) > 0 }
}

// queue holds waiters in both of the orders in which they are served.
type queue struct {
	ordered, arrived []*waiter
	// served counts the calls that went, to know whose slot the next one is.
	served int
}

func (q *queue) add(w *waiter) {
	q.ordered = insert(q.ordered, w, compare)
	q.arrived = insert(q.arrived, w, byArrival)
}

func (q *queue) remove(w *waiter) {
	q.ordered = remove(q.ordered, w, compare)
	q.arrived = remove(q.arrived, w, byArrival)
}

func insert(list []*waiter, w *waiter, order func(a, b *waiter) int) []*waiter {
	i, _ := slices.BinarySearchFunc(list, w, order)
	return slices.Insert(list, i, w)
}

func remove(list []*waiter, w *waiter, order func(a, b *waiter) int) []*waiter {
	i, found := slices.BinarySearchFunc(list, w, order)
	if !found {
		return list
	}
	return slices.Delete(list, i, i+1)
}

// lost are the waiters that have not come back.
func (q *queue) lost(now instant) []*waiter {
	var lost []*waiter
	for _, w := range q.arrived {
		if w.due < now-grace {
			lost = append(lost, w)
		}
	}
	return lost
}

// position is how many others go before w, of those that count.
func (q *queue) position(w *waiter, counts func(*waiter) bool) int {
	ordered, arrived := q.ordered, q.arrived
	// The last one served from either order: all before it in that order are served, too.
	var first, oldest *waiter
	inOrder := func(o *waiter) bool {
		return (oldest == nil || byArrival(o, oldest) > 0) && (o == w || counts(o))
	}
	byAge := func(o *waiter) bool {
		return (first == nil || compare(o, first) > 0) && (o == w || counts(o))
	}
	for n := 0; ; n++ {
		var next *waiter
		if (q.served+n)%ageing == ageing-1 {
			next, arrived = pick(arrived, byAge)
			oldest = next
		} else {
			next, ordered = pick(ordered, inOrder)
			first = next
		}
		if next == w {
			return n
		}
	}
}

// pick returns the first one that waits, and those after it.
func pick(list []*waiter, waits func(*waiter) bool) (*waiter, []*waiter) {
	i := slices.IndexFunc(list, waits)
	return list[i], list[i+1:]
}
