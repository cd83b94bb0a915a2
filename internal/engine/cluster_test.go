package engine

import (
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestAConflictOverTheIntentStartsOverWithoutACall(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		edited := false
		w.crossing = func(done bool) {
			if !done && !edited {
				edited = true
				w.setAmount(300) // between the read and the intent
			}
		}
		w.pass(time.Second)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if got := w.tally(); got.create != 1 || w.vendor.activities[0].body.Amount != 300 {
			t.Errorf("%+v, sent %+v", got, w.vendor.activities[0].body)
		}
	})
}

func TestAnIdIsRecordedEvenAgainstAConflict(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.vendor.crossing = func(op providers.Operation, done bool) {
			if op == providers.OperationCreate && done {
				w.setState(v1alpha1.PayGiftActivityTerminated) // while the call is in flight
			}
		}
		w.reconcile() // looks up
		w.step()
		if w.campaign().Status.ActivityID == "" {
			t.Error("the id was lost")
		}
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestAnActivityWhoseManifestIsDeletedInFlightIsReported(t *testing.T) {
	for name, again := range map[string]bool{"deleted": false, "deleted and made again": true} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.apply(v1alpha1.PayGiftActivityActive)
				w.vendor.crossing = func(op providers.Operation, done bool) {
					if op != providers.OperationCreate || !done {
						return
					}
					c := w.campaign()
					w.must(w.api.Delete(t.Context(), c))
					if again {
						fresh := &v1alpha1.PayGiftActivity{Spec: c.Spec}
						fresh.Namespace, fresh.Name, fresh.UID, fresh.Generation = c.Namespace, c.Name, "uid-2", 1
						w.must(w.api.Create(t.Context(), fresh))
					}
				}
				w.step()
				if len(w.events) != 1 {
					t.Fatalf("events %q", w.events)
				}
				contains(t, w.events[0], "Warning LeftBehind", "10028001", us.ID+"-")
				w.pass(time.Minute)
				if c := w.campaign(); again && (c.Status.ActivityID != "10028001" || w.tally().create != 1) {
					t.Errorf("the new manifest has %q after %d creates", c.Status.ActivityID, w.tally().create)
				}
			})
		})
	}
}

func TestADeletedManifestLeavesTheActivityAlone(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.step()
		c := w.campaign()
		c.Finalizers = []string{"somebody.example/else"}
		w.must(w.api.Update(t.Context(), c))
		w.must(w.api.Delete(t.Context(), c))
		w.costs(tally{}, func() { w.queue.add(spring); w.pass(30 * time.Hour) })
		c = w.campaign()
		c.Finalizers = nil
		w.must(w.api.Update(t.Context(), c))
		w.queue.add(spring)
		w.costs(tally{}, func() { w.pass(time.Hour) })
		if len(w.reconciler.memories.byKey) != 0 {
			t.Error("the deleted manifest is still remembered")
		}
	})
}

func TestAStaleCacheNeverSendsTwice(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.noReplay = true
		w.apply(v1alpha1.PayGiftActivityActive)
		w.step()
		for range 3 {
			w.stale = 1
			w.queue.add(spring)
			w.pass(time.Second)
		}
		if got := w.tally(); got.create != 1 {
			t.Errorf("%d creates", got.create)
		}
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestReconcileReportsAFailedRead(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.refuse = func() error { return apierrors.NewInternalError(errRefused) }
		w.pass(time.Second)
		if w.failures == 0 {
			t.Error("a status write that fails is no failure")
		}
	})
}

func TestAnOldManifestFromTheCacheNeitherSendsNorEnds(t *testing.T) {
	t.Run("a request that was taken back", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			w.vendor.fail(providers.OperationCreate, serverError)
			w.apply(v1alpha1.PayGiftActivityActive)
			w.step()
			w.setState(v1alpha1.PayGiftActivityDraft)
			w.stale = 3 // a new leader's cache may lag
			w.costs(tally{writes: 1}, func() { w.restart(); w.pass(time.Second) })
		})
	})
	t.Run("an end that was taken back", func(t *testing.T) {
		created(t, func(t *testing.T, w *world, _ string) {
			w.vendor.crossing = func(op providers.Operation, done bool) {
				if op == providers.OperationTerminate && !done && w.vendor.count(op) == 0 && w.campaign().Spec.State == v1alpha1.PayGiftActivityTerminated {
					w.setState(v1alpha1.PayGiftActivityActive)
					w.stale = 3
					panic(crash{})
				}
			}
			w.setState(v1alpha1.PayGiftActivityTerminated)
			w.pass(10 * time.Minute)
			w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
			if w.tally().terminate != 0 {
				t.Error("it was ended by an old manifest")
			}
		})
	})
}

func TestTheTestsAPIServerRefusesAnOldVersion(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		old := w.campaign()
		w.setAmount(5)
		after := old.DeepCopy()
		after.Status.State = v1alpha1.StateRunning
		err := w.api.Status().Patch(t.Context(), after, client.MergeFromWithOptions(old, client.MergeFromWithOptimisticLock{}))
		if !apierrors.IsConflict(err) {
			t.Errorf("err = %v, want a conflict: without it the tests of conflicts prove nothing", err)
		}
	})
}

func TestAnActivityUnderOurNumberIsFoundAgainAfterTheClusterIsLost(t *testing.T) {
	for name, age := range map[string]time.Duration{"before its begin": 0, "long after its begin": 5 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.apply(v1alpha1.PayGiftActivityActive)
				w.step()
				id := w.campaign().Status.ActivityID
				w.pass(age)
				w.wipe()
				w.costs(tally{writes: 1, get: 1}, w.restart2)
				if got := w.campaign().Status; got.ActivityID != id || got.Creation != v1alpha1.CreationConfirmed {
					t.Errorf("status %+v, want activity %s again", got, id)
				}
			})
		})
	}
}

func TestWhatAnotherOperatorRecordedMeanwhileIsKept(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.vendor.crossing = func(op providers.Operation, done bool) {
			if op == providers.OperationGet && done { // two leaders may be alive at once
				c := w.campaign()
				c.Status.ActivityID, c.Status.Creation, c.Status.CreateTime = "10028001", v1alpha1.CreationConfirmed, "by the other"
				w.must(w.api.Status().Update(t.Context(), c))
			}
		}
		w.reconcile()
		if c := w.campaign(); c.Status.Creation != v1alpha1.CreationConfirmed || c.Status.CreateTime != "by the other" {
			t.Errorf("status %+v", c.Status)
		}
	})
}

func TestWhatWasForgottenIsNotRescued(t *testing.T) {
	created(t, func(t *testing.T, w *world, id string) {
		met := false
		w.crossing = func(done bool) {
			if !done && !met { // the former activity is being archived, and another operator has done so
				met = true
				w.wipe()
			}
		}
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.RequestRevision = ptr.To[int64](2) })
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonPreviousStillLive, v1alpha1.StatePending, "")
		if previous := w.campaign().Status.Previous; len(previous) != 1 || previous[0].ActivityID != id {
			t.Errorf("previous %+v", previous)
		}
	})
}
