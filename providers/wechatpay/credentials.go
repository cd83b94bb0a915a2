package wechatpay

import (
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/campaign-operator/campaign-operator/providers/internal/credential"
)

// The keys of the Secret, named like the files that the WeChat Pay merchant console hands out.
const (
	// KeyPrivateKey is the merchant API private key (商户API私钥), PEM, PKCS#8 or PKCS#1.
	KeyPrivateKey = "apiclient_key.pem"
	// KeyCertificate is the merchant API certificate (商户API证书), PEM.
	KeyCertificate = "apiclient_cert.pem"
	// KeyAPIv3 is the APIv3 key (APIv3密钥), 32 bytes.
	KeyAPIv3 = "apiv3_key"
	// KeyPublicKey is the WeChat Pay public key (微信支付公钥), PEM.
	KeyPublicKey = "pub_key.pem"

	// The two arguments of ParseCredentials, as CredentialError.Key names them.
	argumentSerialNo    = "serialNo"
	argumentPublicKeyID = "publicKeyID"
)

// CredentialError says what is wrong with the credentials. It never holds any of their bytes. Key is the Secret's key, or the name of the
// setting ("serialNo", "publicKeyID").
type CredentialError = credential.Error

// Credentials sign as one merchant and verify WeChat Pay's replies. Make them with
// ParseCredentials. However they are printed or encoded, the keys do not show.
type Credentials struct {
	// A function, because fmt does not call the methods of unexported fields and, for a verb
	// that does not fit, follows pointers: of a function nothing but an address can show.
	open func() *secrets
}

// read returns what is inside; nil for the zero value.
func (c Credentials) read() *secrets {
	if c.open == nil {
		return nil
	}
	return c.open()
}

type secrets struct {
	privateKey   *rsa.PrivateKey
	serialNo     string
	notAfter     time.Time
	apiV3Key     string
	publicKey    *rsa.PublicKey
	publicKeyID  string
	hasPublicKey bool
}

// SerialNo is the serial number of the merchant API certificate, upper-case hex.
func (c Credentials) SerialNo() string {
	if s := c.read(); s != nil {
		return s.serialNo
	}
	return ""
}

// PublicKeyID is the id of the WeChat Pay public key, or empty without one.
func (c Credentials) PublicKeyID() string {
	if s := c.read(); s != nil {
		return s.publicKeyID
	}
	return ""
}

// CertificateNotAfter is when the merchant API certificate expires; zero when the Secret has
// no certificate. An expired one is not refused here: the gateway's word counts (it answers
// SIGN_ERROR), and this machine's clock may be the one that is wrong. Warn well before.
func (c Credentials) CertificateNotAfter() time.Time {
	if s := c.read(); s != nil {
		return s.notAfter
	}
	return time.Time{}
}

// HasAPIv3Key reports whether platform certificates can be downloaded.
func (c Credentials) HasAPIv3Key() bool {
	s := c.read()
	return s != nil && s.apiV3Key != ""
}

// String names the serials only.
func (c Credentials) String() string {
	const form = "wechatpay.Credentials{serialNo: %q, publicKeyID: %q, keys redacted}"
	return fmt.Sprintf(form, c.SerialNo(), c.PublicKeyID())
}

// GoString is String, for %#v.
func (c Credentials) GoString() string { return c.String() }

// Format is String for every verb, for %d and %x as well.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.String())) }

// MarshalJSON encodes the serials only.
func (c Credentials) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"serialNo": c.SerialNo(), "publicKeyID": c.PublicKeyID(), "keys": "redacted"})
}

// LogValue logs the serials only.
func (c Credentials) LogValue() slog.Value {
	return slog.GroupValue(slog.String("serialNo", c.SerialNo()), slog.String("publicKeyID", c.PublicKeyID()))
}
