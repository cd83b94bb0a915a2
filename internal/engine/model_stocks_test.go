package engine

import (
	"strings"
	"testing"
	"time"

	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/providers"
)

// The model's stories of stocks: the same troubles at the same boundaries, with what is particular to activities that are made
// inactive, found by their content, and activated, paused and restarted by calls.

// modelStock is the stock kind under the name that the model makes its request numbers with.
type modelStock struct{ stockKind }

func (modelStock) Name() string { return testKind{}.Name() }

// stocks reports whether the model's campaign is a stock.
func (m *model) stocks() bool { return m.w.vendor.stocks != nil }

// stockTroubles are what may happen to stocks, beside troubles.
var stockTroubles = map[string]func(*model){
	"wipe the status": func(m *model) { m.touched["wiped"] = true; m.loses(); m.wiped = true; m.w.wipe(); m.w.changed() },
	"Inactive":        func(m *model) { m.w.setState(stockInactive) },
	"Paused":          func(m *model) { m.w.setState(stockPaused) },
	"Pause with it":   spec(func(s *v1alpha1.PayGiftActivitySpec) { s.DeletionPolicy = v1alpha1.DeletionPause }),
	"brake at Pause":  func(m *model) { m.touched["brake at Pause"] = true; brake(v1alpha1.BrakePause)(m) },
	"lower the limit": func(m *model) { m.w.limited(maxActive("0.50")) },
	"raise the limit": func(m *model) { m.w.limited(maxActive("100.00")) },
	"pause elsewhere": func(m *model) { m.consoleStock("pause") },
	"resume it":       func(m *model) { m.consoleStock("resume") },
}

// commonTroubles are those of the other kinds that may happen to stocks too.
var commonTroubles = []string{
	"crash", "the other one works", "stale cache", "take a minute", "ask for a look", "Active", "Draft", "amount 200", "amount 100",
	"revise", "revise and keep", "adopt the recorded", "Observe", "Manage", "Orphan", "delete", "delete and make again", "delete the namespace",
	"brake", "release the brake",
}

// consoleStock pauses or resumes a stock that is activated in the vendor's console.
func (m *model) consoleStock(what string) {
	if a := m.w.vendor.activity(m.w.campaign().Status.ActivityID); a != nil && !a.activated.IsZero() {
		m.console(what)
	}
}

// moved: a stock is activated, paused and restarted only for a manifest, a deletion or a brake that asks for it.
func (m *model) moved(change providers.Mutation) {
	c := m.w.shown
	st, goal := c.Status, m.w.kind.Goal(c)
	live := goal == GoalLive && c.DeletionTimestamp == nil && !m.w.braked
	asked := live
	switch change.Operation {
	case providers.OperationPause:
		asked = goal == GoalPaused || goal == GoalInactive || c.DeletionTimestamp != nil && c.Spec.DeletionPolicy == v1alpha1.DeletionPause || m.touched["brake at Pause"]
	case providers.OperationStart:
		a := m.w.vendor.activity(change.ID)
		ceiling := ceilingOf(m.limits.MaxActiveYuan)
		asked = live && (c.Spec.AwardSendRule.TransactionAmountMinimum == a.body.Amount) && (ceiling == nil || a.body.Amount <= *ceiling)
	}
	if !asked || observed(c) {
		m.broken("%s was sent for %+v, deleted %v, braked %t, limits %+v", change.Operation, c.Spec, c.DeletionTimestamp, m.w.braked, m.limits)
	}
	if change.ID != st.ActivityID || st.Creation != v1alpha1.CreationConfirmed || c.Lifecycle().Revision() != st.Request.Revision && c.DeletionTimestamp == nil {
		m.broken("%s was sent for stock %s, recorded is %q %q %+v", change.Operation, change.ID, st.ActivityID, st.Creation, st.Request)
	}
}

