package wechatpay

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

const (
	favorCallbackPath = "/v3/marketing/favor/callbacks"
	// maxURL is the documented maximum of notify_url.
	maxURL = 256
)

var errOtherMerchant = errors.New("the gateway's success is about another mchid than was asked for")

// CouponNotifyURL returns the address that WeChat Pay sends the merchant's 代金券 events to
// (查询代金券消息通知地址), "" where none was set. Failures are *providers.Error.
func (c *Client) CouponNotifyURL(ctx context.Context) (string, error) {
	call := call{product: ProductFavor, op: OperationGetCouponCallback, method: http.MethodGet,
		path: favorCallbackPath + "?" + url.Values{"mchid": {c.mchid}}.Encode()}
	notifyURL, err := exchangeFor(ctx, c, call, func(reply answer) (string, error) { return decodeCouponCallback(reply.body, c.mchid) })
	if e := (*providers.Error)(nil); errors.As(err, &e) && e.HTTPStatus == http.StatusNotFound && e.Code == codeResourceNotExists {
		return "", nil
	}
	return notifyURL, err
}

func decodeCouponCallback(body []byte, mchid string) (string, error) {
	reply, err := lenient.Decode(body)
	if err != nil {
		return "", err
	}
	if answered := lenient.Text(reply, "mchid"); answered != "" && answered != mchid {
		return "", errOtherMerchant
	}
	return lenient.OneLine(lenient.Text(reply, "notify_url"), maxURL), nil
}
