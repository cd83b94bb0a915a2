package wechatpay

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

// received is a request as the gateway saw it.
type received struct {
	Method string
	// URI is path and query as they were on the wire.
	URI    string
	Header http.Header
	Body   []byte
}

// reply is what a test's gateway answers.
type reply struct {
	status int
	header map[string]string
	body   string
	// by signs the reply; nil leaves it unsigned.
	by *signingKey
	// spoil changes the headers after they were signed.
	spoil func(http.Header)
	// fault replaces the answer by something that is none.
	fault func(http.ResponseWriter)
}

func signed(by signingKey, status int, body string) reply {
	return reply{status: status, body: body, by: &by}
}

func unsigned(status int, body string) reply { return reply{status: status, body: body} }

// gateway is the other side: it checks each request's signature over the raw bytes, records
// it, and answers what the test says.
type gateway struct {
	*httptest.Server
	t      *testing.T
	answer func(received) reply

	mu      sync.Mutex
	calls   []received
	now     time.Time
	anyTime bool
}

func newGateway(t *testing.T, answer func(received) reply) *gateway {
	t.Helper()
	g := &gateway{t: t, answer: answer, now: testNow}
	g.Server = httptest.NewServer(http.HandlerFunc(g.serve))
	t.Cleanup(g.Close)
	return g
}

// always answers every request alike.
func always(r reply) func(received) reply { return func(received) reply { return r } }

func (g *gateway) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the request broke off
	}
	call := received{Method: r.Method, URI: r.RequestURI, Header: r.Header.Clone(), Body: body}
	if err := g.checkSignature(call); err != nil {
		g.t.Errorf("%s %s: %v", r.Method, r.RequestURI, err)
	}
	g.mu.Lock()
	g.calls = append(g.calls, call)
	g.mu.Unlock()
	answer := g.answer(call)
	if answer.fault != nil {
		answer.fault(w)
		return
	}
	header := w.Header()
	header.Set("Request-Id", "08F50A1B2C-0")
	header.Set("Date", g.clock().Format(http.TimeFormat))
	header.Set("Content-Type", "application/json; charset=utf-8")
	for name, value := range answer.header {
		header.Set(name, value)
	}
	if answer.by != nil {
		signReply(header, *answer.by, g.clock(), answer.body)
	}
	if answer.spoil != nil {
		answer.spoil(header)
	}
	w.WriteHeader(answer.status)
	_, _ = io.WriteString(w, answer.body)
}

func signReply(header http.Header, by signingKey, now time.Time, body string) {
	const nonce = "c5ac7061fccab6bf3e254dcf98995b8c"
	timestamp := strconv.FormatInt(now.Unix(), 10)
	header.Set("Wechatpay-Timestamp", timestamp)
	header.Set("Wechatpay-Nonce", nonce)
	header.Set("Wechatpay-Serial", by.serial)
	header.Set("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048")
	header.Set("Wechatpay-Signature", by.sign(timestamp+"\n"+nonce+"\n"+body+"\n"))
}

var authorization = regexp.MustCompile(`^WECHATPAY2-SHA256-RSA2048 mchid="([^"]*)",nonce_str="([^"]*)",` +
	`timestamp="([^"]*)",serial_no="([^"]*)",signature="([^"]*)"$`)

func (g *gateway) checkSignature(r received) error {
	parts := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if parts == nil {
		return errors.New("no Authorization in the documented form")
	}
	mchid, nonce, timestamp, serial := parts[1], parts[2], parts[3], parts[4]
	if mchid != testMchid || serial != merchantSerial {
		return fmt.Errorf("signed for merchant %q with serial %q", mchid, serial)
	}
	if len(nonce) == 0 || len(nonce) > 32 {
		return fmt.Errorf("nonce %q", nonce)
	}
	g.mu.Lock()
	anyTime := g.anyTime
	g.mu.Unlock()
	if !anyTime && timestamp != strconv.FormatInt(testNow.Unix(), 10) {
		return fmt.Errorf("timestamp %q is not that of the injected clock", timestamp)
	}
	for _, name := range []string{"Accept", "Content-Type"} {
		if r.Header.Get(name) != "application/json" {
			return fmt.Errorf("%s is %q", name, r.Header.Get(name))
		}
	}
	if r.Header.Get("User-Agent") == "" {
		return errors.New("no User-Agent")
	}
	signature, err := base64.StdEncoding.DecodeString(parts[5])
	if err != nil {
		return err
	}
	message := r.Method + "\n" + r.URI + "\n" + timestamp + "\n" + nonce + "\n" + string(r.Body) + "\n"
	digest := sha256.Sum256([]byte(message))
	return rsa.VerifyPKCS1v15(&merchantKey().PublicKey, crypto.SHA256, digest[:], signature)
}

// clock is the gateway's time; setClock moves it.
func (g *gateway) clock() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.now
}

func (g *gateway) setClock(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now = now
}

// requests returns what was received, by path prefix.
func (g *gateway) requests(prefix string) []received {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []received
	for _, call := range g.calls {
		if len(call.URI) >= len(prefix) && call.URI[:len(prefix)] == prefix {
			out = append(out, call)
		}
	}
	return out
}

// testClock is the client's clock.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

// newClient returns a client of the gateway; edits change its configuration.
func newClient(t *testing.T, gatewayURL string, m mode, edits ...func(*Config)) *Client {
	t.Helper()
	config := Config{Mchid: testMchid, GatewayURL: gatewayURL, Credentials: m.credentials(t),
		Now: func() time.Time { return testNow }, UserAgent: "campaign-operator/test"}
	for _, edit := range edits {
		edit(&config)
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// payGiftWith returns pay gift in public-key mode at a gateway that always answers r.
func payGiftWith(t *testing.T, r reply) *PayGift {
	t.Helper()
	return NewPayGift(newClient(t, newGateway(t, always(r)).URL, publicKeyMode))
}

// asError returns the *providers.Error, and fails the test when err is none.
func asError(t *testing.T, err error) *providers.Error {
	t.Helper()
	var e *providers.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v (%T), want a *providers.Error", err, err)
	}
	return e
}

// wantError checks what the engine acts on.
func wantError(t *testing.T, err error, kind providers.Kind, maybeCommitted bool) {
	t.Helper()
	_ = gotError(t, err, kind, maybeCommitted)
}

// gotError is wantError, and returns the error to look at more of it.
func gotError(t *testing.T, err error, kind providers.Kind, maybeCommitted bool) *providers.Error {
	t.Helper()
	e := asError(t, err)
	if e.Kind != kind || e.MaybeCommitted != maybeCommitted {
		t.Errorf("got kind %s, may be committed %t, want %s, %t (%v)", e.Kind, e.MaybeCommitted, kind, maybeCommitted, e)
	}
	if e.Advice == "" {
		t.Errorf("%v has no advice", e)
	}
	return e
}

// refusedAddress is one where nobody listens.
func refusedAddress(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return "http://" + listener.Addr().String()
}

// hangUp closes the connection with a reset, without an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// breakOff sends headers and the beginning of a body, and hangs up.
func breakOff(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "1000")
	w.WriteHeader(http.StatusOK)
	_, _ = io.WriteString(w, `{"activity_id":"100`)
	w.(http.Flusher).Flush()
	hangUp(w)
}

// hangUpAfter calls first, then hangs up.
func hangUpAfter(first func()) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		first()
		hangUp(w)
	}
}

// skipTimestamps is for tests that move the client's clock: requests need not be of testNow.
func (g *gateway) skipTimestamps() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.anyTime = true
}
