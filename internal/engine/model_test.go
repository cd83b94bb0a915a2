package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

// The model: one campaign, a vendor with every habit that its pages leave open, and trouble
// at every boundary that the engine crosses (a call to the vendor, a write to the API server,
// each before and after it takes effect). Whatever happens, when the trouble is over the
// campaign has to come to rest in a state that is true and says what to do.

// habits are what a vendor always does.
var habits = map[string]func(*vendor){
	"replays the first id":                             func(*vendor) {},
	"refuses other content":                            func(v *vendor) { v.rejectOther = true },
	"refuses a number that is taken":                   func(v *vendor) { v.rejectSame, v.rejectOther = true, true },
	"replays and lists late":                           func(v *vendor) { v.listLag = 3 * time.Minute },
	"refuses a number that is taken and lists late":    func(v *vendor) { v.rejectSame, v.rejectOther, v.listLag = true, true, 40*time.Second },
	"shows nothing for a while":                        func(v *vendor) { v.listLag, v.getLag = 2*time.Minute, 2*time.Minute },
	"creates again under the same number":              func(v *vendor) { v.noReplay = true },
	"takes its time to terminate, and refuses another": func(v *vendor) { v.slowTerminate, v.rejectRepeatedTerminate = 40*time.Second, true },
}

// troubles are what may happen at a boundary.
var troubles = map[string]func(*model){
	"crash":           func(m *model) { panic(crash{}) },
	"edit amount":     func(m *model) { m.w.setAmount(200) },
	"edit back":       func(m *model) { m.w.setAmount(100) },
	"set Terminated":  func(m *model) { m.w.setState(v1alpha1.PayGiftActivityTerminated) },
	"set Draft":       func(m *model) { m.w.setState(v1alpha1.PayGiftActivityDraft) },
	"set Active":      func(m *model) { m.w.setState(v1alpha1.PayGiftActivityActive) },
	"wipe the status": func(m *model) { m.w.wipe(); m.wiped = true; m.w.queue.add(spring) },
	"stale cache":     func(m *model) { m.w.stale = 2 },
	"ask for a look":  func(m *model) { m.asks++; m.w.annotate(fmt.Sprint("ask ", m.asks)) },
	"take a minute":   func(m *model) { m.w.clock.Step(61 * time.Second) },
}

// replies are how a call may go wrong.
var replies = map[string]fault{
	"reply lost": lostReply, "5xx": serverError, "unsigned reply": badReply, "not sent": notSent, "429": throttled,
	"keys refused": authError, "bad parameter": badParam, "bad request": badRequest, "no permission": noAuth,
}

// model drives a world and keeps what the invariants need.
type model struct {
	w         *world
	plan      map[int]string // trouble by boundary
	crossings int
	story     []string
	wiped     bool // somebody emptied the status after the operator's last write
	asks      int
	touched   map[string]bool // what was done in the vendor's console
	refusals  bool            // the vendor was told to refuse creates for reasons of its own
}

func newModel(w *world, habit string) *model {
	m := &model{w: w, plan: map[int]string{}, touched: map[string]bool{}}
	habits[habit](w.vendor)
	m.tell("the vendor %s", habit)
	w.vendor.crossing = func(op providers.Operation, done bool) {
		if op != providers.OperationList { // the sweeper's goroutine must not crash the test
			m.cross("%s done=%t", op, done)
		}
	}
	w.crossing = func(done bool) {
		if done {
			m.wiped = false
		}
		m.cross("write done=%t", done)
	}
	w.vendor.createdWith = m.sent
	w.apply(v1alpha1.PayGiftActivityActive)
	w.edit(func(c *v1alpha1.PayGiftActivity) { // far away, so that all of the trouble comes before it
		c.Spec.ActivityBaseInfo.BeginTime = noon.Add(12 * time.Hour).Format(time.RFC3339)
		c.Spec.ActivityBaseInfo.EndTime = noon.Add(36 * time.Hour).Format(time.RFC3339)
	})
	return m
}

func (m *model) tell(format string, args ...any) {
	m.story = append(m.story, fmt.Sprintf("%9s ", m.w.clock.Now().Sub(noon))+fmt.Sprintf(format, args...))
}

// cross passes a boundary.
func (m *model) cross(format string, args ...any) {
	n := m.crossings
	m.crossings++
	m.tell("%d: "+format, append([]any{n}, args...)...)
	if trouble, ok := m.plan[n]; ok {
		m.tell("%s", trouble)
		troubles[trouble](m)
	}
}

func (m *model) broken(format string, args ...any) {
	m.w.t.Helper()
	m.w.t.Errorf(format, args...)
}

