package e2e

import (
	"fmt"
	"strings"
	"testing"
)

func TestWalkthroughARenamedFile(t *testing.T) {
	t.Parallel()
	st := newStory(t, "a-renamed-file", "A renamed file")
	st.startReadyManager()
	st.Say("Namespace and name are part of the request number, so a manifest under another name asks for another activity. A file that " +
		"is only renamed must not buy twice. Here Flux applies the folder `campaigns` and prunes what is no longer in it; its part is " +
		"played by `flux-apply`, which is Flux's own package with Flux's options.")

	st.Step("The campaign")
	st.Run("git init -q -b main .")
	st.File("campaigns/autumn.yaml", st.manifest(campaign{Name: "autumn"}))
	st.Run("git add -A && git commit -qm 'Autumn'")
	st.Run("flux-apply -prune inventory campaigns")
	st.Wait("autumn", "Ready", "True Scheduled")
	st.Vendor()
	id := st.theOnly().ActivityID

	st.Step("The rename")
	st.Run("git mv campaigns/autumn.yaml campaigns/autumn-2027.yaml")
	st.shown.campaign("autumn-2027")
	st.Edit("campaigns/autumn-2027.yaml", "name: autumn,", "name: autumn-2027,")
	st.Run("git commit -qam 'Name it after its year'")
	st.Run("flux-apply -prune inventory campaigns")
	st.Wait("autumn-2027", "Stalled", "True LooksLikeExisting")
	st.Say("The old resource is gone and its activity is left as it is, as `deletionPolicy: Orphan` says. The new one sees it and asks:")
	if out := st.Reason("autumn-2027"); !strings.Contains(out, id) {
		t.Errorf("the activity is not named: %s", out)
	}
	st.Vendor()
	if only := st.theOnly(); only.ActivityID != id || only.Status != "CREATE_ACT_STATUS" {
		t.Errorf("%+v, want %s as it was", only, id)
	}

	st.Step("It is the same campaign: adopt it")
	st.Edit("campaigns/autumn-2027.yaml", "  state: Active\n", fmt.Sprintf("  state: Active\n  adopt: {activityId: %q}\n", id))
	st.Run("git commit -qam 'It is the same one' && flux-apply -prune inventory campaigns")
	st.Wait("autumn-2027", "Ready", "True Scheduled")
	st.Run("kubectl get campaigns")
	if got := st.get("autumn-2027").Status.ActivityID; got != id || st.theOnly().ActivityID != id || st.counter("paygift.create") != 1 {
		t.Errorf("the status says %s, want %s, after %d create calls", got, id, st.counter("paygift.create"))
	}

	st.Step("It is another campaign: allow a twin")
	st.Say("Two activities with the same name and the same time may be meant. Then the manifest says so.")
	st.File("campaigns/autumn-north.yaml", st.manifest(campaign{Name: "autumn-north"}, "allowTwin: true"))
	st.Run("git add -A && git commit -qm 'The north too' && flux-apply -prune inventory campaigns")
	st.Wait("autumn-north", "Ready", "True Scheduled")
	if all := st.Vendor(); len(all) != 2 {
		t.Errorf("%+v, want two", all)
	}
	st.Done()
}
