package api_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// node is one place in a kind's schema; `name[]` in its path steps into a list's items.
type node struct {
	path   string
	schema apiextensionsv1.JSONSchemaProps
}

// schemaNodes lists every place in a kind's schema, the root first.
func schemaNodes(t *testing.T, kind string) []node {
	t.Helper()
	for _, crd := range crds(t) {
		if crd.Spec.Names.Kind != kind {
			continue
		}
		var nodes []node
		walk("", *crd.Spec.Versions[0].Schema.OpenAPIV3Schema, func(n node) { nodes = append(nodes, n) })
		return nodes
	}
	t.Fatalf("no CRD for %s", kind)
	return nil
}

func walk(path string, schema apiextensionsv1.JSONSchemaProps, visit func(node)) {
	visit(node{path, schema})
	for name, child := range schema.Properties {
		walk(strings.TrimPrefix(path+"."+name, "."), child, visit)
	}
	if schema.Items != nil {
		walk(path+"[]", *schema.Items.Schema, visit)
	}
}

func crds(t *testing.T) []apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	paths, err := filepath.Glob(crdDir + "/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no CRDs in %s: %v", crdDir, err)
	}
	var found []apiextensionsv1.CustomResourceDefinition
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var crd apiextensionsv1.CustomResourceDefinition
		if err := yaml.UnmarshalStrict(raw, &crd); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		found = append(found, crd)
	}
	return found
}

func TestEveryStringAndListOfSpecHasAMaximum(t *testing.T) {
	for _, crd := range crds(t) {
		for _, n := range schemaNodes(t, crd.Spec.Names.Kind) {
			if !strings.HasPrefix(n.path, "spec") {
				continue
			}
			switch {
			case n.schema.Type == "string" && n.schema.MaxLength == nil:
				t.Errorf("%s %s has no maxLength: the cost of its rules cannot be bounded", crd.Spec.Names.Kind, n.path)
			case n.schema.Type == "string" && len(n.schema.Enum) == 0 && n.schema.MinLength == nil:
				t.Errorf("%s %s may be an empty string", crd.Spec.Names.Kind, n.path)
			case n.schema.Type == "array" && n.schema.MaxItems == nil:
				t.Errorf("%s %s has no maxItems: the cost of its rules cannot be bounded", crd.Spec.Names.Kind, n.path)
			case n.schema.Type == "array" && (n.schema.XListType == nil || *n.schema.XListType != "atomic"):
				t.Errorf("%s %s is not an atomic list: each item would be tracked in managedFields", crd.Spec.Names.Kind, n.path)
			}
		}
	}
}

func TestStatusHasTypesAndNoLimits(t *testing.T) {
	for _, crd := range crds(t) {
		for _, n := range schemaNodes(t, crd.Spec.Names.Kind) {
			// The shape of a condition is Kubernetes', and reasons and messages are ours.
			if !strings.HasPrefix(n.path, "status") || strings.HasPrefix(n.path, "status.conditions") {
				continue
			}
			s := n.schema
			if s.MaxLength != nil || s.MinLength != nil || s.Pattern != "" || len(s.Enum) > 0 || s.MaxItems != nil || s.Maximum != nil ||
				s.Minimum != nil || len(s.Required) > 0 || len(s.XValidations) > 0 {
				t.Errorf("%s %s has a limit: a gateway's value could make the API server refuse the status", crd.Spec.Names.Kind, n.path)
			}
		}
	}
}

// spanning are the value rules that may stand at spec, by their messages: they relate direct children of spec, so that no
// deeper node sees all that they are about.
var spanning = []string{
	"write activityBaseInfo; only with adopt or with managementPolicy: Observe can activityBaseInfo, awardSendRule and advancedSetting be left out, and then all three",
	"write awardSendRule; only with adopt or with managementPolicy: Observe can activityBaseInfo, awardSendRule and advancedSetting be left out, and then all three",
}

// deeper is a path of CEL from self to a child's child.
var deeper = regexp.MustCompile(`self\.\??\w+(\.\??\w+[^\w(]|\[)`)

// A value rule at the root is never ratcheted: new in a release, it would refuse annotations, status writes and the removal of
// finalizers of stored objects that break it. At spec those pass, and other edits of spec do not; at the deepest node that sees
// its operands other edits pass, too.
func TestValueRulesStandAsDeepAsTheyCan(t *testing.T) {
	for _, crd := range crds(t) {
		for _, n := range schemaNodes(t, crd.Spec.Names.Kind) {
			for _, rule := range n.schema.XValidations {
				switch value := !strings.Contains(rule.Rule, "oldSelf"); {
				case n.path == "" && value:
					t.Errorf("%s: the value rule %q stands at the root", crd.Spec.Names.Kind, rule.Message)
				case n.path == "spec" && value && !slices.Contains(spanning, rule.Message):
					t.Errorf("%s: the value rule %q stands at spec and is not among those that have to", crd.Spec.Names.Kind, rule.Message)
				case n.path == "spec" && value && deeper.MatchString(rule.Rule):
					t.Errorf("%s: the value rule %q looks deeper than the children of spec: %s", crd.Spec.Names.Kind, rule.Message, deeper.FindString(rule.Rule))
				}
				if rule.Message == "" {
					t.Errorf("%s %s: a rule without a message: %s", crd.Spec.Names.Kind, n.path, rule.Rule)
				}
			}
		}
	}
}

// One place more that says when a creation field is frozen would be one more to forget. CEL has no functions of one's own, so
// the rules hold copies, and this compares them.
func TestEveryFrozenFieldIsFrozenInTheSameCases(t *testing.T) {
	conditions := map[string][]string{} // the fields, by the condition of their rule
	for _, n := range schemaNodes(t, "PayGiftActivity") {
		for _, rule := range n.schema.XValidations {
			if n.path != "" || rule.FieldPath == ".spec.adopt" {
				continue
			}
			condition, frozen := freezeCondition(rule.Rule)
			if !frozen {
				t.Errorf("the rule of %s does not begin with `!(<when it is frozen>) || `: %s", rule.FieldPath, rule.Rule)
			}
			conditions[condition] = append(conditions[condition], rule.FieldPath)
		}
	}
	if len(conditions) != 1 {
		t.Errorf("there are %d conditions, want one: %q", len(conditions), conditions)
	}
	for condition, fields := range conditions {
		slices.Sort(fields)
		want := []string{".spec.activityBaseInfo", ".spec.advancedSetting", ".spec.awardSendRule", ".spec.awardSendRule.merchantIdList"}
		if !slices.Equal(fields, want) {
			t.Errorf("frozen when %s: %v, want %v", condition, fields, want)
		}
	}
}

// freezeCondition cuts the condition out of `!(condition) || rest`, whatever parentheses it holds.
func freezeCondition(rule string) (condition string, ok bool) {
	rest, ok := strings.CutPrefix(rule, "!(")
	depth := 1
	for i, c := range rest {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			return rest[:i], ok && strings.HasPrefix(rest[i:], ") || ")
		}
	}
	return "", false
}

func TestEveryFieldOfSpecIsDescribed(t *testing.T) {
	for _, crd := range crds(t) {
		for _, n := range schemaNodes(t, crd.Spec.Names.Kind) {
			if !strings.HasPrefix(n.path, "spec.") || strings.HasSuffix(n.path, "[]") {
				continue
			}
			name := n.path[strings.LastIndex(n.path, ".")+1:]
			if !strings.HasPrefix(n.schema.Description, name+" ") {
				t.Errorf("%s %s: the description begins %.40q, not with the field's name", crd.Spec.Names.Kind, n.path, n.schema.Description)
			}
		}
	}
}
