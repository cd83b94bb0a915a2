package controllers

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
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
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/internal/wake"
	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/wechatpay"
)

// Secrets are read one by one and by name: the operator may not list or watch them.
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get
// Patch is for the finalizer alone: nothing else of a merchant but its status is ever written.
// +kubebuilder:rbac:groups=campaign-operator.io,resources=wechatpaymerchants,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=campaign-operator.io,resources=wechatpaymerchants/status,verbs=patch

// How often an account is looked at again.
const (
	// merchantRetry: a merchant that does not work has its Secret read again about this often.
	merchantRetry = 5 * time.Second
	// merchantProbeAgain: credentials that were refused are tried again unchanged after this.
	merchantProbeAgain = time.Minute
	// merchantWorkers merchants are checked at once: one whose gateway hangs holds up no other.
	merchantWorkers = 8
	// notifyAgain: the address of notices about coupons is read again after this.
	notifyAgain = time.Hour
	// merchantRefresh: a merchant that works has its Secret read again for rotated keys.
	merchantRefresh = 3 * time.Minute
)

// MerchantOpener makes the calls of a merchant usable, or stops using them.
type MerchantOpener interface {
	// Open's version tells one set of credentials from another.
	Open(key types.NamespacedName, identity v1alpha1.AccountIdentity, version string, client *wechatpay.Client)
	Close(key types.NamespacedName)
}

// MerchantReconciler checks merchants: their Secret, their keys, and that the gateway accepts them.
type MerchantReconciler struct {
	// Client reads merchants from the cache and writes their status.
	Client client.Client
	// Live reads Secrets.
	Live     client.Reader
	Registry *accounts.Registry
	Opener   MerchantOpener
	Reporter *AccountReporter
	// Reports queues merchants whose campaigns or activities have changed.
	Reports *accountQueue
	// AllowedGateways are the base URLs that may be called.
	AllowedGateways map[string]bool
	UserAgent       string
	Clock           clock.PassiveClock
	Waker           *wake.Waker

	mu     sync.Mutex
	opened map[types.NamespacedName]*openedMerchant
}

// openedMerchant is the last attempt to open a merchant.
type openedMerchant struct {
	fingerprint string
	probed      time.Time
	err         error
	serialNo    string
	notAfter    time.Time
	client      *wechatpay.Client
	// notifyURL is where WeChat Pay sends notices of used coupons, as it was read at notifyRead; notifyErr why it was not.
	notifyURL  string
	notifyRead time.Time
	notifyErr  error
}

// merchantEdited lets through what somebody else does to a merchant, its deletion included. What
// is written here is no news here: in a burst, status writes that queue their own account
// would outrun reportDelay.
var merchantEdited = predicate.Or(predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{})

// SetupWithManager registers the controller.
func (r *MerchantReconciler) SetupWithManager(mgr ctrl.Manager) error {
	r.opened = map[types.NamespacedName]*openedMerchant{}
	r.Registry.OnSuspect(func(key types.NamespacedName) {
		r.forget(key)
		r.Waker.Wake(key)
	})
	setup := ctrl.NewControllerManagedBy(mgr).
		For(&v1alpha1.WeChatPayMerchant{}, builder.WithPredicates(merchantEdited)).
		WatchesRawSource(r.Waker.Source()).
		WatchesRawSource(r.Reports).
		WithOptions(controller.Options{MaxConcurrentReconciles: merchantWorkers})
	for _, kind := range r.Reporter.Kinds {
		setup = setup.Watches(kind.New(), accountsOf(kind))
	}
	return setup.Complete(r)
}

