package engine

import (
	"fmt"
	"strconv"
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
	// Guard: put our finalizer on the resource. Release of it is Unguard.
	Guard   Action = "Guard"
	Unguard Action = "Unguard"
	// Lookup: ask the sweep for a view that started at Since or later.
	Lookup Action = "Lookup"
	// Get: read the recorded activity.
	Get Action = "Get"
	// GetPrevious: read an activity of a former revision that the list does not show.
	GetPrevious Action = "GetPrevious"
	// ReadMembers: read the members of the recorded activity.
	ReadMembers Action = "ReadMembers"
	// Preflight: look at what the manifest refers to at the vendor.
	Preflight Action = "Preflight"
	// Plan: record what a draft would do.
	Plan Action = "Plan"
	// Adopt: record the activity that was found under our number.
	Adopt Action = "Adopt"
	// Take: record the activity that the manifest names. Drop forgets it: the vendor does not know it, or
	// the manifest names it no more.
	Take Action = "Take"
	Drop Action = "Drop"
	// Renumber: record that the activity stands for another revision now.
	Renumber Action = "Renumber"
	// Archive: keep the recorded activity as one of a former revision.
	Archive Action = "Archive"
	// CheckCodes: look at the Secrets of codes before there is an activity to hand them over for.
	CheckCodes Action = "CheckCodes"
	// ReadCodes: read the codes that are next to be handed over, and how many the vendor has.
	ReadCodes Action = "ReadCodes"
	// SettleBatch: record that the codes have arrived whose handing over was not answered.
	SettleBatch Action = "SettleBatch"
	// RecoverCodes: record the codes that the vendor has from before the record of them was lost.
	RecoverCodes Action = "RecoverCodes"
	// Judge: record whether the activity is what the manifest says.
	Judge Action = "Judge"
	// SettleMembers: record that the members are as listed.
	SettleMembers Action = "SettleMembers"
	// Intend: record that a create call is about to be sent.
	Intend Action = "Intend"
	// Send: send the create call.
	Send Action = "Send"
	// Release: clear the intent, since nothing was created.
	Release Action = "Release"
	// IntendOperation: record that Change is about to be sent.
	IntendOperation Action = "IntendOperation"
	// Operate: send Change.
	Operate Action = "Operate"
)

// creates reports whether an action is on the way to a create call, or plans one.
func (a Action) creates() bool { return a == Preflight || a == Plan || a == Intend }

// records reports whether an action makes an activity this resource's, or is about to.
func (a Action) records() bool { return a == Intend || a == Adopt || a == Take }

