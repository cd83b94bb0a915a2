package controllers

import (
	"errors"
	"maps"
	"net/http"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	simulated "github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
)

func TestAMessageWakesTheOneResourceThatRecordsTheActivity(t *testing.T) {
	for name, appID := range map[string]string{"public keys": keyApp, "certificates": certApp} {
		t.Run(name, func(t *testing.T) {
			o := newAppOffice(t, appID, "", nil)
			o.reconcile()
			const other = "2021000000000003"
			g := newGate(t, o.clock.Now, o.sources,
				recorded("mine", appID, "1"), recorded("for-another", appID+"-"+merchantPID, "2"), recorded("elsewhere", other, "3"),
				recorded("twin-elsewhere", other, "1"), &v1alpha1.AlipayVoucherActivity{ObjectMeta: metav1.ObjectMeta{Namespace: "marketing", Name: "none"}})
			for _, test := range []struct {
				activity string
				wakes    []string
			}{
				{"1", []string{"marketing/mine"}}, {"2", []string{"marketing/for-another"}},
				{"3", nil}, // another account's, however good the signature is
				{"4", nil},
			} {
				if delivery := o.tell(g, appID, test.activity); !delivery.Success {
					t.Errorf("the message about %s is answered with %+v", test.activity, delivery)
				}
				g.wants(g.vouchers, test.wakes...)
			}
			g.listErr = errors.New("the cache is away")
			if delivery := o.tell(g, appID, "1"); delivery.Status != http.StatusServiceUnavailable {
				t.Errorf("while nobody can be found it is answered with %+v, so that it does not come again", delivery)
			}
		})
	}
}

func TestAMessageThatIsNotAlipaysWakesNothing(t *testing.T) {
	o := newAppOffice(t, keyApp, "", nil)
	o.reconcile()
	g := newGate(t, o.clock.Now, o.sources, recorded("mine", keyApp, "1"))
	o.must(o.gateway.Switches().Put(map[string]string{simulated.SwitchMessagesSignature: "bad"}))
	if delivery := o.tell(g, keyApp, "1"); delivery.Status != http.StatusUnauthorized || g.counted("Unverified") != 1 {
		t.Errorf("a forged one is answered with %+v", delivery)
	}
	if code := g.post("/alipay/"+keyApp, "a=1&a=2", nil); code != http.StatusUnauthorized || g.counted("Malformed") != 1 {
		t.Errorf("what is no form is answered with %d", code)
	}
	g.wants(g.vouchers)
}

func TestMessagesAreTakenForAppsThatWorkAndWantThem(t *testing.T) {
	o := newAppOffice(t, keyApp, "", nil)
	g := newGate(t, o.clock.Now, o.sources)
	taken := func(want bool, when string) {
		t.Helper()
		if delivery := o.tell(g, keyApp, "1"); delivery.Success != want {
			t.Errorf("%s a message is answered with %+v", when, delivery)
		}
	}
	taken(false, "before the application is checked")
	o.reconcile()
	taken(true, "while it works")
	o.edit(func(app *v1alpha1.AlipayApp) { app.Spec.Notifications = v1alpha1.AlipayNotificationsIgnore })
	o.costs(0, 1, func() { o.reconcile() })
	taken(false, "while it ignores messages")
	o.edit(func(app *v1alpha1.AlipayApp) { app.Spec.Notifications = v1alpha1.AlipayNotificationsAccept })
	o.reconcile()
	taken(true, "when it takes them again")
	o.rewrite(func(data map[string][]byte) { delete(data, v1alpha1.SecretKeyAppPrivateKey) })
	o.reconcile()
	taken(false, "without its key")
	o.rewrite(func(data map[string][]byte) {
		maps.Copy(data, appSecretData(appCredentialsOf(t, o.gateway, keyApp), ""))
	})
	o.reconcile()
	taken(true, "with its key again")
	o.must(o.api.Delete(t.Context(), o.app()))
	_, err := o.reconciler.Reconcile(t.Context(), ctrl.Request{NamespacedName: appKey})
	o.must(err)
	taken(false, "when it is gone")
}
