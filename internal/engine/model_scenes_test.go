package engine

import (
	"context"
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

// scenes are the stories that lead to places where trouble at a boundary alone does not.
var scenes = map[string]func(m *model){
	"a life": func(m *model) {
		m.created()
		m.w.stride = time.Hour
		m.w.pass(ahead + time.Hour)
		m.w.pass(24 * time.Hour)
	},
	"half a life": func(m *model) {
		m.created()
		m.w.stride = time.Hour
		m.w.pass(ahead + time.Hour)
	},
	"a life in pause": func(m *model) {
		m.created()
		m.console("pause")
		m.w.pass(time.Hour)
	},
	"a draft that becomes live": func(m *model) { m.apply(v1alpha1.PayGiftActivityDraft); m.w.pass(time.Hour); m.cause("Active") },
	"a draft of what exists": func(m *model) {
		m.created()
		m.cause("delete")
		m.spec.State = v1alpha1.PayGiftActivityDraft
		m.again()
		m.w.pass(time.Hour)
	},
	"a draft that missed its begin": func(m *model) {
		m.apply(v1alpha1.PayGiftActivityDraft)
		m.w.stride = time.Hour
		m.w.pass(ahead + time.Hour)
		m.cause("Active")
	},
	"a draft that is braked":      func(m *model) { m.cause("brake"); m.apply(v1alpha1.PayGiftActivityDraft) },
	"a draft that adopts":         func(m *model) { m.apply(v1alpha1.PayGiftActivityDraft, adopts(m.another())) },
	"a draft of unusable things":  func(m *model) { m.findings(); m.apply(v1alpha1.PayGiftActivityDraft) },
	"an observed draft":           func(m *model) { m.apply(v1alpha1.PayGiftActivityDraft, observes) },
	"a campaign of next year":     func(m *model) { m.early() },
	"a brake before the creation": func(m *model) { m.cause("brake"); m.apply(v1alpha1.PayGiftActivityActive) },
	"a brake before members": func(m *model) {
		m.created()
		m.cause("members a")
		m.w.pass(time.Hour)
		m.cause("brake")
		m.cause("members b")
	},
	"an account that is missing":  func(m *model) { m.missing(v1alpha1.PayGiftActivityActive) },
	"a draft without its account": func(m *model) { m.missing(v1alpha1.PayGiftActivityDraft) },
	"another account":             func(m *model) { m.created(); m.stranger() },
	"members that are refused":    func(m *model) { m.created(); m.w.vendor.strangers = []string{"1900000003"}; m.cause("members b") },
	"things that cannot be used":  func(m *model) { m.findings(); m.apply(v1alpha1.PayGiftActivityActive) },
	"a twin":                      func(m *model) { m.apply(v1alpha1.PayGiftActivityActive, m.twin()) },
	"a draft with a twin":         func(m *model) { m.apply(v1alpha1.PayGiftActivityDraft, m.twin()) },
	"an id that nobody knows":     func(m *model) { m.apply(v1alpha1.PayGiftActivityActive, adopts("777")) },
	"nothing to observe":          func(m *model) { m.apply(v1alpha1.PayGiftActivityActive, observes) },
	"nothing to end":              func(m *model) { m.apply(v1alpha1.PayGiftActivityTerminated) },
	"something to observe": func(m *model) {
		m.created()
		m.cause("delete")
		m.spec.ManagementPolicy = v1alpha1.ManagementObserve
		m.again()
	},
	"something that ended to observe": func(m *model) {
		m.created()
		m.console("end")
		m.cause("delete")
		m.spec.ManagementPolicy = v1alpha1.ManagementObserve
		m.again()
	},
	"other content under the number": func(m *model) { m.made(1, 5); m.apply(v1alpha1.PayGiftActivityActive) },
	"an id that nobody knows, paced": func(m *model) {
		m.w.limits = quota.Defaults()
		m.w.restart()
		m.apply(v1alpha1.PayGiftActivityActive, adopts("777"))
	},
	"a draft of what was never sent": func(m *model) { // with a finalizer, and an intent to take back
		m.plan = map[int]string{5: "Draft"}
		m.faults(providers.OperationCreate, serverError)
		plots["create, to be ended with its resource"].during(m)
	},
	"an activity that is gone":    func(m *model) { m.created(); m.console("remove") },
	"an activity that is changed": func(m *model) { m.created(); m.console("change") },
	"a member that others add": func(m *model) {
		m.created()
		m.cause("members a")
		m.w.pass(time.Hour)
		m.console("add a member")
		m.cause("members b")
	},
	"an activity that is failed":    func(m *model) { m.created(); m.console("fail") },
	"an activity that others end":   func(m *model) { m.created(); m.console("end") },
	"a word that nobody knows":      func(m *model) { m.created(); m.word("FROZEN") },
	"an end that does not last":     func(m *model) { m.created(); m.w.vendor.slowTerminate = 1000 * time.Hour; m.cause("Terminated") },
	"an end that is taken back":     func(m *model) { m.created(); m.cause("Terminated"); m.w.pass(time.Hour); m.cause("Active") },
	"a creation that is taken back": func(m *model) { m.created(); m.cause("Draft") },
	"a revision that waits":         func(m *model) { m.created(); m.cause("revise") },
	"a former activity that is gone": func(m *model) {
		m.created()
		id := m.w.campaign().Status.ActivityID
		m.cause("revise")
		m.w.pass(time.Hour)
		m.w.vendor.console(id, func(a *activity) { a.forgotten = true })
		m.w.pass(2 * time.Hour)
	},
	"a revision that is taken back": func(m *model) { m.created(); m.cause("revise and keep"); m.w.pass(time.Hour); m.cause("revise back") },
	"a time that cannot be read":    func(m *model) { m.apply(v1alpha1.PayGiftActivityActive, unreadable) },
	"bad parameters":                func(m *model) { m.faults(providers.OperationCreate, badParam); m.apply(v1alpha1.PayGiftActivityActive) },
	"a permission that comes late": func(m *model) {
		m.faults(providers.OperationCreate, noAuth, noAuth, noAuth)
		m.apply(v1alpha1.PayGiftActivityActive)
	},
	"a reply that nobody trusts": func(m *model) { m.faults(providers.OperationCreate, badReply); m.apply(v1alpha1.PayGiftActivityActive) },
	"a read that nobody trusts": func(m *model) {
		m.faults(providers.OperationGet, badReply, badReply)
		m.apply(v1alpha1.PayGiftActivityActive)
	},
	"keys that are refused": func(m *model) {
		m.faults(providers.OperationCreate, authError)
		m.apply(v1alpha1.PayGiftActivityActive)
	},
	"a gateway that is away": func(m *model) {
		m.faults(providers.OperationCreate, notSent, notSent, throttled)
		m.apply(v1alpha1.PayGiftActivityActive)
	},
	"a gateway that keeps failing": func(m *model) {
		m.faults(providers.OperationCreate, slices.Repeat([]fault{serverError}, 7)...)
		m.apply(v1alpha1.PayGiftActivityActive)
	},
	"a list that is away": func(m *model) {
		m.w.pass(time.Hour)
		m.faults(providers.OperationList, serverError, noAuth, throttled)
		m.apply(v1alpha1.PayGiftActivityActive)
	},
	"a queue":                  func(m *model) { m.queue(time.Hour) },
	"a queue that is too long": func(m *model) { m.queue(ahead + time.Hour) },
	"a queue for reads": func(m *model) {
		m.refused(providers.OperationGet, time.Minute)
		m.apply(v1alpha1.PayGiftActivityActive)
		m.w.pass(time.Second)
		m.cause("Terminated")
	},
	"an activity that shows late":     func(m *model) { m.w.vendor.getLag = time.Minute; m.apply(v1alpha1.PayGiftActivityActive) },
	"an activity that ended long ago": func(m *model) { m.late() },
	"two owners":                      func(m *model) { m.older() },
	"a deletion that is held up":      func(m *model) { m.heldUp() },
	"a deletion of what is not there": func(m *model) {
		m.apply(v1alpha1.PayGiftActivityActive, adopts("777"))
		m.cause("Terminate")
		m.w.pass(time.Hour)
		m.cause("delete")
	},
	"two under one number, in the dark": func(m *model) {
		m.faults(providers.OperationCreate, lostReply)
		m.apply(v1alpha1.PayGiftActivityActive)
		m.w.step()
		m.doubled()
	},
	"two under one number": func(m *model) { m.doubled(); m.apply(v1alpha1.PayGiftActivityActive) },
}

func scenesTold(t *testing.T, p *protocol) {
	for _, name := range sortedKeys(scenes) {
		t.Run(name, func(t *testing.T) {
			p.play(t, name, "replays the first id", func(m *model) {
				scenes[name](m)
				m.w.pass(30 * time.Minute)
			})
		})
	}
}

func adopts(id string) func(*v1alpha1.PayGiftActivity) {
	return func(c *v1alpha1.PayGiftActivity) { c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: id} }
}

