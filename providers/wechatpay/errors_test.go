package wechatpay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

// operation is a call as a user of the package makes it.
type operation struct {
	product  Product
	name     providers.Operation
	mutating bool
	mode     mode
	call     func(context.Context, *Client) error
}

var operations = []operation{
	{ProductPayGift, providers.OperationCreate, true, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := NewPayGift(c).Create(ctx, []byte(createBody))
		return err
	}},
	{ProductPayGift, providers.OperationGet, false, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := NewPayGift(c).Get(ctx, "10028001")
		return err
	}},
	{ProductPayGift, providers.OperationList, false, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := NewPayGift(c).List(ctx, 0)
		return err
	}},
	{ProductPayGift, providers.OperationTerminate, true, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := NewPayGift(c).Do(ctx, providers.Mutation{Operation: providers.OperationTerminate, ID: "10028001"})
		return err
	}},
	{ProductPayGift, providers.OperationMembers, false, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := NewPayGift(c).Members(ctx, "10028001")
		return err
	}},
	{ProductPayGift, providers.OperationAddMembers, true, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := NewPayGift(c).Do(ctx, changeOf(providers.OperationAddMembers, "10000022"))
		return err
	}},
	{ProductPayGift, providers.OperationRemoveMembers, true, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := NewPayGift(c).Do(ctx, changeOf(providers.OperationRemoveMembers, "10000022"))
		return err
	}},
	{ProductFavor, providers.OperationCreate, true, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := NewCouponStocks(c).Create(ctx, []byte(createBody))
		return err
	}},
	{ProductFavor, providers.OperationGet, false, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := NewCouponStocks(c).Get(ctx, "98065001")
		return err
	}},
	{ProductFavor, providers.OperationList, false, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := NewCouponStocks(c).List(ctx, 0)
		return err
	}},
	{ProductFavor, providers.OperationStart, true, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := changeStock(ctx, c, providers.OperationStart)
		return err
	}},
	{ProductFavor, providers.OperationPause, true, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := changeStock(ctx, c, providers.OperationPause)
		return err
	}},
	{ProductFavor, providers.OperationRestart, true, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := changeStock(ctx, c, providers.OperationRestart)
		return err
	}},
	{ProductFavor, OperationGetCouponCallback, false, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := c.CouponNotifyURL(ctx)
		return err
	}},
	{"", OperationCertificates, false, certificateMode, func(ctx context.Context, c *Client) error { return c.Probe(ctx) }},
	{"", OperationGetBusifavorStock, false, publicKeyMode, func(ctx context.Context, c *Client) error {
		_, err := c.GetBusifavorStock(ctx, "98065001")
		return err
	}},
}

// coveredBy are the operations for which the row is the one that counts.
func coveredBy(row ErrorRow) []operation {
	var out []operation
	for _, op := range operations {
		byStatus := row.key().http != "" // of these nobody has any of their own
		if counts, found := lookUp(op.product, op.name, row.Code); byStatus || found && counts.key() == row.key() {
			out = append(out, op)
		}
	}
	return out
}

// provoke returns the gateway's answer that the row is about; ok is false for rows about what
// never reaches the gateway.
func provoke(t *testing.T, row ErrorRow, op operation) (r reply, ok bool) {
	t.Helper()
	right := byPublicKey
	if op.mode.certificates {
		right = byCertificateA
	}
	stranger := signingKey{right.serial, strangerKey}
	good := certificatesBody(testAPIv3Key, byCertificateA)
	switch row.Code {
	case anyCode, otherCode:
		return unsigned(statusOf(row.HTTP), `{"code":"SOMETHING_NEW","message":"m"}`), true
	case noCode:
		return unsigned(statusOf(row.HTTP), "<html></html>"), true
	case outcomeNoAnswer:
		return reply{fault: hangUp}, true
	case outcomeBadSignature:
		return signed(stranger, 200, good), true
	case outcomeTestSignature:
		return reply{status: 200, body: good, by: &right, spoil: func(h http.Header) {
			h.Set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/x")
		}}, true
	case outcomeUnknownKey:
		return signed(signingKey{"PUB_KEY_ID_OTHER", strangerKey}, 200, good), true
	case outcomeUnsigned:
		return unsigned(200, good), true
	case outcomeClock:
		return reply{status: 200, body: good, spoil: func(h http.Header) { signReply(h, right, testNow.Add(-time.Hour), good) }}, true
	case outcomeIncomplete:
		return signed(right, 200, "[]"), true
	case outcomeBadCertificates:
		return signed(right, 200, certificatesBody(strings.Repeat("x", 32), byCertificateA)), true
	case outcomeNoCertificates:
		return signed(right, 200, "{}"), true
	case outcomeBadID, outcomeNoBody, outcomeNoOperation, outcomeNoNumber, outcomeBadMembers, outcomeNotSent:
		return reply{}, false
	}
	return unsigned(statusOf(row.HTTP), `{"code":"`+row.Code+`","message":"m"}`), true
}

