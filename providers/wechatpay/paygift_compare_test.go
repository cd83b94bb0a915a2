package wechatpay

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/compare"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// comparePayGift compares a request with what the vendor returned of it.
func comparePayGift(t *testing.T, body string, remote providers.Snapshot) []providers.Difference {
	t.Helper()
	differences, err := (&PayGift{}).Differences([]byte(body), remote)
	if err != nil {
		t.Fatal(err)
	}
	return differences
}

func TestTheVendorsDetailExampleIsItsCreateExample(t *testing.T) {
	snapshot, err := payGiftKind.decodeDetail(example(t, "detail-response.json"), "10028001")
	if err != nil {
		t.Fatal(err)
	}
	if got := comparePayGift(t, string(example(t, "create-request.json")), snapshot); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestDifferencesAreFoundFieldByField(t *testing.T) {
	base := func(inner string) string { return `{"activity_base_info":{` + inner + `}}` }
	rule := func(inner string) string { return `{"award_send_rule":{` + inner + `}}` }
	setting := func(inner string) string { return `{"advanced_setting":{` + inner + `}}` }
	type diff struct{ Field, Desired, Observed string }
	for name, tc := range map[string]struct {
		body, remote string
		want         []diff
	}{
		"text": {base(`"activity_name":"A"`), base(`"activity_name":"B"`), []diff{{"activity_base_info.activity_name", "A", "B"}}},
		"text of the same letters in another case": {base(`"activity_name":"a"`), base(`"activity_name":"A"`), []diff{{"activity_base_info.activity_name", "a", "A"}}},
		"the request number":                       {base(`"out_request_no":"1"`), base(`"out_request_no":"2"`), []diff{{"activity_base_info.out_request_no", "1", "2"}}},
		"a field that was not sent":                {base(``), base(`"mini_programs_path":"/p"`), []diff{{"activity_base_info.mini_programs_path", "", "/p"}}},
		"a field that was not returned":            {base(`"mini_programs_path":"/p"`), base(``), nil},
		"a field that was returned as nothing":     {base(`"mini_programs_path":"/p"`), base(`"mini_programs_path":""`), nil},
		"a section that was not returned":          {base(`"activity_name":"A"`), `{}`, nil},
		"a section that was returned as null":      {base(`"activity_name":"A"`), `{"activity_base_info":null}`, nil},
		"a section of another type":                {base(`"activity_name":"A"`), `{"activity_base_info":"x"}`, []diff{{"activity_base_info", `{"activity_name":"A"}`, "x"}}},
		"nothing in three spellings":               {base(`"mini_programs_path":null`), base(`"mini_programs_path":"","available_periods":{"available_time":[]}`), nil},
		"a field that no page documents":           {base(``), base(`"novel":"x"`), nil},

		"the same instant in other words": {base(`"begin_time":"2026-03-01T08:00:00+08:00"`), base(`"begin_time":"2026-03-01T00:00:00.000Z"`), nil},
		"the same second":                 {base(`"end_time":"2026-03-01T08:00:00.5+08:00"`), base(`"end_time":"2026-03-01T08:00:00+08:00"`), nil},
		"another second":                  {base(`"end_time":"2026-03-01T08:00:00+08:00"`), base(`"end_time":"2026-03-01T08:00:01+08:00"`), []diff{{"activity_base_info.end_time", "2026-03-01T08:00:00+08:00", "2026-03-01T08:00:01+08:00"}}},
		"a time that is none":             {base(`"end_time":"2026-03-01T08:00:00+08:00"`), base(`"end_time":"soon"`), []diff{{"activity_base_info.end_time", "2026-03-01T08:00:00+08:00", "soon"}}},
		"the same unreadable time":        {base(`"end_time":"soon"`), base(`"end_time":"soon"`), nil},

		"a colour in another case":  {base(`"background_color":"COLOR020"`), base(`"background_color":"Color020"`), nil},
		"another colour":            {base(`"background_color":"COLOR020"`), base(`"background_color":"COLOR030"`), []diff{{"activity_base_info.background_color", "COLOR020", "COLOR030"}}},
		"the server's own colour":   {base(``), base(`"background_color":"Color010"`), nil},
		"the default user category": {`{}`, setting(`"delivery_user_category":"DELIVERY_ALL_PERSON"`), nil},
		"another user category":     {`{}`, setting(`"delivery_user_category":"DELIVERY_MEMBER_PERSON"`), []diff{{"advanced_setting.delivery_user_category", "", "DELIVERY_MEMBER_PERSON"}}},
		"an unasked user category":  {setting(`"delivery_user_category":"DELIVERY_MEMBER_PERSON"`), setting(`"delivery_user_category":"DELIVERY_ALL_PERSON"`), []diff{{"advanced_setting.delivery_user_category", "DELIVERY_MEMBER_PERSON", "DELIVERY_ALL_PERSON"}}},

		"a number as text":      {rule(`"transaction_amount_minimum":100`), rule(`"transaction_amount_minimum":"100"`), nil},
		"a number with a point": {rule(`"transaction_amount_minimum":100`), rule(`"transaction_amount_minimum":100.0`), nil},
		"another number":        {rule(`"transaction_amount_minimum":100`), rule(`"transaction_amount_minimum":10000`), []diff{{"award_send_rule.transaction_amount_minimum", "100", "10000"}}},
		"zero is a value":       {rule(`"transaction_amount_minimum":100`), rule(`"transaction_amount_minimum":0`), []diff{{"award_send_rule.transaction_amount_minimum", "100", "0"}}},
		"text that is a number": {rule(`"award_type":"7"`), rule(`"award_type":7`), nil},

		"merchants that differ":      {rule(`"merchant_id_list":["1","2"]`), rule(`"merchant_id_list":["2","3"]`), nil},
		"merchants nobody asked for": {rule(``), rule(`"merchant_id_list":["1"]`), nil},
		"merchants that are no list": {rule(`"merchant_id_list":["1"]`), rule(`"merchant_id_list":"1"`), nil},
		"tags as numbers":            {setting(`"goods_tags":["1"]`), setting(`"goods_tags":[1]`), nil},
		"tags not returned":          {setting(`"goods_tags":["1"]`), setting(`"goods_tags":[]`), nil},
		"tags that differ":           {setting(`"goods_tags":["1","2"]`), setting(`"goods_tags":["2","3"]`), []diff{{"advanced_setting.goods_tags", "2 values: 1, 2", "2 values: 2, 3"}}},
		"one tag too many":           {setting(`"goods_tags":["1"]`), setting(`"goods_tags":["1","2"]`), []diff{{"advanced_setting.goods_tags", "1 value: 1", "2 values: 1, 2"}}},
		"tags nobody asked for":      {`{}`, setting(`"goods_tags":["1"]`), []diff{{"advanced_setting.goods_tags", "", "1 value: 1"}}},
		"tags that are no list":      {setting(`"goods_tags":["1"]`), setting(`"goods_tags":"1"`), []diff{{"advanced_setting.goods_tags", `["1"]`, "1"}}},
		"tags in another order":      {setting(`"goods_tags":["x","y"]`), setting(`"goods_tags":["y","x","x"]`), nil},

		"an award": {rule(`"award_list":[{"stock_id":"1"},{"stock_id":"2"}]`), rule(`"award_list":[{"stock_id":"1","novel":1},{"stock_id":"3","thumbnail_url":"u"}]`),
			[]diff{{"award_send_rule.award_list[1].stock_id", "2", "3"}, {"award_send_rule.award_list[1].thumbnail_url", "", "u"}}},
		"one award less":        {rule(`"award_list":[{"stock_id":"1"},{"stock_id":"2"}]`), rule(`"award_list":[{"stock_id":"1"}]`), []diff{{"award_send_rule.award_list", `[{"stock_id":"1"},{"stock_id":"2"}]`, `[{"stock_id":"1"}]`}}},
		"an award that is none": {rule(`"award_list":[{"stock_id":"1"}]`), rule(`"award_list":["1"]`), []diff{{"award_send_rule.award_list[0]", `{"stock_id":"1"}`, "1"}}},
		"periods": {base(`"available_periods":{"available_day_time":[{"begin_day_time":"110000","end_day_time":"135959"}]}`),
			base(`"available_periods":{"available_day_time":[{"begin_day_time":"110000","end_day_time":"140000"}]}`),
			[]diff{{"activity_base_info.available_periods.available_day_time[0].end_day_time", "135959", "140000"}}},
		"periods in other words": {base(`"available_periods":{"available_time":[{"begin_time":"2026-03-01T08:00:00+08:00"}]}`),
			base(`"available_periods":{"available_time":[{"begin_time":"2026-03-01T00:00:00Z"}]}`), nil},
		"periods nobody asked for": {base(``), base(`"available_periods":{"available_day_time":[{"begin_day_time":"110000"}]}`),
			[]diff{{"activity_base_info.available_periods.available_day_time", "", `[{"begin_day_time":"110000"}]`}}},
		"another kind of rule": {rule(`"award_type":"BUSIFAVOR"`), rule(`"step_send_rule":{"award_type":"BUSIFAVOR"}`),
			[]diff{{"award_send_rule.step_send_rule", "", `{"award_type":"BUSIFAVOR"}`}}},
		"several, in the page's order": {`{"advanced_setting":{"merchant_member_appid":"1"},"activity_base_info":{"out_request_no":"1","activity_name":"1"}}`,
			`{"advanced_setting":{"merchant_member_appid":"2"},"activity_base_info":{"out_request_no":"2","activity_name":"2"}}`,
			[]diff{{"activity_base_info.activity_name", "1", "2"}, {"activity_base_info.out_request_no", "1", "2"}, {"advanced_setting.merchant_member_appid", "1", "2"}}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []diff
			for _, d := range comparePayGift(t, tc.body, providers.Snapshot{Content: []byte(tc.remote)}) {
				got = append(got, diff{d.Field, d.Desired, d.Observed})
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestAnActivityOfAnotherTypeDiffers(t *testing.T) {
	got := comparePayGift(t, `{}`, providers.Snapshot{Facts: map[string]string{"activity_type": "STEP_SEND_ACT_TYPE"}})
	want := []providers.Difference{{Field: "activity_type", Desired: "FULL_SEND_ACT_TYPE", Observed: "STEP_SEND_ACT_TYPE"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	if got := comparePayGift(t, `{}`, providers.Snapshot{Facts: map[string]string{"activity_type": "FULL_SEND_ACT_TYPE"}}); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestRenderedValuesAreShortAndOnOneLine(t *testing.T) {
	long := strings.Repeat("长\n", 500)
	remote := providers.Snapshot{Content: []byte(mustJSON(map[string]any{"activity_base_info": map[string]any{"activity_name": long},
		"advanced_setting": map[string]any{"goods_tags": []string{long}}}))}
	for _, d := range comparePayGift(t, `{}`, remote) {
		if n := utf8.RuneCountInString(d.Observed); n > compare.MaxRendered || strings.Contains(d.Observed, "\n") {
			t.Errorf("%s: %d characters: %q", d.Field, n, d.Observed)
		}
	}
}

func TestWhatCannotBeComparedIsAnError(t *testing.T) {
	for _, body := range []string{"", "[]", "{", "<html>"} {
		if _, err := (&PayGift{}).Differences([]byte(body), providers.Snapshot{}); err == nil {
			t.Errorf("the request %q was compared", body)
		}
		if body == "" {
			continue // a snapshot without content has nothing to compare
		}
		if _, err := (&PayGift{}).Differences([]byte("{}"), providers.Snapshot{ID: "1", Content: []byte(body)}); err == nil {
			t.Errorf("the content %q was compared", body)
		}
	}
}

func TestADetailThatLacksWhatWasSentDiffersAndAListRowDoesNot(t *testing.T) {
	const members = `{"advanced_setting":{"delivery_user_category":"DELIVERY_MEMBER_PERSON"}}`
	for name, content := range map[string]string{"the section is missing": `{}`, "it is empty": `{"advanced_setting":{}}`} {
		if got := comparePayGift(t, members, providers.Snapshot{Detailed: true, Content: []byte(content)}); len(got) != 1 || got[0].Field != "advanced_setting" {
			t.Errorf("%s: a detail for everybody compares with a request for members as %v", name, got)
		}
		if got := comparePayGift(t, members, providers.Snapshot{Content: []byte(content)}); len(got) != 0 {
			t.Errorf("%s: a list's row, which may carry less, differs: %v", name, got)
		}
	}
	const merchants = `{"award_send_rule":{"send_content":"SINGLE_COUPON","merchant_id_list":["10000022"]}}`
	if got := comparePayGift(t, merchants, providers.Snapshot{Detailed: true, Content: []byte(`{"award_send_rule":{"send_content":"SINGLE_COUPON"}}`)}); len(got) != 0 {
		t.Errorf("the merchants, which calls can change, differ: %v", got)
	}
}

func TestAListRowThatLacksFieldsDiffersOnlyInWhatItHas(t *testing.T) {
	request := string(example(t, "create-request.json"))
	snapshot, err := payGiftSnapshot(object{"activity_id": "1", "activity_base_info": object{"activity_name": "另一个", "out_request_no": "100002322019090134234sfdf"}}, false)
	if err != nil || snapshot.Detailed {
		t.Fatalf("got %+v, %v", snapshot, err)
	}
	if got := comparePayGift(t, request, snapshot); len(got) != 1 || got[0].Field != "activity_base_info.activity_name" {
		t.Errorf("got %v", got)
	}
}

func TestCoverageFollowsFromTheFields(t *testing.T) {
	coverage := (&PayGift{}).Coverage()
	for _, field := range []string{"activity_base_info.activity_name", "activity_base_info.available_periods.available_time[].begin_time",
		"award_send_rule.award_list[].stock_id", "award_send_rule.merchant_id_list", "advanced_setting.payment_mode.payment_scene_list",
		"advanced_setting.goods_tags"} {
		if !slices.Contains(coverage.Comparable, field) {
			t.Errorf("%s is not comparable", field)
		}
	}
	for _, field := range []string{"activity_id", "activity_status", "create_time", "pause_time", "creator_merchant_id"} {
		if !slices.Contains(coverage.ServerOwned, field) {
			t.Errorf("%s is not the server's", field)
		}
	}
	all := slices.Concat(coverage.Comparable, coverage.ServerOwned, coverage.WriteOnly)
	slices.Sort(all)
	if len(slices.Compact(all)) != len(coverage.Comparable)+len(coverage.ServerOwned) || slices.Contains(all, "award_send_rule.step_send_rule") {
		t.Errorf("got %v", coverage)
	}
	coverage.Comparable[0] = "spoilt"
	if (&PayGift{}).Coverage().Comparable[0] == "spoilt" {
		t.Error("a caller can change the coverage of all")
	}
}

func TestAChangeOfEveryComparableFieldIsSeen(t *testing.T) {
	request, err := lenient.Decode(example(t, "create-request.json"))
	if err != nil {
		t.Fatal(err)
	}
	var leaves func(path string, value any, change func(any), visit func(path string, change func(any)))
	leaves = func(path string, value any, change func(any), visit func(string, func(any))) {
		switch v := value.(type) {
		case object:
			for name := range v {
				leaves(strings.TrimPrefix(path+"."+name, "."), v[name], func(new any) { v[name] = new }, visit)
			}
		case []any:
			if _, objects := v[0].(object); objects {
				leaves(path+"[]", v[0], func(new any) { v[0] = new }, visit)
				return
			}
			visit(path, change)
		default:
			visit(path, change)
		}
	}
	comparable := (&PayGift{}).Coverage().Comparable
	leaves("", request, nil, func(path string, change func(any)) {
		if path == "award_send_rule.merchant_id_list" {
			return // Members sees it
		}
		if !slices.Contains(comparable, path) {
			t.Errorf("%s is not covered", path)
		}
		before, _ := lenient.Encode(request)
		remote, _ := lenient.Decode(before)
		var changed []byte
		leaves("", remote, nil, func(other string, change func(any)) {
			if other == path && changed == nil {
				change("2099-01-01T00:00:00+08:00") // another value of whatever type
				changed, _ = lenient.Encode(remote)
			}
		})
		if got := comparePayGift(t, string(before), providers.Snapshot{Detailed: true, Content: changed}); len(got) != 1 {
			t.Errorf("a change of %s is seen as %v", path, got)
		}
	})
}
