package engine

import (
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// Facts are all that a decision depends on. decide reads nothing else, so that tables and
// models can cover it.
type Facts struct {
	Now  time.Time
	Goal Goal
	// Traits are the kind's constants.
	Traits Traits
	// Forced is when somebody asked for a look at the vendor now; zero otherwise.
	Forced time.Time
	// Told is true when the vendor has said something of the activity since it was last read.
	Told bool
	// Deleting is true while the resource is being deleted and its activity has to end first.
	Deleting bool
	// Leaving says why a deletion is not to touch the activity: the policy, or what else is going; empty otherwise.
	Leaving string
	// LeavingErr is why that is not known.
	LeavingErr error
	// Guarded is true while our finalizer is on the resource, WantsGuard when it should be.
	Guarded, WantsGuard bool

	Manifest ManifestFacts
	Record   RecordFacts
	Account  AccountFacts
	Memory   Memory

	// View is when the sweep started whose view is at hand; zero when there is none.
	View time.Time
	// ViewErr is the failure of a sweep that was just waited for.
	ViewErr *providers.Error
	// Found is what the view has under our request number, while no id is recorded; Candidates
	// are the ids when there are several.
	Found      *Remote
	Candidates []string
	// Remote is the recorded activity as it was last seen.
	Remote *Remote
	// Read is true when the activity was read one by one in this reconcile.
	Read bool
	// WantsDetail is true when the status needs facts that only such a read gives.
	WantsDetail bool
	// Complaint is what the vendor has against the activity.
	Complaint string
	// CountsByDetail is true where only a read one by one says how many were given out.
	CountsByDetail bool
	// Jitter spreads looks at the vendor; a function of the resource's uid.
	Jitter time.Duration
	// Money is what activating the campaign would commit, and what may be committed.
	Money MoneyFacts
	// Twins are live activities with the manifest's name and time under other numbers.
	Twins []Twin
	// PreviousLive are the activities of former revisions that have not ended, PreviousUnseen is true
	// when the list does not show one of them.
	PreviousLive   []string
	PreviousUnseen bool
	// Preflight is what was found of the things that the manifest refers to.
	Preflight PreflightFacts
	// Planned is true when the plan of a draft is the one for this manifest.
	Planned bool
	// PlannedNow is true when it was made in this reconcile, so that it is to be written.
	PlannedNow bool
	// Members is what is known of the activity's members.
	Members MembersFacts
	// Codes is what is known of the codes that the activity gives out.
	Codes CodesFacts
	// Drift is what is known to differ at the vendor.
	Drift DriftFacts
	// Owner is the older resource that has recorded the same activity, as namespace/name. It is
	// looked for before the activity is taken for ours and before it is changed.
	Owner string
	// Gone is true when the vendor answered that it does not know the recorded activity.
	Gone bool
	// CallErr is the failure of a call in this reconcile.
	CallErr *providers.Error
	// Wait is the pause that the quota asks for before the call that was decided, ReadWait the
	// one before the activity can be read.
	Wait, ReadWait time.Duration
}

// ManifestFacts is what the manifest says.
type ManifestFacts struct {
	Generation  int64
	Number      string
	Digest      string
	Begin, End  time.Time
	LatestBegin time.Duration
	// RefusedFrom is from when on the create request can only find.
	RefusedFrom time.Time
	// ActivateAfter is when the activity may be activated at the earliest.
	ActivateAfter time.Time
	// Objection says why the account does not create it.
	Objection string
	// Err says why the manifest cannot be made into a request.
	Err error
	// AsSent is true while a request is recorded and the manifest, whatever its revision, still says what was sent.
	AsSent bool
	// Waiting says which resource that the manifest refers to has no activity yet; Err then says so, too.
	Waiting string
	// Complete is true when the creation fields are there; adopt and Observe let them be left out.
	Complete bool
	// Revision is the requested revision.
	Revision int64
	// Observe is true when no call that changes anything may be sent.
	Observe bool
	// AdoptID is the existing activity that the manifest names.
	AdoptID string
	// AllowTwin and KeepPrevious are the ways out of LooksLikeExisting and PreviousStillLive.
	AllowTwin, KeepPrevious bool
	// Applied is when the resource was created.
	Applied time.Time
}

// RecordFacts is what the status recorded earlier.
type RecordFacts struct {
	Outcome            v1alpha1.CreationOutcome
	Number             string
	Digest             string
	Account            v1alpha1.AccountIdentity
	At                 time.Time
	ID                 string
	State              v1alpha1.CampaignState
	ObservedGeneration int64
	// Stalled is true while the status says so.
	Stalled bool
	// Settled is true when the recorded verdict is about the activity, so that only a change at
	// the vendor or of the manifest can change it.
	Settled   bool
	Rejection *v1alpha1.Rejection
	Operation *v1alpha1.OperationRecord
	// Contested is a former call that others undo; nil without one.
	Contested *v1alpha1.OperationRecord
	// Elsewhere is what somebody else did at the vendor.
	Elsewhere *v1alpha1.ElsewhereRecord
	// Refused is what the vendor left out of the activity.
	Refused *v1alpha1.RefusedPartsRecord
	// Reason is what the status says last.
	Reason string
	// Revision that the record was made for; 0 when there is none.
	Revision int64
	// Adopted is true when the activity was taken over because the manifest names it.
	Adopted bool
}

// operationTime is when the last operation was recorded; zero where none was.
func (r RecordFacts) operationTime() time.Time {
	if r.Operation == nil {
		return time.Time{}
	}
	return r.Operation.Time.Time
}

// exists reports whether anything is recorded of an activity or a call for one.
func (r RecordFacts) exists() bool { return r.Outcome != "" || r.ID != "" }

// foreign reports whether the record was made for another account. An id whose record somebody
// removed is looked for at the account that there is.
func (r RecordFacts) foreign(account v1alpha1.AccountIdentity) bool {
	removed := r.Outcome == "" && r.Account == v1alpha1.AccountIdentity{}
	return r.exists() && !removed && r.Account != account
}

// AccountFacts is whether and as whom calls can be made.
type AccountFacts struct {
	Identity v1alpha1.AccountIdentity
	// Problem says why no call can be made; nil when calls can be made or soon can.
	Problem *status.Verdict
	// Hold says why nothing that starts or widens an activity may be sent (brake, clock); nil when it may.
	Hold *status.Verdict
	// Pause is true while the brake asks for running activities to be paused.
	Pause bool
	// Coming is true while the account works but this process has not opened it yet.
	Coming bool
}

// Remote is an activity and how it compares with the manifest.
type Remote struct {
	Snapshot    providers.Snapshot
	Differences []providers.Difference
	// Compared is false when the snapshot carries too little to be compared.
	Compared bool
}

// Memory is what one process remembers of a campaign beyond its status. Losing it is safe:
// it only makes the next process look more carefully.
type Memory struct {
	// FirstSeen is when this process first handled the campaign.
	FirstSeen time.Time
	// Sends counts create calls under the recorded intent, LastSend is the time of the last.
	Sends    int
	LastSend time.Time
	// Intended is true when this process wrote the recorded intent, so that Sends is its whole history.
	Intended bool
	// MaybeCommitted is true when one of those sends may have taken effect.
	MaybeCommitted bool
	// SendErr is the failure of the last send. Refused is true when it was a definite refusal
	// that came too late to prove anything: only the look-up can decide then.
	SendErr *providers.Error
	Refused bool
	// Released is true when an earlier intent was cleared because nothing showed: a later send is
	// not surely the first under its number.
	Released bool
	// LastErr is the failure of the last call.
	LastErr *providers.Error
	// NotBefore is when the failed call may be repeated; Failures counts failures in a row.
	NotBefore time.Time
	Failures  int
	// FailedAt is when it failed, FailedGeneration for which manifest: an edit does not wait for
	// NotBefore, nor does somebody who asks for a look now.
	FailedAt         time.Time
	FailedGeneration int64
	// ViewWanted is when a new view was first wanted for the decision at hand; zero when none is.
	ViewWanted time.Time
	// ViewFailures counts sweeps waited for that failed in a row, ViewFailedAt is when the last one did.
	ViewFailures int
	ViewFailedAt time.Time
	// AbsentSince is the start of the first sweep that can prove absence and lacked our number.
	AbsentSince time.Time
	// ProvenAbsent is true when a second such sweep lacked it too.
	ProvenAbsent bool
	// DetailRead is when the activity was last read one by one.
	DetailRead time.Time
	// CodesChecked are the Secrets that this process has found to be good together.
	CodesChecked CodesChecked
	// BatchSent is when this process last sent the recorded batch of codes; zero when it has not.
	BatchSent time.Time
	// BatchAnswer is what the vendor said of that batch when it was sent once more and not taken as a whole.
	BatchAnswer *BatchAnswer
	// MembersRead is when the members were last read.
	MembersRead time.Time
	// Operated is when the last call that changes an activity succeeded, OperatedName and
	// OperatedDigest say which it was, OperatedGeneration for which manifest.
	Operated                     time.Time
	OperatedName, OperatedDigest string
	OperatedGeneration           int64
	// Started is when this process last sent an activation, whatever came of it.
	Started time.Time
	// Over is why the last activation was withdrawn after it was recorded, OverAt when, and OverLimit the ceiling that it was.
	Over      string
	OverAt    time.Time
	OverLimit int64
	// PreviousRead is when an activity of a former revision was read one by one.
	PreviousRead time.Time
	// Preflight is the last look at what the manifest refers to.
	Preflight PreflightMemory
	// Examined is the list row whose differences were judged by the detail.
	Examined ExaminedRow
	// UnknownID is the activity that the manifest names and the vendor did not know at UnknownAt.
	UnknownID string
	UnknownAt time.Time
	// BusySince is when the vendor was first seen at work on the activity; zero while it is not.
	BusySince time.Time
	// GoneSince is when the vendor first answered that it does not know the new id.
	GoneSince time.Time
}

// settle is how long after the last send a sweep has to start to count as proof that
// nothing was created.
const settle = time.Minute

// proofGap is how far apart the two sweeps start that prove it: a list that lags, or that lost
// a row between two of its pages, is not wrong twice in the same way.
const proofGap = 30 * time.Second

// lastSend is the latest moment at which a create call may have been sent.
func (f *Facts) lastSend() time.Time {
	if !f.Memory.LastSend.IsZero() {
		return f.Memory.LastSend
	}
	if f.Memory.Intended {
		return f.Record.At
	}
	// Another process may have sent until it ended, which was before this one began to look.
	return latest(f.Record.At, f.Memory.FirstSeen)
}

func latest(times ...time.Time) time.Time {
	var last time.Time
	for _, at := range times {
		if at.After(last) {
			last = at
		}
	}
	return last
}
