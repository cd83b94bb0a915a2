package alipay

import (
	"net/http"
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

func TestAProbeIsOneListOfOneRow(t *testing.T) {
	g := newGateway(t, always(success(`"activity_lite_infos":[],"total_size":"0"`)))
	if err := newClient(t, g.url(), ModePublicKey).Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	g.oneRequest(batchQueryMethod).wantContent(t, `{"activity_status":"ACTIVE","merchant_access_mode":"SELF_MODE","page_num":1,"page_size":1}`)
	if len(g.calls) != 1 {
		t.Errorf("%d calls", len(g.calls))
	}
}

func TestAProbeForAnotherMerchantAsksWhoseTokenItIs(t *testing.T) {
	for name, tc := range map[string]struct {
		reply reply
		kind  providers.Kind // empty where it is good
		want  string
	}{
		"the merchant's":              {success(`"user_id":"` + testMerchant + `","status":"valid","auth_app_id":"1"`), "", ""},
		"the merchant's, as a number": {success(`"user_id":` + testMerchant), "", ""},
		"another merchant's":          {success(`"user_id":"2088000000000002","status":"valid"`), providers.KindAuth, "2088000000000002"},
		"a grant that is over":        {success(`"user_id":"` + testMerchant + `","status":"invalid"`), providers.KindAuth, "no longer valid"},
		"nobody's":                    {success(``), providers.KindUntrusted, "user_id"},
		"a token that is none":        {failure("20001", "aop.invalid-app-auth-token", "无效的应用授权令牌"), providers.KindAuth, "aop.invalid-app-auth-token"},
		"an answer without signature": {success(`"user_id":"` + testMerchant + `"`).unsigned(), providers.KindUntrusted, "no signature"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t, always(tc.reply))
			err := newClient(t, g.url(), ModePublicKey, forMerchant).Probe(t.Context())
			r := g.oneRequest(tokenOwnerMethod)
			r.wantContent(t, `{"app_auth_token":"`+testToken+`"}`)
			if r.form.Has(KeyAppAuthToken) {
				t.Error("the app asked in the name of the merchant")
			}
			if tc.kind == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e := gotError(t, err, tc.kind, false)
			wantNoSecret(t, e.Error(), e.Message)
			if !strings.Contains(e.Error(), tc.want) || tc.kind == providers.KindAuth && e.Delay != providers.DelayAccount || e.Operation != OperationTokenOwner {
				t.Errorf("got %+v", e)
			}
		})
	}
}

func TestNoCallIsMadeWithATokenBeforeAlipayHasSaidWhoseItIs(t *testing.T) {
	const create = `{"out_biz_no":"n-1"}`
	for name, tc := range map[string]struct {
		owner reply
		kind  providers.Kind // empty where the call is made
	}{
		"the merchant's":     {success(`"user_id":"` + testMerchant + `","status":"valid"`), ""},
		"another merchant's": {success(`"user_id":"2088000000000002","status":"valid"`), providers.KindAuth},
		"no answer to it":    {reply{status: http.StatusBadGateway}, providers.KindUnavailable},
		"a refusal":          {failure("40004", "SOME_NEW_CODE", "x"), providers.KindAuth},
		"no such permission": {failure("40006", "isv.insufficient-isv-permissions", "x"), providers.KindAuth},
		"no signature":       {success(`"user_id":"` + testMerchant + `"`).unsigned(), providers.KindAuth},
		"too many questions": {failure("40005", "app-call-limited", "应用调用次数超限"), providers.KindThrottled},
	} {
		t.Run(name, func(t *testing.T) {
			v, g := vouchersAt(t, func(r received) reply {
				if r.method() == tokenOwnerMethod {
					return tc.owner
				}
				return success(`"activity_id":"100"`)
			}, forMerchant)
			v.client.granted.Store(false)
			for range 2 {
				_, err := v.Create(t.Context(), []byte(create))
				if tc.kind == "" {
					if err != nil {
						t.Fatal(err)
					}
					continue
				}
				if e := gotError(t, err, tc.kind, false); e.Operation != providers.OperationCreate || e.Delay == providers.DelayNever || e.Delay == providers.DelaySlow {
					t.Errorf("got %+v", e)
				}
			}
			asked, made := len(g.requests(tokenOwnerMethod)), len(g.requests(createMethod))
			if tc.kind == "" && (asked != 1 || made != 2) || tc.kind != "" && (asked != 2 || made != 0) {
				t.Errorf("it was asked for %d times, and %d creations were sent", asked, made)
			}
		})
	}
}
