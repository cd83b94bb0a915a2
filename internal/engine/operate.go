package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/audit"
	"github.com/campaign-operator/campaign-operator/internal/money"
	"github.com/campaign-operator/campaign-operator/internal/requestno"
	"github.com/campaign-operator/campaign-operator/providers"
)

// intendOperation records which call is about to change the activity. It is also how the
// operator remembers that it was this manifest that ended it.
func (s *scope) intendOperation(ctx context.Context, d Decision) error {
	st := s.campaign.CampaignStatus()
	last := st.Operation
	st.Operation = s.operation(d.Change, last)
	s.keepContested(last)
	s.unsent = true
	s.membersIntended(d.Change)
	s.codesIntended(d.Change)
	if last == nil || last.Name != st.Operation.Name || last.Generation != st.Operation.Generation || last.Outcome != v1alpha1.OperationRefused {
		s.apply(d) // that a refused call is tried again is no news
	}
	return s.persist(ctx)
}

// keepContested keeps what the last call is known by that others undo, when another call follows it.
func (s *scope) keepContested(last *v1alpha1.OperationRecord) {
	st := s.campaign.CampaignStatus()
	if next := st.Operation; exhausted(last) && (last.Name != next.Name || last.Digest != next.Digest) {
		st.Contested = last
	}
	if st.Contested != nil && st.Contested.Generation != s.campaign.GetGeneration() {
		st.Contested = nil
	}
}

// operation is the record of a call that is about to be sent. Its number is a function of the
// activity, the call, what it changes, and its place in the row: a change there and back again
// is three calls, not one.
func (s *scope) operation(change Change, last *v1alpha1.OperationRecord) *v1alpha1.OperationRecord {
	next := &v1alpha1.OperationRecord{
		Name: string(change.Operation), Digest: change.digest(), Seq: 1,
		Generation: s.campaign.GetGeneration(), Time: metav1.NewTime(s.now),
	}
	if last != nil {
		next.Seq = last.Seq + 1
		if last.Name == next.Name && last.Digest == next.Digest && last.Generation == next.Generation {
			next.Attempts = last.Attempts
		}
	}
	if len(change.Members) > 0 || s.Kind.Traits().Numbers {
		of := requestno.Operation{Account: s.identity.ID, ActivityID: s.Kind.ActivityID(s.campaign), Name: next.Name, Digest: next.Digest}
		if change.Batch == nil { // the same codes are never handed over twice, whichever cluster does it
			of.UID, of.Seq = string(s.campaign.GetUID()), next.Seq
		}
		next.Number = requestno.ForOperation(of)
	}
	return next
}

// digestOf is the digest of the members that a call changes; empty for calls without.
func digestOf(members []string) string {
	if len(members) == 0 {
		return ""
	}
	sorted := slices.Clone(members)
	slices.Sort(sorted)
	return digest([]byte(strings.Join(sorted, "\n")))
}

// operate sends a call that changes the activity, and reads what became of it.
func (s *scope) operate(ctx context.Context, change Change) error {
	if change.Operation.Widens() {
		if held, err := s.withheld(ctx, change.Operation); held || err != nil {
			return err
		}
	}
	ctx, cancel := detached(ctx, callTimeout)
	defer cancel()
	if err := s.confirmCurrent(ctx); err != nil {
		return err
	}
	s.spent()
	record := s.campaign.CampaignStatus().Operation
	entry := s.auditEntry(change.Operation)
	if record.Number != "" {
		entry.Number, entry.Digest = record.Number, record.Digest
	}
	if err := s.Audit.Before(entry); err != nil {
		return err
	}
	s.unsent = false
	if change.Operation == providers.OperationStart {
		defer func() { s.memory.Started = s.Clock.Now() }()
	}
	receipt, err := s.activities.Do(ctx, s.mutation(change, record.Number))
	s.batchSent(change, s.Clock.Now())
	if err != nil {
		failure := providers.AsError(change.Operation, err)
		s.auditAfter(ctx, entry, auditFailure(failure))
		s.operationFailed(failure)
		return nil
	}
	s.auditAfter(ctx, entry, audit.Result{Outcome: audit.Done, RequestID: receipt.RequestID})
	log.FromContext(ctx).Info("done", "operation", change.Operation, "activityId", s.Kind.ActivityID(s.campaign), "refused", len(receipt.Refused), "requestId", receipt.RequestID)
	s.memory.Operated, s.memory.OperatedName, s.memory.OperatedDigest = s.Clock.Now(), string(change.Operation), change.digest()
	s.memory.OperatedGeneration = s.campaign.GetGeneration()
	s.memory.succeeded()
	s.operated(change, receipt)
	s.get(ctx)
	return nil
}

