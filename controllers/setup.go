package controllers

import (
	"context"
	"fmt"
	"io"
	"net/netip"
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
	"github.com/campaign-operator/campaign-operator/internal/notify"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/alipay"
	"github.com/campaign-operator/campaign-operator/providers/wechatpay"
)

// Options are the choices of whoever runs the operator.
type Options struct {
	// AllowedGateways are the URLs that may be called besides the vendors' own: base URLs at WeChat Pay, full ones of gateway.do
	// at Alipay.
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
	// Notifications say where the door for vendors' messages is.
	Notifications Notifications
	// Metrics registers the operator's metrics.
	Metrics prometheus.Registerer
}

// Notifications say where the door for vendors' messages is.
type Notifications struct {
	// Address is host and port to listen on; the door stays closed without one.
	Address string
	// CertDir is a directory with tls.crt and tls.key; plain HTTP without one.
	CertDir string
	// TrustedProxies are those whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
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
	// sources and notified are whose messages the notification door takes, and what they wake, by vendor.
	sources  notify.Sources
	notified map[string][]*engine.Reconciler
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
		gateway:  metrics.NewGateway(options.Clock, options.Metrics), notified: map[string][]*engine.Reconciler{},
	}
	if err := mgr.Add(o.sweeper); err != nil {
		return fmt.Errorf("add the sweeper: %w", err)
	}
	for _, setup := range []func(context.Context) error{o.setupWeChatPay, o.setupAlipay} {
		if err := setup(ctx); err != nil {
			return err
		}
	}
	if err := o.openDoor(); err != nil {
		return err
	}
	return options.Metrics.Register(metrics.NewCampaigns(mgr.GetClient(), map[string]func() client.ObjectList{
		PayGiftActivityKind{}.Name():       PayGiftActivityKind{}.NewList,
		CouponStockKind{}.Name():           CouponStockKind{}.NewList,
		AlipayVoucherActivityKind{}.Name(): AlipayVoucherActivityKind{}.NewList,
	}, o.log))
}

// setupWeChatPay registers the merchants and the kinds that use them.
func (o *operator) setupWeChatPay(ctx context.Context) error {
	v := newVendor(o, notify.WeChatPay, WeChatPayMerchantKind{UserAgent: o.UserAgent, Clock: o.Clock})
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

// setupAlipay registers the applications and the kind that uses them.
func (o *operator) setupAlipay(ctx context.Context) error {
	v := newVendor(o, notify.Alipay, AlipayAppKind{UserAgent: o.UserAgent, Clock: o.Clock})
	vouchers := v.campaigns(AlipayVoucherActivityKind{})
	if err := SetupAlipayVoucherActivity(ctx, o.mgr, vouchers, o.Workers); err != nil {
		return fmt.Errorf("set up AlipayVoucherActivity: %w", err)
	}
	if err := v.setup(allowed(o.AllowedGateways, alipay.DefaultGatewayURL), alipayProducts(vouchers)...); err != nil {
		return fmt.Errorf("set up AlipayApp: %w", err)
	}
	return nil
}

// alipayProducts are the calls for the campaigns of applications.
func alipayProducts(vouchers *engine.Reconciler) []product[*alipay.Client] {
	return []product[*alipay.Client]{{vouchers, func(c *alipay.Client) providers.Activities { return alipay.NewVouchers(c) }}}
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
