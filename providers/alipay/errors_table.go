package alipay

import (
	"slices"
	"strconv"
	"strings"

	"github.com/campaign-operator/campaign-operator/providers"
)

// The operations that only this package knows.
const (
	// OperationCertificates downloads one of Alipay's certificates, alipay.open.app.alipaycert.download.
	OperationCertificates providers.Operation = "certificates"
	// OperationTokenOwner asks whose app_auth_token it is, alipay.open.auth.token.app.query.
	OperationTokenOwner providers.Operation = "token-owner"
)

// The codes that more than one place needs.
const (
	codeSystemError      = "SYSTEM_ERROR"
	codeInvalidParameter = "INVALID_PARAMETER"
	codeBizError         = "BIZ_ERROR"
)

// What stands for a code where the gateway gave none, or none that is known. The brackets keep them apart from codes.
const (
	// By HTTP status.
	anyCode = "(any answer)"

	noCode    = "(no code)"
	otherCode = "(unknown code)"

	outcomeNotSent      = "(not sent)"
	outcomeNoAnswer     = "(no answer)"
	outcomeNotInWords   = "(not in the gateway's words)"
	outcomeEncrypted    = "(encrypted)"
	outcomeBadSignature = "(bad signature)"
	outcomeUnknownKey   = "(unknown certificate)"
	outcomeUnsigned     = "(unsigned)"
	outcomeIncomplete   = "(incomplete)"
	outcomeOtherOwner   = "(another merchant's token)"
	outcomeNoGrant      = "(grant not valid)"
	outcomeNotSigned    = "(not signed)"
	outcomeBadID        = "(bad id)"
	outcomeBadBody      = "(bad body)"
	outcomeNoOperation  = "(no such operation)"
)

const maxCode = 64

// ErrorRow is one line of the error table: what a failure means and what to do.
type ErrorRow struct {
	// Operation is empty for the row of all operations that have none of their own.
	Operation providers.Operation
	// Code is a sub_code without its prefix (isv., isp., aop.), or a code where the sub_code does not decide, or says in
	// brackets what there was instead of one.
	Code string
	// Text is a part of sub_msg that the row is for; empty: any.
	Text string
	// HTTP is the status or class ("429", "5xx") of the rows by status.
	HTTP string
	// Unsigned is true of what the gateway says because it cannot know whose key to sign with: it has done nothing.
	Unsigned bool
	Kind     providers.Kind
	Delay    providers.Delay
	// MaybeCommitted holds for mutating operations only; reads never commit anything.
	MaybeCommitted bool
	Advice         string
}

// ErrorTable returns the table, in the order in which the documentation shows it.
func ErrorTable() []ErrorRow { return slices.Clone(errorTable) }

// errorTable is what docs/errors-alipay.md is made from, by `go test ./providers/alipay -run TestDocs -update`.
//
// Only what concerns the whole account is KindAuth: signature, certificate, key, token, clock.
var errorTable = slices.Concat(voucherRows, gatewayRows, localRows)

type rowKey struct {
	op   providers.Operation
	code string
}

// errorIndex has the rows of a key in their order.
var errorIndex = func() map[rowKey][]ErrorRow {
	index := map[rowKey][]ErrorRow{}
	for _, row := range errorTable {
		key := rowKey{row.Operation, row.Code}
		index[key] = append(index[key], row)
	}
	return index
}()

// lookUp finds the row of a code: one that is for the text before one for any, that of the operation before the common one.
func lookUp(op providers.Operation, code, text string) (row ErrorRow, ok bool) {
	for _, particular := range []bool{true, false} {
		for _, key := range []rowKey{{op, code}, {"", code}} {
			for _, row := range errorIndex[key] {
				if row.HTTP == "" && (row.Text != "") == particular && strings.Contains(text, row.Text) {
					return row, true
				}
			}
		}
	}
	return ErrorRow{}, false
}

// rowFor is the row of an outcome, all of which have one (a test checks it).
func rowFor(call call, outcome string) ErrorRow {
	row, _ := lookUp(call.op, outcome, "")
	return row
}

// rowForReply classifies a reply that is no success: by its sub_code, then by its code, since the tables of different years put some
// sub_codes under different codes. A sub_code comes with and without its prefix.
func rowForReply(op providers.Operation, code, subCode, text string) ErrorRow {
	for _, prefix := range []string{"isv.", "isp.", "aop."} {
		subCode = strings.TrimPrefix(subCode, prefix)
	}
	for _, word := range []string{subCode, code} {
		if row, ok := lookUp(op, word, text); ok && word != "" {
			return row
		}
	}
	row, _ := lookUp(op, otherCode, "")
	return row
}

// rowForStatus classifies an answer of another HTTP status than 200, by that or its class.
func rowForStatus(status int) ErrorRow {
	for _, http := range []string{strconv.Itoa(status), strconv.Itoa(status/100) + "xx", ""} {
		for _, row := range errorIndex[rowKey{code: anyCode}] {
			if row.HTTP == http {
				return row
			}
		}
	}
	return ErrorRow{}
}
