package wechatpay

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/campaign-operator/campaign-operator/providers"
)

// The operations that only this package knows.
const (
	// OperationCertificates downloads the platform certificates, GET /v3/certificates.
	OperationCertificates providers.Operation = "certificates"
	// OperationGetBusifavorStock reads a 商家券 stock.
	OperationGetBusifavorStock providers.Operation = "get-busifavor-stock"
	// OperationGetCouponCallback reads the address that 代金券 events go to.
	OperationGetCouponCallback providers.Operation = "get-coupon-callback"
)

// Product is one of the vendor's products, whose error codes have advice of their own.
type Product string

// The products whose activities this package has.
const (
	// ProductPayGift is 支付有礼.
	ProductPayGift Product = "paygift"
	// ProductFavor is 代金券, whose stocks are CouponStocks.
	ProductFavor Product = "favor"
)

const (
	codeParamError        = "PARAM_ERROR"
	codeResourceNotExists = "RESOURCE_NOT_EXISTS"
)

// What stands for a code where the gateway gave none. The brackets keep them apart from codes.
const (
	// By HTTP status.
	anyCode   = "(any code)"
	otherCode = "(unknown code)"
	noCode    = "(no code)"

	outcomeNotSent         = "(not sent)"
	outcomeNoAnswer        = "(no answer)"
	outcomeBadSignature    = "(bad signature)"
	outcomeTestSignature   = "(test signature)"
	outcomeUnknownKey      = "(unknown key)"
	outcomeUnsigned        = "(unsigned)"
	outcomeClock           = "(clock)"
	outcomeIncomplete      = "(incomplete)"
	outcomeBadCertificates = "(bad certificates)"
	outcomeNoCertificates  = "(no certificates)"
	outcomeBadID           = "(bad id)"
	outcomeNoBody          = "(no body)"
	outcomeNoOperation     = "(no such operation)"
	outcomeNoNumber        = "(no request number)"
	outcomeBadMembers      = "(bad members)"
)

// ErrorRow is one line of the error table: what a failure means and what to do.
type ErrorRow struct {
	// Product is empty for the row of all products that have none of their own.
	Product Product
	// Operation is empty for the row of all operations that have none of their own.
	Operation providers.Operation
	// HTTP is the documented status of a code; for rows without a code the status or class
	// ("429", "4xx") that the row is for; "2xx" or empty for outcomes found on this side.
	HTTP string
	// Code is the gateway's, or says in brackets what there was instead of one.
	Code  string
	Kind  providers.Kind
	Delay providers.Delay
	// MaybeCommitted holds for mutating operations only; reads never commit anything.
	MaybeCommitted bool
	Advice         string
}

// ErrorTable returns the table, in the order in which the documentation shows it.
func ErrorTable() []ErrorRow { return slices.Clone(errorTable) }

// errorTable is what docs/errors-wechatpay.md is made from, by
// `go test ./providers/wechatpay -run TestDocs -update`.
//
// Only what concerns the whole account is KindAuth: signature, certificate, key, clock.
var errorTable = slices.Concat(payGiftRows, favorRows, commonRows)

type rowKey struct {
	product Product
	op      providers.Operation
	http    string // only for the rows by status
	code    string
}

func (r ErrorRow) key() rowKey {
	key := rowKey{product: r.Product, op: r.Operation, code: r.Code}
	if r.Code == anyCode || r.Code == otherCode || r.Code == noCode {
		key.http = r.HTTP
	}
	return key
}

var errorIndex = func() map[rowKey]ErrorRow {
	index := map[rowKey]ErrorRow{}
	for _, row := range errorTable {
		index[row.key()] = row
	}
	return index
}()

// lookUp finds the row of a code (or outcome): that of the product's operation, of the product, of
// the operation, or the common one.
func lookUp(product Product, op providers.Operation, code string) (row ErrorRow, ok bool) {
	for _, key := range []rowKey{
		{product: product, op: op, code: code}, {product: product, code: code}, {op: op, code: code}, {code: code},
	} {
		if row, ok = errorIndex[key]; ok {
			break
		}
	}
	return row, ok
}

// rowFor is lookUp of an outcome, all of which have a row (a test checks it).
func rowFor(call call, outcome string) ErrorRow {
	row, _ := lookUp(call.product, call.op, outcome)
	return row
}

// rowForReply classifies a reply that is no success.
//
// The status goes first where it decides alone: 202, 429 (whose code has four spellings) and
// 5xx (whatever the code, the outcome is unknown). Else the code, by lookUp, then the status. A 4xx without a code is not the gateway's own word, so a mutating call may have
// been committed; one with a code that this version does not know was refused by the gateway
// before it did anything, as all its 4xx are, but is repeated slowly instead of given up.
func rowForReply(product Product, op providers.Operation, status int, code string) ErrorRow {
	exact := strconv.Itoa(status)
	class := strconv.Itoa(status/100) + "xx"
	if row, ok := lookUp(product, op, code); ok && code != "" && status != http.StatusAccepted &&
		status != http.StatusTooManyRequests && (status < 500 || row.MaybeCommitted) {
		return row
	}
	kind := otherCode
	if code == "" {
		kind = noCode
	}
	for _, key := range []rowKey{
		{http: exact, code: anyCode}, {http: exact, code: kind},
		{http: class, code: anyCode}, {http: class, code: kind},
	} {
		if row, ok := errorIndex[key]; ok {
			return row
		}
	}
	return errorIndex[rowKey{http: "4xx", code: noCode}]
}
