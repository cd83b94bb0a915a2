package engine

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestAnAccountThatFailedAndWorksAgainLeavesNoTrace(t *testing.T) {
	for name, again := range map[string]func(*world){
		"in the same process": func(w *world) { w.open() },
		"after a restart":     func(w *world) { w.account.Conditions[0].Status = metav1.ConditionTrue; w.restart() },
	} {
		t.Run(name, func(t *testing.T) {
			created(t, func(t *testing.T, w *world, _ string) {
				w.shut()
				w.pass(time.Second)
				w.want(v1alpha1.ReasonAccountNotReady, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				again(w)
				w.costs(tally{writes: 1}, func() { w.pass(10 * time.Minute) })
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
			})
		})
	}
}

func TestAnAccountThatIsBeingOpenedCostsNothing(t *testing.T) {
	created(t, func(t *testing.T, w *world, _ string) {
		w.registry.Drop(merchant) // suspected; its controller is checking it
		w.costs(tally{}, func() { w.queue.add(spring); w.pass(time.Minute); w.open(); w.pass(10 * time.Minute) })
	})
}

func TestAnotherAccountUnderTheSameNameIsNeverCalled(t *testing.T) {
	created(t, func(t *testing.T, w *world, _ string) {
		former := us
		us.ID = "1900000999"
		defer func() { us = former }()
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.costs(tally{writes: 1}, func() { w.restart(); w.pass(time.Hour) })
		w.want(v1alpha1.ReasonAccountChanged, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		contains(t, ready(w.campaign()).Message, former.ID, "1900000999")
		us = former // somebody has put the former account back
		w.restart()
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestAFailingGatewayIsNoNewsForWhatHasSettled(t *testing.T) {
	for name, age := range map[string]time.Duration{"scheduled": 0, "running": 2 * time.Hour, "ended": 30 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			created(t, func(t *testing.T, w *world, _ string) {
				w.pass(age)
				for range 20 {
					w.vendor.fail(providers.OperationList, serverError)
					w.vendor.fail(providers.OperationGet, serverError)
				}
				w.costs(tally{}, func() { w.pass(10 * time.Minute); w.restart(); w.pass(20 * time.Minute) })
			})
		})
	}
}

func TestWaitingForOurOwnQuotaIsNoFailure(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.limits = quota.Defaults()
		w.restart()
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Second)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.pass(5 * time.Second)
		w.want(v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
		for _, reason := range w.statuses {
			if reason == v1alpha1.ReasonThrottled {
				t.Errorf("reasons written: %v", w.statuses)
			}
		}
	})
}

func TestAReadThatWaitsForTheQuotaRecordsTheNewId(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.apply(v1alpha1.PayGiftActivityActive)
		w.reconciler.Pacer.Refused(quota.Key{Gateway: us.Gateway, Account: us.ID, Endpoint: quota.Endpoint{Kind: "PayGiftActivity", Operation: providers.OperationGet}}, time.Minute)
		w.costs(tally{writes: 2, create: 1}, func() { w.step() })
		if c := w.campaign(); c.Status.ActivityID == "" || c.Status.Creation != v1alpha1.CreationUnknown {
			t.Errorf("status %+v", c.Status)
		}
		w.costs(tally{writes: 1, get: 1}, func() { w.pass(2 * time.Minute) })
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestALongQuotaPauseIsSaidAndAShortOneIsNot(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		create := quota.Key{Gateway: us.Gateway, Account: us.ID, Endpoint: quota.Endpoint{Kind: "PayGiftActivity", Operation: providers.OperationCreate}}
		w.apply(v1alpha1.PayGiftActivityActive)
		w.reconciler.Pacer.Refused(create, 25*time.Second)
		w.costs(tally{writes: 1}, func() { w.pass(20 * time.Second) })
		w.want(v1alpha1.ReasonThrottled, v1alpha1.StatePending, "")
		w.costs(tally{writes: 2, create: 1, get: 1}, func() { w.pass(10 * time.Second) })
	})
}

func TestAMissingAccountIsSaidByName(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.missing = true
		w.apply(v1alpha1.PayGiftActivityActive)
		w.costs(tally{writes: 1}, func() { w.pass(time.Hour / 2) })
		w.want(v1alpha1.ReasonAccountNotReady, v1alpha1.StatePending, "")
		contains(t, ready(w.campaign()).Message, merchant.String(), "create it")
		w.missing = false
		w.queue.add(spring)
		w.pass(time.Second)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestASweepThatFailsIsSaidWhileSomethingWaitsForIt(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.pass(2 * time.Minute) // what the first sweep saw is too old by now
		for range 4 {
			w.vendor.fail(providers.OperationList, noAuth)
		}
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(time.Second)
		w.want(v1alpha1.ReasonWaitingForVendor, v1alpha1.StatePending, "")
		w.pass(2 * time.Minute) // a list that works again is all it takes
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if memory := w.reconciler.memories.byKey[spring]; memory.Failures != 0 || memory.ViewFailures != 0 || memory.LastErr != nil {
			t.Errorf("memory %+v", memory.Memory)
		}
	})
}

