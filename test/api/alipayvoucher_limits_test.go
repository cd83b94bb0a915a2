package api_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

func TestTheLimitsOfAnAlipayVoucherAreTheVendors(t *testing.T) {
	const (
		sends   = "voucherSendModeInfo.voucherSendRuleInfo."
		fix     = "voucherDeductInfo.fixVoucherInfo."
		number  = fix + "voucherDeductThresholdInfo.voucherGoodsQuantitySpecificationInfo.specificationQuantity"
		scope   = "voucherAvailableScopeInfo."
		shops   = scope + "voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableShopIds"
		valid   = "voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo."
		usable  = valid + "timeRestrictInfo.usablePeriodInfo"
		guide   = "voucherCustomerGuideInfo.voucherUseGuideInfo.miniAppUseGuideInfo.miniAppUrl"
		display = "voucherDisplayPatternInfo."
		link    = "alipays://platformapi/startapp?appId=2021000000000001&page="
	)
	object := alipayVoucher().maximal(t, "limits")
	set(t, object, "spec.budgetYuan", nil)
	for _, l := range []limit{
		{path: "outBizNo", fits: filled("", 64), doesNot: filled("", 65)},
		{path: "activityBaseInfo.activityName", fits: strings.Repeat("券", 20), doesNot: strings.Repeat("券", 21)},
		{path: "activityBaseInfo.activityName", fits: "满10减1🎁", doesNot: "满10　减1"},
		{path: sends + "quantity", fits: int64(99999999), doesNot: int64(100000000)},
		{path: sends + "quantity", fits: int64(1), doesNot: int64(0)},
		{path: sends + "quantityLimitPerUser", fits: int64(999999999), doesNot: int64(1000000000)},
		{path: sends + "quantityLimitPerUser", fits: int64(1), doesNot: int64(-1)},
		// The maximal manifest begins at midnight of the first of June, Beijing time, and is valid until September.
		{path: sends + "publishEndTime", fits: "2027-05-31T16:00:01Z", doesNot: "2027-05-31T16:00:00Z"},
		{path: sends + "publishEndTime", fits: "2027-08-30T00:00:00+08:00", doesNot: "2027-08-30T00:00:00.5+08:00"},
		{path: sends + "publishEndTime", fits: "2027-09-30T23:59:58+08:00", doesNot: "2027-09-30T23:59:59+08:00"},
		{path: fix + "amount", fits: "0.10", doesNot: "0.09"},
		{path: fix + "amount", fits: "0.1", doesNot: ".1"},
		{path: fix + "amount", fits: "3000", doesNot: "3000.01"},
		{path: fix + "amount", fits: "3000.00", doesNot: "3000.001"},
		{path: fix + "amount", fits: "10", doesNot: "1e1"},
		{path: fix + "amount", fits: "1.5", doesNot: "01.5"},
		{path: fix + "floorAmount", fits: "50000.00", doesNot: "50000.01"},
		{path: fix + "floorAmount", fits: "0.10", doesNot: "0"},
		{path: number, fits: int64(999999999), doesNot: int64(1000000000)},
		{path: number, fits: int64(1), doesNot: int64(0)},
		{path: shops, fits: ids(1024), doesNot: ids(1025)},
		{path: shops, fits: []any{strings.Repeat("1", 32)}, doesNot: []any{strings.Repeat("1", 33)}},
		{path: scope + "voucherAvailableGoodsInfo.goodsName", fits: strings.Repeat("券", 12), doesNot: strings.Repeat("券", 13)},
		{path: scope + "voucherAvailableGoodsInfo.originAmount", fits: "999999999", doesNot: "999999999.01"},
		{path: scope + "voucherAvailableGoodsInfo.originAmount", fits: "0.01", doesNot: "0.00"},
		{path: scope + "voucherAvailableGoodsInfo.originAmount", fits: "999999999.00", doesNot: "9999999999"},
		{path: valid + "validEndTime", fits: "2027-08-29T16:00:00Z", doesNot: "2027-08-29T15:59:59Z"},
		{path: valid + "validBeginTime", fits: "2027-09-30T23:59:58+08:00", doesNot: "2027-09-30T23:59:59+08:00"},
		{path: usable, fits: weeks(1000), doesNot: weeks(1001)},
		{path: usable, fits: []any{weekHours("1,2,3,4,5,6,7", "00:00:00", "SAME_DAY", "00:00:01")}, doesNot: []any{weekHours("1,2,1", "00:00:00", "SAME_DAY", "00:00:01")}},
		{path: usable, fits: []any{weekHours("7", "23:59:59", "NEXT_DAY", "00:00:00")}, doesNot: []any{weekHours("0", "23:59:59", "NEXT_DAY", "00:00:00")}},
		{path: usable, fits: []any{weekHours("6,1", "00:00:00", "SAME_DAY", "23:59:59")}, doesNot: []any{weekHours("6，1", "00:00:00", "SAME_DAY", "23:59:59")}},
		{path: guide, fits: filled(link, 64), doesNot: filled(link, 65)},
		{path: display + "brandName", fits: strings.Repeat("券", 12), doesNot: strings.Repeat("券", 13)},
		{path: display + "brandLogo", fits: filled("A*", 128), doesNot: filled("A*", 129)},
		{path: display + "voucherDescription", fits: strings.Repeat("券", 1000), doesNot: strings.Repeat("券", 1001)},
		{path: display + "customerServiceMobile", fits: "(0571) 8888-8888*123", doesNot: "(0571) 8888-8888*1234"},
		{path: display + "voucherImage", fits: filled("A*", 64), doesNot: filled("A*", 65)},
		{path: display + "voucherDetailImages", fits: []any{"1", "2", "3"}, doesNot: []any{"1", "2", "3", "4"}},
		{path: display + "voucherDetailImages", fits: []any{filled("", 64)}, doesNot: []any{filled("", 65)}},
		{path: "adopt.activityId", fits: filled("", 128), doesNot: filled("", 129)},
	} {
		check(t, object, l)
	}
}

