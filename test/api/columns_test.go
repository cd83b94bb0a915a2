package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func TestGetShowsAnActivity(t *testing.T) {
	object := paygift(t, "spring")
	object.Object["status"] = map[string]any{
		"activityId":     "10028001",
		"state":          string(v1alpha1.StateRunning),
		"activityStatus": "ONGOING_ACT_STATUS",
		"beginTime":      "2027-06-01T00:00:00.500+08:00", "endTime": "2027-08-29T15:59:59Z",
		"request":    map[string]any{"number": "1900000109-KQDENKAYSEFX5XRCI6MPTY4ZOR"},
		"conditions": readyCondition(v1alpha1.ReasonRunning),
	}
	store(t, object)
	narrow := [][2]string{
		{"NAME", "spring"}, {"ID", "10028001"}, {"STATE", "Running"}, {"READY", "True"},
		{"BEGIN", "2027-06-01T00:00:00.500+08:00"}, {"END", "2027-08-29T15:59:59Z"}, {"AGE", ""},
	}
	expectTable(t, []string{"pga", "-n", "marketing"}, narrow)
	expectTable(t, []string{"pga", "-n", "marketing", "-o", "wide"}, append(narrow,
		[2]string{"REQUEST", "1900000109-KQDENKAYSEFX5XRCI6MPTY4ZOR"}, [2]string{"GATEWAY", "ONGOING_ACT_STATUS"}, [2]string{"REASON", "Running"}))
}

func TestGetShowsAStock(t *testing.T) {
	object := couponStock().maximal(t, "spring")
	object.Object["status"] = map[string]any{
		"stockId":     "98065001",
		"state":       string(v1alpha1.StateRunning),
		"stockStatus": "running",
		"beginTime":   "2027-06-01T00:00:00.500+08:00", "endTime": "2027-08-29T15:59:59Z",
		"faceValueYuan": "10.00",
		"budgetYuan":    "200000.00",
		"distribution":  map[string]any{"summary": "120/20000", "sent": int64(120), "total": int64(20000)},
		"request":       map[string]any{"number": "1900000109-KQDENKAYSEFX5XRCI6MPTY4ZOR"},
		"conditions":    readyCondition(v1alpha1.ReasonRunning),
	}
	store(t, object)
	narrow := [][2]string{
		{"NAME", "spring"}, {"ID", "98065001"}, {"STATE", "Running"}, {"READY", "True"}, {"VALUE", "10.00"}, {"BUDGET", "200000.00"},
		{"SENT", "120/20000"}, {"BEGIN", "2027-06-01T00:00:00.500+08:00"}, {"END", "2027-08-29T15:59:59Z"}, {"AGE", ""},
	}
	expectTable(t, []string{"cst", "-n", "marketing"}, narrow)
	expectTable(t, []string{"cst", "-n", "marketing", "-o", "wide"}, append(narrow,
		[2]string{"REQUEST", "1900000109-KQDENKAYSEFX5XRCI6MPTY4ZOR"}, [2]string{"GATEWAY", "running"}, [2]string{"REASON", "Running"}))
}

func TestGetShowsAVoucherActivity(t *testing.T) {
	object := readManifest(t, alipayVoucher().manifests[1]).objects[0]
	object.SetName("spring")
	object.Object["status"] = map[string]any{
		"activityId":     "2016042700826004508401111111",
		"state":          string(v1alpha1.StateRunning),
		"activityStatus": "ACTIVE",
		"beginTime":      "2027-06-01T00:00:00+08:00", "endTime": "2027-06-30T23:59:59+08:00",
		"value":        "6.5折",
		"budgetYuan":   "60000.00",
		"codes":        map[string]any{"summary": "1000/1200", "deposited": int64(1000), "total": int64(1200)},
		"distribution": map[string]any{"summary": "120/1200", "sent": int64(120), "total": int64(1200)},
		"request":      map[string]any{"number": "2021000000000001-KQDENKAYSEFX5XRCI6MPTY4ZOR"},
		"conditions":   readyCondition(v1alpha1.ReasonRunning),
	}
	store(t, object)
	narrow := [][2]string{
		{"NAME", "spring"}, {"ID", "2016042700826004508401111111"}, {"STATE", "Running"}, {"READY", "True"}, {"VALUE", "6.5折"},
		{"BUDGET", "60000.00"}, {"CODES", "1000/1200"}, {"SENT", "120/1200"}, {"BEGIN", "2027-06-01T00:00:00+08:00"},
		{"END", "2027-06-30T23:59:59+08:00"}, {"AGE", ""},
	}
	expectTable(t, []string{"ava", "-n", "marketing"}, narrow)
	expectTable(t, []string{"ava", "-n", "marketing", "-o", "wide"}, append(narrow,
		[2]string{"REQUEST", "2021000000000001-KQDENKAYSEFX5XRCI6MPTY4ZOR"}, [2]string{"GATEWAY", "ACTIVE"}, [2]string{"REASON", "Running"}))
}

