package engine

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// given changes the facts that a row starts from.
type given = func(*Facts)

// absentFacts: an Active manifest that begins in an hour, an account that works, a view half
// a minute old that lacks our number, and nothing recorded.
func absentFacts() *Facts {
	return &Facts{
		Now: noon, Goal: GoalLive, Traits: testKind{}.Traits(), View: noon.Add(-30 * time.Second), Account: AccountFacts{Identity: us},
		Manifest:  ManifestFacts{Generation: 1, Number: "N", Digest: "d", Begin: noon.Add(time.Hour), End: noon.Add(25 * time.Hour), LatestBegin: 365 * 24 * time.Hour, Complete: true, Revision: 1},
		Preflight: PreflightFacts{Fresh: true},
		Memory:    Memory{FirstSeen: noon.Add(-time.Hour)},
	}
}

// unknownFacts: an intent that this process recorded five minutes ago and sent once.
func unknownFacts() *Facts {
	f := absentFacts()
	f.Record = RecordFacts{Outcome: v1alpha1.CreationUnknown, Number: "N", Digest: "d", Revision: 1, Account: us, At: noon.Add(-5 * time.Minute), ObservedGeneration: 1, State: v1alpha1.StateCreating}
	f.Memory.Intended, f.Memory.Sends, f.Memory.LastSend = true, 1, noon.Add(-5*time.Minute)
	f.Memory.MaybeCommitted, f.Memory.SendErr = true, timeout
	return f
}

// knownFacts: a confirmed activity, scheduled, as the last sweep showed it.
func knownFacts() *Facts {
	f := absentFacts()
	f.Record = RecordFacts{
		Outcome: v1alpha1.CreationConfirmed, Number: "N", Digest: "d", Revision: 1, Account: us, At: noon.Add(-time.Hour), ID: "10028001",
		ObservedGeneration: 1, State: v1alpha1.StateScheduled, Settled: true,
	}
	f.Remote = remote(providers.StateScheduled)
	return f
}

func remote(state providers.State, differences ...providers.Difference) *Remote {
	return &Remote{Snapshot: providers.Snapshot{ID: "10028001", State: state, VendorState: "WORD", Detailed: true}, Differences: differences, Compared: true}
}

var (
	unread    = &providers.Error{Operation: providers.OperationGet, Kind: providers.KindUnavailable, Delay: providers.DelayFast, Code: "(no answer)", Message: "none"}
	timeout   = &providers.Error{Operation: providers.OperationCreate, Kind: providers.KindUnavailable, Delay: providers.DelayFast, MaybeCommitted: true, Code: "(no answer)", Message: "none"}
	never     = &providers.Error{Operation: providers.OperationCreate, Kind: providers.KindInvalid, Delay: providers.DelayNever, Code: "PARAM_ERROR", Message: "no", Advice: "Correct it."}
	forbidden = &providers.Error{Operation: providers.OperationTerminate, Kind: providers.KindForbidden, Delay: providers.DelaySlow, Code: "NO_AUTH", Message: "no"}
	other     = providers.Difference{Field: "amount", Desired: "1", Observed: "2"}
)

// row is a decision and the facts that lead to it.
type row struct {
	name  string
	given []given
	want  Decision // Verdict.Message is what the message has to contain
}

func check(t *testing.T, base func() *Facts, rows []row) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			facts := base()
			for _, change := range row.given {
				change(facts)
			}
			got := decide(facts)
			if !strings.Contains(got.Verdict.Message, row.want.Verdict.Message) {
				t.Errorf("message %q does not say %q", got.Verdict.Message, row.want.Verdict.Message)
			}
			if strings.TrimSpace(got.Verdict.Message) != got.Verdict.Message || strings.Contains(got.Verdict.Message, "%!") {
				t.Errorf("message %q", got.Verdict.Message)
			}
			got.Verdict.Message, got.Unserved = row.want.Verdict.Message, row.want.Unserved
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("decided\n%+v, want\n%+v", got, row.want)
			}
		})
	}
}