// Reconcile implements reconcile.Reconciler.
func (r *MerchantReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	merchant := &v1alpha1.WeChatPayMerchant{}
	if err := r.Client.Get(ctx, request.NamespacedName, merchant); err != nil {
		if apierrors.IsNotFound(err) {
			r.close(request.NamespacedName)
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	fleets, err := r.Reporter.Fleets(ctx, merchantIdentity(merchant))
	if err != nil {
		return ctrl.Result{}, err
	}
	gone, kept := r.Reporter.Keep(ctx, merchant, fleets)
	if gone {
		return ctrl.Result{}, nil
	}
	before := merchant.DeepCopy()
	after := r.check(ctx, merchant)
	again := after + merchantJitter(merchant)%merchantRetry
	// Made after the check, which may have just measured the gateway's clock.
	st, soon := r.Reporter.Report(MerchantResource(merchant), merchant.Status.AccountStatus, fleets)
	merchant.Status.AccountStatus = st
	if soon > 0 {
		again = min(again, soon)
	}
	// An account whose finalizer could not be written works all the same.
	return ctrl.Result{RequeueAfter: again}, errors.Join(client.IgnoreNotFound(kept), client.IgnoreNotFound(r.write(ctx, before, merchant)))
}

// check opens the merchant or closes it, says in its status how it is, and returns when to look again.
func (r *MerchantReconciler) check(ctx context.Context, merchant *v1alpha1.WeChatPayMerchant) time.Duration {
	key := client.ObjectKeyFromObject(merchant)
	opened := r.open(ctx, merchant)
	verdict, after := r.verdict(merchant, opened)
	if wasReady(merchant) && passing(opened.err) {
		// A restart while the gateway is down, or a moment without the API server, is no news of the credentials.
		if opened.client != nil {
			r.use(key, merchant, opened)
		}
		return after
	}
	// Opened before it is said to be ready, so that whom that wakes finds it as it now is.
	if opened.err == nil {
		r.use(key, merchant, opened)
		r.readNotifyURL(ctx, opened) // for people, so nobody waits for it
	} else {
		r.Opener.Close(key)
	}
	r.describe(merchant, opened, verdict)
	return after
}

// use has campaigns use what was opened.
func (r *MerchantReconciler) use(key types.NamespacedName, merchant *v1alpha1.WeChatPayMerchant, opened *openedMerchant) {
	r.Opener.Open(key, merchantIdentity(merchant), opened.fingerprint, opened.client)
}

// open reads the Secret and, where anything has changed since the last attempt, checks it.
func (r *MerchantReconciler) open(ctx context.Context, merchant *v1alpha1.WeChatPayMerchant) *openedMerchant {
	key := client.ObjectKeyFromObject(merchant)
	if gateway := merchantGateway(merchant); !r.AllowedGateways[gateway] {
		return &openedMerchant{err: gatewayNotAllowed(gateway)}
	}
	if backup := merchant.Spec.Gateway.BackupURL; backup != "" && !r.AllowedGateways[backup] {
		return &openedMerchant{err: gatewayNotAllowed(backup)}
	}
	secret := &corev1.Secret{}
	name := types.NamespacedName{Namespace: merchant.Namespace, Name: merchant.Spec.Credentials.SecretName}
	if err := r.Live.Get(ctx, name, secret); err != nil {
		return &openedMerchant{err: secretProblem(name, err)}
	}
	fingerprint := merchantFingerprint(merchant, secret)
	if last := r.last(key); last != nil && last.fingerprint == fingerprint &&
		(last.err == nil || r.Clock.Since(last.probed) < merchantProbeAgain) {
		return last
	}
	attempt := &openedMerchant{fingerprint: fingerprint, probed: r.Clock.Now()}
	attempt.err = r.connect(ctx, merchant, secret.Data, attempt)
	var failure *providers.Error
	if errors.As(attempt.err, &failure) {
		log.FromContext(ctx).Info("the gateway does not take the merchant", "error", failure.Error(), "requestId", failure.RequestID)
	}
	r.remember(key, attempt)
	return attempt
}

// connect parses the keys into the attempt and proves them with one signed call.
func (r *MerchantReconciler) connect(ctx context.Context, merchant *v1alpha1.WeChatPayMerchant, data map[string][]byte, attempt *openedMerchant) error {
	credentials, err := wechatpay.ParseCredentials(data, merchant.Spec.Credentials.SerialNo, merchant.Spec.Credentials.PublicKeyID)
	if err != nil {
		return err
	}
	attempt.serialNo, attempt.notAfter = credentials.SerialNo(), credentials.CertificateNotAfter()
	config := wechatpay.Config{
		Mchid: merchant.Spec.Mchid, Credentials: credentials, UserAgent: r.UserAgent, Now: r.Clock.Now,
		GatewayURL: merchantGateway(merchant), BackupURL: merchant.Spec.Gateway.BackupURL,
	}
	if config.GatewayURL == wechatpay.DefaultGatewayURL && config.BackupURL == "" {
		config.BackupURL = wechatpay.DefaultBackupURL
	}
	if attempt.client, err = wechatpay.New(config); err != nil {
		return err
	}
	return attempt.client.Probe(ctx)
}

// readNotifyURL reads where WeChat Pay sends notices of used coupons: now and then, and without making anything of a failure, since a
// merchant may not have the product. It is never set.
func (r *MerchantReconciler) readNotifyURL(ctx context.Context, opened *openedMerchant) {
	if !opened.notifyRead.IsZero() && r.Clock.Since(opened.notifyRead) < notifyAgain {
		return
	}
	opened.notifyRead = r.Clock.Now()
	if opened.notifyURL, opened.notifyErr = opened.client.CouponNotifyURL(ctx); opened.notifyErr != nil {
		log.FromContext(ctx).V(1).Info("the address of notices about coupons cannot be read", "error", opened.notifyErr.Error())
	}
}

// describe says in the status what became of opening the merchant.
func (r *MerchantReconciler) describe(merchant *v1alpha1.WeChatPayMerchant, opened *openedMerchant, verdict status.Verdict) {
	st := &merchant.Status
	st.ObservedGeneration = merchant.Generation
	st.SerialNo, st.VerifiesWith, st.CertificateNotAfter = opened.serialNo, nil, ""
	if !opened.notAfter.IsZero() {
		st.CertificateNotAfter = opened.notAfter.UTC().Format(time.RFC3339)
	}
	if opened.err == nil {
		st.VerifiesWith = opened.client.VerifiesWith()
		if opened.notifyErr == nil {
			st.CouponNotifyURL = opened.notifyURL
		}
	}
	verdict.Apply(&st.Conditions, merchant.Generation, r.Clock.Now())
}

// write writes the merchant's status if it changed.
func (r *MerchantReconciler) write(ctx context.Context, before, merchant *v1alpha1.WeChatPayMerchant) error {
	if equality.Semantic.DeepEqual(before, merchant) {
		return nil
	}
	was, is := meta.FindStatusCondition(before.Status.Conditions, v1alpha1.ConditionReady), meta.FindStatusCondition(merchant.Status.Conditions, v1alpha1.ConditionReady)
	if is != nil && (was == nil || was.Reason != is.Reason || was.Message != is.Message) {
		log.FromContext(ctx).Info("status", "reason", is.Reason, "message", is.Message)
	}
	written := merchant.Status.AccountStatus
	if err := r.Client.Status().Patch(ctx, merchant, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return err
	}
	r.Reporter.Announce(merchant, before.Status.AccountStatus, written)
	return nil
}

func (r *MerchantReconciler) last(key types.NamespacedName) *openedMerchant {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.opened[key]
}

func (r *MerchantReconciler) remember(key types.NamespacedName, attempt *openedMerchant) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opened[key] = attempt
}

func (r *MerchantReconciler) forget(key types.NamespacedName) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.opened, key)
}

