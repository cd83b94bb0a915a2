package controllers

import (
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/wechatpay"
)

// verdict says how a merchant is and when to look again.
func (r *MerchantReconciler) verdict(merchant *v1alpha1.WeChatPayMerchant, opened *openedMerchant) (status.Verdict, time.Duration) {
	if opened.err == nil {
		return status.Verdict{Progress: status.Settled, Reason: v1alpha1.ReasonAccountReady,
			Message: fmt.Sprintf("the credentials of merchant %s work at %s.", merchant.Spec.Mchid, merchantGateway(merchant))}, merchantRefresh
	}
	verdict := merchantFailure(opened.err)
	return verdict, merchantRetry
}

// merchantFailure sorts what keeps a merchant from working. Nothing of it is final: the
// Secret is read again every few seconds.
func merchantFailure(err error) status.Verdict {
	verdict := status.Verdict{Progress: status.Working, Reason: v1alpha1.ReasonCredentialsInvalid, Message: err.Error()}
	var credential *wechatpay.CredentialError
	var call *providers.Error
	switch {
	case errors.Is(err, errGatewayNotAllowed):
		return status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonGatewayNotAllowed, Message: err.Error()}
	case errors.As(err, &credential):
		return verdict
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

// passing reports whether a failure says nothing about the credentials, so that a merchant
// that worked is taken to work still: its own calls will say otherwise.
func passing(err error) bool {
	var call *providers.Error
	if errors.As(err, &call) {
		return call.Kind == providers.KindUnavailable || call.Kind == providers.KindThrottled
	}
	return errors.Is(err, errSecretUnread)
}

// wasReady reports whether the merchant's status says that this very spec works.
func wasReady(merchant *v1alpha1.WeChatPayMerchant) bool {
	return merchant.Status.ObservedGeneration == merchant.Generation &&
		meta.IsStatusConditionTrue(merchant.Status.Conditions, v1alpha1.ConditionReady)
}

// errSecretUnread: the API server did not say what the Secret holds.
var errSecretUnread = errors.New("the API server did not answer")

// secretProblem says why a Secret could not be read.
func secretProblem(name types.NamespacedName, err error) error {
	if apierrors.IsNotFound(err) {
		return fmt.Errorf("Secret %q does not exist; create it with the key %s", name, v1alpha1.SecretKeyPrivateKey) //nolint:staticcheck // Secret is a kind's name
	}
	if apierrors.IsForbidden(err) {
		return fmt.Errorf("the operator may not read Secret %q: %w", name, err)
	}
	return fmt.Errorf("%w: read Secret %q: %w", errSecretUnread, name, err)
}

// merchantIdentity is what a merchant is at WeChat Pay.
func merchantIdentity(merchant *v1alpha1.WeChatPayMerchant) v1alpha1.AccountIdentity {
	return v1alpha1.AccountIdentity{Environment: merchant.Spec.Environment, ID: merchant.Spec.Mchid, Gateway: merchantGateway(merchant)}
}

func merchantGateway(merchant *v1alpha1.WeChatPayMerchant) string {
	if merchant.Spec.Gateway.URL == "" {
		return wechatpay.DefaultGatewayURL
	}
	return merchant.Spec.Gateway.URL
}

// MerchantResource is a merchant as its campaigns see it.
func MerchantResource(merchant *v1alpha1.WeChatPayMerchant) accounts.Resource {
	return accounts.Resource{
		Generation: merchant.Generation, ObservedGeneration: merchant.Status.ObservedGeneration,
		AllowedNamespaces: merchant.Spec.AllowedNamespaces, Conditions: merchant.Status.Conditions,
		Identity: merchantIdentity(merchant), Plural: "wechatpaymerchants", Brake: merchant.Spec.Brake, Limits: merchant.Spec.Limits,
		ClockSkew: merchant.Status.ClockSkew, Deleting: !merchant.DeletionTimestamp.IsZero(),
		Ref: &corev1.ObjectReference{
			APIVersion: v1alpha1.GroupVersion.String(), Kind: "WeChatPayMerchant",
			Namespace: merchant.Namespace, Name: merchant.Name, UID: merchant.UID,
		},
	}
}
