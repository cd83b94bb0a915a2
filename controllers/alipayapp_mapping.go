package controllers

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/providers/alipay"
)

// View implements AccountKind.
func (AlipayAppKind) View(app *v1alpha1.AlipayApp) AccountView {
	view := AccountView{
		Resource: AppResource(app), Name: "application " + app.Spec.AppID,
		Gateways: []string{appGateway(app)}, OwnGateway: "Alipay's own " + alipay.DefaultGatewayURL,
		SecretName: app.Spec.Credentials.SecretName, SecretKey: v1alpha1.SecretKeyAppPrivateKey,
		Settings: fmt.Sprint(app.Spec.Credentials),
	}
	if merchant := appMerchant(app); merchant != "" {
		view.Name += " for merchant " + merchant
	}
	return view
}

// Status implements AccountKind.
func (AlipayAppKind) Status(app *v1alpha1.AlipayApp) AccountStatus {
	st := &app.Status
	return AccountStatus{ObservedGeneration: &st.ObservedGeneration, Conditions: &st.Conditions, Report: &st.AccountStatus}
}

// appIdentity is what an application is at Alipay. Acting for one merchant and acting for another are two accounts: what it
// makes for one is not the other's.
func appIdentity(app *v1alpha1.AlipayApp) v1alpha1.AccountIdentity {
	identity := v1alpha1.AccountIdentity{Environment: app.Spec.Environment, ID: app.Spec.AppID, Gateway: appGateway(app)}
	if merchant := appMerchant(app); merchant != "" {
		identity.ID += "-" + merchant
	}
	return identity
}

func appGateway(app *v1alpha1.AlipayApp) string {
	if app.Spec.Gateway.URL == "" {
		return alipay.DefaultGatewayURL
	}
	return app.Spec.Gateway.URL
}

// appMerchant is the merchant that an application acts for (服务商代接入); empty where it acts for its own.
func appMerchant(app *v1alpha1.AlipayApp) string {
	if app.Spec.Agency == nil {
		return ""
	}
	return app.Spec.Agency.MerchantID
}

func appLimits(app *v1alpha1.AlipayApp) accounts.Limits {
	limits := app.Spec.Limits
	return accounts.Limits{MaxCampaignYuan: limits.MaxCampaignYuan, MaxActiveYuan: limits.MaxActiveYuan}
}

// AppResource is an application as its campaigns see it.
func AppResource(app *v1alpha1.AlipayApp) accounts.Resource {
	return accounts.Resource{
		Generation: app.Generation, ObservedGeneration: app.Status.ObservedGeneration,
		AllowedNamespaces: app.Spec.AllowedNamespaces, Conditions: app.Status.Conditions,
		Identity: appIdentity(app), MerchantID: appMerchant(app), Plural: "alipayapps", Brake: app.Spec.Brake, Limits: appLimits(app),
		ClockSkew: app.Status.ClockSkew, Deleting: !app.DeletionTimestamp.IsZero(),
		Ref: &corev1.ObjectReference{
			APIVersion: v1alpha1.GroupVersion.String(), Kind: "AlipayApp",
			Namespace: app.Namespace, Name: app.Name, UID: app.UID,
		},
	}
}
