package engine

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

const (
	// operateAgain is how long after a call the vendor may take to show its effect before it is sent again.
	operateAgain = time.Minute
	// maxAttempts bounds the calls that were done and did not last: whoever undoes them means it.
	maxAttempts = 2
	// maxMembers is how many members one call takes (pay gift: 500).
	maxMembers = 500
)

// decideOperation brings the activity to the goal by a call. The call is recorded before it
// is sent, and whether it happened is read from the vendor.
func decideOperation(f *Facts, change Change) Decision {
	if raises(change.Operation) {
		if d, done := decideRaise(f); done {
			return f.unlessPaused(d)
		}
	}
	working := f.changing(change.Operation)
	switch {
	case change.Operation.Widens() && f.Account.Hold != nil:
		held := f.held()
		held.State = status.StateOf(f.Remote.Snapshot.State)
		return held
	case f.overBefore(change):
		return f.overLimit()
	case !f.Read:
		return f.unlessPaused(Decision{Action: Get})
	case change.Operation == providers.OperationStart && f.Money.Over != "":
		return f.overLimit()
	case f.justDone(change):
		return working
	case f.contested(change):
		return f.observed(status.Stalled, v1alpha1.ReasonContested, fmt.Sprintf(
			"%s was done %d times for %s and undone at the vendor each time, or had no effect. It is not done again until the manifest is edited: agree with whoever works in the vendor's console.",
			change.Operation, f.Record.Operation.Attempts, f.it()))
	case f.Wait > 0:
		return f.throttled()
	case !f.intended(change):
		working.Action, working.Change = IntendOperation, change
		return working
	default:
		return Decision{Action: Operate, Change: change}
	}
}

// intended reports whether this very call is recorded, for this very manifest, and its outcome is open.
func (f *Facts) intended(change Change) bool {
	record := f.Record.Operation
	if change.Batch != nil && (f.Codes.Record == nil || f.Codes.Record.Batch == nil) {
		return false
	}
	return isOpen(record, change.Operation) && record.Digest == change.digest() && record.Generation == f.Manifest.Generation
}

// overBefore reports whether an activation goes beyond the ceiling and nothing has to be read to say so: one that is recorded is
// read, to be withdrawn.
func (f *Facts) overBefore(change Change) bool {
	return change.Operation == providers.OperationStart && f.Money.Over != "" && !isOpen(f.Record.Operation, providers.OperationStart)
}

// changes are the words for what a call does to an activity.
var changes = map[providers.Operation]struct{ reason, doing string }{
	providers.OperationTerminate: {v1alpha1.ReasonTerminating, "ended"},
	providers.OperationStart:     {v1alpha1.ReasonActivating, "activated"},
	providers.OperationPause:     {v1alpha1.ReasonPausing, "paused"},
	providers.OperationRestart:   {v1alpha1.ReasonActivating, "restarted"},
}

// changing says that a call is under way, or that its effect is not visible yet.
func (f *Facts) changing(op providers.Operation) Decision {
	words, ok := changes[op]
	if !ok {
		words.reason, words.doing = v1alpha1.ReasonChanging, "changed"
	}
	d := f.observed(status.Working, words.reason, fmt.Sprintf("%s is being %s.", f.it(), words.doing))
	d.After = watchPause
	return d
}

// justDone reports whether this very call succeeded a moment ago for this very manifest, and may still have to show.
func (f *Facts) justDone(change Change) bool {
	return f.Now.Sub(f.Memory.Operated) < operateAgain && f.Memory.OperatedGeneration == f.Manifest.Generation &&
		f.Memory.OperatedName == string(change.Operation) && f.Memory.OperatedDigest == change.digest()
}

// contested reports whether a call has been done as often for this manifest as it is going to be.
func (f *Facts) contested(change Change) bool {
	of := func(record *v1alpha1.OperationRecord) bool {
		return exhausted(record) && record.Name == string(change.Operation) && record.Digest == change.digest() && record.Generation == f.Manifest.Generation
	}
	return f.Forced.IsZero() && (of(f.Record.Operation) || of(f.Record.Contested))
}

// exhausted reports whether a call was done as often as it is going to be.
func exhausted(record *v1alpha1.OperationRecord) bool {
	return record != nil && record.Attempts >= maxAttempts
}

// MembersFacts is what is known of an activity's members.
type MembersFacts struct {
	// Applies is true for manifests that list members which calls can change.
	Applies bool
	// Listed are the manifest's, Digest is theirs.
	Listed []string
	Digest string
	// Record is what was recorded of them; nil when nothing was.
	Record *v1alpha1.MembersRecord
	// Read is true when Remote was read in this reconcile.
	Read   bool
	Remote []string
}

// decideMembers brings the members to those that the manifest lists. They are read when the
// list has changed, when somebody asks for a look, and when those that were refused, or that somebody
// else has added, are due.
func decideMembers(f *Facts) (Decision, bool) {
	m, state := f.Members, f.Remote.Snapshot.State
	changeable := state == providers.StateScheduled || state == providers.StateRunning || state == providers.StatePaused
	if !m.Applies || f.Goal != GoalLive || !changeable {
		return Decision{}, false
	}
	retry := m.retryIn(f.Now)
	rest := f.membersRest(retry)
	if !rest && !m.Read {
		return Decision{Action: ReadMembers}, true
	}
	if !rest {
		if d, changes := f.changeMembers(retry > 0 && f.Forced.IsZero()); changes {
			return d, true
		}
	}
	if retry > 0 {
		return f.refusedMembers(retry), true
	}
	return Decision{}, false
}

