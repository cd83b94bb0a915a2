package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
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

func TestOfManifestsThatAreAlikeAndAppliedTogetherOneIsMade(t *testing.T) {
	t.Parallel()
	w := newVoucherWorld(t)
	w.startVoucherManager()
	begin := time.Now().Add(48 * time.Hour)
	var manifests []string
	for _, name := range []string{"one", "two", "three", "four"} {
		manifests = append(manifests, w.voucherManifest(voucher{Name: name, Title: "满百减十", Begin: begin}))
	}
	w.mustApply(strings.Join(manifests, "---\n"))
	eventually(t, "one is made, and the others say so", func() error {
		reasons := map[string]int{}
		for _, name := range []string{"one", "two", "three", "four"} {
			reasons[condition(w.getVoucher(name).Status.Conditions, "Ready")]++
		}
		if reasons["True Scheduled"] != 1 || reasons["False LooksLikeExisting"] != 3 {
			return fmt.Errorf("%v", reasons)
		}
		return nil
	})
	w.theOnlyVoucher()
}
