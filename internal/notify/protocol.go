package notify

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// protocol is how a vendor wants to be answered.
type protocol struct {
	vendor string
	// maxBody is the most that is read of a message, in bytes.
	maxBody int64
	// success is the status and the body of an acknowledgement, contentType that of every answer with a body.
	success     int
	successBody string
	contentType string
	// failure is the body of a refusal with this status.
	failure func(status int) string
}

var protocols = []protocol{{
	// 蚂蚁消息: HTTP 200 and exactly "success"; anything else is sent again, eight times within 25 hours.
	vendor:  Alipay,
	maxBody: 64 << 10,
	success: http.StatusOK, successBody: "success", contentType: "text/plain; charset=utf-8",
	failure: func(int) string { return "fail" },
}, {
	// 通知规则: 200 or 204 within 5 seconds; else 4xx or 5xx with a code and a message. A redeemed coupon lists the
	// goods that it was for, encrypted and in Base64.
	vendor:  WeChatPay,
	maxBody: 128 << 10,
	success: http.StatusNoContent, contentType: "application/json; charset=utf-8",
	failure: func(status int) string {
		return fmt.Sprintf(`{"code":"FAIL","message":%q}`, strings.ToLower(http.StatusText(status)))
	},
}}

// nobody answers where no vendor is known.
var nobody = protocol{vendor: noVendor, contentType: "text/plain; charset=utf-8", failure: http.StatusText}

// accountPattern takes every app id and merchant id, those of simulators included.
var accountPattern = regexp.MustCompile(`^[0-9A-Za-z_-]{1,32}$`)

// route reads the path: /<vendor>/<account>, with nothing added and nothing cleaned up. A vendor follows no redirect.
func route(path string) (protocol, Account, bool) {
	for _, p := range protocols {
		id, ok := strings.CutPrefix(path, "/"+p.vendor+"/")
		if ok && accountPattern.MatchString(id) {
			return p, Account{Vendor: p.vendor, ID: id}, true
		}
	}
	return nobody, Account{}, false
}

// answer writes what the vendor wants to see. After a refusal the connection is closed: what was not read is not
// waited for.
func (p protocol) answer(w http.ResponseWriter, o outcome) {
	status, body := p.success, p.successBody
	if refusal := o.status(); refusal != 0 {
		status, body = refusal, p.failure(refusal)
		w.Header().Set("Connection", "close")
	}
	if body != "" {
		w.Header().Set("Content-Type", p.contentType)
	}
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}
