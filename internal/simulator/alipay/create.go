package alipay

// createReply is the answer to a create, also to a replayed one.
type createReply struct {
	ActivityID string       `json:"activity_id"`
	Scope      *scopeResult `json:"voucher_available_scope_result_info,omitempty"`
}

// create accepts an activity. It is there once the operation has ended.
func (g *Gateway) create(rq *request) (outcome, *apiError) {
	v := g.vouchers
	var content object
	var reply createReply
	return v.once(rq, step{
		form: createSchema,
		check: func() *apiError {
			content = copyOf(rq.doc)
			delete(content, "out_biz_no")
			delete(content, "merchant_access_mode")
			if e := g.createRules(rq, content); e != nil {
				return e
			}
			var e *apiError
			reply.Scope, e = g.takeShops(content)
			return e
		},
		reply: func() any {
			reply.ActivityID = v.nextID(g.clock.Now())
			return reply
		},
		commit: func(u use) *apiError {
			return v.put(v.newActivity(rq, reply.ActivityID, content, u))
		},
	})
}

func (g *Gateway) createRules(rq *request, content object) *apiError {
	if rq.agency && g.switches.Contains(SwitchNoOperationGrant, rq.owner) {
		return refuse(codeBizError, "业务异常，缺少代运营关系")
	}
	if textAt(content, pathCodeMode) == codesUploaded && numberAt(content, pathQuantity) != 0 {
		return invalid(pathQuantity, "must be 0 with "+codesUploaded)
	}
	if e := g.notOver(content, g.clock.Now()); e != nil {
		return e
	}
	return g.rules(content)
}

// newActivity is one that was accepted just now. The caller holds the lock.
func (v *vouchers) newActivity(rq *request, id string, content object, u use) *activity {
	return &activity{
		ID: id, AppID: rq.app.AppID, Owner: rq.owner, Content: content, Created: u.At, CreatedR: v.g.clock.Real(), Updated: u.At,
		Pending: v.begin(creating, u.Number, nil), Uses: []use{u},
	}
}
