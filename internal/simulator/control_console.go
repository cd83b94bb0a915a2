package simulator

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
	"github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
)

// consolePages do what a person can do in the merchant console.
func (s *Server) consolePages() []page {
	const (
		activities = controlRoot + "/activities"
		stocks     = controlRoot + "/stocks"
	)
	return []page{
		{"POST " + activities, "makes an activity in the console; the body is that of a create, out_request_no may be left out; ?mchid= with several merchants", s.createInConsole},
		{"PATCH " + activities + "/{id}", `edits an activity's content by a JSON merge patch: {"activity_base_info": {"activity_name": "新名字", "end_time": "2026-05-01T00:00:00+08:00"}}`, s.editInConsole},
		{"POST " + activities + "/{id}/merchants", `adds and removes sending merchants: {"add": ["10000024"], "remove": ["10000022"]}`, s.changeMerchants},
		{"POST " + activities + "/{id}/{action}", "does in the merchant console's place: pause, resume, terminate, forget", func(r *http.Request) (any, error) {
			info, err := s.wechat.Console(r.PathValue("id"), r.PathValue("action"))
			return info, consoleError(err)
		}},
		{"PATCH " + stocks + "/{id}", `edits a stock: {"state": "PAUSED", "couponCodeMode": "MERCHANT_UPLOAD", "availableCodes": 0, "beginTime": "…", "endTime": "…"}`, func(r *http.Request) (any, error) {
			var edit wechatpay.StockEdit
			if err := read(r, &edit); err != nil {
				return nil, err
			}
			info, err := s.wechat.EditStock(r.PathValue("id"), edit)
			return info, consoleError(err)
		}},
		{"POST " + stocks + "/{id}/{action}", "puts a stock into another state: run, pause, stop, unaudit", func(r *http.Request) (any, error) {
			info, err := s.wechat.ConsoleStock(r.PathValue("id"), r.PathValue("action"))
			return info, consoleError(err)
		}},
	}
}

// consoleError tells a mistake of whoever calls from a failure of the simulator.
func consoleError(err error) error {
	is := func(causes ...error) bool {
		for _, cause := range causes {
			if errors.Is(err, cause) {
				return true
			}
		}
		return false
	}
	switch {
	case is(wechatpay.ErrNoActivity, wechatpay.ErrNoAction, wechatpay.ErrNoMerchant, wechatpay.ErrNoStock, wechatpay.ErrNoStockAction, wechatpay.ErrNoFavorAction,
		alipay.ErrNoActivity, alipay.ErrNoAction, alipay.ErrNoApp, alipay.ErrNoMessage):
		return notThere(err)
	case is(wechatpay.ErrWrongState, wechatpay.ErrNumberInUse, alipay.ErrWrongState, alipay.ErrNoNotifyURL):
		return conflict(err)
	case is(wechatpay.ErrWrongContent, alipay.ErrWrongContent):
		return badRequest(err)
	}
	return err
}

func (s *Server) createInConsole(r *http.Request) (any, error) {
	mchid, body, err := s.contentOf(r)
	if err != nil {
		return nil, err
	}
	info, err := s.wechat.CreateInConsole(mchid, body)
	return info, consoleError(err)
}

// contentOf reads what is to be made, and for whom.
func (s *Server) contentOf(r *http.Request) (mchid string, body []byte, err error) {
	mchid = r.URL.Query().Get("mchid")
	if mchid == "" {
		accounts := s.wechat.Accounts()
		if len(accounts) > 1 {
			return "", nil, badRequest(errors.New("say whose it is: ?mchid="))
		}
		mchid = accounts[0].Mchid
	}
	body, err = readAll(r)
	return mchid, body, err
}

func (s *Server) editInConsole(r *http.Request) (any, error) {
	patch, err := readAll(r)
	if err != nil {
		return nil, err
	}
	info, err := s.wechat.EditInConsole(r.PathValue("id"), patch)
	return info, consoleError(err)
}

func (s *Server) changeMerchants(r *http.Request) (any, error) {
	var change struct {
		Add    []string `json:"add"`
		Remove []string `json:"remove"`
	}
	if err := read(r, &change); err != nil {
		return nil, err
	}
	info, err := s.wechat.ChangeMerchants(r.PathValue("id"), change.Add, change.Remove)
	return info, consoleError(err)
}

// readAll reads a body that is judged elsewhere.
func readAll(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, badRequest(fmt.Errorf("the body cannot be read: %w", err))
	}
	return body, nil
}