// Decision is the answer to the facts.
type Decision struct {
	Action Action
	// Change is the call for IntendOperation and Operate.
	Change Change
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

// Change is a call that changes an existing activity.
type Change struct {
	Operation providers.Operation
	// Members are those to add or remove.
	Members []string
	// Amends are the differences that a modification or an append ends.
	Amends []providers.Difference
	// Total is how many codes an append makes the activity's.
	Total int64
	// Batch are codes to hand over.
	Batch *CodeBatch
}

// digest identifies what a call changes; empty for calls whose name says it all.
func (c Change) digest() string {
	switch {
	case len(c.Members) > 0:
		return digestOf(c.Members)
	case len(c.Amends) > 0:
		lines := make([]string, 0, len(c.Amends))
		for _, d := range c.Amends {
			lines = append(lines, d.Field+"\x00"+d.Desired)
		}
		return digestOf(lines)
	case c.Total > 0:
		return digestOf([]string{strconv.FormatInt(c.Total, 10)})
	case c.Batch != nil:
		return c.Batch.digest()
	default:
		return ""
	}
}

// fields are the vendor's paths of what a modification changes.
func (c Change) fields() []string {
	fields := make([]string, 0, len(c.Amends))
	for _, d := range c.Amends {
		fields = append(fields, d.Field)
	}
	return fields
}

// decide says what to do next. It is pure, and the only place where that is said.
func decide(f *Facts) Decision {
	if f.Deleting {
		return decideDeletion(f)
	}
	d := decideActivity(f)
	if f.WantsGuard && !f.Guarded && (f.Record.exists() || d.Action.records()) {
		return Decision{Action: Guard} // before anything exists that a deletion would have to end
	}
	if f.Guarded && !f.WantsGuard && (d.Action == Stop || d.Action == Quietly) {
		d.Action = Unguard // with the verdict, if there is one
	}
	return d
}

// decideActivity says what to do about the activity, whatever becomes of the resource.
func decideActivity(f *Facts) Decision {
	if d, done := decideAccount(f); done {
		return d
	}
	if d, done := decideRevision(f); done {
		return d
	}
	switch {
	case f.Record.ID != "" && f.Manifest.AdoptID != "" && f.Record.ID != f.Manifest.AdoptID && f.Record.Outcome != v1alpha1.CreationConfirmed:
		return Decision{Action: Take} // the way out of a conflict
	case f.Record.Adopted && f.Record.Outcome == "" && f.Manifest.AdoptID == "":
		return Decision{Action: Drop} // the manifest thought better of it
	case f.Record.ID != "":
		return decideKnown(f)
	case f.Record.Outcome == v1alpha1.CreationUnknown:
		return decideUnknown(f)
	case f.Manifest.AdoptID != "":
		return decideAdoption(f)
	case f.Manifest.Observe:
		return decideObservation(f)
	default:
		return decideAbsent(f)
	}
}

// decideAccount stops at an account that no call can be made for, or that the record was not made for.
func decideAccount(f *Facts) (Decision, bool) {
	switch {
	case f.Account.Problem != nil && f.over():
		return Decision{Action: Quietly}, true // nothing is asked of the account any more
	case f.Account.Problem != nil:
		return Decision{Action: Stop, Verdict: *f.Account.Problem, State: f.pendingState()}, true
	case f.Account.Coming:
		return Decision{Action: Quietly}, true
	case f.Record.foreign(f.Account.Identity):
		return stop(status.Stalled, v1alpha1.ReasonAccountChanged, "", fmt.Sprintf(
			"request number %s was recorded for account %s, but the account is now %s; no call is made, and what exists under the number stays as it is. Refer to the former account again: a new resource would create a second activity.",
			f.Record.Number, identity(f.Record.Account), identity(f.Account.Identity))), true
	}
	return Decision{}, false
}

// over reports whether the activity has ended for ever and its record says so.
func (f *Facts) over() bool {
	return f.Record.Outcome == v1alpha1.CreationConfirmed && campaignFinal(f.Record.State) &&
		f.Record.Settled && f.Record.ObservedGeneration == f.Manifest.Generation
}

// failed reports a failed call that will be repeated.
func (f *Facts) failed(err *providers.Error, state v1alpha1.CampaignState, after time.Duration) Decision {
	return Decision{Action: Stop, State: state, After: max(after, time.Second), Unserved: true, Verdict: failure(err)}
}

// holdPause is how long until a hold is looked at again: a released brake wakes the campaign, a
// clock that slowly heals may not.
const holdPause = time.Minute

// held reports that the account's brake or clock holds a call back.
func (f *Facts) held() Decision {
	return Decision{Action: Stop, State: f.pendingState(), Verdict: *f.Account.Hold, After: holdPause}
}

// pendingState is status.state while nothing new is known of the activity.
func (f *Facts) pendingState() v1alpha1.CampaignState {
	switch {
	case f.Record.ID != "":
		return ""
	case f.Record.Outcome == v1alpha1.CreationUnknown:
		return v1alpha1.StateCreating
	case f.Goal == GoalNothing:
		return v1alpha1.StateDraft
	default:
		return v1alpha1.StatePending
	}
}

func stop(progress status.Progress, reason string, state v1alpha1.CampaignState, message string) Decision {
	return Decision{Action: Stop, State: state, Verdict: status.Verdict{Progress: progress, Reason: reason, Message: message}}
}

func identity(a v1alpha1.AccountIdentity) string {
	return fmt.Sprintf("%s (%s, %s)", a.ID, a.Environment, a.Gateway)
}
