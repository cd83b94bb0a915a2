package engine

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/audit"
	"github.com/campaign-operator/campaign-operator/providers"
)

// intend records that the create call is about to be sent. From this write on the API server
// refuses edits of the creation fields, so that what is sent is what is stored. The write
// carries the resourceVersion that was read: had anybody changed the manifest since, it
// would fail and the reconcile would start over.
func (s *scope) intend(ctx context.Context, d Decision) error {
	st := s.campaign.CampaignStatus()
	st.Creation = v1alpha1.CreationUnknown
	st.Request, st.Plan = s.record(), nil
	s.apply(d)
	if err := s.persist(ctx); err != nil {
		return err
	}
	s.memory.newIntent()
	s.memory.Intended, s.memory.LastSend = true, zeroTime
	return nil
}

// record is the creation record of the request at hand.
func (s *scope) record() *v1alpha1.CreationRequest {
	return &v1alpha1.CreationRequest{
		Number: s.request.Number, Revision: s.campaign.Lifecycle().Revision(), Digest: s.digest,
		Account: s.account.Account.Identity, Generation: s.campaign.GetGeneration(), Time: metav1.NewTime(s.now),
	}
}

// send sends the create call and records what came of it. It reports true when the
// reconcile is over because the id could not be recorded as expected.
func (s *scope) send(ctx context.Context) (bool, error) {
	if withheld, err := s.withheldCreation(ctx); withheld || err != nil {
		return err != nil, err
	}
	ctx, cancel := detached(ctx, callTimeout)
	defer cancel()
	if err := s.confirmCurrent(ctx); err != nil {
		return true, err
	}
	s.spent()
	entry := s.auditEntry(providers.OperationCreate)
	if err := s.Audit.Before(entry); err != nil {
		return true, err
	}
	if s.memory.Intended && !s.memory.MaybeCommitted && !s.memory.Released {
		ctx = providers.FirstSend(ctx)
	}
	s.memory.Sends++
	s.memory.AbsentSince, s.memory.ProvenAbsent = zeroTime, false // what was proven was proven before this
	created, err := s.activities.Create(ctx, s.request.Body)
	s.memory.LastSend = s.Clock.Now()
	if err != nil {
		failure := providers.AsError(providers.OperationCreate, err)
		s.auditAfter(ctx, entry, auditFailure(failure))
		s.sendFailed(failure)
		return false, nil
	}
	s.auditAfter(ctx, entry, audit.Result{Outcome: audit.Done, ActivityID: created.ID, RequestID: created.RequestID})
	log.FromContext(ctx).Info("created", "activityId", created.ID, "requestNumber", s.request.Number, "requestId", created.RequestID)
	s.memory.succeeded()
	s.memory.MaybeCommitted = true // should the id get lost, a later refusal proves nothing
	s.Kind.SetActivityID(s.campaign, created.ID)
	s.created = true
	s.Kind.Observe(s.campaign, created.Facts, "")
	s.campaign.CampaignStatus().Rejection = nil
	s.noteRefused(created.Refused)
	s.makeRequest() // of the revision that the manifest asks for, from here on
	s.get(ctx)      // the id is not yet the proof that the content is ours
	return false, nil
}

// sendFailed sorts a failed create call: a definite refusal of a call that nothing can have
// been committed before clears the intent; anything else leaves the outcome open.
func (s *scope) sendFailed(failure *providers.Error) {
	s.callFailed(failure)
	s.memory.SendErr = failure
	switch {
	case failure.MaybeCommitted:
		s.memory.MaybeCommitted = true
		if more := s.memory.Sends - maxSends; more >= 0 && s.Kind.Traits().Repeats { // gateways hide bad parameters behind it
			s.pause(failure, slowDelay(int64(more)+1))
		}
	case s.memory.MaybeCommitted || !s.memory.Intended:
		// It proves nothing about the earlier sends.
		s.memory.Refused = refusal(failure)
	default:
		s.clearIntent()
		s.noteRejection(failure)
	}
}

// refusal reports whether the gateway turned down the request itself, so that sending the
// same bytes again soon is pointless.
func refusal(failure *providers.Error) bool {
	return failure.Delay == providers.DelayNever || failure.Delay == providers.DelaySlow
}

// noteRejection records a refusal of the request at hand.
func (s *scope) noteRejection(failure *providers.Error) {
	if !refusal(failure) {
		return
	}
	s.memory.succeeded() // the record, not the memory, says when these bytes may be sent again
	st := s.campaign.CampaignStatus()
	attempts := int64(1)
	if st.Rejection != nil && st.Rejection.Digest == s.digest {
		attempts += st.Rejection.Attempts
	}
	st.Rejection = &v1alpha1.Rejection{
		Account: s.account.Account.Identity, Digest: s.digest, Code: failure.Code, Message: s.explainRejection(failure, st.Rejection),
		Retry: failure.Delay == providers.DelaySlow, Attempts: attempts, Time: metav1.NewTime(s.now),
	}
	if !s.forced.IsZero() { // what was asked for was done
		st.LastHandledReconcileAt, s.forced = s.memory.forced, zeroTime
	}
}

