package simulator_test

import (
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

func TestAGoodCallIsAnsweredWithAllDocumentedHeaders(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	r := c.must(http.MethodPost, createPath, activity())
	for _, name := range []string{"Request-Id", "Wechatpay-Nonce", "Wechatpay-Serial", "Wechatpay-Signature", "Wechatpay-Signature-Type", "Wechatpay-Timestamp", "Date", "Server", "Cache-Control", "Content-Language", "Content-Length", "Keep-Alive"} {
		if r.header.Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
	if got := r.header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("Content-Type is %q", got)
	}
	if got := r.header.Get("Request-Id"); !regexp.MustCompile(`^08[0-9A-F]{30}-0$`).MatchString(got) {
		t.Errorf("Request-ID is %q", got)
	}
}

func TestTheHostIsNotLookedAt(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	r := c.doWith(http.MethodPost, createPath, activity(), func(r *http.Request) { r.Host = "api.mch.weixin.qq.com" })
	if r.status != http.StatusOK {
		t.Fatalf("answered %d %s", r.status, r.body)
	}
}

func TestTheAuthorizationPairsMayComeInAnyOrder(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	r := c.doWith(http.MethodPost, createPath, activity(), func(r *http.Request) {
		pairs := strings.Split(strings.TrimPrefix(r.Header.Get("Authorization"), "WECHATPAY2-SHA256-RSA2048 "), ",")
		slices.Reverse(pairs)
		r.Header.Set("Authorization", "WECHATPAY2-SHA256-RSA2048 "+strings.Join(pairs, ","))
	})
	if r.status != http.StatusOK {
		t.Fatalf("answered %d %s", r.status, r.body)
	}
}

func TestAWrongAuthorizationIsASignError(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	body := activity()
	authorization := func(timestamp int64) string {
		return c.authorize(http.MethodPost, createPath, timestamp, rand.Text(), body)
	}
	now := time.Now().Unix()
	replace := func(from, to string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Authorization", regexp.MustCompile(from).ReplaceAllString(r.Header.Get("Authorization"), to))
		}
	}
	for name, tc := range map[string]struct {
		change func(*http.Request)
		field  string
	}{
		"no header":                   {func(r *http.Request) { r.Header.Del("Authorization") }, "authorization"},
		"two headers":                 {func(r *http.Request) { r.Header.Add("Authorization", authorization(now)) }, "authorization"},
		"another scheme":              {replace("^WECHATPAY2-SHA256-RSA2048", "WECHATPAY2-SM2-WITH-SM3"), "authorization"},
		"no quotes":                   {replace(`"`, ""), "authorization"},
		"a pair twice":                {replace(`mchid="(\d+)"`, `mchid="$1",mchid="$1"`), "authorization"},
		"a pair too many":             {replace(`mchid="`, `extra="x",mchid="`), "authorization"},
		"a pair missing":              {replace(`,nonce_str="[^"]*"`, ""), "authorization"},
		"a nonce that is too long":    {replace(`nonce_str="`, `nonce_str="0123456789012345678901234567890123456789`), "authorization"},
		"a timestamp that is no time": {replace(`timestamp="\d+"`, `timestamp="now"`), "authorization"},
		"an unknown merchant":         {replace(`mchid="\d+"`, `mchid="1900000001"`), "mchid"},
		"an unknown serial":           {replace(`serial_no="[^"]+"`, `serial_no="00"`), "serial_no"},
		"a timestamp too old":         {func(r *http.Request) { r.Header.Set("Authorization", authorization(now-310)) }, "timestamp"},
		"a timestamp too new":         {func(r *http.Request) { r.Header.Set("Authorization", authorization(now+310)) }, "timestamp"},
		"a signature that is no Base64": {
			replace(`signature="[^"]+"`, `signature="?"`), "signature"},
		"a signature of another path": {
			func(r *http.Request) {
				r.Header.Set("Authorization", c.authorize(http.MethodPost, "/v3/elsewhere", now, rand.Text(), body))
			}, "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			r := c.doWith(http.MethodPost, createPath, body, tc.change)
			refusedWith(t, r, http.StatusUnauthorized, "SIGN_ERROR")
			if got := r.at(t, "detail", "field"); got != tc.field {
				t.Errorf("detail.field is %v, want %s", got, tc.field)
			}
			if got := r.at(t, "detail", "location"); got != "authorization" {
				t.Errorf("detail.location is %v", got)
			}
		})
	}
	if n := len(c.server.WeChatPay().Activities("")); n != 0 {
		t.Fatalf("%d activities were made", n)
	}
}

