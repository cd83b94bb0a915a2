package simulator_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
)

// receiver takes messages and answers them.
type receiver struct {
	t     *testing.T
	url   string
	forms chan url.Values
	// answers are given one after the other; success when there is none.
	answers chan string
}

func newReceiver(t *testing.T, server *simulator.Server) *receiver {
	t.Helper()
	r := &receiver{t: t, forms: make(chan url.Values, 100), answers: make(chan string, 100)}
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if err := request.ParseForm(); err != nil {
			t.Error(err)
		}
		answer := "success"
		select {
		case answer = <-r.answers:
		default:
		}
		if answer == "503" {
			w.WriteHeader(http.StatusServiceUnavailable)
			answer = "success"
		}
		_, _ = io.WriteString(w, answer)
		r.forms <- request.PostForm
	}))
	t.Cleanup(listener.Close)
	r.url = listener.URL + "/alipay/{appId}"
	if server != nil {
		control(t, server, http.MethodPut, "/_sim/alipay/notify-url", map[string]string{"url": r.url})
	}
	return r
}

// next waits for a message and gives its form and content.
func (r *receiver) next() (url.Values, map[string]string) {
	r.t.Helper()
	select {
	case form := <-r.forms:
		var content map[string]string
		if err := json.Unmarshal([]byte(form.Get("biz_content")), &content); err != nil {
			r.t.Fatal(err)
		}
		return form, content
	case <-time.After(20 * time.Second):
		r.t.Fatal("no message came")
		return nil, nil
	}
}

// signedText is what the signature of a message covers.
func signedText(form url.Values, without ...string) []byte {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if !slices.Contains(without, name) {
			parts = append(parts, name+"="+form.Get(name))
		}
	}
	return []byte(strings.Join(parts, "&"))
}

func method(form url.Values) string {
	return strings.TrimPrefix(form.Get("msg_method"), "alipay.marketing.activity.message.")
}

func TestEveryOperationIsToldWhenItHasEnded(t *testing.T) {
	for _, appID := range []string{alipayApp, certificateApp} {
		t.Run(appID, func(t *testing.T) {
			server := startAlipay(t)
			r := newReceiver(t, server)
			c := newAlipayClient(t, server, appID)
			voucher := c.voucher()
			id := c.must(voucherMethod+"create", voucher).fields["activity_id"].(string)
			form, content := r.next()
			if method(form) != "created" || form.Get("app_id") != appID || form.Get("version") != "1.1" || form.Get("charset") != "UTF-8" || form.Get("sign_type") != "RSA2" {
				t.Fatalf("the message is %v", form)
			}
			if content["activity_id"] != id || content["out_biz_no"] != voucher["out_biz_no"] || !strings.HasPrefix(content["id"], "CREATED_") || len(content["event_time"]) != 13 {
				t.Fatalf("it says %v", content)
			}
			if err := c.verify(signedText(form, "sign", "sign_type"), form.Get("sign"), sn(t, c.creds.AlipayCertPEM)); err != nil {
				t.Fatal(err)
			}
			c.must(voucherMethod+"modify", c.change(id, "activity_base_info.activity_name", "新名"))
			if form, _ := r.next(); method(form) != "modified" {
				t.Fatalf("the message is %v", form)
			}
			c.must(voucherMethod+"append", c.change(id, "voucher_quantity", 200))
			if form, _ := r.next(); method(form) != "appended" {
				t.Fatalf("the message is %v", form)
			}
			c.must(voucherMethod+"stop", c.change(id))
			if form, _ := r.next(); method(form) != "stopped" {
				t.Fatalf("the message is %v", form)
			}
		})
	}
}

func TestASignatureOfAMessageMayCoverSignType(t *testing.T) {
	server := startAlipay(t, "alipay.messages.signType", "included", "alipay.messages.outBizNo", "off", "alipay.messages.eventTime", "seconds")
	r := newReceiver(t, server)
	c := newAlipayClient(t, server, alipayApp)
	c.create()
	form, content := r.next()
	if err := c.verify(signedText(form, "sign"), form.Get("sign"), ""); err != nil {
		t.Fatal(err)
	}
	if content["out_biz_no"] != "" || len(content["event_time"]) != 10 {
		t.Fatalf("it says %v", content)
	}
	put(t, server, "alipay.messages.signature", "bad")
	c.create()
	form, _ = r.next()
	if c.verify(signedText(form, "sign"), form.Get("sign"), "") == nil {
		t.Fatal("a bad signature verifies")
	}
}

func TestAMessageIsRepeatedOnTheCampaignClockUntilSuccess(t *testing.T) {
	server := startAlipay(t)
	r := newReceiver(t, server)
	c := newAlipayClient(t, server, alipayApp)
	for _, answer := range []string{"fail", "success\n", "503", "", "SUCCESS!"} {
		r.answers <- answer
	}
	c.create()
	first, _ := r.next()
	for _, wait := range []string{"2m", "10m", "10m", "1h", "2h"} {
		control(t, server, http.MethodPost, "/_sim/clock", map[string]string{"advance": wait})
		form, _ := r.next()
		if form.Get("notify_id") != first.Get("notify_id") {
			t.Fatalf("another message: %v", form)
		}
	}
	m := waitForMessage(t, server, alipay.MessageDelivered)
	if len(m.Deliveries) != 6 || !m.Deliveries[5].Success || m.Deliveries[2].Status != 503 || m.Deliveries[0].Answer != "fail" {
		t.Fatalf("it is %+v", m)
	}
}

