package controllers

import (
	"context"

	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
)

// +kubebuilder:rbac:groups=campaign-operator.io,resources=couponstocks,verbs=get;list;patch;watch
// +kubebuilder:rbac:groups=campaign-operator.io,resources=couponstocks/status,verbs=patch

// SetupCouponStock registers the CouponStock controller with the manager.
func SetupCouponStock(ctx context.Context, mgr ctrl.Manager, reconciler *engine.Reconciler, workers int) error {
	return setupCampaign(ctx, mgr, reconciler, &v1alpha1.CouponStock{}, &v1alpha1.WeChatPayMerchant{}, MerchantResource, workers)
}
