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
)

// accountOpener makes the calls of a vendor's accounts usable for campaigns and has their lists swept.
type accountOpener[C Connection] struct {
	*operator
	// vendor names the vendor in metrics.
	vendor   string
	registry *accounts.Registry
	reports  *accountQueue
	products []product[C]

	mu sync.Mutex
	// opened are the targets of each account resource, one for each product.
	opened map[types.NamespacedName][]sweep.Target
}

// product is a campaign kind and the vendor's calls for it.
type product[C Connection] struct {
	reconciler *engine.Reconciler
	calls      func(C) providers.Activities
}

// Open implements AccountOpener.
func (o *accountOpener[C]) Open(key types.NamespacedName, identity v1alpha1.AccountIdentity, version string, connection C) {
	o.mu.Lock()
	defer o.mu.Unlock()
	account := &accounts.Account{Identity: identity, Version: version, Activities: map[string]providers.Activities{},
		ClockSkew: func() time.Duration {
			ahead, _ := connection.ClockSkew() // not known is none: only a gateway that is down was not heard yet
			return ahead
		}}
	var targets []sweep.Target
	for _, p := range o.products {
		target := o.target(key, identity, p, connection)
		targets = append(targets, target)
		account.Activities[p.reconciler.Kind.Name()] = target.Activities
	}
	if former := o.opened[key]; len(former) > 0 && former[0].Key != targets[0].Key {
		o.close(key) // the resource was deleted and made anew for another account
	}
	if o.opened == nil {
		o.opened = map[types.NamespacedName][]sweep.Target{}
	}
	o.opened[key] = targets
	for _, target := range targets {
		o.sweeper.Ensure(target)
	}
	o.registry.Put(key, account)
}

// target is one product's activities of an account, to be swept.
func (o *accountOpener[C]) target(key types.NamespacedName, identity v1alpha1.AccountIdentity, p product[C], connection C) sweep.Target {
	kind := p.reconciler.Kind.Name()
	target := sweep.Target{
		Key:        sweep.Key{Gateway: identity.Gateway, Account: identity.ID, Kind: kind},
		Activities: o.gateway.Count(o.vendor, kind, p.calls(connection)),
	}
	target.OnDone = func(ctx context.Context, view *sweep.View, err error) {
		o.reports.Add(reportDelay, o.sharing(target.Key)...)
		if err != nil {
			if providers.IsKind(err, providers.KindAuth) {
				o.registry.Suspect(key)
			}
			return
		}
		if err := p.reconciler.Swept(ctx, target.Key, view); err != nil {
			o.log.Error(err, "compare campaigns with a sweep", "account", key.String())
		}
	}
	return target
}

// sharing are the accounts whose activities a sweep reads.
func (o *accountOpener[C]) sharing(key sweep.Key) []types.NamespacedName {
	o.mu.Lock()
	defer o.mu.Unlock()
	var keys []types.NamespacedName
	for account, targets := range o.opened {
		if _, ok := sharedTarget(targets, key); ok {
			keys = append(keys, account)
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

// Close implements AccountOpener. The sweeps go on while another account resource shares
// them, with that one's credentials.
func (o *accountOpener[C]) Close(key types.NamespacedName) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.close(key)
}

// close is called with mu held.
func (o *accountOpener[C]) close(key types.NamespacedName) {
	o.registry.Drop(key)
	former := o.opened[key]
	delete(o.opened, key)
	for _, target := range former {
		o.release(target.Key)
	}
}

// release hands a sweep to another account resource that shares it, or ends it.
func (o *accountOpener[C]) release(key sweep.Key) {
	for _, targets := range o.opened {
		if other, ok := sharedTarget(targets, key); ok {
			o.sweeper.Ensure(other)
			return
		}
	}
	o.sweeper.Remove(key)
}