func TestASignErrorShowsTheTextThatTheGatewaySaw(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	body := activity(set("activity_base_info.activity_name", "另一个"))
	r := c.doWith(http.MethodPost, createPath+"?a=%2B", body, func(r *http.Request) {
		// Signed with a space less in the body than was sent.
		r.Header.Set("Authorization", c.authorize(http.MethodPost, createPath+"?a=%2B", 1, "nonce", nil))
	})
	refusedWith(t, r, http.StatusUnauthorized, "SIGN_ERROR")
	nonce, now := "nonce", time.Now().Unix()
	r = c.doWith(http.MethodPost, createPath+"?a=%2B", body, func(r *http.Request) {
		r.Header.Set("Authorization", c.authorize(http.MethodPost, createPath+"?a=%2B", now, nonce, append([]byte(" "), body...)))
	})
	refusedWith(t, r, http.StatusUnauthorized, "SIGN_ERROR")
	if got := r.at(t, "detail", "detail", "issue"); got != "sign not match" {
		t.Errorf("issue is %v", got)
	}
	want := fmt.Sprintf("POST\n%s?a=%%2B\n%d\n%s\n%s\n", createPath, now, nonce, body)
	if got := r.at(t, "detail", "sign_information", "sign_message_length"); got != float64(len(want)) {
		t.Errorf("sign_message_length is %v, want %d", got, len(want))
	}
	shown := r.at(t, "detail", "sign_information", "truncated_sign_message").(string)
	if shown == "" || !strings.HasPrefix(want, shown) || len(shown) > 512 {
		t.Errorf("truncated_sign_message is %q", shown)
	}
	if got := r.at(t, "detail", "sign_information", "url"); got != createPath+"?a=%2B" {
		t.Errorf("url is %v", got)
	}
	if got := r.at(t, "detail", "sign_information", "method"); got != "POST" {
		t.Errorf("method is %v", got)
	}
}

func TestTheTrailingNewlineOfABodyIsSignedToo(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	c.must(http.MethodPost, createPath, append(activity(), '\n'))
}

func TestHeadersThatTheRulesDemandAreDemanded(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	for name, change := range map[string]func(*http.Request){
		"no User-Agent":              func(r *http.Request) { r.Header.Set("User-Agent", "") },
		"no Accept":                  func(r *http.Request) { r.Header.Del("Accept") },
		"an Accept that allows HTML": func(r *http.Request) { r.Header.Set("Accept", "text/html") },
		"no Content-Type":            func(r *http.Request) { r.Header.Del("Content-Type") },
		"a form's Content-Type":      func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") },
		"another charset":            func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=gbk") },
	} {
		t.Run(name, func(t *testing.T) {
			r := c.doWith(http.MethodPost, createPath, activity(), change)
			refusedWith(t, r, http.StatusBadRequest, "PARAM_ERROR")
			if got := r.at(t, "detail", "location"); got != "header" {
				t.Errorf("location is %v", got)
			}
		})
	}
	put(t, server, "strictness.headers", "ignored")
	if r := c.doWith(http.MethodGet, activityPath+"?offset=0&limit=1", nil, func(r *http.Request) { r.Header.Del("Accept") }); r.status != http.StatusOK {
		t.Fatalf("with strictness.headers=ignored: %d %s", r.status, r.body)
	}
}

