package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// end is what is there when a story comes to rest.
type end struct {
	*v1alpha1.PayGiftActivity
	goal Goal
	// real is the recorded activity at the vendor, state its state, shown whether reads find it.
	real  *activity
	state providers.State
	shown bool
	// same is true when it is as the manifest says, or the manifest leaves that out.
	same bool
}

// place is where a story may come to rest.
type place struct {
	// true reports whether the reason is the truth.
	true func(m *model, e end) bool
	// says is what the message has to say of the way out, out takes it. Places without are Ready.
	says string
	out  func(m *model, e end)
}

// places are all the places where a resource may come to rest once the trouble is over. Whoever
// does what the message says gets to Ready, or to the next of them.
var places = map[string]place{
	v1alpha1.ReasonScheduled: {true: func(_ *model, e end) bool { return e.lives(providers.StateScheduled) }},
	v1alpha1.ReasonRunning:   {true: func(_ *model, e end) bool { return e.lives(providers.StateRunning) }},
	v1alpha1.ReasonEnded:     {true: func(_ *model, e end) bool { return e.state == providers.StateEnded }},
	v1alpha1.ReasonEndedBeforeApplied: {true: func(_ *model, e end) bool {
		return e.state == providers.StateEnded && e.CreationTimestamp.After(e.real.body.End)
	}},
	v1alpha1.ReasonTerminated: {true: func(_ *model, e end) bool {
		return e.goal != GoalLive && (e.state == providers.StateTerminated || e.state == providers.StateFailed)
	}},
	v1alpha1.ReasonObserved: {true: func(_ *model, e end) bool { return observed(e.PayGiftActivity) && (e.shown || e.state.Final()) }},
	v1alpha1.ReasonDraft:    {true: func(_ *model, e end) bool { return e.goal == GoalNothing && e.nothing() }},
	v1alpha1.ReasonNothingToTerminate: {true: func(m *model, e end) bool {
		return e.goal == GoalEnded && e.nothing() && len(m.listed(numberOf(e.PayGiftActivity))) == 0
	}},

	v1alpha1.ReasonRequestNumberConflict: {
		true: func(m *model, e end) bool {
			return e.shown && !e.same && e.Status.Creation == v1alpha1.CreationDiffers || len(m.listed(e.number())) > 1
		},
		says: "adopt", out: func(m *model, e end) {
			if listed := m.listed(e.number()); len(listed) > 1 {
				m.w.edit(func(c *v1alpha1.PayGiftActivity) {
					c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: listed[0].id}
					if c.Status.Creation == v1alpha1.CreationUnknown {
						c.Spec.RequestRevision = ptr.To(c.Lifecycle().Revision() + 1)
					}
				})
				return
			}
			m.renew()
		},
	},
	v1alpha1.ReasonCannotReturnToDraft: {
		true: func(_ *model, e end) bool { return e.goal == GoalNothing && e.shown && !e.state.Final() },
		says: "Set spec.state to Active", out: spelled("Active"),
	},
	v1alpha1.ReasonPausedElsewhere: {
		true: func(m *model, e end) bool {
			return e.goal == GoalLive && e.shown && e.state == providers.StatePaused && m.touched["pause"]
		},
		says: "Resume it in the vendor's console", out: func(m *model, _ end) { m.console("resume") },
	},
	v1alpha1.ReasonTerminatedElsewhere: {
		true: func(_ *model, e end) bool { return e.goal == GoalLive && e.state == providers.StateTerminated },
		says: "raise requestRevision", out: func(m *model, _ end) { m.renew() },
	},
	v1alpha1.ReasonCannotRestart: {
		true: func(_ *model, e end) bool { return e.goal == GoalLive && e.state == providers.StateTerminated },
		says: "Set spec.state back to Terminated", out: spelled("Terminated"),
	},
	v1alpha1.ReasonCreateFailed: {
		true: func(m *model, e end) bool { return e.state == providers.StateFailed && m.touched["fail"] },
		says: "raise requestRevision", out: func(m *model, _ end) { m.renew() },
	},
	v1alpha1.ReasonMissing: {
		true: func(_ *model, e end) bool { return e.real != nil && e.real.forgotten },
		says: "raise requestRevision", out: func(m *model, _ end) { m.renew() },
	},
	v1alpha1.ReasonRejected: {
		true: func(m *model, e end) bool { return e.goal == GoalLive && e.nothing() },
		says: "create: ", out: func(m *model, e end) { // the gateway's words; what to do is in the vendor's table of errors
			if strings.Contains(ready(e.PayGiftActivity).Message, "the number is taken") {
				m.renew()
				return
			}
			m.w.setAmount(e.Spec.AwardSendRule.TransactionAmountMinimum + 1)
		},
	},
	v1alpha1.ReasonBeginPassed: {
		true: func(m *model, e end) bool { return e.nothing() },
		says: "Set activityBaseInfo.beginTime", out: func(m *model, _ end) {
			m.w.edit(func(c *v1alpha1.PayGiftActivity) { setTimes(c, m.w.clock.Now().Add(ahead)) })
		},
	},
	v1alpha1.ReasonPreviousStillLive: {
		true: func(m *model, e end) bool { return e.nothing() && m.formerLive(e) },
		says: "end it in the vendor's console", out: func(m *model, e end) { m.former(e) },
	},
	v1alpha1.ReasonRevisionLowered: {
		true: func(_ *model, e end) bool { return e.Lifecycle().Revision() < e.Status.Request.Revision },
		says: "again, or a higher one", out: func(m *model, e end) { m.lowered(e) },
	},
	v1alpha1.ReasonAdoptNotFound: {
		true: func(m *model, e end) bool {
			a := m.w.vendor.activity(e.Spec.Adopt.ActivityID)
			return a == nil || a.forgotten
		},
		says: "Correct the id", out: spelled("adopt another"),
	},
	v1alpha1.ReasonNothingToObserve: {
		true: func(m *model, e end) bool {
			return observed(e.PayGiftActivity) && e.nothing() && len(m.listed(numberOf(e.PayGiftActivity))) == 0
		},
		says: "managementPolicy: Manage", out: spelled("Manage"),
	},
	v1alpha1.ReasonAccountBraked: {
		true: func(m *model, _ end) bool { return m.w.account.Brake == v1alpha1.BrakeHold },
		says: "To release it: kubectl", out: spelled("release the brake"),
	},
	v1alpha1.ReasonDrifted: {
		true: func(m *model, e end) bool {
			return !e.same || len(e.real.members) > len(e.Spec.AwardSendRule.MerchantIdList)
		},
		says: "console", out: func(m *model, e end) { m.mend(e) },
	},
	v1alpha1.ReasonMembersRefused: {
		true: func(m *model, e end) bool { return len(m.w.vendor.strangers) > 0 },
		says: "Correct the list", out: spelled("members a"),
	},
	v1alpha1.ReasonContested: {
		true: func(m *model, e end) bool { return e.goal == GoalEnded && m.w.vendor.slowTerminate > time.Hour },
		says: "until the manifest is edited", out: func(m *model, e end) {
			m.w.vendor.slowTerminate = 0
			m.w.vendor.console(e.Status.ActivityID, func(a *activity) { a.terminated = time.Time{} })
			members("1900000008")(m)
		},
	},
	v1alpha1.ReasonLooksLikeExisting: {
		true: func(_ *model, e end) bool { return e.nothing() },
		says: "allowTwin: true", out: func(m *model, _ end) {
			m.w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AllowTwin = true })
		},
	},
	v1alpha1.ReasonDuplicateOwner: {
		true: func(_ *model, e end) bool { return e.shown },
		says: "Delete this one", out: func(m *model, _ end) { m.settleOwner() },
	},
	v1alpha1.ReasonInvalidSpec: {
		true: func(_ *model, e end) bool { _, err := bodyOf(e.PayGiftActivity); return err != nil },
		says: "spec.activityBaseInfo.beginTime", out: func(m *model, _ end) {
			m.w.edit(func(c *v1alpha1.PayGiftActivity) { setTimes(c, m.w.clock.Now().Add(ahead)) })
		},
	},
	v1alpha1.ReasonReferenceNotUsable: {
		true: func(m *model, e end) bool { return e.nothing() && len(m.w.vendor.findings) > 0 },
		says: "it is paused", out: func(m *model, _ end) { m.w.vendor.findings = nil },
	},
}

