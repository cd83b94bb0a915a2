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

// child is a path of CEL from self to a child of spec.
var child = regexp.MustCompile(`self\.\??(\w+)`)

// shared are the children of spec that all kinds declare together: what only one kind says of such a field stands at its spec.
var shared = []string{"deletionPolicy"}

// spans reports whether a rule of spec relates several of its children, so that no deeper node sees all that it is about.
func spans(rule string) bool {
	children := map[string]bool{}
	for _, found := range child.FindAllStringSubmatch(rule, -1) {
		children[found[1]] = true
	}
	return len(children) > 1 || slices.ContainsFunc(shared, func(name string) bool { return children[name] })
}

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
				case n.path == "spec" && value && !spans(rule.Rule):
					t.Errorf("%s: the value rule %q stands at spec and is about one field", crd.Spec.Names.Kind, rule.Message)
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
	for _, k := range campaigns() {
		for _, n := range schemaNodes(t, k.kind) {
			for _, rule := range n.schema.XValidations {
				if n.path != "" || rule.FieldPath == ".spec.adopt" {
					continue
				}
				condition, frozen := freezeCondition(rule.Rule)
				if !frozen {
					t.Errorf("the rule of %s does not begin with `!(<when it is frozen>) || `: %s", rule.FieldPath, rule.Rule)
				}
				conditions[condition] = append(conditions[condition], k.kind+rule.FieldPath)
			}
		}
	}
	if len(conditions) != 1 {
		t.Errorf("there are %d conditions, want one: %q", len(conditions), conditions)
	}
	for condition, fields := range conditions {
		slices.Sort(fields)
		fields = slices.Compact(fields) // of a voucher's guide and looks another rule says what cannot be taken away
		want := []string{
			"AlipayVoucherActivity.spec.activityBaseInfo", "AlipayVoucherActivity.spec.outBizNo", "AlipayVoucherActivity.spec.voucherAvailableScopeInfo",
			"AlipayVoucherActivity.spec.voucherCustomerGuideInfo", "AlipayVoucherActivity.spec.voucherDeductInfo",
			"AlipayVoucherActivity.spec.voucherDisplayPatternInfo", "AlipayVoucherActivity.spec.voucherSendModeInfo",
			"AlipayVoucherActivity.spec.voucherUseRuleInfo",
			"CouponStock.spec", "CouponStock.spec.availableBeginTime", "CouponStock.spec.couponUseRule", "CouponStock.spec.noCash",
			"CouponStock.spec.patternInfo", "CouponStock.spec.stockName", "CouponStock.spec.stockUseRule",
			"PayGiftActivity.spec.activityBaseInfo", "PayGiftActivity.spec.advancedSetting", "PayGiftActivity.spec.awardSendRule",
			"PayGiftActivity.spec.awardSendRule.merchantIdList",
		}
		if !slices.Equal(fields, want) {
			t.Errorf("frozen when %s: %v, want %v", condition, fields, want)
		}
	}
}

// Every creation field stands in one of the rules: a field that is added to the request and forgotten there could be changed.
func TestNoCreationFieldIsForgottenInTheFreeze(t *testing.T) {
	eachCampaign(t, func(t *testing.T, k campaign) {
		var rules strings.Builder
		own := []string{"merchantRef", "appRef", "state", "activateAfter", "managementPolicy", "deletionPolicy", "requestRevision", "replacePrevious",
			"allowTwin", "adopt", "budgetYuan", "voucherCodesFrom"}
		for _, n := range schemaNodes(t, k.kind) {
			if n.path == "" {
				for _, rule := range n.schema.XValidations {
					rules.WriteString(rule.Rule)
				}
			}
		}
		for _, n := range schemaNodes(t, k.kind) {
			name, direct := strings.CutPrefix(strings.TrimSuffix(n.path, "[]"), "spec.")
			if !direct || strings.Contains(name, ".") || slices.Contains(own, name) || isRefused(k.kind, n.path) {
				continue
			}
			if !strings.Contains(rules.String(), "self.spec."+name+" ") && !strings.Contains(rules.String(), "self.spec."+name+".") {
				t.Errorf("no rule at the root freezes spec.%s", name)
			}
		}
	})
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
