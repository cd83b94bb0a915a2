package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// writes are the ways to bring a stored object to a manifest. Each also tries to be rid of status on the way, where it can.
var writes = map[string]func(t *testing.T, desired *unstructured.Unstructured) error{
	"replace without a status": func(t *testing.T, desired *unstructured.Unstructured) error {
		t.Helper()
		return replace(t, desired)
	},
	"replace with an empty status": func(t *testing.T, desired *unstructured.Unstructured) error {
		t.Helper()
		desired.Object["status"] = map[string]any{}
		return replace(t, desired)
	},
	"merge patch that also removes status": func(t *testing.T, desired *unstructured.Unstructured) error {
		t.Helper()
		return patch(t, desired, types.MergePatchType, map[string]any{"status": nil, "spec": desired.Object["spec"]})
	},
	"merge patch that also clears creation": func(t *testing.T, desired *unstructured.Unstructured) error {
		t.Helper()
		return patch(t, desired, types.MergePatchType, map[string]any{"status": map[string]any{"creation": nil}, "spec": desired.Object["spec"]})
	},
	"JSON patch that also removes status": func(t *testing.T, desired *unstructured.Unstructured) error {
		t.Helper()
		return patch(t, desired, types.JSONPatchType, []any{
			map[string]any{"op": "remove", "path": "/status"},
			map[string]any{"op": "replace", "path": "/spec", "value": desired.Object["spec"]},
		})
	},
	"server-side apply with force": func(t *testing.T, desired *unstructured.Unstructured) error {
		t.Helper()
		desired.Object["status"] = map[string]any{}
		return api.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(desired), client.ForceOwnership, client.FieldOwner("git"))
	},
	"kubectl apply": kubectlWith("apply", "-f", "-"),
	"kubectl apply --server-side, with force": kubectlWith("apply", "--server-side", "--force-conflicts", "-f", "-"),
	"kubectl replace":                         kubectlWith("replace", "-f", "-"),
}

func kubectlWith(args ...string) func(*testing.T, *unstructured.Unstructured) error {
	return func(t *testing.T, desired *unstructured.Unstructured) error {
		t.Helper()
		text, err := yaml.Marshal(desired.Object)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = server.KubectlInput(t.Context(), string(text), args...)
		return err
	}
}

func replace(t *testing.T, desired *unstructured.Unstructured) error {
	t.Helper()
	stored := desired.DeepCopy()
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(desired), stored); err != nil {
		t.Fatal(err)
	}
	desired.SetResourceVersion(stored.GetResourceVersion())
	return api.Update(t.Context(), desired)
}

func patch(t *testing.T, object *unstructured.Unstructured, kind types.PatchType, body any) error {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return api.Patch(t.Context(), object.DeepCopy(), client.RawPatch(kind, raw))
}

func TestNoKindOfWriteThawsTheRequest(t *testing.T) {
	eachCampaign(t, func(t *testing.T, k campaign) {
		for how, write := range writes {
			t.Run(how, func(t *testing.T) {
				stored := k.storeWith(t, nil, k.recorded(confirmed, 1))
				desired := k.maximal(t, stored.GetName())
				k.otherName.apply(t, desired)
				if err := write(t, desired); err == nil || !strings.Contains(err.Error(), k.nameFrozen) {
					t.Errorf("got %v", err)
				}
				expectStored(t, stored, stored)
			})
		}
	})
}

func TestEveryKindOfWriteTakesANewRevisionAndItsRevert(t *testing.T) {
	eachCampaign(t, func(t *testing.T, k campaign) {
		for how, write := range writes {
			t.Run(how, func(t *testing.T) {
				stored := k.storeWith(t, nil, k.recorded(confirmed, 1))
				old, desired := k.maximal(t, stored.GetName()), k.maximal(t, stored.GetName())
				revision2.with(k.otherName).apply(t, desired)
				for _, manifest := range []*unstructured.Unstructured{desired, old, desired} {
					if err := write(t, manifest.DeepCopy()); err != nil {
						t.Fatal(err)
					}
					expectStored(t, stored, manifest)
				}
			})
		}
	})
}