// explainRejection says why the request was refused. Where a corrected one is refused in the same words, the gateway may be repeating its
// answer to the former one, which had the same number.
func (s *scope) explainRejection(failure *providers.Error, last *v1alpha1.Rejection) string {
	message := explain(failure)
	if s.Kind.Traits().Repeats && last != nil && last.Digest != s.digest && strings.HasPrefix(last.Message, failure.Error()) {
		message += " The request before this correction was refused in the same words: the gateway may be repeating that answer to the number. If the correction is right, raise requestRevision."
	}
	return message
}

// release clears an intent whose call provably created nothing. When it was repeated to the
// limit, the next try waits: the gateway may be down, or hide a bad parameter.
func (s *scope) release() {
	last, exhausted, refused := s.memory.SendErr, s.memory.Sends >= maxSends, s.memory.Refused
	s.clearIntent()
	s.memory.Released = true
	switch {
	case refused:
		s.noteRejection(last)
	case exhausted:
		s.pause(last, slowDelay(1))
	}
}

func (s *scope) clearIntent() {
	st := s.campaign.CampaignStatus()
	st.Creation, st.Request = "", nil
	s.memory.newIntent()
}

// withheldCreation reports whether the account, as the API server has it now, holds the create call back. One that this process
// has sent before is not held for its money any more.
func (s *scope) withheldCreation(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	listed := s.moneyFacts(&Facts{}).MaxActive != nil // the decision has seen to it that the list is known
	held, err := s.holdNow(ctx)
	if held || err != nil || s.Kind.Traits().Activates() || s.memory.Sends > 0 {
		return held, err
	}
	return s.overNow(ctx, listed)
}

// holdNow reads the account's brake and ceilings from the API server, right before a call that starts or
// widens something, and reports whether the brake holds it back.
func (s *scope) holdNow(ctx context.Context) (bool, error) {
	now, err := s.Accounts.Now(ctx, s.campaign)
	if err != nil {
		return false, fmt.Errorf("read the account before a call: %w", err)
	}
	s.account.Limits = now.Limits
	if now.Hold != nil {
		s.account.Hold = now.Hold
	}
	return now.Hold != nil, nil
}

// numberInUse is the recorded number, or the manifest's while none is recorded.
func (s *scope) numberInUse() string {
	if st := s.campaign.CampaignStatus(); st.Request != nil {
		return st.Request.Number
	}
	return s.request.Number
}

// rescue records an id on the live object after the status write for it met a conflict:
// nothing that the vendor answered may be lost. The next reconcile judges the content.
func (s *scope) rescue(ctx context.Context) error {
	id, record := s.Kind.ActivityID(s.campaign), s.campaign.CampaignStatus().Request
	for range 5 {
		live := s.Kind.New()
		err := s.Live.Get(ctx, keyOf(s.campaign), live)
		if apierrors.IsNotFound(err) || (err == nil && live.GetUID() != s.campaign.GetUID()) {
			s.leftBehind(ctx, id)
			return nil
		}
		if err != nil {
			return fmt.Errorf("record activity %s: %w", id, err)
		}
		if known := s.Kind.ActivityID(live); known != "" {
			if known != id {
				s.leftBehind(ctx, id)
			}
			return nil
		}
		before := copyOf(live)
		s.Kind.SetActivityID(live, id)
		st := live.CampaignStatus()
		st.Creation, st.Request = v1alpha1.CreationUnknown, record
		if err = s.patch(ctx, before, live); !apierrors.IsConflict(err) {
			return err
		}
	}
	return fmt.Errorf("record activity %s: the resource is being changed all the time; trying again", id)
}

// leftBehind tells, on the account, of an activity that no resource records: its own was
// deleted, or records another one, since the call was sent.
func (s *scope) leftBehind(ctx context.Context, id string) {
	log.FromContext(ctx).Info("no resource records the activity that was created", "activityId", id, "requestNumber", s.numberInUse())
	s.Events.Eventf(s.account.Ref, s.campaign, "Warning", "LeftBehind", "Create",
		"activity %s, created for %s %s under request number %s, is recorded by no resource: the resource was deleted or replaced meanwhile. Apply its manifest again to find the activity, or end it in the vendor's console.",
		id, s.Kind.Name(), keyOf(s.campaign), s.numberInUse())
}
