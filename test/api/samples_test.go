package api_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func TestEverySampleApplies(t *testing.T) {
	for _, sample := range manifests(t, samplesDir) {
		if len(sample.expects) > 0 {
			continue // made to be refused, below
		}
		t.Run(sample.name(), func(t *testing.T) {
			// kubectl itself, because it is what the reader of a sample has; it refuses unknown fields and prints warnings.
			_, warnings, err := server.KubectlInput(t.Context(), sample.text, "apply", "-f", "-")
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(sample.path, "00-namespaces") {
				expectWarnings(t, warnings, sample.warns)
			}
			for _, object := range sample.objects {
				if object.GetKind() == "Namespace" {
					continue
				}
				if _, ours := kinds[object.GetKind()]; ours {
					decodesWithoutLoss(t, object)
				}
				remove(t, object)
			}
		})
	}
}

func TestTheDemosBrokenCampaignIsRefusedAndItsTwinIsNot(t *testing.T) {
	broken := readManifest(t, samplesDir+"/demo-broken/weekend-gift.yaml")
	fixed := readManifest(t, samplesDir+"/demo-broken/weekend-gift-fixed.yaml")
	expectRefusal(t, create(t, broken.objects[0]), broken.expects)

	// Both have one name, so that the fixed one is the broken one's correction and not a second campaign.
	if broken.objects[0].GetName() != fixed.objects[0].GetName() {
		t.Errorf("the broken campaign is %q, its twin %q", broken.objects[0].GetName(), fixed.objects[0].GetName())
	}
	if err := create(t, fixed.objects[0]); err != nil {
		t.Error(err)
	}
}

func TestEveryActivitySampleTellsFluxNotToForce(t *testing.T) {
	for _, sample := range manifests(t, samplesDir) {
		for _, object := range sample.objects {
			if !slices.ContainsFunc(campaigns(), func(k campaign) bool { return k.kind == object.GetKind() }) {
				continue
			}
			if got := object.GetAnnotations()["kustomize.toolkit.fluxcd.io/force"]; got != "disabled" {
				t.Errorf("%s: kustomize.toolkit.fluxcd.io/force is %q", sample.path, got)
			}
		}
	}
}

// refused are the fields, and what is below them, that no manifest may have.
var refused = map[string][]string{
	"PayGiftActivity": {"spec.advancedSetting.paymentMode", "spec.advancedSetting.paymentMethodInformation", "spec.awardSendRule.awardList[].stockRef"},
	"CouponStock":     {"spec.couponUseRule.couponAvailableTime", "spec.couponUseRule.unavailableItems", "spec.extInfo"},
	"AlipayVoucherActivity": {
		"spec.voucherDeductInfo.fixVoucherInfo.voucherDeductThresholdInfo.voucherExpressInfo",
		"spec.voucherDeductInfo.discountVoucherInfo.voucherDeductThresholdInfo.voucherExpressInfo",
	},
}

func isRefused(kind, path string) bool {
	return slices.ContainsFunc(refused[kind], func(p string) bool { return strings.HasPrefix(path, p) })
}

func TestTheMaximalManifestHasEveryFieldThatMayBeUsed(t *testing.T) {
	eachCampaign(t, func(t *testing.T, k campaign) {
		samples := readManifest(t, samplesDir+"/"+strings.ToLower(k.kind)+"-every-field.yaml").objects
		if len(samples) != len(k.manifests) {
			t.Fatalf("there are %d maximal manifests and %d samples with every field", len(k.manifests), len(samples))
		}
		for i, path := range k.manifests {
			if !equalJSON(readManifest(t, path).objects[0].Object["spec"], samples[i].Object["spec"]) {
				t.Errorf("%s and the sample with every field have different specs", path)
			}
		}
		for _, node := range schemaNodes(t, k.kind) {
			path := strings.TrimSuffix(node.path, "[]")
			// adopt is for manifests that send no create request; it has a sample of its own.
			if !strings.HasPrefix(path, "spec.") || strings.HasPrefix(path, "spec.adopt") || isRefused(k.kind, path) {
				continue
			}
			if !slices.ContainsFunc(samples, func(o *unstructured.Unstructured) bool { return has(o.Object, strings.Split(path, ".")) }) {
				t.Errorf("%s is in the schema and not in a maximal manifest", path)
			}
		}
	})
}

