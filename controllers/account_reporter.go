package controllers

import (
	"context"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/accounts/report"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
)

// reportDelay is how long what happens to an account's campaigns waits for more of it: in the
// busiest hour an account's status is written about once in this time.
const reportDelay = 5 * time.Second

// AccountReporter does for the accounts of one kind what is the same for all account kinds: the
// part of their status that is about their campaigns, and the finalizer that keeps them while
// they are needed. The account's own reconciler calls it, so that each status has one writer.
type AccountReporter struct {
	// Client reads campaigns from the cache and writes finalizers.
	Client client.Client
	// Live reads namespaces past the cache.
	Live client.Reader
	// Registry knows the accounts that are open.
	Registry *accounts.Registry
	// Kinds are the campaign kinds that refer to accounts of this kind.
	Kinds []engine.Kind
	// View returns what the last sweep saw; nil before the first. Failing reports whether there is none because the list
	// cannot be read.
	View    func(sweep.Key) *sweep.View
	Failing func(sweep.Key) bool
	// Quota lists the operations of an account at a gateway that are not at rest.
	Quota  func(gateway, account string) []v1alpha1.QuotaRecord
	Events events.EventRecorder
	Clock  clock.PassiveClock

	mu sync.Mutex
	// said is what the last DeletionHeld event of an account said.
	said map[types.NamespacedName]string
}

// Fleets reads the campaigns of all kinds and what was last seen of the account's activities.
func (r *AccountReporter) Fleets(ctx context.Context, identity v1alpha1.AccountIdentity) ([]report.Fleet, error) {
	var fleets []report.Fleet
	for _, kind := range r.Kinds {
		key := sweep.Key{Gateway: identity.Gateway, Account: identity.ID, Kind: kind.Name()}
		fleet := report.Fleet{Kind: kind, StopState: kind.Traits().StopState, Costs: kind.Traits().Costs, Shared: kind.Traits().Shared, View: r.View(key), Unseen: r.Failing(key)}
		list := kind.NewList()
		if err := r.Client.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
			return nil, fmt.Errorf("list %s: %w", kind.Plural(), err)
		}
		fleet.Campaigns = campaignsIn(list)
		fleets = append(fleets, fleet)
	}
	return fleets, nil
}

// Report makes the account's part of a status, and says when it has to be made again although
// nothing has happened: while calls wait for their turn. Zero means that it need not.
func (r *AccountReporter) Report(account accounts.Resource, former v1alpha1.AccountStatus, fleets []report.Fleet) (v1alpha1.AccountStatus, time.Duration) {
	facts := report.Facts{
		Account: keyOfRef(account.Ref), Identity: account.Identity, Brake: account.Brake,
		Fleets: fleets, Former: former, Quota: r.Quota(account.Identity.Gateway, account.Identity.ID),
	}
	if open := r.Registry.Find(facts.Account, account.Identity); open != nil && open.ClockSkew != nil {
		ahead := open.ClockSkew()
		facts.Ahead = &ahead
	}
	return report.Status(facts), r.again(facts.Quota)
}

// again is when a quota that is not at rest is looked at again, so that it is seen to come to rest.
func (r *AccountReporter) again(quota []v1alpha1.QuotaRecord) time.Duration {
	var after time.Duration
	for _, q := range quota {
		wait := reportDelay
		if q.Waiting == 0 && q.PausedUntil != nil {
			wait = max(wait, q.PausedUntil.Sub(r.Clock.Now()))
		}
		if after == 0 || wait < after {
			after = wait
		}
	}
	return after
}

// Announce tells of what a written status says for the first time.
func (r *AccountReporter) Announce(account client.Object, former, written v1alpha1.AccountStatus) {
	if former.ClockSkew == "" && written.ClockSkew != "" {
		r.Events.Eventf(account, nil, "Warning", v1alpha1.ReasonClockSkewed, "Reconcile",
			"the gateway's clock is %s ahead of the operator's (below zero: behind). Set the clock of the operator's node (NTP): beyond %s nothing is sent that starts or widens an activity, at 5m0s the gateway refuses every call.",
			written.ClockSkew, accounts.SkewHolds)
	}
}

// Forget drops what is remembered of an account that is gone.
func (r *AccountReporter) Forget(key types.NamespacedName) { r.saysAnew(key, "") }

// saysAnew notes what is said of an account's deletion and reports whether it is something new.
func (r *AccountReporter) saysAnew(key types.NamespacedName, note string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	anew := r.said[key] != note
	if note == "" {
		delete(r.said, key)
		return anew
	}
	if r.said == nil {
		r.said = map[types.NamespacedName]string{}
	}
	r.said[key] = note
	return anew
}
