package e2e

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
)

func TestACreatedMessageWakesTheOneResourceBeforeItsNextPoll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "--switch", "alipay.async.delay=byHand")
	d := w.openReadyDoor()
	w.applyVoucher(voucher{Name: "spring"})
	accepted := w.waitForVoucher("spring", "Reconciling", "True Creating").Status
	polled, due := w.waitForPoll(accepted.Request.Time.Time, 8*time.Second)

	w.inConsole(accepted.ActivityID, alipay.ConsoleComplete)
	w.waitForVoucher("spring", "Ready", "True Scheduled")
	told := w.waitForMessages(w.sim, 1, alipay.MessageDelivered)[0].Deliveries[0].Time
	var looks []time.Time
	for _, call := range w.calls("ordervoucher.query") {
		if call.CampaignTime.After(told) {
			looks = append(looks, call.CampaignTime)
		}
	}
	t.Logf("polled at %s, told at %s, looked at %v", polled, told, looks)
	if len(looks) != 1 || !looks[0].Before(due) {
		t.Errorf("it was looked at %v, want once, before the poll due at %s", looks, due)
	}
	d.wantCounted("Woken", 1)
	w.wantChanges(1, 0, 0, 0)
}
