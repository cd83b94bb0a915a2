package controllers

import (
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func TestAMessageWakesTheOneResourceThatRecordsTheActivity(t *testing.T) {
	o := newAppOffice(t, keyApp, "", nil)
	key := o.listening()
	g := newGate(t, o.clock.Now, o.sources,
		recorded("mine", keyApp, "1"), recorded("for-another", keyApp+"-"+merchantPID, "2"), recorded("elsewhere", certApp, "3"),
		recorded("twin-elsewhere", certApp, "1"), &v1alpha1.AlipayVoucherActivity{ObjectMeta: metav1.ObjectMeta{Namespace: "marketing", Name: "none"}})
	for _, test := range []struct {
		activity string
		wakes    []string
	}{
		{"1", []string{"marketing/mine"}}, {"2", []string{"marketing/for-another"}},
		{"3", nil}, // another account's, however good the signature is
		{"4", nil},
	} {
		if code := g.post("/alipay/"+keyApp, form, message(t, key, "n"+test.activity, test.activity), nil); code != http.StatusOK {
			t.Errorf("the message about %s is answered with %d", test.activity, code)
		}
		g.wants(g.vouchers, test.wakes...)
	}
	g.listErr = errors.New("the cache is away")
	if code := g.post("/alipay/"+keyApp, form, message(t, key, "n9", "1"), nil); code != http.StatusServiceUnavailable {
		t.Errorf("while nobody can be found it is answered with %d, so that it does not come again", code)
	}
}

func TestAMessageIsRefusedForWhatIsWrongWithIt(t *testing.T) {
	o := newAppOffice(t, keyApp, "", nil)
	key := o.listening()
	g := newGate(t, o.clock.Now, o.sources, recorded("mine", keyApp, "1"))
	good := message(t, key, "n1", "1")
	for outcome, body := range map[string]string{
		"Unverified": strings.Replace(good, "activity_id", "activity_ID", 1), "Malformed": message(t, key, "", "1"),
	} {
		if code := g.post("/alipay/"+keyApp, form, body, nil); code != http.StatusUnauthorized || g.counted(outcome) != 1 {
			t.Errorf("it is answered with %d, and %s was counted %v times", code, outcome, g.counted(outcome))
		}
	}
	if code := g.post("/alipay/"+keyApp, form, "a=1&a=2", nil); code != http.StatusUnauthorized || g.counted("Malformed") != 2 {
		t.Errorf("what is no form is answered with %d", code)
	}
	g.wants(g.vouchers)
}

func TestMessagesAreTakenForAppsThatWorkAndWantThem(t *testing.T) {
	o := newAppOffice(t, keyApp, "", nil)
	g := newGate(t, o.clock.Now, o.sources)
	forged := message(t, keyIn(t, appCredentialsOf(t, o.gateway, certApp).PrivateKeyPEM), "n1", "1")
	known := func(want bool, when string) {
		t.Helper()
		before := g.counted("Unverified") // else it would be of an account that nobody knows
		g.post("/alipay/"+keyApp, form, forged, nil)
		if known := g.counted("Unverified") > before; known != want {
			t.Errorf("%s the application is known to the door: %t", when, known)
		}
	}
	known(false, "before it is checked")
	o.reconcile()
	known(true, "while it works")
	o.edit(func(app *v1alpha1.AlipayApp) { app.Spec.Notifications = v1alpha1.AlipayNotificationsIgnore })
	o.costs(0, 1, func() { o.reconcile() })
	known(false, "while it ignores messages")
	o.edit(func(app *v1alpha1.AlipayApp) { app.Spec.Notifications = v1alpha1.AlipayNotificationsAccept })
	o.reconcile()
	known(true, "when it takes them again")
	o.rewrite(func(data map[string][]byte) { delete(data, v1alpha1.SecretKeyAppPrivateKey) })
	o.reconcile()
	known(false, "without its key")
	o.rewrite(func(data map[string][]byte) {
		maps.Copy(data, appSecretData(appCredentialsOf(t, o.gateway, keyApp), ""))
	})
	o.reconcile()
	known(true, "with its key again")
	o.must(o.api.Delete(t.Context(), o.app()))
	_, err := o.reconciler.Reconcile(t.Context(), ctrl.Request{NamespacedName: appKey})
	o.must(err)
	known(false, "when it is gone")
}
