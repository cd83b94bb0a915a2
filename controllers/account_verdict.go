package controllers

import (
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

var (
	// errGatewayNotAllowed: the operator was not started with leave to call the gateway.
	errGatewayNotAllowed = errors.New("gateway not allowed")
	// errSecretUnread: the API server did not say what the Secret holds.
	errSecretUnread = errors.New("the API server did not answer")
)

// accountVerdict says how an account is and when to look again.
func accountVerdict(view AccountView, err error) (status.Verdict, time.Duration) {
	if err == nil {
		return status.Verdict{Progress: status.Settled, Reason: v1alpha1.ReasonAccountReady,
			Message: fmt.Sprintf("the credentials of %s work at %s.", view.Name, view.Resource.Identity.Gateway)}, accountRefresh
	}
	return accountFailure(err), accountRetry
}

// accountFailure sorts what keeps an account from working. Nothing of it is final: the
// Secret is read again every few seconds.
func accountFailure(err error) status.Verdict {
	verdict := status.Verdict{Progress: status.Working, Reason: v1alpha1.ReasonCredentialsInvalid, Message: err.Error()}
	var call *providers.Error
	switch {
	case errors.Is(err, errGatewayNotAllowed):
		return status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonGatewayNotAllowed, Message: err.Error()}
	case errors.As(err, &call):
		if call.Advice != "" {
			verdict.Message = call.Error() + ". " + call.Advice
		}
		switch call.Kind {
		case providers.KindThrottled:
			verdict.Reason = v1alpha1.ReasonThrottled
		case providers.KindUnavailable:
			verdict.Reason = v1alpha1.ReasonGatewayUnavailable
		case providers.KindUntrusted:
			verdict.Reason = v1alpha1.ReasonReplyNotTrusted
		default:
			verdict.Reason = v1alpha1.ReasonCredentialsRejected
		}
	}
	return verdict
}

// passing reports whether a failure says nothing about the credentials, so that an account
// that worked is taken to work still: its own calls will say otherwise.
func passing(err error) bool {
	var call *providers.Error
	if errors.As(err, &call) {
		return call.Kind == providers.KindUnavailable || call.Kind == providers.KindThrottled
	}
	return errors.Is(err, errSecretUnread)
}

// wasReady reports whether an account's status says that this very spec works.
func wasReady(account client.Object, st AccountStatus) bool {
	return *st.ObservedGeneration == account.GetGeneration() && meta.IsStatusConditionTrue(*st.Conditions, v1alpha1.ConditionReady)
}

// secretProblem says why a Secret, which has to have a certain key, could not be read.
func secretProblem(name types.NamespacedName, key string, err error) error {
	if apierrors.IsNotFound(err) {
		return fmt.Errorf("Secret %q does not exist; create it with the key %s", name, key) //nolint:staticcheck // Secret is a kind's name
	}
	if apierrors.IsForbidden(err) {
		return fmt.Errorf("the operator may not read Secret %q: %w", name, err)
	}
	return fmt.Errorf("%w: read Secret %q: %w", errSecretUnread, name, err)
}

func gatewayNotAllowed(url, own string) error {
	return fmt.Errorf("%w: %s is not among the operator's --allowed-gateways; start the operator with it, or use %s", errGatewayNotAllowed, url, own)
}
