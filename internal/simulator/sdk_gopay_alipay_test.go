package simulator_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/go-pay/gopay"
	gopayalipay "github.com/go-pay/gopay/alipay"
	"github.com/go-pay/gopay/pkg/xhttp"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
)

// elsewhere sends every request to the simulator: the client knows the vendor's address only.
type elsewhere struct {
	to  *url.URL
	via *http.Transport
}

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r.Clone(r.Context())
	sent.URL.Scheme, sent.URL.Host = e.to.Scheme, e.to.Host
	return e.via.RoundTrip(sent)
}

func gopayAlipayClient(t *testing.T, server *simulator.Server, appID string) *gopayalipay.Client {
	t.Helper()
	creds, err := server.AlipayCredentials(appID)
	if err != nil {
		t.Fatal(err)
	}
	c, err := gopayalipay.NewClient(appID, string(creds.PrivateKeyPEM), true)
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	via := &http.Transport{}
	t.Cleanup(via.CloseIdleConnections)
	c.SetHttpClient(xhttp.NewClient().SetTransport(elsewhere{to, via}))
	c.SetLocation(gopayalipay.LocationShanghai)
	if creds.Mode == alipay.Certificate {
		if err := c.SetCertSnByContent(creds.AppCertPEM, creds.RootCertPEM, creds.AlipayCertPEM); err != nil {
			t.Fatal(err)
		}
		c.AutoVerifySign(creds.AlipayCertPEM)
	}
	return c
}

// body makes the client's kind of map of a content.
func body(t *testing.T, content any) gopay.BodyMap {
	t.Helper()
	var m gopay.BodyMap
	if err := json.Unmarshal(encode(content), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestGopayWorksWithAlipayInEitherMode(t *testing.T) {
	for _, appID := range []string{alipayApp, certificateApp} {
		t.Run(appID, func(t *testing.T) {
			server := startAlipay(t)
			own, c := newAlipayClient(t, server, appID), gopayAlipayClient(t, server, appID)
			ctx := t.Context()
			created, err := c.MarketingActivityOrderVoucherCreate(ctx, body(t, own.voucher(uploaded)))
			if err != nil || created.Response.ActivityId == "" {
				t.Fatalf("created %+v (%v)", created, err)
			}
			// In public-key mode this client verifies only when told to.
			if appID == alipayApp {
				block, _ := pem.Decode(own.creds.AlipayPublicKeyPEM) // it wants the bare base64
				key := base64.StdEncoding.EncodeToString(block.Bytes)
				if ok, err := gopayalipay.VerifySyncSign(key, created.SignData, created.Sign); !ok {
					t.Fatal(err)
				}
			}
			id := created.Response.ActivityId
			imported, err := c.MarketingActivityOrderVoucherCodeDeposit(ctx, body(t, own.change(id, "voucher_codes", []string{"a", "b"})))
			if err != nil || imported.Response.SuccessCount != 2 {
				t.Fatalf("imported %+v (%v)", imported, err)
			}
			list, err := c.MarketingActivityBatchQuery(ctx, body(t, map[string]any{"activity_status": "ACTIVE", "merchant_access_mode": "SELF_MODE", "page_num": 1, "page_size": 20}))
			if err != nil || len(list.Response.ActivityLiteInfos) != 1 {
				t.Fatalf("the list is %+v (%v)", list, err)
			}
			if stopped, err := c.MarketingActivityOrderVoucherStop(ctx, body(t, own.about(id, "out_biz_no", rand.Text()))); err != nil {
				t.Fatalf("stopped %+v (%v)", stopped, err)
			}
			var refused *gopayalipay.BizErr
			_, err = c.MarketingActivityOrderVoucherStop(ctx, body(t, own.about("1", "out_biz_no", rand.Text())))
			if !errors.As(err, &refused) || refused.SubCode != "INVALID_PARAMETER" {
				t.Fatalf("a missing activity: %v", err)
			}
			if appID == certificateApp {
				put(t, server, "alipay.signature", "badSignature")
				if _, err := c.MarketingActivityOrderVoucherCodeCount(ctx, body(t, own.about(id))); err == nil {
					t.Fatal("a bad signature verifies: verification is not on")
				}
			}
		})
	}
}
