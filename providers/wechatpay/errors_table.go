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

type rowKey struct {
	op   providers.Operation
	http string // only for the rows by status
	code string
}

func (r ErrorRow) key() rowKey {
	key := rowKey{op: r.Operation, code: r.Code}
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

// lookUp finds the row of a code (or outcome): the operation's own, else the common one.
func lookUp(op providers.Operation, code string) (ErrorRow, bool) {
	if row, ok := errorIndex[rowKey{op: op, code: code}]; ok {
		return row, true
	}
	row, ok := errorIndex[rowKey{code: code}]
	return row, ok
}

// rowFor is lookUp of an outcome, all of which have a row (a test checks it).
func rowFor(op providers.Operation, outcome string) ErrorRow {
	row, _ := lookUp(op, outcome)
	return row
}

// rowForReply classifies a reply that is no success.
//
// The status goes first where it decides alone: 202, 429 (whose code has four spellings) and
// 5xx (whatever the code, the outcome is unknown). Else (operation, code), then code, then
// status. A 4xx without a code is not the gateway's own word, so a mutating call may have
// been committed; one with a code that this version does not know was refused by the gateway
// before it did anything, as all its 4xx are, but is repeated slowly instead of given up.
func rowForReply(op providers.Operation, status int, code string) ErrorRow {
	exact := strconv.Itoa(status)
	class := strconv.Itoa(status/100) + "xx"
	if row, ok := lookUp(op, code); ok && code != "" && status != http.StatusAccepted &&
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
