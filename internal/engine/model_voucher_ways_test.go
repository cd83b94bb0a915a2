package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
)

// voucherPlaces are the places where vouchers come to rest, beside those of all activities.
var voucherPlaces = map[string]place{
	v1alpha1.ReasonNothingToTerminate: {true: func(m *model, e end) bool {
		hidden := func(a *activity) bool { return m.hidden(a, e.PayGiftActivity) }
		return e.goal == GoalEnded && e.nothing() && len(slices.DeleteFunc(m.w.vendor.made(numberOf(e.PayGiftActivity)), hidden)) == 0
	}},
	v1alpha1.ReasonNothingToObserve: {
		true: func(_ *model, e end) bool { return observed(e.PayGiftActivity) && e.nothing() },
		says: "managementPolicy: Manage", out: spelled("Manage"),
	},
	v1alpha1.ReasonCreationUnconfirmed: {
		true: func(m *model, e end) bool {
			return e.Status.Creation == v1alpha1.CreationUnknown && e.Status.ActivityID != "" && (!e.shown || m.w.vendor.vouchers.works[e.real.id] != nil)
		},
		says: "raise requestRevision", out: (*model).failsCreation,
	},
	v1alpha1.ReasonChangeUnconfirmed: {
		true: func(m *model, e end) bool { return e.shown && m.w.vendor.vouchers.works[e.real.id] != nil },
		says: "Ask the vendor's support", out: spelled("get going"),
	},
	v1alpha1.ReasonCannotShrink: {
		true: func(_ *model, e end) bool { return e.goal == GoalLive && e.shown && !e.same },
		says: "has no call that takes", out: (*model).writesWhatItHas,
	},
	v1alpha1.ReasonPartsRefused: {
		true: func(m *model, e end) bool {
			return e.goal == GoalLive && e.same && slices.ContainsFunc(e.Spec.AwardSendRule.MerchantIdList, func(id string) bool { return slices.Contains(m.w.vendor.strangers, id) })
		},
		says: "Correct the list", out: spelled("members a"),
	},
	v1alpha1.ReasonCodesInvalid: { // with the record lost, also of codes that were handed over
		true: func(_ *model, e end) bool { return e.goal == GoalLive && (e.shown || e.nothing()) },
		says: "Secret", out: (*model).goodCodes,
	},
	v1alpha1.ReasonCodesChanged: {
		true: func(_ *model, e end) bool { return e.goal == GoalLive && e.shown },
		says: "Restore its content", out: func(m *model, _ end) { m.secrets() },
	},
	v1alpha1.ReasonCodesUnclear: {
		true: func(m *model, e end) bool {
			return e.goal == GoalLive && len(m.w.vendor.vouchers.codes[e.Status.ActivityID]) > 0
		},
		says: "or ask for another", out: func(m *model, _ end) { m.renew() },
	},
	v1alpha1.ReasonCodesRefused: {
		true: func(_ *model, e end) bool { return e.goal == GoalLive && e.same && e.Status.Codes.Failed > 0 },
		says: "Put codes in their place into a Secret of their own", out: (*model).codesInTheirPlace,
	},
	v1alpha1.ReasonContested: {
		true: func(_ *model, e end) bool { return e.goal == GoalLive && e.shown && !e.same },
		says: "until the manifest is edited", out: func(m *model, e end) {
			m.w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AllowTwin = !e.Spec.AllowTwin })
		},
	},
	v1alpha1.ReasonBudgetLimitExceeded: {
		true: func(m *model, e end) bool {
			return m.w.account.Limits != accounts.Limits{} && (e.nothing() || !e.same || e.Status.Creation == v1alpha1.CreationUnknown)
		},
		says: "the account's owner", out: func(m *model, _ end) { m.w.limited(accounts.Limits{}) },
	},
	v1alpha1.ReasonAccountBraked: {
		true: func(m *model, _ end) bool { return m.w.account.Brake != v1alpha1.BrakeOff && m.w.account.Brake != "" },
		says: "To release it: kubectl", out: spelled("release the brake"),
	},
	v1alpha1.ReasonLooksLikeExisting: {
		true: func(_ *model, e end) bool { return e.Status.ActivityID == "" },
		says: "spec.adopt", out: (*model).choose,
	},
	v1alpha1.ReasonOutcomeUnknown: {
		true: func(_ *model, e end) bool {
			return e.Status.Creation == v1alpha1.CreationUnknown && e.Status.ActivityID == ""
		},
		says: "with requestRevision raised in the same commit", out: (*model).looksInTheConsole,
	},
	v1alpha1.ReasonRejected: {
		true: func(_ *model, e end) bool { return e.goal == GoalLive && e.nothing() },
		says: "create: ", out: func(m *model, e end) {
			if message := ready(e.PayGiftActivity).Message; strings.Contains(message, "the number is taken") || strings.Contains(message, "raise requestRevision") {
				m.renew()
				return
			}
			m.w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.ActivityBaseInfo.ActivityName += " corrected" })
		},
	},
	v1alpha1.ReasonDrifted: {
		true: func(_ *model, e end) bool { return e.goal == GoalLive && !e.same },
		says: "console", out: func(m *model, e end) {
			if e.Spec.Adopt != nil {
				m.writesWhatItHas(e)
				return
			}
			body, err := bodyOf(e.PayGiftActivity)
			m.w.must(err)
			m.w.vendor.console(e.Status.ActivityID, func(a *activity) { a.body.Begin = body.Begin })
		},
	},
}

