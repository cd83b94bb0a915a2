// Package sweep keeps, for each account and kind, what the vendor's list last said: one
// list page refreshes up to a hundred activities, so nobody polls them one by one.
package sweep

import (
	"slices"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

// View is what is known of an account's activities of one kind. It does not change.
type View struct {
	// Started is when the sweep's first page was asked for. What the vendor committed
	// before it, and shows in its list at once, is in the view.
	Started  time.Time
	byID     map[string]entry
	byNumber map[string][]string
}

// entry is one activity and when it was learned.
type entry struct {
	snapshot providers.Snapshot
	seen     time.Time
}

// ByID returns the activity with the vendor's id.
func (v *View) ByID(id string) (providers.Snapshot, bool) {
	e, ok := v.byID[id]
	return e.snapshot, ok
}

// ByNumber returns the activities created under a request number: one at most, if the
// vendor keeps its promise.
func (v *View) ByNumber(number string) []providers.Snapshot {
	var found []providers.Snapshot
	for _, id := range v.byNumber[number] {
		found = append(found, v.byID[id].snapshot)
	}
	return found
}

// Len is the number of activities in the view.
func (v *View) Len() int { return len(v.byID) }

func newView(started time.Time, entries map[string]entry) *View {
	v := &View{Started: started, byID: entries, byNumber: map[string][]string{}}
	for id, e := range entries {
		if number := e.snapshot.RequestNo; number != "" {
			v.byNumber[number] = append(v.byNumber[number], id)
		}
	}
	for _, ids := range v.byNumber {
		slices.Sort(ids) // whoever takes the first one takes the same one every time
	}
	return v
}

// with returns the view with one activity learned outside a sweep.
func (v *View) with(snapshot providers.Snapshot, seen time.Time) *View {
	entries := make(map[string]entry, len(v.byID)+1)
	for id, e := range v.byID {
		entries[id] = e
	}
	entries[snapshot.ID] = entry{snapshot, seen}
	return newView(v.Started, entries)
}
