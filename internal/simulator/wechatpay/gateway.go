package wechatpay

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/clock"
	"github.com/campaign-operator/campaign-operator/internal/simulator/exchange"
	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
	"github.com/campaign-operator/campaign-operator/internal/simulator/quota"
	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
	"github.com/campaign-operator/campaign-operator/internal/simulator/switches"
)

// maxBody is more than any documented request can be.
const maxBody = 1 << 20

// Options make a gateway.
type Options struct {
	Merchants  []string
	SeedStocks []string
	Keys       keys.Source
	Switches   *switches.Set
	Dir        *statedir.Dir
	Exchange   *exchange.Exchange
}

// Gateway is the simulated WeChat Pay.
type Gateway struct {
	exchange  *exchange.Exchange
	clock     *clock.Clock
	switches  *switches.Set
	accounts  map[string]*Account
	mchids    []string
	nonces    nonces
	quotas    *quota.Buckets
	payGift   *payGift
	busifavor *busifavor
	favor     *favor
}

// New makes a gateway, with the keys and activities of the state directory if there are any.
func New(o Options) (*Gateway, error) {
	g := &Gateway{exchange: o.Exchange, clock: o.Exchange.Clock, switches: o.Switches, accounts: map[string]*Account{}, quotas: quota.New()}
	kept := map[string][]byte{}
	if err := o.Dir.Each(kindAccounts, func(id string, data []byte) error { kept[id] = data; return nil }); err != nil {
		return nil, err
	}
	for _, mchid := range o.Merchants {
		if g.accounts[mchid] != nil {
			return nil, fmt.Errorf("merchant id %s is given twice", mchid)
		}
		account, err := newAccount(mchid, o.Keys, o.Dir, kept[mchid], g.clock.Real())
		if err != nil {
			return nil, err
		}
		g.accounts[mchid] = account
		g.mchids = append(g.mchids, mchid)
	}
	var err error
	if g.busifavor, err = newBusifavor(g, o.Dir, o.SeedStocks); err != nil {
		return nil, err
	}
	if g.favor, err = newFavor(g, o.Dir); err != nil {
		return nil, err
	}
	g.payGift, err = newPayGift(g, o.Dir)
	return g, err
}

// Account is a merchant, or nil.
func (g *Gateway) Account(mchid string) *Account { return g.accounts[mchid] }

// Accounts are all merchants in the order in which they were named.
func (g *Gateway) Accounts() []*Account {
	all := make([]*Account, 0, len(g.mchids))
	for _, mchid := range g.mchids {
		all = append(all, g.accounts[mchid])
	}
	return all
}

// Reset forgets activities, created stocks, money, nonces and quotas. Keys stay.
func (g *Gateway) Reset() error {
	g.quotas.Reset()
	g.nonces.reset()
	if err := g.busifavor.reset(); err != nil {
		return err
	}
	if err := g.favor.reset(); err != nil {
		return err
	}
	return g.payGift.reset()
}

// now is the gateway's own clock, which signatures are judged by. Campaigns have another.
func (g *Gateway) now() time.Time { return g.clock.Real().Add(g.switches.Duration(SwitchClockSkew)) }

// ServeHTTP answers any API call. The Host is not looked at: clients that pin the vendor's domain
// are sent here by a changed address only.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	op, params := route(r.Method, r.URL.EscapedPath())
	call := &exchange.Call{Request: r, Target: target(r), Operation: op.name, Mutating: r.Method != http.MethodGet, Body: body}
	if account := g.accounts[claimedAccount(r)]; account != nil {
		call.Account = account.Mchid
	}
	g.exchange.Serve(w, &attempt{g: g, op: op, params: params, unread: err, id: requestIDHead()}, call)
}

// target is the path and query as they stand in the request line, which is what was signed.
func target(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.RequestURI() // the absolute form, as proxies send it
}

// attempt is one call to the gateway.
type attempt struct {
	g      *Gateway
	op     *operation
	params map[string]string
	// unread is why the body could not be read.
	unread error
	// id begins the reply's Request-ID, which ends by what is answered.
	id string
}

