package simulator

import (
	"errors"
	"net/http"

	"github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
)

// favorPages show favor stocks and do what a person can do to them in the merchant console.
func (s *Server) favorPages() []page {
	const stocks = controlRoot + "/favor/stocks"
	return []page{
		{"GET " + stocks, "lists the favor stocks as /_sim/activities does", func(r *http.Request) (any, error) { return s.listRows(r.URL.Query(), "favor") }},
		{"GET " + stocks + "/{id}", "shows a favor stock", func(r *http.Request) (any, error) { return s.showRow(r.PathValue("id"), "favor", wechatpay.ErrNoStock) }},
		{"POST " + stocks, "makes a favor stock in the console; the body is that of a create, out_request_no may be left out; ?mchid= with several merchants", func(r *http.Request) (any, error) {
			mchid, body, err := s.contentOf(r)
			if err != nil {
				return nil, err
			}
			info, err := s.wechat.CreateFavorInConsole(mchid, body)
			return info, consoleError(err)
		}},
		{"PATCH " + stocks + "/{id}", `edits a favor stock: {"distributedCoupons": 5, "content": {"stock_name": "新名字"}}; content is a JSON merge patch in the shape of a create`, func(r *http.Request) (any, error) {
			var edit wechatpay.FavorEdit
			if err := read(r, &edit); err != nil {
				return nil, err
			}
			info, err := s.wechat.EditFavor(r.PathValue("id"), edit)
			return info, consoleError(err)
		}},
		{"POST " + stocks + "/{id}/{action}", "does in the merchant console's place: start, pause, restart, stop, approve (ends an audit), copy (makes another with the same content and no number), forget", func(r *http.Request) (any, error) {
			info, err := s.wechat.ConsoleFavor(r.PathValue("id"), r.PathValue("action"))
			return info, consoleError(err)
		}},
	}
}

// ledger is what GET /_sim/ledger answers.
type ledger struct {
	listing
	Balances []wechatpay.Balance `json:"balances"`
}

// moneyPages show and set the merchants' money.
func (s *Server) moneyPages() []page {
	return []page{
		{"GET " + controlRoot + "/ledger", "lists the movements of money, oldest first, and each merchant's balance; ?mchid= ?stockId= narrow it", s.showLedger},
		{"PUT " + controlRoot + "/balances/{mchid}", `sets what a merchant can still lock, in fen: {"balance": 5000}`, func(r *http.Request) (any, error) {
			var change struct {
				Balance *int64 `json:"balance"`
			}
			if err := read(r, &change); err != nil {
				return nil, err
			}
			if change.Balance == nil {
				return nil, badRequest(errors.New("say balance"))
			}
			balance, err := s.wechat.SetBalance(r.PathValue("mchid"), *change.Balance)
			return balance, consoleError(err)
		}},
	}
}

func (s *Server) showLedger(r *http.Request) (any, error) {
	movements, balances, err := s.wechat.Ledger(r.URL.Query().Get("mchid"))
	found := []wechatpay.Movement{}
	for _, m := range movements {
		if matches(r.URL.Query().Get("stockId"), m.StockID) {
			found = append(found, m)
		}
	}
	return ledger{listOf(found), balances}, err
}
