package alipay

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// request is a create request with a field in every block.
const request = `{"out_biz_no":"n","merchant_access_mode":"SELF_MODE",
"activity_base_info":{"activity_name":"满10减1","code_mode":"MERCHANT_API"},
"voucher_send_mode_info":{"voucher_send_mode":"DIRECT_SEND_MODE","voucher_send_rule_info":{"quantity":100,"publish_start_time":"2026-03-01 00:00:00","publish_end_time":"2026-03-31 23:59:59","quantity_limit_per_user":1,"natural_person_limit":true},"delivery_channel_list":["CONSUME_VOUCHER"]},
"voucher_deduct_info":{"voucher_type":"FIX_VOUCHER","fix_voucher_info":{"amount":"50","floor_amount":"100.00","voucher_deduct_threshold_info":{"voucher_goods_quantity_specification_info":{"directional_type":"FIX","specification_quantity":2,"specification_unit":"COUNT_NUMBER"}}}},
"voucher_available_scope_info":{"voucher_available_geography_scope_info":{"available_geography_scope_type":"SHOP","available_geography_shop_info":{"available_shop_ids":["3","1","2"]}},"voucher_available_goods_info":{"goods_name":"甜甜圈","origin_amount":"100"}},
"voucher_use_rule_info":{"voucher_use_time_info":{"period_type":"ABSOLUTE","absolute_period_info":{"valid_begin_time":"2026-03-01 00:00:00","valid_end_time":"2026-04-30 23:59:59","time_restrict_info":{"usable_period_info":[{"rule_type":"WEEK","week_rule_info":{"week_day":"1,2","time_range_info":{"begin_time":"08:00:00","end_time_info":{"end_time_type":"SAME_DAY","end_time":"20:00:00"}}}}]}}}},
"voucher_customer_guide_info":{"voucher_use_guide_info":{"use_guide_mode":["OFFLINE_CODE","MINI_APP"],"mini_app_use_guide_info":{"mini_app_url":"alipays://x"}}},
"voucher_display_pattern_info":{"brand_name":"品牌","brand_logo":"A*1","voucher_description":"说明","customer_service_mobile":"1","voucher_image":"A*2","voucher_detail_images":["A*3","A*4"]}}`

