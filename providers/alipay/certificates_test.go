package alipay

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-pay/gopay/alipay"
	"github.com/go-pay/gopay/alipay/cert"

	"github.com/campaign-operator/campaign-operator/providers"
)

func TestCertificatesAreNamedAsAnSDKNamesThem(t *testing.T) {
	for name, tc := range map[string]struct {
		raw  []byte
		sn   func([]*x509.Certificate) string
		want func(any) (string, error)
	}{
		"a real app's":      {cert.AppPublicContent, firstSN, alipay.GetCertSN},
		"a real one of its": {cert.AlipayPublicContentRSA2, firstSN, alipay.GetCertSN},
		"the real roots":    {cert.AlipayRootContent, rootSN, alipay.GetRootCertSN},
		"one with a comma":  {pemOf(appCert()), firstSN, alipay.GetCertSN},
		"a single root":     {pemOf(root()), rootSN, alipay.GetRootCertSN},
	} {
		want, err := tc.want(tc.raw)
		if got := tc.sn(parseCertificates(tc.raw)); err != nil || got != want || got == "" {
			t.Errorf("%s: got %q, want %q, %v", name, got, want, err)
		}
	}
}

func firstSN(found []*x509.Certificate) string { return certificateSN(found[0]) }

func TestTheSandboxsRealCertificatesAreGood(t *testing.T) {
	credentials, err := ParseCredentials(map[string][]byte{
		KeyPrivateKey: []byte(cert.PrivateKey), KeyAppCertificate: cert.AppPublicContent,
		KeyAlipayCertificate: cert.AlipayPublicContentRSA2, KeyRootCertificate: cert.AlipayRootContent,
	}, ModeCertificate)
	if err != nil || credentials.AppCertSN() == "" {
		t.Errorf("got %v, %v", credentials, err)
	}
}

func TestWhoHasIssuedACertificateDecides(t *testing.T) {
	app := appCert()
	subordinate := issue(&authority{root().certificate, rootKey()}, strangerKey(), pkix.Name{CommonName: "not an authority"}, func(c *x509.Certificate) {
		c.BasicConstraintsValid, c.IsCA = true, false
	})
	trusting := &certificates{roots: []*x509.Certificate{root().certificate}}
	beside := func(a ...authority) (out []*x509.Certificate) {
		for _, authority := range a {
			out = append(out, authority.certificate)
		}
		return out
	}
	for name, tc := range map[string]struct {
		certificate authority
		beside      []*x509.Certificate
		want        bool
	}{
		"through the issuer":                 {alipayCert(), beside(issuer()), true},
		"without the issuer":                 {alipayCert(), nil, false},
		"through the issuer among others":    {alipayCert(), beside(app, issuer()), true},
		"by an app":                          {issue(&app, strangerKey(), alipayName), beside(app, issuer()), false},
		"by who must not":                    {issue(&subordinate, strangerKey(), alipayName), beside(subordinate), false},
		"by itself":                          {issue(nil, strangerKey(), alipayName), nil, false},
		"by a root":                          {issuer(), nil, true},
		"by another root of the same name":   {issue(&authority{foreignRoot().certificate, otherRoot()}, strangerKey(), alipayName), nil, false},
		"by another issuer of the same name": {issue(&authority{issue(nil, strangerKey(), issuer().certificate.Subject).certificate, strangerKey()}, strangerKey(), alipayName), beside(issuer()), false},
	} {
		if got := trusting.trusts(tc.certificate.certificate, tc.beside); got != tc.want {
			t.Errorf("%s: trusted %t", name, got)
		}
	}
}

// certificateGateway signs with the newer certificate, which can be downloaded.
func certificateGateway(t *testing.T, content []byte) *gateway {
	t.Helper()
	return newGateway(t, func(r received) reply {
		if r.method() == downloadMethod {
			return success(`"alipay_cert_content":"` + base64.StdEncoding.EncodeToString(content) + `"`).signedBy(newerKey()).named(certificateSN(newerCert().certificate))
		}
		return success(`"activity_id":"100"`).signedBy(newerKey()).named(certificateSN(newerCert().certificate))
	})
}

func TestACertificateThatIsNotHeldIsDownloadedOnce(t *testing.T) {
	g := certificateGateway(t, pemOf(newerCert(), issuer()))
	client := newClient(t, g.url(), ModeCertificate, forMerchant)
	v := NewVouchers(client)
	before := client.AlipayCertSN()
	for range 3 {
		if err := create(t, v); err != nil {
			t.Fatal(err)
		}
	}
	download := g.oneRequest(downloadMethod)
	download.wantContent(t, `{"alipay_cert_sn":"`+certificateSN(newerCert().certificate)+`"}`)
	if download.form.Has(KeyAppAuthToken) {
		t.Error("the download was made for the merchant")
	}
	if got := client.AlipayCertSN(); got != certificateSN(newerCert().certificate) || got == before {
		t.Errorf("in use is %s", got)
	}
	for _, r := range g.requests(createMethod) {
		if r.query.Get("app_cert_sn") != client.AppCertSN() || r.query.Get("alipay_root_cert_sn") != certificateSN(root().certificate) {
			t.Errorf("sent %v", r.query)
		}
	}
}

