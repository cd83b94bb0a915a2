package notify

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// counted is a Source that counts how often it was asked.
type counted struct {
	Source
	asked *atomic.Int64
}

func (c counted) Verify(ctx context.Context, received Received) (Notice, error) {
	c.asked.Add(1)
	return c.Source.Verify(ctx, received)
}

// without takes a field out of a signed form; with sets one.
func without(body, name string) string {
	form, _ := url.ParseQuery(body)
	form.Del(name)
	return form.Encode()
}

func with(body, name, value string) string {
	form, _ := url.ParseQuery(body)
	form.Set(name, value)
	return form.Encode()
}

// signatureOf is the beginning of a form's signature.
func signatureOf(body string) string {
	form, _ := url.ParseQuery(body)
	return (form.Get("sign") + "(none)")[:5]
}

func TestForgeriesGetOneAnswerAndChangeNothing(t *testing.T) {
	old := strconv.FormatInt(now.Add(-27*time.Hour).UnixMilli(), 10)
	for name, tc := range map[string]struct {
		path, body string
		outcome    outcome
	}{
		"unsigned":                       {appID, without(message(), "sign"), unverified},
		"an empty signature":             {appID, with(message(), "sign", ""), unverified},
		"a signature that is no Base64":  {appID, with(message(), "sign", "!"), unverified},
		"a stranger's key":               {appID, messageSigned(strangerKey()), unverified},
		"another app's key":              {appID, messageSigned(otherAppKey()), unverified},
		"another activity":               {appID, with(message(), "biz_content", `{"activity_id":"20260301000000000002"}`), unverified},
		"another field":                  {appID, with(message(), "x", "y"), unverified},
		"a field twice":                  {appID, message() + "&biz_content=%7B%7D", malformed},
		"a thousand fields":              {appID, message() + strings.Repeat("&", 1000), malformed},
		"nothing":                        {appID, "", unverified},
		"no form":                        {appID, "%zz;", malformed},
		"JSON":                           {appID, `{"sign":"x"}`, unverified},
		"another app's message":          {appID, message("app_id", otherAppID), otherAccount},
		"sent to another app":            {otherAppID, message(), unverified},
		"sent to nobody":                 {"2021009999999999", message(), unknownAccount},
		"a forgery to nobody":            {"2021009999999999", messageSigned(strangerKey()), unknownAccount},
		"no form, to nobody":             {"2021009999999999", "%zz;", unknownAccount},
		"replayed after 27 hours":        {appID, message("utc_timestamp", old), stale},
		"signed, without an id":          {appID, message("notify_id", ""), malformed},
		"signed, content that is none":   {appID, message("biz_content", "{"), malformed},
		"signed, an id with a line feed": {appID, message("biz_content", `{"activity_id":"1\n2"}`), malformed},
		"signed, an id without end":      {appID, message("biz_content", `{"activity_id":"`+strings.Repeat("1", 129)+`"}`), malformed},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).open()
			w.want(w.post("/alipay/"+tc.path, tc.body, "Cookie", "session=Secret"), alipayFailure(401))
			w.wantWoken(0)
			w.wantCounted(Alipay, tc.outcome, 1)
			w.wantSecret("Secret", "2021009999999999", "CREATED_1", activity, "biz_content", "2026030100222000000001", signatureOf(tc.body))
			if len(w.door.memory.cache.Keys()) != 0 {
				t.Error("it is remembered")
			}
			// Nor does it stand in the way of the true one.
			w.want(w.post("/alipay/"+appID, message()), alipaySuccess)
			w.wantWoken(1)
		})
	}
}

func TestAForgedNotificationOfWeChatPayIsRefused(t *testing.T) {
	w := newWorld(t).open()
	w.want(w.post("/wechatpay/"+mchid, `{"id":"1","stock":"`+activity+`"}`), weChatPayFailure(401, "unauthorized"))
	w.want(w.post("/wechatpay/1900000999", `{"id":"1","stock":"`+activity+`"}`), weChatPayFailure(401, "unauthorized"))
	w.wantWoken(0)
}

// The signature is good, and the activity belongs to an account that the sender does not own.
func TestAnotherAccountsActivityWakesNothing(t *testing.T) {
	w := newWorld(t).open()
	w.want(w.post("/alipay/"+otherAppID, messageSigned(otherAppKey(), "app_id", otherAppID)), alipaySuccess)
	w.wantWoken(0)
	w.wantCounted(Alipay, unknownActivity, 1)
}

func TestRefusingAnUnknownAccountTakesTheWorkOfRefusingAKnownOne(t *testing.T) {
	w := newWorld(t).open()
	var asked atomic.Int64
	w.sources.Put(Account{Alipay, appID}, owner("app"), counted{alipayForm{vendorKey}, &asked})
	w.sources.Put(Account{Alipay, otherAppID}, owner("other-app"), counted{alipayForm{otherAppKey}, &asked})
	for _, id := range []string{appID, "2021009999999999"} {
		asked.Store(0)
		known := w.post("/alipay/"+id, messageSigned(strangerKey()))
		w.want(known, alipayFailure(401))
		if asked.Load() != 1 {
			t.Errorf("%s: verified %d times", id, asked.Load())
		}
	}
}

