package controllers

import (
	"context"
	"errors"
	"hash/fnv"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/notify"
	"github.com/campaign-operator/campaign-operator/internal/wake"
)

// Secrets are read one by one and by name: the operator may not list or watch them.
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get

// How often an account is looked at again.
const (
	// accountRetry: an account that does not work has its Secret read again about this often.
	accountRetry = 5 * time.Second
	// accountProbeAgain: credentials that were refused are tried again unchanged after this.
	accountProbeAgain = time.Minute
	// accountWorkers accounts of a kind are checked at once: one whose gateway hangs holds up no other.
	accountWorkers = 8
	// accountRefresh: an account that works has its Secret read again for rotated keys.
	accountRefresh = 3 * time.Minute
)

// AccountOpener makes the calls of an account usable, or stops using them.
type AccountOpener[C Connection] interface {
	// Open's version tells one set of credentials from another.
	Open(key types.NamespacedName, identity v1alpha1.AccountIdentity, version string, connection C)
	Close(key types.NamespacedName)
}

// AccountReconciler checks the accounts of one kind: their Secret, their keys, and that the gateway accepts them.
type AccountReconciler[A client.Object, C Connection] struct {
	Kind AccountKind[A, C]
	// Vendor is the vendor's name in metrics and in the paths of the notification door.
	Vendor string
	// Client reads accounts from the cache and writes their status.
	Client client.Client
	// Live reads Secrets.
	Live     client.Reader
	Registry *accounts.Registry
	Opener   AccountOpener[C]
	// Sources take the vendor's messages for accounts that work.
	Sources  *notify.Sources
	Reporter *AccountReporter
	// Reports queues accounts whose campaigns or activities have changed.
	Reports *accountQueue
	// AllowedGateways are the URLs that may be called.
	AllowedGateways map[string]bool
	Clock           clock.PassiveClock
	Waker           *wake.Waker

	mu       sync.Mutex
	attempts map[types.NamespacedName]*attempt[C]
}

// accountEdited lets through what somebody else does to an account, its deletion included. What
// is written here is no news here: in a burst, status writes that queue their own account
// would outrun reportDelay.
var accountEdited = predicate.Or(predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{})

// SetupWithManager registers the controller.
func (r *AccountReconciler[A, C]) SetupWithManager(mgr ctrl.Manager) error {
	r.Registry.OnSuspect(func(key types.NamespacedName) {
		r.forget(key)
		r.Waker.Wake(key)
	})
	setup := ctrl.NewControllerManagedBy(mgr).
		For(r.Kind.New(), builder.WithPredicates(accountEdited)).
		WatchesRawSource(r.Waker.Source()).
		WatchesRawSource(r.Reports).
		WithOptions(controller.Options{MaxConcurrentReconciles: accountWorkers})
	for _, kind := range r.Reporter.Kinds {
		setup = setup.Watches(kind.New(), accountsOf(kind))
	}
	return setup.Complete(r)
}

// Reconcile implements reconcile.Reconciler.
func (r *AccountReconciler[A, C]) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	account := r.Kind.New()
	if err := r.Client.Get(ctx, request.NamespacedName, account); err != nil {
		if apierrors.IsNotFound(err) {
			r.close(request.NamespacedName)
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	fleets, err := r.Reporter.Fleets(ctx, r.Kind.View(account).Resource.Identity)
	if err != nil {
		return ctrl.Result{}, err
	}
	gone, kept := r.Reporter.Keep(ctx, account, fleets)
	if gone {
		return ctrl.Result{}, nil
	}
	before := account.DeepCopyObject().(A)
	after := r.check(ctx, account)
	again := after + accountJitter(account)%accountRetry
	// Made after the check, which may have just measured the gateway's clock.
	report := r.Kind.Status(account).Report
	st, soon := r.Reporter.Report(r.Kind.View(account).Resource, *report, fleets)
	*report = st
	if soon > 0 {
		again = min(again, soon)
	}
	// An account whose finalizer could not be written works all the same.
	return ctrl.Result{RequeueAfter: again}, errors.Join(client.IgnoreNotFound(kept), client.IgnoreNotFound(r.write(ctx, before, account)))
}

// check opens the account or closes it, says in its status how it is, and returns when to look again.
func (r *AccountReconciler[A, C]) check(ctx context.Context, account A) time.Duration {
	key, view, st := client.ObjectKeyFromObject(account), r.Kind.View(account), r.Kind.Status(account)
	tried := r.try(ctx, account, view)
	verdict, after := accountVerdict(view, tried.err)
	var none C
	if wasReady(account, st) && passing(tried.err) {
		// A restart while the gateway is down, or a moment without the API server, is no news of the credentials.
		if tried.connection != none {
			r.use(account, view, tried)
		}
		return after
	}
	// Opened before it is said to be ready, so that whom that wakes finds it as it now is.
	if tried.err == nil {
		r.use(account, view, tried)
		r.Kind.Connected(ctx, tried.connection)
	} else {
		r.disuse(key)
	}
	*st.ObservedGeneration = account.GetGeneration()
	r.Kind.Describe(account, tried.connection, tried.err == nil)
	verdict.Apply(st.Conditions, account.GetGeneration(), r.Clock.Now())
	return after
}

// use has campaigns use a connection, and the vendor's messages verified by it.
func (r *AccountReconciler[A, C]) use(account A, view AccountView, tried *attempt[C]) {
	key, identity := client.ObjectKeyFromObject(account), view.Resource.Identity
	r.Opener.Open(key, identity, tried.fingerprint, tried.connection)
	if source := r.Kind.Messages(account, tried.connection); source != nil {
		r.Sources.Put(notify.Account{Vendor: r.Vendor, ID: messagesAccount(identity)}, key, source)
	} else {
		r.Sources.Drop(r.Vendor, key)
	}
}

// disuse has nobody use the account's connection any more.
func (r *AccountReconciler[A, C]) disuse(key types.NamespacedName) {
	r.Opener.Close(key)
	r.Sources.Drop(r.Vendor, key)
}

// write writes the account's status if it changed.
func (r *AccountReconciler[A, C]) write(ctx context.Context, before, account A) error {
	if equality.Semantic.DeepEqual(before, account) {
		return nil
	}
	former, written := r.Kind.Status(before), *r.Kind.Status(account).Report
	was := meta.FindStatusCondition(*former.Conditions, v1alpha1.ConditionReady)
	is := meta.FindStatusCondition(*r.Kind.Status(account).Conditions, v1alpha1.ConditionReady)
	if is != nil && (was == nil || was.Reason != is.Reason || was.Message != is.Message) {
		log.FromContext(ctx).Info("status", "reason", is.Reason, "message", is.Message)
	}
	if err := r.Client.Status().Patch(ctx, account, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return err
	}
	r.Reporter.Announce(account, *former.Report, written)
	return nil
}

func (r *AccountReconciler[A, C]) close(key types.NamespacedName) {
	r.forget(key)
	r.Reporter.Forget(key)
	r.disuse(key)
}

// accountJitter spreads the looks at a fleet of accounts.
func accountJitter(account client.Object) time.Duration {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(account.GetUID())) // a hash never fails
	return time.Duration(hash.Sum32()) * time.Microsecond
}
