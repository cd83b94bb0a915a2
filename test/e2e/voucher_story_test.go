package e2e

import (
	"testing"
)

func TestAVoucherActivityAppliedWithKubectlIsMadeChangedAndStopped(t *testing.T) {
	t.Parallel()
	w := newVoucherWorld(t)
	w.startVoucherManager()
	w.applyVoucher(voucher{Name: "spring", Lines: []string{`budgetYuan: "1000.00"`}})
	w.kubectl("wait", "--for=condition=Ready", "ava/spring", "-n", w.namespace, "--timeout=40s")
	got := w.waitForVoucher("spring", "Ready", "True Scheduled")
	if made := w.theOnlyVoucher(); made.ActivityID != got.Status.ActivityID || made.OutBizNo != got.Status.Request.Number || made.Status != "ACTIVE" {
		t.Errorf("the status says %s under %s, the vendor has %+v", got.Status.ActivityID, got.Status.Request.Number, made)
	}
	if writes := w.campaignWrites("spring"); len(writes) > 3 {
		t.Errorf("it cost %d writes, want the intent, that it was accepted, and that it was made: %v", len(writes), writes)
	}

	w.patchVoucher("spring", `{"budgetYuan":"2000.00","activityBaseInfo":{"activityName":"春日满百减十"},"voucherSendModeInfo":{"voucherSendRuleInfo":{"quantity":200}}}`)
	w.waitForVoucher("spring", "Ready", "True Scheduled")
	if made := w.theOnlyVoucher(); made.ActivityName != "春日满百减十" || made.Quantity != 200 {
		t.Errorf("the vendor has %+v", made)
	}
	w.patchVoucher("spring", `{"budgetYuan":"500.00","voucherSendModeInfo":{"voucherSendRuleInfo":{"quantity":50}}}`)
	w.waitForVoucher("spring", "Stalled", "True CannotShrink")
	w.patchVoucher("spring", `{"state":"Stopped","budgetYuan":"2000.00","voucherSendModeInfo":{"voucherSendRuleInfo":{"quantity":200}}}`)
	w.waitForVoucher("spring", "Ready", "True Terminated")
	if made := w.theOnlyVoucher(); made.Status != "FINISHED" {
		t.Errorf("the vendor has %+v", made)
	}
}

func TestTheCodesOfSecretsAreHandedOverAndGivenOut(t *testing.T) {
	t.Parallel()
	w := newVoucherWorld(t)
	w.startVoucherManager()
	w.applyCodes("first", "A", 2500)
	w.applyCodes("second", "B", 300)
	w.applyVoucher(voucher{Name: "codes", Codes: []codeSource{{"first", 2500}, {"second", 300}}, Lines: []string{`budgetYuan: "28000.00"`}})
	got := w.waitForVoucher("codes", "Ready", "True Scheduled")
	if made := w.theOnlyVoucher(); made.Codes != 2800 || made.Quantity != 2800 || got.Status.Codes.Summary != "2800/2800" {
		t.Errorf("the status says %+v, the vendor has %+v", got.Status.Codes, made)
	}
}
