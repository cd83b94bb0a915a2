package simulator

import (
	"fmt"
	"net/http"

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
