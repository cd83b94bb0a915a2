package engine

import "github.com/campaign-operator/campaign-operator/providers"

// tally counts what a stretch of a test costs.
type tally struct{ writes, create, get, terminate int }

func (w *world) tally() tally {
	return tally{w.writes, w.vendor.count(providers.OperationCreate), w.vendor.count(providers.OperationGet), w.vendor.count(providers.OperationTerminate)}
}

func (after tally) minus(before tally) tally {
	return tally{after.writes - before.writes, after.create - before.create, after.get - before.get, after.terminate - before.terminate}
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
