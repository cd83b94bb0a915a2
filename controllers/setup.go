package controllers

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/internal/audit"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/metrics"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
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
	v := newVendor(o, "wechatpay", WeChatPayMerchantKind{UserAgent: o.UserAgent, Clock: o.Clock})
	payGift, stocks := v.campaigns(PayGiftActivityKind{}), v.campaigns(CouponStockKind{Registers: o.Registers})
	if err := connect(payGift, stocks); err != nil {
		return err
	}
	if err := SetupPayGiftActivity(ctx, o.mgr, payGift, o.Workers); err != nil {
		return fmt.Errorf("set up PayGiftActivity: %w", err)
	}
	if err := SetupCouponStock(ctx, o.mgr, stocks, o.Workers); err != nil {
		return fmt.Errorf("set up CouponStock: %w", err)
	}
	err := v.setup(allowed(o.AllowedGateways, wechatpay.DefaultGatewayURL, wechatpay.DefaultBackupURL), weChatPayProducts(payGift, stocks)...)
	if err != nil {
		return fmt.Errorf("set up WeChatPayMerchant: %w", err)
	}
	return nil
}

// weChatPayProducts are the calls for the campaigns of merchants.
func weChatPayProducts(payGift, stocks *engine.Reconciler) []product[*Merchant] {
	return []product[*Merchant]{
		{payGift, func(m *Merchant) providers.Activities { return wechatpay.NewPayGift(m.Client) }},
		{stocks, func(m *Merchant) providers.Activities { return wechatpay.NewCouponStocks(m.Client) }},
	}
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
