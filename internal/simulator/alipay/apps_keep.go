package alipay

import (
	"fmt"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
)

const kindApps = "alipay-apps"

// keptApp is an app in the state directory.
type keptApp struct {
	Made      int                   `json:"made"`
	Pairs     map[string][]keptPair `json:"pairs"`
	Tokens    map[string]string     `json:"tokens,omitempty"`
	NotifyURL string                `json:"notifyUrl,omitempty"`
}

type keptPair struct {
	ID        string    `json:"id"`
	Key       string    `json:"key"`
	Cert      string    `json:"cert"`
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
}

// keep writes the app to the state directory. The caller holds the lock or is alone.
func (a *App) keep() error {
	if a.dir == nil {
		return nil
	}
	kept := keptApp{Made: a.made, Pairs: map[string][]keptPair{}, Tokens: a.tokens, NotifyURL: a.notifyURL}
	for kind, pairs := range a.pairs {
		for _, p := range pairs {
			text, err := keys.PrivatePEM(p.Key)
			if err != nil {
				return err
			}
			kept.Pairs[kind] = append(kept.Pairs[kind], keptPair{ID: p.ID, Key: string(text), Cert: string(p.CertPEM), NotBefore: p.NotBefore, NotAfter: p.NotAfter})
		}
	}
	return a.dir.Write(kindApps, a.AppID, kept)
}

func (a *App) restore(data []byte) error {
	var kept keptApp
	if err := decode(data, &kept); err != nil {
		return err
	}
	a.made, a.notifyURL = kept.Made, kept.NotifyURL
	if kept.Tokens != nil {
		a.tokens = kept.Tokens
	}
	for kind, pairs := range kept.Pairs {
		for _, p := range pairs {
			key, err := keys.ParsePrivatePEM([]byte(p.Key))
			if err != nil {
				return err
			}
			a.pairs[kind] = append(a.pairs[kind], &keys.Pair{ID: p.ID, Key: key, CertPEM: []byte(p.Cert), NotBefore: p.NotBefore, NotAfter: p.NotAfter})
		}
	}
	for _, kind := range []string{AppKey, AlipayKey} {
		if len(a.pairs[kind]) == 0 {
			return fmt.Errorf("app %s has no %s", a.AppID, kind)
		}
	}
	return nil
}
