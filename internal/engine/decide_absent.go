package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// viewAge is how old a view may be when a create is decided.
const viewAge = time.Minute

// longLookup is how long a look-up may take before it is said that it is under way.
const longLookup = 30 * time.Second

// decideAbsent: no intent and no id are recorded, and the manifest is to be created. A draft
// goes the same way up to the call, so that it says what the live state would meet.
func decideAbsent(f *Facts) Decision {
	if f.CallErr != nil {
		return decideRefused(f) // recorded before anything else, since the intent is cleared
	}
	if d, done := decideManifest(f); done {
		return d
	}
	if f.drafted() {
		return Decision{Action: Quietly, After: f.untilNews()}
	}
	if d, done := decideView(f, latest(f.freshEnough(), f.Forced, f.Memory.LastSend)); done {
		return d
	}
	if d, done := decideFound(f); done {
		return d
	}
	for _, obstacle := range []func(*Facts) (Decision, bool){decideObjection, decideWindow, decidePrevious, decideTwins, decidePreflight, decideCodesAhead} {
		if d, found := obstacle(f); found {
			return d
		}
	}
	if f.Goal == GoalNothing {
		return decidePlan(f)
	}
	for _, obstacle := range []func(*Facts) (Decision, bool){decideRejected, decideHold, decideCeiling, decidePause} {
		if d, found := obstacle(f); found {
			return d
		}
	}
	return Decision{Action: Intend, State: v1alpha1.StateCreating, Verdict: status.Verdict{
		Progress: status.Working, Reason: v1alpha1.ReasonCreating, Message: "the create request is being sent."}}
}

// decideFound: the view is new enough to say whether anything exists under our number.
func decideFound(f *Facts) (Decision, bool) {
	switch {
	case len(f.Candidates) > 0 && !f.replays():
		return f.ambiguous(), true
	case f.Found != nil && f.Goal == GoalNothing:
		return stop(status.Settled, v1alpha1.ReasonDraft, v1alpha1.StateDraft, fmt.Sprintf(
			"Draft: this resource has sent nothing, but %s %s exists %s and would be taken over as it is.", f.Traits.Noun, f.Found.Snapshot.ID, f.where(f.Manifest.Number))), true
	case f.Found != nil:
		return Decision{Action: Adopt}, true
	case f.stops() && len(f.PreviousLive) > 0 && !f.Manifest.KeepPrevious:
		return stop(status.Stalled, v1alpha1.ReasonPreviousStillLive, f.pendingState(), fmt.Sprintf(
			"%s %s of a former requestRevision is live, and nothing exists for revision %d. To stop it write its requestRevision again, or end it in the vendor's console; to leave it as it is write replacePrevious: Keep.",
			f.Traits.Noun, strings.Join(f.PreviousLive, ", "), f.Manifest.Revision)), true
	case f.stops():
		return stop(status.Settled, v1alpha1.ReasonNothingToTerminate, v1alpha1.StateTerminated,
			fmt.Sprintf("no %s exists %s, and none will be created while spec.state is %s.", f.Traits.Noun, f.where(f.Manifest.Number), f.Traits.StopState)), true
	}
	return Decision{}, false
}

// stops reports whether the manifest, or its deletion, asks for nothing to be there, so that nothing is created.
func (f *Facts) stops() bool { return f.Goal == GoalEnded || f.Deleting }

// where says under what an activity is looked for.
func (f *Facts) where(number string) string {
	if f.Traits.Anonymous {
		return "with the manifest's name, time and amounts"
	}
	return "under request number " + number
}

// decideObjection refuses what the account does not create: beyond its profile, or more money than a campaign may cost.
func decideObjection(f *Facts) (Decision, bool) {
	if f.Manifest.Objection != "" {
		return stop(status.Stalled, v1alpha1.ReasonInvalidSpec, f.pendingState(), f.Manifest.Objection), true
	}
	return decideCampaignLimit(f)
}

// decideManifest refuses what cannot be sent whatever the vendor says.
func decideManifest(f *Facts) (Decision, bool) {
	if f.Manifest.Err == nil {
		return Decision{}, false
	}
	return f.unsendable(f.pendingState()), true
}

