package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// Codes are handed over in the order of their Secrets and lines, in batches. How many the vendor has is read, and written with the
// intent, before each: whether a batch whose answer got lost has arrived is told by how many there are then. So no code is sent
// a second time, whatever the vendor makes of a second time.

// CodeSource is a Secret whose codes an activity gives out.
type CodeSource struct {
	// SecretName is the Secret, in the campaign's namespace, Count how many codes it holds.
	SecretName string
	Count      int64
}

// CodeBatch are codes that one call hands over.
type CodeBatch struct {
	SecretName string
	// Lines are where the codes stand in the Secret, from 1, SourceDigest is that of all of its codes.
	Lines        []int64
	Codes        []string
	SourceDigest string
	// Last is true when no code of the Secret is left after it.
	Last bool
}

func (b *CodeBatch) digest() string { return digest([]byte(strings.Join(b.Codes, "\n"))) }

// maxCodeFailures bounds the failures in the status.
const maxCodeFailures = 10

// codesRead is what one reconcile has read of the codes.
type codesRead struct {
	// counted is how many the vendor has; nil while it was not asked.
	counted *int64
	batch   *CodeBatch
	problem *status.Verdict
	// checked is true when the Secrets of codes that were handed over were looked at, too.
	checked bool
	// handed counts the batches that this reconcile has handed over.
	handed int
}

// codesFacts says what the manifest's codes are and what is known of them.
func (s *scope) codesFacts() CodesFacts {
	return CodesFacts{
		Sources: s.Kind.Codes(s.campaign), Record: s.campaign.CampaignStatus().Codes,
		Counted: s.codes.counted, Batch: s.codes.batch, Problem: s.codes.problem, Checked: s.codes.checked || !s.doubtsCodes(), Read: s.codes.checked, Handed: s.codes.handed,
	}
}

// readCodes reads how many codes the vendor has and which are next. Secrets are read by name and past the cache, and those that are
// done with only where somebody may have changed them: after an edit, or for who asks.
func (s *scope) readCodes(ctx context.Context) {
	if s.readWait = s.readTurn(providers.OperationCountCodes); s.readWait > 0 {
		return
	}
	counted, err := s.activities.CountCodes(ctx, s.Kind.ActivityID(s.campaign))
	if err != nil {
		s.callFailed(providers.AsError(providers.OperationCountCodes, err))
		return
	}
	s.memory.answered()
	s.codes.counted, s.codes.batch, s.codes.problem, s.codes.checked = &counted, nil, nil, true
	facts := s.codesFacts()
	for _, source := range facts.Sources {
		done := facts.of(source.SecretName)
		if done.Done && !s.doubtsCodes() {
			continue
		}
		batch, problem := s.nextBatch(ctx, source, done)
		if problem != nil || batch != nil {
			s.codes.batch, s.codes.problem = batch, problem
			return
		}
	}
}

// doubtsCodes reports whether Secrets whose codes were handed over are looked at again: after an edit, for who asks, and while one is
// said to have changed.
func (s *scope) doubtsCodes() bool {
	return !s.forced.IsZero() || s.campaign.CampaignStatus().ObservedGeneration != s.campaign.GetGeneration() ||
		readyReason(s.campaign) == v1alpha1.ReasonCodesChanged
}

// nextBatch reads a Secret and returns the codes in it that are next; none when it is done with and unchanged.
func (s *scope) nextBatch(ctx context.Context, source CodeSource, done v1alpha1.CodeSourceRecord) (*CodeBatch, *status.Verdict) {
	secret := &corev1.Secret{}
	key := types.NamespacedName{Namespace: s.campaign.GetNamespace(), Name: source.SecretName}
	err := s.Live.Get(ctx, key, secret)
	switch {
	case client.IgnoreNotFound(err) != nil:
		return nil, &status.Verdict{Progress: status.Working, Reason: v1alpha1.ReasonDepositingCodes, Message: fmt.Sprintf("Secret %s cannot be read from the API server; it is tried again.", key)}
	case err != nil && done.Done:
		return nil, nil // it is not needed any more
	case err != nil:
		return nil, codesInvalid("Secret %s does not exist. Create it with the codes, one a line.", key)
	}
	codes, problem := parseCodes(key, secret.Data, source.Count)
	begun := done.Digest != "" && (done.Lines > 0 || isOpen(s.campaign.CampaignStatus().Operation, providers.OperationDepositCodes))
	switch {
	case begun && codes.digest != done.Digest:
		return nil, &status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonCodesChanged, Message: fmt.Sprintf(
			"Secret %s holds other codes than those of which %d were handed over from it, and codes cannot be taken back. Restore its content; put further codes into a Secret of their own and name it in voucherCodesFrom, too.", key, done.Lines)}
	case problem != nil:
		return nil, problem
	}
	return codes.batch(source.SecretName, done.Lines), nil
}