func TestAnUnknownPathIsNotMistakenForAMissingActivity(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	refusedWith(t, c.do(http.MethodGet, "/v3/marketing/favor/media/image-upload", nil), http.StatusNotFound, "NOT_FOUND")
	refusedWith(t, c.do(http.MethodGet, activityPath+"//", nil), http.StatusNotFound, "NOT_FOUND")
	refusedWith(t, c.do(http.MethodDelete, activityPath+"/10028001", nil), http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED")
}

func TestABodyThatIsTooLargeIsRefusedAsAProxyWould(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	r := c.do(http.MethodPost, createPath, []byte(strings.Repeat(" ", 1<<20+1)))
	if r.status != http.StatusRequestEntityTooLarge || !strings.Contains(string(r.body), "<html>") {
		t.Fatalf("answered %d %q", r.status, r.body)
	}
}

func TestTheBodyIsReadStrictly(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	good := string(activity())
	for name, tc := range map[string]struct{ body, field string }{
		"an empty body":             {"", "/body"},
		"no JSON":                   {"{", "/body"},
		"two values":                {good + "{}", "/body"},
		"a list":                    {"[]", "/body"},
		"not UTF-8":                 {strings.Replace(good, "良", "\xff", 1), "/body"},
		"an unknown field":          {strings.Replace(good, `"activity_name"`, `"activityName":1,"activity_name"`, 1), "/body/activity_base_info/activityName"},
		"an unknown field on top":   {strings.Replace(good, `{"activity_base_info"`, `{"a/b~c":1,"activity_base_info"`, 1), "/body/a~1b~0c"},
		"a field in another case":   {strings.Replace(good, `"activity_name"`, `"Activity_Name"`, 1), "/body/activity_base_info/activity_name"},
		"a field twice":             {strings.Replace(good, `"activity_name"`, `"activity_name":"x","activity_name"`, 1), "/body/activity_base_info/activity_name"},
		"null":                      {strings.Replace(good, `"transaction_amount_minimum":100`, `"transaction_amount_minimum":null`, 1), "/body/award_send_rule/transaction_amount_minimum"},
		"a number as text":          {strings.Replace(good, `"transaction_amount_minimum":100`, `"transaction_amount_minimum":"100"`, 1), "/body/award_send_rule/transaction_amount_minimum"},
		"a fraction":                {strings.Replace(good, `"transaction_amount_minimum":100`, `"transaction_amount_minimum":100.0`, 1), "/body/award_send_rule/transaction_amount_minimum"},
		"an emoji":                  {strings.Replace(good, "良品铺子", "良品🎁", 1), "/body/activity_base_info/activity_name"},
		"an emoji as an escape":     {strings.Replace(good, "良品铺子", `良品\ud83c\udf81`, 1), "/body/activity_base_info/activity_name"},
		"nesting without end":       {`{"activity_base_info":` + strings.Repeat(`{"a":`, 30) + "1" + strings.Repeat("}", 31), ""},
		"an object instead of text": {strings.Replace(good, `"良品铺子回馈活动"`, `{}`, 1), "/body/activity_base_info/activity_name"},
		"an empty list":             {strings.Replace(good, `["10000022","10000023"]`, `[]`, 1), "/body/award_send_rule/merchant_id_list"},
		"an item of the wrong kind": {strings.Replace(good, `["10000022","10000023"]`, `["10000022",5]`, 1), "/body/award_send_rule/merchant_id_list/1"},
		"an empty text, not left out": {strings.Replace(good, `"delivery_purpose":`, `"mini_programs_appid":"","delivery_purpose":`, 1),
			"/body/activity_base_info/mini_programs_appid"},
	} {
		t.Run(name, func(t *testing.T) {
			r := c.doWith(http.MethodPost, createPath, []byte(tc.body), nil)
			refusedWith(t, r, http.StatusBadRequest, "PARAM_ERROR")
			if tc.field == "" {
				return
			}
			if got := r.at(t, "detail", "field"); got != tc.field {
				t.Errorf("detail.field is %v, want %s", got, tc.field)
			}
			if r.at(t, "detail", "location") != "body" || r.at(t, "detail", "issue") == "" {
				t.Errorf("detail is %v", r.at(t, "detail"))
			}
		})
	}
}

func TestErrorsCarryAsMuchDetailAsTheSwitchSays(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	bad := activity(set("activity_base_info.activity_name", "一二三四五六七八九十一"))
	r := c.do(http.MethodPost, createPath, bad)
	if got := r.at(t, "detail", "value"); got != "一二三四五六七八九十一" {
		t.Errorf("full: value is %v", got)
	}
	put(t, server, "errors.detail", "partial")
	r = c.do(http.MethodPost, createPath, bad)
	detail := r.at(t, "detail").(map[string]any)
	if keys := sortedKeys(detail); !slices.Equal(keys, []string{"location", "value"}) {
		t.Errorf("partial: detail has %v", keys)
	}
	if !strings.Contains(r.fields(t)["message"].(string), "/body/activity_base_info/activity_name") {
		t.Errorf("partial: the message does not name the place: %s", r.body)
	}
	put(t, server, "errors.detail", "none")
	if r = c.do(http.MethodPost, createPath, bad); r.fields(t)["detail"] != nil {
		t.Errorf("none: %s", r.body)
	}
}

func TestANonceMayBeRefusedTheSecondTime(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	target := activityPath + "?offset=0&limit=1"
	same := c.authorize(http.MethodGet, target, time.Now().Unix(), "always-the-same", nil)
	again := func(r *http.Request) { r.Header.Set("Authorization", same) }
	for range 2 {
		if r := c.doWith(http.MethodGet, target, nil, again); r.status != http.StatusOK {
			t.Fatalf("by default: %d %s", r.status, r.body)
		}
	}
	put(t, server, "strictness.nonceReuse", "refused")
	c.doWith(http.MethodGet, target, nil, again)
	r := c.doWith(http.MethodGet, target, nil, again)
	refusedWith(t, r, http.StatusUnauthorized, "SIGN_ERROR")
	if got := r.at(t, "detail", "field"); got != "nonce_str" {
		t.Fatalf("field is %v", got)
	}
}

func TestQueriesAreReadStrictly(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	for name, query := range map[string]string{
		"no offset": "limit=10", "no limit": "offset=0", "limit 0": "offset=0&limit=0", "limit 101": "offset=0&limit=101",
		"offset below zero": "offset=-1&limit=1", "no numbers": "offset=a&limit=b", "a parameter twice": "offset=0&offset=1&limit=1",
		"an unknown parameter": "offset=0&limit=1&out_request_no=x", "an empty parameter": "offset=0&limit=1&activity_name=",
		"an unknown status": "offset=0&limit=1&activity_status=RUNNING", "an unknown award type": "offset=0&limit=1&award_type=FAVOR",
		"a broken escape": "offset=0&limit=1&activity_name=%zz",
	} {
		t.Run(name, func(t *testing.T) {
			r := c.do(http.MethodGet, activityPath+"?"+query, nil)
			refusedWith(t, r, http.StatusBadRequest, "PARAM_ERROR")
			if got := r.at(t, "detail", "location"); got != "query" {
				t.Errorf("location is %v", got)
			}
		})
	}
}

func TestTheAbsoluteFormOfTheRequestLineIsUnderstood(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	target := activityPath + "?offset=0&limit=1"
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(server.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "GET http://api.mch.weixin.qq.com%s HTTP/1.1\r\nHost: x\r\nAccept: */*\r\nUser-Agent: x\r\nConnection: close\r\nAuthorization: %s\r\n\r\n",
		target, c.authorize(http.MethodGet, target, time.Now().Unix(), rand.Text(), nil))
	if err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 15)
	if _, err := conn.Read(answer); err != nil || string(answer) != "HTTP/1.1 200 OK" {
		t.Fatalf("answered %q (%v)", answer, err)
	}
}

func TestTheHandlerWorksWithoutTheServer(t *testing.T) {
	server := start(t, simulator.Options{})
	recorder := httptest.NewRecorder()
	server.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/_sim/health", nil))
	if recorder.Code != http.StatusOK {
		t.Fatalf("answered %d", recorder.Code)
	}
}
