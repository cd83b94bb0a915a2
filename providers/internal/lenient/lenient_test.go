package lenient

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// decode is Decode of what is good.
func decode(t *testing.T, body string) Object {
	t.Helper()
	out, err := Decode([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestOnlyOneObjectIsDecoded(t *testing.T) {
	for body, want := range map[string]error{
		`{}`: nil, " {\"a\":1}\n": nil, `[]`: ErrNotObject, `null`: ErrNotObject, `"x"`: ErrNotObject, `7`: ErrNotObject,
		``: ErrNotJSON, `{`: ErrNotJSON, `{}{}`: ErrNotJSON, `{}x`: ErrNotJSON, `<html>`: ErrNotJSON, `{"a":01}`: ErrNotJSON,
	} {
		if _, err := Decode([]byte(body)); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", body, err, want)
		}
	}
}

func TestWhatIsEncodedIsWhatWasDecoded(t *testing.T) {
	const body = `{"a":[1,"<b>",null],"n":9007199254740993.10,"z":{"x":true}}`
	if got, err := Encode(decode(t, body)); err != nil || string(got) != body {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err := Encode(Object{"a": func() {}}); err == nil {
		t.Error("a function was encoded")
	}
}

func TestNumbersAndTheirTextAreTheSame(t *testing.T) {
	from := decode(t, `{"s":"12","n":12,"b":true,"z":null,"o":{"i":{"v":"x"}},"l":[1,"1","",null,{"a":1}],"neg":-1,"f":1.5}`)
	for name, want := range map[string]string{"s": "12", "n": "12", "b": "true", "z": "", "o": "", "l": "", "none": ""} {
		if got := Text(from, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]bool{"s": true, "n": true, "neg": false, "f": false, "b": false, "none": false} {
		if n, ok := Count(from, name); ok != want || ok && n != 12 {
			t.Errorf("%s counts %d, %t", name, n, ok)
		}
	}
	if Text(Child(from, "o", "i"), "v") != "x" || Child(from, "o", "none", "i") != nil || Child(from, "s") != nil || Child(nil, "a") != nil {
		t.Error("children are not found")
	}
	if got := Texts(from, "l"); !slices.Equal(got, []string{"1", "1"}) || List(from, "s") != nil {
		t.Errorf("got %q", got)
	}
	if got := SetOf(List(from, "l")); !slices.Equal(got, []string{"", "1", `{"a":1}`}) {
		t.Errorf("got %q", got)
	}
}

func TestPartsAreTaken(t *testing.T) {
	from := decode(t, `{"a":" 1 ","b":"","c":null,"d":{"x":1}}`)
	if got := Facts(from, "a", "b", "c", "d", "e"); !maps.Equal(got, map[string]string{"a": "1"}) {
		t.Errorf("got %v", got)
	}
	if got := Pick(from, "b", "c", "d", "e"); len(got) != 2 || got["d"] == nil {
		t.Errorf("got %v", got)
	}
}

func TestNothingHasManySpellings(t *testing.T) {
	for body, want := range map[string]bool{
		`null`: true, `""`: true, `[]`: true, `{}`: true, `[null,{"a":""}]`: true, `{"a":[[]]}`: true, `0`: false, `false`: false, `" "`: false, `[0]`: false,
	} {
		if got := IsEmpty(decode(t, `{"v":`+body+`}`)["v"]); got != want {
			t.Errorf("%s: empty is %t", body, got)
		}
	}
}

func TestPlainIsTextOrJSON(t *testing.T) {
	for body, want := range map[string]string{`null`: "", `"x"`: "x", `1.50`: "1.50", `[1,"a"]`: `[1,"a"]`, `{"b":1,"a":2}`: `{"a":2,"b":1}`} {
		if got := Plain(decode(t, `{"v":`+body+`}`)["v"]); got != want {
			t.Errorf("%s is %q, want %q", body, got, want)
		}
	}
	if got := Plain(func() {}); got != "func()" {
		t.Errorf("got %q", got)
	}
}

func TestTextOfTheOtherSideBecomesOneShortLine(t *testing.T) {
	for value, want := range map[string]string{
		"short": "short", "a\r\n\tb \u2028c": "a b c", "\xff\x00x": "? x", strings.Repeat("长", 20): strings.Repeat("长", 9) + "…", strings.Repeat("长", 10): strings.Repeat("长", 10),
	} {
		if got := OneLine(value, 10); got != want {
			t.Errorf("%q became %q, want %q", value, got, want)
		}
	}
}

func TestATotalAloneDoesNotEndAList(t *testing.T) {
	for _, tc := range []struct {
		items, page, total, size int
		last                     bool
	}{
		{0, 0, 0, 20, true}, {0, 3, 100, 20, true}, {20, 0, 20, 20, false}, {19, 0, 19, 20, true}, {19, 0, 20, 20, false}, {5, 1, 25, 20, true}, {5, 1, 0, 20, true},
	} {
		if got := LastPage(tc.items, tc.page, tc.total, tc.size); got != tc.last {
			t.Errorf("%+v: last is %t", tc, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, body := range []string{`{"a":[1,{"b":"\u4e2d"}]}`, `{}x`, `[`, `{"a":1e999}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		decoded, err := Decode(body)
		if err != nil {
			return
		}
		encoded, err := Encode(decoded)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range decoded {
			if shown := OneLine(Plain(value), 50); utf8.RuneCountInString(shown) > 50 || strings.ContainsAny(shown, "\n\r") {
				t.Errorf("%s is shown as %q", name, shown)
			}
		}
		if again, err := Decode(encoded); err != nil || len(again) != len(decoded) {
			t.Errorf("%s became %s", body, encoded)
		}
	})
}
