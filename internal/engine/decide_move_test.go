package engine

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// stockFacts: a confirmed stock that was made an hour ago, inactive, just read, of 1.00 yuan, and to be active.
func stockFacts() *Facts {
	f := knownFacts()
	f.Traits = stockKind{}.Traits()
	f.Record.State = v1alpha1.StateInactive
	f.Remote = remote(providers.StateInactive)
	f.Remote.Snapshot.Created, f.Remote.Snapshot.Exposure = noon.Add(-time.Hour), &providers.Exposure{Fen: 100}
	f.Money.Manifest = &providers.Exposure{Fen: 100}
	f.Read = true
	return f
}

// is puts the stock into a state.
func is(s providers.State) given {
	return func(f *Facts) { f.Remote.Snapshot.State = s }
}

// did records a call for a generation, a while ago.
func did(op providers.Operation, outcome v1alpha1.OperationOutcome, attempts int64) given {
	return func(f *Facts) {
		f.Record.Operation = &v1alpha1.OperationRecord{
			Name: string(op), Outcome: outcome, Attempts: attempts, Generation: f.Manifest.Generation, Time: metav1.NewTime(f.Now.Add(-10 * time.Minute)),
		}
	}
}

// byOthers records what somebody else did after the last call.
func byOthers(state v1alpha1.CampaignState, generation int64) given {
	return func(f *Facts) {
		f.Record.Elsewhere = &v1alpha1.ElsewhereRecord{State: state, Generation: generation, Time: metav1.NewTime(f.Now.Add(-5 * time.Minute))}
	}
}

func notRead(f *Facts) { f.Read = false }
func braked(f *Facts) {
	f.Account.Hold = &status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonAccountBraked}
}
func brakedPause(f *Facts) { braked(f); f.Account.Pause = true }
func generation(g int64) given {
	return func(f *Facts) { f.Manifest.Generation, f.Record.ObservedGeneration = g, g }
}
func ceilings(campaign, active int64) given {
	return func(f *Facts) { f.Money.MaxCampaign, f.Money.MaxActive = &campaign, &active }
}

// calls is the intent of a call.
func calls(op providers.Operation, reason string, state v1alpha1.CampaignState) Decision {
	d := at(status.Working, reason, state, watchPause, "stock 10028001 is being")
	d.Action, d.Change = IntendOperation, Change{Operation: op}
	return d
}

