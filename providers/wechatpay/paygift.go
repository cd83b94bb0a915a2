package wechatpay

import (
	"context"
	"sync/atomic"

	"github.com/campaign-operator/campaign-operator/providers"
)

// payGiftKind is 支付有礼. Its list's limit of 100 is that of 查询活动列表.
var payGiftKind = kind{
	product:    ProductPayGift,
	noun:       "activity",
	createPath: "/v3/marketing/paygiftactivity/unique-threshold-activity",
	path:       "/v3/marketing/paygiftactivity/activities",
	id:         "activity_id",
	pageSize:   100,
	snapshot:   payGiftSnapshot,
}

// PayGift makes the calls of 支付有礼 (pay gift) with one merchant's credentials.
type PayGift struct {
	remote
	stocks stockShelf
	// smallPages is set when the gateway has refused pages of memberPageSize.
	smallPages atomic.Bool
}

var _ providers.Activities = (*PayGift)(nil)

// NewPayGift returns the pay-gift calls of client.
func NewPayGift(client *Client) *PayGift {
	return &PayGift{remote: remote{kind: payGiftKind, client: client}}
}

// Create sends body, the exact bytes of 创建全场满额送活动, and returns `activity_id` and, as a
// fact, `create_time`. It goes to the backup domain only in a context of providers.FirstSend.
func (p *PayGift) Create(ctx context.Context, body []byte) (providers.Created, error) {
	return p.create(ctx, body)
}

// Get returns one activity (查询活动详情).
func (p *PayGift) Get(ctx context.Context, id string) (providers.Snapshot, error) {
	return p.get(ctx, id)
}

// List returns one page of up to 100 activities (查询活动列表), without any filter: what
// `activity_status=ACT_STATUS_UNKNOWN` selects is not documented. `offset` is the page number.
// RESOURCE_NOT_EXISTS is an error, not an empty page: the list proves absence, and what does
// so has to be a verified answer.
func (p *PayGift) List(ctx context.Context, page int) (providers.Page, error) {
	return p.list(ctx, page)
}

// CountCodes implements providers.Activities: pay gift hands out stocks, not codes.
func (p *PayGift) CountCodes(context.Context, string) (int64, error) { return 0, nil }
