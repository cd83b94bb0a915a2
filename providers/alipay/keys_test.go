package alipay

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"sync"
	"testing"
	"time"
)

const (
	testApp      = "2021000000000001"
	testMerchant = "2088000000000001"
	testToken    = "202611BBtokenOfTheMerchant"
)

// testNow is the tests' time of day: 20:00 in Beijing.
var testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Making an RSA key takes a while, so each is made once.
var (
	appKey      = newTestKey(2048)
	alipayKey   = newTestKey(2048)
	newerKey    = newTestKey(2048)
	strangerKey = newTestKey(2048)
	issuerKey   = newTestKey(2048)
	rootKey     = newTestKey(2048)
	otherRoot   = newTestKey(2048)
	shortKey    = newTestKey(1024)
)

func newTestKey(bits int) func() *rsa.PrivateKey {
	return sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			panic(err)
		}
		return key
	})
}

// authority is a certificate and its key.
type authority struct {
	certificate *x509.Certificate
	key         *rsa.PrivateKey
}

// alipayName is what Alipay's own certificates are issued to.
var alipayName = pkix.Name{Country: []string{"CN"}, Organization: []string{"merchant@sandbox.com"}, OrganizationalUnit: []string{"Alipay"},
	CommonName: "支付宝(中国)网络技术有限公司-" + testMerchant}

// The hierarchy is Alipay's: its roots are proper authorities, what they have issued is not marked as one, and that issues the
// certificates of apps and of Alipay.
var (
	root = sync.OnceValue(func() authority {
		return issue(nil, rootKey(), pkix.Name{CommonName: "Root R1"}, func(c *x509.Certificate) {
			c.BasicConstraintsValid, c.IsCA = true, true
		})
	})
	foreignRoot = sync.OnceValue(func() authority {
		return issue(nil, otherRoot(), pkix.Name{CommonName: "Root R1"}, func(c *x509.Certificate) { c.BasicConstraintsValid, c.IsCA = true, true })
	})
	issuer = sync.OnceValue(func() authority {
		by := root()
		return issue(&by, issuerKey(), pkix.Name{Country: []string{"CN"}, Organization: []string{"Ant, Financial"}, CommonName: "Class 2 R1"})
	})
	appCert = sync.OnceValue(func() authority {
		by := issuer()
		return issue(&by, appKey(), pkix.Name{OrganizationalUnit: []string{"Alipay"}, CommonName: testMerchant + "-" + testApp})
	})
	alipayCert = sync.OnceValue(func() authority { by := issuer(); return issue(&by, alipayKey(), alipayName) })
	newerCert  = sync.OnceValue(func() authority { by := issuer(); return issue(&by, newerKey(), alipayName) })
)

var serials = struct {
	sync.Mutex
	last int64
}{last: 7_000_000_000_000_000_000}

// issue makes a certificate that is valid around testNow; by nil signs itself.
func issue(by *authority, key *rsa.PrivateKey, name pkix.Name, edits ...func(*x509.Certificate)) authority {
	serials.Lock()
	serials.last++
	serial := new(big.Int).Mul(big.NewInt(serials.last), big.NewInt(16))
	serials.Unlock()
	template := &x509.Certificate{SerialNumber: serial, Subject: name, NotBefore: testNow.AddDate(-1, 0, 0), NotAfter: testNow.AddDate(2, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment}
	for _, edit := range edits {
		edit(template)
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.certificate, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		panic(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return authority{certificate, key}
}

func pemOf(authorities ...authority) []byte {
	var out []byte
	for _, a := range authorities {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})...)
	}
	return out
}

func pkcs8(key *rsa.PrivateKey) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func pkix1(key *rsa.PublicKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// bare takes the PEM away, as Alipay's key tool does.
func bare(encoded []byte) []byte {
	block, _ := pem.Decode(encoded)
	return []byte(base64.StdEncoding.EncodeToString(block.Bytes))
}

// secretData is a Secret of both modes and a token.
func secretData() map[string][]byte {
	return map[string][]byte{
		KeyPrivateKey: pkcs8(appKey()), KeyPublicKey: pkix1(&alipayKey().PublicKey), KeyAppCertificate: pemOf(appCert()),
		KeyAlipayCertificate: pemOf(alipayCert(), issuer()), KeyRootCertificate: pemOf(root()), KeyAppAuthToken: []byte(testToken + "\n"),
	}
}

// newClient returns a client at gatewayURL; edits change its configuration.
func newClient(t testing.TB, gatewayURL string, mode Mode, edits ...func(*Config)) *Client {
	t.Helper()
	credentials, err := ParseCredentials(secretData(), mode)
	if err != nil {
		t.Fatal(err)
	}
	config := Config{AppID: testApp, GatewayURL: gatewayURL, Credentials: credentials, Now: func() time.Time { return testNow }, UserAgent: "campaign-operator/test"}
	for _, edit := range edits {
		edit(&config)
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	client.granted.Store(true) // as after a probe
	return client
}

// forMerchant makes the calls for another merchant.
func forMerchant(c *Config) { c.Agency, c.MerchantID = true, testMerchant }
