package engine

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestDecidingWhatAnActivityIs(t *testing.T) {
	conflict := at(status.Stalled, v1alpha1.ReasonRequestNumberConflict, v1alpha1.StateScheduled, time.Hour+firstLook, `amount is "2", the manifest says "1"`)
	check(t, knownFacts, []row{
		{"a new id is read", []given{notJudged, notListed}, Decision{Action: Get}},
		{"also without a view", []given{notJudged, notListed, noView}, Decision{Action: Get}},
		{"a list that carries too little is not enough", []given{notJudged, listed, func(f *Facts) { f.Remote.Compared = false }}, Decision{Action: Get}},
		{"nor is equal content in a list: it may lack what differs", []given{notJudged, listed}, Decision{Action: Get}},
		{"nor for a difference that may be mended", []given{differs, listed}, Decision{Action: Get}},
		{"nor for other bytes than were confirmed", []given{edited, listed}, Decision{Action: Get}},
		{"what another resource has recorded is not ours", []given{notJudged, owned}, at(status.Stalled, v1alpha1.ReasonDuplicateOwner, v1alpha1.StateScheduled, time.Hour+firstLook, "sales/first")},
		{"nor do we end it", []given{goal(GoalEnded), owned, read}, at(status.Stalled, v1alpha1.ReasonDuplicateOwner, v1alpha1.StateScheduled, time.Hour+firstLook, "sales/first")},
		{"equal content is judged", []given{notJudged}, Decision{Action: Judge}},
		{"other content too", []given{notJudged, shows(remote(providers.StateScheduled, other))}, Decision{Action: Judge}},
		{"what cannot be compared is not taken for ours", []given{notJudged, broken, func(f *Facts) { f.Remote.Compared = false }, read},
			at(status.Stalled, v1alpha1.ReasonInvalidSpec, v1alpha1.StateScheduled, time.Hour+firstLook, "spec.x: no")},
		{"nor ended", []given{notJudged, broken, goal(GoalEnded), func(f *Facts) { f.Remote.Compared = false }, read},
			at(status.Stalled, v1alpha1.ReasonInvalidSpec, v1alpha1.StateScheduled, time.Hour+firstLook, "")},
		{"what differs is left alone and explained", []given{differs, shows(remote(providers.StateScheduled, other))}, conflict},
		{"what differs is never ended", []given{differs, goal(GoalEnded), shows(remote(providers.StateScheduled, other))}, conflict},
		{"four differences are three and a number", []given{differs, shows(remote(providers.StateScheduled, other, other, other, other, other))},
			at(status.Stalled, v1alpha1.ReasonRequestNumberConflict, v1alpha1.StateScheduled, time.Hour+firstLook, "and 2 more")},
		{"a manifest corrected to match is judged again", []given{differs, edited}, Decision{Action: Judge}},
		{"confirmed bytes are not judged again", []given{shows(remote(providers.StateScheduled, other))}, at(status.Settled, v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, time.Hour+firstLook, "")},
		{"nor are other bytes with other content: what was confirmed stays ours, and has drifted", []given{edited, shows(remote(providers.StateScheduled, other)), drifted},
			at(status.Stalled, v1alpha1.ReasonDrifted, v1alpha1.StateScheduled, time.Hour+firstLook, `amount is "2", the manifest says "1"`)},
		{"other bytes that mean the same are judged, once", []given{edited}, Decision{Action: Judge}},
	})
}

func TestDecidingOnAnActivityThatIsNotShown(t *testing.T) {
	gone10 := func(ago time.Duration) given {
		return func(f *Facts) { f.Gone, f.Remote, f.Memory.GoneSince = true, nil, f.Now.Add(-ago) }
	}
	missing := at(status.Stalled, v1alpha1.ReasonMissing, v1alpha1.StateMissing, 0, "not created again")
	check(t, knownFacts, []row{
		{"it is asked for by its id", []given{notListed}, Decision{Action: Get}},
		{"the vendor's word counts", []given{notListed, gone}, missing},
		{"a new id gets ten minutes", []given{notJudged, gone10(9 * time.Minute)}, at(status.Working, v1alpha1.ReasonCreating, v1alpha1.StateCreating, watchPause, "10028001")},
		{"and no more", []given{notJudged, gone10(10 * time.Minute)}, missing},
		{"and no second time after a restart", []given{notJudged, gone10(0), recorded(v1alpha1.StateMissing)}, missing},
		{"what is missing stays so without a call", []given{notListed, recorded(v1alpha1.StateMissing)}, missing},
		{"also while it was never judged", []given{notListed, notJudged, recorded(v1alpha1.StateMissing)}, missing},
		{"unless somebody asks", []given{notListed, recorded(v1alpha1.StateMissing), asked(time.Second)}, Decision{Action: Get}},
		{"a failed read is repeated", []given{func(f *Facts) { f.CallErr, f.Memory.NotBefore = timeout, noon.Add(10*time.Second) }}, at(status.Working, v1alpha1.ReasonGatewayUnavailable, "", 10*time.Second, "")},
		{"a failed create, whose id another process has recorded, holds no read back", []given{notListed, paused(timeout, 5*time.Second)}, Decision{Action: Get}},
		{"after its pause", []given{notListed, paused(unread, 5*time.Second)}, at(status.Working, v1alpha1.ReasonGatewayUnavailable, "", 5*time.Second, "")},
		{"a pause does not hide what the list shows", []given{paused(timeout, 5*time.Second)}, at(status.Settled, v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, time.Hour+firstLook, "")},
		{"a read that waits for the quota says nothing new", []given{notListed, func(f *Facts) { f.ReadWait = time.Second }}, Decision{Action: Stop, After: time.Second}},
		{"nor writes for an edit that was not looked at", []given{notListed, edited, func(f *Facts) { f.ReadWait = time.Second }}, Decision{Action: Quietly, After: time.Second}},
	})
}

