package simulator_test

import (
	"crypto/rand"
	"errors"
	"net/http"
	"testing"

	sdk "github.com/smartwalle/alipay/v3"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
)

func smartwalleClient(t *testing.T, server *simulator.Server, appID string) *sdk.Client {
	t.Helper()
	creds, err := server.AlipayCredentials(appID)
	if err != nil {
		t.Fatal(err)
	}
	// The client looks for PKCS#1 first and then for PKCS#8.
	c, err := sdk.New(appID, string(creds.PrivateKeyPEM), false, sdk.WithSandboxGateway(server.URL()+alipay.Path),
		sdk.WithTimeLocation(beijing), sdk.WithHTTPClient(&http.Client{}))
	if err != nil {
		t.Fatal(err)
	}
	if creds.Mode == alipay.PublicKey {
		err = c.LoadAliPayPublicKey(string(creds.AlipayPublicKeyPEM))
	} else {
		err = errors.Join(c.LoadAppCertPublicKey(string(creds.AppCertPEM)), c.LoadAlipayCertPublicKey(string(creds.AlipayCertPEM)), c.LoadAliPayRootCert(string(creds.RootCertPEM)))
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// payload is a call of any method.
func payload(t *testing.T, method string, content map[string]any) *sdk.Payload {
	t.Helper()
	p := sdk.NewPayload(method)
	p.Verify = true
	for name, value := range content {
		p.AddBizField(name, value)
	}
	return p
}

func TestSmartwalleWorksInEitherMode(t *testing.T) {
	for _, appID := range []string{alipayApp, certificateApp} {
		t.Run(appID, func(t *testing.T) {
			server := startAlipay(t)
			own, c := newAlipayClient(t, server, appID), smartwalleClient(t, server, appID)
			call := func(method string, content map[string]any) map[string]any {
				t.Helper()
				var fields map[string]any
				if err := c.Request(t.Context(), payload(t, method, content), &fields); err != nil {
					t.Fatal(err)
				}
				return fields
			}
			created := call(voucherMethod+"create", own.voucher())
			id, _ := created["activity_id"].(string)
			if created["code"] != "10000" || id == "" {
				t.Fatalf("created %v", created)
			}
			if read := call(voucherMethod+"query", own.about(id)); read["activity_status"] != "ACTIVE" {
				t.Fatalf("it is %v", read)
			}
			if ended := call(voucherMethod+"stop", own.about(id, "out_biz_no", rand.Text())); ended["code"] != "10000" {
				t.Fatalf("stopped %v", ended)
			}
			if missing := call(voucherMethod+"query", own.about("1")); missing["sub_code"] != "INVALID_PARAMETER" {
				t.Fatalf("a missing activity: %v", missing)
			}
			put(t, server, "alipay.signature", "badSignature")
			var fields map[string]any
			if err := c.Request(t.Context(), payload(t, voucherMethod+"query", own.about(id)), &fields); err == nil {
				t.Fatal("a bad signature verifies: verification is not on")
			}
		})
	}
}

func TestSmartwalleBelievesMessages(t *testing.T) {
	for _, appID := range []string{alipayApp, certificateApp} {
		t.Run(appID, func(t *testing.T) {
			server := startAlipay(t)
			r := newReceiver(t, server)
			newAlipayClient(t, server, appID).create()
			form, _ := r.next()
			if err := smartwalleClient(t, server, appID).VerifySign(form); err != nil {
				t.Fatal(err)
			}
			form.Set("app_id", "1")
			if smartwalleClient(t, server, appID).VerifySign(form) == nil {
				t.Fatal("a changed message verifies")
			}
		})
	}
}