// spelled takes a way out that is one of the troubles.
func spelled(trouble string) func(*model, end) {
	return func(m *model, _ end) { m.cause(trouble) }
}

// mend brings an activity and its manifest together: the console undoes what it did, the manifest of
// an adopted activity says what is there.
func (m *model) mend(e end) {
	m.w.vendor.console(e.Status.ActivityID, func(a *activity) {
		a.members = slices.DeleteFunc(a.members, func(id string) bool { return !slices.Contains(e.Spec.AwardSendRule.MerchantIdList, id) })
		if e.Spec.Adopt == nil {
			body, err := bodyOf(e.PayGiftActivity)
			m.w.must(err)
			a.body.Amount = body.Amount
		}
	})
	if e.Spec.Adopt != nil {
		m.w.edit(func(c *v1alpha1.PayGiftActivity) {
			base := &c.Spec.ActivityBaseInfo
			base.ActivityName, c.Spec.AwardSendRule.TransactionAmountMinimum = e.real.body.Name, e.real.body.Amount
			base.BeginTime, base.EndTime = e.real.body.Begin.Format(time.RFC3339), e.real.body.End.Format(time.RFC3339)
		})
	}
}

// atRest checks the place where the story has come to rest, and takes the way out of it. It
// reports whether there is none to take.
func (m *model) atRest() bool {
	c := m.w.campaign()
	m.oneEach()
	m.own.rests(m)
	if c.Name == "" {
		m.tell("it is gone; applied again")
		m.again()
		return false
	}
	is, e := ready(c), m.end(c)
	m.tell("at rest: %s (%s), %+v", is.Reason, is.Message, c.Status)
	m.stays = append(m.stays, is.Reason)
	if c.Status.ObservedGeneration != c.Generation {
		m.broken("generation %d was never looked at", c.Generation)
	}
	if asked := c.Annotations[v1alpha1.AnnotationReconcileRequestedAt]; asked != c.Status.LastHandledReconcileAt {
		m.broken("asked for %q, echoed %q", asked, c.Status.LastHandledReconcileAt)
	}
	place, known := m.place(is.Reason)
	if !known || !place.true(m, e) {
		m.broken("it came to rest at %s (%s) with goal %s, creation %q; the vendor has %+v (%s)", is.Reason, is.Message, e.goal, c.Status.Creation, e.real, e.state)
		return true
	}
	if (place.out == nil) != (is.Status == "True") {
		m.broken("%s is %s", is.Reason, is.Status)
	}
	if place.out == nil {
		return true
	}
	if !strings.Contains(is.Message, place.says) {
		m.broken("%s does not say %q: %s", is.Reason, place.says, is.Message)
	}
	m.tell("the way out of %s", is.Reason)
	place.out(m, e)
	return false
}