// membersRest reports whether nothing asks for a look at the members.
func (f *Facts) membersRest(retry time.Duration) bool {
	m := f.Members
	return m.settled() && f.Forced.IsZero() && (retry > 0 || len(m.Record.Refused) == 0) && f.strangersIn() > 0
}

// changeMembers says what to do about members that were just read; without those that were
// refused a moment ago, when told so.
func (f *Facts) changeMembers(withoutRefused bool) (Decision, bool) {
	m := f.Members
	surplus, missing := m.surplus(), m.missing(withoutRefused)
	empties := len(surplus) > 0 && len(surplus) == len(m.Remote) && f.Account.Hold == nil
	switch {
	case len(surplus) > 0 && !empties: // narrowing first: it is never held back, but for the last of all
		return decideOperation(f, Change{Operation: providers.OperationRemoveMembers, Members: surplus}), true
	case len(missing) > 0:
		return decideOperation(f, Change{Operation: providers.OperationAddMembers, Members: missing}), true
	case empties: // those that are to take their place were refused
		return f.refusedMembers(m.retryIn(f.Now)), true
	}
	if !m.settled() || len(m.remaining()) != len(m.Record.Refused) {
		return Decision{Action: SettleMembers}, true
	}
	return Decision{}, false
}

// strangersPause is how often members that somebody else added are looked at again.
const strangersPause = 30 * time.Minute

// strangersIn is how long until members that somebody else added are looked at again; longer than
// anybody waits while there are none.
func (f *Facts) strangersIn() time.Duration {
	if !slices.ContainsFunc(f.Drift.Differences, func(d providers.Difference) bool { return d.Field == membersField }) {
		return math.MaxInt64
	}
	return max(latest(f.Memory.MembersRead, f.Memory.FirstSeen).Add(strangersPause).Sub(f.Now), 0) // a restart is no reason to look
}

// settled reports whether the vendor was brought to the listed members.
func (m *MembersFacts) settled() bool { return m.Record != nil && m.Record.Digest == m.Digest }

// retryIn is how long until refused members are asked for again; 0 when none were, or it is time.
func (m *MembersFacts) retryIn(now time.Time) time.Duration {
	if m.Record == nil || len(m.Record.Refused) == 0 {
		return 0
	}
	return max(m.Record.Time.Add(slowDelay(m.Record.Attempts)).Sub(now), 0)
}

// surplus are the members to remove: at the vendor, not listed now, and listed by this manifest
// before. Those that somebody else added stay.
func (m *MembersFacts) surplus() []string {
	if m.Record == nil {
		return nil
	}
	return batch(m.Remote, func(id string) bool { return slices.Contains(m.Record.Listed, id) && !slices.Contains(m.Listed, id) })
}

// missing are the members to add; without those that were refused a moment ago, when told so.
func (m *MembersFacts) missing(withoutRefused bool) []string {
	var refused []v1alpha1.MemberRefusal
	if withoutRefused {
		refused = m.Record.Refused
	}
	return batch(m.Listed, func(id string) bool { return !slices.Contains(m.Remote, id) && !refuses(refused, id) })
}

// remaining are the refusals that still hold: of members that are listed and not at the vendor.
func (m *MembersFacts) remaining() []v1alpha1.MemberRefusal {
	if m.Record == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(m.Record.Refused), func(r v1alpha1.MemberRefusal) bool {
		return !slices.Contains(m.Listed, r.ID) || (m.Read && slices.Contains(m.Remote, r.ID))
	})
}

// extra are the members at the vendor that this manifest has never listed.
func (m *MembersFacts) extra() []string {
	var listed []string
	if m.Record != nil {
		listed = m.Record.Listed
	}
	return slices.DeleteFunc(slices.Clone(m.Remote), func(id string) bool { return slices.Contains(m.Listed, id) || slices.Contains(listed, id) })
}

func refuses(refusals []v1alpha1.MemberRefusal, id string) bool {
	return slices.ContainsFunc(refusals, func(r v1alpha1.MemberRefusal) bool { return r.ID == id })
}

// batch returns what one call can take of those that are wanted, sorted.
func batch(ids []string, wanted func(string) bool) []string {
	chosen := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !wanted(id) })
	slices.Sort(chosen)
	return chosen[:min(len(chosen), maxMembers)]
}

func (f *Facts) refusedMembers(again time.Duration) Decision {
	refusals := f.Members.Record.Refused
	others := "The others are in effect"
	if len(refusals) >= len(f.Members.Listed) {
		others = "None of those listed is in effect; those listed before stay until one is"
	}
	d := f.observed(status.Stalled, v1alpha1.ReasonMembersRefused, fmt.Sprintf(
		"the vendor did not take %d of the listed members: %s. %s. Correct the list, or have the vendor accept them; they are asked for again by themselves.",
		len(refusals), describeRefusals(refusals), others))
	d.After = again
	return d
}
