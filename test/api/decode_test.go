package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// One stored object that Go cannot decode keeps the cache of its kind from ever syncing, and with it the operator from
// working. So whatever the schema admits has to decode.

func TestTimesThatTheAPIServerTakesAreTimesInGo(t *testing.T) {
	for text, good := range map[string]bool{
		"2027-03-01T10:00:00+08:00":      true,
		"2027-03-01T10:00:00.5+08:00":    true,
		"2027-03-01T10:00:00.120+08:00":  true,
		"2027-03-01T02:00:00Z":           true,
		"2027-02-28T23:30:00-02:30":      true,
		"2028-02-29T10:00:00+08:00":      true,
		"2027-02-29T10:00:00+08:00":      false, // no leap year
		"2027-04-31T10:00:00+08:00":      false,
		"2027-02-30T10:00:00+08:00":      false,
		"2027-13-01T10:00:00+08:00":      false,
		"2027-00-01T10:00:00+08:00":      false,
		"2027-03-00T10:00:00+08:00":      false,
		"2027-03-01T24:00:00+08:00":      false,
		"2027-03-01T23:60:00+08:00":      false,
		"2027-03-01T23:59:60+08:00":      false, // leap second
		"2027-03-01T10:00:00+24:00":      false,
		"2027-03-01T10:00:00+08:60":      false,
		"2027-03-01T10:00:00+99:99":      false,
		"2027-03-01T10:00:00+8:00":       false,
		"2027-03-01T10:00:00+0800":       false,
		"2027-03-01T10:00:00+08":         false,
		"2027-03-01T10:00:00":            false,
		"2027-03-01T10:00:00 +08:00":     false,
		"2027-03-01t10:00:00+08:00":      false, // RFC 3339 allows it, Go does not
		"2027-03-01T02:00:00z":           false,
		"2027-03-01T10:00:00,5+08:00":    false, // Go allows it, CEL's timestamp() too
		"2027-03-01T10:00:00.1234+08:00": false, // the vendor's times have milliseconds
		"2027-03-01T10:00:00.+08:00":     false,
		"2027-03-01 10:00:00+08:00":      false,
		"2027-03-01":                     false,
		"20270301T100000+0800":           false,
		"2027-060T10:00:00+08:00":        false,
		"27-03-01T10:00:00+08:00":        false,
		"1999-12-31T23:59:59Z":           false,
		"2100-01-01T00:00:00Z":           false,
		"+2027-03-01T10:00:00Z":          false,
		" 2027-03-01T10:00:00+08:00":     false,
		"2027-03-01T10:00:00+08:00\n":    false,
		"2027-03-01T10:00:00−08:00":      false, // a minus sign that is none
		"２０２７-03-01T10:00:00Z":           false, // full-width digits
		"2027-03-01T10:00:00+08:00[CN]":  false,
		"now":                            false,
		"tomorrow":                       false,
		"1803866400":                     false,
		"${BEGIN}":                       false,
	} {
		object := paygift(t, "times")
		set(t, object, "spec.activityBaseInfo.availablePeriods", nil)
		set(t, object, "spec.activityBaseInfo.beginTime", text)
		end := "2027-03-31T10:00:00+08:00"
		if begin, err := time.Parse(time.RFC3339Nano, text); good && err == nil {
			end = begin.Add(24 * time.Hour).Truncate(time.Second).Format(time.RFC3339)
		} else if good {
			t.Errorf("%q: Go says %v", text, err)
		}
		set(t, object, "spec.activityBaseInfo.endTime", end)
		code, answer := post(t, object)
		if admitted := code == http.StatusCreated; admitted != good {
			t.Errorf("%q: admitted %t, want %t: %s", text, admitted, good, answer)
		}
		// A bad time breaks its own rule and no other: those that compare times do not stumble over it.
		if !good && strings.Count(answer, `"field":`) != 1 {
			t.Errorf("%q: more than one refusal: %s", text, answer)
		}
	}
}

// Values of every JSON type, at their edges. They are JSON text, because Go's own encoder would tidy them.
var nasty = []string{
	`null`, `true`, `0`, `-0`, `1`, `-1`, `1.0`, `1e3`, `1E400`, `1.5`, `9007199254740993`, `9223372036854775807`, `9223372036854775808`, `1e30`,
	`""`, `" "`, `"x"`, `"100"`, `"0x10"`, `"2027-03-01T10:00:00z"`, `"\u0000"`, `"\ud800"`, `"🎁"`,
	`[]`, `[null]`, `[[]]`, `[{}]`, `[1]`, `["x"]`, `{}`, `{"x":null}`, `{"a":{"b":[]}}`,
}

