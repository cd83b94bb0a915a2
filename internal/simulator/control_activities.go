package simulator

import (
	"net/http"
	"net/url"

	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
	"github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
)

// head is what all kinds of activities have in /_sim/activities.
type head struct {
	// Kind is paygift, favor or ordervoucher.
	Kind string `json:"kind"`
	ID   string `json:"id"`
	// Number is the request number; empty for what was made in the console without one.
	Number string `json:"number"`
}

// row is an activity with its kind's own fields beside the head.
type row struct {
	head
	status string
	fields any
}

type payGiftRow struct {
	head
	wechatpay.ActivityInfo
}

type favorRow struct {
	head
	wechatpay.FavorStockInfo
}

type voucherRow struct {
	head
	alipay.ActivityInfo
}

// activities are all of all kinds, each kind in the order of creation.
func (s *Server) activities(account string) ([]row, error) {
	var rows []row
	for _, a := range s.wechat.Activities(account) {
		h := head{Kind: "paygift", ID: a.ActivityID, Number: a.OutRequestNo}
		rows = append(rows, row{head: h, status: a.Status, fields: payGiftRow{h, a}})
	}
	stocks, err := s.wechat.FavorStocks(account)
	for _, a := range stocks {
		h := head{Kind: "favor", ID: a.StockID, Number: a.OutRequestNo}
		rows = append(rows, row{head: h, status: a.Status, fields: favorRow{h, a}})
	}
	for _, a := range s.alipay.Activities(account) {
		h := head{Kind: "ordervoucher", ID: a.ActivityID, Number: a.OutBizNo}
		rows = append(rows, row{head: h, status: a.Status, fields: voucherRow{h, a}})
	}
	return rows, err
}

func (s *Server) listActivities(r *http.Request) (any, error) {
	return s.listRows(r.URL.Query(), r.URL.Query().Get("kind"))
}

// listRows lists what a query asks for, of one kind or, for an empty one, of all.
func (s *Server) listRows(query url.Values, kind string) (any, error) {
	rows, err := s.activities(accountIn(query))
	found := []any{}
	for _, a := range rows {
		if matches(kind, a.Kind) && matches(query.Get("outRequestNo"), a.Number) && matches(query.Get("outBizNo"), a.Number) && matches(query.Get("status"), a.status) {
			found = append(found, a.fields)
		}
	}
	return listOf(found), err
}

// accountIn is the merchant or app that a query names.
func accountIn(query url.Values) string {
	if appID := query.Get("appId"); appID != "" {
		return appID
	}
	return query.Get("mchid")
}

func (s *Server) showActivity(r *http.Request) (any, error) {
	return s.showRow(r.PathValue("id"), "", wechatpay.ErrNoActivity)
}

func (s *Server) showRow(id, kind string, missing error) (any, error) {
	rows, err := s.activities("")
	if err != nil {
		return nil, err
	}
	for _, a := range rows {
		if a.ID == id && matches(kind, a.Kind) {
			return a.fields, nil
		}
	}
	return nil, consoleError(missing)
}
