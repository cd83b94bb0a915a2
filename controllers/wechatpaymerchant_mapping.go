package controllers

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/providers/wechatpay"
)

// View implements AccountKind.
func (WeChatPayMerchantKind) View(merchant *v1alpha1.WeChatPayMerchant) AccountView {
	spec := merchant.Spec
	view := AccountView{
		Resource: MerchantResource(merchant), Name: "merchant " + spec.Mchid,
		Gateways: []string{merchantGateway(merchant)}, OwnGateway: "WeChat Pay's own " + wechatpay.DefaultGatewayURL,
		SecretName: spec.Credentials.SecretName, SecretKey: v1alpha1.SecretKeyPrivateKey,
		Settings: fmt.Sprintf("%v/%v", spec.Gateway, spec.Credentials),
	}
	if spec.Gateway.BackupURL != "" {
		view.Gateways = append(view.Gateways, spec.Gateway.BackupURL)
	}
	return view
}

// Status implements AccountKind.
func (WeChatPayMerchantKind) Status(merchant *v1alpha1.WeChatPayMerchant) AccountStatus {
	st := &merchant.Status
	return AccountStatus{ObservedGeneration: &st.ObservedGeneration, Conditions: &st.Conditions, Report: &st.AccountStatus}
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

func merchantLimits(merchant *v1alpha1.WeChatPayMerchant) accounts.Limits {
	limits := merchant.Spec.Limits
	return accounts.Limits{
		MaxCampaignYuan: limits.MaxCampaignYuan, MaxActiveYuan: limits.MaxActiveYuan,
		MaxActiveNoCashYuan: limits.MaxActiveNoCashYuan, Profile: limits.Profile,
	}
}

// MerchantResource is a merchant as its campaigns see it.
func MerchantResource(merchant *v1alpha1.WeChatPayMerchant) accounts.Resource {
	return accounts.Resource{
		Generation: merchant.Generation, ObservedGeneration: merchant.Status.ObservedGeneration,
		AllowedNamespaces: merchant.Spec.AllowedNamespaces, Conditions: merchant.Status.Conditions,
		Identity: merchantIdentity(merchant), Plural: "wechatpaymerchants", Brake: merchant.Spec.Brake, Limits: merchantLimits(merchant),
		ClockSkew: merchant.Status.ClockSkew, Deleting: !merchant.DeletionTimestamp.IsZero(),
		Ref: &corev1.ObjectReference{
			APIVersion: v1alpha1.GroupVersion.String(), Kind: "WeChatPayMerchant",
			Namespace: merchant.Namespace, Name: merchant.Name, UID: merchant.UID,
		},
	}
}
