package wechatpay

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

// withClock lets a client run on a clock that the test moves.
func withClock(clock *testClock) func(*Config) {
	return func(c *Config) { c.Now = clock.Now }
}

func TestCertificatesAreDownloadedBeforeTheFirstCallAndVerifiedWithThemselves(t *testing.T) {
	g := newGateway(t, certificatesOr(signed(byCertificateA, 200, createdOK), byCertificateA))
	client := newClient(t, g.URL, certificateMode)
	if got := client.VerifiesWith(); len(got) != 0 {
		t.Errorf("verifies with %v before anything was downloaded", got)
	}
	for range 3 {
		if err := create(NewPayGift(client)); err != nil {
			t.Fatal(err)
		}
	}
	if got := client.VerifiesWith(); !slices.Equal(got, []string{platformSerialA}) {
		t.Errorf("verifies with %v", got)
	}
	downloads := g.requests(certificatesPath)
	if len(downloads) != 1 || downloads[0].Method != "GET" || downloads[0].Header.Get("Wechatpay-Serial") != "" {
		t.Errorf("downloads: %+v", downloads)
	}
}

func TestNothingIsSentWhileCertificatesCannotBeHad(t *testing.T) {
	wrongKey := strings.Repeat("x", 32)
	expired := map[string]any{"data": []any{byCertificateA.item(testAPIv3Key, testNow.AddDate(-5, 0, 0), testNow)}}
	misnamed := byCertificateA.item(testAPIv3Key, testNow, testNow.AddDate(5, 0, 0))
	misnamed["serial_no"] = platformSerialB
	shortNonce := byCertificateA.item(testAPIv3Key, testNow, testNow.AddDate(5, 0, 0))
	shortNonce["encrypt_certificate"].(map[string]any)["nonce"] = "short"
	notPEM := map[string]any{"serial_no": platformSerialA, "encrypt_certificate": seal(testAPIv3Key, []byte("hello"))}
	list := func(items ...any) string { return mustJSON(map[string]any{"data": items}) }
	for name, tc := range map[string]struct {
		reply reply
		kind  providers.Kind
		text  string
	}{
		"encrypted with another key":       {signed(byCertificateA, 200, certificatesBody(wrongKey, byCertificateA)), providers.KindAuth, "cannot be decrypted with the APIv3 key"},
		"signed by a key that is not sent": {signed(byCertificateB, 200, certificatesBody(testAPIv3Key, byCertificateA)), providers.KindUntrusted, "none of the keys held"},
		"signed badly":                     {signed(signingKey{platformSerialA, strangerKey}, 200, certificatesBody(testAPIv3Key, byCertificateA)), providers.KindUntrusted, "does not verify"},
		"unsigned":                         {unsigned(200, certificatesBody(testAPIv3Key, byCertificateA)), providers.KindUntrusted, "has no Wechatpay-Serial"},
		"expired":                          {signed(byCertificateA, 200, mustJSON(expired)), providers.KindAuth, "no certificate that is valid now"},
		"under another serial":             {signed(byCertificateA, 200, list(misnamed)), providers.KindAuth, "no certificate that is valid now"},
		"with a nonce of the wrong size":   {signed(byCertificateA, 200, list(shortNonce)), providers.KindAuth, "no certificate that is valid now"},
		"no PEM inside":                    {signed(byCertificateA, 200, list(notPEM)), providers.KindAuth, "no certificate that is valid now"},
		"items that are none":              {signed(byCertificateA, 200, list("x", nil)), providers.KindAuth, "no certificate that is valid now"},
		"an empty list":                    {signed(byCertificateA, 200, `{"data":[]}`), providers.KindAuth, "lists no certificates"},
		"no JSON":                          {signed(byCertificateA, 200, `<html>`), providers.KindUntrusted, "not JSON"},
		"no permission":                    {signed(byCertificateA, 403, `{"code":"NO_AUTH","message":"x"}`), providers.KindForbidden, "NO_AUTH"},
		"a refused signature":              {unsigned(401, `{"code":"SIGN_ERROR","message":"x"}`), providers.KindAuth, "SIGN_ERROR"},
		"a lost answer":                    {reply{fault: hangUp}, providers.KindUnavailable, "certificates"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t, always(tc.reply))
			e := gotError(t, create(NewPayGift(newClient(t, g.URL, certificateMode))), tc.kind, false)
			if e.Operation != OperationCertificates || !strings.Contains(e.Error(), tc.text) {
				t.Errorf("got %v", e)
			}
			if n := len(g.requests("/v3/marketing")); n != 0 {
				t.Errorf("%d creates were sent", n)
			}
		})
	}
}

