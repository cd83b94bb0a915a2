package wechatpay

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"
)

func pemBlock(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func ecKeyPKCS8(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pemBlock("PRIVATE KEY", der)
}

func smallKeyPKCS8(t *testing.T) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return pkcs8(key)
}

// fullSecret is a Secret with everything in it.
func fullSecret() map[string][]byte {
	certificate := signingKey{merchantSerial, merchantKey}
	return map[string][]byte{
		KeyPrivateKey:  pkcs8(merchantKey()),
		KeyCertificate: certificate.certificate(testNow, testNow.AddDate(5, 0, 0)),
		KeyAPIv3:       []byte(testAPIv3Key),
		KeyPublicKey:   pkix1(&publicKey().PublicKey),
	}
}

func TestCompleteCredentialsAreAccepted(t *testing.T) {
	for name, tc := range map[string]struct {
		edit          func(data map[string][]byte)
		serial, keyID string
		wantAPIv3     bool
	}{
		"everything at once":                    {func(map[string][]byte) {}, merchantSerial, testPublicKeyID, true},
		"the serial comes from the certificate": {func(map[string][]byte) {}, "", testPublicKeyID, true},
		"the serial comes from the setting, as people copy it": {
			func(d map[string][]byte) { delete(d, KeyCertificate) },
			strings.ToLower(merchantSerial[:20] + ":" + merchantSerial[20:]), testPublicKeyID, true},
		"leading zeros of the serial do not matter": {func(map[string][]byte) {}, "00" + merchantSerial, testPublicKeyID, true},
		"the public key alone":                      {func(d map[string][]byte) { delete(d, KeyAPIv3) }, "", testPublicKeyID, false},
		"the APIv3 key alone":                       {func(d map[string][]byte) { delete(d, KeyPublicKey) }, "", "", true},
		"the APIv3 key with the newline of an editor": {
			func(d map[string][]byte) { d[KeyAPIv3] = []byte(testAPIv3Key + "\r\n") }, "", testPublicKeyID, true},
		"a PKCS#1 private key": {func(d map[string][]byte) {
			d[KeyPrivateKey] = pemBlock("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(merchantKey()))
		}, "", testPublicKeyID, true},
		"a PKCS#1 public key": {func(d map[string][]byte) {
			d[KeyPublicKey] = pemBlock("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&publicKey().PublicKey))
		}, "", testPublicKeyID, true},
	} {
		t.Run(name, func(t *testing.T) {
			data := fullSecret()
			tc.edit(data)
			credentials, err := ParseCredentials(data, tc.serial, tc.keyID)
			if err != nil {
				t.Fatal(err)
			}
			if credentials.SerialNo() != merchantSerial || credentials.PublicKeyID() != tc.keyID ||
				credentials.HasAPIv3Key() != tc.wantAPIv3 {
				t.Errorf("got serial %s, public key %q, APIv3 key %t", credentials.SerialNo(), credentials.PublicKeyID(), credentials.HasAPIv3Key())
			}
			if _, hasCertificate := data[KeyCertificate]; hasCertificate == credentials.CertificateNotAfter().IsZero() {
				t.Errorf("the certificate's expiry is %v", credentials.CertificateNotAfter())
			}
		})
	}
}

func TestWrongCredentialsAreExplainedByKeyWithoutShowingThem(t *testing.T) {
	set := func(key string, value []byte) func(map[string][]byte) {
		return func(d map[string][]byte) { d[key] = value }
	}
	unset := func(keys ...string) func(map[string][]byte) {
		return func(d map[string][]byte) {
			for _, key := range keys {
				delete(d, key)
			}
		}
	}
	stranger := signingKey{merchantSerial, strangerKey}
	for name, tc := range map[string]struct {
		edit          func(map[string][]byte)
		serial, keyID string
		key, problem  string
	}{
		"no private key":             {unset(KeyPrivateKey), "", testPublicKeyID, KeyPrivateKey, "is missing"},
		"an empty private key":       {set(KeyPrivateKey, []byte(" \n")), "", testPublicKeyID, KeyPrivateKey, "is missing"},
		"a private key without PEM":  {set(KeyPrivateKey, []byte("MIIEvQIBADAN")), "", testPublicKeyID, KeyPrivateKey, "is not PEM"},
		"a damaged private key":      {set(KeyPrivateKey, pemBlock("PRIVATE KEY", []byte("x"))), "", testPublicKeyID, KeyPrivateKey, "is damaged"},
		"a damaged PKCS#1 key":       {set(KeyPrivateKey, pemBlock("RSA PRIVATE KEY", []byte("x"))), "", testPublicKeyID, KeyPrivateKey, "is damaged"},
		"a certificate as the key":   {set(KeyPrivateKey, pemBlock("CERTIFICATE", []byte("x"))), "", testPublicKeyID, KeyPrivateKey, "holds a certificate"},
		"a key of another algorithm": {set(KeyPrivateKey, ecKeyPKCS8(t)), "", testPublicKeyID, KeyPrivateKey, "is not an RSA key"},
		"a key that is too short":    {set(KeyPrivateKey, smallKeyPKCS8(t)), "", testPublicKeyID, KeyPrivateKey, "has 1024 bits"},
		"a key with a passphrase":    {set(KeyPrivateKey, pemBlock("ENCRYPTED PRIVATE KEY", []byte("x"))), "", testPublicKeyID, KeyPrivateKey, "passphrase"},
		"an old key with a passphrase": {set(KeyPrivateKey, []byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"+
			"DEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n")), "", testPublicKeyID, KeyPrivateKey, "passphrase"},
		"PEM of another kind":             {set(KeyPrivateKey, pemBlock("EC PARAMETERS", []byte("x"))), "", testPublicKeyID, KeyPrivateKey, "another kind"},
		"a serial that is none":           {unset(), "serial", testPublicKeyID, "serialNo", "is not a hexadecimal number"},
		"neither serial nor certificate":  {unset(KeyCertificate), "", testPublicKeyID, "serialNo", "is not given"},
		"a serial of another certificate": {unset(), "ABCDEF", testPublicKeyID, "serialNo", "is not that of apiclient_cert.pem"},
		"a certificate that is none":      {set(KeyCertificate, []byte("hello")), "", testPublicKeyID, KeyCertificate, "is not a certificate"},
		"a certificate of another key":    {set(KeyCertificate, stranger.certificate(testNow, testNow)), "", testPublicKeyID, KeyCertificate, "does not belong"},
		"an APIv3 key that is too short":  {set(KeyAPIv3, []byte("short")), "", testPublicKeyID, KeyAPIv3, "has 5 bytes and must have 32"},
		"an empty APIv3 key":              {set(KeyAPIv3, nil), "", testPublicKeyID, KeyAPIv3, "has 0 bytes"},
		"an id without its public key":    {unset(KeyPublicKey), "", testPublicKeyID, KeyPublicKey, "is missing although"},
		"a public key without its id":     {unset(), "", "", "publicKeyID", "is not given although"},
		"an id that is a serial":          {unset(), "", platformSerialA, "publicKeyID", "does not look like"},
		"a public key that is none":       {set(KeyPublicKey, []byte("x")), "", testPublicKeyID, KeyPublicKey, "is not an RSA public key"},
		"a damaged public key":            {set(KeyPublicKey, pemBlock("PUBLIC KEY", []byte("x"))), "", testPublicKeyID, KeyPublicKey, "is not an RSA public key"},
		"a damaged PKCS#1 public key":     {set(KeyPublicKey, pemBlock("RSA PUBLIC KEY", []byte("x"))), "", testPublicKeyID, KeyPublicKey, "is not an RSA public key"},
		"one's own public key":            {set(KeyPublicKey, pkix1(&merchantKey().PublicKey)), "", testPublicKeyID, KeyPublicKey, "is the merchant's own"},
		"nothing to verify replies with":  {unset(KeyPublicKey, KeyAPIv3), "", "", KeyPublicKey, "are both missing"},
	} {
		t.Run(name, func(t *testing.T) {
			data := fullSecret()
			tc.edit(data)
			credentials, err := ParseCredentials(data, tc.serial, tc.keyID)
			var problem *CredentialError
			if !errors.As(err, &problem) {
				t.Fatalf("got %v, want a *CredentialError", err)
			}
			if problem.Key != tc.key || !strings.Contains(problem.Problem, tc.problem) || problem.Advice == "" {
				t.Errorf("got %v, want %s …%s…", err, tc.key, tc.problem)
			}
			if credentials.read() != nil {
				t.Error("credentials came with the error")
			}
			refuseSecrets(t, fmt.Sprintf("%v %+v %#v", err, err, err))
		})
	}
}

func TestCredentialsDoNotShowWhateverPrintsThem(t *testing.T) {
	credentials, err := ParseCredentials(fullSecret(), "", testPublicKeyID)
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t, "http://gateway.test", bothMode)
	type around struct{ inner Credentials }
	config := Config{Mchid: testMchid, Credentials: credentials}
	var out strings.Builder
	for _, value := range []any{credentials, &credentials, config, &config, around{credentials}, &around{credentials}, client, NewPayGift(client),
		Credentials{}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}
	for _, value := range []any{credentials, &credentials, client, around{credentials}, map[string]any{"c": credentials}} {
		encoded, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(encoded)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "credentials", credentials, "client", client, "around", around{credentials})
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "credentials", credentials, "config", config.Credentials)
	out.Write(log.Bytes())
	refuseSecrets(t, out.String())
	if !strings.Contains(out.String(), merchantSerial) || !strings.Contains(out.String(), testPublicKeyID) {
		t.Error("the serials, which are public, should show")
	}
}

