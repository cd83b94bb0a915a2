package controllers

import (
	"context"

	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
)

// +kubebuilder:rbac:groups=campaign-operator.io,resources=alipayvoucheractivities,verbs=get;list;patch;watch
// +kubebuilder:rbac:groups=campaign-operator.io,resources=alipayvoucheractivities/status,verbs=patch

// SetupAlipayVoucherActivity registers the AlipayVoucherActivity controller with the manager.
func SetupAlipayVoucherActivity(ctx context.Context, mgr ctrl.Manager, reconciler *engine.Reconciler, workers int) error {
	return setupCampaign(ctx, mgr, reconciler, &v1alpha1.AlipayVoucherActivity{}, &v1alpha1.AlipayApp{}, AppResource, workers)
}
