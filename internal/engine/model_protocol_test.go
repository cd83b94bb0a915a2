package engine

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-logr/logr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// protocol collects what the stories visit.
type protocol struct {
	kind      Kind
	own       particulars
	mu        sync.Mutex
	decisions map[string]int // "Action Reason"
	shapes    map[string]int // "creation id state"
	places    map[string]int // reasons at rest
	stories   int
}

func newProtocol(kind Kind) *protocol {
	return &protocol{kind: kind, own: particularsOf(kind), decisions: map[string]int{}, shapes: map[string]int{}, places: map[string]int{}}
}

// wrote notes the shape of a status.
func (p *protocol) wrote(c *v1alpha1.PayGiftActivity) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shapes[shapeOf(&c.Status.CampaignStatus, c.Status.ActivityID != "")]++
}

func shapeOf(st *v1alpha1.CampaignStatus, id bool) string {
	return fmt.Sprintf("%s %s %s", or(string(st.Creation), "Absent"), map[bool]string{true: "id", false: "-"}[id], or(string(st.State), "-"))
}

func or(word, instead string) string {
	if word == "" {
		return instead
	}
	return word
}

// told notes that a story was told to its end.
func (p *protocol) told(m *model) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stories++
	for _, reason := range m.stays {
		p.places[reason]++
	}
}

// logger returns a logger that notes every decision: the engine logs them at V(1).
func (p *protocol) logger() logr.Logger { return logr.New(decisionSink{p}) }

type decisionSink struct{ *protocol }

// Init and the rest implement logr.LogSink.
func (decisionSink) Init(logr.RuntimeInfo)            {}
func (decisionSink) Enabled(int) bool                 { return true }
func (decisionSink) Error(error, string, ...any)      {}
func (s decisionSink) WithValues(...any) logr.LogSink { return s }
func (s decisionSink) WithName(string) logr.LogSink   { return s }
func (s decisionSink) Info(_ int, message string, values ...any) {
	if message != "decided" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if values[1] == Unguard {
		values[3] = "" // it says what Stop would say
	}
	s.decisions[strings.TrimSpace(fmt.Sprintf("%s %s", values[1], values[3]))]++
}

// check fails the test unless what was visited is what is listed; what is seldom may be.
func (p *protocol) check(t *testing.T, what string, visited map[string]int, listed []string, seldom ...string) {
	t.Helper()
	for _, entry := range sortedKeys(visited) {
		if !slices.Contains(listed, entry) && !slices.Contains(seldom, entry) {
			t.Errorf("%s: %q is visited (%d times) and not listed", what, entry, visited[entry])
		}
	}
	for _, entry := range listed {
		if visited[entry] == 0 {
			t.Errorf("%s: %q is listed and never visited", what, entry)
		}
	}
}

// decisions are all that decide returns in the model: each action, with the reasons that it gives.
var decisions = []struct {
	action  Action
	reasons []string
}{
	// What a reconcile ends with.
	{Quietly, nil},
	{Unguard, nil}, // with whatever Stop would say
	{Stop, []string{
		"", // a read waits for the quota
		v1alpha1.ReasonDraft, v1alpha1.ReasonScheduled, v1alpha1.ReasonRunning, v1alpha1.ReasonEnded, v1alpha1.ReasonEndedBeforeApplied,
		v1alpha1.ReasonTerminated, v1alpha1.ReasonNothingToTerminate, v1alpha1.ReasonObserved,
	}},
	{Stop, []string{ // it goes on by itself
		v1alpha1.ReasonAccountNotReady, v1alpha1.ReasonCreating, v1alpha1.ReasonTooEarly, v1alpha1.ReasonOutcomeUnknown, v1alpha1.ReasonTerminating,
		v1alpha1.ReasonWillMissBegin, v1alpha1.ReasonThrottled, v1alpha1.ReasonGatewayUnavailable,
		v1alpha1.ReasonReplyNotTrusted, v1alpha1.ReasonWaitingForVendor, v1alpha1.ReasonUnknownState,
	}},
	{Stop, []string{ // somebody has to act; places names the way out
		v1alpha1.ReasonAccountBraked, v1alpha1.ReasonAccountChanged, v1alpha1.ReasonAdoptNotFound, v1alpha1.ReasonBeginPassed, v1alpha1.ReasonCannotRestart,
		v1alpha1.ReasonCannotReturnToDraft, v1alpha1.ReasonContested, v1alpha1.ReasonCreateFailed, v1alpha1.ReasonDrifted, v1alpha1.ReasonDuplicateOwner,
		v1alpha1.ReasonInvalidSpec, v1alpha1.ReasonLooksLikeExisting, v1alpha1.ReasonMembersRefused, v1alpha1.ReasonMissing, v1alpha1.ReasonNothingToObserve,
		v1alpha1.ReasonPausedElsewhere, v1alpha1.ReasonPreviousStillLive, v1alpha1.ReasonReferenceNotUsable, v1alpha1.ReasonRejected,
		v1alpha1.ReasonRequestNumberConflict, v1alpha1.ReasonRevisionLowered, v1alpha1.ReasonTerminatedElsewhere,
	}},
	// What only looks.
	{Lookup, nil}, {Get, nil}, {ReadMembers, nil}, {Preflight, nil},
	// What only records.
	{Guard, nil}, {GetPrevious, nil}, {Plan, nil}, {Adopt, nil}, {Take, nil}, {Drop, nil}, {Renumber, nil}, {Archive, nil}, {Judge, nil}, {SettleMembers, nil}, {Release, nil},
	// What is written before a call, and the call.
	{Intend, []string{v1alpha1.ReasonCreating}},
	{Send, nil},
	{IntendOperation, []string{v1alpha1.ReasonTerminating, v1alpha1.ReasonChanging}},
	{Operate, nil},
}

