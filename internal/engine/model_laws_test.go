package engine

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// The laws are checked at every call and every write. A call is judged by the manifest as the API
// server last showed it to the process that calls (by a write, or by a read past the cache): what
// is edited after that is in flight, and is answered by the next reconcile.

// sent: a create request is the one that was recorded, is what the manifest says, and was asked for.
func (m *model) sent(body vendorBody, raw []byte) {
	c := m.w.shown
	st := c.Status
	request, err := m.w.kind.Request(c, Sender{Number: numberOf(c)})
	if err != nil || !bytes.Equal(request.Body, raw) {
		m.broken("%s was sent, the manifest says %s", raw, request.Body)
	}
	if st.Creation != v1alpha1.CreationUnknown || st.Request == nil || st.Request.Digest != digest(raw) || st.Request.Number != body.Number {
		m.broken("%s was sent, recorded is %q %+v", raw, st.Creation, st.Request)
	}
	if !m.w.kind.Goal(c).creates() || observed(c) || c.DeletionTimestamp != nil || c.Spec.Adopt != nil && st.ActivityID != "" {
		m.broken("%s was sent for %+v", raw, c.Spec)
	}
	if m.w.braked {
		m.broken("%s was sent although the brake was on", raw)
	}
	m.sentOnce(body)
}

// ended: an activity is ended only because the manifest, or its deletion, says so, and its members
// follow the manifest.
func (m *model) ended(change providers.Mutation) {
	c := m.w.shown
	st, listed := c.Status, c.Spec.AwardSendRule.MerchantIdList
	deleted := c.DeletionTimestamp != nil && c.Spec.DeletionPolicy == v1alpha1.DeletionTerminate && m.w.left == ""
	asked, live := deleted, c.DeletionTimestamp == nil && c.Spec.State == v1alpha1.PayGiftActivityActive
	switch change.Operation {
	case providers.OperationTerminate:
		asked = asked || c.Spec.State == v1alpha1.PayGiftActivityTerminated
	case providers.OperationAddMembers:
		asked = live && !slices.ContainsFunc(change.Members, func(id string) bool { return !slices.Contains(listed, id) }) && !m.w.braked
	case providers.OperationRemoveMembers:
		asked = live && !slices.ContainsFunc(change.Members, func(id string) bool {
			return slices.Contains(listed, id) || !slices.Contains(st.Merchants.Listed, id)
		})
	}
	if !asked || observed(c) {
		m.broken("%s was sent for %+v, deleted %v", change.Operation, c.Spec, c.DeletionTimestamp)
	}
	if change.ID != st.ActivityID || st.Creation != v1alpha1.CreationConfirmed {
		m.broken("%s was sent for activity %s, recorded is %q %q", change.Operation, change.ID, st.ActivityID, st.Creation)
	}
	if st.Request != nil && c.Lifecycle().Revision() != st.Request.Revision && !deleted {
		m.broken("%s was sent for revision %d, the manifest asks for %d", change.Operation, st.Request.Revision, c.Lifecycle().Revision())
	}
}

func observed(c *v1alpha1.PayGiftActivity) bool {
	return c.Spec.ManagementPolicy == v1alpha1.ManagementObserve
}

// written: what a status says of the creation is true.
func (m *model) written(c *v1alpha1.PayGiftActivity) {
	st := c.Status
	m.protocol.wrote(c)
	m.leavesWhat(c)
	m.leavesStock(c)
	if m.wiped && st.Request == nil {
		return
	}
	m.wiped = false
	m.readyIsTrue(c)
	if st.ActivityID == "" {
		if st.Creation == v1alpha1.CreationConfirmed || st.Creation == v1alpha1.CreationDiffers {
			m.broken("written: %s without an id", st.Creation)
		}
		return
	}
	adopted := st.Request != nil && st.Request.Adopted
	a := m.w.vendor.activity(st.ActivityID)
	switch {
	case st.Request == nil:
		m.broken("written: activity %s without a record", st.ActivityID)
	case adopted && !m.named[st.ActivityID]:
		m.broken("written: activity %s is said to be adopted", st.ActivityID)
	case a == nil && !adopted:
		m.broken("written: activity %s, which never was", st.ActivityID)
	case adopted || m.named[st.ActivityID] || m.touched["change"]:
	case a.body.Number != st.Request.Number && !m.w.kind.Traits().Anonymous:
		m.broken("written: activity %s of number %s as one of %s", a.id, a.body.Number, st.Request.Number)
	case st.Creation == v1alpha1.CreationConfirmed && !m.said[a.body.Number][m.essence(a.body)]:
		m.broken("written: Confirmed, with content that no manifest has said: %s", a.body.content())
	}
}

// leavesWhat: a resource whose deletion ends the activity goes after it has ended.
func (m *model) leavesWhat(c *v1alpha1.PayGiftActivity) {
	if c.DeletionTimestamp == nil || guarded(c) || c.Spec.DeletionPolicy != v1alpha1.DeletionTerminate || m.w.left != "" ||
		c.Spec.State == v1alpha1.PayGiftActivityDraft || observed(c) || c.Status.Creation != v1alpha1.CreationConfirmed || m.wiped {
		return
	}
	if a := m.w.vendor.activity(c.Status.ActivityID); a != nil && !a.forgotten && !m.w.vendor.stateOf(a).Final() {
		m.broken("the resource was let go and left activity %s %s", a.id, m.w.vendor.stateOf(a))
	}
}

// oneEach: a number stands for one activity at most, but for the vendors and stories that allowsTwins names.
func (m *model) oneEach() {
	for number := range m.said {
		known := slices.DeleteFunc(m.w.vendor.made(number), func(a *activity) bool { return a.forgotten })
		if len(known) > 1 && !m.allowsTwins() {
			m.broken("%d activities under number %s", len(known), number)
		}
	}
}

// allowsTwins is the exception to the first promise, and all of it. The vendor's idempotency is
// what guards a creation; where a vendor has none (WeChat Pay and Alipay have it), one number can
// come to stand for two activities
//   - when its list is late too: a reply was lost, and the look that follows does not show the first;
//   - when it forgets a number that a later manifest of other content has too (see lockedOnce);
//   - when two processes are alive at once: one looks before the other's call takes effect;
//   - when the status is emptied, or the resource deleted and made again, between the intent and the
//     id: nobody knows any more of the call in flight.
func (m *model) allowsTwins() bool {
	return m.habit.twins || m.w.vendor.numberRetention > 0 || m.w.vendor.noReplay && (len(m.w.managers) > 1 || m.lost)
}

// bodyOf is the create request of a manifest.
func bodyOf(c *v1alpha1.PayGiftActivity) (body vendorBody, err error) {
	request, err := testKind{}.Request(c, Sender{Number: numberOf(c)})
	if err == nil && len(request.Body) > 0 {
		err = json.Unmarshal(request.Body, &body)
	}
	return body, err
}
