package wechatpay

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/httpx"
)

const (
	createBody = `{"activity_base_info":{"activity_name":"<满额送> & more"},"x":"\u003c"}` + "\n"
	createdOK  = `{"activity_id":"10028001","create_time":"2026-03-01T20:00:00+08:00"}`
)

func create(p *PayGift) error {
	_, err := p.Create(context.Background(), []byte(createBody))
	return err
}

func TestTheExactBytesGivenAreSignedAndSent(t *testing.T) {
	g := newGateway(t, always(signed(byPublicKey, 200, createdOK))) // checks each request's signature
	if err := create(NewPayGift(newClient(t, g.URL, publicKeyMode))); err != nil {
		t.Fatal(err)
	}
	calls := g.requests("/")
	if len(calls) != 1 {
		t.Fatalf("%d requests", len(calls))
	}
	call := calls[0]
	if call.Method != "POST" || call.URI != "/v3/marketing/paygiftactivity/unique-threshold-activity" || string(call.Body) != createBody {
		t.Errorf("got %s %s with %q", call.Method, call.URI, call.Body)
	}
	for name, want := range map[string]string{"Wechatpay-Serial": testPublicKeyID, "User-Agent": "campaign-operator/test",
		"Accept-Encoding": ""} {
		if got := call.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	other := newGateway(t, always(signed(byPublicKey, 200, createdOK)))
	g := newGateway(t, always(reply{status: 307, header: map[string]string{"Location": other.URL}}))
	wantError(t, create(NewPayGift(newClient(t, g.URL, publicKeyMode))), providers.KindUnknown, true)
	if n := len(other.requests("/")); n != 0 {
		t.Errorf("%d requests followed", n)
	}
}

func TestTheBackupDomainIsUsedOnlyWhereNoByteWasSent(t *testing.T) {
	first := providers.FirstSend(context.Background())
	for name, tc := range map[string]struct {
		ctx     context.Context
		main    func(t *testing.T) string
		call    func(context.Context, *PayGift) error
		toOther bool
	}{
		"a first create that could not connect goes to the backup": {first, refusedAddress, createIn, true},
		"a create that may have been sent before stays":            {context.Background(), refusedAddress, createIn, false},
		"a read that could not connect goes to the backup":         {context.Background(), refusedAddress, listIn, true},
		"a terminate that could not connect goes to the backup":    {context.Background(), refusedAddress, terminateIn, true},
		"a create that was reset stays":                            {first, resetting, createIn, false},
		"a create that was half written stays":                     {first, halfReading, createIn, false},
		"a create that was answered in part stays":                 {first, breaking, createIn, false},
		"a create that was answered 500 stays":                     {first, failing, createIn, false},
	} {
		t.Run(name, func(t *testing.T) {
			backup := newGateway(t, func(r received) reply {
				if r.Method == http.MethodGet {
					return signed(byPublicKey, 200, `{"data":[],"total_count":0}`)
				}
				return signed(byPublicKey, 200, createdOK)
			})
			client := newClient(t, tc.main(t), publicKeyMode, func(c *Config) { c.BackupURL = backup.URL })
			err := tc.call(tc.ctx, NewPayGift(client))
			if used := len(backup.requests("/")) == 1; used != tc.toOther {
				t.Errorf("backup used: %t, want %t (%v)", used, tc.toOther, err)
			}
			if (err == nil) != tc.toOther {
				t.Errorf("got %v", err)
			}
		})
	}
}

func createIn(ctx context.Context, p *PayGift) error {
	_, err := p.Create(ctx, []byte(strings.Repeat("x", 256<<10)))
	return err
}

func listIn(ctx context.Context, p *PayGift) error {
	_, err := p.List(ctx, 0)
	return err
}

func terminateIn(ctx context.Context, p *PayGift) error {
	_, err := p.Do(ctx, providers.Mutation{Operation: providers.OperationTerminate, ID: "10028001"})
	return err
}

func resetting(t *testing.T) string {
	return newGateway(t, always(reply{fault: hangUp})).URL
}

func breaking(t *testing.T) string {
	return newGateway(t, always(reply{fault: breakOff})).URL
}

func failing(t *testing.T) string { return newGateway(t, always(unsigned(500, ""))).URL }

// halfReading accepts one connection, reads a little of the request, and resets it.
func halfReading(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	t.Cleanup(func() { _ = listener.Close(); served.Wait() })
	served.Go(func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = io.ReadFull(conn, make([]byte, 10))
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	})
	return "http://" + listener.Addr().String()
}

