package journal_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/campaign-operator/campaign-operator/internal/simulator/journal"
)

func end(j *journal.Journal, e *journal.Entry, status int, committed bool) {
	j.End(e, func(e *journal.Entry) { e.Status, e.Committed = status, committed })
}

func TestTheRingKeepsTheLastCallsAndTheCountersAll(t *testing.T) {
	j := journal.New(20, nil)
	for range 105 {
		end(j, j.Begin(journal.Entry{Operation: "paygift.create", Account: "1900000109"}, nil, true), 200, true)
	}
	kept := j.Entries(nil)
	if len(kept) > 20 || len(kept) < 18 {
		t.Fatalf("%d calls are kept, want the last 20 or nearly so", len(kept))
	}
	if last := kept[len(kept)-1].Seq; last != 105 {
		t.Fatalf("the last kept call is %d", last)
	}
	for i := 1; i < len(kept); i++ {
		if kept[i].Seq != kept[i-1].Seq+1 {
			t.Fatalf("calls %d and %d are neighbours", kept[i-1].Seq, kept[i].Seq)
		}
	}
	c := j.Count("paygift.create")
	if c.Requests != 105 || c.Committed != 105 || c.ByStatus[200] != 105 {
		t.Fatalf("counted %+v", c)
	}
}

func TestCallsAreCountedForEachMerchantToo(t *testing.T) {
	j := journal.New(10, nil)
	end(j, j.Begin(journal.Entry{Operation: "paygift.create", Account: "1900000109"}, nil, true), 200, true)
	end(j, j.Begin(journal.Entry{Operation: "paygift.create", Account: "1900000110"}, nil, true), 0, true)
	end(j, j.Begin(journal.Entry{Operation: "paygift.create"}, nil, true), 401, false)
	all := j.Counters()
	if c := all.Operations["paygift.create"]; c.Requests != 3 || c.Committed != 2 || c.Unanswered != 1 || c.ByStatus[401] != 1 {
		t.Fatalf("over all: %+v", c)
	}
	if c := all.Merchants["1900000110"]["paygift.create"]; c.Requests != 1 || c.Unanswered != 1 {
		t.Fatalf("for 1900000110: %+v", c)
	}
	if _, ok := all.Merchants[""]; ok {
		t.Fatal("calls without a merchant are listed as a merchant")
	}
}

func TestALongBodyIsCutButItsDigestIsWhole(t *testing.T) {
	j := journal.New(10, nil)
	body := strings.Repeat("x", journal.MaxBody+1)
	j.Begin(journal.Entry{}, []byte(body), true)
	j.Begin(journal.Entry{}, []byte(body), false)
	kept := j.Entries(nil)
	if len(kept[0].Body) != journal.MaxBody || kept[1].Body != "" || kept[0].BodySHA256 != kept[1].BodySHA256 {
		t.Fatalf("kept %d and %d bytes, digests %s and %s", len(kept[0].Body), len(kept[1].Body), kept[0].BodySHA256, kept[1].BodySHA256)
	}
}

func TestAResetKeepsCallsThatAreNotAnsweredYet(t *testing.T) {
	j := journal.New(10, nil)
	end(j, j.Begin(journal.Entry{Operation: "a"}, nil, true), 200, false)
	open := j.Begin(journal.Entry{Operation: "b"}, nil, true)
	j.Reset()
	if kept := j.Entries(nil); len(kept) != 1 || kept[0].Operation != "b" || !kept[0].InFlight {
		t.Fatalf("kept %+v", kept)
	}
	end(j, open, 200, false)
}

func TestManyCallsAtOnceAreAllCounted(t *testing.T) {
	var mu sync.Mutex
	finished := 0
	j := journal.New(10, func(journal.Entry) { mu.Lock(); finished++; mu.Unlock() })
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			e := j.Begin(journal.Entry{Operation: "a"}, nil, false)
			j.Update(e, func(e *journal.Entry) { e.Fault = "delay" })
			j.Entries(nil)
			end(j, e, 200, false)
		})
	}
	wg.Wait()
	if c := j.Count("a"); c.Requests != 50 || c.ByStatus[200] != 50 || finished != 50 {
		t.Fatalf("counted %+v, finished %d", c, finished)
	}
}
