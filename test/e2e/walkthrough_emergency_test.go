package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// pull is the command that moves the brake. The field manager has a name of its own, since Flux undoes what kubectl wrote.
func pull(brake v1alpha1.AccountBrake) string {
	return fmt.Sprintf(`kubectl patch wxm wechatpay --type=merge --field-manager=emergency -p '{"spec":{"brake":"%s"}}'`, brake)
}

func TestWalkthroughAnEmergency(t *testing.T) {
	t.Parallel()
	st := newStory(t, "an-emergency", "An emergency: the brake")
	st.startReadyManager("--create-rate=0.4")
	st.Say("Something is wrong with the coupons and nobody knows yet what. The account's brake stops what costs money, for all of its " +
		"campaigns at once and without a commit. Ending an activity works all the time.")

	st.Step("Business as usual")
	st.File("campaigns/morning.yaml", st.manifest(campaign{Name: "morning", Title: "早场满额送", Begin: soon()}))
	st.write("campaigns/night.yaml", st.manifest(campaign{Name: "night", Title: "夜场满额送", Begin: soon()}))
	st.Run("kubectl apply -f campaigns")
	st.waitFor("morning", "Ready", "True Running")
	night := st.waitFor("night", "Ready", "True Running").Status.ActivityID
	st.Run("kubectl get campaigns")
	st.Say("Five more are released. They are created one after the other, here one in 2.5 seconds.")
	queued := []string{"gift-1", "gift-2", "gift-3", "gift-4", "gift-5"}
	for i, name := range queued {
		st.write("campaigns/"+name+".yaml", st.manifest(campaign{Name: name, Title: fmt.Sprintf("第%d周满额送", i+1), Begin: st.begin.AddDate(0, 0, 7*i)}))
	}
	st.Run("kubectl apply -f campaigns")

	st.Step("Hold")
	st.Run(pull(v1alpha1.BrakeHold))
	st.waitForBrake(v1alpha1.BrakeHold)
	creates := st.counter("paygift.create")
	held := st.waitForBraked(queued)
	st.Run("kubectl get campaigns -o wide")
	st.Reason(held[0])
	st.Say("From the moment that the operator has seen it, nothing is created. What runs goes on running.")
	st.brakeSurvivesGit()

	st.Step("Ending works all the time")
	st.Edit("campaigns/morning.yaml", "state: Active", "state: Terminated")
	st.Run("kubectl apply -f campaigns/morning.yaml")
	st.Wait("morning", "Ready", "True Terminated")

	st.Step("Pause")
	st.Say("`Pause` is `Hold`, and pauses what runs and can be paused. A pay gift activity cannot be paused by a call, only ended for " +
		"ever, which the operator does not do by itself: it lists what runs, or will begin, with the command that ends each.")
	st.Run(pull(v1alpha1.BrakePause))
	st.waitForBrake(v1alpha1.BrakePause)
	command := st.waitForStillRunning(night)
	st.Run("kubectl get wxm wechatpay -o jsonpath-as-json='{.status.stillRunning}'")
	st.Run(command)
	st.waitFor("night", "Ready", "True Terminated")
	if now := st.counter("paygift.create"); now != creates {
		t.Errorf("%d create calls under the brake", now-creates)
	}

	st.Step("Off")
	st.Run(pull(v1alpha1.BrakeOff))
	for _, name := range queued {
		st.waitFor(name, "Ready", "True Scheduled")
	}
	st.Run("kubectl get campaigns")
	st.Say("What was held goes on, each campaign once.")
	if all := st.remotes(); len(all) != len(queued)+2 {
		t.Errorf("%d activities, want %d: %+v", len(all), len(queued)+2, all)
	}
	st.Done()
}

// brakeSurvivesGit applies the account as Git has it, without a brake.
func (st *story) brakeSurvivesGit() {
	st.t.Helper()
	st.Say("The brake is not in Git, so what applies Git does not release it:")
	account, err := os.ReadFile(filepath.Join(st.sim.secrets, "merchant-"+st.sim.mchid+".yaml"))
	if err != nil {
		st.t.Fatal(err)
	}
	st.write("account/account.yaml", string(account))
	st.Run("kubectl apply -f account")
	st.Run("flux-apply account")
	st.Run("kubectl get wxm")
	if brake := readAccount(st.world).Spec.Brake; brake != v1alpha1.BrakeHold {
		st.t.Errorf("the brake is %s after Git was applied", brake)
	}
	st.Say("Mind `--field-manager=emergency` above. Flux undoes what it finds under a field manager whose name begins with " +
		"`kubectl`, which is kubectl's own unless you name another.")
}
