package controllers

import (
	"context"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/wechatpay"
)

// weChatPayOpener makes a merchant's calls usable for campaigns and has its lists swept.
type weChatPayOpener struct {
	*operator
	registry *accounts.Registry
	reports  *accountQueue
	products []product

	mu sync.Mutex
	// opened are the targets of each merchant resource, one for each product.
	opened map[types.NamespacedName][]sweep.Target
}

// product is a campaign kind and the vendor's calls for it.
type product struct {
	reconciler *engine.Reconciler
	calls      func(*wechatpay.Client) providers.Activities
}

func newWeChatPayOpener(o *operator, registry *accounts.Registry, reports *accountQueue, payGift, stocks *engine.Reconciler) *weChatPayOpener {
	return &weChatPayOpener{operator: o, registry: registry, reports: reports, opened: map[types.NamespacedName][]sweep.Target{}, products: []product{
		{payGift, func(c *wechatpay.Client) providers.Activities { return wechatpay.NewPayGift(c) }},
		{stocks, func(c *wechatpay.Client) providers.Activities { return wechatpay.NewCouponStocks(c) }},
	}}
}

// Open implements MerchantOpener.
func (w *weChatPayOpener) Open(key types.NamespacedName, identity v1alpha1.AccountIdentity, version string, merchant *wechatpay.Client) {
	w.mu.Lock()
	defer w.mu.Unlock()
	account := &accounts.Account{Identity: identity, Version: version, Activities: map[string]providers.Activities{},
		ClockSkew: func() time.Duration {
			ahead, _ := merchant.ClockSkew() // not known is none: only a gateway that is down was not heard yet
			return ahead
		}}
	var targets []sweep.Target
	for _, p := range w.products {
		target := w.target(key, identity, p, merchant)
		targets = append(targets, target)
		account.Activities[p.reconciler.Kind.Name()] = target.Activities
	}
	if former := w.opened[key]; len(former) > 0 && former[0].Key != targets[0].Key {
		w.close(key) // the resource was deleted and made anew for another merchant
	}
	w.opened[key] = targets
	for _, target := range targets {
		w.sweeper.Ensure(target)
	}
	w.registry.Put(key, account)
}

// target is one product's activities of a merchant, to be swept.
func (w *weChatPayOpener) target(key types.NamespacedName, identity v1alpha1.AccountIdentity, p product, merchant *wechatpay.Client) sweep.Target {
	kind := p.reconciler.Kind.Name()
	target := sweep.Target{
		Key:        sweep.Key{Gateway: identity.Gateway, Account: identity.ID, Kind: kind},
		Activities: w.gateway.Count("wechatpay", kind, p.calls(merchant)),
	}
	target.OnDone = func(ctx context.Context, view *sweep.View, err error) {
		w.reports.Add(reportDelay, w.sharing(target.Key)...)
		if err != nil {
			if providers.IsKind(err, providers.KindAuth) {
				w.registry.Suspect(key)
			}
			return
		}
		if err := p.reconciler.Swept(ctx, target.Key, view); err != nil {
			w.log.Error(err, "compare campaigns with a sweep", "account", key.String())
		}
	}
	return target
}

// sharing are the merchants whose activities a sweep reads.
func (w *weChatPayOpener) sharing(key sweep.Key) []types.NamespacedName {
	w.mu.Lock()
	defer w.mu.Unlock()
	var keys []types.NamespacedName
	for merchant, targets := range w.opened {
		if _, ok := sharedTarget(targets, key); ok {
			keys = append(keys, merchant)
		}
	}
	return keys
}

func sharedTarget(targets []sweep.Target, key sweep.Key) (sweep.Target, bool) {
	for _, target := range targets {
		if target.Key == key {
			return target, true
		}
	}
	return sweep.Target{}, false
}

// Close implements MerchantOpener. The sweeps go on while another merchant resource shares
// them, with that one's credentials.
func (w *weChatPayOpener) Close(key types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.close(key)
}

// close is called with mu held.
func (w *weChatPayOpener) close(key types.NamespacedName) {
	w.registry.Drop(key)
	former := w.opened[key]
	delete(w.opened, key)
	for _, target := range former {
		w.release(target.Key)
	}
}

// release hands a sweep to another merchant resource that shares it, or ends it.
func (w *weChatPayOpener) release(key sweep.Key) {
	for _, targets := range w.opened {
		if other, ok := sharedTarget(targets, key); ok {
			w.sweeper.Ensure(other)
			return
		}
	}
	w.sweeper.Remove(key)
}
