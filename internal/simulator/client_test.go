package simulator_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
)

const (
	mchid        = "1900000109"
	createPath   = "/v3/marketing/paygiftactivity/unique-threshold-activity"
	activityPath = "/v3/marketing/paygiftactivity/activities"
	stockPath    = "/v3/marketing/busifavor/stocks"
)

// hand is a real clock that a test moves.
type hand struct{ nanos atomic.Int64 }

func newHand() *hand {
	h := &hand{}
	h.nanos.Store(time.Now().UnixNano())
	return h
}

func (h *hand) now() time.Time          { return time.Unix(0, h.nanos.Load()) }
func (h *hand) advance(d time.Duration) { h.nanos.Add(int64(d)) }

// start starts a simulator that stops with the test.
func start(t *testing.T, o simulator.Options) *simulator.Server {
	t.Helper()
	o.ReuseKeys = true
	server, err := simulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// startWith starts a simulator with switches, given as name, value, name, value….
func startWith(t *testing.T, pairs ...string) *simulator.Server {
	t.Helper()
	switches := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		switches[pairs[i]] = pairs[i+1]
	}
	return start(t, simulator.Options{Switches: switches})
}

// client signs by hand, with nothing of any SDK.
type client struct {
	t      *testing.T
	server *simulator.Server
	creds  wechatpay.Credentials
	key    *rsa.PrivateKey
	http   *http.Client
}

func newClient(t *testing.T, server *simulator.Server, mchid string) *client {
	t.Helper()
	creds, err := server.Credentials(mchid)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(creds.PrivateKeyPEM)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{t: t, server: server, creds: creds, key: key.(*rsa.PrivateKey), http: &http.Client{Transport: transport, Timeout: 30 * time.Second}}
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// fields reads the body as a JSON object.
func (r *reply) fields(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(r.body, &v); err != nil {
		t.Fatalf("status %d, body %q: %v", r.status, r.body, err)
	}
	return v
}

// at digs in the body: at(t, "activity_base_info", "activity_name"); list indexes are numbers in text.
func (r *reply) at(t *testing.T, path ...string) any {
	t.Helper()
	var v any = r.fields(t)
	for _, name := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(x) {
				t.Fatalf("no %v in %s", path, r.body)
			}
			v = x[i]
		default:
			t.Fatalf("no %v in %s", path, r.body)
		}
	}
	return v
}

// request builds a signed request; change may spoil it afterwards.
func (c *client) request(method, target string, body []byte, change func(*http.Request)) *http.Request {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.server.URL()+target, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "simulator-test")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", c.authorize(method, target, time.Now().Unix(), rand.Text(), body))
	if change != nil {
		change(r)
	}
	return r
}

func (c *client) authorize(method, target string, timestamp int64, nonce string, body []byte) string {
	c.t.Helper()
	signature := c.sign(fmt.Sprintf("%s\n%s\n%d\n%s\n%s\n", method, target, timestamp, nonce, body))
	return fmt.Sprintf(`WECHATPAY2-SHA256-RSA2048 mchid="%s",nonce_str="%s",timestamp="%d",serial_no="%s",signature="%s"`, c.creds.Mchid, nonce, timestamp, c.creds.SerialNo, signature)
}