func observes(c *v1alpha1.PayGiftActivity) { c.Spec.ManagementPolicy = v1alpha1.ManagementObserve }

func unreadable(c *v1alpha1.PayGiftActivity) { c.Spec.ActivityBaseInfo.BeginTime = "tomorrow" }

// created makes the campaign.
func (m *model) created() {
	m.apply(v1alpha1.PayGiftActivityActive)
	m.w.pass(5 * time.Minute)
}

func (m *model) faults(op providers.Operation, faults ...fault) {
	m.tell("%d faults of %s", len(faults), op)
	m.w.vendor.fail(op, faults...)
}

func (m *model) findings() {
	m.w.vendor.findings = []providers.Finding{{Field: "stock", Message: "it is paused"}}
}

// missing applies the manifest before there is an account.
func (m *model) missing(state v1alpha1.PayGiftActivityDesiredState) {
	m.w.missing = true
	m.apply(state)
	m.w.pass(time.Hour)
	m.w.missing = false
}

// early begins further ahead than the vendor takes.
func (m *model) early() {
	m.apply(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { setTimes(c, m.w.clock.Now().Add(367*24*time.Hour)) })
	m.w.stride = 24 * time.Hour
	m.w.pass(3 * 24 * time.Hour)
}

// stranger puts another account under the account's name, for a while.
func (m *model) stranger() {
	other := us
	other.ID = "1900000999"
	m.w.account.Identity = other
	m.w.registry.Put(merchant, &accounts.Account{Identity: other, Activities: m.w.products()})
	m.w.changed()
	m.w.pass(time.Hour)
}