// unsendable reports a manifest that cannot be made into a request, or not yet.
func (f *Facts) unsendable(state v1alpha1.CampaignState) Decision {
	if f.Manifest.Waiting != "" {
		return stop(status.Working, v1alpha1.ReasonReferenceNotReady, state, f.Manifest.Waiting)
	}
	return stop(status.Stalled, v1alpha1.ReasonInvalidSpec, state, f.Manifest.Err.Error())
}

// freshEnough is when a view has to have started to decide a creation by it: at most a minute ago, or
// since it was first wanted, since a long list takes longer than that.
func (f *Facts) freshEnough() time.Time {
	age := f.Now.Add(-viewAge)
	if wanted := f.Memory.ViewWanted; !wanted.IsZero() && wanted.Before(age) {
		return wanted
	}
	return age
}

// decideView makes sure that the view at hand started at since or later. What takes long is said.
func decideView(f *Facts, since time.Time) (Decision, bool) {
	switch {
	case f.ViewErr != nil:
		return f.failed(f.ViewErr, f.pendingState(), backoff(f.Memory.ViewFailures)), true
	case !f.View.Before(since) && !f.View.IsZero():
		return Decision{}, false
	}
	lookup := Decision{Action: Lookup, Since: since}
	if wanted := f.Memory.ViewWanted; f.Record.ID == "" && !wanted.IsZero() && f.Now.Sub(wanted) >= longLookup {
		lookup.State, lookup.Unserved = f.pendingState(), true
		lookup.Verdict = status.Verdict{Progress: status.Working, Reason: v1alpha1.ReasonListing,
			Message: "the account's activities are being listed, to see whether this one exists already. That takes long: there are many, or the gateway is slow."}
	}
	return lookup, true
}

// decideWindow refuses what would begin in the past, and waits for what begins too far ahead.
func decideWindow(f *Facts) (Decision, bool) {
	opens := f.Manifest.Begin.Add(-f.Manifest.LatestBegin).Sub(f.Now)
	replay := f.Manifest.RefusedFrom.Add(replayMargin).Sub(f.Now)
	switch {
	case f.replays():
		return Decision{}, false
	case f.mayReplay() && !f.Now.Before(f.Manifest.RefusedFrom):
		return Decision{Action: Quietly, After: replay}, true
	case !f.Now.Before(f.Manifest.Begin):
		d := f.beginPassed()
		if f.mayReplay() {
			d.After = replay
		}
		return d, true
	case opens > 0 && f.Manifest.LatestBegin > 0 && f.Goal != GoalNothing:
		return Decision{Action: Stop, State: v1alpha1.StatePending, After: opens, Verdict: status.Verdict{
			Progress: status.Working, Reason: v1alpha1.ReasonTooEarly,
			Message: fmt.Sprintf("the vendor takes activities that begin within %d days; this one is sent on %s.",
				int(f.Manifest.LatestBegin.Hours()/24), f.Manifest.Begin.Add(-f.Manifest.LatestBegin).Format(time.RFC3339))}}, true
	}
	return Decision{}, false
}

// replayMargin is how long after RefusedFrom a create call is certain to be refused by a gateway that does not
// know its number, whatever the two clocks say.
const replayMargin = 5 * time.Minute

// mayReplay reports whether the create call may be sent once when it can make nothing any more: where the vendor
// never shows our number, only a repetition tells what it stands for. It can only return the first id or be refused.
func (f *Facts) mayReplay() bool {
	r := f.Record.Rejection
	refused := r != nil && r.Digest == f.Manifest.Digest && r.Account == f.Account.Identity
	return !f.Manifest.RefusedFrom.IsZero() && f.Goal.creates() && !f.Deleting && f.Manifest.Complete && f.Found == nil && !refused && !f.Memory.Released && f.Memory.Sends == 0
}

// replays reports whether it is to be sent now.
func (f *Facts) replays() bool {
	return f.mayReplay() && !f.Now.Before(f.Manifest.RefusedFrom.Add(replayMargin))
}

func (f *Facts) beginPassed() Decision {
	return stop(status.Stalled, v1alpha1.ReasonBeginPassed, f.pendingState(), fmt.Sprintf(
		"the begin time has passed and no %s exists %s, so nothing is created. Set %s to a time in the future.", f.Traits.Noun, f.where(f.Manifest.Number), f.Traits.BeginField))
}

