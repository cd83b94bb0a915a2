package engine

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/audit"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/internal/wake"
	"github.com/campaign-operator/campaign-operator/providers"
)

// rushWorkers is as many as the manager has by default; a quarter of them may call for one account.
const rushWorkers = 32

// creates is what the rush's vendors allow each merchant: so many creates in any minute.
var creates = quota.Rate{Calls: 60, Per: time.Minute}

// ours and theirs are the two merchants of a rush.
var (
	ours   = types.NamespacedName{Namespace: spring.Namespace, Name: "ours"}
	theirs = types.NamespacedName{Namespace: spring.Namespace, Name: "theirs"}
)

// rush is many campaigns at once: the reconciler behind the manager's own queue and as many
// workers, on the clock of a synctest bubble, in which minutes cost nothing.
type rush struct {
	t          *testing.T
	kind       Kind
	quotas     quota.Limits
	limits     atomic.Pointer[accounts.Limits]
	api        client.WithWatch
	vendors    map[types.NamespacedName]*strictVendor
	reconciles atomic.Int64
	writes     atomic.Int64

	mu    sync.Mutex
	cache map[string]v1alpha1.PayGiftActivity // as last applied or written, by name

	// What belongs to one process, and is new after a restart.
	reconciler *Reconciler
	queue      *wake.Queue
	stop       func()
}

// inRush runs a test in a bubble of its own.
func inRush(t *testing.T, test func(t *testing.T, r *rush)) {
	t.Helper()
	inRushOf(t, testKind{}, quota.Paced(creates, quota.PerSecond(quota.DefaultReadRate)), test)
}

// inRushOf is inRush with campaigns of a kind, at a pace.
func inRushOf(t *testing.T, kind Kind, quotas quota.Limits, test func(t *testing.T, r *rush)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rush{
			t: t, kind: kind, quotas: quotas, cache: map[string]v1alpha1.PayGiftActivity{},
			vendors: map[types.NamespacedName]*strictVendor{ours: newStrictVendor(1), theirs: newStrictVendor(2)},
		}
		r.limits.Store(&accounts.Limits{})
		if kind.Traits().Activates() {
			r.strictStocks()
		}
		r.api = fake.NewClientBuilder().WithScheme(scheme).WithRESTMapper(mapper).WithStatusSubresource(&v1alpha1.PayGiftActivity{}).
			WithObjectTracker(clienttesting.NewObjectTracker(scheme, decoder)).WithReturnManagedFields().Build()
		r.start()
		test(t, r)
		r.stop()
	})
}

// start starts a process that remembers nothing, and has it look at every campaign.
func (r *rush) start() {
	ctx, cancel := context.WithCancel(context.Background())
	registry, now := &accounts.Registry{}, clock.RealClock{}
	pacer := quota.New(now, r.quotas)
	r.queue = wake.NewQueue(priorityqueue.New[reconcile.Request]("rush"), now)
	r.reconciler = &Reconciler{
		Kind: r.kind, Client: interceptor.NewClient(r.api, interceptor.Funcs{SubResourcePatch: r.patch, List: r.list}), Live: r.api,
		Accounts: &accounts.Resolver{Registry: registry, Read: r.account, ReadLive: r.account},
		Sweeper:  sweep.New(now, pacer, sweepInterval, logr.Discard()), Pacer: pacer,
		Audit: audit.New(now, io.Discard), Events: &events.FakeRecorder{}, Clock: now, Waker: &wake.Waker{}, CallsPerAccount: rushWorkers / 4,
	}
	if err := r.reconciler.Waker.Source().Start(ctx, r.queue); err != nil {
		r.t.Fatal(err)
	}
	for key, vendor := range r.vendors {
		r.open(registry, key, vendor)
	}
	var running sync.WaitGroup
	running.Go(func() { _ = r.reconciler.Sweeper.Start(ctx) })
	for range rushWorkers {
		running.Go(func() { r.work(r.reconciler, r.queue) })
	}
	r.stop = func() {
		cancel()
		r.queue.ShutDown()
		running.Wait()
	}
	for _, name := range r.names() {
		r.enqueue(r.campaign(name))
	}
}

