package controllers

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/notify"
	"github.com/campaign-operator/campaign-operator/providers/wechatpay"
)

// notification is what WeChat Pay sends to a merchant about an activity, signed at a time.
func notification(t *testing.T, key *rsa.PrivateKey, keyID, apiV3Key, id, activityID string, at time.Time) (string, http.Header) {
	t.Helper()
	block, err := aes.NewCipher([]byte(apiV3Key))
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	const nonce = "0123456789ab"
	ciphertext := sealer.Seal(nil, []byte(nonce), fmt.Appendf(nil, `{"activity_id":%q}`, activityID), nil)
	body, err := json.Marshal(map[string]any{"id": id, "event_type": "ACTIVITY.NEWS", "resource": map[string]string{
		"algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "ciphertext": base64.StdEncoding.EncodeToString(ciphertext),
	}})
	if err != nil {
		t.Fatal(err)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	header := http.Header{}
	for name, value := range map[string]string{
		"Serial": keyID, "Timestamp": stamp, "Nonce": nonce, "Signature": signed(t, key, stamp+"\n"+nonce+"\n"+string(body)+"\n"),
	} {
		header.Set("Wechatpay-"+name, value)
	}
	return string(body), header
}

func TestANotificationOfWeChatPayWakesTheResourceThatRecordsTheActivity(t *testing.T) {
	const keyID = "PUB_KEY_ID_0119000001092026010100000000000001"
	o := newOffice(t, nil)
	c := credentialsOf(t, o.gateway, mchid)
	key := keyIn(t, credentialsOf(t, o.gateway, otherMchid).PrivateKeyPEM) // at hand, in place of WeChat Pay's
	data := secretData(c)
	data[v1alpha1.SecretKeyPublicKey] = publicOf(t, key)
	credentials, err := wechatpay.ParseCredentials(data, c.SerialNo, keyID)
	o.must(err)
	listening, err := wechatpay.New(wechatpay.Config{Mchid: mchid, GatewayURL: o.gateway.URL(), Credentials: credentials, Now: o.clock.Now})
	o.must(err)
	sources := &notify.Sources{}
	sources.Put(notify.Account{Vendor: notify.WeChatPay, ID: mchid}, merchantKey, WeChatPayMerchantKind{}.Messages(o.merchant(), &Merchant{Client: listening}))
	campaign := func(name, mchid string) *v1alpha1.PayGiftActivity {
		c := &v1alpha1.PayGiftActivity{ObjectMeta: metav1.ObjectMeta{Namespace: "marketing", Name: name}}
		c.Status.ActivityID = "10028001"
		c.Status.Request = &v1alpha1.CreationRequest{Account: v1alpha1.AccountIdentity{ID: mchid}}
		return c
	}
	g := newGate(t, o.clock.Now, sources, campaign("mine", mchid), campaign("elsewhere", otherMchid))
	send := func(apiV3Key string, at time.Time, spoil ...func(http.Header)) int {
		body, header := notification(t, key, keyID, apiV3Key, fmt.Sprint(at.UnixNano()), "10028001", at)
		for _, change := range spoil {
			change(header)
		}
		return g.post("/wechatpay/"+mchid, body, header)
	}
	if code := send(c.APIv3Key, o.clock.Now()); code != http.StatusNoContent {
		t.Errorf("it is answered with %d", code)
	}
	g.wants(g.payGifts, "marketing/mine")
	for outcome, code := range map[string]int{
		"Stale":         send(c.APIv3Key, o.clock.Now().Add(-time.Hour)),
		"Unverified":    send("an-apiv3-key-that-is-another-one", o.clock.Now()),
		"TestSignature": send(c.APIv3Key, o.clock.Now(), func(h http.Header) { h.Set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/xyz") }),
	} {
		if code != http.StatusUnauthorized || g.counted(outcome) != 1 {
			t.Errorf("%s: it is answered with %d and counted %v times", outcome, code, g.counted(outcome))
		}
	}
	unreadable := merchantMessages{mchid, listening}
	body, header := notification(t, key, keyID, c.APIv3Key, "", "10028001", o.clock.Now())
	if _, err := unreadable.Verify(context.Background(), notify.Received{Header: header, Body: []byte(body)}); err != notify.ErrMalformed { //nolint:errorlint // it is nothing else
		t.Errorf("without an id it is %v", err)
	}
	g.wants(g.payGifts)
}
