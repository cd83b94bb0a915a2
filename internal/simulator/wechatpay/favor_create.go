package wechatpay

import "encoding/json"

// create makes a stock, or answers for the one that its number made before. It runs under the lock
// from the look-up of the number to the commit, so that two calls at once make one stock.
func (f *favor) create(rq *request) (outcome, *apiError) {
	doc, refused := parseBody(rq.body)
	if refused != nil {
		return outcome{}, refused
	}
	number, _ := doc["out_request_no"].(string)

	f.mu.Lock()
	defer f.mu.Unlock()
	key := rq.account.Mchid + " " + number
	return f.g.stickRefusals(f.refused, key, number != "" && f.byNumber[key] == "", func() (outcome, *apiError) {
		return f.createLocked(rq.account, doc)
	})
}

func (f *favor) createLocked(account *Account, doc map[string]any) (outcome, *apiError) {
	if f.g.switches.Is(SwitchFavorHiddenErrors, "on") && hiddenFault(doc) {
		return outcome{}, systemError()
	}
	body, refused := f.read(doc, required)
	if refused != nil {
		return outcome{}, refused
	}
	digest := digestOf(doc)
	early := f.g.switches.Is(SwitchReplayOrder, "idempotencyBeforeValidation")
	if early {
		if out, refused, known := f.replay(account, body.OutRequestNo, digest); known {
			return out, refused
		}
	}
	if refused := f.createRules(account, body); refused != nil {
		return outcome{}, refused
	}
	if !early {
		if out, refused, known := f.replay(account, body.OutRequestNo, digest); known {
			return out, refused
		}
	}
	s := f.newStock(account.Mchid, body, digest)
	if refused := f.put(s); refused != nil {
		return outcome{}, refused
	}
	return outcome{body: stockReply{s.ID, f.g.stamp(s.Created)}, committed: true}, nil
}

// read checks the form of a stock's content and what its fields demand of each other.
func (f *favor) read(doc map[string]any, number func(string, checker) member) (*favorBody, *apiError) {
	if refused := check(f.favorSchema(number), doc); refused != nil {
		return nil, refused
	}
	var body favorBody
	if err := json.Unmarshal(encode(doc), &body); err != nil {
		return nil, bodyError("", nil, "the body is not well formed")
	}
	return &body, f.shapeRules(&body)
}

// replay answers for a number that is known already.
func (f *favor) replay(account *Account, number, digest string) (outcome, *apiError, bool) {
	s := f.byID[f.byNumber[account.Mchid+" "+number]]
	if s == nil || f.g.retired(s.Created) {
		return outcome{}, nil, false
	}
	if refused := f.g.replayRefusal("/out_request_no", s.Digest == digest); refused != nil {
		return outcome{}, refused, true
	}
	return outcome{body: stockReply{s.ID, f.g.stamp(s.Created)}}, nil, true
}

// newStock is one that was made just now. The caller holds the lock.
func (f *favor) newStock(mchid string, body *favorBody, digest string) *favorStock {
	return &favorStock{ID: f.nextID(), Mchid: mchid, Request: *body, Digest: digest, Created: f.g.clock.Now(), CreatedReal: f.g.clock.Real()}
}