func TestWhatFollowsFromOtherFieldsMayBeLeftOutOrGiven(t *testing.T) {
	single := func(object *unstructured.Unstructured) {
		awards, _, _ := unstructured.NestedSlice(object.Object, "spec", "awardSendRule", "awardList")
		set(t, object, "spec.awardSendRule.awardList", awards[:1])
	}
	for name, change := range map[string]func(*unstructured.Unstructured){
		"all given, a package": func(*unstructured.Unstructured) {},
		"all given, a single coupon": func(o *unstructured.Unstructured) {
			single(o)
			set(t, o, "spec.awardSendRule.sendContent", "SINGLE_COUPON")
		},
		"sendContent left out, a package": func(o *unstructured.Unstructured) { set(t, o, "spec.awardSendRule.sendContent", nil) },
		"sendContent left out, a single coupon": func(o *unstructured.Unstructured) {
			single(o)
			set(t, o, "spec.awardSendRule.sendContent", nil)
		},
		"awardType left out":      func(o *unstructured.Unstructured) { set(t, o, "spec.awardSendRule.awardType", nil) },
		"merchantOption left out": func(o *unstructured.Unstructured) { set(t, o, "spec.awardSendRule.merchantOption", nil) },
		"outRequestNo left out":   func(o *unstructured.Unstructured) { set(t, o, "spec.activityBaseInfo.outRequestNo", nil) },
		"availableTime left out": func(o *unstructured.Unstructured) {
			set(t, o, "spec.activityBaseInfo.availablePeriods.availableTime", nil)
		},
		"availablePeriods left out": func(o *unstructured.Unstructured) { set(t, o, "spec.activityBaseInfo.availablePeriods", nil) },
		"advancedSetting left out":  func(o *unstructured.Unstructured) { set(t, o, "spec.advancedSetting", nil) },
		"a mini program with OFF_LINE_PAY, as the vendor's own example has it": func(o *unstructured.Unstructured) {
			set(t, o, "spec.activityBaseInfo.deliveryPurpose", "OFF_LINE_PAY")
		},
		"a colour in mixed case": func(o *unstructured.Unstructured) { set(t, o, "spec.activityBaseInfo.backgroundColor", "Color010") },
	} {
		t.Run(name, func(t *testing.T) {
			object := paygift(t, "derivable")
			change(object)
			want := object.DeepCopy().Object["spec"]
			if err := api.Create(t.Context(), object, client.DryRunAll); err != nil {
				t.Fatal(err)
			}
			if !equalJSON(object.Object["spec"], want) {
				t.Errorf("the API server changed spec: got %v, want %v", object.Object["spec"], want)
			}
		})
	}
}

func TestWhatFollowsOfACouponStockMayBeLeftOutOrGiven(t *testing.T) {
	for name, change := range map[string]changes{
		"all given":                        {},
		"belongMerchant left out":          {"spec.belongMerchant": nil},
		"maxAmount left out":               {"spec.stockUseRule.maxAmount": nil},
		"stockType left out":               {"spec.stockType": nil},
		"outRequestNo left out":            {"spec.outRequestNo": nil},
		"budgetYuan left out":              {"spec.budgetYuan": nil},
		"combineUse left out":              {"spec.couponUseRule.combineUse": nil},
		"patternInfo left out":             {"spec.patternInfo": nil},
		"the balance, no card":             {"spec.couponUseRule.limitPay": []any{"CFT"}, "spec.couponUseRule.limitCard": nil},
		"a mini program with DEFAULT_PAGE": {"spec.patternInfo.jumpTarget": "DEFAULT_PAGE"},
		"a description of several lines":   {"spec.patternInfo.description": "一\n\n二"},
	} {
		t.Run(name, func(t *testing.T) {
			object := couponStock().maximal(t, "derivable")
			change.apply(t, object)
			want := object.DeepCopy().Object["spec"]
			if err := api.Create(t.Context(), object, client.DryRunAll); err != nil {
				t.Fatal(err)
			}
			if !equalJSON(object.Object["spec"], want) {
				t.Errorf("the API server changed spec: got %v, want %v", object.Object["spec"], want)
			}
		})
	}
}

// decodesWithoutLoss checks that the Go type holds all that the API server stored of spec.
func decodesWithoutLoss(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	stored := object.DeepCopy()
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(object), stored); err != nil {
		t.Fatal(err)
	}
	typed := kinds[stored.GetKind()].typed()
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(stored.Object, typed); err != nil {
		t.Fatal(err)
	}
	back, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		t.Fatal(err)
	}
	if !equalJSON(back["spec"], stored.Object["spec"]) {
		t.Errorf("Go reads spec as %v, stored is %v", back["spec"], stored.Object["spec"])
	}
}

// has reports whether there is a value at a path; `name[]` steps into a list's items, of which one has to have it.
func has(value any, path []string) bool {
	if len(path) == 0 {
		return true
	}
	name, isList := strings.CutSuffix(path[0], "[]")
	object, ok := value.(map[string]any)
	if !ok {
		return false
	}
	child, ok := object[name]
	if !ok || !isList {
		return ok && has(child, path[1:])
	}
	items, _ := child.([]any)
	return slices.ContainsFunc(items, func(item any) bool { return has(item, path[1:]) })
}

const docsDir = "../../docs/kinds"

func TestEveryExampleInTheDocsApplies(t *testing.T) {
	for _, kind := range kinds {
		page := kind.page
		raw, err := os.ReadFile(filepath.Join(docsDir, page))
		if err != nil {
			t.Fatal(err)
		}
		examples := yamlBlock.FindAllStringSubmatch(string(raw), -1)
		if len(examples) == 0 {
			t.Errorf("%s has no example", page)
		}
		for _, example := range examples {
			if _, _, err := server.KubectlInput(t.Context(), example[1], "apply", "--dry-run=server", "-f", "-"); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
}

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

func TestEveryFieldOfSpecIsInTheDocs(t *testing.T) {
	for kind, k := range kinds {
		raw, err := os.ReadFile(filepath.Join(docsDir, k.page))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range schemaNodes(t, kind) {
			parent := n.path[:max(strings.LastIndex(n.path, "."), 0)]
			// What is below a field that is always refused needs no words.
			if !strings.HasPrefix(n.path, "spec.") || strings.HasSuffix(n.path, "[]") || isRefused(kind, parent) {
				continue
			}
			if name := n.path[strings.LastIndex(n.path, ".")+1:]; !strings.Contains(string(raw), name) {
				t.Errorf("%s does not speak of %s", k.page, n.path)
			}
		}
	}
}
