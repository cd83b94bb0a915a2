package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
)

func TestAManagerThatDoesNotLeadHasTheMessageComeAgainUntilItLeads(t *testing.T) {
	t.Parallel()
	w := newVoucherWorld(t, "--switch", "alipay.async.delay=byHand")
	elected := []string{"--leader-elect", "--leader-elect-namespace=" + w.namespace}
	leader := w.openReadyDoor(elected...)
	w.applyVoucher(voucher{Name: "spring"})
	id := w.waitUntilAccepted("spring").ActivityID
	waiting := w.openDoor(elected...) // from now on messages go there

	w.inConsole(id, alipay.ConsoleComplete)
	var told alipay.Message
	eventually(t, "the message was refused", func() error {
		told = w.waitForMessages(1, alipay.MessagePending)[0]
		if len(told.Deliveries) == 0 {
			return fmt.Errorf("it is %+v", told)
		}
		return nil
	})
	if refused := told.Deliveries[0]; refused.Status != http.StatusServiceUnavailable || refused.Answer != "fail" || told.State != alipay.MessagePending {
		t.Errorf("it is %+v", told)
	}
	waiting.wantCounted("NotLeading", 1)

	leader.wantCounted("Woken", 0)
	leader.stop() // and gives up its lease
	waiting.waitUntilItKnows(w.sim.appID)
	w.sim.call("POST", "/_sim/clock", map[string]string{"advance": "2m"}, nil)
	told = w.waitForMessages(1, alipay.MessageDelivered)[0]
	if len(told.Deliveries) != 2 {
		t.Errorf("it is %+v", told)
	}
	waiting.wantCounted("Woken", 1)
	w.waitForVoucher("spring", "Ready", "True Scheduled")
	w.wantChanges(1, 0, 0, 0)
}
