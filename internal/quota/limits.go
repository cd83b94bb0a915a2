package quota

import (
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

// Rate is a number of calls in a length of time, as a vendor publishes it: 60 calls a minute, 500
// a second. No stretch of that length ever holds more. The zero rate paces nothing.
type Rate struct {
	Calls float64
	Per   time.Duration
}

// PerSecond is a rate in calls per second, held to over a minute; 0 or less paces nothing.
func PerSecond(calls float64) Rate {
	if calls <= 0 {
		return Rate{}
	}
	return Rate{Calls: calls * time.Minute.Seconds(), Per: time.Minute}
}

// Limit is how often an operation may be called at one gateway.
type Limit struct {
	// PerAccount holds for each merchant id or app id.
	PerAccount Rate
	// PerSource holds for all accounts of this process together: they share its address.
	PerSource Rate
}

// Endpoint is what a vendor limits: one operation of one kind of campaign. Without a kind it stands for the
// operation of all kinds that have no limit of their own.
type Endpoint struct {
	Kind      string
	Operation providers.Operation
}

// Limits are the limits by endpoint; an endpoint without one is not paced.
type Limits map[Endpoint]Limit

// of is the limit of an endpoint: its own, or that of its operation.
func (l Limits) of(e Endpoint) Limit {
	if own, ok := l[e]; ok {
		return own
	}
	return l[Endpoint{Operation: e.Operation}]
}

// The figures used where a vendor publishes none (pay gift), in calls per second for each account.
const (
	// DefaultChangeRate is for each kind of call that changes something.
	DefaultChangeRate = 1.0
	// DefaultReadRate is for each kind of call that reads.
	DefaultReadRate = 10.0
	// DefaultVoucherRate is for each kind of call that changes something at Alipay (商家券), which takes codes by the thousand.
	DefaultVoucherRate = 5.0
)

// couponStock is the kind whose figures WeChat Pay publishes (代金券, 接口频率 on each page).
const couponStock = "CouponStock"

// alipayVoucher is the kind of 商家券, for which Alipay publishes no figures.
const alipayVoucher = "AlipayVoucherActivity"

// Defaults are the figures used when nothing else is asked for: the published ones, else the two above.
func Defaults() Limits {
	limits := Paced(PerSecond(DefaultChangeRate), PerSecond(DefaultReadRate))
	perMinute, perSecond := Rate{Calls: 60, Per: time.Minute}, PerSecond(500)
	limits[Endpoint{couponStock, providers.OperationCreate}] = Limit{PerAccount: perMinute}
	for _, op := range []providers.Operation{providers.OperationStart, providers.OperationPause, providers.OperationRestart} {
		limits[Endpoint{couponStock, op}] = Limit{PerSource: perMinute}
	}
	for _, op := range []providers.Operation{providers.OperationGet, providers.OperationList} {
		limits[Endpoint{couponStock, op}] = Limit{PerAccount: PerSecond(5 * DefaultReadRate), PerSource: perSecond}
	}
	for _, op := range []providers.Operation{
		providers.OperationCreate, providers.OperationTerminate, providers.OperationModify, providers.OperationAppend, providers.OperationDepositCodes,
	} {
		limits[Endpoint{alipayVoucher, op}] = Limit{PerAccount: PerSecond(DefaultVoucherRate)}
	}
	return limits
}

// Paced are limits with the given rates for each account and operation: one for those that change something and one
// for those that read.
func Paced(changes, reads Rate) Limits {
	limits := Limits{}
	for _, op := range []providers.Operation{
		providers.OperationCreate, providers.OperationTerminate, providers.OperationStart, providers.OperationPause, providers.OperationRestart,
		providers.OperationAddMembers, providers.OperationRemoveMembers,
		providers.OperationModify, providers.OperationAppend, providers.OperationDepositCodes,
	} {
		limits[Endpoint{Operation: op}] = Limit{PerAccount: changes}
	}
	for _, op := range []providers.Operation{providers.OperationGet, providers.OperationList, providers.OperationMembers, providers.OperationPreflight, providers.OperationCountCodes} {
		limits[Endpoint{Operation: op}] = Limit{PerAccount: reads}
	}
	return limits
}

// Override returns the limits with one rate for each account in place of that of calls that change something, or that
// read; nil leaves it. What holds for the address stays: no rate of an account can ask the vendor for more there. Only the
// zero rate, which paces nothing, takes that away too.
func (l Limits) Override(changes, reads *Rate) Limits {
	out := Limits{}
	for endpoint, limit := range l {
		rate := reads
		if endpoint.Operation.Mutates() {
			rate = changes
		}
		switch {
		case rate == nil:
		case *rate == Rate{}:
			limit = Limit{}
		default:
			limit.PerAccount = *rate
		}
		out[endpoint] = limit
	}
	return out
}
