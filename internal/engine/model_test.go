package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/requestno"
	"github.com/campaign-operator/campaign-operator/providers"
)

// The model: one campaign, one or two processes of the operator, a vendor with every habit that
// its pages leave open, and trouble at every boundary that the engine crosses (a call to the
// vendor, a write to the API server, each before and after it takes effect).
//
//	model_test.go          a story: what it is told with, and how it ends
//	model_troubles_test.go what a vendor, a process, a person may do
//	model_laws_test.go     what holds at every call and every write
//	model_ways_test.go     where a story may come to rest, and the way out of there
//	model_protocol_test.go every decision and every shape of a status: the list is checked both ways
//	model_stories_test.go  which stories are told: the tests
//	model_pair_test.go     two processes at once, in every order of their boundaries
//	model_kinds_test.go    what is particular to each kind; model_stocks_test.go and model_voucher*_test.go have the others'

// ahead is how far ahead the model's campaign begins, so that all of the trouble comes before it.
const ahead = 48 * time.Hour

// model drives a world and keeps what the laws need.
type model struct {
	w         *world
	protocol  *protocol
	own       particulars
	habit     habit
	plan      map[int]string // trouble by boundary
	crossings int
	story     []string
	stays     []string // the reasons at rest, in the order of the ways out

	said    map[string]map[string]bool // what the manifests have said, by request number
	named   map[string]bool            // ids that adopt has named
	others  []string                   // ids of activities that were made in the console
	spec    v1alpha1.PayGiftActivitySpec
	specs   map[string]v1alpha1.PayGiftActivitySpec // what the manifests have said, by the digest of the request
	numbers map[string]string                       // what the numbers of calls stand for
	asked   map[string]bool                         // the numbers that a create call was sent with
	touched map[string]bool                         // what was done in the vendor's console
	fresh   int                                     // the Secrets that were made since another activity has the codes
	limits  accounts.Limits                         // the ceilings before the boundary that is being crossed
	wiped   bool                                    // somebody emptied the status after the operator's last write
	lost    bool                                    // the record of a call in flight was lost
	asks    int
	pause   func() // lets another process go on
	nested  bool
}

func newModel(w *world, p *protocol, name string) *model {
	m := &model{
		w: w, protocol: p, own: p.own, habit: p.own.habits[name], plan: map[int]string{}, said: map[string]map[string]bool{}, named: map[string]bool{},
		specs: map[string]v1alpha1.PayGiftActivitySpec{}, numbers: map[string]string{}, asked: map[string]bool{}, touched: map[string]bool{}, pause: func() {},
	}
	m.habit.of(w.vendor)
	m.tell("the vendor %s", name)
	w.log = p.logger()
	w.vendor.crossing = func(op providers.Operation, done bool) {
		if op != providers.OperationList { // the sweeper's goroutine must not crash the test
			m.cross("%s done=%t", op, done)
		}
	}
	w.crossing = func(done bool) { m.cross("write done=%t", done) }
	w.vendor.createdWith, w.written, w.edited = m.sent, m.written, m.edited
	w.vendor.changedWith = func(change providers.Mutation) { m.own.changed(m, change) }
	return m
}

// apply makes the model's manifest.
func (m *model) apply(state v1alpha1.PayGiftActivityDesiredState, changes ...func(*v1alpha1.PayGiftActivity)) {
	m.w.applied(state, func(c *v1alpha1.PayGiftActivity) {
		setTimes(c, m.w.clock.Now().Add(ahead))
		for _, change := range changes {
			change(c)
		}
	})
}

func setTimes(c *v1alpha1.PayGiftActivity, begin time.Time) {
	c.Spec.ActivityBaseInfo.BeginTime = begin.Format(time.RFC3339)
	c.Spec.ActivityBaseInfo.EndTime = begin.Add(24 * time.Hour).Format(time.RFC3339)
}

// edited keeps what the manifests have said.
func (m *model) edited(c *v1alpha1.PayGiftActivity) {
	m.spec = *c.Spec.DeepCopy()
	if c.Spec.Adopt != nil {
		m.named[c.Spec.Adopt.ActivityID] = true
	}
	number := numberOf(c)
	if m.said[number] == nil {
		m.said[number] = map[string]bool{}
	}
	if body, err := bodyOf(c); err == nil {
		m.said[number][m.essence(body)] = true
	}
	if request, err := m.w.kind.Request(c, Sender{Number: number}); err == nil {
		m.specs[digest(request.Body)] = m.spec
	}
}

// numberOf is the request number of a manifest.
func numberOf(c *v1alpha1.PayGiftActivity) string {
	return requestno.For(requestno.Input{
		Environment: us.Environment, Account: us.ID, Kind: testKind{}.Name(), Namespace: c.Namespace, Name: c.Name, Revision: c.Lifecycle().Revision(),
	})
}

// essence is what of an activity no call changes: by that it is told to be ours.
func (m *model) essence(b vendorBody) string {
	if m.w.vendor.vouchers != nil {
		return b.Begin.UTC().String()
	}
	return b.content()
}

// alike reports whether an activity is as a request says; calls change members.
func (m *model) alike(body vendorBody, a *activity) bool {
	if m.w.vendor.vouchers != nil {
		return m.alikeVoucher(body, a)
	}
	return body.content() == a.body.content()
}

