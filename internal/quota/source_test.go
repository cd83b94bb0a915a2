package quota

import (
	"testing"
	"time"
)

// shared limits two accounts to two calls a second each, and to three together.
func shared() Limits {
	return Limits{key.Endpoint: {PerAccount: PerSecond(2), PerSource: PerSecond(3)}}
}

func TestAllAccountsTogetherKeepTheLimitOfTheirAddress(t *testing.T) {
	c := newCrowd(t, shared())
	c.lateUpTo(50*time.Millisecond, 1)
	ours, theirs := many(150, key, Starting), many(150, otherAccount, Starting)
	for i := range ours {
		c.comes(0, ours[i], theirs[i])
	}
	all := c.pass(time.Hour)
	if len(all) != 300 {
		t.Fatalf("%d of 300 went", len(all))
	}
	withinRate(t, PerSecond(3), times(all))
	if took := all[299].at; took > 103*time.Second {
		t.Errorf("300 calls at 3 a second took %s", took)
	}
	if c.asks > 6*300 {
		t.Errorf("300 calls were asked for %d times", c.asks)
	}
	for _, k := range []Key{key, otherAccount} {
		var own []instant
		for _, w := range all {
			if w.Key == k {
				own = append(own, w.at)
			}
		}
		withinRate(t, PerSecond(2), own)
	}
}

func TestAnAccountWhoseOwnSlotIsNotDueLeavesTheAddressToOthers(t *testing.T) {
	c := newCrowd(t, Limits{key.Endpoint: {PerAccount: PerSecond(1), PerSource: PerSecond(10)}})
	c.comes(0, many(100, key, Stopping)...)
	c.comes(5300*time.Millisecond, Call{Key: otherAccount, Waiter: "other", Class: Sweeping})
	if at := when(t, c.pass(time.Hour), "other"); at > 5300*time.Millisecond+2*second/10 {
		t.Errorf("the other account's call went after %s", at)
	}
}

func TestAPausedAccountLeavesTheAddressToOthers(t *testing.T) {
	c := newCrowd(t, shared())
	c.comes(0, many(10, key, Stopping)...)
	c.pass(time.Second)
	c.pacer.Refused(key, time.Hour)
	c.comes(time.Second, many(10, otherAccount, Sweeping)...)
	all := c.pass(time.Minute)
	if len(all) != 10 {
		t.Fatalf("%d of 10 went", len(all))
	}
	if took := all[9].at; took > 7*time.Second {
		t.Errorf("they took %s", took)
	}
}

func TestOverAllAccountsStoppingCallsGoFirst(t *testing.T) {
	c := newCrowd(t, Limits{key.Endpoint: {PerAccount: PerSecond(2), PerSource: PerSecond(1)}})
	c.comes(0, many(100, key, Starting)...)
	c.comes(10500*time.Millisecond, Call{Key: otherAccount, Waiter: "stop", Class: Stopping})
	if at := when(t, c.pass(time.Hour), "stop"); at > 10500*time.Millisecond+second {
		t.Errorf("the stop went after %s", at)
	}
}

func TestNobodyStarvesBehindAnotherAccount(t *testing.T) {
	c := newCrowd(t, Limits{key.Endpoint: {PerAccount: PerSecond(2), PerSource: PerSecond(1)}})
	edits := many(20, key, Edited)
	for _, e := range edits {
		c.again[e.Waiter] = true
	}
	c.comes(0, edits...)
	c.comes(time.Second, Call{Key: otherAccount, Waiter: "sweep", Class: Sweeping})
	if at := when(t, c.pass(5*time.Minute), "sweep"); at > 2*time.Minute {
		t.Errorf("the sweep went after %s", at)
	}
}

func TestWhoLeavesDoesNotBlockTheAddress(t *testing.T) {
	pacer, _ := newPacer(Limits{key.Endpoint: {PerSource: PerSecond(1)}})
	pacer.Ask(Call{Key: key, Waiter: "goes"})
	pacer.Ask(Call{Key: key, Waiter: "leaves"})
	pacer.Leave(key, "leaves")
	if wait := pacer.Ask(Call{Key: otherAccount, Waiter: "a"}); wait != second {
		t.Errorf("the other account waits %s", wait)
	}
}