func TestAFirstDownloadSignedWithAPublicKeyIsAskedForAgainByCertificate(t *testing.T) {
	g := newGateway(t, func(call received) reply {
		by := byPublicKey // unless another is asked for
		if call.Header.Get("Wechatpay-Serial") == platformSerialA {
			by = byCertificateA
		}
		if call.URI == certificatesPath {
			return signed(by, 200, certificatesBody(testAPIv3Key, byCertificateA))
		}
		return signed(by, 200, createdOK)
	})
	client := newClient(t, g.URL, certificateMode)
	if err := create(NewPayGift(client)); err != nil {
		t.Fatal(err)
	}
	if n := len(g.requests(certificatesPath)); n != 2 {
		t.Errorf("%d downloads", n)
	}

	// A gateway that signs with the public key whatever it is asked for is not believed.
	stubborn := newGateway(t, always(signed(byPublicKey, 200, certificatesBody(testAPIv3Key, byCertificateA))))
	client = newClient(t, stubborn.URL, certificateMode)
	wantError(t, client.Probe(context.Background()), providers.KindUntrusted, false)
	if got := client.VerifiesWith(); len(got) != 0 {
		t.Errorf("verifies with %v", got)
	}
}

func TestOneUsableCertificateIsEnough(t *testing.T) {
	body := mustJSON(map[string]any{"data": []any{
		byCertificateA.item(strings.Repeat("x", 32), testNow, testNow.AddDate(5, 0, 0)),
		byCertificateB.item(testAPIv3Key, testNow, testNow.AddDate(5, 0, 0)),
	}})
	g := newGateway(t, func(r received) reply {
		if r.URI == certificatesPath {
			return signed(byCertificateB, 200, body)
		}
		return signed(byCertificateB, 200, createdOK)
	})
	if err := create(NewPayGift(newClient(t, g.URL, certificateMode))); err != nil {
		t.Fatal(err)
	}
}

// rotation is a gateway that replaces its certificate.
type rotation struct {
	rotated, broken atomic.Bool
}

func (r *rotation) answer(call received) reply {
	key := byCertificateA
	if r.rotated.Load() {
		key = byCertificateB
	}
	switch {
	case call.URI != certificatesPath:
		return signed(key, 200, createdOK)
	case r.broken.Load():
		return unsigned(500, `{"code":"SYSTEM_ERROR","message":"busy"}`)
	case key.serial == platformSerialA:
		return signed(key, 200, certificatesBody(testAPIv3Key, byCertificateA))
	default:
		return signed(key, 200, certificatesBody(testAPIv3Key, byCertificateA, byCertificateB))
	}
}

func TestAnUnknownSerialCausesOneDownloadAMinute(t *testing.T) {
	var r rotation
	g := newGateway(t, r.answer)
	clock := &testClock{now: testNow}
	client := newClient(t, g.URL, certificateMode, withClock(clock))
	p := NewPayGift(client)
	downloads := func() int { return len(g.requests(certificatesPath)) }
	if err := create(p); err != nil {
		t.Fatal(err)
	}

	r.rotated.Store(true)
	first := gotError(t, create(p), providers.KindUntrusted, true)
	second := gotError(t, create(p), providers.KindUntrusted, true)
	if downloads() != 1 || first.Error() != second.Error() {
		t.Errorf("within the pause: %d downloads; %v, then %v", downloads(), first, second)
	}

	clock.advance(refreshPause)
	g.setClock(clock.Now())
	g.skipTimestamps()
	if err := create(p); err != nil || downloads() != 2 {
		t.Fatalf("after the pause: %v, %d downloads", err, downloads())
	}
	if got := client.VerifiesWith(); !slices.Equal(got, []string{platformSerialA, platformSerialB}) {
		t.Errorf("verifies with %v", got)
	}
}

