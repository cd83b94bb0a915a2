package wechatpay

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/httpx"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// call is one request to the gateway.
type call struct {
	product Product
	op      providers.Operation
	method  string
	// path with its query, escaped: exactly what is signed and sent.
	path string
	// body is sent byte by byte; nil sends none.
	body []byte
	// mutating: the call may take effect at the vendor, also when it fails here.
	mutating bool
	// accept is the serial that the reply is to be signed with; empty: one that is held.
	accept string
	// pinned: the call may only go to the first domain. See providers.FirstSend.
	pinned bool
}

// answer is a complete reply, of any status.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) requestID() string { return lenient.OneLine(a.header.Get(consts.RequestID), 128) }

func (a answer) successful() bool {
	return a.status >= 200 && a.status < 300 && a.status != http.StatusAccepted
}

// exchange makes a call and returns its verified success; every failure is a *providers.Error.
func (c *Client) exchange(ctx context.Context, call call) (answer, error) {
	// Before the call, so that a failure here leaves it unsent.
	if err := c.prepareKeys(ctx); err != nil {
		return answer{}, err
	}
	reply, err := c.send(ctx, call)
	if err != nil {
		return answer{}, err
	}
	if !reply.successful() {
		return answer{}, c.rejection(ctx, call, reply)
	}
	if err := c.verify(ctx, reply); err != nil {
		return answer{}, untrusted(call, reply, err)
	}
	return reply, nil
}

// send makes the request and returns whatever answer came, verified by nobody yet.
func (c *Client) send(ctx context.Context, call call) (answer, error) {
	reply, err := c.sendTo(ctx, c.gateway, call)
	if err == nil || c.backup == "" || call.pinned || !httpx.NotSent(err) || ctx.Err() != nil {
		return c.finish(call, reply, err)
	}
	// The one case for the backup domain: the first one cannot know of this request.
	second, secondErr := c.sendTo(ctx, c.backup, call)
	if secondErr != nil && httpx.NotSent(secondErr) {
		secondErr = &bothFailed{first: err, second: secondErr}
	}
	return c.finish(call, second, secondErr)
}

// bothFailed is neither domain having been reached.
type bothFailed struct{ first, second error }

func (e *bothFailed) Error() string   { return e.first.Error() + "; " + e.second.Error() }
func (e *bothFailed) Unwrap() []error { return []error{e.second, e.first} }

func (c *Client) finish(call call, reply httpx.Response, err error) (answer, error) {
	if err != nil {
		return answer{}, noAnswer(call, err)
	}
	return answer{status: reply.Status, header: reply.Header, body: reply.Body}, nil
}

// sendTo signs the request anew, so that timestamp and nonce are fresh, and sends it.
func (c *Client) sendTo(ctx context.Context, domain string, call call) (httpx.Response, error) {
	authorization, err := c.sign(ctx, call)
	if err != nil {
		return httpx.Response{}, &httpx.Failure{Host: domain, Cause: err}
	}
	header := http.Header{
		consts.Authorization: {authorization},
		consts.Accept:        {consts.ApplicationJSON},
		consts.ContentType:   {consts.ApplicationJSON},
		consts.UserAgent:     {c.userAgent},
	}
	serial := call.accept
	if serial == "" {
		serial = c.keys.current().accepts(c.now())
	}
	if serial != "" {
		header.Set(consts.WechatPaySerial, serial)
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	began := c.now()
	reply, err := c.sender.Send(ctx, httpx.Request{Method: call.method, URL: domain + call.path, Header: header, Body: call.body})
	if err == nil {
		c.skew.Measure(reply.Header, began, c.now())
	}
	return reply, err
}

// sign builds the Authorization header (接口规则, 签名生成) as the SDK does, by our clock.
func (c *Client) sign(ctx context.Context, call call) (string, error) {
	nonce, err := utils.GenerateNonce()
	if err != nil {
		return "", fmt.Errorf("no random number for the request's nonce: %w", err)
	}
	timestamp := c.now().Unix()
	message := fmt.Sprintf(consts.SignatureMessageFormat, call.method, call.path, timestamp, nonce, call.body)
	signed, err := c.signer.Sign(ctx, message)
	if err != nil {
		return "", fmt.Errorf("the request cannot be signed with the merchant's private key: %w", err)
	}
	return fmt.Sprintf(consts.HeaderAuthorizationFormat, "WECHATPAY2-"+c.signer.Algorithm(),
		signed.MchID, nonce, timestamp, signed.CertificateSerialNo, signed.Signature), nil
}

// verify checks a reply, downloading platform certificates once when it names one not held.
func (c *Client) verify(ctx context.Context, reply answer) error {
	err := c.keys.current().verify(ctx, reply.header, reply.body, c.now())
	missing, ok := asSignatureError(err)
	if !ok || missing.serial == "" || !c.mayBeCertificate(missing.serial) {
		return err
	}
	if learnErr := c.learn(ctx, missing.serial); learnErr != nil {
		return &signatureError{outcome: outcomeUnknownKey,
			err: fmt.Errorf("%w, and downloading the platform certificates failed: %w", err, learnErr)}
	}
	return c.keys.current().verify(ctx, reply.header, reply.body, c.now())
}

// mayBeCertificate: ids of public keys are in no download.
func (c *Client) mayBeCertificate(serial string) bool {
	return c.credentials.HasAPIv3Key() && !strings.HasPrefix(serial, publicKeyIDPrefix)
}
