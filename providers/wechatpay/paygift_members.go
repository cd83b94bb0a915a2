package wechatpay

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

const (
	// memberPageSize is the largest limit that is known to work somewhere: the pages name none.
	memberPageSize = 50
	// usualPageSize is what a gateway applies when no limit is given.
	usualPageSize = 20
	// maxMemberPages bounds a list that does not end.
	maxMemberPages = 200
)

var (
	errMemberNoID     = errors.New("a merchant of the gateway's list has no mchid")
	errMembersEndless = errors.New("the gateway's list of merchants does not end")
)

// Members returns the sending merchants of an activity (查询活动发券商户号): their merchant ids,
// sorted, each once, empty when there are none. It reads all pages, 50 merchants each, or 20
// where the gateway refuses that.
//
// A change during the reading moves the borders of pages: a merchant may then be read twice,
// which is repaired here, or not at all, which cannot be seen. Decide nothing that cannot be
// undone by one reading.
func (p *PayGift) Members(ctx context.Context, id string) ([]string, error) {
	if !validID(id) {
		return nil, refused(membersCall(id, 0, 0), outcomeBadID, "the activity id is not one")
	}
	if !p.smallPages.Load() {
		members, err := p.members(ctx, id, memberPageSize)
		if !isBadParameter(err) {
			return members, err
		}
	}
	members, err := p.members(ctx, id, 0)
	if err == nil {
		p.smallPages.Store(true)
	}
	return members, err
}

// isBadParameter: the gateway refused a parameter's form, which for a limit says no more.
func isBadParameter(err error) bool {
	var e *providers.Error
	return errors.As(err, &e) && e.HTTPStatus == http.StatusBadRequest && e.Code == codeParamError
}

// members reads all pages with the given limit; 0 leaves it to the gateway.
func (p *PayGift) members(ctx context.Context, id string, limit int) ([]string, error) {
	found := map[string]struct{}{}
	for page := range maxMemberPages {
		call := membersCall(id, page, limit)
		reply, err := p.client.exchange(ctx, call)
		if err != nil {
			return nil, err
		}
		last, err := decodeMembers(reply.body, id, page, limit, found)
		if err == nil && !last && page == maxMemberPages-1 {
			err = errMembersEndless
		}
		if err != nil {
			return nil, incomplete(call, reply, outcomeIncomplete, err)
		}
		if last {
			break
		}
	}
	members := slices.AppendSeq(make([]string, 0, len(found)), maps.Keys(found))
	slices.Sort(members)
	return members, nil
}

func membersCall(id string, page, limit int) call {
	query := "?offset=" + strconv.Itoa(page) // 分页页码: the number of the page, from 0
	if limit > 0 {
		query = "?limit=" + strconv.Itoa(limit) + "&offset=" + strconv.Itoa(page)
	}
	return call{product: ProductPayGift, op: providers.OperationMembers, method: http.MethodGet,
		path: payGiftKind.path + "/" + url.PathEscape(id) + "/merchants" + query}
}

// decodeMembers adds a page's merchants to found, and reports whether it was the last one.
func decodeMembers(body []byte, id string, page, limit int, found map[string]struct{}) (last bool, err error) {
	if limit == 0 {
		limit = usualPageSize
	}
	rows, err := decodeRows(body, page, limit)
	if err != nil {
		return false, err
	}
	if err := payGiftKind.checkID(rows.reply, id, false); err != nil {
		return false, err
	}
	for _, row := range rows.data {
		member := lenient.Text(row, "mchid")
		if !mchidPattern.MatchString(member) {
			return false, errMemberNoID
		}
		found[member] = struct{}{}
	}
	return rows.last, nil
}