func TestDecidingAfterARestartWithoutAView(t *testing.T) {
	quiet := Decision{Action: Quietly, After: time.Hour + firstLook}
	lookup := Decision{Action: Lookup, Since: noon.Add(-viewAge)}
	check(t, func() *Facts { f := knownFacts(); noView(f); notListed(f); return f }, []row{
		{"what has settled waits for the sweep under way", nil, quiet},
		{"what has ended too", []given{recorded(v1alpha1.StateEnded), shows(remote(providers.StateEnded))}, Decision{Action: Quietly}},
		{"what is missing too, judged or not", []given{recorded(v1alpha1.StateMissing), notJudged}, Decision{Action: Quietly}},
		{"what should have begun by now does not", []given{begins(-time.Minute)}, Decision{Action: Lookup, Since: noon.Add(-20 * time.Second)}},
		{"an edit does not", []given{func(f *Facts) { f.Manifest.Generation = 2 }}, lookup},
		{"nor who asks", []given{asked(time.Second)}, Decision{Action: Lookup, Since: noon.Add(-time.Second)}},
		{"nor what was not settled, such as an end under way", []given{func(f *Facts) { f.Record.Settled = false }}, lookup},
		{"a sweep that was waited for and failed is said", []given{func(f *Facts) { f.Record.Settled = false }, sweepFailed}, at(status.Working, v1alpha1.ReasonGatewayUnavailable, "", 10*time.Second, "")},
	})
}

func TestDecidingToEndAnActivity(t *testing.T) {
	working := at(status.Working, v1alpha1.ReasonTerminating, v1alpha1.StateScheduled, watchPause, "10028001")
	record := working
	record.Action, record.Change = IntendOperation, Change{Operation: providers.OperationTerminate}
	send := Decision{Action: Operate, Change: Change{Operation: providers.OperationTerminate}}
	check(t, func() *Facts { f := knownFacts(); f.Goal = GoalEnded; f.Manifest.Generation = 2; return f }, []row{
		{"it is read first", nil, Decision{Action: Get}},
		{"not in the pause after a failed call", []given{func(f *Facts) {
			f.Memory.LastErr, f.Memory.NotBefore, f.Memory.FailedAt, f.Memory.FailedGeneration = forbidden, noon.Add(time.Minute), noon, 2
		}}, at(status.Working, v1alpha1.ReasonWaitingForVendor, "", time.Minute, "NO_AUTH")},
		{"the call is recorded", []given{read}, record},
		{"a record of another generation is not of this one", []given{read, operated(1)}, record},
		{"and sent", []given{read, operated(2)}, send},
		{"within the quota", []given{read, operated(2), waits(time.Second)}, Decision{Action: Quietly, After: time.Second}},
		{"its effect is waited for", []given{read, operated(2), func(f *Facts) {
			f.Memory.Operated, f.Memory.OperatedName, f.Memory.OperatedGeneration = noon.Add(-59*time.Second), "terminate", 2
		}}, working},
		{"that of another call is not", []given{read, operated(2), func(f *Facts) { f.Memory.Operated, f.Memory.OperatedName = noon.Add(-time.Second), "members-add" }}, send},
		{"and sent again when there is none", []given{read, operated(2), func(f *Facts) { f.Memory.Operated = noon.Add(-time.Minute) }}, send},
		{"what is running is ended", []given{read, operated(2), shows(remote(providers.StateRunning))}, send},
		{"what is paused is ended", []given{read, operated(2), shows(remote(providers.StatePaused))}, send},
		{"what is still being made is waited for", []given{read, shows(remote(providers.StateCreating))}, at(status.Working, v1alpha1.ReasonCreating, v1alpha1.StateCreating, watchPause, "")},
		{"what is ended is ended", []given{shows(remote(providers.StateTerminated))}, at(status.Settled, v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, 0, "as spec.state asks")},
		{"what is over is over", []given{shows(remote(providers.StateEnded))}, at(status.Settled, v1alpha1.ReasonEnded, v1alpha1.StateEnded, 0, "")},
		{"an unknown state is left alone", []given{read, shows(remote(providers.StateUnknown))}, at(status.Working, v1alpha1.ReasonUnknownState, "", 0, `"WORD"`)},
	})
}

