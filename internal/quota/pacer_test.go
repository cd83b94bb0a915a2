package quota

import (
	"slices"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

// second is the time between two calls at one a second.
var second = newLattice(PerSecond(1), 0).interval

func call(name string, class Class) Call { return Call{Key: key, Waiter: name, Class: class} }

func TestAskingAgainNeitherGrantsNorLengthensTheWait(t *testing.T) {
	pacer, clock := newPacer(Defaults())
	if wait := pacer.Ask(call("first", Starting)); wait != 0 {
		t.Fatalf("the first create waits %s", wait)
	}
	for range 3 {
		for i, name := range []string{"second", "third"} {
			if wait, want := pacer.Ask(call(name, Starting)), time.Duration(i+1)*second; wait != want {
				t.Fatalf("the %s create waits %s, want %s", name, wait, want)
			}
		}
	}
	clock.SetTime(noon.Add(second))
	if wait := pacer.Ask(call("second", Starting)); wait != 0 {
		t.Errorf("at its time the second create waits another %s", wait)
	}
}

func TestANewLeaderStartsWithoutABurst(t *testing.T) {
	pacer, clock := newPacer(Defaults())
	clock.SetTime(noon.Add(time.Hour)) // it has long stood by
	reads := key
	reads.Operation = providers.OperationGet
	pacer.Ask(Call{Key: reads, Waiter: "a", Class: Looking})
	if wait := pacer.Ask(Call{Key: reads, Waiter: "b", Class: Looking}); wait == 0 {
		t.Error("two reads at once from a new pacer, want one")
	}
}

func TestWithoutALimitNobodyWaits(t *testing.T) {
	pacer, _ := newPacer(nil)
	for _, c := range many(100, key, Looking) {
		if wait := pacer.Ask(c); wait != 0 {
			t.Fatalf("a call waits %s", wait)
		}
	}
}

func TestAnEditPassesBulk(t *testing.T) {
	c := newCrowd(t, Defaults())
	c.comes(0, many(100, key, Starting)...)
	c.comes(10500*time.Millisecond, call("edit", Edited), call("stop", Stopping))
	all := c.pass(time.Hour)
	if at := when(t, all, "stop"); at > 10500*time.Millisecond+second {
		t.Errorf("the stop went after %s", at)
	}
	if at := when(t, all, "edit"); at > 10500*time.Millisecond+2*second {
		t.Errorf("the edit went after %s", at)
	}
}

func TestAChangedCallKeepsItsArrivalAndTakesItsNewPlace(t *testing.T) {
	pacer, _ := newPacer(Defaults())
	for _, name := range []string{"goes", "a", "b"} {
		pacer.Ask(call(name, Looking))
	}
	if wait := pacer.Ask(call("b", Edited)); wait != second {
		t.Errorf("edited, b waits %s", wait)
	}
	if wait := pacer.Ask(call("c", Edited)); wait != 2*second {
		t.Errorf("c waits %s", wait)
	}
	if wait := pacer.Ask(call("a", Edited)); wait != second {
		t.Errorf("a came first and waits %s", wait)
	}
}

func TestNobodyStarves(t *testing.T) {
	c := newCrowd(t, Defaults())
	edits := many(20, key, Edited)
	for _, e := range edits {
		c.again[e.Waiter] = true
	}
	c.comes(0, edits...)
	c.comes(time.Second, call("sweep", Sweeping))
	if at := when(t, c.pass(time.Minute*5), "sweep"); at > 2*time.Minute {
		t.Errorf("the sweep went after %s", at)
	}
}

func TestOneAccountsQueueDoesNotDelayAnothers(t *testing.T) {
	pacer, _ := newPacer(Defaults())
	for _, c := range many(100, key, Stopping) {
		pacer.Ask(c)
	}
	if wait := pacer.Ask(Call{Key: otherAccount, Waiter: "a", Class: Sweeping}); wait != 0 {
		t.Errorf("another account waits %s", wait)
	}
}

func TestWhoLeavesFreesItsPlace(t *testing.T) {
	pacer, _ := newPacer(Defaults())
	for _, name := range []string{"goes", "a", "b"} {
		pacer.Ask(call(name, Starting))
	}
	pacer.Leave(key, "a")
	pacer.Leave(key, "nobody")
	pacer.Leave(otherAccount, "b")
	if wait := pacer.Ask(call("b", Starting)); wait != second {
		t.Errorf("b waits %s", wait)
	}
}

func TestAnOverdueHeadWastesNoSlotOfThoseWhoCome(t *testing.T) {
	pacer, clock := newPacer(Defaults())
	for _, name := range []string{"goes", "head", "next"} {
		pacer.Ask(call(name, Starting))
	}
	clock.SetTime(noon.Add(second + tolerance))
	if wait := pacer.Ask(call("next", Starting)); wait == 0 {
		t.Error("the head is only a little late and has lost its slot")
	}
	clock.SetTime(noon.Add(second + tolerance + 1))
	if wait := pacer.Ask(call("next", Starting)); wait != 0 {
		t.Errorf("the head does not come, and the next waits %s", wait)
	}
	if wait := pacer.Ask(call("last", Stopping)); wait > second {
		t.Errorf("the last waits %s", wait)
	}
	pacer.Leave(key, "last")
	clock.SetTime(noon.Add(3 * second))
	if wait := pacer.Ask(call("head", Starting)); wait != 0 {
		t.Errorf("the head has come at last and waits %s", wait)
	}
}

func TestWhoDoesNotComeBackLosesItsPlace(t *testing.T) {
	pacer, clock := newPacer(Defaults())
	for _, name := range []string{"goes", "crashes", "stays"} {
		pacer.Ask(call(name, Starting))
	}
	clock.SetTime(noon.Add(grace + 3*second))
	pacer.Ask(call("stays", Starting))
	if states := pacer.States(key.Gateway, key.Account); len(states) != 0 {
		t.Errorf("after a minute there still waits %+v", states)
	}
}

func TestARefusalClosesItsKeyOnly(t *testing.T) {
	pacer, clock := newPacer(Defaults())
	pacer.Refused(key, time.Minute)
	pacer.Refused(key, time.Second) // a shorter pause must not open it earlier
	if wait := pacer.Ask(call("a", Stopping)); wait != time.Minute {
		t.Errorf("after a refusal the key waits %s, want 1m", wait)
	}
	if wait := pacer.Ask(Call{Key: otherAccount, Waiter: "a"}); wait != 0 {
		t.Errorf("another account waits %s", wait)
	}
	clock.SetTime(noon.Add(time.Minute))
	if wait := pacer.Ask(call("a", Stopping)); wait != 0 {
		t.Errorf("after the pause the key waits %s", wait)
	}
}

func TestARefusalWithoutAPauseStillPauses(t *testing.T) {
	pacer, _ := newPacer(nil)
	pacer.Refused(key, 0)
	if wait := pacer.Ask(call("a", Stopping)); wait != defaultPause {
		t.Errorf("after a 429 the key waits %s", wait)
	}
}

func TestAfterARefusalNobodyComesAllAtOnce(t *testing.T) {
	reads := Key{key.Gateway, key.Account, Endpoint{key.Kind, providers.OperationGet}}
	c := newCrowd(t, Defaults())
	c.comes(time.Hour, many(100, reads, Looking)...) // a burst has been saved up
	c.pass(time.Hour - 1)
	c.pacer.Refused(reads, time.Minute)
	all := c.pass(2 * time.Hour)
	opens, interval := time.Hour-1+time.Minute, newLattice(PerSecond(10), 0).interval
	for i, at := range times(all) {
		if want := opens + time.Duration(i)*interval; at != want {
			t.Fatalf("call %d went at %s, want %s", i, at, want)
		}
	}
}

func TestStatesSayWhatAnAccountWaitsFor(t *testing.T) {
	pacer, clock := newPacer(Defaults())
	reads := Key{key.Gateway, key.Account, Endpoint{key.Kind, providers.OperationGet}}
	pacer.Refused(reads, time.Minute)
	pacer.Refused(otherAccount, time.Minute)
	for _, c := range many(3, key, Starting) {
		pacer.Ask(c)
	}
	want := []State{{Endpoint: key.Endpoint, Waiting: 2}, {Endpoint: reads.Endpoint, PausedUntil: noon.Add(time.Minute)}}
	if got := pacer.States(key.Gateway, key.Account); !slices.Equal(got, want) {
		t.Errorf("states %+v, want %+v", got, want)
	}
	clock.SetTime(noon.Add(time.Minute))
	if got := pacer.States(key.Gateway, key.Account); !slices.Equal(got, want[:1]) {
		t.Errorf("after the pause the states are %+v", got)
	}
}

func TestAnEstimateChangesNothing(t *testing.T) {
	pacer, _ := newPacer(Defaults())
	for range 3 {
		if wait := pacer.Estimate(call("new", Starting)); wait != 0 {
			t.Fatalf("an estimate of %s while nobody waits", wait)
		}
	}
	for _, name := range []string{"goes", "a", "b"} {
		pacer.Ask(call(name, Starting))
	}
	for range 3 {
		for name, want := range map[string]time.Duration{"a": second, "b": 2 * second, "new": 3 * second} {
			if wait := pacer.Estimate(call(name, Starting)); wait != want {
				t.Errorf("the estimate for %s is %s, want %s", name, wait, want)
			}
		}
	}
	if wait := pacer.Estimate(call("b", Edited)); wait != second {
		t.Errorf("edited, b would wait %s", wait)
	}
	if wait := pacer.Ask(call("b", Starting)); wait != 2*second {
		t.Errorf("after the estimates b waits %s", wait)
	}
}

func TestAllPayGiftOperationsHaveALimit(t *testing.T) {
	limits := Defaults()
	for op, calls := range map[providers.Operation]float64{
		providers.OperationCreate: 1, providers.OperationTerminate: 1, providers.OperationAddMembers: 1, providers.OperationRemoveMembers: 1,
		providers.OperationGet: 10, providers.OperationList: 10, providers.OperationMembers: 10, providers.OperationPreflight: 10,
	} {
		if want := (Limit{PerAccount: PerSecond(calls)}); limits.of(Endpoint{"PayGiftActivity", op}) != want {
			t.Errorf("%s is limited to %+v, want %+v", op, limits.of(Endpoint{"PayGiftActivity", op}), want)
		}
	}
}

func TestCouponStocksHaveThePublishedLimits(t *testing.T) {
	minute := Rate{60, time.Minute}
	for op, want := range map[providers.Operation]Limit{
		providers.OperationCreate: {PerAccount: minute},
		providers.OperationStart:  {PerSource: minute}, providers.OperationPause: {PerSource: minute}, providers.OperationRestart: {PerSource: minute},
		providers.OperationList: {PerAccount: PerSecond(50), PerSource: PerSecond(500)},
	} {
		if got := Defaults().of(Endpoint{"CouponStock", op}); got != want {
			t.Errorf("%s is limited to %+v, want %+v", op, got, want)
		}
	}
}

func TestARateThatSomebodyGivesReplacesThePublishedFiguresOfAnAccount(t *testing.T) {
	none, two, ten := PerSecond(0), PerSecond(2), PerSecond(10)
	minute, fiveHundred := Rate{60, time.Minute}, PerSecond(500)
	for _, tc := range []struct {
		changes, reads *Rate
		op             providers.Operation
		stock, gift    Limit
	}{
		{&two, &ten, providers.OperationCreate, Limit{PerAccount: two}, Limit{PerAccount: two}},
		{&two, &ten, providers.OperationStart, Limit{PerAccount: two, PerSource: minute}, Limit{PerAccount: two}},
		{&two, &ten, providers.OperationPause, Limit{PerAccount: two, PerSource: minute}, Limit{PerAccount: two}},
		{&two, &ten, providers.OperationRestart, Limit{PerAccount: two, PerSource: minute}, Limit{PerAccount: two}},
		{&two, &ten, providers.OperationTerminate, Limit{PerAccount: two}, Limit{PerAccount: two}},
		{&two, &ten, providers.OperationList, Limit{PerAccount: ten, PerSource: fiveHundred}, Limit{PerAccount: ten}},
		{&two, &ten, providers.OperationGet, Limit{PerAccount: ten, PerSource: fiveHundred}, Limit{PerAccount: ten}},
		{&two, &ten, providers.OperationPreflight, Limit{PerAccount: ten}, Limit{PerAccount: ten}},
		{&none, nil, providers.OperationStart, Limit{}, Limit{}},
		{&none, nil, providers.OperationCreate, Limit{}, Limit{}},
		{&none, nil, providers.OperationList, Limit{PerAccount: PerSecond(50), PerSource: fiveHundred}, Limit{PerAccount: ten}},
		{nil, &none, providers.OperationList, Limit{}, Limit{}},
		{nil, &none, providers.OperationStart, Limit{PerSource: minute}, Limit{PerAccount: PerSecond(1)}},
	} {
		limits := Defaults().Override(tc.changes, tc.reads)
		for kind, want := range map[string]Limit{"CouponStock": tc.stock, "PayGiftActivity": tc.gift} {
			if got := limits.of(Endpoint{kind, tc.op}); got != want {
				t.Errorf("%s of %s is limited to %+v, want %+v", tc.op, kind, got, want)
			}
		}
	}
	if got := Defaults().Override(nil, nil).of(Endpoint{"CouponStock", providers.OperationStart}); got.PerSource.Calls != 60 {
		t.Errorf("without a rate starts are limited to %+v", got)
	}
}
