package quota

import "slices"

// bucket is one quota: its slots and who waits for them.
type bucket struct {
	lattice
	queue
	// pausedUntil is set by a refusal: nothing goes before it.
	pausedUntil instant
	// dues is room for afterOthers.
	dues []instant
}

// serve uses up a slot for a call that goes now.
func (b *bucket) serve(now instant) {
	b.take(now)
	b.served++
}

// admits reports whether w may go now.
func (b *bucket) admits(w *waiter, now instant) bool {
	free := b.free(now)
	return free > 0 && b.position(w, claiming(now)) < free
}

// turn is when w may go, as far as this bucket goes: now, or its place in the queue.
func (b *bucket) turn(w *waiter, now instant) instant {
	if b.admits(w, now) {
		return now
	}
	return b.at(b.position(w, present(now)), now)
}

// turnFrom is like turn for a bucket that several accounts share: w may not go before from, when
// its own account lets it. Nor may the others go before theirs, so they do not block anybody until then.
func (b *bucket) turnFrom(w *waiter, from, now instant) instant {
	if from <= now {
		if b.admits(w, now) {
			return now
		}
		from = b.at(b.free(now), now)
	}
	// Either bounds the wait from above: that all others want the next slots, or those they were told.
	if soon := b.at(b.position(w, present(now)), now); soon > from {
		return min(soon, b.afterOthers(w, from, now))
	}
	return from
}

// afterOthers is the first slot from from on that is left when those before w go when they were told to.
func (b *bucket) afterOthers(w *waiter, from, now instant) instant {
	before, _ := slices.BinarySearchFunc(b.ordered, w, compare)
	b.dues = b.dues[:0]
	for present, o := present(now), b.ordered[:before]; len(o) > 0; o = o[1:] {
		if present(o[0]) {
			b.dues = append(b.dues, max(o[0].due, o[0].account.at(0, now)))
		}
	}
	slices.Sort(b.dues)
	slots := b.lattice
	for _, due := range b.dues {
		if due > slots.at(0, from) {
			break
		}
		slots.take(slots.at(0, due))
	}
	return slots.at(0, from)
}
