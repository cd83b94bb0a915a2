package alipay

import (
	"errors"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"crypto/rsa"
)

// messageForm is a message as it arrives, after edits, signed by key over its fields, with or without sign_type.
func messageForm(key *rsa.PrivateKey, withType bool, edits ...func(map[string]string)) url.Values {
	fields := map[string]string{
		"notify_id": "2026030100262000001", "utc_timestamp": "1772366400000", "msg_method": "alipay.marketing.activity.message.created", "app_id": testApp,
		"version": "1.1", "sign_type": "RSA2", "charset": "UTF-8", "biz_content": `{"id":"CREATED_1","activity_id":"100","event_time":"1772366399000","out_biz_no":"a+b=张"}`,
	}
	for _, edit := range edits {
		edit(fields)
	}
	signed := maps.Clone(fields)
	if !withType {
		delete(signed, "sign_type")
	}
	form := url.Values{"sign": {signWith(key, joined(signed))}}
	for name, value := range fields {
		form.Set(name, value)
	}
	return form
}

func set(name, value string) func(map[string]string) {
	return func(fields map[string]string) { fields[name] = value }
}

func TestAMessageIsGoodInBothWaysOfSigning(t *testing.T) {
	for _, mode := range []Mode{ModePublicKey, ModeCertificate} {
		client := newClient(t, "", mode)
		for name, form := range map[string]url.Values{
			"with sign_type":          messageForm(alipayKey(), true),
			"without sign_type":       messageForm(alipayKey(), false),
			"with fields to come":     messageForm(alipayKey(), false, set("novel", "x"), set("msg_type", "sys")),
			"with an empty field":     messageForm(alipayKey(), false, set("msg_uid", "")),
			"encrypted":               messageForm(alipayKey(), true, set("encrypt_type", "AES"), set("biz_content", "QUVT")),
			"without a charset":       messageForm(alipayKey(), true, func(f map[string]string) { delete(f, "charset") }),
			"with an empty, left out": emptyLeftOut(),
		} {
			if err := client.VerifyMessage(form); err != nil {
				t.Errorf("%s, %s: %v", mode, name, err)
			}
		}
	}
}

// emptyLeftOut has an empty field that was not signed.
func emptyLeftOut() url.Values {
	form := messageForm(alipayKey(), true)
	form.Set("msg_uid", "")
	return form
}

func TestAMessageThatCouldBeAnybodysIsNotBelieved(t *testing.T) {
	changed := messageForm(alipayKey(), true)
	changed.Set("biz_content", strings.Replace(changed.Get("biz_content"), "100", "101", 1))
	twice := messageForm(alipayKey(), true)
	twice.Add("biz_content", "{}")
	unsigned := messageForm(alipayKey(), true)
	unsigned.Del("sign")
	extra := messageForm(alipayKey(), true)
	extra.Set("novel", "x")
	noBase64 := messageForm(alipayKey(), true)
	noBase64.Set("sign", "%%%")
	for name, tc := range map[string]struct {
		form url.Values
		want error
	}{
		"nothing":               {url.Values{}, errMessageUnsigned},
		"no signature":          {unsigned, errMessageUnsigned},
		"of an older type":      {messageForm(alipayKey(), true, set("sign_type", "RSA")), errMessageUnsigned},
		"of another charset":    {messageForm(alipayKey(), true, set("charset", "GBK")), errMessageCharset},
		"for a stranger's app":  {messageForm(strangerKey(), true, set("app_id", otherApp)), errMessageSignature},
		"signed by a stranger":  {messageForm(strangerKey(), true), errMessageSignature},
		"signed by the app":     {messageForm(appKey(), false), errMessageSignature},
		"changed":               {changed, errMessageSignature},
		"with one field more":   {extra, errMessageSignature},
		"with a field twice":    {twice, errMessageTwice},
		"with no base64":        {noBase64, errMessageSignature},
		"with a field of blank": {messageForm(alipayKey(), true, set("sign", "x")), errMessageSignature},
	} {
		for _, mode := range []Mode{ModePublicKey, ModeCertificate} {
			if err := newClient(t, "", mode).VerifyMessage(tc.form); !errors.Is(err, tc.want) {
				t.Errorf("%s, %s: got %v, want %v", mode, name, err, tc.want)
			}
		}
	}
}

const otherApp = "2021000000000009"

// Whoever asks compares it: a refusal before the signature would be quicker, and tell which apps exist.
func TestForWhichAppAMessageIsIsLeftToTheCaller(t *testing.T) {
	form := messageForm(alipayKey(), true, set("app_id", otherApp))
	if err := newClient(t, "", ModePublicKey).VerifyMessage(form); err != nil {
		t.Error(err)
	}
	if message, err := ParseMessage(form); err != nil || message.AppID != otherApp {
		t.Errorf("got %+v, %v", message, err)
	}
}

