package accounts

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
)

// ErrNotWatched is returned by a Resolver's Read for an account outside the watched namespaces.
var ErrNotWatched = errors.New("the account's namespace is not watched")

// Resource is what a campaign has to know of its account resource.
type Resource struct {
	Generation         int64
	ObservedGeneration int64
	AllowedNamespaces  []string
	Conditions         []metav1.Condition
	// Identity is what the spec says the account is at the vendor.
	Identity v1alpha1.AccountIdentity
	// MerchantID is the merchant that the account acts for as a service provider; empty where it acts for itself.
	MerchantID string
	// Ref names the resource in events.
	Ref *corev1.ObjectReference
	// Plural is the resource's name in kubectl, such as wechatpaymerchants.
	Plural string
	// Brake is what the spec asks for.
	Brake v1alpha1.AccountBrake
	// Limits are the ceilings of the spec.
	Limits Limits
	// ClockSkew is what the status says of it; a change is news for the campaigns that it holds.
	ClockSkew string
	// Deleting is true when the resource is being deleted.
	Deleting bool
}

// Resolver finds the account that a campaign refers to.
type Resolver struct {
	Registry *Registry
	// Read returns the account resource; a NotFound error where there is none.
	Read func(context.Context, types.NamespacedName) (Resource, error)
	// ReadLive is Read past every cache.
	ReadLive func(context.Context, types.NamespacedName) (Resource, error)
}

// Resolution is the answer for one campaign: an account, or the problem, or neither while
// the account is being checked, or a working one is still being opened by this process.
type Resolution struct {
	Key     types.NamespacedName
	Ref     *corev1.ObjectReference
	Account *Account
	Problem *status.Verdict
	// Hold is why nothing that starts or widens an activity may be sent; nil lets everything go.
	// Calls that end or narrow one are not held. It comes with the account or on its own.
	Hold *status.Verdict
	// Pause is true while the brake asks for running activities to be paused.
	Pause bool
	// Limits are the account's ceilings.
	Limits Limits
	// MerchantID is the merchant that the account acts for as a service provider; empty where it acts for itself.
	MerchantID string
}

// Resolve finds the account of a campaign. The campaign is woken when an account that is
// not open yet opens. The error is that of reading the account resource.
func (r *Resolver) Resolve(ctx context.Context, campaign v1alpha1.Campaign, waker Waker) (Resolution, error) {
	key := RefKey(campaign)
	resolution := Resolution{Key: key}
	resource, err := r.Read(ctx, key)
	resolution.Ref = resource.Ref
	switch {
	case errors.Is(err, ErrNotWatched):
		resolution.Problem = notReady("account %q is in a namespace that the operator does not watch; start it with the namespace in --watch-namespaces.", key)
		return resolution, nil
	case apierrors.IsNotFound(err):
		resolution.Problem = notReady("there is no account %q; create it, or correct the reference.", key)
		return resolution, nil
	case err != nil:
		return resolution, fmt.Errorf("read account %q: %w", key, err)
	}
	if resolution.Problem = resource.refusal(key, campaign.GetNamespace()); resolution.Problem != nil {
		return resolution, nil
	}
	ready := meta.FindStatusCondition(resource.Conditions, v1alpha1.ConditionReady)
	switch {
	case ready == nil || resource.ObservedGeneration != resource.Generation:
		// It is being checked. The end of that wakes the campaign; saying so would cost a write.
	case ready.Status != metav1.ConditionTrue:
		resolution.Problem = notReady("account %q is not ready: %s: %s", key, ready.Reason, ready.Message)
	default:
		resolution.Account = r.Registry.Get(key, resource.Identity, waker, types.NamespacedName{Namespace: campaign.GetNamespace(), Name: campaign.GetName()})
	}
	resolution.Hold = resource.hold(key, resolution.Account.ahead())
	resolution.Pause = resource.Brake == v1alpha1.BrakePause
	resolution.Limits, resolution.MerchantID = resource.Limits, resource.MerchantID
	return resolution, nil
}

// RefKey is the account resource that a campaign refers to, with the default namespace filled in.
func RefKey(campaign v1alpha1.Campaign) types.NamespacedName {
	ref := campaign.AccountRef()
	if ref.Namespace == "" {
		ref.Namespace = campaign.GetNamespace()
	}
	return types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}
}

func notReady(format string, args ...any) *status.Verdict {
	return &status.Verdict{Progress: status.Working, Reason: v1alpha1.ReasonAccountNotReady, Message: fmt.Sprintf(format, args...)}
}
