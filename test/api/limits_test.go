package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
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

func TestTheLimitsOfAMerchant(t *testing.T) {
	for _, l := range []limit{
		{path: "mchid", fits: "12345678", doesNot: "1234567"},
		{path: "mchid", fits: "123456789012345", doesNot: "1234567890123456"},
		{path: "environment", fits: filled("", 63), doesNot: filled("", 64)},
		{path: "credentials.secretName", fits: filled("", 253), doesNot: filled("", 254)},
		{path: "credentials.serialNo", fits: strings.Repeat("A", 40), doesNot: strings.Repeat("A", 41)},
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
