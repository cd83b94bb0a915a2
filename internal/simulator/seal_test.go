package simulator_test

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

const anyRead = activityPath + "?offset=0&limit=1"

// asking makes a call say which key it can verify with.
func asking(serial string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Wechatpay-Serial", serial) }
}

func TestTheReplyIsSignedWithTheKeyThatTheRequestAsksFor(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	info := server.WeChatPay().Account(mchid).Info()
	public, certificate := info.PublicKeys[0].ID, info.PlatformCertificates[0].SerialNo
	if !strings.HasPrefix(public, "PUB_KEY_ID_") {
		t.Fatalf("public key id is %s", public)
	}
	for _, tc := range []struct{ name, asked, keys, byDefault, want string }{
		{"the public key", public, "both", "publicKey", public},
		{"the certificate", certificate, "both", "publicKey", certificate},
		{"the certificate in lower case", strings.ToLower(certificate), "both", "publicKey", certificate},
		{"nothing", "", "both", "publicKey", public},
		{"nothing, certificate by default", "", "both", "certificate", certificate},
		{"something unknown", "ABC", "both", "certificate", certificate},
		{"the certificate where there is none", certificate, "publicKeyOnly", "certificate", public},
		{"the public key where there is none", public, "certificateOnly", "publicKey", certificate},
	} {
		t.Run(tc.name, func(t *testing.T) {
			put(t, server, "signature.keys", tc.keys)
			put(t, server, "signature.default", tc.byDefault)
			r := c.doWith(http.MethodGet, anyRead, nil, asking(tc.asked))
			if got := r.header.Get("Wechatpay-Serial"); got != tc.want {
				t.Fatalf("signed by %s, want %s", got, tc.want)
			}
			if err := c.verify(r); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestRepliesMayBeSignedInEveryWrongWay(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	for _, mode := range []string{"missing", "badSerial", "badSignature", "signtest", "skew"} {
		put(t, server, "signature.response", mode)
		r := c.do(http.MethodGet, anyRead, nil)
		if r.status != http.StatusOK {
			t.Fatalf("%s: %d %s", mode, r.status, r.body)
		}
		if err := c.verify(r); err == nil {
			t.Errorf("%s: the reply verifies", mode)
		}
		if mode == "signtest" && !strings.HasPrefix(r.header.Get("Wechatpay-Signature"), "WECHATPAY/SIGNTEST/") {
			t.Errorf("the probe is %s", r.header.Get("Wechatpay-Signature"))
		}
	}
	for mode, prefix := range map[string]bool{"publicKey": true, "certificate": false} {
		put(t, server, "signature.response", mode)
		r := c.doWith(http.MethodGet, anyRead, nil, asking("whatever"))
		if strings.HasPrefix(r.header.Get("Wechatpay-Serial"), "PUB_KEY_ID_") != prefix {
			t.Errorf("%s: signed by %s", mode, r.header.Get("Wechatpay-Serial"))
		}
		if err := c.verify(r); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
	}
}

func TestErrorsAreSignedOrNotAsTheSwitchSays(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	r := c.do(http.MethodGet, activityPath+"/1", nil)
	refusedWith(t, r, http.StatusNotFound, "RESOURCE_NOT_EXISTS")
	if err := c.verify(r); err != nil {
		t.Fatal(err)
	}
	if id := r.header.Get("Request-Id"); !strings.Contains(id, "--") {
		t.Errorf("the Request-ID of an error is %s", id)
	}
	put(t, server, "errors.signed", "off")
	r = c.do(http.MethodGet, activityPath+"/1", nil)
	if r.header.Get("Wechatpay-Signature") != "" || r.header.Get("Request-Id") == "" {
		t.Fatalf("headers are %v", r.header)
	}
}

func TestTheGatewaysClockMayBeOff(t *testing.T) {
	server := startWith(t, "gateway.clockSkew", "200s")
	c := newClient(t, server, mchid)
	r := c.must(http.MethodGet, anyRead, nil)
	date, err := http.ParseTime(r.header.Get("Date"))
	if err != nil {
		t.Fatal(err)
	}
	if off := time.Until(date); off < 190*time.Second || off > 201*time.Second {
		t.Fatalf("Date is %v off", off)
	}
	put(t, server, "gateway.clockSkew", "-400s")
	refusedWith(t, c.do(http.MethodGet, anyRead, nil), http.StatusUnauthorized, "SIGN_ERROR")
}

// download decrypts the platform certificates by hand.
func download(t *testing.T, c *client) map[string]string {
	t.Helper()
	block, err := aes.NewCipher([]byte(c.creds.APIv3Key))
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, item := range c.must(http.MethodGet, "/v3/certificates", nil).at(t, "data").([]any) {
		row := item.(map[string]any)
		sealed := row["encrypt_certificate"].(map[string]any)
		raw, err := base64.StdEncoding.DecodeString(sealed["ciphertext"].(string))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := gcm.Open(nil, []byte(sealed["nonce"].(string)), raw, []byte(sealed["associated_data"].(string)))
		if err != nil {
			t.Fatal(err)
		}
		if sealed["algorithm"] != "AEAD_AES_256_GCM" || row["effective_time"] == "" || row["expire_time"] == "" {
			t.Fatalf("the item is %v", row)
		}
		found[row["serial_no"].(string)] = string(plain)
	}
	return found
}

func TestPlatformCertificatesAreDownloadedRotatedAndRetired(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	first := server.WeChatPay().Account(mchid).Info().PlatformCertificates[0]
	if got := download(t, c); len(got) != 1 || got[first.SerialNo] != first.Certificate {
		t.Fatalf("downloaded %v", got)
	}
	r := control(t, server, http.MethodPost, "/_sim/accounts/"+mchid+"/rotate", map[string]string{"what": "platformCertificate"})
	if r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	all := server.WeChatPay().Account(mchid).Info().PlatformCertificates
	if len(all) != 2 || !all[1].EffectiveTime.After(all[0].EffectiveTime) || len(download(t, c)) != 2 {
		t.Fatalf("after rotation there are %d", len(all))
	}
	put(t, server, "signature.default", "certificate")
	if got := c.must(http.MethodGet, anyRead, nil).header.Get("Wechatpay-Serial"); got != all[1].SerialNo {
		t.Fatalf("signed by %s, not by the newest", got)
	}
	if r := control(t, server, http.MethodDelete, "/_sim/accounts/"+mchid+"/keys/"+first.SerialNo, nil); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if got := c.doWith(http.MethodGet, anyRead, nil, asking(first.SerialNo)).header.Get("Wechatpay-Serial"); got != all[1].SerialNo {
		t.Fatalf("signed by %s, which was retired", got)
	}
	if r := control(t, server, http.MethodDelete, "/_sim/accounts/"+mchid+"/keys/"+all[1].SerialNo, nil); r.status != http.StatusBadRequest {
		t.Fatalf("the last certificate could be retired: %d", r.status)
	}
}

func TestAMerchantKeyIsGoodUntilItIsRetired(t *testing.T) {
	server := start(t, simulator.Options{})
	before := newClient(t, server, mchid)
	if r := control(t, server, http.MethodPost, "/_sim/accounts/"+mchid+"/rotate", map[string]string{"what": "merchantKey"}); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	after := newClient(t, server, mchid)
	if after.creds.SerialNo == before.creds.SerialNo {
		t.Fatal("the serial number is the same")
	}
	before.must(http.MethodGet, anyRead, nil)
	after.must(http.MethodGet, anyRead, nil)
	if r := control(t, server, http.MethodDelete, "/_sim/accounts/"+mchid+"/keys/"+before.creds.SerialNo, nil); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	refusedWith(t, before.do(http.MethodGet, anyRead, nil), http.StatusUnauthorized, "SIGN_ERROR")
	for _, what := range []string{"everything", ""} {
		if r := control(t, server, http.MethodPost, "/_sim/accounts/"+mchid+"/rotate", map[string]string{"what": what}); r.status != http.StatusBadRequest {
			t.Errorf("rotating %q: %d", what, r.status)
		}
	}
}

func TestWithoutPlatformCertificatesTheDownloadFindsNothing(t *testing.T) {
	c := newClient(t, startWith(t, "signature.keys", "publicKeyOnly"), mchid)
	refusedWith(t, c.do(http.MethodGet, "/v3/certificates", nil), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
}

func TestTheDownloadKnowsAlgorithms(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	for query, want := range map[string]int{"RSA": 1, "ALL": 1, "SM2": 0} {
		if got := len(c.must(http.MethodGet, "/v3/certificates?algorithm_type="+query, nil).at(t, "data").([]any)); got != want {
			t.Errorf("%s finds %d", query, got)
		}
	}
	refusedWith(t, c.do(http.MethodGet, "/v3/certificates?algorithm_type=DSA", nil), http.StatusBadRequest, "PARAM_ERROR")
}
