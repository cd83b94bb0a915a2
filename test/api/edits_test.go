package api_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// edit is a commit, and what taking it back has to meet.
type edit struct {
	// found is what is stored, where it is not the maximal manifest, and given what the operator has recorded.
	found changes
	given map[string]any
	// change is the edit, refused for each of refusals; it is admitted when there are none.
	change   changes
	refusals []string
	// then is what the operator records when it has served the edit; nil when the record stays as it was.
	then map[string]any
	// stays is for which reason the edit cannot be taken back after that, by design; empty when it can.
	stays string
}

func edits(t *testing.T, k campaign) map[string]edit {
	t.Helper()
	all := map[string]edit{}
	for _, some := range []map[string]edit{k.revisionEdits(), k.adoptEdits(k.whole(t)), k.observeEdits(k.whole(t)), k.earlyEdits(), k.edits} {
		maps.Copy(all, some)
	}
	return all
}

var (
	confirmed   = v1alpha1.CreationConfirmed
	unknown     = v1alpha1.CreationUnknown
	differs     = v1alpha1.CreationDiffers
	revision2   = changes{"spec.requestRevision": int64(2)}
	adoptGone   = changes{"spec.adopt": nil}
	observe     = changes{"spec.managementPolicy": "Observe"}
	manageAgain = changes{"spec.managementPolicy": nil}
)

func (k campaign) revisionEdits() map[string]edit {
	return map[string]edit{
		"a new revision with other content": {
			given:  k.recorded(confirmed, 1),
			change: revision2.with(k.otherAll), then: k.recorded(confirmed, 2),
		},
		"a new revision of what may exist": {
			given:  k.recorded(unknown, 1),
			change: revision2.with(k.otherAll), then: k.recorded(unknown, 2),
		},
		"a new revision of what ended": {
			found: changes{"spec.state": k.over}, given: k.recorded(confirmed, 1),
			change: revision2.with(k.otherAll).with(changes{"spec.state": "Active"}), then: k.recorded(confirmed, 2),
		},
		"a new revision that the operator files away": {
			given:  k.recorded(confirmed, 1),
			change: revision2.with(k.otherAll), then: map[string]any{"previous": []any{map[string]any{"revision": int64(1)}}},
		},
		"correcting a raised revision before it is served": {found: revision2, given: k.recorded(confirmed, 1), change: k.otherAll},
		"editing the second revision": {
			found: revision2, given: k.recorded(confirmed, 2),
			change: k.otherName, refusals: []string{k.nameFrozen},
		},
		"editing the second revision, which may exist": {
			found: revision2, given: k.recorded(unknown, 2),
			change: k.otherName, refusals: []string{k.nameFrozen},
		},
		"a lower revision with the old content": {
			found: revision2, given: k.recorded(confirmed, 2),
			change: k.otherAll.with(changes{"spec.requestRevision": int64(1)}),
		},
		"a lower revision by leaving it out": {
			found: revision2, given: k.recorded(unknown, 2),
			change: k.otherAll.with(changes{"spec.requestRevision": nil}),
		},
		"revision 1 left out": {given: k.recorded(confirmed, 1), change: changes{"spec.requestRevision": nil}},
		"revision 1 left out, and other content with it": {
			given:  k.recorded(confirmed, 1),
			change: k.otherName.with(changes{"spec.requestRevision": nil}), refusals: []string{k.nameFrozen},
		},
		"a new revision without a request": {
			given:  k.recorded(confirmed, 1),
			change: revision2.with(k.gone), refusals: k.missing,
		},
		"dropping the request of an activity that is there": {
			given:  k.recorded(confirmed, 1),
			change: k.gone, refusals: slices.Concat(k.missing, k.optionalGone),
		},
	}
}

func (k campaign) adoptEdits(wholeRequest changes) map[string]edit {
	return map[string]edit{
		"adopt instead of creating": {change: k.adopt(otherID).with(k.gone), then: k.takenOver(1, otherID), stays: adoptRefused},
		"adopt that finds nothing":  {change: k.adopt(otherID).with(k.gone)},
		"adopt out of a conflict": {
			given:  k.recorded(differs, 1),
			change: k.adopt(otherID), then: k.takenOver(1, otherID), stays: adoptRefused,
		},
		"adopt what is recorded, with other content": {given: k.recorded(confirmed, 1), change: k.adopt(ourID).with(k.otherAll)},
		"adopt what is recorded, without a request":  {given: k.recorded(confirmed, 1), change: k.adopt(ourID).with(k.gone)},
		"adopt another than what is recorded":        {given: k.recorded(confirmed, 1), change: k.adopt(otherID), refusals: []string{adoptRefused}},
		"adopt while nothing is certain":             {given: k.recorded(unknown, 1), change: k.adopt(ourID), refusals: []string{adoptRefused}},
		"adopt in a new revision": {
			given:  k.recorded(confirmed, 1),
			change: revision2.with(k.adopt(otherID)).with(k.gone), then: k.takenOver(2, otherID),
		},
		"adopt in a new revision of what may exist": {given: k.recorded(unknown, 1), change: revision2.with(k.adopt(otherID)), then: k.takenOver(2, otherID)},
		"another id": {
			found: k.adopt(ourID), given: k.takenOver(1, ourID),
			change: k.adopt(otherID), refusals: []string{adoptRefused},
		},
		"no adopt any more": {
			found: k.adopt(ourID), given: k.takenOver(1, ourID),
			change: adoptGone, refusals: []string{adoptRefused},
		},
		"no adopt any more, and Observe": {
			found: k.adopt(ourID), given: k.takenOver(1, ourID),
			change: adoptGone.with(observe), refusals: []string{adoptRefused},
		},
		"other content of what was taken over": {found: k.adopt(ourID), given: k.takenOver(1, ourID), change: k.otherAll},
		"no request for what was taken over":   {found: k.adopt(ourID), given: k.takenOver(1, ourID), change: k.gone},
		"another id in a new revision": {
			found: k.adopt(ourID), given: k.takenOver(1, ourID),
			change: revision2.with(k.adopt(otherID)), then: k.takenOver(2, otherID),
		},
		"no adopt in a new revision": {
			found: k.adopt(ourID).with(k.gone), given: k.takenOver(1, ourID),
			change: revision2.with(adoptGone).with(wholeRequest), then: k.recorded(confirmed, 2),
		},
		"another id after a detour over a revision": {
			found: revision2.with(k.adopt(otherID)), given: k.takenOver(1, ourID),
			change: changes{"spec.requestRevision": int64(1)}, refusals: []string{adoptRefused},
		},
		"another id before anything is recorded": {found: k.adopt(ourID), change: k.adopt(otherID)},
		"no adopt before anything is recorded":   {found: k.adopt(ourID), change: adoptGone},
		"half a request": {
			found: k.adopt(ourID), given: k.takenOver(1, ourID),
			change: k.half, refusals: k.halved,
		},
	}
}

