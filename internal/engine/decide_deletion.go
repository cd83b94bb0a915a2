package engine

import (
	"fmt"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
)

// notOurs are the reasons for which there is nothing that a deletion would have to end.
var notOurs = map[string]bool{
	v1alpha1.ReasonDuplicateOwner: true, v1alpha1.ReasonRequestNumberConflict: true, v1alpha1.ReasonMissing: true,
	v1alpha1.ReasonAdoptNotFound: true,
}

// leavingPause is how long until it is asked again what else is being deleted.
const leavingPause = 30 * time.Second

// decideDeletion ends the activity of a resource that is being deleted, and lets the resource
// go when it has ended, or when the deletion is not meant for it. What stands in the way is
// said on the resource, with the way out.
func decideDeletion(f *Facts) Decision {
	untaken := f.Manifest.AdoptID != "" && f.Record.Outcome == "" // it was named, and never confirmed to be ours
	if f.Leaving != "" || f.over() || untaken {
		return Decision{Action: Unguard}
	}
	d := decideEnding(f)
	if d.Action != Stop {
		return d
	}
	if d.Verdict.Reason == v1alpha1.ReasonMissing && f.Traits.Confirms > 0 {
		return f.goneForGood(d)
	}
	if d.Verdict.Progress == status.Settled || notOurs[d.Verdict.Reason] {
		return Decision{Action: Unguard}
	}
	until := "has ended"
	if f.Goal == GoalPaused {
		until = "is paused"
	}
	d.Verdict.Message += fmt.Sprintf(" The resource is kept until its %s %s; write deletionPolicy: Orphan to let it go and leave the %s as it is.", f.Traits.Noun, until, f.Traits.Noun)
	return d
}

// goneLook is the pause between looks for an activity that the vendor says it does not know.
const goneLook = time.Minute

// goneForGood lets a resource go whose activity the vendor does not know, where its word for that is one that it has for other troubles,
// too: when it has said so for a while, and no list since has shown the activity.
func (f *Facts) goneForGood(d Decision) Decision {
	if !f.Gone {
		return f.unlessPaused(Decision{Action: Get})
	}
	if f.Remote == nil && f.Now.Sub(f.Memory.GoneSince) >= visibleWithin && f.View.After(f.Memory.GoneSince) {
		return Decision{Action: Unguard}
	}
	d.After = goneLook
	d.Verdict.Message += " The resource is kept until that has been so for ten minutes, and the vendor's list does not show it either; write deletionPolicy: Orphan to let it go now."
	return d
}

// decideEnding says what to do about the activity of a deleted resource, once it is known that the
// deletion is meant for it.
func decideEnding(f *Facts) Decision {
	if f.LeavingErr == nil {
		return decideActivity(f)
	}
	d := stop(status.Working, v1alpha1.ReasonTerminating, "", f.LeavingErr.Error()+".")
	d.After = leavingPause
	return d
}