func (r *MerchantReconciler) close(key types.NamespacedName) {
	r.forget(key)
	r.Reporter.Forget(key)
	r.Opener.Close(key)
}

// merchantFingerprint changes with whatever a merchant's calls are made with. The brake and the
// namespaces are not among it: the brake has to work at once, also while the gateway is in trouble.
func merchantFingerprint(merchant *v1alpha1.WeChatPayMerchant, secret *corev1.Secret) string {
	spec := merchant.Spec
	return fmt.Sprintf("%s/%s/%s/%v/%v/%s/%s", merchant.UID, spec.Mchid, spec.Environment, spec.Gateway, spec.Credentials, secret.UID, secret.ResourceVersion)
}

// merchantJitter spreads the looks at a fleet of merchants.
func merchantJitter(merchant *v1alpha1.WeChatPayMerchant) time.Duration {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(merchant.UID)) // a hash never fails
	return time.Duration(hash.Sum32()) * time.Microsecond
}

var errGatewayNotAllowed = errors.New("gateway not allowed")

func gatewayNotAllowed(url string) error {
	return fmt.Errorf("%w: %s is not among the operator's --allowed-gateways; start the operator with it, or use WeChat Pay's own %s",
		errGatewayNotAllowed, url, wechatpay.DefaultGatewayURL)
}
