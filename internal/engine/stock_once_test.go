package engine

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// stockHabits are what vendors of stocks may do about numbers and lists.
var stockHabits = map[string]func(*vendor){
	"replays the first id":                          func(*vendor) {},
	"refuses other content":                         func(v *vendor) { v.rejectOther = true },
	"refuses a number that is taken":                func(v *vendor) { v.rejectSame, v.rejectOther = true, true },
	"refuses a number that is taken and lists late": func(v *vendor) { v.rejectSame, v.rejectOther, v.listLag = true, true, 40*time.Second },
	"replays and lists late":                        func(v *vendor) { v.listLag = 3 * time.Minute },
	"forgets numbers after an hour and lists late":  func(v *vendor) { v.numberRetention, v.listLag = time.Hour, 3*time.Minute },
	"refuses what was done already":                 func(v *vendor) { v.stocks.once = true },
}

func TestACrashAtEveryBoundaryAndALostReplyMakeNoSecondStock(t *testing.T) {
	for habit, of := range stockHabits {
		for _, reply := range []string{"", "reply lost", "5xx", "unsigned reply", "not sent"} {
			for at := 0; at < 12; at += thin {
				t.Run(fmt.Sprintf("%s; %s; a crash at %d", habit, reply, at), func(t *testing.T) {
					inStock(t, func(t *testing.T, w *world) {
						of(w.vendor)
						if reply != "" {
							w.vendor.fail(providers.OperationCreate, replies[reply])
							w.vendor.fail(providers.OperationStart, replies[reply])
						}
						w.applied(stockActive, func(c *v1alpha1.PayGiftActivity) { setTimes(c, noon.Add(72*time.Hour)) })
						w.crashAt(at)
						w.pass(3 * time.Hour)
						if is := ready(w.campaign()); is.Reason != v1alpha1.ReasonRunning {
							t.Errorf("%s: %s", is.Reason, is.Message)
						}
						w.oneStock()
					})
				})
			}
		}
	}
}

// crashAt has the process die at its so many-th boundary from now on.
func (w *world) crashAt(at int) {
	crossings := 0
	cross := func() {
		if crossings++; crossings == at+1 {
			panic(crash{})
		}
	}
	w.crossing = func(bool) { cross() }
	w.vendor.crossing = func(op providers.Operation, _ bool) {
		if op != providers.OperationList {
			cross()
		}
	}
}

// lose is the loss of the cluster: the manifest is applied again, and nothing is remembered.
func (w *world) lose() {
	spec := w.campaign().Spec
	w.delete()
	w.pass(time.Second)
	w.restart()
	w.store(&v1alpha1.PayGiftActivity{Spec: spec})
}

func TestAStockIsFoundAgainAfterTheLossOfTheCluster(t *testing.T) {
	for habit, of := range stockHabits {
		for name, late := range map[string]time.Duration{"before its begin": 2 * time.Hour, "after its begin": 50 * time.Hour} {
			t.Run(habit+"; "+name, func(t *testing.T) {
				inStock(t, func(t *testing.T, w *world) {
					of(w.vendor)
					w.applied(stockActive, func(c *v1alpha1.PayGiftActivity) { setTimes(c, noon.Add(48*time.Hour)) })
					w.pass(10 * time.Minute)
					w.stride = time.Hour
					w.pass(late)
					id := w.campaign().Status.ActivityID
					w.lose()
					w.costs(tally{writes: 1, get: 1}, func() { w.pass(10 * time.Minute) })
					w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
					if w.campaign().Status.ActivityID != id {
						t.Errorf("found %s, want %s", w.campaign().Status.ActivityID, id)
					}
					w.oneStock()
				})
			})
		}
	}
}

func TestAStockThatTheListDoesNotShowIsAskedForOnceAfterItsBegin(t *testing.T) {
	for name, test := range map[string]struct {
		of      func(*vendor)
		reason  string
		creates int
	}{
		"replays the first id":           {func(*vendor) {}, v1alpha1.ReasonRunning, 1},
		"refuses a number that is taken": {func(v *vendor) { v.rejectSame, v.rejectOther = true, true }, v1alpha1.ReasonBeginPassed, 1},
		"has forgotten the number":       {func(v *vendor) { v.numberRetention = time.Hour }, v1alpha1.ReasonBeginPassed, 1},
	} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				test.of(w.vendor)
				w.applied(stockActive, func(c *v1alpha1.PayGiftActivity) { setTimes(c, noon.Add(2*time.Hour)) })
				w.pass(2 * time.Hour)
				w.vendor.now(func(v *vendor) { v.unlisted = true })
				before := w.vendor.count(providers.OperationCreate)
				w.lose()
				w.pass(4 * time.Minute)
				if n := w.vendor.count(providers.OperationCreate) - before; n != 0 {
					t.Fatalf("%d creates within five minutes after the begin", n)
				}
				w.pass(6 * time.Minute)
				if is := ready(w.campaign()); is.Reason != test.reason {
					t.Errorf("%s: %s", is.Reason, is.Message)
				}
				w.restart()
				w.pass(5 * time.Hour)
				if is := ready(w.campaign()); is.Reason != test.reason {
					t.Errorf("later: %s: %s", is.Reason, is.Message)
				}
				if n := w.vendor.count(providers.OperationCreate) - before; n != test.creates {
					t.Errorf("%d creates, want %d", n, test.creates)
				}
				w.oneStock()
			})
		})
	}
}

