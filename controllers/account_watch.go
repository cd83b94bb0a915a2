package controllers

import (
	"context"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/engine"
)

// reported is what an account's status and finalizer say of a campaign.
type reported struct {
	Account  types.NamespacedName
	Needs    bool // the account's credentials, to be deleted
	State    v1alpha1.CampaignState
	Stalled  bool
	ID       string
	Creation v1alpha1.CreationOutcome
	Previous []v1alpha1.PreviousRecord
}

func reportedOf(kind engine.Kind, o client.Object) reported {
	c, ok := o.(v1alpha1.Campaign)
	if !ok {
		return reported{}
	}
	st := c.CampaignStatus()
	return reported{
		Account: accounts.RefKey(c), Needs: slices.Contains(c.GetFinalizers(), v1alpha1.FinalizerTerminate),
		State: st.State, Stalled: meta.IsStatusConditionTrue(st.Conditions, v1alpha1.ConditionStalled),
		ID: kind.ActivityID(c), Creation: st.Creation, Previous: st.Previous,
	}
}

// accountsOf queues the accounts of campaigns that have changed in what is reported of them:
// at once when the finalizer depends on it, else together with what else happens meanwhile.
func accountsOf(kind engine.Kind) handler.EventHandler {
	add := func(q requests, before, after reported) {
		now := before.Needs != after.Needs || (after.Needs && before.Account != after.Account)
		for _, account := range slices.Compact([]types.NamespacedName{before.Account, after.Account}) {
			request := reconcile.Request{NamespacedName: account}
			switch {
			case account == (types.NamespacedName{}): // it was not there, or is gone
			case now:
				q.Add(request)
			default:
				q.AddAfter(request, reportDelay)
			}
		}
	}
	return handler.Funcs{
		CreateFunc: func(_ context.Context, e event.CreateEvent, q requests) {
			add(q, reported{}, reportedOf(kind, e.Object))
		},
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, q requests) {
			add(q, reportedOf(kind, e.Object), reported{})
		},
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, q requests) {
			if before, after := reportedOf(kind, e.ObjectOld), reportedOf(kind, e.ObjectNew); !equality.Semantic.DeepEqual(before, after) {
				add(q, before, after)
			}
		},
	}
}

// accountQueue is how the end of a sweep reaches an account's reconciler. It is a source of that
// controller; before the controller runs nothing has to be kept, since it begins with every account.
type accountQueue struct {
	mu    sync.Mutex
	queue requests
}

// Start implements source.Source.
func (a *accountQueue) Start(_ context.Context, queue requests) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queue = queue
	return nil
}

// String names the source in the controller's log.
func (*accountQueue) String() string { return "reports" }

// Add queues accounts, after a while in which they are queued once.
func (a *accountQueue) Add(after time.Duration, keys ...types.NamespacedName) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, key := range keys {
		if a.queue != nil {
			a.queue.AddAfter(reconcile.Request{NamespacedName: key}, after)
		}
	}
}

func keyOfRef(ref *corev1.ObjectReference) types.NamespacedName {
	return types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}
}