// statusOf is a status of the row's class that has no row of its own.
func statusOf(documented string) int {
	switch documented {
	case "":
		return 400 // no page says which
	case "3xx":
		return 302
	case "4xx":
		return 418
	case "5xx":
		return 504
	}
	status, err := strconv.Atoi(documented)
	if err != nil {
		panic(err)
	}
	return status
}

func TestEachRowOfTheErrorTableIsWhatItsAnswerBecomes(t *testing.T) {
	for _, row := range ErrorTable() {
		for _, op := range coveredBy(row) {
			if (row.Code == outcomeUnknownKey || row.Code == outcomeUnsigned) && op.name == OperationCertificates {
				continue // TestProbe… has these
			}
			if row.Code == codeResourceNotExists && op.name == OperationGetCouponCallback {
				continue // no address was set, which is no failure
			}
			t.Run(fmt.Sprintf("%s %s %s %s", op.product, op.name, row.HTTP, row.Code), func(t *testing.T) {
				r, ok := provoke(t, row, op)
				if !ok {
					t.Skip("never reaches the gateway: see TestEachRowOfTheErrorTableThatSendsNothing")
				}
				g := newGateway(t, always(r))
				err := op.call(context.Background(), newClient(t, g.URL, op.mode))
				e := gotError(t, err, row.Kind, row.MaybeCommitted && op.mutating)
				if e.Operation != op.name || e.Delay != row.Delay || e.Advice != row.Advice {
					t.Errorf("got %s, delay %s, advice %q; want delay %s, advice %q", e.Operation, e.Delay, e.Advice, row.Delay, row.Advice)
				}
				requests := 1
				if op.name == providers.OperationMembers && row.Code == codeParamError {
					requests = 2 // the limit may be what is refused
				}
				if strings.HasPrefix(e.Code, "(") || len(g.requests("/")) != requests {
					t.Errorf("code %q after %d requests", e.Code, len(g.requests("/")))
				}
			})
		}
	}
}