func TestDecidingWhatToSayOfAnActivity(t *testing.T) {
	check(t, knownFacts, []row{
		{"scheduled, until its begin", nil, at(status.Settled, v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, time.Hour+firstLook, "begins")},
		{"running, until its end", []given{shows(remote(providers.StateRunning))}, at(status.Settled, v1alpha1.ReasonRunning, v1alpha1.StateRunning, 25*time.Hour+firstLook, "running")},
		{"paused by others", []given{shows(remote(providers.StatePaused))}, at(status.Stalled, v1alpha1.ReasonPausedElsewhere, v1alpha1.StatePaused, 25*time.Hour+firstLook, "not by this resource")},
		{"the detail is asked for when the list lacks what is wanted", []given{shows(remote(providers.StatePaused)), func(f *Facts) { f.WantsDetail = true }}, Decision{Action: Get}},
		{"failed by the vendor", []given{shows(remote(providers.StateFailed))}, at(status.Stalled, v1alpha1.ReasonCreateFailed, v1alpha1.StateFailed, 0, "raise requestRevision")},
		{"ended by others", []given{shows(remote(providers.StateTerminated))}, at(status.Stalled, v1alpha1.ReasonTerminatedElsewhere, v1alpha1.StateTerminated, 0, "not by this resource")},
		{"ended by this manifest, which wants it back", []given{shows(remote(providers.StateTerminated)), operated(1)}, at(status.Stalled, v1alpha1.ReasonCannotRestart, v1alpha1.StateTerminated, 0, "cannot be undone")},
		{"over", []given{shows(remote(providers.StateEnded))}, at(status.Settled, v1alpha1.ReasonEnded, v1alpha1.StateEnded, 0, "")},
		{"back to draft: it cannot", []given{goal(GoalNothing)}, at(status.Stalled, v1alpha1.ReasonCannotReturnToDraft, v1alpha1.StateScheduled, time.Hour+firstLook, "Terminated to end it")},
		{"back to draft when it has been ended", []given{goal(GoalNothing), shows(remote(providers.StateTerminated))}, at(status.Settled, v1alpha1.ReasonTerminated, v1alpha1.StateTerminated, 0, "")},
	})
}

func TestDecidingWhenToLookAroundBeginAndEnd(t *testing.T) {
	scheduled := func(after time.Duration) Decision {
		return at(status.Settled, v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, after, "")
	}
	check(t, knownFacts, []row{
		{"just before its begin the old view will do", []given{begins(time.Second), viewed(time.Hour)}, scheduled(6 * time.Second)},
		{"five seconds after it a newer one is wanted", []given{begins(-5 * time.Second), viewed(6 * time.Second)}, Decision{Action: Lookup, Since: noon}},
		{"a vendor that has not moved on is asked again in twice the time", []given{begins(-5 * time.Second), viewed(0)}, scheduled(5 * time.Second)},
		{"and again", []given{begins(-25 * time.Second), viewed(0)}, scheduled(15 * time.Second)},
		{"for a third of an hour", []given{begins(-30 * time.Minute), viewed(0)}, scheduled(0)},
		{"looks are spread over five seconds", []given{begins(time.Second), func(f *Facts) { f.Jitter = 12 * time.Second }}, scheduled(8 * time.Second)},
		{"a look that was missed is made up for", []given{begins(-30 * time.Minute), viewed(28 * time.Minute)}, Decision{Action: Lookup, Since: noon.Add(-30*time.Minute + 640*time.Second)}},
		{"without a begin there is nothing to wait for", []given{func(f *Facts) { f.Manifest.Begin = time.Time{} }}, scheduled(0)},
		{"what is running is looked at after its end", []given{shows(remote(providers.StateRunning)), func(f *Facts) { f.Manifest.End = noon.Add(-5 * time.Second) }, viewed(time.Minute)},
			Decision{Action: Lookup, Since: noon}},
		{"what has ended is looked at no more", []given{shows(remote(providers.StateEnded)), func(f *Facts) { f.Manifest.End = noon.Add(-5 * time.Second) }, viewed(time.Minute)},
			at(status.Settled, v1alpha1.ReasonEnded, v1alpha1.StateEnded, 0, "")},
	})
}
