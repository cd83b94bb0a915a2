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
}

// numberOfOurs is the request number of manifests that give none.
const numberOfOurs = "1900000109-GOLDENNUMBER"

func manifest(t *testing.T, path string) *v1alpha1.PayGiftActivity {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	gift := &v1alpha1.PayGiftActivity{}
	if err := yaml.UnmarshalStrict(raw, gift); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return gift
}

func bodyOf(t *testing.T, gift *v1alpha1.PayGiftActivity) []byte {
	t.Helper()
	number := PayGiftActivityKind{}.GivenNumber(gift)
	if number == "" {
		number = numberOfOurs
	}
	request, err := PayGiftActivityKind{}.Request(gift, engine.Sender{Number: number})
	if err != nil {
		t.Fatal(err)
	}
	return request.Body
}

func TestTheBodyOfAGoldenManifestNeverChangesBetweenReleases(t *testing.T) {
	for name, path := range golden {
		t.Run(name, func(t *testing.T) {
			gift := manifest(t, path)
			body := bodyOf(t, gift)
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
				if again := bodyOf(t, gift.DeepCopy()); !bytes.Equal(again, body) {
					t.Fatalf("made again the body is another one:\n%s\nbefore\n%s", again, body)
				}
			}
		})
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

// documented are the request fields of 创建全场满额送活动 as its page has them, with [] for lists.
const documented = `
activity_base_info.activity_name
activity_base_info.activity_second_title
activity_base_info.merchant_logo_url
activity_base_info.background_color
activity_base_info.begin_time
activity_base_info.end_time
activity_base_info.available_periods.available_time[].begin_time
activity_base_info.available_periods.available_time[].end_time
activity_base_info.available_periods.available_day_time[].begin_day_time
activity_base_info.available_periods.available_day_time[].end_day_time
activity_base_info.out_request_no
activity_base_info.delivery_purpose
activity_base_info.mini_programs_appid
activity_base_info.mini_programs_path
award_send_rule.transaction_amount_minimum
award_send_rule.send_content
award_send_rule.award_type
award_send_rule.award_list[].stock_id
award_send_rule.award_list[].original_image_url
award_send_rule.award_list[].thumbnail_url
award_send_rule.merchant_option
award_send_rule.merchant_id_list[]
advanced_setting.delivery_user_category
advanced_setting.merchant_member_appid
advanced_setting.goods_tags[]`

// notOpen are documented too, and refused at admission: WeChat Pay has not opened them for BUSIFAVOR.
const notOpen = `
advanced_setting.payment_mode.payment_scene_list[]
advanced_setting.payment_method_information.payment_method
advanced_setting.payment_method_information.bank_abbreviation`

func sorted(paths string) []string {
	return slices.Sorted(slices.Values(strings.Fields(paths)))
}

func TestTheMaximalBodyHasEveryDocumentedFieldThatIsOpen(t *testing.T) {
	var body any
	if err := json.Unmarshal(bodyOf(t, manifest(t, golden["paygift-maximal"])), &body); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	leaves(body, "", found)
	if got, want := slices.Sorted(maps.Keys(found)), sorted(documented); !slices.Equal(got, want) {
		t.Errorf("the body has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAManifestCanSayEveryDocumentedFieldAndNothingElse(t *testing.T) {
	found := map[string]bool{}
	spec := reflect.TypeFor[v1alpha1.PayGiftActivitySpec]()
	for i := range spec.NumField() {
		switch field := spec.Field(i); field.Name {
		case "MerchantRef", "State", "Adopt", "CampaignLifecycle": // our own
		default:
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
