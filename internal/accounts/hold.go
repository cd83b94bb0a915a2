package accounts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
)

// How far the operator's clock and a gateway's may be apart, either way.
const (
	// SkewWarns: beyond it the account's status says so.
	SkewWarns = 30 * time.Second
	// SkewHolds: beyond it nothing is sent that starts or widens an activity. Its times would be
	// judged by the wrong clock, and at 300 s the gateways refuse every call.
	SkewHolds = 120 * time.Second
)

// Now is what the API server says of an account at one moment.
type Now struct {
	// Hold is why nothing that starts or widens an activity may be sent; nil lets the call go.
	Hold *status.Verdict
	// Limits are the ceilings.
	Limits Limits
}

// Now reads a campaign's account from the API server: whoever has pulled the brake, or lowered a
// ceiling, and seen it stored can rely on it. It is for the moment just before a call that starts
// or widens an activity. An error, also that of an account that is gone or is no longer the one
// that was opened, means that the reconcile has to start over.
func (r *Resolver) Now(ctx context.Context, campaign v1alpha1.Campaign) (Now, error) {
	key := RefKey(campaign)
	resource, err := r.ReadLive(ctx, key)
	if err != nil {
		return Now{}, fmt.Errorf("read account %q from the API server: %w", key, err)
	}
	if problem := resource.refusal(key, campaign.GetNamespace()); problem != nil {
		return Now{Hold: problem, Limits: resource.Limits}, nil
	}
	account := r.Registry.Find(key, resource.Identity)
	if account == nil {
		return Now{}, fmt.Errorf("account %q is no longer open as %s at %s; starting over", key, resource.Identity.ID, resource.Identity.Gateway)
	}
	return Now{Hold: resource.hold(key, account.ahead()), Limits: resource.Limits}, nil
}

// hold says why nothing that starts or widens an activity may be sent, or nil.
func (r Resource) hold(key types.NamespacedName, ahead time.Duration) *status.Verdict {
	switch {
	case r.Brake == v1alpha1.BrakeHold || r.Brake == v1alpha1.BrakePause:
		return &status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonAccountBraked, Message: fmt.Sprintf(
			`the brake of account %q is at %s: nothing is sent that starts or widens an activity. To release it: kubectl -n %s patch %s %s --type merge --field-manager=emergency -p '{"spec":{"brake":"Off"}}'`,
			key, r.Brake, key.Namespace, r.Plural, key.Name)}
	case r.Deleting:
		return notReady("account %q is being deleted: nothing is started for it any more. Refer to another account, or wait until it is gone and create it again.", key)
	case ahead.Abs() > SkewHolds:
		way := "behind"
		if ahead < 0 {
			way = "ahead of"
		}
		// How far exactly is in the account's status: here it would be another message every time.
		return &status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonClockSkewed, Message: fmt.Sprintf(
			"the operator's clock is more than %s %s the gateway's, as status.clockSkew of account %q says: nothing is sent that starts or widens an activity. Set the clock of the operator's node (NTP).",
			SkewHolds, way, key)}
	default:
		return nil
	}
}

// refusal says that an account is not there for a namespace, or nil.
func (r Resource) refusal(key types.NamespacedName, namespace string) *status.Verdict {
	if key.Namespace == namespace || slices.Contains(r.AllowedNamespaces, namespace) {
		return nil
	}
	return &status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonAccountNotAllowed, Message: fmt.Sprintf(
		"account %q does not allow namespace %q; its owner can add it to spec.allowedNamespaces.", key, namespace)}
}

// ahead is how far the gateway's clock is ahead of the operator's.
func (a *Account) ahead() time.Duration {
	if a == nil || a.ClockSkew == nil {
		return 0
	}
	return a.ClockSkew()
}