func TestTheLimitsOfTheOtherAlipayVouchersAreTheVendors(t *testing.T) {
	const (
		discount = "voucherDeductInfo.discountVoucherInfo."
		special  = "voucherDeductInfo.specialVoucherInfo."
		exchange = "voucherDeductInfo.exchangeVoucherInfo."
		scope    = "voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo."
		all      = scope + "availableGeographyShopInfo.availableGeographyAllShop."
		relative = "voucherUseRuleInfo.voucherUseTimeInfo.relativePeriodInfo."
		display  = "voucherDisplayPatternInfo."
	)
	for i, limits := range [][]limit{
		1: {
			{path: "voucherCodesFrom", fits: sources(50), doesNot: sources(51)},
			{path: "voucherCodesFrom", fits: codes(1, 100000), doesNot: codes(100001)},
			{path: "voucherCodesFrom", fits: codes(1), doesNot: codes(0)},
			{path: discount + "discount", fits: "0.1", doesNot: "0.09"},
			{path: discount + "discount", fits: "9.9", doesNot: "9.91"},
			{path: discount + "discount", fits: "9.90", doesNot: "9.95"},
			{path: discount + "discount", fits: "9.89", doesNot: "10"},
			{path: discount + "discount", fits: "9", doesNot: "0"},
			{path: discount + "discount", fits: "8.85", doesNot: "8.855"},
			{path: discount + "ceilingAmount", fits: "15000", doesNot: "15000.01"},
			{path: discount + "ceilingAmount", fits: "0.1", doesNot: "0.09"},
			{path: all + "availableBrandId", fits: strings.Repeat("1", 64), doesNot: strings.Repeat("1", 65)},
			{path: all + "merchantIds", fits: []any{"2088051000000502"}, doesNot: []any{"2088051000000502", "2088051000000503"}},
			{path: all + "merchantIds", fits: []any{"2088051000000502"}, doesNot: []any{"208805100000050"}},
			{path: all + "excludeShopIds", fits: ids(10000), doesNot: ids(10001)},
			{path: relative + "waitDaysAfterReceive", fits: int64(999999999), doesNot: int64(1000000000)},
			{path: relative + "waitDaysAfterReceive", fits: int64(0), doesNot: int64(-1)},
			{path: relative + "validDaysAfterReceive", fits: int64(999999999), doesNot: int64(1000000000)},
			{path: relative + "validDaysAfterReceive", fits: int64(1), doesNot: int64(0)},
			{path: display + "customerServiceUrl", fits: filled("https://", 255), doesNot: filled("https://", 256)},
		},
		2: {
			{path: special + "specialAmount", fits: "0.00", doesNot: "-0.01"},
			{path: special + "specialAmount", fits: "9.89", doesNot: "9.90"}, // the price without
			{path: scope + "availableGeographyCityInfo.availableCityCodes", fits: cityCodes(10000), doesNot: cityCodes(10001)},
			{path: scope + "availableGeographyCityInfo.availableCityCodes", fits: []any{"150100"}, doesNot: []any{"15010"}},
		},
		3: {
			{path: exchange + "exchangeGoodsInfo.exchangeGoodsName", fits: strings.Repeat("券", 16), doesNot: strings.Repeat("券", 17)},
			{path: exchange + "amount", fits: "3000", doesNot: "3000.01"},
			{path: display + "voucherName", fits: strings.Repeat("券", 20), doesNot: strings.Repeat("券", 21)},
		},
	} {
		object := readManifest(t, alipayVoucher().manifests[i]).objects[0]
		set(t, object, "spec.budgetYuan", nil)
		for _, l := range limits {
			check(t, object, l)
		}
	}
}

