package wechatpay

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/wire"
	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// The words of a stock that decide whether pay gift can hand it out.
const (
	stockRunning   = "RUNNING"
	stockUnaudit   = "UNAUDIT"
	stockPaused    = "PAUSED"
	codesByAPI     = "MERCHANT_API"
	codesUploaded  = "MERCHANT_UPLOAD"
	maxShownWord   = 32
	awardListField = "award_send_rule.award_list"
)

// Preflight reads each 商家券 stock that body hands out and finds those that cannot be: one that does
// not exist or is not RUNNING, that has no coupon valid during the activity, whose codes are
// passed in by API calls, or whose uploaded codes have run out. What the gateway did not tell
// of a stock is no finding.
//
// Readings are kept for a minute. A stock that cannot be read hides no finding about another:
// the error, of operation providers.OperationPreflight, is returned only where there are none.
func (p *PayGift) Preflight(ctx context.Context, body []byte) ([]providers.Finding, error) {
	request, err := lenient.Decode(body)
	if err != nil {
		return nil, refused(call{product: ProductPayGift, op: providers.OperationPreflight}, outcomeNoBody, "the create request is no JSON object")
	}
	window := windowOf(request)
	var findings []providers.Finding
	var failure error
	for _, award := range awardsOf(request) {
		stock, err := p.stocks.get(ctx, p.client, award.stockID)
		switch {
		case providers.IsKind(err, providers.KindNotFound):
			findings = append(findings, providers.Finding{Field: award.field, Message: missingStock(award.stockID)})
		case err != nil && failure == nil:
			failure = ofPreflight(err)
		case err == nil:
			for _, message := range unusable(stock, window) {
				findings = append(findings, providers.Finding{Field: award.field, Message: message})
			}
		}
	}
	if len(findings) > 0 {
		return findings, nil
	}
	return nil, failure
}

// ofPreflight gives a failed reading the name of the call that its caller made, so that a pause
// which the gateway asks for is kept for that. The error may be others' too and is not changed.
func ofPreflight(err error) error {
	failure := *providers.AsError(providers.OperationPreflight, err)
	failure.Operation = providers.OperationPreflight
	return &failure
}

// awarded is a stock and the first place of the request that names it.
type awarded struct{ stockID, field string }

func awardsOf(request object) []awarded {
	list, _ := lenient.Child(request, "award_send_rule")["award_list"].([]any)
	seen := map[string]bool{}
	var out []awarded
	for i, entry := range list {
		award, _ := entry.(object)
		id := lenient.Text(award, "stock_id")
		if seen[id] {
			continue
		}
		seen[id] = true
		out = append(out, awarded{stockID: id, field: awardListField + "[" + strconv.Itoa(i) + "].stock_id"})
	}
	return out
}

// span is a time from begin to end; a zero bound is not known.
type span struct{ begin, end time.Time }

func windowOf(request object) span {
	base := lenient.Child(request, "activity_base_info")
	return span{timeOf(base, "begin_time"), timeOf(base, "end_time")}
}

// misses reports whether two spans have no time in common, as far as their bounds are known.
func (s span) misses(other span) bool {
	before := func(end, begin time.Time) bool { return !end.IsZero() && !begin.IsZero() && !end.After(begin) }
	return before(s.end, other.begin) || before(other.end, s.begin)
}

func (s span) String() string {
	return "from " + show(s.begin) + " to " + show(s.end)
}

// show writes a time as WeChat Pay does.
func show(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return wire.FormatTime(t)
}

func missingStock(id string) string {
	return fmt.Sprintf("stock %s does not exist, or this merchant cannot see it: write the id of a 商家券 (busifavor) stock "+
		"that this merchant created or owns", lenient.OneLine(id, maxShownWord))
}

// unusable says why a stock cannot be handed out during the window, and what to do; the same
// bytes for the same stock.
func unusable(stock BusifavorStock, window span) []string {
	var out []string
	add := func(format string, args ...any) {
		out = append(out, "stock "+lenient.OneLine(stock.ID, maxShownWord)+" "+fmt.Sprintf(format, args...))
	}
	if stock.State != "" && stock.State != stockRunning {
		add("is %s, not RUNNING: %s", lenient.OneLine(stock.State, maxShownWord), stockAdvice(stock.State))
	}
	switch {
	case stock.CodeMode == codesByAPI:
		add("has the code mode MERCHANT_API, whose codes pay gift cannot hand out: use a stock of WECHATPAY_MODE or " +
			"MERCHANT_UPLOAD")
	case stock.CodeMode == codesUploaded && stock.AvailableCodes == 0:
		add("has no uploaded code left: upload codes to it, or use a stock of WECHATPAY_MODE")
	}
	if valid := (span{stock.Begin, stock.End}); valid.misses(window) {
		add("has coupons that are valid %s, and the activity runs %s: use a stock that is valid while the activity runs",
			valid, window)
	}
	return out
}

func stockAdvice(state string) string {
	switch state {
	case stockUnaudit:
		return "wait until WeChat Pay has reviewed it, or use another stock"
	case stockPaused:
		return "resume it in the merchant console, or use another stock"
	default:
		return "use another stock"
	}
}