// sent checks every create request that arrives: it is the one that was recorded.
func (m *model) sent(body vendorBody, raw []byte) {
	sum := sha256.Sum256(raw)
	st := m.w.campaign().Status
	if m.wiped {
		return
	}
	if st.Creation != v1alpha1.CreationUnknown || st.Request == nil || st.Request.Digest != "sha256:"+hex.EncodeToString(sum[:]) || st.Request.Number != body.Number {
		m.broken("%s was sent, recorded is %q %+v", raw, st.Creation, st.Request)
	}
}

// fault makes the next calls of an operation go wrong.
func (m *model) fault(op providers.Operation, reply string) {
	m.tell("the next %s: %s", op, reply)
	f := replies[reply]
	m.refusals = m.refusals || op == providers.OperationCreate && refusal(f.err)
	m.w.vendor.fail(op, f)
}

// console does something in the vendor's console.
func (m *model) console(what string) {
	id := m.w.campaign().Status.ActivityID
	if id == "" || what == "remove" && m.w.vendor.noReplay { // who forgets and replays nothing creates again
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
		}
	})
}

// verify ends the trouble, waits, and checks all that must then hold.
func (m *model) verify() {
	m.tell("the trouble is over")
	m.plan, m.w.stale = nil, 0
	m.w.vendor.heal()
	m.w.vendor.listLag, m.w.vendor.getLag = 0, 0
	m.w.open()
	m.w.stride = time.Hour
	m.w.pass(5 * time.Hour)
	m.w.stride = sweepInterval
	m.tell("at rest: %+v", m.w.campaign().Status)
	m.truth()
	m.silence()
}

// truth checks what the status says against the vendor.
func (m *model) truth() {
	c := m.w.campaign()
	st, is, goal := c.Status, ready(c), testKind{}.Goal(c)
	made := m.w.vendor.made(m.number())
	if len(made) > 1 {
		m.broken("%d activities under one number", len(made))
	}
	var real *activity
	var state providers.State
	if len(made) > 0 {
		real, state = made[0], m.w.vendor.state(made[0])
	}
	same := real != nil && real.body.Amount == c.Spec.AwardSendRule.TransactionAmountMinimum
	shown := real != nil && !real.forgotten

	if st.ObservedGeneration != c.Generation {
		m.broken("generation %d was never looked at", c.Generation)
	}
	if st.Creation == v1alpha1.CreationConfirmed && !same {
		m.broken("Confirmed, but the vendor has %+v", real)
	}
	if st.ActivityID != "" && (real == nil || real.id != st.ActivityID) {
		m.broken("activity %s is recorded, the vendor has %+v", st.ActivityID, real)
	}
	holds := map[string]bool{
		v1alpha1.ReasonScheduled:             goal == GoalLive && same && shown && state == providers.StateScheduled,
		v1alpha1.ReasonTerminated:            goal != GoalLive && same && state == providers.StateTerminated, // gone or not
		v1alpha1.ReasonNothingToTerminate:    goal == GoalEnded && !shown && st.Creation == "",
		v1alpha1.ReasonDraft:                 goal == GoalNothing && st.Creation == "" && st.ActivityID == "",
		v1alpha1.ReasonRequestNumberConflict: shown && !same && st.Creation == v1alpha1.CreationDiffers,
		v1alpha1.ReasonCannotReturnToDraft:   goal == GoalNothing && same && shown && !state.Final(),
		v1alpha1.ReasonPausedElsewhere:       goal == GoalLive && same && shown && state == providers.StatePaused && m.touched["pause"],
		v1alpha1.ReasonTerminatedElsewhere:   goal == GoalLive && same && state == providers.StateTerminated,
		v1alpha1.ReasonCannotRestart:         goal == GoalLive && same && state == providers.StateTerminated,
		v1alpha1.ReasonMissing:               real != nil && real.forgotten && st.ActivityID == real.id,
		v1alpha1.ReasonRejected:              goal == GoalLive && !shown && st.Creation == "" && (m.refusals || real != nil && m.w.vendor.rejectOther),
	}
	if !holds[is.Reason] {
		m.broken("it came to rest at %s (%s) with goal %s, creation %q; the vendor has %+v (%s)", is.Reason, is.Message, goal, st.Creation, real, state)
	}
	if is.Status == "True" && goal == GoalLive && !same {
		m.broken("Ready with other content: %+v", real)
	}
	if goal == GoalEnded && same && shown && !state.Final() && st.Creation == v1alpha1.CreationConfirmed {
		m.broken("not ended: %s", state)
	}
	if got := st.LastHandledReconcileAt; m.asks > 0 && got != c.Annotations[v1alpha1.AnnotationReconcileRequestedAt] {
		m.broken("asked for %q, echoed %q", c.Annotations[v1alpha1.AnnotationReconcileRequestedAt], got)
	}
}

