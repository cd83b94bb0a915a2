package clock_test

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/clock"
)

// hand is a real clock that a test moves.
type hand struct{ t time.Time }

func (h *hand) now() time.Time { return h.t }

func newHand() *hand { return &hand{t: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func TestCampaignTimeFollowsRealTimeUntilItIsMoved(t *testing.T) {
	h := newHand()
	c := clock.New(h.now)
	h.t = h.t.Add(time.Minute)
	if got := c.Now(); !got.Equal(h.t) {
		t.Fatalf("campaign time is %v, want %v", got, h.t)
	}
	c.Advance(24 * time.Hour)
	if got := c.Now().Sub(c.Real()); got != 24*time.Hour {
		t.Fatalf("campaign time is %v ahead, want 24h", got)
	}
	c.Reset()
	if got := c.Now(); !got.Equal(h.t) {
		t.Fatalf("after a reset campaign time is %v, want real time", got)
	}
}

func TestNinetyDaysPassInAMinuteAtTheRightRate(t *testing.T) {
	h := newHand()
	c := clock.New(h.now)
	start := c.Now()
	if err := c.SetRate(90 * 24 * 60); err != nil {
		t.Fatal(err)
	}
	h.t = h.t.Add(time.Minute)
	if got := c.Now().Sub(start); got != 90*24*time.Hour {
		t.Fatalf("%v passed, want 90 days", got)
	}
	if err := c.SetRate(0); err != nil {
		t.Fatal(err)
	}
	frozen := c.Now()
	h.t = h.t.Add(time.Hour)
	if !c.Now().Equal(frozen) {
		t.Fatal("a clock with rate 0 moved")
	}
}

func TestARateThatMakesNoSenseIsRefused(t *testing.T) {
	c := clock.New(newHand().now)
	for _, rate := range []float64{-1, 2e6} {
		if err := c.SetRate(rate); err == nil {
			t.Errorf("rate %v was accepted", rate)
		}
	}
}

func TestAKeptClockGoesOnAfterARestart(t *testing.T) {
	h := newHand()
	before := clock.New(h.now)
	before.Advance(48 * time.Hour)
	if err := before.SetRate(60); err != nil {
		t.Fatal(err)
	}
	kept := before.State()
	h.t = h.t.Add(time.Hour)

	after := clock.New(h.now)
	if err := after.Restore(kept); err != nil {
		t.Fatal(err)
	}
	if got, want := after.Now(), before.Now(); !got.Equal(want) {
		t.Fatalf("restored clock shows %v, want %v", got, want)
	}
}

func TestDurationsMayBeWrittenInDays(t *testing.T) {
	for in, want := range map[string]time.Duration{"90d": 90 * 24 * time.Hour, "24h": 24 * time.Hour, "-0.5d": -12 * time.Hour, "1.5s": 1500 * time.Millisecond} {
		got, err := clock.ParseDuration(in)
		if err != nil || got != want {
			t.Errorf("%q is %v (%v), want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "d", "soon", "1e9d", "5"} {
		if _, err := clock.ParseDuration(in); err == nil {
			t.Errorf("%q was accepted", in)
		}
	}
}
