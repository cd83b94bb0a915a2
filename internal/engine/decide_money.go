package engine

import (
	"fmt"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/money"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// MoneyFacts is what a campaign can cost, and what the account's limits allow.
type MoneyFacts struct {
	// Manifest is what it can cost as the manifest says; nil where it says nothing.
	Manifest *providers.Exposure
	// Raised is what its activity can cost when it has been brought to all that the manifest asks for; nil where nobody says, or
	// there is none.
	Raised *providers.Exposure
	// MaxCampaign and MaxActive are the ceilings in fen; nil where there is none.
	MaxCampaign, MaxActive *int64
	// Limit is the account's field that MaxActive comes from.
	Limit string
	// Funded is true where what is not noCash is paid in advance.
	Funded bool
	// Done is what the campaign is not, for a limit: created, activated or raised.
	Done string
	// Over says by how much the account would go beyond its ceiling; empty while it would not.
	Over string
}

// limited reports whether the account has a ceiling.
func (m MoneyFacts) limited() bool { return m.MaxCampaign != nil || m.MaxActive != nil }

func (MoneyFacts) yuan(e *providers.Exposure) string { return money.Yuan(e.Fen) }

// limitPause is how long until what is above a ceiling is looked at again: somebody may have ended, or the ceiling have been raised.
const limitPause = 30 * time.Second

// decideCampaignLimit holds a campaign that costs more than a single one may.
func decideCampaignLimit(f *Facts) (Decision, bool) {
	exposure := f.costs()
	if exposure == nil || f.Money.MaxCampaign == nil || exposure.Fen <= *f.Money.MaxCampaign {
		return Decision{}, false
	}
	done, wayOut := "created", "Lower it, or have"
	if f.Record.ID != "" {
		done, wayOut = f.Money.Done, "Have"
	}
	d := stop(status.Stalled, v1alpha1.ReasonBudgetLimitExceeded, f.pendingState(), fmt.Sprintf(
		"it is not %s: it can cost %s yuan, %s more than limits.maxCampaignYuan of the account lets a campaign cost. %s the account's owner raise the limit.",
		done, money.Yuan(exposure.Fen), money.Yuan(exposure.Fen-*f.Money.MaxCampaign), wayOut))
	if f.Remote != nil {
		d.State = status.StateOf(f.Remote.Snapshot.State)
	}
	return d, true
}

// overLimit holds an activation that would bring the account beyond its ceiling.
func (f *Facts) overLimit() Decision {
	d := f.observed(status.Stalled, v1alpha1.ReasonBudgetLimitExceeded, f.Money.Over)
	d.After = limitPause + f.Jitter%limitPause
	if wait := f.lastStart().Add(settle).Sub(f.Now); wait > 0 && isOpen(f.Record.Operation, providers.OperationStart) {
		d.After = min(d.After, wait) // to be withdrawn then, so that it is no longer in the way of others
	}
	return d
}

// decideCeiling holds a creation that commits money and would bring the account beyond its ceiling.
func decideCeiling(f *Facts) (Decision, bool) {
	if f.costUnknown() {
		return stop(status.Stalled, v1alpha1.ReasonBudgetLimitExceeded, f.pendingState(),
			"it is not created: the manifest does not say what it can cost, and the account's limits let no such campaign be created. Write what each is worth, such as an exchange voucher's amount, and how many there are, such as voucherCodesFrom; or have the account's owner remove the limits."), true
	}
	if f.overLately() {
		f.Money.Over = f.Memory.Over
	}
	if f.Traits.Activates() || f.Money.Over == "" {
		return Decision{}, false
	}
	d := stop(status.Stalled, v1alpha1.ReasonBudgetLimitExceeded, f.pendingState(), f.Money.Over)
	d.After = limitPause + f.Jitter%limitPause
	return d, true
}

// decideRaise holds a call that has the activity give out more than the account's limits allow, or more of what is not as the manifest
// says. What else is active has to be known as of now.
func decideRaise(f *Facts) (Decision, bool) {
	if d, fixed := decideFixed(f); fixed {
		return d, true
	}
	if f.costUnknown() {
		return f.raiseUnknown(), true
	}
	if d, over := decideCampaignLimit(f); over {
		return d, true
	}
	if f.overLately() {
		f.Money.Over = f.Memory.Over
	}
	if f.Money.Over != "" {
		return f.overLimit(), true
	}
	if f.Money.MaxActive == nil || f.Account.Hold != nil {
		return Decision{}, false
	}
	return decideView(f, f.freshEnough())
}

// raiseUnknown holds a call that has the activity give out more of what nobody knows the cost of. The detail may say what a list does not.
func (f *Facts) raiseUnknown() Decision {
	if !f.Read {
		return Decision{Action: Get}
	}
	return f.observed(status.Stalled, v1alpha1.ReasonBudgetLimitExceeded,
		"it is not raised: neither the manifest nor the vendor says what it can cost, and below the account's limits no such activity gives out more. Write what it may cost (budgetYuan) where the creation fields are left out, or have the account's owner remove the limits.")
}

// overLately reports whether an activation was withdrawn a moment ago for a ceiling that still stands: the campaigns in the cache may
// not show yet what was in its way, and two that withdraw for each other are not to meet again at once.
func (f *Facts) overLately() bool {
	m := f.Memory
	return m.Over != "" && f.Now.Sub(m.OverAt) < limitPause && f.Forced.IsZero() && f.Money.MaxActive != nil && *f.Money.MaxActive == m.OverLimit
}
