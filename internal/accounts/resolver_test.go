package accounts

import (
	"context"
	"errors"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
)

func campaign(ref v1alpha1.AccountReference) *v1alpha1.PayGiftActivity {
	c := &v1alpha1.PayGiftActivity{}
	c.Namespace, c.Name, c.Spec.MerchantRef = spring.Namespace, spring.Name, ref
	return c
}

// resource is an account resource with this Ready condition.
func resource(ready metav1.ConditionStatus, reason, message string) Resource {
	return Resource{Generation: 2, ObservedGeneration: 2, Identity: identity, AllowedNamespaces: []string{"shop", "marketing"}, Conditions: []metav1.Condition{
		{Type: v1alpha1.ConditionReady, Status: ready, Reason: reason, Message: message},
	}}
}

func changed(r Resource, change func(*Resource)) Resource {
	change(&r)
	return r
}

func TestAReferenceResolvesToTheAccountOrSaysWhatIsWrong(t *testing.T) {
	ready := resource(metav1.ConditionTrue, v1alpha1.ReasonAccountReady, "the credentials work.")
	refused := resource(metav1.ConditionFalse, v1alpha1.ReasonCredentialsRejected, "certificates: SIGN_ERROR: no. Put in the renewed key.")
	own := types.NamespacedName{Namespace: "marketing", Name: "own"}
	elsewhere := v1alpha1.AccountReference{Name: "wechatpay", Namespace: "platform"}
	missing := apierrors.NewNotFound(schema.GroupResource{Resource: "wechatpaymerchants"}, "wechatpay")

	for name, test := range map[string]struct {
		ref      v1alpha1.AccountReference
		resource Resource
		err      error
		open     bool // the account is in the registry
		key      types.NamespacedName
		progress status.Progress // empty: no problem
		reason   string
		says     []string
		waits    bool // the campaign is woken when the account opens
	}{
		"ready and open":              {ref: elsewhere, resource: ready, open: true, key: wechatpay},
		"ready but not yet open here": {ref: elsewhere, resource: ready, key: wechatpay, waits: true},
		"made anew for another merchant, still open as the former": {ref: elsewhere, open: true, key: wechatpay, waits: true,
			resource: changed(ready, func(r *Resource) { r.Identity.ID = "1900000110" })},
		"in a namespace that is not watched": {ref: elsewhere, err: ErrNotWatched, key: wechatpay, progress: status.Working,
			reason: v1alpha1.ReasonAccountNotReady, says: []string{`"platform/wechatpay"`, "--watch-namespaces"}},
		"missing": {ref: elsewhere, err: missing, open: true, key: wechatpay, progress: status.Working,
			reason: v1alpha1.ReasonAccountNotReady, says: []string{`"platform/wechatpay"`, "create it"}},
		"not ready": {ref: elsewhere, resource: refused, open: true, key: wechatpay, progress: status.Working,
			reason: v1alpha1.ReasonAccountNotReady, says: []string{`"platform/wechatpay"`, "CredentialsRejected", "SIGN_ERROR", "Put in the renewed key."}},
		"its readiness unknown": {ref: elsewhere, resource: resource(metav1.ConditionUnknown, "Asking", "who knows"), open: true, key: wechatpay,
			progress: status.Working, reason: v1alpha1.ReasonAccountNotReady, says: []string{"Asking"}},
		"its namespace does not allow ours": {ref: elsewhere, key: wechatpay, open: true, progress: status.Stalled,
			resource: changed(ready, func(r *Resource) { r.AllowedNamespaces = []string{"market", "marketing-2"} }),
			reason:   v1alpha1.ReasonAccountNotAllowed, says: []string{`"marketing"`, `"platform/wechatpay"`, "spec.allowedNamespaces"}},
		"not allowed is said before not ready": {ref: elsewhere, key: wechatpay, progress: status.Stalled,
			resource: changed(refused, func(r *Resource) { r.AllowedNamespaces = nil }), reason: v1alpha1.ReasonAccountNotAllowed},
		"in our namespace, named": {ref: v1alpha1.AccountReference{Name: "own", Namespace: "marketing"}, key: own, open: true,
			resource: changed(ready, func(r *Resource) { r.AllowedNamespaces = nil })},
		"in our namespace, by default": {ref: v1alpha1.AccountReference{Name: "own"}, key: own, open: true,
			resource: changed(ready, func(r *Resource) { r.AllowedNamespaces = nil })},
		"being checked for the first time": {ref: elsewhere, open: true, key: wechatpay,
			resource: changed(ready, func(r *Resource) { r.Conditions, r.ObservedGeneration = nil, -1 })},
		"being checked after an edit": {ref: elsewhere, open: true, key: wechatpay,
			resource: changed(ready, func(r *Resource) { r.Generation++ })},
		"being checked after an edit of what was refused": {ref: elsewhere, key: wechatpay,
			resource: changed(refused, func(r *Resource) { r.Generation++ })},
	} {
		t.Run(name, func(t *testing.T) {
			registry, waker := &Registry{}, &woken{}
			if test.open {
				registry.Put(test.key, open)
			}
			resolver := &Resolver{Registry: registry, Read: func(_ context.Context, key types.NamespacedName) (Resource, error) {
				if key != test.key {
					t.Errorf("read was %s, want %s", key, test.key)
				}
				return test.resource, test.err
			}}
			got, err := resolver.Resolve(t.Context(), campaign(test.ref), waker)
			if err != nil {
				t.Fatal(err)
			}
			if got.Key != test.key {
				t.Errorf("the account is %s, want %s", got.Key, test.key)
			}
			checkProblem(t, got.Problem, test.progress, test.reason, test.says)
			usable := test.open && test.progress == "" && !test.waits && !strings.HasPrefix(name, "being checked")
			if (got.Account != nil) != usable {
				t.Errorf("the account is %v, want one: %t", got.Account, usable)
			}
			registry.Put(test.key, open)
			var names []string
			if test.waits {
				names = []string{spring.Name}
			}
			waker.want(t, "when the account opens", names...)
		})
	}
}

