package wechatpay

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// favorKind is 代金券. Its list's limit of 10 is that of 条件查询批次列表.
var favorKind = kind{
	product:    ProductFavor,
	noun:       "stock",
	createPath: "/v3/marketing/favor/coupon-stocks",
	path:       "/v3/marketing/favor/stocks",
	id:         stockIDField,
	pageSize:   10,
	snapshot:   favorSnapshot,
}

const stockIDField = "stock_id"

// creatorField names the merchant that created a stock, in requests and answers.
const creatorField = "stock_creator_mchid"

// CouponStocks makes the calls of 代金券批次 (cash coupon stocks, "favor") with one merchant's
// credentials. All its stocks are the merchant's own: who only hands them out cannot manage them.
type CouponStocks struct {
	remote
}

var _ providers.Activities = (*CouponStocks)(nil)

// NewCouponStocks returns the stock calls of client.
func NewCouponStocks(client *Client) *CouponStocks {
	return &CouponStocks{remote{kind: favorKind, client: client, query: url.Values{creatorField: {client.mchid}}}}
}

// Create sends body, the exact bytes of 创建代金券批次, and returns `stock_id` and, as a fact,
// `create_time`. The stock is inactive and holds no money. It goes to the backup domain only in a
// context of providers.FirstSend.
//
// No call returns `out_request_no`: whether an earlier call was done is known only by repeating it, or by a
// stock of the list that equals it.
func (s *CouponStocks) Create(ctx context.Context, body []byte) (providers.Created, error) {
	return s.create(ctx, body)
}

// Get returns one stock (查询批次详情).
func (s *CouponStocks) Get(ctx context.Context, id string) (providers.Snapshot, error) {
	return s.get(ctx, id)
}

// List returns one page of up to 10 stocks (条件查询批次列表), without any filter. `offset` is the page number.
//
// A list with `status` has been answered with RESOURCE_NOT_EXISTS instead of an empty page; whether
// one without a filter is, of a merchant that has no stock yet, nobody says. For the first page it is
// therefore an empty list, where its signature is good: the list proves absence, and what does so has to
// be a verified answer. Without a signature, and for later pages, it is an error.
func (s *CouponStocks) List(ctx context.Context, page int) (providers.Page, error) {
	found, err := s.list(ctx, page)
	if e := (*providers.Error)(nil); page == 0 && errors.As(err, &e) && e.Verified &&
		e.HTTPStatus == http.StatusNotFound && e.Code == codeResourceNotExists {
		return providers.Page{Last: true}, nil
	}
	return found, err
}

// Members returns nothing: who may redeem a stock's coupons is set with its creation.
func (s *CouponStocks) Members(context.Context, string) ([]string, error) { return nil, nil }

// CountCodes implements providers.Activities: the coupons of a stock have no codes of the merchant's.
func (s *CouponStocks) CountCodes(context.Context, string) (int64, error) { return 0, nil }

// Preflight finds nothing: a create request refers to nothing that can be read.
func (s *CouponStocks) Preflight(context.Context, []byte) ([]providers.Finding, error) {
	return nil, nil
}

// favorChanges are the ends of the paths and the facts of the answers.
var favorChanges = map[providers.Operation]struct{ path, fact string }{
	providers.OperationStart:   {"/start", "start_time"},
	providers.OperationPause:   {"/pause", "pause_time"},
	providers.OperationRestart: {"/restart", "restart_time"},
}

// Do performs a change of an existing stock. All three are documented as re-entrant.
//
//   - providers.OperationStart (激活代金券批次), which cannot be undone: it locks the whole budget of a stock
//     that is not no_cash. Too early within about a minute of the creation. Fact: `start_time`.
//   - providers.OperationPause (暂停代金券批次). The money stays locked, and coupons that were given out stay
//     usable. Fact: `pause_time`.
//   - providers.OperationRestart (重启代金券批次), of a paused stock. Fact: `restart_time`.
func (s *CouponStocks) Do(ctx context.Context, m providers.Mutation) (providers.Receipt, error) {
	change, known := favorChanges[m.Operation]
	if !known {
		return providers.Receipt{}, refused(call{product: s.product, op: m.Operation}, outcomeNoOperation, "a coupon stock has no such operation")
	}
	call, err := s.own(m.Operation, http.MethodPost, m.ID, change.path)
	if err != nil {
		return providers.Receipt{}, err
	}
	call.mutating = true
	if call.body, err = lenient.Encode(object{creatorField: s.client.mchid}); err != nil {
		return providers.Receipt{}, refused(call, outcomeNoBody, "the request body cannot be made")
	}
	return exchangeFor(ctx, s.client, call, func(reply answer) (providers.Receipt, error) {
		return decodeFavorReceipt(reply, m.ID, change.fact)
	})
}

// decodeFavorReceipt reads the answer to a change. It need not name the stock: reading the stock
// says whether it was done.
func decodeFavorReceipt(answer answer, id, fact string) (providers.Receipt, error) {
	reply, err := lenient.Decode(answer.body)
	if err != nil {
		return providers.Receipt{}, err
	}
	if err := favorKind.checkID(reply, id, false); err != nil {
		return providers.Receipt{}, err
	}
	return providers.Receipt{Facts: lenient.Facts(reply, fact), RequestID: answer.requestID()}, nil
}
