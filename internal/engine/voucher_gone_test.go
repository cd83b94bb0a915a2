package engine

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// notKnown is what Alipay answers for an id that it does not know, and for other troubles.
func notKnown() fault {
	return fault{false, trouble(providers.KindNotFound, providers.DelaySlow, false, "INVALID_PARAMETER")}
}

func TestADeletionEndsAnActivityThatTheVendorDoesNotKnowForAMoment(t *testing.T) {
	for _, times := range []int{1, 3, 8} {
		madeVoucher(t, func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionTerminate }, func(t *testing.T, w *world, _ string) {
			for range times {
				w.vendor.fail(providers.OperationGet, notKnown())
			}
			w.delete()
			w.pass(30 * time.Minute)
			if w.vendor.count(providers.OperationTerminate) != 1 || w.vendor.activities[0].terminated.IsZero() {
				t.Errorf("after %d such answers it was let go, and goes on", times)
			}
			if w.campaign().Name != "" {
				t.Errorf("after %d such answers the resource is still there", times)
			}
		})
	}
}

func TestADeletionLetsAnActivityGoThatTheVendorDoesNotKnowForLong(t *testing.T) {
	madeVoucher(t, func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionTerminate }, func(t *testing.T, w *world, _ string) {
		w.vendor.activities = nil
		w.delete()
		w.pass(5 * time.Minute)
		if w.campaign().Name == "" {
			t.Error("it was let go at once")
		}
		contains(t, ready(w.campaign()).Message, "no longer knows", "for ten minutes", "Orphan")
		gets := w.vendor.count(providers.OperationGet)
		w.pass(10 * time.Minute)
		if w.campaign().Name != "" {
			t.Error("it is kept for ever")
		}
		if n := w.vendor.count(providers.OperationGet) - gets; n > 12 {
			t.Errorf("it was asked for %d times in ten minutes", n)
		}
	})
}

func TestADeletionKeepsAnActivityThatTheListShows(t *testing.T) {
	madeVoucher(t, func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionTerminate }, func(t *testing.T, w *world, _ string) {
		for range 100 {
			w.vendor.fail(providers.OperationGet, notKnown())
		}
		w.delete()
		w.pass(time.Hour)
		if w.campaign().Name == "" {
			t.Fatal("it was let go, and goes on")
		}
		w.vendor.heal()
		w.pass(5 * time.Minute)
		if w.campaign().Name != "" || w.vendor.activities[0].terminated.IsZero() {
			t.Errorf("it is kept: %s", ready(w.campaign()).Message)
		}
	})
}

func TestTwoAnswersFarApartAreNoTenMinutes(t *testing.T) {
	madeVoucher(t, func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionTerminate }, func(t *testing.T, w *world, _ string) {
		w.vendor.fail(providers.OperationGet, notKnown())
		w.annotate("now")
		w.pass(20 * time.Minute)
		w.vendor.fail(providers.OperationGet, notKnown())
		w.delete()
		w.pass(5 * time.Minute)
		if w.vendor.activities[0].terminated.IsZero() {
			t.Error("it was let go, and goes on")
		}
	})
}
