package e2e

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
	"github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
)

// notifier writes notifications as WeChat Pay does.
type notifier struct {
	keyID, apiV3Key string
	key             *rsa.PrivateKey
}

// newNotifier has the keys that the simulator signs and encrypts with.
func newNotifier(t *testing.T, stateDir, mchid string) notifier {
	t.Helper()
	kept := readKeys(t, stateDir, "accounts", mchid)
	return notifier{kept.Pairs[wechatpay.PublicKey][0].ID, kept.APIv3Key, kept.private(t, wechatpay.PublicKey)}
}

// couponUsed is what is sent when a user has redeemed a coupon (核销事件回调通知), shortened.
func (n notifier) couponUsed(t *testing.T, stockID string) string {
	t.Helper()
	block, err := aes.NewCipher([]byte(n.apiV3Key))
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	const nonce = "0123456789ab"
	content := fmt.Sprintf(`{"stock_id":%q,"coupon_id":"%s-coupon","status":"USED","consume_information":{"transaction_id":"%s-transaction"}}`, stockID, geheim, geheim)
	body, err := json.Marshal(map[string]any{
		"id": geheim + "-event", "create_time": "2026-11-27T12:00:00+08:00", "event_type": "COUPON.USE", "resource_type": "encrypt-resource", "summary": "核销",
		"resource": map[string]string{
			"original_type": "coupon", "algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "associated_data": "",
			"ciphertext": base64.StdEncoding.EncodeToString(sealer.Seal(nil, []byte(nonce), []byte(content), nil)),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// header signs a body at a time.
func (n notifier) header(body string, at time.Time) []string {
	stamp, nonce := strconv.FormatInt(at.Unix(), 10), geheim+"nonce"
	return []string{
		"Wechatpay-Serial", n.keyID, "Wechatpay-Timestamp", stamp, "Wechatpay-Nonce", nonce,
		"Wechatpay-Signature", keys.Sign(n.key, stamp+"\n"+nonce+"\n"+body+"\n"), "Content-Type", "application/json",
	}
}

func TestANotificationOfARedeemedCouponIsAcknowledgedAndDroppedAndAForgedOneRefused(t *testing.T) {
	t.Parallel()
	stateDir := t.TempDir()
	w := newVoucherWorld(t, "--state-dir", stateDir)
	d := w.openDoor("--stock-registration=0s", "--log-level=4")
	w.waitForAccount("True AccountReady", "")
	w.applyStock(stock{Name: "spring"})
	stockID := w.waitForStock("spring", "Ready", "True Running").Status.StockID
	n := newNotifier(t, stateDir, w.sim.mchid)
	writes, calls := len(w.campaignWrites("spring")), w.counters()

	path, body, now := "/wechatpay/"+w.sim.mchid, n.couponUsed(t, stockID), time.Now()
	for range 2 {
		if status, answer := d.post(path, body, n.header(body, now)...); status != http.StatusNoContent || answer != "" {
			t.Errorf("it is answered with %d %q", status, answer)
		}
	}
	otherKey := notifier{n.keyID, n.apiV3Key, strangersKey(t)}
	otherSeal := notifier{n.keyID, strings.Repeat("k", len(n.apiV3Key)), n.key}.couponUsed(t, stockID)
	probe := append(n.header(body, now), "Wechatpay-Signature", "WECHATPAY/SIGNTEST/"+geheim)
	for _, test := range []struct {
		path, body string
		header     []string
		outcome    string
	}{
		{path, body, nil, "Unverified"},
		{path, strings.Replace(body, "COUPON.USE", "STOCK.NEWS", 1), n.header(body, now), "Unverified"},
		{path, body, otherKey.header(body, now), "Unverified"},
		{path, otherSeal, n.header(otherSeal, now), "Unverified"},
		{path, body, n.header(body, now.Add(-10*time.Minute)), "Stale"},
		{path, body, probe, "TestSignature"},
		{path, "{}", n.header("{}", now), "Malformed"},
		{"/wechatpay/1900009999", body, n.header(body, now), "UnknownAccount"},
	} {
		before := d.counted("wechatpay", test.outcome)
		status, answer := d.post(test.path, test.body, test.header...)
		if got := d.counted("wechatpay", test.outcome); status != http.StatusUnauthorized || answer != `{"code":"FAIL","message":"unauthorized"}` || got != before+1 {
			t.Errorf("%s is answered with %d %q and counted %d times", test.outcome, status, answer, got-before)
		}
	}
	if dropped := d.counted("wechatpay", "Dropped"); dropped != 2 {
		t.Errorf("%d were dropped", dropped)
	}
	if now := w.counters(); !maps.Equal(now, calls) {
		t.Errorf("the vendor was asked: %v, before %v", now, calls)
	}
	if now := w.campaignWrites("spring"); len(now) != writes {
		t.Errorf("the stock was written: %v", now[writes:])
	}
	if log := d.printed(); strings.Contains(log, geheim) {
		t.Error("the log has something of a notification")
	}
}
