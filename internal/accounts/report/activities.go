package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// maxListed bounds a list of activities in the status.
const maxListed = 20

// running are the states in which an activity gives out money, or will by itself. A state that
// nobody knows, the empty one, may be one of them.
var running = map[v1alpha1.CampaignState]bool{
	v1alpha1.StateCreating: true, v1alpha1.StateScheduled: true, v1alpha1.StateRunning: true, "": true,
}

// activity is a record with its end as a time, to sort by.
type activity struct {
	v1alpha1.ActivityRecord
	end time.Time
}

// bounded makes the list of the status: those that end first, then those of which no end is
// known; nil when there are none.
func bounded(activities []activity) *v1alpha1.ActivitiesRecord {
	if len(activities) == 0 {
		return nil
	}
	slices.SortFunc(activities, func(a, b activity) int {
		if a.end.IsZero() != b.end.IsZero() {
			return -a.end.Compare(b.end)
		}
		return cmp.Or(a.end.Compare(b.end), cmp.Compare(a.ActivityID, b.ActivityID), cmp.Compare(a.Resource, b.Resource))
	})
	list := &v1alpha1.ActivitiesRecord{Total: int64(len(activities))}
	for _, a := range activities[:min(len(activities), maxListed)] {
		list.First = append(list.First, a.ActivityRecord)
	}
	return list
}

// givesOut reports whether an activity gives out, or will by itself: one that was never activated does not.
func givesOut(s providers.Snapshot) bool {
	return !s.State.Final() && s.State != providers.StateInactive
}

// unmanaged are the live activities that no resource records.
func (f Facts) unmanaged() []activity {
	var list []activity
	for _, fleet := range f.Fleets {
		if fleet.View == nil {
			continue
		}
		known := fleet.known(f.Identity)
		for snapshot := range fleet.View.All() {
			if givesOut(snapshot) && !known.looksAfter(snapshot) {
				list = append(list, fleet.seen(snapshot))
			}
		}
	}
	return list
}

// known are the activities that resources look after.
type known struct {
	ids map[string]bool
	// numbers are those of creations that are under way: what shows under one is about to be recorded.
	numbers map[string]bool
	// since is when the earliest of them began; zero while there are none. What was made since and shows no number may be one.
	since time.Time
}

// looksAfter reports whether resources look after an activity, or may be about to.
func (k known) looksAfter(s providers.Snapshot) bool {
	underWay := s.RequestNo == "" && !k.since.IsZero() && !s.Created.Before(k.since)
	return k.ids[s.ID] || k.numbers[s.RequestNo] || underWay
}

// known gathers what the campaigns of an identity record, whichever account resource they refer to; and the ids of all identities where
// others can have made what this one's list shows.
func (f Fleet) known(identity v1alpha1.AccountIdentity) known {
	k := known{ids: map[string]bool{}, numbers: map[string]bool{}}
	for _, c := range f.Campaigns {
		st := c.CampaignStatus()
		own := st.Request == nil || st.Request.Account.ID == identity.ID && st.Request.Account.Gateway == identity.Gateway
		if !own && (!f.Shared || st.Request.Account.Gateway != identity.Gateway) {
			continue
		}
		k.ids[f.Kind.ActivityID(c)] = true
		for _, previous := range st.Previous {
			k.ids[previous.ActivityID] = true
		}
		if own && st.Request != nil && st.Request.Number != "" && st.Creation == v1alpha1.CreationUnknown {
			k.numbers[st.Request.Number] = true
			if at := st.Request.Time.Time; k.since.IsZero() || at.Before(k.since) {
				k.since = at
			}
		}
	}
	return k
}

// seen is an activity as the vendor's list shows it.
func (f Fleet) seen(s providers.Snapshot) activity {
	a := activity{end: s.End, ActivityRecord: v1alpha1.ActivityRecord{
		Kind: f.Kind.Name(), ActivityID: s.ID, Name: s.Name, State: status.StateOf(s.State), Number: s.RequestNo,
	}}
	if !s.End.IsZero() {
		a.End = s.End.Format(time.RFC3339)
	}
	return a
}

// running are the activities of the account's campaigns that go on under a brake that stands at
// Pause: those that no call can pause, and those that it has not paused yet.
func (f Facts) running() []activity {
	var list []activity
	for _, fleet := range f.Fleets {
		for _, c := range fleet.Campaigns {
			if accounts.RefKey(c) != f.Account {
				continue
			}
			for _, a := range fleet.recorded(c) {
				if a.ActivityID != "" && running[a.State] {
					list = once(list, a)
				}
			}
		}
	}
	return list
}

// once adds an activity to a list. Of two resources that record one, that which can end it is named.
func once(list []activity, a activity) []activity {
	i := slices.IndexFunc(list, func(b activity) bool { return b.Kind == a.Kind && b.ActivityID == a.ActivityID })
	if i < 0 {
		return append(list, a)
	}
	ends := func(a activity) int { return min(len(a.Command), 1) }
	if cmp.Or(ends(list[i])-ends(a), cmp.Compare(a.Resource, list[i].Resource)) < 0 {
		list[i] = a
	}
	return list
}

// recorded are the activities that a campaign records: its present one, with the command that
// ends it, and those of former revisions, which its manifest cannot end any more.
func (f Fleet) recorded(c v1alpha1.Campaign) []activity {
	st := c.CampaignStatus()
	present := v1alpha1.ActivityRecord{ActivityID: f.Kind.ActivityID(c), State: st.State}
	if st.Request != nil {
		present.Number = st.Request.Number
	}
	ready := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionReady)
	duplicate := ready != nil && ready.Reason == v1alpha1.ReasonDuplicateOwner
	if st.Creation == v1alpha1.CreationConfirmed && !duplicate { // what is not ours is not ended by us
		present.Command = f.stopCommand(c)
	}
	list := []activity{f.latest(c, present)}
	for _, p := range st.Previous {
		list = append(list, f.latest(c, v1alpha1.ActivityRecord{ActivityID: p.ActivityID, Number: p.Number, State: p.State}))
	}
	return list
}

// latest completes a record with what the vendor's list says of the activity.
func (f Fleet) latest(c v1alpha1.Campaign, record v1alpha1.ActivityRecord) activity {
	a := activity{ActivityRecord: record}
	if f.View != nil {
		if snapshot, ok := f.View.ByID(record.ActivityID); ok {
			a = f.seen(snapshot)
			a.Number = cmp.Or(a.Number, record.Number)
		}
	}
	a.Kind, a.Resource, a.Command = f.Kind.Name(), nameOf(c), record.Command
	return a
}

// stopCommand is the line of a shell that has the operator stop a campaign's activity.
func (f Fleet) stopCommand(c v1alpha1.Campaign) string {
	spec := fmt.Sprintf(`"state":%q`, f.StopState)
	if c.Lifecycle().ManagementPolicy == v1alpha1.ManagementObserve {
		spec = fmt.Sprintf(`"managementPolicy":%q,`, v1alpha1.ManagementManage) + spec
	}
	return fmt.Sprintf(`kubectl -n %s patch %s %s --type merge -p '{"spec":{%s}}'`, c.GetNamespace(), f.Kind.Plural(), c.GetName(), spec)
}
