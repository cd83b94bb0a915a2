package simulator

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
)

const alipayRoot = controlRoot + "/alipay"

// alipayAppPages show the apps and change their keys.
func (s *Server) alipayAppPages() []page {
	const one = alipayRoot + "/apps/{appId}"
	return []page{
		{"GET " + alipayRoot + "/apps", "lists Alipay's apps with their certificates and public keys; never a secret", func(*http.Request) (any, error) {
			infos := []alipay.AppInfo{}
			for _, a := range s.alipay.Apps() {
				infos = append(infos, a.Info())
			}
			return listOf(infos), nil
		}},
		{"POST " + one + "/rotate", `makes a new key beside the old: {"what": "alipayKey"} or "appKey"`, func(r *http.Request) (any, error) {
			app, err := s.alipayApp(r)
			if err != nil {
				return nil, err
			}
			var ask struct {
				What string `json:"what"`
			}
			if err := read(r, &ask); err != nil {
				return nil, err
			}
			if _, err := app.Rotate(ask.What); err != nil {
				return nil, badRequest(err)
			}
			return app.Info(), s.keysChanged(app.AppID)
		}},
		{"DELETE " + one + "/keys/{sn}", "makes a key useless, by its certificate's serial number", func(r *http.Request) (any, error) {
			app, err := s.alipayApp(r)
			if err != nil {
				return nil, err
			}
			if err := app.Retire(r.PathValue("sn")); err != nil {
				return nil, badRequest(err)
			}
			return app.Info(), s.keysChanged(app.AppID)
		}},
	}
}

func (s *Server) alipayApp(r *http.Request) (*alipay.App, error) {
	app := s.alipay.App(r.PathValue("appId"))
	if app == nil {
		return nil, notThere(fmt.Errorf("there is no app %s", r.PathValue("appId")))
	}
	return app, nil
}

// alipayConsolePages do what a person can do in Alipay's console.
func (s *Server) alipayConsolePages() []page {
	const activities = alipayRoot + "/activities"
	return []page{
		{"GET " + activities, "lists Alipay's voucher activities as /_sim/activities does", func(r *http.Request) (any, error) { return s.listRows(r.URL.Query(), "ordervoucher") }},
		{"GET " + activities + "/{id}", "shows a voucher activity", func(r *http.Request) (any, error) {
			return s.showRow(r.PathValue("id"), "ordervoucher", alipay.ErrNoActivity)
		}},
		{"POST " + activities, "makes a voucher activity in the console; the body is that of a create without out_biz_no; ?appId= with several apps, ?merchantId= for another merchant", s.createVoucherInConsole},
		{"PATCH " + activities + "/{id}", `edits a voucher activity: {"content": {"activity_base_info": {"activity_name": "新名字"}}, "sent": 5, "used": 1, "audit": "REJECT"}; content is a JSON merge patch in the shape of a create`, func(r *http.Request) (any, error) {
			var edit alipay.Edit
			if err := read(r, &edit); err != nil {
				return nil, err
			}
			info, err := s.alipay.EditInConsole(r.PathValue("id"), edit)
			return info, consoleError(err)
		}},
		{"POST " + activities + "/{id}/claim", `lets users claim vouchers: {"count": 3}`, func(r *http.Request) (any, error) {
			var ask struct {
				Count int64 `json:"count"`
			}
			if err := read(r, &ask); err != nil {
				return nil, err
			}
			info, err := s.alipay.Claim(r.PathValue("id"), ask.Count)
			return info, consoleError(err)
		}},
		{"POST " + activities + "/{id}/{action}", "does in the console's place: pause, resume, finish, complete and fail (end the operation that runs), forget, copy (makes another with the same content and no number)", func(r *http.Request) (any, error) {
			info, err := s.alipay.Console(r.PathValue("id"), r.PathValue("action"))
			return info, consoleError(err)
		}},
		{"POST " + alipayRoot + "/shops/{id}/{state}", "marks a shop as unknown or known, in the switch alipay.shops.unknown", s.markShop},
	}
}

func (s *Server) createVoucherInConsole(r *http.Request) (any, error) {
	appID := r.URL.Query().Get("appId")
	if appID == "" {
		apps := s.alipay.Apps()
		if len(apps) > 1 {
			return nil, badRequest(errors.New("say whose it is: ?appId="))
		}
		appID = apps[0].AppID
	}
	body, err := readAll(r)
	if err != nil {
		return nil, err
	}
	info, err := s.alipay.CreateInConsole(appID, r.URL.Query().Get("merchantId"), body)
	return info, consoleError(err)
}

func (s *Server) markShop(r *http.Request) (any, error) {
	id, state := r.PathValue("id"), r.PathValue("state")
	unknown := slices.DeleteFunc(s.switches.Items(alipay.SwitchShopsUnknown), func(other string) bool { return other == id })
	switch state {
	case "unknown":
		unknown = append(unknown, id)
	case "known":
	default:
		return nil, notThere(errors.New("a shop is unknown or known"))
	}
	return listOf(unknown), s.switches.Put(map[string]string{alipay.SwitchShopsUnknown: strings.Join(unknown, ",")})
}

// alipayMessagePages show and control Alipay's messages.
func (s *Server) alipayMessagePages() []page {
	const messages = alipayRoot + "/messages"
	return []page{
		{"PUT " + alipayRoot + "/notify-url", `says where messages go: {"url": "http://127.0.0.1:8444/alipay/{appId}"}, nowhere when empty; "appId" for one app only`, s.setNotifyURL},
		{"GET " + messages, "lists the messages with their deliveries, oldest first; ?appId= ?activityId= ?state= narrow it", func(r *http.Request) (any, error) {
			query := r.URL.Query()
			found := []alipay.Message{}
			for _, m := range s.alipay.Messages(query.Get("appId")) {
				if matches(query.Get("activityId"), m.ActivityID) && matches(query.Get("state"), m.State) {
					found = append(found, m)
				}
			}
			return listOf(found), nil
		}},
		{"POST " + messages, `sends a message by hand: {"appId": "…", "msgMethod": "created", "activityId": "…", "outBizNo": "…"}`, func(r *http.Request) (any, error) {
			var ask struct {
				AppID      string `json:"appId"`
				MsgMethod  string `json:"msgMethod"`
				ActivityID string `json:"activityId"`
				OutBizNo   string `json:"outBizNo"`
			}
			if err := read(r, &ask); err != nil {
				return nil, err
			}
			message, err := s.alipay.Send(ask.AppID, ask.MsgMethod, ask.ActivityID, ask.OutBizNo)
			return message, consoleError(err)
		}},
		{"POST " + messages + "/{notifyId}/redeliver", "delivers a message once more, now, whatever became of it", func(r *http.Request) (any, error) {
			delivery, err := s.alipay.Redeliver(r.Context(), r.PathValue("notifyId"))
			return delivery, consoleError(err)
		}},
	}
}

func (s *Server) setNotifyURL(r *http.Request) (any, error) {
	var ask struct {
		URL   string `json:"url"`
		AppID string `json:"appId"`
	}
	if err := read(r, &ask); err != nil {
		return nil, err
	}
	infos := []alipay.AppInfo{}
	for _, app := range s.alipay.Apps() {
		if !matches(ask.AppID, app.AppID) {
			continue
		}
		if err := s.alipay.SetNotifyURL(app.AppID, ask.URL); err != nil {
			return nil, consoleError(err)
		}
		infos = append(infos, app.Info())
	}
	if len(infos) == 0 {
		return nil, consoleError(alipay.ErrNoApp)
	}
	return listOf(infos), nil
}
