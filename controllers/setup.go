package controllers

import (
	"context"
	"fmt"
	"io"
	"slices"
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
	// CountInterval is how often what an activity has given out is written at most; 0 means the engine's default.
	CountInterval time.Duration
	// Registers is how long WeChat Pay takes to register a new stock before it can be activated.
	Registers time.Duration
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
		CouponStockKind{}.Name():     CouponStockKind{}.NewList,
	}, o.log))
}

// setupWeChatPay registers the merchants and the kinds that use them.
func (o *operator) setupWeChatPay(ctx context.Context) error {
	registry, reports := &accounts.Registry{}, &accountQueue{}
	resolver := &accounts.Resolver{Registry: registry, Read: o.merchants(o.mgr.GetClient()), ReadLive: o.merchants(o.mgr.GetAPIReader())}
	payGift, stocks := o.reconciler(PayGiftActivityKind{}, resolver), o.reconciler(CouponStockKind{Registers: o.Registers}, resolver)
	if err := connect(payGift, stocks); err != nil {
		return err
	}
	if err := SetupPayGiftActivity(ctx, o.mgr, payGift, o.Workers); err != nil {
		return fmt.Errorf("set up PayGiftActivity: %w", err)
	}
	if err := SetupCouponStock(ctx, o.mgr, stocks, o.Workers); err != nil {
		return fmt.Errorf("set up CouponStock: %w", err)
	}
	merchants := &MerchantReconciler{
		Client: o.mgr.GetClient(), Live: o.mgr.GetAPIReader(), Registry: registry,
		Opener:   newWeChatPayOpener(o, registry, reports, payGift, stocks),
		Reporter: o.reporter(registry, payGift.Kind, stocks.Kind), Reports: reports,
		AllowedGateways: allowed(o.AllowedGateways, wechatpay.DefaultGatewayURL, wechatpay.DefaultBackupURL),
		UserAgent:       o.UserAgent, Clock: o.Clock, Waker: &wake.Waker{},
	}
	if err := merchants.SetupWithManager(o.mgr); err != nil {
		return fmt.Errorf("set up WeChatPayMerchant: %w", err)
	}
	return nil
}

// connect lets the campaigns of each kind refer to those that its traits name.
func connect(reconcilers ...*engine.Reconciler) error {
	var kinds []engine.Kind
	byName := map[string]engine.Kind{}
	for _, r := range reconcilers {
		kinds = append(kinds, r.Kind)
		byName[r.Kind.Name()] = r.Kind
	}
	for _, r := range reconcilers {
		for _, name := range r.Kind.Traits().RefersTo {
			referred, known := byName[name]
			if !known {
				return fmt.Errorf("%s refers to %s, which is no kind of this operator", r.Kind.Name(), name)
			}
			if r.Referable == nil {
				r.Referable = map[string]engine.Kind{}
			}
			r.Referable[name] = referred
		}
	}
	return engine.CheckReferences(kinds...)
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
		View: o.sweeper.View, Failing: o.sweeper.Failing, Quota: quotaRecords(o.pacer), Events: o.events, Clock: o.Clock,
	}
}

func (o *operator) reconciler(kind engine.Kind, resolver *accounts.Resolver) *engine.Reconciler {
	return &engine.Reconciler{
		Kind: kind, Client: o.campaign, Live: o.mgr.GetAPIReader(), Accounts: resolver, Leaving: leaving(o.mgr.GetAPIReader(), kind.Plural()),
		Sweeper: o.sweeper, Pacer: o.pacer, Audit: o.auditLog, Events: o.events,
		Clock: o.Clock, Waker: &wake.Waker{}, CallsPerAccount: o.Workers / 4,
		CountInterval: o.CountInterval, Namespaces: o.Namespaces,
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

func allowed(lists []string, more ...string) map[string]bool {
	set := map[string]bool{}
	for _, url := range append(more, lists...) {
		set[url] = true
	}
	return set
}
