package notify

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func (w *world) want(got, want reply) {
	w.t.Helper()
	// DisableKeepAlives closes by the client's wish too.
	got.closes, want.closes = false, false
	if got != want {
		w.t.Errorf("answered %+v, want %+v", got, want)
	}
}

func TestAMessageWakesItsActivityAndIsAnsweredInTheVendorsWord(t *testing.T) {
	w := newWorld(t).open()
	for i, name := range []string{"created", "modified", "appended", "stopped"} {
		w.want(w.post("/alipay/"+appID, message("msg_method", lifecycle+name, "notify_id", name)), alipaySuccess)
		w.wantWoken(i + 1)
	}
	w.want(w.notifyWeChatPay(`{"id":"1","stock":"`+activity+`"}`), weChatPaySuccess)
	w.wantWoken(5)
	w.wantCounted(Alipay, woken, 4)
	w.wantCounted(WeChatPay, woken, 1)
	if log := w.logged(); !strings.Contains(log, `"topic"="alipay.marketing.activity.message.stopped" "activityId"="`+activity+`"`) {
		t.Errorf("logged: %s", log)
	}
}

func TestADuplicateIsAcknowledgedAndWakesNothing(t *testing.T) {
	w := newWorld(t).open()
	for range 3 {
		w.want(w.post("/alipay/"+appID, message()), alipaySuccess)
	}
	// Sent again a day later: the id is what counts.
	w.clock.SetTime(now.Add(25 * time.Hour))
	w.want(w.post("/alipay/"+appID, message("utc_timestamp", "1772456400000")), alipaySuccess)
	w.wantWoken(1)
	w.wantCounted(Alipay, woken, 1)
	w.wantCounted(Alipay, duplicate, 3)
}

func TestCopiesThatArriveTogetherCountAsOne(t *testing.T) {
	w := newWorld(t).open()
	body := message()
	var together sync.WaitGroup
	for range 20 {
		together.Go(func() { w.want(w.post("/alipay/"+appID, body), alipaySuccess) })
	}
	together.Wait()
	w.wantWoken(1)
	w.wantCounted(Alipay, woken, 1)
	w.wantCounted(Alipay, duplicate, 19)
}

func TestTheSameIdOfAnotherAccountIsNoDuplicate(t *testing.T) {
	w := newWorld(t).open()
	w.want(w.post("/alipay/"+otherAppID, messageSigned(otherAppKey(), "app_id", otherAppID)), alipaySuccess)
	w.want(w.post("/alipay/"+appID, message()), alipaySuccess)
	w.wantWoken(1)
	w.wantCounted(Alipay, duplicate, 0)
}

func TestUsersVouchersAreAcknowledgedAndLeaveNothing(t *testing.T) {
	w := newWorld(t).open()
	for range 2 {
		w.want(w.post("/alipay/"+appID, message("msg_method", lifecycle+"used",
			"biz_content", `{"activity_id":"`+activity+`","open_id":"o-Secret","voucher_code":"c-Secret"}`)), alipaySuccess)
		w.want(w.notifyWeChatPay(`{"id":"1","stock":"`+activity+`","user":"o-Secret"}`), weChatPaySuccess)
	}
	w.wantWoken(0)
	w.wantCounted(Alipay, dropped, 2)
	w.wantCounted(WeChatPay, dropped, 2)
	w.wantSecret("Secret", activity)
	if len(w.door.memory.cache.Keys()) != 0 {
		t.Error("they are remembered, and would push out what matters")
	}
}

func TestOtherTopicsAndUnknownActivitiesAreAcknowledged(t *testing.T) {
	w := newWorld(t).open()
	w.want(w.post("/alipay/"+appID, message("msg_method", "alipay.open.auth.appauth.cancel", "biz_content", "{}")), alipaySuccess)
	w.want(w.post("/alipay/"+appID, message("notify_id", "2", "biz_content", `{"activity_id":"20260301000000000099"}`)), alipaySuccess)
	w.wantWoken(0)
	w.wantCounted(Alipay, dropped, 1)
	w.wantCounted(Alipay, unknownActivity, 1)
}

func TestAReplicaThatDoesNotLeadNeverSaysSuccess(t *testing.T) {
	w := newWorld(t).open()
	w.lead(false)
	w.want(w.post("/alipay/"+appID, message()), alipayFailure(503))
	w.want(w.notifyWeChatPay(`{"id":"1","stock":"`+activity+`"}`), weChatPayFailure(503, "service unavailable"))
	w.wantWoken(0)
	w.wantCounted(Alipay, notLeading, 1)
	w.lead(true)
	w.want(w.post("/alipay/"+appID, message()), alipaySuccess)
	w.wantWoken(1)
}

