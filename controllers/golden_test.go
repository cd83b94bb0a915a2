package controllers

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/wire"
)

var update = flag.Bool("update", false, "write the golden files that do not exist yet")

// golden are the manifests whose bodies never change between releases: testdata/README.md
// says why. Add to them; never change one.
var golden = map[string]string{
	"paygift-maximal":     "../api/v1alpha1/testdata/paygiftactivity-maximal.yaml",
	"paygift-minimal":     "testdata/paygift-minimal.yaml",
	"paygift-daily-hours": "testdata/paygift-daily-hours.yaml",
	"couponstock-maximal": "../api/v1alpha1/testdata/couponstock-maximal.yaml",
	"couponstock-minimal": "testdata/couponstock-minimal.yaml",

	"alipayvoucher-maximal-fix":      "../api/v1alpha1/testdata/alipayvoucheractivity-maximal-fix.yaml",
	"alipayvoucher-maximal-discount": "../api/v1alpha1/testdata/alipayvoucheractivity-maximal-discount.yaml",
	"alipayvoucher-maximal-special":  "../api/v1alpha1/testdata/alipayvoucheractivity-maximal-special.yaml",
	"alipayvoucher-maximal-exchange": "../api/v1alpha1/testdata/alipayvoucheractivity-maximal-exchange.yaml",
	"alipayvoucher-minimal":          "testdata/alipayvoucher-minimal.yaml",
}

// goldenKinds are the kinds of golden manifests by the beginning of their names.
var goldenKinds = map[string]engine.Kind{"paygift": PayGiftActivityKind{}, "couponstock": CouponStockKind{}, "alipayvoucher": AlipayVoucherActivityKind{}}

func goldenKind(name string) engine.Kind {
	prefix, _, _ := strings.Cut(name, "-")
	return goldenKinds[prefix]
}

// numberOfOurs is the request number of manifests that give none.
const numberOfOurs = "1900000109-GOLDENNUMBER"

// read reads a manifest into a campaign.
func read[C v1alpha1.Campaign](t *testing.T, path string, into C) C {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict(raw, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return into
}

func manifest(t *testing.T, path string) *v1alpha1.PayGiftActivity {
	t.Helper()
	return read(t, path, &v1alpha1.PayGiftActivity{})
}

func bodyOf(t *testing.T, kind engine.Kind, c v1alpha1.Campaign) []byte {
	t.Helper()
	number := kind.GivenNumber(c)
	if number == "" {
		number = numberOfOurs
	}
	request, err := kind.Request(c, engine.Sender{Number: number, Account: mchid})
	if err != nil {
		t.Fatal(err)
	}
	return request.Body
}

func TestTheBodyOfAGoldenManifestNeverChangesBetweenReleases(t *testing.T) {
	for name, path := range golden {
		t.Run(name, func(t *testing.T) {
			kind := goldenKind(name)
			campaign := read(t, path, kind.New())
			body := bodyOf(t, kind, campaign)
			file := filepath.Join("testdata", name+".json")
			want, err := os.ReadFile(file)
			if errors.Is(err, fs.ErrNotExist) && *update {
				want = indented(t, body)
				err = os.WriteFile(file, want, 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
			var compact bytes.Buffer
			if err := json.Compact(&compact, want); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(body, compact.Bytes()) {
				t.Errorf("the body has changed. Never update the file: a request that was recorded by the last release would no longer be recognised.\n%s\nwant\n%s",
					indented(t, body), want)
			}
			for range 100 {
				if again := bodyOf(t, kind, campaign.DeepCopyObject().(v1alpha1.Campaign)); !bytes.Equal(again, body) {
					t.Fatalf("made again the body is another one:\n%s\nbefore\n%s", again, body)
				}
			}
		})
	}
}

func TestTheManifestIsLeftAsItIs(t *testing.T) {
	for name, path := range golden {
		kind := goldenKind(name)
		campaign := read(t, path, kind.New())
		before := campaign.DeepCopyObject()
		bodyOf(t, kind, campaign)
		if !reflect.DeepEqual(campaign, before) {
			t.Errorf("%s: making the request has changed the manifest", name)
		}
	}
}

func TestEveryGoldenFileHasItsManifest(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	if want := slices.Sorted(maps.Keys(golden)); !slices.Equal(names, want) {
		t.Errorf("there are the golden files %v, and manifests for %v", names, want)
	}
}

func indented(t *testing.T, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, body, "", "  "); err != nil {
		t.Fatal(err)
	}
	return append(out.Bytes(), '\n')
}

func sorted(paths string) []string {
	return slices.Sorted(slices.Values(strings.Fields(paths)))
}

// saysAll fails the test unless a kind's maximal body has the documented fields that are open, and a manifest can say those and
// the ones that are not open, besides what is our own.
func saysAll(t *testing.T, kind engine.Kind, maximal string, spec reflect.Type, documented, notOpen string, own ...string) {
	t.Helper()
	var body any
	if err := json.Unmarshal(bodyOf(t, kind, read(t, golden[maximal], kind.New())), &body); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	leaves(body, "", found)
	if got, want := slices.Sorted(maps.Keys(found)), sorted(documented); !slices.Equal(got, want) {
		t.Errorf("the body has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	found = map[string]bool{}
	for i := range spec.NumField() {
		if field := spec.Field(i); !slices.Contains(own, field.Name) {
			fields(field.Type, wire.SnakeCase(jsonName(field)), found)
		}
	}
	if got, want := slices.Sorted(maps.Keys(found)), sorted(documented+notOpen); !slices.Equal(got, want) {
		t.Errorf("a manifest can say\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// leaves collects the paths of all values in a body.
func leaves(node any, path string, into map[string]bool) {
	switch value := node.(type) {
	case map[string]any:
		for key, child := range value {
			leaves(child, strings.TrimPrefix(path+"."+key, "."), into)
		}
	case []any:
		for _, child := range value {
			leaves(child, path+"[]", into)
		}
	default:
		into[path] = true
	}
}

// fields collects the paths of all values that a type can hold, in the vendor's spelling.
func fields(of reflect.Type, path string, into map[string]bool) {
	switch of.Kind() {
	case reflect.Pointer:
		fields(of.Elem(), path, into)
	case reflect.Slice:
		fields(of.Elem(), path+"[]", into)
	case reflect.Struct:
		for i := range of.NumField() {
			if of.Field(i).Type == reflect.TypeFor[*v1alpha1.StockReference]() {
				continue // our own: it stands for an id
			}
			fields(of.Field(i).Type, path+"."+wire.SnakeCase(jsonName(of.Field(i))), into)
		}
	default:
		into[path] = true
	}
}

func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}
