package engine

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/audit"
	"github.com/campaign-operator/campaign-operator/providers"
)

// intendOperation records which call is about to change the activity. It is also how the
// operator remembers that it was this manifest that ended it.
func (s *scope) intendOperation(ctx context.Context, d Decision) error {
	s.campaign.CampaignStatus().Operation = &v1alpha1.OperationRecord{
		Name: string(d.Operation), Generation: s.campaign.GetGeneration(), Time: metav1.NewTime(s.now),
	}
	s.apply(d)
	return s.persist(ctx)
}

// operate sends a call that changes the activity, and reads what became of it.
func (s *scope) operate(ctx context.Context, op providers.Operation) error {
	ctx, cancel := detached(ctx, callTimeout)
	defer cancel()
	if err := s.confirmCurrent(ctx); err != nil {
		return err
	}
	s.memory.turn = zeroTime
	entry := s.auditEntry(op)
	if err := s.Audit.Before(entry); err != nil {
		return err
	}
	receipt, err := s.activities.Do(ctx, providers.Mutation{Operation: op, ID: s.Kind.ActivityID(s.campaign)})
	if err != nil {
		failure := providers.AsError(op, err)
		s.auditAfter(ctx, entry, auditFailure(failure))
		s.callFailed(failure)
		return nil
	}
	s.auditAfter(ctx, entry, audit.Result{Outcome: audit.Done, RequestID: receipt.RequestID})
	log.FromContext(ctx).Info("done", "operation", op, "activityId", s.Kind.ActivityID(s.campaign), "requestId", receipt.RequestID)
	s.memory.Operated = s.Clock.Now()
	s.Kind.Observe(s.campaign, receipt.Facts, "")
	s.get(ctx)
	return nil
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
