package sweep

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestItemsThatRepeatOrShiftOverPagesAreEachHeldOnce(t *testing.T) {
	for name, test := range map[string]struct {
		pages [][]providers.Snapshot
		ids   []string
	}{
		"no activities":               {[][]providers.Snapshot{nil}, nil},
		"an empty last page":          {[][]providers.Snapshot{page("1", "2"), nil}, []string{"1", "2"}},
		"a new one pushes one on":     {[][]providers.Snapshot{page("3", "2"), page("2", "1")}, []string{"1", "2", "3"}},
		"the same page again":         {[][]providers.Snapshot{page("2", "1"), page("2", "1")}, []string{"1", "2"}},
		"twice on one page":           {[][]providers.Snapshot{page("1", "1", "2")}, []string{"1", "2"}},
		"one without a number":        {[][]providers.Snapshot{{{ID: "1"}, {ID: "2"}}}, []string{"1", "2"}},
		"in another order every time": {[][]providers.Snapshot{page("3", "1"), page("2", "3"), page("1")}, []string{"1", "2", "3"}},
	} {
		t.Run(name, func(t *testing.T) {
			onBench(t, func(b *bench) {
				b.sweep(ours, listOf(test.pages...))
				view := b.view(ours, test.ids...)
				for _, id := range test.ids {
					if found := view.ByNumber("number-" + id); len(found) > 1 {
						t.Errorf("under one number there are %d activities", len(found))
					}
				}
				if found := view.ByNumber(""); len(found) != 0 {
					t.Errorf("under no number there are %d activities", len(found))
				}
			})
		})
	}
}

func TestAnItemThatChangesWhileTheListIsReadIsHeldAsItWasReadLast(t *testing.T) {
	onBench(t, func(b *bench) {
		b.sweep(ours, listOf(
			[]providers.Snapshot{in("1", providers.StateScheduled)}, []providers.Snapshot{in("1", providers.StateRunning)}))
		if is, _ := b.view(ours, "1").ByID("1"); is.State != providers.StateRunning {
			t.Errorf("the activity is %s, want Running", is.State)
		}
	})
}

func TestActivitiesUnderOneNumberComeInTheSameOrderEveryTime(t *testing.T) {
	onBench(t, func(b *bench) {
		var twins []providers.Snapshot
		for i := range 20 {
			twins = append(twins, providers.Snapshot{ID: fmt.Sprintf("1002%02d", 19-i), RequestNo: "n"})
		}
		b.sweep(ours, listOf(twins))
		for i, s := range b.sweeper.View(ours).ByNumber("n") {
			if want := fmt.Sprintf("1002%02d", i); s.ID != want {
				t.Fatalf("activity %d under the number is %s, want %s", i, s.ID, want)
			}
		}
	})
}

func TestAFailureOnALaterPageFailsTheSweep(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := &list{answer: func(number int) (providers.Page, error) {
			if number == 2 {
				return providers.Page{}, errAway
			}
			return providers.Page{Items: page(fmt.Sprint(number))}, nil
		}}
		told := b.sweep(ours, vendor)
		if view := b.sweeper.View(ours); view != nil {
			t.Errorf("half a list became a view of %d", view.Len())
		}
		told.told(t, errAway)
	})
}

func TestAListThatNeverEndsIsAnErrorAndNeverAView(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := &list{answer: func(int) (providers.Page, error) { return providers.Page{Items: page("1")}, nil }}
		b.sweep(ours, vendor)
		vendor.called(t, maxPages, "in one sweep")
		if view := b.sweeper.View(ours); view != nil {
			t.Error("half a list became a view, and what it lacks would count as absent")
		}
		_, _, err := b.want(ours, noon)
		var failure *providers.Error
		if !errors.As(err, &failure) || failure.Kind != providers.KindUnknown || failure.MaybeCommitted {
			t.Errorf("Want returned %v, want a gateway error of kind Unknown", err)
		}
		for i, number := range vendor.pages {
			if number != i {
				t.Fatalf("call %d asked for page %d", i, number)
			}
		}
	})
}

func TestTheQuotaSpacesThePages(t *testing.T) {
	onPacedBench(t, quota.Limits{{Operation: providers.OperationList}: {PerAccount: quota.PerSecond(1)}}, func(b *bench) {
		vendor := listOf(page("1"), page("2"), page("3"))
		b.sweep(ours, vendor)
		for pages := 1; pages <= 2; pages++ {
			vendor.called(t, pages, "before the second is over")
			b.pass(time.Second)
			vendor.called(t, pages, "before the second is over")
			b.pass(5 * time.Millisecond) // the margin that the pacer leaves
		}
		b.view(ours, "1", "2", "3")
	})
}

func TestARefusalForItsRatePausesTheListOfThisAccountAndNothingElse(t *testing.T) {
	for name, test := range map[string]struct{ asked, pause time.Duration }{
		"with a pause":    {time.Minute, time.Minute},
		"without a pause": {0, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			onBench(t, func(b *bench) {
				refusal := &providers.Error{Operation: providers.OperationList, Kind: providers.KindThrottled, RetryAfter: test.asked}
				vendor, healthy := listOf(), listOf(page("2"))
				vendor.fails(refusal)
				told := b.sweep(ours, vendor)
				told.told(t, refusal)

				if wait := b.pacer.Ask(quota.Call{Key: quotaKey(ours), Waiter: "another"}); wait != test.pause {
					t.Errorf("the list waits %s, want %s", wait, test.pause)
				}
				reads := quotaKey(ours)
				reads.Operation = providers.OperationGet
				if wait := b.pacer.Ask(quota.Call{Key: reads, Waiter: "another"}); wait != 0 {
					t.Errorf("the account's other calls wait %s", wait)
				}
				b.sweep(other, healthy)
				b.view(other, "2")

				vendor.shows(page("1"))
				b.pass(errorLife)
				_, bell, err := b.want(ours, noon)
				if err != nil {
					t.Fatalf("after the failure has stopped answering: %v", err)
				}
				b.pass(test.pause - errorLife - time.Millisecond)
				vendor.called(t, 1, "during the pause")
				bell.rang(t, 0, "during the pause")
				b.pass(time.Millisecond)
				vendor.called(t, 2, "after the pause")
				bell.rang(t, 1, "after the pause")
			})
		})
	}
}

func TestOtherFailuresPauseNothing(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := listOf()
		vendor.fails(errAway)
		b.sweep(ours, vendor)
		if wait := b.pacer.Ask(quota.Call{Key: quotaKey(ours), Waiter: "another"}); wait != 0 {
			t.Errorf("the list waits %s", wait)
		}
	})
}
