package engine

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

const (
	// visibleWithin is how long a new id may stay invisible to reads before it counts as gone.
	visibleWithin = 10 * time.Minute
	// watchPause is the pause between reads while the vendor is still at work.
	watchPause = 10 * time.Second
)

// decideKnown: the vendor's id is recorded.
func decideKnown(f *Facts) Decision {
	switch {
	case f.Gone:
		return decideGone(f)
	case f.CallErr != nil:
		return f.callFailed(f.CallErr, f.Memory.NotBefore.Sub(f.Now))
	case f.ReadWait > 0:
		return f.readLater()
	case !f.Read:
		if d, done := decideFresh(f); done {
			return f.unlessPaused(d)
		}
	}
	if f.Owner != "" {
		return f.duplicate()
	}
	if d, done := decideBusy(f); done {
		return f.unlessPaused(d)
	}
	if d, done := decideJudgement(f); done {
		return f.unlessPaused(d)
	}
	if d, done := decideExamination(f); done {
		return f.unlessPaused(d)
	}
	if f.Manifest.Observe {
		return f.observed(status.Settled, v1alpha1.ReasonObserved, fmt.Sprintf(
			"%s is observed: %s. Nothing is sent while managementPolicy is Observe.", f.it(), f.word()))
	}
	if d, done := decideMove(f); done {
		return d
	}
	return decideConverged(f)
}

// decideConverged brings what the activity is and gives out to what the manifest says, and reports it.
func decideConverged(f *Facts) Decision {
	amendment, amends := decideAmendment(f)
	if amends && amendment.Verdict.Reason != v1alpha1.ReasonContested {
		return f.unlessPaused(amendment)
	}
	if d, done := decideMembers(f); done {
		return f.unlessPaused(d)
	}
	if d, done := decideCodes(f); done {
		return f.unlessPaused(d)
	}
	if amends {
		return amendment
	}
	return decideObserved(f)
}

// duplicate reports an activity that an older resource records.
func (f *Facts) duplicate() Decision {
	wayOut := "Delete this one, or give it another name and no outRequestNo"
	if f.adopts() {
		wayOut = fmt.Sprintf("Correct %s; or, to take it over, delete %s with deletionPolicy: Orphan", f.Traits.AdoptField, f.Owner)
	}
	return f.observed(status.Stalled, v1alpha1.ReasonDuplicateOwner, fmt.Sprintf(
		"%s belongs to %s, which recorded it first. It is left to that resource. %s.", f.it(), f.Owner, wayOut))
}

// decideJudgement makes sure that it is known, and recorded, whether the activity is ours.
func decideJudgement(f *Facts) (Decision, bool) {
	switch {
	case f.Manifest.Observe:
		return Decision{}, false
	case f.unjudged() && f.Manifest.Err != nil && !f.adopts():
		d := f.unsendable(status.StateOf(f.Remote.Snapshot.State)) // cannot be compared
		d.After = f.nextLook()
		return d, true
	case f.unjudged() || (f.Remote.Compared && f.judgement() != f.Record.Outcome):
		if !f.Remote.Snapshot.Detailed { // a list may carry too little to judge by
			return Decision{Action: Get}, true
		}
		return Decision{Action: Judge}, true
	case f.outdated() && f.Remote.Compared && len(f.Remote.Differences) == 0:
		return Decision{Action: Judge}, true // the same content in other bytes, or other members
	case f.Record.Outcome == v1alpha1.CreationDiffers:
		return f.observed(status.Stalled, v1alpha1.ReasonRequestNumberConflict, fmt.Sprintf(
			"%s exists %s with other content: %s. It is left alone. Correct the manifest to match it, take it over as it is with %s: %q, or end it in the vendor's console and raise requestRevision for a new one.",
			f.it(), f.under(), describe(f.Remote.Differences), f.Traits.AdoptField, f.Record.ID)), true
	}
	return Decision{}, false
}

