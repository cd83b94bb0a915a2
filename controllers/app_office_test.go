package controllers

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/notify"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/internal/simulator"
	simulated "github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/internal/wake"
	"github.com/campaign-operator/campaign-operator/providers/alipay"
)

// The applications of the tests' gateway: one for each mode, each with two merchants that it may act for.
const (
	keyApp        = "2021000000000001"
	certApp       = "2021000000000002"
	merchantPID   = "2088102146225135"
	otherPID      = "2088102146225136"
	probeOfSelf   = "activity.batchquery"
	probeOfAgency = "open.auth.token.app.query"
)

var appKey = types.NamespacedName{Namespace: "platform", Name: "alipay"}

// startAlipay starts a gateway whose clock is the test's.
func startAlipay(t *testing.T, clock *clocktesting.FakePassiveClock) *simulator.Server {
	t.Helper()
	agency := []string{merchantPID, otherPID}
	server, err := simulator.New(simulator.Options{ReuseKeys: true, RealNow: clock.Now, AlipayApps: []simulated.AppOptions{
		{AppID: keyApp, Mode: simulated.PublicKey, AgencyMerchants: agency}, {AppID: certApp, Mode: simulated.Certificate, AgencyMerchants: agency},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

func gatewayDo(server *simulator.Server) string { return server.URL() + "/gateway.do" }

func appCredentialsOf(t *testing.T, server *simulator.Server, appID string) simulated.Credentials {
	t.Helper()
	credentials, err := server.AlipayCredentials(appID)
	if err != nil {
		t.Fatal(err)
	}
	return credentials
}

// appSecretData are an application's credentials as its Secret holds them, with a merchant's grant if it acts for one.
func appSecretData(c simulated.Credentials, merchant string) map[string][]byte {
	data := map[string][]byte{v1alpha1.SecretKeyAppPrivateKey: c.PrivateKeyPEM}
	if c.Mode == simulated.Certificate {
		data[v1alpha1.SecretKeyAppCertificate], data[v1alpha1.SecretKeyAlipayCertificate] = c.AppCertPEM, c.AlipayCertPEM
		data[v1alpha1.SecretKeyAlipayRootCertificate] = c.RootCertPEM
	} else {
		data[v1alpha1.SecretKeyAlipayPublicKey] = c.AlipayPublicKeyPEM
	}
	if merchant != "" {
		data[v1alpha1.SecretKeyAppAuthToken] = []byte(c.AppAuthTokens[merchant])
	}
	return data
}

// appOffice is a cluster with one application and its Secret, a gateway, and the applications' controller.
type appOffice struct {
	desk
	reconciler *AccountReconciler[*v1alpha1.AlipayApp, *alipay.Client]
	opener     *opener[*alipay.Client]
	sources    *notify.Sources
}

// newAppOffice prepares an application that works, acting for a merchant if one is named, changed.
func newAppOffice(t *testing.T, appID, merchant string, change func(*v1alpha1.AlipayApp, *corev1.Secret)) *appOffice {
	t.Helper()
	clock := clocktesting.NewFakePassiveClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	o := &appOffice{
		desk:    desk{t: t, clock: clock, gateway: startAlipay(t, clock)},
		opener:  &opener[*alipay.Client]{key: appKey},
		sources: &notify.Sources{},
	}
	o.furnish(&v1alpha1.AlipayApp{}, o.get)
	o.restart()
	credentials := appCredentialsOf(t, o.gateway, appID)
	app := &v1alpha1.AlipayApp{
		ObjectMeta: metav1.ObjectMeta{Namespace: appKey.Namespace, Name: appKey.Name, UID: "app-1", Generation: 1},
		Spec: v1alpha1.AlipayAppSpec{
			AppID: appID, Environment: "production", Gateway: v1alpha1.AlipayGateway{URL: gatewayDo(o.gateway)},
			Credentials: v1alpha1.AlipayCredentials{SecretName: secretKey.Name, Mode: v1alpha1.AlipayCredentialsMode(credentials.Mode)},
		},
	}
	if merchant != "" {
		app.Spec.Agency = &v1alpha1.AlipayAgency{MerchantID: merchant}
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: secretKey.Namespace, Name: secretKey.Name, UID: "secret-1"},
		Data:       appSecretData(credentials, merchant),
	}
	if change != nil {
		change(app, secret)
	}
	o.must(o.api.Create(t.Context(), app))
	o.must(o.api.Create(t.Context(), secret))
	return o
}

// restart gives the cluster a controller that remembers nothing.
func (o *appOffice) restart() {
	o.t.Helper()
	registry, pacer := &accounts.Registry{}, quota.New(o.clock, quota.Defaults())
	o.reconciler = &AccountReconciler[*v1alpha1.AlipayApp, *alipay.Client]{
		Kind: AlipayAppKind{UserAgent: "office-test", Clock: o.clock}, Vendor: notify.Alipay, Sources: o.sources,
		Client: o.api, Live: o.api, Registry: registry, Opener: o.opener, Reports: &accountQueue{},
		Reporter: &AccountReporter{
			Client: o.api, Live: o.api, Registry: registry, Kinds: []engine.Kind{AlipayVoucherActivityKind{}}, Quota: quotaRecords(pacer), Events: o, Clock: o.clock,
			View:    func(sweep.Key) *sweep.View { return nil },
			Failing: func(sweep.Key) bool { return false },
		},
		AllowedGateways: map[string]bool{gatewayDo(o.gateway): true}, Clock: o.clock, Waker: &wake.Waker{},
	}
	o.must(o.reconciler.SetupWithManager(offlineManager(o.t, "AlipayApp")))
}

// reconcile runs one reconcile, checks what it leaves behind, and returns it.
func (o *appOffice) reconcile() (*v1alpha1.AlipayApp, time.Duration) {
	o.t.Helper()
	result, err := o.reconciler.Reconcile(o.t.Context(), ctrl.Request{NamespacedName: appKey})
	o.must(err)
	app := o.app()
	for _, broken := range status.Check(app.Generation, app.Status.ObservedGeneration, app.Status.Conditions) {
		o.t.Errorf("the status breaks a rule: %s", broken)
	}
	o.keepsSecrets(app.Status)
	return app, result.RequeueAfter
}

func (o *appOffice) app() *v1alpha1.AlipayApp {
	o.t.Helper()
	app := &v1alpha1.AlipayApp{}
	o.must(o.api.Get(o.t.Context(), appKey, app))
	return app
}

// edit changes the manifest as a user does.
func (o *appOffice) edit(change func(*v1alpha1.AlipayApp)) {
	o.t.Helper()
	app := o.app()
	change(app)
	app.Generation++
	o.must(o.api.Update(o.t.Context(), app))
}

// probes is how many probing calls have reached the gateway.
func (o *appOffice) probes() int64 {
	return o.gateway.Journal().Count(probeOfSelf).Requests + o.gateway.Journal().Count(probeOfAgency).Requests
}

// fault makes the gateway's next probes go wrong.
func (o *appOffice) fault(rule faults.Rule) {
	o.t.Helper()
	for _, probe := range []string{probeOfSelf, probeOfAgency} {
		rule.Match.Operation, rule.Times = probe, -1
		_, err := o.gateway.Faults().Add(rule)
		o.must(err)
	}
}

// costs fails the test unless do costs so many probes and status writes.
func (o *appOffice) costs(probes int64, writes int, do func()) {
	o.t.Helper()
	probesBefore, writesBefore := o.probes(), o.writes
	do()
	if p, w := o.probes()-probesBefore, o.writes-writesBefore; p != probes || w != writes {
		o.t.Errorf("it cost %d probes and %d writes, want %d and %d", p, w, probes, writes)
	}
}