// at is a Stop with a verdict.
func at(progress status.Progress, reason string, state v1alpha1.CampaignState, after time.Duration, says string) Decision {
	return Decision{Action: Stop, State: state, After: after, Verdict: status.Verdict{Progress: progress, Reason: reason, Message: says}}
}

// The changes that rows are made of.
func goal(g Goal) given                       { return func(f *Facts) { f.Goal = g } }
func begins(in time.Duration) given           { return func(f *Facts) { f.Manifest.Begin = f.Now.Add(in) } }
func viewed(ago time.Duration) given          { return func(f *Facts) { f.View = f.Now.Add(-ago) } }
func asked(ago time.Duration) given           { return func(f *Facts) { f.Forced = f.Now.Add(-ago) } }
func shows(r *Remote) given                   { return func(f *Facts) { f.Remote = r } }
func elsewhere(f *Facts)                      { f.Account.Identity.ID = "1900000999" }
func ambiguous(f *Facts)                      { f.Candidates = []string{"1", "2"} }
func owned(f *Facts)                          { f.Owner = "sales/first" }
func drifted(f *Facts)                        { f.Drift.Differences = f.Remote.Differences }
func listed(f *Facts)                         { f.Remote.Snapshot.Detailed = false }
func found(f *Facts)                          { f.Found = remote(providers.StateRunning) }
func noView(f *Facts)                         { f.View = time.Time{} }
func sweepFailed(f *Facts)                    { f.ViewErr, f.Memory.ViewFailures = timeout, 3 }
func edited(f *Facts)                         { f.Manifest.Digest, f.Manifest.Generation = "e", 2 }
func broken(f *Facts)                         { f.Manifest.Err = errors.New("spec.x: no") }
func differs(f *Facts)                        { f.Record.Outcome = v1alpha1.CreationDiffers }
func notJudged(f *Facts)                      { f.Record.Outcome = v1alpha1.CreationUnknown }
func read(f *Facts)                           { f.Read = true }
func gone(f *Facts)                           { f.Gone = true }
func notListed(f *Facts)                      { f.Remote = nil }
func waits(d time.Duration) given             { return func(f *Facts) { f.Wait = d } }
func recorded(s v1alpha1.CampaignState) given { return func(f *Facts) { f.Record.State = s } }
func restarted(f *Facts)                      { f.Memory = Memory{FirstSeen: f.Now.Add(-time.Minute)} }

func paused(err *providers.Error, in time.Duration) given {
	return func(f *Facts) {
		f.Memory.LastErr, f.Memory.NotBefore = err, f.Now.Add(in)
		f.Memory.FailedAt, f.Memory.FailedGeneration = f.Now.Add(-time.Second), f.Manifest.Generation
	}
}

func refused(retry bool, attempts int64, ago time.Duration) given {
	return func(f *Facts) {
		f.Record.Rejection = &v1alpha1.Rejection{Account: f.Account.Identity, Digest: f.Manifest.Digest, Message: "PARAM_ERROR: no", Retry: retry, Attempts: attempts, Time: metav1.NewTime(f.Now.Add(-ago))}
	}
}

func operated(generation int64) given {
	return func(f *Facts) {
		f.Record.Operation = &v1alpha1.OperationRecord{Name: "terminate", Generation: generation}
	}
}

var intend = Decision{Action: Intend, State: v1alpha1.StateCreating, Verdict: status.Verdict{Progress: status.Working, Reason: v1alpha1.ReasonCreating}}

