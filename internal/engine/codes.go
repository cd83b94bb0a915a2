package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// Codes are handed over in the order of their Secrets and lines, in batches. A batch is recorded before it is handed over, with how many
// codes the vendor has then, and stays recorded until it is known what became of it: where its answer got lost, by how many there are
// later. No other batch goes before that, so that no code is sent as part of another call.

// CodeSource is a Secret whose codes an activity gives out.
type CodeSource struct {
	// SecretName is the Secret, in the campaign's namespace, Count how many codes it holds.
	SecretName string
	Count      int64
}

// CodeBatch are codes that one call hands over.
type CodeBatch struct {
	SecretName string
	// From is how many codes of the Secret are before them, Lines are where they stand in it, from 1; SourceDigest is that of all
	// of its codes.
	From         int64
	Lines        []int64
	Codes        []string
	SourceDigest string
}

// BatchAnswer is what the vendor has answered to a batch.
type BatchAnswer struct {
	// Accepted counts the codes that it has taken, Failures are the first of the others.
	Accepted int64
	Failures []v1alpha1.CodeFailureRecord
}

func (b *CodeBatch) digest() string { return digest([]byte(strings.Join(b.Codes, "\n"))) }

// maxCodeFailures bounds the failures in the status.
const maxCodeFailures = 10

// codesFacts says what the manifest's codes are and what is known of them.
func (s *scope) codesFacts() CodesFacts {
	record := s.campaign.CampaignStatus().Codes
	facts := CodesFacts{
		Sources: s.Kind.Codes(s.campaign), Record: record, Counted: s.codes.counted, Batch: s.codes.batch, Problem: s.codes.problem,
		Checked: s.codes.read || !s.doubtsCodes(), Read: s.codes.read, Handed: s.codes.handed,
	}
	facts.Follows = record != nil && s.totalFollows(record)
	if record != nil && record.Batch != nil {
		facts.Unsent, facts.Answer = s.unsent, s.memory.BatchAnswer
		facts.BatchSent = latest(record.Batch.Time.Time, s.memory.FirstSeen) // another process may have sent it until it ended
		if !s.memory.BatchSent.IsZero() {
			facts.BatchSent = s.memory.BatchSent
		}
	}
	return facts
}

// codesIntended records which batch is about to be handed over, and what the vendor has before.
func (s *scope) codesIntended(change Change) {
	batch := change.Batch
	if batch == nil {
		return
	}
	record := s.codesRecord()
	sourceOf(record, batch.SecretName).Digest = batch.SourceDigest
	if record.Batch != nil { // it is handed over once more
		return
	}
	record.Counted, record.AvailableBefore = *s.codes.counted, s.totalNow()
	s.memory.BatchSent, s.memory.BatchAnswer = zeroTime, nil
	record.Batch = &v1alpha1.CodeBatchRecord{
		SecretName: batch.SecretName, From: batch.From, Size: int64(len(batch.Codes)), Digest: batch.digest(), Time: metav1.NewTime(s.now),
	}
	s.batchNew = true
}

