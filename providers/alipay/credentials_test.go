package alipay

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestCredentialsAreReadInEveryFormThatAlipayHandsOut(t *testing.T) {
	wrapped := func(raw []byte) []byte { return []byte(" " + string(raw[:64]) + "\r\n" + string(raw[64:]) + "\n") }
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(appKey())})
	for name, tc := range map[string]struct {
		mode Mode
		edit func(map[string][]byte)
	}{
		"PKCS#8 in PEM":     {ModePublicKey, func(map[string][]byte) {}},
		"PKCS#1 in PEM":     {ModePublicKey, func(d map[string][]byte) { d[KeyPrivateKey] = pkcs1 }},
		"bare PKCS#8":       {ModePublicKey, func(d map[string][]byte) { d[KeyPrivateKey] = bare(pkcs8(appKey())) }},
		"bare PKCS#1":       {ModePublicKey, func(d map[string][]byte) { d[KeyPrivateKey] = wrapped(bare(pkcs1)) }},
		"a bare public key": {ModePublicKey, func(d map[string][]byte) { d[KeyPublicKey] = wrapped(bare(d[KeyPublicKey])) }},
		"a PKCS#1 public key": {ModePublicKey, func(d map[string][]byte) {
			d[KeyPublicKey] = pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&alipayKey().PublicKey)})
		}},
		"no token":        {ModePublicKey, func(d map[string][]byte) { delete(d, KeyAppAuthToken) }},
		"no certificates": {ModePublicKey, func(d map[string][]byte) { delete(d, KeyAppCertificate); delete(d, KeyRootCertificate) }},
		"certificates":    {ModeCertificate, func(map[string][]byte) {}},
		"no public key":   {ModeCertificate, func(d map[string][]byte) { delete(d, KeyPublicKey) }},
		"several roots":   {ModeCertificate, func(d map[string][]byte) { d[KeyRootCertificate] = pemOf(foreignRoot(), root()) }},
		"a root that Go refuses": {ModeCertificate, func(d map[string][]byte) {
			d[KeyRootCertificate] = append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("SM2")}), pemOf(root())...)
		}},
		"issued by a root": {ModeCertificate, func(d map[string][]byte) {
			by := root()
			d[KeyAlipayCertificate] = pemOf(issue(&by, alipayKey(), alipayName))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			data := secretData()
			tc.edit(data)
			credentials, err := ParseCredentials(data, tc.mode)
			if err != nil {
				t.Fatal(err)
			}
			if (credentials.AppCertSN() != "") != (tc.mode == ModeCertificate) || (credentials.AlipayCertSN() != "") != (tc.mode == ModeCertificate) {
				t.Errorf("got %v", credentials)
			}
		})
	}
}

