// Package sweep keeps, for each account and kind, what the vendor's list last said: one
// list page refreshes up to a hundred activities, so nobody polls them one by one.
package sweep

import (
	"iter"
	"slices"
	"strings"
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

// All yields every activity in the view once, in no particular order.
func (v *View) All() iter.Seq[providers.Snapshot] {
	return func(yield func(providers.Snapshot) bool) {
		for _, e := range v.byID {
			if !yield(e.snapshot) {
				return
			}
		}
	}
}

// Named returns the activities with a name and a time, in the order of their ids. Times are the same within a second: a vendor may
// drop what is below it.
func (v *View) Named(name string, begin, end time.Time) []providers.Snapshot {
	var found []providers.Snapshot
	for _, e := range v.byID {
		if s := e.snapshot; s.Name == name && s.Begin.Unix() == begin.Unix() && s.End.Unix() == end.Unix() {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b providers.Snapshot) int { return strings.Compare(a.ID, b.ID) })
	return found
}

// Len is the number of activities in the view.
func (v *View) Len() int { return len(v.byID) }

// NewView returns the view that a sweep would make of these activities: for those who read views
// and are tried without a vendor.
func NewView(started time.Time, activities ...providers.Snapshot) *View {
	entries := make(map[string]entry, len(activities))
	for _, snapshot := range activities {
		entries[snapshot.ID] = entry{snapshot, started}
	}
	return newView(started, entries)
}

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
