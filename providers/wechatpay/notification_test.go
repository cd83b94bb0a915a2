package wechatpay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/notify"
)

// couponUsed is the documented content of COUPON.USE, shortened.
const couponUsed = `{"stock_creator_mchid":"1900000001","stock_id":"98065001","coupon_id":"5557-Secret","status":"USED",` +
	`"consume_information":{"transaction_id":"4200-Secret"}}`

// envelope is a notification about content, sealed with the APIv3 key.
func envelope(eventType, apiV3Key, content string) string {
	resource := seal(apiV3Key, []byte(content))
	resource["original_type"] = "coupon"
	return mustJSON(map[string]any{"id": "EV-2018022511223320873", "create_time": "2026-03-01T20:00:00+08:00",
		"resource_type": "encrypt-resource", "event_type": eventType, "summary": "核销", "resource": resource})
}

// notified has a client verify a notification signed by a key at a time; spoil changes the headers afterwards.
func notified(c *Client, by signingKey, at time.Time, body string, spoil ...func(http.Header)) (Notification, error) {
	header := http.Header{}
	signReply(header, by, at, body)
	for _, change := range spoil {
		change(header)
	}
	return c.VerifyNotification(context.Background(), header, []byte(body))
}

func TestANotificationOfAUsersCouponSaysNothingOfTheUser(t *testing.T) {
	c := newClient(t, refusedAddress(t), bothMode)
	for eventType, content := range map[string]string{
		"COUPON.USE":     couponUsed,
		"COUPON.SEND":    `{"event_type":"EVENT_TYPE_BUSICOUPON_SEND","stock_id":"98065001","coupon_code":"Secret","openid":"o-Secret"}`,
		"COUPON.WHATNOT": `{"stock_id":"98065001"}`,
		"STOCK.NEWS":     `{"stock_id":"98065001","unionid":"o-Secret"}`,
	} {
		got, err := notified(c, byPublicKey, testNow, envelope(eventType, testAPIv3Key, content))
		if want := (Notification{ID: "EV-2018022511223320873", EventType: eventType, UserLevel: true}); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
}

func TestANotificationOfAnotherKindNamesItsActivity(t *testing.T) {
	c := newClient(t, refusedAddress(t), bothMode)
	for content, want := range map[string]string{
		`{"stock_id":"98065001","status":"stoped"}`: "98065001",
		`{"stock_id":98065001}`:                     "98065001",
		`{"activity_id":"10028001"}`:                "10028001",
		`{"stock_id":"../98065001"}`:                "",
		`{"mchid":"1900000001"}`:                    "",
		`{}`:                                        "",
	} {
		got, err := notified(c, byPublicKey, testNow, envelope("STOCK.NEWS", testAPIv3Key, content))
		if err != nil || got.ActivityID != want || got.UserLevel || got.EventType != "STOCK.NEWS" {
			t.Errorf("%s: %+v, %v", content, got, err)
		}
	}
}

func TestANotificationsKeyIsChosenByItsSerialAndNeverFetched(t *testing.T) {
	g := newGateway(t, certificatesOr(unsigned(500, ""), byCertificateA))
	c := newClient(t, g.URL, bothMode)
	body := envelope("COUPON.USE", testAPIv3Key, couponUsed)
	if _, err := notified(c, byCertificateA, testNow, body); !errors.Is(err, ErrNotificationUntrusted) {
		t.Errorf("before the certificates are held: %v", err)
	}
	if len(g.requests("/")) != 0 {
		t.Error("a stranger's word made the operator call")
	}
	if err := c.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, by := range []signingKey{byCertificateA, byPublicKey} {
		if _, err := notified(c, by, testNow, body); err != nil {
			t.Errorf("%s: %v", by.serial, err)
		}
	}
}

func TestANotificationThatDoesNotVerifyIsNotRead(t *testing.T) {
	set := func(name, value string) func(http.Header) { return func(h http.Header) { h.Set(name, value) } }
	good := envelope("COUPON.USE", testAPIv3Key, couponUsed)
	for name, tc := range map[string]struct {
		by    signingKey
		at    time.Time
		body  string
		spoil func(http.Header)
		want  error
	}{
		"unsigned":                     {byPublicKey, testNow, good, func(h http.Header) { clear(h) }, ErrNotificationUntrusted},
		"no signature":                 {byPublicKey, testNow, good, set("Wechatpay-Signature", ""), ErrNotificationUntrusted},
		"no serial":                    {byPublicKey, testNow, good, set("Wechatpay-Serial", ""), ErrNotificationUntrusted},
		"no nonce":                     {byPublicKey, testNow, good, set("Wechatpay-Nonce", ""), ErrNotificationUntrusted},
		"no timestamp":                 {byPublicKey, testNow, good, set("Wechatpay-Timestamp", ""), ErrNotificationUntrusted},
		"another nonce":                {byPublicKey, testNow, good, set("Wechatpay-Nonce", "x"), ErrNotificationUntrusted},
		"another timestamp":            {byPublicKey, testNow, good, set("Wechatpay-Timestamp", fmt.Sprint(testNow.Unix()+1)), ErrNotificationUntrusted},
		"a stranger's key":             {signingKey{testPublicKeyID, strangerKey}, testNow, good, nil, ErrNotificationUntrusted},
		"a stranger's serial":          {signingKey{"PUB_KEY_ID_9", strangerKey}, testNow, good, nil, ErrNotificationUntrusted},
		"the merchant's own key":       {signingKey{merchantSerial, merchantKey}, testNow, good, nil, ErrNotificationUntrusted},
		"replayed after 5 minutes":     {byPublicKey, testNow.Add(-5 * time.Minute), good, nil, ErrNotificationStale},
		"5 minutes in the future":      {byPublicKey, testNow.Add(5 * time.Minute), good, nil, ErrNotificationStale},
		"a test signature":             {byPublicKey, testNow, good, set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/abcd=="), ErrSignatureProbe},
		"another merchant's":           {byPublicKey, testNow, envelope("COUPON.USE", strings.Repeat("k", 32), couponUsed), nil, ErrNotificationSealed},
		"ciphertext that is no Base64": {byPublicKey, testNow, `{"id":"1","resource":{"algorithm":"AEAD_AES_256_GCM","nonce":"0123456789ab","ciphertext":"!"}}`, nil, ErrNotificationSealed},
		"a nonce of another length":    {byPublicKey, testNow, `{"id":"1","resource":{"algorithm":"AEAD_AES_256_GCM","nonce":"0123","ciphertext":"aaaa"}}`, nil, ErrNotificationUnreadable},
		"another algorithm":            {byPublicKey, testNow, `{"id":"1","resource":{"algorithm":"ROT13","nonce":"0123456789ab","ciphertext":"aaaa"}}`, nil, ErrNotificationUnreadable},
		"no resource":                  {byPublicKey, testNow, `{"id":"1"}`, nil, ErrNotificationUnreadable},
		"no id":                        {byPublicKey, testNow, strings.Replace(good, `"id"`, `"ID"`, 1), nil, ErrNotificationUnreadable},
		"no JSON":                      {byPublicKey, testNow, "id=1", nil, ErrNotificationUnreadable},
		"content that is no JSON":      {byPublicKey, testNow, envelope("COUPON.USE", testAPIv3Key, "Secret"), nil, ErrNotificationUnreadable},
		"nothing":                      {byPublicKey, testNow, "", nil, ErrNotificationUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.spoil == nil {
				tc.spoil = func(http.Header) {}
			}
			got, err := notified(newClient(t, refusedAddress(t), bothMode), tc.by, tc.at, tc.body, tc.spoil)
			if !errors.Is(err, tc.want) || got != (Notification{}) {
				t.Errorf("got %+v, %v, want %v", got, err, tc.want)
			}
			if err != nil && err.Error() != tc.want.Error() {
				t.Errorf("%q says more than is known beforehand", err)
			}
		})
	}
}

func TestAnAlteredNotificationIsNotRead(t *testing.T) {
	c := newClient(t, refusedAddress(t), bothMode)
	good := envelope("COUPON.USE", testAPIv3Key, couponUsed)
	header := http.Header{}
	signReply(header, byPublicKey, testNow, good)
	if _, err := c.VerifyNotification(t.Context(), header, []byte(good+" ")); !errors.Is(err, ErrNotificationUntrusted) {
		t.Errorf("got %v", err)
	}
}

func TestWithoutTheAPIv3KeyANotificationStaysSealed(t *testing.T) {
	c := newClient(t, refusedAddress(t), publicKeyMode)
	_, err := notified(c, byPublicKey, testNow, envelope("COUPON.USE", testAPIv3Key, couponUsed))
	if !errors.Is(err, ErrNotificationSealed) || !strings.Contains(err.Error(), KeyAPIv3) {
		t.Errorf("got %v", err)
	}
}

func TestWhatTheVendorsOwnSDKTakesIsTaken(t *testing.T) {
	handler, err := notify.NewRSANotifyHandler(testAPIv3Key, verifiers.NewSHA256WithRSAPubkeyVerifier(testPublicKeyID, publicKey().PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now() // the SDK's clock
	body := envelope("COUPON.USE", testAPIv3Key, couponUsed)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
	signReply(r.Header, byPublicKey, now, body)
	var content map[string]any
	sdk, err := handler.ParseNotifyRequest(t.Context(), r, &content)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, refusedAddress(t), bothMode, func(config *Config) { config.Now = func() time.Time { return now } })
	if got, err := notified(c, byPublicKey, now, body); err != nil || got.ID != sdk.ID || got.EventType != sdk.EventType {
		t.Errorf("got %+v, %v; the SDK has %+v", got, err, sdk)
	}
}

// The envelope and the content, signed and sealed as WeChat Pay's own would be.
func FuzzNotification(f *testing.F) {
	f.Add([]byte(envelope("COUPON.USE", testAPIv3Key, couponUsed)), false)
	f.Add([]byte(couponUsed), true)
	addNotifications(f)
	credentials := bothMode.credentials(f)
	c, err := New(Config{Mchid: testMchid, GatewayURL: "http://127.0.0.1:1", Credentials: credentials, Now: func() time.Time { return testNow }})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte, sealed bool) {
		if sealed {
			body = []byte(envelope("STOCK.NEWS", testAPIv3Key, string(body)))
		}
		got, err := notified(c, byPublicKey, testNow, string(body))
		if err != nil {
			if got != (Notification{}) {
				t.Errorf("got %+v with %v", got, err)
			}
			return
		}
		if got.ID == "" || len(got.ID) > 64 || !isOneLine(got.EventType, 64) || got.ActivityID != "" && (got.UserLevel || !validID(got.ActivityID)) {
			t.Errorf("got %+v", got)
		}
	})
}

func addNotifications(f *testing.F) {
	f.Helper()
	for _, body := range []string{"", "null", "[]", `{"resource":null}`, `{"resource":{"algorithm":"AEAD_AES_256_GCM","nonce":"0123456789ab"}}`,
		`{"stock_id":{},"activity_id":1e3}`, `{"openid":1}`, strings.Repeat("[", 5000)} {
		f.Add([]byte(body), true)
		f.Add([]byte(body), false)
	}
}