func TestWhatIsWrongWithCredentialsIsSaidWithoutShowingThem(t *testing.T) {
	by := issuer()
	short := func() authority { return issue(&by, shortKey(), alipayName) }
	for name, tc := range map[string]struct {
		mode Mode
		key  string
		set  []byte
		want string
	}{
		"no private key":             {ModePublicKey, KeyPrivateKey, nil, "is missing"},
		"a private key of blanks":    {ModePublicKey, KeyPrivateKey, []byte(" \n"), "is missing"},
		"a private key that is none": {ModePublicKey, KeyPrivateKey, []byte("hunter2!"), "neither PEM nor base64"},
		"base64 of something else":   {ModePublicKey, KeyPrivateKey, []byte("aHVudGVyMg=="), "something else than a private key"},
		"a public key instead":       {ModePublicKey, KeyPrivateKey, pkix1(&appKey().PublicKey), "holds a public key"},
		"a short private key":        {ModePublicKey, KeyPrivateKey, pkcs8(shortKey()), "has 1024 bits"},
		"a bare short private key":   {ModePublicKey, KeyPrivateKey, bare(pkcs8(shortKey())), "has 1024 bits"},
		"no public key":              {ModePublicKey, KeyPublicKey, nil, "is missing"},
		"a public key that is none":  {ModePublicKey, KeyPublicKey, []byte("hunter2"), "is not an RSA public key"},
		"a certificate instead":      {ModePublicKey, KeyPublicKey, pemOf(alipayCert()), "is not an RSA public key"},
		"a short public key":         {ModePublicKey, KeyPublicKey, pkix1(&shortKey().PublicKey), "is not an RSA public key"},
		"the app's own public key":   {ModePublicKey, KeyPublicKey, pkix1(&appKey().PublicKey), "is the app's own public key"},
		"a token that is none":       {ModePublicKey, KeyAppAuthToken, []byte("two\nlines"), "is not a token"},
		"an empty token":             {ModePublicKey, KeyAppAuthToken, nil, "is not a token"},
		"no app certificate":         {ModeCertificate, KeyAppCertificate, nil, "is missing"},
		"no PEM":                     {ModeCertificate, KeyAppCertificate, []byte("hunter2"), "holds no certificate"},
		"another key's certificate":  {ModeCertificate, KeyAppCertificate, pemOf(alipayCert()), "does not belong to the private key"},
		"no root":                    {ModeCertificate, KeyRootCertificate, nil, "is missing"},
		"no Alipay certificate":      {ModeCertificate, KeyAlipayCertificate, nil, "is missing"},
		"the app's own certificate":  {ModeCertificate, KeyAlipayCertificate, pemOf(appCert(), issuer()), "is the app's own certificate"},
		"a short certificate":        {ModeCertificate, KeyAlipayCertificate, pemOf(short(), issuer()), "not a certificate of an RSA key"},
		"another root's issuer":      {ModeCertificate, KeyAlipayCertificate, pemOf(alipayCert(), foreignRoot()), "was not issued by the certificate beside it"},
		"no issuer":                  {ModeCertificate, KeyAlipayCertificate, pemOf(alipayCert()), "was not issued by the certificate beside it"},
		"no mode":                    {"", "mode", nil, "is not one"},
	} {
		t.Run(name, func(t *testing.T) {
			data := secretData()
			data[tc.key] = tc.set
			_, err := ParseCredentials(data, tc.mode)
			var problem *CredentialError
			if !errors.As(err, &problem) || problem.Key != tc.key || !strings.Contains(problem.Problem, tc.want) || problem.Advice == "" {
				t.Fatalf("got %v, want %s: %s", err, tc.key, tc.want)
			}
			if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "aHVud") {
				t.Errorf("%v shows what is in the Secret", err)
			}
		})
	}
}

func TestCredentialsDoNotShowHoweverTheyArePrinted(t *testing.T) {
	for _, mode := range []Mode{ModePublicKey, ModeCertificate} {
		credentials, err := ParseCredentials(secretData(), mode)
		if err != nil {
			t.Fatal(err)
		}
		var logged strings.Builder
		slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "credentials", credentials)
		encoded, err := json.Marshal(struct{ C Credentials }{credentials})
		if err != nil {
			t.Fatal(err)
		}
		client := newClient(t, "", mode)
		wantNoSecret(t, logged.String(), string(encoded), credentials.String())
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
			wantNoSecret(t, fmt.Sprintf(verb, credentials), fmt.Sprintf(verb, &credentials), fmt.Sprintf(verb, struct{ c Credentials }{credentials}))
		}
		wantNoSecret(t, client.String(), fmt.Sprintf("%v %#v %s", client, client, client))
		if !strings.Contains(credentials.String(), string(mode)) {
			t.Errorf("got %s", credentials)
		}
	}
	if (Credentials{}).String() == "" || (Credentials{}).HasAppAuthToken() {
		t.Error("the zero value is something")
	}
}

