package e2e

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"strings"
	"text/template"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// voucher is what a test's AlipayVoucherActivity says; the zero value of a field takes the usual one.
type voucher struct {
	Name, State, Title string
	Begin, End         time.Time
	// Quantity of vouchers of 10 yuan each; left out where Codes are given.
	Quantity int
	// Codes are Secrets and how many codes each holds, in order.
	Codes []codeSource
	// Shops that take the vouchers; all cities where there are none.
	Shops []string
	// Lines are more lines of the spec.
	Lines []string
}

// codeSource is a Secret of codes.
type codeSource struct {
	Secret string
	Count  int
}

var voucherTemplate = template.Must(template.New("").Parse(`apiVersion: campaign-operator.io/v1alpha1
kind: AlipayVoucherActivity
metadata: {name: {{.Name}}, namespace: {{.Namespace}}}
spec:
  appRef: {name: alipay}
  state: {{.State}}
{{- range .Lines}}
  {{.}}
{{- end}}
{{- if .Codes}}
  voucherCodesFrom:
{{- range .Codes}}
  - {secretName: {{.Secret}}, count: {{.Count}}}
{{- end}}
{{- end}}
  activityBaseInfo: {activityName: {{.Title}}, codeMode: {{if .Codes}}MERCHANT_UPLOAD{{else}}MERCHANT_API{{end}}}
  voucherSendModeInfo:
    voucherSendRuleInfo:
{{- if not .Codes}}
      quantity: {{.Quantity}}
{{- end}}
      publishStartTime: "{{.Begin.Format "2006-01-02T15:04:05Z07:00"}}"
      publishEndTime: "{{.End.Format "2006-01-02T15:04:05Z07:00"}}"
  voucherDeductInfo:
    fixVoucherInfo: {amount: "10.00", floorAmount: "100.00"}
  voucherAvailableScopeInfo:
    voucherAvailableGeographyScopeInfo:
{{- if .Shops}}
      availableGeographyShopInfo:
        availableShopIds:
{{- range .Shops}}
        - "{{.}}"
{{- end}}
{{- else}}
      availableGeographyCityInfo: {allCity: true}
{{- end}}
  voucherUseRuleInfo:
    voucherUseTimeInfo:
      relativePeriodInfo: {waitDaysAfterReceive: 0, validDaysAfterReceive: 30}
  voucherCustomerGuideInfo:
    voucherUseGuideInfo: {useGuideMode: [OFFLINE_CODE]}
  voucherDisplayPatternInfo:
    brandName: 良品生活
    brandLogo: A*aa98QomzI4sAAAAAAAAAAAAAARwnAQ
    voucherDescription: 满一百元可用。
    customerServiceMobile: 0571-88888888
`))

// voucherManifest renders a voucher activity.
func (w *world) voucherManifest(v voucher) string {
	w.t.Helper()
	if v.State == "" {
		v.State = "Active"
	}
	if v.Title == "" {
		v.Title = fmt.Sprintf("满百减十%04x", crc32.ChecksumIEEE([]byte(v.Name))&0xffff) // no two are twins
	}
	if v.Begin.IsZero() {
		v.Begin = time.Now().Add(48 * time.Hour)
	}
	if v.End.IsZero() {
		v.End = v.Begin.Add(30 * 24 * time.Hour)
	}
	if v.Quantity == 0 {
		v.Quantity = 100
	}
	var out bytes.Buffer
	if err := voucherTemplate.Execute(&out, struct {
		voucher
		Namespace string
	}{v, w.namespace}); err != nil {
		w.t.Fatal(err)
	}
	return out.String()
}

// applyVoucher applies a voucher activity, which the API server has to admit.
func (w *world) applyVoucher(v voucher) {
	w.t.Helper()
	w.mustApply(w.voucherManifest(v))
}

// patchVoucher changes a voucher activity's spec.
func (w *world) patchVoucher(name, spec string) {
	w.t.Helper()
	w.kubectl("patch", "ava", name, "-n", w.namespace, "--type=merge", "-p", `{"spec":`+spec+`}`)
}

// applyCodes stores a Secret of codes: the prefix with numbers from 1.
func (w *world) applyCodes(name, prefix string, count int) {
	w.t.Helper()
	var lines strings.Builder
	for i := range count {
		fmt.Fprintf(&lines, "    %s%06d\n", prefix, i+1)
	}
	w.mustApplyServerSide(fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: %s, namespace: %s}\nstringData:\n  codes: |\n%s", name, w.namespace, lines.String()))
}

// mustApplyServerSide applies a manifest that is too large for kubectl's annotation.
func (w *world) mustApplyServerSide(manifest string) {
	w.t.Helper()
	if _, stderr, err := w.cp.KubectlInput(w.t.Context(), manifest, "apply", "--server-side", "-f", "-"); err != nil {
		w.t.Fatalf("%v: %s", err, stderr)
	}
}

// getVoucher reads a voucher activity from the API server.
func (w *world) getVoucher(name string) *v1alpha1.AlipayVoucherActivity {
	w.t.Helper()
	object := &v1alpha1.AlipayVoucherActivity{}
	w.read(name, object)
	return object
}

// waitForVoucher waits until a voucher activity's condition is as wanted.
func (w *world) waitForVoucher(name, conditionType, want string) *v1alpha1.AlipayVoucherActivity {
	w.t.Helper()
	return waitForCampaign(w, w.getVoucher, name, conditionType, want)
}

// startVoucherManager starts a manager and waits until its Alipay account works.
func (w *world) startVoucherManager(args ...string) {
	w.t.Helper()
	w.startManager(args...)
	w.waitForApp("True AccountReady")
}

// waitForApp waits until the world's AlipayApp is as wanted.
func (w *world) waitForApp(ready string) {
	w.t.Helper()
	eventually(w.t, "the app is "+ready, func() error {
		app := &v1alpha1.AlipayApp{}
		w.read("alipay", app)
		if got := condition(app.Status.Conditions, "Ready"); got != ready {
			return fmt.Errorf("it is %s: %+v", got, app.Status.Conditions)
		}
		return nil
	})
}

// remoteVoucher is a voucher activity as the simulator reports it.
type remoteVoucher struct {
	ActivityID   string `json:"activityId"`
	OutBizNo     string `json:"outBizNo"`
	ActivityName string `json:"activityName"`
	Status       string `json:"status"`
	Operation    string `json:"operation"`
	Quantity     int64  `json:"quantity"`
	Codes        int64  `json:"codes"`
}

// vouchers are all voucher activities of the world's app at the vendor, by id.
func (w *world) vouchers() map[string]remoteVoucher {
	w.t.Helper()
	var answer struct {
		Data []remoteVoucher `json:"data"`
	}
	w.sim.call("GET", "/_sim/activities?kind=ordervoucher&appId="+w.sim.appID, nil, &answer)
	byID := map[string]remoteVoucher{}
	for _, v := range answer.Data {
		byID[v.ActivityID] = v
	}
	return byID
}

// theOnlyVoucher returns the app's only voucher activity.
func (w *world) theOnlyVoucher() remoteVoucher {
	w.t.Helper()
	all := w.vouchers()
	if len(all) != 1 {
		w.t.Fatalf("%d voucher activities at the vendor, want exactly one: %+v", len(all), all)
	}
	for _, v := range all {
		return v
	}
	return remoteVoucher{}
}
