package e2e

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestTwoHundredThousandCodesAreHandedOverOnceThroughAKillInBoundedMemory(t *testing.T) {
	t.Parallel()
	const secrets, each = 10, 20_000
	w := newVoucherWorld(t)
	var sources []codeSource
	for i := range secrets {
		source := codeSource{fmt.Sprintf("codes-%d", i), each}
		w.applyCodes(source.Secret, fmt.Sprintf("CODE-2027-%c-", 'A'+i), source.Count)
		sources = append(sources, source)
	}
	w.startVoucherManager()
	w.applyVoucher(voucher{Name: "many", Codes: sources, Lines: []string{`budgetYuan: "2000000.00"`}})
	eventually(t, "half of the codes are there", func() error {
		if codes := w.getVoucher("many").Status.Codes; codes == nil || codes.Deposited < secrets*each/2 {
			return fmt.Errorf("%+v", codes)
		}
		return nil
	})
	before := w.manager.peakMemory()
	w.manager.kill()
	w.startVoucherManager()
	eventually(t, "all codes are there", func() error {
		if codes := w.getVoucher("many").Status.Codes; codes.Deposited < secrets*each {
			return fmt.Errorf("%s", codes.Summary)
		}
		return nil
	})
	w.waitForVoucher("many", "Ready", "True Scheduled")
	if made := w.theOnlyVoucher(); made.Codes != secrets*each || made.Quantity != secrets*each {
		t.Errorf("the vendor has %+v", made)
	}
	if failed := w.getVoucher("many").Status.Codes.Failed; failed != 0 {
		t.Errorf("%d codes failed: one was handed over twice", failed)
	}
	for _, peak := range []int{before, w.manager.peakMemory()} {
		if peak > 200 {
			t.Errorf("the manager took %d MB", peak)
		}
	}
}

// peakMemory is the most memory that a process has taken, in MB.
func (p *process) peakMemory() int {
	p.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.t.Skipf("this system does not tell how much memory a process takes: %v", err)
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kilobytes, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		p.t.Fatal(err)
	}
	return kilobytes >> 10
}
