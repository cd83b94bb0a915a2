package wechatpay

import (
	"errors"

	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

var errNoRows = errors.New("the gateway's success has no list where one must be")

// rows is a page of any of the vendor's lists.
type rows struct {
	// data has an object for each row; nil for a row that is none.
	data  []object
	total int
	// reply is the whole answer, for what it says of the list.
	reply object
	// last is true when no further page is to be asked for.
	last bool
}

// decodeRows decodes page number page (from 0) of a list that was asked for in pages of asked rows.
//
// Lists prove that something does not exist, so what is not understood is an error and never
// an empty page.
func decodeRows(body []byte, page, asked int) (rows, error) {
	reply, err := lenient.Decode(body)
	if err != nil {
		return rows{}, err
	}
	size := pageSize(reply, asked)
	total, hasTotal := lenient.Count(reply, "total_count")
	data, isList := reply["data"].([]any)
	if !isList && (reply["data"] != nil || !hasTotal || total > page*size) {
		return rows{}, errNoRows
	}
	out := rows{total: total, reply: reply, last: lenient.LastPage(len(data), page, total, size)}
	for _, entry := range data {
		row, _ := entry.(object)
		out.data = append(out.data, row)
	}
	return out, nil
}

// pageSize is the limit that the gateway says it applied, in case it allows less than asked.
func pageSize(reply object, asked int) int {
	if limit, ok := lenient.Count(reply, "limit"); ok && limit > 0 && limit < asked {
		return limit
	}
	return asked
}
