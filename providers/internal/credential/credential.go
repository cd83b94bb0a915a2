// Package credential reads keys and certificates from the data of a Secret. What it says of them never holds any of their bytes.
package credential

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
)

// MinKeyBits is the least size of an RSA key: both vendors' algorithms are SHA256 with RSA of 2048 bits.
const MinKeyBits = 2048

// Error says what is wrong with an account's credentials. It never holds any of their bytes.
type Error struct {
	// Key is the Secret's key, or the name of the setting.
	Key string
	// Problem says what is wrong with it, Advice what to do.
	Problem, Advice string
}

// Error renders all three on one line.
func (e *Error) Error() string { return fmt.Sprintf("%s %s: %s", e.Key, e.Problem, e.Advice) }

// PrivateKey reads an RSA private key in PEM, PKCS#8 or PKCS#1. problem is empty, or says what is wrong with it.
func PrivateKey(raw []byte) (key *rsa.PrivateKey, problem string) {
	if strings.TrimSpace(string(raw)) == "" {
		return nil, "is missing"
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, "is not PEM"
	}
	var (
		parsed any
		err    error
	)
	switch block.Type {
	case "PRIVATE KEY":
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		if block.Headers["DEK-Info"] != "" {
			return nil, "is encrypted with a passphrase"
		}
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		return nil, "is encrypted with a passphrase"
	case "CERTIFICATE", "PUBLIC KEY":
		return nil, "holds a " + strings.ToLower(block.Type) + " and no private key"
	default:
		return nil, "is PEM of another kind than a private key"
	}
	if err != nil {
		return nil, "is damaged: the PEM block does not hold a private key"
	}
	return checkPrivateKey(parsed)
}

// BarePrivateKey reads the base64 of a PKCS#8 or PKCS#1 private key without PEM around it, as Alipay's key tool writes it.
func BarePrivateKey(raw []byte) (key *rsa.PrivateKey, problem string) {
	der, ok := bare(raw)
	if !ok {
		return nil, "is neither PEM nor base64"
	}
	if parsed, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return checkPrivateKey(parsed)
	}
	parsed, err := x509.ParsePKCS1PrivateKey(der)
	if err != nil {
		return nil, "is base64 of something else than a private key"
	}
	return checkPrivateKey(parsed)
}

func checkPrivateKey(parsed any) (key *rsa.PrivateKey, problem string) {
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, "is not an RSA key"
	}
	if bits := key.N.BitLen(); bits < MinKeyBits {
		return nil, fmt.Sprintf("has %d bits where %d are needed", bits, MinKeyBits)
	}
	return key, ""
}

// PublicKey reads an RSA public key of at least MinKeyBits in PEM, PKIX or PKCS#1; nil where raw is none.
func PublicKey(raw []byte) *rsa.PublicKey {
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil
	}
	switch block.Type {
	case "PUBLIC KEY", "RSA PUBLIC KEY":
		return publicKey(block.Bytes)
	}
	return nil
}

// BarePublicKey is PublicKey without PEM around the base64, as Alipay's console shows it.
func BarePublicKey(raw []byte) *rsa.PublicKey {
	der, ok := bare(raw)
	if !ok {
		return nil
	}
	return publicKey(der)
}

func publicKey(der []byte) *rsa.PublicKey {
	key, err := x509.ParsePKCS1PublicKey(der)
	if err != nil {
		parsed, err := x509.ParsePKIXPublicKey(der)
		if err != nil {
			return nil
		}
		key, _ = parsed.(*rsa.PublicKey)
	}
	if key == nil || key.N.BitLen() < MinKeyBits {
		return nil
	}
	return key
}

// bare decodes base64 that people may have wrapped or indented.
func bare(raw []byte) (der []byte, ok bool) {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(raw)), ""))
	return der, err == nil && len(der) > 0
}
