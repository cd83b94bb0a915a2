package wechatpay

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// maxChangedMembers is the documented maximum of merchant_id_list in one call.
const maxChangedMembers = 500

// Do performs a change of an existing activity:
//
//   - providers.OperationTerminate (终止活动), which cannot be undone. Repeating it may be answered
//     with the old time or with KindConflict, which is documented nowhere: the state that Get
//     returns decides. Fact: `terminate_time`.
//   - providers.OperationAddMembers (添加发券商户) with m.Number as `add_request_no`. Merchants that
//     the gateway does not take are Receipt.Refused, by id, in an otherwise successful call. Fact:
//     `add_time`.
//   - providers.OperationRemoveMembers (删除发券商户) with m.Number as `delete_request_no`. Fact:
//     `delete_time`. What becomes of the last merchant is documented nowhere.
//
// The body follows from number and members alone, in whatever order and however often they are
// given, so that repeating a change repeats its bytes.
func (p *PayGift) Do(ctx context.Context, m providers.Mutation) (providers.Receipt, error) {
	call, err := payGiftChange(m)
	if err != nil {
		return providers.Receipt{}, err
	}
	return exchangeFor(ctx, p.client, call, func(reply answer) (providers.Receipt, error) { return decodeReceipt(reply, m) })
}

// memberChanges are the ends of the paths and the fields of the request numbers.
var memberChanges = map[providers.Operation]struct{ path, number string }{
	providers.OperationAddMembers:    {"/merchants/add", "add_request_no"},
	providers.OperationRemoveMembers: {"/merchants/delete", "delete_request_no"},
}

// payGiftChange is the call that performs m, or a refusal of what cannot be right.
func payGiftChange(m providers.Mutation) (call, error) {
	members, isMembers := memberChanges[m.Operation]
	below := members.path
	switch {
	case isMembers:
	case m.Operation == providers.OperationTerminate:
		below = "/terminate"
	default:
		return call{}, refused(call{product: ProductPayGift, op: m.Operation}, outcomeNoOperation, "a pay-gift activity has no such operation")
	}
	change, err := payGiftKind.own(m.Operation, http.MethodPost, m.ID, below)
	change.mutating = true
	if err != nil || !isMembers {
		return change, err
	}
	merchants := slices.Compact(slices.Sorted(slices.Values(m.Members)))
	switch {
	case m.Number == "":
		return call{}, refused(change, outcomeNoNumber, "there is no request number")
	case len(merchants) == 0 || merchants[0] == "":
		return call{}, refused(change, outcomeBadMembers, "there are no merchants, or one without an id")
	case len(merchants) > maxChangedMembers:
		return call{}, refused(change, outcomeBadMembers, "there are more than 500 merchants")
	}
	body, err := lenient.Encode(object{"merchant_id_list": merchants, members.number: m.Number})
	if err != nil {
		return call{}, refused(change, outcomeNoBody, "the request body cannot be made")
	}
	change.body = body
	return change, nil
}

var errBadRefusal = errors.New("an entry of the gateway's invalid_merchant_id_list is not understood")

// decodeReceipt reads the answer to m. Members are only believed to be changed where the answer
// names the activity, as the pages say it does.
func decodeReceipt(answer answer, m providers.Mutation) (providers.Receipt, error) {
	reply, err := lenient.Decode(answer.body)
	if err != nil {
		return providers.Receipt{}, err
	}
	if err := payGiftKind.checkID(reply, m.ID, m.Operation != providers.OperationTerminate); err != nil {
		return providers.Receipt{}, err
	}
	refusals, err := decodeRefusals(reply["invalid_merchant_id_list"])
	if err != nil {
		return providers.Receipt{}, err
	}
	return providers.Receipt{Refused: refusals, Facts: lenient.Facts(reply, "add_time", "delete_time", "terminate_time"),
		RequestID: answer.requestID()}, nil
}

// decodeRefusals reads invalid_merchant_id_list, each merchant once, by id.
func decodeRefusals(value any) ([]providers.Refusal, error) {
	entries, ok := value.([]any)
	switch {
	case value == nil, value == "", ok && len(entries) == 0:
		return nil, nil
	case !ok:
		return nil, errBadRefusal
	}
	out := make([]providers.Refusal, 0, len(entries))
	for _, entry := range entries {
		row, _ := entry.(object)
		id := lenient.Text(row, "mchid")
		if !mchidPattern.MatchString(id) {
			return nil, errBadRefusal
		}
		out = append(out, providers.Refusal{ID: id, Reason: lenient.OneLine(lenient.Text(row, "invalid_reason"), maxMessage)})
	}
	slices.SortStableFunc(out, func(a, b providers.Refusal) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(out, func(a, b providers.Refusal) bool { return a.ID == b.ID }), nil
}
