package wechatpay

import (
	"math"
	"net"
	"net/http"
	"strings"

	"github.com/campaign-operator/campaign-operator/internal/simulator/exchange"
	"github.com/campaign-operator/campaign-operator/internal/simulator/quota"
	"github.com/campaign-operator/campaign-operator/internal/simulator/switches"
)

// The switches of the limits of calls.
const (
	SwitchQuotaCode       = "quota.code"
	SwitchQuotaRetryAfter = "quota.retryAfter"
	// SwitchQuotaDefault and SwitchQuotaAddressDefault hold for operations without a limit of their own.
	SwitchQuotaDefault        = quotaPrefix + quotaInherit
	SwitchQuotaAddressDefault = quotaAddressPrefix + quotaInherit

	quotaPrefix        = "quota."
	quotaAddressPrefix = "quota.address."
	quotaInherit       = "default"
	// quotaDocumented stands for what the vendor's pages say.
	quotaDocumented = "documented"
)

func quotaSwitches() []switches.Spec {
	all := []switches.Spec{
		choice(SwitchQuotaCode, "The code in a 429: every product spells it differently. documented is FREQUENCY_LIMIT_EXCEED for favor and FREQUENCY_LIMITED for the others.", false, quotaDocumented, "FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED", "RATE_LIMITED"),
		choice(SwitchQuotaRetryAfter, "Whether a 429 carries Retry-After.", true, "on", "off"),
		{Name: SwitchQuotaDefault, Form: switches.Custom, Default: quota.Off, Check: checkLimit, Example: "off, documented or calls/time: 60/1m", Unverified: true, Doc: "The limit of each merchant on each operation that has none of its own; none is published for pay gift."},
		{Name: SwitchQuotaAddressDefault, Form: switches.Custom, Default: quota.Off, Check: checkLimit, Example: "off, documented or calls/time: 60/1m", Doc: "The limit of each source address, all merchants together, on each operation that has none of its own."},
	}
	for _, op := range operations {
		all = append(all, ownLimit(quotaPrefix+op.name, "each merchant", op.name, op.perMerchant))
	}
	for _, op := range operations {
		all = append(all, ownLimit(quotaAddressPrefix+op.name, "each source address", op.name, op.perAddress))
	}
	return all
}

func ownLimit(name, whose, operation, documented string) switches.Spec {
	doc := "The limit of " + whose + " on " + operation + "."
	if documented != "" {
		doc += " Documented: `" + documented + "`."
	}
	return switches.Spec{Name: name, Form: switches.Custom, Default: quotaInherit, Check: checkOwnLimit,
		Example: "default, off, documented or calls/time: 60/1m", Unverified: documented == "", Doc: doc}
}

func checkLimit(s string) error {
	if s == quotaDocumented {
		return nil
	}
	_, err := quota.Parse(s)
	return err
}

func checkOwnLimit(s string) error {
	if s == quotaInherit {
		return nil
	}
	return checkLimit(s)
}

// checkQuotas takes a call off the limits of its source address and of its merchant.
func (g *Gateway) checkQuotas(call *exchange.Call, account *Account, op *operation) *apiError {
	if e := g.checkQuota(op, quotaAddressPrefix, sourceOf(call.Request), op.perAddress); e != nil {
		return e
	}
	return g.checkQuota(op, quotaPrefix, account.Mchid, op.perMerchant)
}

// sourceOf is the address that a call comes from, without its port.
func sourceOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (g *Gateway) checkQuota(op *operation, prefix, whose, documented string) *apiError {
	text := g.switches.Get(prefix + op.name)
	if text == quotaInherit {
		text = g.switches.Get(prefix + quotaInherit)
	}
	if text == quotaDocumented {
		text = documented
	}
	if text == "" {
		return nil // nothing is documented
	}
	limit, err := quota.Parse(text)
	if err != nil {
		return systemError() // cannot be: switches are checked when they are put
	}
	wait, ok := g.quotas.Take(prefix+op.name+" "+whose, limit, g.clock.Real())
	if ok {
		return nil
	}
	code := g.switches.Get(SwitchQuotaCode)
	if code == quotaDocumented {
		code = op.frequencyCode()
	}
	e := &apiError{status: http.StatusTooManyRequests, code: code, message: messageOf(code)}
	if g.switches.Is(SwitchQuotaRetryAfter, "on") {
		e.retryAfter = max(1, int(math.Ceil(wait.Seconds())))
	}
	return e
}

// frequencyCode is how the operation's product spells the code of a 429.
func (op *operation) frequencyCode() string {
	if strings.HasPrefix(op.name, "favor.") {
		return "FREQUENCY_LIMIT_EXCEED"
	}
	return "FREQUENCY_LIMITED"
}
