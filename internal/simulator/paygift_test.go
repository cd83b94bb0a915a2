package simulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

func TestWhatWasCreatedIsReadBackNested(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	begin := time.Now().UTC().Truncate(time.Second).AddDate(0, 0, 3)
	created := c.must(http.MethodPost, createPath, activity(
		window(begin, begin.AddDate(0, 0, 90)), number("1900000109-full"),
		set("activity_base_info.background_color", "COLOR020"),
		set("activity_base_info.available_periods", map[string]any{
			"available_time":     []any{map[string]any{"begin_time": begin.Format("2006-01-02T15:04:05.000Z07:00"), "end_time": begin.AddDate(0, 0, 1).Format(time.RFC3339)}},
			"available_day_time": []any{map[string]any{"begin_day_time": "110000", "end_day_time": "135959"}},
		}),
		set("activity_base_info.delivery_purpose", "JUMP_MINI_APP"),
		set("activity_base_info.mini_programs_appid", "wx23232232323"), set("activity_base_info.mini_programs_path", "/path/index/index"),
		set("advanced_setting", map[string]any{"delivery_user_category": "DELIVERY_MEMBER_PERSON", "merchant_member_appid": "34567890", "goods_tags": []any{"xxx", "yyy"}}),
	))
	id := created.at(t, "activity_id").(string)
	if len(id) > 20 || created.at(t, "create_time") == "" {
		t.Fatalf("created %s", created.body)
	}
	r := c.must(http.MethodGet, activityPath+"/"+id, nil)
	for path, want := range map[string]any{
		"activity_id":                                                            id,
		"activity_type":                                                          "FULL_SEND_ACT_TYPE",
		"activity_status":                                                        "CREATE_ACT_STATUS",
		"creator_merchant_id":                                                    mchid,
		"belong_merchant_id":                                                     mchid,
		"activity_base_info activity_name":                                       "良品铺子回馈活动",
		"activity_base_info out_request_no":                                      "1900000109-full",
		"activity_base_info begin_time":                                          begin.In(time.FixedZone("", 8*3600)).Format(time.RFC3339),
		"activity_base_info background_color":                                    "COLOR020",
		"activity_base_info mini_programs_path":                                  "/path/index/index",
		"award_send_rule full_send_rule merchant_option":                         "MANUAL_INPUT_MERCHANT",
		"award_send_rule full_send_rule merchant_id_list 1":                      "10000023",
		"award_send_rule full_send_rule award_list 0 stock_id":                   "98065001",
		"award_send_rule full_send_rule award_list 0 thumbnail_url":              nil,
		"advanced_setting goods_tags 1":                                          "yyy",
		"activity_base_info available_periods available_time 0 begin_time":       begin.In(time.FixedZone("", 8*3600)).Format(time.RFC3339),
		"activity_base_info available_periods available_day_time 0 end_day_time": "135959",
		"pause_time": nil,
	} {
		if got := r.at(t, strings.Fields(path)...); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if got := r.at(t, "award_send_rule", "full_send_rule", "transaction_amount_minimum"); got != float64(100) {
		t.Errorf("transaction_amount_minimum is %v", got)
	}
}

func TestAFieldThatIsIllFormedIsAParamError(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	long := func(n int) string { return strings.Repeat("长", n) }
	many := func(n int) []any {
		var ids []any
		for i := range n {
			ids = append(ids, fmt.Sprint(10000000+i))
		}
		return ids
	}
	const base, rule, advanced = "activity_base_info.", "award_send_rule.", "advanced_setting."
	for name, change := range map[string]func(map[string]any){
		"no activity_base_info":           set("activity_base_info", nil),
		"no award_send_rule":              set("award_send_rule", nil),
		"a name of 11 characters":         set(base+"activity_name", long(11)),
		"an empty name":                   set(base+"activity_name", ""),
		"a second title of 10 characters": set(base+"activity_second_title", long(10)),
		"no logo":                         set(base+"merchant_logo_url", nil),
		"a logo that is no URL":           set(base+"merchant_logo_url", "logo-of-the-shop.png"),
		"a logo URL of 129 characters":    set(base+"merchant_logo_url", "https://example.com/"+strings.Repeat("a", 109)),
		"a colour in hex":                 set(base+"background_color", "#B48EAD"),
		"a colour that is none":           set(base+"background_color", "COLOR011"),
		"a time without a zone":           set(base+"begin_time", "2026-05-01T00:00:00"),
		"a time that is none":             set(base+"begin_time", "2026-13-01T00:00:00+08:00"),
		"a time of two numbers":           set(base+"begin_time", "2026-05-01 00:00:00+08:00"),
		"a request number with a space":   set(base+"out_request_no", "a b"),
		"a request number of 129":         set(base+"out_request_no", strings.Repeat("a", 129)),
		"a request number with a dot":     set(base+"out_request_no", "a.b"),
		"an unknown purpose":              set(base+"delivery_purpose", "ONLINE"),
		"JUMP_MINI_APP without an appid":  set(base+"delivery_purpose", "JUMP_MINI_APP"),
		"a time of day of five digits":    set(base+"available_periods.available_day_time", []any{map[string]any{"begin_day_time": "90000", "end_day_time": "100000"}}),
		"a time of day beyond the day":    set(base+"available_periods.available_day_time", []any{map[string]any{"begin_day_time": "090000", "end_day_time": "240000"}}),
		"a threshold of nothing":          set(rule+"transaction_amount_minimum", 0),
		"a threshold below nothing":       set(rule+"transaction_amount_minimum", -1),
		"an unknown send_content":         set(rule+"send_content", "TWO_COUPONS"),
		"another award type":              set(rule+"award_type", "FAVOR"),
		"no award":                        set(rule+"award_list", []any{}),
		"six awards":                      set(rule+"award_list", awards("98065001", "98065002", "98065003", "98065004", "98065005", "98065006")),
		"an award without a picture":      set(rule+"award_list", []any{map[string]any{"stock_id": "98065001"}}),
		"several awards, no thumbnails": set(rule+"award_list", []any{
			map[string]any{"stock_id": "98065001", "original_image_url": "https://example.com/a"}, map[string]any{"stock_id": "98065002", "original_image_url": "https://example.com/a"}}),
		"the merchant option spelt well":    set(rule+"merchant_option", "IN_SERVICE_COUPON_MERCHANT"),
		"no merchants":                      set(rule+"merchant_id_list", nil),
		"501 merchants":                     set(rule+"merchant_id_list", many(501)),
		"a merchant id of seven digits":     set(rule+"merchant_id_list", []any{"1000002"}),
		"a merchant id twice":               set(rule+"merchant_id_list", []any{"10000022", "10000022"}),
		"members without an appid":          set(advanced+"delivery_user_category", "DELIVERY_MEMBER_PERSON"),
		"51 goods tags":                     set(advanced+"goods_tags", many(51)),
		"a bank card without a bank":        set(advanced+"payment_method_information", map[string]any{"payment_method": "SPECIFIC_BANK_CARD"}),
		"an unknown payment scene":          set(advanced+"payment_mode", map[string]any{"payment_scene_list": []any{"X"}}),
		"a nested rule, as reads have it":   set(rule+"full_send_rule", map[string]any{}),
		"an activity_id in a create":        set("activity_id", "10028001"),
		"available_periods of neither list": set(base+"available_periods.available_time", []any{}),
	} {
		t.Run(name, func(t *testing.T) {
			r := c.do(http.MethodPost, createPath, activity(change))
			refusedWith(t, r, http.StatusBadRequest, "PARAM_ERROR")
			if field, ok := r.at(t, "detail", "field").(string); !ok || !strings.HasPrefix(field, "/body/") {
				t.Errorf("detail.field is %v", r.at(t, "detail", "field"))
			}
		})
	}
}

func TestAWellFormedCreateThatBreaksARuleIsAnInvalidRequest(t *testing.T) {
	server := startWith(t, "merchants.unrelated", "10000031", "merchants.missing", "10000030", "appids.unbound", "wxunbound")
	c := newClient(t, server, mchid)
	now := time.Now()
	api := c.must(http.MethodPost, stockPath, stockBody(set("coupon_code_mode", "MERCHANT_API"))).at(t, "stock_id").(string)
	short := c.must(http.MethodPost, stockPath, stockBody(set("coupon_use_rule.coupon_available_time", map[string]any{
		"available_begin_time": now.AddDate(0, -1, 0).Format(time.RFC3339), "available_end_time": now.Add(time.Hour).Format(time.RFC3339)}))).at(t, "stock_id").(string)
	const base, rule = "activity_base_info.", "award_send_rule."
	for name, tc := range map[string]struct {
		change func(map[string]any)
		code   string
	}{
		"ending as it begins":          {window(now.Add(time.Hour), now.Add(time.Hour)), "INVALID_REQUEST"},
		"lasting 90 days and a second": {window(now.Add(time.Hour), now.Add(time.Hour+90*24*time.Hour+time.Second)), "INVALID_REQUEST"},
		"over already":                 {window(now.Add(-48*time.Hour), now.Add(-24*time.Hour)), "INVALID_REQUEST"},
		"begun already":                {window(now.Add(-time.Hour), now.Add(24*time.Hour)), "INVALID_REQUEST"},
		"beginning in two years":       {window(now.AddDate(2, 0, 0), now.AddDate(2, 0, 1)), "INVALID_REQUEST"},
		"a range that runs backwards": {set(base+"available_periods.available_time", []any{map[string]any{
			"begin_time": "2026-05-02T00:00:00+08:00", "end_time": "2026-05-01T00:00:00+08:00"}}), "INVALID_REQUEST"},
		"a day that runs backwards": {set(base+"available_periods.available_day_time", []any{map[string]any{
			"begin_day_time": "135959", "end_day_time": "110000"}}), "INVALID_REQUEST"},
		"one coupon, two awards": {set(rule+"award_list", awards("98065001", "98065002")), "INVALID_REQUEST"},
		"a package of two": {func(b map[string]any) {
			set(rule+"send_content", "GIFT_PACKAGE")(b)
			set(rule+"award_list", awards("98065001", "98065002"))(b)
		}, "INVALID_REQUEST"},
		"merchants of the coupon":      {set(rule+"merchant_option", "IN_SEVICE_COUPON_MERCHANT"), "INVALID_REQUEST"},
		"payment scenes":               {set("advanced_setting.payment_mode", map[string]any{"payment_scene_list": []any{"APP_SCENE"}}), "INVALID_REQUEST"},
		"a payment method":             {set("advanced_setting.payment_method_information", map[string]any{"payment_method": "CFT"}), "INVALID_REQUEST"},
		"a merchant of somebody else":  {set(rule+"merchant_id_list", []any{"10000022", "10000031"}), "INVALID_REQUEST"},
		"a merchant that is not there": {set(rule+"merchant_id_list", []any{"10000022", "10000030"}), "MCH_NOT_EXISTS"},
		"an appid of somebody else": {func(b map[string]any) {
			set(base+"delivery_purpose", "JUMP_MINI_APP")(b)
			set(base+"mini_programs_appid", "wxunbound")(b)
			set(base+"mini_programs_path", "/p")(b)
		}, "APPID_MCHID_NOT_MATCH"},
		"a stock whose codes we hand out": {set(rule+"award_list", awards(api)), "INVALID_REQUEST"},
		"a stock that ends before":        {set(rule+"award_list", awards(short)), "INVALID_REQUEST"},
	} {
		t.Run(name, func(t *testing.T) {
			refusedWith(t, c.do(http.MethodPost, createPath, activity(tc.change)), http.StatusBadRequest, tc.code)
		})
	}
	r := c.do(http.MethodPost, createPath, activity(set(rule+"award_list", awards("1"))))
	refusedWith(t, r, http.StatusNotFound, "RESOURCE_NOT_EXISTS")
	if len(server.WeChatPay().Activities("")) != 0 {
		t.Fatal("a refused create made an activity")
	}
}

func TestAStockMustBeRunning(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	for _, action := range []string{"pause", "stop", "unaudit"} {
		if _, err := server.WeChatPay().ConsoleStock("98065001", action); err != nil {
			t.Fatal(err)
		}
		refusedWith(t, c.do(http.MethodPost, createPath, activity()), http.StatusBadRequest, "INVALID_REQUEST")
	}
	if _, err := server.WeChatPay().ConsoleStock("98065001", "run"); err != nil {
		t.Fatal(err)
	}
	c.create()
}

func TestAGiftPackageTakesStocksThatAgree(t *testing.T) {
	c := newClient(t, start(t, simulator.Options{}), mchid)
	pack := func(ids ...string) []byte {
		return activity(set("award_send_rule.send_content", "GIFT_PACKAGE"), set("award_send_rule.award_list", awards(ids...)))
	}
	c.must(http.MethodPost, createPath, pack("98065001", "98065002", "98065010"))
	other := c.must(http.MethodPost, stockPath, stockBody()).at(t, "stock_id").(string)
	refusedWith(t, c.do(http.MethodPost, createPath, pack("98065001", "98065002", other)), http.StatusBadRequest, "INVALID_REQUEST")
}

func TestTheStateFollowsTheCampaignClock(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	id := c.create()
	for _, step := range []struct {
		advance time.Duration
		want    string
	}{{0, "CREATE_ACT_STATUS"}, {25 * time.Hour, "ONGOING_ACT_STATUS"}, {28 * 24 * time.Hour, "ONGOING_ACT_STATUS"}, {2 * 24 * time.Hour, "OVER_TIME_ACT_STATUS"}} {
		server.Clock().Advance(step.advance)
		if got := c.status(id); got != step.want {
			t.Fatalf("after another %v it is %s, want %s", step.advance, got, step.want)
		}
	}
}

func TestTheConsoleCanPauseResumeAndTerminate(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	id := c.create()
	if r := control(t, server, http.MethodPost, "/_sim/activities/"+id+"/pause", nil); r.status != http.StatusConflict {
		t.Fatalf("pausing what has not begun: %d %s", r.status, r.body)
	}
	server.Clock().Advance(48 * time.Hour)
	for _, step := range []struct{ action, want string }{{"pause", "STOP_ACT_STATUS"}, {"resume", "ONGOING_ACT_STATUS"}, {"pause", "STOP_ACT_STATUS"}, {"terminate", "TERMINATE_ACT_STATUS"}} {
		if r := control(t, server, http.MethodPost, "/_sim/activities/"+id+"/"+step.action, nil); r.status != http.StatusOK {
			t.Fatalf("%s: %d %s", step.action, r.status, r.body)
		}
		if got := c.status(id); got != step.want {
			t.Fatalf("after %s it is %s", step.action, got)
		}
	}
	r := c.must(http.MethodGet, activityPath+"/"+id, nil)
	if r.at(t, "pause_time") == nil || r.at(t, "recovery_time") == nil {
		t.Fatalf("the detail has no pause or recovery time: %s", r.body)
	}
	item := c.must(http.MethodGet, activityPath+"?offset=0&limit=1", nil).at(t, "data", "0").(map[string]any)
	if item["pause_time"] != nil || item["recovery_time"] != nil {
		t.Fatalf("a list item has pause or recovery time: %v", item)
	}
	for _, action := range []string{"resume", "terminate"} {
		if r := control(t, server, http.MethodPost, "/_sim/activities/"+id+"/"+action, nil); r.status != http.StatusConflict {
			t.Errorf("%s after the end: %d", action, r.status)
		}
	}
	for _, path := range []string{"/_sim/activities/1/pause", "/_sim/activities/" + id + "/explode"} {
		if r := control(t, server, http.MethodPost, path, nil); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}

func TestAForgottenActivityIsNotFoundAndFreesItsNumber(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	body := activity(number("once"))
	id := c.must(http.MethodPost, createPath, body).at(t, "activity_id").(string)
	if r := control(t, server, http.MethodPost, "/_sim/activities/"+id+"/forget", nil); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	refusedWith(t, c.do(http.MethodGet, activityPath+"/"+id, nil), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
	if n := c.must(http.MethodGet, activityPath+"?offset=0&limit=10", nil).at(t, "total_count"); n != float64(0) {
		t.Fatalf("the list still has %v", n)
	}
	if again := c.must(http.MethodPost, createPath, body).at(t, "activity_id"); again == id {
		t.Fatal("the number still leads to the forgotten activity")
	}
	if all := server.WeChatPay().Activities(mchid); len(all) != 2 || !all[0].Forgotten || all[1].Forgotten {
		t.Fatalf("the simulator's own page shows %+v", all)
	}
}

func TestTerminatingEndsAnActivityForEver(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	id := c.create()
	first := c.must(http.MethodPost, activityPath+"/"+id+"/terminate", nil)
	if first.at(t, "activity_id") != id || first.at(t, "terminate_time") == nil {
		t.Fatalf("answered %s", first.body)
	}
	server.Clock().Advance(time.Hour)
	again := c.must(http.MethodPost, activityPath+"/"+id+"/terminate", []byte("{}"))
	if again.at(t, "terminate_time") != first.at(t, "terminate_time") {
		t.Fatalf("the second terminate says %s, the first said %s", again.body, first.body)
	}
	put(t, server, "terminate.repeat", "reject400")
	refusedWith(t, c.do(http.MethodPost, activityPath+"/"+id+"/terminate", nil), http.StatusBadRequest, "INVALID_REQUEST")
	refusedWith(t, c.do(http.MethodPost, activityPath+"/"+id+"/terminate", []byte(`{"reason":"x"}`)), http.StatusBadRequest, "PARAM_ERROR")
	refusedWith(t, c.do(http.MethodPost, activityPath+"/1/terminate", nil), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
	if got := c.status(id); got != "TERMINATE_ACT_STATUS" {
		t.Fatalf("it is %s", got)
	}
}

func TestTerminatingWhatIsOverSaysWhenItEnded(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	id := c.create()
	server.Clock().Advance(60 * 24 * time.Hour)
	end := c.must(http.MethodGet, activityPath+"/"+id, nil).at(t, "activity_base_info", "end_time")
	if got := c.must(http.MethodPost, activityPath+"/"+id+"/terminate", nil).at(t, "terminate_time"); got != end {
		t.Fatalf("terminate_time is %v, want %v", got, end)
	}
	if got := c.status(id); got != "OVER_TIME_ACT_STATUS" {
		t.Fatalf("it is %s", got)
	}
}

func TestAMerchantSeesOnlyItsOwnActivities(t *testing.T) {
	server := start(t, simulator.Options{Merchants: []string{mchid, "1900000110"}})
	mine, theirs := newClient(t, server, mchid), newClient(t, server, "1900000110")
	body := activity(number("the-same-number"))
	a := mine.must(http.MethodPost, createPath, body).at(t, "activity_id").(string)
	b := theirs.must(http.MethodPost, createPath, body).at(t, "activity_id").(string)
	if a == b {
		t.Fatal("two merchants share an activity by its request number")
	}
	refusedWith(t, theirs.do(http.MethodGet, activityPath+"/"+a, nil), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
	refusedWith(t, theirs.do(http.MethodPost, activityPath+"/"+a+"/terminate", nil), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
	if n := theirs.must(http.MethodGet, activityPath+"?offset=0&limit=10", nil).at(t, "total_count"); n != float64(1) {
		t.Fatalf("the other merchant lists %v", n)
	}
	if n := len(server.WeChatPay().Activities("1900000110")); n != 1 {
		t.Fatalf("the simulator's own page shows %d", n)
	}
}

func TestListsArePagedFromZeroAndFiltered(t *testing.T) {
	server := startWith(t, "list.order", "oldestFirst")
	c := newClient(t, server, mchid)
	var ids []string
	for i := range 25 {
		ids = append(ids, c.create(set("activity_base_info.activity_name", fmt.Sprintf("活动%d", i))))
	}
	var seen []string
	for page, want := range []int{10, 10, 5, 0} {
		r := c.must(http.MethodGet, fmt.Sprintf("%s?offset=%d&limit=10", activityPath, page), nil)
		data := r.at(t, "data").([]any)
		if len(data) != want || r.at(t, "total_count") != float64(25) || r.at(t, "offset") != float64(page) || r.at(t, "limit") != float64(10) {
			t.Fatalf("page %d has %d rows: %s", page, len(data), r.body)
		}
		for _, item := range data {
			seen = append(seen, item.(map[string]any)["activity_id"].(string))
		}
	}
	if !slices.Equal(seen, ids) {
		t.Fatalf("listed %v, created %v", seen, ids)
	}
	c.must(http.MethodPost, activityPath+"/"+ids[3]+"/terminate", nil)
	for query, want := range map[string]float64{
		"activity_name=%E6%B4%BB%E5%8A%A82":                      6, // 活动2 and 活动20 to 活动24
		"activity_name=nothing":                                  0,
		"activity_status=TERMINATE_ACT_STATUS":                   1,
		"activity_status=CREATE_ACT_STATUS":                      24,
		"activity_status=ACT_STATUS_UNKNOWN":                     25,
		"award_type=BUSIFAVOR":                                   25,
		"activity_status=OVER_TIME_ACT_STATUS":                   0,
		"activity_name=%E6%B4%BB%E5%8A%A83&award_type=BUSIFAVOR": 1,
	} {
		if got := c.must(http.MethodGet, activityPath+"?offset=0&limit=100&"+query, nil).at(t, "total_count"); got != want {
			t.Errorf("%s finds %v, want %v", query, got, want)
		}
	}
	put(t, server, "list.statusUnknown", "none")
	if got := c.must(http.MethodGet, activityPath+"?offset=0&limit=100&activity_status=ACT_STATUS_UNKNOWN", nil).at(t, "total_count"); got != float64(0) {
		t.Errorf("ACT_STATUS_UNKNOWN finds %v", got)
	}
}
