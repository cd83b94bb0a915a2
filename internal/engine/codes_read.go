package engine

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// codesRead is what one reconcile has read of the codes.
type codesRead struct {
	// read is true when the Secrets were looked at, as far as they have to be.
	read bool
	// counted is how many the vendor has; nil while it was not asked.
	counted *int64
	batch   *CodeBatch
	problem *status.Verdict
	// handed counts the batches that this reconcile has handed over.
	handed int
}

// CodesChecked are the Secrets that one process has found to be good together, by what their codes were.
type CodesChecked struct {
	Generation int64
	Digests    map[string]string
}

// readCodes reads which codes are next, and how many the vendor has. Secrets are read by name and past the cache; the vendor is
// asked only when there is something to hand over, or to settle.
func (s *scope) readCodes(ctx context.Context) {
	s.codes = codesRead{read: true, handed: s.codes.handed}
	record := s.campaign.CampaignStatus().Codes
	if record != nil && record.Batch != nil {
		s.codes.batch, s.codes.problem = s.openBatch(ctx, *record.Batch)
	} else if s.codes.problem = s.checkCodes(ctx); s.codes.problem == nil {
		s.codes.batch, s.codes.problem = s.nextBatch(ctx)
	}
	if s.codes.problem != nil && (record == nil || record.Batch == nil) {
		return
	}
	s.countCodes(ctx)
}

// checkAhead looks at the Secrets before there is an activity.
func (s *scope) checkAhead(ctx context.Context) {
	s.codes = codesRead{read: true, problem: s.checkCodes(ctx)}
}

// countCodes asks the vendor how many codes it has.
func (s *scope) countCodes(ctx context.Context) {
	if s.readWait = s.readTurn(providers.OperationCountCodes); s.readWait > 0 {
		s.codes.read = false
		return
	}
	counted, err := s.activities.CountCodes(ctx, s.Kind.ActivityID(s.campaign))
	if err != nil {
		s.callFailed(providers.AsError(providers.OperationCountCodes, err))
		return
	}
	s.memory.answered()
	s.codes.counted = &counted
}

// doubtsCodes reports whether Secrets whose codes were handed over are looked at again: after an edit, for who asks, and while one is
// said to have changed.
func (s *scope) doubtsCodes() bool {
	return !s.forced.IsZero() || s.campaign.CampaignStatus().ObservedGeneration != s.campaign.GetGeneration() ||
		readyReason(s.campaign) == v1alpha1.ReasonCodesChanged
}

// checkCodes makes sure, before the first code is handed over and whenever something may have changed, that the Secrets are good:
// each by itself, none changed since codes of it were handed over, and no code in two of them.
func (s *scope) checkCodes(ctx context.Context) *status.Verdict {
	checked := s.memory.CodesChecked
	if checked.Digests != nil && checked.Generation == s.campaign.GetGeneration() && !s.doubtsCodes() {
		return nil
	}
	checked = CodesChecked{Generation: s.campaign.GetGeneration(), Digests: map[string]string{}}
	var hashes []uint64
	facts := s.codesFacts()
	for _, source := range facts.Sources {
		list, problem := s.codesOf(ctx, source, facts.of(source.SecretName))
		if problem != nil {
			return problem
		}
		if list.digest == "" {
			continue // it is done with, and gone
		}
		if problem := s.codesTaken(ctx, source, list.digest); problem != nil {
			return problem
		}
		checked.Digests[source.SecretName] = list.digest
		hashes = append(hashes, list.hashes()...)
	}
	if sameTwice(hashes) {
		return codesInvalid("a code is in two of the Secrets that voucherCodesFrom names. Write each code once.")
	}
	s.memory.CodesChecked = checked
	return nil
}

// codesOf reads the codes of a Secret; none of one that is done with and gone.
func (s *scope) codesOf(ctx context.Context, source CodeSource, handed v1alpha1.CodeSourceRecord) (codeList, *status.Verdict) {
	secret := &corev1.Secret{}
	key := types.NamespacedName{Namespace: s.campaign.GetNamespace(), Name: source.SecretName}
	err := s.Live.Get(ctx, key, secret)
	switch {
	case client.IgnoreNotFound(err) != nil:
		return codeList{}, &status.Verdict{Progress: status.Working, Reason: v1alpha1.ReasonDepositingCodes, Message: fmt.Sprintf("Secret %s cannot be read from the API server; it is tried again.", key)}
	case err != nil && handed.Handed >= source.Count:
		return codeList{}, nil
	case err != nil:
		return codeList{}, codesInvalid("Secret %s does not exist. Create it with the codes, one a line, in the key %s.", key, v1alpha1.SecretKeyVoucherCodes)
	}
	list, problem := s.Kind.Traits().parseCodes(key, secret.Data, source.Count)
	if handed.Handed > 0 && handed.Digest != "" && list.digest != handed.Digest {
		why := ""
		if problem != nil {
			why = " " + problem.Message
		}
		return codeList{}, &status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonCodesChanged, Message: fmt.Sprintf(
			"Secret %s holds other codes than those of which %d were handed over from it, and codes cannot be taken back.%s Restore its content; put further codes into a Secret of their own and name it in voucherCodesFrom, too.", key, handed.Handed, why)}
	}
	return list, problem
}

func codesInvalid(format string, args ...any) *status.Verdict {
	return &status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonCodesInvalid, Message: fmt.Sprintf(format, args...)}
}

// nextBatch reads the first Secret that is not done with, and returns the codes in it that are next; none when all are.
func (s *scope) nextBatch(ctx context.Context) (*CodeBatch, *status.Verdict) {
	facts := s.codesFacts()
	for _, source := range facts.Sources {
		handed := facts.of(source.SecretName)
		if handed.Handed >= source.Count {
			continue
		}
		list, problem := s.codesOf(ctx, source, handed)
		if problem != nil {
			return nil, problem
		}
		if list.digest != s.memory.CodesChecked.Digests[source.SecretName] {
			s.memory.CodesChecked = CodesChecked{} // it was changed since it was found to be good with the others
			return nil, &status.Verdict{Progress: status.Working, Reason: v1alpha1.ReasonDepositingCodes, Message: fmt.Sprintf("Secret %s was changed; the codes are checked again.", source.SecretName)}
		}
		if problem := s.codesTaken(ctx, source, list.digest); problem != nil { // another may have begun it since
			return nil, problem
		}
		return list.batch(source.SecretName, handed.Handed), nil
	}
	return nil, nil
}

// openBatch reads the codes of a batch that may have been handed over.
func (s *scope) openBatch(ctx context.Context, open v1alpha1.CodeBatchRecord) (*CodeBatch, *status.Verdict) {
	facts := s.codesFacts()
	if !facts.named(open.SecretName) {
		return nil, nil // what became of it, the vendor's count says
	}
	handed := facts.of(open.SecretName)
	source := CodeSource{SecretName: open.SecretName, Count: open.From + open.Size}
	for _, named := range s.Kind.Codes(s.campaign) {
		if named.SecretName == open.SecretName {
			source.Count = named.Count
		}
	}
	handed.Handed = max(handed.Handed, 1) // it was begun, in any case
	list, problem := s.codesOf(ctx, source, handed)
	if problem != nil {
		return nil, problem
	}
	batch := list.batch(open.SecretName, open.From)
	if batch == nil || batch.digest() != open.Digest {
		return nil, codesInvalid("Secret %s does not hold the codes any more that were being handed over. Restore its content.", open.SecretName)
	}
	return batch, nil
}