func TestAReplayIsNotRepeatedWhenItWasRefusedNorSentForADraftOrADeletion(t *testing.T) {
	for name, do := range map[string]func(w *world){
		"of a draft":           func(w *world) { w.setState(stockDraft) },
		"of one to observe":    func(w *world) { w.edit(func(c *v1alpha1.PayGiftActivity) { observes(c) }) },
		"of one to be deleted": func(w *world) { w.edit(pauses); w.step(); w.delete() },
	} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				w.apply(stockActive)
				w.pass(time.Hour)
				w.vendor.now(func(v *vendor) { v.unlisted = true })
				before := w.vendor.count(providers.OperationCreate)
				w.lose()
				do(w)
				w.pass(time.Hour)
				if n := w.vendor.count(providers.OperationCreate) - before; n != 0 {
					t.Errorf("%d creates; %+v", n, ready(w.campaign()))
				}
			})
		})
	}
}

func TestOfSeveralLookalikesNoneIsTakenAndNoneIsMade(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		first, second := w.console1(noon.Add(time.Hour), 100), w.console1(noon.Add(time.Hour), 100)
		w.pass(sweepInterval)
		w.apply(stockActive)
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonLooksLikeExisting, v1alpha1.StatePending, "")
		contains(t, ready(w.campaign()).Message, first, second, "spec.adopt")
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AllowTwin = true })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonLooksLikeExisting, v1alpha1.StatePending, "")
		w.restart()
		w.pass(time.Hour)
		if n := w.vendor.count(providers.OperationCreate); n != 0 {
			t.Errorf("%d creates", n)
		}
		w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: second} })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		if w.vendor.stocks.locks[second] != 1 || w.vendor.stocks.locks[first] != 0 || len(w.vendor.activities) != 2 {
			t.Errorf("locked %v of %d stocks", w.vendor.stocks.locks, len(w.vendor.activities))
		}
	})
}

// owned makes another, older resource own an activity.
func (w *world) owned(id string) {
	other := &v1alpha1.PayGiftActivity{}
	other.Namespace, other.Name, other.UID = autumn.Namespace, autumn.Name, "older"
	other.Spec.MerchantRef.Name = merchant.Name
	w.must(w.api.Create(context.Background(), other))
	other.Status.ActivityID, other.Status.Creation = id, v1alpha1.CreationConfirmed
	other.Status.Request = &v1alpha1.CreationRequest{Account: us}
	w.must(w.api.Status().Update(context.Background(), other))
}

func TestAnEqualStockOfAnotherResourceOrOneWithOtherContentIsNotBoughtTwice(t *testing.T) {
	for name, make := range map[string]func(w *world) string{
		"another resource's": func(w *world) string { id := w.console1(noon.Add(time.Hour), 100); w.owned(id); return id },
		"with other content": func(w *world) string { return w.console1(noon.Add(time.Hour), 500) },
	} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				id := make(w)
				w.pass(sweepInterval)
				w.apply(stockActive)
				w.pass(10 * time.Minute)
				w.want(v1alpha1.ReasonLooksLikeExisting, v1alpha1.StatePending, "")
				contains(t, ready(w.campaign()).Message, id, "allowTwin")
				w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AllowTwin = true })
				w.pass(10 * time.Minute)
				w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
				if w.campaign().Status.ActivityID == id || len(w.vendor.activities) != 2 || w.vendor.stocks.locks[id] != 0 {
					t.Errorf("it has %s of %d, locked %v", w.campaign().Status.ActivityID, len(w.vendor.activities), w.vendor.stocks.locks)
				}
			})
		})
	}
}

func TestATwinIsFoundAgainAfterTheLossOfTheCluster(t *testing.T) {
	for habit, of := range stockHabits {
		t.Run(habit, func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				of(w.vendor)
				w.owned(w.console1(noon.Add(72*time.Hour), 100))
				w.pass(sweepInterval)
				w.applied(stockActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.AllowTwin = true; setTimes(c, noon.Add(72*time.Hour)) })
				w.pass(2 * time.Hour)
				id := w.campaign().Status.ActivityID
				w.lose()
				w.pass(2 * time.Hour)
				w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
				if w.campaign().Status.ActivityID != id || len(w.vendor.activities) != 2 {
					t.Errorf("it has %s of %d, want %s", w.campaign().Status.ActivityID, len(w.vendor.activities), id)
				}
			})
		})
	}
}

func TestATwinBesideAStockThatNobodyManagesIsNotToldFromItAfterTheLossOfTheCluster(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		first := w.console1(noon.Add(72*time.Hour), 100)
		w.pass(sweepInterval)
		w.applied(stockActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.AllowTwin = true; setTimes(c, noon.Add(72*time.Hour)) })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonRunning, v1alpha1.StateRunning, v1alpha1.CreationConfirmed)
		second := w.campaign().Status.ActivityID
		w.lose()
		w.pass(time.Hour)
		w.want(v1alpha1.ReasonLooksLikeExisting, v1alpha1.StatePending, "")
		contains(t, ready(w.campaign()).Message, first, second)
		if len(w.vendor.activities) != 2 || w.vendor.count(providers.OperationCreate) != 1 {
			t.Errorf("%d stocks, %d creates", len(w.vendor.activities), w.vendor.count(providers.OperationCreate))
		}
	})
}
