package engine

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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

func TestAnOpenRequestOfAnotherMerchantIsNotInTheWay(t *testing.T) {
	for name, test := range map[string]struct{ first, second, reason string }{
		"another merchant": {"2021-2088000000000001", "2021-2088000000000002", v1alpha1.ReasonScheduled},
		"the same":         {"2021-2088000000000001", "2022-2088000000000001", v1alpha1.ReasonLooksLikeExisting},
		"nobody says":      {"2021-2088000000000001", "2022", v1alpha1.ReasonLooksLikeExisting},
	} {
		t.Run(name, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				was := us
				t.Cleanup(func() { us = was })
				us.ID = test.second
				w.restart()
				w.vendor.vouchers.forgetful = true
				w.applied(v1alpha1.PayGiftActivityActive, func(*v1alpha1.PayGiftActivity) {})
				w.pass(10 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				id, second := w.campaign().Status.ActivityID, w.key

				other := w.campaign()
				other.ObjectMeta = metav1.ObjectMeta{Namespace: second.Namespace, Name: "of-another"}
				status := other.Status.DeepCopy()
				status.ActivityID, status.Creation = "", v1alpha1.CreationUnknown
				status.Request.Account.ID = test.first
				w.must(w.api.Create(t.Context(), other))
				other.Status = *status
				w.must(w.api.Status().Update(t.Context(), other))

				w.lose()
				w.pass(10 * time.Minute)
				if c := w.campaign(); ready(c).Reason != test.reason || (test.reason == v1alpha1.ReasonScheduled) != (c.Status.ActivityID == id) {
					t.Errorf("it is %s with the activity %q: %s", ready(c).Reason, c.Status.ActivityID, ready(c).Message)
				}
			})
		})
	}
}
