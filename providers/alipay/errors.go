package alipay

import (
	"cmp"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/httpx"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

const maxMessage = 300

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

// otherStatus maps an answer that is not HTTP 200, which the gateway gives to success and failure alike.
func otherStatus(call call, reply httpx.Response, now time.Time) *providers.Error {
	e := newError(call, rowForStatus(reply.Status))
	e.HTTPStatus, e.Message = reply.Status, errNoEnvelope.Error()
	e.RequestID = answer{header: reply.Header}.requestID()
	e.RetryAfter = httpx.RetryAfter(reply.Header, now)
	return e
}

// unreadable maps an answer of HTTP 200 that is not a reply of the gateway, or not one that can be believed.
func unreadable(call call, reply httpx.Response, err error) *providers.Error {
	outcome := outcomeNotInWords
	switch {
	case errors.Is(err, errAmbiguous):
		outcome = outcomeBadSignature
	case errors.Is(err, errEncrypted):
		outcome = outcomeEncrypted
	}
	return incomplete(call, answer{header: reply.Header}, outcome, err)
}

// incomplete maps a reply of HTTP 200 that cannot be used, by the given row of the table.
func incomplete(call call, reply answer, outcome string, err error) *providers.Error {
	e := newError(call, rowFor(call, outcome))
	e.HTTPStatus, e.RequestID, e.Err = http.StatusOK, reply.requestID(), err
	e.Message = lenient.OneLine(err.Error(), maxMessage)
	return e
}

// refused is a call that is not sent at all, because it cannot be right.
func refused(call call, outcome, message string) *providers.Error {
	e := newError(call, rowFor(call, outcome))
	e.Message, e.Err = message, errors.New(message)
	return e
}

var (
	// link is what the gateway appends to its texts: it has a trace id in it and so differs each time.
	link = regexp.MustCompile(`https?://[!-~]*`)
	// echo is the beginning of the signed string of the request, which the gateway quotes when it finds the signature wrong:
	// it has the contents and the token in it.
	echo = regexp.MustCompile(`(alipay_root_cert_sn|alipay_sdk|app_auth_token|app_cert_sn|app_id|biz_content)=`)
)

// hiding returns what replaces secrets in a text, the longer ones first, since one may be the beginning of another.
func hiding(secrets []string) *strings.Replacer {
	sorted := slices.SortedFunc(slices.Values(secrets), func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	pairs := make([]string, 0, 2*len(sorted))
	for _, secret := range sorted {
		pairs = append(pairs, secret, "…")
	}
	return strings.NewReplacer(pairs...)
}

// messageOf is the gateway's text without what differs each time and what nobody may see.
func messageOf(text string, hide *strings.Replacer) string {
	if at := echo.FindStringIndex(text); at != nil {
		text = text[:at[0]] + "(left out)"
	}
	return lenient.OneLine(link.ReplaceAllString(hide.Replace(text), ""), maxMessage)
}

// rejection maps a reply that is no success. One that is not signed is no proof that nothing was done, unless the gateway could
// not know whose key to sign it with.
func rejection(call call, reply answer, verified bool, now time.Time) *providers.Error {
	subMsg := lenient.Text(reply.node, subMsgField)
	row := rowForReply(call.op, reply.code(), reply.subCode(), subMsg)
	e := newError(call, row)
	if !verified && !row.Unsigned {
		e.MaybeCommitted = call.mutating
	}
	e.HTTPStatus, e.Verified, e.RequestID = http.StatusOK, verified, reply.requestID()
	e.Code = lenient.OneLine(cmp.Or(reply.subCode(), reply.code(), noCode), maxCode)
	e.Message = messageOf(cmp.Or(subMsg, lenient.Text(reply.node, messageField)), hiding(call.secrets))
	e.RetryAfter = httpx.RetryAfter(reply.header, now)
	return e
}

func asSignatureError(err error) (*signatureError, bool) {
	var e *signatureError
	ok := errors.As(err, &e)
	return e, ok
}
