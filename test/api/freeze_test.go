package api_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// changes are values by path, such as "spec.state"; nil removes.
type changes map[string]any

func (c changes) apply(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(c)) {
		set(t, object, path, c[path])
	}
}

// with returns the changes with more of them.
func (c changes) with(more changes) changes {
	all := maps.Clone(c)
	maps.Copy(all, more)
	return all
}

const (
	// ourID is the activity that the tests' records speak of.
	ourID = "10028001"

	baseFrozen      = "spec.activityBaseInfo: Forbidden: take the change of activityBaseInfo back"
	awardFrozen     = "spec.awardSendRule: Forbidden: take the change of awardSendRule back"
	merchantsFrozen = "spec.awardSendRule.merchantIdList: Forbidden: take the change of merchantIdList back for now"
	advancedFrozen  = "spec.advancedSetting: Forbidden: take the change of advancedSetting back"
)

// recorded is the status that the operator has written about a revision; nil when nothing was sent.
func recorded(creation v1alpha1.CreationOutcome, revision int64) map[string]any {
	if creation == "" {
		return nil
	}
	status := map[string]any{
		"creation": string(creation),
		"request":  map[string]any{"number": "1900000109-KQDENKAYSEFX5XRCI6MPTY4ZOR", "revision": revision},
	}
	if creation != v1alpha1.CreationUnknown {
		status["activityId"] = ourID
	}
	return status
}

// storeWith stores the maximal activity, changed, with what the operator has recorded.
func storeWith(t *testing.T, change changes, status map[string]any) *unstructured.Unstructured {
	t.Helper()
	object := paygift(t, "freeze")
	change.apply(t, object)
	if status != nil {
		object.Object["status"] = status
	}
	return store(t, object)
}

// One edit in each of the frozen places, and what the refusal has to begin with.
var frozenEdits = map[string]struct {
	change  changes
	refusal string
}{
	"activityBaseInfo changed":         {changes{"spec.activityBaseInfo.activityName": "另一个名字"}, baseFrozen},
	"activityBaseInfo, a field less":   {changes{"spec.activityBaseInfo.backgroundColor": nil}, baseFrozen},
	"the threshold changed":            {changes{"spec.awardSendRule.transactionAmountMinimum": int64(20000)}, awardFrozen},
	"the awards changed":               {changes{"spec.awardSendRule.awardList": awards(5, "https://images.example/")}, awardFrozen},
	"sendContent left out":             {changes{"spec.awardSendRule.sendContent": nil}, awardFrozen},
	"awardType left out":               {changes{"spec.awardSendRule.awardType": nil}, awardFrozen},
	"merchantOption left out":          {changes{"spec.awardSendRule.merchantOption": nil}, awardFrozen},
	"advancedSetting changed":          {changes{"spec.advancedSetting.deliveryUserCategory": "DELIVERY_ALL_PERSON"}, advancedFrozen},
	"advancedSetting removed":          {changes{"spec.advancedSetting": nil}, advancedFrozen},
	"state and activityBaseInfo":       {changes{"spec.state": "Terminated", "spec.activityBaseInfo.activityName": "另一个名字"}, baseFrozen},
	"deletionPolicy, and the subtitle": {changes{"spec.deletionPolicy": "Terminate", "spec.activityBaseInfo.activitySecondTitle": "换了"}, baseFrozen},
}

// The merchants can change by calls of their own, but not while the create request may have to be repeated as it was.
var merchantEdits = map[string]changes{
	"a merchant added":   {"spec.awardSendRule.merchantIdList": []any{"1900000109", "1900000208", "1900000307"}},
	"a merchant removed": {"spec.awardSendRule.merchantIdList": []any{"1900000109"}},
	"the order changed":  {"spec.awardSendRule.merchantIdList": []any{"1900000208", "1900000109"}},
}

