package credential

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"sync"
	"testing"
)

var (
	key = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	few = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 1024)) })
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func base64Of(der []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(der)) }

func TestAPrivateKeyIsReadInEveryForm(t *testing.T) {
	pkcs1, pkcs8 := x509.MarshalPKCS1PrivateKey(key()), must(x509.MarshalPKCS8PrivateKey(key()))
	for name, got := range map[string]func() (*rsa.PrivateKey, string){
		"PKCS#8":      func() (*rsa.PrivateKey, string) { return PrivateKey(block("PRIVATE KEY", pkcs8)) },
		"PKCS#1":      func() (*rsa.PrivateKey, string) { return PrivateKey(block("RSA PRIVATE KEY", pkcs1)) },
		"bare PKCS#8": func() (*rsa.PrivateKey, string) { return BarePrivateKey(base64Of(pkcs8)) },
		"bare PKCS#1": func() (*rsa.PrivateKey, string) { return BarePrivateKey(append([]byte("\n "), base64Of(pkcs1)...)) },
	} {
		if read, problem := got(); problem != "" || !read.Equal(key()) {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

func TestWhatIsNoPrivateKeyIsSaidWithoutShowingIt(t *testing.T) {
	curve := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	locked := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"DEK-Info": "AES"}, Bytes: []byte("hunter2")})
	for want, raw := range map[string][]byte{
		"is missing": []byte(" \n"), "is not PEM": []byte("hunter2"), "is encrypted with a passphrase": locked, "is damaged": block("PRIVATE KEY", []byte("hunter2")),
		"is not an RSA key": block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(curve))), "has 1024 bits where 2048 are needed": block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(few())),
		"holds a public key": block("PUBLIC KEY", nil), "holds a certificate": block("CERTIFICATE", nil), "another kind": block("EC PRIVATE KEY", nil),
	} {
		if read, problem := PrivateKey(raw); read != nil || !strings.Contains(problem, want) || strings.Contains(problem, "hunter2") {
			t.Errorf("got %q, want %q", problem, want)
		}
	}
	if read, problem := PrivateKey(block("ENCRYPTED PRIVATE KEY", nil)); read != nil || !strings.Contains(problem, "passphrase") {
		t.Errorf("got %q", problem)
	}
	for want, raw := range map[string][]byte{
		"neither PEM nor base64": []byte("hunter2!"), "something else": base64Of([]byte("hunter2")), "has 1024 bits": base64Of(x509.MarshalPKCS1PrivateKey(few())),
		"is not an RSA key": base64Of(must(x509.MarshalPKCS8PrivateKey(curve))),
	} {
		if read, problem := BarePrivateKey(raw); read != nil || !strings.Contains(problem, want) || strings.Contains(problem, "hunter2") {
			t.Errorf("got %q, want %q", problem, want)
		}
	}
}

func TestAPublicKeyIsReadInEveryForm(t *testing.T) {
	pkix, pkcs1 := must(x509.MarshalPKIXPublicKey(&key().PublicKey)), x509.MarshalPKCS1PublicKey(&key().PublicKey)
	for name, read := range map[string]*rsa.PublicKey{
		"PKIX": PublicKey(block("PUBLIC KEY", pkix)), "PKCS#1": PublicKey(block("RSA PUBLIC KEY", pkcs1)), "bare PKIX": BarePublicKey(base64Of(pkix)), "bare PKCS#1": BarePublicKey(base64Of(pkcs1)),
	} {
		if read == nil || !read.Equal(&key().PublicKey) {
			t.Errorf("%s is not read", name)
		}
	}
	curve := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	for name, read := range map[string]*rsa.PublicKey{
		"nothing": PublicKey(nil), "a certificate": PublicKey(block("CERTIFICATE", pkix)), "a short key": PublicKey(block("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(&few().PublicKey)))),
		"a curve": PublicKey(block("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(&curve.PublicKey)))), "nonsense": PublicKey(block("PUBLIC KEY", []byte("x"))),
		"bare nonsense": BarePublicKey([]byte("x!")), "bare nothing": BarePublicKey(nil),
	} {
		if read != nil {
			t.Errorf("%s is a key", name)
		}
	}
}

func TestAnErrorIsOneLine(t *testing.T) {
	if got := (&Error{Key: "k.pem", Problem: "is missing", Advice: "put it in"}).Error(); got != "k.pem is missing: put it in" {
		t.Errorf("got %q", got)
	}
}
