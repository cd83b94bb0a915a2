package api_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// limit is a place with the largest or smallest value that fits and the next one, which does not.
type limit struct {
	path          string
	fits, doesNot any
}

func TestTheLimitsOfAnActivityAreTheVendors(t *testing.T) {
	const url = "https://images.example/"
	for _, l := range []limit{
		{path: "activityBaseInfo.activityName", fits: strings.Repeat("券", 10), doesNot: strings.Repeat("券", 11)},
		{path: "activityBaseInfo.activitySecondTitle", fits: strings.Repeat("券", 9), doesNot: strings.Repeat("券", 10)},
		{path: "activityBaseInfo.merchantLogoUrl", fits: filled(url, 128), doesNot: filled(url, 129)},
		{path: "activityBaseInfo.merchantLogoUrl", fits: "https://a/", doesNot: "http://a/"}, // 10 and 9
		{path: "activityBaseInfo.backgroundColor", fits: "COLOR100", doesNot: "COLOR110"},
		{path: "activityBaseInfo.backgroundColor", fits: "COLOR090", doesNot: "COLOR000"},
		{path: "activityBaseInfo.backgroundColor", fits: "Color010", doesNot: "color010"},
		{path: "activityBaseInfo.outRequestNo", fits: filled("", 128), doesNot: filled("", 129)},
		{path: "activityBaseInfo.miniProgramsAppid", fits: filled("wx", 32), doesNot: filled("wx", 33)},
		{path: "activityBaseInfo.miniProgramsPath", fits: filled("p/", 128), doesNot: filled("p/", 129)},
		// The maximal manifest begins half a second past midnight, Beijing time.
		{path: "activityBaseInfo.endTime", fits: "2027-08-30T00:00:00.500+08:00", doesNot: "2027-08-30T00:00:00.501+08:00"},
		{path: "activityBaseInfo.availablePeriods.availableTime", fits: dates(100), doesNot: dates(101)},
		{path: "activityBaseInfo.availablePeriods.availableDayTime", fits: hours(24), doesNot: append(hours(24), hours(1)...)},
		{path: "awardSendRule.transactionAmountMinimum", fits: int64(1), doesNot: int64(0)},
		{path: "awardSendRule.awardList", fits: awards(3, url), doesNot: awards(2, url)},
		{path: "awardSendRule.awardList", fits: awards(5, url), doesNot: awards(6, url)},
		{path: "awardSendRule.awardList", fits: awards(4, filled(url, 256)), doesNot: awards(4, filled(url, 257))},
		{path: "awardSendRule.merchantIdList", fits: ids(500), doesNot: ids(501)},
		{path: "awardSendRule.merchantIdList", fits: []any{"12345678"}, doesNot: []any{"1234567"}},
		{path: "awardSendRule.merchantIdList", fits: []any{"123456789012345"}, doesNot: []any{"1234567890123456"}},
		{path: "advancedSetting.merchantMemberAppid", fits: filled("wx", 32), doesNot: filled("wx", 33)},
		{path: "advancedSetting.goodsTags", fits: ids(50), doesNot: ids(51)},
		{path: "advancedSetting.goodsTags", fits: []any{filled("", 128)}, doesNot: []any{filled("", 129)}},
		{path: "merchantRef.name", fits: filled("", 253), doesNot: filled("", 254)},
		{path: "merchantRef.namespace", fits: filled("", 63), doesNot: filled("", 64)},
	} {
		check(t, paygift(t, "limits"), l)
	}
}