// expectStored checks that the manifest's spec is stored and that no write has touched the operator's record.
func expectStored(t *testing.T, stored, manifest *unstructured.Unstructured) {
	t.Helper()
	found := stored.DeepCopy()
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(stored), found); err != nil {
		t.Fatal(err)
	}
	if !equalJSON(found.Object["spec"], manifest.Object["spec"]) {
		t.Errorf("spec is %v, want %v", found.Object["spec"], manifest.Object["spec"])
	}
	if !equalJSON(found.Object["status"], stored.Object["status"]) {
		t.Errorf("status is %v, want %v", found.Object["status"], stored.Object["status"])
	}
}

// Strategic merge needs no test: the API server has none for custom resources.

func TestTheOperatorsWritesAreNeverRefused(t *testing.T) {
	eachCampaign(t, func(t *testing.T, k campaign) {
		for state, found := range k.states() {
			t.Run(state, func(t *testing.T) {
				stored := found(t)
				before := stored.DeepCopy()
				for _, creation := range []string{"Unknown", "Confirmed", "Differs", "", "Unknown", "a word of a later version"} {
					set(t, stored, "status.creation", creation)
					set(t, stored, "status.request.revision", int64(7))
					set(t, stored, "status."+k.idField, "AN_ID_THAT_NOBODY_KNOWS "+strings.Repeat("长", 5000))
					set(t, stored, "spec."+k.ref+".name", "another") // a status write leaves spec alone
					if err := api.Status().Update(t.Context(), stored); err != nil {
						t.Fatalf("creation %q: %v", creation, err)
					}
					for _, finalizers := range []string{`["` + v1alpha1.FinalizerTerminate + `"]`, `null`} {
						body := json.RawMessage(`{"metadata":{"finalizers":` + finalizers + `}}`)
						if err := patch(t, stored, types.MergePatchType, body); err != nil {
							t.Fatalf("creation %q, finalizers %s: %v", creation, finalizers, err)
						}
					}
					if err := api.Get(t.Context(), client.ObjectKeyFromObject(stored), stored); err != nil {
						t.Fatal(err)
					}
				}
				if !equalJSON(stored.Object["spec"], before.Object["spec"]) {
					t.Error("a write of the operator's changed spec")
				}
			})
		}
	})
}

// Whoever waits for an activity that cannot be ended says so in the manifest, and the operator lets go.
func TestAResourceThatIsBeingDeletedCanStillBeLetGo(t *testing.T) {
	eachCampaign(t, func(t *testing.T, k campaign) {
		stored := k.storeWith(t, changes{"spec.deletionPolicy": k.policy}, k.recorded(confirmed, 1))
		for _, step := range []string{
			`{"metadata":{"finalizers":["` + v1alpha1.FinalizerTerminate + `"]}}`, "delete",
			`{"spec":{"deletionPolicy":"Orphan"}}`, `{"metadata":{"finalizers":null}}`,
		} {
			var err error
			if step == "delete" {
				err = api.Delete(t.Context(), stored)
			} else {
				err = patch(t, stored, types.MergePatchType, json.RawMessage(step))
			}
			if err != nil {
				t.Fatalf("%s: %v", step, err)
			}
		}
		if err := api.Get(t.Context(), client.ObjectKeyFromObject(stored), stored); !apierrors.IsNotFound(err) {
			t.Errorf("it is still there (%v)", err)
		}
	})
}

// A person with the right to write status can lift the freeze. It is a guard against mistakes; what makes a second activity
// impossible is the request number.
func TestOnlyAWriteOfStatusThawsTheRequest(t *testing.T) {
	eachCampaign(t, func(t *testing.T, k campaign) {
		stored := k.storeWith(t, nil, k.recorded(confirmed, 1))
		delete(stored.Object, "status")
		if err := api.Status().Update(t.Context(), stored); err != nil {
			t.Fatal(err)
		}
		k.otherName.apply(t, stored)
		if err := api.Update(t.Context(), stored); err != nil {
			t.Error(err)
		}
	})
}

func TestAResourceThatNobodyHasLookedAtObservesGenerationMinusOne(t *testing.T) {
	for name, object := range map[string]*unstructured.Unstructured{
		"PayGiftActivity":       payGift().maximal(t, "unseen"),
		"CouponStock":           couponStock().maximal(t, "unseen"),
		"AlipayVoucherActivity": alipayVoucher().maximal(t, "unseen"),
		"WeChatPayMerchant":     merchant("unseen"),
		"AlipayApp":             alipayApp("unseen"),
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
