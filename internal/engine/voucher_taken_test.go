package engine

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/providers"
)

// eachCodeOnce fails the test where a code was handed over for two activities.
func (w *world) eachCodeOnce() {
	w.t.Helper()
	seen := map[string]string{}
	for id, list := range w.vendor.vouchers.codes {
		for _, code := range list {
			if other := seen[code]; other != "" {
				w.t.Fatalf("code %s was handed over for %s and for %s", code, other, id)
			}
			seen[code] = id
		}
	}
}

func TestTheCodesOfAFormerRevisionAreNotHandedOverAgain(t *testing.T) {
	for name, way := range map[string]func(w *world){
		"beside the former": func(w *world) {
			w.edit(func(c *v1alpha1.PayGiftActivity) {
				c.Spec.RequestRevision, c.Spec.ReplacePrevious = ptr.To[int64](2), v1alpha1.ReplaceKeep
			})
		},
		"after it was stopped": func(w *world) {
			w.setState(v1alpha1.PayGiftActivityTerminated)
			w.pass(5 * time.Minute)
			w.edit(func(c *v1alpha1.PayGiftActivity) {
				c.Spec.RequestRevision, c.Spec.State = ptr.To[int64](2), v1alpha1.PayGiftActivityActive
			})
		},
		"of a renamed Secret": func(w *world) {
			w.secret("b", "A", 1200)
			w.edit(func(c *v1alpha1.PayGiftActivity) {
				c.Spec.RequestRevision, c.Spec.ReplacePrevious = ptr.To[int64](2), v1alpha1.ReplaceKeep
				codes("b=1200")(c)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				w.secrets()
				w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=1200")(c) })
				w.pass(10 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				way(w)
				w.pass(20 * time.Minute)
				w.restart()
				w.pass(20 * time.Minute)
				w.want(v1alpha1.ReasonCodesInvalid, v1alpha1.StatePending, "")
				contains(t, ready(w.campaign()).Message, "former requestRevision", "never handed over")
				w.secret("c", "C", 10)
				w.edit(codes("c=10"))
				w.pass(10 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				w.eachCodeOnce()
			})
		})
	}
}

func TestASecretOfCodesIsOneResources(t *testing.T) {
	for name, sources := range map[string]string{"the same Secret": "a=1200", "the same codes in another": "b=1200"} {
		for _, together := range []bool{true, false} {
			if together && sources != "a=1200" {
				continue // which codes are in it is known when the first were handed over
			}
			t.Run(name, func(t *testing.T) {
				inVouchers(t, func(t *testing.T, w *world) {
					w.secrets()
					w.secret("b", "A", 1200)
					first, key := w.manager, w.key
					r := w.join()
					r.key = types.NamespacedName{Namespace: w.key.Namespace, Name: "winter"}
					w.manager = first
					w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=1200")(c) })
					if !together {
						w.pass(10 * time.Minute)
					}
					w.clock.Step(time.Second)
					w.as(r, func() {
						w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) {
							uploads(c)
							c.Spec.ActivityBaseInfo.ActivityName = "winter"
							codes(sources)(c)
						})
					})
					w.pass(20 * time.Minute)
					w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
					w.as(r, func() {
						w.want(v1alpha1.ReasonCodesInvalid, v1alpha1.StatePending, "")
						contains(t, ready(w.campaign()).Message, key.String())
					})
					w.eachCodeOnce()
				})
			})
		}
	}
}

func TestTheCodesOfAFormerRevisionAreKnownAfterTheLossOfTheCluster(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.secrets()
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=1200")(c) })
		w.pass(10 * time.Minute)
		w.lose()
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.edit(func(c *v1alpha1.PayGiftActivity) {
			c.Spec.RequestRevision, c.Spec.ReplacePrevious = ptr.To[int64](2), v1alpha1.ReplaceKeep
		})
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonCodesInvalid, v1alpha1.StatePending, "")
		w.eachCodeOnce()
	})
}

func TestARevisionThatIsTakenBackHasItsCodesAgain(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.secrets()
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=1200")(c) })
		w.pass(10 * time.Minute)
		id := w.campaign().Status.ActivityID
		for range 2 {
			w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.RequestRevision = ptr.To[int64](2) })
			w.pass(5 * time.Minute)
			w.want(v1alpha1.ReasonPreviousStillLive, v1alpha1.StatePending, "")
			w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.RequestRevision = nil })
			w.pass(10 * time.Minute)
			w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		}
		w.amend(codes("a=1200,b=900"))
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if c := w.campaign(); c.Status.ActivityID != id || len(w.vendor.vouchers.codes[id]) != 2100 || len(c.Status.FormerCodes) != 0 {
			t.Errorf("activity %s has %d codes, and of former ones it is recorded: %+v", c.Status.ActivityID, len(w.vendor.vouchers.codes[id]), c.Status.FormerCodes)
		}
	})
}

func TestCodesUnderAnotherNameAreNotHandedOverAgain(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.vouchers.repeats = true
		w.secrets()
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=1200")(c) })
		w.pass(10 * time.Minute)
		deposits := w.vendor.count(providers.OperationDepositCodes)
		w.secret("z", "A", 1200)
		w.must(w.api.Delete(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.key.Namespace, Name: "a"}}))
		w.amend(codes("a=1200,z=1200"))
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonCodesInvalid, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		contains(t, ready(w.campaign()).Message, "handed over already, from Secret a")
		if n := w.vendor.count(providers.OperationDepositCodes); n != deposits {
			t.Errorf("%d deposits more", n-deposits)
		}
	})
}

func TestALostRecordOfCodesIsRecoveredBelowALimitThatItFits(t *testing.T) {
	for name, limits := range map[string]accounts.Limits{"of one": {MaxCampaignYuan: "12.00"}, "of all": maxActive("12.00")} {
		t.Run(name, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				w.secrets()
				w.limited(limits)
				w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=1200")(c) })
				w.pass(10 * time.Minute)
				w.lose()
				w.pass(20 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
			})
		})
	}
}
