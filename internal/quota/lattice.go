package quota

import (
	"math"
	"time"
)

const (
	// margin is the part of a rate that is left unused, so that calls which arrive at the vendor
	// a little closer together than they were let go do not exceed it.
	margin = 0.005
	// maxCatchUp bounds how far a late call may stay behind its slot without moving the later ones.
	maxCatchUp = 100 * time.Millisecond
)

// instant is a time since the pacer was made.
type instant = time.Duration

// lattice is a row of evenly spaced slots, one for each call. The next slot counts from the former
// slot and not from the call, so that callers' lateness does not add up.
//
// What makes it hold to a rate of n calls: each call has a slot of its own, slots are at least an
// interval apart, no call stays more than catchUp behind its slot, and a call goes before its slot
// only when as many slots have just gone by unused. Of n+1 calls in a row the last therefore goes
// at least n intervals less catchUp after the first. That is more than the rate's length, because
// n intervals are longer than it by the margin, and catchUp is a third of the margin. The other
// two thirds are for the way to the vendor.
type lattice struct {
	// interval between slots; 0 paces nothing.
	interval time.Duration
	catchUp  time.Duration
	// burst is how many calls may go at once after idle time: a second's worth.
	burst int
	// next is the first slot that is not taken.
	next instant
	// ahead is how many calls may go before their slots.
	ahead int
}

// newLattice returns a lattice that allows one call at once and then one each interval, as though
// everything before had been used up.
func newLattice(r Rate, now instant) lattice {
	l := lattice{next: now}
	if r.Calls <= 0 || r.Per <= 0 {
		return l
	}
	slack := float64(r.Per) * margin
	l.interval = time.Duration((float64(r.Per) + slack) / r.Calls)
	l.catchUp = min(time.Duration(slack/3), maxCatchUp)
	l.burst = max(1, int(min(r.Calls, r.Calls/r.Per.Seconds())))
	return l
}

// free is how many calls may go now.
func (l *lattice) free(now instant) int {
	late := now - l.next
	switch {
	case late < 0:
		return l.ahead
	case l.interval <= 0:
		return math.MaxInt
	default:
		return max(l.ahead, 1+min(l.burst-1, int(late/l.interval)))
	}
}

// at is when a call may go that has k others before it.
func (l *lattice) at(k int, now instant) instant {
	if k < l.free(now) {
		return now
	}
	return l.slot(now) + time.Duration(k)*l.interval
}

// take uses up the slot of a call that goes now.
func (l *lattice) take(now instant) {
	free := l.free(now)
	l.next, l.ahead = l.slot(now)+l.interval, free-1
}

// pause leaves no slot before until.
func (l *lattice) pause(until instant) {
	l.next, l.ahead = max(l.next, until), 0
}

// slot is the slot of a call that goes now.
func (l *lattice) slot(now instant) instant {
	return max(l.next, now-l.catchUp)
}
