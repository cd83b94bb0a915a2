package quota

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var rates = []Rate{
	PerSecond(1), PerSecond(10), PerSecond(0.5), PerSecond(100), {1, time.Second}, {10, time.Second}, {500, time.Second},
	{1000, time.Minute}, {100, time.Minute}, {200, time.Minute}, {7200, time.Hour}, {30, 100 * time.Millisecond},
}

func TestNoStretchOfARatesLengthEverHoldsMoreCalls(t *testing.T) {
	for _, rate := range rates {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, uint64(rate.Calls)))
			interval := float64(rate.Per) / rate.Calls
			var now instant
			l := newLattice(rate, now)
			var calls []instant
			for len(calls) < 20*int(rate.Calls)+200 {
				switch random.IntN(200) {
				case 0: // nobody calls for a while
					now += time.Duration(random.Float64() * 3 * float64(rate.Per))
				case 1: // a pause
					l.pause(now + time.Duration(random.Float64()*interval))
				default: // callers come when they were told to, late by up to some intervals
					now = l.at(0, now) + time.Duration(random.Float64()*random.Float64()*2*interval)
				}
				for range random.IntN(l.free(now) + 1) {
					l.take(now)
					calls = append(calls, now)
				}
			}
			withinRate(t, rate, calls)
		})
	}
}

// withinRate checks that no stretch of the rate's length holds more calls than it allows.
func withinRate(t *testing.T, rate Rate, calls []instant) {
	t.Helper()
	n := int(rate.Calls)
	for i := n; i < len(calls); i++ {
		if took := calls[i] - calls[i-n]; took <= rate.Per {
			t.Fatalf("%d calls in %s from %s", n+1, took, calls[i-n])
		}
	}
}

func TestTheTimesOfSlotsAreThoseAtWhichTheyCanBeTaken(t *testing.T) {
	for _, rate := range rates {
		for _, idle := range []time.Duration{0, time.Millisecond, 120 * time.Millisecond, 3 * time.Second} {
			told := newLattice(rate, 0)
			told.take(0)
			now := idle
			taken := told
			for k := range 30 {
				at := told.at(k, now)
				if got := taken.at(0, now); got != at {
					t.Fatalf("%v after %s: slot %d is at %s, and was said to be at %s", rate, idle, k, got, at)
				}
				if k >= told.free(now) && at <= now {
					t.Fatalf("%v after %s: slot %d is said to be free and is not", rate, idle, k)
				}
				taken.take(at)
			}
		}
	}
}

func TestLatenessDoesNotAddUp(t *testing.T) {
	l := newLattice(PerSecond(1), 0)
	late := 50 * time.Millisecond
	for k := range 100 {
		at := time.Duration(k)*l.interval + late
		if l.free(at) != 1 {
			t.Fatalf("call %d finds %d slots", k, l.free(at))
		}
		l.take(at)
	}
}

func TestIdleTimeAllowsASecondsWorthAtOnce(t *testing.T) {
	for rate, want := range map[Rate]int{
		PerSecond(10): 10, PerSecond(1): 1, PerSecond(0.1): 1, {1000, time.Minute}: 16, {30, 100 * time.Millisecond}: 30, {}: math.MaxInt,
	} {
		l := newLattice(rate, 0)
		if got := l.free(0); rate != (Rate{}) && got != 1 {
			t.Errorf("%v: a new one allows %d at once", rate, got)
		}
		if got := l.free(time.Hour); got != want {
			t.Errorf("%v: %d at once after an hour, want %d", rate, got, want)
		}
	}
}

func TestABurstSpendsTheSlotsAfterIt(t *testing.T) {
	l := newLattice(PerSecond(10), 0)
	now := time.Hour
	for range 10 {
		l.take(now)
	}
	if wait := l.at(0, now) - now; wait < 900*time.Millisecond {
		t.Errorf("after ten at once the next goes after %s", wait)
	}
}
