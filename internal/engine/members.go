package engine

import (
	"context"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// membersFacts says what the manifest lists and what is recorded of it.
func (s *scope) membersFacts() MembersFacts {
	listed, record := s.Kind.Members(s.campaign)
	if record == nil || len(listed) == 0 {
		return MembersFacts{}
	}
	return MembersFacts{
		Applies: true, Listed: listed, Digest: digestOf(listed), Record: *record, Read: s.membersRead, Remote: s.members,
	}
}

// readMembers reads the members of the recorded activity.
func (s *scope) readMembers(ctx context.Context) {
	if s.readWait = s.readTurn(providers.OperationMembers); s.readWait > 0 {
		return
	}
	members, err := s.activities.Members(ctx, s.Kind.ActivityID(s.campaign))
	if err != nil {
		s.callFailed(providers.AsError(providers.OperationMembers, err))
		return
	}
	s.members, s.membersRead, s.memory.MembersRead = members, true, s.now
	s.memory.answered()
}

// settleMembers records that the members are as listed, but for those that were refused.
func (s *scope) settleMembers() {
	facts := s.membersFacts()
	_, record := s.Kind.Members(s.campaign)
	next := &v1alpha1.MembersRecord{Digest: facts.Digest, Listed: slices.Clone(facts.Listed), Refused: facts.remaining()}
	if *record != nil && len(next.Refused) > 0 {
		next.Attempts, next.Time = (*record).Attempts, (*record).Time
	} else {
		next.Time = metav1.NewTime(s.now)
	}
	slices.Sort(next.Listed)
	*record = next
}

// membersCreated records the members of an activity that was just made, where the detail shows
// them to be those that are listed. That the create call carried them proves nothing: its answer
// may be that of an earlier one.
func (s *scope) membersCreated() {
	facts := s.membersFacts()
	if facts.Applies && facts.Record == nil && s.memory.Sends > 0 && digestOf(s.remote.Snapshot.Members) == facts.Digest {
		s.settleMembers()
	}
}

// membersIntended records that a call is about to change the members: whatever becomes of it, and
// of the manifest meanwhile, they are read before they count as settled again, and those that it
// adds may be at the vendor.
func (s *scope) membersIntended(change Change) {
	if len(change.Members) == 0 {
		return
	}
	_, slot := s.Kind.Members(s.campaign)
	if *slot == nil {
		*slot = &v1alpha1.MembersRecord{}
	}
	record := *slot
	record.Digest = ""
	if change.Operation == providers.OperationAddMembers {
		record.Listed = append(record.Listed, change.Members...)
		slices.Sort(record.Listed)
		record.Listed = slices.Compact(record.Listed)
	}
}

// membersChanged records what a call did, so that a member that it added can be removed later.
// They are read again before anything else is decided.
func (s *scope) membersChanged(change Change, refused []providers.Refusal) {
	_, slot := s.Kind.Members(s.campaign)
	record := *slot
	if record == nil {
		record = &v1alpha1.MembersRecord{}
		*slot = record
	}
	s.membersRead = false
	if change.Operation != providers.OperationAddMembers {
		return
	}
	for _, id := range change.Members {
		record.Refused = slices.DeleteFunc(record.Refused, func(r v1alpha1.MemberRefusal) bool { return r.ID == id })
		if !slices.Contains(record.Listed, id) {
			record.Listed = append(record.Listed, id)
		}
	}
	for _, r := range refused {
		record.Refused = append(record.Refused, v1alpha1.MemberRefusal{ID: r.ID, Reason: r.Reason})
	}
	slices.Sort(record.Listed)
	slices.SortFunc(record.Refused, func(a, b v1alpha1.MemberRefusal) int { return strings.Compare(a.ID, b.ID) })
	record.Time, record.Attempts = metav1.NewTime(s.now), record.Attempts+1
	if len(record.Refused) == 0 {
		record.Attempts = 0
	}
}

func describeRefusals(refusals []v1alpha1.MemberRefusal) string {
	var parts []string
	for _, r := range refusals {
		parts = append(parts, r.ID+" ("+r.Reason+")")
	}
	return enumerate(parts)
}
