package wechatpay

import (
	"net/url"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

// favorCallback is where a merchant wants to hear of redeemed coupons. Nothing is sent there, since
// nothing is redeemed.
type favorCallback struct {
	NotifyURL string    `json:"notifyUrl"`
	Updated   time.Time `json:"updated"`
}

type favorSetCallbackReply struct {
	UpdateTime string `json:"update_time"`
	NotifyURL  string `json:"notify_url"`
}

type favorCallbackReply struct {
	Mchid     string `json:"mchid"`
	NotifyURL string `json:"notify_url"`
}

func (f *favor) setCallback(rq *request) (outcome, *apiError) {
	doc, refused := parseBody(rq.body)
	if refused != nil {
		return outcome{}, refused
	}
	if refused := check(object(required("mchid", merchantID), required("notify_url", callbackURL), optional("switch", boolean)), doc); refused != nil {
		return outcome{}, refused
	}
	if doc["mchid"] != rq.account.Mchid {
		return outcome{}, notYours()
	}
	if doc["switch"] == false {
		return outcome{}, bodyError("/switch", false, "callbacks cannot be switched off")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	c := favorCallback{NotifyURL: doc["notify_url"].(string), Updated: f.g.clock.Now()}
	if err := f.dir.Write(kindFavorCallbacks, rq.account.Mchid, c); err != nil {
		return outcome{}, systemError()
	}
	f.callbacks[rq.account.Mchid] = c
	return outcome{body: favorSetCallbackReply{UpdateTime: f.g.stamp(c.Updated), NotifyURL: c.NotifyURL}, committed: true}, nil
}

// callbackURL takes a public address without query.
func callbackURL(at string, v any) *schema.Problem {
	if refused := text(1, 256)(at, v); refused != nil {
		return refused
	}
	u, err := url.Parse(v.(string))
	if err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.ForceQuery {
		return schema.Refuse(at, v, "must be an https URL without query")
	}
	return nil
}

func (f *favor) callback(rq *request) (outcome, *apiError) {
	mchid := rq.query.Get("mchid")
	if !mchidForm.MatchString(mchid) {
		return outcome{}, queryError("mchid", mchid, "must be 8 to 15 digits")
	}
	if mchid != rq.account.Mchid {
		return outcome{}, notYours()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	c, set := f.callbacks[mchid]
	if !set {
		return outcome{}, notFound("回调地址")
	}
	return outcome{body: favorCallbackReply{Mchid: mchid, NotifyURL: c.NotifyURL}}, nil
}
