package keys_test

import (
	"crypto/x509"
	"encoding/pem"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
)

func TestACertificateHasFortyUpperCaseHexDigitsAsItsSerial(t *testing.T) {
	key, err := keys.Reused("keys-test")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := keys.NewPair(key, "someone", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^[4-7][0-9A-F]{39}$`).MatchString(pair.ID) {
		t.Fatalf("serial is %q", pair.ID)
	}
	block, _ := pem.Decode(pair.CertPEM)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.ToUpper(cert.SerialNumber.Text(16)); got != pair.ID {
		t.Fatalf("the certificate says %s, the pair %s", got, pair.ID)
	}
	if !cert.NotAfter.Equal(pair.NotAfter) || pair.NotAfter.Sub(pair.NotBefore) < 5*365*24*time.Hour {
		t.Fatalf("life is %v to %v", pair.NotBefore, pair.NotAfter)
	}
}

func TestAKeySurvivesPEM(t *testing.T) {
	key, err := keys.Reused("keys-test")
	if err != nil {
		t.Fatal(err)
	}
	text, err := keys.PrivatePEM(key)
	if err != nil {
		t.Fatal(err)
	}
	back, err := keys.ParsePrivatePEM(text)
	if err != nil || !back.Equal(key) {
		t.Fatalf("the key changed (%v)", err)
	}
	if _, err := keys.ParsePrivatePEM([]byte("nonsense")); err == nil {
		t.Fatal("nonsense was read as a key")
	}
}

func TestAReusedKeyIsMadeOnce(t *testing.T) {
	a, err := keys.Reused("keys-test")
	if err != nil {
		t.Fatal(err)
	}
	b, err := keys.Reused("keys-test")
	if err != nil || a != b {
		t.Fatalf("made twice (%v)", err)
	}
}
