package engine

import (
	"math"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// Looks at the vendor around an activity's begin and end. The first is a little after the
// moment, since clocks differ; while the vendor has not moved on, the pauses double, and
// after lastFollowUp only the regular sweeps go on looking.
const (
	firstLook    = 5 * time.Second
	lastFollowUp = 20 * time.Minute
)

// boundary is the moment whose effect the recorded state does not show yet, or zero.
func (f *Facts) boundary() (time.Time, bool) {
	state := f.Record.State
	if f.Remote != nil {
		state = status.StateOf(f.Remote.Snapshot.State)
	}
	switch state {
	case v1alpha1.StateScheduled:
		return f.Manifest.Begin, true
	case v1alpha1.StateRunning, v1alpha1.StatePaused:
		return f.Manifest.End, true
	default:
		return time.Time{}, false
	}
}

// lastLook is the latest moment that has passed at which the vendor should have been looked
// at; zero when there was none. It depends on the manifest and the clock only, so that a
// restart changes nothing.
func (f *Facts) lastLook() time.Time {
	last, _ := f.looks()
	return last
}

// nextLook is how long until the vendor is to be looked at again; 0 when the sweeps suffice.
func (f *Facts) nextLook() time.Duration {
	_, next := f.looks()
	if next.IsZero() {
		return 0
	}
	return next.Sub(f.Now)
}

func (f *Facts) looks() (last, next time.Time) {
	moment, ok := f.boundary()
	if !ok || moment.IsZero() {
		return time.Time{}, time.Time{}
	}
	for pause := firstLook; pause <= lastFollowUp; pause *= 2 {
		look := moment.Add(pause + f.Jitter%firstLook)
		if look.After(f.Now) {
			return last, look
		}
		last = look
	}
	return last, time.Time{}
}

// countAgain is how often a running activity is read one by one where only that says how many were given out.
const countAgain = time.Hour

// countIn is how long until that; longer than anybody waits where it is not to be read for it.
func (f *Facts) countIn() time.Duration {
	if f.Remote == nil || f.Traits.Confirms == 0 || f.Remote.Snapshot.State != providers.StateRunning || !f.CountsByDetail && !f.Remote.Snapshot.Detailed {
		return math.MaxInt64
	}
	last := latest(f.Memory.DetailRead, f.Memory.FirstSeen) // a restart is no reason to read
	return max(last.Add(countAgain+f.Jitter%countAgain).Sub(f.Now), 0)
}

// fastPauses are the pauses before a call that failed for a passing reason is repeated, as
// the vendor advises.
var fastPauses = []time.Duration{time.Second, 3 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute}

// throttlePause is the pause after a 429 that asks for none; the quota closes for as long.
const throttlePause = 30 * time.Second

// backoff is the pause after the given number of failures in a row.
func backoff(failures int) time.Duration {
	return fastPauses[min(max(failures-1, 0), len(fastPauses)-1)]
}

// slowDelay is the pause before a refused call is repeated because something at the vendor
// may have changed.
func slowDelay(attempts int64) time.Duration {
	const first, last = 10 * time.Minute, 2 * time.Hour
	delay := first
	for ; attempts > 1 && delay < last; attempts-- {
		delay *= 2
	}
	return min(delay, last)
}

// pauseAfter is how long a failed call waits before it may be repeated.
func pauseAfter(err *providers.Error, failures int) time.Duration {
	if err.RetryAfter > 0 {
		return err.RetryAfter
	}
	switch err.Delay {
	case providers.DelayFast:
		if err.Kind == providers.KindThrottled {
			return max(throttlePause, backoff(failures))
		}
		return backoff(failures)
	case providers.DelayAccount:
		return time.Minute // the account wakes the campaign earlier when it works again
	default:
		return slowDelay(int64(failures))
	}
}