// adopts reports whether the recorded activity is the one that the manifest names, so that it is
// ours whatever its content.
func (f *Facts) adopts() bool { return f.Manifest.AdoptID != "" && f.Manifest.AdoptID == f.Record.ID }

// decideFresh makes sure that what is known of the activity is new enough to judge by.
// While nothing asks for more, whatever the last sweep said will do, and a restart asks nothing.
func decideFresh(f *Facts) (Decision, bool) {
	unsettled := f.unjudged()
	switch {
	case f.toldToRead():
		return Decision{Action: Get}, true
	case f.atRest():
		return Decision{Action: Quietly, After: f.nextLook()}, true // the sweep under way wakes it
	case f.Remote == nil && !f.View.IsZero() && f.Record.State == v1alpha1.StateMissing && f.Forced.IsZero():
		return missing(f), true
	case f.Remote == nil && (unsettled || !f.View.IsZero()):
		return Decision{Action: Get}, true
	}
	since := latest(f.Forced, f.lastLook())
	if f.Remote == nil {
		since = latest(since, f.Now.Add(-viewAge))
	}
	if d, done := decideView(f, since); done {
		return d, true
	}
	if f.WantsDetail || f.wantsComparison() || f.countIn() == 0 {
		return Decision{Action: Get}, true
	}
	return Decision{}, false
}

// toldToRead reports whether the vendor has told of the activity, of which nothing but the hint is believed; or somebody asks for a
// look and the list does not show all.
func (f *Facts) toldToRead() bool {
	return (f.Told || f.Traits.Repeats && !f.Forced.IsZero()) && !f.over()
}

// unjudged reports whether it is not known yet whether the activity is ours.
func (f *Facts) unjudged() bool {
	return !f.Manifest.Observe && (f.Record.Outcome == v1alpha1.CreationUnknown || f.Record.Outcome == "")
}

// outdated reports whether a confirmed record speaks of other bytes than the manifest's. What was
// confirmed stays ours; content that differs is drift.
func (f *Facts) outdated() bool {
	return f.Record.Outcome == v1alpha1.CreationConfirmed && f.Record.Digest != f.Manifest.Digest && f.Manifest.Complete && f.Manifest.Err == nil
}

// wantsComparison reports whether the detail is to be compared with an edited manifest. What has
// ended, or is only observed, is not judged again.
func (f *Facts) wantsComparison() bool {
	return f.outdated() && !f.Manifest.Observe && !f.Remote.Snapshot.State.Final() && !f.Remote.Snapshot.Detailed && !f.Drift.Examined
}

// atRest reports whether a process that has not seen the vendor yet can leave the record as
// it is: it says what became of this manifest, only a change at the vendor can change that,
// and none is due.
func (f *Facts) atRest() bool {
	known := f.Record.Outcome != v1alpha1.CreationUnknown || f.Record.State == v1alpha1.StateMissing
	return f.View.IsZero() && f.ViewErr == nil && f.Forced.IsZero() && f.lastLook().IsZero() &&
		known && f.Record.Settled && f.Record.ObservedGeneration == f.Manifest.Generation
}

// unlessPaused holds a read back while the pause after a failed call lasts; after a failed create,
// whose id another process has recorded since, there is none.
func (f *Facts) unlessPaused(d Decision) Decision {
	if wait := f.pause(); wait > 0 && (d.Action == Get || d.Action == ReadMembers || d.Action == ReadCodes) && f.Memory.LastErr.Operation != providers.OperationCreate {
		return f.callFailed(f.Memory.LastErr, wait)
	}
	return d
}

// callFailed reports a failed call about the recorded activity. A new activity that cannot be activated yet is no failure.
func (f *Facts) callFailed(err *providers.Error, after time.Duration) Decision {
	if f.tooEarly(err) {
		return f.registering(after)
	}
	return f.failed(err, f.pendingState(), after)
}