func TestDecidingBeforeAnythingElse(t *testing.T) {
	check(t, absentFacts, []row{
		{"a draft is planned", []given{goal(GoalNothing)}, Decision{Action: Plan}},
		{"a draft that is planned is settled", []given{goal(GoalNothing), func(f *Facts) { f.Planned = true }}, at(status.Settled, v1alpha1.ReasonDraft, v1alpha1.StateDraft, time.Hour, "sent nothing")},
		{"an account's problem comes before all else", []given{func(f *Facts) {
			f.Account.Problem = &status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonAccountNotAllowed, Message: "not allowed"}
		}}, at(status.Stalled, v1alpha1.ReasonAccountNotAllowed, v1alpha1.StatePending, 0, "not allowed")},
		{"an account that is being opened is waited for in silence", []given{func(f *Facts) { f.Account.Coming = true }}, Decision{Action: Quietly}},
	})
	check(t, unknownFacts, []row{
		{"an account's problem does not hide that a call is open", []given{func(f *Facts) {
			f.Account.Problem = &status.Verdict{Progress: status.Working, Reason: v1alpha1.ReasonAccountNotReady}
		}}, at(status.Working, v1alpha1.ReasonAccountNotReady, v1alpha1.StateCreating, 0, "")},
		{"a record for another account stops every call", []given{func(f *Facts) { f.Record.Account.Environment = "rehearsal" }},
			at(status.Stalled, v1alpha1.ReasonAccountChanged, "", 0, "rehearsal")},
	})
	problem := func(f *Facts) {
		f.Account.Problem = &status.Verdict{Progress: status.Working, Reason: v1alpha1.ReasonAccountNotReady}
	}
	check(t, knownFacts, []row{
		{"an account's problem is no news for what has ended", []given{problem, recorded(v1alpha1.StateEnded)}, Decision{Action: Quietly}},
		{"unless the manifest was edited since", []given{problem, recorded(v1alpha1.StateEnded), edited}, at(status.Working, v1alpha1.ReasonAccountNotReady, "", 0, "")},
		{"an account's problem leaves the state of what exists", []given{func(f *Facts) {
			f.Account.Problem = &status.Verdict{Progress: status.Working, Reason: v1alpha1.ReasonAccountNotReady}
		}}, at(status.Working, v1alpha1.ReasonAccountNotReady, "", 0, "")},
		{"another gateway is another account", []given{func(f *Facts) { f.Account.Identity.Gateway = "https://other.example" }},
			at(status.Stalled, v1alpha1.ReasonAccountChanged, "", 0, "https://other.example")},
	})
}

func TestDecidingWhileNothingWasSent(t *testing.T) {
	year := 365 * 24 * time.Hour
	check(t, absentFacts, []row{
		{"a fresh view without our number: the intent comes first", nil, intend},
		{"a manifest that cannot be sent is not sent", []given{broken}, at(status.Stalled, v1alpha1.ReasonInvalidSpec, v1alpha1.StatePending, 0, "spec.x: no")},
		{"without a view there is no create", []given{noView}, Decision{Action: Lookup, Since: noon.Add(-viewAge)}},
		{"a view of more than a minute ago is too old", []given{viewed(61 * time.Second)}, Decision{Action: Lookup, Since: noon.Add(-viewAge)}},
		{"a view of a minute ago will do", []given{viewed(time.Minute)}, intend},
		{"a look that was asked for needs a view from after it", []given{asked(10 * time.Second)}, Decision{Action: Lookup, Since: noon.Add(-10 * time.Second)}},
		{"after a send a newer view is needed, whatever the status says", []given{func(f *Facts) { f.Memory.LastSend = noon.Add(-10 * time.Second) }},
			Decision{Action: Lookup, Since: noon.Add(-10 * time.Second)}},
		{"a failed sweep is waited out", []given{noView, sweepFailed}, at(status.Working, v1alpha1.ReasonGatewayUnavailable, v1alpha1.StatePending, 10*time.Second, "(no answer)")},
		{"our number in the view is ours", []given{found}, Decision{Action: Adopt}},
		{"our number twice in the view is nobody's", []given{ambiguous}, at(status.Stalled, v1alpha1.ReasonRequestNumberConflict, v1alpha1.StatePending, 0, "1, 2")},
		{"also long after the begin", []given{found, begins(-time.Hour)}, Decision{Action: Adopt}},
		{"also when it is to be ended", []given{found, goal(GoalEnded)}, Decision{Action: Adopt}},
		{"also when it was refused once", []given{found, refused(false, 1, time.Hour)}, Decision{Action: Adopt}},
		{"nothing to end", []given{goal(GoalEnded)}, at(status.Settled, v1alpha1.ReasonNothingToTerminate, v1alpha1.StateTerminated, 0, "N")},
		{"nothing is created at its begin", []given{begins(0)}, at(status.Stalled, v1alpha1.ReasonBeginPassed, v1alpha1.StatePending, 0, "Set activityBaseInfo.beginTime")},
		{"nothing is created after its begin", []given{begins(-time.Second)}, at(status.Stalled, v1alpha1.ReasonBeginPassed, v1alpha1.StatePending, 0, "N")},
		{"too far ahead waits for the day", []given{begins(year + 2*time.Hour)}, at(status.Working, v1alpha1.ReasonTooEarly, v1alpha1.StatePending, 2*time.Hour, "365 days")},
		{"exactly a year ahead is sent", []given{begins(year)}, intend},
	})
}

