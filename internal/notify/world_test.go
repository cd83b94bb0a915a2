package notify

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/manager"
)

var (
	_ manager.Runnable               = (*Door)(nil)
	_ manager.LeaderElectionRunnable = (*Door)(nil)
)

const (
	appID, otherAppID = "2021001100000001", "2021001100000002"
	mchid             = "1900000109"
	activity          = "20260301000000000001"
	lifecycle         = "alipay.marketing.activity.message."
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Making an RSA key takes a while, so each is made once.
var vendorKey, otherAppKey, strangerKey = newKey(), newKey(), newKey()

func newKey() func() *rsa.PrivateKey {
	return sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return key
	})
}

func sign(key *rsa.PrivateKey, text string) string {
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

func verify(key *rsa.PublicKey, text, signature string) error {
	raw, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(text))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], raw)
}

// alipayForm is an app's key, and verifies as Alipay's signatures demand.
type alipayForm struct{ key func() *rsa.PrivateKey }

func alipayText(form url.Values) string {
	var pairs []string
	for name := range form {
		if name != "sign" {
			pairs = append(pairs, name+"="+form.Get(name))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

func (a alipayForm) Verify(_ context.Context, received Received) (Notice, error) {
	form, err := received.Form()
	if err != nil {
		return Notice{}, err
	}
	if err := verify(&a.key().PublicKey, alipayText(form), form.Get("sign")); err != nil {
		return Notice{}, errors.New("the signature does not verify")
	}
	var content struct {
		ActivityID string `json:"activity_id"`
	}
	if json.Unmarshal([]byte(form.Get("biz_content")), &content) != nil {
		return Notice{}, ErrMalformed
	}
	sent, err := strconv.ParseInt(form.Get("utc_timestamp"), 10, 64)
	if err != nil {
		return Notice{}, ErrMalformed
	}
	method := form.Get("msg_method")
	return Notice{ID: form.Get("notify_id"), Account: form.Get("app_id"), Topic: method, ActivityID: content.ActivityID,
		UserLevel: strings.HasSuffix(method, "used"), SentAt: time.UnixMilli(sent)}, nil
}

// message is an Alipay message about the activity, signed with the app's key; edits are made before it is signed.
func message(edits ...string) string {
	return messageSigned(vendorKey(), edits...)
}

func messageSigned(key *rsa.PrivateKey, edits ...string) string {
	form := url.Values{
		"notify_id": {"2026030100222000000001"}, "utc_timestamp": {strconv.FormatInt(now.UnixMilli(), 10)},
		"msg_method": {lifecycle + "created"}, "app_id": {appID}, "version": {"1.1"}, "charset": {"UTF-8"}, "sign_type": {"RSA2"},
		"biz_content": {`{"id":"CREATED_1","activity_id":"` + activity + `","event_time":"1772366400000"}`},
	}
	for i := 0; i < len(edits); i += 2 {
		form.Set(edits[i], edits[i+1])
	}
	form.Set("sign", sign(key, alipayText(form)))
	return form.Encode()
}

// weChatPayBody verifies as WeChat Pay's signatures demand; what it says is not encrypted.
type weChatPayBody struct{ key func() *rsa.PrivateKey }

func (w weChatPayBody) Verify(_ context.Context, received Received) (Notice, error) {
	text := received.Header.Get("Wechatpay-Timestamp") + "\n" + received.Header.Get("Wechatpay-Nonce") + "\n" + string(received.Body) + "\n"
	if err := verify(&w.key().PublicKey, text, received.Header.Get("Wechatpay-Signature")); err != nil {
		return Notice{}, errors.New("the signature does not verify")
	}
	var body struct{ ID, Stock, User string }
	if json.Unmarshal(received.Body, &body) != nil {
		return Notice{}, ErrMalformed
	}
	return Notice{ID: body.ID, Account: mchid, Topic: "COUPON.USE", ActivityID: body.Stock, UserLevel: body.User != ""}, nil
}

// world is an open door and what it has done.
type world struct {
	t        *testing.T
	door     *Door
	url      string
	clock    *clocktesting.FakePassiveClock
	registry *prometheus.Registry
	sources  *Sources
	stop     context.CancelFunc
	// ended has what serve returned.
	ended chan error

	mu      sync.Mutex
	leading bool
	woken   []string
	log     bytes.Buffer
	// onWake may stand in for waking.
	onWake func() (bool, error)
}

func newWorld(t *testing.T, edits ...func(*Options, *limits)) *world {
	t.Helper()
	w := &world{t: t, clock: clocktesting.NewFakePassiveClock(now), registry: prometheus.NewRegistry(), leading: true,
		sources: &Sources{}, ended: make(chan error, 1)}
	w.sources.Put(Account{Alipay, appID}, owner("app"), alipayForm{vendorKey})
	w.sources.Put(Account{Alipay, otherAppID}, owner("other-app"), alipayForm{otherAppKey})
	w.sources.Put(Account{WeChatPay, mchid}, owner("merchant"), weChatPayBody{vendorKey})
	options := Options{Sources: w.sources, Wake: w.wake, Leading: w.leads, Clock: w.clock, Metrics: w.registry, Log: w.logger()}
	limits := defaultLimits
	for _, edit := range edits {
		edit(&options, &limits)
	}
	w.door = newDoor(options, limits)
	return w
}

// open serves on a real port until the test ends.
func (w *world) open() *world {
	w.t.Helper()
	inner, err := new(net.ListenConfig).Listen(w.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.url = "http://" + inner.Addr().String()
	w.serve(inner)
	w.t.Cleanup(w.close)
	return w
}

func (w *world) serve(inner net.Listener) {
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	go func() { w.ended <- w.door.serve(ctx, inner) }()
}

func (w *world) close() {
	w.stop()
	if err := <-w.ended; err != nil {
		w.t.Error(err)
	}
}

func owner(name string) types.NamespacedName {
	return types.NamespacedName{Namespace: "platform", Name: name}
}

// wake knows one activity of the app and one stock of the merchant.
func (w *world) wake(_ context.Context, account Account, activityID string) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.onWake != nil {
		return w.onWake()
	}
	if account != (Account{Alipay, appID}) && account != (Account{WeChatPay, mchid}) || activityID != activity {
		return false, nil
	}
	w.woken = append(w.woken, account.Vendor+"/"+account.ID+"/"+activityID)
	return true, nil
}

func (w *world) leads() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.leading
}

func (w *world) lead(leading bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leading = leading
}

// logger writes everything there is, also what a production log leaves out.
func (w *world) logger() logr.Logger {
	return funcr.New(func(prefix, args string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.log.WriteString(prefix + args + "\n")
	}, funcr.Options{Verbosity: 10})
}

func (w *world) logged() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.String()
}

// wantSecret checks that the log, at its most talkative, has none of these.
func (w *world) wantSecret(texts ...string) {
	w.t.Helper()
	for _, text := range texts {
		if log := w.logged(); strings.Contains(log, text) {
			w.t.Errorf("%q is logged: %s", text, log)
		}
	}
}

// wantWoken checks how often the activity was woken.
func (w *world) wantWoken(times int) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.woken) != times {
		w.t.Errorf("woken: %q, want %d", w.woken, times)
	}
}

