package engine

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/audit"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/internal/wake"
)

// Reconciler reconciles the campaigns of one kind. All fields down to Waker are required.
type Reconciler struct {
	Kind Kind
	// Client reads campaigns from the cache and writes their status.
	Client client.Client
	// Live reads campaigns from the API server, for the rare moment when the cache may lie.
	Live     client.Reader
	Accounts *accounts.Resolver
	Sweeper  *sweep.Sweeper
	Pacer    *quota.Pacer
	Audit    *audit.Log
	Events   events.EventRecorder
	Clock    clock.PassiveClock
	Waker    *wake.Waker

	// Leaving says why a deletion is not meant for the campaign (its namespace or its CRD is going
	// too); empty when it is. nil means never.
	Leaving func(context.Context, v1alpha1.Campaign) (string, error)

	// CallsPerAccount bounds the calls that one account has under way; 0 means one.
	CallsPerAccount int
	// Referable are the kinds that manifests may refer to, by name.
	Referable map[string]Kind
	// CountInterval is how often what an activity has given out is written at most, thresholds apart; 0 means ten minutes.
	CountInterval time.Duration
	// Namespaces are those whose campaigns are served; all when empty.
	Namespaces []string

	memories     memories
	gate         gate
	reservations reservations
	claims       claims
}

// A mutating call with the read after it, and the write that records them, go on when the
// manager is told to stop. Together they are below the grace period of a pod (30 s), so that a
// rollout leaves no open ends.
const (
	callTimeout  = 15 * time.Second
	writeTimeout = 5 * time.Second
)

// checkTimeout bounds what is read from the API server before a call that widens something. Nothing is sent if it takes longer.
const checkTimeout = 20 * time.Second

// conflictPause lets the cache catch up with a write of somebody else.
const conflictPause = 100 * time.Millisecond

// maxActions bounds one reconcile; the longest way (guard, look up, preflight, archive, intend, send, read, judge, members) has ten.
const maxActions = 20

// Reconcile implements reconcile.Reconciler.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	campaign := r.Kind.New()
	if err := r.Client.Get(ctx, request.NamespacedName, campaign); err != nil {
		if client.IgnoreNotFound(err) == nil {
			r.memories.forget(request.NamespacedName)
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !campaign.GetDeletionTimestamp().IsZero() && !guarded(campaign) {
		return ctrl.Result{}, nil // deleting a manifest leaves the activity as it is
	}
	s, err := r.open(ctx, campaign)
	if err != nil {
		return ctrl.Result{}, err
	}
	defer s.unreserve()
	defer s.unclaim()
	for range maxActions {
		decision, err := s.next(ctx)
		if err != nil {
			return ctrl.Result{}, err
		}
		if decision.Action.calls() && !r.gate.enter(s.sweepKey, r.CallsPerAccount) {
			return ctrl.Result{RequeueAfter: gatePause}, s.keepID(ctx)
		}
		done, err := s.act(ctx, decision)
		if decision.Action.calls() {
			r.gate.leave(s.sweepKey)
		}
		if apierrors.IsConflict(err) {
			return ctrl.Result{RequeueAfter: conflictPause}, nil // somebody else wrote: start over from what they wrote
		}
		if done || err != nil {
			after := decision.After
			if decision.Action == Lookup {
				after = longLookup // it is woken when the view is there; by then it is said what it waits for
			}
			return ctrl.Result{RequeueAfter: after}, err
		}
	}
	return ctrl.Result{}, fmt.Errorf("no decision after %d actions: this is a bug, please report it with the resource's status", maxActions)
}

// steps are the actions that only change what this reconcile knows.
var steps = map[Action]func(*scope){
	Adopt: (*scope).adopt, Take: (*scope).take, Drop: (*scope).drop, Renumber: (*scope).renumber, Archive: (*scope).archive,
	Judge: (*scope).judge, SettleMembers: (*scope).settleMembers, SettleBatch: (*scope).settleBatch, RecoverCodes: (*scope).recoverCodes, Release: (*scope).release,
}

// reads are the actions that ask the vendor. What fails in them is a fact for the next decision.
var reads = map[Action]func(*scope, context.Context){
	Get: (*scope).get, GetPrevious: (*scope).getPrevious, ReadMembers: (*scope).readMembers, ReadCodes: (*scope).readCodes, CheckCodes: (*scope).checkAhead, Preflight: (*scope).preflight,
}

// act carries out one decision and reports whether the reconcile is over.
func (s *scope) act(ctx context.Context, d Decision) (bool, error) {
	log.FromContext(ctx).V(1).Info("decided", "action", d.Action, "reason", d.Verdict.Reason, "after", d.After)
	if step, ok := steps[d.Action]; ok {
		step(s)
		return false, nil
	}
	if read, ok := reads[d.Action]; ok {
		read(s, ctx)
		return false, nil
	}
	switch d.Action {
	case Stop:
		s.memory.ViewWanted = zeroTime // the next decision wants a view of its own
		return true, s.settle(ctx, d)
	case Quietly:
		return true, s.keepID(ctx)
	case Plan:
		s.plan(ctx)
		return false, nil
	case Guard:
		return false, s.guard(ctx)
	case Unguard:
		return true, s.unguard(ctx, d)
	case Lookup:
		return s.wait(ctx, d)
	case Intend:
		return false, s.intend(ctx, d)
	case Send:
		return s.send(ctx)
	case IntendOperation:
		return false, s.intendOperation(ctx, d)
	case Operate:
		return false, s.operate(ctx, d.Change)
	default:
		return true, fmt.Errorf("decision %q has no action", d.Action)
	}
}

func keyOf(c v1alpha1.Campaign) types.NamespacedName {
	return types.NamespacedName{Namespace: c.GetNamespace(), Name: c.GetName()}
}
