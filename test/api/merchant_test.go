package api_test

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func merchant(name string) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: map[string]any{
		"spec": map[string]any{
			"mchid":       "1900000109",
			"credentials": map[string]any{"secretName": "wechatpay-credentials"},
		},
	}}
	object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("WeChatPayMerchant"))
	object.SetName(name)
	object.SetNamespace("platform")
	return object
}

func TestAMerchantIsInProductionAtWeChatPayUnlessItSaysOtherwise(t *testing.T) {
	stored := store(t, merchant("defaults"))
	for path, want := range map[string]string{"environment": "production", "gateway.url": "https://api.mch.weixin.qq.com", "gateway.backupURL": ""} {
		if got, _, _ := unstructured.NestedString(stored.Object, strings.Split("spec."+path, ".")...); got != want {
			t.Errorf("spec.%s is %q, want %q", path, got, want)
		}
	}
}

func TestAMerchantsIdentityCannotChange(t *testing.T) {
	for name, change := range map[string]func(*unstructured.Unstructured){
		"mchid":                func(o *unstructured.Unstructured) { set(t, o, "spec.mchid", "1900000208") },
		"environment":          func(o *unstructured.Unstructured) { set(t, o, "spec.environment", "production") },
		"environment left out": func(o *unstructured.Unstructured) { set(t, o, "spec.environment", nil) },
		"gateway url":          func(o *unstructured.Unstructured) { set(t, o, "spec.gateway.url", "https://other.example") },
		"gateway left out":     func(o *unstructured.Unstructured) { set(t, o, "spec.gateway", nil) },
		"gateway url left out": func(o *unstructured.Unstructured) { set(t, o, "spec.gateway.url", nil) },
		"backup gateway added": func(o *unstructured.Unstructured) { set(t, o, "spec.gateway.backupURL", "https://other.example") },
	} {
		t.Run(name, func(t *testing.T) {
			object := merchant("identity")
			set(t, object, "spec.environment", "rehearsal")
			set(t, object, "spec.gateway.url", "http://127.0.0.1:18080")
			stored := store(t, object)
			change(stored)
			err := api.Update(t.Context(), stored)
			if err == nil || !strings.Contains(err.Error(), "make a new WeChatPayMerchant") {
				t.Errorf("got %v, want a refusal that says to make a new WeChatPayMerchant", err)
			}
		})
	}
}

func TestAMerchantsKeysAndNamespacesCanChange(t *testing.T) {
	stored := store(t, merchant("rotation"))
	set(t, stored, "spec.credentials.secretName", "wechatpay-credentials-2028")
	set(t, stored, "spec.credentials.serialNo", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1")
	set(t, stored, "spec.credentials.publicKeyID", "PUB_KEY_ID_0119000001092024101500000000000001")
	set(t, stored, "spec.allowedNamespaces", []any{"marketing", "stores"})
	if err := api.Update(t.Context(), stored); err != nil {
		t.Error(err)
	}
}

func TestGatewayURLsAreOriginsInTheirOneSpelling(t *testing.T) {
	for url, good := range map[string]bool{
		"https://api.mch.weixin.qq.com":   true,
		"http://127.0.0.1:18080":          true,
		"http://[::1]:18080":              true,
		"http://simulator":                true,
		"https://API.mch.weixin.qq.com":   false,
		"https://user:pw@gateway.example": false,
		"https://gateway.example/":        false,
		"https://gateway.example?x=y":     false,
		"https://gateway.example:":        false,
		"https://-gateway.example":        false,
		"ftp://gateway.example":           false,
		"https://":                        false,
	} {
		object := merchant("gateway")
		set(t, object, "spec.gateway.url", url)
		if err := create(t, object); (err == nil) != good {
			t.Errorf("%s: got %v", url, err)
		} else if err == nil {
			remove(t, object)
		}
	}
}
