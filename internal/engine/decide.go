package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// Action is what a reconcile does next.
type Action string

// The actions.
const (
	// Stop: nothing more in this reconcile; write the verdict.
	Stop Action = "Stop"
	// Quietly: nothing more in this reconcile; leave the status as it is.
	Quietly Action = "Quietly"
	// Lookup: ask the sweep for a view that started at Since or later.
	Lookup Action = "Lookup"
	// Get: read the recorded activity.
	Get Action = "Get"
	// Adopt: record the activity that was found under our number.
	Adopt Action = "Adopt"
	// Judge: record whether the activity is what the manifest says.
	Judge Action = "Judge"
	// Intend: record that a create call is about to be sent.
	Intend Action = "Intend"
	// Send: send the create call.
	Send Action = "Send"
	// Release: clear the intent, since nothing was created.
	Release Action = "Release"
	// IntendOperation: record that Operation is about to be sent.
	IntendOperation Action = "IntendOperation"
	// Operate: send Operation.
	Operate Action = "Operate"
)

// Decision is the answer to the facts.
type Decision struct {
	Action    Action
	Operation providers.Operation
	// Since bounds the view for Lookup.
	Since time.Time
	// Verdict becomes the conditions (Stop, and Intend, which is written before the call).
	Verdict status.Verdict
	// State becomes status.state where no remote activity says otherwise.
	State v1alpha1.CampaignState
	// After is when to look again without being woken; 0 means never.
	After time.Duration
	// Unserved is true when a look at the vendor that was asked for is still to be had.
	Unserved bool
}

// viewAge is how old a view may be when a create is decided.
const viewAge = time.Minute

// decide says what to do next. It is pure, and the only place where that is said.
func decide(f *Facts) Decision {
	switch {
	case f.Goal == GoalNothing && f.Record.Outcome == "":
		return stop(status.Settled, v1alpha1.ReasonDraft, v1alpha1.StateDraft,
			"Draft: this resource has sent nothing. Set spec.state to Active to create the activity.")
	case f.Account.Problem != nil && f.over():
		return Decision{Action: Quietly} // nothing is asked of the account any more
	case f.Account.Problem != nil:
		return Decision{Action: Stop, Verdict: *f.Account.Problem, State: f.pendingState()}
	case f.Account.Coming:
		return Decision{Action: Quietly}
	case f.Record.Outcome != "" && f.Record.Account != f.Account.Identity:
		return stop(status.Stalled, v1alpha1.ReasonAccountChanged, "", fmt.Sprintf(
			"request number %s was recorded for account %s, but the account is now %s; no call is made, and what exists under the number stays as it is. Refer to the former account again: a new resource would create a second activity.",
			f.Record.Number, identity(f.Record.Account), identity(f.Account.Identity)))
	case f.Record.ID != "":
		return decideKnown(f)
	case f.Record.Outcome == v1alpha1.CreationUnknown:
		return decideUnknown(f)
	default:
		return decideAbsent(f)
	}
}

// over reports whether the activity has ended for ever and its record says so.
func (f *Facts) over() bool {
	return f.Record.Outcome == v1alpha1.CreationConfirmed && campaignFinal(f.Record.State) &&
		f.Record.Settled && f.Record.ObservedGeneration == f.Manifest.Generation
}