// end gathers what is there.
func (m *model) end(c *v1alpha1.PayGiftActivity) end {
	e := end{PayGiftActivity: c, goal: m.w.kind.Goal(c)}
	if e.real = m.w.vendor.activity(c.Status.ActivityID); e.real == nil {
		return e
	}
	body, err := bodyOf(c)
	e.state, e.shown = m.w.vendor.stateOf(e.real), !e.real.forgotten
	e.same = err == nil && (body.Number == "" || m.alike(body, e.real))
	return e
}

// lives reports whether the activity that is to be live is in a state, as the manifest says.
func (e end) lives(state providers.State) bool {
	return e.goal == GoalLive && e.same && e.shown && e.state == state && e.Status.Creation == v1alpha1.CreationConfirmed
}

// nothing reports whether nothing is recorded of an activity.
func (e end) nothing() bool { return e.Status.Creation == "" && e.Status.ActivityID == "" }

// number is the recorded request number, or the manifest's.
func (e end) number() string {
	if e.Status.Request != nil {
		return e.Status.Request.Number
	}
	return numberOf(e.PayGiftActivity)
}

// listed returns the activities under a number that the vendor's list shows.
func (m *model) listed(number string) []*activity {
	return slices.DeleteFunc(m.w.vendor.made(number), func(a *activity) bool {
		return a.forgotten || m.w.vendor.listRetention > 0 && m.w.vendor.stateOf(a).Final()
	})
}

// formerLive reports whether an activity of a former revision lives.
func (m *model) formerLive(e end) bool {
	return slices.ContainsFunc(e.Status.Previous, func(p v1alpha1.PreviousRecord) bool {
		a := m.w.vendor.activity(p.ActivityID)
		return p.ActivityID == "" || a != nil && !m.w.vendor.stateOf(a).Final() // without an id nobody knows
	})
}

// settleOwner deletes the older one of two owners: which of them goes is for people to say.
func (m *model) settleOwner() {
	older := &v1alpha1.PayGiftActivity{}
	older.Namespace, older.Name = autumn.Namespace, autumn.Name
	m.w.must(m.w.api.Delete(context.Background(), older))
	m.w.changed() // the engine's Deleted wakes those that were kept from the activity
}

// lowered writes the recorded revision again, with what the message says of adopt.
func (m *model) lowered(e end) {
	message := ready(e.PayGiftActivity).Message
	admitted := m.w.edit(func(c *v1alpha1.PayGiftActivity) {
		c.Spec.RequestRevision = ptr.To(e.Status.Request.Revision)
		if strings.Contains(message, "without spec.adopt") {
			c.Spec.Adopt = nil
		}
		if strings.Contains(message, "and spec.adopt.activityId") {
			c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: e.Status.ActivityID}
		}
	})
	if !admitted {
		m.broken("the way out of RevisionLowered is refused at admission: %s", message)
	}
}

// former keeps the activities of former revisions where the message offers that, else it ends them.
func (m *model) former(e end) {
	if strings.Contains(ready(e.PayGiftActivity).Message, "replacePrevious: Keep") {
		m.w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.ReplacePrevious = v1alpha1.ReplaceKeep })
		return
	}
	for _, p := range e.Status.Previous {
		m.w.vendor.console(p.ActivityID, func(a *activity) { a.terminated = m.w.clock.Now() })
	}
}
