package alipay

import (
	"slices"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

// change is a call that changes an activity asynchronously.
type change struct {
	form      schema.Checker
	operation string
	// check judges it and says what the activity will have; nil content when it keeps what it has. With done there is
	// nothing left to do.
	check func(*activity) (content object, done bool, e *apiError)
	// reply are the fields of the node; nil for none.
	reply func() any
}

// alter accepts a change.
func (g *Gateway) alter(rq *request, c change) (outcome, *apiError) {
	v := g.vouchers
	var a *activity
	var content object
	var done bool
	if c.reply == nil {
		c.reply = func() any { return nil }
	}
	return v.once(rq, step{
		form:  c.form,
		reply: c.reply,
		check: func() (e *apiError) {
			if a, e = v.find(rq); e != nil {
				return e
			}
			if a.Pending != nil {
				return inProgress()
			}
			if !a.Exists {
				return refuse(codeBizError, "业务异常，活动创建失败")
			}
			content, done, e = c.check(a)
			return e
		},
		commit: func(u use) *apiError {
			next := a.changed(u.At)
			next.Uses = append(slices.Clip(a.Uses), u)
			if !done {
				next.Pending = v.begin(c.operation, u.Number, content)
			}
			return v.put(next)
		},
	})
}

// over judges a change of an activity that has ended: by the switch it is refused, or it has no effect.
func (g *Gateway) over(a *activity) (ended bool, e *apiError) {
	now := g.clock.Now()
	if a.StoppedAt == nil && !a.expired(now) {
		return false, nil
	}
	code := g.switches.Get(SwitchChangeEnded)
	if code == "ignored" {
		return true, nil
	}
	return true, refuse(code, "活动已结束")
}

var stopSchema = schema.Object(
	schema.Required("activity_id", activityID),
	schema.Required("out_biz_no", outBizNo),
	schema.Required("merchant_access_mode", schema.Text(1, 32)),
)

// stopActivity ends an activity for ever.
func (g *Gateway) stopActivity(rq *request) (outcome, *apiError) {
	return g.alter(rq, change{form: stopSchema, operation: stopping, check: func(a *activity) (object, bool, *apiError) {
		code := g.switches.Get(SwitchStopEnded)
		switch {
		case a.StoppedAt == nil:
			return nil, false, nil
		case code == "success":
			return nil, true, nil
		default:
			return nil, false, refuse(code, "活动已停止")
		}
	}})
}

var appendSchema = schema.Object(
	schema.Required("activity_id", activityID),
	schema.Required("out_biz_no", outBizNo),
	schema.Required("merchant_access_mode", schema.Text(1, 32)),
	schema.Required("voucher_quantity", schema.Integer(1, mostVouchers)),
)

// append raises the total of vouchers. What is sent is the new total.
func (g *Gateway) append(rq *request) (outcome, *apiError) {
	return g.alter(rq, change{form: appendSchema, operation: appending, check: func(a *activity) (object, bool, *apiError) {
		total, present := numberAt(rq.doc, "voucher_quantity"), numberAt(a.Content, pathQuantity)
		ended, e := g.over(a)
		switch {
		case e != nil || ended:
			return nil, ended, e
		case total > mostAppended && g.switches.Is(SwitchAppendCeiling, "enforced"):
			return nil, false, invalid("voucher_quantity", "must be at most 999999")
		case total <= present:
			return nil, false, invalid("voucher_quantity", "must be above the present total "+asNumber(present).String())
		case a.uploaded() && total != int64(len(a.Codes)):
			return nil, false, invalid("voucher_quantity", "must be the number of imported codes, "+asNumber(int64(len(a.Codes))).String())
		}
		content := copyOf(a.Content)
		put(content, pathQuantity, asNumber(total))
		return content, false, nil
	}})
}
