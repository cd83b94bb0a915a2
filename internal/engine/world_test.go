package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	clienttesting "k8s.io/client-go/testing"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/audit"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/internal/wake"
	"github.com/campaign-operator/campaign-operator/providers"
)

var (
	noon     = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	spring   = types.NamespacedName{Namespace: "marketing", Name: "spring"}
	merchant = types.NamespacedName{Namespace: "marketing", Name: "wechatpay"}
	us       = v1alpha1.AccountIdentity{Environment: "production", ID: "1900000109", Gateway: "https://gateway.example"}
)

// sweepInterval is how often the world's account is swept.
const sweepInterval = 5 * time.Minute

// world is a cluster with one manifest, an account, a vendor and the operator. Time stands
// still while anything is at work and is moved on by the test. Use it within a synctest
// bubble: synctest.Wait tells when the sweeper's goroutines have come to rest.
type world struct {
	t      *testing.T
	clock  *clocktesting.FakeClock
	vendor *vendor
	api    client.WithWatch
	queue  *requests

	// crossing is told of every status write before it takes effect and after.
	crossing func(done bool)
	// refuse makes a status write fail.
	refuse func() error
	// stale makes the next reads from the cache return the object as it was before its last change.
	stale   int
	before  *v1alpha1.PayGiftActivity
	account accounts.Resource
	missing bool   // there is no account resource
	leaving string // what else is going while the campaign is deleted
	limits  quota.Limits
	stride  time.Duration // how far time moves at once while nothing is due
	auditTo io.Writer

	// What belongs to one process, and is new after a restart.
	reconciler *Reconciler
	registry   *accounts.Registry
	stop       context.CancelFunc
	timer      time.Time
	failures   int

	writes     int
	metaWrites int
	events     []string
	suspected  int
	statuses   []string // reason of Ready after each write
}

// crash is what a process dies of.
type crash struct{}

var scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(s); err != nil {
		panic(err)
	}
	return s
}()

var (
	decoder = serializer.NewCodecFactory(scheme).UniversalDecoder()
	mapper  = func() meta.RESTMapper {
		m := meta.NewDefaultRESTMapper(nil)
		m.Add(v1alpha1.GroupVersion.WithKind("PayGiftActivity"), meta.RESTScopeNamespace)
		return m
	}()
)

func newWorld(t *testing.T) *world {
	w := &world{
		t: t, clock: clocktesting.NewFakeClock(noon), stride: sweepInterval, queue: &requests{keys: map[types.NamespacedName]bool{}},
		crossing: func(bool) {}, refuse: func() error { return nil }, auditTo: io.Discard,
		account: accounts.Resource{Identity: us, Ref: &corev1.ObjectReference{Kind: "WeChatPayMerchant", Namespace: merchant.Namespace, Name: merchant.Name}, Conditions: []metav1.Condition{{Type: "Ready", Status: metav1.ConditionTrue}}},
	}
	w.vendor = newVendor(w.clock)
	w.api = fake.NewClientBuilder().WithScheme(scheme).WithRESTMapper(mapper).WithStatusSubresource(&v1alpha1.PayGiftActivity{}).
		WithObjectTracker(clienttesting.NewObjectTracker(scheme, decoder)). // the usual one also keeps managed fields, slowly
		WithReturnManagedFields().Build()
	w.start()
	t.Cleanup(func() { w.stop() })
	return w
}

// start starts a process that remembers nothing.
func (w *world) start() {
	ctx, cancel := context.WithCancel(context.Background())
	w.stop, w.registry = cancel, &accounts.Registry{}
	pacer := quota.New(w.clock, w.limits)
	w.reconciler = &Reconciler{
		Leaving: func(context.Context, v1alpha1.Campaign) (string, error) { return w.leaving, nil },
		Kind:    testKind{}, Client: interceptor.NewClient(w.api, interceptor.Funcs{Get: w.cached, SubResourcePatch: w.patch, Patch: w.patchMeta}), Live: w.api,
		Accounts: &accounts.Resolver{Registry: w.registry, Read: func(context.Context, types.NamespacedName) (accounts.Resource, error) {
			if w.missing {
				return accounts.Resource{}, apierrors.NewNotFound(v1alpha1.GroupVersion.WithResource("wechatpaymerchants").GroupResource(), merchant.Name)
			}
			return w.account, nil
		}, ReadLive: func(context.Context, types.NamespacedName) (accounts.Resource, error) { return w.account, nil }},
		Sweeper: sweep.New(w.clock, pacer, sweepInterval, logr.Discard()), Pacer: pacer,
		Audit: audit.New(w.clock, w.auditTo), Events: w, Clock: w.clock, Waker: &wake.Waker{},
	}
	w.registry.OnSuspect(func(types.NamespacedName) { w.suspected++ })
	if err := w.reconciler.Waker.Source().Start(ctx, w.queue); err != nil {
		w.t.Fatal(err)
	}
	go func() { _ = w.reconciler.Sweeper.Start(ctx) }()
	synctest.Wait()
	w.open()
	synctest.Wait()
	w.timer, w.failures = time.Time{}, 0
	w.queue.add(spring)
}

