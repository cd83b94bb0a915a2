package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
)

// maxSends bounds the create calls under one intent: gateways hide bad parameters behind
// SYSTEM_ERROR, and repeating those for ever helps nobody. After it the look-up decides.
const maxSends = 5

// decideUnknown: an intent is recorded and no id. The create call may not have been sent,
// may be on its way, or may have been committed. It ends only by an id, by a look-up that
// finds the number, or by one that proves its absence.
func decideUnknown(f *Facts) Decision {
	if d, done := decideShown(f); done {
		return d
	}
	if f.Memory.Intended && f.Memory.Sends == 0 {
		return f.sendFirst()
	}
	if f.givesUp() {
		return f.giveUp()
	}
	if d, over := f.overUnsent(); over {
		return d
	}
	if f.Traits.Anonymous && !f.Manifest.AsSent {
		return f.untraceable()
	}
	if !f.maySend() && f.Traits.Repeats {
		return f.unrepeated()
	}
	if !f.maySend() {
		return f.proveAbsence(f.lastSend().Add(settle))
	}
	if wait := f.pause(); wait > 0 {
		return f.unknown(wait)
	}
	if d, done := decideView(f, latest(f.lastSend(), f.Forced)); done {
		return f.keepUnknown(d)
	}
	return f.sendOr(Decision{Action: Send})
}

// decideShown answers what the view shows that the open request can have made.
func decideShown(f *Facts) (Decision, bool) {
	asks := f.replays() && f.maySend() // the gateway may tell which of several
	switch {
	case slices.Contains(f.Candidates, f.Manifest.AdoptID):
		return Decision{Action: Take}, true // somebody has chosen one
	case len(f.Candidates) > 0 && !asks:
		return f.ambiguous(), true
	case f.Found != nil:
		return Decision{Action: Adopt}, true
	default:
		return Decision{}, false
	}
}

// maySend reports whether the identical request may be sent (again): the manifest still says
// it, still wants it, nothing holds it back, its time has not come, and it was neither refused nor
// sent too often.
func (f *Facts) maySend() bool { return f.wantsSend() && f.Account.Hold == nil }

// wantsSend is maySend but for what holds all of the account's calls back.
func (f *Facts) wantsSend() bool {
	return f.Goal.creates() && !f.Deleting && f.Manifest.Err == nil && !f.Manifest.Observe &&
		f.Manifest.Digest == f.Record.Digest && f.Manifest.Number == f.Record.Number &&
		f.inTime() && (f.Memory.Sends < maxSends || f.Traits.Repeats) && !f.Memory.Refused
}

// repeatsWithin is how long after it was recorded an open request is repeated where that is all there is to learn what became
// of it: how long a vendor knows a number is documented nowhere.
const repeatsWithin = 24 * time.Hour

// inTime reports whether it is not too late to send the request of the recorded intent.
func (f *Facts) inTime() bool {
	if f.Traits.Repeats && !f.replays() {
		return f.Now.Sub(f.Record.At) < repeatsWithin && f.Now.Before(f.Manifest.End)
	}
	return f.Now.Before(f.Manifest.Begin) || f.replays()
}

// sendFirst sends what this process has just recorded, or takes the record back: nothing was sent.
func (f *Facts) sendFirst() Decision {
	if _, over := decideCampaignLimit(f); !over && !f.costUnknown() && f.maySend() && f.Money.Over == "" {
		return f.sendOr(Decision{Action: Send})
	}
	return Decision{Action: Release}
}

// overUnsent holds a request back that a process before this one recorded, and perhaps did not send, while it would bring the account
// beyond its ceiling. Nothing can tell whether it was sent.
func (f *Facts) overUnsent() (Decision, bool) {
	if f.Memory.Sends > 0 || !f.maySend() {
		return Decision{}, false
	}
	d, over := decideCampaignLimit(f)
	if !over {
		d, over = decideCeiling(f)
	}
	if over {
		d.State, d.Verdict.Message = v1alpha1.StateCreating, fmt.Sprintf(
			"%s The operator was interrupted after it had recorded the request (number %s), which may have been sent; it is looked up, and not repeated before.", d.Verdict.Message, f.Record.Number)
	}
	return d, over
}

// untraceable: what was sent can only be found by its content, and the manifest says something else now.
func (f *Facts) untraceable() Decision {
	return stop(status.Stalled, v1alpha1.ReasonOutcomeUnknown, v1alpha1.StateCreating, fmt.Sprintf(
		"whether the %s of the recorded request was created is not known, and the manifest no longer says what was sent (digest %s), by which alone it could be found. Write the creation fields again as they were for %s; or look in the vendor's console and name what you find in %s, with requestRevision raised in the same commit.",
		f.Traits.Noun, f.Record.Digest, f.recordedRevision(), f.Traits.AdoptField))
}

