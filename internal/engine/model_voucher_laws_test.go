package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// amended: a voucher activity is changed only as the manifest says, by a call that ends a difference, while nothing else is under way.
func (m *model) amended(change providers.Mutation) {
	c := m.w.shown
	st, goal := c.Status, m.w.kind.Goal(c)
	deleted := c.DeletionTimestamp != nil && c.Spec.DeletionPolicy == v1alpha1.DeletionTerminate && m.w.left == ""
	a, work, has := m.atVendor(change.ID)
	asked := deleted || goal == GoalEnded && c.DeletionTimestamp == nil
	if change.Operation != providers.OperationTerminate {
		asked = goal == GoalLive && c.DeletionTimestamp == nil && !m.w.braked
		m.changesWhat(c, a, has, change)
	}
	if !asked || observed(c) {
		m.broken("%s was sent for %+v, deleted %v, braked %t", change.Operation, c.Spec, c.DeletionTimestamp, m.w.braked)
	}
	if change.ID != st.ActivityID || st.Creation != v1alpha1.CreationConfirmed || c.Lifecycle().Revision() != st.Request.Revision && !deleted {
		m.broken("%s was sent for activity %s, recorded is %q %q %+v", change.Operation, change.ID, st.ActivityID, st.Creation, st.Request)
	}
	if work != "" && m.alone() {
		m.broken("%s was sent while the vendor is at work (%s)", change.Operation, work)
	}
	m.oneChangeEach(change)
}

// alone reports whether one process is at work: of two, each may find the vendor at rest before the call of the other takes effect.
func (m *model) alone() bool { return len(m.w.managers) == 1 }

// atVendor is an activity as it is, what the vendor is doing with it, and the codes that it has.
func (m *model) atVendor(id string) (a activity, work string, has []string) {
	m.w.vendor.now(func(v *vendor) {
		found := v.find(id)
		if found == nil {
			return
		}
		v.vouchers.settle(found, v.clock.Now())
		if under := v.vouchers.works[id]; under != nil {
			work = under.word
		}
		a, has = *found, slices.Clone(v.vouchers.codes[id])
	})
	return a, work, has
}

// changesWhat: what a call changes is what the manifest says and the vendor has not.
func (m *model) changesWhat(c *v1alpha1.PayGiftActivity, a activity, has []string, change providers.Mutation) {
	want, err := bodyOf(c)
	total := totalOf(m.w.kind.Codes(c))
	switch change.Operation {
	case providers.OperationModify:
		var desired vendorBody
		m.w.must(json.Unmarshal(change.Desired, &desired))
		if err != nil || desired.content() != want.content() || !slices.Equal(desired.Members, want.Members) {
			m.broken("a modification to %+v, the manifest says %+v", desired, want)
		}
		m.modifiesWhat(a, desired, change.Fields)
	case providers.OperationAppend:
		codesOnly := total > 0 && change.Total == int64(len(has)) && change.Total <= total
		if quantityOnly := total == 0 && change.Total == want.Amount; m.alone() && (change.Total <= a.body.Amount || !codesOnly && !quantityOnly) {
			m.broken("an append to %d of %d, the manifest says %d, with %d of %d codes", change.Total, a.body.Amount, want.Amount, len(has), total)
		}
		m.affords(c, change)
	case providers.OperationDepositCodes:
		m.handsOver(c, has, change.Codes)
		m.affords(c, change)
	default:
		m.broken("%s was sent", change.Operation)
	}
}

// modifiesWhat: a modification names fields that differ, and never takes time away.
func (m *model) modifiesWhat(a activity, desired vendorBody, fields []string) {
	for _, field := range fields {
		differs, shrinks := false, false
		switch field {
		case "name":
			differs = desired.Name != a.body.Name
		case "end":
			differs, shrinks = !desired.End.Equal(a.body.End), desired.End.Before(a.body.End)
		case "shops":
			differs = m.w.vendor.vouchers.hidesShops || !sameSet(desired.Members, a.members)
		}
		if shrinks || !differs && m.alone() {
			m.broken("a modification of %s, %+v to %+v", field, a.body, desired)
		}
	}
	if len(fields) == 0 {
		m.broken("a modification of nothing")
	}
}

// affords: what raises an activity is within the ceilings as they were before the call.
func (m *model) affords(c *v1alpha1.PayGiftActivity, change providers.Mutation) {
	exposure := m.w.kind.Exposure(c)
	for _, ceiling := range []*int64{ceilingOf(m.limits.MaxActiveYuan), ceilingOf(m.limits.MaxCampaignYuan)} {
		if ceiling != nil && exposure.Fen > *ceiling {
			m.broken("%s was sent for %d fen, the limits are %+v", change.Operation, exposure.Fen, m.limits)
		}
	}
}

// handsOver: codes are those of the manifest, at most so many, and none that the vendor has.
func (m *model) handsOver(c *v1alpha1.PayGiftActivity, has, codes []string) {
	sources := m.w.kind.Codes(c)
	if n := len(codes); n == 0 || n > providers.MaxCodes || int64(len(has)+n) > totalOf(sources) && m.alone() {
		m.broken("%d codes were sent, there are %d, the manifest names %d", n, len(has), totalOf(sources))
	}
	there := map[string]bool{}
	for _, code := range has {
		there[code] = true
	}
	for _, code := range codes {
		for _, former := range c.Status.Previous { // of those before a resource was deleted nothing is recorded
			if slices.Contains(m.w.vendor.vouchers.codes[former.ActivityID], code) {
				m.broken("code %s was handed over for %s, too", code, former.ActivityID)
				return
			}
		}
		if there[code] && m.alone() {
			m.broken("code %s was sent once more", code)
			return
		}
		there[code] = true
	}
}

