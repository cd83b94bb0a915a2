package alipay

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// The calls of 商家券 2.0. batchquery lists the activities of all products.
const (
	methodPrefix      = "alipay.marketing.activity."
	createMethod      = methodPrefix + "ordervoucher.create"
	queryMethod       = methodPrefix + "ordervoucher.query"
	modifyMethod      = methodPrefix + "ordervoucher.modify"
	appendMethod      = methodPrefix + "ordervoucher.append"
	stopMethod        = methodPrefix + "ordervoucher.stop"
	codeDepositMethod = methodPrefix + "ordervoucher.codedeposit"
	codeCountMethod   = methodPrefix + "ordervoucher.codecount"
	batchQueryMethod  = methodPrefix + "batchquery"
)

const (
	activityIDField = "activity_id"
	outBizNoField   = "out_biz_no"
	accessModeField = "merchant_access_mode"
	merchantIDField = "merchant_id"
)

// Vouchers makes the calls of 商家券活动 (order vouchers) with one app's credentials, for the app's own merchant or the one that
// granted it. create, modify, append and stop are only accepted: reading the activity says when they are done.
type Vouchers struct {
	client *Client
}

var _ providers.Activities = (*Vouchers)(nil)

// NewVouchers returns the voucher calls of client.
func NewVouchers(client *Client) *Vouchers { return &Vouchers{client: client} }

// Create sends body, the exact bytes of biz_content of 创建商家券活动, and returns `activity_id`, and as refused the shops that
// Alipay left out (fail_available_shop_infos, fail_exclude_shop_infos).
//
// No call returns `out_biz_no`: whether an earlier call was done is known only by repeating it, which returns the first id.
func (v *Vouchers) Create(ctx context.Context, body []byte) (providers.Created, error) {
	call := call{op: providers.OperationCreate, method: createMethod, biz: body, mutating: true}
	if len(body) == 0 {
		return providers.Created{}, refused(call, outcomeBadBody, "there is no request body")
	}
	return exchangeFor(ctx, v.client, call, func(reply answer) (providers.Created, error) {
		id := lenient.Text(reply.node, activityIDField)
		if !validID(id) {
			return providers.Created{}, errNoID
		}
		return providers.Created{ID: id, Facts: map[string]string{}, Refused: refusedShops(reply.node), RequestID: reply.requestID()}, nil
	})
}

// Get returns one activity (查询商家券活动).
func (v *Vouchers) Get(ctx context.Context, id string) (providers.Snapshot, error) {
	call, err := v.own(providers.OperationGet, queryMethod, id, nil)
	if err != nil {
		return providers.Snapshot{}, err
	}
	return exchangeFor(ctx, v.client, call, func(reply answer) (providers.Snapshot, error) {
		if err := checkID(reply.node, id); err != nil {
			return providers.Snapshot{}, err
		}
		return v.snapshot(reply.node, true)
	})
}

// CountCodes returns how many codes were handed over to an activity (查询商家券活动导入券码数).
func (v *Vouchers) CountCodes(ctx context.Context, id string) (int64, error) {
	call, err := v.own(providers.OperationCountCodes, codeCountMethod, id, nil)
	if err != nil {
		return 0, err
	}
	return exchangeFor(ctx, v.client, call, func(reply answer) (int64, error) {
		n, ok := lenient.Count(reply.node, "success_count")
		if !ok {
			return 0, errNoCount
		}
		return int64(n), nil
	})
}

// Members returns nothing: which shops take a voucher is part of the activity.
func (v *Vouchers) Members(context.Context, string) ([]string, error) { return nil, nil }

// Preflight finds nothing: that shops, images and mini apps exist is seen only by creating.
func (v *Vouchers) Preflight(context.Context, []byte) ([]providers.Finding, error) { return nil, nil }

// own is a call to the activity with an id, with further parameters.
func (v *Vouchers) own(op providers.Operation, method, id string, further lenient.Object) (call, error) {
	own := call{op: op, method: method, mutating: op.Mutates()}
	if !validID(id) {
		return call{}, refused(own, outcomeBadID, "the activity id is not one")
	}
	biz := lenient.Object{activityIDField: id, accessModeField: v.client.accessMode}
	for name, value := range further {
		biz[name] = value
	}
	return newCall(own, biz)
}

var (
	// idPattern is wider than the documented ids (digits, up to 128) and keeps out what no id is.
	idPattern = regexp.MustCompile(`^[0-9A-Za-z_|*.-]{1,128}$`)

	errNoID      = errors.New("the gateway's success has no " + activityIDField)
	errOtherID   = errors.New("the gateway's success is about another " + activityIDField + " than was asked for")
	errNoCount   = errors.New("the gateway's success has no success_count")
	errNoRows    = errors.New("the gateway's success has no list where one must be")
	errRowNoID   = errors.New("an item of the gateway's list has no " + activityIDField)
	errManyPages = fmt.Errorf("more than %d pages of paused activities", maxPausedPages)
)

func validID(id string) bool { return idPattern.MatchString(id) }

// checkID: what the answer is about must be id.
func checkID(reply lenient.Object, id string) error {
	switch answered := baseText(reply, activityIDField); answered {
	case id:
		return nil
	case "":
		return errNoID
	default:
		return errOtherID
	}
}

// The paths of the lists of shops in a create request, whose members Alipay may leave out.
const (
	shopsPath         = scopePath + "." + shopBlock + "." + shopIDsField
	excludedShopsPath = scopePath + "." + shopBlock + "." + allShopBlock + "." + excludedIDsField
	scopePath         = scopeBlock + "." + geographyBlock
)

// refusedShops reads voucher_available_scope_result_info: a shop that Alipay does not know is left out, and the rest is done.
func refusedShops(reply lenient.Object) []providers.Refusal {
	shops := lenient.Child(reply, "voucher_available_scope_result_info", "voucher_available_geography_scope_result_info",
		"available_geography_shop_result_info")
	all := lenient.Child(shops, "available_geography_all_shop_result_info")
	return slices.Concat(
		refusals(shops, "fail_available_shop_infos", shopsPath),
		refusals(shops, "fail_available_real_shop_infos", shopsPath),
		refusals(all, "fail_exclude_shop_infos", excludedShopsPath))
}

func refusals(from lenient.Object, name, field string) []providers.Refusal {
	var out []providers.Refusal
	for _, item := range lenient.List(from, name) {
		row, _ := item.(lenient.Object)
		id := lenient.Text(row, "shop_id")
		if id == "" {
			id = lenient.Text(row, "real_shop_id")
		}
		reason := lenient.OneLine(joinWords(lenient.Texts(row, "fail_reasons"), lenient.Text(row, "fail_message")), maxMessage)
		out = append(out, providers.Refusal{ID: lenient.OneLine(id, maxCode), Field: field, Reason: reason})
	}
	return out
}
