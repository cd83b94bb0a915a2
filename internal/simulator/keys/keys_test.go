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

func TestARingRotatesRetiresAndIsKept(t *testing.T) {
	maker := func(kind string, n int, notBefore time.Time) (*keys.Pair, error) {
		key, err := keys.Reused("keys-test-" + kind)
		return &keys.Pair{ID: kind + "-" + strings.Repeat("a", n), Key: key, NotBefore: notBefore}, err
	}
	kinds := []string{"one", "two"}
	ring, err := keys.NewRing("somebody", kinds, maker, nil, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	first := ring.Newest("one")
	id, err := ring.Rotate("one")
	if err != nil || ring.Newest("one").ID != id || ring.Newest("one").NotBefore.Sub(first.NotBefore) != time.Hour {
		t.Fatalf("rotated to %s, the newest is %+v (%v)", id, ring.Newest("one"), err)
	}
	kept, err := ring.Keep()
	if err != nil {
		t.Fatal(err)
	}
	again, err := keys.NewRing("somebody", kinds, maker, &kept, time.Time{})
	if err != nil || len(again.All("one")) != 2 || again.Find("one", strings.ToUpper(id)) == nil || !again.Newest("two").Key.Equal(ring.Newest("two").Key) {
		t.Fatalf("restored %+v (%v)", again, err)
	}
	if err := again.Retire(first.ID); err != nil || again.Find("one", first.ID) != nil {
		t.Fatalf("the first is there (%v)", err)
	}
	for what, err := range map[string]error{"the last": again.Retire(id), "an unknown key": again.Retire("x"), "an unknown kind": func() error { _, err := again.Rotate("x"); return err }()} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	delete(kept.Pairs, "two")
	if _, err := keys.NewRing("somebody", kinds, maker, &kept, time.Time{}); err == nil {
		t.Error("a ring without a key of a kind was restored")
	}
}

func TestASignatureVerifiesUntilItIsSpoilt(t *testing.T) {
	key, err := keys.Reused("keys-test")
	if err != nil {
		t.Fatal(err)
	}
	signature := keys.Sign(key, "text")
	if err := keys.Verify(&key.PublicKey, "text", signature); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{keys.Spoil(signature), keys.Spoil(keys.Spoil(signature)), "no base64", ""} {
		if wrong != signature && keys.Verify(&key.PublicKey, "text", wrong) == nil {
			t.Errorf("%q verifies", wrong)
		}
	}
}
