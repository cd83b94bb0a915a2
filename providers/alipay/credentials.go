package alipay

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/campaign-operator/campaign-operator/providers/internal/credential"
)

// Mode says how an app's requests and Alipay's replies are signed (接口加签方式). One app uses one mode.
type Mode string

// The modes.
const (
	// ModePublicKey is 公钥模式: plain keys.
	ModePublicKey Mode = "PublicKey"
	// ModeCertificate is 公钥证书模式: keys in certificates, which requests and replies name.
	ModeCertificate Mode = "Certificate"
)

// The keys of the Secret, named like the files that Alipay's console and key tool hand out.
const (
	// KeyPrivateKey is the app's private key (应用私钥), PEM (PKCS#8 or PKCS#1) or the bare base64 of Alipay's key tool.
	KeyPrivateKey = "app_private_key.pem"
	// KeyPublicKey is Alipay's public key (支付宝公钥, not the app's), PEM or the bare base64 of the console. ModePublicKey only.
	KeyPublicKey = "alipay_public_key.pem"
	// KeyAppCertificate is the app's certificate (应用公钥证书), PEM. ModeCertificate only, as the two below.
	KeyAppCertificate = "appCertPublicKey.crt"
	// KeyAlipayCertificate is Alipay's certificate (支付宝公钥证书) with the one that issued it, PEM.
	KeyAlipayCertificate = "alipayCertPublicKey_RSA2.crt"
	// KeyRootCertificate are Alipay's root certificates (支付宝根证书), PEM.
	KeyRootCertificate = "alipayRootCert.crt"
	// KeyAppAuthToken is the merchant's grant to a service provider (应用授权令牌). Used in agency mode only.
	KeyAppAuthToken = "app_auth_token"
)

// CredentialError says what is wrong with the credentials. It never holds any of their bytes.
type CredentialError = credential.Error

// Credentials sign as one app and verify Alipay's replies. Make them with ParseCredentials. However they are printed or
// encoded, keys and token do not show.
type Credentials struct {
	// A function, because fmt does not call the methods of unexported fields and, for a verb
	// that does not fit, follows pointers: of a function nothing but an address can show.
	open func() *secrets
}

// read returns what is inside; empty for the zero value.
func (c Credentials) read() *secrets {
	if c.open == nil {
		return &secrets{}
	}
	return c.open()
}

type secrets struct {
	mode         Mode
	privateKey   *rsa.PrivateKey
	publicKey    *rsa.PublicKey // ModePublicKey
	certificates *certificates  // ModeCertificate
	appAuthToken string
}

// certificates are those of certificate mode.
type certificates struct {
	app, alipay *x509.Certificate
	// issuers are the further certificates beside alipay.
	issuers, roots []*x509.Certificate
	// appSN, alipaySN and rootSN are the numbers by which requests and replies name them.
	appSN, alipaySN, rootSN string
}

// Mode is the mode that the credentials are for.
func (c Credentials) Mode() Mode { return c.read().mode }

// AppCertSN is the number of the app's certificate (`app_cert_sn`), lower-case hex; empty in public-key mode.
func (c Credentials) AppCertSN() string {
	if held := c.read().certificates; held != nil {
		return held.appSN
	}
	return ""
}

// AlipayCertSN is the number of Alipay's certificate (`alipay_cert_sn`), lower-case hex; empty in public-key mode.
func (c Credentials) AlipayCertSN() string {
	if held := c.read().certificates; held != nil {
		return held.alipaySN
	}
	return ""
}

// CertificateNotAfter is when the app's certificate expires; zero in public-key mode. An expired one is not refused here: the
// gateway's word counts, and this machine's clock may be the one that is wrong. Alipay's own is renewed by a download.
func (c Credentials) CertificateNotAfter() time.Time {
	if held := c.read().certificates; held != nil {
		return held.app.NotAfter
	}
	return time.Time{}
}

// HasAppAuthToken reports whether calls can be made for another merchant.
func (c Credentials) HasAppAuthToken() bool { return c.read().appAuthToken != "" }

// String names mode and certificates only.
func (c Credentials) String() string {
	const form = "alipay.Credentials{mode: %q, appCertSN: %q, alipayCertSN: %q, keys redacted}"
	return fmt.Sprintf(form, c.Mode(), c.AppCertSN(), c.AlipayCertSN())
}

// GoString is String, for %#v.
func (c Credentials) GoString() string { return c.String() }

// Format is String for every verb, for %d and %x as well.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.String())) }

// MarshalJSON encodes mode and certificates only.
func (c Credentials) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"mode": string(c.Mode()), "appCertSN": c.AppCertSN(), "alipayCertSN": c.AlipayCertSN(), "keys": "redacted"})
}

// LogValue logs mode and certificates only.
func (c Credentials) LogValue() slog.Value {
	return slog.GroupValue(slog.String("mode", string(c.Mode())), slog.String("appCertSN", c.AppCertSN()), slog.String("alipayCertSN", c.AlipayCertSN()))
}
