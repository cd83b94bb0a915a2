package alipay

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/clock"
	"github.com/campaign-operator/campaign-operator/internal/simulator/exchange"
	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
	"github.com/campaign-operator/campaign-operator/internal/simulator/quota"
	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
	"github.com/campaign-operator/campaign-operator/internal/simulator/switches"
)

// Path is where the gateway is: clients are given the simulator's URL with it.
const Path = "/gateway.do"

// maxBody is more than a create with 10,000 shops needs.
const maxBody = 4 << 20

// Options make a gateway.
type Options struct {
	Apps     []AppOptions
	Keys     keys.Source
	Switches *switches.Set
	Dir      *statedir.Dir
	Exchange *exchange.Exchange
}

// Gateway is the simulated Alipay.
type Gateway struct {
	exchange  *exchange.Exchange
	clock     *clock.Clock
	switches  *switches.Set
	authority *authority
	apps      map[string]*App
	appIDs    []string
	quotas    *quota.Buckets
	vouchers  *vouchers
	messages  *messages
	// operations are all operations.
	operations []*operation
}

// New makes a gateway, with the keys and activities of the state directory if there are any.
func New(o Options) (*Gateway, error) {
	g := &Gateway{exchange: o.Exchange, clock: o.Exchange.Clock, switches: o.Switches, apps: map[string]*App{}, quotas: quota.New(), operations: operations}
	var err error
	if g.authority, err = newAuthority(o.Keys, o.Dir, g.clock.Real()); err != nil {
		return nil, err
	}
	kept := map[string][]byte{}
	if err := o.Dir.Each(kindApps, func(id string, data []byte) error { kept[id] = data; return nil }); err != nil {
		return nil, err
	}
	for _, options := range o.Apps {
		if g.apps[options.AppID] != nil {
			return nil, fmt.Errorf("app id %s is given twice", options.AppID)
		}
		app, err := newApp(options, g.authority, o.Keys, o.Dir, kept[options.AppID], g.clock.Real())
		if err != nil {
			return nil, err
		}
		g.apps[app.AppID] = app
		g.appIDs = append(g.appIDs, app.AppID)
	}
	if g.messages, err = newMessages(g, o.Dir); err != nil {
		return nil, err
	}
	g.vouchers, err = newVouchers(g, o.Dir)
	return g, err
}

// App is an app, or nil.
func (g *Gateway) App(appID string) *App { return g.apps[appID] }

// Apps are all apps in the order in which they were named.
func (g *Gateway) Apps() []*App {
	all := make([]*App, 0, len(g.appIDs))
	for _, appID := range g.appIDs {
		all = append(all, g.apps[appID])
	}
	return all
}

// Reset forgets activities, codes, messages and quotas. Keys, tokens and notify URLs stay.
func (g *Gateway) Reset() error {
	g.quotas.Reset()
	return errors.Join(g.vouchers.reset(), g.messages.reset())
}

// now is the gateway's own clock, which timestamps are judged by. Campaigns have another.
func (g *Gateway) now() time.Time { return g.clock.Real().Add(g.switches.Duration(SwitchClockSkew)) }

// ServeHTTP answers a call to gateway.do.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	a := &attempt{g: g, unread: err}
	a.params, a.malformed = readParameters(r, body)
	a.op = operationOf(a.params["method"])
	call := &exchange.Call{Request: r, Target: target(r, a.params), Operation: a.op.name, Mutating: a.op.mutating, Body: a.op.shown(a.params["biz_content"])}
	if g.apps[a.params["app_id"]] != nil {
		call.Account = a.params["app_id"]
	}
	g.exchange.Serve(w, a, call)
}

// target is what is shown of the request line. The other parameters may hold tokens and codes.
func target(r *http.Request, p parameters) string {
	if method := p["method"]; methodForm.MatchString(method) {
		return r.URL.Path + "?method=" + method
	}
	return r.URL.Path
}

// attempt is one call to the gateway.
type attempt struct {
	g      *Gateway
	op     *operation
	params parameters
	// unread and malformed are why the parameters could not be read.
	unread, malformed error
}

// request is what an operation's handler gets.
type request struct {
	app *App
	// owner is the merchant (PID) for whom the app calls.
	owner string
	// agency says that a token named the owner.
	agency bool
	op     *operation
	doc    object
}

// outcome is what a handler did.
type outcome struct {
	// body are the fields of the node beside code and msg; nil for none.
	body      any
	committed bool
}

// Handle admits the call and does what it asks for.
func (a *attempt) Handle(call *exchange.Call) *exchange.Reply {
	if a.unread != nil {
		return exchange.ProxyPage(http.StatusRequestEntityTooLarge, 0)
	}
	if call.Request.Method != http.MethodPost && call.Request.Method != http.MethodGet {
		return exchange.ProxyPage(http.StatusMethodNotAllowed, 0)
	}
	rq, refused := a.admit(call)
	if refused == nil {
		var out outcome
		if out, refused = a.op.handle(a.g, rq); refused == nil {
			return &exchange.Reply{Status: http.StatusOK, Body: a.g.success(out.body), Committed: out.committed, Account: rq.app.AppID}
		}
	}
	return a.refusal(call, refused)
}

// success is the node of a reply that does not refuse.
func (g *Gateway) success(body any) []byte {
	head := `{"code":"` + gatewaySuccess + `","msg":"` + gatewayMessages[gatewaySuccess] + `"`
	if body == nil {
		return []byte(head + "}")
	}
	if g.switches.Is(SwitchNumbers, "text") {
		body = numbersAsText(fieldsOf(body))
	}
	fields := encode(body)
	if len(fields) > 2 {
		head += ","
	}
	return append([]byte(head), fields[1:]...)
}

// Refuse makes an injected refusal: with HTTP status 200, as the gateway does, unless the status is that of a proxy.
func (a *attempt) Refuse(call *exchange.Call, status int, code string, retryAfter int) *exchange.Reply {
	if code == "" {
		code = usualCodes[status]
	}
	if code == "" {
		return exchange.ProxyPage(status, retryAfter)
	}
	reply := a.refusal(call, refuse(code, "模拟的错误"))
	reply.RetryAfter = retryAfter
	return reply
}

func (a *attempt) refusal(call *exchange.Call, e *apiError) *exchange.Reply {
	reply := &exchange.Reply{Status: http.StatusOK, Refused: true, Code: e.subCode, Body: e.node(), Account: call.Account}
	if e.unsigned || a.g.switches.Is(SwitchErrorsSigned, "off") {
		reply.Account = ""
	}
	return reply
}

// content reads biz_content.
func (a *attempt) content() (object, *apiError) {
	doc, p := schema.Parse([]byte(a.params["biz_content"]), nil)
	if p == nil {
		return doc, nil
	}
	if p.At == "" && strings.Contains(p.Issue, "JSON") {
		return nil, refuse("isv.illegal-json", "biz_content 不是合法的JSON: %s", p.Issue)
	}
	return nil, problem(p)
}