// batchKept takes the record of a batch back that was surely not handed over: this reconcile has recorded it, and the call was not
// made, or refused as a whole.
func (s *scope) batchKept() {
	if record := s.campaign.CampaignStatus().Codes; record != nil && s.batchNew {
		record.Batch = nil
		s.codes = codesRead{handed: s.codes.handed}
	}
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

// deposited records what the answer says of a batch.
func (s *scope) deposited(batch CodeBatch, receipt providers.Receipt) {
	answer := &BatchAnswer{Accepted: receipt.Accepted, Failures: failuresOf(batch, receipt)}
	if !s.batchNew && len(receipt.Refused) > 0 { // it may be refused because it has arrived before: the count tells
		s.memory.BatchAnswer, s.codes = answer, codesRead{handed: s.codes.handed}
		return
	}
	s.handedOver(s.codesRecord(), *answer)
}

// failuresOf says which lines of a batch the vendor refused, without the codes.
func failuresOf(batch CodeBatch, receipt providers.Receipt) (failures []v1alpha1.CodeFailureRecord) {
	lineOf := make(map[string]int64, len(batch.Codes))
	for i, code := range batch.Codes {
		lineOf[code] = batch.Lines[i]
	}
	for _, r := range receipt.Refused[:min(len(receipt.Refused), maxCodeFailures)] {
		failures = append(failures, v1alpha1.CodeFailureRecord{SecretName: batch.SecretName, Line: lineOf[r.ID], Reason: strings.ReplaceAll(r.Reason, r.ID, "(code)")})
	}
	return failures
}

// settleBatch records what became of a batch whose answer got lost: all of it has arrived when the vendor has as many codes more; else
// what it answered when the batch was sent once more.
func (s *scope) settleBatch() {
	record := s.codesRecord()
	if operation := s.campaign.CampaignStatus().Operation; isOpen(operation, providers.OperationDepositCodes) {
		operation.Outcome = v1alpha1.OperationDone
	}
	answer := BatchAnswer{Accepted: record.Batch.Size}
	if *s.codes.counted-record.Counted < record.Batch.Size {
		answer = *s.memory.BatchAnswer
	}
	s.handedOver(record, answer)
}

// handedOver ends a batch with what the vendor has taken of it.
func (s *scope) handedOver(record *v1alpha1.CodesRecord, answer BatchAnswer) {
	batch, accepted := record.Batch, answer.Accepted
	record.Failures = append(record.Failures, answer.Failures...)
	record.Deposited += accepted
	if failed := batch.Size - accepted; failed > 0 {
		record.Failed += failed
		record.FailedGeneration = s.campaign.GetGeneration()
	}
	record.Counted += accepted
	record.Failures = record.Failures[:min(len(record.Failures), maxCodeFailures)]
	sourceOf(record, batch.SecretName).Handed = batch.From + batch.Size
	record.Batch = nil
	record.Summary = fmt.Sprintf("%d/%d", record.Deposited, record.Total)
	s.codes, s.batchNew = codesRead{handed: s.codes.handed + 1}, false
	s.memory.BatchSent, s.memory.BatchAnswer = zeroTime, nil
}

// recoverCodes records codes that were handed over before the record of them was lost: as many as the vendor has, from the first on.
func (s *scope) recoverCodes() {
	record := s.codesRecord()
	left := *s.codes.counted
	record.Counted, record.Deposited = left, left
	for _, source := range s.Kind.Codes(s.campaign) {
		if left <= 0 {
			break
		}
		there := sourceOf(record, source.SecretName)
		there.Handed, there.Digest = min(left, source.Count), s.memory.CodesChecked.Digests[source.SecretName]
		left -= there.Handed
	}
	record.Summary = fmt.Sprintf("%d/%d", record.Deposited, record.Total)
	s.codes = codesRead{handed: s.codes.handed} // what is next is read anew
}

// noteAvailable records how many codes the vendor gives out in all.
func (s *scope) noteAvailable() {
	record, shown := s.campaign.CampaignStatus().Codes, s.remote.Snapshot
	if record != nil && shown.Detailed && shown.Total != nil {
		record.Available = *shown.Total
		record.TotalFollows = s.totalFollows(record)
	}
}

// noteAppended records how many codes the vendor was told to give out, where it does not say how many it does.
func (s *scope) noteAppended(total int64) {
	if record := s.campaign.CampaignStatus().Codes; record != nil && s.totalNow() == nil {
		record.Available = total
	}
}

// totalFollows reports whether the vendor was seen to give out codes without being told how many there are: those of the last call,
// which it did not give out before; or more than it can be told.
func (s *scope) totalFollows(record *v1alpha1.CodesRecord) bool {
	if record.TotalFollows || s.remote == nil || !s.remote.Snapshot.Detailed || s.remote.Snapshot.Total == nil {
		return record.TotalFollows
	}
	total, most, last := *s.remote.Snapshot.Total, s.Kind.Traits().MostAppended, s.campaign.CampaignStatus().Operation
	deposited := last != nil && last.Name == string(providers.OperationDepositCodes) && last.Outcome == v1alpha1.OperationDone && record.Batch == nil
	raised := record.AvailableBefore != nil && *record.AvailableBefore < record.Counted && total >= record.Counted
	return deposited && raised || most > 0 && total > most
}

// totalNow is how many the vendor gives out in all as it was just read; nil where that is not known.
func (s *scope) totalNow() *int64 {
	if s.remote == nil || !s.read {
		return nil
	}
	return s.remote.Snapshot.Total
}

// batchSent notes that a batch has just been sent.
func (s *scope) batchSent(change Change, at time.Time) {
	if change.Batch != nil {
		s.memory.BatchSent = at
	}
}
