package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

// pageSize is how many activities a page of WeChat Pay's list holds.
const pageSize = 100

// It does not run in parallel with others: it takes the whole machine, which would make them late.
func TestThreeThousandSettledCampaignsAreSilentAndWhatIsNewGoesFirst(t *testing.T) {
	w := newFleetWorld(t, 3000)
	w.startFleet() // the account counts its campaigns, once
	w.waitUntilLookedAt()
	w.waitForSweeps(w.counter("paygift.list") + 2*w.pages())
	w.manager.stop()

	t.Run("a restart makes no write and asks for nothing but the list", func(t *testing.T) {
		writes, calls := w.operatorWrites(), w.counters()
		w.startFleet()
		w.waitUntilLookedAt()
		w.waitForSweeps(calls["paygift.list"] + 2*w.pages())
		w.manager.stop()
		if now := w.operatorWrites(); len(now) > len(writes) {
			t.Errorf("it made writes: %q", now[len(writes):])
		}
		for operation, n := range w.counters() {
			switch n -= calls[operation]; {
			case accountCalls[operation] == once && n > 1:
				t.Errorf("%d calls of %s for one account", n, operation)
			case accountCalls[operation] == never && n > 0:
				t.Errorf("%d calls of %s", n, operation)
			}
		}
	})
	t.Run("a sweep costs one call a page", func(t *testing.T) {
		if pages := w.pagesSince("favor.list", w.began); slices.ContainsFunc(pages, func(page int) bool { return page != 0 }) {
			t.Errorf("of the list without a stock the pages %v were read", pages)
		}
		if pages := w.pagesSince("paygift.list", w.began); len(pages) < 2*w.pages() {
			t.Errorf("%d pages were read", len(pages))
		} else {
			for i, page := range pages {
				if want := i % w.pages(); page != want {
					t.Fatalf("call %d asked for page %d, want %d: each page once, from the first to the last", i+1, page, want)
				}
			}
		}
	})
	t.Run("what was applied while no manager ran goes first", func(t *testing.T) {
		w.mustApply(w.manifest(campaign{Name: "meanwhile", Title: "meanwhile"}))
		w.startFleet()
		w.waitFor("meanwhile", "Ready", "True Scheduled")
		w.manager.stop()
		w.servedFirst(t, "meanwhile")
	})
	t.Run("what is applied right after a restart is not kept waiting", func(t *testing.T) {
		w.startFleet()
		eventually(t, "the manager works", func() error {
			if w.working().IsZero() {
				return fmt.Errorf("not yet")
			}
			return nil
		})
		applied := time.Now()
		w.mustApply(w.manifest(campaign{Name: "afterwards", Title: "afterwards"}))
		w.waitFor("afterwards", "Ready", "True Scheduled")
		w.manager.stop()
		if waited := w.lastCreate().Sub(applied); waited > 5*time.Second {
			t.Errorf("its create arrived %s after it was applied", waited)
		}
	})
}

// servedFirst checks that a campaign which was there before the manager was served before the settled ones.
func (w *fleetWorld) servedFirst(t *testing.T, name string) {
	t.Helper()
	looks, first, created := 0, -1, -1
	for _, line := range w.logged() {
		switch {
		case line.Msg == "decided" && line.Name != name:
			looks++
		case line.Msg == "decided" && first < 0:
			first = looks
		case line.Msg == "created" && line.Name == name:
			created = looks
		}
	}
	if first < 0 || first > w.size/10 { // 32 workers are at it, and begin with whatever is there
		t.Errorf("%d settled campaigns were looked at before it was", first)
	}
	// Each settled campaign is looked at twice: at the start, and when the first sweep shows what
	// to compare it with. The sweep is what a create waits for.
	if created < 0 || created > 2*w.size*9/10 {
		t.Errorf("it was created after %d looks at settled campaigns; want it before the first sweep's %d", created, w.size)
	}
	if waited := w.lastCreate().Sub(w.working()); waited > 5*time.Second {
		t.Errorf("its create arrived %s after the manager had begun to work", waited)
	}
}

// logLine is a line of the manager's log.
type logLine struct {
	Time       time.Time `json:"ts"`
	Msg        string    `json:"msg"`
	Controller string    `json:"controller"`
	Name       string    `json:"name"`
}

// logged is what the manager has logged so far.
func (w *fleetWorld) logged() []logLine {
	var lines []logLine
	for text := range strings.Lines(w.manager.printed()) {
		var line logLine
		if json.Unmarshal([]byte(text), &line) == nil { // not the last one, which is being written
			lines = append(lines, line)
		}
	}
	return lines
}

// working is when the manager began to reconcile campaigns; zero while it does not.
func (w *fleetWorld) working() time.Time {
	for _, line := range w.logged() {
		if line.Msg == "Starting workers" && line.Controller == "paygiftactivity" {
			return line.Time
		}
	}
	return time.Time{}
}

// waitUntilLookedAt waits until the manager has looked at every campaign since its start.
func (w *fleetWorld) waitUntilLookedAt() {
	w.t.Helper()
	eventually(w.t, "every campaign was looked at", func() error {
		names := map[string]bool{}
		for _, line := range w.logged() {
			if line.Msg == "decided" {
				names[line.Name] = true
			}
		}
		if len(names) < w.size {
			return fmt.Errorf("%d of %d were", len(names), w.size)
		}
		return nil
	})
}

// operatorWrites are the operator's writes to the API server so far, those of its lease apart.
func (w *fleetWorld) operatorWrites() []string {
	w.t.Helper()
	var writes []string
	for _, e := range w.requests() {
		if e.IsWrite() && e.ObjectRef.Resource != "leases" && !aboutLease(e) {
			writes = append(writes, fmt.Sprintf("%s %s/%s %s", e.Verb, e.ObjectRef.Resource, e.ObjectRef.Subresource, e.ObjectRef.Name))
		}
	}
	return writes
}

// aboutLease reports whether a request is the event that tells who leads now.
func aboutLease(e controlplane.AuditEvent) bool {
	return e.ObjectRef.Resource == "events" && e.ObjectRef.Namespace == operatorNamespace
}

// pages is how many pages the vendor's list has.
func (w *fleetWorld) pages() int { return (w.size + pageSize - 1) / pageSize }

// pagesSince are the pages of a list that were asked for from a moment on.
func (w *fleetWorld) pagesSince(list string, since time.Time) []int {
	w.t.Helper()
	var answer struct {
		Data []struct {
			Time time.Time `json:"time"`
			Path string    `json:"path"`
		} `json:"data"`
	}
	w.sim.call("GET", "/_sim/requests?operation="+list, nil, &answer)
	var pages []int
	for _, call := range answer.Data {
		path, err := url.Parse(call.Path)
		if err != nil {
			w.t.Fatal(err)
		}
		page, err := strconv.Atoi(path.Query().Get("offset")) // WeChat Pay's offset counts pages
		if err != nil {
			w.t.Fatalf("%s: %v", call.Path, err)
		}
		if call.Time.After(since) {
			pages = append(pages, page)
		}
	}
	return pages
}

// lastCreate is when the last create call arrived.
func (w *world) lastCreate() time.Time {
	w.t.Helper()
	creates := w.creates()
	return creates[len(creates)-1].Time
}
