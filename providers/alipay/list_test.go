package alipay

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

// listing answers batchquery as a merchant with so many active and paused activities would.
func listing(active, paused int) func(received) reply {
	return func(r received) reply {
		var asked struct {
			Status string `json:"activity_status"`
			Number int    `json:"page_num"`
			Size   int    `json:"page_size"`
		}
		mustDecode(r.form.Get("biz_content"), &asked)
		all := active
		if asked.Status == statusPause {
			all = paused
		}
		var rows []string
		for i := (asked.Number - 1) * asked.Size; i < min(asked.Number*asked.Size, all); i++ {
			rows = append(rows, fmt.Sprintf(`{"activity_base_info":{"activity_id":"%s%d"}}`, asked.Status, i))
		}
		return success(fmt.Sprintf(`"activity_lite_infos":[%s],"page_num":%d,"page_size":%d,"total_size":"%d"`, strings.Join(rows, ","), asked.Number, asked.Size, all))
	}
}

func TestAListShowsEachActiveAndPausedActivityOnce(t *testing.T) {
	for _, counts := range [][2]int{{0, 0}, {1, 0}, {0, 1}, {19, 0}, {20, 0}, {21, 21}, {40, 40}, {45, 1}, {20, 20}} {
		v, g := vouchersAt(t, listing(counts[0], counts[1]))
		seen := map[string]bool{}
		pages := 0
		for last := false; !last; pages++ {
			page, err := v.List(t.Context(), pages)
			if err != nil || pages > 10 {
				t.Fatalf("%v: %d pages, %v", counts, pages, err)
			}
			for _, item := range page.Items {
				if seen[item.ID] || item.State != providers.StateRunning && item.State != providers.StatePaused || item.Detailed {
					t.Errorf("%v: got %+v", counts, item)
				}
				seen[item.ID] = true
			}
			if page.Total != counts[0] {
				t.Errorf("%v: page %d counts %d, want the active ones alone: that the count falls says that the pages have moved", counts, pages, page.Total)
			}
			last = page.Last
		}
		if len(seen) != counts[0]+counts[1] {
			t.Errorf("%v: saw %d", counts, len(seen))
		}
		if calls := len(g.requests(batchQueryMethod)); counts[0] < 20 && counts[1] < 20 && calls != 2 {
			t.Errorf("%v: %d calls", counts, calls)
		}
	}
}

func TestAListIsAskedForAsDocumented(t *testing.T) {
	v, g := vouchersAt(t, listing(0, 0), forMerchant)
	if _, err := v.List(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	calls := g.requests(batchQueryMethod)
	calls[0].wantContent(t, `{"activity_status":"ACTIVE","merchant_access_mode":"AGENCY_MODE","merchant_id":"`+testMerchant+`","page_num":3,"page_size":20}`)
	calls[1].wantContent(t, `{"activity_status":"PAUSE","merchant_access_mode":"AGENCY_MODE","merchant_id":"`+testMerchant+`","page_num":1,"page_size":20}`)
}

func TestAListThatIsNotUnderstoodIsNoEmptyOne(t *testing.T) {
	for name, fields := range map[string]string{
		"nothing":             ``,
		"no list":             `"total_size":"3"`,
		"a list that is none": `"activity_lite_infos":"x","total_size":"0"`,
		"a row without an id": `"activity_lite_infos":[{"activity_name":"x"}],"total_size":"1"`,
		"a row that is none":  `"activity_lite_infos":["x"],"total_size":"1"`,
		"a row of null":       `"activity_lite_infos":[null],"total_size":"1"`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := vouchersWith(t, success(fields)).List(t.Context(), 0)
			wantError(t, err, providers.KindUntrusted, false)
		})
	}
	for name, fields := range map[string]string{"an empty list": `"activity_lite_infos":[]`, "no list of none": `"total_size":"0"`, "null": `"activity_lite_infos":null,"total_size":0`} {
		if page, err := vouchersWith(t, success(fields)).List(t.Context(), 0); err != nil || !page.Last || len(page.Items) != 0 {
			t.Errorf("%s: got %+v, %v", name, page, err)
		}
	}
}

func TestATotalThatPromisesMoreKeepsAShortPageFromEndingAList(t *testing.T) {
	row := `{"activity_id":"1"}`
	for fields, last := range map[string]bool{
		`"activity_lite_infos":[` + row + `],"total_size":"30"`:                false,
		`"activity_lite_infos":[` + row + `],"total_size":"1"`:                 true,
		`"activity_lite_infos":[` + row + `],"page_size":1,"total_size":"1"`:   false,
		`"activity_lite_infos":[` + row + `],"page_size":100,"total_size":"1"`: true,
	} {
		v, _ := vouchersAt(t, func(r received) reply {
			if strings.Contains(r.form.Get("biz_content"), statusPause) {
				return success(`"activity_lite_infos":[]`)
			}
			return success(fields)
		})
		page, err := v.List(t.Context(), 0)
		if err != nil || page.Last != last {
			t.Errorf("%s: got %+v, %v", fields, page, err)
		}
	}
}

func TestAFailedPageFailsTheList(t *testing.T) {
	for _, failing := range []string{statusActive, statusPause} {
		v, _ := vouchersAt(t, func(r received) reply {
			if strings.Contains(r.form.Get("biz_content"), failing) {
				return failure("40005", "isv.app-call-limited", "")
			}
			return success(`"activity_lite_infos":[]`)
		})
		page, err := v.List(t.Context(), 0)
		wantError(t, err, providers.KindThrottled, false)
		if page.Items != nil || page.Last {
			t.Errorf("got %+v", page)
		}
	}
}

func TestEndlessPagesOfPausedActivitiesAreAnError(t *testing.T) {
	v, g := vouchersAt(t, listing(0, (maxPausedPages+1)*pageSize))
	_, err := v.List(t.Context(), 0)
	wantError(t, err, providers.KindUntrusted, false)
	if calls := len(g.requests(batchQueryMethod)); calls != maxPausedPages+1 {
		t.Errorf("%d calls", calls)
	}
}

func TestARowsOwnStatusGoesBeforeTheFilters(t *testing.T) {
	v, _ := vouchersAt(t, func(r received) reply {
		if strings.Contains(r.form.Get("biz_content"), statusPause) {
			return success(`"activity_lite_infos":[{"activity_id":"2","activity_status":"FINISHED"}]`)
		}
		return success(`"activity_lite_infos":[{"activity_id":"1","activity_base_info":{"activity_status":"PAUSE"}}]`)
	})
	page, err := v.List(t.Context(), 0)
	if err != nil || !slices.EqualFunc(page.Items, []providers.State{providers.StatePaused, providers.StateTerminated}, func(s providers.Snapshot, state providers.State) bool { return s.State == state }) {
		t.Errorf("got %+v, %v", page, err)
	}
}
