package e2e

import (
	"fmt"
	"testing"
	"time"
)

// createInConsole makes an activity as somebody does in the merchant console, and returns its id.
func (st *story) createInConsole(name string) string {
	st.t.Helper()
	var answer remote
	st.sim.call("POST", "/_sim/activities", map[string]any{
		"activity_base_info": map[string]any{
			"activity_name": name, "activity_second_title": "满百元送券",
			"merchant_logo_url": "https://wx.gtimg.com/mch/img/ico-logo.png",
			"begin_time":        st.begin.Format(time.RFC3339), "end_time": st.begin.Add(30 * 24 * time.Hour).Format(time.RFC3339),
			"delivery_purpose": "OFF_LINE_PAY",
		},
		"award_send_rule": map[string]any{
			"transaction_amount_minimum": 10000, "send_content": "SINGLE_COUPON", "award_type": "BUSIFAVOR",
			"award_list":       []any{map[string]any{"stock_id": "98065001", "original_image_url": "https://wx.gtimg.com/mch/img/gift.png"}},
			"merchant_option":  "MANUAL_INPUT_MERCHANT",
			"merchant_id_list": []string{st.sim.mchid},
		},
	}, &answer)
	return answer.ActivityID
}

const adoptingManifest = `apiVersion: campaign-operator.io/v1alpha1
kind: PayGiftActivity
metadata: {name: summer, namespace: %s}
spec:
  merchantRef: {name: wechatpay}
  state: Active
  managementPolicy: Observe
  adopt: {activityId: "%s"}
`

func TestWalkthroughAdoptingAConsoleMadeActivity(t *testing.T) {
	t.Parallel()
	st := newStory(t, "adopting-a-console-made-activity", "Adopting an activity that was made in the console")
	st.startReadyManager()
	st.Say("Somebody made an activity in WeChat Pay's merchant console. From now on it shall be in Git, without being made again.")
	id := st.createInConsole("夏季满额送")
	st.Vendor()

	st.Step("Find it")
	st.Say("The account lists the live activities that no resource records, as the last look at WeChat Pay's list showed them:")
	st.waitForUnmanaged(id)
	st.Run("kubectl get wxm wechatpay -o jsonpath-as-json='{.status.unmanaged}'")

	st.Step("Look at it first")
	st.Say("`adopt` names the activity, and the creation fields can be left out. With `managementPolicy: Observe` nothing that " +
		"changes anything is ever sent.")
	st.File("summer.yaml", fmt.Sprintf(adoptingManifest, st.namespace, id))
	st.Run("kubectl apply -f summer.yaml")
	st.Wait("summer", "Ready", "True Observed")
	st.Run("kubectl get campaigns")
	if got := st.get("summer").Status; got.ActivityID != id || got.State != "Scheduled" {
		t.Errorf("status %+v", got)
	}

	st.Step("Then manage it")
	st.Edit("summer.yaml", "  managementPolicy: Observe\n", "")
	st.Run("kubectl apply -f summer.yaml")
	st.Wait("summer", "Ready", "True Scheduled")
	got := st.get("summer").Status
	if got.ActivityID != id || got.Creation != "Confirmed" || got.Request == nil || !got.Request.Adopted {
		t.Errorf("status %+v", got)
	}
	if calls := st.changes(); calls != 0 {
		t.Errorf("%d calls that change something", calls)
	}
	st.theOnly()
	st.Say("Nothing was created, and nothing was changed.")
	st.writeDown(id)

	st.Step("End it")
	st.Say("It is managed like any other now; the manifest can end it:")
	st.Edit("summer.yaml", "state: Active", "state: Terminated")
	st.Run("kubectl apply -f summer.yaml")
	st.Wait("summer", "Ready", "True Terminated")
	st.Vendor()
	if status := st.theOnly().Status; status != "TERMINATE_ACT_STATUS" || st.counter("paygift.create") != 0 {
		t.Errorf("the activity is %s after %d create calls", status, st.counter("paygift.create"))
	}

	st.Step("A wrong id")
	st.shown.campaign("spring")
	st.File("spring.yaml", `apiVersion: campaign-operator.io/v1alpha1
kind: PayGiftActivity
metadata: {name: spring, namespace: `+st.namespace+`}
spec:
  merchantRef: {name: wechatpay}
  state: Active
  adopt: {activityId: "10029999"}
`)
	st.Run("kubectl apply -f spring.yaml")
	st.Wait("spring", "Stalled", "True AdoptNotFound")
	st.Reason("spring")
	st.Say("Nothing is made up for it: with `adopt` there is never a create call. Correct the id and apply it again.")
	st.theOnly()
	st.Done()
}

// writeDown gives the adopted activity's manifest the creation fields, which are compared.
func (st *story) writeDown(id string) {
	st.t.Helper()
	st.Step("Write down what it is")
	st.Say("The creation fields can follow. They are compared with what WeChat Pay returns, so that a change in the console shows, and " +
		"with `adopt` they may change at any time.")
	st.File("summer.yaml", st.manifest(campaign{Name: "summer", Title: "夏季满额送"}, fmt.Sprintf("adopt: {activityId: %q}", id)))
	st.Run("kubectl apply -f summer.yaml")
	st.Wait("summer", "Ready", "True Scheduled")
	st.Console("renames the activity", "PATCH", "/_sim/activities/"+id, `{"activity_base_info": {"activity_name": "盛夏满额送"}}`)
	st.Wait("summer", "Stalled", "True Drifted")
	st.Reason("summer")
	if drift := st.get("summer").Status.Drift; drift == nil || len(drift.Differences) != 1 || drift.Differences[0].Field != "activity_base_info.activity_name" {
		st.t.Errorf("drift %+v", drift)
	}
	st.Say("WeChat Pay has no call to change it back, so either the console or the manifest has to give way:")
	st.Edit("summer.yaml", "activityName: 夏季满额送", "activityName: 盛夏满额送")
	st.Run("kubectl apply -f summer.yaml")
	st.Wait("summer", "Ready", "True Scheduled")
	if calls := st.changes(); calls != 0 {
		st.t.Errorf("%d calls that change something", calls)
	}
}
