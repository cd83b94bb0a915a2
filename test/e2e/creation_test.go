package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func TestACampaignAppliedWithKubectlBecomesOneActivity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startManager()
	w.mustApply(w.manifest(campaign{Name: "autumn"}))
	w.kubectl("wait", "--for=condition=Ready", "pga/autumn", "-n", w.namespace, "--timeout=40s")

	got := w.waitFor("autumn", "Ready", "True Scheduled")
	only := w.theOnly()
	if got.Status.ActivityID != only.ActivityID || got.Status.Request.Number != only.OutRequestNo {
		t.Errorf("the status says %s under %s, the vendor has %s under %s", got.Status.ActivityID, got.Status.Request.Number, only.ActivityID, only.OutRequestNo)
	}
	if got.Status.Creation != "Confirmed" || got.Status.ActivityStatus != "CREATE_ACT_STATUS" || got.Status.CreateTime == "" {
		t.Errorf("status %+v", got.Status)
	}
	table := w.kubectl("get", "campaigns", "-n", w.namespace)
	if !strings.Contains(table, only.ActivityID) || !strings.Contains(table, "Scheduled") {
		t.Errorf("kubectl get campaigns shows neither id nor state:\n%s", table)
	}
}

func TestACreationCostsTwoWritesAndASettledCampaignNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startManager()
	const campaigns = 5
	for i := range campaigns {
		w.mustApply(w.manifest(campaign{Name: fmt.Sprintf("gift-%d", i)}))
	}
	for i := range campaigns {
		w.waitFor(fmt.Sprintf("gift-%d", i), "Ready", "True Scheduled")
	}
	for i := range campaigns {
		if writes := w.campaignWrites(fmt.Sprintf("gift-%d", i)); len(writes) != 2 {
			t.Errorf("gift-%d cost %d writes, want the intent and the record: %v", i, len(writes), writes)
		}
	}

	w.waitForCounted(v1alpha1.StateScheduled, campaigns)
	before, sweeps := w.writes(), w.counter("paygift.list")
	w.waitForSweeps(sweeps + 3)
	if after := w.writes(); len(after) != len(before) {
		t.Errorf("sweeps that changed nothing caused writes: %v", after[len(before):])
	}

	details := w.counter("paygift.detail")
	w.manager.stop()
	w.startManager()
	w.waitForSweeps(w.counter("paygift.list") + 2)
	if after := w.writes(); len(after) != len(before) {
		t.Errorf("a restart caused writes: %v", after[len(before):])
	}
	if now := w.counter("paygift.detail"); now != details {
		t.Errorf("a restart read %d activities one by one", now-details)
	}
}

// waitForSweeps waits until the list was read that often.
func (w *world) waitForSweeps(count int) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("the list was read %d times", count), func() error {
		if now := w.counter("paygift.list"); now < count {
			return fmt.Errorf("%d times", now)
		}
		return nil
	})
}

func TestADraftSendsNothingAndBecomesActiveByOneLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startManager()
	c := campaign{Name: "draft", State: "Draft", Begin: time.Now().Add(24 * time.Hour)}
	w.mustApply(w.manifest(c))
	w.waitFor("draft", "Ready", "True Draft")
	if all := w.remotes(); len(all) != 0 {
		t.Fatalf("a draft created %+v", all)
	}
	c.State = "Active"
	w.mustApply(w.manifest(c))
	w.waitFor("draft", "Ready", "True Scheduled")
	w.theOnly()
}

func TestTerminatedEndsTheActivityOnceAndRemembersIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startManager()
	c := campaign{Name: "ending", Begin: time.Now().Add(24 * time.Hour)}
	w.mustApply(w.manifest(c))
	w.waitFor("ending", "Ready", "True Scheduled")
	c.State = "Terminated"
	w.mustApply(w.manifest(c))
	got := w.waitFor("ending", "Ready", "True Terminated")
	if got.Status.TerminateTime == "" || w.theOnly().Status != "TERMINATE_ACT_STATUS" {
		t.Errorf("terminateTime %q, the vendor says %s", got.Status.TerminateTime, w.theOnly().Status)
	}
	w.waitForSweeps(w.counter("paygift.list") + 2)
	if calls := w.counter("paygift.terminate"); calls != 1 {
		t.Errorf("%d terminate calls, want one", calls)
	}
	c.State = "Active" // a git revert is taken, and answered
	w.mustApply(w.manifest(c))
	w.waitFor("ending", "Stalled", "True CannotRestart")
	w.theOnly()
}

func TestAnAnnotationAsksForALookAtTheVendorNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startManager("--sweep-interval=1h")
	w.mustApply(w.manifest(campaign{Name: "asked"}))
	got := w.waitFor("asked", "Ready", "True Scheduled")
	w.sim.call("POST", "/_sim/clock", map[string]string{"advance": "25h"}, nil) // it begins
	w.sim.call("POST", "/_sim/activities/"+got.Status.ActivityID+"/pause", nil, nil)
	w.kubectl("annotate", "pga", "asked", "-n", w.namespace, "campaign-operator.io/reconcile-requested-at=1")
	got = w.waitFor("asked", "Stalled", "True PausedElsewhere")
	if got.Status.LastHandledReconcileAt != "1" || got.Status.PauseTime == "" {
		t.Errorf("handled %q, pauseTime %q", got.Status.LastHandledReconcileAt, got.Status.PauseTime)
	}
}

func TestDeletingAManifestLeavesTheActivityAsItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startManager()
	c := campaign{Name: "deleted", Begin: time.Now().Add(24 * time.Hour)}
	w.mustApply(w.manifest(c))
	before := w.waitFor("deleted", "Ready", "True Scheduled")
	w.kubectl("delete", "pga", "deleted", "-n", w.namespace, "--timeout=20s")
	w.waitForSweeps(w.counter("paygift.list") + 2)
	if only := w.theOnly(); only.Status != "CREATE_ACT_STATUS" {
		t.Errorf("the activity became %s", only.Status)
	}
	w.mustApply(w.manifest(c)) // and the same manifest finds it again
	if after := w.waitFor("deleted", "Ready", "True Scheduled"); after.Status.ActivityID != before.Status.ActivityID {
		t.Errorf("it was %s, is %s", before.Status.ActivityID, after.Status.ActivityID)
	}
	w.theOnly()
}