// decidePrevious holds a new revision while an activity of a former one is live.
func decidePrevious(f *Facts) (Decision, bool) {
	switch {
	case len(f.PreviousLive) == 0 || f.Manifest.KeepPrevious:
		return Decision{}, false
	case f.ReadWait > 0:
		return Decision{Action: Quietly, After: f.ReadWait}, true
	case f.PreviousUnseen && f.CallErr == nil:
		return Decision{Action: GetPrevious}, true
	}
	return stop(status.Stalled, v1alpha1.ReasonPreviousStillLive, f.pendingState(), fmt.Sprintf(
		"%s %s of a former requestRevision has not ended, so revision %d waits. It goes on when that one has ended; end it in the vendor's console where that can be done, or write replacePrevious: Keep to have both.",
		f.Traits.Noun, strings.Join(f.PreviousLive, ", "), f.Manifest.Revision)), true
}

// decideRejected honours an earlier definite refusal of the same bytes.
func decideRejected(f *Facts) (Decision, bool) {
	r := f.Record.Rejection
	if r == nil || r.Digest != f.Manifest.Digest || r.Account != f.Account.Identity || !f.Forced.IsZero() {
		return Decision{}, false
	}
	if !r.Retry {
		return stop(status.Stalled, v1alpha1.ReasonRejected, v1alpha1.StatePending, r.Message), true
	}
	wait := r.Time.Add(slowDelay(r.Attempts)).Sub(f.Now)
	if wait <= 0 {
		return Decision{}, false
	}
	progress := status.Working
	if r.Attempts > 1 {
		progress = status.Stalled // it is repeated all the same, but waiting alone has not helped
	}
	return Decision{Action: Stop, State: v1alpha1.StatePending, After: wait, Verdict: status.Verdict{
		Progress: progress, Reason: v1alpha1.ReasonWaitingForVendor, Message: r.Message}}, true
}

// decideHold honours the account's brake and clock.
func decideHold(f *Facts) (Decision, bool) {
	if f.Account.Hold == nil {
		return Decision{}, false
	}
	return f.held(), true
}

// decidePause honours the pause after a failed call, and the quota's.
func decidePause(f *Facts) (Decision, bool) {
	if wait := f.pause(); wait > 0 {
		return f.failed(f.Memory.LastErr, f.pendingState(), wait), true
	}
	if f.Wait > 0 {
		return f.throttled(), true
	}
	return Decision{}, false
}

// pause is how long a failed call still has to wait before it is repeated.
func (f *Facts) pause() time.Duration {
	if f.Memory.LastErr == nil || f.Memory.FailedGeneration != f.Manifest.Generation || f.Forced.After(f.Memory.FailedAt) {
		return 0
	}
	return f.Memory.NotBefore.Sub(f.Now)
}

// throttled waits for the quota: without a word for a moment, said so for longer, and louder
// when the turn comes too late.
func (f *Facts) throttled() Decision {
	const moment, again = 10 * time.Second, time.Minute // a place further on may have become free meanwhile
	after := min(f.Wait, again)
	sent := f.Now.Add(f.Wait)
	if f.Record.ID == "" && f.Now.Before(f.Manifest.Begin) && !sent.Before(f.Manifest.Begin) {
		return Decision{Action: Stop, State: f.pendingState(), After: min(after, f.untilBegin()), Unserved: true, Verdict: status.Verdict{
			Progress: status.Working, Reason: v1alpha1.ReasonWillMissBegin,
			Message: fmt.Sprintf("at the rate that the gateway allows the account, the create request would be sent %s after the begin time, when it is refused. Move %s, or hold other campaigns of the account back.", roughly(sent.Sub(f.Manifest.Begin)), f.Traits.BeginField)}}
	}
	if f.Wait <= moment {
		return Decision{Action: Quietly, After: after}
	}
	return Decision{Action: Stop, State: f.pendingState(), After: after, Unserved: true, Verdict: status.Verdict{
		Progress: status.Working, Reason: v1alpha1.ReasonThrottled,
		Message: "waiting for its turn: the account's calls are sent at the rate that the gateway allows."}}
}

// roughly says how long something takes, in steps that do not change with every look: tens of
// minutes, then hours.
func roughly(d time.Duration) string {
	const step = 10 * time.Minute
	if d < time.Hour {
		return fmt.Sprintf("about %d min", int((d/step+1)*step/time.Minute))
	}
	return fmt.Sprintf("about %d h", int(d.Round(time.Hour)/time.Hour))
}

