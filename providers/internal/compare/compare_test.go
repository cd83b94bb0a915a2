package compare

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/campaign-operator/campaign-operator/providers"
)

// schema has a field of each sort.
var schema = Schema{
	Time: func(text string) (time.Time, bool) { t, err := time.Parse(time.RFC3339, text); return t, err == nil },
	Fields: []Field{
		{Name: "name", Call: "rename"},
		{Name: "number", How: Number, Defaults: []string{"0"}},
		{Name: "end", How: Time, Call: "extend", Grows: true},
		{Name: "colour", How: Letters, Defaults: []string{"*"}},
		{Name: "tags", How: Set, DefaultSet: []string{"a", "b"}},
		{Name: "items", How: List, Fields: []Field{{Name: "id"}}},
		{Name: "members", How: Members},
		{Name: "strange", How: Foreign, Defaults: []string{"no"}},
		{Name: "most", How: Number},
		{Name: "daily", How: Number, Shown: Sometimes, DefaultOf: "most"},
		{Name: "hidden", Shown: WriteOnly},
		{Name: "part", How: Nested, Shown: Sometimes, Fields: []Field{
			{Name: "fixed"},
			{Name: "inner", How: Nested, Fields: []Field{{Name: "ids", How: Set, Call: "change"}}},
		}},
		{Name: "block", How: Nested, Shown: Sometimes, Call: "change", Fields: []Field{
			{Name: "text"}, {Name: "mail", Or: "phone"}, {Name: "phone", Or: "mail"}, {Name: "extra", How: Set, Removes: true},
		}},
	},
}

type diff = providers.Difference

