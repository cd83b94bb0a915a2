// Package report makes the part of an account's status that is not about its credentials: what
// holds its calls, how its campaigns are, and which activities at the vendor nobody looks after.
// Everything in it is pure; who gathers the facts and writes the status is elsewhere.
package report

import (
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
)

// Kind is what has to be known here of a campaign kind.
type Kind interface {
	// Name is the kind's name, such as PayGiftActivity.
	Name() string
	// Plural is the resource's name in kubectl, such as paygiftactivities.
	Plural() string
	// ActivityID is the vendor's id in the status; empty before there is one.
	ActivityID(c v1alpha1.Campaign) string
}

// Fleet is the campaigns of one kind.
type Fleet struct {
	Kind Kind
	// StopState is the value of spec.state that stops an activity: it ends it for ever, or pauses it where that is all there is a call for.
	StopState string
	// Campaigns are those of all accounts: another account resource may be the same merchant.
	Campaigns []v1alpha1.Campaign
	// Costs is true for kinds whose activities have a budget of their own, which their activation commits.
	Costs bool
	// Shared is true for kinds whose activities can be in the lists of several accounts, as those of a merchant's apps are.
	Shared bool
	// View is what the last sweep saw at the vendor; nil before the first.
	View *sweep.View
	// Unseen is true when there is none because the list cannot be read, as for a merchant without the product.
	Unseen bool
}

// Facts are what a report is made of.
type Facts struct {
	Account  types.NamespacedName
	Identity v1alpha1.AccountIdentity
	Brake    v1alpha1.AccountBrake
	// Ahead is how far the gateway's clock is ahead of the operator's; nil when it is not known.
	Ahead *time.Duration
	// Quota lists the operations that are not at rest, in the order of their names.
	Quota  []v1alpha1.QuotaRecord
	Fleets []Fleet
	// Former is the report as it stands in the status. What is not known now stays as it was, so
	// that a restart writes nothing.
	Former v1alpha1.AccountStatus
}

// Status makes the report. The same facts give the same bytes.
func Status(f Facts) v1alpha1.AccountStatus {
	status := v1alpha1.AccountStatus{
		Brake: string(v1alpha1.BrakeOff), ClockSkew: shownSkew(f.Former.ClockSkew, f.Ahead), Quota: f.Quota,
		Campaigns: f.campaigns(), Unmanaged: f.Former.Unmanaged, ActiveMoney: f.Former.ActiveMoney,
	}
	if f.Brake != "" {
		status.Brake = string(f.Brake)
	}
	var unmanaged []activity
	swept := !slices.ContainsFunc(f.Fleets, func(fleet Fleet) bool { return fleet.View == nil && !fleet.Unseen })
	if swept {
		unmanaged = f.unmanaged()
		status.Unmanaged, status.ActiveMoney = bounded(unmanaged), f.activeMoney()
	}
	switch {
	case f.Brake != v1alpha1.BrakePause:
	case !swept && f.Former.StillRunning != nil:
		status.StillRunning = f.Former.StillRunning
	default:
		status.StillRunning = bounded(append(f.running(), slices.DeleteFunc(unmanaged, func(a activity) bool { return !running[a.State] })...))
	}
	return status
}

// Needing lists the campaigns that need the account's credentials to end their activity before
// they can be deleted, as `Kind namespace/name`, sorted.
func Needing(account types.NamespacedName, fleets []Fleet) []string {
	var needing []string
	for _, fleet := range fleets {
		for _, c := range fleet.Campaigns {
			if accounts.RefKey(c) == account && slices.Contains(c.GetFinalizers(), v1alpha1.FinalizerTerminate) {
				needing = append(needing, fleet.Kind.Name()+" "+nameOf(c))
			}
		}
	}
	slices.Sort(needing)
	return needing
}

// campaigns counts those that refer to the account; nil when there are none.
func (f Facts) campaigns() *v1alpha1.CampaignsRecord {
	var record v1alpha1.CampaignsRecord
	states := map[v1alpha1.CampaignState]int64{}
	for _, fleet := range f.Fleets {
		for _, c := range fleet.Campaigns {
			if accounts.RefKey(c) != f.Account {
				continue
			}
			record.Total++
			st := c.CampaignStatus()
			if meta.IsStatusConditionTrue(st.Conditions, v1alpha1.ConditionStalled) {
				record.Stalled++
			}
			if st.State != "" { // one that was never looked at counts in the total only
				states[st.State]++
			}
		}
	}
	if record.Total == 0 {
		return nil
	}
	for state, count := range states {
		record.ByState = append(record.ByState, v1alpha1.StateCountRecord{State: state, Count: count})
	}
	slices.SortFunc(record.ByState, func(a, b v1alpha1.StateCountRecord) int { return strings.Compare(string(a.State), string(b.State)) })
	return &record
}

func nameOf(c v1alpha1.Campaign) string { return c.GetNamespace() + "/" + c.GetName() }
