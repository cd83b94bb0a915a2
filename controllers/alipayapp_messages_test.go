package controllers

import (
	"crypto/rsa"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/notify"
	"github.com/campaign-operator/campaign-operator/providers/alipay"
)

// changed is a message with other fields, signed anew.
func changed(t *testing.T, key *rsa.PrivateKey, body string, fields map[string]string) string {
	t.Helper()
	form, err := url.ParseQuery(body)
	if err != nil {
		t.Fatal(err)
	}
	form.Del("sign")
	var parts []string
	for name, value := range fields {
		form.Set(name, value)
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		parts = append(parts, name+"="+form.Get(name))
	}
	form.Set("sign", signed(t, key, strings.Join(parts, "&")))
	return form.Encode()
}

func TestAMessageForAnotherAppIsToldFromAForgeryOnlyAfterItsSignature(t *testing.T) {
	o := newAppOffice(t, keyApp, "", nil)
	key := o.listening()
	g := newGate(t, o.clock.Now, o.sources, recorded("mine", keyApp, "1"), recorded("elsewhere", certApp, "1"))
	stranger := keyIn(t, appCredentialsOf(t, o.gateway, keyApp).PrivateKeyPEM)
	other := map[string]string{"app_id": certApp}
	for outcome, by := range map[string]*rsa.PrivateKey{"OtherAccount": key, "Unverified": stranger} {
		body := changed(t, by, message(t, key, "n1", "1"), other)
		if code := g.post("/alipay/"+keyApp, body, nil); code != http.StatusUnauthorized || g.counted(outcome) != 1 {
			t.Errorf("it is answered with %d, and %s was counted %v times", code, outcome, g.counted(outcome))
		}
	}
	g.wants(g.vouchers)
}

func TestAMessageIsOfTheTimeAtWhichItWasSent(t *testing.T) {
	o := newAppOffice(t, keyApp, "", nil)
	key := o.listening()
	g := newGate(t, o.clock.Now, o.sources, recorded("mine", keyApp, "1"))
	milliseconds := func(ago time.Duration) string { return strconv.FormatInt(o.clock.Now().Add(-ago).UnixMilli(), 10) }
	for outcome, test := range map[string]struct {
		sent, happened time.Duration
		code           int
	}{
		"Stale": {sent: 27 * time.Hour, code: http.StatusUnauthorized},
		"Woken": {happened: 27 * time.Hour, code: http.StatusOK}, // campaigns may have a clock of their own
	} {
		body := changed(t, key, message(t, key, "n-"+outcome, "1"), map[string]string{
			"utc_timestamp": milliseconds(test.sent), "biz_content": `{"activity_id":"1","event_time":"` + milliseconds(test.happened) + `"}`,
		})
		if code := g.post("/alipay/"+keyApp, body, nil); code != test.code || g.counted(outcome) != 1 {
			t.Errorf("it is answered with %d, and %s was counted %v times", code, outcome, g.counted(outcome))
		}
	}
	g.wants(g.vouchers, "marketing/mine")
}

// message is what Alipay sends to keyApp about an activity.
func message(t *testing.T, key *rsa.PrivateKey, notifyID, activityID string) string {
	t.Helper()
	fields := map[string]string{
		"app_id": keyApp, "charset": "UTF-8", "sign_type": "RSA2", "version": "1.1", "notify_id": notifyID,
		"msg_method": "alipay.marketing.activity.message.stopped", "biz_content": fmt.Sprintf(`{"activity_id":%q}`, activityID),
	}
	var parts []string
	form := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		form.Set(name, fields[name])
		if name != "sign_type" {
			parts = append(parts, name+"="+fields[name])
		}
	}
	form.Set("sign", signed(t, key, strings.Join(parts, "&")))
	return form.Encode()
}

// listening has the messages to keyApp verified with a key that is at hand, the other application's, and returns it.
func (o *appOffice) listening() *rsa.PrivateKey {
	o.t.Helper()
	key := keyIn(o.t, appCredentialsOf(o.t, o.gateway, certApp).PrivateKeyPEM)
	credentials, err := alipay.ParseCredentials(map[string][]byte{
		alipay.KeyPrivateKey: appCredentialsOf(o.t, o.gateway, keyApp).PrivateKeyPEM, alipay.KeyPublicKey: publicOf(o.t, key),
	}, alipay.ModePublicKey)
	o.must(err)
	client, err := alipay.New(alipay.Config{AppID: keyApp, GatewayURL: gatewayDo(o.gateway), Credentials: credentials, Now: o.clock.Now})
	o.must(err)
	o.sources.Put(notify.Account{Vendor: notify.Alipay, ID: keyApp}, appKey, AlipayAppKind{}.Messages(o.app(), client))
	return key
}