func TestDecidingToActivate(t *testing.T) {
	start := calls(providers.OperationStart, v1alpha1.ReasonActivating, v1alpha1.StateInactive)
	stalled := func(reason, says string) Decision { return at(status.Stalled, reason, v1alpha1.StateInactive, 0, says) }
	check(t, stockFacts, []row{
		{"what is as the manifest says is activated", nil, start},
		{"after it was read", []given{notRead}, Decision{Action: Get}},
		{"the record comes first, then the call", []given{did(providers.OperationStart, "", 0)}, Decision{Action: Operate, Change: Change{Operation: providers.OperationStart}}},
		{"a refused one is recorded again", []given{did(providers.OperationStart, v1alpha1.OperationRefused, 0)}, start},
		{"and a withdrawn one", []given{did(providers.OperationStart, v1alpha1.OperationWithdrawn, 0)}, start},
		{"not what is not confirmed", []given{notJudged}, Decision{Action: Judge}},
		{"not what differs", []given{differs, func(f *Facts) { f.Remote.Differences = []providers.Difference{other} }}, stalled(v1alpha1.ReasonRequestNumberConflict, "other content")},
		{"not what has drifted", []given{func(f *Facts) { f.Drift.Differences = []providers.Difference{other} }}, stalled(v1alpha1.ReasonDrifted, "No call can change that")},
		{"not for other bytes than were recorded", []given{func(f *Facts) { f.Record.Digest, f.Remote.Compared = "c", false }}, stalled(v1alpha1.ReasonContentNotConfirmed, "digest c")},
		{"not for another amount", []given{func(f *Facts) { f.Money.Manifest.Fen = 101 }}, stalled(v1alpha1.ReasonContentNotConfirmed, "1.00 yuan at the vendor, and 1.01")},
		{"not without the vendor's amount", []given{func(f *Facts) { f.Remote.Snapshot.Exposure = nil }}, stalled(v1alpha1.ReasonContentNotConfirmed, "does not say what it can cost")},
		{"which the detail may have", []given{func(f *Facts) { f.Remote.Snapshot.Exposure = nil }, notRead}, Decision{Action: Get}},
		{"not without the manifest's", []given{func(f *Facts) { f.Money.Manifest = nil }}, stalled(v1alpha1.ReasonContentNotConfirmed, `budgetYuan: "1.00"`)},
		{"not before its time", []given{func(f *Facts) { f.Manifest.ActivateAfter = f.Now.Add(time.Minute) }},
			at(status.Settled, v1alpha1.ReasonActivationAhead, v1alpha1.StateInactive, time.Minute, "spec.activateAfter")},
		{"at its time", []given{func(f *Facts) { f.Manifest.ActivateAfter = f.Now }}, start},
		{"not before it is registered", []given{func(f *Facts) { f.Remote.Snapshot.Created = f.Now.Add(-10 * time.Second) }},
			at(status.Working, v1alpha1.ReasonRegistering, v1alpha1.StateInactive, 20*time.Second, "about a minute")},
		{"a clock that is behind holds nothing up for long", []given{func(f *Facts) { f.Remote.Snapshot.Created = f.Now.Add(time.Hour) }}, start},
		{"not after its end", []given{func(f *Facts) { f.Manifest.End = f.Now }}, stalled(v1alpha1.ReasonActivationMissed, "never activated")},
		{"not above the ceiling of one", []given{ceilings(99, 1000)}, stalled(v1alpha1.ReasonBudgetLimitExceeded, "0.01 more")},
		{"exactly at the ceiling", []given{ceilings(100, 1000)}, start},
		{"not by an old list", []given{ceilings(100, 1000), viewed(2 * time.Minute)}, Decision{Action: Lookup, Since: noon.Add(-viewAge)}},
		{"not above the ceiling of all", []given{ceilings(100, 100), func(f *Facts) { f.Money.Over = "too much" }}, at(status.Stalled, v1alpha1.ReasonBudgetLimitExceeded, v1alpha1.StateInactive, limitPause, "too much")},
		{"and one that is recorded is looked at again when it can be withdrawn", []given{ceilings(100, 100), did(providers.OperationStart, "", 0), func(f *Facts) {
			f.Money.Over, f.Memory.FirstSeen = "too much", f.Now.Add(10*time.Second-settle)
		}}, at(status.Stalled, v1alpha1.ReasonBudgetLimitExceeded, v1alpha1.StateInactive, 10*time.Second, "too much")},
		{"not while the brake is on", []given{braked}, Decision{Action: Stop, State: v1alpha1.StateInactive, After: holdPause, Verdict: status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonAccountBraked}}},
	})
}

