package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const otherMchid = "1800000001"

// accountManifest is the manifest of one of the simulator's two merchants, under the name that the campaigns refer to.
func (st *story) accountManifest(mchid string) string {
	st.t.Helper()
	text, err := os.ReadFile(filepath.Join(st.sim.secrets, "merchant-"+mchid+".yaml"))
	if err != nil {
		st.t.Fatal(err)
	}
	return strings.Replace(string(text), `name: "wechatpay-`+mchid+`"`, `name: "wechatpay"`, 1)
}

func TestWalkthroughAnAccountMovedToAnotherMerchantId(t *testing.T) {
	t.Parallel()
	st := newStory(t, "an-account-moved-to-another-merchant-id", "An account moved to another merchant id", "--merchant", otherMchid)
	st.shown.account(otherMchid, "1900000117")
	st.kubectl("delete", "wechatpaymerchants", "--all", "-n", st.namespace)
	st.Say("The merchant id is part of every request number and is the account's identity: the API server does not let it change. " +
		"Somebody deletes the account and makes another one with the same name. The campaigns must neither be created a second time " +
		"nor be taken for those of the new merchant id.")

	st.Step("Before")
	st.File("account.yaml", st.accountManifest(st.sim.mchid))
	st.Run("kubectl apply -f account.yaml")
	st.startReadyManager()
	st.File("autumn.yaml", st.manifest(campaign{Name: "autumn"}))
	st.Run("kubectl apply -f autumn.yaml")
	st.Wait("autumn", "Ready", "True Scheduled")
	before := st.theOnly()

	st.Step("The move")
	st.File("account-moved.yaml", st.accountManifest(otherMchid))
	if out := st.Refused("kubectl apply -f account-moved.yaml"); !strings.Contains(out, "mchid") {
		t.Errorf("the refusal does not name mchid: %s", out)
	}
	st.Run("kubectl delete wxm wechatpay")
	st.Run("kubectl apply -f account-moved.yaml")
	st.Run("kubectl wait --for=condition=Ready wxm/wechatpay --timeout=60s")
	st.Wait("autumn", "Stalled", "True AccountChanged")
	if out := st.Reason("autumn"); !strings.Contains(out, otherMchid) && !strings.Contains(out, st.sim.mchid) {
		t.Errorf("no merchant id is named: %s", out)
	}
	st.checkNoCallsFor(before.ActivityID)
	if got := st.get("autumn").Status; got.ActivityID != before.ActivityID || got.Request.Account.ID != st.sim.mchid {
		t.Errorf("the record became %+v", got)
	}
	st.Say("No call of any kind is made for it. The activity of the former merchant id is as it was:")
	st.Vendor()

	st.Step("The way back")
	st.Say("Give the new merchant id an account of its own name for new campaigns, and the former account back to those that it has:")
	st.Run("kubectl delete wxm wechatpay")
	st.Run("kubectl apply -f account.yaml")
	st.Run("kubectl wait --for=condition=Ready wxm/wechatpay --timeout=60s")
	st.Wait("autumn", "Ready", "True Scheduled")
	st.Run("kubectl get campaigns")
	if after := st.theOnly(); after != before || st.counter("paygift.create") != 1 {
		t.Errorf("it was %+v, is %+v after %d create calls", before, after, st.counter("paygift.create"))
	}
	st.Done()
}

// checkNoCallsFor checks that neither an activity nor the other merchant's keys were used for more than the account itself.
func (st *story) checkNoCallsFor(id string) {
	st.t.Helper()
	var answer struct {
		Data []struct {
			Mchid, Operation, Path string
		} `json:"data"`
	}
	st.sim.call("GET", "/_sim/requests?mchid="+otherMchid, nil, &answer)
	for _, request := range answer.Data {
		if accountCalls[request.Operation] == never {
			st.t.Errorf("with the keys of the other merchant id: %+v", request)
		}
		if strings.Contains(request.Path, id) {
			st.t.Errorf("%s was asked for: %+v", id, request)
		}
	}
}
