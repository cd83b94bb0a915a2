package wechatpay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

// The actions of the merchant console.
const (
	ConsolePause     = "pause"
	ConsoleResume    = "resume"
	ConsoleTerminate = "terminate"
	// ConsoleForget makes the gateway answer 404 for an activity from now on.
	ConsoleForget = "forget"
)

// Why a console action could not be done.
var (
	ErrNoActivity   = errors.New("there is no such activity")
	ErrNoMerchant   = errors.New("there is no such merchant")
	ErrWrongState   = errors.New("the activity's state does not allow it")
	ErrNumberInUse  = errors.New("out_request_no is that of another activity")
	ErrWrongContent = errors.New("it cannot be kept")
	ErrNoAction     = fmt.Errorf("there is no such action: %s, %s, %s or %s", ConsolePause, ConsoleResume, ConsoleTerminate, ConsoleForget)
)

// Console does to an activity what somebody could do in the merchant console, or what happens to it.
func (g *Gateway) Console(id, action string) (ActivityInfo, error) {
	p := g.payGift
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.byID[id]
	if a == nil {
		return ActivityInfo{}, ErrNoActivity
	}
	now := g.clock.Now()
	status, next := a.status(now), a.changed(now)
	allowed := false
	switch action {
	case ConsolePause:
		allowed = status == statusOngoing
		next.Paused, next.PausedAt = true, &now
	case ConsoleResume:
		allowed = status == statusPaused
		next.Paused, next.ResumedAt = false, &now
	case ConsoleTerminate:
		allowed = !a.over(now)
		next.EndedAt = &now
	case ConsoleForget:
		allowed = true
		next.Forgotten = true
	default:
		return ActivityInfo{}, ErrNoAction
	}
	if !allowed {
		return ActivityInfo{}, fmt.Errorf("%w: it is %s", ErrWrongState, status)
	}
	return p.putByConsole(next)
}

func (p *payGift) putByConsole(a *activity) (ActivityInfo, error) {
	if p.put(a) != nil {
		return ActivityInfo{}, fmt.Errorf("activity %s could not be kept in the state directory", a.ID)
	}
	return p.info(a), nil
}

func wrongContent(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrWrongContent, fmt.Sprintf(format, args...))
}

// contentError tells whoever calls /_sim what the gateway would have refused.
func (e *apiError) contentError() error {
	return wrongContent("%s: %s", strings.TrimPrefix(e.detail.Field, "/body/"), e.detail.Issue)
}

// CreateInConsole makes an activity as a person in the console does. The body is that of the API's
// create, but out_request_no may be left out, and of the rules only those that need neither clock
// nor stock apply: an activity that began last week can be made too.
func (g *Gateway) CreateInConsole(mchid string, raw []byte) (ActivityInfo, error) {
	p := g.payGift
	if g.accounts[mchid] == nil {
		return ActivityInfo{}, ErrNoMerchant
	}
	doc, refused := parseBody(raw)
	if refused != nil {
		return ActivityInfo{}, refused.contentError()
	}
	body, err := p.consoleBody(doc)
	if err != nil {
		return ActivityInfo{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if number := body.Base.OutRequestNo; number != "" && p.byNumber[mchid+" "+number] != "" {
		return ActivityInfo{}, ErrNumberInUse
	}
	return p.putByConsole(p.newActivity(mchid, body, digestOf(doc)))
}

// EditInConsole changes an activity's content, which no call of the API can. The patch is a JSON
// merge patch (RFC 7386) in the shape of a create: {"activity_base_info": {"activity_name": "…"}};
// null takes a field away. The request number stays, and merchants have an action of their own.
func (g *Gateway) EditInConsole(id string, patch []byte) (ActivityInfo, error) {
	var change map[string]any
	if err := json.Unmarshal(patch, &change); err != nil || len(change) == 0 {
		return ActivityInfo{}, wrongContent(`say what to change, such as {"activity_base_info": {"activity_name": "…"}}`)
	}
	p := g.payGift
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.byID[id]
	if a == nil {
		return ActivityInfo{}, ErrNoActivity
	}
	now := g.clock.Now()
	if a.over(now) {
		return ActivityInfo{}, fmt.Errorf("%w: it is %s", ErrWrongState, a.status(now))
	}
	doc, refused := parseBody(encode(schema.Merge(asObject(a.Request), change)))
	if refused != nil {
		return ActivityInfo{}, refused.contentError()
	}
	body, err := p.consoleBody(doc)
	switch {
	case err != nil:
		return ActivityInfo{}, err
	case body.Base.OutRequestNo != a.Request.Base.OutRequestNo:
		return ActivityInfo{}, wrongContent("activity_base_info/out_request_no: cannot be changed")
	case !slices.Equal(body.Rule.MerchantIDList, a.Request.Rule.MerchantIDList):
		return ActivityInfo{}, wrongContent("award_send_rule/merchant_id_list: POST …/merchants changes it")
	}
	next := a.changed(now)
	next.Request = *body
	return p.putByConsole(next)
}

// consoleBody checks the content of an activity that the console makes or edits.
func (p *payGift) consoleBody(doc map[string]any) (*createBody, error) {
	if refused := check(p.contentSchema(optional), doc); refused != nil {
		return nil, refused.contentError()
	}
	var body createBody
	if err := json.Unmarshal(encode(doc), &body); err != nil {
		return nil, wrongContent("%v", err)
	}
	if refused := p.shapeRules(&body); refused != nil {
		return nil, refused.contentError()
	}
	if !instant(body.Base.EndTime).After(instant(body.Base.BeginTime)) {
		return nil, wrongContent("activity_base_info/end_time: must be after begin_time")
	}
	return &body, nil
}

// asObject is what JSON makes of a value.
func asObject(v any) map[string]any {
	var out map[string]any
	dec := json.NewDecoder(bytes.NewReader(encode(v)))
	dec.UseNumber()
	if err := dec.Decode(&out); err != nil {
		panic(err) // our own types always decode
	}
	return out
}

// ChangeMerchants adds and removes sending merchants as a person in the console does: those that are
// there already, or are not, are no error, and the last one can go.
func (g *Gateway) ChangeMerchants(id string, add, remove []string) (ActivityInfo, error) {
	if len(add)+len(remove) == 0 {
		return ActivityInfo{}, wrongContent("say add or remove")
	}
	for _, mchid := range slices.Concat(add, remove) {
		if refused := merchantID("", mchid); refused != nil {
			return ActivityInfo{}, wrongContent("%q is no merchant id: it %s", mchid, refused.Issue)
		}
	}
	p := g.payGift
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.byID[id]
	if a == nil {
		return ActivityInfo{}, ErrNoActivity
	}
	now := g.clock.Now()
	if a.over(now) {
		return ActivityInfo{}, fmt.Errorf("%w: it is %s", ErrWrongState, a.status(now))
	}
	next := a.changed(now)
	next.Senders = slices.DeleteFunc(slices.Clone(a.Senders), func(s participant) bool { return slices.Contains(remove, s.Mchid) })
	for _, mchid := range add {
		next.addSender(mchid, now)
	}
	return p.putByConsole(next)
}