func (k campaign) observeEdits(wholeRequest changes) map[string]edit {
	return map[string]edit{
		"Observe":                              {given: k.recorded(confirmed, 1), change: observe},
		"Observe, without a request":           {given: k.recorded(confirmed, 1), change: observe.with(k.gone)},
		"Observe, with other content":          {given: k.recorded(confirmed, 1), change: observe.with(k.otherAll)},
		"Observe what may exist":               {given: k.recorded(unknown, 1), change: observe.with(k.otherAll), then: k.recorded(confirmed, 1)},
		"Observe what differs":                 {given: k.recorded(differs, 1), change: observe.with(k.otherAll)},
		"other content while observing":        {found: observe, given: k.recorded(confirmed, 1), change: k.otherAll},
		"dropping the request while observing": {found: observe, given: k.recorded(confirmed, 1), change: k.gone},
		"half a request while observing": {
			found: observe, given: k.recorded(confirmed, 1),
			change: k.half, refusals: k.halved,
		},
		"Manage again": {found: observe, given: k.recorded(confirmed, 1), change: manageAgain},
		"Manage again, without a request": {
			found: observe.with(k.gone), given: k.recorded(confirmed, 1),
			change: manageAgain, refusals: k.missing,
		},
		"Manage again, with the request in the same": {
			found: observe.with(k.gone), given: k.recorded(confirmed, 1),
			change: manageAgain.with(wholeRequest),
		},
		"Manage what was taken over, without request": {
			found: observe.with(k.adopt(ourID)).with(k.gone), given: k.takenOver(1, ourID),
			change: manageAgain,
		},
	}
}

// earlyEdits are those that the operator has acted on: what was made by them cannot be unmade, and the refusal says so.
func (k campaign) earlyEdits() map[string]edit {
	return map[string]edit{
		"other content before the create": {change: k.otherName, then: k.recorded(confirmed, 1), stays: k.nameFrozen},
		"other content before the create, released": {
			change: k.otherName.with(changes{"spec.state": "Active"}), then: k.recorded(unknown, 1), stays: k.nameFrozen,
		},
		"a correction that settles a conflict": {
			given:  k.recorded(differs, 1),
			change: k.otherName, then: k.recorded(confirmed, 1), stays: k.nameFrozen,
		},
		"a correction that does not": {given: k.recorded(differs, 1), change: k.otherName},
		"released":                   {change: changes{"spec.state": "Active"}, then: k.recorded(confirmed, 1)},
		"over":                       {given: k.recorded(confirmed, 1), change: changes{"spec.state": k.over}},
		"to be ended with the resource": {
			given:  k.recorded(confirmed, 1),
			change: changes{"spec.deletionPolicy": k.policy, "spec.allowTwin": nil},
		},
	}
}

// A commit is made, taken back as `git revert` does, and made again: once before the operator has looked, once after.
func TestWhatOneCommitChangesTheNextCanTakeBack(t *testing.T) {
	eachCampaign(t, func(t *testing.T, k campaign) {
		for name, e := range edits(t, k) {
			for when, then := range map[string]map[string]any{"at once": e.given, "when it was served": e.then} {
				if when != "at once" && then == nil {
					continue
				}
				t.Run(name+"/"+when, func(t *testing.T) { e.run(t, k, then, when != "at once") })
			}
		}
	})
}

func (e edit) run(t *testing.T, k campaign, then map[string]any, served bool) {
	t.Helper()
	stored := k.storeWith(t, e.found, e.given)
	before := stored.DeepCopy().Object["spec"]
	e.change.apply(t, stored)
	err := api.Update(t.Context(), stored)
	expectCauses(t, err, e.refusals...)
	if err != nil {
		return
	}
	after := stored.DeepCopy().Object["spec"]
	if served {
		stored.Object["status"] = then
		if err := api.Status().Update(t.Context(), stored); err != nil {
			t.Fatalf("the operator's status write: %v", err)
		}
	}
	stored.Object["spec"] = before
	err = api.Update(t.Context(), stored)
	if served && e.stays != "" {
		expectForbidden(t, err, e.stays)
		return
	}
	if err != nil {
		t.Fatalf("taken back: %v", err)
	}
	stored.Object["spec"] = after
	if err := api.Update(t.Context(), stored); err != nil {
		t.Errorf("taken back and made again: %v", err)
	}
}
