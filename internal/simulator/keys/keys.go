// Package keys makes the simulator's RSA keys and certificates.
package keys

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"
)

// Bits is the size of every key: the gateways take RSA-2048 and nothing else.
const Bits = 2048

// Source makes the key with that name.
type Source func(name string) (*rsa.PrivateKey, error)

// Fresh makes a new key each time.
func Fresh(string) (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, Bits) }

// reused is what Reused remembers.
var reused = struct {
	sync.Mutex
	keys map[string]*rsa.PrivateKey
}{keys: map[string]*rsa.PrivateKey{}}

// Reused makes each named key once in a process. It is for tests, which start a simulator for
// each case and would otherwise spend most of their time on making keys.
func Reused(name string) (*rsa.PrivateKey, error) {
	reused.Lock()
	defer reused.Unlock()
	if k, ok := reused.keys[name]; ok {
		return k, nil
	}
	k, err := Fresh(name)
	if err == nil {
		reused.keys[name] = k
	}
	return k, err
}

// Pair is a key with its certificate. A public key that is handed out bare has no certificate.
type Pair struct {
	// ID is the certificate's serial number in upper-case hex, or the id of a bare public key.
	ID string
	// Key is the private half.
	Key *rsa.PrivateKey
	// CertPEM is the certificate, empty for a bare public key.
	CertPEM []byte
	// NotBefore and NotAfter bound the certificate's life.
	NotBefore, NotAfter time.Time
}

// NewPair makes a self-signed certificate for key with a life of five years. The serial number
// follows from the key and its beginning, so that a reused key keeps its serial.
func NewPair(key *rsa.PrivateKey, commonName string, notBefore time.Time) (*Pair, error) {
	notBefore = notBefore.UTC().Truncate(time.Second)
	digest := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", key.N.Text(16), commonName, notBefore.Unix()))
	serial := digest[:20]
	serial[0] = serial[0]&0x3f | 0x40 // 40 hex digits and not negative
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial),
		Subject:      pkix.Name{CommonName: commonName, Organization: []string{"gateway-simulator"}, Country: []string{"CN"}},
		NotBefore:    notBefore,
		NotAfter:     notBefore.AddDate(5, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return &Pair{
		ID:        strings.ToUpper(hex.EncodeToString(serial)),
		Key:       key,
		CertPEM:   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		NotBefore: template.NotBefore,
		NotAfter:  template.NotAfter,
	}, nil
}

// PrivatePEM is the key as PKCS#8, the form in which the merchant console hands it out.
func PrivatePEM(key *rsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// PublicPEM is the public half as SubjectPublicKeyInfo.
func PublicPEM(key *rsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// ParsePrivatePEM reads what PrivatePEM wrote.
func ParsePrivatePEM(data []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("not an RSA key")
	}
	return key, nil
}
