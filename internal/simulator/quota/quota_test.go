package quota_test

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/quota"
)

func TestABucketGivesItsCountAndThenOneEachInterval(t *testing.T) {
	limit, err := quota.Parse("2/1m")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	b := quota.New()
	for i := range 2 {
		if _, ok := b.Take("a", limit, now); !ok {
			t.Fatalf("call %d was refused", i)
		}
	}
	wait, ok := b.Take("a", limit, now)
	if ok || wait != 30*time.Second {
		t.Fatalf("third call: ok %v, wait %v; want a wait of 30s", ok, wait)
	}
	if _, ok := b.Take("b", limit, now); !ok {
		t.Fatal("another key shares the bucket")
	}
	if _, ok := b.Take("a", limit, now.Add(wait)); !ok {
		t.Fatal("the wait was not long enough")
	}
}

func TestAnOffLimitLimitsNothing(t *testing.T) {
	limit, err := quota.Parse(quota.Off)
	if err != nil {
		t.Fatal(err)
	}
	b := quota.New()
	for range 1000 {
		if _, ok := b.Take("a", limit, time.Time{}); !ok {
			t.Fatal("refused")
		}
	}
}

func TestALimitThatMakesNoSenseIsRefused(t *testing.T) {
	for _, s := range []string{"", "60", "0/1m", "-1/1m", "x/1m", "60/", "60/0s", "60/-1s"} {
		if _, err := quota.Parse(s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
}
