package e2e

import (
	"testing"
)

func TestWalkthroughARevertedCommit(t *testing.T) {
	t.Parallel()
	st := newStory(t, "a-reverted-commit", "A reverted commit")
	st.startReadyManager()
	st.Say("`git revert` brings back a manifest, not an activity. WeChat Pay cannot restart what was ended, nor take back what was " +
		"started. Such a manifest is still taken, so that it does not hold up the other manifests of the repository, and is answered by " +
		"a condition. `flux-apply` is Flux's own package with Flux's options.")
	st.Run("git init -q -b main .")
	st.File("campaigns/spring.yaml", st.manifest(campaign{Name: "spring", Title: "春季满额送"}))
	st.Run("git add -A && git commit -qm 'Spring' && flux-apply campaigns")
	st.Wait("spring", "Ready", "True Scheduled")
	st.revertTheEnd()
	st.revertTheRelease()
	st.revertTheRevision()
	st.Done()
}

func (st *story) revertTheEnd() {
	st.t.Helper()
	st.Step("The end is reverted")
	st.Edit("campaigns/spring.yaml", "state: Active", "state: Terminated")
	st.Run("git commit -qam 'End spring' && flux-apply campaigns")
	st.Wait("spring", "Ready", "True Terminated")
	st.Run("git revert --no-edit HEAD && flux-apply campaigns")
	st.Wait("spring", "Stalled", "True CannotRestart")
	st.Reason("spring")
	if status := st.theOnly().Status; status != "TERMINATE_ACT_STATUS" {
		st.t.Errorf("the activity is %s", status)
	}
	st.Say("Revert the revert, and all is as it should be:")
	st.Run("git revert --no-edit HEAD && flux-apply campaigns")
	st.Wait("spring", "Ready", "True Terminated")
}

func (st *story) revertTheRelease() {
	st.t.Helper()
	st.Step("The release is reverted")
	st.File("campaigns/autumn.yaml", st.manifest(campaign{Name: "autumn", State: "Draft"}))
	st.Run("git add -A && git commit -qm 'Autumn, to be reviewed' && flux-apply campaigns")
	st.Wait("autumn", "Ready", "True Draft")
	st.Edit("campaigns/autumn.yaml", "state: Draft", "state: Active")
	st.Run("git commit -qam 'Release autumn' && flux-apply campaigns")
	st.Wait("autumn", "Ready", "True Scheduled")
	id := st.get("autumn").Status.ActivityID
	st.Run("git revert --no-edit HEAD && flux-apply campaigns")
	st.Wait("autumn", "Stalled", "True CannotReturnToDraft")
	st.Reason("autumn")
	if status := st.statusAtVendor(id); status != "CREATE_ACT_STATUS" {
		st.t.Errorf("the activity is %s", status)
	}
	st.Say("It still begins at its time. To end it, write `state: Terminated`; to keep it, revert the revert.")
	st.Run("git revert --no-edit HEAD && flux-apply campaigns")
	st.Wait("autumn", "Ready", "True Scheduled")
}

func (st *story) revertTheRevision() {
	st.t.Helper()
	st.Step("A new revision is reverted")
	st.Say("A raised `requestRevision` makes another activity and lets everything about it change in the same commit. The former one " +
		"stays as it is; `replacePrevious: Keep` says that it need not have ended.")
	first := st.get("autumn").Status.ActivityID
	st.Edit("campaigns/autumn.yaml", "  state: Active\n", "  state: Active\n  requestRevision: 2\n  replacePrevious: Keep\n")
	st.Edit("campaigns/autumn.yaml", "transactionAmountMinimum: 10000", "transactionAmountMinimum: 20000")
	st.Run("git commit -qam 'From 200 yuan on' && flux-apply campaigns")
	st.Wait("autumn", "Ready", "True Scheduled")
	got := st.get("autumn").Status
	second := got.ActivityID
	if second == first || len(got.Previous) != 1 || got.Previous[0].ActivityID != first || got.Request.Revision != 2 {
		st.t.Errorf("status %+v, the first activity was %s", got, first)
	}
	st.Run("kubectl get pga autumn -o jsonpath-as-json='{.status.previous}'")
	creates := st.counter("paygift.create")
	st.Run("git revert --no-edit HEAD && flux-apply campaigns")
	st.Wait("autumn", "Stalled", "True RevisionLowered")
	st.Reason("autumn")
	if all := st.Vendor(); len(all) != 3 || st.counter("paygift.create") != creates {
		st.t.Errorf("%+v after %d create calls, want three after %d", all, st.counter("paygift.create"), creates)
	}
	for _, id := range []string{first, second} {
		if status := st.statusAtVendor(id); status != "CREATE_ACT_STATUS" {
			st.t.Errorf("%s is %s", id, status)
		}
	}
	if got := st.get("autumn").Status; got.ActivityID != second || got.Request.Revision != 2 {
		st.t.Errorf("the record became %+v", got)
	}
	st.Say("Both activities are as they were and the record is of the later one. Revert the revert to go on with it, or raise " +
		"`requestRevision` again for a third.")
	st.Run("git revert --no-edit HEAD && flux-apply campaigns")
	st.Wait("autumn", "Ready", "True Scheduled")
}