func TestAMessageSignedWithADownloadedCertificateIsGood(t *testing.T) {
	client := newClient(t, "", ModeCertificate)
	form := messageForm(newerKey(), false)
	if err := client.VerifyMessage(form); !errors.Is(err, errMessageSignature) {
		t.Errorf("got %v", err)
	}
	client.keys.store(certificateSN(newerCert().certificate), newerCert().certificate, testNow, nil)
	if err := client.VerifyMessage(form); err != nil {
		t.Error(err)
	}
	client.now = func() time.Time { return testNow.AddDate(9, 0, 0) }
	if err := client.VerifyMessage(form); !errors.Is(err, errMessageSignature) {
		t.Errorf("an expired certificate is used: %v", err)
	}
}

func TestAMessageIsRead(t *testing.T) {
	got, err := ParseMessage(messageForm(alipayKey(), true))
	want := Message{NotifyID: "2026030100262000001", Method: "alipay.marketing.activity.message.created", AppID: testApp, ActivityID: "100", EventID: "CREATED_1",
		Sent: time.UnixMilli(1772366400000), Lifecycle: true}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := ParseMessage(messageForm(alipayKey(), true, set("biz_content", `{"activity_id":100}`))); err != nil || got.ActivityID != "100" {
		t.Errorf("an id that is a number: got %+v, %v", got, err)
	}
}

func TestWhenAMessageWasSentIsReadAndNotWhenItsEventWas(t *testing.T) {
	for text, want := range map[string]time.Time{
		"1772366400000": time.UnixMilli(1772366400000), "1772366400": time.Unix(1772366400, 0), "": {}, "x": {}, "-1": {}, "99999999999999999999": {},
	} {
		got, err := ParseMessage(messageForm(alipayKey(), true, set("utc_timestamp", text)))
		if err != nil || !got.Sent.Equal(want) {
			t.Errorf("%q: got %s, %v", text, got.Sent, err)
		}
	}
}

func TestOfAUsersMessageNothingIsKeptThatNamesTheUser(t *testing.T) {
	got, err := ParseMessage(messageForm(alipayKey(), true, set("msg_method", "alipay.marketing.activity.message.received"),
		set("biz_content", `{"id":"R_1","activity_id":"100","user_id":"2088111122223333","voucher_id":"v"}`)))
	if err != nil || got.Lifecycle || got.ActivityID != "100" || strings.Contains(got.EventID, "2088111122223333") {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = ParseMessage(messageForm(alipayKey(), true, set("msg_method", "alipay.open.auth.appauth.cancelled"), set("biz_content", `{}`)))
	if err != nil || got.Lifecycle || got.ActivityID != "" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAMessageThatLacksWhatItMustHaveIsAnError(t *testing.T) {
	for name, tc := range map[string]struct {
		edit func(map[string]string)
		want error
	}{
		"no notify_id":           {set("notify_id", ""), errMessageFields},
		"a notify_id of lines":   {set("notify_id", "a\nb"), errMessageFields},
		"no method":              {set("msg_method", ""), errMessageFields},
		"a method that is none":  {set("msg_method", "<x>"), errMessageFields},
		"no content":             {set("biz_content", ""), errMessageFields},
		"content that is none":   {set("biz_content", "[]"), errMessageFields},
		"no activity":            {set("biz_content", `{"id":"1"}`), errMessageFields},
		"an activity of a path":  {set("biz_content", `{"activity_id":"../1"}`), errMessageFields},
		"content that is hidden": {set("encrypt_type", "AES"), errMessageEncrypted},
	} {
		if got, err := ParseMessage(messageForm(alipayKey(), true, tc.edit)); !errors.Is(err, tc.want) || got != (Message{}) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Add(messageForm(alipayKey(), true).Encode())
	f.Add("biz_content=%7B%22activity_id%22%3A1%7D&msg_method=a&notify_id=b&event_time=9")
	f.Add("a=1&a=2&sign=x&sign_type=RSA2&charset=utf-8&app_id=" + testApp)
	client := newClient(f, "", ModePublicKey)
	good := messageForm(alipayKey(), true).Encode()
	f.Fuzz(func(t *testing.T, raw string) {
		form, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		if err := client.VerifyMessage(form); err == nil && form.Encode() != good && form.Get("biz_content") != messageForm(alipayKey(), true).Get("biz_content") {
			t.Errorf("%q is good", raw)
		}
		message, err := ParseMessage(form)
		if err == nil && (message.NotifyID == "" || message.ActivityID != "" && !validID(message.ActivityID)) {
			t.Errorf("got %+v", message)
		}
	})
}
