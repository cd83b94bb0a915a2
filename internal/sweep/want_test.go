package sweep

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

func TestATargetIsSweptAtOnceAndThenOncePerInterval(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := listOf(page("1", "2"), page("3"))
		told := b.sweep(ours, vendor)
		vendor.called(t, 2, "at once")
		if view := b.view(ours, "1", "2", "3"); !view.Started.Equal(noon) {
			t.Errorf("the view started at %s, want %s", view.Started, noon)
		}
		told.told(t, nil)

		b.pass(interval - time.Second)
		vendor.called(t, 2, "before the interval is over")
		vendor.shows(page("1"))
		b.pass(time.Second)
		vendor.called(t, 4, "after the interval, twice since two have left the list")
		if view := b.view(ours, "1"); !view.Started.Equal(noon.Add(interval)) {
			t.Errorf("the view started at %s, want %s", view.Started, noon.Add(interval))
		}
		told.told(t, nil, nil)
	})
}

func TestAViewThatStartedLateEnoughIsReturnedWithoutACall(t *testing.T) {
	for name, age := range map[string]time.Duration{"older than asked for": time.Minute, "exactly as old": 0} {
		t.Run(name, func(t *testing.T) {
			onBench(t, func(b *bench) {
				vendor := listOf(page("1"))
				b.sweep(ours, vendor)
				b.pass(time.Minute)
				view, bell, err := b.want(ours, noon.Add(-age))
				if view == nil || err != nil {
					t.Fatalf("Want returned %v, %v; want the view", view, err)
				}
				vendor.called(t, 1, "after Want")
				bell.rang(t, 0, "after Want")
			})
		})
	}
}

func TestAViewThatStartedTooEarlyIsReplacedAndItsWaiterIsWokenOnce(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := listOf(page("1"))
		b.sweep(ours, vendor)
		b.pass(time.Minute)
		release := vendor.holds()
		now := b.clock.Now()
		view, bell, err := b.want(ours, now)
		if view != nil || err != nil {
			t.Fatalf("Want returned %v, %v; want nothing yet", view, err)
		}
		bell.rang(t, 0, "while the sweep runs")
		release()
		bell.rang(t, 1, "after the sweep")
		if view := b.view(ours, "1"); view.Started.Before(now) {
			t.Errorf("the view started at %s, before %s", view.Started, now)
		}
		b.pass(interval)
		bell.rang(t, 1, "after yet another sweep")
	})
}

func TestASecondWaiterSharesTheSweepUnderWay(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := listOf(page("1"))
		b.sweep(ours, vendor)
		b.pass(time.Minute)
		release := vendor.holds()
		since := b.clock.Now()
		_, first, _ := b.want(ours, since)
		b.pass(10 * time.Second)
		_, second, _ := b.want(ours, since)
		_, third, _ := b.want(ours, since.Add(-time.Second))
		release()
		vendor.called(t, 2, "for all three")
		for _, bell := range []*bell{first, second, third} {
			bell.rang(t, 1, "after the one sweep")
		}
	})
}

func TestAWaiterWhoNeedsALaterSweepThanTheOneUnderWayGetsAnother(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := listOf(page("1"))
		b.sweep(ours, vendor)
		b.pass(time.Minute)
		release := vendor.holds()
		_, early, _ := b.want(ours, b.clock.Now())
		b.pass(10 * time.Second)
		since := b.clock.Now()
		_, late, _ := b.want(ours, since)
		_, later, _ := b.want(ours, since)
		release()
		vendor.called(t, 3, "one for the first and one for both others")
		early.rang(t, 1, "after the first sweep")
		late.rang(t, 1, "after the second sweep")
		later.rang(t, 1, "after the second sweep")
		if view := b.view(ours, "1"); view.Started.Before(since) {
			t.Errorf("the view started at %s, before %s", view.Started, since)
		}
	})
}

func TestAWaiterForAMomentToComeIsServedByTheFirstSweepAfterIt(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := listOf(page("1"))
		b.sweep(ours, vendor)
		b.pass(time.Minute)
		release := vendor.holds()
		since := b.clock.Now().Add(time.Second)
		_, bell, _ := b.want(ours, since)
		bell.rang(t, 0, "before the moment")
		b.pass(time.Second)
		release()
		bell.rang(t, 1, "after it")
		if started := b.view(ours, "1").Started; started.Before(since) {
			t.Errorf("the view started at %s, before %s", started, since)
		}
	})
}

func TestAFailedSweepAnswersForAFewSecondsAndIsThenRetried(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := listOf()
		vendor.fails(errAway)
		told := b.sweep(ours, vendor)
		told.told(t, errAway)

		b.pass(errorLife - time.Millisecond)
		view, bell, err := b.want(ours, noon)
		if view != nil || !errors.Is(err, errAway) {
			t.Fatalf("Want returned %v, %v; want the error", view, err)
		}
		vendor.called(t, 1, "while the failure answers")
		bell.rang(t, 0, "with an answer in hand")

		vendor.shows(page("1"))
		b.pass(time.Millisecond)
		view, bell, err = b.want(ours, noon)
		if view != nil || err != nil {
			t.Fatalf("Want returned %v, %v; want nothing yet", view, err)
		}
		vendor.called(t, 2, "after the failure has stopped answering")
		bell.rang(t, 1, "after the retry")
		b.view(ours, "1")
		if view, _, err := b.want(ours, noon); view == nil || err != nil {
			t.Errorf("after a good sweep Want returned %v, %v", view, err)
		}
		told.told(t, errAway, nil)
	})
}

