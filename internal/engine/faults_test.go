package engine

import "github.com/campaign-operator/campaign-operator/providers"

// fault is how one call goes wrong.
type fault struct {
	// commits is true when the call takes effect all the same.
	commits bool
	err     *providers.Error
}

var (
	lostReply   = fault{true, trouble(providers.KindUnavailable, providers.DelayFast, true, "(no answer)")}
	serverError = fault{false, trouble(providers.KindUnavailable, providers.DelayFast, true, "SYSTEM_ERROR")}
	badReply    = fault{true, trouble(providers.KindUntrusted, providers.DelaySlow, true, "(unsigned)")}
	notSent     = fault{false, trouble(providers.KindUnavailable, providers.DelayFast, false, "(not sent)")}
	throttled   = fault{false, trouble(providers.KindThrottled, providers.DelayFast, false, "FREQUENCY_LIMITED")}
	authError   = fault{false, trouble(providers.KindAuth, providers.DelayAccount, false, "SIGN_ERROR")}
	badParam    = fault{false, trouble(providers.KindInvalid, providers.DelayNever, false, "PARAM_ERROR")}
	badRequest  = fault{false, trouble(providers.KindInvalid, providers.DelaySlow, false, "INVALID_REQUEST")}
	noAuth      = fault{false, trouble(providers.KindForbidden, providers.DelaySlow, false, "NO_AUTH")}
)

func trouble(kind providers.Kind, delay providers.Delay, maybe bool, code string) *providers.Error {
	return &providers.Error{Kind: kind, Delay: delay, MaybeCommitted: maybe, Code: code, Message: "so it is", RequestID: "r-1"}
}
