package quota

import (
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

var key = Key{Gateway: "https://gateway.example", Account: "1900000109", Operation: providers.OperationCreate}

func newPacer() (*Pacer, *clocktesting.FakePassiveClock) {
	clock := clocktesting.NewFakePassiveClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	return New(clock, Defaults()), clock
}

func TestASecondCreateWithinTheSecondWaitsAndTakesNoToken(t *testing.T) {
	pacer, clock := newPacer()
	if wait := pacer.Take(key); wait != 0 {
		t.Fatalf("the first create waits %s", wait)
	}
	for range 3 { // asking again must not lengthen the queue
		if wait := pacer.Take(key); wait != time.Second {
			t.Fatalf("the second create waits %s, want 1s", wait)
		}
	}
	clock.SetTime(clock.Now().Add(time.Second))
	if wait := pacer.Take(key); wait != 0 {
		t.Errorf("after a second the create waits another %s", wait)
	}
}

func TestANewLeaderStartsWithoutABurst(t *testing.T) {
	pacer, _ := newPacer()
	reads := key
	reads.Operation = providers.OperationGet
	pacer.Take(reads)
	if wait := pacer.Take(reads); wait == 0 {
		t.Error("two reads at once from a new pacer, want one")
	}
}

func TestARefusalClosesItsKeyOnly(t *testing.T) {
	pacer, clock := newPacer()
	pacer.Refused(key, time.Minute)
	pacer.Refused(key, time.Second) // a shorter pause must not open it earlier
	if wait := pacer.Take(key); wait != time.Minute {
		t.Errorf("after a refusal the key waits %s, want 1m", wait)
	}
	other := key
	other.Account = "1900000110"
	if wait := pacer.Take(other); wait != 0 {
		t.Errorf("another account waits %s", wait)
	}
	clock.SetTime(clock.Now().Add(time.Minute))
	if wait := pacer.Take(key); wait != 0 {
		t.Errorf("after the pause the key waits %s", wait)
	}
}

func TestARefusalWithoutAPauseStillPauses(t *testing.T) {
	pacer := New(clocktesting.NewFakePassiveClock(time.Unix(0, 0)), nil)
	pacer.Refused(key, 0)
	if wait := pacer.Take(key); wait <= 0 {
		t.Error("the key is open right after a 429")
	}
}

func TestCallersKeepTheirTurnsHoweverOftenTheyAsk(t *testing.T) {
	pacer, clock := newPacer()
	var turns []time.Time
	for range 3 {
		turns = append(turns, pacer.Turn(key, time.Time{}))
	}
	for i, turn := range turns {
		if want := clock.Now().Add(time.Duration(i) * time.Second); !turn.Equal(want) {
			t.Errorf("caller %d goes at %s, want %s", i, turn, want)
		}
		if again := pacer.Turn(key, turn); !again.Equal(turn) {
			t.Errorf("caller %d asked again and goes at %s instead of %s", i, again, turn)
		}
	}
}

func TestAfterARefusalNobodyComesAllAtOnce(t *testing.T) {
	pacer, clock := newPacer()
	waiting := []time.Time{pacer.Turn(key, time.Time{}), pacer.Turn(key, time.Time{}), pacer.Turn(key, time.Time{})}
	opens := clock.Now().Add(time.Minute)
	pacer.Refused(key, time.Minute)
	seen := map[time.Time]bool{}
	for _, former := range waiting {
		turn := pacer.Turn(key, former)
		if turn.Before(opens) || seen[turn] {
			t.Errorf("a turn at %s, want one of its own after %s", turn, opens)
		}
		seen[turn] = true
	}
}

func TestWithoutALimitTheTurnIsNow(t *testing.T) {
	clock := clocktesting.NewFakePassiveClock(time.Unix(0, 0))
	if turn := New(clock, nil).Turn(key, time.Time{}); !turn.Equal(clock.Now()) {
		t.Errorf("the turn is at %s", turn)
	}
}