func TestBothDomainsOutOfReachIsNotSentAndNamesBoth(t *testing.T) {
	main, backup := refusedAddress(t), refusedAddress(t)
	client := newClient(t, main, publicKeyMode, func(c *Config) { c.BackupURL = backup })
	_, err := NewPayGift(client).Create(providers.FirstSend(context.Background()), []byte(createBody))
	e := gotError(t, err, providers.KindUnavailable, false)
	for _, host := range []string{main, backup} {
		if host = strings.TrimPrefix(host, "http://"); !strings.Contains(e.Error(), host+": cannot connect: connection refused") {
			t.Errorf("got %v, want it to name %s", e, host)
		}
	}
}

func TestALostAnswerLeavesTheOutcomeOfAMutationUnknown(t *testing.T) {
	for name, r := range map[string]reply{
		"reset after the request":   {fault: hangUp},
		"truncated body":            {fault: breakOff},
		"oversized body":            signed(byPublicKey, 200, `{"activity_id":"1`+strings.Repeat("0", httpx.MaxBody)+`"}`),
		"oversized error":           unsigned(400, `{"code":"PARAM_ERROR","message":"`+strings.Repeat("x", httpx.MaxBody)+`"}`),
		"HTML 502":                  unsigned(502, "<html><body>Bad Gateway</body></html>"),
		"500 with a rejecting code": unsigned(500, `{"code":"PARAM_ERROR","message":"x"}`),
		"503 without a body":        unsigned(503, ""),
		"202":                       unsigned(202, ""),
	} {
		t.Run(name, func(t *testing.T) {
			p := payGiftWith(t, r)
			wantError(t, create(p), providers.KindUnavailable, true)
			wantError(t, terminateIn(context.Background(), p), providers.KindUnavailable, true)
			wantError(t, listIn(context.Background(), p), providers.KindUnavailable, false)
		})
	}
}

func TestTheSizeLimitIsNamed(t *testing.T) {
	err := create(payGiftWith(t, signed(byPublicKey, 200, strings.Repeat("x", httpx.MaxBody+1))))
	if !errors.Is(err, httpx.ErrBodyTooLarge) || !strings.Contains(err.Error(), "1048576 bytes") {
		t.Errorf("got %v", err)
	}
	if e := asError(t, err); e.HTTPStatus != 200 {
		t.Errorf("the status is %d", e.HTTPStatus)
	}
}

func TestACancelledCallIsUnavailableAndCommittedOnlyIfSent(t *testing.T) {
	t.Run("cancelled before it was sent", func(t *testing.T) {
		g := newGateway(t, always(signed(byPublicKey, 200, createdOK)))
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).Create(ctx, []byte(createBody))
		e := gotError(t, err, providers.KindUnavailable, false)
		if !errors.Is(err, context.Canceled) || e.Delay != providers.DelayFast {
			t.Errorf("got %v, delay %s", err, e.Delay)
		}
		if n := len(g.requests("/")); n != 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
	t.Run("cancelled while the gateway works", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		g, release := stuckGateway(t, cancel)
		defer release()
		_, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).Create(ctx, []byte(createBody))
		wantError(t, err, providers.KindUnavailable, true)
	})
	t.Run("the gateway takes too long", func(t *testing.T) {
		g, release := stuckGateway(t, func() {})
		defer release()
		client := newClient(t, g.URL, publicKeyMode, func(c *Config) { c.Timeout = 50 * time.Millisecond })
		e := gotError(t, create(NewPayGift(client)), providers.KindUnavailable, true)
		if !errors.Is(e, context.DeadlineExceeded) || !strings.Contains(e.Error(), "no complete answer within the time allowed") {
			t.Errorf("got %v", e)
		}
	})
}

// stuckGateway answers nothing until release is called; it says when a request has arrived.
func stuckGateway(t *testing.T, arrived func()) (g *gateway, release func()) {
	t.Helper()
	stop := make(chan struct{})
	return newGateway(t, always(reply{fault: func(http.ResponseWriter) {
		arrived()
		<-stop
	}})), func() { close(stop) }
}

func TestTheSameFailureHasTheSameText(t *testing.T) {
	for name, r := range map[string]reply{
		"reset":         {fault: hangUp},
		"bad signature": signed(signingKey{testPublicKeyID, strangerKey}, 200, createdOK),
		"rejection":     unsigned(400, `{"code":"PARAM_ERROR","message":"x"}`),
	} {
		t.Run(name, func(t *testing.T) {
			p := payGiftWith(t, r)
			if first, second := create(p).Error(), create(p).Error(); first != second {
				t.Errorf("%q, then %q", first, second)
			}
		})
	}
}

