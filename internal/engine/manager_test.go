package engine

import (
	"context"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/audit"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/internal/wake"
	"github.com/campaign-operator/campaign-operator/providers"
)

// manager is one process of the operator. All but its queue is new after a restart.
type manager struct {
	// key is the campaign that the process works for: the world's, but for stories with two.
	key        types.NamespacedName
	reconciler *Reconciler
	registry   *accounts.Registry
	stop       context.CancelFunc
	queue      *requests
	timer      time.Time
	failures   int
	// stale makes the next reads from the cache return the object as it was before its last change.
	stale int
	// frozen is what its cache lists, where that does not move on.
	frozen *v1alpha1.PayGiftActivityList
	// shown is the object as the API server last showed it to this process, past the cache: by a
	// write or by a live read.
	shown *v1alpha1.PayGiftActivity
	// left is what else was going when this process last asked.
	left string
	// braked is true when the brake was on before the boundary that this process is crossing.
	braked bool
}

// join starts another process beside those that there are.
func (w *world) join() *manager {
	w.manager = &manager{key: spring, queue: &requests{keys: map[types.NamespacedName]bool{}}}
	w.managers = append(w.managers, w.manager)
	w.start()
	return w.manager
}

// as lets another process work for a moment.
func (w *world) as(m *manager, do func()) {
	was := w.manager
	defer func() { w.manager = was }()
	w.manager = m
	do()
}

// each does something with every process.
func (w *world) each(do func()) {
	for _, m := range w.managers {
		w.as(m, do)
	}
}

// end stops all processes.
func (w *world) end() { w.each(func() { w.stop() }) }

// echo has the processes hear of a write: the one that made it at once, the others a second later.
// Heard at once, two that see different things (a lost reply, a list that lags) would write their
// words over each other's without a rest: a controller's own limit of requests bounds that, and
// the end of the overlap ends it.
func (w *world) echo() {
	w.queue.add(w.key)
	for _, m := range w.managers {
		if later := w.clock.Now().Add(time.Second); m != w.manager && (m.timer.IsZero() || later.Before(m.timer)) {
			m.timer = later
		}
	}
}

// changed wakes all processes, as their watches do.
func (w *world) changed() { w.each(func() { w.queue.add(w.key) }) }

// start starts a process that remembers nothing.
func (w *world) start() {
	ctx, cancel := context.WithCancel(context.Background())
	w.stop, w.registry = cancel, &accounts.Registry{}
	pacer := quota.New(w.clock, w.limits)
	w.reconciler = &Reconciler{
		Leaving: func(context.Context, v1alpha1.Campaign) (string, error) { w.left = w.leaving; return w.leaving, nil },
		Kind:    w.kind, Client: interceptor.NewClient(w.api, interceptor.Funcs{Get: w.cached, List: w.cachedList, SubResourcePatch: w.patch, Patch: w.patchMeta}),
		Live: interceptor.NewClient(w.api, interceptor.Funcs{Get: w.live}),
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
	w.timer, w.failures, w.shown = time.Time{}, 0, nil
	w.queue.add(w.key)
}

// sweepKey is what the account of a world of test kinds is swept under.
var sweepKey = sweep.Key{Gateway: us.Gateway, Account: us.ID, Kind: testKind{}.Name()}

// sweepKey is what the world's account is swept under.
func (w *world) sweepKey() sweep.Key {
	return sweep.Key{Gateway: us.Gateway, Account: us.ID, Kind: w.kind.Name()}
}

// products are what the world's account is opened with.
func (w *world) products() map[string]providers.Activities {
	return map[string]providers.Activities{w.kind.Name(): w.vendor}
}

// open makes the account usable, as its controller does when the gateway accepts its keys.
func (w *world) open() {
	reconciler := w.reconciler
	reconciler.Sweeper.Ensure(sweep.Target{Key: w.sweepKey(), Activities: w.vendor, OnDone: func(ctx context.Context, view *sweep.View, err error) {
		if err != nil {
			return
		}
		if err := reconciler.Swept(ctx, w.sweepKey(), view); err != nil {
			w.t.Error(err)
		}
	}})
	w.account.Identity, w.account.Conditions[0].Status = us, metav1.ConditionTrue
	w.registry.Put(merchant, &accounts.Account{Identity: us, Activities: w.products()})
	w.queue.add(w.key) // its controller watches accounts
}

// shut makes the account unusable, as its controller does when its keys are refused.
func (w *world) shut() {
	w.account.Conditions[0].Status, w.account.Conditions[0].Reason, w.account.Conditions[0].Message = metav1.ConditionFalse, "CredentialsRejected", "no"
	w.registry.Drop(merchant)
	w.reconciler.Sweeper.Remove(w.sweepKey())
	w.queue.add(w.key)
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

// cachedList is a list from the process's cache.
func (m *manager) cachedList(ctx context.Context, c client.WithWatch, into client.ObjectList, opts ...client.ListOption) error {
	if m.frozen != nil {
		m.frozen.DeepCopyInto(into.(*v1alpha1.PayGiftActivityList))
		return nil
	}
	return c.List(ctx, into, opts...)
}

// live is a read past the cache.
func (w *world) live(ctx context.Context, c client.WithWatch, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
	if err := c.Get(ctx, key, into, opts...); err != nil {
		return err
	}
	if shown, ok := into.(*v1alpha1.PayGiftActivity); ok {
		w.shown = shown.DeepCopy()
	}
	return nil
}

// step lets everything happen that happens now. It reports how many reconciles that took.
func (w *world) step() (reconciles int) {
	const tooMany = 60
	for ; reconciles <= tooMany; reconciles++ {
		synctest.Wait()
		next := w.due()
		if next == nil {
			return reconciles
		}
		w.as(next, w.reconcile)
	}
	w.t.Fatalf("%d reconciles at %s without any rest, the last status %+v", reconciles, w.clock.Now().Sub(noon), w.campaign().Status)
	return reconciles
}

// due returns a process that has something to do, or nil.
func (w *world) due() *manager {
	for _, m := range w.managers {
		if m.due(w.clock.Now()) {
			return m
		}
	}
	return nil
}

func (m *manager) due(now time.Time) bool {
	return m.queue.take(m.key) || !m.timer.IsZero() && !now.Before(m.timer)
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
	result, err := w.reconciler.Reconcile(log.IntoContext(context.Background(), w.log), ctrl.Request{NamespacedName: w.key})
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
		for _, m := range w.managers {
			if !m.timer.IsZero() && m.timer.Before(next) {
				next = m.timer
			}
		}
		if end.Before(next) {
			next = end
		}
		w.clock.SetTime(next)
		w.step()
	}
}
