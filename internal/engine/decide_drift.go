package engine

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// DriftFacts is what is known to differ between an activity of ours and its manifest. A detail
// says it; a list row only raises the question.
type DriftFacts struct {
	// Differences are those in effect: of the detail, or as recorded.
	Differences []providers.Difference
	// Doubted is true when the list row says other than what is recorded.
	Doubted bool
	// Examined is true when the detail was read for exactly this row.
	Examined bool
}

// onlyMembers reports whether nothing differs but the members.
func (d DriftFacts) onlyMembers() bool {
	return !slices.ContainsFunc(d.Differences, func(d providers.Difference) bool { return d.Field != membersField })
}

// fixed are the differences that no call can end, the members apart.
func (d DriftFacts) fixed() []providers.Difference {
	return slices.DeleteFunc(fixed(d.Differences), func(d providers.Difference) bool { return d.Field == membersField })
}

// decideFixed holds what would have an activity give out more while it is not as the manifest says, and no call can change that.
func decideFixed(f *Facts) (Decision, bool) {
	if len(f.Drift.fixed()) == 0 {
		return Decision{}, false
	}
	again := f.Memory.DetailRead.Add(fixedLook).Sub(f.Now)
	if !f.Read && again <= 0 {
		return Decision{Action: Get}, true
	}
	d := f.drifted(f.Drift.fixed())
	if d.After == 0 || d.After > again {
		d.After = max(again, time.Second)
	}
	return d, true
}

// fixedLook is how often what holds a raise back is looked at again: a list may not show that it was mended.
const fixedLook = 10 * time.Minute

// decideExamination reads the activity when a list row says otherwise than the record.
func decideExamination(f *Facts) (Decision, bool) {
	if f.Remote.Snapshot.Detailed || !f.Drift.Doubted || f.Drift.Examined || f.Remote.Snapshot.State.Final() {
		return Decision{}, false
	}
	return Decision{Action: Get}, true
}

// decideDrifted reports an activity that should be as the manifest says and is not, when no
// call can change that.
func decideDrifted(f *Facts) (Decision, bool) {
	if len(f.Drift.Differences) == 0 {
		return Decision{}, false
	}
	if f.Drift.onlyMembers() {
		return f.strangers(), true
	}
	if f.Drift.onlyShrinks() {
		return f.cannotShrink(), true
	}
	return f.drifted(f.Drift.Differences), true
}

// drifted reports an activity with differences that no call can end.
func (f *Facts) drifted(differences []providers.Difference) Decision {
	wayOut := fmt.Sprintf("Restore it in the vendor's console; or take it over as it is: write %s: %q and correct the fields", f.Traits.AdoptField, f.Record.ID)
	if f.adopts() {
		wayOut = "Correct the manifest, or change the activity in the vendor's console"
	}
	d := f.observed(status.Stalled, v1alpha1.ReasonDrifted, fmt.Sprintf(
		"%s is not as the manifest says: %s. No call can change that. %s.", f.it(), describe(differences), wayOut))
	return f.lookForStrangers(d)
}

// strangers reports members that somebody else added. They are left there.
func (f *Facts) strangers() Decision {
	d := f.observed(status.Stalled, v1alpha1.ReasonDrifted, fmt.Sprintf(
		"activity %s also has members at the vendor that this manifest has never listed, which is why they are not removed: %s. List them in the manifest, or remove them in the vendor's console.",
		f.Record.ID, f.Drift.Differences[0].Observed))
	return f.lookForStrangers(d)
}

// lookForStrangers has the members looked at again: a list does not show them.
func (f *Facts) lookForStrangers(d Decision) Decision {
	if again := f.strangersIn(); again < math.MaxInt64 && (d.After == 0 || again < d.After) {
		d.After = again
	}
	return d
}
