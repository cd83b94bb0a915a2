package engine

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// asOtherApp goes on as another app of the same merchant, whose list shows the same activities, with another resource.
func (w *world) asOtherApp(t *testing.T, name string) {
	t.Helper()
	was := us
	t.Cleanup(func() { us = was })
	us.ID = "2021000000000002"
	w.restart()
	w.key = types.NamespacedName{Namespace: w.key.Namespace, Name: name}
}

func TestAnActivityOfAnotherAppOfTheMerchantIsNotTaken(t *testing.T) {
	for name, test := range map[string]struct {
		change func(id string) func(*v1alpha1.PayGiftActivity)
		reason string
	}{
		"found by its content": {func(string) func(*v1alpha1.PayGiftActivity) { return func(*v1alpha1.PayGiftActivity) {} }, v1alpha1.ReasonLooksLikeExisting},
		"named": {func(id string) func(*v1alpha1.PayGiftActivity) {
			return func(c *v1alpha1.PayGiftActivity) { c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: id} }
		}, v1alpha1.ReasonDuplicateOwner},
	} {
		t.Run(name, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				w.applied(v1alpha1.PayGiftActivityActive, func(*v1alpha1.PayGiftActivity) {})
				w.pass(5 * time.Minute)
				first, id := w.key, w.campaign().Status.ActivityID
				w.asOtherApp(t, "team-b")
				w.applied(v1alpha1.PayGiftActivityActive, test.change(id))
				w.pass(5 * time.Minute)
				if is := ready(w.campaign()); is.Reason != test.reason {
					t.Errorf("it is %s: %s", is.Reason, is.Message)
				}
				contains(t, ready(w.campaign()).Message, first.String())
				w.setState(v1alpha1.PayGiftActivityTerminated)
				w.pass(5 * time.Minute)
				if creates, ends := w.vendor.count(providers.OperationCreate), w.vendor.count(providers.OperationTerminate); creates != 1 || ends != 0 {
					t.Errorf("%d creates, %d terminations, want the first app's create alone", creates, ends)
				}
			})
		})
	}
}
