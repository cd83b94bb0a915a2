package controllers

import (
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers/alipay"
)

func TestTheKeysOfAnAppsSecretAreTheSameInTheAPIAndTheProvider(t *testing.T) {
	for api, provider := range map[string]string{
		v1alpha1.SecretKeyAppPrivateKey: alipay.KeyPrivateKey, v1alpha1.SecretKeyAlipayPublicKey: alipay.KeyPublicKey,
		v1alpha1.SecretKeyAppCertificate: alipay.KeyAppCertificate, v1alpha1.SecretKeyAlipayCertificate: alipay.KeyAlipayCertificate,
		v1alpha1.SecretKeyAlipayRootCertificate: alipay.KeyRootCertificate, v1alpha1.SecretKeyAppAuthToken: alipay.KeyAppAuthToken,
		string(v1alpha1.AlipayPublicKey): string(alipay.ModePublicKey), string(v1alpha1.AlipayCertificate): string(alipay.ModeCertificate),
	} {
		if api != provider {
			t.Errorf("the API says %q, the provider reads %q", api, provider)
		}
	}
}

func TestAnAppIsShownToItsCampaignsAsItIs(t *testing.T) {
	app := &v1alpha1.AlipayApp{ObjectMeta: metav1.ObjectMeta{Namespace: "platform", Name: "alipay", Generation: 3, DeletionTimestamp: &metav1.Time{Time: time.Unix(1, 0)}}}
	app.Spec.AppID, app.Spec.Environment, app.Spec.AllowedNamespaces = keyApp, "rehearsal", []string{"marketing"}
	app.Spec.Brake, app.Spec.Limits.MaxActiveYuan = v1alpha1.BrakeHold, "100.00"
	app.Status.ObservedGeneration, app.Status.ClockSkew = 2, "40s"
	app.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady}}
	resource := AppResource(app)
	if resource.Generation != 3 || resource.ObservedGeneration != 2 || len(resource.Conditions) != 1 || !slices.Equal(resource.AllowedNamespaces, []string{"marketing"}) ||
		resource.Plural != "alipayapps" || resource.Brake != v1alpha1.BrakeHold || resource.Limits.MaxActiveYuan != "100.00" || resource.ClockSkew != "40s" ||
		!resource.Deleting || resource.Ref.Kind != "AlipayApp" || resource.MerchantID != "" {
		t.Errorf("the resource is %+v", resource)
	}
	if want := (v1alpha1.AccountIdentity{Environment: "rehearsal", ID: keyApp, Gateway: alipay.DefaultGatewayURL}); resource.Identity != want {
		t.Errorf("without a gateway the identity is %+v, want %+v", resource.Identity, want)
	}
}

func TestAnAppThatActsForTwoMerchantsIsTwoAccountsWithOneAddressForMessages(t *testing.T) {
	seen := map[v1alpha1.AccountIdentity]string{}
	for _, merchant := range []string{"", merchantPID, otherPID} {
		app := &v1alpha1.AlipayApp{Spec: v1alpha1.AlipayAppSpec{AppID: keyApp, Environment: "production"}}
		if merchant != "" {
			app.Spec.Agency = &v1alpha1.AlipayAgency{MerchantID: merchant}
		}
		resource := AppResource(app)
		if other, taken := seen[resource.Identity]; taken {
			t.Errorf("acting for %q and acting for %q is the same account", merchant, other)
		}
		seen[resource.Identity] = merchant
		if resource.MerchantID != merchant {
			t.Errorf("it acts for %q, want %q", resource.MerchantID, merchant)
		}
		if id := messagesAccount(resource.Identity); id != keyApp {
			t.Errorf("messages for it are named %q, want %s", id, keyApp)
		}
	}
}