// goodCodes restores the Secrets; where their codes are another activity's it names others in their place, as the message says.
func (m *model) goodCodes(e end) {
	m.secrets()
	if !strings.Contains(ready(e.PayGiftActivity).Message, "never handed over") {
		return
	}
	m.fresh++
	name := fmt.Sprint("fresh-", m.fresh)
	m.w.secret(name, fmt.Sprintf("F%dx", m.fresh), 10)
	sources := name + "=10"
	for _, source := range m.w.kind.Codes(e.PayGiftActivity) {
		if (CodesFacts{Record: e.Status.Codes}).of(source.SecretName).Handed > 0 {
			sources += fmt.Sprintf(",%s=%d", source.SecretName, source.Count)
		}
	}
	m.w.edit(codes(sources))
}

// codesInTheirPlace names a Secret of their own with as many codes as were refused, as the message says.
func (m *model) codesInTheirPlace(e end) {
	m.w.secret("d", "D", int(e.Status.Codes.Failed))
	m.w.edit(codes(e.Spec.AwardSendRule.SendContent + ",d=" + strconv.FormatInt(int64(e.Status.Codes.Failed), 10)))
}

// failsCreation has the vendor fail what it was making, and asks for another one as the message says.
func (m *model) failsCreation(e end) {
	m.vouchers(func(v *vouchers) {
		v.stuck, v.vanishing = false, false
		delete(v.works, e.Status.ActivityID)
	})
	m.w.vendor.console(e.Status.ActivityID, func(a *activity) { a.forgotten = true })
	if e.DeletionTimestamp != nil {
		m.cause("Orphan") // as the message says then
		return
	}
	m.renew()
}

// writesWhatItHas has the manifest say what the vendor has.
func (m *model) writesWhatItHas(e end) {
	m.w.edit(func(c *v1alpha1.PayGiftActivity) {
		base, rule := &c.Spec.ActivityBaseInfo, &c.Spec.AwardSendRule
		base.ActivityName, rule.MerchantIdList = e.real.body.Name, slices.Clone(e.real.members)
		base.BeginTime, base.EndTime = e.real.body.Begin.Format(time.RFC3339), e.real.body.End.Format(time.RFC3339)
		switch {
		case e.Status.Codes != nil && len(e.Status.Codes.Sources) > 0:
			rule.SendContent = "a=1200,b=900,c=10"
		case rule.SendContent == "":
			rule.TransactionAmountMinimum = e.real.body.Amount
		}
	})
}

// looksInTheConsole names what an open request has made, or asks for another one.
func (m *model) looksInTheConsole(e end) {
	there := slices.DeleteFunc(m.w.vendor.made(e.Status.Request.Number), func(a *activity) bool { return a.forgotten })
	if len(there) == 0 && strings.Contains(ready(e.PayGiftActivity).Message, "Write the creation fields again as they were") {
		m.asItWas(e)
		return
	}
	m.w.edit(func(c *v1alpha1.PayGiftActivity) {
		c.Spec.RequestRevision, c.Spec.Adopt = ptr.To(e.Status.Request.Revision+1), nil
		if len(there) > 0 {
			c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: there[0].id}
		}
	})
}
