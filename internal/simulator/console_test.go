package simulator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

// controlled calls one of the simulator's own pages and wants success.
func controlled(t *testing.T, server *simulator.Server, method, path string, body any) *reply {
	t.Helper()
	r := control(t, server, method, path, body)
	if r.status != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, r.status, r.body)
	}
	return r
}

// base is a patch of activity_base_info.
func base(fields map[string]any) map[string]any {
	return map[string]any{"activity_base_info": fields}
}

func TestAnActivityIsEditedInTheConsole(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	body := activity(set("advanced_setting.goods_tags", []any{"tag"}))
	id := c.must(http.MethodPost, createPath, body).at(t, "activity_id").(string)
	before := c.must(http.MethodGet, activityPath+"/"+id, nil)
	end := time.Now().AddDate(0, 0, 60).Truncate(time.Second)
	server.Clock().Advance(time.Minute)
	r := controlled(t, server, http.MethodPatch, "/_sim/activities/"+id, map[string]any{
		"activity_base_info": map[string]any{"activity_name": "新名字", "activity_second_title": "新标题", "end_time": end.Format(time.RFC3339)},
		"award_send_rule":    map[string]any{"transaction_amount_minimum": 200},
		"advanced_setting":   nil,
	})
	if r.at(t, "activityName") != "新名字" || r.at(t, "activitySecondTitle") != "新标题" || r.at(t, "transactionAmountMinimum") != float64(200) {
		t.Errorf("answered %s", r.body)
	}
	after := c.must(http.MethodGet, activityPath+"/"+id, nil)
	info := after.at(t, "activity_base_info").(map[string]any)
	got, err := time.Parse(time.RFC3339, info["end_time"].(string))
	if err != nil || !got.Equal(end) || info["activity_name"] != "新名字" || info["activity_second_title"] != "新标题" {
		t.Errorf("the detail says %s", after.body)
	}
	if after.at(t, "award_send_rule", "full_send_rule", "transaction_amount_minimum") != float64(200) || after.fields(t)["advanced_setting"] != nil {
		t.Errorf("the detail says %s", after.body)
	}
	if after.at(t, "update_time") == before.at(t, "update_time") || after.at(t, "create_time") != before.at(t, "create_time") {
		t.Errorf("the times are those of %s", after.body)
	}
	for _, same := range []string{"merchant_logo_url", "out_request_no", "begin_time"} {
		if info[same] != before.at(t, "activity_base_info", same) {
			t.Errorf("%s changed", same)
		}
	}
	if again := c.must(http.MethodPost, createPath, body).at(t, "activity_id"); again != id {
		t.Errorf("a replay of the creation leads to %v", again)
	}
}