func TestDecidingAfterARefusal(t *testing.T) {
	rejected := at(status.Stalled, v1alpha1.ReasonRejected, v1alpha1.StatePending, 0, "PARAM_ERROR")
	waiting := func(after time.Duration) Decision {
		return at(status.Working, v1alpha1.ReasonWaitingForVendor, v1alpha1.StatePending, after, "PARAM_ERROR")
	}
	stuck := func(after time.Duration) Decision {
		d := waiting(after)
		d.Verdict.Progress = status.Stalled
		return d
	}
	check(t, absentFacts, []row{
		{"the same bytes are never sent again", []given{refused(false, 1, 100*time.Hour)}, rejected},
		{"other bytes are sent", []given{refused(false, 1, time.Second), edited}, intend},
		{"the same bytes are sent when somebody asks", []given{refused(false, 1, time.Hour), asked(time.Minute)}, intend},
		{"the first pause is ten minutes", []given{refused(true, 1, time.Minute)}, waiting(9 * time.Minute)},
		{"the second twenty, and somebody should look", []given{refused(true, 2, time.Minute)}, stuck(19 * time.Minute)},
		{"none is more than two hours", []given{refused(true, 50, time.Minute)}, stuck(119 * time.Minute)},
		{"another account has refused nothing", []given{refused(false, 1, time.Minute), elsewhere}, intend},
		{"after the pause they are sent again", []given{refused(true, 1, 10*time.Minute)}, intend},
		{"in this reconcile: reported as refused", []given{func(f *Facts) { f.CallErr = never }, refused(false, 1, 0)}, rejected},
		{"in this reconcile: reported although the view is older than the call", []given{func(f *Facts) { f.CallErr, f.Memory.LastSend = never, noon }, refused(false, 1, 0)}, rejected},
		{"in this reconcile, for a passing reason: repeated after the pause", []given{func(f *Facts) { f.CallErr, f.Memory.NotBefore = timeout, noon.Add(3*time.Second) }},
			at(status.Working, v1alpha1.ReasonGatewayUnavailable, v1alpha1.StatePending, 3*time.Second, "(no answer)")},
		{"a pause after a failure is kept", []given{paused(timeout, time.Minute)}, at(status.Working, v1alpha1.ReasonGatewayUnavailable, v1alpha1.StatePending, time.Minute, "(no answer)")},
		{"but not by an edited manifest", []given{paused(timeout, time.Minute), edited}, intend},
		{"nor by somebody who asks after it", []given{paused(timeout, time.Minute), asked(0), viewed(0)}, intend},
		{"a request from before it keeps it", []given{paused(timeout, time.Minute), asked(2 * time.Second), viewed(0)},
			at(status.Working, v1alpha1.ReasonGatewayUnavailable, v1alpha1.StatePending, time.Minute, "")},
		{"a pause that is over is over", []given{paused(timeout, -time.Second)}, intend},
		{"the quota's moment passes in silence", []given{waits(2 * time.Second)}, Decision{Action: Quietly, After: 2 * time.Second}},
		{"the quota's pause is said", []given{waits(25 * time.Second)}, at(status.Working, v1alpha1.ReasonThrottled, v1alpha1.StatePending, 25*time.Second, "turn")},
	})
}