func codesInvalid(format string, args ...any) *status.Verdict {
	return &status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonCodesInvalid, Message: fmt.Sprintf(format, args...)}
}

// codesIntended records what the vendor has before a batch is handed over.
func (s *scope) codesIntended(change Change) {
	if change.Batch == nil {
		return
	}
	record := s.codesRecord()
	record.Counted = max(record.Counted, *s.codes.counted) // a count may lag behind
	sourceOf(record, change.Batch.SecretName).Digest = change.Batch.SourceDigest
}

// codesRecord is the record of the codes, made where there is none.
func (s *scope) codesRecord() *v1alpha1.CodesRecord {
	st := s.campaign.CampaignStatus()
	if st.Codes == nil {
		st.Codes = &v1alpha1.CodesRecord{}
	}
	record := st.Codes
	record.Total = totalOf(s.Kind.Codes(s.campaign))
	record.Summary = fmt.Sprintf("%d/%d", record.Deposited, record.Total)
	return record
}

func sourceOf(record *v1alpha1.CodesRecord, secretName string) *v1alpha1.CodeSourceRecord {
	i := slices.IndexFunc(record.Sources, func(r v1alpha1.CodeSourceRecord) bool { return r.SecretName == secretName })
	if i < 0 {
		record.Sources = append(record.Sources, v1alpha1.CodeSourceRecord{SecretName: secretName})
		i = len(record.Sources) - 1
	}
	return &record.Sources[i]
}

// deposited records what became of a batch.
func (s *scope) deposited(batch CodeBatch, receipt providers.Receipt) {
	record := s.codesRecord()
	lineOf := make(map[string]int64, len(batch.Codes))
	for i, code := range batch.Codes {
		lineOf[code] = batch.Lines[i]
	}
	for _, r := range receipt.Refused {
		record.Failures = append(record.Failures, v1alpha1.CodeFailureRecord{SecretName: batch.SecretName, Line: lineOf[r.ID], Reason: strings.ReplaceAll(r.Reason, r.ID, "(code)")})
	}
	s.handedOver(record, batch, receipt.Accepted)
}

// handedOver records that a batch is at the vendor, but for those codes that it did not take.
func (s *scope) handedOver(record *v1alpha1.CodesRecord, batch CodeBatch, accepted int64) {
	record.Deposited += accepted
	record.Failed += int64(len(batch.Codes)) - accepted
	record.Counted += accepted
	record.Failures = record.Failures[:min(len(record.Failures), maxCodeFailures)]
	source := sourceOf(record, batch.SecretName)
	source.Digest = batch.SourceDigest
	source.Lines += int64(len(batch.Codes))
	source.Done = batch.Last
	record.Summary = fmt.Sprintf("%d/%d", record.Deposited, record.Total)
	s.codes = codesRead{handed: s.codes.handed + 1}
}

// noteAvailable records how many codes the vendor gives out in all.
func (s *scope) noteAvailable() {
	record, shown := s.campaign.CampaignStatus().Codes, s.remote.Snapshot
	if record != nil && shown.Distribution != nil && shown.Detailed {
		record.Available = shown.Distribution.Total
	}
}

// noteCodes records codes that the vendor has and that no answer told of: those of a batch whose answer got lost, or all that were
// handed over before the record of them was lost.
func (s *scope) noteCodes() {
	facts := s.codesFacts()
	record := s.codesRecord()
	if facts.Record != nil {
		s.campaign.CampaignStatus().Operation.Outcome = v1alpha1.OperationDone
		accepted := min(*facts.Counted-record.Counted, int64(len(facts.Batch.Codes)))
		if missed := int64(len(facts.Batch.Codes)) - accepted; missed > 0 {
			record.Failures = append(record.Failures, v1alpha1.CodeFailureRecord{SecretName: facts.Batch.SecretName, Line: facts.Batch.Lines[0],
				Reason: fmt.Sprintf("%d codes from this line on: which and why was in an answer that got lost", missed)})
		}
		s.handedOver(record, *facts.Batch, accepted)
		return
	}
	left := *facts.Counted
	for _, source := range facts.Sources {
		if left <= 0 {
			break
		}
		there := sourceOf(record, source.SecretName)
		there.Lines = min(left, source.Count)
		there.Done = there.Lines == source.Count
		left -= there.Lines
		record.Deposited += there.Lines
	}
	record.Counted = *facts.Counted
	record.Summary = fmt.Sprintf("%d/%d", record.Deposited, record.Total)
	s.codes = codesRead{handed: s.codes.handed} // what is next is read anew
}
