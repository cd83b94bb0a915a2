package alipay

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

// step is a call under a request number. Both functions run under the lock.
type step struct {
	form schema.Checker
	// check judges the call by rules and states.
	check func() *apiError
	// commit does it and keeps the use with it; it answers the fields of the node, or nil.
	commit func(use) *apiError
	// reply are the fields of the node beside code and msg, known after check; nil for none.
	reply func() any
}

// once does a step, or answers for the one that its number did before. It holds the lock from the look-up of the number
// to the commit, so that two calls at once do it once.
func (v *vouchers) once(rq *request, s step) (outcome, *apiError) {
	if p := s.form("", rq.doc); p != nil {
		return outcome{}, problem(p)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	u := use{Method: rq.op.method, Number: textAt(rq.doc, "out_biz_no"), Digest: digestOf(rq), At: v.g.clock.Now()}
	key := rq.app.AppID + " " + u.Number
	sticky := v.g.switches.Is(SwitchReplayRejections, "replayed")
	known := v.known(rq, u)
	if refused := v.refused[key]; sticky && refused != nil && known == nil {
		return outcome{}, refused
	}
	out, refused := v.onceLocked(known, u, s)
	if sticky && refused != nil && refused.subCode != codeSystemError && known == nil {
		v.refused[key] = refused
	}
	return out, refused
}

func (v *vouchers) onceLocked(known *use, u use, s step) (outcome, *apiError) {
	early := v.g.switches.Is(SwitchReplayOrder, "idempotencyBeforeValidation")
	if known != nil && early {
		return v.replay(known, u)
	}
	if e := s.check(); e != nil {
		return outcome{}, e
	}
	if known != nil {
		return v.replay(known, u)
	}
	reply := s.reply()
	if reply != nil {
		u.Reply = encode(reply)
	}
	if e := s.commit(u); e != nil {
		return outcome{}, e
	}
	return outcome{body: reply, committed: true}, nil
}

// known finds what a number did before; nil when it is free.
func (v *vouchers) known(rq *request, u use) *use {
	var latest *use
	for i, before := range v.numbers[rq.app.AppID+" "+u.Number] {
		keep := v.g.switches.Duration(SwitchReplayRetention)
		switch {
		case v.byID[before.id].Forgotten || keep > 0 && u.At.Sub(before.At) > keep:
		case before.Method != u.Method && v.g.switches.Is(SwitchReplayScope, "appAndMethod"):
		case before.Digest != u.Digest && v.g.switches.Is(SwitchReplayDifferent, "new"):
		case latest == nil || !before.At.Before(latest.At):
			latest = &v.numbers[rq.app.AppID+" "+u.Number][i].use
		}
	}
	return latest
}

func (v *vouchers) replay(known *use, u use) (outcome, *apiError) {
	same := known.Digest == u.Digest
	if same && v.g.switches.Is(SwitchReplaySame, "reject") || !same && v.g.switches.Is(SwitchReplayDifferent, "conflict") {
		return outcome{}, invalid("out_biz_no", "the number was used before")
	}
	if known.Reply == nil {
		return outcome{}, nil
	}
	return outcome{body: known.Reply}, nil
}

// digestOf is the same for the same parameters of the same call, in whatever order and spacing they come.
func digestOf(rq *request) string {
	digest := sha256.Sum256(encode([]any{rq.op.method, rq.owner, rq.doc})) // Go writes maps in the order of their keys
	return hex.EncodeToString(digest[:])
}

// fieldsOf takes a kept or a new reply apart.
func fieldsOf(body any) object {
	raw, kept := body.(json.RawMessage)
	if !kept {
		raw = encode(body)
	}
	var fields object
	if err := decode(raw, &fields); err != nil {
		panic(err) // our own replies always decode
	}
	return fields
}