func differences(t *testing.T, desired, observed string, detailed bool) []diff {
	t.Helper()
	found, err := schema.Differences([]byte(desired), providers.Snapshot{Content: []byte(observed), Detailed: detailed})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestValuesAreComparedByTheirMeaning(t *testing.T) {
	for name, tc := range map[string]struct {
		desired, observed string
		want              []diff
	}{
		"equal":                       {`{"name":"a","number":"1","end":"2026-01-01T08:00:00+08:00","colour":"C1","tags":["b","a"]}`, `{"name":"a","number":1.0,"end":"2026-01-01T00:00:00Z","colour":"c1","tags":["a","b","b"]}`, nil},
		"a text":                      {`{"name":"a"}`, `{"name":"A"}`, []diff{{Field: "name", Desired: "a", Observed: "A", Call: "rename"}}},
		"a number":                    {`{"number":1}`, `{"number":10}`, []diff{{Field: "number", Desired: "1", Observed: "10"}}},
		"a time to come":              {`{"end":"2026-01-02T00:00:00Z"}`, `{"end":"2026-01-01T00:00:00Z"}`, []diff{{Field: "end", Desired: "2026-01-02T00:00:00Z", Observed: "2026-01-01T00:00:00Z", Call: "extend"}}},
		"a time gone by":              {`{"end":"2026-01-01T00:00:00Z"}`, `{"end":"2026-01-02T00:00:00Z"}`, []diff{{Field: "end", Desired: "2026-01-01T00:00:00Z", Observed: "2026-01-02T00:00:00Z", Call: "extend", Shrinks: true}}},
		"no time":                     {`{"end":"2026-01-01T00:00:00Z"}`, `{"end":"soon"}`, []diff{{Field: "end", Desired: "2026-01-01T00:00:00Z", Observed: "soon", Call: "extend"}}},
		"the server's own":            {`{"most":5}`, `{"colour":"C9","number":0,"tags":["b","a"],"strange":"no","most":5,"daily":"5"}`, nil},
		"not the server's own":        {`{}`, `{"number":2,"tags":["a"],"strange":"yes","daily":1}`, []diff{{Field: "number", Observed: "2"}, {Field: "tags", Observed: "1 value: a"}, {Field: "strange", Observed: "yes"}, {Field: "daily", Observed: "1"}}},
		"members":                     {`{"members":["1"]}`, `{"members":["2"]}`, nil},
		"unknown fields":              {`{"novel":1}`, `{"novel":2,"other":{}}`, nil},
		"an item":                     {`{"items":[{"id":"1"},{"id":"2"}]}`, `{"items":[{"id":"1","novel":1},{"id":"3"}]}`, []diff{{Field: "items[1].id", Desired: "2", Observed: "3"}}},
		"an item that is none":        {`{"items":[{"id":"1"}]}`, `{"items":["x"]}`, []diff{{Field: "items[0]", Desired: `{"id":"1"}`, Observed: "x"}}},
		"an item more":                {`{"items":[{"id":"1"}]}`, `{"items":[{"id":"1"},{"id":"2"}]}`, []diff{{Field: "items", Desired: `[{"id":"1"}]`, Observed: `[{"id":"1"},{"id":"2"}]`}}},
		"a set that is none":          {`{"tags":["a"]}`, `{"tags":"a"}`, []diff{{Field: "tags", Desired: `["a"]`, Observed: "a"}}},
		"an object that is none":      {`{"part":{"fixed":"1"}}`, `{"part":"x"}`, []diff{{Field: "part", Desired: `{"fixed":"1"}`, Observed: "x"}}},
		"the same text for an object": {`{"part":7}`, `{"part":7}`, nil},
	} {
		if found := differences(t, tc.desired, tc.observed, true); !slices.Equal(found, tc.want) {
			t.Errorf("%s: got %+v, want %+v", name, found, tc.want)
		}
	}
}

func TestWhatADetailLacksDiffersOrIsUnseenAndWhatARowLacksIsNothing(t *testing.T) {
	for name, tc := range map[string]struct {
		desired, observed string
		want              []diff
	}{
		"a field of every detail":        {`{"name":"a"}`, `{}`, []diff{{Field: "name", Desired: "a", Call: "rename"}}},
		"a set of every detail":          {`{"tags":["x"]}`, `{"tags":[]}`, []diff{{Field: "tags", Desired: "1 value: x", Missing: 1}}},
		"one that means none":            {`{"number":0}`, `{}`, nil},
		"one of some details":            {`{"daily":1}`, `{}`, nil},
		"one of no detail":               {`{"hidden":"x"}`, `{}`, nil},
		"one of no detail, shown":        {`{"hidden":"x"}`, `{"hidden":"y"}`, []diff{{Field: "hidden", Desired: "x", Observed: "y"}}},
		"in a part that is not there":    {`{"part":{"fixed":"1","inner":{"ids":["1"]}}}`, `{}`, []diff{{Field: "part.inner.ids", Desired: "1 value: 1", Call: "change", Unseen: true}}},
		"in a part that is":              {`{"part":{"fixed":"1","inner":{"ids":["1"]}}}`, `{"part":{"fixed":"1"}}`, []diff{{Field: "part.inner", Desired: `{"ids":["1"]}`}}},
		"a block that is not there":      {`{"block":{"text":"1"}}`, `{"block":{}}`, []diff{{Field: "block", Desired: `{"text":"1"}`, Call: "change", Unseen: true}}},
		"a field of a block that is":     {`{"block":{"text":"1"}}`, `{"block":{"novel":1}}`, []diff{{Field: "block.text", Desired: "1", Call: "change"}}},
		"a part that was not asked for":  {`{}`, `{}`, nil},
		"a part that is no object there": {`{"part":"x"}`, `{}`, nil},
	} {
		if found := differences(t, tc.desired, tc.observed, true); !slices.Equal(found, tc.want) {
			t.Errorf("%s: got %+v, want %+v", name, found, tc.want)
		}
		for _, d := range differences(t, tc.desired, tc.observed, false) {
			if d.Observed == "" {
				t.Errorf("%s: a row differs: %+v", name, d)
			}
		}
	}
}

func TestWhatASetLacksIsCountedWhereItHasNothingElse(t *testing.T) {
	for name, tc := range map[string]struct {
		desired, observed string
		want              int64
	}{
		"one":                      {`["x","y"]`, `["y"]`, 1},
		"two, named twice":         {`["x","x","y","z","z"]`, `["y","y"]`, 2},
		"all":                      {`["x","y","x"]`, `[]`, 2},
		"one, and something else":  {`["x","y"]`, `["y","a"]`, 0},
		"as many, and others":      {`["x","y"]`, `["v","w"]`, 0},
		"none, and something else": {`["x"]`, `["x","y"]`, 0},
		"what was not asked for":   {`[]`, `["x"]`, 0},
	} {
		found := differences(t, `{"tags":`+tc.desired+`}`, `{"tags":`+tc.observed+`}`, true)
		if len(found) != 1 || found[0].Missing != tc.want {
			t.Errorf("%s: got %+v, want %d missing", name, found, tc.want)
		}
	}
	if found := differences(t, `{"part":{"inner":{"ids":["1"]}}}`, `{}`, true); len(found) != 1 || !found[0].Unseen || found[0].Missing != 0 {
		t.Errorf("nobody knows what a list lacks that is not shown: got %+v", found)
	}
}

func TestACallTakesAFieldAwayOnlyWhereThatIsSaid(t *testing.T) {
	const full = `{"name":"a","block":{"text":"1","mail":"m","extra":["x"]}}`
	for name, tc := range map[string]struct {
		desired, field string
		want           providers.Operation
	}{
		"left out":                  {`{"block":{"text":"1","mail":"m","extra":["x"]}}`, "name", ""},
		"left out in a block":       {`{"name":"a","block":{"mail":"m","extra":["x"]}}`, "block.text", ""},
		"changed in a block":        {`{"name":"a","block":{"text":"2","mail":"m","extra":["x"]}}`, "block.text", "change"},
		"what the call removes":     {`{"name":"a","block":{"text":"1","mail":"m"}}`, "block.extra", "change"},
		"one of two, and no other":  {`{"name":"a","block":{"text":"1","extra":["x"]}}`, "block.mail", ""},
		"one of two, for the other": {`{"name":"a","block":{"text":"1","phone":"p","extra":["x"]}}`, "block.mail", "change"},
		"the other of two":          {`{"name":"a","block":{"text":"1","phone":"p","extra":["x"]}}`, "block.phone", "change"},
		"the block":                 {`{"name":"a"}`, "block.text", ""},
		"what no call changes":      {`{"name":"a","number":1,"block":{"text":"1","mail":"m","extra":["x"]}}`, "number", ""},
	} {
		found := differences(t, tc.desired, full, true)
		i := slices.IndexFunc(found, func(d diff) bool { return d.Field == tc.field })
		if i < 0 || found[i].Call != tc.want {
			t.Errorf("%s: got %+v, want %q", name, found, tc.want)
		}
		desired, _, err := Decode([]byte(tc.desired), providers.Snapshot{})
		if err != nil {
			t.Fatal(err)
		}
		if call := schema.CallFor(tc.field, desired); call != tc.want {
			t.Errorf("%s: the call is %q, want %q", name, call, tc.want)
		}
	}
	for _, path := range []string{"", "novel", "name.novel", "items[0].id", "part", "block.novel"} {
		if call := schema.CallFor(path, nil); call != "" {
			t.Errorf("%q is changed by %q", path, call)
		}
	}
}

func TestWhatCannotBeDecodedIsAnError(t *testing.T) {
	for _, bad := range []string{"", "[]", "<"} {
		if _, err := schema.Differences([]byte(bad), providers.Snapshot{}); err == nil {
			t.Errorf("the request %q was compared", bad)
		}
		if _, err := schema.Differences([]byte("{}"), providers.Snapshot{ID: "a\nb", Content: []byte(bad + " ")}); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("the content %q was compared: %v", bad, err)
		}
	}
	if _, err := schema.Differences([]byte("{}"), providers.Snapshot{}); err != nil {
		t.Error(err)
	}
}