// decideAbsent: no intent and no id are recorded.
func decideAbsent(f *Facts) Decision {
	if f.CallErr != nil {
		return decideRefused(f) // recorded before anything else, since the intent is cleared
	}
	if d, done := decideManifest(f); done {
		return d
	}
	if d, done := decideView(f, latest(f.Now.Add(-viewAge), f.Forced, f.Memory.LastSend)); done {
		return d
	}
	switch {
	case len(f.Candidates) > 0:
		return f.ambiguous()
	case f.Found != nil:
		return Decision{Action: Adopt}
	case f.Goal == GoalEnded:
		return stop(status.Settled, v1alpha1.ReasonNothingToTerminate, v1alpha1.StateTerminated,
			fmt.Sprintf("no activity exists under request number %s, and none will be created while spec.state is Terminated.", f.Manifest.Number))
	case !f.Now.Before(f.Manifest.Begin):
		return stop(status.Stalled, v1alpha1.ReasonBeginPassed, v1alpha1.StatePending, fmt.Sprintf(
			"the begin time has passed and no activity exists under request number %s, so nothing is created. Set activityBaseInfo.beginTime to a time in the future.", f.Manifest.Number))
	case f.Manifest.Begin.After(f.Now.Add(f.Manifest.LatestBegin)):
		opens := f.Manifest.Begin.Add(-f.Manifest.LatestBegin).Sub(f.Now)
		return Decision{Action: Stop, State: v1alpha1.StatePending, After: opens, Verdict: status.Verdict{
			Progress: status.Working, Reason: v1alpha1.ReasonTooEarly,
			Message: fmt.Sprintf("the vendor takes activities that begin within %d days; this one is sent when it does.", int(f.Manifest.LatestBegin.Hours()/24))}}
	}
	if d, refused := decideRejected(f); refused {
		return d
	}
	if d, waiting := decidePause(f); waiting {
		return d
	}
	return Decision{Action: Intend, State: v1alpha1.StateCreating, Verdict: status.Verdict{
		Progress: status.Working, Reason: v1alpha1.ReasonCreating, Message: "the create request is being sent."}}
}

// decideManifest refuses what cannot be sent whatever the vendor says.
func decideManifest(f *Facts) (Decision, bool) {
	if f.Manifest.Err == nil {
		return Decision{}, false
	}
	return stop(status.Stalled, v1alpha1.ReasonInvalidSpec, v1alpha1.StatePending, f.Manifest.Err.Error()), true
}

// decideView makes sure that the view at hand started at since or later.
func decideView(f *Facts, since time.Time) (Decision, bool) {
	switch {
	case f.ViewErr != nil:
		return f.failed(f.ViewErr, f.pendingState(), backoff(f.Memory.ViewFailures)), true
	case f.View.Before(since) || f.View.IsZero():
		return Decision{Action: Lookup, Since: since}, true
	}
	return Decision{}, false
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

// throttled waits for the quota: without a word for a moment, said so for longer.
func (f *Facts) throttled() Decision {
	const moment = 10 * time.Second
	if f.Wait <= moment {
		return Decision{Action: Quietly, After: f.Wait}
	}
	return Decision{Action: Stop, State: f.pendingState(), After: f.Wait, Unserved: true, Verdict: status.Verdict{
		Progress: status.Working, Reason: v1alpha1.ReasonThrottled,
		Message: "waiting for its turn: the account's calls are sent at the rate that the gateway allows."}}
}

// decideRefused: the create call of this reconcile was definitely not executed, and the
// intent has been cleared.
func decideRefused(f *Facts) Decision {
	if d, refused := decideRejected(f); refused {
		return d
	}
	return f.failed(f.CallErr, v1alpha1.StatePending, f.Memory.NotBefore.Sub(f.Now))
}

// failed reports a failed call that will be repeated.
func (f *Facts) failed(err *providers.Error, state v1alpha1.CampaignState, after time.Duration) Decision {
	return Decision{Action: Stop, State: state, After: max(after, time.Second), Unserved: true, Verdict: failure(err)}
}

// ambiguous reports a vendor that has several activities under one number. None is chosen.
func (f *Facts) ambiguous() Decision {
	number := f.Manifest.Number
	if f.Record.Number != "" {
		number = f.Record.Number
	}
	return stop(status.Stalled, v1alpha1.ReasonRequestNumberConflict, f.pendingState(), fmt.Sprintf(
		"the vendor has several activities under request number %s: %s. None is taken and none is created. End all but one in the vendor's console and ask the vendor how it came about.",
		number, strings.Join(f.Candidates, ", ")))
}

// pendingState is status.state while nothing new is known of the activity.
func (f *Facts) pendingState() v1alpha1.CampaignState {
	if f.Record.ID != "" {
		return ""
	}
	if f.Record.Outcome == v1alpha1.CreationUnknown {
		return v1alpha1.StateCreating
	}
	return v1alpha1.StatePending
}

func stop(progress status.Progress, reason string, state v1alpha1.CampaignState, message string) Decision {
	return Decision{Action: Stop, State: state, Verdict: status.Verdict{Progress: progress, Reason: reason, Message: message}}
}

func identity(a v1alpha1.AccountIdentity) string {
	return fmt.Sprintf("%s (%s, %s)", a.ID, a.Environment, a.Gateway)
}
