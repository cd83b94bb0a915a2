package wechatpay

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/httpx"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

const (
	maxMessage = 300
	maxField   = 120
)

// newError fills an error from its row of the table.
func newError(call call, row ErrorRow) *providers.Error {
	return &providers.Error{
		Operation:      call.op,
		Kind:           row.Kind,
		Delay:          row.Delay,
		MaybeCommitted: row.MaybeCommitted && call.mutating,
		Advice:         row.Advice,
	}
}

// noAnswer maps a request without a complete answer, cancelled ones included: the context is
// gone, the campaign is not, and repeating soon is right.
func noAnswer(call call, err error) *providers.Error {
	outcome := outcomeNoAnswer
	if httpx.NotSent(err) {
		outcome = outcomeNotSent
	}
	e := newError(call, rowFor(call, outcome))
	e.Err = err
	var failure *httpx.Failure
	if errors.As(err, &failure) {
		e.HTTPStatus = failure.Status
	}
	return e
}

// untrusted maps a reply whose signature does not verify.
func untrusted(call call, reply answer, err error) *providers.Error {
	outcome := outcomeBadSignature
	if cause, ok := asSignatureError(err); ok {
		outcome = cause.outcome
	}
	return incomplete(call, reply, outcome, err)
}

// incomplete maps a success that cannot be used, by the given row of the table.
func incomplete(call call, reply answer, outcome string, err error) *providers.Error {
	e := newError(call, rowFor(call, outcome))
	e.HTTPStatus, e.RequestID, e.Err = reply.status, reply.requestID(), err
	e.Message = lenient.OneLine(err.Error(), maxMessage)
	return e
}

// refused is a call that is not sent at all, because it cannot be right.
func refused(call call, outcome, message string) *providers.Error {
	e := newError(call, rowFor(call, outcome))
	e.Message, e.Err = message, errors.New(message)
	return e
}

// rejection maps a reply that is no success.
//
// The SDK never verifies these, and whether WeChat Pay signs them is not documented. Here: one
// that carries a signature must verify, else nothing it says is believed and a mutating call
// may have been committed; one without a signature is believed, because TLS has named the
// host and demanding what may never come would leave every rejection unexplained.
// Exempt are replies whose word is not needed: a 401 (the gateway cannot know whose key to
// use, and believing it only stops calls), a 5xx (the outcome is unknown either way), and
// the certificate download (what would verify it is what could not be fetched).
func (c *Client) rejection(ctx context.Context, call call, reply answer) *providers.Error {
	exempt := reply.status == http.StatusUnauthorized || reply.status >= 500 || call.op == OperationCertificates
	verified := !exempt && isSigned(reply.header)
	if verified {
		if err := c.verify(ctx, reply); err != nil {
			return untrusted(call, reply, err)
		}
	}
	body := parseErrorBody(reply.body)
	e := newError(call, rowForReply(call.product, call.op, reply.status, body.code))
	e.HTTPStatus, e.Verified = reply.status, verified
	e.Code, e.Message, e.Field = body.code, body.message, body.field
	switch {
	case e.Code != "":
	case reply.status == http.StatusAccepted:
		e.Message = "accepted, not finished"
	default:
		e.Message = "an answer that is not in the gateway's words"
	}
	e.RequestID = reply.requestID()
	e.RetryAfter = httpx.RetryAfter(reply.header, c.now())
	return e
}

// errorBody is {code, message, detail} as far as it could be read.
type errorBody struct {
	code, message, field string
}

var codePattern = regexp.MustCompile(`^[0-9A-Za-z_.-]{1,64}$`)

// parseErrorBody reads an error body leniently: detail is often partial or missing, and the
// body may be a proxy's HTML page, of which nothing is taken. A body without a readable code
// gives an empty result.
func parseErrorBody(body []byte) errorBody {
	decoded, err := lenient.Decode(body)
	if err != nil {
		return errorBody{}
	}
	code := strings.TrimSpace(lenient.Text(decoded, "code"))
	if !codePattern.MatchString(code) {
		return errorBody{}
	}
	out := errorBody{code: code, message: lenient.OneLine(lenient.Text(decoded, "message"), maxMessage)}
	detail := lenient.Child(decoded, "detail")
	out.field = lenient.OneLine(lenient.Text(detail, "field"), maxField)
	if out.field == "" {
		out.field = lenient.OneLine(lenient.Text(detail, "location"), maxField)
	}
	issue := lenient.Text(detail, "issue")
	if issue == "" {
		// SIGN_ERROR nests it once more.
		issue = lenient.Text(lenient.Child(detail, "detail"), "issue")
	}
	if issue = lenient.OneLine(issue, maxField); issue != "" && !strings.Contains(out.message, issue) {
		out.message = strings.TrimPrefix(out.message+": "+issue, ": ")
	}
	return out
}

func asSignatureError(err error) (*signatureError, bool) {
	var e *signatureError
	ok := errors.As(err, &e)
	return e, ok
}
