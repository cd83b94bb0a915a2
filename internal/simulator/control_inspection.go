package simulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/campaign-operator/campaign-operator/internal/simulator/clock"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	"github.com/campaign-operator/campaign-operator/internal/simulator/journal"
	"github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
)

func (s *Server) faultPages() []page {
	const one = controlRoot + "/faults/{id}"
	return []page{
		{"GET " + controlRoot + "/faults", "lists the fault rules", func(*http.Request) (any, error) { return listOf(s.faults.List()), nil }},
		{"POST " + controlRoot + "/faults", `adds a rule: {"match": {"operation": "paygift.create"}, "action": "commitThenReset", "times": 1}`, s.addFault},
		{"DELETE " + controlRoot + "/faults", "deletes all rules and lets go on what they hold", func(*http.Request) (any, error) {
			s.faults.Clear()
			return listOf(s.faults.List()), nil
		}},
		{"GET " + one, "shows a rule; with ?struck=1&timeout=30s waits until it has struck that often", s.showFault},
		{"DELETE " + one, "deletes a rule and lets go on what it holds", func(r *http.Request) (any, error) {
			return map[string]string{"deleted": r.PathValue("id")}, faultError(s.faults.Delete(r.PathValue("id")))
		}},
		{"POST " + one + "/release", "lets the calls go on that the rule holds", func(r *http.Request) (any, error) {
			n, err := s.faults.Release(r.PathValue("id"))
			return map[string]int{"released": n}, faultError(err)
		}},
	}
}

func faultError(err error) error {
	if errors.Is(err, faults.ErrNotFound) {
		return notThere(err)
	}
	return err
}

func (s *Server) addFault(r *http.Request) (any, error) {
	var rule faults.Rule
	if err := read(r, &rule); err != nil {
		return nil, err
	}
	id, err := s.faults.Add(rule)
	if err != nil {
		return nil, badRequest(err)
	}
	return s.faults.Get(id)
}

func (s *Server) showFault(r *http.Request) (any, error) {
	id, query := r.PathValue("id"), r.URL.Query()
	if !query.Has("struck") {
		info, err := s.faults.Get(id)
		return info, faultError(err)
	}
	n, err := strconv.Atoi(query.Get("struck"))
	if err != nil {
		return nil, badRequest(errors.New("struck must be a number"))
	}
	limit := query.Get("timeout")
	if limit == "" {
		limit = "30s"
	}
	d, err := clock.ParseDuration(limit)
	if err != nil {
		return nil, badRequest(err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), d)
	defer cancel()
	info, err := s.faults.WaitStruck(ctx, id, n)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, &badCall{http.StatusRequestTimeout, fmt.Errorf("rule %s has struck %d times, not %d, within %s", id, info.Struck, n, limit)}
	}
	return info, faultError(err)
}

func (s *Server) inspectionPages() []page {
	return []page{
		{"GET " + controlRoot + "/requests", "lists the last calls, oldest first; ?mchid= or ?appId= ?operation= ?status= ?after=SEQ ?limit=N narrow it", s.listRequests},
		{"GET " + controlRoot + "/counters", "counts all calls by operation and by merchant or app", func(*http.Request) (any, error) { return s.journal.Counters(), nil }},
		{"GET " + controlRoot + "/activities", "lists the activities: pay gift, favor stocks, then Alipay vouchers; ?mchid= or ?appId= ?kind= ?outRequestNo= or ?outBizNo= ?status= narrow it", s.listActivities},
		{"GET " + controlRoot + "/activities/{id}", "shows an activity or a stock", s.showActivity},
		{"GET " + controlRoot + "/stocks", "lists the busifavor stocks", func(*http.Request) (any, error) { return listOf(s.wechat.Stocks()), nil }},
	}
}

func (s *Server) listRequests(r *http.Request) (any, error) {
	query := r.URL.Query()
	number := func(name string) (int64, error) {
		if !query.Has(name) {
			return 0, nil
		}
		n, err := strconv.ParseInt(query.Get(name), 10, 64)
		if err != nil {
			return 0, badRequest(fmt.Errorf("%s must be a number", name))
		}
		return n, nil
	}
	status, err := number("status")
	if err != nil {
		return nil, err
	}
	after, err := number("after")
	if err != nil {
		return nil, err
	}
	limit, err := number("limit")
	if err != nil {
		return nil, err
	}
	entries := s.journal.Entries(func(e journal.Entry) bool {
		return e.Seq > after && matches(accountIn(query), e.Account) && matches(query.Get("operation"), e.Operation) &&
			(!query.Has("status") || (e.Status == int(status) && !e.InFlight))
	})
	total := len(entries)
	if limit > 0 && int64(total) > limit {
		entries = entries[total-int(limit):] // the last ones
	}
	return listing{Total: total, Data: entries}, nil
}

func matches(wanted, got string) bool { return wanted == "" || wanted == got }

func (s *Server) accountPages() []page {
	const one = controlRoot + "/accounts/{mchid}"
	return []page{
		{"GET " + controlRoot + "/accounts", "lists the merchants with their serial numbers, certificates and public keys; never a secret", func(*http.Request) (any, error) {
			infos := []wechatpay.AccountInfo{}
			for _, a := range s.wechat.Accounts() {
				infos = append(infos, a.Info())
			}
			return listOf(infos), nil
		}},
		{"POST " + one + "/rotate", `makes a new key beside the old: {"what": "platformCertificate"}, "publicKey" or "merchantKey"`, s.rotate},
		{"DELETE " + one + "/keys/{id}", "makes a certificate or public key useless, by its serial number or id", func(r *http.Request) (any, error) {
			account, err := s.account(r)
			if err != nil {
				return nil, err
			}
			if err := account.Retire(r.PathValue("id")); err != nil {
				return nil, badRequest(err)
			}
			return account.Info(), s.keysChanged(account.Mchid)
		}},
	}
}

func (s *Server) account(r *http.Request) (*wechatpay.Account, error) {
	account := s.wechat.Account(r.PathValue("mchid"))
	if account == nil {
		return nil, notThere(fmt.Errorf("there is no merchant %s", r.PathValue("mchid")))
	}
	return account, nil
}

func (s *Server) rotate(r *http.Request) (any, error) {
	account, err := s.account(r)
	if err != nil {
		return nil, err
	}
	var ask struct {
		What string `json:"what"`
	}
	if err := read(r, &ask); err != nil {
		return nil, err
	}
	if _, err := account.Rotate(ask.What); err != nil {
		return nil, badRequest(err)
	}
	return account.Info(), s.keysChanged(account.Mchid)
}

func (s *Server) keysChanged(account string) error {
	if s.options.OnKeys == nil {
		return nil
	}
	return s.options.OnKeys(account)
}
