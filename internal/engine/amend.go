package engine

import (
	"slices"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// A field that a call can change is brought to what the manifest says by that call. Where the vendor leaves parts of it out, as with
// shops that it does not know, or does not show it, what remains to differ after it was asked is the residue: it is recorded as a
// digest of what was asked for and what there is since, so that only an edit or a change at the vendor has it asked again.

// maxRefused bounds the refused parts in the status.
const maxRefused = 10

// fixed are the differences that no call ends.
func fixed(differences []providers.Difference) []providers.Difference {
	return slices.DeleteFunc(slices.Clone(differences), func(d providers.Difference) bool { return d.Call != "" })
}

// noteRefused records what the vendor left out of the activity.
func (s *scope) noteRefused(refused []providers.Refusal) {
	st := s.campaign.CampaignStatus()
	if len(refused) == 0 {
		return
	}
	record := &v1alpha1.RefusedPartsRecord{Field: refused[0].Field, Total: int64(len(refused))}
	for _, r := range refused[:min(len(refused), maxRefused)] {
		record.First = append(record.First, v1alpha1.MemberRefusal{ID: r.ID, Reason: r.Reason})
	}
	st.Refused = record
}

// modified records what a modification was asked for and left out. What is left of it is looked at when the vendor is done.
func (s *scope) modified(change Change, refused []providers.Refusal) {
	st := s.campaign.CampaignStatus()
	if st.Refused != nil && slices.Contains(change.fields(), st.Refused.Field) {
		st.Refused = nil // asked anew
	}
	s.noteRefused(refused)
	for _, d := range change.Amends {
		st.Residue = slices.DeleteFunc(st.Residue, func(r v1alpha1.ResidueRecord) bool { return r.Field == d.Field })
		if d.Unseen || st.Refused != nil && st.Refused.Field == d.Field {
			st.Residue = append(st.Residue, v1alpha1.ResidueRecord{Field: d.Field, Desired: digest([]byte(d.Desired))})
		}
	}
}

// leftOut reports whether what a field lacks is what the vendor has left out.
func (s *scope) leftOut(d providers.Difference) bool {
	refused := s.campaign.CampaignStatus().Refused
	return refused != nil && refused.Field == d.Field && refused.Total == d.Missing
}

// noteResidue records what still differs although it was asked for: after a creation that this resource's request has made, and after a
// modification. The vendor is at rest, and the activity was read. What is not asked for any more is forgotten.
func (s *scope) noteResidue(remote *Remote) {
	st := s.campaign.CampaignStatus()
	if refused := st.Refused; refused != nil && !slices.ContainsFunc(remote.Differences, func(d providers.Difference) bool { return d.Field == refused.Field }) {
		st.Refused = nil
	}
	made := st.Creation == v1alpha1.CreationUnknown && st.Request != nil && !st.Request.Found && !st.Request.Adopted
	var residue []v1alpha1.ResidueRecord
	for _, d := range remote.Differences {
		asked := v1alpha1.ResidueRecord{Field: d.Field, Desired: digest([]byte(d.Desired))}
		seen := asked
		seen.Observed = digest([]byte(d.Observed))
		if slices.Contains(st.Residue, seen) || d.Call != "" && (d.Unseen || s.leftOut(d)) && (made || slices.Contains(st.Residue, asked)) {
			residue = append(residue, seen)
		}
	}
	st.Residue = residue
}

// withoutResidue leaves out what differs although it was asked for.
func (s *scope) withoutResidue(differences []providers.Difference) []providers.Difference {
	residue := s.campaign.CampaignStatus().Residue
	if len(residue) == 0 {
		return differences
	}
	return slices.DeleteFunc(slices.Clone(differences), func(d providers.Difference) bool {
		if again := !s.forced.IsZero() && s.memory.Operated.Before(s.forced); again && s.leftOut(d) {
			return false // somebody asks for it once more
		}
		return d.Call != "" && slices.Contains(residue, v1alpha1.ResidueRecord{Field: d.Field, Desired: digest([]byte(d.Desired)), Observed: digest([]byte(d.Observed))})
	})
}