func TestDecidingToPauseAndToGoOn(t *testing.T) {
	pause := calls(providers.OperationPause, v1alpha1.ReasonPausing, v1alpha1.StateRunning)
	restart := calls(providers.OperationRestart, v1alpha1.ReasonActivating, v1alpha1.StatePaused)
	stays := at(status.Stalled, v1alpha1.ReasonPausedElsewhere, v1alpha1.StatePaused, 0, "not by this resource")
	running := at(status.Settled, v1alpha1.ReasonRunning, v1alpha1.StateRunning, 0, "activated: it gives out from its begin to its end")
	end := func(d Decision) Decision { d.After = 25*time.Hour + firstLook; return d } // the next look
	ours := did(providers.OperationPause, v1alpha1.OperationDone, 1)
	check(t, stockFacts, []row{
		{"what is to be paused is paused", []given{is(providers.StateRunning), goal(GoalPaused)}, pause},
		{"and what is to be inactive", []given{is(providers.StateRunning), goal(GoalInactive)}, pause},
		{"the brake pauses what is to run", []given{is(providers.StateRunning), brakedPause}, pause},
		{"and a draft", []given{is(providers.StateRunning), goal(GoalNothing), brakedPause}, pause},
		{"a brake that only holds pauses nothing", []given{is(providers.StateRunning), braked}, end(running)},
		{"a pause of ours is lifted", []given{is(providers.StatePaused), ours}, restart},
		{"not while the brake is on", []given{is(providers.StatePaused), ours, brakedPause}, Decision{Action: Stop, State: v1alpha1.StatePaused, After: holdPause, Verdict: status.Verdict{Progress: status.Stalled, Reason: v1alpha1.ReasonAccountBraked}}},
		{"one that nobody has recorded stays", []given{is(providers.StatePaused)}, end(stays)},
		{"somebody else's stays", []given{is(providers.StatePaused), byOthers(v1alpha1.StatePaused, 1)}, end(stays)},
		{"until a later edit", []given{is(providers.StatePaused), byOthers(v1alpha1.StatePaused, 1), generation(2)}, restart},
		{"somebody else's after ours stays too", []given{is(providers.StatePaused), ours, byOthers(v1alpha1.StatePaused, 1)}, end(stays)},
		{"and one after somebody resumed ours", []given{is(providers.StatePaused), ours, byOthers(v1alpha1.StateRunning, 1)}, end(stays)},
		{"a refused restart is tried again", []given{is(providers.StatePaused), did(providers.OperationRestart, v1alpha1.OperationRefused, 0)}, restart},
		{"an open one is sent again", []given{is(providers.StatePaused), did(providers.OperationRestart, "", 0)}, Decision{Action: Operate, Change: Change{Operation: providers.OperationRestart}}},
		{"a refused pause was none", []given{is(providers.StatePaused), did(providers.OperationPause, v1alpha1.OperationRefused, 0)}, end(stays)},
		{"after two that were undone nobody goes on", []given{is(providers.StateRunning), goal(GoalPaused), did(providers.OperationPause, v1alpha1.OperationDone, 2)},
			end(at(status.Stalled, v1alpha1.ReasonContested, v1alpha1.StateRunning, 0, "2 times"))},
		{"what is paused as asked is settled", []given{is(providers.StatePaused), goal(GoalPaused)}, end(at(status.Settled, v1alpha1.ReasonPaused, v1alpha1.StatePaused, 0, "is paused"))},
		{"activation is not undone", []given{is(providers.StatePaused), goal(GoalInactive)}, end(at(status.Stalled, v1alpha1.ReasonCannotDeactivate, v1alpha1.StatePaused, 0, "cannot be undone"))},
		{"nothing restarts after the end", []given{is(providers.StatePaused), ours, func(f *Facts) { f.Manifest.End = f.Now }},
			at(status.Stalled, v1alpha1.ReasonPausedElsewhere, v1alpha1.StatePaused, firstLook, "")},
		{"a review is waited for", []given{is(providers.StateReviewing)}, at(status.Working, v1alpha1.ReasonUnderReview, v1alpha1.StateScheduled, reviewPause, "reviews")},
	})
}

func TestDecidingAboutWhatIsToStayInactive(t *testing.T) {
	open := did(providers.OperationStart, "", 0)
	settled := at(status.Settled, v1alpha1.ReasonBeginsInactive, v1alpha1.StateInactive, 25*time.Hour+firstLook, "less than a day ahead")
	check(t, func() *Facts { f := stockFacts(); f.Goal = GoalInactive; return f }, []row{
		{"it is settled, and begins soon", nil, settled},
		{"it begins later", []given{begins(30 * time.Hour)}, at(status.Settled, v1alpha1.ReasonInactive, v1alpha1.StateInactive, 6*time.Hour, "no money is committed")},
		{"its end is past", []given{func(f *Facts) { f.Manifest.End = f.Now }}, at(status.Settled, v1alpha1.ReasonEnded, v1alpha1.StateInactive, 0, "never activated")},
		{"it is a draft again", []given{goal(GoalNothing)}, at(status.Stalled, v1alpha1.ReasonCannotReturnToDraft, v1alpha1.StateInactive, 0, "cannot turn it back")},
		{"an open activation asks for a read", []given{open, notRead}, Decision{Action: Get}},
		{"also after it failed", []given{open, notRead, paused(forbidden, time.Hour)}, Decision{Action: Get}},
		{"and is withdrawn in time", []given{open}, func() Decision { d := settled; d.After = time.Second; return d }()},
		{"its deletion asks for a read", []given{notRead, func(f *Facts) { f.Deleting, f.Guarded, f.WantsGuard = true, true, true }}, Decision{Action: Get}},
		{"a failed read is waited out first", []given{open, notRead, paused(unread, time.Minute)}, at(status.Working, v1alpha1.ReasonGatewayUnavailable, "", time.Minute, "")},
		{"it has drifted", []given{func(f *Facts) { f.Drift.Differences = []providers.Difference{other} }}, at(status.Stalled, v1alpha1.ReasonDrifted, v1alpha1.StateInactive, 0, "")},
	})
}