// oneChangeEach: a number stands for one change.
func (m *model) oneChangeEach(change providers.Mutation) {
	what := fmt.Sprintf("%s %s %v %d %s", change.ID, change.Operation, change.Fields, change.Total, digest([]byte(strings.Join(change.Codes, "\n"))))
	if change.Number == "" || m.numbers[change.Number] != "" && m.numbers[change.Number] != what {
		m.broken("number %q stands for %s, and for %s", change.Number, m.numbers[change.Number], what)
	}
	m.numbers[change.Number] = what
}

// sentOnce: a vendor that forgets the numbers of creations is asked a second time only while it hides the first activity: it has ended or is
// still being made, or has another name or time by now than the manifest. Nothing tells then that there is one.
func (m *model) sentOnce(body vendorBody) {
	if m.w.vendor.vouchers == nil {
		return
	}
	m.w.vendor.now(func(v *vendor) {
		for _, a := range v.activities {
			if v.numberRetention == 0 || a.body.Number != body.Number || a.forgotten || v.clock.Since(a.created) <= v.numberRetention {
				continue
			}
			v.vouchers.settle(a, v.clock.Now())
			renamed := a.body.Name != body.Name || !a.body.End.Equal(body.End) || !a.body.Begin.Equal(body.Begin)
			if v.vouchers.listed(a, v.clock.Now()) && !renamed && v.clock.Since(a.created) >= v.listLag && !m.named[a.id] {
				m.broken("asked for %s again, and the list shows %s", body.Number, a.id)
			}
		}
	})
	m.commits(body)
}

// commits: a request is not sent for the first time beyond the ceilings.
func (m *model) commits(body vendorBody) {
	if m.asked[body.Number] {
		return // it may have been made
	}
	m.asked[body.Number] = true
	m.affords(m.w.shown, providers.Mutation{Operation: providers.OperationCreate})
}

// readyIsTrue: Ready says that the activity is as the manifest says. (What others do in the console is seen later.)
func (m *model) readyIsTrue(c *v1alpha1.PayGiftActivity) {
	current := c.Status.ObservedGeneration == c.Generation && c.DeletionTimestamp == nil && !observed(c)
	if m.w.vendor.vouchers == nil || !current || ready(c).Status != "True" || m.w.kind.Goal(c) != GoalLive || m.touched["rename"] {
		return
	}
	a, work, _ := m.atVendor(c.Status.ActivityID)
	body, err := bodyOf(c)
	if over := !m.w.clock.Now().Before(a.body.End); !over && (err != nil || work != "" && m.alone() || !m.alikeVoucher(body, &a)) {
		m.broken("written: Ready (%s), and the vendor (at work: %q) has %+v, shops %v", ready(c).Reason, work, a.body, a.members)
	}
}

// alikeVoucher reports whether an activity is as a manifest says, but for shops that the vendor does not know.
func (m *model) alikeVoucher(body vendorBody, a *activity) bool {
	c := m.w.campaign()
	shops := slices.DeleteFunc(slices.Clone(body.Members), func(id string) bool { return slices.Contains(m.w.vendor.strangers, id) })
	amount, total := body.Amount, totalOf(m.w.kind.Codes(c))
	if total > 0 {
		amount = total
		if record := c.Status.Codes; record != nil {
			amount -= record.Failed
		}
		if _, _, has := m.atVendor(a.id); m.twiceAtMost() {
			amount = a.body.Amount
		} else if int64(len(has)) != amount {
			return false
		}
	}
	return body.Name == a.body.Name && body.Begin.Equal(a.body.Begin) && body.End.Equal(a.body.End) && amount == a.body.Amount &&
		(m.touched["take a shop out"] || sameSet(shops, a.members)) // the list does not show shops: that is seen when something else has them read
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// twiceAtMost is the exception to the promise that a code is handed over once: two processes at once may both find it missing, and what guards it
// then is the number of the call, which this vendor forgets.
func (m *model) twiceAtMost() bool { return m.w.vendor.vouchers.forgetful && !m.alone() }

// handedOverOnce: no activity has a code twice.
func (m *model) handedOverOnce() {
	m.w.vendor.now(func(v *vendor) {
		for id, has := range v.vouchers.codes {
			if distinct := slices.Compact(slices.Sorted(slices.Values(has))); len(distinct) != len(has) && !m.twiceAtMost() {
				m.broken("activity %s has %d codes, %d different ones", id, len(has), len(distinct))
			}
		}
	})
}

// hidden reports whether nothing can tell of an activity that the manifest is about: the list does not show it, or by another name or time.
func (m *model) hidden(a *activity, c *v1alpha1.PayGiftActivity) bool {
	body, err := bodyOf(c)
	m.w.must(err)
	var listed bool
	m.w.vendor.now(func(v *vendor) { listed = v.vouchers.listed(a, v.clock.Now()) })
	return a.forgotten || !listed || a.body.Name != body.Name || !a.body.End.Equal(body.End) || !a.body.Begin.Equal(body.Begin)
}