// twin is a live activity with the manifest's name and time.
func (m *model) twin() func(*v1alpha1.PayGiftActivity) {
	begin := m.w.clock.Now().Add(ahead).Truncate(time.Second)
	_, err := m.w.vendor.commit(vendorBody{Number: "a twin", Amount: 100, Begin: begin, End: begin.Add(24 * time.Hour)})
	m.w.must(err)
	m.w.pass(2 * time.Minute) // the list shows it
	return func(c *v1alpha1.PayGiftActivity) { setTimes(c, begin) }
}

// doubled makes two activities under the manifest's number, as a vendor without idempotency may.
func (m *model) doubled() {
	m.w.vendor.noReplay, m.lost = true, true
	m.made(2, 100)
}

// made makes activities under the manifest's number that it does not know of.
func (m *model) made(n int, amount int64) {
	number := numberOf(&v1alpha1.PayGiftActivity{ObjectMeta: metav1.ObjectMeta{Namespace: spring.Namespace, Name: spring.Name}})
	begin := m.w.clock.Now().Add(ahead).Truncate(time.Second)
	for range n {
		_, err := m.w.vendor.commit(vendorBody{Number: number, Amount: amount, Begin: begin, End: begin.Add(24 * time.Hour)})
		m.w.must(err)
	}
	m.w.pass(2 * time.Minute)
}

func (m *model) word(word string) {
	m.w.vendor.console(m.w.campaign().Status.ActivityID, func(a *activity) { a.word = word })
	m.w.pass(time.Hour)
	m.w.vendor.console(m.w.campaign().Status.ActivityID, func(a *activity) { a.word = "" })
}

// queue lets nothing be created for a while.
func (m *model) queue(d time.Duration) {
	m.apply(v1alpha1.PayGiftActivityActive)
	m.refused(providers.OperationCreate, d)
	m.w.stride = time.Hour
	m.w.pass(d)
}

func (m *model) refused(op providers.Operation, d time.Duration) {
	m.w.reconciler.Pacer.Refused(quota.Key{Gateway: us.Gateway, Account: us.ID, Endpoint: quota.Endpoint{Kind: m.w.kind.Name(), Operation: op}}, d)
}

// late applies the manifest when its activity has ended.
func (m *model) late() {
	m.created()
	m.cause("delete")
	m.w.stride = time.Hour
	m.w.pass(ahead + 30*time.Hour)
	m.w.store(&v1alpha1.PayGiftActivity{ObjectMeta: metav1.ObjectMeta{CreationTimestamp: metav1.NewTime(m.w.clock.Now())}, Spec: m.spec})
}

// autumn is the other resource of the stories with two.
var autumn = types.NamespacedName{Namespace: spring.Namespace, Name: "autumn"}

// older makes another, older resource that has recorded the same activity.
func (m *model) older() {
	m.created()
	c := m.w.campaign()
	other := &v1alpha1.PayGiftActivity{Spec: c.Spec}
	other.Namespace, other.Name, other.UID = autumn.Namespace, autumn.Name, "older"
	m.w.must(m.w.api.Create(context.Background(), other))
	other.Status = c.Status
	m.w.must(m.w.api.Status().Update(context.Background(), other))
	m.cause("wipe the status")
}

// heldUp deletes a resource while its activity cannot be ended.
func (m *model) heldUp() {
	m.created()
	m.cause("Terminate")
	m.w.pass(time.Minute)
	m.faults(providers.OperationTerminate, slices.Repeat([]fault{notSent}, 8)...)
	m.cause("delete")
}