// shapes are all the statuses that the model writes: what is known of the creation, whether an id
// is recorded, and the states that go with them. The states of seldom take a story of a kind that
// a quick run need not tell: an empty status, or a crash, in the one moment that leads there.
var shapes = []struct {
	creation       v1alpha1.CreationOutcome
	id             bool
	states, seldom []v1alpha1.CampaignState
}{
	{ // nothing was sent, or it was refused, or it is over for a former revision
		creation: "", id: false,
		states: []v1alpha1.CampaignState{"", v1alpha1.StateDraft, v1alpha1.StatePending, v1alpha1.StateTerminated},
		seldom: []v1alpha1.CampaignState{v1alpha1.StateCreating},
	},
	{ // only observed, or taken because the manifest names it and not read yet
		creation: "", id: true,
		states: []v1alpha1.CampaignState{v1alpha1.StateScheduled, v1alpha1.StateTerminated},
		seldom: []v1alpha1.CampaignState{"", v1alpha1.StatePending, v1alpha1.StateMissing, v1alpha1.StatePaused},
	},
	{ // the intent is recorded, and a call may have been sent
		creation: v1alpha1.CreationUnknown, id: false,
		states: []v1alpha1.CampaignState{v1alpha1.StateCreating},
	},
	{ // the id is known, and whether it is ours is not
		creation: v1alpha1.CreationUnknown, id: true,
		states: []v1alpha1.CampaignState{v1alpha1.StateCreating, v1alpha1.StateScheduled},
		seldom: []v1alpha1.CampaignState{"", v1alpha1.StatePending, v1alpha1.StateFailed, v1alpha1.StateMissing, v1alpha1.StatePaused, v1alpha1.StateTerminated},
	},
	{ // ours
		creation: v1alpha1.CreationConfirmed, id: true,
		states: []v1alpha1.CampaignState{v1alpha1.StateScheduled, v1alpha1.StateRunning, v1alpha1.StatePaused, v1alpha1.StateEnded,
			v1alpha1.StateTerminated, v1alpha1.StateFailed, v1alpha1.StateMissing},
		seldom: []v1alpha1.CampaignState{"", v1alpha1.StateCreating, v1alpha1.StatePending},
	},
	{ // something else, under our number
		creation: v1alpha1.CreationDiffers, id: true,
		states: []v1alpha1.CampaignState{v1alpha1.StateScheduled},
		seldom: []v1alpha1.CampaignState{v1alpha1.StatePaused, v1alpha1.StateTerminated},
	},
}

func listedDecisions() (list []string) {
	for _, d := range decisions {
		if len(d.reasons) == 0 {
			list = append(list, string(d.action))
		}
		for _, reason := range d.reasons {
			list = append(list, strings.TrimSpace(string(d.action)+" "+reason))
		}
	}
	return list
}

func listedShapes() (list, seldom []string) {
	for _, shape := range shapes {
		name := func(state v1alpha1.CampaignState) string {
			return shapeOf(&v1alpha1.CampaignStatus{Creation: shape.creation, State: state}, shape.id)
		}
		for _, state := range shape.states {
			list = append(list, name(state))
		}
		for _, state := range shape.seldom {
			seldom = append(seldom, name(state))
		}
	}
	return list, seldom
}
