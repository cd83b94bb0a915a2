package controllers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"
	clocktesting "k8s.io/utils/clock/testing"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

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
	t          *testing.T
	clock      *clocktesting.FakePassiveClock
	gateway    *simulator.Server
	api        client.WithWatch
	reconciler *AccountReconciler[*v1alpha1.WeChatPayMerchant, *Merchant]
	opener     *opener
	queue      *queue
	pacer      *quota.Pacer
	// view is what the last sweep saw; nil before the first.
	view *sweep.View
	// said are the events.
	said []string

	// writes counts the writes of merchants, of status and finalizers.
	writes int
	// refuse makes a call to the API server fail, by its verb and object.
	refuse func(verb string, o client.Object) error
	// stale is what is read of the merchant instead of what it is.
	stale *v1alpha1.WeChatPayMerchant
}

// newOffice prepares a merchant that works, changed.
func newOffice(t *testing.T, change func(*v1alpha1.WeChatPayMerchant, *corev1.Secret)) *office {
	t.Helper()
	clock := clocktesting.NewFakePassiveClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	o := &office{
		t: t, clock: clock, gateway: startSimulator(t, clock), opener: &opener{}, queue: &queue{}, pacer: quota.New(clock, quota.Defaults()),
		refuse: func(string, client.Object) error { return nil },
	}
	o.api = fake.NewClientBuilder().WithScheme(scheme).WithStatusSubresource(&v1alpha1.WeChatPayMerchant{}).
		WithInterceptorFuncs(interceptor.Funcs{Get: o.get, Patch: o.patchObject, SubResourcePatch: o.patch}).Build()
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
	if err := o.refuse("get", into); err != nil {
		return err
	}
	if merchant, is := into.(*v1alpha1.WeChatPayMerchant); is && o.stale != nil {
		o.stale.DeepCopyInto(merchant)
		return nil
	}
	return c.Get(ctx, key, into, opts...)
}

func (o *office) patch(ctx context.Context, c client.Client, sub string, into client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
	if err := o.refuse("patch", into); err != nil {
		return err
	}
	o.writes++
	return c.SubResource(sub).Patch(ctx, into, patch, opts...)
}

func (o *office) patchObject(ctx context.Context, c client.WithWatch, into client.Object, patch client.Patch, opts ...client.PatchOption) error {
	if err := o.refuse("patch", into); err != nil {
		return err
	}
	o.writes++
	return c.Patch(ctx, into, patch, opts...)
}

// Eventf implements events.EventRecorder.
func (o *office) Eventf(_, _ runtime.Object, _, reason, _, note string, args ...any) {
	o.said = append(o.said, reason+": "+fmt.Sprintf(note, args...))
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
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
	o.keepsSecrets(merchant)
	return merchant, result.RequeueAfter
}

func (o *office) merchant() *v1alpha1.WeChatPayMerchant {
	o.t.Helper()
	merchant := &v1alpha1.WeChatPayMerchant{}
	o.must(o.api.Get(o.t.Context(), merchantKey, merchant))
	return merchant
}

func (o *office) secret() *corev1.Secret {
	o.t.Helper()
	secret := &corev1.Secret{}
	o.must(o.api.Get(o.t.Context(), secretKey, secret))
	return secret
}

// edit changes the manifest as a user does.
func (o *office) edit(change func(*v1alpha1.WeChatPayMerchant)) {
	o.t.Helper()
	merchant := o.merchant()
	change(merchant)
	merchant.Generation++
	o.must(o.api.Update(o.t.Context(), merchant))
}

// rewrite changes the Secret.
func (o *office) rewrite(change func(map[string][]byte)) {
	o.t.Helper()
	secret := o.secret()
	change(secret.Data)
	o.must(o.api.Update(o.t.Context(), secret))
}

// keepsSecrets fails the test when the status shows any sixteen characters in a row of what
// the Secret holds.
func (o *office) keepsSecrets(merchant *v1alpha1.WeChatPayMerchant) {
	o.t.Helper()
	const run = 16
	shown, err := json.Marshal(merchant.Status)
	o.must(err)
	secrets := &corev1.SecretList{}
	o.must(o.api.List(o.t.Context(), secrets))
	for _, secret := range secrets.Items {
		for name, value := range secret.Data {
			for line := range strings.Lines(string(value)) {
				for i := 0; i+run <= len(line) && !strings.HasPrefix(line, "-----"); i++ {
					if strings.Contains(string(shown), line[i:i+run]) {
						o.t.Errorf("the status shows a part of %s: %s", name, shown)
						return
					}
				}
			}
		}
	}
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

func (o *office) pass(d time.Duration) { o.clock.SetTime(o.clock.Now().Add(d)) }

// costs fails the test unless do costs so many probes and status writes.
func (o *office) costs(probes int64, writes int, do func()) {
	o.t.Helper()
	probesBefore, writesBefore := o.probes(), o.writes
	do()
	if p, w := o.probes()-probesBefore, o.writes-writesBefore; p != probes || w != writes {
		o.t.Errorf("it cost %d probes and %d writes, want %d and %d", p, w, probes, writes)
	}
}

func readyOf(merchant *v1alpha1.WeChatPayMerchant) metav1.Condition {
	if ready := meta.FindStatusCondition(merchant.Status.Conditions, v1alpha1.ConditionReady); ready != nil {
		return *ready
	}
	return metav1.Condition{}
}

func wantReady(t *testing.T, merchant *v1alpha1.WeChatPayMerchant) {
	t.Helper()
	if ready := readyOf(merchant); ready.Status != metav1.ConditionTrue || ready.Reason != v1alpha1.ReasonAccountReady {
		t.Errorf("Ready is %s %s: %s", ready.Status, ready.Reason, ready.Message)
	}
}

func wantNotReady(t *testing.T, merchant *v1alpha1.WeChatPayMerchant, reason string, says ...string) {
	t.Helper()
	ready := readyOf(merchant)
	if ready.Status != metav1.ConditionFalse || ready.Reason != reason {
		t.Errorf("Ready is %s %s (%s), want False %s", ready.Status, ready.Reason, ready.Message, reason)
	}
	for _, part := range says {
		if !strings.Contains(ready.Message, part) {
			t.Errorf("%q does not say %q", ready.Message, part)
		}
	}
}

// opener notes what it was told.
type opener struct {
	mu       sync.Mutex
	said     []string
	identity v1alpha1.AccountIdentity
	clients  []*Merchant
}

func (o *opener) Open(key types.NamespacedName, identity v1alpha1.AccountIdentity, _ string, c *Merchant) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.said, o.identity, o.clients = append(o.said, "open "+key.String()), identity, append(o.clients, c)
}

func (o *opener) Close(key types.NamespacedName) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.said = append(o.said, "close "+key.String())
}

// want fails the test unless the opener was told exactly this since the last time.
func (o *opener) want(t *testing.T, said ...string) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, verb := range said {
		said[i] = fmt.Sprintf("%s %s", verb, merchantKey)
	}
	if !slices.Equal(o.said, said) {
		t.Errorf("the opener was told %v, want %v", o.said, said)
	}
	o.said = nil
}

// last is the client that was opened last.
func (o *opener) last() *Merchant {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.clients) == 0 {
		return nil
	}
	return o.clients[len(o.clients)-1]
}

// queue is a controller's queue without goroutines.
type queue struct {
	workqueue.TypedRateLimitingInterface[reconcile.Request]
	added []string
}

func (q *queue) Add(r reconcile.Request) { q.added = append(q.added, r.String()) }