// sweepKey is what the world's account is swept under.
var sweepKey = sweep.Key{Gateway: us.Gateway, Account: us.ID, Kind: "PayGiftActivity"}

// open makes the account usable, as its controller does when the gateway accepts its keys.
func (w *world) open() {
	reconciler := w.reconciler
	reconciler.Sweeper.Ensure(sweep.Target{Key: sweepKey, Activities: w.vendor, OnDone: func(ctx context.Context, view *sweep.View, err error) {
		if err != nil {
			return
		}
		if err := reconciler.Swept(ctx, sweepKey, view); err != nil {
			w.t.Error(err)
		}
	}})
	w.account.Identity, w.account.Conditions[0].Status = us, metav1.ConditionTrue
	w.registry.Put(merchant, &accounts.Account{Identity: us, Activities: map[string]providers.Activities{"PayGiftActivity": w.vendor}})
	w.queue.add(spring) // its controller watches accounts
}

// shut makes the account unusable, as its controller does when its keys are refused.
func (w *world) shut() {
	w.account.Conditions[0].Status, w.account.Conditions[0].Reason, w.account.Conditions[0].Message = metav1.ConditionFalse, "CredentialsRejected", "no"
	w.registry.Drop(merchant)
	w.reconciler.Sweeper.Remove(sweepKey)
	w.queue.add(spring)
}

// restart ends the process and starts another one.
func (w *world) restart() {
	w.stop()
	synctest.Wait()
	w.start()
}

// restart2 restarts and lets happen what happens at once.
func (w *world) restart2() { w.restart(); w.step() }

func (w *world) cached(ctx context.Context, c client.WithWatch, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
	if err := c.Get(ctx, key, into, opts...); err != nil {
		return err
	}
	if w.stale > 0 && w.before != nil {
		w.before.DeepCopyInto(into.(*v1alpha1.PayGiftActivity))
	}
	w.stale = max(w.stale-1, 0)
	return nil
}

func (w *world) patch(ctx context.Context, c client.Client, sub string, o client.Object, p client.Patch, opts ...client.SubResourcePatchOption) error {
	w.crossing(false)
	if err := w.refuse(); err != nil {
		return err
	}
	before := w.campaign()
	if err := c.SubResource(sub).Patch(ctx, o, p, opts...); err != nil {
		return err
	}
	w.writes++
	w.before = before
	w.check(o.(*v1alpha1.PayGiftActivity))
	w.queue.add(spring)
	w.crossing(true)
	return nil
}

// patchMeta counts the writes of metadata.
func (w *world) patchMeta(ctx context.Context, c client.WithWatch, o client.Object, p client.Patch, opts ...client.PatchOption) error {
	if err := c.Patch(ctx, o, p, opts...); err != nil {
		return err
	}
	w.metaWrites++
	w.queue.add(spring)
	return nil
}

// check runs the rules that every written status keeps.
func (w *world) check(c *v1alpha1.PayGiftActivity) {
	st := c.Status
	if st.ObservedGeneration == -1 {
		return // an id was rescued into a status that somebody had just emptied
	}
	for _, broken := range status.Check(c.Generation, st.ObservedGeneration, st.Conditions) {
		w.t.Errorf("status written at %s: %s", w.clock.Now().Sub(noon), broken)
	}
	w.statuses = append(w.statuses, ready(c).Reason)
}

// Eventf implements events.EventRecorder.
func (w *world) Eventf(_, _ runtime.Object, kind, reason, _, note string, args ...any) {
	w.events = append(w.events, kind+" "+reason+" "+fmt.Sprintf(note, args...))
}

// apply creates the world's manifest: from one hour from now for a day.
func (w *world) apply(state v1alpha1.PayGiftActivityDesiredState) {
	w.applied(state, func(*v1alpha1.PayGiftActivity) {})
}

// applied is apply with a change to the manifest.
func (w *world) applied(state v1alpha1.PayGiftActivityDesiredState, change func(*v1alpha1.PayGiftActivity)) {
	c := &v1alpha1.PayGiftActivity{}
	c.Namespace, c.Name, c.UID, c.Generation = spring.Namespace, spring.Name, types.UID("uid-1"), 1
	c.Spec.MerchantRef.Name, c.Spec.State = merchant.Name, state
	c.Spec.ActivityBaseInfo.BeginTime = noon.Add(time.Hour).Format(time.RFC3339)
	c.Spec.ActivityBaseInfo.EndTime = noon.Add(25 * time.Hour).Format(time.RFC3339)
	c.Spec.AwardSendRule.TransactionAmountMinimum = 100
	change(c)
	if err := w.api.Create(context.Background(), c); err != nil {
		w.t.Fatal(err)
	}
	w.wipe() // to the CRD's default
	w.queue.add(spring)
}