// leavesStock: a resource whose deletion pauses the stock goes when the stock gives nothing out.
func (m *model) leavesStock(c *v1alpha1.PayGiftActivity) {
	if !m.stocks() || c.DeletionTimestamp == nil || guarded(c) || c.Spec.DeletionPolicy != v1alpha1.DeletionPause || m.w.left != "" ||
		m.w.kind.Goal(c) == GoalNothing || observed(c) || c.Status.Creation != v1alpha1.CreationConfirmed || m.wiped || m.touched["resume"] {
		return
	}
	if a := m.w.vendor.activity(c.Status.ActivityID); a != nil && m.w.vendor.stateOf(a) == providers.StateRunning {
		m.broken("the resource was let go and left stock %s running", a.id)
	}
}

// lockedOnce: for what a request number stands for there is one stock, whose money is locked once. (A vendor that forgets numbers makes
// another one when a manifest of other content comes to have the number of a former life of its resource.)
func (m *model) lockedOnce() {
	made, locked := map[string]int{}, map[string]int{}
	for _, a := range m.w.vendor.activities {
		which := a.body.Number + " " + a.body.content()
		made[which]++
		locked[which] += m.w.vendor.stocks.locks[a.id]
	}
	for which, n := range made {
		if n > 1 || locked[which] > 1 {
			m.broken("%d stocks for number %s, money locked %d times", n, which, locked[which])
		}
	}
}

// stockPlaces are the places where stocks come to rest, beside those of all activities.
var stockPlaces = map[string]place{
	v1alpha1.ReasonInactive:       {true: func(_ *model, e end) bool { return e.idle() }},
	v1alpha1.ReasonBeginsInactive: {true: func(_ *model, e end) bool { return e.idle() }},
	v1alpha1.ReasonPaused: {true: func(_ *model, e end) bool {
		return e.goal == GoalPaused && e.state == providers.StatePaused
	}},
	v1alpha1.ReasonCannotDeactivate: {
		true: func(_ *model, e end) bool { return e.goal == GoalInactive && e.state == providers.StatePaused },
		says: "Set spec.state to Paused", out: spelled("Paused"),
	},
	v1alpha1.ReasonPausedElsewhere: {
		true: func(m *model, e end) bool {
			return e.goal == GoalLive && e.state == providers.StatePaused && (m.touched["pause"] || len(e.Status.Previous) > 0 || m.lives())
		},
		says: "edit the spec", out: func(m *model, e end) {
			m.w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AllowTwin = !e.Spec.AllowTwin })
		},
	},
	v1alpha1.ReasonContested: {
		true: func(m *model, _ end) bool { return m.touched["resume"] },
		says: "until the manifest is edited", out: func(m *model, e end) {
			m.w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AllowTwin = !e.Spec.AllowTwin })
		},
	},
	v1alpha1.ReasonBudgetLimitExceeded: {
		true: func(m *model, e end) bool {
			return e.state == providers.StateInactive && m.w.account.Limits != accounts.Limits{}
		},
		says: "raises the limit", out: func(m *model, _ end) { m.w.limited(accounts.Limits{}) },
	},
	v1alpha1.ReasonRejected: { // it was applied again with other times: the first one's number is its number too
		true: func(_ *model, e end) bool { return e.goal.creates() && e.nothing() },
		says: "create: ", out: func(m *model, _ end) { m.renew() },
	},
	v1alpha1.ReasonLooksLikeExisting: {
		true: func(_ *model, e end) bool { return e.nothing() },
		says: "spec.adopt", out: (*model).choose,
	},
	v1alpha1.ReasonPreviousStillLive: { // also one that exists: it is not activated beside a former one
		true: func(m *model, e end) bool {
			return (e.nothing() || e.state == providers.StateInactive) && m.formerLive(e)
		},
		says: "end it in the vendor's console", out: func(m *model, e end) { m.former(e) },
	},
	v1alpha1.ReasonNothingToObserve: {
		true: func(_ *model, e end) bool { return observed(e.PayGiftActivity) && e.nothing() },
		says: "managementPolicy: Manage", out: spelled("Manage"),
	},
	v1alpha1.ReasonOutcomeUnknown: {
		true: func(_ *model, e end) bool {
			return e.Status.Creation == v1alpha1.CreationUnknown && e.Status.ActivityID == ""
		},
		says: "Write the creation fields again as they were", out: (*model).asItWas,
	},
	v1alpha1.ReasonActivationMissed: {
		true: func(_ *model, e end) bool { return e.state == providers.StateInactive },
		says: "raise requestRevision", out: func(m *model, _ end) { m.renew() },
	},
	v1alpha1.ReasonAccountBraked: {
		true: func(m *model, _ end) bool { return m.w.account.Brake != v1alpha1.BrakeOff && m.w.account.Brake != "" },
		says: "To release it: kubectl", out: spelled("release the brake"),
	},
	v1alpha1.ReasonCannotReturnToDraft: {
		true: func(_ *model, e end) bool { return e.goal == GoalNothing && !e.state.Final() },
		says: "Set spec.state to ", out: spelled("Active"),
	},
}