func checkProblem(t *testing.T, problem *status.Verdict, progress status.Progress, reason string, says []string) {
	t.Helper()
	if problem == nil {
		if progress != "" {
			t.Errorf("there is no problem, want %s %s", progress, reason)
		}
		return
	}
	if problem.Progress != progress || problem.Reason != reason {
		t.Errorf("the problem is %s %s, want %s %s", problem.Progress, problem.Reason, progress, reason)
	}
	for _, part := range says {
		if !strings.Contains(problem.Message, part) {
			t.Errorf("%q does not say %q", problem.Message, part)
		}
	}
}

func TestAnAccountThatCannotBeReadIsAnErrorAndNoVerdict(t *testing.T) {
	away := errors.New("the API server is away")
	resolver := &Resolver{Registry: &Registry{}, Read: func(context.Context, types.NamespacedName) (Resource, error) { return Resource{}, away }}
	got, err := resolver.Resolve(t.Context(), campaign(v1alpha1.AccountReference{Name: "own"}), &woken{})
	if !errors.Is(err, away) || !strings.Contains(err.Error(), `"marketing/own"`) {
		t.Errorf("the error is %v, want one that names the account and its cause", err)
	}
	if got.Problem != nil || got.Account != nil {
		t.Errorf("the resolution is %+v, want neither account nor problem", got)
	}
}

func TestWhomAnAccountActsForIsHandedToItsCampaigns(t *testing.T) {
	resolver := &Resolver{Registry: &Registry{}, Read: func(context.Context, types.NamespacedName) (Resource, error) {
		return changed(resource(metav1.ConditionTrue, v1alpha1.ReasonAccountReady, "the credentials work."), func(r *Resource) { r.MerchantID = "2088102146225135" }), nil
	}}
	got, err := resolver.Resolve(t.Context(), campaign(v1alpha1.AccountReference{Name: "own"}), &woken{})
	if err != nil || got.MerchantID != "2088102146225135" {
		t.Errorf("the resolution is %+v, %v", got, err)
	}
}