// With several kinds kubectl prints a table for each, and the kind before every name.
func TestGetCampaignsShowsTheFleet(t *testing.T) {
	for _, k := range campaigns() {
		store(t, k.maximal(t, "fleet"))
	}
	out, _, err := server.Kubectl(t.Context(), "get", "campaigns", "-n", "marketing")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"paygiftactivity.campaign-operator.io/fleet", "couponstock.campaign-operator.io/fleet", "alipayvoucheractivity.campaign-operator.io/fleet"} {
		if !strings.Contains(out, name) {
			t.Errorf("%s is not in\n%s", name, out)
		}
	}
}

func TestGetMerchantsShowsTheAccounts(t *testing.T) {
	object := merchant("wechatpay")
	set(t, object, "spec.brake", "Hold")
	object.Object["status"] = map[string]any{
		"conditions": readyCondition(v1alpha1.ReasonAccountReady),
		"campaigns":  map[string]any{"total": int64(12)},
		"unmanaged":  map[string]any{"total": int64(3)},
	}
	store(t, object)
	expectTable(t, []string{"wxm", "-n", "platform"}, [][2]string{
		{"NAME", "wechatpay"}, {"MCHID", "1900000109"}, {"ENVIRONMENT", "production"}, {"READY", "True"}, {"REASON", "AccountReady"},
		{"BRAKE", "Hold"}, {"CAMPAIGNS", "12"}, {"UNMANAGED", "3"}, {"AGE", ""},
	})
}

func TestGetAppsShowsTheAccounts(t *testing.T) {
	object := alipayApp("alipay")
	set(t, object, "spec.brake", "Hold")
	set(t, object, "spec.agency.merchantId", "2088051000000502")
	object.Object["status"] = map[string]any{
		"conditions": readyCondition(v1alpha1.ReasonAccountReady),
		"campaigns":  map[string]any{"total": int64(12)},
		"unmanaged":  map[string]any{"total": int64(3)},
	}
	store(t, object)
	narrow := [][2]string{
		{"NAME", "alipay"}, {"APPID", "2021000000000001"}, {"ENVIRONMENT", "production"}, {"READY", "True"}, {"REASON", "AccountReady"},
		{"BRAKE", "Hold"}, {"CAMPAIGNS", "12"}, {"UNMANAGED", "3"}, {"AGE", ""},
	}
	expectTable(t, []string{"apa", "-n", "platform"}, narrow)
	expectTable(t, []string{"apa", "-n", "platform", "-o", "wide"}, append(narrow, [2]string{"MERCHANT", "2088051000000502"}))
}

func readyCondition(reason string) []any {
	return []any{map[string]any{
		"type": v1alpha1.ConditionReady, "status": "True", "reason": reason, "message": "", "lastTransitionTime": "2027-06-01T00:00:00Z",
	}}
}

// expectTable checks the headings of `kubectl get` and the values of its only row; an empty value is not checked.
func expectTable(t *testing.T, args []string, want [][2]string) {
	t.Helper()
	out, _, err := server.Kubectl(t.Context(), append([]string{"get"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 {
		t.Fatalf("want a heading and one row:\n%s", out)
	}
	headings, row := strings.Fields(lines[0]), strings.Fields(lines[1])
	if len(row) != len(want) || !slices.EqualFunc(headings, want, func(h string, w [2]string) bool { return h == w[0] }) {
		t.Fatalf("want the columns %v:\n%s", want, out)
	}
	for i, w := range want {
		if w[1] != "" && row[i] != w[1] {
			t.Errorf("%s is %q, want %q", w[0], row[i], w[1])
		}
	}
}
