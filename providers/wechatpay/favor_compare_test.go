package wechatpay

import (
	"slices"
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

// compareStock compares a request with what the vendor returned of it.
func compareStock(t *testing.T, body string, remote providers.Snapshot) []string {
	t.Helper()
	differences, err := (&CouponStocks{}).Differences([]byte(body), remote)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range differences {
		out = append(out, d.Field+": "+d.Desired+" -> "+d.Observed)
	}
	return out
}

// editedStock reads the detail of the test's stock after an edit of its text.
func editedStock(t *testing.T, old, new string) providers.Snapshot {
	t.Helper()
	if !strings.Contains(stockDetail, old) {
		t.Fatalf("the detail has no %s", old)
	}
	snapshot, err := favorKind.decodeDetail([]byte(strings.Replace(stockDetail, old, new, 1)), testStock)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

func TestAFullDetailEqualsTheVendorsCreateExample(t *testing.T) {
	request := string(example(t, "stock-create-request.json"))
	if got := compareStock(t, request, editedStock(t, "", "")); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}

func TestADetailDiffersInWhatItReturnsOtherwise(t *testing.T) {
	request := string(example(t, "stock-create-request.json"))
	for name, tc := range map[string]struct{ old, new, want string }{
		"another name":        {`"stock_name":"微信支付代金券批次"`, `"stock_name":"X"`, "stock_name: 微信支付代金券批次 -> X"},
		"another begin":       {`13:29:35.000+08:00`, `13:29:36+08:00`, "available_begin_time: 2015-05-20T13:29:35+08:00 -> 2015-05-20T13:29:36+08:00"},
		"the begin elsewhere": {`13:29:35.000+08:00`, `05:29:35Z`, ""},
		"another end":         {`"available_end_time":"2015-05-20T13`, `"available_end_time":"2015-05-20T14`, "available_end_time: 2015-05-20T13:29:35+08:00 -> 2015-05-20T14:29:35+08:00"},
		"another payer":       {`"no_cash":false`, `"no_cash":true`, "no_cash: false -> true"},
		"the payer as text":   {`"no_cash":false`, `"no_cash":"false"`, ""},
		"another count":       {`"max_coupons":100`, `"max_coupons":1000`, "stock_use_rule.max_coupons: 100 -> 1000"},
		"the count as text":   {`"max_coupons":100`, `"max_coupons":"100"`, ""},
		"another budget":      {`"max_amount":5000`, `"max_amount":500000`, "stock_use_rule.max_amount: 5000 -> 500000"},
		"another day's budget": {`"max_amount_by_day":400`, `"max_amount_by_day":500`,
			"stock_use_rule.max_amount_by_day: 400 -> 500"},
		"no day's budget where one was asked for": {`"max_amount_by_day":400`, `"max_amount_by_day":0`, "stock_use_rule.max_amount_by_day: 400 -> 0"},
		"another number for each user":            {`"max_coupons_per_user":3`, `"max_coupons_per_user":60`, "stock_use_rule.max_coupons_per_user: 3 -> 60"},
		"another value":                           {`"coupon_amount":50`, `"coupon_amount":5000`, "coupon_use_rule.fixed_normal_coupon.coupon_amount: 50 -> 5000"},
		"another threshold":                       {`"transaction_minimum":100`, `"transaction_minimum":51`, "coupon_use_rule.fixed_normal_coupon.transaction_minimum: 100 -> 51"},
		"another description":                     {`"description":"微信支付營銷代金券"`, `"description":"X"`, "pattern_info.description: 微信支付營銷代金券 -> X"},
		"another tag":                             {`"123321","123322"`, `"123321"`, "coupon_use_rule.goods_tag: 2 values: 123321, 123322 -> 1 value: 123321"},
		"another way to pay":                      {`"APPPAY","OTHER"`, `"APPPAY","OTHER","FACE"`, "coupon_use_rule.trade_type: 2 values: APPPAY, OTHER -> 3 values: APPPAY, FACE, OTHER"},
		"combined with others":                    {`"combine_use":false`, `"combine_use":true`, "coupon_use_rule.combine_use: false -> true"},
		"another sort of coupon":                  {`"coupon_type":"NORMAL"`, `"coupon_type":"CUT_TO"`, "coupon_use_rule.coupon_type:  -> CUT_TO"},
		"another sort of stock":                   {`"stock_type":"NORMAL"`, `"stock_type":"DISCOUNT_CUT"`, "stock_type: NORMAL -> DISCOUNT_CUT"},
		"a sort of stock without a name":          {`"stock_type":"NORMAL"`, `"stock_type":"OTHER"`, "stock_type: NORMAL -> OTHER"},
		"a stock of single items":                 {`"singleitem":false`, `"singleitem":true`, "singleitem:  -> true"},
		"a price that is cut to":                  {`"cut_to_price":0`, `"cut_to_price":1`, "cut_to_message.cut_to_price:  -> 1"},
		"a price that is none":                    {`{"single_price_max":0,"cut_to_price":0}`, `"x"`, "cut_to_message:  -> x"},
		"a rule that is none":                     {`"stock_use_rule":{`, `"novel":{`, "stock_use_rule:"},
	} {
		t.Run(name, func(t *testing.T) {
			got := compareStock(t, request, editedStock(t, tc.old, tc.new))
			if tc.want == "" && len(got) != 0 || tc.want != "" && (len(got) == 0 || !strings.HasPrefix(got[0], tc.want)) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if name != "a rule that is none" && len(got) > 1 {
				t.Errorf("one edit is seen as %q", got)
			}
		})
	}
}

func TestADetailMustHaveTheMoneyAndMayLackTheRest(t *testing.T) {
	request := string(example(t, "stock-create-request.json"))
	for _, tc := range []struct {
		field, without string
		must           bool
	}{
		{`"stock_name":"微信支付代金券批次",`, "stock_name", true},
		{`"available_begin_time":"2015-05-20T13:29:35.000+08:00",`, "available_begin_time", true},
		{`"available_end_time":"2015-05-20T13:29:35+08:00",`, "available_end_time", true},
		{`"no_cash":false,`, "no_cash", true},
		{`"max_coupons":100,`, "stock_use_rule.max_coupons", true},
		{`"max_amount":5000,`, "stock_use_rule.max_amount", true},
		{`"max_coupons_per_user":3,`, "stock_use_rule.max_coupons_per_user", true},
		{`"coupon_amount":50,`, "coupon_use_rule.fixed_normal_coupon.coupon_amount", true},
		{`,"transaction_minimum":100`, "coupon_use_rule.fixed_normal_coupon.transaction_minimum", true},
		{`"fixed_normal_coupon":{"coupon_amount":50,"transaction_minimum":100},`, "coupon_use_rule.fixed_normal_coupon", true},
		{`"max_amount_by_day":400,`, "stock_use_rule.max_amount_by_day", false},
		{`"description":"微信支付營銷代金券",`, "pattern_info", false},
		{`"trade_type":["APPPAY","OTHER"],`, "coupon_use_rule.trade_type", false},
		{`,"combine_use":false`, "coupon_use_rule.combine_use", false},
		{`"goods_tag":["123321","123322"],`, "coupon_use_rule.goods_tag", false},
		{`"coupon_type":"NORMAL",`, "coupon_use_rule.coupon_type", false},
		{`"singleitem":false,`, "singleitem", false},
		{`"stock_type":"NORMAL",`, "stock_type", false},
		{`"cut_to_message":{"single_price_max":0,"cut_to_price":0},`, "cut_to_message", false},
	} {
		snapshot := editedStock(t, tc.field, "")
		got := compareStock(t, request, snapshot)
		if tc.must && (len(got) != 1 || !strings.HasPrefix(got[0], tc.without+": ")) || !tc.must && len(got) != 0 {
			t.Errorf("a detail without %s differs in %q", tc.without, got)
		}
		snapshot.Detailed = false
		if got := compareStock(t, request, snapshot); len(got) != 0 {
			t.Errorf("a row without %s differs in %q", tc.without, got)
		}
	}
}

func TestWhatTheServerSetsWhereNothingWasAskedForIsNoDifference(t *testing.T) {
	request := `{"stock_name":"N"}`
	for content, want := range map[string]string{
		`{"coupon_use_rule":{"combine_use":true}}`:                                              "",
		`{"coupon_use_rule":{"combine_use":false}}`:                                             "coupon_use_rule.combine_use:  -> false",
		`{"coupon_use_rule":{"trade_type":[],"goods_tag":null}}`:                                "",
		`{"coupon_use_rule":{"trade_type":["FACE"]}}`:                                           "coupon_use_rule.trade_type:  -> 1 value: FACE",
		`{"coupon_use_rule":{"trade_type":["MICROAPP","APPPAY","PPAY","CARD","FACE","OTHER"]}}`: "",
		`{"coupon_use_rule":{"trade_type":["MICROAPP","APPPAY","PPAY","CARD","FACE"]}}`:         "coupon_use_rule.trade_type:  -> 5 values: APPPAY, CARD, FACE, MICROAPP, PPAY",
		`{"stock_use_rule":{"max_amount_by_day":5000}}`:                                         "stock_use_rule.max_amount_by_day:  -> 5000",
		`{"stock_use_rule":{"max_amount":5000,"max_amount_by_day":"5000"}}`:                     "stock_use_rule.max_amount:  -> 5000",
		`{"stock_use_rule":{"max_amount":5000,"max_amount_by_day":4999}}`:                       "stock_use_rule.max_amount:  -> 5000; stock_use_rule.max_amount_by_day:  -> 4999",
		`{"coupon_use_rule":{"goods_tag":["x"]}}`:                                               "coupon_use_rule.goods_tag:  -> 1 value: x",
		`{"stock_use_rule":{"max_amount_by_day":0}}`:                                            "",
		`{"stock_use_rule":{"max_amount_by_day":100}}`:                                          "stock_use_rule.max_amount_by_day:  -> 100",
		`{"pattern_info":{"description":"x"}}`:                                                  "pattern_info.description:  -> x",
		`{"pattern_info":{"description":""}}`:                                                   "",
		`{"stock_type":"NORMAL","singleitem":false,"cut_to_message":{}}`:                        "",
		`{"stock_type":"DISCOUNT_CUT"}`:                                                         "stock_type:  -> DISCOUNT_CUT",
		`{"cut_to_message":{"single_price_max":"0"},"coupon_use_rule":{"novel":true}}`:          "",
	} {
		if got := strings.Join(compareStock(t, request, providers.Snapshot{Content: []byte(content)}), "; "); got != want {
			t.Errorf("%s: got %q, want %q", content, got, want)
		}
	}
}

func TestADefaultIsADifferenceWhereSomethingElseWasAskedFor(t *testing.T) {
	request := string(example(t, "stock-create-request.json"))
	for _, tc := range []struct{ old, new, want string }{
		{`["APPPAY","OTHER"]`, `["MICROAPP","APPPAY","PPAY","CARD","FACE","OTHER"]`, "coupon_use_rule.trade_type: 2 values: APPPAY, OTHER -> "},
		{`"max_amount_by_day":400`, `"max_amount_by_day":5000`, "stock_use_rule.max_amount_by_day: 400 -> 5000"},
	} {
		if got := compareStock(t, request, editedStock(t, tc.old, tc.new)); len(got) != 1 || !strings.HasPrefix(got[0], tc.want) {
			t.Errorf("got %q, want %s", got, tc.want)
		}
	}
}

func TestStocksThatCannotBeComparedAreAnError(t *testing.T) {
	if _, err := (&CouponStocks{}).Differences([]byte("["), providers.Snapshot{}); err == nil {
		t.Error("a request that is none was compared")
	}
	if _, err := (&CouponStocks{}).Differences([]byte("{}"), providers.Snapshot{ID: "1", Content: []byte("[]")}); err == nil {
		t.Error("a content that is none was compared")
	}
}

// documentedFields are the request fields of 创建代金券批次.
var documentedFields = []string{"stock_name", "comment", "belong_merchant", "available_begin_time", "available_end_time",
	"stock_use_rule.max_coupons", "stock_use_rule.max_amount", "stock_use_rule.max_amount_by_day", "stock_use_rule.max_coupons_per_user",
	"stock_use_rule.natural_person_limit", "stock_use_rule.prevent_api_abuse", "pattern_info.description", "pattern_info.merchant_logo",
	"pattern_info.merchant_name", "pattern_info.background_color", "pattern_info.coupon_image", "pattern_info.jump_target",
	"pattern_info.mini_program_appid", "pattern_info.mini_program_path", "coupon_use_rule.coupon_available_time.fix_available_time.available_week_day",
	"coupon_use_rule.coupon_available_time.fix_available_time.begin_time", "coupon_use_rule.coupon_available_time.fix_available_time.end_time",
	"coupon_use_rule.coupon_available_time.second_day_available", "coupon_use_rule.coupon_available_time.available_time_after_receive",
	"coupon_use_rule.fixed_normal_coupon.coupon_amount", "coupon_use_rule.fixed_normal_coupon.transaction_minimum", "coupon_use_rule.goods_tag",
	"coupon_use_rule.limit_pay", "coupon_use_rule.limit_card.name", "coupon_use_rule.limit_card.bin", "coupon_use_rule.trade_type",
	"coupon_use_rule.combine_use", "coupon_use_rule.available_items", "coupon_use_rule.unavailable_items", "coupon_use_rule.available_merchants",
	"no_cash", "stock_type", "out_request_no", "ext_info"}

func TestEveryFieldOfAStockIsCoveredOnce(t *testing.T) {
	coverage := (&CouponStocks{}).Coverage()
	got := slices.Sorted(slices.Values(slices.Concat(coverage.Comparable, coverage.WriteOnly)))
	if want := slices.Sorted(slices.Values(documentedFields)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	comparable := []string{"stock_name", "available_begin_time", "available_end_time", "stock_use_rule.max_coupons", "stock_use_rule.max_amount",
		"stock_use_rule.max_amount_by_day", "stock_use_rule.max_coupons_per_user", "pattern_info.description",
		"coupon_use_rule.fixed_normal_coupon.coupon_amount", "coupon_use_rule.fixed_normal_coupon.transaction_minimum", "coupon_use_rule.trade_type",
		"coupon_use_rule.combine_use", "no_cash", "stock_type"}
	if !slices.Equal(coverage.Comparable, comparable) {
		t.Errorf("comparable are %q", coverage.Comparable)
	}
	if owned := []string{"stock_id", "status", "distributed_coupons", "stock_creator_mchid", "create_time", "start_time", "stop_time", "card_id"}; !slices.Equal(coverage.ServerOwned, owned) {
		t.Errorf("the server's are %q", coverage.ServerOwned)
	}
}