func (c *client) sign(text string) string {
	digest := sha256.Sum256([]byte(text))
	raw, err := rsa.SignPKCS1v15(rand.Reader, c.key, crypto.SHA256, digest[:])
	if err != nil {
		c.t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func (c *client) send(r *http.Request) (*reply, error) {
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return &reply{resp.StatusCode, resp.Header, body}, err
}

func (c *client) do(method, target string, body []byte) *reply {
	c.t.Helper()
	return c.doWith(method, target, body, nil)
}

func (c *client) doWith(method, target string, body []byte, change func(*http.Request)) *reply {
	c.t.Helper()
	r, err := c.send(c.request(method, target, body, change))
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

// must does a call that has to be answered 200 with a good signature.
func (c *client) must(method, target string, body []byte) *reply {
	c.t.Helper()
	r := c.do(method, target, body)
	if r.status != http.StatusOK {
		c.t.Fatalf("%s %s: status %d, body %s", method, target, r.status, r.body)
	}
	if err := c.verify(r); err != nil {
		c.t.Fatalf("%s %s: %v", method, target, err)
	}
	return r
}

// create makes an activity and gives its id.
func (c *client) create(changes ...func(map[string]any)) string {
	c.t.Helper()
	return c.must(http.MethodPost, createPath, activity(changes...)).fields(c.t)["activity_id"].(string)
}

// status is an activity's own word for its state.
func (c *client) status(id string) string {
	c.t.Helper()
	return c.must(http.MethodGet, activityPath+"/"+id, nil).at(c.t, "activity_status").(string)
}

// verify checks a reply's signature as a client does, by the serial that the reply names.
func (c *client) verify(r *reply) error {
	serial := r.header.Get("Wechatpay-Serial")
	keyPEM := ""
	info := c.server.WeChatPay().Account(c.creds.Mchid).Info()
	for _, k := range info.PublicKeys {
		if k.ID == serial {
			keyPEM = k.PublicKey
		}
	}
	for _, k := range info.PlatformCertificates {
		if k.SerialNo == serial {
			keyPEM = k.Certificate
		}
	}
	block, _ := pem.Decode([]byte(keyPEM))
	if block == nil {
		return fmt.Errorf("no key with serial %q", serial)
	}
	var key any
	var err error
	if block.Type == "CERTIFICATE" {
		cert, parseErr := x509.ParseCertificate(block.Bytes)
		if parseErr != nil {
			return parseErr
		}
		key = cert.PublicKey
	} else if key, err = x509.ParsePKIXPublicKey(block.Bytes); err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(r.header.Get("Wechatpay-Timestamp"), 10, 64)
	if err != nil {
		return err
	}
	if off := time.Since(time.Unix(seconds, 0)); off > 5*time.Minute || off < -5*time.Minute {
		return fmt.Errorf("timestamp is %v off", off)
	}
	signature, err := base64.StdEncoding.DecodeString(r.header.Get("Wechatpay-Signature"))
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(r.header.Get("Wechatpay-Timestamp") + "\n" + r.header.Get("Wechatpay-Nonce") + "\n" + string(r.body) + "\n"))
	return rsa.VerifyPKCS1v15(key.(*rsa.PublicKey), crypto.SHA256, digest[:], signature)
}

// activity builds the body of a create: a good one, then changed.
func activity(changes ...func(map[string]any)) []byte {
	begin := time.Now().Add(24 * time.Hour)
	body := map[string]any{
		"activity_base_info": map[string]any{
			"activity_name": "良品铺子回馈活动", "activity_second_title": "海飞丝的券", "merchant_logo_url": "https://example.com/logo.png",
			"begin_time": begin.Format(time.RFC3339), "end_time": begin.AddDate(0, 0, 30).Format(time.RFC3339),
			"out_request_no": "1900000109-" + rand.Text(), "delivery_purpose": "OFF_LINE_PAY",
		},
		"award_send_rule": map[string]any{
			"transaction_amount_minimum": 100, "send_content": "SINGLE_COUPON", "award_type": "BUSIFAVOR",
			"award_list":      []any{map[string]any{"stock_id": "98065001", "original_image_url": "https://example.com/large.png"}},
			"merchant_option": "MANUAL_INPUT_MERCHANT", "merchant_id_list": []any{"10000022", "10000023"},
		},
	}
	for _, change := range changes {
		change(body)
	}
	return encode(body)
}

// stockBody builds the body of a busifavor create.
func stockBody(changes ...func(map[string]any)) []byte {
	begin := time.Now()
	body := map[string]any{
		"stock_name": "8月1日活动券", "belong_merchant": mchid, "goods_name": "填写商家券可用商品", "stock_type": "NORMAL",
		"coupon_use_rule": map[string]any{
			"coupon_available_time": map[string]any{"available_begin_time": begin.Format(time.RFC3339), "available_end_time": begin.AddDate(0, 6, 0).Format(time.RFC3339)},
			"fixed_normal_coupon":   map[string]any{"discount_amount": 5, "transaction_minimum": 100},
			"use_method":            "OFF_LINE",
		},
		"stock_send_rule": map[string]any{"max_coupons": 100, "max_coupons_per_user": 5},
		"out_request_no":  "1900000109-" + rand.Text(), "coupon_code_mode": "WECHATPAY_MODE",
	}
	for _, change := range changes {
		change(body)
	}
	return encode(body)
}

// set puts a value at a path such as activity_base_info.begin_time, making objects on the way.
// A nil value takes the field away.
func set(path string, value any) func(map[string]any) {
	return func(body map[string]any) {
		names := strings.Split(path, ".")
		at := body
		for _, name := range names[:len(names)-1] {
			next, ok := at[name].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[name] = next
			}
			at = next
		}
		if last := names[len(names)-1]; value == nil {
			delete(at, last)
		} else {
			at[last] = value
		}
	}
}

func number(no string) func(map[string]any) { return set("activity_base_info.out_request_no", no) }

// window gives an activity its begin and end.
func window(begin, end time.Time) func(map[string]any) {
	return func(body map[string]any) {
		set("activity_base_info.begin_time", begin.Format(time.RFC3339))(body)
		set("activity_base_info.end_time", end.Format(time.RFC3339))(body)
	}
}

func awards(ids ...string) []any {
	var list []any
	for _, id := range ids {
		list = append(list, map[string]any{"stock_id": id, "original_image_url": "https://example.com/large.png", "thumbnail_url": "https://example.com/small.png"})
	}
	return list
}

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// refusedWith fails the test unless the reply refuses with that status and code.
func refusedWith(t *testing.T, r *reply, status int, code string) {
	t.Helper()
	if r.status != status || r.fields(t)["code"] != code {
		t.Fatalf("answered %d %s, want %d %s", r.status, r.body, status, code)
	}
}

// control calls one of the simulator's own pages.
func control(t *testing.T, server *simulator.Server, method, path string, body any) *reply {
	t.Helper()
	var text []byte
	if body != nil {
		text = encode(body)
	}
	return controlRaw(t, server, method, path, text)
}

// controlRaw is control with a body as it is.
func controlRaw(t *testing.T, server *simulator.Server, method, path string, text []byte) *reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL()+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &reply{resp.StatusCode, resp.Header, answer}
}

// put changes switches of a running simulator.
func put(t *testing.T, server *simulator.Server, name, value string) {
	t.Helper()
	if err := server.Switches().Put(map[string]string{name: value}); err != nil {
		t.Fatal(err)
	}
}

// sortedKeys are the names of an object's fields.
func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
