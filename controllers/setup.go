package controllers

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/audit"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/metrics"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/internal/wake"
	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/wechatpay"
)

// Options are the choices of whoever runs the operator.
type Options struct {
	// AllowedGateways are base URLs that may be called besides the vendors' own.
	AllowedGateways []string
	// SweepInterval is how often each account's list is read at least.
	SweepInterval time.Duration
	// Limits are calls per second by operation; nil paces nothing.
	Limits quota.Limits
	// Workers is how many campaigns of a kind are reconciled at once.
	Workers int
	// AuditLog takes one JSON line before and after every mutating call.
	AuditLog  io.Writer
	UserAgent string
	// Namespaces are those that the manager watches; all when empty.
	Namespaces []string
	Clock      clock.WithTicker
	// Metrics registers the operator's metrics.
	Metrics prometheus.Registerer
}

// operator is the wiring that the controllers share.
type operator struct {
	Options
	mgr      ctrl.Manager
	log      logr.Logger
	campaign client.Client
	pacer    *quota.Pacer
	sweeper  *sweep.Sweeper
	auditLog *audit.Log
	events   events.EventRecorder
	gateway  *metrics.Gateway
}

// Setup registers every controller with the manager.
func Setup(ctx context.Context, mgr ctrl.Manager, options Options) error {
	campaigns, err := campaignClient(mgr)
	if err != nil {
		return err
	}
	pacer := quota.New(options.Clock, options.Limits)
	o := &operator{
		Options: options, mgr: mgr, log: mgr.GetLogger(), campaign: campaigns, pacer: pacer,
		sweeper:  sweep.New(options.Clock, pacer, options.SweepInterval, mgr.GetLogger().WithName("sweep")),
		auditLog: audit.New(options.Clock, options.AuditLog),
		events:   mgr.GetEventRecorder("campaign-operator"),
		gateway:  metrics.NewGateway(options.Clock, options.Metrics),
	}
	if err := mgr.Add(o.sweeper); err != nil {
		return fmt.Errorf("add the sweeper: %w", err)
	}
	if err := o.setupWeChatPay(ctx); err != nil {
		return err
	}
	return options.Metrics.Register(metrics.NewCampaigns(mgr.GetClient(), map[string]func() client.ObjectList{
		PayGiftActivityKind{}.Name(): PayGiftActivityKind{}.NewList,
	}, o.log))
}

// setupWeChatPay registers the merchants and the kinds that use them.
func (o *operator) setupWeChatPay(ctx context.Context) error {
	registry, reports := &accounts.Registry{}, &accountQueue{}
	resolver := &accounts.Resolver{Registry: registry, Read: o.merchants(o.mgr.GetClient()), ReadLive: o.merchants(o.mgr.GetAPIReader())}
	payGift := o.reconciler(PayGiftActivityKind{}, resolver)
	if err := SetupPayGiftActivity(ctx, o.mgr, payGift, o.Workers); err != nil {
		return fmt.Errorf("set up PayGiftActivity: %w", err)
	}
	merchants := &MerchantReconciler{
		Client: o.mgr.GetClient(), Live: o.mgr.GetAPIReader(), Registry: registry,
		Opener:   &weChatPayOpener{operator: o, registry: registry, reports: reports, payGift: payGift, targets: map[types.NamespacedName]sweep.Target{}},
		Reporter: o.reporter(registry, payGift.Kind), Reports: reports,
		AllowedGateways: allowed(o.AllowedGateways, wechatpay.DefaultGatewayURL, wechatpay.DefaultBackupURL),
		UserAgent:       o.UserAgent, Clock: o.Clock, Waker: &wake.Waker{},
	}
	if err := merchants.SetupWithManager(o.mgr); err != nil {
		return fmt.Errorf("set up WeChatPayMerchant: %w", err)
	}
	return nil
}

// merchants reads merchants as their campaigns see them.
func (o *operator) merchants(from client.Reader) func(context.Context, types.NamespacedName) (accounts.Resource, error) {
	return func(ctx context.Context, key types.NamespacedName) (accounts.Resource, error) {
		if len(o.Namespaces) > 0 && !slices.Contains(o.Namespaces, key.Namespace) {
			return accounts.Resource{}, accounts.ErrNotWatched
		}
		merchant := &v1alpha1.WeChatPayMerchant{}
		err := from.Get(ctx, key, merchant)
		return MerchantResource(merchant), err
	}
}

