package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/wire"
	"github.com/campaign-operator/campaign-operator/providers"
)

// ExaminedRow is a list row whose differences were judged by the detail.
type ExaminedRow struct {
	// Row identifies the row and the manifest's bytes.
	Row string
	// Differences are those of the detail.
	Differences []providers.Difference
}

// maxDifferences bounds the differences in the status.
const maxDifferences = 10

// driftFacts says what is known to differ. A detail says it; a list row, which may carry less,
// only makes the record doubtful.
func (s *scope) driftFacts(f *Facts) DriftFacts {
	if f.Remote == nil || !f.Remote.Compared || f.Remote.unfinished() || f.unjudged() || f.Record.Outcome == v1alpha1.CreationUnknown || f.Record.Outcome == v1alpha1.CreationDiffers {
		return DriftFacts{}
	}
	recorded := s.recordedDifferences()
	row := rowOf(f.Remote.Snapshot, s.digest)
	facts := DriftFacts{}
	switch {
	case f.Remote.Snapshot.Detailed:
		facts.Differences = f.Remote.Differences
		if s.row != "" || !slices.Equal(facts.Differences, s.memory.Examined.Differences) { // read because of this row; or what was read for another is over
			s.memory.Examined = ExaminedRow{Row: s.row, Differences: facts.Differences}
		}
	case s.memory.Examined.Row == row:
		facts.Differences, facts.Examined = s.memory.Examined.Differences, true
	case agrees(f.Remote.Differences, recorded):
		facts.Differences = f.Remote.Differences
		s.memory.Examined = ExaminedRow{} // the row has changed: should it be again as it was, the activity has changed since
	default:
		facts.Differences, facts.Doubted = recorded, true
		s.row = row
	}
	if s.membersRead {
		facts.Differences = append(withMembers(facts.Differences, nil), extraMembers(f.Members)...)
	} else {
		facts.Differences = withMembers(facts.Differences, recorded)
	}
	return facts
}

// agrees reports whether what a row shows to differ is what is recorded, the members apart.
func agrees(row, recorded []providers.Difference) bool {
	return slices.EqualFunc(row[:min(len(row), maxDifferences)], withMembers(recorded, nil), func(a, b providers.Difference) bool {
		return a.Field == b.Field && a.Desired == b.Desired && a.Observed == b.Observed
	})
}

// membersField stands for the members in differences: they are read apart from the rest.
const membersField = "members"

// extraMembers are members at the vendor that the manifest has never listed. They are left there.
func extraMembers(m MembersFacts) []providers.Difference {
	extra := m.extra()
	if !m.Applies || len(extra) == 0 {
		return nil
	}
	return []providers.Difference{{Field: membersField, Observed: fmt.Sprintf("%d more: %s", len(extra), enumerate(extra))}}
}

// withMembers carries what is recorded of the members over, as long as they are not read again.
func withMembers(differences, recorded []providers.Difference) []providers.Difference {
	differences = slices.DeleteFunc(slices.Clone(differences), func(d providers.Difference) bool { return d.Field == membersField })
	for _, d := range recorded {
		if d.Field == membersField {
			differences = append(differences, d)
		}
	}
	return differences
}

// recordedDifferences are those in the status.
func (s *scope) recordedDifferences() []providers.Difference {
	drift := s.campaign.CampaignStatus().Drift
	if drift == nil {
		return nil
	}
	var differences []providers.Difference
	for _, d := range drift.Differences {
		differences = append(differences, providers.Difference{Field: d.Field, Desired: d.Desired, Observed: d.Observed})
	}
	return differences
}

// noteDrift writes what differs into the status, with what can be seen to differ.
func (s *scope) noteDrift(differences []providers.Difference) string {
	st := s.campaign.CampaignStatus()
	coverage := s.activities.Coverage()
	st.Drift = &v1alpha1.DriftRecord{Comparable: coverage.Comparable, WriteOnly: coverage.WriteOnly, ServerOwned: coverage.ServerOwned}
	for _, d := range differences[:min(len(differences), maxDifferences)] {
		st.Drift.Differences = append(st.Drift.Differences, v1alpha1.FieldDifference{Field: d.Field, Desired: d.Desired, Observed: d.Observed})
	}
	st.Drift.More = int64(max(len(differences)-maxDifferences, 0))
	return describe(differences)
}

// rowAbsent stands for the row of an activity that the list does not show and a read does.
const rowAbsent = "absent"

// rowOf identifies what a snapshot says of the content, compared with some bytes.
func rowOf(snapshot providers.Snapshot, digest string) string {
	sum := sha256.Sum256(append([]byte(digest), snapshot.Content...))
	return hex.EncodeToString(sum[:8])
}

// manifestPath is where the manifest has a field of the vendor's. The members, which are in a list of their own, keep their name.
func manifestPath(field string) string {
	if field == membersField {
		return field
	}
	return "spec." + wire.CamelCase(field)
}

// describe lists differences for a message.
func describe(differences []providers.Difference) string {
	var parts []string
	for _, d := range differences {
		parts = append(parts, fmt.Sprintf("%s is %q, the manifest says %q", manifestPath(d.Field), d.Observed, d.Desired))
	}
	const shown = 3
	if len(parts) > shown {
		parts = append(parts[:shown], fmt.Sprintf("and %d more", len(parts)-shown))
	}
	return strings.Join(parts, "; ")
}

// enumerate lists a few of many.
func enumerate(items []string) string {
	const shown = 5
	if len(items) > shown {
		return strings.Join(items[:shown], ", ") + fmt.Sprintf(" and %d more", len(items)-shown)
	}
	return strings.Join(items, ", ")
}
