package controllers

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// voucherFields are the 149 business fields of the page 创建商家券活动接口, as its page spells them.
const voucherFields = "../api/v1alpha1/testdata/alipayvoucheractivity-request-fields.txt"

func TestTheMaximalVouchersTogetherSendEveryDocumentedFieldAndNothingElse(t *testing.T) {
	raw, err := os.ReadFile(voucherFields)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(string(raw))
	found := map[string]bool{}
	for name, path := range golden {
		if !strings.HasPrefix(name, "alipayvoucher-maximal") {
			continue
		}
		var body any
		if err := json.Unmarshal(bodyOf(t, AlipayVoucherActivityKind{}, read(t, path, &v1alpha1.AlipayVoucherActivity{})), &body); err != nil {
			t.Fatal(err)
		}
		nodes(body, "", found)
	}
	if len(want) != 149 {
		t.Errorf("%s lists %d fields, the page has 149", voucherFields, len(want))
	}
	documented := map[string]bool{}
	for _, field := range want {
		documented[field] = true
		if !found[field] {
			t.Errorf("%s is documented and not sent", field)
		}
	}
	// The page shows the rules of weeks below the one list and those of dates and holidays below the other; their type is the same.
	otherList := strings.NewReplacer("usable_period_info", "disable_period_info", "disable_period_info", "usable_period_info")
	for field := range found {
		if !documented[field] && !documented[otherList.Replace(field)] {
			t.Errorf("%s is sent and not documented", field)
		}
	}
}

// nodes collects the paths of all fields in a body, objects and lists among them.
func nodes(node any, path string, into map[string]bool) {
	switch value := node.(type) {
	case map[string]any:
		for key, child := range value {
			below := strings.TrimPrefix(path+"."+key, ".")
			into[below] = true
			nodes(child, below, into)
		}
	case []any:
		for _, child := range value {
			nodes(child, path+"[]", into)
		}
	}
}