func TestWhateverTheSchemaAdmitsDecodesInGo(t *testing.T) {
	const hole = "HOLE"
	done := map[string]bool{} // the places that were tried
	admitted, tried := map[string]int{}, map[string]int{}
	for _, object := range toDecode(t) {
		kind := object.GetKind()
		for _, path := range places("", object.Object["spec"]) {
			place := kind + ofSharedType(path)
			if done[place] {
				continue
			}
			done[place] = true
			body := withHole(t, object.DeepCopy(), path, hole)
			for _, value := range nasty {
				tried[kind]++
				code, answer := postRaw(t, object, strings.Replace(body, `"`+hole+`"`, value, 1))
				if code != http.StatusCreated {
					continue
				}
				admitted[kind]++
				if err := decode(kind, answer); err != nil {
					t.Errorf("%s%s: %s is admitted, and Go says %v", kind, path, value, err)
				}
			}
		}
	}
	for kind, tries := range tried {
		if admitted[kind] < 10 || admitted[kind] > tries/2 {
			t.Errorf("%s: %d of %d values were admitted: the test does not try what it means to", kind, admitted[kind], tries)
		}
	}
}

// ofSharedType leaves out what is before a block whose Go type stands in several places: it decodes the same in each.
func ofSharedType(path string) string {
	for _, block := range []string{"usablePeriodInfo", "disablePeriodInfo", "voucherDeductThresholdInfo"} {
		if _, inside, found := strings.Cut(path, block); found {
			return strings.Replace(block, "disable", "usable", 1) + inside
		}
	}
	return path
}

// toDecode are manifests that have every field between them.
func toDecode(t *testing.T) []*unstructured.Unstructured {
	t.Helper()
	all := []*unstructured.Unstructured{fullMerchant(t), fullApp(t)}
	for _, k := range campaigns() {
		adoption := k.maximal(t, "decode")
		k.gone.with(k.adopt(ourID)).apply(t, adoption)
		for _, path := range k.manifests {
			all = append(all, readManifest(t, path).objects[0])
		}
		all = append(all, adoption)
	}
	return all
}

func fullMerchant(t *testing.T) *unstructured.Unstructured {
	t.Helper()
	object := merchant("decode")
	set(t, object, "spec.environment", "rehearsal")
	set(t, object, "spec.gateway", map[string]any{"url": "https://a.example", "backupURL": "https://b.example"})
	set(t, object, "spec.credentials.serialNo", "5157F09E")
	set(t, object, "spec.credentials.publicKeyID", "PUB_KEY_ID_1")
	set(t, object, "spec.allowedNamespaces", []any{"marketing"})
	set(t, object, "spec.brake", "Hold")
	set(t, object, "spec.limits", map[string]any{
		"maxCampaignYuan": "500000.00", "maxActiveYuan": "2000000.00", "maxActiveNoCashYuan": "500000.00", "profile": "Legacy",
	})
	return object
}

func decode(kind, text string) error { return json.Unmarshal([]byte(text), kinds[kind].typed()) }

// places lists the path of every field and of the first item of every list: .activityBaseInfo, .awardList[0] and so on.
func places(path string, value any) []string {
	var all []string
	switch value := value.(type) {
	case map[string]any:
		for name, child := range value {
			all = append(all, path+"."+name)
			all = append(all, places(path+"."+name, child)...)
		}
	case []any:
		all = append(all, path+"[0]")
		all = append(all, places(path+"[0]", value[0])...)
	}
	return all
}

var step = regexp.MustCompile(`\.(\w+)|\[0\]`)

// withHole renders the object with a mark in the place of a value of spec.
func withHole(t *testing.T, object *unstructured.Unstructured, path, hole string) string {
	t.Helper()
	put := func(value any) {}
	value := object.Object["spec"]
	for _, match := range step.FindAllStringSubmatch(path, -1) {
		switch container := value.(type) {
		case map[string]any:
			name := match[1]
			value, put = container[name], func(v any) { container[name] = v }
		case []any:
			value, put = container[0], func(v any) { container[0] = v }
		default:
			t.Fatalf("no %s in %s", match[0], path)
		}
	}
	put(hole)
	raw, err := json.Marshal(object.Object)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func post(t *testing.T, object *unstructured.Unstructured) (code int, answer string) {
	t.Helper()
	raw, err := json.Marshal(object.Object)
	if err != nil {
		t.Fatal(err)
	}
	return postRaw(t, object, string(raw))
}

// postRaw sends exactly this text, as a dry run.
func postRaw(t *testing.T, object *unstructured.Unstructured, body string) (code int, answer string) {
	t.Helper()
	url := fmt.Sprintf("%s/apis/%s/namespaces/%s/%s?dryRun=All&fieldValidation=Strict",
		strings.TrimSuffix(server.Config.Host, "/"), v1alpha1.GroupVersion, object.GetNamespace(), kinds[object.GetKind()].plural)
	httpClient, err := rest.HTTPClientFor(server.Config)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := httpClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}
