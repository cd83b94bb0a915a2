package api_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// One edit in each of the three frozen blocks, and what the refusal has to begin with.
var frozenEdits = map[string]struct {
	change  func(*testing.T, *unstructured.Unstructured)
	refusal string
}{
	"activityBaseInfo changed": {
		func(t *testing.T, o *unstructured.Unstructured) {
			set(t, o, "spec.activityBaseInfo.activityName", "另一个名字")
		},
		"spec.activityBaseInfo: Forbidden: take the change of activityBaseInfo back",
	},
	"awardSendRule changed": {
		func(t *testing.T, o *unstructured.Unstructured) {
			set(t, o, "spec.awardSendRule.transactionAmountMinimum", int64(20000))
		},
		"spec.awardSendRule: Forbidden: take the change of awardSendRule back",
	},
	"a merchant added": {
		func(t *testing.T, o *unstructured.Unstructured) {
			set(t, o, "spec.awardSendRule.merchantIdList", []any{"1900000109", "1900000208", "1900000307"})
		},
		"spec.awardSendRule: Forbidden: take the change of awardSendRule back",
	},
	"advancedSetting changed": {
		func(t *testing.T, o *unstructured.Unstructured) {
			set(t, o, "spec.advancedSetting.deliveryUserCategory", "DELIVERY_ALL_PERSON")
		},
		"spec.advancedSetting: Forbidden: take the change of advancedSetting back",
	},
	"advancedSetting removed": {
		func(t *testing.T, o *unstructured.Unstructured) { set(t, o, "spec.advancedSetting", nil) },
		"spec.advancedSetting: Forbidden: take the change of advancedSetting back",
	},
}

func TestTheRequestIsFrozenWhileTheActivityExistsOrMayExist(t *testing.T) {
	for _, creation := range []v1alpha1.CreationOutcome{v1alpha1.CreationUnknown, v1alpha1.CreationConfirmed} {
		for name, edit := range frozenEdits {
			t.Run(string(creation)+"/"+name, func(t *testing.T) {
				stored := storeWithCreation(t, creation)
				edit.change(t, stored)
				err := api.Update(t.Context(), stored)
				if err == nil || !strings.Contains(err.Error(), edit.refusal) {
					t.Errorf("got %v, want a refusal with %q", err, edit.refusal)
				}
				if got := len(causes(err)); got != 1 {
					t.Errorf("one edit has %d refusals: %v", got, err)
				}
			})
		}
	}
}

