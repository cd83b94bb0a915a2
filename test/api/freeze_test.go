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

const merchantsFrozen = "spec.awardSendRule.merchantIdList: Forbidden: take the change of merchantIdList back for now"

// The merchants can change by calls of their own, but not while the create request may have to be repeated as it was.
var merchantEdits = map[string]changes{
	"a merchant added":   {"spec.awardSendRule.merchantIdList": []any{"1900000109", "1900000208", "1900000307"}},
	"a merchant removed": {"spec.awardSendRule.merchantIdList": []any{"1900000109"}},
	"the order changed":  {"spec.awardSendRule.merchantIdList": []any{"1900000208", "1900000109"}},
}

func TestTheRequestIsFrozenWhileTheActivityExistsOrMayExist(t *testing.T) {
	eachCampaign(t, func(t *testing.T, k campaign) {
		for _, creation := range []v1alpha1.CreationOutcome{unknown, confirmed} {
			for name, edit := range k.frozen {
				t.Run(string(creation)+"/"+name, func(t *testing.T) {
					stored := k.storeWith(t, nil, k.recorded(creation, 1))
					edit.change.apply(t, stored)
					expectForbidden(t, api.Update(t.Context(), stored), edit.refusal)
				})
			}
		}
	})
}

func TestMerchantsAreFrozenOnlyWhileTheOutcomeIsUnknown(t *testing.T) {
	k := payGift()
	for name, change := range merchantEdits {
		for _, creation := range []v1alpha1.CreationOutcome{"", v1alpha1.CreationUnknown, v1alpha1.CreationConfirmed, v1alpha1.CreationDiffers} {
			t.Run("creation="+string(creation)+"/"+name, func(t *testing.T) {
				stored := k.storeWith(t, nil, k.recorded(creation, 1))
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
	eachCampaign(t, func(t *testing.T, k campaign) {
		for _, creation := range []v1alpha1.CreationOutcome{"", differs} {
			for name, edit := range k.frozen {
				t.Run("creation="+string(creation)+"/"+name, func(t *testing.T) {
					stored := k.storeWith(t, nil, k.recorded(creation, 1))
					edit.change.apply(t, stored)
					if err := api.Update(t.Context(), stored); err != nil {
						t.Error(err)
					}
				})
			}
		}
	})
}

func TestWhatIsOptionalCannotBeAddedToAnActivityThatExists(t *testing.T) {
	for name, c := range map[string]struct {
		kind    campaign
		without string
		added   changes
		refusal string
	}{
		"advancedSetting": {payGift(), "spec.advancedSetting", changes{"spec.advancedSetting.goodsTags": []any{"FRESH"}}, advancedFrozen},
		"patternInfo":     {couponStock(), "spec.patternInfo", changes{"spec.patternInfo.description": "满一百元可用"}, stockLooksFrozen},
		"comment":         {couponStock(), "spec.comment", changes{"spec.comment": "零售批次"}, stockNameFrozen},
		"outRequestNo":    {couponStock(), "spec.outRequestNo", changes{"spec.outRequestNo": "20270601"}, stockRestFrozen},
	} {
		t.Run(name, func(t *testing.T) {
			stored := c.kind.storeWith(t, changes{c.without: nil}, c.kind.recorded(confirmed, 1))
			c.added.apply(t, stored)
			expectForbidden(t, api.Update(t.Context(), stored), c.refusal)
		})
	}
}

// A record without a revision is of the first one, as is a manifest without requestRevision.
func TestTheFirstRevisionNeedsNoNumber(t *testing.T) {
	eachCampaign(t, func(t *testing.T, k campaign) {
		for name, stored := range map[string]*unstructured.Unstructured{
			"not in the manifest": k.storeWith(t, changes{"spec.requestRevision": nil}, k.recorded(confirmed, 1)),
			"not in the record":   k.storeWith(t, changes{"metadata.name": "no-revision"}, map[string]any{"creation": "Confirmed", k.idField: ourID}),
		} {
			t.Run(name, func(t *testing.T) {
				k.otherName.apply(t, stored)
				expectForbidden(t, api.Update(t.Context(), stored), k.nameFrozen)
			})
		}
	})
}

// states are the manifests and records that an object can be found in.
func (k campaign) states() map[string]func(*testing.T) *unstructured.Unstructured {
	all := map[string]func(*testing.T) *unstructured.Unstructured{
		"observed without a request": func(t *testing.T) *unstructured.Unstructured {
			t.Helper()
			return k.storeWith(t, k.gone.with(changes{"spec.managementPolicy": "Observe"}), k.recorded(v1alpha1.CreationConfirmed, 1))
		},
		"taken over without a request": func(t *testing.T) *unstructured.Unstructured {
			t.Helper()
			return k.storeWith(t, k.gone.with(k.adopt(ourID)), k.takenOver(1, ourID))
		},
		"adopted in the manifest, not in the record": func(t *testing.T) *unstructured.Unstructured {
			t.Helper()
			return k.storeWith(t, k.adopt(otherID), k.recorded(v1alpha1.CreationUnknown, 1))
		},
		"revision raised": func(t *testing.T) *unstructured.Unstructured {
			t.Helper()
			return k.storeWith(t, changes{"spec.requestRevision": int64(2)}, k.recorded(v1alpha1.CreationConfirmed, 1))
		},
		"revision lowered": func(t *testing.T) *unstructured.Unstructured {
			t.Helper()
			return k.storeWith(t, nil, k.recorded(v1alpha1.CreationConfirmed, 2))
		},
	}
	for _, creation := range []v1alpha1.CreationOutcome{"", v1alpha1.CreationUnknown, v1alpha1.CreationConfirmed, v1alpha1.CreationDiffers} {
		all["creation="+string(creation)] = func(t *testing.T) *unstructured.Unstructured {
			t.Helper()
			return k.storeWith(t, nil, k.recorded(creation, 1))
		}
	}
	return all
}

func TestWhatIsNotPartOfTheRequestIsNeverFrozen(t *testing.T) {
	eachCampaign(t, func(t *testing.T, k campaign) {
		for name, change := range map[string]func(*testing.T, *unstructured.Unstructured){
			"nothing": func(*testing.T, *unstructured.Unstructured) {},
			"annotation": func(_ *testing.T, o *unstructured.Unstructured) {
				o.SetAnnotations(map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"})
			},
			"label": func(_ *testing.T, o *unstructured.Unstructured) { o.SetLabels(map[string]string{"team": "marketing"}) },
			"finalizer": func(_ *testing.T, o *unstructured.Unstructured) {
				o.SetFinalizers([]string{v1alpha1.FinalizerTerminate})
			},
			"state Active":    changes{"spec.state": "Active"}.edit,
			"state, over":     changes{"spec.state": k.over}.edit,
			"the account":     changes{"spec." + k.ref + ".name": "another"}.edit,
			"deletionPolicy":  changes{"spec.deletionPolicy": k.policy}.edit,
			"replacePrevious": changes{"spec.replacePrevious": "Keep"}.edit,
			"allowTwin":       changes{"spec.allowTwin": nil}.edit,
			"Observe":         changes{"spec.managementPolicy": "Observe"}.edit,
		} {
			for state, found := range k.states() {
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
	})
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