func (m *model) number() string {
	if len(m.w.vendor.activities) > 0 {
		return m.w.vendor.activities[0].body.Number
	}
	return ""
}

// silence checks that a campaign at rest costs nothing, restarted or not.
func (m *model) silence() {
	before := m.w.tally()
	m.w.queue.add(spring)
	m.w.pass(sweepInterval + time.Second)
	m.w.restart()
	m.w.pass(sweepInterval + time.Second)
	if cost := m.w.tally().minus(before); cost != (tally{}) {
		m.broken("at rest (%s) it cost %+v", ready(m.w.campaign()).Reason, cost)
	}
}

// play runs one story and tells it if it ends badly.
func play(t *testing.T, name, habit string, act func(m *model)) {
	t.Helper()
	inWorld(t, func(t *testing.T, w *world) {
		m := newModel(w, habit)
		defer func() {
			if t.Failed() {
				t.Logf("%s:\n%s", name, strings.Join(m.story, "\n"))
			}
		}()
		act(m)
		m.verify()
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

// How much of the model is run; `go test ./internal/engine -run Trouble -stories 20000 -exhaustive`
// takes minutes.
var (
	stories    = flag.Int("stories", 60, "how many random stories of the model to run")
	exhaustive = flag.Bool("exhaustive", false, "run one trouble at every boundary with every habit of the vendor")
)

func TestOneTroubleAtEveryBoundaryOfACreation(t *testing.T) {
	const boundaries = 8 // write, create, get, write: each before and after
	turn, replies := 0, []string{"", "reply lost"}
	if *exhaustive {
		replies = append(replies, "bad parameter", "429")
	}
	for _, reply := range replies {
		for _, trouble := range sortedKeys(troubles) {
			for at := range boundaries {
				all := sortedKeys(habits)
				turn++
				if !*exhaustive { // one of them, each in turn
					all = all[turn%len(all):][:1]
				}
				for _, habit := range all {
					name := fmt.Sprintf("reply %q; %s at boundary %d", reply, trouble, at)
					play(t, name, habit, func(m *model) {
						m.plan[at] = trouble
						if reply != "" {
							m.fault(providers.OperationCreate, reply)
						}
						m.w.pass(time.Minute)
					})
					if t.Failed() {
						t.Fatal(name)
					}
				}
			}
		}
	}
}

func TestAnyTroubleInAnyOrder(t *testing.T) {
	for seed := range *stories {
		random := rand.New(rand.NewPCG(uint64(seed), 20261121))
		pick := func(names []string) string { return names[random.IntN(len(names))] }
		habit := pick(sortedKeys(habits))
		play(t, fmt.Sprintf("story %d", seed), habit, func(m *model) {
			if random.IntN(3) == 0 {
				m.tell("calls are paced")
				m.w.limits = quota.Defaults()
				m.w.restart()
			}
			for range random.IntN(4) {
				m.plan[random.IntN(30)] = pick(sortedKeys(troubles))
			}
			for range 1 + random.IntN(6) {
				m.act(random, pick)
				m.w.pass(time.Duration(random.IntN(1200)) * time.Second)
			}
		})
		if t.Failed() {
			t.Fatalf("story %d", seed)
		}
	}
}

// act does one thing between reconciles.
func (m *model) act(random *rand.Rand, pick func([]string) string) {
	switch random.IntN(10) {
	case 0, 1, 2:
		m.fault(providers.OperationCreate, pick(sortedKeys(replies)))
	case 3:
		m.fault(providers.OperationGet, pick([]string{"5xx", "429", "keys refused", "no permission"}))
	case 4:
		m.fault(providers.OperationList, pick([]string{"5xx", "429", "no permission"}))
	case 5:
		m.fault(providers.OperationTerminate, pick([]string{"reply lost", "5xx", "429", "bad request"}))
	case 6:
		m.console(pick([]string{"pause", "resume", "end", "remove"}))
	case 7:
		m.tell("restart")
		m.w.restart()
	case 8:
		m.tell("the account fails and works again")
		m.w.shut()
		m.w.pass(time.Duration(random.IntN(300)) * time.Second)
		m.w.open()
	default:
		trouble := pick(sortedKeys(troubles))
		if trouble != "crash" {
			m.tell("%s", trouble)
			troubles[trouble](m)
		}
	}
}
