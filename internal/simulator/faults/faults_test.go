package faults_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
)

const create, path = "paygift.create", "/v3/marketing/paygiftactivity/unique-threshold-activity"

func add(t *testing.T, q *faults.Queue, r faults.Rule) string {
	t.Helper()
	id, err := q.Add(r)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func take(q *faults.Queue, phase faults.Phase) *faults.Strike {
	return q.Take(phase, "1900000109", create, "POST", path, nil)
}

func TestARuleStrikesItsCallsAsOftenAsAskedAndThenNoMore(t *testing.T) {
	q := faults.NewQueue()
	id := add(t, q, faults.Rule{Match: faults.Match{Operation: create, Skip: 1}, Action: faults.Reset, Times: 2})
	var struck []bool
	for range 5 {
		struck = append(struck, take(q, faults.BeforeCommit) != nil)
	}
	want := []bool{false, true, true, false, false}
	for i := range want {
		if struck[i] != want[i] {
			t.Fatalf("struck %v, want %v", struck, want)
		}
	}
	info, err := q.Get(id)
	if err != nil || !info.Spent || info.Struck != 2 || info.Matched != 3 {
		t.Fatalf("the rule says %+v (%v)", info, err)
	}
}

func TestWhatARuleNamesMustMatch(t *testing.T) {
	for name, tc := range map[string]struct {
		match faults.Match
		want  bool
	}{
		"everything":               {faults.Match{}, true},
		"this merchant":            {faults.Match{Account: "1900000109"}, true},
		"another merchant":         {faults.Match{Account: "1900000110"}, false},
		"this operation":           {faults.Match{Operation: create}, true},
		"a family of operations":   {faults.Match{Operation: "paygift.*"}, true},
		"another family":           {faults.Match{Operation: "busifavor.*"}, false},
		"another operation":        {faults.Match{Operation: "paygift.list"}, false},
		"this method in any case":  {faults.Match{Method: "post"}, true},
		"another method":           {faults.Match{Method: "GET"}, false},
		"a prefix of this path":    {faults.Match{Path: "/v3/marketing"}, true},
		"a prefix of another path": {faults.Match{Path: "/v3/certificates"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			q := faults.NewQueue()
			add(t, q, faults.Rule{Match: tc.match, Action: faults.Reset})
			if got := take(q, faults.BeforeCommit) != nil; got != tc.want {
				t.Fatalf("struck: %v, want %v", got, tc.want)
			}
		})
	}
}

func TestARuleStrikesOnlyInItsPhase(t *testing.T) {
	q := faults.NewQueue()
	add(t, q, faults.Rule{Action: faults.CommitThenReset})
	if take(q, faults.BeforeCommit) != nil {
		t.Fatal("struck before the commit")
	}
	if take(q, faults.AfterCommit) == nil {
		t.Fatal("did not strike after it")
	}
}

func TestAHeldCallGoesOnWhenItsRuleIsReleased(t *testing.T) {
	q := faults.NewQueue()
	id := add(t, q, faults.Rule{Action: faults.CommitThenHold})
	done := make(chan error, 1)
	go func() {
		s := take(q, faults.AfterCommit)
		done <- s.Hold(context.Background())
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	info, err := q.WaitStruck(ctx, id, 1)
	if err != nil || info.Held != 1 {
		t.Fatalf("waiting for the held call: %+v, %v", info, err)
	}
	n, err := q.Release(id)
	if err != nil || n != 1 {
		t.Fatalf("released %d (%v), want 1", n, err)
	}
	if err := <-done; err != nil {
		t.Fatalf("the held call ended with %v", err)
	}
}

func TestAHeldCallEndsWithItsClientItsRuleOrTheQueue(t *testing.T) {
	for name, tc := range map[string]struct {
		end  func(*faults.Queue, string, context.CancelFunc)
		fine bool
	}{
		"client": {func(_ *faults.Queue, _ string, cancel context.CancelFunc) { cancel() }, false},
		"rule":   {func(q *faults.Queue, id string, _ context.CancelFunc) { _ = q.Delete(id) }, true},
		"all":    {func(q *faults.Queue, _ string, _ context.CancelFunc) { q.Clear() }, true},
		"queue":  {func(q *faults.Queue, _ string, _ context.CancelFunc) { q.Close(); q.Close() }, false},
	} {
		t.Run(name, func(t *testing.T) {
			q := faults.NewQueue()
			id := add(t, q, faults.Rule{Action: faults.HoldBeforeCommit})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := take(q, faults.BeforeCommit)
			tc.end(q, id, cancel)
			if err := s.Hold(ctx); (err == nil) != tc.fine {
				t.Fatalf("ended with %v", err)
			}
		})
	}
}

func TestARuleThatMakesNoSenseIsRefused(t *testing.T) {
	for name, r := range map[string]faults.Rule{
		"no action":              {},
		"unknown action":         {Action: "explode"},
		"delay without a delay":  {Action: faults.Delay},
		"delay that is no time":  {Action: faults.Delay, Delay: "soon"},
		"negative delay":         {Action: faults.Delay, Delay: "-1s"},
		"status without one":     {Action: faults.Status},
		"status out of range":    {Action: faults.Status, Status: 700},
		"reset with a status":    {Action: faults.Reset, Status: 500},
		"fewer times than none":  {Action: faults.Reset, Times: -2},
		"skipping less than one": {Action: faults.Reset, Match: faults.Match{Skip: -1}},
	} {
		if _, err := faults.NewQueue().Add(r); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestARuleThatIsNotThereIsNotFound(t *testing.T) {
	q := faults.NewQueue()
	if err := q.Delete("f1"); !errors.Is(err, faults.ErrNotFound) {
		t.Fatal(err)
	}
	if _, err := q.Release("f1"); !errors.Is(err, faults.ErrNotFound) {
		t.Fatal(err)
	}
	if _, err := q.WaitStruck(t.Context(), "f1", 1); !errors.Is(err, faults.ErrNotFound) {
		t.Fatal(err)
	}
	if _, err := q.Get("f1"); !errors.Is(err, faults.ErrNotFound) {
		t.Fatal(err)
	}
}
