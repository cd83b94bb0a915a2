package wechatpay

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// createReply is the answer to a create, also to a replayed one.
type createReply struct {
	ActivityID string `json:"activity_id"`
	CreateTime string `json:"create_time"`
}

// create makes an activity, or answers for the one that its number made before. It runs under the
// lock from the look-up of the number to the commit, so that two calls at once make one activity.
func (p *payGift) create(rq *request) (outcome, *apiError) {
	doc, refused := parseBody(rq.body)
	if refused != nil {
		return outcome{}, refused
	}
	number := numberIn(doc)

	p.mu.Lock()
	defer p.mu.Unlock()
	key := rq.account.Mchid + " " + number
	return p.g.stickRefusals(p.refused, key, number != "" && p.byNumber[key] == "", func() (outcome, *apiError) {
		return p.createLocked(rq.account, doc, rq.body)
	})
}

func (p *payGift) createLocked(account *Account, doc map[string]any, raw []byte) (outcome, *apiError) {
	var body createBody
	if refused := check(p.createSchema(), doc); refused != nil {
		return outcome{}, refused
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return outcome{}, bodyError("", nil, "the body is not well formed")
	}
	if refused := p.shapeRules(&body); refused != nil {
		return outcome{}, refused
	}
	digest := digestOf(doc)
	early := p.g.switches.Is(SwitchReplayOrder, "idempotencyBeforeValidation")
	if early {
		if out, refused, known := p.replay(account, body.Base.OutRequestNo, digest); known {
			return out, refused
		}
	}
	if refused := p.createRules(account, &body); refused != nil {
		return outcome{}, refused
	}
	if !early {
		if out, refused, known := p.replay(account, body.Base.OutRequestNo, digest); known {
			return out, refused
		}
	}
	return p.commit(account, &body, digest)
}

// replay answers for a number that is known already.
func (p *payGift) replay(account *Account, number, digest string) (outcome, *apiError, bool) {
	a := p.byID[p.byNumber[account.Mchid+" "+number]]
	if a == nil {
		return outcome{}, nil, false
	}
	if p.g.retired(a.Created) {
		return outcome{}, nil, false
	}
	if refused := p.g.replayRefusal(atBase+"/out_request_no", a.Digest == digest); refused != nil {
		return outcome{}, refused, true
	}
	return outcome{body: createReply{ActivityID: a.ID, CreateTime: p.g.stamp(a.Created)}}, nil, true
}

func (p *payGift) commit(account *Account, body *createBody, digest string) (outcome, *apiError) {
	a := p.newActivity(account.Mchid, body, digest)
	a.WillFail = p.g.switches.Is(SwitchCreateFailed, "afterFirstPoll")
	if refused := p.put(a); refused != nil {
		return outcome{}, refused
	}
	return outcome{body: createReply{ActivityID: a.ID, CreateTime: p.g.stamp(a.Created)}, committed: true}, nil
}

// newActivity is one that was made just now. The caller holds the lock.
func (p *payGift) newActivity(mchid string, body *createBody, digest string) *activity {
	now := p.g.clock.Now()
	a := &activity{ID: p.nextID(), Mchid: mchid, Request: *body, Digest: digest, Created: now, Updated: now, CreatedR: p.g.clock.Real()}
	for _, id := range body.Rule.MerchantIDList {
		a.addSender(id, now)
	}
	return a
}

// numberIn finds the request number in a body that may be wrong in other places.
func numberIn(doc map[string]any) string {
	base, _ := doc["activity_base_info"].(map[string]any)
	number, _ := base["out_request_no"].(string)
	return number
}

// digestOf is the same for the same parameters, in whatever order and spacing they come.
func digestOf(doc map[string]any) string {
	digest := sha256.Sum256(encode(doc)) // Go writes maps in the order of their keys
	return hex.EncodeToString(digest[:])
}

// terminateReply is the answer to a terminate.
type terminateReply struct {
	TerminateTime string `json:"terminate_time"`
	ActivityID    string `json:"activity_id"`
}

// terminate ends an activity for ever.
func (p *payGift) terminate(rq *request) (outcome, *apiError) {
	if len(rq.body) > 0 && string(rq.body) != "{}" {
		return outcome{}, bodyError("", nil, "terminate takes no body")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.owned(rq.params["id"], rq.account.Mchid)
	if a == nil {
		return outcome{}, notFound("活动")
	}
	now := p.g.clock.Now()
	if !a.over(now) {
		return p.end(a, now)
	}
	if p.g.switches.Is(SwitchTerminateRepeat, "reject400") || a.Failed {
		return outcome{}, ruleError("活动已结束", "", "the activity is "+a.status(now))
	}
	ended := a.end()
	if a.EndedAt != nil {
		ended = *a.EndedAt
	}
	return outcome{body: terminateReply{TerminateTime: p.g.stamp(ended), ActivityID: a.ID}}, nil
}

func (p *payGift) end(a *activity, now time.Time) (outcome, *apiError) {
	next := a.changed(now)
	next.EndedAt = &now
	if refused := p.put(next); refused != nil {
		return outcome{}, refused
	}
	return outcome{body: terminateReply{TerminateTime: p.g.stamp(now), ActivityID: a.ID}, committed: true}, nil
}
