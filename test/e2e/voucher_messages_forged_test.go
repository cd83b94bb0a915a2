package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
)

func TestWhatTheVendorDidNotSendToThisAppIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBesieged(t)
	wantUntouched := b.untouched("spring")
	good, stranger := b.message(b.key, nil), strangersKey(t)
	edited := func(edit func(url.Values)) string {
		form := b.message(b.key, nil)
		edit(form)
		return form.Encode()
	}
	signed := func(name, value string) string { return b.message(b.key, map[string]string{name: value}).Encode() }
	ago := strconv.FormatInt(time.Now().Add(-27*time.Hour).UnixMilli(), 10)
	const nobody = "2021000000000404"
	counts := map[string]int{}
	for _, test := range []struct{ path, body, outcome string }{
		{b.own(), "", "Unverified"},
		{b.own(), edited(func(f url.Values) { f.Del("sign") }), "Unverified"},
		{b.own(), edited(func(f url.Values) { f.Set("sign_type", "RSA") }), "Unverified"},
		{b.own(), edited(func(f url.Values) { f.Set("biz_content", strings.Replace(f.Get("biz_content"), "out_", "in_", 1)) }), "Unverified"},
		{b.own(), b.message(stranger, nil).Encode(), "Unverified"},
		{b.own(), good.Encode() + "&app_id=" + b.sim.appID, "Malformed"},
		{b.own(), "%zz=" + geheim, "Malformed"},
		{b.own(), signed("notify_id", ""), "Malformed"},
		{b.own(), signed("biz_content", geheim), "Malformed"},
		{b.own(), signed("encrypt_type", "AES"), "Malformed"},
		{b.own(), signed("utc_timestamp", ago), "Stale"},
		{b.own(), signed("app_id", nobody), "OtherAccount"},
		{"/alipay/" + nobody, signed("app_id", nobody), "UnknownAccount"},
		{"/alipay/" + nobody, good.Encode(), "UnknownAccount"},
		{"/alipay/" + geheim, good.Encode(), "UnknownAccount"},
	} {
		counts[test.outcome]++
		b.send(test.path, test.body, http.StatusUnauthorized)
		if got := b.counted("alipay", test.outcome); got != counts[test.outcome] {
			t.Errorf("%s: %s was counted %d times, want %d", test.body, test.outcome, got, counts[test.outcome])
		}
	}
	if status, _ := b.post("/wechatpay/"+b.sim.mchid, good.Encode()); status != http.StatusUnauthorized {
		t.Errorf("at WeChat Pay's path it is answered with %d", status)
	}
	if status, _ := b.post(b.own()+"/", good.Encode()); status != http.StatusNotFound {
		t.Errorf("at no path it is answered with %d", status)
	}
	b.wantCounted("Woken", 1) // that of the creation
	wantUntouched()
	b.wantNothingLogged()
}

func TestARepeatedMessageIsAcknowledgedAndServedOnce(t *testing.T) {
	t.Parallel()
	b := newBesieged(t)
	writes, looks := len(b.campaignWrites("spring")), b.counter("ordervoucher.query")
	good := b.message(b.key, nil).Encode()
	for range 5 {
		b.send(b.own(), good, http.StatusOK)
	}
	created := b.messages()[0].NotifyID
	b.sim.call("POST", "/_sim/alipay/messages/"+created+"/redeliver", nil, nil)
	b.wantCounted("Woken", 2)
	b.wantCounted("Duplicate", 5)
	b.untouched("spring")()
	if more := b.counter("ordervoucher.query") - looks; more > 2 { // one of them was asked for
		t.Errorf("the vendor was asked %d times", more)
	}
	if now := b.campaignWrites("spring"); len(now) != writes+1 { // for the look that was asked for
		t.Errorf("it was written: %v", now[writes:])
	}
	b.wantNothingLogged()
}

// Both accounts are in one cluster and served by one manager; the vendor's key for the one is worth nothing for the other.
func TestTheSignatureOfAnotherAccountWakesNothing(t *testing.T) {
	t.Parallel()
	w := newVoucherWorld(t)
	other := *w
	other.sim = startVoucherSimulator(t, w.namespace, "18"+w.sim.mchid[2:], "--alipay-app-name=other", "--alipay-secret-name=other-credentials",
		"--merchant-name=other", "--secret-name=other-merchant")
	other.applyAccount()
	d := w.openReadyDoor("--allowed-gateways=" + other.sim.url + "," + other.sim.url + "/gateway.do")
	d.waitUntilItKnows(other.sim.appID)
	w.applyVoucher(voucher{Name: "spring"})
	id := w.waitForVoucher("spring", "Ready", "True Scheduled").Status.ActivityID
	w.waitForMessages(1, alipay.MessageDelivered)
	wantUntouched, refused := w.untouched("spring"), d.counted("alipay", "Unverified")

	other.sendTo(d.url + "/alipay/{appId}")
	other.tell("stopped", id)
	d.wantCounted("UnknownActivity", 1)
	other.sendTo(d.url + "/alipay/" + w.sim.appID)
	other.say("stopped", id)
	eventually(t, "it is refused", func() error {
		if now := d.counted("alipay", "Unverified"); now != refused+1 {
			return fmt.Errorf("%d are", now-refused)
		}
		return nil
	})
	d.wantCounted("Woken", 1) // that of the creation
	wantUntouched()
	if asked := other.counter("ordervoucher.query"); asked != 0 {
		t.Errorf("the other vendor was asked %d times", asked)
	}
}

func TestAMessageAboutAUsersVoucherIsAcknowledgedAndDropped(t *testing.T) {
	t.Parallel()
	b := newBesieged(t)
	wantUntouched := b.untouched("spring")
	b.set("alipay.messages.userLevel", "on")
	b.sim.call("POST", "/_sim/clock", map[string]string{"advance": "72h"}, nil) // until it has begun
	for range 3 {
		b.sim.call("POST", "/_sim/alipay/activities/"+b.activityID+"/claim", map[string]int{"count": 1}, nil)
	}
	b.waitForMessages(4, alipay.MessageDelivered)
	for _, method := range []string{"received", "used", "expired"} {
		b.send(b.own(), b.message(b.key, map[string]string{"msg_method": "alipay.marketing.activity.message." + method}).Encode(), http.StatusOK)
	}
	b.wantCounted("Dropped", 6)
	wantUntouched()
	b.wantNothingLogged()
}
