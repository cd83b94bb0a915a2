package engine

import (
	"fmt"
	"slices"
	"time"

	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// habit is what a vendor always does.
type habit struct {
	of func(*vendor)
	// twins is true for the vendors at which one number may come to stand for two activities: those
	// that create again under the same number, when the list is late to show the first one. (Two
	// processes at once are the other way to it; see allowsTwins.)
	twins bool
}

var habits = map[string]habit{
	"replays the first id":                             {of: func(*vendor) {}},
	"refuses other content":                            {of: func(v *vendor) { v.rejectOther = true }},
	"refuses a number that is taken":                   {of: func(v *vendor) { v.rejectSame, v.rejectOther = true, true }},
	"replays and lists late":                           {of: func(v *vendor) { v.listLag = 3 * time.Minute }},
	"refuses a number that is taken and lists late":    {of: func(v *vendor) { v.rejectSame, v.rejectOther, v.listLag = true, true, 40*time.Second }},
	"shows nothing for a while":                        {of: func(v *vendor) { v.listLag, v.getLag = 2*time.Minute, 2*time.Minute }},
	"forgets what has ended in its list":               {of: func(v *vendor) { v.listRetention = 10 * time.Minute }},
	"takes its time to terminate, and refuses another": {of: func(v *vendor) { v.slowTerminate, v.rejectRepeatedTerminate = 40*time.Second, true }},
	"creates again under the same number":              {of: func(v *vendor) { v.noReplay = true }},
	"creates again and lists late":                     {of: func(v *vendor) { v.noReplay, v.listLag = true, 2*time.Minute }, twins: true},
}

// replies are how a call may go wrong.
var replies = map[string]fault{
	"reply lost": lostReply, "5xx": serverError, "unsigned reply": badReply, "not sent": notSent, "429": throttled,
	"keys refused": authError, "bad parameter": badParam, "bad request": badRequest, "no permission": noAuth,
}

// troubles are what may happen at a boundary.
var troubles = map[string]func(*model){
	"crash":                 func(*model) { panic(crash{}) },
	"the other one works":   (*model).other,
	"stale cache":           func(m *model) { m.w.stale = 2 },
	"take a minute":         func(m *model) { m.w.clock.Step(61 * time.Second) },
	"ask for a look":        func(m *model) { m.asks++; m.w.annotate(fmt.Sprint("ask ", m.asks)) },
	"wipe the status":       func(m *model) { m.loses(); m.wiped = true; m.w.wipe(); m.w.changed() },
	"Active":                func(m *model) { m.w.setState(v1alpha1.PayGiftActivityActive) },
	"Draft":                 func(m *model) { m.w.setState(v1alpha1.PayGiftActivityDraft) },
	"Terminated":            func(m *model) { m.w.setState(v1alpha1.PayGiftActivityTerminated) },
	"amount 200":            func(m *model) { m.w.setAmount(200) },
	"amount 100":            func(m *model) { m.w.setAmount(100) },
	"members a":             members("1900000001", "1900000002"),
	"members b":             members("1900000002", "1900000003"),
	"revise":                revise(v1alpha1.ReplaceWait),
	"revise and keep":       revise(v1alpha1.ReplaceKeep),
	"revise back":           spec(func(s *v1alpha1.PayGiftActivitySpec) { s.RequestRevision = nil }),
	"adopt another":         func(m *model) { m.adopt(m.another()) },
	"adopt the recorded":    func(m *model) { m.adopt(m.w.campaign().Status.ActivityID) },
	"adopt nothing":         spec(func(s *v1alpha1.PayGiftActivitySpec) { s.Adopt = nil }),
	"Observe":               spec(func(s *v1alpha1.PayGiftActivitySpec) { s.ManagementPolicy = v1alpha1.ManagementObserve }),
	"Manage":                spec(func(s *v1alpha1.PayGiftActivitySpec) { s.ManagementPolicy = v1alpha1.ManagementManage }),
	"Orphan":                spec(func(s *v1alpha1.PayGiftActivitySpec) { s.DeletionPolicy = v1alpha1.DeletionOrphan }),
	"Terminate":             spec(func(s *v1alpha1.PayGiftActivitySpec) { s.DeletionPolicy = v1alpha1.DeletionTerminate }),
	"delete":                func(m *model) { m.loses(); m.w.delete() },
	"delete and make again": func(m *model) { m.loses(); m.w.delete(); m.again() },
	"delete the namespace":  func(m *model) { m.loses(); m.w.leaving = "its namespace is going"; m.w.delete() },
	"brake":                 brake(v1alpha1.BrakeHold),
	"release the brake":     brake(v1alpha1.BrakeOff),
}

// loses notes that what is recorded is about to be lost.
func (m *model) loses() {
	st := m.w.campaign().Status
	m.lost = m.lost || st.Creation == v1alpha1.CreationUnknown && st.ActivityID == ""
}

func spec(change func(*v1alpha1.PayGiftActivitySpec)) func(*model) {
	return func(m *model) { m.w.edit(func(c *v1alpha1.PayGiftActivity) { change(&c.Spec) }) }
}

func members(ids ...string) func(*model) {
	return spec(func(s *v1alpha1.PayGiftActivitySpec) { s.AwardSendRule.MerchantIdList = ids })
}

// revise asks for another activity, with other content, in one commit.
func revise(replace v1alpha1.ReplacePrevious) func(*model) {
	return spec(func(s *v1alpha1.PayGiftActivitySpec) {
		s.RequestRevision, s.ReplacePrevious = ptr.To(s.Revision()+1), replace
		s.AwardSendRule.TransactionAmountMinimum += 1000
	})
}

func brake(position v1alpha1.AccountBrake) func(*model) {
	return func(m *model) { m.w.account.Brake = position; m.w.changed() }
}

// renew asks for another activity than the one that is over, as the messages say it.
func (m *model) renew() {
	m.w.edit(func(c *v1alpha1.PayGiftActivity) {
		c.Spec.RequestRevision, c.Spec.Adopt = ptr.To(c.Lifecycle().Revision()+1), nil
		setTimes(c, m.w.clock.Now().Add(ahead))
	})
}

// adopt names an activity in the manifest.
func (m *model) adopt(id string) {
	if id != "" {
		m.w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: id} })
	}
}

