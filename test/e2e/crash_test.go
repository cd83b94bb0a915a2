package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// vendorVariants are the vendor's undocumented answers that decide how a crash ends.
var vendorVariants = []map[string]string{
	{"replay.differentBody": "sameIdIgnoreBody", "replay.order": "idempotencyBeforeValidation"},
	{"replay.differentBody": "sameIdIgnoreBody", "replay.order": "validateBeforeIdempotency"},
	{"replay.differentBody": "reject400", "replay.order": "idempotencyBeforeValidation"},
	{"replay.differentBody": "reject400", "replay.order": "validateBeforeIdempotency", "replay.sameBody": "reject"},
}

func TestAManagerKilledBetweenCommitAndRecordLeavesOneActivity(t *testing.T) {
	t.Parallel()
	for _, begun := range []bool{false, true} {
		for i, variant := range vendorVariants {
			t.Run(fmt.Sprintf("begun %v, vendor %d", begun, i), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.setAll(variant)
				only := w.killBetweenCommitAndRecord("crash", begun)
				if begun { // while the manager is down
					w.waitUntilBegun(w.begin("crash"))
				}
				w.startManager()
				w.waitSettled("crash", begun)
				if after := w.theOnly(); after.ActivityID != only.ActivityID || w.get("crash").Status.ActivityID != only.ActivityID {
					t.Errorf("the activity was %s, is %s, the status says %s", only.ActivityID, after.ActivityID, w.get("crash").Status.ActivityID)
				}
			})
		}
	}
}

func TestAManagerToldToStopRecordsTheCallThatIsUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rule := w.fault(map[string]any{"match": map[string]any{"operation": "paygift.create"}, "action": "commitThenHold"})
	w.startManager()
	w.mustApply(w.manifest(campaign{Name: "rollout"}))
	w.held(rule)
	go w.manager.stop() // ends when the process does
	eventually(t, "the manager is stopping", func() error {
		if log := w.manager.printed(); !strings.Contains(log, "Shutdown signal received") {
			return fmt.Errorf("not told yet")
		}
		return nil
	})
	w.sim.call("POST", "/_sim/faults/"+rule+"/release", nil, nil)
	<-w.manager.done
	if got, only := w.get("rollout").Status.ActivityID, w.theOnly(); got != only.ActivityID {
		t.Errorf("the status says %q, the vendor %s", got, only.ActivityID)
	}
}

func TestAWipedStatusFindsItsActivityAgain(t *testing.T) {
	t.Parallel()
	for i, variant := range vendorVariants {
		t.Run(fmt.Sprintf("vendor %d", i), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.setAll(variant)
			w.startReadyManager()
			w.mustApply(w.manifest(campaign{Name: "begun", Begin: soon()}))
			w.mustApply(w.manifest(campaign{Name: "scheduled"}))
			for name, begun := range map[string]bool{"begun": true, "scheduled": false} {
				w.waitSettled(name, begun)
				before := w.get(name).Status.ActivityID
				w.kubectl("patch", "pga", name, "-n", w.namespace, "--subresource=status", "--type=merge", "-p", `{"status":null}`)
				w.waitSettled(name, begun)
				if after := w.get(name).Status; after.ActivityID != before || after.Creation != "Confirmed" {
					t.Errorf("%s was %s, the status is now %+v", name, before, after)
				}
			}
			if all := w.remotes(); len(all) != 2 {
				t.Errorf("%d activities at the vendor, want two: %+v", len(all), all)
			}
		})
	}
}

func TestANewClusterFindsTheSameActivitiesFromTheSameManifests(t *testing.T) {
	t.Parallel()
	for i, variant := range vendorVariants {
		t.Run(fmt.Sprintf("vendor %d", i), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.setAll(variant)
			w.startReadyManager()
			manifests := map[string]string{
				"begun":     w.manifest(campaign{Name: "begun", Begin: soon()}),
				"scheduled": w.manifest(campaign{Name: "scheduled"}),
			}
			ids := map[string]string{}
			for _, name := range []string{"begun", "scheduled"} {
				w.mustApply(manifests[name])
				w.waitSettled(name, false)
				ids[name] = w.get(name).Status.ActivityID
			}
			w.waitSettled("begun", true)
			w.manager.kill()
			lost := suite.auditLog

			rebuilt, err := startControlPlane(filepath.Join(t.TempDir(), "audit.log"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = rebuilt.Stop() })
			w.use(rebuilt)
			w.applyAccount()
			w.startManager()
			for _, manifest := range manifests {
				w.mustApply(manifest)
			}
			for name, id := range ids {
				w.waitSettled(name, name == "begun")
				if got := w.get(name).Status.ActivityID; got != id {
					t.Errorf("%s was %s, is %s after the rebuild", name, id, got)
				}
			}
			if all := w.remotes(); len(all) != len(ids) {
				t.Errorf("%d activities at the vendor, want %d: %+v", len(all), len(ids), all)
			}
			if suite.auditLog != lost {
				t.Error("the suite's control plane was replaced")
			}
		})
	}
}

