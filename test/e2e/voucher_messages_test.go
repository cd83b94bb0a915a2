package e2e

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
)

func TestACreatedMessageIsActedOnBeforeTheNextPoll(t *testing.T) {
	t.Parallel()
	w := newVoucherWorld(t, "--switch", "alipay.async.delay=byHand")
	d := w.openReadyDoor()
	w.applyVoucher(voucher{Name: "spring"})
	accepted := w.waitUntilAccepted("spring")
	polled, due := w.waitForPoll(accepted.Request.Time.Time, 8*time.Second)

	w.inConsole(accepted.ActivityID, alipay.ConsoleComplete)
	w.waitForVoucher("spring", "Ready", "True Scheduled")
	told := w.waitForMessages(1, alipay.MessageDelivered)[0].Deliveries[0].Time
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

// Messages can be lost, and of a failure the vendor has none.
func TestWhatNoMessageTellsIsPolled(t *testing.T) {
	t.Parallel()
	w := newVoucherWorld(t, "--switch", "alipay.messages.fate=dropped")
	d := w.openReadyDoor()
	w.applyVoucher(voucher{Name: "spring"})
	w.waitForVoucher("spring", "Ready", "True Scheduled")
	w.waitForMessages(1, alipay.MessageDropped)

	w.sendTo("")
	w.patchVoucher("spring", `{"state":"Stopped"}`)
	w.waitForVoucher("spring", "Ready", "True Terminated")
	if last := w.messages()[1]; last.State != alipay.MessageUnaddressed {
		t.Errorf("it is %+v", last)
	}
	d.wantCounted("Woken", 0)
	w.wantChanges(1, 0, 0, 1)
}

// The vendor may be quicker with its message than with its reply.
func TestAMessageThatComesBeforeItsActivityIsRecordedDoesNoHarm(t *testing.T) {
	t.Parallel()
	w := newVoucherWorld(t, "--switch", "alipay.async.delay=0s")
	d := w.openReadyDoor()
	rule := w.fault(map[string]any{"match": map[string]any{"operation": "ordervoucher.create"}, "action": "commitThenHold"})
	w.applyVoucher(voucher{Name: "spring"})
	w.held(rule)
	w.waitForMessages(1, alipay.MessageDelivered)
	d.wantCounted("UnknownActivity", 1)
	w.sim.call("POST", "/_sim/faults/"+rule+"/release", nil, nil)
	got := w.waitForVoucher("spring", "Ready", "True Scheduled")
	if made := w.theOnlyVoucher(); made.ActivityID != got.Status.ActivityID {
		t.Errorf("the status says %s, the vendor has %+v", got.Status.ActivityID, made)
	}
	w.wantChanges(1, 0, 0, 0)
}

func TestMessagesThatComeTwiceOrInTheWrongOrderChangeNothing(t *testing.T) {
	t.Parallel()
	w := newVoucherWorld(t, "--switch", "alipay.messages.fate=duplicated")
	d := w.openReadyDoor()
	w.applyVoucher(voucher{Name: "spring"})
	w.waitForVoucher("spring", "Ready", "True Scheduled")
	if twice := w.waitForMessages(1, alipay.MessageDelivered)[0]; len(twice.Deliveries) != 2 {
		t.Errorf("it was delivered %+v", twice.Deliveries)
	}
	d.wantCounted("Woken", 1)
	d.wantCounted("Duplicate", 1)

	w.set("alipay.messages.fate", "reordered")
	w.patchVoucher("spring", `{"voucherSendModeInfo":{"voucherSendRuleInfo":{"quantity":200}}}`)
	w.waitForVoucher("spring", "Ready", "True Scheduled")
	w.patchVoucher("spring", `{"state":"Stopped"}`)
	w.waitForVoucher("spring", "Ready", "True Terminated")
	told := w.waitForMessages(3, alipay.MessageDelivered)
	if appended, stopped := told[1].Deliveries[0].Time, told[2].Deliveries[0].Time; !appended.After(stopped) {
		t.Errorf("appended came at %s, stopped at %s", appended, stopped)
	}
	d.wantCounted("Woken", 3)
	w.waitForVoucher("spring", "Ready", "True Terminated")
	if made := w.theOnlyVoucher(); made.Status != "FINISHED" || made.Quantity != 200 {
		t.Errorf("the vendor has %+v", made)
	}
	w.wantChanges(1, 0, 1, 1)
}

func TestMessagesAreBelievedInEveryFormThatTheVendorSends(t *testing.T) {
	t.Parallel()
	w := newVoucherWorld(t)
	d := w.openReadyDoor()
	w.applyVoucher(voucher{Name: "spring"})
	id := w.waitForVoucher("spring", "Ready", "True Scheduled").Status.ActivityID
	told := w.waitForMessages(1, alipay.MessageDelivered)
	for _, signType := range []string{"excluded", "included"} {
		for _, eventTime := range []string{"milliseconds", "seconds"} {
			for _, number := range []string{"on", "off"} {
				w.sim.call("PUT", "/_sim/switches", map[string]string{
					"alipay.messages.signType": signType, "alipay.messages.eventTime": eventTime, "alipay.messages.outBizNo": number,
				}, nil)
				told = append(told, w.tell("modified", id))
			}
		}
	}
	for _, message := range told {
		if len(message.Deliveries) != 1 {
			t.Errorf("it was delivered %+v", message.Deliveries)
		}
	}
	d.wantCounted("Woken", len(told))
	w.wantChanges(1, 0, 0, 0)
}

func TestAMessageAboutAnActivityThatNobodyManagesIsAcknowledged(t *testing.T) {
	t.Parallel()
	w := newVoucherWorld(t)
	d := w.openReadyDoor()
	w.applyVoucher(voucher{Name: "spring"})
	id := w.waitForVoucher("spring", "Ready", "True Scheduled").Status.ActivityID
	w.waitForMessages(1, alipay.MessageDelivered)
	var copied struct {
		ActivityID string `json:"activityId"`
	}
	w.sim.call("POST", "/_sim/alipay/activities/"+id+"/copy", nil, &copied)
	wantUntouched := w.untouched("spring")
	for _, activityID := range []string{copied.ActivityID, "2026000000000000000000000001"} {
		if told := w.tell("created", activityID); len(told.Deliveries) != 1 {
			t.Errorf("about %s: %+v", activityID, told.Deliveries)
		}
	}
	d.wantCounted("UnknownActivity", 2)
	wantUntouched()
}