// another returns an activity that somebody has made in the console.
func (m *model) another() string {
	for _, id := range m.others {
		if !m.w.vendor.activity(id).forgotten {
			return id
		}
	}
	number := fmt.Sprint("made in the console ", len(m.others))
	begin := m.w.clock.Now().Add(ahead).Truncate(time.Second)
	created, err := m.w.vendor.commit(vendorBody{Number: number, Name: "another", Amount: 777, Begin: begin, End: begin.Add(time.Hour)})
	m.w.must(err)
	if v := m.w.vendor.vouchers; v != nil {
		delete(v.works, created.ID) // it was made long ago
	}
	m.others = append(m.others, created.ID)
	return created.ID
}

// again applies the manifest again, where it has gone.
func (m *model) again() {
	if m.w.campaign().Name != "" {
		return
	}
	m.w.leaving = ""
	m.w.store(&v1alpha1.PayGiftActivity{Spec: *m.spec.DeepCopy()})
}

// other has another process do one reconcile in the middle of this one's.
func (m *model) other() {
	if m.nested {
		return
	}
	m.nested = true
	defer func() { m.nested = false }()
	if len(m.w.managers) == 1 {
		was := m.w.manager
		m.w.join()
		m.w.manager = was
	}
	for _, other := range m.w.managers {
		if other != m.w.manager {
			m.w.as(other, m.w.reconcile)
			break
		}
	}
}

// console does something in the vendor's console.
func (m *model) console(what string) {
	id := m.w.campaign().Status.ActivityID
	a := m.w.vendor.activity(id)
	if a == nil || m.w.vendor.stateOf(a).Final() && what != "remove" {
		return
	}
	m.tell("in the console: %s", what)
	m.touched[what] = true
	m.w.vendor.console(id, func(a *activity) {
		switch what {
		case "pause":
			a.paused = m.w.clock.Now()
		case "resume":
			a.paused = time.Time{}
		case "end":
			a.terminated = m.w.clock.Now()
		case "remove":
			a.forgotten = true
		case "change":
			a.body.Amount = 5
		case "add a member":
			a.members = append(a.members, "1900000009")
		case "rename":
			a.body.Name = "renamed"
		case "take a shop out":
			a.members = slices.Clone(a.members[min(1, len(a.members)):])
		case "fail":
			a.failed = true
		}
	})
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
