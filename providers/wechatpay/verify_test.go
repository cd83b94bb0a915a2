package wechatpay

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

// certificatesOr answers the certificate download with these certificates, signed by the
// first, and everything else with r.
func certificatesOr(r reply, certificates ...signingKey) func(received) reply {
	return func(call received) reply {
		if call.URI == certificatesPath {
			return signed(certificates[0], 200, certificatesBody(testAPIv3Key, certificates...))
		}
		return r
	}
}

func TestARepliesKeyIsChosenByItsSerial(t *testing.T) {
	for name, tc := range map[string]struct {
		mode  mode
		by    signingKey
		asked string // Wechatpay-Serial of the create
		loads int    // downloads of certificates
	}{
		"the public key":                           {publicKeyMode, byPublicKey, testPublicKeyID, 0},
		"the public key, certificates possible":    {bothMode, byPublicKey, testPublicKeyID, 0},
		"a certificate although the key was asked": {bothMode, byCertificateA, testPublicKeyID, 1},
		"the newest certificate":                   {certificateMode, byCertificateB, platformSerialB, 1},
		"an older certificate":                     {certificateMode, byCertificateA, platformSerialB, 1},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t, certificatesOr(signed(tc.by, 200, createdOK), byCertificateA, byCertificateB))
			if err := create(NewPayGift(newClient(t, g.URL, tc.mode))); err != nil {
				t.Fatal(err)
			}
			if got := g.requests("/v3/marketing")[0].Header.Get("Wechatpay-Serial"); got != tc.asked {
				t.Errorf("asked to sign with %q, want %q", got, tc.asked)
			}
			if got := len(g.requests(certificatesPath)); got != tc.loads {
				t.Errorf("%d downloads, want %d", got, tc.loads)
			}
		})
	}
}