func TestDecidingWhileTheOutcomeIsUnknown(t *testing.T) {
	open := func(after time.Duration, says string) Decision {
		return at(status.Working, v1alpha1.ReasonOutcomeUnknown, v1alpha1.StateCreating, after, says)
	}
	justIntended := func(f *Facts) {
		f.Memory.Sends, f.Memory.LastSend, f.Memory.MaybeCommitted, f.Memory.SendErr = 0, time.Time{}, false, nil
	}
	sent := func(n int) given { return func(f *Facts) { f.Memory.Sends = n } }
	lastSend := func(ago time.Duration) given { return func(f *Facts) { f.Memory.LastSend = f.Now.Add(-ago) } }
	absentSince := func(ago time.Duration) given { return func(f *Facts) { f.Memory.AbsentSince = f.Now.Add(-ago) } }
	refusedLate := func(f *Facts) { f.Memory.Refused, f.Memory.SendErr = true, never }

	check(t, unknownFacts, []row{
		{"our number in the view ends it", []given{found}, Decision{Action: Adopt}},
		{"our number twice ends it too, for nobody", []given{ambiguous}, at(status.Stalled, v1alpha1.ReasonRequestNumberConflict, v1alpha1.StateCreating, 0, "1, 2")},
		{"also when the manifest wants it no more", []given{found, goal(GoalNothing)}, Decision{Action: Adopt}},
		{"also after an edit that got past the freeze", []given{found, edited}, Decision{Action: Adopt}},

		{"what was just intended is sent", []given{justIntended}, Decision{Action: Send}},
		{"within the quota", []given{justIntended, waits(time.Second)}, Decision{Action: Quietly, After: time.Second}},
		{"a long quota pause leaves it Creating", []given{justIntended, waits(time.Minute)}, at(status.Working, v1alpha1.ReasonThrottled, v1alpha1.StateCreating, time.Minute, "")},

		{"the pause after a failed send is kept", []given{paused(timeout, 3*time.Second)}, open(3*time.Second, "(no answer)")},
		{"a look that was asked for since ends the pause", []given{paused(timeout, time.Minute), asked(0)}, Decision{Action: Lookup, Since: noon}},
		{"before a repetition comes a look at the list", []given{viewed(5*time.Minute + time.Second)}, Decision{Action: Lookup, Since: noon.Add(-5 * time.Minute)}},
		{"the identical request is repeated", nil, Decision{Action: Send}},
		{"within the quota too", []given{waits(time.Second)}, Decision{Action: Quietly, After: time.Second}},
		{"a failed look keeps it open", []given{noView, sweepFailed}, open(10*time.Second, "under request number N")},

		{"after a restart the view has to be from after it", []given{restarted, viewed(2 * time.Minute)}, Decision{Action: Lookup, Since: noon.Add(-time.Minute)}},
		{"after a restart and a look the request is repeated", []given{restarted}, Decision{Action: Send}},
		{"after a restart the cause is not known", []given{func(f *Facts) { f.Memory = Memory{FirstSeen: noon.Add(-10 * time.Second)} }, goal(GoalNothing)}, open(50*time.Second, "interrupted")},

		{"an edited request is never sent", []given{edited, lastSend(10 * time.Second)}, open(50*time.Second, "not repeated")},
		{"nor one under another number", []given{func(f *Facts) { f.Manifest.Number = "M" }, lastSend(10 * time.Second)}, open(50*time.Second, "not repeated")},
		{"nor one that cannot be made any more", []given{broken, lastSend(10 * time.Second)}, open(50*time.Second, "not repeated")},
		{"nor one of a draft", []given{goal(GoalNothing), lastSend(10 * time.Second)}, open(50*time.Second, "not repeated")},
		{"nor one to be ended", []given{goal(GoalEnded), lastSend(10 * time.Second)}, open(50*time.Second, "not repeated")},
		{"nor one whose begin has come", []given{begins(0), lastSend(10 * time.Second)}, open(50*time.Second, "not repeated")},
		{"nor one just intended, if it was edited since: it was never sent", []given{justIntended, edited}, Decision{Action: Release}},
		{"nor one repeated to the limit", []given{sent(maxSends), lastSend(10 * time.Second)}, open(50*time.Second, "not repeated")},
		{"nor one refused after an open call, which proves nothing", []given{refusedLate, lastSend(10 * time.Second)}, open(50*time.Second, "PARAM_ERROR")},

		{"the first proof is a sweep a minute after the last send", []given{sent(maxSends), viewed(4*time.Minute + time.Second)}, Decision{Action: Lookup, Since: noon.Add(-4 * time.Minute)}},
		{"it is not enough", []given{sent(maxSends), absentSince(2 * time.Minute), viewed(2 * time.Minute)}, Decision{Action: Lookup, Since: noon.Add(-2*time.Minute + proofGap)}},
		{"the second is waited for", []given{sent(maxSends), absentSince(0), viewed(0)}, open(proofGap, "")},
		{"a failed sweep proves nothing", []given{sent(maxSends), noView, sweepFailed}, open(10*time.Second, "")},
		{"the second proof releases", []given{sent(maxSends), func(f *Facts) { f.Memory.ProvenAbsent = true }}, Decision{Action: Release}},
		{"what may be sent is sent, also when it was once proven absent", []given{func(f *Facts) { f.Memory.ProvenAbsent = true }}, Decision{Action: Send}},
	})
}