func TestDifferentValuesLookDifferent(t *testing.T) {
	long := strings.Repeat("长", 200)
	values := []any{nil, "a", "a b", "a\nb", "a  b", long, long + "a", long + "b", "\xff", "?", []any{"a"}, []any{"b"}}
	seen := map[string]any{}
	for _, value := range values {
		shown := Render(value)
		if other, twice := seen[shown]; twice {
			t.Errorf("%q and %q are both shown as %q", value, other, shown)
		}
		seen[shown] = value
		if utf8.RuneCountInString(shown) > MaxRendered || strings.ContainsAny(shown, "\n\r") {
			t.Errorf("%q is shown as %q", value, shown)
		}
	}
	if Render("") != "" || Render([]any{}) != "" || Render("a") != "a" {
		t.Error("nothing is shown as something")
	}
	sets := [][]string{{"a, b"}, {"a", "b"}, {"a", "b, c"}, {"a, b", "c"}, {long}, {long + "x"}, {"x", long}, {"x", long + "y"}}
	for _, set := range sets {
		shown := renderSet(set)
		if other, twice := seen[shown]; twice {
			t.Errorf("%q and %q are both shown as %q", set, other, shown)
		}
		seen[shown] = set
		if utf8.RuneCountInString(shown) > MaxRendered {
			t.Errorf("%q is shown as %q", set, shown)
		}
	}
	ids := make([]string, 30)
	for i := range ids {
		ids[i] = "id" + strings.Repeat("0", 12)
	}
	if shown := renderSet(ids); !strings.HasPrefix(shown, "30 values: id000000000000, id000000000000, id000000000000 … (sha256:") {
		t.Errorf("got %q", shown)
	}
}

func TestCoverageNamesEveryFieldThatCanBeSeen(t *testing.T) {
	got := schema.Coverage("id")
	if want := []string{"name", "number", "end", "colour", "tags", "items[].id", "members", "most", "daily", "part.fixed", "part.inner.ids", "block.text", "block.mail", "block.phone", "block.extra"}; !slices.Equal(got.Comparable, want) {
		t.Errorf("got %q", got.Comparable)
	}
	if !slices.Equal(got.WriteOnly, []string{"hidden"}) || !slices.Equal(got.ServerOwned, []string{"id"}) {
		t.Errorf("got %+v", got)
	}
}
