package simulator_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

func TestAReplayOfTheSameBodyGivesTheFirstIDOrIsRefused(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	body := activity()
	first := c.must(http.MethodPost, createPath, body)
	// The same parameters in another spacing are the same.
	again := c.must(http.MethodPost, createPath, append([]byte(" \n"), body...))
	if string(again.body) != string(first.body) {
		t.Fatalf("the replay says %s, the first said %s", again.body, first.body)
	}
	put(t, server, "replay.sameBody", "reject")
	refusedWith(t, c.do(http.MethodPost, createPath, body), http.StatusBadRequest, "INVALID_REQUEST")
	if n := len(server.WeChatPay().Activities("")); n != 1 {
		t.Fatalf("there are %d activities", n)
	}
	if got := server.Journal().Count("paygift.create"); got.Requests != 3 || got.Committed != 1 {
		t.Fatalf("counted %+v", got)
	}
}

func TestAReplayOfAnotherBodyGivesTheFirstIDOrIsRefused(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	first := c.create(number("n"))
	other := activity(number("n"), set("activity_base_info.activity_name", "另一个活动"))
	if got := c.must(http.MethodPost, createPath, other).at(t, "activity_id"); got != first {
		t.Fatalf("the replay gives %v, not %v", got, first)
	}
	if got := c.must(http.MethodGet, activityPath+"/"+first, nil).at(t, "activity_base_info", "activity_name"); got != "良品铺子回馈活动" {
		t.Fatalf("the replay changed the activity to %v", got)
	}
	put(t, server, "replay.differentBody", "reject400")
	refusedWith(t, c.do(http.MethodPost, createPath, other), http.StatusBadRequest, "INVALID_REQUEST")
}

func TestWhetherAReplayIsJudgedByTheRulesAgainIsASwitch(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	body := activity()
	first := c.must(http.MethodPost, createPath, body).at(t, "activity_id")
	server.Clock().Advance(48 * time.Hour) // the begin has passed
	if got := c.must(http.MethodPost, createPath, body).at(t, "activity_id"); got != first {
		t.Fatalf("the replay gives %v, not %v", got, first)
	}
	put(t, server, "replay.order", "validateBeforeIdempotency")
	refusedWith(t, c.do(http.MethodPost, createPath, body), http.StatusBadRequest, "INVALID_REQUEST")
	put(t, server, "paygift.beginInPast", "accepted")
	if got := c.must(http.MethodPost, createPath, body).at(t, "activity_id"); got != first {
		t.Fatalf("with a begin in the past allowed the replay gives %v, not %v", got, first)
	}
}

func TestANumberMayBeForgottenAfterItsRetention(t *testing.T) {
	server := startWith(t, "replay.retention", "1d", "paygift.beginInPast", "accepted")
	c := newClient(t, server, mchid)
	body := activity()
	first := c.must(http.MethodPost, createPath, body).at(t, "activity_id")
	server.Clock().Advance(23 * time.Hour)
	if got := c.must(http.MethodPost, createPath, body).at(t, "activity_id"); got != first {
		t.Fatal("forgotten too early")
	}
	server.Clock().Advance(2 * time.Hour)
	second := c.must(http.MethodPost, createPath, body).at(t, "activity_id")
	if second == first {
		t.Fatal("still remembered")
	}
	if got := c.must(http.MethodPost, createPath, body).at(t, "activity_id"); got != second {
		t.Fatal("the number does not lead to the latest activity")
	}
}

func TestARefusalMayStickToItsNumber(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	bad, good := activity(number("n"), set("activity_base_info.activity_name", "")), activity(number("n"))
	refusedWith(t, c.do(http.MethodPost, createPath, bad), http.StatusBadRequest, "PARAM_ERROR")
	put(t, server, "replay.rejections", "replayed")
	refusedWith(t, c.do(http.MethodPost, createPath, bad), http.StatusBadRequest, "PARAM_ERROR")
	refusedWith(t, c.do(http.MethodPost, createPath, good), http.StatusBadRequest, "PARAM_ERROR")
	c.create(number("another"))
	put(t, server, "replay.rejections", "forgotten")
	c.must(http.MethodPost, createPath, good)
	// A number that made an activity is never taken for a refused one.
	put(t, server, "replay.rejections", "replayed")
	c.must(http.MethodPost, createPath, good)
}