// waitForMessage waits until the only message is in a state.
func waitForMessage(t *testing.T, server *simulator.Server, state string) alipay.Message {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		if all := server.Alipay().Messages(""); len(all) == 1 && all[0].State == state {
			return all[0]
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("the messages are %+v", server.Alipay().Messages(""))
		}
	}
}

func TestAMessageIsGivenUpAfterTheEighthDeliveryAndCanBeReplayed(t *testing.T) {
	server := startAlipay(t)
	r := newReceiver(t, server)
	for range 8 {
		r.answers <- "fail"
	}
	newAlipayClient(t, server, alipayApp).create()
	r.next()
	for _, wait := range []string{"2m", "10m", "10m", "1h", "2h", "6h", "15h"} {
		control(t, server, http.MethodPost, "/_sim/clock", map[string]string{"advance": wait})
		r.next()
	}
	m := waitForMessage(t, server, alipay.MessageGivenUp)
	answer := control(t, server, http.MethodPost, "/_sim/alipay/messages/"+m.NotifyID+"/redeliver", nil)
	if answer.at(t, "success") != true {
		t.Fatalf("answered %s", answer.body)
	}
	if form, _ := r.next(); form.Get("notify_id") != m.NotifyID {
		t.Fatalf("another message: %v", form)
	}
	if list := control(t, server, http.MethodGet, "/_sim/alipay/messages?state=delivered&appId="+alipayApp+"&activityId="+m.ActivityID, nil); list.at(t, "total") != 1.0 {
		t.Fatalf("the list is %s", list.body)
	}
}

func TestMessagesAreDroppedDuplicatedAndReordered(t *testing.T) {
	server := startAlipay(t, "alipay.messages.fate", "dropped")
	r := newReceiver(t, server)
	c := newAlipayClient(t, server, alipayApp)
	c.create()
	waitForMessage(t, server, alipay.MessageDropped)
	put(t, server, "alipay.messages.fate", "duplicated")
	c.create()
	one, _ := r.next()
	if two, _ := r.next(); one.Get("notify_id") != two.Get("notify_id") {
		t.Fatal("the second message is another one")
	}
	put(t, server, "alipay.messages.fate", "reordered")
	id := c.create()
	c.must(voucherMethod+"stop", c.change(id))
	if form, _ := r.next(); method(form) != "stopped" {
		t.Fatalf("first comes %v", form)
	}
	if form, _ := r.next(); method(form) != "created" {
		t.Fatalf("then comes %v", form)
	}
}

func TestAMessageByHandNeedNotBeTrue(t *testing.T) {
	server := startAlipay(t)
	if answer := control(t, server, http.MethodPost, "/_sim/alipay/messages", map[string]string{"appId": alipayApp, "msgMethod": "stopped", "activityId": "1"}); answer.at(t, "state") != "unaddressed" {
		t.Fatalf("without a URL it is %s", answer.body)
	}
	r := newReceiver(t, server)
	control(t, server, http.MethodPost, "/_sim/alipay/messages", map[string]string{"appId": alipayApp, "msgMethod": "stopped", "activityId": "another's"})
	if _, content := r.next(); content["activity_id"] != "another's" {
		t.Fatalf("it says %v", content)
	}
	for body, status := range map[string]int{
		`{"appId": "1", "msgMethod": "stopped", "activityId": "1"}`:         404,
		`{"appId": "` + alipayApp + `", "msgMethod": "", "activityId": ""}`: 400,
		`{"other": 1}`: 400,
	} {
		if answer := controlRaw(t, server, http.MethodPost, "/_sim/alipay/messages", []byte(body)); answer.status != status {
			t.Errorf("%s: %d %s", body, answer.status, answer.body)
		}
	}
	for body, status := range map[string]int{`{"url": "nonsense"}`: 400, `{"url": "http://127.0.0.1:1", "appId": "1"}`: 404, `{"url": ""}`: 200} {
		if answer := controlRaw(t, server, http.MethodPut, "/_sim/alipay/notify-url", []byte(body)); answer.status != status {
			t.Errorf("%s: %d %s", body, answer.status, answer.body)
		}
	}
	id := server.Alipay().Messages("")[0].NotifyID
	if answer := control(t, server, http.MethodPost, "/_sim/alipay/messages/"+id+"/redeliver", nil); answer.status != http.StatusConflict {
		t.Errorf("without a URL: %d %s", answer.status, answer.body)
	}
	if answer := control(t, server, http.MethodPost, "/_sim/alipay/messages/1/redeliver", nil); answer.status != http.StatusNotFound {
		t.Errorf("an unknown message: %d %s", answer.status, answer.body)
	}
}
