package engine

import (
	"context"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func TestTwoThatCameToRecordOneActivityAreToldApartByTheNextSweep(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		first := w.campaign()
		first.Name, first.UID, first.ResourceVersion = "a-first", "uid-0", ""
		status := first.Status
		w.must(w.api.Create(context.Background(), first))
		first.Status = status
		w.must(w.api.Status().Update(context.Background(), first))
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonDuplicateOwner, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		contains(t, ready(w.campaign()).Message, "marketing/a-first")

		writes := w.writes
		w.pass(30 * time.Minute)
		if w.writes != writes {
			t.Errorf("%d writes for what was said", w.writes-writes)
		}
		w.must(w.api.Delete(context.Background(), first))
		w.reconciler.Deleted(context.Background(), first)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}
