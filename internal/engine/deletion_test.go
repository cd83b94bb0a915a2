package engine

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

func (w *world) terminating() {
	w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionTerminate })
	w.pass(time.Minute)
	if w.metaWrites != 1 || w.writes != 2 || !guarded(w.campaign()) {
		w.t.Errorf("%d writes of metadata and %d of the status", w.metaWrites, w.writes)
	}
}

func TestDeletingEndsTheActivityWhenTheManifestSaysSo(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.terminating()
		w.delete()
		w.pass(time.Minute)
		if w.vendor.activities[0].terminated.IsZero() || w.campaign().Name != "" {
			t.Errorf("terminated %s, the resource %q is there", w.vendor.activities[0].terminated, w.campaign().Name)
		}
	})
}

func TestDeletingLeavesTheActivityWhenItsNamespaceGoesToo(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.terminating()
		w.leaving = "its namespace is going"
		w.delete()
		w.pass(time.Minute)
		if !w.vendor.activities[0].terminated.IsZero() || w.campaign().Name != "" {
			t.Error("the activity was ended, or the resource kept")
		}
	})
}

func TestADeletionSaysWhatHoldsItAndLetsGoAsAnOrphan(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.terminating()
		w.vendor.fail(providers.OperationTerminate, slices.Repeat([]fault{notSent}, 100)...)
		w.delete()
		w.pass(5 * time.Minute)
		is := ready(w.campaign())
		if is.Reason != v1alpha1.ReasonGatewayUnavailable {
			t.Fatalf("%s: %s; %v, written %v", is.Reason, is.Message, w.vendor.calls, w.statuses)
		}
		contains(t, is.Message, "kept until its activity has ended", "deletionPolicy: Orphan")
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionOrphan })
		w.pass(time.Second)
		if w.campaign().Name != "" || !w.vendor.activities[0].terminated.IsZero() {
			t.Error("the resource is kept, or its activity was ended")
		}
	})
}

func TestADeletionInTheDarkWaitsForTheLight(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationCreate, lostReply)
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionTerminate })
		w.step()
		w.delete()
		w.pass(10 * time.Minute)
		if len(w.vendor.activities) != 1 || w.vendor.activities[0].terminated.IsZero() || w.campaign().Name != "" {
			t.Errorf("activities %+v, resource %q", w.vendor.activities, w.campaign().Name)
		}
	})
}

func TestTheFinalizerGoesWithTheEndOrThePolicy(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.terminating()
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionOrphan })
		w.pass(time.Minute)
		if guarded(w.campaign()) {
			t.Error("an orphan is guarded")
		}
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionTerminate })
		w.pass(27 * time.Hour)
		if w.want(v1alpha1.ReasonEnded, v1alpha1.StateEnded, v1alpha1.CreationConfirmed); guarded(w.campaign()) {
			t.Error("what has ended is guarded")
		}
	})
}

func TestABrakeHoldsCreationsAndLetsEndsGo(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.account.Brake = v1alpha1.BrakeHold
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonAccountBraked, v1alpha1.StatePending, "")
		w.account.Brake = v1alpha1.BrakeOff
		w.queue.add(spring)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.account.Brake = v1alpha1.BrakePause
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestABrakePulledAfterTheIntentIsSeenBeforeTheSend(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.crossing = func(done bool) {
			if done {
				w.account.Brake = v1alpha1.BrakeHold
			}
		}
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonAccountBraked, v1alpha1.StatePending, "")
		if n := w.vendor.count(providers.OperationCreate); n != 0 {
			t.Errorf("%d creates", n)
		}
	})
}

func TestALiveActivityThatADeletedResourceLeavesIsToldOnItsAccount(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Minute)
		c := w.campaign()
		w.delete()
		w.step()
		w.reconciler.Deleted(context.Background(), c)
		if len(w.events) != 1 || !strings.Contains(w.events[0], "LeftBehind") || !strings.Contains(w.events[0], c.Status.ActivityID) {
			t.Errorf("events %q", w.events)
		}
	})
}

func TestAHoldIsSaidForMembersToo(t *testing.T) {
	f := knownFacts()
	f.Read, f.Account.Hold = true, &status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonAccountBraked, Message: "held"}
	f.Members = MembersFacts{Applies: true, Listed: []string{"1", "2"}, Digest: "new", Read: true, Remote: []string{"1"}, Record: &v1alpha1.MembersRecord{Digest: "old", Listed: []string{"1"}}}
	if d := decide(f); d.Verdict.Reason != v1alpha1.ReasonAccountBraked {
		t.Errorf("decided %+v", d)
	}
	f = knownFacts()
	f.Read, f.Account.Hold = true, &status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonAccountBraked, Message: "held"}
	f.Members = MembersFacts{Applies: true, Listed: []string{"1"}, Digest: "new", Read: true, Remote: []string{"1", "2"}, Record: &v1alpha1.MembersRecord{Digest: "old", Listed: []string{"1", "2"}}}
	if d := decide(f); d.Action != IntendOperation || d.Change.Operation != providers.OperationRemoveMembers {
		t.Errorf("decided %+v", d)
	}
}