// mutation is the call that makes a change.
func (s *scope) mutation(change Change, number string) providers.Mutation {
	m := providers.Mutation{
		Operation: change.Operation, ID: s.Kind.ActivityID(s.campaign), Number: number, Members: change.Members,
		Desired: s.request.Body, Fields: change.fields(), Total: change.Total,
	}
	if change.Batch != nil {
		m.Codes = change.Batch.Codes
	}
	if change.Operation == providers.OperationAppend && m.Total == 0 {
		m.Total = s.request.Total
	}
	return m
}

// withheld reports whether the account, as the API server has it now, holds a call back that was recorded. One that commits
// money is withdrawn, so that it does not count as under way.
func (s *scope) withheld(ctx context.Context, op providers.Operation) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	listed := s.costFacts().Money.MaxActive != nil // the decision has seen to it that the list is known
	held, err := s.holdNow(ctx)
	if err != nil || op != providers.OperationStart && !raises(op) {
		return held, err
	}
	if !held {
		if held, err = s.overNow(ctx, listed); err != nil {
			return false, err
		}
	}
	if held && s.unsent {
		s.campaign.CampaignStatus().Operation.Outcome = v1alpha1.OperationWithdrawn
		s.batchKept()
	}
	return held, nil
}

// operationFailed records a failed call. A refused one is over, and the next has a number of its own; an activation that came
// too early is the same one when it is tried again.
func (s *scope) operationFailed(failure *providers.Error) {
	s.callFailed(failure)
	switch {
	case s.remote != nil && tooEarly(failure, s.remote.Snapshot.Created, s.now):
		s.memory.Failures = 0 // it does not make a later failure wait longer
		s.pause(failure, registerPause)
	case refusal(failure) && !failure.MaybeCommitted:
		s.campaign.CampaignStatus().Operation.Outcome = v1alpha1.OperationRefused
	}
	if !failure.MaybeCommitted {
		s.batchKept()
	}
}

// operated records what a call has done.
func (s *scope) operated(change Change, receipt providers.Receipt) {
	record := s.campaign.CampaignStatus().Operation
	record.Outcome = v1alpha1.OperationDone
	if len(receipt.Refused) == 0 || change.Operation == providers.OperationModify {
		record.Attempts++
	}
	s.Kind.Observe(s.campaign, receipt.Facts, "")
	switch {
	case len(change.Members) > 0:
		s.membersChanged(change, receipt.Refused)
	case change.Operation == providers.OperationModify:
		s.modified(change, receipt.Refused)
	case change.Batch != nil:
		s.deposited(*change.Batch, receipt)
	case change.Operation == providers.OperationAppend && change.Total > 0:
		s.noteAppended(change.Total)
	}
}

// detached returns a context that outlives the manager's being told to stop, within the
// pod's grace period: a call that was begun is finished and recorded.
func detached(ctx context.Context, within time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), within)
}

func (s *scope) auditEntry(op providers.Operation) audit.Entry {
	identity := s.account.Account.Identity
	entry := audit.Entry{
		Kind: s.Kind.Name(), Namespace: s.campaign.GetNamespace(), Name: s.campaign.GetName(),
		UID: string(s.campaign.GetUID()), Generation: s.campaign.GetGeneration(),
		FieldManager: specManager(s.campaign), GitRevision: s.campaign.GetAnnotations()[v1alpha1.AnnotationGitRevision],
		Account: identity.ID, Environment: identity.Environment, Gateway: identity.Gateway,
		Operation: string(op), Number: s.numberInUse(), ActivityID: s.Kind.ActivityID(s.campaign),
	}
	if op == providers.OperationCreate {
		entry.Digest = s.digest
	}
	if exposure := s.costFacts().costs(); exposure != nil && op.Widens() {
		entry.Money = money.Yuan(exposure.Fen)
	}
	if s.deleting() {
		entry.Cause = "deletion"
	}
	return entry
}

func auditFailure(err *providers.Error) audit.Result {
	result := audit.Result{Outcome: audit.Refused, Code: err.Code, Error: err.Error(), RequestID: err.RequestID}
	if err.MaybeCommitted {
		result.Outcome = audit.Unknown
	}
	return result
}

// auditAfter writes the line after a call. The call was made: that its second line is
// missing must not lose its result, so the failure is only logged.
func (s *scope) auditAfter(ctx context.Context, entry audit.Entry, result audit.Result) {
	if result.Error != "" {
		log.FromContext(ctx).Info("call failed", "operation", entry.Operation, "code", result.Code, "error", result.Error, "requestId", result.RequestID)
	}
	if err := s.Audit.After(entry, result); err != nil {
		log.FromContext(ctx).Error(err, "the audit line after the call is missing", "operation", entry.Operation, "outcome", result.Outcome, "requestId", result.RequestID)
	}
}

// specManager is who last wrote anything but the status.
func specManager(c v1alpha1.Campaign) string {
	var name string
	var last time.Time
	for _, field := range c.GetManagedFields() {
		if field.Subresource == "" && field.Time != nil && !field.Time.Time.Before(last) {
			name, last = field.Manager, field.Time.Time
		}
	}
	return name
}