// The special price has a bound of its own, where the product is dear enough.
func TestASpecialPriceIsAtMost999Yuan(t *testing.T) {
	object := readManifest(t, alipayVoucher().manifests[2]).objects[0]
	changes{"spec.budgetYuan": nil, goods + ".originAmount": "5000"}.apply(t, object)
	check(t, object, limit{path: "voucherDeductInfo.specialVoucherInfo.specialAmount", fits: "999", doesNot: "999.01"})
}

// The amounts of an activity depend on each other. A sum that breaks its bound, or cannot be made, is refused once.
func TestTheMoneyOfAnAlipayVoucherAddsUp(t *testing.T) {
	const (
		ceiling = "spec.voucherDeductInfo.discountVoucherInfo.ceilingAmount"
		special = "spec.voucherDeductInfo.specialVoucherInfo.specialAmount"
		worth   = "spec.voucherDeductInfo.exchangeVoucherInfo.amount"
		wrong   = "spec.budgetYuan: Invalid value: write the budgetYuan"
		most    = math.MaxInt64
	)
	const fix, discount, specials, exchange = 0, 1, 2, 3
	for name, c := range map[string]struct {
		manifest int
		change   changes
		refusals []string
	}{
		"a fixed amount":                 {fix, changes{fixInfo + "amount": "0.1", sendRule + "quantity": int64(3), "spec.budgetYuan": "0.30"}, nil},
		"the most of all":                {fix, changes{fixInfo + "amount": "999.99", sendRule + "quantity": int64(99999999), "spec.budgetYuan": "99998999000.01"}, nil},
		"a fen less":                     {fix, changes{"spec.budgetYuan": "199999.99"}, []string{wrong}},
		"a fen more":                     {fix, changes{"spec.budgetYuan": "200000.01"}, []string{wrong}},
		"fen for yuan":                   {fix, changes{"spec.budgetYuan": "20000000.00"}, []string{wrong}},
		"one voucher":                    {fix, changes{"spec.budgetYuan": "10.00"}, []string{wrong}},
		"a budget in another form":       {fix, changes{"spec.budgetYuan": "200000"}, []string{`spec.budgetYuan: Invalid value: "200000": write the amount in yuan`}},
		"an amount in another form":      {fix, changes{fixInfo + "amount": "1e1"}, []string{"spec.voucherDeductInfo.fixVoucherInfo.amount: Invalid value: \"1e1\": write the amount in yuan"}},
		"more vouchers than can be":      {fix, changes{sendRule + "quantity": int64(most)}, []string{"spec.voucherSendModeInfo.voucherSendRuleInfo.quantity: Invalid value: 9223372036854775807: write quantity from 1"}},
		"fewer than none":                {fix, changes{sendRule + "quantity": int64(-1)}, []string{"spec.voucherSendModeInfo.voucherSendRuleInfo.quantity: Invalid value: -1: write quantity from 1"}},
		"a ceiling and codes":            {discount, changes{ceiling: "50.5", "spec.budgetYuan": "60600.00"}, nil},
		"other codes":                    {discount, changes{"spec.voucherCodesFrom": codes(1000, 201)}, []string{wrong}},
		"no codes":                       {discount, changes{"spec.voucherCodesFrom": nil}, []string{"spec.voucherCodesFrom: Required value: write voucherCodesFrom"}},
		"more codes than can be":         {discount, changes{"spec.voucherCodesFrom": codes(most, most)}, []string{"spec.voucherCodesFrom[0].count: Invalid value: 9223372036854775807: write count from 1", "spec.voucherCodesFrom[1].count: Invalid"}},
		"a difference":                   {specials, changes{special: "0.95", "spec.budgetYuan": "89500.00"}, nil},
		"the price, not the difference":  {specials, changes{"spec.budgetYuan": "99000.00"}, []string{wrong}},
		"the dearest product":            {specials, changes{goods + ".originAmount": "999999999", sendRule + "quantity": int64(99999999), "spec.budgetYuan": "1.00"}, []string{wrong}},
		"a special price above":          {specials, changes{special: "9.90"}, []string{"spec.voucherDeductInfo.specialVoucherInfo.specialAmount: Invalid value: write a specialAmount below originAmount"}},
		"no product":                     {specials, changes{goods: nil}, []string{"spec.voucherAvailableScopeInfo.voucherAvailableGoodsInfo: Required value: write voucherAvailableGoodsInfo"}},
		"goods of a value":               {exchange, changes{worth: "0.10", "spec.budgetYuan": "100.00"}, nil},
		"goods of another value":         {exchange, changes{worth: "99.99"}, []string{wrong}},
		"goods of no value":              {exchange, changes{worth: nil}, []string{"spec.voucherDeductInfo.exchangeVoucherInfo.amount: Required value: write exchangeVoucherInfo.amount"}},
		"goods of no value, and no sum":  {exchange, changes{worth: nil, "spec.budgetYuan": nil}, nil},
		"two mistakes in what it is for": {fix, changes{"spec.voucherDeductInfo.discountVoucherInfo": map[string]any{"discount": "6.5", "ceilingAmount": "10.00"}}, []string{"spec.voucherDeductInfo: Invalid value: write exactly one of fixVoucherInfo"}},
		"nothing that it is for":         {fix, changes{"spec.voucherDeductInfo": map[string]any{}}, []string{"spec.voucherDeductInfo: Invalid value: write exactly one of fixVoucherInfo"}},
		"a count that nobody can divide": {fix, changes{sendRule + "quantity": int64(7), "spec.budgetYuan": "69.99"}, []string{wrong}},
		"nothing":                        {fix, changes{"spec.budgetYuan": "0.00"}, []string{wrong}},
	} {
		t.Run(name, func(t *testing.T) {
			object := readManifest(t, alipayVoucher().manifests[c.manifest]).objects[0]
			c.change.apply(t, object)
			expectCauses(t, api.Create(t.Context(), object, client.DryRunAll), c.refusals...)
		})
	}
}