// readLater waits for the quota of reads. What this reconcile has learned is recorded; the
// verdict stays as it is.
func (f *Facts) readLater() Decision {
	if f.Record.ObservedGeneration != f.Manifest.Generation {
		return Decision{Action: Quietly, After: f.ReadWait}
	}
	return Decision{Action: Stop, After: f.ReadWait, Unserved: true}
}

// judgement is what the comparison says of the recorded creation.
func (f *Facts) judgement() v1alpha1.CreationOutcome {
	if f.Record.Outcome == v1alpha1.CreationConfirmed || f.adopts() {
		return v1alpha1.CreationConfirmed
	}
	if len(fixed(f.Remote.Differences)) > 0 || f.Manifest.Err != nil {
		return v1alpha1.CreationDiffers
	}
	return v1alpha1.CreationConfirmed
}

func decideGone(f *Facts) Decision {
	if f.Record.Outcome == "" && f.adopts() {
		return Decision{Action: Drop} // it was taken at its word, and is not there
	}
	if f.Record.Outcome == v1alpha1.CreationUnknown && f.Traits.Confirms > 0 {
		return f.vanished()
	}
	if f.Record.Outcome == v1alpha1.CreationUnknown && f.Record.State != v1alpha1.StateMissing && f.Now.Sub(f.Memory.GoneSince) < visibleWithin {
		return Decision{Action: Stop, State: v1alpha1.StateCreating, After: watchPause, Verdict: status.Verdict{
			Progress: status.Working, Reason: v1alpha1.ReasonCreating,
			Message: fmt.Sprintf("the vendor answered with %s but does not show it yet; it is looked up again.", f.it())}}
	}
	return missing(f)
}

func missing(f *Facts) Decision {
	return stop(status.Stalled, v1alpha1.ReasonMissing, v1alpha1.StateMissing, fmt.Sprintf(
		"the vendor no longer knows %s (request number %s). It is not created again by itself. Check that the account is still the one that created it, and ask the vendor; for another %s %s.",
		f.it(), f.Record.Number, f.Traits.Noun, f.another()))
}

// another says how a manifest asks for another activity than the recorded one.
func (f *Facts) another() string {
	if f.Manifest.AdoptID != "" {
		return "raise requestRevision and, in the same commit, remove spec.adopt or name another activity in it"
	}
	return "raise requestRevision"
}

// observed reports what the vendor says, and looks again after the next begin or end.
func (f *Facts) observed(progress status.Progress, reason, message string) Decision {
	d := stop(progress, reason, status.StateOf(f.Remote.Snapshot.State), message)
	d.After = f.nextLook()
	if count := f.countIn(); count < math.MaxInt64 && (d.After == 0 || count < d.After) {
		d.After = max(count, time.Second)
	}
	return d
}

// word is the activity's state for a message. It is ours, so that it stays when the vendor's list
// no longer shows what has ended; the vendor's own where we have none.
func (f *Facts) word() string {
	if f.Remote.Snapshot.State == providers.StateUnknown {
		return f.Remote.Snapshot.VendorState
	}
	return string(f.Remote.Snapshot.State)
}

// siblings names the activities of former revisions that go on.
func (f *Facts) siblings() string {
	if len(f.PreviousLive) == 0 {
		return ""
	}
	return fmt.Sprintf(" Of former revisions there goes on: %s %s; end it in the vendor's console.", f.Traits.Noun, strings.Join(f.PreviousLive, ", "))
}

// it names the recorded activity for a message.
func (f *Facts) it() string { return f.Traits.Noun + " " + f.Record.ID }

// under says what the recorded activity was found by.
func (f *Facts) under() string {
	if f.Traits.Anonymous {
		return "by this resource's request"
	}
	return "under request number " + f.Record.Number
}

// end is when the activity ends, as the vendor says or else the manifest.
func (f *Facts) end() time.Time {
	if f.Remote != nil && !f.Remote.Snapshot.End.IsZero() {
		return f.Remote.Snapshot.End
	}
	return f.Manifest.End
}