func TestTheLimitsOfAStockAreTheVendors(t *testing.T) {
	const (
		url   = "https://images.example/"
		rule  = "stockUseRule."
		use   = "couponUseRule."
		looks = "patternInfo."
	)
	for _, l := range []limit{
		{path: "stockName", fits: strings.Repeat("券", 9), doesNot: strings.Repeat("券", 10)},
		{path: "stockName", fits: filled("", 20), doesNot: filled("", 21)},
		{path: "stockName", fits: strings.Repeat("券", 9) + "xx", doesNot: strings.Repeat("券", 9) + "xxx"},
		{path: "stockName", fits: "満100减10（北京，深圳）", doesNot: "満100减10,北京"}, // full-width punctuation is no comma
		{path: "stockName", fits: "a-b.c:d", doesNot: "a;b"},
		{path: "stockName", fits: "a/b", doesNot: "a|b"},
		{path: "comment", fits: strings.Repeat("券", 60), doesNot: strings.Repeat("券", 61)},
		{path: "belongMerchant", fits: strings.Repeat("1", 20), doesNot: strings.Repeat("1", 21)},
		// The maximal manifest begins half a second past midnight, Beijing time.
		{path: "availableEndTime", fits: "2027-08-30T00:00:00.500+08:00", doesNot: "2027-08-30T00:00:00.501+08:00"},
		{path: "availableEndTime", fits: "2027-06-01T00:00:01.500+08:00", doesNot: "2027-06-01T00:00:01.499+08:00"},
		{path: "activateAfter", fits: "2027-08-29T15:59:59Z", doesNot: "2027-08-29T16:00:00Z"},
		{path: rule + "maxAmountByDay", fits: int64(20000000), doesNot: int64(20000001)},
		{path: rule + "maxAmountByDay", fits: int64(1), doesNot: int64(0)},
		{path: rule + "maxAmount", fits: int64(20000000), doesNot: int64(20000001)},
		{path: rule + "maxCouponsPerUser", fits: int64(60), doesNot: int64(61)},
		{path: rule + "maxCouponsPerUser", fits: int64(1), doesNot: int64(0)},
		{path: looks + "description", fits: strings.Repeat("券", 1000), doesNot: strings.Repeat("券", 1001)},
		{path: looks + "description", fits: "一\n二", doesNot: "一\t二"},
		{path: looks + "merchantLogo", fits: filled(url, 128), doesNot: filled(url, 129)},
		{path: looks + "couponImage", fits: filled(url, 128), doesNot: filled(url, 129)},
		{path: looks + "merchantName", fits: strings.Repeat("券", 12), doesNot: strings.Repeat("券", 13)},
		{path: looks + "merchantName", fits: filled("", 36), doesNot: filled("", 37)},
		{path: looks + "merchantName", fits: strings.Repeat("券", 11) + "xxx", doesNot: strings.Repeat("券", 11) + "xxxx"},
		{path: looks + "backgroundColor", fits: "COLOR082", doesNot: "COLOR083"},
		{path: looks + "backgroundColor", fits: "COLOR100", doesNot: "COLOR000"},
		{path: looks + "miniProgramAppid", fits: filled("wx", 32), doesNot: filled("wx", 33)},
		{path: looks + "miniProgramPath", fits: filled("p/", 128), doesNot: filled("p/", 129)},
		{path: use + "fixedNormalCoupon.transactionMinimum", fits: int64(1001), doesNot: int64(1000)},
		{path: use + "goodsTag", fits: ids(50), doesNot: ids(51)},
		{path: use + "goodsTag", fits: []any{filled("", 128)}, doesNot: []any{filled("", 129)}},
		{path: use + "limitPay", fits: []any{strings.Repeat("A", 32)}, doesNot: []any{strings.Repeat("A", 33)}},
		{path: use + "limitCard.name", fits: "精粹白金", doesNot: "精粹白金卡"},
		{path: use + "limitCard.bin", fits: []any{"123456", "123456789"}, doesNot: []any{"1234567890"}},
		{path: use + "limitCard.bin", fits: ids(10), doesNot: ids(11)},
		{path: use + "tradeType", fits: []any{"FACE"}, doesNot: []any{}},
		{path: use + "availableItems", fits: ids(50), doesNot: ids(51)},
		{path: use + "availableItems", fits: []any{strings.Repeat("券", 128)}, doesNot: []any{strings.Repeat("券", 129)}},
		{path: use + "availableMerchants", fits: ids(50), doesNot: ids(51)},
		{path: use + "availableMerchants", fits: []any{strings.Repeat("1", 20)}, doesNot: []any{strings.Repeat("1", 21)}},
		{path: use + "availableMerchants", fits: []any{"9856000"}, doesNot: []any{""}},
		{path: "outRequestNo", fits: filled("", 128), doesNot: filled("", 129)},
		{path: "adopt.stockId", fits: strings.Repeat("1", 20), doesNot: strings.Repeat("1", 21)},
	} {
		check(t, couponStock().maximal(t, "limits"), l)
	}
}

