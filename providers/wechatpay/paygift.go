package wechatpay

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"sync/atomic"

	"github.com/campaign-operator/campaign-operator/providers"
)

const (
	payGiftCreatePath = "/v3/marketing/paygiftactivity/unique-threshold-activity"
	payGiftPath       = "/v3/marketing/paygiftactivity/activities"
	// payGiftPageSize is the documented maximum of limit (查询活动列表).
	payGiftPageSize = 100
)

// PayGift makes the calls of 支付有礼 (pay gift) with one merchant's credentials.
type PayGift struct {
	client *Client
	stocks stockShelf
	// smallPages is set when the gateway has refused pages of memberPageSize.
	smallPages atomic.Bool
}

var _ providers.Activities = (*PayGift)(nil)

// NewPayGift returns the pay-gift calls of client.
func NewPayGift(client *Client) *PayGift { return &PayGift{client: client} }

// Create sends body, the exact bytes of 创建全场满额送活动, and returns `activity_id` and, as a
// fact, `create_time`. It goes to the backup domain only in a context of providers.FirstSend.
func (p *PayGift) Create(ctx context.Context, body []byte) (providers.Created, error) {
	call := call{op: providers.OperationCreate, method: http.MethodPost, path: payGiftCreatePath, body: body,
		mutating: true, pinned: !providers.IsFirstSend(ctx)}
	if len(body) == 0 {
		return providers.Created{}, refused(call, outcomeNoBody, "there is no request body")
	}
	reply, err := p.client.exchange(ctx, call)
	if err != nil {
		return providers.Created{}, err
	}
	created, err := decodeCreated(reply.body)
	if err != nil {
		return providers.Created{}, incomplete(call, reply, outcomeIncomplete, err)
	}
	created.RequestID = reply.requestID()
	return created, nil
}

// Get returns one activity (查询活动详情).
func (p *PayGift) Get(ctx context.Context, id string) (providers.Snapshot, error) {
	call := call{op: providers.OperationGet, method: http.MethodGet, path: payGiftPath + "/" + url.PathEscape(id)}
	if !validID(id) {
		return providers.Snapshot{}, refused(call, outcomeBadID, "the activity id is not one")
	}
	reply, err := p.client.exchange(ctx, call)
	if err != nil {
		return providers.Snapshot{}, err
	}
	snapshot, err := decodeDetail(reply.body, id)
	if err != nil {
		return providers.Snapshot{}, incomplete(call, reply, outcomeIncomplete, err)
	}
	return snapshot, nil
}

// List returns one page of up to 100 activities (查询活动列表), without any filter: what
// `activity_status=ACT_STATUS_UNKNOWN` selects is not documented. `offset` is the page number.
// RESOURCE_NOT_EXISTS is an error, not an empty page: the list proves absence, and what does
// so has to be a verified answer.
func (p *PayGift) List(ctx context.Context, page int) (providers.Page, error) {
	query := "?limit=" + strconv.Itoa(payGiftPageSize) + "&offset=" + strconv.Itoa(page)
	call := call{op: providers.OperationList, method: http.MethodGet, path: payGiftPath + query}
	if page < 0 {
		return providers.Page{}, refused(call, outcomeBadID, "pages are counted from 0")
	}
	reply, err := p.client.exchange(ctx, call)
	if err != nil {
		return providers.Page{}, err
	}
	decoded, err := decodePage(reply.body, page)
	if err != nil {
		return providers.Page{}, incomplete(call, reply, outcomeIncomplete, err)
	}
	return decoded, nil
}

// idPattern is wider than the documented ids (digits, up to 20) and keeps out whatever could
// change the URL it becomes part of.
var idPattern = regexp.MustCompile(`^[0-9A-Za-z_|*.-]{1,64}$`)

func validID(id string) bool { return idPattern.MatchString(id) && id != "." && id != ".." }

var (
	errNoActivityID    = errors.New("the gateway's success has no activity_id")
	errOtherActivityID = errors.New("the gateway's success is about another activity_id than was asked for")
	errItemNoID        = errors.New("an activity of the gateway's list has no activity_id")
)

func decodeCreated(body []byte) (providers.Created, error) {
	reply, err := decodeObject(body)
	if err != nil {
		return providers.Created{}, err
	}
	id := text(reply, "activity_id")
	if !validID(id) {
		return providers.Created{}, errNoActivityID
	}
	return providers.Created{ID: id, Facts: facts(reply, "create_time")}, nil
}