// open makes an account usable, as its controller does.
func (r *rush) open(registry *accounts.Registry, key types.NamespacedName, vendor *strictVendor) {
	identity, reconciler := r.identity(key), r.reconciler
	swept := sweep.Key{Gateway: identity.Gateway, Account: identity.ID, Kind: r.kind.Name()}
	reconciler.Sweeper.Ensure(sweep.Target{Key: swept, Activities: vendor, OnDone: func(ctx context.Context, view *sweep.View, err error) {
		if err == nil {
			err = reconciler.Swept(ctx, swept, view)
		}
		if err != nil {
			r.t.Errorf("sweep of %s: %v", key.Name, err)
		}
	}})
	registry.Put(key, &accounts.Account{Identity: identity, Activities: map[string]providers.Activities{r.kind.Name(): vendor}})
}

// identity is the merchant behind an account resource.
func (r *rush) identity(key types.NamespacedName) v1alpha1.AccountIdentity {
	return v1alpha1.AccountIdentity{Environment: us.Environment, ID: us.ID + "-" + key.Name, Gateway: us.Gateway}
}

// account reads an account resource.
func (r *rush) account(_ context.Context, key types.NamespacedName) (accounts.Resource, error) {
	return accounts.Resource{
		Identity: r.identity(key), Ref: &corev1.ObjectReference{Kind: "WeChatPayMerchant", Namespace: key.Namespace, Name: key.Name},
		Conditions: []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue}}, Limits: *r.limits.Load(),
	}, nil
}

// work is one of the controller's workers.
func (r *rush) work(reconciler *Reconciler, queue *wake.Queue) {
	for {
		request, _, shutdown := queue.GetWithPriority()
		if shutdown {
			return
		}
		r.reconciles.Add(1)
		result, err := reconciler.Reconcile(context.Background(), request)
		if err != nil {
			r.t.Errorf("reconcile of %s: %v", request.Name, err)
		}
		if result.RequeueAfter > 0 {
			queue.AddWithOpts(priorityqueue.AddOpts{After: result.RequeueAfter, Priority: new(int(wake.Due))}, request)
		}
		queue.Done(request)
	}
}

// patch writes a status, of which the controller is told.
func (r *rush) patch(ctx context.Context, c client.Client, sub string, o client.Object, p client.Patch, opts ...client.SubResourcePatchOption) error {
	if err := c.SubResource(sub).Patch(ctx, o, p, opts...); err != nil {
		return err
	}
	r.writes.Add(1)
	r.enqueue(o.(*v1alpha1.PayGiftActivity))
	return nil
}

// list is a list from the manager's cache, which copies nothing.
func (r *rush) list(_ context.Context, _ client.WithWatch, into client.ObjectList, _ ...client.ListOption) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	into.(*v1alpha1.PayGiftActivityList).Items = slices.Collect(maps.Values(r.cache))
	return nil
}

// enqueue queues a campaign as the controller does that has heard of a change to it.
func (r *rush) enqueue(c *v1alpha1.PayGiftActivity) {
	r.mu.Lock()
	r.cache[c.Name] = *c.DeepCopy()
	r.mu.Unlock()
	priority := wake.Idle
	if Unsettled(c) {
		priority = wake.Urgent
	}
	wake.Add(r.queue, priority, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(c)})
}

// apply creates the manifest of a campaign that begins after a while.
func (r *rush) apply(account types.NamespacedName, name string, begins time.Duration) {
	r.applyState(account, name, begins, v1alpha1.PayGiftActivityActive)
}