// choose takes over the first of those that the message names, or allows a twin where it offers that.
func (m *model) choose(e end) {
	message := ready(e.PayGiftActivity).Message
	if strings.Contains(message, "allowTwin: true") {
		m.w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AllowTwin = true })
		return
	}
	for _, a := range m.w.vendor.activities {
		if strings.Contains(message, a.id) {
			m.w.edit(func(c *v1alpha1.PayGiftActivity) {
				c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: a.id}
				if strings.Contains(message, "raise requestRevision in the same commit") {
					c.Spec.RequestRevision = ptr.To(c.Lifecycle().Revision() + 1)
				}
			})
			return
		}
	}
}

// asItWas writes the creation fields again that were sent.
func (m *model) asItWas(e end) {
	sent, known := m.specs[e.Status.Request.Digest]
	if !known {
		m.broken("what was sent was never written: %+v", e.Status.Request)
	}
	m.w.edit(func(c *v1alpha1.PayGiftActivity) {
		c.Spec.RequestRevision, c.Spec.ActivityBaseInfo, c.Spec.AwardSendRule = ptr.To(e.Status.Request.Revision), sent.ActivityBaseInfo, sent.AwardSendRule
	})
}

// idle reports whether a stock is inactive as its manifest allows.
func (e end) idle() bool {
	return (e.goal == GoalInactive || e.goal == GoalPaused) && e.same && e.state == providers.StateInactive && e.Status.Creation == v1alpha1.CreationConfirmed
}

// lives reports whether the record of what this resource did was lost in the story.
func (m *model) lives() bool { return m.w.lives > 1 || m.touched["wiped"] }

// stockPlots are what goes on when trouble comes.
var stockPlots = map[string]plot{
	"make and activate": {func(*model) {}, func(m *model) { m.apply(stockActive) }, providers.OperationCreate},
	"activate":          {stockMade(stockInactive), caused("Active"), providers.OperationStart},
	"pause":             {stockMade(stockActive), caused("Paused"), providers.OperationPause},
	"restart":           {func(m *model) { stockMade(stockActive)(m); m.cause("Paused"); m.w.pass(2 * time.Minute) }, caused("Active"), providers.OperationRestart},
	"delete":            {func(m *model) { stockMade(stockActive)(m); m.cause("Pause with it"); m.w.pass(time.Minute) }, caused("delete"), providers.OperationPause},
	"revise":            {stockMade(stockActive), caused("revise and keep"), providers.OperationCreate},
}

func stockMade(state v1alpha1.PayGiftActivityDesiredState) func(*model) {
	return func(m *model) { m.apply(state); m.w.pass(5 * time.Minute) }
}

func TestStocksKeepTheProtocol(t *testing.T) {
	newProtocol(modelStock{}).inTurn(t, []string{"", "reply lost", "5xx", "no permission"}, 17)
}

func TestStocksKeepTheProtocolInLongStories(t *testing.T) {
	newProtocol(modelStock{}).inAnyOrder(t, "stock", 20261127, []providers.Operation{
		providers.OperationCreate, providers.OperationStart, providers.OperationPause, providers.OperationRestart, providers.OperationGet,
	})
}
