package controllers

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/wake"
)

// vendor is the wiring of one kind of accounts and of the campaigns that use them.
type vendor[A client.Object, C Connection] struct {
	*operator
	// name is the vendor's in metrics and in the paths of the notification door.
	name     string
	kind     AccountKind[A, C]
	registry *accounts.Registry
	resolver *accounts.Resolver
}

func newVendor[A client.Object, C Connection](o *operator, name string, kind AccountKind[A, C]) *vendor[A, C] {
	v := &vendor[A, C]{operator: o, name: name, kind: kind, registry: &accounts.Registry{}}
	v.resolver = &accounts.Resolver{Registry: v.registry, Read: v.reader(o.mgr.GetClient()), ReadLive: v.reader(o.mgr.GetAPIReader())}
	return v
}

// reader reads accounts as their campaigns see them.
func (v *vendor[A, C]) reader(from client.Reader) func(context.Context, types.NamespacedName) (accounts.Resource, error) {
	return func(ctx context.Context, key types.NamespacedName) (accounts.Resource, error) {
		if len(v.Namespaces) > 0 && !slices.Contains(v.Namespaces, key.Namespace) {
			return accounts.Resource{}, accounts.ErrNotWatched
		}
		account := v.kind.New()
		err := from.Get(ctx, key, account)
		return v.kind.View(account).Resource, err
	}
}

// campaigns makes the reconciler of a kind of campaigns.
func (v *vendor[A, C]) campaigns(kind engine.Kind) *engine.Reconciler {
	return &engine.Reconciler{
		Kind: kind, Client: v.campaign, Live: v.mgr.GetAPIReader(), Accounts: v.resolver, Leaving: leaving(v.mgr.GetAPIReader(), kind.Plural()),
		Sweeper: v.sweeper, Pacer: v.pacer, Audit: v.auditLog, Events: v.events,
		Clock: v.Clock, Waker: &wake.Waker{}, CallsPerAccount: v.Workers / 4,
		CountInterval: v.CountInterval, Namespaces: v.Namespaces,
	}
}

// setup registers the controller of the accounts, for whose campaigns these calls are made.
func (v *vendor[A, C]) setup(allowed map[string]bool, products ...product[C]) error {
	reports := &accountQueue{}
	var kinds []engine.Kind
	for _, p := range products {
		kinds = append(kinds, p.reconciler.Kind)
		v.notified[v.name] = append(v.notified[v.name], p.reconciler)
	}
	reconciler := &AccountReconciler[A, C]{
		Kind: v.kind, Vendor: v.name, Sources: &v.sources, Client: v.mgr.GetClient(), Live: v.mgr.GetAPIReader(), Registry: v.registry, Reports: reports,
		Opener: &accountOpener[C]{operator: v.operator, vendor: v.name, registry: v.registry, reports: reports, products: products},
		Reporter: &AccountReporter{
			Client: v.mgr.GetClient(), Live: v.mgr.GetAPIReader(), Registry: v.registry, Kinds: kinds,
			View: v.sweeper.View, Failing: v.sweeper.Failing, Quota: quotaRecords(v.pacer), Events: v.events, Clock: v.Clock,
		},
		AllowedGateways: allowed, Clock: v.Clock, Waker: &wake.Waker{},
	}
	return reconciler.SetupWithManager(v.mgr)
}