// applyState is apply for what its manifest asks for.
func (r *rush) applyState(account types.NamespacedName, name string, begins time.Duration, state v1alpha1.PayGiftActivityDesiredState) {
	c := &v1alpha1.PayGiftActivity{Status: v1alpha1.PayGiftActivityStatus{CampaignStatus: v1alpha1.CampaignStatus{ObservedGeneration: -1}}}
	c.Namespace, c.Name, c.UID, c.Generation = account.Namespace, name, types.UID(name), 1
	c.Spec.MerchantRef.Name, c.Spec.State = account.Name, state
	begin := time.Now().Add(begins)
	c.Spec.ActivityBaseInfo.ActivityName, c.Spec.AwardSendRule.TransactionAmountMinimum = name, 100
	c.Spec.ActivityBaseInfo.BeginTime = begin.Format(time.RFC3339)
	c.Spec.ActivityBaseInfo.EndTime = begin.Add(24 * time.Hour).Format(time.RFC3339)
	if err := r.api.Create(context.Background(), c); err != nil {
		r.t.Fatal(err)
	}
	r.enqueue(c)
}

func (r *rush) campaign(name string) *v1alpha1.PayGiftActivity {
	c := &v1alpha1.PayGiftActivity{}
	if err := r.api.Get(context.Background(), types.NamespacedName{Namespace: spring.Namespace, Name: name}, c); err != nil {
		r.t.Fatal(err)
	}
	return c
}

// names are all campaigns.
func (r *rush) names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.cache))
}

// pass lets time go by, with everything that happens in it.
func (r *rush) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// strictVendor refuses creates that exceed the rate, and is some way off.
type strictVendor struct {
	*vendor

	mu       sync.Mutex
	random   *rand.Rand
	arrivals []arrival
	refused  int
	looked   time.Time
	// doors are the limits of other calls, which other merchants may share.
	doors map[providers.Operation]*door
}

// arrival is a create that was taken.
type arrival struct {
	name string
	at   time.Time
}

func newStrictVendor(seed uint64) *strictVendor {
	return &strictVendor{vendor: newVendor(clocktesting.NewFakeClock(time.Now())), random: rand.New(rand.NewPCG(seed, seed))}
}

// travel is a call's way to the vendor: 20 to 70 ms.
func (v *strictVendor) travel() {
	v.mu.Lock()
	way := 20*time.Millisecond + time.Duration(v.random.Int64N(int64(50*time.Millisecond)))
	v.mu.Unlock()
	<-time.After(way)
}

// Create implements providers.Activities.
func (v *strictVendor) Create(ctx context.Context, raw []byte) (providers.Created, error) {
	v.travel()
	var body vendorBody
	if err := json.Unmarshal(raw, &body); err != nil {
		return providers.Created{}, err
	}
	if !v.admit(body.Name) {
		failure := *throttled.err
		failure.Operation = providers.OperationCreate
		return providers.Created{}, &failure
	}
	v.clock.SetTime(time.Now())
	return v.vendor.Create(ctx, raw)
}

// admit refuses a create when the minute before it is full.
func (v *strictVendor) admit(name string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	now, taken := time.Now(), len(v.arrivals)
	if n := int(creates.Calls); taken >= n && now.Sub(v.arrivals[taken-n].at) < creates.Per {
		v.refused++
		return false
	}
	v.arrivals = append(v.arrivals, arrival{name, now})
	return true
}

// Get implements providers.Activities.
func (v *strictVendor) Get(ctx context.Context, id string) (providers.Snapshot, error) {
	v.travel()
	return v.vendor.Get(ctx, id)
}

// List implements providers.Activities with pages as long as WeChat Pay's.
func (v *strictVendor) List(context.Context, int) (providers.Page, error) {
	v.travel()
	v.vendor.mu.Lock()
	defer v.vendor.mu.Unlock()
	page := providers.Page{Total: len(v.activities), Last: true}
	for _, a := range v.activities {
		page.Items = append(page.Items, v.snapshot(a, false))
	}
	return page, nil
}

// Preflight implements providers.Activities.
func (v *strictVendor) Preflight(ctx context.Context, raw []byte) ([]providers.Finding, error) {
	v.travel()
	v.mu.Lock()
	v.looked = time.Now()
	v.mu.Unlock()
	return v.vendor.Preflight(ctx, raw)
}

// lastLook is when it was last asked what a manifest refers to: the last thing before a campaign queues.
func (v *strictVendor) lastLook() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.looked
}
