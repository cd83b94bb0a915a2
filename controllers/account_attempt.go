package controllers

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/providers"
)

// attempt is the last attempt to connect an account.
type attempt[C Connection] struct {
	fingerprint string
	probed      time.Time
	connection  C
	err         error
}

// try reads the account's Secret and, where anything has changed since the last attempt, connects it anew.
func (r *AccountReconciler[A, C]) try(ctx context.Context, account A, view AccountView) *attempt[C] {
	for _, gateway := range view.Gateways {
		if !r.AllowedGateways[gateway] {
			return &attempt[C]{err: gatewayNotAllowed(gateway, view.OwnGateway)}
		}
	}
	secret := &corev1.Secret{}
	name := types.NamespacedName{Namespace: account.GetNamespace(), Name: view.SecretName}
	if err := r.Live.Get(ctx, name, secret); err != nil {
		return &attempt[C]{err: secretProblem(name, view.SecretKey, err)}
	}
	key, fingerprint := client.ObjectKeyFromObject(account), fingerprintOf(account, view, secret)
	if last := r.last(key); last != nil && last.fingerprint == fingerprint &&
		(last.err == nil || r.Clock.Since(last.probed) < accountProbeAgain) {
		return last
	}
	tried := &attempt[C]{fingerprint: fingerprint, probed: r.Clock.Now()}
	tried.connection, tried.err = r.Kind.Connect(ctx, account, secret.Data)
	var failure *providers.Error
	if errors.As(tried.err, &failure) {
		log.FromContext(ctx).Info("the gateway does not take the account", "error", failure.Error(), "requestId", failure.RequestID)
	}
	r.remember(key, tried)
	return tried
}

// fingerprintOf changes with whatever an account's calls are made with. The brake and the
// namespaces are not among it: the brake has to work at once, also while the gateway is in trouble.
func fingerprintOf(account client.Object, view AccountView, secret *corev1.Secret) string {
	return fmt.Sprintf("%s/%v/%s/%s/%s", account.GetUID(), view.Resource.Identity, view.Settings, secret.UID, secret.ResourceVersion)
}

func (r *AccountReconciler[A, C]) last(key types.NamespacedName) *attempt[C] {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.attempts[key]
}

func (r *AccountReconciler[A, C]) remember(key types.NamespacedName, tried *attempt[C]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.attempts == nil {
		r.attempts = map[types.NamespacedName]*attempt[C]{}
	}
	r.attempts[key] = tried
}

func (r *AccountReconciler[A, C]) forget(key types.NamespacedName) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.attempts, key)
}