// decideRefused: the create call of this reconcile was definitely not executed, and the
// intent has been cleared.
func decideRefused(f *Facts) Decision {
	if from := f.Manifest.RefusedFrom; !from.IsZero() && !f.Now.Before(from) && f.Record.Rejection != nil {
		if len(f.Candidates) > 0 {
			return f.ambiguous()
		}
		return f.beginPassed() // the gateway does not know the number
	}
	if d, refused := decideRejected(f); refused {
		return d
	}
	return f.failed(f.CallErr, f.pendingState(), f.Memory.NotBefore.Sub(f.Now))
}

// ambiguous reports a vendor that has several activities under one number. None is chosen.
func (f *Facts) ambiguous() Decision {
	number := f.Manifest.Number
	if f.Record.Number != "" {
		number = f.Record.Number
	}
	wayOut := "Name the right one in spec.adopt"
	if f.Record.Outcome == v1alpha1.CreationUnknown {
		wayOut += " and raise requestRevision in the same commit"
	}
	if f.Traits.Anonymous {
		return f.lookalikes()
	}
	return stop(status.Stalled, v1alpha1.ReasonRequestNumberConflict, f.pendingState(), fmt.Sprintf(
		"the vendor has several activities under request number %s: %s. None is taken and none is created. %s, or end all but one in the vendor's console; and ask the vendor how it came about.",
		number, strings.Join(f.Candidates, ", "), wayOut))
}

// lookalikes reports activities that can be this resource's and of which none can be told to be.
func (f *Facts) lookalikes() Decision {
	wayOut := fmt.Sprintf("Name the right one in %s", f.Traits.AdoptField)
	if f.open() {
		wayOut += " and raise requestRevision in the same commit"
	} else {
		wayOut += "; to have another one give it another name or time"
	}
	return stop(status.Stalled, v1alpha1.ReasonLooksLikeExisting, f.pendingState(), fmt.Sprintf(
		"at the vendor there is, with the manifest's name, time and amounts, and managed by no resource: %s. Which of them is this one's, if not that of a former requestRevision, cannot be told, since the vendor does not return request numbers. None is taken and none is created. %s.",
		enumerate(f.Candidates), wayOut))
}

// Twin is a live activity that looks like the one that is about to be created.
type Twin struct {
	Snapshot    providers.Snapshot
	Differences []providers.Difference
	// Owner is the resource that records it, as namespace/name; empty when none does.
	Owner string
}

// decideTwins stops at a live activity with the same name and time: a renamed file must not buy twice.
func decideTwins(f *Facts) (Decision, bool) {
	asks := len(f.Candidates) > 0 && f.replays() // which of them is ours, by a call that can make nothing
	if len(f.Twins) == 0 || f.Manifest.AllowTwin || asks {
		return Decision{}, false
	}
	twin := f.Twins[0]
	if twin.Snapshot.ID == "" {
		return stop(status.Stalled, v1alpha1.ReasonLooksLikeExisting, f.pendingState(), fmt.Sprintf(
			"%s is having a %s made with the same name and time. Nothing is created, in case this manifest was renamed or copied. Remove one of the two; to have both write spec.allowTwin: true.",
			twin.Owner, f.Traits.Noun)), true
	}
	which := fmt.Sprintf("%s %s", f.Traits.Noun, twin.Snapshot.ID)
	if twin.Snapshot.RequestNo != "" {
		which += fmt.Sprintf(" (request number %s)", twin.Snapshot.RequestNo)
	}
	if others := len(f.Twins) - 1; others > 0 {
		which += fmt.Sprintf(" and %d more", others)
	}
	alike := "with the same content"
	if len(twin.Differences) > 0 {
		alike = "with other content: " + describe(twin.Differences)
	}
	wayOut := fmt.Sprintf("To take it over write %s: %q", f.Traits.AdoptField, twin.Snapshot.ID)
	if twin.Owner != "" {
		wayOut = fmt.Sprintf("It belongs to %s; to take it over delete that resource, with deletionPolicy: Orphan, and write %s: %q", twin.Owner, f.Traits.AdoptField, twin.Snapshot.ID)
	}
	return stop(status.Stalled, v1alpha1.ReasonLooksLikeExisting, f.pendingState(), fmt.Sprintf(
		"%s is live with the same name and time, %s. Nothing is created, in case this manifest was renamed or copied. %s; to have another one write spec.allowTwin: true.",
		which, alike, wayOut)), true
}
