package api_test

import (
	"maps"
	"testing"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

const (
	adoptRefused = "spec.adopt: Forbidden: take the change of adopt back"
	baseMissing  = "spec.activityBaseInfo: Required value: write activityBaseInfo"
	awardMissing = "spec.awardSendRule: Required value: write awardSendRule"
	otherID      = "10028002"
)

// takenOver is the status of an activity that the manifest named.
func takenOver(revision int64, id string) map[string]any {
	status := recorded(v1alpha1.CreationConfirmed, revision)
	status["activityId"] = id
	status["request"].(map[string]any)["adopted"] = true
	return status
}

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

func edits(t *testing.T) map[string]edit {
	t.Helper()
	all := map[string]edit{}
	for _, some := range []map[string]edit{revisionEdits(), adoptEdits(wholeRequest(t)), observeEdits(wholeRequest(t)), earlyEdits()} {
		maps.Copy(all, some)
	}
	return all
}

var (
	confirmed   = v1alpha1.CreationConfirmed
	unknown     = v1alpha1.CreationUnknown
	differs     = v1alpha1.CreationDiffers
	otherName   = changes{"spec.activityBaseInfo.activityName": "另一个名字"}
	otherAll    = otherName.with(changes{"spec.awardSendRule.merchantIdList": []any{"1900000307"}, "spec.advancedSetting": nil})
	blocksGone  = changes{"spec.activityBaseInfo": nil, "spec.awardSendRule": nil, "spec.advancedSetting": nil}
	revision2   = changes{"spec.requestRevision": int64(2)}
	adoptOurs   = changes{"spec.adopt.activityId": ourID}
	adoptOther  = changes{"spec.adopt.activityId": otherID}
	adoptGone   = changes{"spec.adopt": nil}
	observe     = changes{"spec.managementPolicy": "Observe"}
	manageAgain = changes{"spec.managementPolicy": nil}
)

func revisionEdits() map[string]edit {
	return map[string]edit{
		"a new revision with other content": {
			given:  recorded(confirmed, 1),
			change: revision2.with(otherAll), then: recorded(confirmed, 2),
		},
		"a new revision of what may exist": {
			given:  recorded(unknown, 1),
			change: revision2.with(otherAll), then: recorded(unknown, 2),
		},
		"a new revision of what ended": {
			found: changes{"spec.state": "Terminated"}, given: recorded(confirmed, 1),
			change: revision2.with(otherAll).with(changes{"spec.state": "Active"}), then: recorded(confirmed, 2),
		},
		"a new revision that the operator files away": {
			given:  recorded(confirmed, 1),
			change: revision2.with(otherAll), then: map[string]any{"previous": []any{map[string]any{"revision": int64(1)}}},
		},
		"correcting a raised revision before it is served": {found: revision2, given: recorded(confirmed, 1), change: otherAll},
		"editing the second revision": {
			found: revision2, given: recorded(confirmed, 2),
			change: otherName, refusals: []string{baseFrozen},
		},
		"editing the second revision, which may exist": {
			found: revision2, given: recorded(unknown, 2),
			change: otherName, refusals: []string{baseFrozen},
		},
		"merchants of the second revision": {
			found: revision2, given: recorded(confirmed, 2),
			change: merchantEdits["a merchant added"],
		},
		"a lower revision with the old content": {
			found: revision2, given: recorded(confirmed, 2),
			change: otherAll.with(changes{"spec.requestRevision": int64(1)}),
		},
		"a lower revision by leaving it out": {
			found: revision2, given: recorded(unknown, 2),
			change: otherAll.with(changes{"spec.requestRevision": nil}),
		},
		"revision 1 left out": {given: recorded(confirmed, 1), change: changes{"spec.requestRevision": nil}},
		"revision 1 left out, and other content with it": {
			given:  recorded(confirmed, 1),
			change: otherName.with(changes{"spec.requestRevision": nil}), refusals: []string{baseFrozen},
		},
		"a new revision without a request": {
			given:  recorded(confirmed, 1),
			change: revision2.with(blocksGone), refusals: []string{baseMissing, awardMissing},
		},
		"dropping the request of an activity that is there": {
			given:  recorded(confirmed, 1),
			change: blocksGone, refusals: []string{baseMissing, awardMissing, advancedFrozen},
		},
	}
}

func adoptEdits(wholeRequest changes) map[string]edit {
	return map[string]edit{
		"adopt instead of creating": {change: adoptOther.with(blocksGone), then: takenOver(1, otherID), stays: adoptRefused},
		"adopt that finds nothing":  {change: adoptOther.with(blocksGone)},
		"adopt out of a conflict": {
			given:  recorded(differs, 1),
			change: adoptOther, then: takenOver(1, otherID), stays: adoptRefused,
		},
		"adopt what is recorded, with other content": {given: recorded(confirmed, 1), change: adoptOurs.with(otherAll)},
		"adopt what is recorded, without a request":  {given: recorded(confirmed, 1), change: adoptOurs.with(blocksGone)},
		"adopt another than what is recorded":        {given: recorded(confirmed, 1), change: adoptOther, refusals: []string{adoptRefused}},
		"adopt while nothing is certain":             {given: recorded(unknown, 1), change: adoptOurs, refusals: []string{adoptRefused}},
		"adopt in a new revision": {
			given:  recorded(confirmed, 1),
			change: revision2.with(adoptOther).with(blocksGone), then: takenOver(2, otherID),
		},
		"adopt in a new revision of what may exist": {given: recorded(unknown, 1), change: revision2.with(adoptOther), then: takenOver(2, otherID)},
		"another id": {
			found: adoptOurs, given: takenOver(1, ourID),
			change: adoptOther, refusals: []string{adoptRefused},
		},
		"no adopt any more": {
			found: adoptOurs, given: takenOver(1, ourID),
			change: adoptGone, refusals: []string{adoptRefused},
		},
		"no adopt any more, and Observe": {
			found: adoptOurs, given: takenOver(1, ourID),
			change: adoptGone.with(observe), refusals: []string{adoptRefused},
		},
		"other content of what was taken over": {found: adoptOurs, given: takenOver(1, ourID), change: otherAll},
		"no request for what was taken over":   {found: adoptOurs, given: takenOver(1, ourID), change: blocksGone},
		"another id in a new revision": {
			found: adoptOurs, given: takenOver(1, ourID),
			change: revision2.with(adoptOther), then: takenOver(2, otherID),
		},
		"no adopt in a new revision": {
			found: adoptOurs.with(blocksGone), given: takenOver(1, ourID),
			change: revision2.with(adoptGone).with(wholeRequest), then: recorded(confirmed, 2),
		},
		"another id after a detour over a revision": {
			found: revision2.with(adoptOther), given: takenOver(1, ourID),
			change: changes{"spec.requestRevision": int64(1)}, refusals: []string{adoptRefused},
		},
		"another id before anything is recorded": {found: adoptOurs, change: adoptOther},
		"no adopt before anything is recorded":   {found: adoptOurs, change: adoptGone},
		"half a request": {
			found: adoptOurs, given: takenOver(1, ourID),
			change: changes{"spec.awardSendRule": nil}, refusals: []string{awardMissing},
		},
	}
}

func observeEdits(wholeRequest changes) map[string]edit {
	return map[string]edit{
		"Observe":                              {given: recorded(confirmed, 1), change: observe},
		"Observe, without a request":           {given: recorded(confirmed, 1), change: observe.with(blocksGone)},
		"Observe, with other content":          {given: recorded(confirmed, 1), change: observe.with(otherAll)},
		"Observe what may exist":               {given: recorded(unknown, 1), change: observe.with(otherAll), then: recorded(confirmed, 1)},
		"Observe what differs":                 {given: recorded(differs, 1), change: observe.with(otherAll)},
		"other content while observing":        {found: observe, given: recorded(confirmed, 1), change: otherAll},
		"dropping the request while observing": {found: observe, given: recorded(confirmed, 1), change: blocksGone},
		"half a request while observing": {
			found: observe, given: recorded(confirmed, 1),
			change: changes{"spec.activityBaseInfo": nil}, refusals: []string{baseMissing},
		},
		"Manage again": {found: observe, given: recorded(confirmed, 1), change: manageAgain},
		"Manage again, without a request": {
			found: observe.with(blocksGone), given: recorded(confirmed, 1),
			change: manageAgain, refusals: []string{baseMissing, awardMissing},
		},
		"Manage again, with the request in the same": {
			found: observe.with(blocksGone), given: recorded(confirmed, 1),
			change: manageAgain.with(wholeRequest),
		},
		"Manage what was taken over, without request": {
			found: observe.with(adoptOurs).with(blocksGone), given: takenOver(1, ourID),
			change: manageAgain,
		},
	}
}

// earlyEdits are those that the operator has acted on: what was made by them cannot be unmade, and the refusal says so.
func earlyEdits() map[string]edit {
	return map[string]edit{
		"other content before the create": {change: otherName, then: recorded(confirmed, 1), stays: baseFrozen},
		"other content before the create, released": {
			change: otherName.with(changes{"spec.state": "Active"}), then: recorded(unknown, 1), stays: baseFrozen,
		},
		"a correction that settles a conflict": {
			given:  recorded(differs, 1),
			change: otherName, then: recorded(confirmed, 1), stays: baseFrozen,
		},
		"a correction that does not": {given: recorded(differs, 1), change: otherName},
		"released":                   {change: changes{"spec.state": "Active"}, then: recorded(confirmed, 1)},
		"ended":                      {given: recorded(confirmed, 1), change: changes{"spec.state": "Terminated"}},
		"to be ended with the resource": {
			given:  recorded(confirmed, 1),
			change: changes{"spec.deletionPolicy": "Terminate", "spec.allowTwin": nil},
		},
	}
}

// wholeRequest are the creation fields of the maximal manifest.
func wholeRequest(t *testing.T) changes {
	t.Helper()
	spec := paygift(t, "maximal").Object["spec"].(map[string]any)
	whole := changes{}
	for field := range blocksGone {
		whole[field] = spec[field[len("spec."):]]
	}
	return whole
}

// A commit is made, taken back as `git revert` does, and made again: once before the operator has looked, once after.
func TestWhatOneCommitChangesTheNextCanTakeBack(t *testing.T) {
	for name, e := range edits(t) {
		for when, then := range map[string]map[string]any{"at once": e.given, "when it was served": e.then} {
			if when != "at once" && then == nil {
				continue
			}
			t.Run(name+"/"+when, func(t *testing.T) { e.run(t, then, when != "at once") })
		}
	}
}

func (e edit) run(t *testing.T, then map[string]any, served bool) {
	t.Helper()
	stored := storeWith(t, e.found, e.given)
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