// The amounts of a stock depend on each other. A sum that breaks its bound, or cannot be made, is refused once.
func TestTheMoneyOfAStockAddsUp(t *testing.T) {
	amounts := func(coupons, value int64, budget any) changes {
		return changes{
			"spec.stockUseRule.maxCoupons": coupons, "spec.couponUseRule.fixedNormalCoupon.couponAmount": value,
			"spec.couponUseRule.fixedNormalCoupon.transactionMinimum": value + 1, "spec.budgetYuan": budget,
			"spec.stockUseRule.maxAmount": nil, "spec.stockUseRule.maxAmountByDay": nil, "spec.stockUseRule.maxCouponsPerUser": int64(1),
		}
	}
	const most = math.MaxInt64
	for name, c := range map[string]struct {
		change   changes
		refusals []string
	}{
		"the least":                     {change: amounts(5, 2, "0.10")},
		"the most coupons":              {change: amounts(10000000, 1000, "100000000.00")},
		"the most valuable":             {change: amounts(100000, 100000, "100000000.00")},
		"one coupon too many":           {amounts(100001, 100000, nil), []string{"spec.stockUseRule.maxCoupons: Invalid value: write fewer"}},
		"more coupons than can be":      {amounts(most, 1000, "1.00"), []string{"spec.stockUseRule.maxCoupons: Invalid value: 9223372036854775807: write maxCoupons from 5"}},
		"fewer than none":               {amounts(-most, 1000, "1.00"), []string{"spec.stockUseRule.maxCoupons: Invalid value: -9223372036854775807: write maxCoupons from 5"}},
		"a value that cannot be":        {amounts(5, most-1, "1.00"), []string{"spec.couponUseRule.fixedNormalCoupon.couponAmount: Invalid value: 9223372036854775806: write couponAmount"}},
		"neither can be":                {amounts(most, most-1, "1.00"), []string{"spec.couponUseRule.fixedNormalCoupon.couponAmount: Invalid", "spec.stockUseRule.maxCoupons: Invalid"}},
		"a sum that cannot be":          {amounts(5, 2, "0.10").with(changes{"spec.stockUseRule.maxAmount": int64(most)}), []string{"spec.stockUseRule.maxAmount: Invalid value: write the maxAmount"}},
		"a sum and a budget of another": {amounts(5, 2, "0.20").with(changes{"spec.stockUseRule.maxAmount": int64(20)}), []string{"spec.stockUseRule.maxAmount: Invalid value: write the maxAmount"}},
		"a fen less":                    {amounts(10, 1000, "99.99"), []string{"spec.budgetYuan: Invalid value: write the budgetYuan"}},
		"fen for yuan":                  {amounts(10, 1000, "10000.00"), []string{"spec.budgetYuan: Invalid value: write the budgetYuan"}},
		"no decimals":                   {amounts(10, 1000, "100"), []string{"spec.budgetYuan: Invalid value: \"100\": write the amount in yuan"}},
		"a leading zero":                {amounts(10, 1000, "0100.00"), []string{"spec.budgetYuan: Invalid value: \"0100.00\": write the amount in yuan"}},
		"an exponent":                   {amounts(10, 1000, "1e2"), []string{"spec.budgetYuan: Invalid value: \"1e2\": write the amount in yuan"}},
		"below zero":                    {amounts(10, 1000, "-100.00"), []string{"spec.budgetYuan: Invalid value: \"-100.00\": write the amount in yuan"}},
	} {
		t.Run(name, func(t *testing.T) {
			object := couponStock().maximal(t, "money")
			c.change.apply(t, object)
			expectCauses(t, api.Create(t.Context(), object, client.DryRunAll), c.refusals...)
		})
	}
}

