package simulator_test

import (
	"bytes"
	"crypto"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
)

const (
	alipayApp      = "2021000000000001"
	certificateApp = "2021000000000002"
	agencyMerchant = "2088000000000099"
	voucherMethod  = "alipay.marketing.activity.ordervoucher."
	batchMethod    = "alipay.marketing.activity.batchquery"
)

var beijing = time.FixedZone("CST", 8*60*60)

// stampOf writes a time as Alipay does.
func stampOf(t time.Time) string { return t.In(beijing).Format("2006-01-02 15:04:05") }

// alipayClient signs by hand, with nothing of any SDK.
type alipayClient struct {
	t      *testing.T
	server *simulator.Server
	creds  alipay.Credentials
	key    *rsa.PrivateKey
	http   *http.Client
	// token is sent as app_auth_token unless it is empty.
	token string
}

// startAlipay starts a simulator with an app of each mode, in which nothing takes time, and switches given as name,
// value, name, value….
func startAlipay(t *testing.T, pairs ...string) *simulator.Server {
	t.Helper()
	switches := map[string]string{"alipay.async.delay": "0s"}
	for i := 0; i < len(pairs); i += 2 {
		switches[pairs[i]] = pairs[i+1]
	}
	return start(t, simulator.Options{Switches: switches, AlipayApps: bothApps()})
}

func bothApps() []alipay.AppOptions {
	return []alipay.AppOptions{
		{AppID: alipayApp, AgencyMerchants: []string{agencyMerchant}},
		{AppID: certificateApp, Mode: alipay.Certificate},
	}
}

func newAlipayClient(t *testing.T, server *simulator.Server, appID string) *alipayClient {
	t.Helper()
	creds, err := server.AlipayCredentials(appID)
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
	return &alipayClient{t: t, server: server, creds: creds, key: key.(*rsa.PrivateKey), http: &http.Client{Transport: transport, Timeout: 30 * time.Second}}
}

// parameters are those of a good call, unsigned.
func (c *alipayClient) parameters(method string, content any) map[string]string {
	p := map[string]string{
		"app_id": c.creds.AppID, "method": method, "format": "JSON", "charset": "utf-8", "sign_type": "RSA2",
		"timestamp": stampOf(time.Now()), "version": "1.0", "biz_content": string(encode(content)),
	}
	if c.creds.Mode == alipay.Certificate {
		p["app_cert_sn"] = sn(c.t, c.creds.AppCertPEM)
		p["alipay_root_cert_sn"] = sn(c.t, c.creds.RootCertPEM)
	}
	if c.token != "" {
		p["app_auth_token"] = c.token
	}
	return p
}

// sn is the serial number of the first certificate with an RSA signature.
func sn(t *testing.T, bundle []byte) string {
	t.Helper()
	for {
		block, rest := pem.Decode(bundle)
		if block == nil {
			t.Fatal("no certificate with an RSA signature")
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if cert.SignatureAlgorithm == x509.SHA256WithRSA {
			digest := md5.Sum([]byte(cert.Issuer.String() + cert.SerialNumber.String()))
			return hex.EncodeToString(digest[:])
		}
		bundle = rest
	}
}

// sign adds the signature over all parameters.
func (c *alipayClient) sign(p map[string]string) {
	c.t.Helper()
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if p[name] != "" && name != "sign" {
			parts = append(parts, name+"="+p[name])
		}
	}
	digest := sha256.Sum256([]byte(strings.Join(parts, "&")))
	raw, err := rsa.SignPKCS1v15(rand.Reader, c.key, crypto.SHA256, digest[:])
	if err != nil {
		c.t.Fatal(err)
	}
	p["sign"] = base64.StdEncoding.EncodeToString(raw)
}