func TestClockSkewIsHowFarTheGatewaysClockIsAhead(t *testing.T) {
	var answer reply
	g := newGateway(t, func(received) reply { return answer })
	client := newClient(t, g.URL, publicKeyMode)
	if _, known := client.ClockSkew(); known {
		t.Error("known before the first answer")
	}
	good, refusal := signed(byPublicKey, 200, createdOK), unsigned(401, `{"code":"SIGN_ERROR","message":"m"}`)
	undated := reply{status: 500, header: map[string]string{"Date": "soon"}}
	for _, tc := range []struct {
		name        string
		answer      reply
		ahead, want time.Duration
	}{
		{"behind", good, -45 * time.Second, -45 * time.Second},
		{"ahead", good, 3 * time.Minute, 3 * time.Minute},
		{"so far ahead that the answer is not believed", good, time.Hour, time.Hour},
		{"so far behind that the request is refused", refusal, -time.Hour, -time.Hour},
		{"right again", good, 0, 0},
		{"an answer that does not say leaves the last measure", undated, time.Hour, 0},
	} {
		answer = tc.answer
		g.setClock(testNow.Add(tc.ahead))
		_ = create(NewPayGift(client))
		if skew, known := client.ClockSkew(); !known || skew != tc.want {
			t.Errorf("%s: got %v, %t, want %v", tc.name, skew, known, tc.want)
		}
	}
}

func TestClockSkewIsMeasuredAgainstTheMiddleOfTheExchange(t *testing.T) {
	clock := &testClock{now: testNow}
	g := newGateway(t, func(received) reply {
		clock.advance(20 * time.Second) // this machine's, while the answer is under way
		return signed(byPublicKey, 200, createdOK)
	})
	g.setClock(testNow.Add(10 * time.Second))
	client := newClient(t, g.URL, publicKeyMode, withClock(clock))
	if err := create(NewPayGift(client)); err != nil {
		t.Fatal(err)
	}
	if skew, known := client.ClockSkew(); !known || skew != 0 {
		t.Errorf("got %v, %t", skew, known)
	}
}

func TestClockSkewMayBeReadWhileCallsAreMade(t *testing.T) {
	client := newClient(t, newGateway(t, always(signed(byPublicKey, 200, createdOK))).URL, publicKeyMode)
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			if err := create(NewPayGift(client)); err != nil {
				t.Error(err)
			}
			if skew, known := client.ClockSkew(); !known || skew != 0 {
				t.Errorf("got %v, %t", skew, known)
			}
		})
	}
	calls.Wait()
}

func TestAConfigurationThatCannotWorkIsRefused(t *testing.T) {
	good := Config{Mchid: testMchid, Credentials: publicKeyMode.credentials(t)}
	for name, tc := range map[string]struct {
		edit func(*Config)
		want string
	}{
		"no merchant id":             {func(c *Config) { c.Mchid = "" }, "mchid"},
		"a merchant id with a quote": {func(c *Config) { c.Mchid = `1"` }, "mchid"},
		"no credentials":             {func(c *Config) { c.Credentials = Credentials{} }, "ParseCredentials"},
		"a gateway without scheme":   {func(c *Config) { c.GatewayURL = "api.mch.weixin.qq.com" }, "gateway URL"},
		"a gateway that is no URL":   {func(c *Config) { c.GatewayURL = "http://%zz" }, "gateway URL"},
		"a gateway with a path":      {func(c *Config) { c.GatewayURL = "https://host/path" }, "gateway URL"},
		"a gateway with a password":  {func(c *Config) { c.GatewayURL = "https://u:hunter2@host" }, "gateway URL"},
		"a backup with a query":      {func(c *Config) { c.BackupURL = "https://host?x=1" }, "backup URL"},
		"a backup of another scheme": {func(c *Config) { c.BackupURL = "ftp://host" }, "backup URL"},
	} {
		t.Run(name, func(t *testing.T) {
			config := good
			tc.edit(&config)
			_, err := New(config)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestTheVendorsDomainsAreTheDefault(t *testing.T) {
	client, err := New(Config{Mchid: testMchid, Credentials: publicKeyMode.credentials(t)})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{client.gateway, client.backup, client.userAgent, client.timeout.String()}
	want := []string{"https://api.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com", "campaign-operator", "10s"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	client, err = New(Config{Mchid: testMchid, Credentials: publicKeyMode.credentials(t), GatewayURL: "http://localhost:8080/"})
	if err != nil || client.gateway != "http://localhost:8080" || client.backup != "" {
		t.Errorf("another gateway gets no backup of WeChat Pay's: %q, %v", client.backup, err)
	}
}
