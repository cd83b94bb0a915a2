package quota

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestTwoHundredCallsAtSixtyAMinuteTakeTheirTimeAndHardlyMore(t *testing.T) {
	for seed := range uint64(20) {
		c := newCrowd(t, Limits{key.Endpoint: {PerAccount: Rate{60, time.Minute}}})
		c.lateUpTo(50*time.Millisecond, seed)
		c.comes(0, many(200, key, Starting)...)
		all := c.pass(time.Hour)
		if len(all) != 200 {
			t.Fatalf("%d of 200 went", len(all))
		}
		if took := all[199].at; took > 204*time.Second {
			t.Errorf("seed %d: 200 calls took %s", seed, took)
		}
		if c.asks > 3*200 {
			t.Errorf("seed %d: 200 calls were asked for %d times", seed, c.asks)
		}
		withinRate(t, Rate{60, time.Minute}, times(all))
		withinRate(t, Rate{60, time.Minute}, arrivals(all, seed))
	}
}

// arrivals are when calls reach the vendor, each up to 50 ms after it went.
func arrivals(all []went, seed uint64) []instant {
	random := rand.New(rand.NewPCG(seed, 1))
	reached := times(all)
	for i := range reached {
		reached[i] += time.Duration(random.Int64N(int64(50 * time.Millisecond)))
	}
	slices.Sort(reached)
	return reached
}

func TestCallersWhoComeAndGoNeverExceedTheRate(t *testing.T) {
	for _, rate := range rates {
		c := newCrowd(t, Limits{key.Endpoint: {PerAccount: rate}})
		c.lateUpTo(200*time.Millisecond, 1)
		random := rand.New(rand.NewPCG(2, 2))
		n := 3 * int(rate.Calls)
		if n > 700 {
			n = int(rate.Calls) + 50
		}
		for _, call := range many(n, key, Starting) {
			call.Class = Class(random.IntN(int(Sweeping) + 1))
			c.comes(time.Duration(random.Int64N(int64(2*rate.Per))), call)
		}
		if len(c.callers) > 1500 {
			c.callers = c.callers[:1500]
		}
		want := len(c.callers)
		all := c.pass(100 * time.Hour)
		if len(all) != want {
			t.Errorf("%v: %d of %d went", rate, len(all), want)
		}
		withinRate(t, rate, times(all))
	}
}
