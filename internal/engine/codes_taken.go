package engine

import (
	"context"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

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

// keepCodes keeps what is recorded of the codes of an activity that the resource gives up.
func (s *scope) keepCodes() {
	if st := s.campaign.CampaignStatus(); len(begun(st.Codes)) > 0 {
		st.FormerCodes = append(st.FormerCodes, v1alpha1.FormerCodesRecord{ActivityID: s.Kind.ActivityID(s.campaign), Codes: *st.Codes})
	}
}

// restoreCodes goes on with what was kept of the codes of an activity that the resource takes up again.
func (s *scope) restoreCodes() {
	st, id := s.campaign.CampaignStatus(), s.Kind.ActivityID(s.campaign)
	st.FormerCodes = slices.DeleteFunc(st.FormerCodes, func(former v1alpha1.FormerCodesRecord) bool {
		if former.ActivityID == id {
			st.Codes = &former.Codes
		}
		return former.ActivityID == id
	})
}

// codesTaken says why the codes of a Secret, which are those of a digest, are not this activity's to give out; nil when they are.
func (s *scope) codesTaken(ctx context.Context, source CodeSource, digest string) *status.Verdict {
	st := s.campaign.CampaignStatus()
	switch from := sameCodes(begun(st.Codes), source.SecretName, digest); from {
	case "":
	case source.SecretName:
		return nil
	default:
		return codesInvalid("the codes of Secret %s were handed over already, from Secret %s. %s", source.SecretName, from, freshCodes)
	}
	if formerCodes(st, source.SecretName, digest) {
		return codesInvalid("codes of Secret %s were handed over for the activity of a former requestRevision, and vouchers that users have received stay usable. %s", source.SecretName, freshCodes)
	}
	owner, err := s.find(ctx, func(other v1alpha1.Campaign) bool { return s.takesCodes(other, source, digest) }, client.InNamespace(s.campaign.GetNamespace()))
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
	if other.GetUID() == s.campaign.GetUID() {
		return false
	}
	st := other.CampaignStatus()
	if sameCodes(begun(st.Codes), source.SecretName, digest) != "" || formerCodes(st, source.SecretName, digest) {
		return true
	}
	wants := s.Kind.Goal(other) == GoalLive && !campaignFinal(st.State) && other.Lifecycle().ManagementPolicy != v1alpha1.ManagementObserve && other.GetDeletionTimestamp().IsZero()
	return wants && elder(other, s.campaign) && CodesFacts{Sources: s.Kind.Codes(other)}.named(source.SecretName)
}

// formerCodes reports whether codes were handed over for a former activity of a resource.
func formerCodes(st *v1alpha1.CampaignStatus, secretName, digest string) bool {
	return slices.ContainsFunc(st.FormerCodes, func(former v1alpha1.FormerCodesRecord) bool {
		return sameCodes(begun(&former.Codes), secretName, digest) != ""
	})
}

// sameCodes is the Secret, among some, that the codes of a digest are from; empty where they are from none. Of a Secret that was gone
// when its record was recovered only the name is known.
func sameCodes(sources []v1alpha1.CodeSourceRecord, secretName, digest string) string {
	for _, source := range sources {
		if source.Digest == digest || source.Digest == "" && source.SecretName == secretName {
			return source.SecretName
		}
	}
	return ""
}