func TestTheLargestStockFitsTheCostBudget(t *testing.T) {
	object := couponStock().maximal(t, "largest")
	set(t, object, "spec.couponUseRule.goodsTag", ids(50))
	set(t, object, "spec.couponUseRule.availableItems", ids(50))
	set(t, object, "spec.couponUseRule.availableMerchants", ids(50))
	set(t, object, "spec.couponUseRule.limitCard.bin", ids(10))
	set(t, object, "spec.patternInfo.description", strings.Repeat("券", 1000))
	set(t, object, "status.creation", "Confirmed") // with the freeze comparing all of it
	stored := store(t, object)
	set(t, stored, "spec.state", "Active")
	if err := api.Update(t.Context(), stored); err != nil {
		t.Error(err)
	}
}

func TestTheLimitsOfAMerchant(t *testing.T) {
	for _, l := range []limit{
		{path: "mchid", fits: "12345678", doesNot: "1234567"},
		{path: "mchid", fits: "123456789012345", doesNot: "1234567890123456"},
		{path: "environment", fits: filled("", 63), doesNot: filled("", 64)},
		{path: "credentials.secretName", fits: filled("", 253), doesNot: filled("", 254)},
		{path: "credentials.serialNo", fits: strings.Repeat("A", 40), doesNot: strings.Repeat("A", 41)},
		{path: "limits.maxCampaignYuan", fits: "99999999999.99", doesNot: "100000000000.00"},
		{path: "limits.maxActiveYuan", fits: "0.00", doesNot: "0"},
		{path: "allowedNamespaces", fits: ids(200), doesNot: ids(201)},
		{path: "allowedNamespaces", fits: []any{filled("", 63)}, doesNot: []any{filled("", 64)}},
	} {
		check(t, merchant("limits"), l)
	}
}

func TestTheLargestActivityFitsTheCostBudget(t *testing.T) {
	object := paygift(t, "largest")
	set(t, object, "spec.activityBaseInfo.availablePeriods.availableTime", dates(100))
	set(t, object, "spec.activityBaseInfo.availablePeriods.availableDayTime", hours(24))
	set(t, object, "spec.awardSendRule.merchantIdList", ids(500))
	set(t, object, "spec.advancedSetting.goodsTags", ids(50))
	set(t, object, "status.creation", "Confirmed") // with the freeze comparing all of it
	stored := store(t, object)
	set(t, stored, "spec.state", "Terminated")
	if err := api.Update(t.Context(), stored); err != nil {
		t.Error(err)
	}
}

func check(t *testing.T, object *unstructured.Unstructured, l limit) {
	t.Helper()
	for value, want := range map[*any]int{&l.fits: http.StatusCreated, &l.doesNot: http.StatusUnprocessableEntity} {
		changed := object.DeepCopy()
		set(t, changed, "spec."+l.path, *value)
		if code, answer := post(t, changed); code != want {
			t.Errorf("%s: %.120v: got HTTP %d, want %d: %s", l.path, *value, code, want, answer)
		}
	}
}

// filled returns text of a length, beginning as given.
func filled(prefix string, length int) string {
	return prefix + strings.Repeat("x", length-len(prefix))
}

func ids(n int) []any {
	var all []any
	for i := range n {
		all = append(all, fmt.Sprintf("%08d", 10000000+i))
	}
	return all
}

func awards(n int, url string) []any {
	var all []any
	for i := range n {
		all = append(all, map[string]any{"stockId": fmt.Sprint(98065001 + i), "originalImageUrl": url, "thumbnailUrl": url})
	}
	return all
}

// dates returns ranges of a minute each within the maximal activity.
func dates(n int) []any {
	begin := time.Date(2027, 6, 2, 0, 0, 0, 0, time.UTC)
	var all []any
	for i := range n {
		at := begin.Add(time.Duration(i) * time.Hour)
		all = append(all, map[string]any{"beginTime": at.Format(time.RFC3339), "endTime": at.Add(time.Minute).Format(time.RFC3339)})
	}
	return all
}

func hours(n int) []any {
	var all []any
	for i := range n {
		all = append(all, map[string]any{"beginDayTime": fmt.Sprintf("%02d0000", i), "endDayTime": fmt.Sprintf("%02d5959", i)})
	}
	return all
}
