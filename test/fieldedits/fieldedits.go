// Package fieldedits reads the list of edits of an Alipay voucher activity, each with the call that makes it. The tests of the API, of
// the provider and of the simulator try them all, so that the three agree.
package fieldedits

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Paths from the root of the repository.
const (
	listFile   = "api/v1alpha1/testdata/alipayvoucheractivity-field-edits.txt"
	fieldsFile = "api/v1alpha1/testdata/alipayvoucheractivity-request-fields.txt"
	bodiesDir  = "controllers/testdata"
)

// none is in the list where no call makes an edit.
const none = "none"

// Edit is an edit of one field of an activity that exists.
type Edit struct {
	// Field is the path of the field in the create request; of a field in a list it has [] behind the list's name.
	Field string
	// Call is the operation that makes the edit; empty where there is none.
	Call string
	// Of is which of the maximal manifests is edited: fix, discount, special or exchange.
	Of string
	// Value is the new value as the create request has it; nil takes the field away.
	Value any
	// Without is the field beside it that the edit takes away; empty where there is none.
	Without string
}

// Read returns the edits. root is the root of the repository.
func Read(t *testing.T, root string) []Edit {
	t.Helper()
	var edits []Edit
	for line := range strings.Lines(read(t, root, listFile)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(columns) < 4 || len(columns) > 5 {
			t.Fatalf("%s: %q has %d columns", listFile, line, len(columns))
		}
		e := Edit{Field: columns[0], Call: columns[1], Of: columns[2]}
		if e.Call == none {
			e.Call = ""
		}
		if err := json.Unmarshal([]byte(columns[3]), &e.Value); err != nil {
			t.Fatalf("%s: %q: %v", listFile, line, err)
		}
		if len(columns) == 5 {
			e.Without = columns[4]
		}
		edits = append(edits, e)
	}
	return edits
}

// Leaves returns the documented fields that have none below them.
func Leaves(t *testing.T, root string) []string {
	t.Helper()
	all := strings.Fields(read(t, root, fieldsFile))
	var leaves []string
	for i, field := range all {
		if i+1 == len(all) || !strings.HasPrefix(all[i+1], field+".") && !strings.HasPrefix(all[i+1], field+"[].") {
			leaves = append(leaves, field)
		}
	}
	return leaves
}

// Body returns the create request of a maximal manifest.
func Body(t *testing.T, root, of string) map[string]any {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal([]byte(read(t, root, filepath.Join(bodiesDir, "alipayvoucher-maximal-"+of+".json"))), &body); err != nil {
		t.Fatal(err)
	}
	return body
}

func read(t *testing.T, root, path string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// Apply makes the edit in a document. In a list it edits the first item that has the field.
func (e Edit) Apply(t *testing.T, document map[string]any) {
	t.Helper()
	if !apply(document, strings.Split(e.Field, "."), e) {
		t.Fatalf("there is no place for %s", e.Field)
	}
}

func apply(in map[string]any, path []string, e Edit) bool {
	name, isList := strings.CutSuffix(path[0], "[]")
	switch {
	case isList:
		items, _ := in[name].([]any)
		for _, item := range items {
			if inner, ok := item.(map[string]any); ok && has(inner, path[1:]) {
				return apply(inner, path[1:], e)
			}
		}
		return false
	case len(path) > 1:
		inner, ok := in[name].(map[string]any)
		return ok && apply(inner, path[1:], e)
	}
	delete(in, e.Without)
	if in[name] = e.Value; e.Value == nil {
		delete(in, name)
	}
	return true
}

func has(in map[string]any, path []string) bool {
	value, ok := in[path[0]]
	if !ok || len(path) == 1 {
		return ok
	}
	inner, ok := value.(map[string]any)
	return ok && has(inner, path[1:])
}