// request is what an operation's handler gets.
type request struct {
	account   *Account
	operation string
	// id is the Request-ID if the call succeeds.
	id     string
	params map[string]string
	query  url.Values
	body   []byte
}

// outcome is what a handler did.
type outcome struct {
	body      any
	committed bool
}

// Handle authenticates the call, limits it and does what it asks for.
func (a *attempt) Handle(call *exchange.Call) *exchange.Reply {
	if a.unread != nil {
		return exchange.ProxyPage(http.StatusRequestEntityTooLarge, 0)
	}
	rq, refused := a.admit(call)
	if refused != nil {
		return a.refusal(call, refused)
	}
	out, refused := a.op.handle(a.g, rq)
	if refused != nil {
		return a.refusal(call, refused)
	}
	return &exchange.Reply{Status: http.StatusOK, Body: encode(out.body), Committed: out.committed, Account: rq.account.Mchid, RequestID: rq.id}
}

func (a *attempt) admit(call *exchange.Call) (*request, *apiError) {
	if a.op.handle == nil {
		return nil, a.op.refusal
	}
	if e := a.g.checkHeaders(call); e != nil {
		return nil, e
	}
	account, e := a.g.authenticate(call)
	if e != nil {
		return nil, e
	}
	if e := a.g.checkQuotas(call, account, a.op); e != nil {
		return nil, e
	}
	query, e := parseQuery(call.Request.URL.RawQuery, a.op.query)
	if e != nil {
		return nil, e
	}
	return &request{account: account, operation: a.op.name, id: requestID(a.id, ""), params: a.params, query: query, body: call.Body}, nil
}

// Refuse makes an injected refusal.
func (a *attempt) Refuse(call *exchange.Call, status int, code string, retryAfter int) *exchange.Reply {
	if code == "" {
		code = a.usualCode(status)
	}
	switch {
	case code != "":
	case status == http.StatusNoContent:
		return &exchange.Reply{Status: status, Account: call.Account}
	case status < 300:
		return &exchange.Reply{Status: status, Body: []byte("{}"), Account: call.Account}
	default:
		return exchange.ProxyPage(status, retryAfter)
	}
	return a.refusal(call, &apiError{status: status, code: code, message: messageOf(code), retryAfter: retryAfter})
}

// usualCode is the code that an injected status carries when none is named.
func (a *attempt) usualCode(status int) string {
	if status == http.StatusTooManyRequests {
		return a.op.frequencyCode()
	}
	return usualCodes[status]
}

func (a *attempt) refusal(call *exchange.Call, e *apiError) *exchange.Reply {
	return &exchange.Reply{Status: e.status, Code: e.code, Body: e.body(a.g.switches.Get(SwitchErrorsDetail)), Account: call.Account, RetryAfter: e.retryAfter}
}

// checkHeaders refuses calls that the vendor's rules for headers forbid.
func (g *Gateway) checkHeaders(call *exchange.Call) *apiError {
	h := call.Request.Header
	if g.switches.Is(SwitchHeaders, "refused") {
		if h.Get("User-Agent") == "" {
			return paramError("header", "/header/User-Agent", nil, "User-Agent is required")
		}
		if !acceptsJSON(h.Values("Accept")) {
			return paramError("header", "/header/Accept", h.Get("Accept"), "Accept must allow application/json")
		}
	}
	if len(call.Body) == 0 {
		return nil
	}
	if media, params, err := mime.ParseMediaType(h.Get("Content-Type")); err != nil || media != "application/json" {
		return paramError("header", "/header/Content-Type", h.Get("Content-Type"), "Content-Type must be application/json")
	} else if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return paramError("header", "/header/Content-Type", h.Get("Content-Type"), "the body must be UTF-8")
	}
	return nil
}

func acceptsJSON(values []string) bool {
	for part := range strings.SplitSeq(strings.Join(values, ","), ",") {
		media, _, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err == nil && slices.Contains([]string{"application/json", "application/*", "*/*"}, media) {
			return true
		}
	}
	return false
}
