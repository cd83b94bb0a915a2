package engine

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestAnActivityThatTheVendorHasSaidSomethingOfIsReadAtOnce(t *testing.T) {
	for name, before := range map[string]func(*world){
		"settled":           func(*world) {},
		"after a restart":   (*world).restart,
		"when a read fails": func(w *world) { w.vendor.fail(providers.OperationGet, fault{err: unread}) },
	} {
		t.Run(name, func(t *testing.T) {
			created(t, func(t *testing.T, w *world, id string) {
				before(w)
				w.vendor.console(id, func(a *activity) { a.terminated = noon })
				w.reconciler.Notified(w.key)
				w.pass(10 * time.Second) // a sweep would take longer
				w.want(v1alpha1.ReasonTerminatedElsewhere, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
			})
		})
	}
}

func TestANotificationThatHasNothingNewCostsOneRead(t *testing.T) {
	created(t, func(t *testing.T, w *world, _ string) {
		w.reconciler.Notified(w.key)
		w.reconciler.Notified(w.key)
		w.costs(tally{get: 1}, func() { w.pass(10 * time.Second) })
		w.costs(tally{}, func() { w.reconciler.Waker.Wake(w.key); w.step() })
	})
}
