package alipay

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

const (
	selfMode   = "SELF_MODE"
	agencyMode = "AGENCY_MODE"
)

// access says who may call an operation.
type access int

const (
	// accessMerchant operations are called for a merchant and carry merchant_access_mode.
	accessMerchant access = iota
	// accessOpen operations are called by an app for itself.
	accessOpen
)

// operation is one API of the gateway.
type operation struct {
	name, method string
	mutating     bool
	access       access
	handle       func(*Gateway, *request) (outcome, *apiError)
}

const (
	activityRoot = "alipay.marketing.activity."
	voucherRoot  = activityRoot + "ordervoucher."
)

// operations are all APIs that the simulator has.
var operations = []*operation{
	{name: "ordervoucher.create", method: voucherRoot + "create", mutating: true, handle: (*Gateway).create},
	{name: "ordervoucher.query", method: voucherRoot + "query", handle: (*Gateway).query},
	{name: "ordervoucher.modify", method: voucherRoot + "modify", mutating: true, handle: (*Gateway).modify},
	{name: "ordervoucher.append", method: voucherRoot + "append", mutating: true, handle: (*Gateway).append},
	{name: "ordervoucher.stop", method: voucherRoot + "stop", mutating: true, handle: (*Gateway).stopActivity},
	{name: "ordervoucher.codedeposit", method: voucherRoot + "codedeposit", mutating: true, handle: (*Gateway).codeDeposit},
	{name: "ordervoucher.codecount", method: voucherRoot + "codecount", handle: (*Gateway).codeCount},
	{name: "activity.batchquery", method: activityRoot + "batchquery", handle: (*Gateway).batchQuery},
	{name: "open.auth.token.app.query", method: "alipay.open.auth.token.app.query", access: accessOpen, handle: (*Gateway).queryToken},
	{name: "open.app.alipaycert.download", method: "alipay.open.app.alipaycert.download", access: accessOpen, handle: (*Gateway).downloadCertificate},
}

var unknownOperation = &operation{name: "unknown"}

func operationOf(method string) *operation {
	for _, op := range operations {
		if op.method == method {
			return op
		}
	}
	return unknownOperation
}

// Operations lists the names of all operations.
func Operations() []string {
	names := make([]string, 0, len(operations))
	for _, op := range operations {
		names = append(names, op.name)
	}
	return names
}

// shown is what the journal keeps of biz_content: voucher codes only by their number and digest.
func (op *operation) shown(content string) []byte {
	if op.name != "ordervoucher.codedeposit" {
		return []byte(content)
	}
	var doc map[string]json.RawMessage
	var codes []string
	if json.Unmarshal([]byte(content), &doc) != nil || json.Unmarshal(doc["voucher_codes"], &codes) != nil {
		return []byte("(not shown: it may hold voucher codes)")
	}
	digest := sha256.Sum256(doc["voucher_codes"])
	doc["voucher_codes"] = encode(fmt.Sprintf("%d codes, sha256 %s", len(codes), hex.EncodeToString(digest[:])))
	return encode(doc)
}