func TestCreatesAtOnceWithOneNumberMakeOneActivity(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	body := activity()
	ids := make(chan any, 20)
	var wg sync.WaitGroup
	for range cap(ids) {
		r := c.request(http.MethodPost, createPath, body, nil)
		wg.Go(func() {
			if answer, err := c.send(r); err == nil && answer.status == http.StatusOK {
				ids <- string(answer.body)
			}
		})
	}
	wg.Wait()
	close(ids)
	seen := map[any]int{}
	for id := range ids {
		seen[id]++
	}
	if len(seen) != 1 || len(server.WeChatPay().Activities("")) != 1 {
		t.Fatalf("answers %v, activities %+v", seen, server.WeChatPay().Activities(""))
	}
	if got := server.Journal().Count("paygift.create"); got.Committed != 1 || got.ByStatus[200] != 20 {
		t.Fatalf("counted %+v", got)
	}
}

func TestTheListMayLagBehindTheDetail(t *testing.T) {
	hand := newHand()
	server := start(t, simulator.Options{RealNow: hand.now, Switches: map[string]string{"list.lag": "30s"}})
	c := newClient(t, server, mchid)
	id := c.create()
	total := func() any { return c.must(http.MethodGet, activityPath+"?offset=0&limit=10", nil).at(t, "total_count") }
	if got := total(); got != float64(0) {
		t.Fatalf("at once the list has %v", got)
	}
	c.must(http.MethodGet, activityPath+"/"+id, nil)
	server.Clock().Advance(time.Hour) // campaign time does not count
	if got := total(); got != float64(0) {
		t.Fatalf("after an hour of the campaign the list has %v", got)
	}
	put(t, server, "list.lagClock", "campaign")
	if got := total(); got != float64(1) {
		t.Fatalf("by campaign time the list has %v", got)
	}
	put(t, server, "list.lagClock", "real")
	hand.advance(30 * time.Second)
	if got := total(); got != float64(1) {
		t.Fatalf("after 30 s the list has %v", got)
	}
	put(t, server, "detail.lag", "60s")
	refusedWith(t, c.do(http.MethodGet, activityPath+"/"+id, nil), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
}

func TestPagesMayRepeatOrLoseRowsAtTheirBorders(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	for range 25 {
		c.create()
	}
	sweep := func() (rows int, distinct int) {
		seen := map[any]bool{}
		for page := 0; ; page++ {
			data := c.must(http.MethodGet, fmt.Sprintf("%s?offset=%d&limit=10", activityPath, page), nil).at(t, "data").([]any)
			for _, item := range data {
				seen[item.(map[string]any)["activity_id"]] = true
				rows++
			}
			if len(data) == 0 {
				return rows, len(seen)
			}
		}
	}
	if rows, distinct := sweep(); rows != 25 || distinct != 25 {
		t.Fatalf("stable: %d rows, %d activities", rows, distinct)
	}
	put(t, server, "list.paging", "duplicate")
	if rows, distinct := sweep(); rows != 26 || distinct != 25 {
		t.Fatalf("duplicate: %d rows, %d activities", rows, distinct)
	}
	put(t, server, "list.paging", "shift")
	_, first := sweep()
	_, second := sweep()
	if min(first, second) != 24 || max(first, second) != 25 {
		t.Fatalf("shift: sweeps saw %d and %d activities, want one of them to miss one", first, second)
	}
}

func TestAnActivityMayFailAfterItWasReadOnce(t *testing.T) {
	server := startWith(t, "paygift.createFailed", "afterFirstPoll")
	c := newClient(t, server, mchid)
	id := c.create()
	if got := c.status(id); got != "CREATE_ACT_STATUS" {
		t.Fatalf("at first it is %s", got)
	}
	if got := c.status(id); got != "CREATE_ACT_FAILED" {
		t.Fatalf("then it is %s", got)
	}
	refusedWith(t, c.do(http.MethodPost, activityPath+"/"+id+"/terminate", nil), http.StatusBadRequest, "INVALID_REQUEST")
	put(t, server, "paygift.createFailed", "never")
	other := c.create()
	c.status(other)
	if got := c.status(other); got != "CREATE_ACT_STATUS" {
		t.Fatalf("one created later is %s", got)
	}
}

func TestTheOtherSwitchesOfCreateDoWhatTheySay(t *testing.T) {
	hour := time.Now().Add(time.Hour)
	past := activity(window(time.Now().Add(-time.Hour), hour))
	tags := activity(set("advanced_setting.goods_tags", []any{"a", "b", "c"}))
	period := map[string]any{"begin_time": "2020-01-01T00:00:00+08:00", "end_time": "2020-01-02T00:00:00+08:00"}
	periods := activity(set("activity_base_info.available_periods.available_time", []any{period}))
	mini := activity(set("activity_base_info.delivery_purpose", "JUMP_MINI_APP"), set("activity_base_info.mini_programs_appid", "wx1"))
	hex := activity(set("activity_base_info.background_color", "#B48EAD"))
	for name, tc := range map[string]struct {
		body   []byte
		value  string
		status int
	}{
		"paygift.beginInPast":      {past, "accepted", 200},
		"paygift.goodsTagsMax":     {tags, "2", 400},
		"paygift.availablePeriods": {periods, "both", 400},
		"paygift.availableTime":    {periods, "inside", 400},
		"paygift.miniProgramsPath": {mini, "optional", 200},
		"paygift.hexColors":        {hex, "accepted", 200},
		"paygift.create":           {activity(), "noAuth", 403},
		"merchants.missing":        {activity(), "10000022", 400},
		"merchants.unrelated":      {activity(), "10000022", 400},
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t, simulator.Options{})
			c := newClient(t, server, mchid)
			if before := c.do(http.MethodPost, createPath, tc.body); before.status == tc.status {
				t.Fatalf("by default it is %d already: %s", before.status, before.body)
			}
			if err := server.Reset(); err != nil {
				t.Fatal(err)
			}
			put(t, server, name, tc.value)
			if r := c.do(http.MethodPost, createPath, tc.body); r.status != tc.status {
				t.Fatalf("with %s: %d %s", tc.value, r.status, r.body)
			}
		})
	}
	server := startWith(t, "paygift.create", "requestBlocked", "paygift.stockWindow", "within")
	c := newClient(t, server, mchid)
	refusedWith(t, c.do(http.MethodPost, createPath, activity()), http.StatusForbidden, "REQUEST_BLOCKED")
	put(t, server, "paygift.create", "open")
	stock := c.must(http.MethodPost, stockPath, stockBody(set("coupon_use_rule.coupon_available_time", map[string]any{
		"available_begin_time": time.Now().Format(time.RFC3339), "available_end_time": time.Now().AddDate(0, 0, 10).Format(time.RFC3339)}))).at(t, "stock_id").(string)
	refusedWith(t, c.do(http.MethodPost, createPath, activity(set("award_send_rule.award_list", awards(stock)))), http.StatusBadRequest, "INVALID_REQUEST")
	put(t, server, "paygift.stockWindow", "overlap")
	c.create(set("award_send_rule.award_list", awards(stock)))
}

