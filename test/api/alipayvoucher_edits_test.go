package api_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/internal/wire"
	"github.com/campaign-operator/campaign-operator/test/fieldedits"
)

// The API server admits those edits of an activity that exists for which Alipay has a call, and no other.
func TestAnEditIsAdmittedWhereACallMakesIt(t *testing.T) {
	k := alipayVoucher()
	for of, edits := range byManifest(fieldedits.Read(t, "../..")) {
		object := readManifest(t, "../../api/v1alpha1/testdata/alipayvoucheractivity-maximal-"+of+".yaml").objects[0].DeepCopy()
		object.SetName("field-edits")
		changes{"spec.budgetYuan": nil}.apply(t, object) // which would have to follow
		object.Object["status"] = k.recorded(confirmed, 1)
		stored := store(t, object)
		for _, e := range edits {
			edited := stored.DeepCopy()
			inManifest(t, e).Apply(t, edited.Object["spec"].(map[string]any))
			switch err := api.Update(t.Context(), edited, client.DryRunAll); {
			case e.Call != "" && err != nil:
				t.Errorf("%s of %s to %v: %v", e.Field, of, e.Value, err)
			case e.Call == "" && !forbidden(err):
				t.Errorf("%s of %s to %v: got %v, want it forbidden", e.Field, of, e.Value, err)
			}
		}
		remove(t, stored)
	}
}

func byManifest(edits []fieldedits.Edit) map[string][]fieldedits.Edit {
	all := map[string][]fieldedits.Edit{}
	for _, e := range edits {
		all[e.Of] = append(all[e.Of], e)
	}
	return all
}

var vendorTime = regexp.MustCompile(`^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$`)

// inManifest returns the edit in the manifest's spelling.
func inManifest(t *testing.T, e fieldedits.Edit) fieldedits.Edit {
	t.Helper()
	steps := strings.Split(e.Field, ".")
	for i, step := range steps {
		name, isList := strings.CutSuffix(step, "[]")
		if steps[i] = wire.CamelCase(name); isList {
			steps[i] += "[]"
		}
	}
	e.Field, e.Without = strings.Join(steps, "."), wire.CamelCase(e.Without)
	if text, ok := e.Value.(string); ok {
		e.Value = vendorTime.ReplaceAllString(text, "${1}T${2}+08:00")
	}
	raw, err := json.Marshal(e.Value)
	if err != nil {
		t.Fatal(err)
	}
	if err := utiljson.Unmarshal(raw, &e.Value); err != nil { // whole numbers, as the API server's clients have them
		t.Fatal(err)
	}
	return e
}

// forbidden reports whether one of the refusals is that an activity exists.
func forbidden(err error) bool {
	status := apierrors.APIStatus(nil)
	return errors.As(err, &status) && status.Status().Details != nil &&
		slices.ContainsFunc(status.Status().Details.Causes, func(c metav1.StatusCause) bool { return c.Type == "FieldValueForbidden" })
}
