package wechatpay

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

type senderView struct {
	Mchid        string `json:"mchid"`
	MerchantName string `json:"merchant_name"`
	CreateTime   string `json:"create_time"`
	UpdateTime   string `json:"update_time"`
}

// defaultPage is the limit of the merchants and goods lists when the call names none.
const defaultPage = 20

func (p *payGift) merchants(rq *request) (outcome, *apiError) {
	return p.listOf(rq, func(a *activity) []senderView {
		all := make([]senderView, 0, len(a.Senders))
		for _, s := range a.Senders {
			all = append(all, senderView{Mchid: s.Mchid, MerchantName: "商户" + s.Mchid, CreateTime: p.g.stamp(s.Created), UpdateTime: p.g.stamp(s.Updated)})
		}
		return all
	})
}

// goods is always empty: only activities of another type, made in the console, have goods.
func (p *payGift) goods(rq *request) (outcome, *apiError) {
	return p.listOf(rq, func(*activity) []senderView { return nil })
}

func (p *payGift) listOf(rq *request, rows func(*activity) []senderView) (outcome, *apiError) {
	offset, limit, refused := pageOf(rq.query, defaultPage, int(p.g.switches.Number(SwitchMerchantsPageMax)))
	if refused != nil {
		return outcome{}, refused
	}
	p.mu.Lock()
	a := p.owned(rq.params["id"], rq.account.Mchid)
	p.mu.Unlock()
	if a == nil || p.g.lagging(SwitchDetailLag)(a.Created, a.CreatedR) {
		return outcome{}, notFound("活动")
	}
	found := rows(a)
	return outcome{body: struct {
		Data []senderView `json:"data"`
		page
		ActivityID string `json:"activity_id"`
	}{rowsFrom(found, offset*limit, limit), page{len(found), offset, limit}, a.ID}}, nil
}

// change is a request to add or delete merchants.
type change struct {
	name      string
	body      map[string]any
	merchants []string
	number    string
}

func parseChange(rq *request, name, numberField string) (*change, *apiError) {
	doc, refused := parseBody(rq.body)
	if refused != nil {
		return nil, refused
	}
	if refused := check(object(required("merchant_id_list", merchantIDs), required(numberField, requestNumber)), doc); refused != nil {
		return nil, refused
	}
	var body struct {
		MerchantIDList []string `json:"merchant_id_list"`
	}
	if err := json.Unmarshal(rq.body, &body); err != nil {
		return nil, bodyError("", nil, "the body is not well formed")
	}
	return &change{name: name, body: doc, merchants: body.MerchantIDList, number: doc[numberField].(string)}, nil
}

type addReply struct {
	ActivityID            string            `json:"activity_id"`
	InvalidMerchantIDList []invalidMerchant `json:"invalid_merchant_id_list,omitempty"`
	AddTime               string            `json:"add_time"`
}

type deleteReply struct {
	ActivityID string `json:"activity_id"`
	DeleteTime string `json:"delete_time"`
}

// addMerchants adds those that can be added and lists the others: 200 in any case.
func (p *payGift) addMerchants(rq *request) (outcome, *apiError) {
	c, refused := parseChange(rq, "add", "add_request_no")
	if refused != nil {
		return outcome{}, refused
	}
	return p.apply(rq, c, func(next *activity, now time.Time) ([]invalidMerchant, *apiError) {
		next.Senders = slices.Clone(next.Senders)
		var invalid []invalidMerchant
		for _, id := range c.merchants {
			switch {
			case p.g.switches.Contains(SwitchMerchantsMissing, id):
				invalid = append(invalid, invalidMerchant{id, "商户号不存在"})
			case p.g.switches.Contains(SwitchMerchantsStranger, id):
				invalid = append(invalid, invalidMerchant{id, "商户与活动创建方不具备父子关系或同品牌关系"})
			default:
				next.addSender(id, now)
			}
		}
		return invalid, nil
	})
}

// deleteMerchants takes merchants off; one that is not there is no error.
func (p *payGift) deleteMerchants(rq *request) (outcome, *apiError) {
	c, refused := parseChange(rq, "delete", "delete_request_no")
	if refused != nil {
		return outcome{}, refused
	}
	return p.apply(rq, c, func(next *activity, _ time.Time) ([]invalidMerchant, *apiError) {
		next.Senders = slices.DeleteFunc(slices.Clone(next.Senders), func(s participant) bool { return slices.Contains(c.merchants, s.Mchid) })
		if len(next.Senders) == 0 && p.g.switches.Is(SwitchMerchantsLast, "reject400") {
			return nil, ruleError("不能删除全部发券商户", "/merchant_id_list", "the last merchant cannot be deleted")
		}
		return nil, nil
	})
}

// apply changes an activity's merchants under the change's own request number.
func (p *payGift) apply(rq *request, c *change, do func(*activity, time.Time) ([]invalidMerchant, *apiError)) (outcome, *apiError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.owned(rq.params["id"], rq.account.Mchid)
	if a == nil {
		return outcome{}, notFound("活动")
	}
	digest, now := digestOf(c.body), p.g.clock.Now()
	if i := slices.IndexFunc(a.Operations, func(d done) bool { return d.Name == c.name && d.Number == c.number }); i >= 0 {
		return p.repeat(a, &a.Operations[i], digest)
	}
	if a.over(now) {
		return outcome{}, ruleError("活动已结束，不能变更发券商户", "", "the activity is "+a.status(now))
	}
	next := a.changed(now)
	invalid, refused := do(next, now)
	if refused != nil {
		return outcome{}, refused
	}
	op := done{Name: c.name, Number: c.number, Digest: digest, At: now, Invalid: invalid}
	next.Operations = append(slices.Clip(a.Operations), op)
	if refused := p.put(next); refused != nil {
		return outcome{}, refused
	}
	return outcome{body: p.changeReply(next, &op), committed: true}, nil
}

// repeat answers for a change that was made before, by the same switches as a create.
func (p *payGift) repeat(a *activity, op *done, digest string) (outcome, *apiError) {
	field := "/" + strings.ToLower(op.Name) + "_request_no"
	if refused := p.g.replayRefusal(field, op.Digest == digest); refused != nil {
		return outcome{}, refused
	}
	return outcome{body: p.changeReply(a, op)}, nil
}

func (p *payGift) changeReply(a *activity, op *done) any {
	if op.Name == "add" {
		return addReply{ActivityID: a.ID, InvalidMerchantIDList: op.Invalid, AddTime: p.g.stamp(op.At)}
	}
	return deleteReply{ActivityID: a.ID, DeleteTime: p.g.stamp(op.At)}
}