func TestAFailedDownloadIsNamedTheSameWayUntilTheNext(t *testing.T) {
	var r rotation
	r.rotated.Store(true)
	r.broken.Store(true)
	g := newGateway(t, r.answer)
	p := NewPayGift(newClient(t, g.URL, bothMode))
	first := gotError(t, create(p), providers.KindUntrusted, true)
	second := gotError(t, create(p), providers.KindUntrusted, true)
	if first.Error() != second.Error() || !strings.Contains(first.Error(), "certificates: SYSTEM_ERROR: busy") {
		t.Errorf("%v, then %v", first, second)
	}
	if n := len(g.requests(certificatesPath)); n != 1 {
		t.Errorf("%d downloads", n)
	}
}

func TestCertificatesAreRefreshedAfterTwelveHoursAndKeptWhenThatFails(t *testing.T) {
	var r rotation
	g := newGateway(t, r.answer)
	g.skipTimestamps()
	clock := &testClock{now: testNow}
	p := NewPayGift(newClient(t, g.URL, certificateMode, withClock(clock)))
	steps := []struct {
		advance   time.Duration
		broken    bool
		downloads int
	}{
		{0, false, 1},
		{refreshAfter - time.Second, false, 1},
		{time.Second, true, 2},   // due, fails, the old ones serve
		{time.Second, true, 2},   // not again at once
		{refreshPause, false, 3}, // then again
		{refreshAfter / 2, false, 3},
	}
	for i, step := range steps {
		clock.advance(step.advance)
		g.setClock(clock.Now())
		r.broken.Store(step.broken)
		if err := create(p); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		if n := len(g.requests(certificatesPath)); n != step.downloads {
			t.Fatalf("step %d: %d downloads, want %d", i, n, step.downloads)
		}
	}
}

func TestAnExpiredCertificateVerifiesNothing(t *testing.T) {
	var r rotation
	g := newGateway(t, r.answer)
	g.skipTimestamps()
	clock := &testClock{now: testNow}
	p := NewPayGift(newClient(t, g.URL, certificateMode, withClock(clock)))
	if err := create(p); err != nil {
		t.Fatal(err)
	}
	clock.advance(6 * 365 * 24 * time.Hour)
	g.setClock(clock.Now())
	e := gotError(t, create(p), providers.KindAuth, false)
	if e.Operation != OperationCertificates {
		t.Errorf("got %v", e)
	}
}

func TestManyCallsAtOnceDownloadOnce(t *testing.T) {
	g := newGateway(t, certificatesOr(signed(byCertificateA, 200, createdOK), byCertificateA))
	client := newClient(t, g.URL, certificateMode)
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() {
			if err := create(NewPayGift(client)); err != nil {
				t.Error(err)
			}
			client.VerifiesWith()
		})
	}
	calls.Wait()
	if n := len(g.requests(certificatesPath)); n != 1 {
		t.Errorf("%d downloads", n)
	}
}

