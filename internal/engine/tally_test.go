package engine

import "github.com/campaign-operator/campaign-operator/providers"

// tally counts what a stretch of a test costs.
type tally struct{ writes, create, get, terminate, start, pause, restart int }

func (w *world) tally() tally {
	n := w.vendor.count
	return tally{w.writes, n(providers.OperationCreate), n(providers.OperationGet), n(providers.OperationTerminate),
		n(providers.OperationStart), n(providers.OperationPause), n(providers.OperationRestart)}
}

func (after tally) minus(before tally) tally {
	return tally{after.writes - before.writes, after.create - before.create, after.get - before.get, after.terminate - before.terminate,
		after.start - before.start, after.pause - before.pause, after.restart - before.restart}
}

// costs fails the test unless do costs exactly so much.
func (w *world) costs(want tally, do func()) {
	w.t.Helper()
	before := w.tally()
	do()
	if got := w.tally().minus(before); got != want {
		w.t.Errorf("it cost %+v, want %+v (reasons written: %v)", got, want, w.statuses)
	}
}