func TestEachRowOfTheErrorTableThatSendsNothing(t *testing.T) {
	ctx := context.Background()
	g := newGateway(t, always(unsigned(500, "")))
	client := newClient(t, g.URL, publicKeyMode)
	p, stocks := NewPayGift(client), NewCouponStocks(client)
	for name, tc := range map[string]struct {
		outcome string
		call    func() error
	}{
		"get without an id":               {outcomeBadID, func() error { _, err := p.Get(ctx, ""); return err }},
		"get with a path as the id":       {outcomeBadID, func() error { _, err := p.Get(ctx, "../1"); return err }},
		"get with a dot as the id":        {outcomeBadID, func() error { _, err := p.Get(ctx, ".."); return err }},
		"terminate with a query as an id": {outcomeBadID, func() error { return do(p, providers.Mutation{Operation: "terminate", ID: "1?x"}) }},
		"members of no activity":          {outcomeBadID, func() error { _, err := p.Members(ctx, ""); return err }},
		"members added to a path": {outcomeBadID, func() error {
			return do(p, providers.Mutation{Operation: "members-add", ID: "../1", Number: "n", Members: []string{"1"}})
		}},
		"a stock id that is none":       {outcomeBadID, func() error { _, err := client.GetBusifavorStock(ctx, "1/2"); return err }},
		"a page before the first":       {outcomeBadID, func() error { _, err := p.List(ctx, -1); return err }},
		"a create without a body":       {outcomeNoBody, func() error { _, err := p.Create(ctx, nil); return err }},
		"an operation that is none":     {outcomeNoOperation, func() error { return do(p, providers.Mutation{Operation: "pause", ID: "10028001"}) }},
		"a stock without an id":         {outcomeBadID, func() error { _, err := stocks.Get(ctx, ""); return err }},
		"a stock page before the first": {outcomeBadID, func() error { _, err := stocks.List(ctx, -1); return err }},
		"a stock without a body":        {outcomeNoBody, func() error { _, err := stocks.Create(ctx, nil); return err }},
		"the start of a path":           {outcomeBadID, func() error { return doStock(stocks, "start", "../1") }},
		"the pause of a query":          {outcomeBadID, func() error { return doStock(stocks, "pause", "1?x") }},
		"the end of a stock":            {outcomeNoOperation, func() error { return doStock(stocks, "terminate", "98065001") }},
		"members added to a stock":      {outcomeNoOperation, func() error { return doStock(stocks, "members-add", "98065001") }},
		"a preflight without a body":    {outcomeNoBody, func() error { _, err := p.Preflight(ctx, nil); return err }},
		"an addition without a number": {outcomeNoNumber, func() error {
			return do(p, providers.Mutation{Operation: "members-add", ID: "1", Members: []string{"1"}})
		}},
		"a removal without a number": {outcomeNoNumber, func() error {
			return do(p, providers.Mutation{Operation: "members-remove", ID: "1", Members: []string{"1"}})
		}},
		"an addition of nobody":    {outcomeBadMembers, func() error { return do(p, changeOf("members-add")) }},
		"a removal of nobody":      {outcomeBadMembers, func() error { return do(p, changeOf("members-remove")) }},
		"a merchant without an id": {outcomeBadMembers, func() error { return do(p, changeOf("members-add", "10000022", "")) }},
		"more than 500 merchants":  {outcomeBadMembers, func() error { return do(p, changeOf("members-add", merchantIDs(501)...)) }},
	} {
		t.Run(name, func(t *testing.T) {
			row := rowFor(call{}, tc.outcome)
			e := gotError(t, tc.call(), row.Kind, false)
			if e.Delay != row.Delay || e.Advice != row.Advice || e.Message == "" || strings.Contains(e.Error(), "HTTP 0") {
				t.Errorf("got %v, delay %s, advice %q", e, e.Delay, e.Advice)
			}
		})
	}
	for _, op := range operations {
		t.Run(fmt.Sprintf("nobody listens for %s %s", op.product, op.name), func(t *testing.T) {
			row := rowFor(call{}, outcomeNotSent)
			e := gotError(t, op.call(ctx, newClient(t, refusedAddress(t), op.mode)), row.Kind, false)
			if e.Delay != row.Delay || e.Advice != row.Advice || e.HTTPStatus != 0 {
				t.Errorf("got %v, delay %s, advice %q", e, e.Delay, e.Advice)
			}
		})
	}
	if n := len(g.requests("/")); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// The rows that others rely on, said once more by hand.
func TestWhatTheDesignDemandsOfTheErrorTable(t *testing.T) {
	for _, tc := range []struct {
		product Product
		op      providers.Operation
		status  int
		code    string
		kind    providers.Kind
		maybe   bool
	}{
		{ProductPayGift, "create", 400, "PARAM_ERROR", providers.KindInvalid, false},
		{ProductPayGift, "create", 400, "INVALID_REQUEST", providers.KindInvalid, false},
		{ProductPayGift, "terminate", 400, "INVALID_REQUEST", providers.KindConflict, false},
		{ProductPayGift, "members-add", 400, "INVALID_REQUEST", providers.KindConflict, false},
		{ProductPayGift, "members-remove", 400, "INVALID_REQUEST", providers.KindConflict, false},
		{ProductPayGift, "members-add", 400, "MCH_NOT_EXISTS", providers.KindInvalid, false},
		{ProductPayGift, "members-add", 404, "RESOURCE_NOT_EXISTS", providers.KindNotFound, false},
		{ProductPayGift, "members-add", 500, "SYSTEM_ERROR", providers.KindUnavailable, true},
		{ProductPayGift, "members", 404, "RESOURCE_NOT_EXISTS", providers.KindNotFound, false},
		{ProductPayGift, "create", 404, "RESOURCE_NOT_EXISTS", providers.KindNotFound, false},
		{ProductPayGift, "get", 404, "RESOURCE_NOT_EXISTS", providers.KindNotFound, false},
		{ProductPayGift, "create", 401, "SIGN_ERROR", providers.KindAuth, false},
		{ProductPayGift, "create", 403, "NO_AUTH", providers.KindForbidden, false},
		{ProductPayGift, "create", 403, "REQUEST_BLOCKED", providers.KindForbidden, false},
		{ProductPayGift, "create", 403, "RULE_LIMIT", providers.KindForbidden, false},
		{ProductPayGift, "create", 500, "SYSTEM_ERROR", providers.KindUnavailable, true},
		{ProductPayGift, "create", 500, "INVALID_REQUEST", providers.KindUnavailable, true},
		{ProductPayGift, "create", 400, "SYSTEM_ERROR", providers.KindUnavailable, true},
		{ProductPayGift, "create", 429, "FREQUENCY_LIMITED", providers.KindThrottled, false},
		{ProductPayGift, "create", 429, "FREQUENCY_LIMIT_EXCEED", providers.KindThrottled, false},
		{ProductPayGift, "create", 429, "RATELIMIT_EXCEEDED", providers.KindThrottled, false},
		{ProductPayGift, "create", 429, "", providers.KindThrottled, false},
		{ProductPayGift, "create", 429, "PARAM_ERROR", providers.KindThrottled, false},
		{ProductPayGift, "create", 202, "PARAM_ERROR", providers.KindUnavailable, true},
		{ProductPayGift, "create", 599, "", providers.KindUnavailable, true},
		{ProductPayGift, "create", 499, "", providers.KindUnknown, true},
		{ProductPayGift, "create", 404, "", providers.KindUnknown, true},
		{ProductPayGift, "get", 404, "NO_ROUTE", providers.KindUnknown, true},
		{ProductPayGift, "create", 600, "WHAT", providers.KindUnknown, true},
		{ProductFavor, "create", 400, "PARAM_ERROR", providers.KindInvalid, false},
		{ProductFavor, "create", 400, "INVALID_REQUEST", providers.KindInvalid, false},
		{ProductFavor, "create", 400, "268573590", providers.KindInvalid, false},
		{ProductFavor, "create", 403, "NO_AUTH", providers.KindForbidden, false},
		{ProductFavor, "create", 403, "REQUEST_BLOCKED", providers.KindForbidden, false},
		{ProductFavor, "create", 500, "SYSTEM_ERROR", providers.KindUnavailable, true},
		{ProductFavor, "get", 404, "RESOURCE_NOT_EXISTS", providers.KindNotFound, false},
		{ProductFavor, "list", 404, "RESOURCE_NOT_EXISTS", providers.KindNotFound, false},
		{ProductFavor, "start", 403, "NOT_ENOUGH", providers.KindFunds, false},
		{ProductFavor, "start", 403, "270079534", providers.KindFunds, false},
		{ProductFavor, "start", 400, "INVALID_REQUEST", providers.KindConflict, false},
		{ProductFavor, "start", 400, "270079533", providers.KindConflict, false},
		{ProductFavor, "start", 403, "NO_AUTH", providers.KindForbidden, false},
		{ProductFavor, "start", 403, "REQUEST_BLOCKED", providers.KindForbidden, false},
		{ProductFavor, "start", 403, "RULE_LIMIT", providers.KindForbidden, false},
		{ProductFavor, "start", 404, "RESOURCE_NOT_EXISTS", providers.KindNotFound, false},
		{ProductFavor, "start", 429, "FREQUENCY_LIMIT_EXCEED", providers.KindThrottled, false},
		{ProductFavor, "start", 400, "268461336", providers.KindThrottled, false},
		{ProductFavor, "start", 500, "SYSTEM_ERROR", providers.KindUnavailable, true},
		{ProductFavor, "start", 500, "NOT_ENOUGH", providers.KindUnavailable, true},
		{ProductFavor, "start", 500, "272888874", providers.KindUnavailable, true},
		{ProductFavor, "start", 401, "269546525", providers.KindAuth, false},
		{ProductFavor, "pause", 400, "INVALID_REQUEST", providers.KindConflict, false},
		{ProductFavor, "restart", 400, "INVALID_REQUEST", providers.KindConflict, false},
		{ProductFavor, "restart", 403, "NOT_ENOUGH", providers.KindFunds, false},
	} {
		row := rowForReply(tc.product, tc.op, tc.status, tc.code)
		if tc.op == "get" {
			tc.maybe = row.MaybeCommitted // no matter for reads
		}
		if row.Kind != tc.kind || row.MaybeCommitted != tc.maybe {
			t.Errorf("%s %d %s: got %s, may be committed %t", tc.op, tc.status, tc.code, row.Kind, row.MaybeCommitted)
		}
	}
}

func TestTheErrorTableIsConsistent(t *testing.T) {
	rows := ErrorTable()
	if len(errorIndex) != len(rows) {
		t.Errorf("%d rows have %d keys: some key is there twice", len(rows), len(errorIndex))
	}
	for _, row := range rows {
		switch {
		case !strings.HasSuffix(row.Advice, ".") || strings.Contains(row.Advice, "\n"):
			t.Errorf("%+v: the advice is not one sentence", row)
		case row.Kind == providers.KindAuth && row.Delay != providers.DelayAccount:
			t.Errorf("%+v: what concerns the account waits for the account", row)
		case row.Kind == providers.KindUnknown && row.Delay != providers.DelaySlow:
			t.Errorf("%+v: the unknown is repeated slowly", row)
		case row.Kind == providers.KindFunds && row.Delay != providers.DelaySlow:
			t.Errorf("%+v: a balance is topped up in its own time", row)
		case row.MaybeCommitted && row.Delay == providers.DelayNever:
			t.Errorf("%+v: an unknown outcome cannot be final", row)
		}
	}
	for _, outcome := range []string{outcomeNotSent, outcomeNoAnswer, outcomeBadSignature, outcomeTestSignature, outcomeUnknownKey, outcomeUnsigned,
		outcomeClock, outcomeIncomplete, outcomeBadID, outcomeNoBody, outcomeNoOperation, outcomeNoNumber, outcomeBadMembers} {
		if rowFor(call{}, outcome).Kind == "" {
			t.Errorf("%s has no row", outcome)
		}
	}
}

func TestNoSecretShowsInAnyError(t *testing.T) {
	var shown strings.Builder
	show := func(err error) {
		if err == nil {
			return
		}
		fmt.Fprintf(&shown, "%v\n%+v\n%#v\n%q\n", err, err, err, err)
		var e *providers.Error
		if errors.As(err, &e) {
			fmt.Fprintf(&shown, "%+v\n%s\n%s\n%s\n", *e, e.Message, e.Field, e.Advice)
		}
		for cause := err; cause != nil; cause = errors.Unwrap(cause) {
			fmt.Fprintf(&shown, "%v %+v %#v\n", cause, cause, cause)
		}
	}
	for _, row := range ErrorTable() {
		for _, op := range coveredBy(row) {
			if r, ok := provoke(t, row, op); ok {
				show(op.call(context.Background(), newClient(t, newGateway(t, always(r)).URL, op.mode)))
			}
		}
	}
	for _, op := range operations {
		show(op.call(context.Background(), newClient(t, refusedAddress(t), op.mode)))
		show(op.call(context.Background(), newClient(t, "https"+strings.TrimPrefix(newGateway(t, nil).URL, "http"), op.mode)))
	}
	if shown.Len() < 10000 {
		t.Fatalf("only %d bytes were shown", shown.Len())
	}
	refuseSecrets(t, shown.String())
	if strings.Contains(shown.String(), "满额送") {
		t.Error("a request body shows")
	}
}
