package engine

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func TestARaisedRevisionThatIsTakenBackTakesUpTheStockAgain(t *testing.T) {
	for name, back := range map[string]struct {
		state  v1alpha1.PayGiftActivityDesiredState
		reason string
	}{"to go on": {stockActive, v1alpha1.ReasonRunning}, "to be paused": {stockPaused, v1alpha1.ReasonPaused}} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				w.applied(stockActive, inThreeDays)
				w.pass(10 * time.Minute)
				id := w.campaign().Status.ActivityID
				w.raise(func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.TransactionAmountMinimum = 700 })
				w.pass(10 * time.Minute)
				w.want(v1alpha1.ReasonPreviousStillLive, v1alpha1.StatePending, "")
				w.edit(func(c *v1alpha1.PayGiftActivity) {
					c.Spec.RequestRevision, c.Spec.AwardSendRule.TransactionAmountMinimum, c.Spec.State = ptr.To(int64(1)), 100, back.state
				})
				w.pass(10 * time.Minute)
				c := w.campaign()
				if ready(c).Reason != back.reason || c.Status.ActivityID != id || len(c.Status.Previous) != 0 || w.locks() != 1 {
					t.Errorf("it is %s with %q, previous %+v, %d locks: %s", ready(c).Reason, c.Status.ActivityID, c.Status.Previous, w.locks(), ready(c).Message)
				}
			})
		})
	}
}

func TestAnOldResourceThatNamesAnothersActivityDoesNotTakeItAway(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.applied(stockActive, inThreeDays)
		w.pass(10 * time.Minute)
		id := w.campaign().Status.ActivityID
		newcomer := &v1alpha1.PayGiftActivity{}
		newcomer.Namespace, newcomer.Name, newcomer.UID = "marketing", "older", types.UID("older")
		newcomer.CreationTimestamp.Time = noon.Add(-24 * time.Hour)
		newcomer.Status.ActivityID = id
		newcomer.Status.Request = &v1alpha1.CreationRequest{Account: us, Adopted: true}
		newcomer.Status.Request.Time.Time = w.clock.Now()
		if older(newcomer, w.campaign()) || !older(w.campaign(), newcomer) {
			t.Error("who recorded it last is its owner")
		}
	})
}

func TestAStockThatTheRequestAfterItsBeginHasMadeIsNotActivated(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.vendor.takesPast = true
		w.applied(stockActive, func(c *v1alpha1.PayGiftActivity) { setTimes(c, noon.Add(-2*time.Hour)) })
		w.pass(time.Hour)
		c := w.campaign()
		if ready(c).Reason != v1alpha1.ReasonContentNotConfirmed || w.locks() != 0 {
			t.Errorf("it is %s with %d locks: %s", ready(c).Reason, w.locks(), ready(c).Message)
		}
		contains(t, ready(c).Message, "spec.adopt")
	})
}

func TestAStockThatWasToBeActivatedAndNeverWasDoesNotEndInPeace(t *testing.T) {
	for state, reason := range map[v1alpha1.PayGiftActivityDesiredState]string{
		stockActive: v1alpha1.ReasonActivationMissed, stockInactive: v1alpha1.ReasonEnded,
	} {
		t.Run(string(state), func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				w.limited(maxActive("0.00"))
				w.apply(state)
				w.pass(27 * time.Hour)
				if is := ready(w.campaign()); is.Reason != reason {
					t.Errorf("it is %s: %s", is.Reason, is.Message)
				}
				contains(t, ready(w.campaign()).Message, "never activated")
			})
		})
	}
}

func TestADraftIsPlannedAnewForOtherCeilings(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.applied(stockDraft, inThreeDays)
		w.pass(time.Minute)
		if plan := w.campaign().Status.Plan; plan == nil || len(plan.Warnings) != 0 {
			t.Fatalf("the plan is %+v", plan)
		}
		w.limited(maxActive("0.50"))
		w.pass(time.Minute)
		if plan := w.campaign().Status.Plan; plan == nil || len(plan.Warnings) != 1 {
			t.Errorf("below a ceiling the plan is %+v", plan)
		}
	})
}

func TestWhatADeletionHasPausedIsLeftBehindAsPaused(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		w.applied(stockActive, func(c *v1alpha1.PayGiftActivity) { pauses(c); inThreeDays(c) })
		w.pass(10 * time.Minute)
		last := w.campaign()
		w.reconciler.memories.note(keyOf(last), func(n *notes) { n.last = v1alpha1.StatePaused }) // as it is when the resource is let go
		if left := w.reconciler.leftBy(last); len(left) != 1 || left[0] != last.Status.ActivityID+" (Paused)" {
			t.Errorf("left behind is %v", left)
		}
	})
}
