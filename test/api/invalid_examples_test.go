package api_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// What the API server adds after a wrong type or length, when it has not run the rules.
var extras = []string{
	"some validation rules were not checked because the object was invalid",
	"Checked value must be of type integer with format int64",
}

func TestEveryInvalidExampleIsRefusedForItsOwnReason(t *testing.T) {
	for _, example := range manifests(t, invalidExamplesDir) {
		t.Run(example.name(), func(t *testing.T) {
			if len(example.expects) == 0 {
				t.Fatal("no line `# expect: <part of the message>`")
			}
			expectRefusal(t, tryExample(t, example), example.expects)
		})
	}
}

func TestEveryRuleHasAnInvalidExample(t *testing.T) {
	said := map[string]string{} // by kind, all that the API server said to its examples
	for _, example := range manifests(t, invalidExamplesDir) {
		kind := example.objects[0].GetKind()
		said[kind] += errorText(tryExample(t, example))
	}
	for _, crd := range crds(t) {
		kind := crd.Spec.Names.Kind
		for _, n := range schemaNodes(t, kind) {
			for _, rule := range n.schema.XValidations {
				if !strings.Contains(said[kind], rule.Message) {
					t.Errorf("%s %s: no file in hack/invalid-examples breaks the rule %q", kind, n.path, rule.Message)
				}
			}
		}
	}
}

// tryExample sends an example and returns the API server's answer. In a file of two documents the first is what is stored,
// its status too, and the second is the edit. Nothing of an example may be left behind.
func tryExample(t *testing.T, example manifest) error {
	t.Helper()
	if len(example.objects) == 1 {
		err := create(t, example.objects[0])
		found := example.objects[0].DeepCopy()
		if get := api.Get(t.Context(), client.ObjectKeyFromObject(found), found); !apierrors.IsNotFound(get) {
			t.Errorf("%s: after the refusal the object is there (%v)", example.path, get)
		}
		return err
	}
	stored := store(t, example.objects[0])
	before := stored.Object["spec"]
	edit := example.objects[1].DeepCopy()
	edit.SetResourceVersion(stored.GetResourceVersion())
	err := api.Update(t.Context(), edit)
	if get := api.Get(t.Context(), client.ObjectKeyFromObject(stored), stored); get != nil {
		t.Fatal(get)
	}
	if !equalJSON(before, stored.Object["spec"]) {
		t.Errorf("%s: the refused edit is stored", example.path)
	}
	remove(t, stored)
	return err
}

// store creates an object with its status, and returns what is stored.
func store(t *testing.T, object *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	return storeIn(t, api, object)
}

// storeIn is store for another API server than the tests' own.
func storeIn(t *testing.T, to client.Client, object *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	stored := object.DeepCopy()
	if err := to.Create(t.Context(), stored); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeFrom(t, to, stored) })
	if status, ok := object.Object["status"]; ok {
		stored.Object["status"] = status
		if err := to.Status().Update(t.Context(), stored); err != nil {
			t.Fatal(err)
		}
	}
	return stored
}

func create(t *testing.T, object *unstructured.Unstructured) error {
	t.Helper()
	created := object.DeepCopy()
	err := api.Create(t.Context(), created)
	if err == nil {
		t.Cleanup(func() { remove(t, created) })
	}
	return err
}

func remove(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	removeFrom(t, api, object)
}

func removeFrom(t *testing.T, from client.Client, object *unstructured.Unstructured) {
	t.Helper()
	// Also called in clean-ups, when the test's own context has ended.
	if err := client.IgnoreNotFound(from.Delete(context.WithoutCancel(t.Context()), object)); err != nil {
		t.Error(err)
	}
}

// expectRefusal checks that each expectation is in the refusal, and that nothing else is.
func expectRefusal(t *testing.T, err error, expects []string) {
	t.Helper()
	if err == nil {
		t.Fatal("the API server took it")
	}
	text := errorText(err)
	for _, expect := range expects {
		if !strings.Contains(text, expect) {
			t.Errorf("the refusal does not say %q:\n%s", expect, text)
		}
	}
	for _, cause := range causes(err) {
		if !containsAny(cause, expects) && !containsAny(cause, extras) {
			t.Errorf("the refusal also says %q", cause)
		}
	}
}

// causes are the single refusals, each as `<field>: <message>`.
func causes(err error) []string {
	status := apierrors.APIStatus(nil)
	if !errors.As(err, &status) || status.Status().Details == nil {
		return nil
	}
	var all []string
	for _, cause := range status.Status().Details.Causes {
		if cause.Type != metav1.CauseTypeFieldManagerConflict {
			all = append(all, cause.Field+": "+cause.Message)
		}
	}
	return all
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return strings.Join(append(causes(err), err.Error()), "\n")
}

func containsAny(text string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