func TestEveryKindOfFailureHasAReasonAndAMessageOfStableBytes(t *testing.T) {
	for kind, reason := range map[providers.Kind]string{
		providers.KindInvalid: v1alpha1.ReasonRejected, providers.KindAuth: v1alpha1.ReasonAccountNotReady,
		providers.KindForbidden: v1alpha1.ReasonWaitingForVendor, providers.KindThrottled: v1alpha1.ReasonThrottled,
		providers.KindUnavailable: v1alpha1.ReasonGatewayUnavailable, providers.KindConflict: v1alpha1.ReasonWaitingForVendor,
		providers.KindNotFound: v1alpha1.ReasonWaitingForVendor, providers.KindUntrusted: v1alpha1.ReasonReplyNotTrusted,
		providers.KindUnknown: v1alpha1.ReasonWaitingForVendor, "Invented": v1alpha1.ReasonWaitingForVendor,
	} {
		once := failure(&providers.Error{Operation: "create", Kind: kind, Code: "CODE", Message: "text", Advice: "Do it.", RequestID: "1"})
		again := failure(&providers.Error{Operation: "create", Kind: kind, Code: "CODE", Message: "text", Advice: "Do it.", RequestID: "2"})
		if once.Reason != reason || once.Message != "create: CODE: text. Do it." || once != again {
			t.Errorf("%s: %+v, then %+v", kind, once, again)
		}
	}
}

func TestPausesAfterAFailure(t *testing.T) {
	for name, test := range map[string]struct {
		err      providers.Error
		failures int
		want     time.Duration
	}{
		"what the gateway asks for":        {providers.Error{RetryAfter: 7 * time.Second, Delay: providers.DelaySlow}, 9, 7 * time.Second},
		"fast, the first":                  {providers.Error{Delay: providers.DelayFast}, 1, time.Second},
		"fast, the fourth":                 {providers.Error{Delay: providers.DelayFast}, 4, 30 * time.Second},
		"fast, the last":                   {providers.Error{Delay: providers.DelayFast}, 99, 5 * time.Minute},
		"a rate":                           {providers.Error{Delay: providers.DelayFast, Kind: providers.KindThrottled}, 1, throttlePause},
		"a rate, again and again":          {providers.Error{Delay: providers.DelayFast, Kind: providers.KindThrottled}, 6, 2 * time.Minute},
		"an account":                       {providers.Error{Delay: providers.DelayAccount}, 3, time.Minute},
		"slow":                             {providers.Error{Delay: providers.DelaySlow}, 1, 10 * time.Minute},
		"never, for what is not a request": {providers.Error{Delay: providers.DelayNever}, 2, 20 * time.Minute},
	} {
		if got := pauseAfter(&test.err, test.failures); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
