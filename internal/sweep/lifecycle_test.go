package sweep

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestStartReturnsWhenItsContextEndsWhateverASweepIsDoing(t *testing.T) {
	for name, busy := range map[string]func(*bench) (*list, *done){
		"nothing is swept": func(*bench) (*list, *done) { return listOf(), nil },
		"between two sweeps": func(b *bench) (*list, *done) {
			vendor := listOf(page("1"))
			return vendor, b.sweep(ours, vendor)
		},
		"a list hangs": func(b *bench) (*list, *done) {
			vendor := listOf(page("1"))
			vendor.holds()
			return vendor, b.sweep(ours, vendor)
		},
		"the quota holds a page back": func(b *bench) (*list, *done) {
			b.pacer.Refused(quotaKey(ours), time.Hour)
			vendor := listOf(page("1"))
			return vendor, b.sweep(ours, vendor)
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBench(t, func(b *bench) {
				vendor, told := busy(b)
				calls, ends := vendor.calls(), 0
				if told != nil {
					ends = len(told.errs)
				}
				b.stop()
				settle()
				// The bench sees to it that Start has returned, the bubble that no goroutine is left.
				vendor.called(t, calls, "after the end")
				if told != nil && len(told.errs) != ends {
					t.Errorf("OnDone was told of a sweep that was cut off: %v", told.errs)
				}
			})
		})
	}
}

func TestTargetsNamedBeforeStartAreSweptWhenItStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		vendor, removed := listOf(page("1")), listOf(page("2"))
		b.sweeper.Ensure(Target{Key: ours, Activities: vendor})
		b.sweeper.Ensure(Target{Key: other, Activities: removed})
		b.sweeper.Remove(other)
		settle()
		vendor.called(t, 0, "before Start")
		b.start()
		b.view(ours, "1")
		removed.called(t, 0, "after its removal")
		b.end()
	})
}

func TestATargetNamedAfterTheEndIsNotSwept(t *testing.T) {
	onBench(t, func(b *bench) {
		b.stop()
		settle()
		vendor := listOf(page("1"))
		b.sweep(ours, vendor)
		b.pass(interval)
		vendor.called(t, 0, "after the end")
	})
}

func TestATargetWithoutOnDoneIsSweptAllTheSame(t *testing.T) {
	onBench(t, func(b *bench) {
		b.sweeper.Ensure(Target{Key: ours, Activities: listOf(page("1"))})
		settle()
		b.view(ours, "1")
	})
}

func TestEnsureReplacesTheCallsFromTheNextSweepOn(t *testing.T) {
	onBench(t, func(b *bench) {
		former, rotated := listOf(page("1")), listOf(page("1"), page("2"))
		first := b.sweep(ours, former)
		view := b.view(ours, "1")
		second := b.sweep(ours, rotated)
		rotated.called(t, 0, "at once: the view is as good as it was")
		if b.sweeper.View(ours) != view {
			t.Error("new calls made the view another one")
		}
		b.pass(interval)
		former.called(t, 1, "after the rotation")
		b.view(ours, "1", "2")
		first.told(t, nil)
		second.told(t, nil)
	})
}

func TestAFailureAnswersForItsFewSecondsAlsoAfterNewCallsAreGiven(t *testing.T) {
	onBench(t, func(b *bench) {
		// The gateway refuses the list and accepts the probe, so that the account is opened again
		// and again. Who waits for the account must not be sent straight into the next sweep.
		refused := listOf()
		refused.fails(&providers.Error{Operation: providers.OperationList, Kind: providers.KindAuth, Code: "SIGN_ERROR"})
		b.sweep(ours, refused)
		again := listOf(page("1"))
		b.sweep(ours, again)
		if _, _, err := b.want(ours, noon); !providers.IsKind(err, providers.KindAuth) {
			t.Errorf("Want returned %v, want the failure", err)
		}
		again.called(t, 0, "within the seconds")
		b.pass(errorLife)
		_, bell, _ := b.want(ours, noon)
		bell.rang(t, 1, "after the sweep with the new calls")
		b.view(ours, "1")
	})
}