// wipe empties the status, as somebody with a restore tool may.
func (w *world) wipe() {
	c := w.campaign()
	c.Status = v1alpha1.PayGiftActivityStatus{CampaignStatus: v1alpha1.CampaignStatus{ObservedGeneration: -1}}
	w.must(w.api.Status().Update(context.Background(), c))
}

// edit changes the manifest as the API server lets it: creation fields are frozen while the
// activity exists or may exist. It reports whether the edit was admitted.
func (w *world) edit(change func(*v1alpha1.PayGiftActivity)) bool {
	c := w.campaign()
	was := c.DeepCopy()
	change(c)
	frozen := (c.Status.Creation == v1alpha1.CreationUnknown || c.Status.Creation == v1alpha1.CreationConfirmed) &&
		c.Spec.Adopt == nil && c.Spec.ManagementPolicy != v1alpha1.ManagementObserve &&
		(c.Status.Request == nil || c.Status.Request.Revision == c.Lifecycle().Revision())
	if frozen && (c.Spec.ActivityBaseInfo.BeginTime != was.Spec.ActivityBaseInfo.BeginTime ||
		c.Spec.AwardSendRule.TransactionAmountMinimum != was.Spec.AwardSendRule.TransactionAmountMinimum) {
		return false
	}
	c.Generation++
	w.must(w.api.Update(context.Background(), c))
	w.before = was
	w.queue.add(spring)
	return true
}

func (w *world) setState(state v1alpha1.PayGiftActivityDesiredState) {
	w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.State = state })
}

func (w *world) setAmount(fen int64) bool {
	return w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.TransactionAmountMinimum = fen })
}

// annotate asks for a look at the vendor now.
func (w *world) annotate(value string) {
	c := w.campaign()
	c.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: value}
	w.must(w.api.Update(context.Background(), c))
	w.queue.add(spring)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// campaign reads the manifest and its status from the API server.
func (w *world) campaign() *v1alpha1.PayGiftActivity {
	c := &v1alpha1.PayGiftActivity{}
	if err := w.api.Get(context.Background(), spring, c); err != nil && !apierrors.IsNotFound(err) {
		w.t.Fatal(err)
	}
	return c
}

// step lets everything happen that happens now. It reports how many reconciles that took.
func (w *world) step() (reconciles int) {
	const tooMany = 60
	for ; reconciles <= tooMany; reconciles++ {
		synctest.Wait()
		due := !w.timer.IsZero() && !w.clock.Now().Before(w.timer)
		if !w.queue.take(spring) && !due {
			return reconciles
		}
		w.reconcile()
	}
	w.t.Fatalf("%d reconciles at %s without any rest, the last status %+v", reconciles, w.clock.Now().Sub(noon), w.campaign().Status)
	return reconciles
}

// reconcile runs one reconcile and keeps its timer. A crash in it starts another process.
func (w *world) reconcile() {
	defer func() {
		switch died := recover().(type) {
		case nil:
		case crash:
			w.restart()
		default:
			panic(died)
		}
	}()
	w.timer = time.Time{}
	result, err := w.reconciler.Reconcile(context.Background(), ctrl.Request{NamespacedName: spring})
	switch {
	case err != nil: // controller-runtime backs off
		w.failures++
		w.timer = w.clock.Now().Add(min(time.Second<<min(w.failures, 10), time.Minute))
	case result.RequeueAfter > 0:
		w.failures, w.timer = 0, w.clock.Now().Add(result.RequeueAfter)
	default:
		w.failures = 0
	}
}

// pass lets time go by, with everything that happens in it.
func (w *world) pass(d time.Duration) {
	w.step()
	end := w.clock.Now().Add(d)
	for w.clock.Now().Before(end) {
		next := w.clock.Now().Add(w.stride)
		if !w.timer.IsZero() && w.timer.Before(next) {
			next = w.timer
		}
		if end.Before(next) {
			next = end
		}
		w.clock.SetTime(next)
		w.step()
	}
}

func ready(c *v1alpha1.PayGiftActivity) metav1.Condition {
	if is := meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionReady); is != nil {
		return *is
	}
	return metav1.Condition{}
}

// want fails the test unless the status has this reason, state and creation.
func (w *world) want(reason string, state v1alpha1.CampaignState, creation v1alpha1.CreationOutcome) {
	w.t.Helper()
	c := w.campaign()
	if is := ready(c); is.Reason != reason || c.Status.State != state || c.Status.Creation != creation {
		w.t.Errorf("at %s: %s, state %q, creation %q (%s); want %s, %q, %q", w.clock.Now().Sub(noon),
			is.Reason, c.Status.State, c.Status.Creation, is.Message, reason, state, creation)
	}
}

// inWorld runs a test in a bubble of its own.
func inWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		test(t, w)
		w.stop()
		synctest.Wait()
	})
}

var errRefused = errors.New("the API server is away")

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
}
