package alipay

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/httpx"
)

func TestARequestIsSignedOverQueryAndForm(t *testing.T) {
	// The gateway of the tests demands the common parameters and verifies each signature.
	v, g := vouchersAt(t, always(success(`"activity_id":"100"`)))
	body := `{"out_biz_no":"a+b=&张","n":"1 2"}`
	if _, err := v.Create(t.Context(), []byte(body)); err != nil {
		t.Fatal(err)
	}
	r := g.oneRequest(createMethod)
	r.wantContent(t, body)
	if r.form.Has(KeyAppAuthToken) || r.query.Has("app_cert_sn") || len(r.form) != 1 || r.header.Get("User-Agent") != "campaign-operator/test" {
		t.Errorf("sent %v, %v", r.query, r.form)
	}
}

func TestTheTokenIsSentForAnotherMerchantOnly(t *testing.T) {
	v, g := vouchersAt(t, always(success(`"activity_id":"100"`)), forMerchant)
	if err := create(t, v); err != nil {
		t.Fatal(err)
	}
	if got := g.oneRequest(createMethod).form.Get(KeyAppAuthToken); got != testToken {
		t.Errorf("sent %q", got)
	}
	wantNoSecret(t, g.oneRequest(createMethod).query.Encode())
}

func TestAnswersThatAreNoneLeaveTheOutcomeUnknown(t *testing.T) {
	good := success(`"activity_id":"100"`).body(createMethod)
	for name, tc := range map[string]struct {
		reply  reply
		kind   providers.Kind
		status int
	}{
		"no answer":            {reply{fault: hangUp}, providers.KindUnavailable, 0},
		"half of one":          {reply{fault: breakOff}, providers.KindUnavailable, 200},
		"a page":               {reply{wire: "<html>"}, providers.KindUnavailable, 200},
		"a truncated one":      {reply{wire: good[:len(good)-9]}, providers.KindUnavailable, 200},
		"an empty one":         {reply{wire: " "}, providers.KindUnavailable, 200},
		"503":                  {reply{wire: good, status: 503}, providers.KindUnavailable, 503},
		"504 with a good body": {reply{wire: good, status: 504}, providers.KindUnavailable, 504},
		"202":                  {reply{wire: good, status: 202}, providers.KindUnavailable, 202},
		"429":                  {reply{wire: good, status: 429, header: map[string]string{"Retry-After": "7"}}, providers.KindThrottled, 429},
		"404":                  {reply{wire: good, status: 404}, providers.KindUnknown, 404},
		"302":                  {reply{wire: good, status: 302, header: map[string]string{"Location": "/gateway.do"}}, providers.KindUnknown, 302},
	} {
		t.Run(name, func(t *testing.T) {
			v := vouchersWith(t, tc.reply)
			e := gotError(t, create(t, v), tc.kind, true)
			if e.HTTPStatus != tc.status || e.Verified || tc.status == 429 && e.RetryAfter != 7*time.Second {
				t.Errorf("got %+v", e)
			}
			wantError(t, get(t, v), tc.kind, false)
		})
	}
}

func TestWhatWasNotSentIsNotCommitted(t *testing.T) {
	v := NewVouchers(newClient(t, "http://127.0.0.1:1/gateway.do", ModePublicKey))
	e := gotError(t, create(t, v), providers.KindUnavailable, false)
	if !httpx.NotSent(e) || strings.Contains(e.Error(), "sign=") {
		t.Errorf("got %v", e)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := v.Create(ctx, []byte("{}"))
	wantError(t, err, providers.KindUnavailable, false)
}

func TestALongAnswerIsNotRead(t *testing.T) {
	v := vouchersWith(t, reply{wire: strings.Repeat("x", maxBody+1)})
	if err := get(t, v); !errors.Is(err, httpx.ErrBodyTooLarge) {
		t.Errorf("got %v", err)
	}
}

func TestASlowAnswerIsGivenUp(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	v, _ := vouchersAt(t, func(received) reply { <-release; return success("") }, func(c *Config) { c.Timeout = 20 * time.Millisecond })
	wantError(t, create(t, v), providers.KindUnavailable, true)
}

func TestTheSkewIsThatOfTheLastAnswer(t *testing.T) {
	ahead := testNow.Add(90 * time.Second).Format(http.TimeFormat)
	v, _ := vouchersAt(t, always(reply{wire: "x", status: 503, header: map[string]string{"Date": ahead}}))
	wantError(t, get(t, v), providers.KindUnavailable, false)
	if skew, known := v.client.ClockSkew(); !known || skew != 90*time.Second {
		t.Errorf("got %v, %t", skew, known)
	}
}

func TestTheGatewaysIDOfAnExchangeIsKept(t *testing.T) {
	v := vouchersWith(t, success(`"activity_id":"100"`))
	created, err := v.Create(t.Context(), []byte(`{}`))
	if err != nil || created.RequestID != "0be7d3f1e3b" {
		t.Errorf("got %+v, %v", created, err)
	}
	e := gotError(t, create(t, vouchersWith(t, failure("40004", "BIZ_ERROR", "x"))), providers.KindInvalid, false)
	if e.RequestID != "0be7d3f1e3b" || strings.Contains(e.Error(), e.RequestID) {
		t.Errorf("got %+v", e)
	}
}