func TestRemoveEndsTheGoroutineForgetsTheViewAndWakesWhoWaits(t *testing.T) {
	for name, test := range map[string]struct {
		before func(*bench, *list) *bell
		wakes  int
	}{
		"between two sweeps": {func(*bench, *list) *bell { return &bell{} }, 0},
		"in the middle of the list": {func(b *bench, vendor *list) *bell {
			vendor.holds()
			b.pass(time.Second)
			_, bell, _ := b.want(ours, b.clock.Now())
			return bell
		}, 1},
		"while the quota holds a page back": {func(b *bench, _ *list) *bell {
			b.pacer.Refused(quotaKey(ours), 24*time.Hour)
			b.pass(time.Second)
			_, bell, _ := b.want(ours, b.clock.Now())
			return bell
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			onBench(t, func(b *bench) {
				vendor := listOf(page("1"))
				told := b.sweep(ours, vendor)
				bell := test.before(b, vendor)
				calls := vendor.calls()

				b.sweeper.Remove(ours)
				settle()
				gone := make(chan struct{})
				go func() { b.sweeper.running.Wait(); close(gone) }()
				settle()
				select {
				case <-gone:
				default:
					t.Error("the goroutine has not ended")
				}
				bell.rang(t, test.wakes, "after the removal")
				if view := b.sweeper.View(ours); view != nil {
					t.Errorf("after the removal there is a view: %v", view)
				}
				if _, _, err := b.want(ours, noon); err == nil {
					t.Error("after the removal Want promises a view")
				}
				b.pass(2 * interval)
				vendor.called(t, calls, "after the removal")
				told.told(t, nil)
			})
		})
	}
}

func TestWhoAsksInTheVeryMomentOfRemovalIsNotLeftWaiting(t *testing.T) {
	onBench(t, func(b *bench) {
		b.sweep(ours, listOf(page("1")))
		t0 := b.sweeper.target(ours) // somebody has found the target, and then it is removed
		b.sweeper.Remove(ours)
		if view, err := t0.want(b.clock.Now().Add(time.Second), func() {}); view != nil || err == nil {
			t.Errorf("want returned %v, %v; want an error, since nobody would wake it", view, err)
		}
	})
}

func TestATargetNamedAgainAfterItsRemovalBeginsAnew(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := listOf(page("1"))
		b.sweep(ours, vendor)
		b.sweeper.Remove(ours)
		b.sweeper.Remove(ours) // twice is as good as once
		vendor.shows(page("2"))
		b.sweep(ours, vendor)
		b.view(ours, "2")
	})
}

func TestOneAccountsHangingListDelaysNoOtherAccount(t *testing.T) {
	onBench(t, func(b *bench) {
		hanging, healthy := listOf(page("1")), listOf(page("2"))
		release := hanging.holds()
		b.sweep(ours, hanging)
		b.sweep(other, healthy)
		b.view(other, "2")
		b.pass(interval)
		healthy.called(t, 2, "while the other list hangs")
		if _, bell, _ := b.want(other, b.clock.Now().Add(-time.Minute)); bell.rings != 0 {
			t.Error("a fresh view was there, and still somebody had to wait")
		}
		hanging.called(t, 1, "while it hangs")
		release()
		b.view(ours, "1")
	})
}

func TestOnlyTheLeaderSweeps(t *testing.T) {
	if !newBench(t, nil).sweeper.NeedLeaderElection() {
		t.Error("a replica that does not lead would sweep")
	}
}

func TestManyWaitersOnManyAccountsAreAllServed(t *testing.T) {
	onPacedBench(t, quota.Limits{{Operation: providers.OperationList}: {PerAccount: quota.PerSecond(10)}}, func(b *bench) {
		const accounts, waiters, rounds = 3, 8, 5
		var keys []Key
		for i := range accounts {
			key := Key{Gateway: "https://gateway.example", Account: string(rune('a' + i)), Kind: "PayGiftActivity"}
			keys = append(keys, key)
			b.sweep(key, listOf(page("1"), page("2")))
		}
		served := make(chan error, accounts*waiters)
		for i := range accounts * waiters {
			go func() { served <- b.waitFor(keys[i%accounts], rounds) }()
		}
		for range 200 {
			b.pass(100 * time.Millisecond)
		}
		for range accounts * waiters {
			select {
			case err := <-served:
				if err != nil {
					t.Error(err)
				}
			default:
				t.Fatal("somebody still waits")
			}
		}
	})
}

// waitFor asks for a view from now on, again and again, and learns something in between.
func (b *bench) waitFor(key Key, rounds int) error {
	for range rounds {
		since, woken := b.clock.Now(), make(chan struct{}, 1)
		for {
			view, err := b.sweeper.Want(key, since, func() { woken <- struct{}{} })
			if err != nil {
				return err
			}
			if view != nil && view.Started.Before(since) {
				return errors.New("a view that started too early was returned")
			}
			if view != nil {
				break
			}
			<-woken
		}
		b.sweeper.Learn(key, in("3", providers.StateRunning))
	}
	return nil
}

func quotaKey(key Key) quota.Key {
	return quota.Key{Gateway: key.Gateway, Account: key.Account, Endpoint: quota.Endpoint{Kind: key.Kind, Operation: providers.OperationList}}
}