func TestAKeyRefusedInUseSuspectsTheAccountOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.vendor.fail(providers.OperationCreate, authError)
		w.apply(v1alpha1.PayGiftActivityActive)
		w.pass(10 * time.Minute) // until its controller has looked into it
		if got := w.tally(); got.create != 1 || w.suspected != 1 {
			t.Errorf("%+v, suspected %d times", got, w.suspected)
		}
		w.open()
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestEveryMutatingCallLeavesALineBeforeAndAfter(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var out bytes.Buffer
		w.auditTo = &out
		w.restart()
		w.apply(v1alpha1.PayGiftActivityActive)
		c := w.campaign()
		c.Annotations = map[string]string{v1alpha1.AnnotationGitRevision: "main@sha1:4f2c"}
		earlier, later := metav1.NewTime(noon), metav1.NewTime(noon.Add(time.Minute))
		c.ManagedFields = []metav1.ManagedFieldsEntry{
			{Manager: "kustomize-controller", Operation: "Apply", Time: &later}, {Manager: "kubectl-edit", Operation: "Update", Time: &earlier},
			{Manager: "manager", Operation: "Update", Subresource: "status", Time: &later},
		}
		w.must(w.api.Update(t.Context(), c))
		w.vendor.fail(providers.OperationCreate, serverError)
		w.pass(10 * time.Second)
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.pass(10 * time.Second)
		var lines []map[string]any
		for decoder := json.NewDecoder(&out); decoder.More(); {
			line := map[string]any{}
			w.must(decoder.Decode(&line))
			lines = append(lines, line)
		}
		id := w.campaign().Status.ActivityID
		want := []map[string]any{
			{"audit": "before", "operation": "create", "money": "200.00", "fieldManager": "kustomize-controller", "gitRevision": "main@sha1:4f2c", "account": us.ID},
			{"audit": "after", "operation": "create", "outcome": "Unknown", "code": "SYSTEM_ERROR", "requestId": "r-1"},
			{"audit": "before", "operation": "create", "digest": w.campaign().Status.Request.Digest, "requestNumber": w.campaign().Status.Request.Number},
			{"audit": "after", "operation": "create", "outcome": "Done", "resultActivityId": id, "environment": "production"},
			{"audit": "before", "operation": "terminate", "activityId": id, "generation": 2., "uid": "uid-1"},
			{"audit": "after", "operation": "terminate", "outcome": "Done", "requestId": "r-3", "digest": nil},
		}
		if len(lines) != len(want) {
			t.Fatalf("%d lines: %v", len(lines), lines)
		}
		for i := range want {
			for key, value := range want[i] {
				if lines[i][key] != value {
					t.Errorf("line %d has %s %v, want %v", i, key, lines[i][key], value)
				}
			}
		}
	})
}

func TestOnlyTheCampaignsOfTheSweptAccountAreWoken(t *testing.T) {
	created(t, func(t *testing.T, w *world, id string) {
		w.vendor.console(id, func(a *activity) { a.paused = noon })
		for name, change := range map[string]func(*v1alpha1.CampaignStatus){
			"of-another-account": func(st *v1alpha1.CampaignStatus) { st.Request.Account.ID = "1900000999" },
			"of-another-gateway": func(st *v1alpha1.CampaignStatus) { st.Request.Account.Gateway = "https://other.example" },
			"never-sent":         func(st *v1alpha1.CampaignStatus) { st.Request = nil },
			"of-ours":            func(*v1alpha1.CampaignStatus) {},
		} {
			c := w.campaign()
			c.Name, c.UID, c.ResourceVersion = name, types.UID(name), ""
			status := *c.Status.DeepCopy()
			w.must(w.api.Create(t.Context(), c))
			c.Status = status
			change(&c.Status.CampaignStatus)
			w.must(w.api.Status().Update(t.Context(), c))
		}
		w.clock.Step(sweepInterval)
		synctest.Wait()
		if woken := w.queue.all(); !slices.Equal(woken, []string{"marketing/of-ours", "marketing/spring"}) {
			t.Errorf("woken: %v", woken)
		}
	})
}

func TestASweepThatShowsNothingNewWakesNobody(t *testing.T) {
	created(t, func(t *testing.T, w *world, _ string) {
		for range 3 {
			w.clock.Step(sweepInterval)
			if reconciles := w.step(); reconciles != 0 {
				t.Errorf("%d reconciles", reconciles)
			}
		}
	})
}
