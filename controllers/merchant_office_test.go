package controllers

import (
	"context"
	"net/http"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	clocktesting "k8s.io/utils/clock/testing"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/notify"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	simulated "github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/internal/wake"
)

const (
	mchid      = "1900000109"
	otherMchid = "1900000208"
)

var (
	merchantKey = types.NamespacedName{Namespace: "platform", Name: "wechatpay"}
	secretKey   = types.NamespacedName{Namespace: "platform", Name: "wechatpay-keys"}
)

var scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, corev1.AddToScheme} {
		if err := add(s); err != nil {
			panic(err)
		}
	}
	return s
}()

// offlineManager sets controllers up and is never started, so that it needs no API server. It
// knows these kinds.
func offlineManager(t *testing.T, kinds ...string) ctrl.Manager {
	t.Helper()
	mapper := meta.NewDefaultRESTMapper(nil)
	for _, kind := range kinds {
		mapper.Add(v1alpha1.GroupVersion.WithKind(kind), meta.RESTScopeNamespace)
	}
	mgr, err := ctrl.NewManager(&rest.Config{Host: "http://127.0.0.1:1"}, ctrl.Options{
		Scheme: scheme, Metrics: metricsserver.Options{BindAddress: "0"}, Controller: config.Controller{SkipNameValidation: ptr.To(true)},
		MapperProvider: func(*rest.Config, *http.Client) (meta.RESTMapper, error) { return mapper, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return mgr
}

// startSimulator starts a gateway whose clock is the test's.
func startSimulator(t *testing.T, clock *clocktesting.FakePassiveClock) *simulator.Server {
	t.Helper()
	server, err := simulator.New(simulator.Options{Merchants: []string{mchid, otherMchid}, ReuseKeys: true, RealNow: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

func credentialsOf(t *testing.T, server *simulator.Server, mchid string) simulated.Credentials {
	t.Helper()
	credentials, err := server.Credentials(mchid)
	if err != nil {
		t.Fatal(err)
	}
	return credentials
}

// secretData are a merchant's credentials as its Secret holds them.
func secretData(c simulated.Credentials) map[string][]byte {
	return map[string][]byte{
		v1alpha1.SecretKeyPrivateKey: c.PrivateKeyPEM, v1alpha1.SecretKeyCertificate: c.CertificatePEM,
		v1alpha1.SecretKeyAPIv3: []byte(c.APIv3Key), v1alpha1.SecretKeyPublicKey: c.PublicKeyPEM,
	}
}

// office is a cluster with one merchant and its Secret, a gateway, and the merchants' controller.
type office struct {
	desk
	reconciler *AccountReconciler[*v1alpha1.WeChatPayMerchant, *Merchant]
	opener     *opener[*Merchant]
	queue      *queue
	pacer      *quota.Pacer
	// view is what the last sweep saw; nil before the first.
	view *sweep.View
	// stale is what is read of the merchant instead of what it is.
	stale *v1alpha1.WeChatPayMerchant
}

// newOffice prepares a merchant that works, changed.
func newOffice(t *testing.T, change func(*v1alpha1.WeChatPayMerchant, *corev1.Secret)) *office {
	t.Helper()
	clock := clocktesting.NewFakePassiveClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	o := &office{
		desk:   desk{t: t, clock: clock, gateway: startSimulator(t, clock)},
		opener: &opener[*Merchant]{key: merchantKey}, queue: &queue{}, pacer: quota.New(clock, quota.Defaults()),
	}
	o.furnish(&v1alpha1.WeChatPayMerchant{}, o.get)
	registry := &accounts.Registry{}
	o.reconciler = &AccountReconciler[*v1alpha1.WeChatPayMerchant, *Merchant]{
		Kind: WeChatPayMerchantKind{UserAgent: "office-test", Clock: clock}, Vendor: notify.WeChatPay, Sources: &notify.Sources{},
		Client: o.api, Live: o.api, Registry: registry, Opener: o.opener, Reports: &accountQueue{},
		Reporter: &AccountReporter{
			Client: o.api, Live: o.api, Registry: registry, Kinds: []engine.Kind{kind}, Quota: quotaRecords(o.pacer), Events: o, Clock: clock,
			View:    func(sweep.Key) *sweep.View { return o.view },
			Failing: func(sweep.Key) bool { return false },
		},
		AllowedGateways: map[string]bool{o.gateway.URL(): true}, Clock: clock, Waker: &wake.Waker{},
	}
	if err := o.reconciler.SetupWithManager(offlineManager(t, "WeChatPayMerchant")); err != nil {
		t.Fatal(err)
	}
	if err := o.reconciler.Waker.Source().Start(t.Context(), o.queue); err != nil {
		t.Fatal(err)
	}
	credentials := credentialsOf(t, o.gateway, mchid)
	merchant := &v1alpha1.WeChatPayMerchant{
		ObjectMeta: metav1.ObjectMeta{Namespace: merchantKey.Namespace, Name: merchantKey.Name, UID: "merchant-1", Generation: 1},
		Spec: v1alpha1.WeChatPayMerchantSpec{
			Mchid: mchid, Environment: "production", Gateway: v1alpha1.WeChatPayGateway{URL: o.gateway.URL()},
			Credentials: v1alpha1.WeChatPayCredentials{SecretName: secretKey.Name, SerialNo: credentials.SerialNo, PublicKeyID: credentials.PublicKeyID},
		},
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: secretKey.Namespace, Name: secretKey.Name, UID: "secret-1"},
		Data:       secretData(credentials),
	}
	if change != nil {
		change(merchant, secret)
	}
	o.must(o.api.Create(t.Context(), merchant))
	o.must(o.api.Create(t.Context(), secret))
	return o
}

func (o *office) get(ctx context.Context, c client.WithWatch, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
	if merchant, is := into.(*v1alpha1.WeChatPayMerchant); is && o.stale != nil {
		o.stale.DeepCopyInto(merchant)
		return nil
	}
	return o.desk.get(ctx, c, key, into, opts...)
}

// reconcile runs one reconcile, checks what it leaves behind, and returns it.
func (o *office) reconcile() (*v1alpha1.WeChatPayMerchant, time.Duration) {
	o.t.Helper()
	result, err := o.reconciler.Reconcile(o.t.Context(), ctrl.Request{NamespacedName: merchantKey})
	o.must(err)
	merchant := o.merchant()
	for _, broken := range status.Check(merchant.Generation, merchant.Status.ObservedGeneration, merchant.Status.Conditions) {
		o.t.Errorf("the status breaks a rule: %s", broken)
	}
	o.keepsSecrets(merchant.Status)
	return merchant, result.RequeueAfter
}

func (o *office) merchant() *v1alpha1.WeChatPayMerchant {
	o.t.Helper()
	merchant := &v1alpha1.WeChatPayMerchant{}
	o.must(o.api.Get(o.t.Context(), merchantKey, merchant))
	return merchant
}

// edit changes the manifest as a user does.
func (o *office) edit(change func(*v1alpha1.WeChatPayMerchant)) {
	o.t.Helper()
	merchant := o.merchant()
	change(merchant)
	merchant.Generation++
	o.must(o.api.Update(o.t.Context(), merchant))
}

// probes is how many probing calls have reached the gateway.
func (o *office) probes() int64 { return o.gateway.Journal().Count("certificates").Requests }

// fault makes the gateway's next probes go wrong.
func (o *office) fault(rule faults.Rule) {
	o.t.Helper()
	rule.Match.Operation, rule.Times = "certificates", -1
	_, err := o.gateway.Faults().Add(rule)
	o.must(err)
}

// costs fails the test unless do costs so many probes and status writes.
func (o *office) costs(probes int64, writes int, do func()) {
	o.t.Helper()
	probesBefore, writesBefore := o.probes(), o.writes
	do()
	if p, w := o.probes()-probesBefore, o.writes-writesBefore; p != probes || w != writes {
		o.t.Errorf("it cost %d probes and %d writes, want %d and %d", p, w, probes, writes)
	}
}