func TestASuccessThatDoesNotVerifyLeavesTheOutcomeUnknown(t *testing.T) {
	set := func(name, value string) func(http.Header) {
		return func(h http.Header) { h.Set(name, value) }
	}
	at := func(offset time.Duration) func(http.Header) {
		return func(h http.Header) {
			// Signed for the shifted time, so that only the skew is wrong.
			signReply(h, byPublicKey, testNow.Add(offset), createdOK)
		}
	}
	for name, tc := range map[string]struct {
		reply reply
		text  string
	}{
		"signed by a stranger":     {signed(signingKey{testPublicKeyID, strangerKey}, 200, createdOK), "does not verify"},
		"not signed":               {unsigned(200, createdOK), "has no Wechatpay-Serial header"},
		"no signature":             {reply{status: 200, body: createdOK, by: &byPublicKey, spoil: set("Wechatpay-Signature", "")}, "has no Wechatpay-Signature header"},
		"no nonce":                 {reply{status: 200, body: createdOK, by: &byPublicKey, spoil: set("Wechatpay-Nonce", "")}, "has no Wechatpay-Nonce header"},
		"no timestamp":             {reply{status: 200, body: createdOK, by: &byPublicKey, spoil: set("Wechatpay-Timestamp", "")}, "has no Wechatpay-Timestamp header"},
		"a timestamp that is none": {reply{status: 200, body: createdOK, by: &byPublicKey, spoil: set("Wechatpay-Timestamp", "noon")}, "is no number of seconds"},
		"a timestamp of the year 292277026596": {reply{status: 200, body: createdOK, by: &byPublicKey,
			spoil: set("Wechatpay-Timestamp", "9223372036854775807")}, "300 s or more from this machine's clock"},
		"another nonce":                       {reply{status: 200, body: createdOK, by: &byPublicKey, spoil: set("Wechatpay-Nonce", "other")}, "does not verify"},
		"another key's serial":                {reply{status: 200, body: createdOK, by: &byPublicKey, spoil: set("Wechatpay-Serial", "PUB_KEY_ID_9")}, `"PUB_KEY_ID_9", which is none of the keys held`},
		"a certificate without the APIv3 key": {signed(byCertificateA, 200, createdOK), "which is none of the keys held"},
		"a signature that is not Base64":      {reply{status: 200, body: createdOK, by: &byPublicKey, spoil: set("Wechatpay-Signature", "!")}, "does not verify"},
		"300 seconds late":                    {reply{status: 200, body: createdOK, spoil: at(-300 * time.Second)}, "300 s or more"},
		"300 seconds early":                   {reply{status: 200, body: createdOK, spoil: at(300 * time.Second)}, "300 s or more"},
		"a test signature":                    {reply{status: 200, body: createdOK, by: &byPublicKey, spoil: set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/abcd==")}, "deliberately wrong test signature"},
	} {
		t.Run(name, func(t *testing.T) {
			p := payGiftWith(t, tc.reply)
			e := gotError(t, create(p), providers.KindUntrusted, true)
			if !strings.Contains(e.Error(), tc.text) || !strings.Contains(e.Message, tc.text) {
				t.Errorf("got %v, want …%s…", e, tc.text)
			}
			if e.RequestID != "08F50A1B2C-0" || e.HTTPStatus != 200 {
				t.Errorf("request id %q, status %d", e.RequestID, e.HTTPStatus)
			}
			wantError(t, listIn(context.Background(), p), providers.KindUntrusted, false)
			if isProbe := strings.Contains(name, "test signature"); errors.Is(e, ErrSignatureProbe) != isProbe {
				t.Errorf("said to be a probe: %t", !isProbe)
			}
		})
	}
}

func TestAReply299SecondsOffIsBelieved(t *testing.T) {
	for _, offset := range []time.Duration{-299 * time.Second, 299 * time.Second} {
		g := newGateway(t, always(signed(byPublicKey, 200, createdOK)))
		g.setClock(testNow.Add(offset))
		if err := create(NewPayGift(newClient(t, g.URL, publicKeyMode))); err != nil {
			t.Error(err)
		}
	}
}

func TestAnAlteredBodyIsNotBelieved(t *testing.T) {
	altered := reply{status: 200, body: createdOK, spoil: func(h http.Header) {
		signReply(h, byPublicKey, testNow, strings.Replace(createdOK, "10028001", "10028002", 1))
	}}
	wantError(t, create(payGiftWith(t, altered)), providers.KindUntrusted, true)
}

func TestARejectionThatIsSignedMustVerify(t *testing.T) {
	const paramError = `{"code":"PARAM_ERROR","message":"x"}`
	stranger := signingKey{testPublicKeyID, strangerKey}
	for name, tc := range map[string]struct {
		reply reply
		kind  providers.Kind
		maybe bool
	}{
		"unsigned: believed":                              {unsigned(400, paramError), providers.KindInvalid, false},
		"signed well: believed":                           {signed(byPublicKey, 400, paramError), providers.KindInvalid, false},
		"signed badly: not believed":                      {signed(stranger, 400, paramError), providers.KindUntrusted, true},
		"test signature: not believed":                    {reply{status: 400, body: paramError, by: &byPublicKey, spoil: func(h http.Header) { h.Set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/x") }}, providers.KindUntrusted, true},
		"signed badly, 429: not believed":                 {signed(stranger, 429, `{"code":"RATE_LIMITED"}`), providers.KindUntrusted, true},
		"signed badly, 401: only stops calls":             {signed(stranger, 401, `{"code":"SIGN_ERROR","message":"x"}`), providers.KindAuth, false},
		"signed badly, 500: unknown in any case":          {signed(stranger, 500, `{"code":"SYSTEM_ERROR","message":"x"}`), providers.KindUnavailable, true},
		"unsigned HTML 403: nobody's word":                {unsigned(403, "<html>forbidden</html>"), providers.KindUnknown, true},
		"unsigned code that is not known: not executed":   {unsigned(400, `{"code":"NEW_CODE","message":"x"}`), providers.KindUnknown, false},
		"unsigned 404 of the wrong URL: not a missing id": {unsigned(404, "404 page not found"), providers.KindUnknown, true},
	} {
		t.Run(name, func(t *testing.T) {
			wantError(t, create(payGiftWith(t, tc.reply)), tc.kind, tc.maybe)
		})
	}
}

func TestARejectionBySomeOtherKeyIsBelievedOnceTheCertificateIsThere(t *testing.T) {
	g := newGateway(t, certificatesOr(signed(byCertificateB, 400, `{"code":"PARAM_ERROR","message":"x"}`), byCertificateA, byCertificateB))
	wantError(t, create(NewPayGift(newClient(t, g.URL, bothMode))), providers.KindInvalid, false)
}

func TestErrorBodiesAreReadLeniently(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want errorBody
	}{
		"as documented": {`{"code":"PARAM_ERROR","message":"参数错误","detail":{"field":"/body/award_send_rule","value":1,"issue":"too small","location":"body"}}`,
			errorBody{"PARAM_ERROR", "参数错误: too small", "/body/award_send_rule"}},
		"a partial detail":         {`{"code":"PARAM_ERROR","message":"输入源“/body/x”","detail":{"location":"body","value":0}}`, errorBody{"PARAM_ERROR", "输入源“/body/x”", "body"}},
		"no detail":                {`{"code":"PARAM_ERROR","message":"m"}`, errorBody{"PARAM_ERROR", "m", ""}},
		"a detail that is text":    {`{"code":"PARAM_ERROR","message":"m","detail":"d"}`, errorBody{"PARAM_ERROR", "m", ""}},
		"a nested issue":           {`{"code":"SIGN_ERROR","message":"m","detail":{"field":"signature","detail":{"issue":"sign not match"}}}`, errorBody{"SIGN_ERROR", "m: sign not match", "signature"}},
		"an issue without message": {`{"code":"X","detail":{"issue":"i"}}`, errorBody{"X", "i", ""}},
		"a number as the code":     {`{"code":270079533,"message":"m"}`, errorBody{"270079533", "m", ""}},
		"line feeds and controls":  {`{"code":"X","message":"a\r\n\tb\u0000\u2028c"}`, errorBody{"X", "a b c", ""}},
		"a message without end":    {`{"code":"X","message":"` + strings.Repeat("长", 5000) + `"}`, errorBody{"X", strings.Repeat("长", maxMessage-1) + "…", ""}},
		"HTML":                     {"<html></html>", errorBody{}},
		"an array":                 {`[{"code":"X"}]`, errorBody{}},
		"no code":                  {`{"message":"m"}`, errorBody{}},
		"a code that is none":      {`{"code":"<script>","message":"m"}`, errorBody{}},
		"nothing":                  {"", errorBody{}},
		"two objects":              {`{"code":"X"}{"code":"Y"}`, errorBody{}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := parseErrorBody([]byte(tc.body)); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestTheGatewaysPauseIsKept(t *testing.T) {
	throttled := reply{status: 429, header: map[string]string{"Retry-After": strconv.Itoa(7)}, body: `{"code":"FREQUENCY_LIMITED","message":"x"}`}
	if e := gotError(t, create(payGiftWith(t, throttled)), providers.KindThrottled, false); e.RetryAfter != 7*time.Second {
		t.Errorf("got %v", e.RetryAfter)
	}
}