func TestAWrongEditInTheConsoleChangesNothing(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	id := c.create()
	before := c.must(http.MethodGet, activityPath+"/"+id, nil)
	for name, patch := range map[string]any{
		"nothing":           map[string]any{},
		"a list":            []any{},
		"a misspelt name":   base(map[string]any{"activityName": "x"}),
		"a name too long":   base(map[string]any{"activity_name": "一二三四五六七八九十一"}),
		"no name":           base(map[string]any{"activity_name": nil}),
		"an end before":     base(map[string]any{"end_time": "2020-01-01T00:00:00+08:00"}),
		"another number":    base(map[string]any{"out_request_no": "another"}),
		"no number":         base(map[string]any{"out_request_no": nil}),
		"other merchants":   map[string]any{"award_send_rule": map[string]any{"merchant_id_list": []any{"10000099"}}},
		"a section as text": map[string]any{"award_send_rule": "x"},
	} {
		if r := control(t, server, http.MethodPatch, "/_sim/activities/"+id, patch); r.status != http.StatusBadRequest || r.at(t, "error") == "" {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if after := c.must(http.MethodGet, activityPath+"/"+id, nil); string(after.body) != string(before.body) {
		t.Errorf("the activity is\n%s, it was\n%s", after.body, before.body)
	}
	edit := base(map[string]any{"activity_name": "新名字"})
	if r := control(t, server, http.MethodPatch, "/_sim/activities/1", edit); r.status != http.StatusNotFound {
		t.Errorf("an activity that is not there: %d", r.status)
	}
	c.must(http.MethodPost, activityPath+"/"+id+"/terminate", nil)
	if r := control(t, server, http.MethodPatch, "/_sim/activities/"+id, edit); r.status != http.StatusConflict || !strings.Contains(string(r.body), "TERMINATE_ACT_STATUS") {
		t.Errorf("an activity that has ended: %d %s", r.status, r.body)
	}
}

func TestMerchantsAreChangedInTheConsole(t *testing.T) {
	server := startWith(t, "merchants.deleteLast", "reject400", "merchants.missing", "10000024")
	c := newClient(t, server, mchid)
	id := c.create()
	path := "/_sim/activities/" + id + "/merchants"
	r := controlled(t, server, http.MethodPost, path, map[string]any{"add": []string{"10000024", "10000023"}, "remove": []string{"10000022", "10000099"}})
	if got, want := c.merchants(id), []string{"10000023", "10000024"}; !slices.Equal(got, want) || len(r.at(t, "merchantIds").([]any)) != 2 {
		t.Errorf("merchants are %v; answered %s", got, r.body)
	}
	controlled(t, server, http.MethodPost, path, map[string]any{"remove": []string{"10000023", "10000024"}})
	if got := c.merchants(id); len(got) != 0 {
		t.Errorf("merchants are %v", got)
	}
	for name, body := range map[string]any{"nothing": map[string]any{}, "a name": map[string]any{"add": []string{"shop"}}, "a misspelt name": map[string]any{"adds": []string{"10000024"}}} {
		if r := control(t, server, http.MethodPost, path, body); r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	one := map[string]any{"add": []string{"10000024"}}
	if r := control(t, server, http.MethodPost, "/_sim/activities/1/merchants", one); r.status != http.StatusNotFound {
		t.Errorf("an activity that is not there: %d", r.status)
	}
	controlled(t, server, http.MethodPost, "/_sim/activities/"+id+"/terminate", nil)
	if r := control(t, server, http.MethodPost, path, one); r.status != http.StatusConflict {
		t.Errorf("an activity that has ended: %d %s", r.status, r.body)
	}
}

func TestAnActivityIsMadeInTheConsoleWithoutANumber(t *testing.T) {
	dir := t.TempDir()
	options := simulator.Options{StateDir: dir}
	server := start(t, options)
	lastWeek := time.Now().AddDate(0, 0, -7)
	var ids []string
	for range 2 { // two without a number do not get into each other's way
		body := activity(set("activity_base_info.out_request_no", nil), window(lastWeek, lastWeek.AddDate(0, 0, 30)))
		r := controlRaw(t, server, http.MethodPost, "/_sim/activities", body)
		if r.status != http.StatusOK || r.at(t, "mchid") != mchid || r.fields(t)["outRequestNo"] != nil {
			t.Fatalf("%d %s", r.status, r.body)
		}
		ids = append(ids, r.at(t, "activityId").(string))
	}
	_ = server.Close()

	c := newClient(t, start(t, options), mchid)
	for _, id := range ids {
		r := c.must(http.MethodGet, activityPath+"/"+id, nil)
		info := r.at(t, "activity_base_info").(map[string]any)
		if _, numbered := info["out_request_no"]; numbered || r.at(t, "activity_status") != "ONGOING_ACT_STATUS" {
			t.Errorf("the detail says %s", r.body)
		}
		if got := c.merchants(id); !slices.Equal(got, []string{"10000022", "10000023"}) {
			t.Errorf("merchants are %v", got)
		}
	}
	if r := c.must(http.MethodGet, activityPath+"?offset=0&limit=10", nil); r.at(t, "total_count") != float64(2) {
		t.Errorf("the list says %s", r.body)
	}
}

func TestAnActivityIsMadeInTheConsoleWithANumber(t *testing.T) {
	server := start(t, simulator.Options{Merchants: []string{mchid, "1900000110"}})
	c := newClient(t, server, mchid)
	body := activity(number("by-hand"))
	if r := controlRaw(t, server, http.MethodPost, "/_sim/activities", body); r.status != http.StatusBadRequest || !strings.Contains(string(r.body), "mchid") {
		t.Fatalf("without a merchant: %d %s", r.status, r.body)
	}
	id := controlRaw(t, server, http.MethodPost, "/_sim/activities?mchid="+mchid, body).at(t, "activityId")
	if got := c.must(http.MethodPost, createPath, body).at(t, "activity_id"); got != id {
		t.Errorf("the number leads to %v, not to %v", got, id)
	}
	for name, tc := range map[string]struct {
		merchant string
		body     []byte
		want     int
	}{
		"a number in use":                  {mchid, body, http.StatusConflict},
		"the other merchant's same number": {"1900000110", body, http.StatusOK},
		"a merchant that is not there":     {"1900000111", body, http.StatusNotFound},
		"no body":                          {mchid, nil, http.StatusBadRequest},
		"no stock":                         {mchid, activity(set("award_send_rule.award_list", nil)), http.StatusBadRequest},
		"an end before the beginning":      {mchid, activity(window(time.Now(), time.Now().Add(-time.Hour))), http.StatusBadRequest},
	} {
		if r := controlRaw(t, server, http.MethodPost, "/_sim/activities?mchid="+tc.merchant, tc.body); r.status != tc.want {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
}

func TestAStockIsEditedInTheConsole(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	own := c.must(http.MethodPost, stockPath, stockBody()).at(t, "stock_id").(string)
	for _, id := range []string{own, "98065001"} {
		path := "/_sim/stocks/" + id
		r := controlled(t, server, http.MethodPatch, path, map[string]any{"state": "STOPED", "couponCodeMode": "MERCHANT_UPLOAD", "availableCodes": 7,
			"beginTime": "2020-01-01T00:00:00+08:00", "endTime": "2020-02-01T00:00:00Z"})
		if r.at(t, "state") != "STOPED" || r.at(t, "availableCodes") != float64(7) {
			t.Errorf("answered %s", r.body)
		}
		detail := c.must(http.MethodGet, stockPath+"/"+id, nil)
		times := detail.at(t, "coupon_use_rule", "coupon_available_time").(map[string]any)
		if detail.at(t, "stock_state") != "STOPED" || detail.at(t, "coupon_code_mode") != "MERCHANT_UPLOAD" ||
			detail.at(t, "coupon_code_count", "available_count") != float64(7) ||
			times["available_begin_time"] != "2020-01-01T00:00:00+08:00" || times["available_end_time"] != "2020-02-01T08:00:00+08:00" {
			t.Errorf("the detail says %s", detail.body)
		}
		if detail.at(t, "coupon_use_rule", "use_method") != "OFF_LINE" {
			t.Errorf("something else changed: %s", detail.body)
		}
	}
	refusedWith(t, c.do(http.MethodPost, createPath, activity()), http.StatusBadRequest, "INVALID_REQUEST")
	controlled(t, server, http.MethodPatch, "/_sim/stocks/98065001", map[string]any{"state": "RUNNING", "endTime": "2099-01-01T00:00:00Z"})
	c.create()
	if got := c.must(http.MethodGet, stockPath+"/98065002", nil).at(t, "stock_state"); got != "RUNNING" {
		t.Errorf("another stock is %v", got)
	}
	for name, edit := range map[string]any{
		"nothing": map[string]any{}, "no state": map[string]any{"state": "STOPPED"}, "no mode": map[string]any{"couponCodeMode": "X"},
		"an end before the beginning": map[string]any{"endTime": "2019-01-01T00:00:00Z"}, "no time": map[string]any{"endTime": "soon"},
		"fewer codes than none": map[string]any{"availableCodes": -1}, "a misspelt name": map[string]any{"stock_state": "PAUSED"},
	} {
		if r := control(t, server, http.MethodPatch, "/_sim/stocks/98065001", edit); r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if r := control(t, server, http.MethodPatch, "/_sim/stocks/1", map[string]any{"state": "PAUSED"}); r.status != http.StatusNotFound {
		t.Errorf("a stock that is not there: %d", r.status)
	}
	controlled(t, server, http.MethodPost, "/_sim/reset", nil)
	if got := c.must(http.MethodGet, stockPath+"/98065001", nil).at(t, "coupon_code_mode"); got != "WECHATPAY_MODE" {
		t.Errorf("after a reset the code mode is %v", got)
	}
}
