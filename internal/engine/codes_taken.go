package engine

import (
	"context"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
)

// A code that two activities give out is honoured once and promised twice. So a Secret is one activity's: of the resource, and the
// revision of it, that codes of it were handed over for. While none were, it is the oldest resource's that names it.

// begun are the Secrets that codes were handed over from, or may have been.
func begun(record *v1alpha1.CodesRecord) []v1alpha1.CodeSourceRecord {
	if record == nil {
		return nil
	}
	var sources []v1alpha1.CodeSourceRecord
	for _, source := range record.Sources {
		if source.Handed > 0 || record.Batch != nil && record.Batch.SecretName == source.SecretName {
			sources = append(sources, source)
		}
	}
	return sources
}

// codesTaken says why the codes of a Secret, which are those of a digest, are not this activity's to give out; nil when they are.
func (s *scope) codesTaken(ctx context.Context, source CodeSource, digest string) *status.Verdict {
	st := s.campaign.CampaignStatus()
	if sameCodes(begun(st.Codes), digest) {
		return nil
	}
	if sameCodes(st.FormerCodes, digest) {
		return codesInvalid("codes of Secret %s were handed over for the activity of a former requestRevision, and vouchers that users have received stay usable. %s", source.SecretName, freshCodes)
	}
	owner, err := s.find(ctx, func(other v1alpha1.Campaign) bool { return s.takesCodes(other, source, digest) })
	switch {
	case err != nil:
		return &status.Verdict{Progress: status.Working, Reason: v1alpha1.ReasonDepositingCodes, Message: "the other resources cannot be read from the cache; it is tried again."}
	case owner != "":
		return codesInvalid("the codes of Secret %s are those of %s, which names it, or has handed them over. %s", source.SecretName, owner, freshCodes)
	}
	return nil
}

const freshCodes = "Put codes that were never handed over into a Secret of their own, and name that in voucherCodesFrom."

// takesCodes reports whether the codes of a Secret are another resource's.
func (s *scope) takesCodes(other v1alpha1.Campaign, source CodeSource, digest string) bool {
	if other.GetUID() == s.campaign.GetUID() || other.GetNamespace() != s.campaign.GetNamespace() {
		return false
	}
	st := other.CampaignStatus()
	if sameCodes(begun(st.Codes), digest) || sameCodes(st.FormerCodes, digest) {
		return true
	}
	wants := s.Kind.Goal(other) == GoalLive && !campaignFinal(st.State) && other.Lifecycle().ManagementPolicy != v1alpha1.ManagementObserve && other.GetDeletionTimestamp().IsZero()
	return wants && elder(other, s.campaign) && CodesFacts{Sources: s.Kind.Codes(other)}.named(source.SecretName)
}

func sameCodes(sources []v1alpha1.CodeSourceRecord, digest string) bool {
	for _, source := range sources {
		if source.Digest == digest {
			return true
		}
	}
	return false
}