func TestWaitingForADownloadEndsWithTheContext(t *testing.T) {
	client := newClient(t, "http://127.0.0.1:1", certificateMode)
	release, err := client.keys.acquire(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = NewPayGift(client).Create(ctx, []byte("{}"))
	wantError(t, err, providers.KindUnavailable, false)
	wantError(t, client.Probe(ctx), providers.KindUnavailable, false)
	wantError(t, client.learn(ctx, platformSerialA), providers.KindUnavailable, false)
}

func TestProbeProvesThatTheCredentialsAreAccepted(t *testing.T) {
	notExists := `{"code":"RESOURCE_NOT_EXISTS","message":"平台证书不存在"}`
	for name, tc := range map[string]struct {
		mode  mode
		reply reply
		kind  providers.Kind // empty: accepted
	}{
		"certificates come":                           {certificateMode, signed(byCertificateA, 200, certificatesBody(testAPIv3Key, byCertificateA)), ""},
		"certificates come, signed by the public key": {bothMode, signed(byPublicKey, 200, certificatesBody(testAPIv3Key, byCertificateA)), ""},
		"certificates that nobody can decrypt here":   {publicKeyMode, signed(byPublicKey, 200, certificatesBody(testAPIv3Key, byCertificateA)), ""},
		"a platform certificate signs all the same":   {publicKeyMode, signed(byCertificateA, 200, certificatesBody(testAPIv3Key, byCertificateA)), ""},
		"no certificates for a public-key merchant":   {publicKeyMode, unsigned(404, notExists), ""},
		"no certificates, with an APIv3 key as well":  {bothMode, unsigned(404, notExists), ""},
		"an empty list, with an APIv3 key as well":    {bothMode, signed(byPublicKey, 200, `{"data":[]}`), ""},
		"no certificates and nothing else":            {certificateMode, unsigned(404, notExists), providers.KindAuth},
		"an empty list and nothing else":              {certificateMode, unsigned(200, `{}`), providers.KindAuth},
		"another public key signs":                    {publicKeyMode, signed(signingKey{"PUB_KEY_ID_2", strangerKey}, 200, "{}"), providers.KindUntrusted},
		"the wrong public key":                        {publicKeyMode, signed(signingKey{testPublicKeyID, strangerKey}, 200, "{}"), providers.KindUntrusted},
		"a wrong APIv3 key":                           {bothMode, signed(byPublicKey, 200, certificatesBody(strings.Repeat("x", 32), byCertificateA)), providers.KindAuth},
		"a refused signature":                         {publicKeyMode, unsigned(401, `{"code":"SIGN_ERROR","message":"x"}`), providers.KindAuth},
		"401 without a body":                          {publicKeyMode, unsigned(401, ""), providers.KindAuth},
		"an unknown merchant":                         {publicKeyMode, unsigned(400, `{"code":"MCH_NOT_EXISTS","message":"x"}`), providers.KindAuth},
		"a 404 that is not the gateway's":             {publicKeyMode, unsigned(404, "not found"), providers.KindUnknown},
		"a gateway that fails":                        {bothMode, unsigned(502, ""), providers.KindUnavailable},
		"no answer":                                   {publicKeyMode, reply{fault: hangUp}, providers.KindUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t, always(tc.reply))
			err := newClient(t, g.URL, tc.mode).Probe(context.Background())
			if n := len(g.requests(certificatesPath)); n != 1 {
				t.Errorf("%d requests", n)
			}
			if tc.kind == "" {
				if err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			if e := gotError(t, err, tc.kind, false); e.Operation != OperationCertificates {
				t.Errorf("got %v", e)
			}
		})
	}
}

func TestProbeBringsTheCertificatesIntoUse(t *testing.T) {
	g := newGateway(t, certificatesOr(signed(byCertificateA, 200, createdOK), byCertificateA, byCertificateB))
	client := newClient(t, g.URL, bothMode)
	if err := client.Probe(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := client.VerifiesWith(); !slices.Equal(got, []string{testPublicKeyID, platformSerialA, platformSerialB}) {
		t.Errorf("verifies with %v", got)
	}
	if err := create(NewPayGift(client)); err != nil || len(g.requests(certificatesPath)) != 1 {
		t.Errorf("%v after %d downloads", err, len(g.requests(certificatesPath)))
	}
}

func TestACancelledDownloadSaysNothingToOthers(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var r rotation
	first := true
	var mu sync.Mutex
	g := newGateway(t, func(call received) reply {
		mu.Lock()
		defer mu.Unlock()
		if call.URI == certificatesPath && first {
			first = false
			return reply{fault: hangUpAfter(cancel)}
		}
		return r.answer(call)
	})
	p := NewPayGift(newClient(t, g.URL, bothMode))
	_, err := p.Create(ctx, []byte(createBody))
	wantError(t, err, providers.KindUntrusted, true)
	if !errors.Is(ctx.Err(), context.Canceled) {
		t.Fatal("the context should be cancelled")
	}
	if err := create(p); err != nil {
		t.Errorf("the next caller downloads for itself: %v", err)
	}
}
