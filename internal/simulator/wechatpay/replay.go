package wechatpay

import (
	"net/http"
	"time"
)

// replayRefusal judges a call under a request number that has done its work, by the switches: nil
// when it is to be answered as the first time. The number stands at a place below the body.
func (g *Gateway) replayRefusal(at string, sameBody bool) *apiError {
	switch {
	case sameBody && g.switches.Is(SwitchReplaySame, "reject"):
		return ruleError("商户请求单号已使用", at, "the request number was used before")
	case !sameBody && g.switches.Is(SwitchReplayDifferent, "reject400"):
		return ruleError("商户请求单号重复，且请求参数与首次请求不一致", at, "the request number was used with other parameters")
	}
	return nil
}

// retired says whether a number that was used then is no longer remembered.
func (g *Gateway) retired(used time.Time) bool {
	keep := g.switches.Duration(SwitchReplayRetention)
	return keep > 0 && g.clock.Now().Sub(used) > keep
}

// stickRefusals refuses a number that was refused before once more, where the switch says so. A
// number that is not free, since it made something, is never taken for a refused one.
func (g *Gateway) stickRefusals(before map[string]*apiError, key string, free bool, create func() (outcome, *apiError)) (outcome, *apiError) {
	sticky := free && g.switches.Is(SwitchReplayRejections, "replayed")
	if refused := before[key]; refused != nil && sticky {
		return outcome{}, refused
	}
	out, refused := create()
	if refused != nil && sticky && refused.status < http.StatusInternalServerError {
		before[key] = refused
	}
	return out, refused
}