// The largest lists there can be, with the freeze comparing all of them. It takes server-side apply: the annotation of kubectl's
// client-side apply has no room for it.
func TestTheLargestAlipayVoucherFitsTheCostBudget(t *testing.T) {
	hours := map[string]any{"usablePeriodInfo": weeks(1000), "disablePeriodInfo": weeks(1000)}
	shops := map[string]any{"availableBrandId": "1", "excludeShopIds": ids(10000)}
	for name, change := range map[string]changes{
		"shops excluded": {
			geoScope: map[string]any{"availableGeographyShopInfo": map[string]any{"availableGeographyAllShop": shops}},
			useTime:  map[string]any{"relativePeriodInfo": map[string]any{"waitDaysAfterReceive": int64(0), "validDaysAfterReceive": int64(1), "timeRestrictInfo": hours}},
		},
		"cities": {
			geoScope:                      map[string]any{"availableGeographyCityInfo": map[string]any{"availableCityCodes": cityCodes(10000)}},
			absolute + "timeRestrictInfo": hours, looks + "voucherDescription": strings.Repeat("券", 1000),
		},
		"codes and shops": {
			"spec.activityBaseInfo.codeMode": "MERCHANT_UPLOAD", sendRule + "quantity": nil, "spec.voucherCodesFrom": sources(50), "spec.budgetYuan": "500.00",
			shopInfo + ".availableShopIds": ids(1024),
		},
	} {
		t.Run(name, func(t *testing.T) {
			object := alipayVoucher().maximal(t, "largest")
			change.apply(t, object)
			applied := object.DeepCopy()
			if err := api.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(applied), client.FieldOwner("git")); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { remove(t, object) })
			for _, creation := range []string{"Confirmed", "Unknown"} {
				if err := api.Get(t.Context(), client.ObjectKeyFromObject(object), applied); err != nil {
					t.Fatal(err)
				}
				set(t, applied, "status.creation", creation)
				if err := api.Status().Update(t.Context(), applied); err != nil {
					t.Fatal(err)
				}
				set(t, applied, "spec.state", map[string]any{"Confirmed": "Active", "Unknown": "Draft"}[creation])
				if err := api.Update(t.Context(), applied); err != nil {
					t.Errorf("%s: %v", creation, err)
				}
			}
		})
	}
}

func weeks(n int) []any {
	var all []any
	for i := range n {
		all = append(all, weekHours("1,2,3,4,5,6,7", fmt.Sprintf("%02d:00:00", i%24), "SAME_DAY", fmt.Sprintf("%02d:59:59", i%24)))
	}
	return all
}

func cityCodes(n int) []any {
	var all []any
	for i := range n {
		all = append(all, fmt.Sprintf("%06d", 150100+i))
	}
	return all
}

// sources are n Secrets with a code each.
func sources(n int) []any {
	var all []any
	for i := range n {
		all = append(all, map[string]any{"secretName": fmt.Sprintf("codes-%d", i), "count": int64(1)})
	}
	return all
}
