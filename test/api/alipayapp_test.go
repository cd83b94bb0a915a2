package api_test

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func alipayApp(name string) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: map[string]any{
		"spec": map[string]any{
			"appId":       "2021000000000001",
			"credentials": map[string]any{"secretName": "alipay-credentials", "mode": "PublicKey"},
		},
	}}
	object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("AlipayApp"))
	object.SetName(name)
	object.SetNamespace("platform")
	return object
}

// fullApp is an application with every field.
func fullApp(t *testing.T) *unstructured.Unstructured {
	t.Helper()
	object := alipayApp("decode")
	changes{
		"spec.environment": "rehearsal", "spec.gateway": map[string]any{"url": "https://a.example/gateway.do"},
		"spec.credentials.mode": "Certificate", "spec.agency.merchantId": "2088051000000502", "spec.notifications": "Ignore",
		"spec.allowedNamespaces": []any{"marketing"}, "spec.brake": "Hold",
		"spec.limits": map[string]any{"maxCampaignYuan": "500000.00", "maxActiveYuan": "2000000.00"},
	}.apply(t, object)
	return object
}

func TestAnAppIsInProductionAtAlipayUnlessItSaysOtherwise(t *testing.T) {
	stored := store(t, alipayApp("defaults"))
	for path, want := range map[string]string{"environment": "production", "gateway.url": "https://openapi.alipay.com/gateway.do", "notifications": ""} {
		if got, _, _ := unstructured.NestedString(stored.Object, strings.Split("spec."+path, ".")...); got != want {
			t.Errorf("spec.%s is %q, want %q", path, got, want)
		}
	}
}

func TestAnAppsIdentityCannotChange(t *testing.T) {
	agency := changes{"spec.agency.merchantId": "2088051000000502"}
	for name, c := range map[string]struct{ found, change changes }{
		"appId":                {change: changes{"spec.appId": "2021000000000002"}},
		"environment":          {change: changes{"spec.environment": "production"}},
		"environment left out": {change: changes{"spec.environment": nil}},
		"gateway url":          {change: changes{"spec.gateway.url": "https://other.example/gateway.do"}},
		"gateway left out":     {change: changes{"spec.gateway": nil}},
		"agency added":         {change: agency},
		"agency changed":       {found: agency, change: changes{"spec.agency.merchantId": "2088051000000503"}},
		"agency removed":       {found: agency, change: changes{"spec.agency": nil}},
	} {
		t.Run(name, func(t *testing.T) {
			object := alipayApp("identity")
			changes{"spec.environment": "rehearsal", "spec.gateway.url": "http://127.0.0.1:18080/gateway.do"}.with(c.found).apply(t, object)
			stored := store(t, object)
			c.change.apply(t, stored)
			err := api.Update(t.Context(), stored)
			if err == nil || !strings.Contains(err.Error(), "make a new AlipayApp") || len(causes(err)) != 1 {
				t.Errorf("got %v, want one refusal that says to make a new AlipayApp", err)
			}
		})
	}
}

func TestAnAppsKeysAndNamespacesCanChange(t *testing.T) {
	stored := store(t, alipayApp("rotation"))
	changes{
		"spec.credentials":       map[string]any{"secretName": "alipay-credentials-2028", "mode": "Certificate"},
		"spec.allowedNamespaces": []any{"marketing", "stores"}, "spec.notifications": "Ignore", "spec.brake": "Hold",
	}.apply(t, stored)
	if err := api.Update(t.Context(), stored); err != nil {
		t.Error(err)
	}
}

func TestAlipaysGatewayURLsLeadToGatewayDoInTheirOneSpelling(t *testing.T) {
	for url, good := range map[string]bool{
		"https://openapi.alipay.com/gateway.do":                true,
		"https://openapi-sandbox.dl.alipaydev.com/gateway.do":  true,
		"http://127.0.0.1:18080/gateway.do":                    true,
		"http://[::1]:18080/gateway.do":                        true,
		"https://proxy.example/alipay/gateway.do":              true,
		"https://openapi.alipay.com":                           false,
		"https://openapi.alipay.com/":                          false,
		"https://openapi.alipay.com/gateway.do/":               false,
		"https://openapi.alipay.com/gateway.do?charset=utf-8":  false,
		"https://openapi.alipay.com/../gateway.do":             false,
		"https://OpenAPI.alipay.com/gateway.do":                false,
		"https://user:pw@openapi.alipay.com/gateway.do":        false,
		"openapi.alipay.com/gateway.do":                        false,
		"ftp://openapi.alipay.com/gateway.do":                  false,
		"https://openapi.alipay.com:/gateway.do":               false,
		"https://openapi.alipay.com//gateway.do":               false,
		"https://openapi.alipay.com/gateway.do#https://a.test": false,
	} {
		object := alipayApp("gateway")
		set(t, object, "spec.gateway.url", url)
		if err := create(t, object); (err == nil) != good {
			t.Errorf("%s: got %v", url, err)
		} else if err == nil {
			remove(t, object)
		}
	}
}

func TestTheLimitsOfAnApp(t *testing.T) {
	for _, l := range []limit{
		{path: "appId", fits: strings.Repeat("2", 16), doesNot: strings.Repeat("2", 15)},
		{path: "appId", fits: strings.Repeat("2", 20), doesNot: strings.Repeat("2", 21)},
		{path: "environment", fits: filled("", 63), doesNot: filled("", 64)},
		{path: "credentials.secretName", fits: filled("", 253), doesNot: filled("", 254)},
		{path: "credentials.mode", fits: "Certificate", doesNot: "certificate"},
		{path: "agency.merchantId", fits: "2088051000000502", doesNot: "208805100000050"},
		{path: "notifications", fits: "Accept", doesNot: "Off"},
		{path: "limits.maxCampaignYuan", fits: "99999999999.99", doesNot: "100000000000.00"},
		{path: "allowedNamespaces", fits: ids(200), doesNot: ids(201)},
	} {
		check(t, alipayApp("limits"), l)
	}
}
