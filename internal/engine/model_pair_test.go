package engine

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// thread is a process that goes on from one boundary to the next only when it is told to.
type thread struct {
	m       *model
	manager *manager
	resume  chan struct{}
	paused  chan struct{}
	busy    bool // in the middle of a reconcile
}

func (m *model) thread(of *manager) *thread {
	return &thread{m: m, manager: of, resume: make(chan struct{}), paused: make(chan struct{})}
}

// next lets the process go on to its next boundary, or to the end of its reconcile. It reports
// false when nothing is left to do.
func (th *thread) next() bool {
	w := th.m.w
	w.manager = th.manager
	if !th.busy {
		synctest.Wait()
		if !th.manager.due(w.clock.Now()) {
			return false
		}
	}
	th.m.pause = func() {
		th.paused <- struct{}{}
		<-th.resume
	}
	if th.busy {
		th.resume <- struct{}{}
	} else {
		th.busy = true
		go func() {
			defer func() { th.busy = false; th.paused <- struct{}{} }()
			w.reconcile()
		}()
	}
	<-th.paused
	return true
}

// finish lets the process go on to its rest.
func (th *thread) finish() {
	for range 100 {
		if !th.next() {
			return
		}
	}
	th.m.broken("a process finds no rest")
}

// pairs has two processes, each with a memory and a cache of its own, work at once: the first goes
// so many boundaries, then the second so many, then the first to its rest, then the second.
func pairs(t *testing.T, p *protocol) {
	turn := turns{every: 29}
	for _, name := range sortedKeys(plots) {
		for _, trouble := range []string{"", "crash", "stale cache", "Terminated", "wipe the status", "brake", "revise and keep"} {
			for first := range boundaries {
				for second := range boundaries {
					for _, habit := range turn.habits() {
						p.pair(t, name, habit, trouble, first, second)
					}
				}
			}
		}
	}
}

func (p *protocol) pair(t *testing.T, name, habit, trouble string, first, second int) {
	t.Helper()
	plot := p.own.plots[name]
	story := fmt.Sprintf("%s by two; the first goes %d, the second %d, %q; the vendor %s", name, first, second, trouble, habit)
	p.play(t, story, habit, func(m *model) {
		a, b := m.thread(m.w.managers[0]), m.thread(m.w.join())
		m.w.manager = a.manager
		plot.before(m)
		plot.during(m)
		for range first {
			a.next()
		}
		for range second {
			b.next()
		}
		if trouble != "" {
			m.plan = map[int]string{m.crossings: trouble}
		}
		a.finish()
		b.finish()
		m.pause, m.w.manager = func() {}, a.manager
		m.w.pass(time.Minute)
	})
}
