package notify

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Nothing that nobody signed is acknowledged, wakes anything or is remembered.
func FuzzDoor(f *testing.F) {
	f.Add("/alipay/"+appID, "notify_id=1&sign=x&sign_type=RSA2&biz_content=%7B%7D", "")
	f.Add("/wechatpay/"+mchid, `{"id":"1","resource":{"ciphertext":"x"}}`, "x")
	f.Add("/alipay/"+appID, without(message(), "sign"), "1, 2")
	f.Add("/alipay//", "&&&;=%", "::1")
	f.Fuzz(func(t *testing.T, path, body, forwarded string) {
		w := newWorld(t, func(o *Options, _ *limits) { o.TrustedProxies = mustPrefixes("192.0.2.0/24") })
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		r.URL.Path = path
		r.Header.Set("X-Forwarded-For", forwarded)
		answer := httptest.NewRecorder()
		w.door.ServeHTTP(answer, r)
		if answer.Code < 400 || answer.Code > 499 {
			t.Errorf("%d %s", answer.Code, answer.Body)
		}
		w.wantWoken(0)
		if len(w.door.memory.cache.Keys()) != 0 {
			t.Error("it is remembered")
		}
	})
}

func FuzzForm(f *testing.F) {
	f.Add([]byte(message()))
	f.Add([]byte("a=1&a=2"))
	f.Add([]byte("a;b&%%"))
	f.Fuzz(func(t *testing.T, body []byte) {
		form, err := Received{Body: body}.Form()
		if err != nil {
			return
		}
		if len(form) > maxFields {
			t.Errorf("%d fields", len(form))
		}
		for name, values := range form {
			if len(values) != 1 {
				t.Errorf("%q: %d values", name, len(values))
			}
		}
	})
}
