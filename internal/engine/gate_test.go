package engine

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
)

func TestAnAccountHasOnlySoManyCallsUnderWay(t *testing.T) {
	var g gate
	ours, others := sweep.Key{Account: "1900000109"}, sweep.Key{Account: "1900000110"}
	for i, want := range []bool{true, true, false} {
		if got := g.enter(ours, 2); got != want {
			t.Errorf("call %d is let in: %t", i+1, got)
		}
	}
	if !g.enter(others, 2) {
		t.Error("another account waits")
	}
	g.leave(ours)
	if !g.enter(ours, 2) {
		t.Error("a place given back is not given out")
	}
	if !new(gate).enter(ours, 0) {
		t.Error("without a limit nothing is let in")
	}
}

func TestACampaignWhoseAccountHangsWaitsWithoutHoldingAWorker(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.reconciler.gate.enter(sweepKey, 1) // a call of another campaign hangs
		w.apply(v1alpha1.PayGiftActivityActive)
		w.costs(tally{}, func() { w.pass(10 * time.Second) })
		w.reconciler.gate.leave(sweepKey)
		w.costs(tally{writes: 2, create: 1, get: 1}, func() { w.pass(10 * time.Second) })
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}
