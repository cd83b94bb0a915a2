package wechatpay

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

const busifavorPath = "/v3/marketing/busifavor/stocks"

// BusifavorStock is what a pay-gift activity needs to know of a 商家券 stock that it hands out.
type BusifavorStock struct {
	// ID is `stock_id`.
	ID string
	// State is `stock_state`: UNAUDIT, RUNNING, STOPED (sic) or PAUSED. Only RUNNING hands out.
	State string
	// Begin and End are `available_begin_time` and `available_end_time`, the validity of its
	// coupons; zero where they were not returned.
	Begin, End time.Time
	// CodeMode is `coupon_code_mode`: WECHATPAY_MODE, MERCHANT_UPLOAD or MERCHANT_API. Pay gift
	// cannot hand out the last.
	CodeMode string
	// AvailableCodes is `coupon_code_count.available_count`, the uploaded codes that are left;
	// −1 where it was not returned (it is for MERCHANT_UPLOAD only).
	AvailableCodes int
}

var errOtherStock = errors.New("the gateway's success is not about the stock that was asked for")

// GetBusifavorStock reads a stock (查询商家券详情). Failures are *providers.Error.
func (c *Client) GetBusifavorStock(ctx context.Context, stockID string) (BusifavorStock, error) {
	path := busifavorPath + "/" + url.PathEscape(stockID)
	call := call{op: OperationGetBusifavorStock, method: http.MethodGet, path: path}
	if !validID(stockID) {
		return BusifavorStock{}, refused(call, outcomeBadID, "the stock id is not one")
	}
	return exchangeFor(ctx, c, call, func(reply answer) (BusifavorStock, error) { return decodeBusifavorStock(reply.body, stockID) })
}

func decodeBusifavorStock(body []byte, id string) (BusifavorStock, error) {
	reply, err := lenient.Decode(body)
	if err != nil {
		return BusifavorStock{}, err
	}
	if lenient.Text(reply, "stock_id") != id {
		return BusifavorStock{}, errOtherStock
	}
	window := lenient.Child(lenient.Child(reply, "coupon_use_rule"), "coupon_available_time")
	available, ok := lenient.Count(lenient.Child(reply, "coupon_code_count"), "available_count")
	if !ok {
		available = -1
	}
	return BusifavorStock{
		ID:             id,
		State:          lenient.Text(reply, "stock_state"),
		Begin:          timeOf(window, "available_begin_time"),
		End:            timeOf(window, "available_end_time"),
		CodeMode:       lenient.Text(reply, "coupon_code_mode"),
		AvailableCodes: available,
	}, nil
}
