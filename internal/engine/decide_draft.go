package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// PreflightFacts is what was found of the things that a manifest refers to.
type PreflightFacts struct {
	// Fresh is true when they were looked at for these bytes and need not be looked at again yet.
	Fresh    bool
	Findings []providers.Finding
	// Again is how long until the next look, while there are findings.
	Again    time.Duration
	Attempts int64
}

// decidePreflight looks at what the manifest refers to before the first call, and waits while
// something cannot be used as asked.
func decidePreflight(f *Facts) (Decision, bool) {
	switch {
	case f.ReadWait > 0:
		return Decision{Action: Quietly, After: f.ReadWait}, true
	case !f.Preflight.Fresh:
		return Decision{Action: Preflight}, true
	case len(f.Preflight.Findings) == 0:
		return Decision{}, false
	}
	const shown = 3
	var problems []string
	for i, finding := range f.Preflight.Findings {
		if i == shown {
			problems = append(problems, fmt.Sprintf("and %d more", len(f.Preflight.Findings)-shown))
			break
		}
		problems = append(problems, finding.Field+": "+finding.Message)
	}
	d := stop(status.Stalled, v1alpha1.ReasonReferenceNotUsable, f.pendingState(), strings.Join(problems, "; "))
	d.After = f.Preflight.Again
	return d, true
}

// drafted reports whether a draft says all there is to say: its plan is as of when it was made,
// and is made anew for an edit or for who asks.
func (f *Facts) drafted() bool {
	soon := f.Traits.Activates() && !f.Now.Before(f.Manifest.Begin.Add(-forgottenWithin))
	return f.Goal == GoalNothing && len(f.PreviousLive) == 0 && f.Planned && !f.PlannedNow && f.Record.Settled && f.Forced.IsZero() &&
		f.Record.ObservedGeneration == f.Manifest.Generation && f.Now.Before(f.Manifest.Begin) &&
		soon == (f.Record.Reason == v1alpha1.ReasonBeginsInactive)
}

// untilBegin is how long until the begin time; 0 when it has come.
func (f *Facts) untilBegin() time.Duration { return max(f.Manifest.Begin.Sub(f.Now), 0) }

// untilNews is how long until a draft has something new to say: that it begins soon, then that its begin has passed.
func (f *Facts) untilNews() time.Duration {
	if soon := f.untilBegin() - forgottenWithin; soon > 0 && f.Traits.Activates() {
		return soon
	}
	return f.untilBegin()
}

// decidePlan: nothing stands in the way of this draft.
func decidePlan(f *Facts) Decision {
	if !f.Planned {
		return Decision{Action: Plan}
	}
	next := "status.plan says what state: Active would do; set it to create the activity."
	if f.Traits.Activates() {
		next = fmt.Sprintf("state: Inactive creates the %s without committing money; Active also activates it, as status.plan says.", f.Traits.Noun)
	}
	d := stop(status.Settled, v1alpha1.ReasonDraft, v1alpha1.StateDraft, "Draft: this resource has sent nothing. "+next+f.siblings())
	d.After = f.untilBegin()
	return f.forgotten(d, f.Manifest.Begin)
}