func TestTheRequestIsFrozenWhileTheActivityExistsOrMayExist(t *testing.T) {
	for _, creation := range []v1alpha1.CreationOutcome{v1alpha1.CreationUnknown, v1alpha1.CreationConfirmed} {
		for name, edit := range frozenEdits {
			t.Run(string(creation)+"/"+name, func(t *testing.T) {
				stored := storeWith(t, nil, recorded(creation, 1))
				edit.change.apply(t, stored)
				expectForbidden(t, api.Update(t.Context(), stored), edit.refusal)
			})
		}
	}
}

func TestMerchantsAreFrozenOnlyWhileTheOutcomeIsUnknown(t *testing.T) {
	for name, change := range merchantEdits {
		for _, creation := range []v1alpha1.CreationOutcome{"", v1alpha1.CreationUnknown, v1alpha1.CreationConfirmed, v1alpha1.CreationDiffers} {
			t.Run("creation="+string(creation)+"/"+name, func(t *testing.T) {
				stored := storeWith(t, nil, recorded(creation, 1))
				change.apply(t, stored)
				err := api.Update(t.Context(), stored)
				if creation == v1alpha1.CreationUnknown {
					expectForbidden(t, err, merchantsFrozen)
				} else if err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestTheRequestCanBeCorrectedWhileNothingExistsUnderItsNumber(t *testing.T) {
	for _, creation := range []v1alpha1.CreationOutcome{"", v1alpha1.CreationDiffers} {
		for name, edit := range frozenEdits {
			t.Run("creation="+string(creation)+"/"+name, func(t *testing.T) {
				stored := storeWith(t, nil, recorded(creation, 1))
				edit.change.apply(t, stored)
				if err := api.Update(t.Context(), stored); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestAdvancedSettingCannotBeAddedToAnActivityThatExists(t *testing.T) {
	stored := storeWith(t, changes{"spec.advancedSetting": nil}, recorded(v1alpha1.CreationConfirmed, 1))
	set(t, stored, "spec.advancedSetting.goodsTags", []any{"FRESH"})
	expectForbidden(t, api.Update(t.Context(), stored), advancedFrozen)
}

// A record without a revision is of the first one, as is a manifest without requestRevision.
func TestTheFirstRevisionNeedsNoNumber(t *testing.T) {
	for name, stored := range map[string]*unstructured.Unstructured{
		"not in the manifest": storeWith(t, changes{"spec.requestRevision": nil}, recorded(v1alpha1.CreationConfirmed, 1)),
		"not in the record":   storeWith(t, changes{"metadata.name": "no-revision"}, map[string]any{"creation": "Confirmed", "activityId": ourID}),
	} {
		t.Run(name, func(t *testing.T) {
			set(t, stored, "spec.activityBaseInfo.activityName", "另一个名字")
			expectForbidden(t, api.Update(t.Context(), stored), baseFrozen)
		})
	}
}

// states are the manifests and records that an object can be found in.
func states() map[string]func(*testing.T) *unstructured.Unstructured {
	noRequest := changes{"spec.activityBaseInfo": nil, "spec.awardSendRule": nil, "spec.advancedSetting": nil}
	all := map[string]func(*testing.T) *unstructured.Unstructured{
		"observed without a request": func(t *testing.T) *unstructured.Unstructured {
			t.Helper()
			return storeWith(t, noRequest.with(changes{"spec.managementPolicy": "Observe"}), recorded(v1alpha1.CreationConfirmed, 1))
		},
		"taken over without a request": func(t *testing.T) *unstructured.Unstructured {
			t.Helper()
			return storeWith(t, noRequest.with(changes{"spec.adopt.activityId": ourID}), takenOver(1, ourID))
		},
		"adopted in the manifest, not in the record": func(t *testing.T) *unstructured.Unstructured {
			t.Helper()
			return storeWith(t, changes{"spec.adopt.activityId": "10028002"}, recorded(v1alpha1.CreationUnknown, 1))
		},
		"revision raised": func(t *testing.T) *unstructured.Unstructured {
			t.Helper()
			return storeWith(t, changes{"spec.requestRevision": int64(2)}, recorded(v1alpha1.CreationConfirmed, 1))
		},
		"revision lowered": func(t *testing.T) *unstructured.Unstructured {
			t.Helper()
			return storeWith(t, nil, recorded(v1alpha1.CreationConfirmed, 2))
		},
	}
	for _, creation := range []v1alpha1.CreationOutcome{"", v1alpha1.CreationUnknown, v1alpha1.CreationConfirmed, v1alpha1.CreationDiffers} {
		all["creation="+string(creation)] = func(t *testing.T) *unstructured.Unstructured {
			t.Helper()
			return storeWith(t, nil, recorded(creation, 1))
		}
	}
	return all
}

func TestWhatIsNotPartOfTheRequestIsNeverFrozen(t *testing.T) {
	for name, change := range map[string]func(*testing.T, *unstructured.Unstructured){
		"nothing": func(*testing.T, *unstructured.Unstructured) {},
		"annotation": func(_ *testing.T, o *unstructured.Unstructured) {
			o.SetAnnotations(map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"})
		},
		"label": func(_ *testing.T, o *unstructured.Unstructured) { o.SetLabels(map[string]string{"team": "marketing"}) },
		"finalizer": func(_ *testing.T, o *unstructured.Unstructured) {
			o.SetFinalizers([]string{v1alpha1.FinalizerTerminate})
		},
		"state Active":     changes{"spec.state": "Active"}.edit,
		"state Terminated": changes{"spec.state": "Terminated"}.edit,
		"merchantRef":      changes{"spec.merchantRef.name": "another"}.edit,
		"deletionPolicy":   changes{"spec.deletionPolicy": "Terminate"}.edit,
		"replacePrevious":  changes{"spec.replacePrevious": "Keep"}.edit,
		"allowTwin":        changes{"spec.allowTwin": nil}.edit,
		"Observe":          changes{"spec.managementPolicy": "Observe"}.edit,
	} {
		for state, found := range states() {
			t.Run(state+"/"+name, func(t *testing.T) {
				stored := found(t)
				before := stored.DeepCopy()
				change(t, stored)
				if err := api.Update(t.Context(), stored); err != nil {
					t.Fatal(err)
				}
				stored.Object["spec"] = before.Object["spec"]
				stored.SetFinalizers(nil) // the operator's own, when it lets go
				if err := api.Update(t.Context(), stored); err != nil {
					t.Errorf("and back: %v", err)
				}
			})
		}
	}
}

func (c changes) edit(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	c.apply(t, object)
}

// expectForbidden checks that the error is one refusal, and what people and programs see of it.
func expectForbidden(t *testing.T, err error, refusal string) {
	t.Helper()
	expectCauses(t, err, refusal)
	if err == nil || !apierrors.IsInvalid(err) || !strings.Contains(err.Error(), refusal) {
		t.Errorf("got %v, want it invalid with %q", err, refusal)
	}
	status := apierrors.APIStatus(nil)
	if !errors.As(err, &status) {
		return
	}
	for _, cause := range status.Status().Details.Causes {
		if field, _, _ := strings.Cut(refusal, ":"); cause.Type != metav1.CauseType("FieldValueForbidden") || cause.Field != field {
			t.Errorf("the cause is %s at %s, want FieldValueForbidden at %s", cause.Type, cause.Field, field)
		}
	}
}

// expectCauses checks the single refusals by how they begin, all of them, whatever their order.
func expectCauses(t *testing.T, err error, refusals ...string) {
	t.Helper()
	got := causes(err)
	slices.Sort(got)
	slices.Sort(refusals)
	if !slices.EqualFunc(got, refusals, strings.HasPrefix) {
		t.Errorf("got the refusals %q (%v), want %q", got, err, refusals)
	}
}
