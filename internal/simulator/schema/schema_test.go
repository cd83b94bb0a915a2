package schema_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

func TestABodyIsReadStrictly(t *testing.T) {
	for raw, issue := range map[string]string{
		"": "is empty", "\xff": "UTF-8", "{": "not JSON", "[]": "not a JSON object", "{}{}": "not JSON", `{"a":null}`: "null",
		`{"a":1,"a":2}`: "given twice", `{"a":"forbidden"}`: "forbidden", `{"forbidden":1}`: "forbidden",
		strings.Repeat(`{"a":`, 30) + "1" + strings.Repeat("}", 30): "too deeply nested",
	} {
		_, p := schema.Parse([]byte(raw), func(at string, v any) *schema.Problem {
			if v == "forbidden" {
				return schema.Refuse(at, v, "forbidden")
			}
			return nil
		})
		if p == nil || !strings.Contains(p.Issue, issue) {
			t.Errorf("%q: %+v, want %s", raw, p, issue)
		}
	}
	doc, p := schema.Parse([]byte(`{"a/b":[1.50,true,{"c":"x"}]}`), nil)
	if p != nil || string(schema.Encode(doc)) != `{"a/b":[1.50,true,{"c":"x"}]}` {
		t.Fatalf("read %v (%+v)", doc, p)
	}
}

func TestAFormNamesThePlaceOfAMistake(t *testing.T) {
	form := schema.Object(
		schema.Required("text", schema.Text(1, 3)), schema.Optional("word", schema.All(schema.Pattern(regexp.MustCompile(`^a`), "must begin with a"), schema.OneOf("a", "ab"))),
		schema.Optional("list", schema.Array(1, 2, schema.Integer(1, 9))), schema.Optional("flag", schema.Boolean), schema.Optional("any", schema.Anything),
	)
	for raw, want := range map[string]string{
		`{"text":"三个字","word":"ab","list":[1,9],"flag":true,"any":{}}`: "",
		`{}`:                        "/text is required",
		`{"text":1}`:                "/text must be a string",
		`{"text":"abcd"}`:           "/text must have 1 to 3 characters, not 4",
		`{"text":"a","word":1}`:     "/word must be a string",
		`{"text":"a","word":"b"}`:   "/word must begin with a",
		`{"text":"a","word":"ac"}`:  "/word must be one of a, ab",
		`{"text":"a","list":{}}`:    "/list must be a list",
		`{"text":"a","list":[]}`:    "/list must have 1 to 2 items, not 0",
		`{"text":"a","list":[1,0]}`: "/list/1 must be from 1 to 9",
		`{"text":"a","list":[1.5]}`: "/list/0 must be an integer",
		`{"text":"a","list":["1"]}`: "/list/0 must be an integer",
		`{"text":"a","flag":1}`:     "/flag must be true or false",
		`{"text":"a","x/~":1}`:      "/x~1~0 unknown field",
	} {
		doc, p := schema.Parse([]byte(raw), nil)
		if p != nil {
			t.Fatalf("%s: %+v", raw, p)
		}
		got := ""
		if p := form("", doc); p != nil {
			got = p.At + " " + p.Issue
		}
		if got != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
	if p := form("", "text"); p == nil || p.Issue != "must be an object" {
		t.Errorf("a text: %+v", p)
	}
}

func TestAMergePatchChangesWhatItNames(t *testing.T) {
	doc, _ := schema.Parse([]byte(`{"a":{"b":1,"c":2},"d":[1]}`), nil)
	patch := map[string]any{"a": map[string]any{"b": nil, "e": map[string]any{"f": "x"}}, "d": "y"}
	if got := string(schema.Encode(schema.Merge(doc, patch))); got != `{"a":{"c":2,"e":{"f":"x"}},"d":"y"}` {
		t.Fatalf("merged %s", got)
	}
}