// post sends parameters, those for business in the form and the others in the query.
func (c *alipayClient) post(p map[string]string) (*reply, error) {
	query, form := url.Values{}, url.Values{}
	for name, value := range p {
		if name == "biz_content" || name == "app_auth_token" {
			form.Set(name, value)
		} else {
			query.Set(name, value)
		}
	}
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.server.URL()+alipay.Path+"?"+query.Encode(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=utf-8")
	return c.send(r)
}

func (c *alipayClient) send(r *http.Request) (*reply, error) {
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return &reply{resp.StatusCode, resp.Header, body}, err
}

// node is what a call answered, with the signature judged.
type node struct {
	fields map[string]any
	raw    []byte
	signed bool
}

// at digs in the node.
func (n node) at(t *testing.T, path ...string) any {
	t.Helper()
	return (&reply{body: n.raw}).at(t, path...)
}

// code is code and sub_code in one.
func (n node) code() string {
	if sub, ok := n.fields["sub_code"].(string); ok {
		return n.fields["code"].(string) + " " + sub
	}
	return n.fields["code"].(string)
}

// open takes a reply apart and verifies it when it is signed.
func (c *alipayClient) open(r *reply, name string) node {
	c.t.Helper()
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "text/html;charset=utf-8" {
		c.t.Fatalf("status %d, %s: %s", r.status, r.header.Get("Content-Type"), r.body)
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(r.body, &parts); err != nil {
		c.t.Fatalf("%s: %v", r.body, err)
	}
	n := node{raw: parts[name], signed: parts["sign"] != nil}
	if err := json.Unmarshal(n.raw, &n.fields); err != nil {
		c.t.Fatalf("%s has no %s: %v", r.body, name, err)
	}
	if !n.signed {
		return n
	}
	if err := c.verify(n.raw, text(parts["sign"]), text(parts["alipay_cert_sn"])); err != nil {
		c.t.Fatalf("%s: %v", r.body, err)
	}
	return n
}

func text(raw json.RawMessage) string { return strings.Trim(string(raw), `"`) }

// verify checks a signature with Alipay's key.
func (c *alipayClient) verify(signed []byte, signature, certSN string) error {
	key, err := c.alipayKey(certSN)
	if err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(signed)
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], raw)
}

func (c *alipayClient) alipayKey(certSN string) (*rsa.PublicKey, error) {
	if c.creds.Mode == alipay.PublicKey {
		block, _ := pem.Decode(c.creds.AlipayPublicKeyPEM)
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		return key.(*rsa.PublicKey), nil
	}
	if want := sn(c.t, c.creds.AlipayCertPEM); certSN != want {
		return nil, fmt.Errorf("alipay_cert_sn is %q, want %s", certSN, want)
	}
	block, _ := pem.Decode(c.creds.AlipayCertPEM)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	return cert.PublicKey.(*rsa.PublicKey), nil
}

// call does a call and gives its node.
func (c *alipayClient) call(method string, content any) node {
	c.t.Helper()
	return c.callWith(method, content, nil)
}

// callWith is call with parameters that change may spoil before they are signed.
func (c *alipayClient) callWith(method string, content any, change func(map[string]string)) node {
	c.t.Helper()
	p := c.parameters(method, content)
	if change != nil {
		change(p)
	}
	c.sign(p)
	r, err := c.post(p)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.open(r, strings.ReplaceAll(method, ".", "_")+"_response")
}

// must does a call that has to succeed with a good signature.
func (c *alipayClient) must(method string, content any) node {
	c.t.Helper()
	n := c.call(method, content)
	if n.code() != "10000" || !n.signed {
		c.t.Fatalf("%s: %s (signed: %v)", method, n.raw, n.signed)
	}
	return n
}

// create makes an activity and gives its id.
func (c *alipayClient) create(changes ...func(map[string]any)) string {
	c.t.Helper()
	return c.must(voucherMethod+"create", c.voucher(changes...)).fields["activity_id"].(string)
}

// query reads an activity.
func (c *alipayClient) query(id string) node {
	c.t.Helper()
	return c.must(voucherMethod+"query", c.about(id))
}

