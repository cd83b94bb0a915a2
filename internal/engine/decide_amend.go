package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// decideAmendment brings the fields that a call can change to what the manifest says: all that one modification can do first, then
// how many there are to give out.
func decideAmendment(f *Facts) (Decision, bool) {
	if f.Goal != GoalLive || !f.changeable() {
		return Decision{}, false
	}
	var contested Decision
	for _, op := range []providers.Operation{providers.OperationModify, providers.OperationAppend} {
		amends := f.Drift.amendable(op)
		if len(amends) == 0 {
			continue
		}
		d := decideOperation(f, Change{Operation: op, Amends: amends})
		if d.Verdict.Reason != v1alpha1.ReasonContested {
			return d, true
		}
		contested = d // it does not hold the others back
	}
	return contested, contested.Verdict.Reason != ""
}

// changeable reports whether the activity is in a state in which calls may change it.
func (f *Facts) changeable() bool {
	state := f.Remote.Snapshot.State
	return state == providers.StateScheduled || state == providers.StateRunning || state == providers.StatePaused
}

// amendable are the differences that a call ends.
func (d DriftFacts) amendable(op providers.Operation) []providers.Difference {
	return slices.DeleteFunc(slices.Clone(d.Differences), func(d providers.Difference) bool { return d.Call != op || d.Shrinks })
}

// onlyShrinks reports whether all that differs is that the manifest asks for less than there is.
func (d DriftFacts) onlyShrinks() bool {
	return !slices.ContainsFunc(d.Differences, func(d providers.Difference) bool { return !d.Shrinks })
}

// cannotShrink reports fields that the vendor only lets grow.
func (f *Facts) cannotShrink() Decision {
	return f.observed(status.Stalled, v1alpha1.ReasonCannotShrink, fmt.Sprintf(
		"%s has more than the manifest asks for, and the vendor has no call that takes it back: %s. It goes on as it is. Write what it has, or set spec.state to %s to stop it.",
		f.it(), describe(f.Drift.Differences), f.Traits.StopState))
}

// decideRefusedParts reports an activity that the vendor made or changed without some of what the manifest lists.
func decideRefusedParts(f *Facts) (Decision, bool) {
	refused := f.Record.Refused
	if refused == nil {
		return Decision{}, false
	}
	parts := make([]string, 0, len(refused.First))
	for _, r := range refused.First {
		parts = append(parts, r.ID+" ("+r.Reason+")")
	}
	const shown = 3
	more := ""
	if refused.Total > shown {
		parts, more = parts[:min(len(parts), shown)], fmt.Sprintf(" and %d more", refused.Total-shown)
	}
	return f.observed(status.Stalled, v1alpha1.ReasonPartsRefused, fmt.Sprintf(
		"%s goes on without %d of what %s lists: %s%s. Correct the list; or have the vendor accept them, and ask once more with the annotation campaign-operator.io/reconcile-requested-at.",
		f.it(), refused.Total, manifestPath(refused.Field), strings.Join(parts, ", "), more)), true
}