// content is what an activity is made of, its members apart: calls change those.
func (b vendorBody) content() string {
	return fmt.Sprintf("%q %d %d %d", b.Name, b.Amount, b.Begin.Unix(), b.End.Unix())
}

func (m *model) tell(format string, args ...any) {
	m.story = append(m.story, fmt.Sprintf("%9s ", m.w.clock.Now().Sub(noon).Round(time.Millisecond))+fmt.Sprintf(format, args...))
}

// cross passes a boundary.
func (m *model) cross(format string, args ...any) {
	n := m.crossings
	m.crossings++
	m.w.braked = m.w.account.Brake == v1alpha1.BrakeHold || m.w.account.Brake == v1alpha1.BrakePause
	m.limits = m.w.account.Limits
	m.tell("%d: "+m.who()+format, append([]any{n}, args...)...)
	m.pause()
	if trouble, ok := m.plan[n]; ok {
		m.cause(trouble)
	}
}

// who names the process at work, where there are several.
func (m *model) who() string {
	if len(m.w.managers) > 1 && m.w.manager == m.w.managers[1] {
		return "the other: "
	}
	return ""
}

// cause brings trouble about, now.
func (m *model) cause(trouble string) {
	m.tell("%s", trouble)
	if own, known := m.own.troubles[trouble]; known {
		own(m)
		return
	}
	troubles[trouble](m)
}

func (m *model) broken(format string, args ...any) {
	m.w.t.Helper()
	m.w.t.Errorf(format, args...)
}

// fault makes the next calls of an operation go wrong.
func (m *model) fault(op providers.Operation, reply string) {
	m.tell("the next %s: %s", op, reply)
	m.w.vendor.fail(op, replies[reply])
}

// maxWays is how many ways out in a row may lead to the next place.
const maxWays = 8

// maxWrites is more than any story needs: whoever writes more has found no rest. (Two processes that
// see different things may write their words over each other's; see echo.)
const maxWrites = 150

// maxCalls is more calls that change something than any story needs: an open request is repeated for a day.
const maxCalls = 80

// verify ends the trouble, waits, and takes the way out of wherever it came to rest, until the
// resource is Ready.
func (m *model) verify() {
	m.tell("the trouble is over")
	m.plan, m.pause = nil, func() {}
	m.w.vendor.heal()
	m.w.vendor.listLag, m.w.vendor.getLag = 0, 0
	m.w.each(func() { m.w.stale = 0; m.w.open() })
	m.w.stride = time.Hour
	for range maxWays {
		m.w.pass(5 * time.Hour)
		if m.w.t.Failed() || m.atRest() {
			break
		}
	}
	m.w.stride = sweepInterval
	if writes := m.w.writes + m.w.metaWrites; writes > maxWrites && len(m.w.managers) == 1 {
		m.broken("%d writes", writes)
	}
	if calls := m.mutations(); calls > maxCalls {
		m.broken("%d calls that change something", calls)
	}
	if is := ready(m.w.campaign()); is.Status != "True" {
		m.broken("not Ready after %d ways out %v: %s (%s)", len(m.stays), m.stays, is.Reason, is.Message)
	}
	m.silence()
}

// silence checks that a campaign at rest costs nothing, restarted or not.
func (m *model) silence() {
	m.w.changed() // what nobody is woken for, such as a former activity that the list shows late
	m.w.pass(time.Second)
	before, mutations := m.w.tally(), m.mutations()
	m.w.changed()
	m.w.pass(sweepInterval + time.Second)
	m.w.restart()
	m.w.pass(sweepInterval + time.Second)
	cost := m.w.tally().minus(before)
	if m.mutations() != mutations {
		m.broken("at rest (%s) it sent %d calls", ready(m.w.campaign()).Reason, m.mutations()-mutations)
	}
	if drift := m.w.campaign().Status.Drift; m.stocks() && drift != nil && len(drift.Differences) > 0 {
		cost.get, cost.writes = 0, 0 // a new process reads once what an edited manifest of an adopted stock that is paused says otherwise
	}
	if drift := m.w.campaign().Status.Drift; m.w.vendor.vouchers != nil && drift != nil && (len(drift.Differences) > 0 || observed(m.w.campaign())) {
		cost.get = max(cost.get-1, 0) // a new process reads once what the list does not show
	}
	if m.w.vendor.vouchers != nil && m.w.campaign().Status.State == v1alpha1.StateRunning {
		cost.get = 0 // what it has given out is read every hour or two
	}
	if cost != (tally{}) {
		m.broken("at rest (%s) it cost %+v", ready(m.w.campaign()).Reason, cost)
	}
}

// mutations counts the calls that changed anything.
func (m *model) mutations() (n int) {
	for op, calls := range m.w.vendor.calls {
		if op.Mutates() {
			n += calls
		}
	}
	return n
}

// play tells one story, and prints it if it ends badly.
func (p *protocol) play(t *testing.T, name, habit string, act func(m *model)) {
	t.Helper()
	inWorldOf(t, p.kind, func(t *testing.T, w *world) {
		m := newModel(w, p, habit)
		defer func() {
			if t.Failed() {
				t.Logf("%s:\n%s", name, strings.Join(m.story, "\n"))
			}
		}()
		act(m)
		m.verify()
		p.told(m)
	})
	if t.Failed() {
		t.Fatal(name)
	}
}
