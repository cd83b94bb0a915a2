package providers

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of trouble a failed call is, and so who can do something about it.
type Kind string

// The kinds of failure.
const (
	// KindInvalid: the request itself is refused; only another manifest helps.
	KindInvalid Kind = "Invalid"
	// KindAuth: signature, certificate, key or clock; the whole account cannot work.
	KindAuth Kind = "Auth"
	// KindForbidden: the account lacks a permission or breaks a rule for this campaign;
	// somebody has to change something at the vendor.
	KindForbidden Kind = "Forbidden"
	// KindFunds: the merchant's balance does not suffice; somebody has to top it up.
	KindFunds Kind = "Funds"
	// KindThrottled: refused for its rate and not executed.
	KindThrottled Kind = "Throttled"
	// KindUnavailable: the gateway could not be reached or failed.
	KindUnavailable Kind = "Unavailable"
	// KindConflict: the request number is taken by other content, or the state forbids it.
	KindConflict Kind = "Conflict"
	// KindNotFound: the vendor does not know the object, or something it refers to.
	KindNotFound Kind = "NotFound"
	// KindUntrusted: the answer's signature does not verify; what it says is not believed.
	KindUntrusted Kind = "Untrusted"
	// KindUnknown: a code this version does not know. Retried slowly, never terminal.
	KindUnknown Kind = "Unknown"
)

// Delay says how soon a failed call may be repeated; the engine turns it into a time.
type Delay string

// The delay classes.
const (
	// DelayNever: repeating unchanged is pointless; wait for a change of the manifest.
	DelayNever Delay = "Never"
	// DelayFast: seconds, growing.
	DelayFast Delay = "Fast"
	// DelaySlow: minutes; somebody has to act first.
	DelaySlow Delay = "Slow"
	// DelayAccount: when the account works again.
	DelayAccount Delay = "Account"
)

// Error is a failed gateway call. Its text is stable for the same problem: the request id
// and anything else that differs between repetitions is in fields of its own. It never
// holds credentials, headers or bodies.
type Error struct {
	Operation Operation
	Kind      Kind
	Delay     Delay
	// MaybeCommitted is true when the call may have taken effect at the vendor although it
	// failed here: a lost answer, a 5xx, a 202, an answer whose signature does not verify.
	MaybeCommitted bool
	// HTTPStatus is 0 when no answer arrived.
	HTTPStatus int
	// Verified is true when the answer is a rejection that carries a signature, and that signature is good.
	Verified bool
	// Code and Message are the gateway's, Field the part of the request it points to.
	Code, Message, Field string
	// Advice is one sentence saying what to do.
	Advice string
	// RequestID is the gateway's id of the exchange: for logs and events, not conditions.
	RequestID string
	// RetryAfter is the pause the gateway asked for; 0 when it asked for none.
	RetryAfter time.Duration
	// Err is the cause where no answer explains it (a broken connection, for example).
	Err error
}

// Error renders the gateway's code and text, one line, the same bytes for the same problem.
func (e *Error) Error() string {
	switch {
	case e.Code != "" && e.Field != "":
		return fmt.Sprintf("%s: %s: %s (%s)", e.Operation, e.Code, e.Message, e.Field)
	case e.Code != "":
		return fmt.Sprintf("%s: %s: %s", e.Operation, e.Code, e.Message)
	case e.Err != nil:
		return fmt.Sprintf("%s: %v", e.Operation, e.Err)
	default:
		return fmt.Sprintf("%s: HTTP %d: %s", e.Operation, e.HTTPStatus, e.Message)
	}
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// AsError returns the *Error in err's chain. A failure that is none (a programming error,
// a cancelled context) comes back as KindUnknown that may have been committed, the cautious reading.
func AsError(op Operation, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Operation: op, Kind: KindUnknown, Delay: DelaySlow, MaybeCommitted: true, Err: err}
}

// IsKind reports whether err is a gateway error of the given kind.
func IsKind(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}
