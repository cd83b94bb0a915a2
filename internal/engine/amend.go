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
		if d.Unseen || s.leftOut(d.Field) {
			st.Residue = append(st.Residue, v1alpha1.ResidueRecord{Field: d.Field, Desired: digest([]byte(d.Desired))})
		}
	}
}

// leftOut reports whether the vendor has left parts of a field out.
func (s *scope) leftOut(field string) bool {
	refused := s.campaign.CampaignStatus().Refused
	return refused != nil && refused.Field == field
}

// noteResidue records what still differs although it was asked for: after the creation, and after a modification. The vendor is
// at rest, and the activity was read.
func (s *scope) noteResidue(remote *Remote) {
	st := s.campaign.CampaignStatus()
	s.noteUnrefused(remote)
	for _, d := range remote.Differences {
		asked := slices.IndexFunc(st.Residue, func(r v1alpha1.ResidueRecord) bool {
			return r.Field == d.Field && r.Desired == digest([]byte(d.Desired)) && r.Observed == ""
		})
		residue := v1alpha1.ResidueRecord{Field: d.Field, Desired: digest([]byte(d.Desired)), Observed: digest([]byte(d.Observed))}
		switch {
		case d.Call == "":
		case asked >= 0:
			st.Residue[asked] = residue
		case st.Creation == v1alpha1.CreationUnknown && s.asked(remote.Snapshot) && (d.Unseen || s.leftOut(d.Field)):
			st.Residue = append(st.Residue, residue)
		}
	}
}

// noteUnrefused forgets what was left out when it is not asked for any more: the detail shows all that the manifest lists.
func (s *scope) noteUnrefused(remote *Remote) {
	st := s.campaign.CampaignStatus()
	differs := func(d providers.Difference) bool { return d.Field == st.Refused.Field }
	if st.Refused != nil && remote.Compared && remote.Snapshot.Detailed && !remote.unfinished() && !slices.ContainsFunc(remote.Differences, differs) {
		st.Refused = nil
	}
}

// asked reports whether an activity was made by the recorded request, so that all that the manifest says was asked for. One that was
// found again, or that a repetition has returned, may have been made by a former manifest.
func (s *scope) asked(snapshot providers.Snapshot) bool {
	request := s.campaign.CampaignStatus().Request
	return snapshot.Created.IsZero() || request != nil && !snapshot.Created.Before(request.Time.Add(-createdMargin))
}

// withoutResidue leaves out what differs although it was asked for.
func (s *scope) withoutResidue(differences []providers.Difference) []providers.Difference {
	residue := s.campaign.CampaignStatus().Residue
	if len(residue) == 0 {
		return differences
	}
	return slices.DeleteFunc(slices.Clone(differences), func(d providers.Difference) bool {
		if again := !s.forced.IsZero() && s.memory.Operated.Before(s.forced); again && s.leftOut(d.Field) {
			return false // somebody asks for it once more
		}
		return d.Call != "" && slices.Contains(residue, v1alpha1.ResidueRecord{Field: d.Field, Desired: digest([]byte(d.Desired)), Observed: digest([]byte(d.Observed))})
	})
}
