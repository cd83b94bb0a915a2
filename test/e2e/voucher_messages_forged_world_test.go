package e2e

import (
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
)

// geheim is in all that a test's messages hold and nobody may log.
const geheim = "geheim"

// besieged is a world with a door and a settled voucher activity, whose messages the test can write as well as the vendor can.
type besieged struct {
	*world
	*door
	// key is the vendor's, for this app.
	key *rsa.PrivateKey
	// activityID is that of the voucher activity, "spring".
	activityID string
	// sent are the bodies that were sent.
	sent []string
}

func newBesieged(t *testing.T) *besieged {
	t.Helper()
	b := openBesieged(t)
	b.settle()
	return b
}

// openBesieged is newBesieged without the voucher activity.
func openBesieged(t *testing.T) *besieged {
	t.Helper()
	stateDir := t.TempDir()
	b := &besieged{world: newVoucherWorld(t, "--state-dir", stateDir)}
	b.door = b.openReadyDoor("--log-level=4")
	b.key = readKeys(t, stateDir, "alipay-apps", b.sim.appID).private(t, alipay.AlipayKey)
	return b
}

// settle has the voucher activity made.
func (b *besieged) settle() {
	b.t.Helper()
	b.applyVoucher(voucher{Name: "spring"})
	b.activityID = b.waitForVoucher("spring", "Ready", "True Scheduled").Status.ActivityID
	b.waitForMessages(1, alipay.MessageDelivered)
}

// keptKeys are the keys of an account that a simulator keeps in its state directory.
type keptKeys struct {
	APIv3Key string `json:"apiV3Key"`
	keys.KeptRing
}

func readKeys(t *testing.T, stateDir, folder, account string) keptKeys {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(stateDir, folder, account+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var kept keptKeys
	if err := json.Unmarshal(text, &kept); err != nil {
		t.Fatal(err)
	}
	return kept
}

// private is a key of a kind.
func (k keptKeys) private(t *testing.T, kind string) *rsa.PrivateKey {
	t.Helper()
	key, err := keys.ParsePrivatePEM([]byte(k.Pairs[kind][0].Key))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// strangersKey is nobody's.
func strangersKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := keys.Fresh("stranger")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// message is one about the voucher activity, with these fields instead of its own, signed with a key.
func (b *besieged) message(key *rsa.PrivateKey, changes map[string]string) url.Values {
	fields := map[string]string{
		"app_id": b.sim.appID, "charset": "UTF-8", "sign_type": "RSA2", "version": "1.1", "notify_id": geheim + strconv.Itoa(len(b.sent)),
		"utc_timestamp": strconv.FormatInt(time.Now().UnixMilli(), 10), "msg_method": "alipay.marketing.activity.message.stopped",
		"biz_content": fmt.Sprintf(`{"activity_id":%q,"out_biz_no":%q}`, b.activityID, geheim),
	}
	maps.Copy(fields, changes)
	form := url.Values{}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		form.Set(name, fields[name])
		parts = append(parts, name+"="+fields[name])
	}
	form.Set("sign", keys.Sign(key, strings.Join(parts, "&")))
	return form
}

// send posts a body to the path of an account and wants Alipay's answer to it: success with 200, else fail.
func (b *besieged) send(path, body string, want int) {
	b.t.Helper()
	b.sent = append(b.sent, body)
	word := "fail"
	if want == 200 {
		word = "success"
	}
	if status, answer := b.post(path, body); status != want || answer != word {
		b.t.Errorf("%s: answered %d %q, want %d %q", path, status, answer, want, word)
	}
}

// own is the path of the app's messages.
func (b *besieged) own() string { return "/alipay/" + b.sim.appID }

// wantNothingLogged fails the test if the log has anything of what was sent.
func (b *besieged) wantNothingLogged() {
	b.t.Helper()
	log := b.printed()
	if i := strings.Index(log, geheim); i >= 0 {
		b.t.Errorf("logged: …%s", log[max(0, i-300):i+20])
	}
	for _, body := range b.sent {
		form, err := url.ParseQuery(body)
		if err != nil {
			continue
		}
		if sign := form.Get("sign"); sign != "" && strings.Contains(log, sign) {
			b.t.Errorf("a signature was logged: %s", sign)
		}
	}
}
