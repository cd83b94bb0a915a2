package alipay

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/campaign-operator/campaign-operator/internal/wire"
	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/httpx"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

const (
	// maxBody bounds a reply, in bytes: a page of 20 activities may list 10,000 shops with each of them.
	maxBody = 16 << 20
	// timeLayout is Alipay's date-time, which has no zone and means Beijing's.
	timeLayout = "2006-01-02 15:04:05"

	formType = "application/x-www-form-urlencoded;charset=utf-8"
	// traceHeader is the gateway's id of an exchange.
	traceHeader = "Trace_id"
)

// The parameters that are sent in the form; all others are in the query, charset among them so that the form can be decoded.
const (
	bizContentParameter   = "biz_content"
	appAuthTokenParameter = KeyAppAuthToken
	signTypeParameter     = "sign_type"
)

// call is one request to the gateway.
type call struct {
	op     providers.Operation
	method string
	// biz is biz_content, sent byte by byte.
	biz []byte
	// mutating: the call may take effect at the vendor, also when it fails here.
	mutating bool
	// own: the call is for the app itself, without a token.
	own bool
	// secrets are parts of biz that no text may show.
	secrets []string
}

// newCall gives a call its contents.
func newCall(of call, biz lenient.Object) (call, error) {
	encoded, err := lenient.Encode(biz)
	if err != nil {
		return call{}, refused(of, outcomeBadBody, "the request cannot be made")
	}
	of.biz = encoded
	return of, nil
}

// answer is a reply of the gateway, verified or not.
type answer struct {
	envelope
	header http.Header
}

// requestID is the gateway's id of the exchange. http.Header has it under the name that Go makes of trace_id.
func (a answer) requestID() string { return lenient.OneLine(a.header.Get(traceHeader), 128) }

// exchange makes a call and returns its verified success; every failure is a *providers.Error.
func (c *Client) exchange(ctx context.Context, call call) (answer, error) {
	if token := c.secrets.appAuthToken; token != "" {
		call.secrets = slices.Concat(call.secrets, []string{token})
	}
	if err := c.confirmGrant(ctx, call); err != nil {
		return answer{}, err
	}
	reply, err := c.send(ctx, call)
	if err != nil {
		return answer{}, err
	}
	unverified := c.verify(ctx, reply.envelope)
	cause, _ := asSignatureError(unverified)
	switch {
	case unverified == nil && reply.succeeded():
		return reply, nil
	case unverified == nil, cause.outcome == outcomeUnsigned && !reply.succeeded():
		return answer{}, rejection(call, reply, unverified == nil, c.now())
	default:
		return answer{}, incomplete(call, reply, cause.outcome, unverified)
	}
}

// send makes the request and returns whatever reply of the gateway came, verified by nobody yet.
func (c *Client) send(ctx context.Context, call call) (answer, error) {
	request, err := c.request(call)
	if err != nil {
		return answer{}, refused(call, outcomeNotSigned, err.Error())
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	began := c.now()
	reply, err := c.sender.Send(ctx, request)
	if err != nil {
		return answer{}, noAnswer(call, err)
	}
	c.skew.Measure(reply.Header, began, c.now())
	if reply.Status != http.StatusOK {
		return answer{}, otherStatus(call, reply, c.now())
	}
	parsed, err := parseEnvelope(reply.Body, call.method)
	if err != nil {
		return answer{}, unreadable(call, reply, err)
	}
	return answer{envelope: parsed, header: reply.Header}, nil
}

// request builds a signed request: the timestamp is of now.
func (c *Client) request(call call) (httpx.Request, error) {
	query := map[string]string{
		"app_id":          c.appID,
		"method":          call.method,
		"format":          "JSON",
		"charset":         "utf-8",
		signTypeParameter: "RSA2",
		"timestamp":       c.now().In(wire.Beijing).Format(timeLayout),
		"version":         "1.0",
	}
	if held := c.secrets.certificates; held != nil {
		query["app_cert_sn"], query["alipay_root_cert_sn"] = held.appSN, held.rootSN
	}
	form := map[string]string{bizContentParameter: string(call.biz)}
	if c.agency() && !call.own {
		form[appAuthTokenParameter] = c.secrets.appAuthToken
	}
	all := map[string]string{}
	for _, parameters := range []map[string]string{query, form} {
		for name, value := range parameters {
			all[name] = value
		}
	}
	sign, err := sign(c.secrets.privateKey, signedText(all))
	if err != nil {
		return httpx.Request{}, fmt.Errorf("the request cannot be signed with the app's private key: %w", err)
	}
	query[signField] = sign
	return httpx.Request{
		Method: http.MethodPost,
		URL:    c.gateway + "?" + encode(query),
		Header: http.Header{"Content-Type": {formType}, "User-Agent": {c.userAgent}, "Accept": {"*/*"}},
		Body:   []byte(encode(form)), MaxBody: maxBody,
	}, nil
}

func encode(parameters map[string]string) string {
	values := url.Values{}
	for name, value := range parameters {
		values.Set(name, value)
	}
	return values.Encode()
}

// signedText is what a signature is over (签名): all parameters that have a value, sorted by name, as they are, without
// their URL encoding.
func signedText(parameters map[string]string) string {
	given := maps.Clone(parameters)
	maps.DeleteFunc(given, func(_, value string) bool { return value == "" })
	return joined(given)
}

// joined writes the parameters sorted by name.
func joined(parameters map[string]string) string {
	pairs := make([]string, 0, len(parameters))
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		pairs = append(pairs, name+"="+parameters[name])
	}
	return strings.Join(pairs, "&")
}

// sign makes an RSA2 signature (SHA256withRSA), in base64.
func sign(key *rsa.PrivateKey, text string) (string, error) {
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}

// exchangeFor makes a call and decodes its verified success.
func exchangeFor[T any](ctx context.Context, client *Client, call call, decode func(answer) (T, error)) (T, error) {
	var none T
	reply, err := client.exchange(ctx, call)
	if err != nil {
		return none, err
	}
	decoded, err := decode(reply)
	if err != nil {
		return none, incomplete(call, reply, outcomeIncomplete, err)
	}
	return decoded, nil
}
