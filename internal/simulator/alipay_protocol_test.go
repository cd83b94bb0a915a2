package simulator_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
)

// setTo sets a parameter; an empty value takes it away.
func setTo(name, value string) func(map[string]string) {
	return func(p map[string]string) { p[name] = value }
}

func TestAlipayChecksACallInItsOrder(t *testing.T) {
	server := startAlipay(t)
	plain, certified := newAlipayClient(t, server, alipayApp), newAlipayClient(t, server, certificateApp)
	for _, c := range []struct {
		client *alipayClient
		change func(map[string]string)
		code   string
	}{
		{plain, setTo("app_id", ""), "40001 isv.missing-app-id"},
		{plain, setTo("app_id", "2021999999999999"), "40002 isv.invalid-app-id"},
		{plain, setTo("timestamp", ""), "40001 isv.missing-timestamp"},
		{plain, setTo("version", ""), "40001 isv.missing-version"},
		{plain, setTo("sign_type", ""), "40001 isv.missing-signature-type"},
		{plain, setTo("charset", ""), "40002 isv.invalid-charset"},
		{plain, setTo("charset", "gbk"), "40002 isv.invalid-charset"},
		{plain, setTo("format", "XML"), "40002 isv.invalid-format"},
		{plain, setTo("sign_type", "RSA"), "40002 isv.invalid-signature-type"},
		{plain, setTo("version", "2.0"), "40002 isv.invalid-parameter"},
		{plain, setTo("encrypt_type", "AES"), "40002 isv.invalid-encrypt"},
		{plain, setTo("timestamp", "2026-01-02T03:04:05"), "40002 isv.invalid-timestamp"},
		{plain, setTo("timestamp", stampOf(time.Now().Add(-time.Hour))), "40002 isv.invalid-timestamp"},
		{plain, setTo("app_auth_token", "none"), "20001 aop.invalid-app-auth-token"},
		{plain, setTo("biz_content", "{"), "40002 isv.illegal-json"},
		{plain, setTo("biz_content", ""), "40004 INVALID_PARAMETER"},
		{plain, setTo("biz_content", `{"a":1,"a":2}`), "40004 INVALID_PARAMETER"},
		{plain, setTo("biz_content", `{"merchant_access_mode":"self_mode"}`), "40004 INVALID_PARAMETER"},
		{plain, setTo("biz_content", `{"merchant_access_mode":"AGENCY_MODE"}`), "40004 INVALID_PARAMETER"},
		{certified, setTo("app_cert_sn", ""), "40001 isv.missing-app-cert-sn"},
		{certified, setTo("alipay_root_cert_sn", ""), "40001 isv.missing-alipay-root-cert-sn"},
		{certified, setTo("app_cert_sn", "0"), "40002 isv.invalid-signature"},
		{certified, setTo("alipay_root_cert_sn", "0"), "40002 isv.invalid-signature"},
	} {
		n := c.client.callWith(voucherMethod+"query", c.client.about("1"), c.change)
		if n.code() != c.code {
			t.Errorf("answered %s, want %s", n.raw, c.code)
		}
		if unsigned := strings.Contains(c.code, "app-id"); n.signed == unsigned {
			t.Errorf("%s is signed: %v", c.code, n.signed)
		}
	}
}

func TestABadSignatureIsToldWithTheTextThatTheGatewaySaw(t *testing.T) {
	c := newAlipayClient(t, startAlipay(t), alipayApp)
	c.token = c.creds.AppAuthTokens[agencyMerchant]
	p := c.parameters(voucherMethod+"query", c.about("1"))
	c.sign(p)
	p["format"] = ""
	r, err := c.post(p)
	if err != nil {
		t.Fatal(err)
	}
	n := c.open(r, "alipay_marketing_activity_ordervoucher_query_response").wants(t, "40002 isv.invalid-signature")
	if told := n.fields["sub_msg"].(string); !strings.Contains(told, "app_auth_token=***&app_id="+alipayApp+"&biz_content=") || strings.Contains(told, c.token) || strings.Contains(told, "format") {
		t.Fatalf("it says %s", told)
	}
	p["sign"] = "no base64"
	if r, err = c.post(p); err != nil {
		t.Fatal(err)
	}
	c.open(r, "alipay_marketing_activity_ordervoucher_query_response").wants(t, "40002 isv.invalid-signature")
	delete(p, "sign")
	if r, err = c.post(p); err != nil {
		t.Fatal(err)
	}
	c.open(r, "alipay_marketing_activity_ordervoucher_query_response").wants(t, "40001 isv.missing-signature")
}

