package alipay

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

// received is a request as the gateway saw it.
type received struct {
	query, form url.Values
	header      http.Header
}

func (r received) method() string { return r.query.Get("method") }

// reply is what a test's gateway answers.
type reply struct {
	// node is the value of the node; wire replaces the whole body.
	node, wire string
	// by signs it; nil leaves it unsigned. certSN is alipay_cert_sn.
	by     *rsa.PrivateKey
	certSN string
	// status is 200 where it is 0.
	status int
	header map[string]string
	// fault replaces the answer by something that is none.
	fault func(http.ResponseWriter)
}

// success is a signed reply of code 10000 with further fields, such as `"activity_id":"1"`.
func success(fields string) reply {
	if fields != "" {
		fields = "," + fields
	}
	return reply{node: `{"code":"10000","msg":"Success"` + fields + `}`, by: alipayKey()}
}

// failure is a signed reply.
func failure(code, subCode, subMsg string) reply {
	return reply{node: mustJSON(object{"code": code, "msg": "Business Failed", "sub_code": subCode, "sub_msg": subMsg}), by: alipayKey()}
}

func (r reply) unsigned() reply { r.by = nil; return r }

func (r reply) named(sn string) reply { r.certSN = sn; return r }

func (r reply) signedBy(key *rsa.PrivateKey) reply { r.by = key; return r }

// body writes the reply to a method as the gateway does.
func (r reply) body(method string) string {
	if r.wire != "" {
		return r.wire
	}
	out := `{"` + nodeName(method) + `":` + r.node
	if r.certSN != "" {
		out += `,"alipay_cert_sn":"` + r.certSN + `"`
	}
	if r.by != nil {
		out += `,"sign":"` + signWith(r.by, r.node) + `"`
	}
	return out + "}"
}

func signWith(key *rsa.PrivateKey, text string) string {
	signature, err := sign(key, text)
	if err != nil {
		panic(err)
	}
	return signature
}

// gateway is the other side: it checks each request's signature over the union of query and form, records it, and answers
// what the test says.
type gateway struct {
	*httptest.Server
	t      *testing.T
	answer func(received) reply

	mu    sync.Mutex
	calls []received
}

func newGateway(t *testing.T, answer func(received) reply) *gateway {
	t.Helper()
	g := &gateway{t: t, answer: answer}
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
	form, err := url.ParseQuery(string(body))
	if err != nil {
		g.t.Errorf("the form cannot be read: %v", err)
	}
	call := received{query: r.URL.Query(), form: form, header: r.Header.Clone()}
	if err := checkRequest(r, call); err != nil {
		g.t.Errorf("%s: %v", call.method(), err)
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
	header.Set("Content-Type", "text/html;charset=utf-8")
	header.Set("Date", testNow.Format(http.TimeFormat))
	header["trace_id"] = []string{"0be7d3f1e3b"}
	for name, value := range answer.header {
		header.Set(name, value)
	}
	if answer.status != 0 {
		w.WriteHeader(answer.status)
	}
	_, _ = io.WriteString(w, answer.body(call.method()))
}

// checkRequest demands what the documentation does of every request.
func checkRequest(r *http.Request, call received) error {
	if r.Method != http.MethodPost || r.URL.Path != "/gateway.do" || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return fmt.Errorf("it is %s %s of type %q", r.Method, r.URL.Path, r.Header.Get("Content-Type"))
	}
	for name, want := range map[string]string{"app_id": testApp, "format": "JSON", "charset": "utf-8", "sign_type": "RSA2", "version": "1.0",
		"timestamp": "2026-03-01 20:00:00"} {
		if got := call.query[name]; !slices.Equal(got, []string{want}) {
			return fmt.Errorf("%s is %q, want %q in the query", name, got, want)
		}
	}
	var pairs []string
	for _, values := range []url.Values{call.query, call.form} {
		for name, value := range values {
			if name != "sign" {
				pairs = append(pairs, name+"="+value[0])
			}
		}
	}
	slices.Sort(pairs)
	signature, err := base64.StdEncoding.DecodeString(call.query.Get("sign"))
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(strings.Join(pairs, "&")))
	return rsa.VerifyPKCS1v15(&appKey().PublicKey, crypto.SHA256, digest[:], signature)
}

// requests returns what was received of a method.
func (g *gateway) requests(method string) []received {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(g.calls), func(r received) bool { return r.method() != method })
}

func (g *gateway) url() string { return g.URL + "/gateway.do" }

// vouchersAt returns vouchers in public-key mode at a gateway that answers what the test says.
func vouchersAt(t *testing.T, answer func(received) reply, edits ...func(*Config)) (*Vouchers, *gateway) {
	t.Helper()
	g := newGateway(t, answer)
	return NewVouchers(newClient(t, g.url(), ModePublicKey, edits...)), g
}

// vouchersWith returns vouchers at a gateway that always answers r.
func vouchersWith(t *testing.T, r reply) *Vouchers {
	t.Helper()
	v, _ := vouchersAt(t, always(r))
	return v
}

// oneRequest returns the only request of a method, and fails the test when there was another number.
func (g *gateway) oneRequest(method string) received {
	g.t.Helper()
	calls := g.requests(method)
	if len(calls) != 1 {
		g.t.Fatalf("%d calls of %s, want 1", len(calls), method)
	}
	return calls[0]
}

// wantContent fails the test unless this was sent as biz_content.
func (r received) wantContent(t *testing.T, want string) {
	t.Helper()
	if got := r.form.Get("biz_content"); got != want {
		t.Errorf("%s: sent\n%s, want\n%s", r.method(), got, want)
	}
}

// hangUp closes the connection without an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.Close()
}

// breakOff sends headers and the beginning of a body, and hangs up.
func breakOff(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"alipay_marketing_activity_ordervoucher_create_response":{"code":"10000"`)
	w.(http.Flusher).Flush()
	hangUp(w)
}

// create is a mutating call.
func create(t *testing.T, v *Vouchers) error {
	t.Helper()
	_, err := v.Create(t.Context(), []byte(`{"out_biz_no":"1"}`))
	return err
}

// get is a read.
func get(t *testing.T, v *Vouchers) error {
	t.Helper()
	_, err := v.Get(t.Context(), "100")
	return err
}

// wantNoSecret fails the test when a text shows the token, a key or contents.
func wantNoSecret(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for _, secret := range []string{testToken, "out_biz_no", string(bare(pkcs8(appKey()))[:40])} {
			if bytes.Contains([]byte(text), []byte(secret)) {
				t.Errorf("%q shows %q", text, secret)
			}
		}
	}
}

var _ providers.Activities = (*Vouchers)(nil)