func TestTheRequestCanBeCorrectedWhileNothingExistsUnderItsNumber(t *testing.T) {
	for _, creation := range []v1alpha1.CreationOutcome{"", v1alpha1.CreationDiffers} {
		for name, edit := range frozenEdits {
			t.Run("creation="+string(creation)+"/"+name, func(t *testing.T) {
				stored := storeWithCreation(t, creation)
				edit.change(t, stored)
				if err := api.Update(t.Context(), stored); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestAdvancedSettingCannotBeAddedToAnActivityThatExists(t *testing.T) {
	object := paygift(t, "freeze")
	set(t, object, "spec.advancedSetting", nil)
	set(t, object, "status.creation", "Confirmed")
	stored := store(t, object)
	set(t, stored, "spec.advancedSetting.goodsTags", []any{"FRESH"})
	err := api.Update(t.Context(), stored)
	if err == nil || !strings.Contains(err.Error(), "spec.advancedSetting: Forbidden") {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNotPartOfTheRequestIsNeverFrozen(t *testing.T) {
	for _, creation := range []v1alpha1.CreationOutcome{"", v1alpha1.CreationUnknown, v1alpha1.CreationConfirmed, v1alpha1.CreationDiffers} {
		for name, change := range map[string]func(*unstructured.Unstructured){
			"nothing": func(*unstructured.Unstructured) {},
			"annotation": func(o *unstructured.Unstructured) {
				o.SetAnnotations(map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"})
			},
			"label":       func(o *unstructured.Unstructured) { o.SetLabels(map[string]string{"team": "marketing"}) },
			"finalizer":   func(o *unstructured.Unstructured) { o.SetFinalizers(nil) },
			"state":       func(o *unstructured.Unstructured) { set(t, o, "spec.state", "Terminated") },
			"merchantRef": func(o *unstructured.Unstructured) { set(t, o, "spec.merchantRef.name", "another") },
		} {
			t.Run("creation="+string(creation)+"/"+name, func(t *testing.T) {
				stored := storeWithCreation(t, creation)
				change(stored)
				if err := api.Update(t.Context(), stored); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestTheOperatorsStatusWritesAreNeverRefused(t *testing.T) {
	stored := storeWithCreation(t, "")
	for _, creation := range []string{"Unknown", "Confirmed", "Differs", "Unknown", "a word of a later version"} {
		set(t, stored, "status.creation", creation)
		set(t, stored, "status.activityStatus", "AN_ACT_STATUS_THAT_NOBODY_KNOWS "+strings.Repeat("长", 5000))
		set(t, stored, "spec.activityBaseInfo.activityName", "状态写入不动规格") // a status write leaves spec alone
		if err := api.Status().Update(t.Context(), stored); err != nil {
			t.Fatalf("creation %q: %v", creation, err)
		}
	}
	if got, _, _ := unstructured.NestedString(stored.Object, "spec", "activityBaseInfo", "activityName"); got == "状态写入不动规格" {
		t.Error("a status write changed spec")
	}
}

func TestNoKindOfWriteThawsTheRequest(t *testing.T) {
	const name = "另一个名字"
	for how, write := range map[string]func(*testing.T, *unstructured.Unstructured) error{
		"replace without a status": func(t *testing.T, o *unstructured.Unstructured) error {
			set(t, o, "spec.activityBaseInfo.activityName", name)
			delete(o.Object, "status")
			return api.Update(t.Context(), o)
		},
		"replace with an empty status": func(t *testing.T, o *unstructured.Unstructured) error {
			set(t, o, "spec.activityBaseInfo.activityName", name)
			o.Object["status"] = map[string]any{}
			return api.Update(t.Context(), o)
		},
		"merge patch that also removes status": func(t *testing.T, o *unstructured.Unstructured) error {
			return patch(t, o, types.MergePatchType, `{"status":null,"spec":{"activityBaseInfo":{"activityName":"`+name+`"}}}`)
		},
		"merge patch that also clears creation": func(t *testing.T, o *unstructured.Unstructured) error {
			return patch(t, o, types.MergePatchType, `{"status":{"creation":null},"spec":{"activityBaseInfo":{"activityName":"`+name+`"}}}`)
		},
		"JSON patch that also removes status": func(t *testing.T, o *unstructured.Unstructured) error {
			return patch(t, o, types.JSONPatchType,
				`[{"op":"remove","path":"/status"},{"op":"replace","path":"/spec/activityBaseInfo/activityName","value":"`+name+`"}]`)
		},
		"server-side apply with force": func(t *testing.T, o *unstructured.Unstructured) error {
			desired := paygift(t, o.GetName())
			set(t, desired, "spec.activityBaseInfo.activityName", name)
			desired.Object["status"] = map[string]any{}
			return api.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(desired), client.ForceOwnership, client.FieldOwner("git"))
		},
	} {
		t.Run(how, func(t *testing.T) {
			err := write(t, storeWithCreation(t, v1alpha1.CreationConfirmed))
			if err == nil || !strings.Contains(err.Error(), "spec.activityBaseInfo: Forbidden") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A person with the right to write status can lift the freeze. It is a guard against mistakes; what makes a second activity
// impossible is the request number.
func TestOnlyAWriteOfStatusThawsTheRequest(t *testing.T) {
	stored := storeWithCreation(t, v1alpha1.CreationConfirmed)
	delete(stored.Object, "status")
	if err := api.Status().Update(t.Context(), stored); err != nil {
		t.Fatal(err)
	}
	set(t, stored, "spec.activityBaseInfo.activityName", "另一个名字")
	if err := api.Update(t.Context(), stored); err != nil {
		t.Error(err)
	}
}

func TestAResourceThatNobodyHasLookedAtObservesGenerationMinusOne(t *testing.T) {
	for name, object := range map[string]*unstructured.Unstructured{
		"PayGiftActivity":   paygift(t, "unseen"),
		"WeChatPayMerchant": merchant("unseen"),
	} {
		t.Run(name, func(t *testing.T) {
			stored := store(t, object)
			expect := func(when string) {
				t.Helper()
				if got, _, _ := unstructured.NestedInt64(stored.Object, "status", "observedGeneration"); got != -1 {
					t.Errorf("%s: status.observedGeneration is %d, want -1", when, got)
				}
			}
			expect("created")
			delete(stored.Object, "status")
			if err := api.Status().Update(t.Context(), stored); err != nil {
				t.Fatal(err)
			}
			expect("status wiped")
		})
	}
}

func storeWithCreation(t *testing.T, creation v1alpha1.CreationOutcome) *unstructured.Unstructured {
	t.Helper()
	object := paygift(t, "freeze")
	if creation != "" {
		set(t, object, "status.creation", string(creation))
	}
	return store(t, object)
}

func patch(t *testing.T, object *unstructured.Unstructured, kind types.PatchType, body string) error {
	t.Helper()
	return api.Patch(t.Context(), object.DeepCopy(), client.RawPatch(kind, []byte(body)))
}

func equalJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