func TestAnEditWhileTheCreateIsInFlightIsRefusedAndTheRecordIsTrue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rule := w.fault(map[string]any{"match": map[string]any{"operation": "paygift.create"}, "action": "holdBeforeCommit"})
	w.startManager()
	c := campaign{Name: "edited", Begin: time.Now().Add(24 * time.Hour), Threshold: 10000}
	w.mustApply(w.manifest(c))
	w.held(rule)
	c.Threshold = 1 // a typo that would cost a lot
	if err := w.apply(w.manifest(c)); err == nil || !strings.Contains(err.Error(), "awardSendRule") {
		t.Errorf("the edit in flight was not refused with its field: %v", err)
	}
	w.sim.call("POST", "/_sim/faults/"+rule+"/release", nil, nil)
	got := w.waitFor("edited", "Ready", "True Scheduled")
	if got.Spec.AwardSendRule.TransactionAmountMinimum != 10000 {
		t.Errorf("the manifest says %d", got.Spec.AwardSendRule.TransactionAmountMinimum)
	}
	w.theOnly()
}

func TestAReplacementForcedInFlightEndsAsADifferenceNotAsARecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rule := w.fault(map[string]any{"match": map[string]any{"operation": "paygift.create"}, "action": "commitThenHold"})
	w.startManager()
	c := campaign{Name: "forced", Begin: time.Now().Add(24 * time.Hour)}
	w.mustApply(w.manifest(c))
	w.held(rule)
	c.Threshold = 1
	w.kubectl("delete", "pga", "forced", "-n", w.namespace, "--wait=true")
	w.mustApply(w.manifest(c)) // what kubectl replace --force does
	w.sim.call("POST", "/_sim/faults/"+rule+"/release", nil, nil)
	got := w.waitFor("forced", "Stalled", "True RequestNumberConflict")
	if got.Status.Creation != "Differs" {
		t.Errorf("creation %s", got.Status.Creation)
	}
	w.theOnly()
	c.Threshold = 0 // back to what is remote
	w.mustApply(w.manifest(c))
	w.waitFor("forced", "Ready", "True Scheduled")
	w.theOnly()
}

func TestAManifestForMembersIsNotSettledByAnActivityForEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startManager()
	c := campaign{Name: "narrowed", Begin: time.Now().Add(24 * time.Hour)}
	w.mustApply(w.manifest(c))
	w.waitFor("narrowed", "Ready", "True Scheduled")
	w.kubectl("delete", "pga", "narrowed", "-n", w.namespace)
	c.Members = true
	w.mustApply(w.manifest(c))
	w.waitFor("narrowed", "Stalled", "True RequestNumberConflict")
	w.theOnly()
}

// killBetweenCommitAndRecord applies a campaign, and kills the manager when the vendor has
// committed the activity and keeps its answer back.
func (w *world) killBetweenCommitAndRecord(name string, beginsSoon bool) remote {
	w.t.Helper()
	rule := w.fault(map[string]any{"match": map[string]any{"operation": "paygift.create"}, "action": "commitThenHold"})
	w.startReadyManager()
	c := campaign{Name: name}
	if beginsSoon {
		c.Begin = soon()
	}
	w.mustApply(w.manifest(c))
	w.held(rule)
	w.manager.kill()
	w.sim.call("POST", "/_sim/faults/"+rule+"/release", nil, nil)
	if id := w.get(c.Name).Status.ActivityID; id != "" {
		w.t.Fatalf("the id %s was recorded before the kill", id)
	}
	return w.theOnly()
}

func (w *world) setAll(values map[string]string) {
	for name, value := range values {
		w.set(name, value)
	}
}

// begin is the begin of a campaign's manifest.
func (w *world) begin(name string) time.Time {
	w.t.Helper()
	begin, err := time.Parse(time.RFC3339, w.get(name).Spec.ActivityBaseInfo.BeginTime)
	if err != nil {
		w.t.Fatal(err)
	}
	return begin
}

// waitUntilBegun waits until a moment has passed at the vendor.
func (w *world) waitUntilBegun(begin time.Time) {
	w.t.Helper()
	eventually(w.t, "the activity has begun", func() error {
		if time.Now().Before(begin.Add(500 * time.Millisecond)) {
			return fmt.Errorf("begins at %s", begin)
		}
		return nil
	})
}

// waitSettled waits until a campaign is Ready, running if it has begun.
func (w *world) waitSettled(name string, begun bool) {
	w.t.Helper()
	eventually(w.t, name+" settles", func() error {
		got := w.get(name)
		ready := condition(got.Status.Conditions, "Ready")
		if ready == "True Running" || (ready == "True Scheduled" && !begun) {
			return nil
		}
		return fmt.Errorf("Ready is %q, status %+v", ready, got.Status)
	})
}
