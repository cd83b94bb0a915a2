// Package api_test holds what the API server itself promises about our kinds: which manifests it takes, which it
// refuses and with what words, and what it protects once an activity exists.
package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

const (
	crdDir             = "../../config/crd/bases"
	samplesDir         = "../../config/samples"
	invalidExamplesDir = "../../hack/invalid-examples"
)

// namespaces are those of the manifests.
var namespaces = []string{"marketing", "platform"}

// kinds are ours: the type in Go, the name in URLs, the page in docs/kinds.
var kinds = map[string]struct {
	typed        func() client.Object
	plural, page string
}{
	"WeChatPayMerchant":     {func() client.Object { return &v1alpha1.WeChatPayMerchant{} }, "wechatpaymerchants", "wechatpaymerchant.md"},
	"PayGiftActivity":       {func() client.Object { return &v1alpha1.PayGiftActivity{} }, "paygiftactivities", "paygiftactivity.md"},
	"CouponStock":           {func() client.Object { return &v1alpha1.CouponStock{} }, "couponstocks", "couponstock.md"},
	"AlipayApp":             {func() client.Object { return &v1alpha1.AlipayApp{} }, "alipayapps", "alipayapp.md"},
	"AlipayVoucherActivity": {func() client.Object { return &v1alpha1.AlipayVoucherActivity{} }, "alipayvoucheractivities", "alipayvoucheractivity.md"},
}

// The API server that all tests of this package but one share, and a strict client.
var (
	server *controlplane.ControlPlane
	api    client.Client
)

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	var err error
	server, err = controlplane.Start(context.Background(), controlplane.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

func prepare() error {
	if err := server.InstallCRDs(crdDir); err != nil {
		return err
	}
	var err error
	if api, err = strictClient(server.Config); err != nil {
		return err
	}
	for _, name := range namespaces {
		ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
		if err := api.Create(context.Background(), ns); err != nil {
			return err
		}
	}
	return installWarnings()
}

// strictClient sends what it is given and refuses unknown fields, as kubectl does; warnings are kubectl's to print.
func strictClient(config *rest.Config) (client.Client, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, corev1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	quiet := rest.CopyConfig(config)
	quiet.WarningHandler = rest.NoWarnings{}
	direct, err := client.New(quiet, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	return client.WithFieldValidation(direct, metav1.FieldValidationStrict), nil
}

// manifest is a YAML file: its text, the lines `# expect: …` (a refusal) and `# warns: …` in it, and its documents.
type manifest struct {
	path    string
	text    string
	expects []string
	warns   []string
	objects []*unstructured.Unstructured
}

// manifests reads every YAML file below dir.
func manifests(t *testing.T, dir string) []manifest {
	t.Helper()
	var found []manifest
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(path) == ".yaml" {
			found = append(found, readManifest(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatalf("no manifests in %s", dir)
	}
	return found
}

func readManifest(t *testing.T, path string) manifest {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file := manifest{path: path, text: fillTimes(string(raw))}
	if strings.Contains(file.text, "${") {
		t.Fatalf("%s has a placeholder that the demo does not fill", path)
	}
	for line := range strings.Lines(file.text) {
		if expect, ok := strings.CutPrefix(line, "# expect: "); ok {
			file.expects = append(file.expects, strings.TrimSpace(expect))
		}
		if warn, ok := strings.CutPrefix(line, "# warns: "); ok {
			file.warns = append(file.warns, strings.TrimSpace(warn))
		}
	}
	for document := range strings.SplitSeq(file.text, "\n---\n") {
		asJSON, err := yaml.YAMLToJSONStrict([]byte(document))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(asJSON); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		file.objects = append(file.objects, object)
	}
	return file
}

// name of the file below the folder of its kind, for subtests.
func (m manifest) name() string {
	return filepath.Join(filepath.Base(filepath.Dir(m.path)), strings.TrimSuffix(filepath.Base(m.path), ".yaml"))
}

// fillTimes puts times in the place of the demo's placeholders, as the demo does.
func fillTimes(text string) string {
	return strings.NewReplacer(
		"${BEGIN_SOON}", "2027-03-01T10:00:00+08:00",
		"${BEGIN_NEXT_WEEK}", "2027-03-08T10:00:00+08:00",
		"${END_IN_30_DAYS}", "2027-03-31T10:00:00+08:00",
		"${END_IN_60_DAYS}", "2027-04-30T10:00:00+08:00",
	).Replace(text)
}

// paygift returns a valid activity, the maximal one, with a name of its own and in Draft.
func paygift(t *testing.T, name string) *unstructured.Unstructured {
	t.Helper()
	return payGift().maximal(t, name)
}

// set writes a value at a path such as "spec.awardSendRule.sendContent"; nil removes it.
func set(t *testing.T, object *unstructured.Unstructured, path string, value any) {
	t.Helper()
	fields := strings.Split(path, ".")
	if value == nil {
		unstructured.RemoveNestedField(object.Object, fields...)
		return
	}
	if err := unstructured.SetNestedField(object.Object, value, fields...); err != nil {
		t.Fatal(err)
	}
}

func equalJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
