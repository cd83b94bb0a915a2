package alipay

import (
	"slices"
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

func TestACreateReturnsTheIDAndWhatWasLeftOut(t *testing.T) {
	const result = `"activity_id":"2026030100826004","voucher_available_scope_result_info":{"voucher_available_geography_scope_result_info":` +
		`{"available_geography_shop_result_info":{"success_available_shop_ids":["1"],` +
		`"fail_available_shop_infos":[{"shop_id":"2","fail_reasons":["SHOP_NOT_EXIST","SHOP_INFO_NOT_PASS"],"fail_message":"门店\n不存在"},{"shop_id":3}],` +
		`"fail_available_real_shop_infos":[{"real_shop_id":"4","fail_message":"x"}],` +
		`"available_geography_all_shop_result_info":{"fail_exclude_shop_infos":[{"shop_id":"5","fail_reasons":["ACTIVITY_SHOP_NOT_EXIST"]},"?"]}}}}`
	created, err := vouchersWith(t, success(result)).Create(t.Context(), []byte(`{}`))
	want := []providers.Refusal{
		{ID: "2", Field: shopsPath, Reason: "SHOP_NOT_EXIST, SHOP_INFO_NOT_PASS: 门店 不存在"}, {ID: "3", Field: shopsPath},
		{ID: "4", Field: shopsPath, Reason: "x"}, {ID: "5", Field: excludedShopsPath, Reason: "ACTIVITY_SHOP_NOT_EXIST"}, {Field: excludedShopsPath},
	}
	if err != nil || created.ID != "2026030100826004" || !slices.Equal(created.Refused, want) {
		t.Errorf("got %+v, %v", created, err)
	}
	created, err = vouchersWith(t, success(`"activity_id":"1","voucher_available_scope_result_info":null`)).Create(t.Context(), []byte(`{}`))
	if err != nil || created.Refused != nil {
		t.Errorf("got %+v, %v", created, err)
	}
}

// brandOnly is a request of all shops of a brand, without exceptions.
const brandOnly = `{"voucher_available_scope_info":{"voucher_available_geography_scope_info":{"available_geography_scope_type":"SHOP","available_geography_shop_info":{"available_geography_all_shop":{"available_brand_id":"7"}}}}}`

func TestWhatCannotBeRightIsNotSent(t *testing.T) {
	v, g := vouchersAt(t, always(success("")))
	do := func(m providers.Mutation) error { _, err := v.Do(t.Context(), m); return err }
	name := []byte(`{"activity_base_info":{"activity_name":"A"}}`)
	for what, call := range map[string]func() error{
		"a create without a body": func() error { _, err := v.Create(t.Context(), nil); return err },
		"no id":                   func() error { _, err := v.Get(t.Context(), ""); return err },
		"an id of a path":         func() error { _, err := v.CountCodes(t.Context(), "../1"); return err },
		"a page before the first": func() error { _, err := v.List(t.Context(), -1); return err },
		"a pause": func() error {
			return do(providers.Mutation{Operation: providers.OperationPause, ID: "1", Number: "1"})
		},
		"a stop without a number": func() error {
			return do(providers.Mutation{Operation: providers.OperationTerminate, ID: "1"})
		},
		"a stop of nothing": func() error {
			return do(providers.Mutation{Operation: providers.OperationTerminate, Number: "1"})
		},
		"no total": func() error {
			return do(providers.Mutation{Operation: providers.OperationAppend, ID: "1", Number: "1"})
		},
		"an odd total": func() error {
			return do(providers.Mutation{Operation: providers.OperationAppend, ID: "1", Number: "1", Total: 1 << 40})
		},
		"no codes": func() error {
			return do(providers.Mutation{Operation: providers.OperationDepositCodes, ID: "1", Number: "1"})
		},
		"too many": func() error {
			return do(providers.Mutation{Operation: providers.OperationDepositCodes, ID: "1", Number: "1", Codes: make([]string, providers.MaxCodes+1)})
		},
		"a code that is none": func() error {
			return do(providers.Mutation{Operation: providers.OperationDepositCodes, ID: "1", Number: "1", Codes: []string{"SECRET 1"}})
		},
		"a modification of nothing": func() error {
			return do(providers.Mutation{Operation: providers.OperationModify, ID: "1", Number: "1", Desired: name})
		},
		"a modification to nothing": func() error {
			return do(providers.Mutation{Operation: providers.OperationModify, ID: "1", Number: "1", Desired: []byte("{}"), Fields: []string{"activity_base_info.activity_name"}})
		},
		"a modification of what cannot be": func() error {
			return do(providers.Mutation{Operation: providers.OperationModify, ID: "1", Number: "1", Desired: name, Fields: []string{"voucher_deduct_info.voucher_type"}})
		},
		"a modification of whose shops they are": func() error {
			return do(providers.Mutation{Operation: providers.OperationModify, ID: "1", Number: "1", Desired: []byte(brandOnly), Fields: []string{excludedShopsPath, scopePath + "." + shopBlock + "." + allShopBlock + ".available_brand_id"}})
		},
		"a modification to all cities": func() error {
			return do(providers.Mutation{Operation: providers.OperationModify, ID: "1", Number: "1", Fields: []string{scopePath + "." + cityBlock + "." + allCityField},
				Desired: []byte(`{"voucher_available_scope_info":{"voucher_available_geography_scope_info":{"available_geography_city_info":{"all_city":true}}}}`)})
		},
		"a modification to no shops": func() error {
			return do(providers.Mutation{Operation: providers.OperationModify, ID: "1", Number: "1", Desired: []byte(brandOnly), Fields: []string{shopsPath}})
		},
		"a modification to no image": func() error {
			return do(providers.Mutation{Operation: providers.OperationModify, ID: "1", Number: "1", Desired: []byte(`{"voucher_display_pattern_info":{"brand_name":"A"}}`), Fields: []string{"voucher_display_pattern_info.voucher_image"}})
		},
		"a modification by nonsense": func() error {
			return do(providers.Mutation{Operation: providers.OperationModify, ID: "1", Number: "1", Desired: []byte("<"), Fields: []string{"activity_base_info.activity_name"}})
		},
	} {
		e := gotError(t, call(), providers.KindInvalid, false)
		if e.Delay != providers.DelayNever || strings.Contains(e.Error(), "SECRET") {
			t.Errorf("%s: got %+v", what, e)
		}
	}
	if len(g.calls) != 0 {
		t.Errorf("sent %d requests", len(g.calls))
	}
}

func TestAnAnswerAboutAnotherActivityIsNotBelieved(t *testing.T) {
	for _, fields := range []string{``, `"activity_id":"101"`, `"activity_base_info":{"activity_id":"101"}`, `"activity_id":""`} {
		wantError(t, get(t, vouchersWith(t, success(fields))), providers.KindUntrusted, false)
	}
	if err := get(t, vouchersWith(t, success(`"activity_base_info":{"activity_id":"100"}`))); err != nil {
		t.Error(err)
	}
}

func TestChangesAreSentAsDocumented(t *testing.T) {
	desired := []byte(`{"out_biz_no":"first","activity_base_info":{"activity_name":"新名","code_mode":"MERCHANT_API"},
		"voucher_send_mode_info":{"voucher_send_rule_info":{"quantity":10,"publish_start_time":"2026-03-01 00:00:00","publish_end_time":"2026-04-01 00:00:00"}},
		"voucher_use_rule_info":{"voucher_use_time_info":{"relative_period_info":{"wait_days_after_receive":0,"valid_days_after_receive":7}}},
		"voucher_available_scope_info":{"voucher_available_goods_info":{"goods_name":"x"},"voucher_available_geography_scope_info":{"available_geography_scope_type":"CITY_CODE","available_geography_city_info":{"available_city_codes":["110100","310100"]}}},
		"voucher_customer_guide_info":{"voucher_use_guide_info":{"use_guide_mode":["OFFLINE_CODE"]}},
		"voucher_display_pattern_info":{"brand_name":"<品牌>","brand_logo":"A*1"}}`)
	modify := func(fields ...string) providers.Mutation {
		return providers.Mutation{Operation: providers.OperationModify, ID: "100", Number: "n-1", Desired: desired, Fields: fields}
	}
	for name, tc := range map[string]struct {
		mutation providers.Mutation
		method   string
		want     string
	}{
		"stop": {providers.Mutation{Operation: providers.OperationTerminate, ID: "100", Number: "n-1"}, stopMethod,
			`{"activity_id":"100","merchant_access_mode":"SELF_MODE","out_biz_no":"n-1"}`},
		"append": {providers.Mutation{Operation: providers.OperationAppend, ID: "100", Number: "n-1", Total: 99999999}, appendMethod,
			`{"activity_id":"100","merchant_access_mode":"SELF_MODE","out_biz_no":"n-1","voucher_quantity":99999999}`},
		"codes": {providers.Mutation{Operation: providers.OperationDepositCodes, ID: "100", Number: "n-1", Codes: []string{"A=|", "B-_+"}}, codeDepositMethod,
			`{"activity_id":"100","merchant_access_mode":"SELF_MODE","out_biz_no":"n-1","voucher_codes":["A=|","B-_+"]}`},
		"name": {modify("activity_base_info.activity_name"), modifyMethod,
			`{"activity_base_info":{"activity_name":"新名"},"activity_id":"100","merchant_access_mode":"SELF_MODE","out_biz_no":"n-1"}`},
		"times and days": {modify("voucher_send_mode_info.voucher_send_rule_info.publish_end_time", "voucher_use_rule_info.voucher_use_time_info.relative_period_info.valid_days_after_receive"), modifyMethod,
			`{"activity_id":"100","merchant_access_mode":"SELF_MODE","out_biz_no":"n-1","voucher_send_mode_info":{"voucher_send_rule_info":{"publish_end_time":"2026-04-01 00:00:00"}},` +
				`"voucher_use_rule_info":{"voucher_use_time_info":{"relative_period_info":{"valid_days_after_receive":7}}}}`},
		"a list of the scope": {modify(scopePath + ".available_geography_city_info.available_city_codes"), modifyMethod,
			`{"activity_id":"100","merchant_access_mode":"SELF_MODE","out_biz_no":"n-1","voucher_available_scope_info":{"voucher_available_geography_scope_info":` +
				`{"available_geography_city_info":{"available_city_codes":["110100","310100"]},"available_geography_scope_type":"CITY_CODE"}},"voucher_available_scope_modify_type":"MODIFY_ALL"}`},
		"no exceptions of all shops": {providers.Mutation{Operation: providers.OperationModify, ID: "100", Number: "n-1", Desired: []byte(brandOnly), Fields: []string{excludedShopsPath}}, modifyMethod,
			`{"activity_id":"100","merchant_access_mode":"SELF_MODE","out_biz_no":"n-1","voucher_available_scope_info":{"voucher_available_geography_scope_info":` +
				`{"available_geography_scope_type":"SHOP","available_geography_shop_info":{"available_geography_all_shop":{"available_brand_id":"7"}}}},"voucher_available_scope_modify_type":"MODIFY_ALL"}`},
		"a field of a block, and a block": {modify("voucher_display_pattern_info.brand_name", "voucher_customer_guide_info"), modifyMethod,
			`{"activity_id":"100","merchant_access_mode":"SELF_MODE","out_biz_no":"n-1","voucher_customer_guide_info":{"voucher_use_guide_info":{"use_guide_mode":["OFFLINE_CODE"]}},` +
				`"voucher_display_pattern_info":{"brand_logo":"A*1","brand_name":"<品牌>"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			v, g := vouchersAt(t, always(success(`"success_count":2`)))
			receipt, err := v.Do(t.Context(), tc.mutation)
			if err != nil || receipt.RequestID == "" || receipt.Refused != nil {
				t.Fatalf("got %+v, %v", receipt, err)
			}
			g.oneRequest(tc.method).wantContent(t, tc.want)
		})
	}
}

func TestAChangeIsMadeForTheMerchant(t *testing.T) {
	v, g := vouchersAt(t, always(success("")), forMerchant)
	if _, err := v.Do(t.Context(), providers.Mutation{Operation: providers.OperationTerminate, ID: "100", Number: "1"}); err != nil {
		t.Fatal(err)
	}
	g.oneRequest(stopMethod).wantContent(t, `{"activity_id":"100","merchant_access_mode":"AGENCY_MODE","out_biz_no":"1"}`)
}

func TestAModificationReturnsTheShopsThatWereLeftOut(t *testing.T) {
	v := vouchersWith(t, success(`"voucher_available_scope_result_info":{"voucher_available_geography_scope_result_info":`+
		`{"available_geography_shop_result_info":{"fail_available_shop_infos":[{"shop_id":"2","fail_reasons":["SHOP_NOT_EXIST"]}]}}}`))
	receipt, err := v.Do(t.Context(), providers.Mutation{Operation: providers.OperationModify, ID: "100", Number: "1",
		Desired: []byte(`{"activity_base_info":{"activity_name":"A"}}`), Fields: []string{"activity_base_info.activity_name"}})
	if err != nil || !slices.Equal(receipt.Refused, []providers.Refusal{{ID: "2", Field: shopsPath, Reason: "SHOP_NOT_EXIST"}}) {
		t.Errorf("got %+v, %v", receipt, err)
	}
}

func TestADepositTellsWhichCodesWereTaken(t *testing.T) {
	for name, tc := range map[string]struct {
		fields   string
		accepted int64
		refused  []providers.Refusal
		bad      bool
	}{
		"all":                {`"success_count":2,"fail_count":0`, 2, nil, false},
		"as text":            {`"success_count":"2","fail_count":"0","success_voucher_code_list":["A1","B2"]`, 2, nil, false},
		"by the list":        {`"success_voucher_code_list":["A1"]`, 1, nil, false},
		"some":               {`"success_count":1,"fail_voucher_code_detail_list":[{"voucher_code":"B2","error_code":"DUPLICATE","error_msg":"券码B2重复"}]`, 1, []providers.Refusal{{ID: "B2", Reason: "DUPLICATE: 券码…重复"}}, false},
		"none":               {`"fail_voucher_code_detail_list":[{"voucher_code":"A1"},{"voucher_code":"B2","error_msg":"x"}]`, 0, []providers.Refusal{{ID: "A1"}, {ID: "B2", Reason: "x"}}, false},
		"nothing":            {``, 0, nil, true},
		"what is no number":  {`"success_count":-1`, 0, nil, true},
		"what is no list":    {`"success_voucher_code_list":"A1"`, 0, nil, true},
		"rows that are none": {`"success_count":2,"fail_voucher_code_detail_list":["x"]`, 2, []providers.Refusal{{}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			receipt, err := vouchersWith(t, success(tc.fields)).Do(t.Context(), providers.Mutation{Operation: providers.OperationDepositCodes, ID: "100", Number: "1", Codes: []string{"A1", "B2"}})
			if tc.bad {
				wantError(t, err, providers.KindUntrusted, true)
				return
			}
			if err != nil || receipt.Accepted != tc.accepted || !slices.Equal(receipt.Refused, tc.refused) {
				t.Errorf("got %+v, %v", receipt, err)
			}
		})
	}
}

func TestCodesAreCounted(t *testing.T) {
	for fields, want := range map[string]int64{`"success_count":12`: 12, `"success_count":"0"`: 0} {
		v, g := vouchersAt(t, always(success(fields)))
		if got, err := v.CountCodes(t.Context(), "100"); err != nil || got != want {
			t.Errorf("%s: got %d, %v", fields, got, err)
		}
		g.oneRequest(codeCountMethod).wantContent(t, `{"activity_id":"100","merchant_access_mode":"SELF_MODE"}`)
	}
	for _, fields := range []string{"", `"success_count":"many"`, `"success_count":-1`} {
		_, err := vouchersWith(t, success(fields)).CountCodes(t.Context(), "100")
		wantError(t, err, providers.KindUntrusted, false)
	}
}

func TestVouchersHaveNoMembersAndNothingToLookAtBefore(t *testing.T) {
	v := &Vouchers{}
	members, err := v.Members(t.Context(), "1")
	findings, err2 := v.Preflight(t.Context(), nil)
	if members != nil || findings != nil || err != nil || err2 != nil {
		t.Errorf("got %v, %v, %v, %v", members, findings, err, err2)
	}
}
