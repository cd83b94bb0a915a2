package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func TestGetCampaignsShowsTheFleet(t *testing.T) {
	object := paygift(t, "spring")
	object.Object["status"] = map[string]any{
		"activityId":     "10028001",
		"state":          string(v1alpha1.StateRunning),
		"activityStatus": "ONGOING_ACT_STATUS",
		"request":        map[string]any{"number": "1900000109-KQDENKAYSEFX5XRCI6MPTY4ZOR"},
		"conditions":     readyCondition(v1alpha1.ReasonRunning),
	}
	store(t, object)
	expectTable(t, []string{"campaigns", "-n", "marketing"}, [][2]string{
		{"NAME", "spring"}, {"ID", "10028001"}, {"STATE", "Running"}, {"READY", "True"},
		{"BEGIN", "2027-06-01T00:00:00.500+08:00"}, {"END", "2027-08-29T15:59:59Z"}, {"AGE", ""},
	})
	expectTable(t, []string{"pga", "-n", "marketing", "-o", "wide"}, [][2]string{
		{"NAME", "spring"}, {"ID", "10028001"}, {"STATE", "Running"}, {"READY", "True"},
		{"BEGIN", "2027-06-01T00:00:00.500+08:00"}, {"END", "2027-08-29T15:59:59Z"}, {"AGE", ""},
		{"REQUEST", "1900000109-KQDENKAYSEFX5XRCI6MPTY4ZOR"}, {"GATEWAY", "ONGOING_ACT_STATUS"}, {"REASON", "Running"},
	})
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
