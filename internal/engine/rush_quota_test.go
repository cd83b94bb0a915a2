package engine

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// crowded applies n campaigns at once, in a random order of their begins.
func (r *rush) crowded(n int, seed uint64, begins func(i int) time.Duration) {
	for _, i := range rand.New(rand.NewPCG(seed, seed)).Perm(n) {
		r.apply(ours, fmt.Sprintf("gift-%03d", i), begins(i))
	}
}

func tomorrow(int) time.Duration { return 24 * time.Hour }

// took is how long the creates that a vendor took were apart, from the first to the last. It fails
// the test unless there were n, each once, and none was refused.
func (v *strictVendor) took(t *testing.T, n int) time.Duration {
	t.Helper()
	names := map[string]bool{}
	for _, a := range v.arrivals {
		names[a.name] = true
	}
	if len(v.arrivals) != n || len(names) != n || v.refused != 0 {
		t.Fatalf("%d creates for %d campaigns, %d refused for their rate; want %d, each once, and none refused", len(v.arrivals), len(names), v.refused, n)
	}
	return v.arrivals[n-1].at.Sub(v.arrivals[0].at)
}

// sent is when a campaign's create arrived; it fails the test when none did.
func (v *strictVendor) sent(t *testing.T, name string) time.Time {
	t.Helper()
	for _, a := range v.arrivals {
		if a.name == name {
			return a.at
		}
	}
	t.Fatalf("%s was never created", name)
	return time.Time{}
}

// floor is the least that n creates can take from the first to the last when they are spread
// evenly: an interval between each two. (200 at 60 a minute: 199 s.)
func floor(n int) time.Duration {
	return time.Duration(n-1) * creates.Per / time.Duration(creates.Calls)
}

func TestTwoHundredCreatesTakeHardlyLongerThanTheQuotaAsks(t *testing.T) {
	const campaigns = 200
	inRush(t, func(t *testing.T, r *rush) {
		applied := time.Now()
		r.crowded(campaigns, 1, tomorrow)
		r.pass(100 * time.Second)
		other := time.Now()
		r.apply(theirs, "single", 24*time.Hour)
		r.pass(5 * time.Minute)

		if took, most := r.vendors[ours].took(t, campaigns), floor(campaigns)*102/100; took > most {
			t.Errorf("%d creates took %s, want %s at most: 2 %% more than %s", campaigns, took, most, floor(campaigns))
		}
		if took := r.vendors[ours].arrivals[campaigns-1].at.Sub(applied); took > floor(campaigns)*102/100 {
			t.Errorf("from their manifests to the last create it took %s", took)
		}
		r.vendors[theirs].took(t, 1)
		if waited := r.vendors[theirs].sent(t, "single").Sub(other); waited > time.Second {
			t.Errorf("the other merchant's only campaign waited %s", waited)
		}
		for _, name := range r.names() {
			if reason := ready(r.campaign(name)).Reason; reason != v1alpha1.ReasonScheduled {
				t.Errorf("%s is %s", name, reason)
			}
		}
		if writes := r.writes.Load(); writes > 3*(campaigns+1) {
			t.Errorf("%d status writes: more than that it waits, the intent and the record for each", writes)
		}
		if reconciles := r.reconciles.Load(); reconciles > 8*(campaigns+1) {
			t.Errorf("%d reconciles for %d campaigns", reconciles, campaigns)
		}
	})
}

func TestANewProcessAddsNoBurstOfItsOwn(t *testing.T) {
	const campaigns = 150
	inRush(t, func(t *testing.T, r *rush) {
		r.crowded(campaigns, 2, tomorrow)
		const gaps, gap = 3, 2 * time.Second // no lease changes hands faster
		for range gaps {
			r.pass(30 * time.Second)
			r.stop()
			r.pass(gap)
			r.start()
		}
		r.pass(10 * time.Minute)
		if took, most := r.vendors[ours].took(t, campaigns), floor(campaigns)*102/100+gaps*(gap+time.Second); took > most {
			t.Errorf("%d creates took %s, want %s at most", campaigns, took, most)
		}
	})
}

func TestCreatesGoInTheOrderOfTheirBegins(t *testing.T) {
	const campaigns = 120
	inRush(t, func(t *testing.T, r *rush) {
		r.crowded(campaigns, 3, func(i int) time.Duration { return time.Hour + time.Duration(i)*time.Minute })
		r.pass(20 * time.Second)
		all, late := r.vendors[ours].lastLook(), time.Now()
		r.apply(ours, "sooner", 30*time.Minute)
		r.pass(5 * time.Minute)

		vendor := r.vendors[ours]
		vendor.took(t, campaigns+1)
		if waited := vendor.sent(t, "sooner").Sub(late); waited > 3*time.Second {
			t.Errorf("the campaign that begins first waited %s", waited)
		}
		queued, early := 0, 0
		for i, a := range vendor.arrivals {
			if a.at.Before(all.Add(time.Second)) || a.name == "sooner" {
				continue // not all were in the queue yet
			}
			queued++
			if slices.ContainsFunc(vendor.arrivals[i+1:], func(later arrival) bool { return later.name < a.name }) {
				early++
			}
		}
		if queued < campaigns/2 || early > 1+queued/8 {
			t.Errorf("of %d creates %d went before one that begins earlier; one in eight may, so that nobody waits for ever", queued, early)
		}
	})
}

// estimate is how much too late a message says that a create would be sent.
var estimate = regexp.MustCompile(`would be sent about (\d+) min after the begin time`)

func TestACampaignThatCannotMakeItsBeginSaysSoAheadOfIt(t *testing.T) {
	const campaigns, begins = 150, 90 * time.Second
	inRush(t, func(t *testing.T, r *rush) {
		r.crowded(campaigns, 4, func(int) time.Duration { return begins })
		r.pass(begins / 3)
		said, latest := map[string]bool{}, time.Duration(0)
		for _, name := range r.names() {
			is := ready(r.campaign(name))
			if said[name] = is.Reason == v1alpha1.ReasonWillMissBegin; !said[name] {
				continue
			}
			found := estimate.FindStringSubmatch(is.Message)
			if found == nil {
				t.Fatalf("no estimate in %q", is.Message)
			}
			late, err := time.ParseDuration(found[1] + "m")
			if err != nil {
				t.Fatal(err)
			}
			latest = max(latest, late)
		}
		if want := floor(campaigns) - begins; latest < want-30*time.Second || latest > want+10*time.Minute { // in steps of ten minutes
			t.Errorf("the last one is said to be %s late, it would be %s", latest, want)
		}
		r.pass(2*floor(campaigns) + time.Minute)

		made := len(r.vendors[ours].arrivals)
		r.vendors[ours].took(t, made)
		if least := int(begins/time.Second) - 2; made < least {
			t.Errorf("%d creates before the begin, want at least %d", made, least)
		}
		for _, name := range r.names() {
			created := r.campaign(name).Status.ActivityID != ""
			if created == said[name] {
				t.Errorf("%s: created %t, and said %t that it would miss its begin", name, created, said[name])
			}
			if reason := ready(r.campaign(name)).Reason; !created && reason != v1alpha1.ReasonBeginPassed {
				t.Errorf("%s was not created and is %s", name, reason)
			}
		}
	})
}