func (o *operator) reporter(registry *accounts.Registry, kinds ...engine.Kind) *AccountReporter {
	return &AccountReporter{
		Client: o.mgr.GetClient(), Live: o.mgr.GetAPIReader(), Registry: registry, Kinds: kinds,
		View: o.sweeper.View, Quota: quotaRecords(o.pacer), Events: o.events, Clock: o.Clock,
	}
}

func (o *operator) reconciler(kind engine.Kind, resolver *accounts.Resolver) *engine.Reconciler {
	return &engine.Reconciler{
		Kind: kind, Client: o.campaign, Live: o.mgr.GetAPIReader(), Accounts: resolver, Leaving: leaving(o.mgr.GetAPIReader(), kind.Plural()),
		Sweeper: o.sweeper, Pacer: o.pacer, Audit: o.auditLog, Events: o.events,
		Clock: o.Clock, Waker: &wake.Waker{}, CallsPerAccount: o.Workers / 4,
	}
}

// campaignClient reads campaigns from the manager's cache and waits there for its own
// writes, so that a reconcile never repeats what the last one did. Nothing but campaigns
// goes through it: what it reads it would watch.
func campaignClient(mgr ctrl.Manager) (client.Client, error) {
	c, err := client.New(mgr.GetConfig(), client.Options{
		HTTPClient: mgr.GetHTTPClient(), Scheme: mgr.GetScheme(), Mapper: mgr.GetRESTMapper(),
		Cache: &client.CacheOptions{Reader: mgr.GetCache(), EnableReadYourWritesConsistency: ptr.To(true)},
	})
	if err != nil {
		return nil, fmt.Errorf("make the campaigns' client: %w", err)
	}
	return c, nil
}

// weChatPayOpener makes a merchant's calls usable for campaigns and has its lists swept.
type weChatPayOpener struct {
	*operator
	registry *accounts.Registry
	reports  *accountQueue
	payGift  *engine.Reconciler

	mu      sync.Mutex
	targets map[types.NamespacedName]sweep.Target
}

// Open implements MerchantOpener.
func (w *weChatPayOpener) Open(key types.NamespacedName, identity v1alpha1.AccountIdentity, version string, merchant *wechatpay.Client) {
	w.mu.Lock()
	defer w.mu.Unlock()
	kind := w.payGift.Kind.Name()
	activities := w.gateway.Count("wechatpay", kind, wechatpay.NewPayGift(merchant))
	target := sweep.Target{Key: sweep.Key{Gateway: identity.Gateway, Account: identity.ID, Kind: kind}, Activities: activities}
	target.OnDone = func(ctx context.Context, view *sweep.View, err error) {
		w.reports.Add(reportDelay, w.sharing(target.Key)...)
		if err != nil {
			if providers.IsKind(err, providers.KindAuth) {
				w.registry.Suspect(key)
			}
			return
		}
		if err := w.payGift.Swept(ctx, target.Key, view); err != nil {
			w.log.Error(err, "compare campaigns with a sweep", "account", key.String())
		}
	}
	if former, ok := w.targets[key]; ok && former.Key != target.Key {
		w.close(key) // the resource was deleted and made anew for another merchant
	}
	w.targets[key] = target
	w.sweeper.Ensure(target)
	w.registry.Put(key, &accounts.Account{Identity: identity, Version: version, Activities: map[string]providers.Activities{kind: activities},
		ClockSkew: func() time.Duration {
			ahead, _ := merchant.ClockSkew() // not known is none: only a gateway that is down was not heard yet
			return ahead
		}})
}

// sharing are the merchants whose activities a sweep reads.
func (w *weChatPayOpener) sharing(key sweep.Key) []types.NamespacedName {
	w.mu.Lock()
	defer w.mu.Unlock()
	var keys []types.NamespacedName
	for merchant, target := range w.targets {
		if target.Key == key {
			keys = append(keys, merchant)
		}
	}
	return keys
}

// Close implements MerchantOpener. The sweep goes on while another merchant resource shares
// it, with that one's credentials.
func (w *weChatPayOpener) Close(key types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.close(key)
}

// close is called with mu held.
func (w *weChatPayOpener) close(key types.NamespacedName) {
	w.registry.Drop(key)
	former, swept := w.targets[key]
	if !swept {
		return
	}
	delete(w.targets, key)
	for _, other := range w.targets {
		if other.Key == former.Key {
			w.sweeper.Ensure(other)
			return
		}
	}
	w.sweeper.Remove(former.Key)
}

func allowed(lists []string, more ...string) map[string]bool {
	set := map[string]bool{}
	for _, url := range append(more, lists...) {
		set[url] = true
	}
	return set
}