// wantCounted checks the number of requests with an outcome.
func (w *world) wantCounted(vendor string, o outcome, times int) {
	w.t.Helper()
	if got := int(testutil.ToFloat64(w.door.counter.WithLabelValues(vendor, string(o)))); got != times {
		w.t.Errorf("%s %s: %d, want %d", vendor, o, got, times)
	}
}

// reply is an answer without what changes with time.
type reply struct {
	status       int
	contentType  string
	body         string
	closes       bool
	otherHeaders int
}

var (
	alipaySuccess    = reply{status: 200, contentType: "text/plain; charset=utf-8", body: "success"}
	weChatPaySuccess = reply{status: 204}
)

func alipayFailure(status int) reply {
	return reply{status: status, contentType: "text/plain; charset=utf-8", body: "fail", closes: true}
}

func weChatPayFailure(status int, message string) reply {
	return reply{status: status, contentType: "application/json; charset=utf-8", body: `{"code":"FAIL","message":"` + message + `"}`, closes: true}
}

// post sends a message to a path of the door.
func (w *world) post(path, body string, header ...string) reply {
	w.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	return w.send(request)
}

func (w *world) send(request *http.Request) reply {
	w.t.Helper()
	response, err := client.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	return readReply(w.t, response)
}

func readReply(t *testing.T, response *http.Response) reply {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := reply{status: response.StatusCode, contentType: response.Header.Get("Content-Type"), body: string(body), closes: response.Close}
	for name := range response.Header {
		if !slices.Contains([]string{"Date", "Content-Length", "Content-Type", "Connection"}, name) {
			got.otherHeaders++
		}
	}
	return got
}

// client makes a connection for each request, and follows no redirect.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// notifyWeChatPay sends a signed notification.
func (w *world) notifyWeChatPay(body string) reply {
	w.t.Helper()
	timestamp := strconv.FormatInt(now.Unix(), 10)
	return w.post("/wechatpay/"+mchid, body, "Wechatpay-Timestamp", timestamp, "Wechatpay-Nonce", "n0nce",
		"Wechatpay-Signature", sign(vendorKey(), timestamp+"\nn0nce\n"+body+"\n"))
}
