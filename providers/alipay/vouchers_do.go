package alipay

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// Do performs a change of an existing activity, which out_biz_no, the number of m, makes repeatable: with the same content it is done
// once. All but the deposit of codes are only accepted, and only one at a time is.
//
//   - providers.OperationTerminate (停止商家券活动), for ever. Vouchers that were claimed stay.
//   - providers.OperationModify (修改商家券活动): brings m.Fields to what m.Desired says. Of voucher_customer_guide_info and
//     voucher_display_pattern_info the whole block is sent, of the scope the full set (MODIFY_ALL), and of the times and days only
//     those that are named. Nothing is sent where one of the fields is none that the call changes, or cannot be taken away as m.Desired
//     says. Refused are the shops that were left out.
//   - providers.OperationAppend (追加商家券预算): m.Total is how many there are to give out in all, not how many more.
//   - providers.OperationDepositCodes (同步商家券券码): up to providers.MaxCodes codes. Refused are those that were not taken, with their
//     error_code and error_msg.
func (v *Vouchers) Do(ctx context.Context, m providers.Mutation) (providers.Receipt, error) {
	change, known := changes[m.Operation]
	if !known {
		return providers.Receipt{}, refused(call{op: m.Operation}, outcomeNoOperation, "a voucher activity has no such operation")
	}
	own := call{op: m.Operation, method: change.method, mutating: true}
	further, err := change.content(m)
	if err == nil && m.Number == "" {
		err = errNoNumber
	}
	if err != nil {
		return providers.Receipt{}, refused(own, outcomeBadBody, err.Error())
	}
	further[outBizNoField] = m.Number
	if own, err = v.own(m.Operation, change.method, m.ID, further); err != nil {
		return providers.Receipt{}, err
	}
	own.secrets = m.Codes
	return exchangeFor(ctx, v.client, own, func(reply answer) (providers.Receipt, error) {
		receipt := providers.Receipt{Facts: map[string]string{}, RequestID: reply.requestID()}
		return receipt, change.read(reply.node, m, &receipt)
	})
}

// change is one of the calls that change an activity.
type change struct {
	method string
	// content returns what the request has beside the activity and the number.
	content func(providers.Mutation) (lenient.Object, error)
	// read reads the answer. Where it says nothing, the activity does.
	read func(reply lenient.Object, m providers.Mutation, into *providers.Receipt) error
}

var changes = map[providers.Operation]change{
	providers.OperationTerminate:    {stopMethod, stopContent, readNothing},
	providers.OperationModify:       {modifyMethod, modifyContent, readRefusedShops},
	providers.OperationAppend:       {appendMethod, appendContent, readNothing},
	providers.OperationDepositCodes: {codeDepositMethod, codesContent, readDeposit},
}

var (
	errNoNumber = errors.New("the change has no number")
	errTotal    = errors.New("the number of vouchers in all must be above 0")
	errCodes    = fmt.Errorf("one call takes 1 to %d codes", providers.MaxCodes)
	errCode     = errors.New("a code is not 1 to 64 characters of 0-9 a-z A-Z - _ + = |")
	errNoFields = errors.New("the modification names no field")
)

func stopContent(providers.Mutation) (lenient.Object, error) { return lenient.Object{}, nil }

func appendContent(m providers.Mutation) (lenient.Object, error) {
	if m.Total <= 0 || m.Total > math.MaxInt32 {
		return nil, errTotal
	}
	return lenient.Object{"voucher_quantity": m.Total}, nil
}

var codePattern = regexp.MustCompile(`^[0-9A-Za-z_+=|-]{1,64}$`)

func codesContent(m providers.Mutation) (lenient.Object, error) {
	if len(m.Codes) == 0 || len(m.Codes) > providers.MaxCodes {
		return nil, errCodes
	}
	if slices.ContainsFunc(m.Codes, func(code string) bool { return !codePattern.MatchString(code) }) {
		return nil, errCode // which one it is, is nobody's business
	}
	return lenient.Object{"voucher_codes": m.Codes}, nil
}

func modifyContent(m providers.Mutation) (lenient.Object, error) {
	desired, err := lenient.Decode(m.Desired)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the create request that the change is made from: %w", err)
	case len(m.Fields) == 0:
		return nil, errNoFields
	}
	out := lenient.Object{}
	for _, field := range m.Fields {
		path := sentFor(field)
		value := valueAt(desired, path)
		if lenient.IsEmpty(value) || voucherSchema.CallFor(field, desired) != providers.OperationModify {
			return nil, fmt.Errorf("%s cannot be changed to what the manifest says of it: no call does that", lenient.OneLine(field, maxMessage))
		}
		if slices.Equal(path, scopeSteps) {
			out["voucher_available_scope_modify_type"] = "MODIFY_ALL"
		}
		setAt(out, path, value)
	}
	return out, nil
}

// modifiedWhole are the parts that a modification has in full, when it has any of them.
var (
	modifiedWhole = []string{guideBlock, displayBlock, scopePath}
	scopeSteps    = strings.Split(scopePath, ".")
)

// sentFor returns what a modification sends to change a field, as the path of names to it.
func sentFor(field string) []string {
	for _, whole := range modifiedWhole {
		if strings.HasPrefix(field, whole+".") {
			field = whole
		}
	}
	return strings.Split(field, ".")
}

func valueAt(from lenient.Object, path []string) any {
	return lenient.Child(from, path[:len(path)-1]...)[path[len(path)-1]]
}

func setAt(into lenient.Object, path []string, value any) {
	for _, name := range path[:len(path)-1] {
		below, ok := into[name].(lenient.Object)
		if !ok {
			below = lenient.Object{}
			into[name] = below
		}
		into = below
	}
	into[path[len(path)-1]] = value
}

func readNothing(lenient.Object, providers.Mutation, *providers.Receipt) error { return nil }

func readRefusedShops(reply lenient.Object, _ providers.Mutation, into *providers.Receipt) error {
	into.Refused = refusedShops(reply)
	return nil
}

// readDeposit reads how many codes were taken and which were not. The reasons do not quote codes.
func readDeposit(reply lenient.Object, m providers.Mutation, into *providers.Receipt) error {
	accepted, ok := lenient.Count(reply, "success_count")
	if list := lenient.Texts(reply, "success_voucher_code_list"); !ok {
		accepted, ok = len(list), len(list) > 0
	}
	hide := hiding(m.Codes)
	for _, item := range lenient.List(reply, "fail_voucher_code_detail_list") {
		row, _ := item.(lenient.Object)
		reason := joinWords([]string{lenient.Text(row, "error_code")}, lenient.Text(row, "error_msg"))
		into.Refused = append(into.Refused, providers.Refusal{ID: lenient.Text(row, "voucher_code"), Reason: messageOf(reason, hide)})
	}
	if !ok && len(into.Refused) == 0 {
		return errNoCount
	}
	into.Accepted = int64(accepted)
	return nil
}
