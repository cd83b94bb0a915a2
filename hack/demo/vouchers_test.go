package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/utils/ptr"
	"sigs.k8s.io/yaml"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/money"
)

func TestWhatAVouchersManifestAsksFor(t *testing.T) {
	soon, later := time.Now().Add(time.Minute), time.Now().Add(7*day)
	for _, c := range []struct {
		state v1alpha1.AlipayVoucherActivityDesiredState
		begin time.Time
		want  v1alpha1.CampaignState
	}{
		{v1alpha1.AlipayVoucherActivityDraft, soon, v1alpha1.StateDraft},
		{v1alpha1.AlipayVoucherActivityActive, soon, v1alpha1.StateRunning},
		{v1alpha1.AlipayVoucherActivityActive, later, v1alpha1.StateScheduled},
		{v1alpha1.AlipayVoucherActivityStopped, later, v1alpha1.StateTerminated},
	} {
		if got := voucherAskedFor(c.state, c.begin); got != c.want {
			t.Errorf("%s with begin %s: %s", c.state, c.begin, got)
		}
	}
}

func TestTheDemoMakesAsManyCodesAsTheManifestNames(t *testing.T) {
	voucher := sampleVoucher(t, "41-members-voucher.yaml")
	codes := strings.Fields(newCodes())
	if int64(len(codes)) != codesOf(voucher) || len(codes) != codesCount {
		t.Errorf("%d codes are made, the manifest names %d", len(codes), codesOf(voucher))
	}
	slices.Sort(codes)
	if len(slices.Compact(codes)) != codesCount {
		t.Error("two codes are the same")
	}
}

func TestEachEditOfAVoucherChangesItsManifestAndKeepsTheBudgetRight(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("../..", samples, filepath.Base(storeVoucher)))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x.yaml")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, edit := range voucherEdits {
		for _, to := range edit.fields {
			if before, after, err := editField(file, to); err != nil || before == after {
				t.Errorf("%v changes %q to %q: %v", to, before, after, err)
			}
		}
		voucher := readVoucher(t, file)
		if want := money.Yuan(1000 * vouchersOf(voucher)); voucher.Spec.BudgetYuan != want {
			t.Errorf("%s: the budget is %s, want %s", edit.means, voucher.Spec.BudgetYuan, want)
		}
	}
}

func TestAVoucherActivityIsCountedOnceOrNot(t *testing.T) {
	uploaded := &v1alpha1.AlipayVoucherActivity{}
	uploaded.Spec.VoucherCodesFrom = []v1alpha1.AlipayVoucherCodeSource{{SecretName: "a", Count: 20}, {SecretName: "b", Count: 10}}
	uploaded.Status.Codes = &v1alpha1.CodesRecord{Total: 30, Deposited: 30}
	refused := uploaded.DeepCopy()
	refused.Status.Codes.Failed = 1
	plain := &v1alpha1.AlipayVoucherActivity{}
	plain.Spec.VoucherSendModeInfo.VoucherSendRuleInfo.Quantity = ptr.To[int64](100)
	const create, deposit = "alipay.marketing.activity.ordervoucher.create", "alipay.marketing.activity.ordervoucher.codedeposit"
	for _, c := range []struct {
		name    string
		voucher *v1alpha1.AlipayVoucherActivity
		its     activity
		fine    bool
	}{
		{"a number", plain, activity{Quantity: 100, Operations: []operation{{create}}}, true},
		{"another number", plain, activity{Quantity: 90, Operations: []operation{{create}}}, false},
		{"created twice", plain, activity{Quantity: 100, Operations: []operation{{create}, {create}}}, false},
		{"never created", plain, activity{Quantity: 100}, false},
		{"codes", uploaded, activity{Quantity: 30, Codes: 30, Operations: []operation{{create}, {deposit}}}, true},
		{"a code too few", uploaded, activity{Quantity: 30, Codes: 29, Operations: []operation{{create}, {deposit}}}, false},
		{"a code refused", refused, activity{Quantity: 30, Codes: 30, Operations: []operation{{create}, {deposit}}}, false},
	} {
		if err := countedOnce(c.voucher, c.its); (err == nil) != c.fine {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestACodeInALogIsFoundAndNotShown(t *testing.T) {
	d := &demo{dir: t.TempDir()}
	for name, text := range map[string]string{codesFile: "MEMBERS-ONE\nMEMBERS-TWO\n", "manager.log": "nothing\n", "audit.log": "nothing\n"} {
		write(t, d.path(name), text)
	}
	if err := d.codesInLogs(); err != nil {
		t.Error(err)
	}
	write(t, d.path("audit.log"), `{"codes": ["MEMBERS-TWO"]}`)
	if err := d.codesInLogs(); err == nil || !strings.Contains(err.Error(), "audit.log") || strings.Contains(err.Error(), "TWO") {
		t.Error(err)
	}
}

func sampleVoucher(t *testing.T, name string) *v1alpha1.AlipayVoucherActivity {
	t.Helper()
	return readVoucher(t, filepath.Join("../..", samples, name))
}

func readVoucher(t *testing.T, file string) *v1alpha1.AlipayVoucherActivity {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	voucher := &v1alpha1.AlipayVoucherActivity{}
	if err := yaml.UnmarshalStrict(raw, voucher); err != nil {
		t.Fatal(err)
	}
	return voucher
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
