package e2e

import (
	"testing"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

func TestWalkthroughARebuiltCluster(t *testing.T) {
	t.Parallel()
	st := newStory(t, "a-rebuilt-cluster", "A rebuilt cluster")
	st.startReadyManager()
	st.Say("The cluster is lost, with all that was in it. The manifests in Git and the account's keys are enough: the request numbers " +
		"follow from what the manifests say, so the same activities are found again.")

	st.Step("Before")
	st.File("campaigns/autumn.yaml", st.manifest(campaign{Name: "autumn"}))
	st.write("campaigns/running.yaml", st.manifest(campaign{Name: "running", Title: "开业满额送", Begin: soon()}))
	st.write("campaigns/draft.yaml", st.manifest(campaign{Name: "draft", State: "Draft", Title: "冬季满额送"}))
	st.Say("Beside it there is one that begins at once, and a draft.")
	st.Run("kubectl apply -f campaigns")
	st.Wait("autumn", "Ready", "True Scheduled")
	st.waitFor("running", "Ready", "True Running")
	st.waitFor("draft", "Ready", "True Draft")
	st.Run("kubectl get campaigns")
	ids := map[string]string{}
	for _, name := range []string{"autumn", "running"} {
		ids[name] = st.get(name).Status.ActivityID
	}
	creates := st.counter("paygift.create")
	before := st.Vendor()

	st.Step("Afterwards")
	st.manager.kill()
	rebuilt := st.in(otherCluster(t))
	rebuilt.startReadyManager()
	st.useClusters(map[string]*controlplane.ControlPlane{"rebuilt": rebuilt.cp}, "rebuilt")
	st.Say("The cluster is a new one. The operator is installed, the account with its Secret is there, and the campaigns are not:")
	st.Run("kubectl get campaigns")
	st.Run("kubectl apply -f campaigns")
	st.Run("kubectl wait --for=condition=Ready --all pga --timeout=60s")
	rebuilt.waitFor("autumn", "Ready", "True Scheduled")
	rebuilt.waitFor("running", "Ready", "True Running")
	rebuilt.waitFor("draft", "Ready", "True Draft")
	st.Run("kubectl get campaigns")
	st.Say("The same ids, and not one call that creates: each was looked up by its number first, the one that has begun too.")
	for name, id := range ids {
		if got := rebuilt.get(name).Status; got.ActivityID != id || got.Creation != "Confirmed" {
			t.Errorf("%s was %s, the status is now %+v", name, id, got)
		}
	}
	if after := st.Vendor(); len(after) != len(before) || st.counter("paygift.create") != creates {
		t.Errorf("%+v after %d create calls, was %+v after %d", after, st.counter("paygift.create"), before, creates)
	}
	st.Done()
}

func TestWalkthroughTwoClusters(t *testing.T) {
	t.Parallel()
	st := newStory(t, "two-clusters", "Two clusters")
	west := st.in(otherCluster(t))
	st.useClusters(map[string]*controlplane.ControlPlane{"east": st.cp, "west": west.cp}, "east")
	st.startReadyManager()
	west.startReadyManager()
	st.Say("Two clusters have the same account and apply the same repository, by mistake or on the way from one to the other. An " +
		"operator runs in each and knows nothing of the other one.")

	st.Step("Both apply the same manifest")
	st.File("autumn.yaml", st.manifest(campaign{Name: "autumn"}))
	st.Run("kubectl --context east apply -f autumn.yaml & kubectl --context west apply -f autumn.yaml & wait")
	for _, context := range []string{"east", "west"} {
		st.Run("kubectl --context " + context + " wait --for=condition=Ready pga/autumn --timeout=60s")
	}
	only := st.theOnly()
	for name, w := range map[string]*world{"east": st.world, "west": west} {
		got := w.waitFor("autumn", "Ready", "True Scheduled").Status
		if got.ActivityID != only.ActivityID || got.Creation != "Confirmed" {
			t.Errorf("%s: %+v, want %s", name, got, only.ActivityID)
		}
	}
	st.Run("kubectl --context east get campaigns")
	st.Run("kubectl --context west get campaigns")
	st.Vendor()
	st.Say("There is one activity, and both have recorded it: both asked under the same request number, and WeChat Pay makes one " +
		"activity of a number.")

	st.Step("One manages, the other observes")
	st.Say("Two that manage contradict each other as soon as their manifests differ. So let one of them only look, until it takes over:")
	st.Run("cp autumn.yaml autumn-west.yaml")
	st.Edit("autumn-west.yaml", "  state: Active\n", "  state: Active\n  managementPolicy: Observe\n")
	st.Run("kubectl --context west apply -f autumn-west.yaml")
	st.Run("kubectl --context west wait --for=condition=Ready pga/autumn --timeout=60s")
	west.waitFor("autumn", "Ready", "True Observed")
	st.Edit("autumn.yaml", "state: Active", "state: Terminated")
	st.Run("kubectl --context east apply -f autumn.yaml")
	st.Run("kubectl --context east wait --for=condition=Ready pga/autumn --timeout=60s")
	st.waitFor("autumn", "Ready", "True Terminated")
	west.waitForState("autumn", v1alpha1.StateTerminated)
	st.Run("kubectl --context west get campaigns")
	st.Say("The west has seen the end and sent nothing.")
	if calls := st.counter("paygift.terminate"); calls != 1 || st.theOnly().Status != "TERMINATE_ACT_STATUS" {
		t.Errorf("%d terminate calls, the activity is %s", calls, st.theOnly().Status)
	}
	st.Done()
}