func TestACallOfNoMethodIsAnErrorResponse(t *testing.T) {
	c := newAlipayClient(t, startAlipay(t), alipayApp)
	for method, code := range map[string]string{"": "40001 isv.missing-method", "alipay.none": "40002 isv.invalid-method"} {
		p := c.parameters(method, map[string]any{})
		c.sign(p)
		r, err := c.post(p)
		if err != nil {
			t.Fatal(err)
		}
		c.open(r, "error_response").wants(t, code)
	}
}

func TestParametersMayBeAnywhere(t *testing.T) {
	c := newAlipayClient(t, startAlipay(t), alipayApp)
	id := c.create()
	p := c.parameters(voucherMethod+"query", c.about(id))
	c.sign(p)
	all := url.Values{}
	for name, value := range p {
		all.Set(name, value)
	}
	var parts bytes.Buffer
	form := multipart.NewWriter(&parts)
	for name, value := range p {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if file, err := form.CreateFormFile("file_content", "a.png"); err != nil {
		t.Fatal(err)
	} else if _, err = file.Write([]byte("not signed")); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	for _, call := range []struct{ method, query, media, body string }{
		{http.MethodPost, "", "application/x-www-form-urlencoded", all.Encode()},
		{http.MethodPost, "?" + all.Encode(), "", ""},
		{http.MethodGet, "?" + all.Encode(), "", ""},
		{http.MethodPost, "?charset=utf-8", form.FormDataContentType(), parts.String()},
	} {
		r, err := http.NewRequestWithContext(t.Context(), call.method, c.server.URL()+alipay.Path+call.query, strings.NewReader(call.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", call.media)
		answer, err := c.send(r)
		if err != nil {
			t.Fatal(err)
		}
		c.open(answer, "alipay_marketing_activity_ordervoucher_query_response").wants(t, "10000")
	}
}

func TestAFormThatIsNotWellFormedIsRefused(t *testing.T) {
	c := newAlipayClient(t, startAlipay(t), alipayApp)
	for name, call := range map[string][3]string{
		"a query with a broken escape": {"?a=%zz", "", ""},
		"a form with a broken escape":  {"", "application/x-www-form-urlencoded", "a=%zz"},
		"a name with two values":       {"?app_id=1", "application/x-www-form-urlencoded", "app_id=2"},
		"an unknown content type":      {"", "text/plain", "a=b"},
		"a broken content type":        {"", "/", "a=b"},
		"a broken multipart form":      {"", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition"},
		"a multipart form of too many": {"", "multipart/form-data; boundary=b", strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n", 70) + "--b--\r\n"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.server.URL()+alipay.Path+call[0], strings.NewReader(call[2]))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", call[1])
		answer, err := c.send(r)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.open(answer, "error_response").code(); got != "40002 isv.suspected-attack" {
			t.Errorf("%s: %s", name, answer.body)
		}
	}
	for method, want := range map[string]int{http.MethodPut: http.StatusMethodNotAllowed, http.MethodPost: http.StatusRequestEntityTooLarge} {
		r, err := http.NewRequestWithContext(t.Context(), method, c.server.URL()+alipay.Path, strings.NewReader(strings.Repeat("a", 5<<20)))
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := c.send(r); err == nil && method == http.MethodPost && answer.status != want {
			t.Errorf("%s: %d", method, answer.status)
		}
	}
}

func TestAlipaySignsAsTheSwitchSays(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, certificateApp)
	id := c.create()
	raw := func() map[string]json.RawMessage {
		t.Helper()
		p := c.parameters(voucherMethod+"query", c.about(id))
		c.sign(p)
		r, err := c.post(p)
		if err != nil {
			t.Fatal(err)
		}
		var parts map[string]json.RawMessage
		if err := json.Unmarshal(r.body, &parts); err != nil {
			t.Fatal(err)
		}
		return parts
	}
	const name = "alipay_marketing_activity_ordervoucher_query_response"
	verifies := func(signed []byte, parts map[string]json.RawMessage) bool {
		return c.verify(signed, text(parts["sign"]), text(parts["alipay_cert_sn"])) == nil
	}
	for _, mode := range []string{"badSignature", "otherKey", "unknownCertificate"} {
		put(t, server, "alipay.signature", mode)
		if parts := raw(); verifies(parts[name], parts) {
			t.Errorf("%s verifies", mode)
		}
	}
	put(t, server, "alipay.signature", "missing")
	if parts := raw(); parts["sign"] != nil {
		t.Error("it is signed")
	}
	put(t, server, "alipay.signature", "good")
	put(t, server, "alipay.escapedSlashes", "signed")
	parts := raw()
	if !bytes.Contains(parts[name], []byte(`https:\/\/`)) || !verifies(parts[name], parts) {
		t.Error("escaped slashes are not signed")
	}
	put(t, server, "alipay.escapedSlashes", "unsigned")
	parts = raw()
	if verifies(parts[name], parts) || !verifies(bytes.ReplaceAll(parts[name], []byte(`\/`), []byte("/")), parts) {
		t.Error("escaped slashes are signed")
	}
	put(t, server, "alipay.escapedSlashes", "off")
	put(t, server, "alipay.errorsSigned", "off")
	if n := c.call(voucherMethod+"query", c.about("1")); n.signed {
		t.Error("the error is signed")
	}
}

func TestGrantsPermissionsAndLimitsAreSwitches(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	agency := newAlipayClient(t, server, alipayApp)
	agency.token = agency.creds.AppAuthTokens[agencyMerchant]
	other := newAlipayClient(t, server, certificateApp)
	other.token = agency.token
	other.call(voucherMethod+"query", other.about("1")).wants(t, "40003 isv.invalid-auth-relations")
	c.callWith(voucherMethod+"query", c.about("1"), setTo("app_auth_token", agency.token)).wants(t, "40004 INVALID_PARAMETER")
	for _, s := range [][3]string{
		{"alipay.tokens.invalid", agencyMerchant, "20001 aop.invalid-app-auth-token"},
		{"alipay.tokens.expired", agencyMerchant, "20001 aop.app-auth-token-time-out"},
		{"alipay.tokens.noApi", agencyMerchant, "20001 aop.invalid-app-auth-token-no-api"},
		{"alipay.agency.noOperationGrant", agencyMerchant, "40004 BIZ_ERROR"},
		{"alipay.forbidden", "ordervoucher.create", "40006 isv.insufficient-isv-permissions"},
	} {
		put(t, server, s[0], s[1])
		agency.call(voucherMethod+"create", agency.voucher()).wants(t, s[2])
		server.Switches().Reset()
	}
	put(t, server, "alipay.tokens.expired", agencyMerchant)
	if n := c.must("alipay.open.auth.token.app.query", map[string]any{"app_auth_token": agency.token}); n.fields["status"] != "invalid" {
		t.Errorf("the grant is %s", n.raw)
	}
	c.call("alipay.open.auth.token.app.query", map[string]any{"app_auth_token": "none"}).wants(t, "20001 aop.invalid-app-auth-token")
	c.call("alipay.open.auth.token.app.query", map[string]any{}).wants(t, "40004 INVALID_PARAMETER")
	put(t, server, "alipay.thirdParty", alipayApp)
	c.call(voucherMethod+"query", c.about("1")).wants(t, "40006 isv.self-invoke-forbidden")
	put(t, server, "alipay.thirdParty", "")
	put(t, server, "alipay.quota.ordervoucher.query", "1/1h")
	c.call(voucherMethod+"query", c.about("1")).wants(t, "40004 INVALID_PARAMETER")
	c.call(voucherMethod+"query", c.about("1")).wants(t, "40005 isv.method-call-limited")
	put(t, server, "alipay.quota.app", "1/1h")
	c.call(voucherMethod+"codecount", c.about("1"))
	c.call(voucherMethod+"codecount", c.about("1")).wants(t, "40005 isv.app-call-limited")
}

func TestFaultsStrikeAlipayToo(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	on := faults.Match{Operation: "ordervoucher.create", Account: alipayApp}
	addFault(t, server, faults.Rule{Match: on, Action: faults.CommitThenReset})
	// A refusal, which comes with status 200 too, does not use the rule up.
	c.call(voucherMethod+"create", c.voucher(set("activity_base_info.activity_name", nil))).wants(t, "40004 INVALID_PARAMETER")
	voucher := c.voucher()
	p := c.parameters(voucherMethod+"create", voucher)
	c.sign(p)
	if r, err := c.post(p); err == nil {
		t.Fatalf("answered %s", r.body)
	}
	c.must(voucherMethod+"create", voucher)
	if got := len(server.Alipay().Activities("")); got != 1 {
		t.Fatalf("there are %d activities", got)
	}
	for _, f := range []struct {
		rule faults.Rule
		code string
	}{
		{faults.Rule{Match: on, Action: faults.Status, Status: 500}, "40004 SYSTEM_ERROR"},
		{faults.Rule{Match: on, Action: faults.Status, Status: 429, RetryAfter: 3}, "40005 isv.app-call-limited"},
		{faults.Rule{Match: on, Action: faults.Status, Status: 200, Code: "isp.unknow-error"}, "20000 isp.unknow-error"},
		{faults.Rule{Match: on, Action: faults.CommitThen500}, "40004 SYSTEM_ERROR"},
	} {
		addFault(t, server, f.rule)
		c.call(voucherMethod+"create", c.voucher()).wants(t, f.code)
	}
	addFault(t, server, faults.Rule{Match: on, Action: faults.CommitThenStatus, Status: 502})
	p = c.parameters(voucherMethod+"create", c.voucher())
	c.sign(p)
	if r, err := c.post(p); err != nil || r.status != 502 || !strings.Contains(string(r.body), "502 Bad Gateway") {
		t.Fatalf("answered %+v (%v)", r, err)
	}
	addFault(t, server, faults.Rule{Match: on, Action: faults.TruncatedBody})
	p = c.parameters(voucherMethod+"create", c.voucher())
	c.sign(p)
	if r, err := c.post(p); err == nil {
		t.Fatalf("answered %s", r.body)
	}
	if got := server.Journal().Count("ordervoucher.create"); got.Requests != 9 || got.Committed != 4 {
		t.Fatalf("counted %+v", got)
	}
}

func TestTheJournalTellsNeitherCodesNorTokens(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	c.token = c.creds.AppAuthTokens[agencyMerchant]
	id := c.create(uploaded)
	c.must(voucherMethod+"codedeposit", c.change(id, "voucher_codes", []any{"secret-code-1"}))
	c.callWith(voucherMethod+"codedeposit", nil, setTo("biz_content", `{"voucher_codes":"secret-code-2"`))
	c.must("alipay.open.auth.token.app.query", map[string]any{"app_auth_token": c.token})
	seen := string(control(t, server, http.MethodGet, "/_sim/requests?appId="+alipayApp, nil).body)
	if strings.Contains(seen, "secret-code") || strings.Contains(seen, c.token) {
		t.Fatalf("the journal is %s", seen)
	}
	for _, want := range []string{`"path": "/gateway.do?method=alipay.marketing.activity.ordervoucher.create"`, `"operation": "ordervoucher.codedeposit"`, "1 codes, sha256", "满10减1活动"} {
		if !strings.Contains(seen, want) {
			t.Errorf("the journal lacks %s", want)
		}
	}
	if rows := control(t, server, http.MethodGet, "/_sim/activities?kind=ordervoucher&outBizNo=none", nil); rows.at(t, "total") != 0.0 {
		t.Errorf("the rows are %s", rows.body)
	}
	if row := control(t, server, http.MethodGet, "/_sim/activities/"+id, nil); row.at(t, "codes") != 1.0 || row.at(t, "appId") != alipayApp || row.at(t, "merchantId") != agencyMerchant {
		t.Errorf("the row is %s", row.body)
	}
}
