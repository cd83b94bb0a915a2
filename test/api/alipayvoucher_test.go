package api_test

import (
	"maps"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// The refusals of an AlipayVoucherActivity's edits.
const (
	voucherNumberFrozen = "spec.outBizNo: Forbidden: take the change of outBizNo or merchantAccessMode back"
	voucherBaseFrozen   = "spec.activityBaseInfo: Forbidden: take the change of activityBaseInfo back"
	voucherSendFrozen   = "spec.voucherSendModeInfo: Forbidden: take the change of voucherSendModeInfo back"
	voucherDeductFrozen = "spec.voucherDeductInfo: Forbidden: take the change of voucherDeductInfo back"
	voucherScopeFrozen  = "spec.voucherAvailableScopeInfo: Forbidden: take the change of voucherAvailableScopeInfo back"
	voucherUseFrozen    = "spec.voucherUseRuleInfo: Forbidden: take the change of voucherUseRuleInfo back"
	voucherGuideFrozen  = "spec.voucherCustomerGuideInfo: Forbidden: take the change of voucherCustomerGuideInfo back for now"
	voucherGuideStays   = "spec.voucherCustomerGuideInfo: Forbidden: write miniAppUseGuideInfo again"
	voucherLooksStay    = "spec.voucherDisplayPatternInfo: Forbidden: write voucherImage and voucherDetailImages again"
	voucherLooksFrozen  = "spec.voucherDisplayPatternInfo: Forbidden: take the change of voucherDisplayPatternInfo back for now"
)

// The places that the tests change.
const (
	sendRule = "spec.voucherSendModeInfo.voucherSendRuleInfo."
	fixInfo  = "spec.voucherDeductInfo.fixVoucherInfo."
	geoScope = "spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo"
	shopInfo = geoScope + ".availableGeographyShopInfo"
	goods    = "spec.voucherAvailableScopeInfo.voucherAvailableGoodsInfo"
	useTime  = "spec.voucherUseRuleInfo.voucherUseTimeInfo"
	absolute = useTime + ".absolutePeriodInfo."
	useGuide = "spec.voucherCustomerGuideInfo.voucherUseGuideInfo."
	looks    = "spec.voucherDisplayPatternInfo."
)

func alipayVoucher() campaign {
	begin := changes{sendRule + "publishStartTime": "2027-06-02T00:00:00+08:00"}
	cities := changes{geoScope: map[string]any{"availableGeographyCityInfo": map[string]any{"allCity": true}}}
	k := campaign{
		kind:      "AlipayVoucherActivity",
		ref:       "appRef",
		idField:   "activityId",
		over:      "Stopped",
		policy:    "Terminate",
		otherName: begin,
		otherAll: begin.with(cities).with(changes{
			fixInfo + "amount": "20.00", "spec.budgetYuan": "400000.00", "spec.outBizNo": nil, "spec.activityBaseInfo.activityName": "另一个名字",
			useTime: map[string]any{"relativePeriodInfo": map[string]any{"waitDaysAfterReceive": int64(0), "validDaysAfterReceive": int64(7)}},
		}),
		gone: changes{
			"spec.outBizNo": nil, "spec.merchantAccessMode": nil, "spec.activityBaseInfo": nil, "spec.voucherSendModeInfo": nil,
			"spec.voucherDeductInfo": nil, "spec.voucherAvailableScopeInfo": nil, "spec.voucherUseRuleInfo": nil,
			"spec.voucherCustomerGuideInfo": nil, "spec.voucherDisplayPatternInfo": nil,
		},
		half:       changes{"spec.voucherDeductInfo": nil, "spec.voucherCustomerGuideInfo": nil},
		nameFrozen: voucherSendFrozen,
		missing: missing("activityBaseInfo", "voucherSendModeInfo", "voucherDeductInfo", "voucherAvailableScopeInfo", "voucherUseRuleInfo",
			"voucherCustomerGuideInfo", "voucherDisplayPatternInfo"),
		optionalGone: []string{voucherNumberFrozen},
		halved:       missing("voucherDeductInfo", "voucherCustomerGuideInfo"),
		frozen:       voucherFrozen(begin, cities),
		edits:        map[string]edit{},
	}
	for _, kind := range []string{"fix", "discount", "special", "exchange"} {
		k.manifests = append(k.manifests, "../../api/v1alpha1/testdata/alipayvoucheractivity-maximal-"+kind+".yaml")
	}
	for name, e := range voucherModifications() {
		k.edits[name] = edit{given: k.recorded(confirmed, 1), change: e.change}
		k.edits[name+", while nothing is certain"] = edit{given: k.recorded(unknown, 1), change: e.change, refusals: []string{e.refusal}}
	}
	maps.Copy(k.edits, voucherRemovals(k))
	for name, change := range map[string]changes{
		"no second pair of eyes": {"spec.budgetYuan": nil},
		"created":                {"spec.state": "Active"},
	} {
		for _, creation := range []v1alpha1.CreationOutcome{"", unknown, confirmed, differs} {
			k.edits[name+", creation="+string(creation)] = edit{given: k.recorded(creation, 1), change: change}
		}
	}
	return k
}

// voucherFrozen are edits that Alipay has no call for.
func voucherFrozen(begin, cities changes) map[string]frozenEdit {
	return map[string]frozenEdit{
		"another begin":             {begin, voucherSendFrozen},
		"outBizNo changed":          {changes{"spec.outBizNo": "another"}, voucherNumberFrozen},
		"outBizNo left out":         {changes{"spec.outBizNo": nil}, voucherNumberFrozen},
		"merchantAccessMode":        {changes{"spec.merchantAccessMode": nil}, voucherNumberFrozen},
		"voucherSendMode":           {changes{"spec.voucherSendModeInfo.voucherSendMode": nil}, voucherSendFrozen},
		"more for a user":           {changes{sendRule + "quantityLimitPerUser": int64(4)}, voucherSendFrozen},
		"the limit of a person":     {changes{sendRule + "naturalPersonLimit": false}, voucherSendFrozen},
		"the limit of a phone":      {changes{sendRule + "phoneNumberLimit": nil}, voucherSendFrozen},
		"a channel added":           {changes{"spec.voucherSendModeInfo.deliveryChannelList": []any{"CONSUME_VOUCHER"}}, voucherSendFrozen},
		"voucherType":               {changes{"spec.voucherDeductInfo.voucherType": nil}, voucherDeductFrozen},
		"the amount":                {changes{fixInfo + "amount": "20.00", "spec.budgetYuan": "400000.00"}, voucherDeductFrozen},
		"the threshold":             {changes{fixInfo + "floorAmount": "100"}, voucherDeductFrozen},
		"shops turned into cities":  {cities, voucherScopeFrozen},
		"some shops turned to all":  {changes{shopInfo: map[string]any{"availableGeographyAllShop": map[string]any{"availableBrandId": "1"}}}, voucherScopeFrozen},
		"the product":               {changes{goods + ".goodsName": "另一个"}, voucherScopeFrozen},
		"no product":                {changes{goods: nil}, voucherScopeFrozen},
		"periodType":                {changes{useTime + ".periodType": nil}, voucherUseFrozen},
		"another begin of validity": {changes{absolute + "validBeginTime": "2027-06-02T00:00:00+08:00"}, voucherUseFrozen},
		"the hours":                 {changes{absolute + "timeRestrictInfo.disablePeriodInfo": nil}, voucherUseFrozen},
		"no hours":                  {changes{absolute + "timeRestrictInfo": nil}, voucherUseFrozen},
		"another kind of validity": {changes{useTime: map[string]any{
			"periodType": "RELATIVE", "relativePeriodInfo": map[string]any{"waitDaysAfterReceive": int64(0), "validDaysAfterReceive": int64(7)},
		}}, voucherUseFrozen},
		"state and the amount":         {changes{"spec.state": "Active", fixInfo + "amount": "20.00", "spec.budgetYuan": "400000.00"}, voucherDeductFrozen},
		"deletionPolicy and the begin": {begin.with(changes{"spec.deletionPolicy": "Terminate"}), voucherSendFrozen},
	}
}

// voucherModifications are edits that Alipay has calls for, once the activity exists. What would shrink is admitted, too: it is
// answered by a condition.
func voucherModifications() map[string]frozenEdit {
	quantity := func(n int64, budget string) changes {
		return changes{sendRule + "quantity": n, "spec.budgetYuan": budget}
	}
	return map[string]frozenEdit{
		"the name":                {changes{"spec.activityBaseInfo.activityName": "另一个名字"}, voucherBaseFrozen},
		"a later end":             {changes{sendRule + "publishEndTime": "2027-08-30T23:59:59+08:00"}, voucherSendFrozen},
		"an earlier end":          {changes{sendRule + "publishEndTime": "2027-08-01T23:59:59+08:00"}, voucherSendFrozen},
		"more vouchers":           {quantity(30000, "300000.00"), voucherSendFrozen},
		"fewer vouchers":          {quantity(10000, "100000.00"), voucherSendFrozen},
		"a later end of validity": {changes{absolute + "validEndTime": "2027-12-31T23:59:59+08:00"}, voucherUseFrozen},
		"a shop added":            {changes{shopInfo + ".availableShopIds": []any{"1", "2", "3"}}, voucherScopeFrozen},
		"the scope's type":        {changes{geoScope + ".availableGeographyScopeType": nil}, voucherScopeFrozen},
		"another link":            {changes{useGuide + "miniAppUseGuideInfo.miniAppUrl": "alipays://platformapi/startapp?appId=1"}, voucherGuideFrozen},
		"another logo":            {changes{looks + "brandLogo": "another"}, voucherLooksFrozen},
		"other pictures":          {changes{looks + "voucherImage": "another", looks + "voucherDetailImages": []any{"another"}}, voucherLooksFrozen},
		"a link for a telephone":  {changes{looks + "customerServiceMobile": nil, looks + "customerServiceUrl": "https://example.com"}, voucherLooksFrozen},
		"only the mini program":   {changes{useGuide + "useGuideMode": []any{"MINI_APP"}}, voucherGuideFrozen},
		"a service for a link":    {changes{useGuide + "miniAppUseGuideInfo": map[string]any{"miniAppServiceCodes": []any{"1"}}}, voucherGuideFrozen},
	}
}

// voucherRemovals take away what Alipay's calls only change. What was added cannot be taken back for the same reason.
func voucherRemovals(k campaign) map[string]edit {
	noPictures := changes{looks + "voucherImage": nil, looks + "voucherDetailImages": nil}
	noMiniApp := changes{useGuide + "useGuideMode": []any{"OFFLINE_CODE"}, useGuide + "miniAppUseGuideInfo": nil}
	all := map[string]edit{
		"no more pictures": {change: changes{looks + "voucherDetailImages": nil}, refusals: []string{voucherLooksStay}},
		"no pictures":      {change: noPictures, refusals: []string{voucherLooksStay}},
		"no mini program":  {change: noMiniApp, refusals: []string{voucherGuideStays}},
	}
	for name, e := range all {
		e.given = k.recorded(confirmed, 1)
		all[name] = e
	}
	all["no pictures, while nothing is certain"] = edit{given: k.recorded(unknown, 1), change: noPictures, refusals: []string{voucherLooksFrozen}}
	all["no mini program, while nothing is certain"] = edit{given: k.recorded(unknown, 1), change: noMiniApp, refusals: []string{voucherGuideFrozen}}
	all["no pictures of what was taken over"] = edit{found: k.adopt(ourID), given: k.takenOver(1, ourID), change: noPictures}
	return all
}

func TestWhatIsAddedToTheLooksStays(t *testing.T) {
	k := alipayVoucher()
	for refusal, c := range map[string]struct{ without, with changes }{
		voucherLooksStay: {changes{looks + "voucherImage": nil, looks + "voucherDetailImages": nil}, changes{looks + "voucherImage": "another"}},
		voucherGuideStays: {changes{useGuide + "useGuideMode": []any{"OFFLINE_CODE"}, useGuide + "miniAppUseGuideInfo": nil},
			changes{useGuide + "useGuideMode": []any{"MINI_APP"}, useGuide + "miniAppUseGuideInfo.miniAppServiceCodes": []any{"1"}}},
	} {
		stored := k.storeWith(t, c.without, k.recorded(confirmed, 1))
		c.with.apply(t, stored)
		if err := api.Update(t.Context(), stored); err != nil {
			t.Fatal(err)
		}
		c.without.apply(t, stored)
		expectForbidden(t, api.Update(t.Context(), stored), refusal)
		remove(t, stored)
	}
}

// codes are Secrets with a number of codes in each.
func codes(counts ...int64) []any {
	var all []any
	for i, count := range counts {
		all = append(all, map[string]any{"secretName": "codes-" + string(rune('a'+i)), "count": count})
	}
	return all
}

func TestCodesCanBeAddedWhateverBecameOfTheActivity(t *testing.T) {
	k := alipayVoucher()
	for _, creation := range []v1alpha1.CreationOutcome{"", unknown, confirmed, differs} {
		stored := k.storeWith(t, changes{"spec.activityBaseInfo.codeMode": "MERCHANT_UPLOAD", sendRule + "quantity": nil,
			"spec.voucherCodesFrom": codes(100), "spec.budgetYuan": "1000.00"}, k.recorded(creation, 1))
		changes{"spec.voucherCodesFrom": codes(100, 50), "spec.budgetYuan": "1500.00"}.apply(t, stored)
		if err := api.Update(t.Context(), stored); err != nil {
			t.Errorf("creation=%s: %v", creation, err)
		}
		remove(t, stored)
	}
}

func TestAScopeOfAllShopsOrCitiesStaysOneOfThem(t *testing.T) {
	k := alipayVoucher()
	cities := func(info map[string]any) changes {
		return changes{geoScope: map[string]any{"availableGeographyCityInfo": info}}
	}
	all := func(info map[string]any) changes {
		return changes{geoScope: map[string]any{"availableGeographyShopInfo": map[string]any{"availableGeographyAllShop": info}}}
	}
	china, two := cities(map[string]any{"allCity": true}), cities(map[string]any{"availableCityCodes": []any{"150100", "330100"}})
	brand := all(map[string]any{"availableBrandId": "1"})
	some := all(map[string]any{"availableBrandId": "1", "excludeShopIds": []any{"2"}})
	for name, c := range map[string]struct {
		from, to changes
		refusal  string
	}{
		"the country to cities":          {china, two, voucherScopeFrozen},
		"cities to the country":          {two, china, voucherScopeFrozen},
		"all shops to all but one":       {brand, some, ""},
		"all but one to all shops":       {some, brand, ""},
		"all shops to another brand's":   {brand, all(map[string]any{"availableBrandId": "2"}), voucherScopeFrozen},
		"all shops to a merchant's":      {brand, all(map[string]any{"merchantIds": []any{"2088051000000502"}}), voucherScopeFrozen},
		"all shops, the merchant said":   {brand, all(map[string]any{"availableBrandId": "1", "merchantIds": []any{"2088051000000502"}}), voucherScopeFrozen},
		"all shops to cities":            {brand, two, voucherScopeFrozen},
		"the country to all shops":       {china, brand, voucherScopeFrozen},
		"all shops to a list of shops":   {brand, changes{geoScope: map[string]any{"availableGeographyShopInfo": map[string]any{"availableShopIds": []any{"1"}}}}, voucherScopeFrozen},
		"cities in another order":        {two, cities(map[string]any{"availableCityCodes": []any{"330100", "150100"}}), ""},
		"all but one, and the goods":     {some, brand.with(changes{goods: nil}), voucherScopeFrozen},
		"the same, its type spelled out": {brand, brand.with(changes{geoScope + ".availableGeographyScopeType": "SHOP"}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			stored := k.storeWith(t, c.from, k.recorded(confirmed, 1))
			c.to.apply(t, stored)
			err := api.Update(t.Context(), stored)
			if c.refusal != "" {
				expectForbidden(t, err, c.refusal)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhatFollowsOfAnAlipayVoucherMayBeLeftOutOrGiven(t *testing.T) {
	for name, change := range map[string]changes{
		"all given":                      {},
		"outBizNo left out":              {"spec.outBizNo": nil},
		"merchantAccessMode left out":    {"spec.merchantAccessMode": nil},
		"voucherSendMode left out":       {"spec.voucherSendModeInfo.voucherSendMode": nil},
		"voucherType left out":           {"spec.voucherDeductInfo.voucherType": nil},
		"the scope's type left out":      {geoScope + ".availableGeographyScopeType": nil},
		"periodType left out":            {useTime + ".periodType": nil},
		"budgetYuan left out":            {"spec.budgetYuan": nil},
		"no goods: all of them":          {goods: nil},
		"goods without a price":          {goods + ".originAmount": nil},
		"no threshold":                   {fixInfo + "floorAmount": nil},
		"no limit for a user":            {sendRule + "quantityLimitPerUser": nil, sendRule + "phoneNumberLimit": nil},
		"none written as 0":              {sendRule + "quantityLimitPerUser": int64(0), sendRule + "naturalPersonLimit": false},
		"codes, and quantity left out":   {"spec.activityBaseInfo.codeMode": "MERCHANT_UPLOAD", sendRule + "quantity": nil, "spec.budgetYuan": nil},
		"codes, and quantity 0":          {"spec.activityBaseInfo.codeMode": "MERCHANT_UPLOAD", sendRule + "quantity": int64(0), "spec.budgetYuan": nil},
		"a description of many lines":    {looks + "voucherDescription": "一\n\n二"},
		"all shops of a merchant":        {shopInfo: map[string]any{"availableGeographyAllShop": map[string]any{"merchantIds": []any{"2088051000000502"}}}},
		"hours of more than a day":       {absolute + "timeRestrictInfo": map[string]any{"usablePeriodInfo": []any{weekHours("1", "00:00:00", "NEXT_DAY", "23:59:59")}}},
		"valid before it is given out":   {absolute + "validBeginTime": "2027-05-01T00:00:00+08:00"},
		"deleting it stops the activity": {"spec.deletionPolicy": "Terminate"},
	} {
		t.Run(name, func(t *testing.T) {
			object := alipayVoucher().maximal(t, "derivable")
			change.apply(t, object)
			want := object.DeepCopy().Object["spec"]
			if err := api.Create(t.Context(), object, client.DryRunAll); err != nil {
				t.Fatal(err)
			}
			if !equalJSON(object.Object["spec"], want) {
				t.Errorf("the API server changed spec: got %v, want %v", object.Object["spec"], want)
			}
		})
	}
}

func weekHours(days, begin, endType, end string) map[string]any {
	return map[string]any{"ruleType": "WEEK", "weekRuleInfo": map[string]any{"weekDay": days, "timeRangeInfo": map[string]any{
		"beginTime": begin, "endTimeInfo": map[string]any{"endTimeType": endType, "endTime": end},
	}}}
}