func TestAFailedSweepWakesEveryWaiterAlsoThoseForALaterOne(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := listOf(page("1"))
		b.sweep(ours, vendor)
		b.pass(time.Minute)
		vendor.fails(errAway)
		release := vendor.holds()
		_, early, _ := b.want(ours, b.clock.Now())
		b.pass(time.Second)
		_, late, _ := b.want(ours, b.clock.Now())
		release()
		early.rang(t, 1, "after the failure")
		late.rang(t, 1, "after the failure")
	})
}

func TestAGoodSweepEndsTheFailureBeforeIt(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := listOf()
		vendor.fails(errAway)
		release := vendor.holds()
		b.sweep(ours, vendor)
		b.pass(time.Second)
		_, bell, _ := b.want(ours, b.clock.Now()) // asks for another sweep after the one under way
		vendor.shows(page("1"))
		release()
		bell.rang(t, 1, "after the failure")
		b.view(ours, "1")
		b.pass(time.Second)
		if view, bell, err := b.want(ours, b.clock.Now()); view != nil || err != nil {
			t.Errorf("Want returned %v, %v; want another sweep, since the last one was good", view, err)
		} else {
			bell.rang(t, 1, "after that sweep")
		}
	})
}

func TestAFailedSweepLeavesTheFormerViewToThoseWhomItIsFreshEnough(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := listOf(page("1"))
		b.sweep(ours, vendor)
		vendor.fails(errAway)
		b.pass(interval)
		vendor.called(t, 2, "after the interval")
		b.view(ours, "1")
		if view, _, err := b.want(ours, noon); view == nil || err != nil {
			t.Errorf("Want returned %v, %v; want the former view", view, err)
		}
		if view, _, err := b.want(ours, noon.Add(time.Second)); view != nil || !errors.Is(err, errAway) {
			t.Errorf("Want returned %v, %v; want the error", view, err)
		}
	})
}

func TestWhatWasLearnedOutlivesTheSweepUnderWayButNotTheNext(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := listOf(page("1"))
		b.sweep(ours, vendor)
		release := vendor.holds()
		b.pass(interval) // a sweep begins and hangs
		b.pass(time.Second)
		b.sweeper.Learn(ours, in("1", providers.StateRunning))
		b.sweeper.Learn(ours, in("2", providers.StateScheduled))
		check := func(when string, want providers.State) {
			t.Helper()
			if is, _ := b.view(ours, "1", "2").ByID("1"); is.State != want {
				t.Errorf("%s activity 1 is %s, want %s", when, is.State, want)
			}
		}
		check("when learned", providers.StateRunning)
		release()
		check("after the sweep that began earlier", providers.StateRunning)
		b.pass(interval)
		if is, _ := b.view(ours, "1").ByID("1"); is.State != providers.StateScheduled {
			t.Errorf("after a later sweep activity 1 is %s, want what the list says", is.State)
		}
	})
}

func TestALearnedActivityIsFoundByItsNumberAndLeavesFormerViewsAsTheyWere(t *testing.T) {
	onBench(t, func(b *bench) {
		b.sweep(ours, listOf(page("1")))
		before := b.view(ours, "1")
		b.pass(time.Second)
		b.sweeper.Learn(ours, in("2", providers.StateScheduled))
		after := b.view(ours, "1", "2")
		if found := after.ByNumber("number-2"); len(found) != 1 || found[0].ID != "2" {
			t.Errorf("by its number the learned activity is %v", found)
		}
		if !after.Started.Equal(before.Started) {
			t.Errorf("learning moved the view's start from %s to %s", before.Started, after.Started)
		}
		if before.Len() != 1 || len(before.ByNumber("number-2")) != 0 {
			t.Error("a view that was given out has changed")
		}
	})
}

func TestWhatIsNotSweptHasNoViewAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.sweeper.Learn(ours, in("1", providers.StateRunning)) // nobody to tell
		b.sweeper.Remove(ours)
		if view := b.sweeper.View(ours); view != nil {
			t.Errorf("there is a view: %v", view)
		}
		if view, bell, err := b.want(ours, noon); view != nil || err == nil {
			t.Errorf("Want returned %v, %v; want an error", view, err)
		} else {
			bell.rang(t, 0, "with an error in hand")
		}

		// A target that is known but was never swept.
		b.sweeper.Ensure(Target{Key: ours, Activities: listOf(page("1"))})
		b.sweeper.Learn(ours, in("2", providers.StateRunning))
		if view := b.sweeper.View(ours); view != nil {
			t.Errorf("before the first sweep there is a view: %v", view)
		}
	})
}
