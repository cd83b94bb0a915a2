package wechatpay

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"sync"
	"testing"
	"time"
)

const (
	testMchid       = "1900000001"
	testAPIv3Key    = "0123456789abcdefghijklmnopqrstuv"
	testPublicKeyID = "PUB_KEY_ID_0119000000012026010100000000000001"
	merchantSerial  = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
	platformSerialA = "7A11AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA01"
	platformSerialB = "7A11BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB02"
)

// testNow is the tests' time of day.
var testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Making an RSA key takes a while, so each is made once.
var (
	merchantKey  = newTestKey()
	platformKeyA = newTestKey()
	platformKeyB = newTestKey()
	publicKey    = newTestKey()
	strangerKey  = newTestKey()
)

func newTestKey() func() *rsa.PrivateKey {
	return sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return key
	})
}

// signingKey is what a reply is signed with.
type signingKey struct {
	serial string
	key    func() *rsa.PrivateKey
}

var (
	byPublicKey    = signingKey{testPublicKeyID, publicKey}
	byCertificateA = signingKey{platformSerialA, platformKeyA}
	byCertificateB = signingKey{platformSerialB, platformKeyB}
)

func (k signingKey) sign(message string) string {
	digest := sha256.Sum256([]byte(message))
	signature, err := rsa.SignPKCS1v15(rand.Reader, k.key(), crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

// certificate makes a self-signed certificate in PEM.
func (k signingKey) certificate(notBefore, notAfter time.Time) []byte {
	serial, _ := new(big.Int).SetString(k.serial, 16)
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "test"}, NotBefore: notBefore, NotAfter: notAfter}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &k.key().PublicKey, k.key())
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// item is the certificate as GET /v3/certificates returns it.
func (k signingKey) item(apiV3Key string, notBefore, notAfter time.Time) map[string]any {
	return map[string]any{
		"serial_no":           k.serial,
		"effective_time":      notBefore.Format(time.RFC3339),
		"expire_time":         notAfter.Format(time.RFC3339),
		"encrypt_certificate": seal(apiV3Key, k.certificate(notBefore, notAfter)),
	}
}

func seal(apiV3Key string, plaintext []byte) map[string]any {
	block, err := aes.NewCipher([]byte(apiV3Key))
	if err != nil {
		panic(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	const nonce, data = "0123456789ab", "certificate"
	return map[string]any{"algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "associated_data": data,
		"ciphertext": base64.StdEncoding.EncodeToString(gcm.Seal(nil, []byte(nonce), plaintext, []byte(data)))}
}

// certificatesBody is the body of GET /v3/certificates with these certificates.
func certificatesBody(apiV3Key string, keys ...signingKey) string {
	data := []any{}
	for i, key := range keys {
		// Later ones are newer.
		from := testNow.AddDate(-1, i, 0)
		data = append(data, key.item(apiV3Key, from, from.AddDate(5, 0, 0)))
	}
	return mustJSON(map[string]any{"data": data})
}

func mustJSON(value any) string {
	out, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(out)
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

// mode says what a test's merchant verifies replies with.
type mode struct{ publicKey, certificates bool }

var (
	publicKeyMode   = mode{publicKey: true}
	certificateMode = mode{certificates: true}
	bothMode        = mode{publicKey: true, certificates: true}
)

func (m mode) String() string {
	return fmt.Sprintf("public key %t, certificates %t", m.publicKey, m.certificates)
}

func (m mode) credentials(t testing.TB) Credentials {
	t.Helper()
	data := map[string][]byte{KeyPrivateKey: pkcs8(merchantKey())}
	id := ""
	if m.publicKey {
		data[KeyPublicKey], id = pkix1(&publicKey().PublicKey), testPublicKeyID
	}
	if m.certificates {
		data[KeyAPIv3] = []byte(testAPIv3Key)
	}
	credentials, err := ParseCredentials(data, merchantSerial, id)
	if err != nil {
		t.Fatal(err)
	}
	return credentials
}
