// Package controllers connects each kind to the engine: what is watched, what the operator
// may do (RBAC), and the kind's pure mapping.
package controllers

import (
	"context"

	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
)

// +kubebuilder:rbac:groups=campaign-operator.io,resources=paygiftactivities,verbs=get;list;patch;watch
// +kubebuilder:rbac:groups=campaign-operator.io,resources=paygiftactivities/status,verbs=patch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// SetupPayGiftActivity registers the PayGiftActivity controller with the manager.
func SetupPayGiftActivity(ctx context.Context, mgr ctrl.Manager, reconciler *engine.Reconciler, workers int) error {
	return setupCampaign(ctx, mgr, reconciler, &v1alpha1.PayGiftActivity{}, &v1alpha1.WeChatPayMerchant{}, MerchantResource, workers)
}
