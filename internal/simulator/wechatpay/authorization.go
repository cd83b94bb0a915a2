package wechatpay

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/campaign-operator/campaign-operator/internal/simulator/exchange"
	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
)

const (
	scheme = "WECHATPAY2-SHA256-RSA2048"
	// window is how far a request's timestamp may be from the gateway's clock.
	window = 5 * time.Minute
	// shownMessage is how much of the signed text a SIGN_ERROR shows.
	shownMessage = 512
)

// authorization is a parsed Authorization header.
type authorization struct {
	mchid, nonce, serial, signature string
	timestamp                       int64
}

var (
	authorizationPair = regexp.MustCompile(`^([a-z_]+)="([^"]*)"$`)
	nonceForm         = regexp.MustCompile(`^[!-~]{1,32}$`)
	timestampForm     = regexp.MustCompile(`^[0-9]{10}$`)
)

var errHeaderForm = errors.New("the header must be " + scheme + ` mchid="…",nonce_str="…",timestamp="…",serial_no="…",signature="…"`)

// parseAuthorization reads the header: five pairs in any order, each once, and nothing else.
func parseAuthorization(values []string) (authorization, error) {
	if len(values) != 1 {
		return authorization{}, errHeaderForm
	}
	rest, ok := strings.CutPrefix(values[0], scheme+" ")
	if !ok {
		return authorization{}, errHeaderForm
	}
	pairs := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		m := authorizationPair.FindStringSubmatch(part)
		if m == nil {
			return authorization{}, errHeaderForm
		}
		if _, twice := pairs[m[1]]; twice {
			return authorization{}, fmt.Errorf("%s is given twice", m[1])
		}
		pairs[m[1]] = m[2]
	}
	for _, name := range []string{"mchid", "nonce_str", "timestamp", "serial_no", "signature"} {
		if pairs[name] == "" {
			return authorization{}, fmt.Errorf("%s is missing", name)
		}
	}
	if len(pairs) != 5 {
		return authorization{}, errHeaderForm
	}
	if !timestampForm.MatchString(pairs["timestamp"]) {
		return authorization{}, errors.New("timestamp is not a Unix time in seconds")
	}
	if !nonceForm.MatchString(pairs["nonce_str"]) {
		return authorization{}, errors.New("nonce_str is not 1 to 32 characters long")
	}
	seconds, err := strconv.ParseInt(pairs["timestamp"], 10, 64)
	return authorization{mchid: pairs["mchid"], nonce: pairs["nonce_str"], serial: pairs["serial_no"], signature: pairs["signature"], timestamp: seconds}, err
}

// claimedAccount is the merchant id that a call says it comes from, for matching faults and for the
// journal. Nothing is proven by it.
func claimedAccount(r *http.Request) string {
	auth, err := parseAuthorization(r.Header.Values("Authorization"))
	if err != nil {
		return ""
	}
	return auth.mchid
}

// authenticate proves who is calling.
func (g *Gateway) authenticate(call *exchange.Call) (*Account, *apiError) {
	auth, err := parseAuthorization(call.Request.Header.Values("Authorization"))
	if err != nil {
		return nil, signError("authorization", "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》", err.Error())
	}
	account := g.accounts[auth.mchid]
	if account == nil {
		return nil, signError("mchid", "商户号有误，没有这个商户", "no such merchant")
	}
	pair := account.keys.Find(MerchantKey, auth.serial)
	if pair == nil {
		return nil, signError("serial_no", "商户证书序列号有误。请使用签名私钥匹配的证书序列号", "unknown certificate serial number")
	}
	if off := g.now().Sub(time.Unix(auth.timestamp, 0)); off > window || off < -window {
		return nil, signError("timestamp", "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟", "timestamp is more than 5 minutes off the gateway's clock")
	}
	message := fmt.Sprintf("%s\n%s\n%d\n%s\n%s\n", call.Request.Method, call.Target, auth.timestamp, auth.nonce, call.Body)
	if err := verifyWith(pair.CertPEM, message, auth.signature); err != nil {
		e := signError("signature", "错误的签名，验签失败", "sign not match")
		e.signDetail.SignInformation = &signInformation{Method: call.Request.Method, URL: call.Target, SignMessageLength: len(message), TruncatedSignMessage: truncate(message, shownMessage)}
		return nil, e
	}
	if g.switches.Is(SwitchNonceReuse, "refused") && !g.nonces.first(auth.mchid+" "+auth.nonce, g.clock.Real()) {
		return nil, signError("nonce_str", "nonce_str重复使用", "nonce_str was used before")
	}
	return account, nil
}

func signError(field, message, issue string) *apiError {
	e := &apiError{status: http.StatusUnauthorized, code: "SIGN_ERROR", message: message, signDetail: &signDetail{Field: field, Location: "authorization"}}
	e.signDetail.Detail.Issue = issue
	return e
}

// verifyWith checks a signature with a certificate's public key, as the gateway does: it never
// sees the merchant's private key.
func verifyWith(certPEM []byte, message, signature string) error {
	block, _ := pem.Decode(certPEM)
	if block == nil {
		return errors.New("no certificate")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return err
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return errors.New("not an RSA certificate")
	}
	return keys.Verify(key, message, signature)
}

// truncate cuts a text at a character's border.
func truncate(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// nonces remembers used nonces for at least ten minutes, which is as long as a timestamp can be good.
type nonces struct {
	mu          sync.Mutex
	since       time.Time
	now, before map[string]struct{}
}

func (n *nonces) first(key string, at time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.now == nil || at.Sub(n.since) > 2*window {
		n.before, n.now, n.since = n.now, map[string]struct{}{}, at
	}
	_, inNow := n.now[key]
	_, inBefore := n.before[key]
	n.now[key] = struct{}{}
	return !inNow && !inBefore
}

func (n *nonces) reset() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now, n.before = nil, nil
}