func TestOneMessageIsNotVerifiedForEver(t *testing.T) {
	w := newWorld(t).open()
	var asked atomic.Int64
	for i := range 100 {
		w.sources.Put(Account{Alipay, appID}, owner("agency-"+strconv.Itoa(i)), counted{alipayForm{vendorKey}, &asked})
	}
	w.want(w.post("/alipay/"+appID, messageSigned(strangerKey())), alipayFailure(401))
	if asked.Load() != maxTried {
		t.Errorf("verified %d times", asked.Load())
	}
}

// meter counts what was read from the connections of a listener.
type meter struct {
	net.Listener
	bytes atomic.Int64
}

func (m *meter) Accept() (net.Conn, error) {
	accepted, err := m.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &metered{accepted, m}, nil
}

type metered struct {
	net.Conn
	meter *meter
}

func (m *metered) Read(b []byte) (int, error) {
	n, err := m.Conn.Read(b)
	m.meter.bytes.Add(int64(n))
	return n, err
}

// What is read beyond the limit is not kept: the server looks for the end of a message, for 256 KiB at most, before it
// closes the connection.
func TestOfTenMegabytesLittleIsRead(t *testing.T) {
	const size, search, buffers = 10 << 20, 256 << 10, 64 << 10
	for name, tc := range map[string]struct {
		path     string
		declared int64
		most     int64 // that may be read
		outcome  outcome
	}{
		"declared":              {"/alipay/" + appID, size, buffers, tooLarge},
		"not declared":          {"/alipay/" + appID, -1, 64<<10 + search + buffers, tooLarge},
		"to nobody, declared":   {"/alipay/2021009999999999", size, buffers, tooLarge},
		"WeChat Pay, declared":  {"/wechatpay/" + mchid, size, buffers, tooLarge},
		"WeChat Pay, streaming": {"/wechatpay/" + mchid, -1, 128<<10 + search + buffers, tooLarge},
		"no path":               {"/x", -1, search + buffers, noSuchPath},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			m, w := &meter{Listener: inner}, newWorld(t)
			w.url = "http://" + inner.Addr().String()
			w.serve(m)
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+tc.path, io.LimitReader(endless{}, size))
			if err != nil {
				t.Fatal(err)
			}
			request.ContentLength = tc.declared
			// The connection is closed while the client still sends: whether it sees the answer is up to the network.
			if response, err := client.Do(request); err == nil {
				if response.StatusCode != tc.outcome.status() {
					t.Errorf("answered %d", response.StatusCode)
				}
				_ = response.Body.Close()
			}
			w.close() // when all is read that ever will be
			if got := m.bytes.Load(); got > tc.most {
				t.Errorf("%d bytes were read", got)
			}
			p, _, _ := route(tc.path)
			w.wantCounted(p.vendor, tc.outcome, 1)
			w.wantWoken(0)
		})
	}
}

// endless is a body of one letter.
type endless struct{ read *int64 }

func (e endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	if e.read != nil {
		*e.read += int64(len(b))
	}
	return len(b), nil
}

func TestNoMoreThanTheLimitIsKept(t *testing.T) {
	for path, most := range map[string]int64{"/alipay/" + appID: 64 << 10, "/wechatpay/" + mchid: 128 << 10} {
		for _, declared := range []int64{-1, 1000} {
			w := newWorld(t)
			var consumed int64
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, endless{&consumed})
			r.ContentLength = declared
			answer := httptest.NewRecorder()
			w.door.ServeHTTP(answer, r)
			if answer.Code != http.StatusRequestEntityTooLarge || consumed > most+1 {
				t.Errorf("%s: %d, %d bytes", path, answer.Code, consumed)
			}
		}
	}
}

func TestAFloodFromOneAddressIsThrottledAndOthersAreHeard(t *testing.T) {
	trust := func(o *Options, l *limits) {
		o.TrustedProxies = mustPrefixes("127.0.0.0/8")
		l.each, l.together = bucket{1, 3}, bucket{1, 5}
	}
	w := newWorld(t, trust).open()
	from := func(address string, id string) reply {
		return w.post("/alipay/"+appID, message("notify_id", id), "X-Forwarded-For", "203.0.113.99, "+address)
	}
	for i := range 3 {
		w.want(from("198.51.100.1", strconv.Itoa(i)), alipaySuccess)
	}
	for range 10 {
		w.want(from("198.51.100.1", "flood"), alipayFailure(429))
	}
	w.want(from("198.51.100.2", "other"), alipaySuccess)
	w.want(from("2001:db8::1", "v6"), alipaySuccess)
	// By now all together are too many.
	w.want(from("198.51.100.3", "late"), alipayFailure(429))
	w.clock.SetTime(now.Add(time.Second))
	w.want(from("198.51.100.3", "late"), alipaySuccess)
	w.wantCounted(Alipay, throttled, 11)
}

func TestABugInASourceShowsNothingOfTheMessage(t *testing.T) {
	w := newWorld(t).open()
	w.sources.Put(Account{Alipay, appID}, owner("app"), panicking{})
	w.want(w.post("/alipay/"+appID, message("biz_content", "Secret")), alipayFailure(503))
	if log := w.logged(); !strings.Contains(log, `"type"="string"`) || !strings.Contains(log, "panicking") || strings.Contains(log, "Secret") {
		t.Errorf("logged: %s", log)
	}
	w.sources.Put(Account{Alipay, appID}, owner("app"), alipayForm{vendorKey})
	w.want(w.post("/alipay/"+appID, message()), alipaySuccess)
}

type panicking struct{}

func (panicking) Verify(_ context.Context, received Received) (Notice, error) {
	panic(string(received.Body))
}