// unrepeated: the request is not repeated at present, and nothing shows. While the account is held it may be again.
func (f *Facts) unrepeated() Decision {
	if f.wantsSend() {
		return f.held()
	}
	return f.undecidable()
}

// givesUp reports whether the manifest asks for another activity although the outcome of the recorded request cannot be told: it was edited after
// that was said, so that whoever did knows.
func (f *Facts) givesUp() bool {
	told := f.Record.Stalled && f.Record.Reason == v1alpha1.ReasonOutcomeUnknown && f.Record.ObservedGeneration < f.Manifest.Generation
	return f.Traits.Repeats && told && f.Manifest.Revision > f.Record.Revision && !f.wantsSend()
}

// giveUp looks once more for what the request may have made, and then keeps it among the former ones: it may still show.
func (f *Facts) giveUp() Decision {
	from := f.lastSend().Add(settle)
	if wait := from.Sub(f.Now); wait > 0 {
		return Decision{Action: Quietly, After: wait}
	}
	if d, done := decideView(f, latest(from, f.freshEnough())); done {
		return f.keepUnknown(d)
	}
	if f.Manifest.AdoptID != "" {
		return Decision{Action: Take}
	}
	return Decision{Action: Archive}
}

// undecidable: the request is not repeated any more, nothing shows, and nothing can prove that nothing was made.
func (f *Facts) undecidable() Decision {
	if d, done := decideView(f, latest(f.lastSend(), f.Forced)); done {
		return f.keepUnknown(d)
	}
	d := stop(status.Stalled, v1alpha1.ReasonOutcomeUnknown, v1alpha1.StateCreating, fmt.Sprintf(
		"%s. Whether the %s was created cannot be told: none shows %s, which proves nothing, and the request is not repeated any more. Look in the vendor's console. If it is there, name it in %s; if it is surely not, ask for another one; either with requestRevision raised in the same commit, and above what it is now; another one also needs replacePrevious: Keep.",
		f.openCause(), f.Traits.Noun, f.where(f.Record.Number), f.Traits.AdoptField))
	d.After = slowDelay(1)
	return d
}

// sendOr honours the quota before a send.
func (f *Facts) sendOr(send Decision) Decision {
	if f.Wait > 0 {
		return f.throttled()
	}
	return send
}

// proveAbsence looks for two sweeps, proofGap apart and both a minute after the last send, that
// lack our number.
func (f *Facts) proveAbsence(from time.Time) Decision {
	if f.Memory.ProvenAbsent {
		return Decision{Action: Release}
	}
	if wait := from.Sub(f.Now); wait > 0 {
		return f.unknown(wait)
	}
	since := from
	if !f.Memory.AbsentSince.IsZero() {
		since = f.Memory.AbsentSince.Add(proofGap)
	}
	if wait := since.Sub(f.Now); wait > 0 {
		return f.unknown(wait)
	}
	if d, done := decideView(f, since); done {
		return f.keepUnknown(d)
	}
	return f.unknown(time.Second)
}

// keepUnknown says that the outcome is open also while the sweep fails.
func (f *Facts) keepUnknown(d Decision) Decision {
	if d.Action != Stop {
		return d
	}
	return f.unknown(d.After)
}

// openCause says why the outcome of the request is open.
func (f *Facts) openCause() string {
	cause := "the operator was interrupted after it recorded the request"
	if f.Memory.SendErr != nil {
		cause = f.Memory.SendErr.Error()
	}
	if f.ViewErr != nil {
		cause += "; and the list cannot be read: " + f.ViewErr.Error()
	}
	return cause
}

func (f *Facts) unknown(after time.Duration) Decision {
	progress := status.Working
	if f.Memory.Sends >= maxSends && f.Traits.Repeats {
		progress = status.Stalled // it is repeated all the same, but that alone has not helped
	}
	next := "the same request is repeated and looked up"
	if !f.maySend() {
		next = "the request is not repeated, the vendor's list decides"
	}
	return Decision{Action: Stop, State: v1alpha1.StateCreating, After: max(after, time.Second), Unserved: true, Verdict: status.Verdict{
		Progress: progress, Reason: v1alpha1.ReasonOutcomeUnknown,
		Message: fmt.Sprintf("%s. Whether the %s was created is not known yet: %s under request number %s. The creation fields are frozen until then.",
			f.openCause(), f.Traits.Noun, next, f.Record.Number)}}
}