func TestWhenTheAppsCertificateExpiresIsTold(t *testing.T) {
	by := issuer()
	in := func(years int) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.NotAfter = testNow.AddDate(years, 0, 0) }
	}
	for _, tc := range []struct{ app, alipay, want int }{{1, 5, 1}, {5, 1, 5}, {3, 3, 3}} {
		data := secretData()
		data[KeyAppCertificate] = pemOf(issue(&by, appKey(), pkix.Name{CommonName: "app"}, in(tc.app)))
		data[KeyAlipayCertificate] = pemOf(issue(&by, alipayKey(), alipayName, in(tc.alipay)), issuer())
		credentials, err := ParseCredentials(data, ModeCertificate)
		if err != nil || !credentials.CertificateNotAfter().Equal(testNow.AddDate(tc.want, 0, 0)) {
			t.Errorf("got %v, %v", credentials.CertificateNotAfter(), err)
		}
	}
	if at := newClient(t, "", ModePublicKey).CertificateNotAfter(); !at.IsZero() {
		t.Errorf("got %v", at)
	}
}

func TestAClientIsNotMadeOfNonsense(t *testing.T) {
	for name, tc := range map[string]struct {
		edit func(*Config)
		want string
	}{
		"no app":                       {func(c *Config) { c.AppID = "" }, "app id"},
		"an app id of letters":         {func(c *Config) { c.AppID = "app" }, "app id"},
		"no credentials":               {func(c *Config) { c.Credentials = Credentials{} }, "ParseCredentials"},
		"no merchant":                  {func(c *Config) { c.Agency = true }, "2088"},
		"a merchant that is none":      {func(c *Config) { c.Agency, c.MerchantID = true, "1900000001" }, "2088"},
		"a merchant without agency":    {func(c *Config) { c.MerchantID = testMerchant }, "agency"},
		"a gateway that is none":       {func(c *Config) { c.GatewayURL = "openapi.alipay.com" }, "not a URL"},
		"a gateway with a query":       {func(c *Config) { c.GatewayURL = "https://x/gateway.do?a=hunter2" }, "only have"},
		"a gateway with a user":        {func(c *Config) { c.GatewayURL = "https://hunter2@x/gateway.do" }, "only have"},
		"a gateway with a fragment":    {func(c *Config) { c.GatewayURL = "https://x/gateway.do#hunter2" }, "only have"},
		"a gateway of another scheme":  {func(c *Config) { c.GatewayURL = "ftp://x/gateway.do" }, "not a URL"},
		"a gateway that cannot be URL": {func(c *Config) { c.GatewayURL = "https://%zz" }, "not a URL"},
	} {
		t.Run(name, func(t *testing.T) {
			credentials, err := ParseCredentials(secretData(), ModePublicKey)
			if err != nil {
				t.Fatal(err)
			}
			config := Config{AppID: testApp, Credentials: credentials}
			tc.edit(&config)
			if _, err = New(config); err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAnAgencyNeedsItsToken(t *testing.T) {
	data := secretData()
	delete(data, KeyAppAuthToken)
	credentials, err := ParseCredentials(data, ModePublicKey)
	if err != nil {
		t.Fatal(err)
	}
	_, err = New(Config{AppID: testApp, Credentials: credentials, Agency: true, MerchantID: testMerchant})
	var problem *CredentialError
	if !errors.As(err, &problem) || problem.Key != KeyAppAuthToken {
		t.Errorf("got %v", err)
	}
}

func TestAClientHasDefaults(t *testing.T) {
	credentials, err := ParseCredentials(secretData(), ModeCertificate)
	if err != nil {
		t.Fatal(err)
	}
	client, err := New(Config{AppID: testApp, Credentials: credentials})
	if err != nil {
		t.Fatal(err)
	}
	if client.gateway != DefaultGatewayURL || client.userAgent == "" || client.timeout <= 0 || client.now().Before(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("got %+v", client)
	}
	if client.AppCertSN() != credentials.AppCertSN() || client.AlipayCertSN() != credentials.AlipayCertSN() || len(client.AppCertSN()) != 32 {
		t.Errorf("got %s, %s", client.AppCertSN(), client.AlipayCertSN())
	}
	if _, known := client.ClockSkew(); known {
		t.Error("the skew is known before any answer")
	}
}