func TestALeaseThatIsLostWhileWakingIsNoSuccess(t *testing.T) {
	w := newWorld(t).open()
	w.onWake = func() (bool, error) { // called with mu held
		w.leading = false
		return true, nil
	}
	w.want(w.post("/alipay/"+appID, message()), alipayFailure(503))
	w.onWake = nil
	w.lead(true)
	w.want(w.post("/alipay/"+appID, message()), alipaySuccess)
	w.wantWoken(1) // and no duplicate
}

func TestWhatCannotBeHandedOverIsAskedForAgain(t *testing.T) {
	w := newWorld(t).open()
	w.onWake = func() (bool, error) { return false, errors.New("the cache is not read yet") }
	w.want(w.post("/alipay/"+appID, message()), alipayFailure(503))
	w.onWake = nil
	w.want(w.post("/alipay/"+appID, message()), alipaySuccess)
	w.wantWoken(1)
	w.wantCounted(Alipay, failed, 1)
}

func TestARequestUnderWayWhenTheOperatorStopsIsNoSuccess(t *testing.T) {
	w := newWorld(t).open()
	w.onWake = func() (bool, error) {
		w.stop()
		return true, nil
	}
	w.want(w.post("/alipay/"+appID, message()), alipayFailure(503))
}

func TestOnlyPostsToAccountsAreMessages(t *testing.T) {
	w := newWorld(t).open()
	for _, path := range []string{"/", "/alipay", "/alipay/", "//alipay/" + appID, "/alipay/" + appID + "/", "/Alipay/" + appID, "/alipay/../alipay/" + appID,
		"/alipay/a%20b", "/alipay/" + strings.Repeat("1", 33), "/healthz", "/wechatpay/" + mchid + "/x"} {
		if got := w.post(path, message()); got.status != http.StatusNotFound {
			t.Errorf("%s: %+v", path, got)
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodOptions, "TRACE"} {
		request, err := http.NewRequestWithContext(t.Context(), method, w.url+"/alipay/"+appID, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.send(request); got.status != http.StatusMethodNotAllowed {
			t.Errorf("%s: %+v", method, got)
		}
	}
	w.wantWoken(0)
}

func TestSeveralResourcesMayHaveOneAppId(t *testing.T) {
	w := newWorld(t).open()
	path := "/alipay/" + appID
	// A resource whose Secret has an older key does not stand in the way of the others.
	w.sources.Put(Account{Alipay, appID}, owner("agency"), alipayForm{strangerKey})
	w.want(w.post(path, message()), alipaySuccess)
	w.sources.Drop(Alipay, owner("app"))
	w.want(w.post(path, message("notify_id", "2")), alipayFailure(401))
	// Its Secret is corrected.
	w.sources.Put(Account{Alipay, appID}, owner("agency"), alipayForm{vendorKey})
	w.want(w.post(path, message("notify_id", "3")), alipaySuccess)
	// A resource of this name at the other vendor is another one.
	w.sources.Drop(WeChatPay, owner("agency"))
	w.want(w.post(path, message("notify_id", "4")), alipaySuccess)
	// It is made anew for another app.
	w.sources.Put(Account{Alipay, otherAppID}, owner("agency"), alipayForm{vendorKey})
	w.want(w.post(path, message("notify_id", "5")), alipayFailure(401))
	w.wantWoken(3)
}

func TestADoorWithoutAnAddressOfItsOwnSaysSo(t *testing.T) {
	w := newWorld(t).open()
	taken := strings.TrimPrefix(w.url, "http://")
	second := newWorld(t, func(o *Options, _ *limits) { o.Address = taken })
	if err := second.door.Start(context.Background()); err == nil || !strings.Contains(err.Error(), "--notify-bind-address") {
		t.Errorf("got %v", err)
	}
}

func TestTheLogSaysWhyAMessageWasRefused(t *testing.T) {
	w := newWorld(t).open()
	w.post("/alipay/"+appID, messageSigned(strangerKey()))
	w.post("/alipay/2021009999999999", message())
	for _, want := range []string{
		`"refused" "vendor"="alipay" "account"="` + appID + `" "outcome"="Unverified" "reason"="the signature does not verify"`,
		`"refused" "vendor"="alipay" "account"="(unknown)" "outcome"="UnknownAccount" "reason"="no account that is Ready has the id in the path"`,
	} {
		if !strings.Contains(w.logged(), want) {
			t.Errorf("%s is not in: %s", want, w.logged())
		}
	}
}