func TestOnlyAlipaysCertificateIsTakenFromADownload(t *testing.T) {
	by := issuer()
	expired := issue(&by, newerKey(), alipayName, func(c *x509.Certificate) { c.NotAfter = testNow.Add(-time.Hour) })
	sn := certificateSN(newerCert().certificate)
	for name, tc := range map[string]struct {
		content []byte
		sn      string
		want    string
	}{
		"nothing":          {nil, sn, "no certificate"},
		"no certificate":   {[]byte("hunter2"), sn, "no certificate"},
		"another one":      {pemOf(alipayCert(), issuer()), sn, "another certificate"},
		"an app's":         {pemOf(appCert(), issuer()), certificateSN(appCert().certificate), "not issued to Alipay"},
		"one from nowhere": {pemOf(issue(nil, newerKey(), alipayName)), "", "not issued to Alipay"},
		"one that is over": {pemOf(expired, issuer()), certificateSN(expired.certificate), "expired"},
		"not a number":     {pemOf(newerCert()), "../../etc", "not the number"},
	} {
		t.Run(name, func(t *testing.T) {
			number := tc.sn
			if number == "" {
				number = certificateSN(parseCertificates(tc.content)[0])
			}
			g := newGateway(t, func(r received) reply {
				if r.method() == downloadMethod {
					return success(`"alipay_cert_content":"` + base64.StdEncoding.EncodeToString(tc.content) + `"`)
				}
				return success(`"activity_id":"100"`).signedBy(newerKey()).named(number)
			})
			e := gotError(t, create(t, NewVouchers(newClient(t, g.url(), ModeCertificate))), providers.KindUntrusted, true)
			if !strings.Contains(e.Error(), tc.want) || strings.Contains(e.Error(), "hunter2") {
				t.Errorf("got %v", e)
			}
		})
	}
}

func TestADownloadThatFailsIsNotRepeatedWithinAMinute(t *testing.T) {
	now := testNow
	g := newGateway(t, func(r received) reply {
		if r.method() == downloadMethod {
			return failure("40004", "SYSTEM_ERROR", "系统繁忙")
		}
		return success(`"activity_id":"100"`).signedBy(newerKey()).named(certificateSN(newerCert().certificate))
	})
	client := newClient(t, g.url(), ModeCertificate, func(c *Config) { c.Now = func() time.Time { return now } })
	var texts []string
	for range 3 {
		texts = append(texts, gotError(t, create(t, NewVouchers(client)), providers.KindUntrusted, true).Error())
	}
	if n := len(g.requests(downloadMethod)); n != 1 || len(slices.Compact(texts)) != 1 {
		t.Errorf("%d downloads, %q", n, texts)
	}
}

func TestAnExpiredCertificateIsNotUsed(t *testing.T) {
	by := issuer()
	old := issue(&by, alipayKey(), alipayName, func(c *x509.Certificate) { c.NotAfter = testNow.Add(-time.Hour) })
	data := secretData()
	data[KeyAlipayCertificate] = pemOf(old, issuer())
	credentials, err := ParseCredentials(data, ModeCertificate)
	if err != nil {
		t.Fatal(err)
	}
	g := newGateway(t, always(success(`"activity_id":"100"`).named(certificateSN(old.certificate))))
	wantError(t, create(t, NewVouchers(newClient(t, g.url(), ModeCertificate, func(c *Config) { c.Credentials = credentials }))), providers.KindUntrusted, true)
}

func TestAReplyThatNamesNoCertificateIsOfTheConfiguredOne(t *testing.T) {
	g := newGateway(t, always(success(`"activity_id":"100"`)))
	if err := create(t, NewVouchers(newClient(t, g.url(), ModeCertificate))); err != nil {
		t.Error(err)
	}
}

func TestWhoWaitsForADownloadGivesUpWithItsContext(t *testing.T) {
	client := newClient(t, "http://127.0.0.1:1/gateway.do", ModeCertificate)
	client.keys.downloading <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := client.learn(ctx, strings.Repeat("a", 32)); err == nil || !strings.Contains(err.Error(), "cancelled") {
		t.Errorf("got %v", err)
	}
}
