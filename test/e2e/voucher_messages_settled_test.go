package e2e

import (
	"testing"

	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
)

func TestAMessageTellsOfASettledResourceAndOfNoOther(t *testing.T) {
	t.Parallel()
	w := newVoucherWorld(t)
	d := w.openReadyDoor()
	names := []string{"spring", "summer"}
	for _, name := range names {
		w.applyVoucher(voucher{Name: name})
	}
	for _, name := range names {
		w.waitForVoucher(name, "Ready", "True Scheduled")
	}
	w.waitForMessages(2, alipay.MessageDelivered)
	id, other := w.getVoucher("spring").Status.ActivityID, w.getVoucher("summer")
	looks := w.counter("ordervoucher.query")

	w.inConsole(id, alipay.ConsoleFinish) // the sweep would see it within 10 minutes
	w.tell("stopped", id)
	w.waitForVoucher("spring", "Stalled", "True TerminatedElsewhere")
	if now := w.counter("ordervoucher.query"); now != looks+1 {
		t.Errorf("the vendor was asked %d times, want once", now-looks)
	}
	if now := w.getVoucher("summer"); now.ResourceVersion != other.ResourceVersion {
		t.Errorf("the other became %+v", now.Status)
	}
	d.wantCounted("UnknownActivity", 0)
	w.wantChanges(2, 0, 0, 0)
}