func TestEmptyCredentialsAnswerWithNothing(t *testing.T) {
	var none Credentials
	if none.SerialNo() != "" || none.PublicKeyID() != "" || none.HasAPIv3Key() || !none.CertificateNotAfter().Equal(time.Time{}) {
		t.Errorf("got %v", none)
	}
}

// secretTexts are the forms in which the test's secrets could show.
func secretTexts() []string {
	out := []string{testAPIv3Key, fmt.Sprintf("%x", testAPIv3Key), fmt.Sprintf("%X", testAPIv3Key), fmt.Sprintf("%v", []byte(testAPIv3Key))}
	key := merchantKey()
	for _, number := range append(key.Primes, key.D) {
		out = append(out, number.String(), fmt.Sprintf("%x", number), fmt.Sprintf("%X", number))
	}
	for _, text := range [][]byte{pkcs8(key), pemBlock("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))} {
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimSpace(line); len(line) > 40 && !strings.Contains(line, "-----") {
				out = append(out, line)
			}
		}
	}
	return out
}

// refuseSecrets fails the test when text holds one of them.
func refuseSecrets(t *testing.T, text string) {
	t.Helper()
	for _, secret := range secretTexts() {
		if strings.Contains(text, secret) {
			t.Errorf("a secret shows: %.12s… in %.200s", secret, text)
		}
	}
	for _, mark := range []string{"PRIVATE KEY-----", "WECHATPAY2-SHA256", "signature=\""} {
		if strings.Contains(text, mark) {
			t.Errorf("%q shows in %.200s", mark, text)
		}
	}
}

func TestTheTestForSecretsFindsThem(t *testing.T) {
	data := maps.Clone(fullSecret())
	found := 0
	for _, secret := range secretTexts() {
		if strings.Contains(string(data[KeyPrivateKey]), secret) || strings.Contains(string(data[KeyAPIv3]), secret) {
			found++
		}
	}
	if found < 10 {
		t.Errorf("only %d forms of the secrets are known", found)
	}
}