func TestTheSwitchesOfReadingDoWhatTheySay(t *testing.T) {
	server := startWith(t, "detail.msTimes", "on", "detail.merchantIdList", "off")
	c := newClient(t, server, mchid)
	r := c.must(http.MethodGet, activityPath+"/"+c.create(), nil)
	if got := r.at(t, "create_time").(string); len(got) != len("2006-01-02T15:04:05.000+08:00") {
		t.Errorf("create_time is %s", got)
	}
	if got := r.at(t, "award_send_rule", "full_send_rule", "merchant_id_list"); got != nil {
		t.Errorf("merchant_id_list is %v", got)
	}
}

func TestQuotasAreForEachMerchantAndOperation(t *testing.T) {
	hand := newHand()
	server := start(t, simulator.Options{RealNow: hand.now, Merchants: []string{mchid, "1900000110"}, Switches: map[string]string{"quota.default": "100/1s", "quota.paygift.create": "2/1m"}})
	c := newClient(t, server, mchid)
	c.create()
	c.create()
	for _, code := range []string{"FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED", "RATE_LIMITED"} {
		put(t, server, "quota.code", code)
		r := c.do(http.MethodPost, createPath, activity())
		refusedWith(t, r, http.StatusTooManyRequests, code)
		if got := r.header.Get("Retry-After"); got != "30" {
			t.Fatalf("Retry-After is %q", got)
		}
	}
	put(t, server, "quota.retryAfter", "off")
	if got := c.do(http.MethodPost, createPath, activity()).header.Get("Retry-After"); got != "" {
		t.Fatalf("Retry-After is %q", got)
	}
	c.must(http.MethodGet, activityPath+"?offset=0&limit=1", nil)
	newClient(t, server, "1900000110").create()
	hand.advance(30 * time.Second)
	c.create()
}
