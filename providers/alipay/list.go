package alipay

import (
	"context"
	"strings"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

const (
	// pageSize is the documented maximum.
	pageSize = 20
	// maxPausedPages bounds one List. No call pauses an activity, only people do.
	maxPausedPages = 50

	statusActive   = "ACTIVE"
	statusPause    = "PAUSE"
	statusFinished = "FINISHED"
)

// List returns one page of the merchant's activities that have not ended, of all products (条件查询活动列表). Its rows carry
// less than Get does, and never out_biz_no. An activity that is being created is probably not among them.
//
// The documented filters are ACTIVE and PAUSE, so pages are those of the active ones, up to 20 each; the last of them brings all
// the paused ones with it. In one call that takes as many requests as there are pages of paused activities, most often one, and no
// page number depends on what another call was answered.
func (v *Vouchers) List(ctx context.Context, page int) (providers.Page, error) {
	if page < 0 {
		return providers.Page{}, refused(call{op: providers.OperationList, method: batchQueryMethod}, outcomeBadID, "pages are counted from 0")
	}
	out, err := v.page(ctx, statusActive, page)
	if err != nil || !out.Last {
		return out, err
	}
	for number := range maxPausedPages {
		paused, err := v.page(ctx, statusPause, number)
		if err != nil {
			return providers.Page{}, err
		}
		out.Items = append(out.Items, paused.Items...)
		if paused.Last {
			return out, nil
		}
	}
	return providers.Page{}, incomplete(call{op: providers.OperationList}, answer{}, outcomeIncomplete, errManyPages)
}

// page asks for one page, counted from 0, of the activities with a status.
func (v *Vouchers) page(ctx context.Context, status string, page int) (providers.Page, error) {
	call, err := v.client.listCall(status, page+1, pageSize)
	if err != nil {
		return providers.Page{}, err
	}
	return exchangeFor(ctx, v.client, call, func(reply answer) (providers.Page, error) {
		return v.decodePage(reply.node, status, page)
	})
}

// listCall asks for one page of the merchant's activities; Alipay counts pages from 1.
func (c *Client) listCall(status string, number, size int) (call, error) {
	biz := lenient.Object{statusField: status, accessModeField: c.accessMode, "page_num": number, "page_size": size}
	if c.agency() {
		biz[merchantIDField] = c.merchantID
	}
	return newCall(call{op: providers.OperationList, method: batchQueryMethod}, biz)
}

// decodePage reads a page. What is not understood is an error and never an empty page.
func (v *Vouchers) decodePage(reply lenient.Object, status string, page int) (providers.Page, error) {
	size := pageSize
	if applied, ok := lenient.Count(reply, "page_size"); ok && applied > 0 && applied < size {
		size = applied
	}
	total, hasTotal := lenient.Count(reply, "total_size")
	rows, isList := reply["activity_lite_infos"].([]any)
	if !isList && (!lenient.IsEmpty(reply["activity_lite_infos"]) || !hasTotal || total > page*size) {
		return providers.Page{}, errNoRows
	}
	out := providers.Page{Total: total, Last: lenient.LastPage(len(rows), page, total, size)}
	for _, item := range rows {
		row, _ := item.(lenient.Object)
		if baseText(row, statusField) == "" && row != nil {
			row[statusField] = status // it was asked for by that
		}
		snapshot, err := v.snapshot(row, false)
		if err != nil {
			return providers.Page{}, err
		}
		if snapshot.ID == "" {
			return providers.Page{}, errRowNoID
		}
		out.Items = append(out.Items, snapshot)
	}
	return out, nil
}

// joinWords writes "A, B: text" of what there is.
func joinWords(words []string, text string) string {
	return strings.Trim(strings.Join(words, ", ")+": "+text, ": ")
}