// states are an activity's own words for its states.
func (c *alipayClient) states(id string) string {
	c.t.Helper()
	n := c.query(id)
	return fmt.Sprintf("%v/%v", n.fields["activity_status"], n.fields["activity_operation_status"])
}

func (c *alipayClient) mode() string {
	if c.token != "" {
		return "AGENCY_MODE"
	}
	return "SELF_MODE"
}

// about is the content of a call that is about an activity, with more fields given as name, value, name, value….
func (c *alipayClient) about(id string, pairs ...any) map[string]any {
	content := map[string]any{"activity_id": id, "merchant_access_mode": c.mode()}
	for i := 0; i < len(pairs); i += 2 {
		set(pairs[i].(string), pairs[i+1])(content)
	}
	return content
}

// change is about with a new number.
func (c *alipayClient) change(id string, pairs ...any) map[string]any {
	return c.about(id, append(pairs, "out_biz_no", rand.Text())...)
}

// voucher builds the content of a create: a good one, then changed.
func (c *alipayClient) voucher(changes ...func(map[string]any)) map[string]any {
	begin := time.Now().Add(-time.Hour)
	content := map[string]any{
		"out_biz_no": rand.Text(), "merchant_access_mode": c.mode(),
		"activity_base_info": map[string]any{"activity_name": "满10减1活动", "code_mode": "MERCHANT_API"},
		"voucher_send_mode_info": map[string]any{
			"voucher_send_mode": "DIRECT_SEND_MODE",
			"voucher_send_rule_info": map[string]any{
				"quantity": 100, "publish_start_time": stampOf(begin), "publish_end_time": stampOf(begin.AddDate(0, 0, 30)), "quantity_limit_per_user": 1,
			},
		},
		"voucher_deduct_info": map[string]any{"voucher_type": "FIX_VOUCHER", "fix_voucher_info": map[string]any{"amount": "1.00", "floor_amount": "10.00"}},
		"voucher_available_scope_info": map[string]any{"voucher_available_geography_scope_info": map[string]any{
			"available_geography_scope_type": "SHOP", "available_geography_shop_info": map[string]any{"available_shop_ids": []any{"2020000100000001", "2020000100000002"}},
		}},
		"voucher_use_rule_info": map[string]any{"voucher_use_time_info": map[string]any{
			"period_type": "ABSOLUTE", "absolute_period_info": map[string]any{"valid_begin_time": stampOf(begin), "valid_end_time": stampOf(begin.AddDate(0, 0, 40))},
		}},
		"voucher_customer_guide_info": map[string]any{"voucher_use_guide_info": map[string]any{"use_guide_mode": []any{"OFFLINE_CODE"}}},
		"voucher_display_pattern_info": map[string]any{
			"brand_name": "测试品牌", "brand_logo": "A*logo", "voucher_description": "满10元减1元", "customer_service_mobile": "95188",
		},
	}
	for _, change := range changes {
		change(content)
	}
	return content
}

// uploaded makes a voucher's codes be imported.
func uploaded(content map[string]any) {
	set("activity_base_info.code_mode", "MERCHANT_UPLOAD")(content)
	set("voucher_send_mode_info.voucher_send_rule_info.quantity", 0)(content)
}

// wants fails the test unless a call answered a code.
func (n node) wants(t *testing.T, code string) node {
	t.Helper()
	if n.code() != code {
		t.Fatalf("answered %s, want %s", bytes.TrimSpace(n.raw), code)
	}
	return n
}

// startAt is startAlipay with a real clock that the test moves.
func startAt(t *testing.T, clock *hand, pairs ...string) *simulator.Server {
	t.Helper()
	switches := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		switches[pairs[i]] = pairs[i+1]
	}
	return start(t, simulator.Options{Switches: switches, AlipayApps: bothApps(), RealNow: clock.now})
}
