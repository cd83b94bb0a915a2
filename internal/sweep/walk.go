package sweep

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

// maxWalks bounds how often a sweep reads a list that changes while it is read.
const maxWalks = 5

var errRestless = errors.New("the vendor's list changed each time while it was read")

// walk is one reading of a vendor's list, page by page.
type walk struct {
	entries map[string]entry
	// first and total are the vendor's counts as of the first page and the last; fell is true when the count was more on a page before.
	first, total int
	fell         bool
}

// list reads the vendor's whole list. Half a list must not pass for a whole one: what it lacks would count as absent. When an activity
// leaves the list between two pages, those behind it move up, and one can be on neither. Then the list is read again.
func (t *target) list(ctx context.Context, activities providers.Activities, started time.Time) (map[string]entry, error) {
	var former *walk
	for range maxWalks {
		w, err := t.walk(ctx, activities, started)
		if err != nil {
			return nil, err
		}
		if w.whole() && !t.lacks(w) || former != nil && w.equals(former) { // a count that is just wrong is so every time
			return w.entries, nil
		}
		former = w
	}
	return nil, unreadable(errRestless)
}

// whole reports whether nothing suggests that the walk has missed an activity which was there when it began.
func (w *walk) whole() bool { return !w.fell && len(w.entries) >= w.first }

// lacks reports whether a walk has not found an activity that was live in the list before: it has left the list, or was skipped.
func (t *target) lacks(w *walk) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.view == nil {
		return false
	}
	for id, e := range t.view.byID {
		if _, found := w.entries[id]; !found && e.seen.Equal(t.view.Started) && !e.snapshot.State.Final() {
			return true
		}
	}
	return false
}

// equals reports whether two walks have found the same activities.
func (w *walk) equals(other *walk) bool {
	return maps.EqualFunc(w.entries, other.entries, func(entry, entry) bool { return true })
}

// count takes over the vendor's count as a page has it.
func (w *walk) count(number, total int) {
	if number == 0 {
		w.first = total
	}
	w.fell = w.fell || total < w.total
	w.total = total
}

func (t *target) walk(ctx context.Context, activities providers.Activities, started time.Time) (*walk, error) {
	w := &walk{entries: map[string]entry{}}
	key := quota.Key{Gateway: t.Key.Gateway, Account: t.Key.Account, Endpoint: quota.Endpoint{Kind: t.Key.Kind, Operation: providers.OperationList}}
	for number := range maxPages {
		if err := t.pace(ctx, key); err != nil {
			return nil, err
		}
		page, err := activities.List(ctx, number)
		if err != nil {
			if failure := providers.AsError(providers.OperationList, err); failure.Kind == providers.KindThrottled {
				t.sweeper.pacer.Refused(key, failure.RetryAfter)
			}
			return nil, err
		}
		for _, item := range page.Items {
			w.entries[item.ID] = entry{item, started}
		}
		w.count(number, page.Total)
		if page.Last {
			return w, nil
		}
	}
	return nil, unreadable(fmt.Errorf("the vendor's list has not ended after %d pages", maxPages))
}

// unreadable is the failure of a list that was answered and cannot be used.
func unreadable(err error) error {
	return &providers.Error{Operation: providers.OperationList, Kind: providers.KindUnknown, Delay: providers.DelaySlow, Err: err}
}