// differ compares the request with an answer of the same content after edits, as a detail.
func differ(t *testing.T, desired, observed string, detailed bool) []providers.Difference {
	t.Helper()
	found, err := (&Vouchers{}).Differences([]byte(desired), providers.Snapshot{Content: []byte(observed), Detailed: detailed})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// replaced is the request with text in the place of old.
func replaced(t *testing.T, old, new string) string {
	t.Helper()
	if strings.Count(request, old) != 1 {
		t.Fatalf("the request has not one %s", old)
	}
	return strings.Replace(request, old, new, 1)
}

func TestAnAnswerOfTheSameContentDoesNotDiffer(t *testing.T) {
	for name, observed := range map[string]string{
		"itself":                  request,
		"prices by value":         replaced(t, `"amount":"50"`, `"amount":"50.00"`),
		"prices as numbers":       replaced(t, `"floor_amount":"100.00"`, `"floor_amount":100`),
		"numbers as text":         replaced(t, `"quantity":100`, `"quantity":"100"`),
		"flags as text":           replaced(t, `"natural_person_limit":true`, `"natural_person_limit":"true","phone_number_limit":false`),
		"shops in another order":  replaced(t, `["3","1","2"]`, `["1","2","3","3"]`),
		"shops as numbers":        replaced(t, `["3","1","2"]`, `[1,2,3]`),
		"times of a zone":         replaced(t, `"2026-03-31 23:59:59"`, `"2026-03-31T23:59:59+08:00"`),
		"the addresses of images": replaced(t, `"brand_logo":"A*1"`, `"brand_logo":"A*1","brand_logo_url":"u"`),
		"the name that users see": replaced(t, `"brand_name":"品牌"`, `"brand_name":"品牌","voucher_name":"品牌满减券"`),
		"no city":                 replaced(t, `"available_geography_scope_type":"SHOP",`, `"available_geography_scope_type":"SHOP","available_geography_city_info":{"all_city":false,"available_city_codes":[]},`),
		"empty things":            replaced(t, `"voucher_type":"FIX_VOUCHER",`, `"voucher_type":"FIX_VOUCHER","discount_voucher_info":{"discount":""},"special_voucher_info":null,`),
		"fields to come":          replaced(t, `"voucher_type":"FIX_VOUCHER",`, `"voucher_type":"FIX_VOUCHER","novel":{"a":1},`),
	} {
		if found := differ(t, request, observed, true); len(found) != 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func TestEachDifferenceSaysWhichCallEndsIt(t *testing.T) {
	const (
		modify = providers.OperationModify
		append = providers.OperationAppend
	)
	for name, tc := range map[string]struct {
		old, new string
		want     providers.Difference
	}{
		"the name":            {`"满10减1"`, `"X"`, providers.Difference{Field: "activity_base_info.activity_name", Desired: "满10减1", Observed: "X", Call: modify}},
		"the code mode":       {`"code_mode":"MERCHANT_API"`, `"code_mode":"MERCHANT_UPLOAD"`, providers.Difference{Field: "activity_base_info.code_mode", Desired: "MERCHANT_API", Observed: "MERCHANT_UPLOAD"}},
		"fewer vouchers":      {`"quantity":100`, `"quantity":"99"`, providers.Difference{Field: "voucher_send_mode_info.voucher_send_rule_info.quantity", Desired: "100", Observed: "99", Call: append}},
		"more vouchers":       {`"quantity":100`, `"quantity":101`, providers.Difference{Field: "voucher_send_mode_info.voucher_send_rule_info.quantity", Desired: "100", Observed: "101", Call: append, Shrinks: true}},
		"another begin":       {`"publish_start_time":"2026-03-01 00:00:00"`, `"publish_start_time":"2026-03-02 00:00:00"`, providers.Difference{Field: "voucher_send_mode_info.voucher_send_rule_info.publish_start_time", Desired: "2026-03-01 00:00:00", Observed: "2026-03-02 00:00:00"}},
		"an earlier end":      {`"2026-03-31 23:59:59"`, `"2026-03-30 23:59:59"`, providers.Difference{Field: "voucher_send_mode_info.voucher_send_rule_info.publish_end_time", Desired: "2026-03-31 23:59:59", Observed: "2026-03-30 23:59:59", Call: modify}},
		"a later end":         {`"2026-03-31 23:59:59"`, `"2026-04-01 00:00:00"`, providers.Difference{Field: "voucher_send_mode_info.voucher_send_rule_info.publish_end_time", Desired: "2026-03-31 23:59:59", Observed: "2026-04-01 00:00:00", Call: modify, Shrinks: true}},
		"an unreadable end":   {`"2026-03-31 23:59:59"`, `"soon"`, providers.Difference{Field: "voucher_send_mode_info.voucher_send_rule_info.publish_end_time", Desired: "2026-03-31 23:59:59", Observed: "soon", Call: modify}},
		"a limit":             {`"quantity_limit_per_user":1`, `"quantity_limit_per_user":2`, providers.Difference{Field: "voucher_send_mode_info.voucher_send_rule_info.quantity_limit_per_user", Desired: "1", Observed: "2"}},
		"a flag":              {`"natural_person_limit":true`, `"natural_person_limit":false`, providers.Difference{Field: "voucher_send_mode_info.voucher_send_rule_info.natural_person_limit", Desired: "true", Observed: "false"}},
		"the amount":          {`"amount":"50"`, `"amount":"50.01"`, providers.Difference{Field: "voucher_deduct_info.fix_voucher_info.amount", Desired: "50", Observed: "50.01"}},
		"no threshold":        {`"floor_amount":"100.00",`, ``, providers.Difference{Field: "voucher_deduct_info.fix_voucher_info.floor_amount", Desired: "100.00"}},
		"other shops":         {`["3","1","2"]`, `["1","4"]`, providers.Difference{Field: shopsPath, Desired: "3 values: 1, 2, 3", Observed: "2 values: 1, 4", Call: modify}},
		"goods":               {`"甜甜圈"`, `"X"`, providers.Difference{Field: "voucher_available_scope_info.voucher_available_goods_info.goods_name", Desired: "甜甜圈", Observed: "X"}},
		"a shorter validity":  {`"2026-04-30 23:59:59"`, `"2026-04-29 23:59:59"`, providers.Difference{Field: "voucher_use_rule_info.voucher_use_time_info.absolute_period_info.valid_end_time", Desired: "2026-04-30 23:59:59", Observed: "2026-04-29 23:59:59", Call: modify}},
		"a longer validity":   {`"2026-04-30 23:59:59"`, `"2026-05-29 23:59:59"`, providers.Difference{Field: "voucher_use_rule_info.voucher_use_time_info.absolute_period_info.valid_end_time", Desired: "2026-04-30 23:59:59", Observed: "2026-05-29 23:59:59", Call: modify, Shrinks: true}},
		"a day of the week":   {`"week_day":"1,2"`, `"week_day":"1"`, providers.Difference{Field: "voucher_use_rule_info.voucher_use_time_info.absolute_period_info.time_restrict_info.usable_period_info[0].week_rule_info.week_day", Desired: "1,2", Observed: "1"}},
		"another way to use":  {`["OFFLINE_CODE","MINI_APP"]`, `["MINI_APP"]`, providers.Difference{Field: "voucher_customer_guide_info.voucher_use_guide_info.use_guide_mode", Desired: "2 values: MINI_APP, OFFLINE_CODE", Observed: "1 value: MINI_APP", Call: modify, Missing: 1}},
		"another link":        {`"alipays://x"`, `"alipays://y"`, providers.Difference{Field: "voucher_customer_guide_info.voucher_use_guide_info.mini_app_use_guide_info.mini_app_url", Desired: "alipays://x", Observed: "alipays://y", Call: modify}},
		"another text":        {`"说明"`, `"X"`, providers.Difference{Field: "voucher_display_pattern_info.voucher_description", Desired: "说明", Observed: "X", Call: modify}},
		"no image":            {`"voucher_image":"A*2",`, ``, providers.Difference{Field: "voucher_display_pattern_info.voucher_image", Desired: "A*2", Call: modify}},
		"images in turn":      {`["A*3","A*4"]`, `["A*4","A*3"]`, providers.Difference{Field: "voucher_display_pattern_info.voucher_detail_images", Desired: `["A*3","A*4"]`, Observed: `["A*4","A*3"]`, Call: modify}},
		"a link that was not": {`"customer_service_mobile":"1",`, `"customer_service_mobile":"1","customer_service_url":"u",`, providers.Difference{Field: "voucher_display_pattern_info.customer_service_url", Observed: "u", Call: modify}},
	} {
		t.Run(name, func(t *testing.T) {
			if found := differ(t, request, replaced(t, tc.old, tc.new), true); !slices.Equal(found, []providers.Difference{tc.want}) {
				t.Errorf("got  %+v\nwant %+v", found, tc.want)
			}
		})
	}
}

func TestADetailWithoutItsLongListsLeavesThemUnseen(t *testing.T) {
	unseen := providers.Difference{Field: shopsPath, Desired: "3 values: 1, 2, 3", Call: providers.OperationModify, Unseen: true}
	for name, tc := range map[string]struct {
		old, new string
		want     []providers.Difference
	}{
		"no list":        {`"available_shop_ids":["3","1","2"]`, ``, []providers.Difference{unseen}},
		"an empty list":  {`["3","1","2"]`, `[]`, []providers.Difference{unseen}},
		"no shops":       {`,"available_geography_shop_info":{"available_shop_ids":["3","1","2"]}`, ``, []providers.Difference{unseen}},
		"no geography":   {`"voucher_available_geography_scope_info":{"available_geography_scope_type":"SHOP","available_geography_shop_info":{"available_shop_ids":["3","1","2"]}},`, ``, []providers.Difference{unseen}},
		"no goods":       {`,"voucher_available_goods_info":{"goods_name":"甜甜圈","origin_amount":"100"}`, ``, nil},
		"no guide":       {`"voucher_customer_guide_info":{"voucher_use_guide_info":{"use_guide_mode":["OFFLINE_CODE","MINI_APP"],"mini_app_use_guide_info":{"mini_app_url":"alipays://x"}}},`, ``, []providers.Difference{{Field: guideBlock, Call: providers.OperationModify, Unseen: true}}},
		"another type":   {`"available_geography_scope_type":"SHOP","available_geography_shop_info":{"available_shop_ids":["3","1","2"]}`, `"available_geography_scope_type":"CITY_CODE","available_geography_city_info":{"available_city_codes":["110100"]}`, []providers.Difference{{Field: scopePath + ".available_geography_scope_type", Desired: "SHOP", Observed: "CITY_CODE"}, {Field: scopePath + ".available_geography_city_info.available_city_codes", Observed: "1 value: 110100"}}},
		"all of them":    {`{"available_shop_ids":["3","1","2"]}`, `{"available_geography_all_shop":{"merchant_ids":["2088000000000001"],"exclude_shop_ids":["9"]}}`, []providers.Difference{{Field: excludedShopsPath, Observed: "1 value: 9"}}},
		"all of a brand": {`{"available_shop_ids":["3","1","2"]}`, `{"available_geography_all_shop":{"available_brand_id":"b"}}`, []providers.Difference{{Field: scopePath + ".available_geography_shop_info.available_geography_all_shop.available_brand_id", Observed: "b"}}},
		"no use rules":   {`"voucher_use_rule_info":{"voucher_use_time_info":{"period_type":"ABSOLUTE","absolute_period_info":{"valid_begin_time":"2026-03-01 00:00:00","valid_end_time":"2026-04-30 23:59:59",`, `"x":{"x":{"x":{`, []providers.Difference{{Field: "voucher_use_rule_info.voucher_use_time_info.absolute_period_info.valid_end_time", Desired: "2026-04-30 23:59:59", Call: providers.OperationModify, Unseen: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			found := differ(t, request, replaced(t, tc.old, tc.new), true)
			for i := range found {
				if found[i].Field == guideBlock {
					found[i].Desired = ""
				}
			}
			if !slices.Equal(found, tc.want) {
				t.Errorf("got  %+v\nwant %+v", found, tc.want)
			}
			if found := differ(t, request, replaced(t, tc.old, tc.new), false); slices.ContainsFunc(found, func(d providers.Difference) bool { return d.Observed == "" }) {
				t.Errorf("a row of a list, which may carry less, differs: %+v", found)
			}
		})
	}
}

// cities are codes of so many cities.
func cities(count int) string {
	var codes []string
	for i := range count {
		codes = append(codes, fmt.Sprintf(`"%d"`, 110100+100*i))
	}
	return strings.Join(codes, ",")
}

func TestACitysKindsAreOneKind(t *testing.T) {
	city := func(inner string) string {
		return `{"voucher_available_scope_info":{"voucher_available_geography_scope_info":{"available_geography_scope_type":"CITY_CODE","available_geography_city_info":{` + inner + `}}}}`
	}
	for name, tc := range map[string]struct {
		desired, observed string
		want              []string
	}{
		"all of them":                   {city(`"all_city":true`), city(`"all_city":true`), nil},
		"all of them listed":            {city(`"all_city":true`), city(`"available_city_codes":["110100"]`), []string{"all_city "}},
		"all of them and listed":        {city(`"all_city":"true"`), city(`"all_city":true,"available_city_codes":["110100"]`), nil},
		"some instead of all":           {city(`"all_city":true`), city(`"all_city":false,"available_city_codes":["110100"]`), []string{"all_city "}},
		"all instead of some":           {city(`"available_city_codes":["110100"]`), city(`"all_city":true,"available_city_codes":["110100"]`), []string{"all_city "}},
		"other ones instead of all":     {city(`"available_city_codes":["110100"]`), city(`"all_city":true,"available_city_codes":["310100"]`), []string{"all_city ", "available_city_codes "}},
		"others":                        {city(`"all_city":false,"available_city_codes":["110100"]`), city(`"available_city_codes":["310100"]`), []string{"available_city_codes modify"}},
		"some that are not shown":       {city(`"available_city_codes":["110100"]`), city(``), []string{"available_city_codes modify unseen"}},
		"all of them filled in":         {city(`"all_city":true`), city(`"available_city_codes":[` + cities(337) + `]`), nil},
		"all of them, said to be some":  {city(`"all_city":true`), city(`"all_city":false,"available_city_codes":[` + cities(337) + `]`), nil},
		"many":                          {city(`"all_city":true`), city(`"available_city_codes":[` + cities(299) + `]`), []string{"all_city "}},
		"not all, said in another word": {city(`"all_city":false,"available_city_codes":["110100"]`), city(`"available_city_codes":["110100"]`), nil},
	} {
		var got []string
		for _, d := range differ(t, tc.desired, tc.observed, true) {
			shown := strings.TrimPrefix(d.Field, scopePath+".available_geography_city_info.") + " " + string(d.Call)
			if d.Unseen {
				shown += " unseen"
			}
			got = append(got, shown)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

func TestNoCallChangesWhoseShopsAllShopsAre(t *testing.T) {
	all := func(inner string) string {
		return `{"voucher_available_scope_info":{"voucher_available_geography_scope_info":{"available_geography_scope_type":"SHOP","available_geography_shop_info":{"available_geography_all_shop":{` + inner + `}}}}}`
	}
	for name, tc := range map[string]struct {
		desired, observed string
		want              []string
	}{
		"other exceptions":           {`"available_brand_id":"1","exclude_shop_ids":["3"]`, `"available_brand_id":"1","exclude_shop_ids":["4"]`, []string{"exclude_shop_ids modify"}},
		"no exceptions any more":     {`"available_brand_id":"1"`, `"available_brand_id":"1","exclude_shop_ids":["4"]`, []string{"exclude_shop_ids modify"}},
		"another brand":              {`"available_brand_id":"1"`, `"available_brand_id":"2"`, []string{"available_brand_id "}},
		"another merchant":           {`"merchant_ids":["1"]`, `"merchant_ids":["2"]`, []string{"merchant_ids "}},
		"another brand, and without": {`"available_brand_id":"1","exclude_shop_ids":["3"]`, `"available_brand_id":"2","exclude_shop_ids":["4"]`, []string{"available_brand_id ", "exclude_shop_ids "}},
		"exceptions not shown":       {`"available_brand_id":"1","exclude_shop_ids":["3"]`, `"available_brand_id":"2"`, []string{"available_brand_id "}},
	} {
		var got []string
		for _, d := range differ(t, all(tc.desired), all(tc.observed), true) {
			got = append(got, d.Field[strings.LastIndex(d.Field, ".")+1:]+" "+string(d.Call))
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

func TestNoCallTakesAwayWhatIsShownOfAVoucher(t *testing.T) {
	const guide = "voucher_customer_guide_info.voucher_use_guide_info."
	for name, tc := range map[string]struct {
		old, new string
		want     map[string]providers.Operation
	}{
		"no image":               {`"voucher_image":"A*2","voucher_detail_images":["A*3","A*4"]`, ``, map[string]providers.Operation{"voucher_display_pattern_info.voucher_image": "", "voucher_display_pattern_info.voucher_detail_images": ""}},
		"fewer images":           {`["A*3","A*4"]`, `["A*3"]`, map[string]providers.Operation{"voucher_display_pattern_info.voucher_detail_images": "modify"}},
		"a link for a telephone": {`"customer_service_mobile":"1"`, `"customer_service_url":"u"`, map[string]providers.Operation{"voucher_display_pattern_info.customer_service_mobile": "modify", "voucher_display_pattern_info.customer_service_url": "modify"}},
		"a service for a link":   {`"mini_app_url":"alipays://x"`, `"mini_app_service_codes":["1"]`, map[string]providers.Operation{guide + "mini_app_use_guide_info.mini_app_url": "modify", guide + "mini_app_use_guide_info.mini_app_service_codes": "modify"}},
		"no mini program":        {`["OFFLINE_CODE","MINI_APP"],"mini_app_use_guide_info":{"mini_app_url":"alipays://x"}`, `["OFFLINE_CODE"]`, map[string]providers.Operation{guide + "use_guide_mode": "", guide + "mini_app_use_guide_info.mini_app_url": ""}},
		"only the mini program":  {`["OFFLINE_CODE","MINI_APP"]`, `["MINI_APP"]`, map[string]providers.Operation{guide + "use_guide_mode": "modify"}},
	} {
		// What the manifest says is new; Alipay shows the request.
		desired := strings.Replace(replaced(t, tc.old, tc.new), `,}}`, `}}`, 1)
		got := map[string]providers.Operation{}
		for _, d := range differ(t, desired, request, true) {
			got[d.Field] = d.Call
		}
		if !maps.Equal(got, tc.want) {
			t.Errorf("%s: got %v, want %v", name, got, tc.want)
		}
	}
}

func TestShopsThatAreFilledInForAllShopsAreNotCompared(t *testing.T) {
	const shops = `{"voucher_available_scope_info":{"voucher_available_geography_scope_info":{"available_geography_scope_type":"SHOP","available_geography_shop_info":{%s}}}}`
	brand := fmt.Sprintf(shops, `"available_geography_all_shop":{"available_brand_id":"2022"}`)
	if found := differ(t, brand, fmt.Sprintf(shops, `"available_geography_all_shop":{"available_brand_id":"2022"},"available_shop_ids":["1","2"]`), true); len(found) != 0 {
		t.Errorf("got %+v", found)
	}
	if found := differ(t, brand, fmt.Sprintf(shops, `"available_shop_ids":["1","2"]`), true); len(found) == 0 || found[0].Call != "" {
		t.Errorf("some shops instead of all: got %+v", found)
	}
}

func TestTheQuantityOfUploadedCodesIsNotCompared(t *testing.T) {
	upload := strings.NewReplacer(`"code_mode":"MERCHANT_API"`, `"code_mode":"MERCHANT_UPLOAD"`, `"quantity":100`, `"quantity":0`).Replace(request)
	if found := differ(t, upload, strings.Replace(upload, `"quantity":0`, `"quantity":5000`, 1), true); len(found) != 0 {
		t.Errorf("got %+v", found)
	}
}

func TestLongListsAreShownShortAndTellApart(t *testing.T) {
	list := func(from, n int) string {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = fmt.Sprintf("%q", fmt.Sprintf("20180510005020000000%08d", from+i))
		}
		return strings.Join(ids, ",")
	}
	shops := func(ids string) string { return replaced(t, `"3","1","2"`, ids) }
	found := differ(t, shops(list(0, 10_000)), shops(list(1, 10_000)), true)
	if len(found) != 1 || found[0].Field != shopsPath {
		t.Fatalf("got %d differences", len(found))
	}
	for _, shown := range []string{found[0].Desired, found[0].Observed} {
		if n := utf8.RuneCountInString(shown); n > 80 || !strings.HasPrefix(shown, "10000 values: 2018051000502000000") || !strings.HasSuffix(shown, "…)") || !strings.Contains(shown, " … (sha256:") {
			t.Errorf("shown as %q, %d characters", shown, n)
		}
	}
	again := differ(t, shops(list(0, 10_000)), shops(list(2, 10_000)), true)
	if found[0].Desired == found[0].Observed || again[0].Desired != found[0].Desired || again[0].Observed == found[0].Observed {
		t.Errorf("got %+v and %+v", found, again)
	}
}

func TestWhatCannotBeComparedIsAnError(t *testing.T) {
	for _, bad := range []string{"", "[]", "<"} {
		if _, err := (&Vouchers{}).Differences([]byte(bad), providers.Snapshot{}); err == nil {
			t.Errorf("the request %q was compared", bad)
		}
		if _, err := (&Vouchers{}).Differences([]byte("{}"), providers.Snapshot{Content: []byte(bad + " ")}); err == nil {
			t.Errorf("the content %q was compared", bad)
		}
	}
}

func TestCoverageNamesEveryFieldOfTheRequest(t *testing.T) {
	coverage := (&Vouchers{}).Coverage()
	decoded, err := lenient.Decode([]byte(request))
	if err != nil {
		t.Fatal(err)
	}
	known := slices.Concat(voucherSchema.Coverage().Comparable, coverage.WriteOnly)
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case lenient.Object:
			for name, inner := range v {
				walk(strings.TrimPrefix(path+"."+name, "."), inner)
			}
		case []any:
			if inner, ok := v[0].(lenient.Object); ok {
				walk(path+"[]", inner)
				return
			}
			if !slices.Contains(known, path) {
				t.Errorf("%s is not covered", path)
			}
		default:
			if !slices.Contains(known, path) {
				t.Errorf("%s is not covered", path)
			}
		}
	}
	walk("", decoded)
	if len(coverage.Comparable) > 10 || !slices.Contains(coverage.Comparable, "voucher_deduct_info.*") {
		t.Errorf("the status would list %q", coverage.Comparable)
	}
	if !slices.Equal(coverage.WriteOnly, []string{"out_biz_no", "merchant_access_mode"}) || !slices.Contains(coverage.ServerOwned, "activity_id") {
		t.Errorf("got %+v", coverage)
	}
}

func FuzzDifferences(f *testing.F) {
	f.Add([]byte(request), []byte(request), true)
	f.Add([]byte(request), []byte(`{"voucher_available_scope_info":{"voucher_available_geography_scope_info":[]}}`), true)
	f.Add([]byte(`{"activity_base_info":{"code_mode":"MERCHANT_UPLOAD"},"voucher_send_mode_info":7}`), []byte(`{}`), false)
	f.Fuzz(func(t *testing.T, body, content []byte, detailed bool) {
		found, err := (&Vouchers{}).Differences(body, providers.Snapshot{Content: content, Detailed: detailed})
		again, _ := (&Vouchers{}).Differences(body, providers.Snapshot{Content: content, Detailed: detailed})
		if err == nil && !slices.Equal(found, again) {
			t.Errorf("got %+v, then %+v", found, again)
		}
		for _, d := range found {
			if utf8.RuneCountInString(d.Desired) > 80 || utf8.RuneCountInString(d.Observed) > 80 || strings.Contains(d.Desired+d.Observed, "\n") {
				t.Errorf("shown as %+v", d)
			}
		}
		if same, err := (&Vouchers{}).Differences(body, providers.Snapshot{Content: body, Detailed: true}); err == nil {
			for _, d := range same {
				if d.Observed != "" && d.Desired == d.Observed {
					t.Errorf("%+v is no difference", d)
				}
			}
		}
	})
}
