// Package lenient reads gateways' JSON without demanding more of it than is needed: numbers and numbers as text are
// the same, absent, null and empty are the same, unknown fields are kept, and nothing it says quotes its input, which
// may be anything, of any length.
package lenient

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Object is a JSON object whose numbers are json.Number.
type Object = map[string]any

var (
	// ErrNotJSON is a body that is not one JSON value.
	ErrNotJSON = errors.New("the body is not JSON")
	// ErrNotObject is a body that is JSON and no object.
	ErrNotObject = errors.New("the body is not a JSON object")
)

// Decode decodes a body that must be one JSON object.
func Decode(body []byte) (Object, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, ErrNotJSON
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, ErrNotJSON
	}
	decoded, ok := value.(Object)
	if !ok {
		return nil, ErrNotObject
	}
	return decoded, nil
}

// Encode is the reverse of Decode: keys sorted, no HTML escapes.
func Encode(value Object) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

// TextOf renders a scalar as text, so that a number sent as a string and the reverse are the same; ok is false for
// anything else.
func TextOf(value any) (text string, ok bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// Text returns the scalar called name, "" where there is none.
func Text(from Object, name string) string {
	value, _ := TextOf(from[name])
	return value
}

// Child returns the object at the end of the path, nil where there is none. Reading a nil Object is fine.
func Child(from Object, path ...string) Object {
	for _, name := range path {
		from, _ = from[name].(Object)
	}
	return from
}

// List returns the list called name, nil where there is none.
func List(from Object, name string) []any {
	value, _ := from[name].([]any)
	return value
}

// Texts returns the scalars of the list called name, those that are not empty.
func Texts(from Object, name string) []string {
	var out []string
	for _, value := range List(from, name) {
		if text, _ := TextOf(value); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// SetOf returns the values as text, sorted, each once.
func SetOf(values []any) []string {
	out := make([]string, 0, len(values))
	for _, value := range values {
		out = append(out, Plain(value))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Count returns the whole number called name; ok is false where there is none, or a negative one.
func Count(from Object, name string) (n int, ok bool) {
	n, err := strconv.Atoi(Text(from, name))
	return n, err == nil && n >= 0
}

// Pick returns the named fields that are there.
func Pick(from Object, names ...string) Object {
	out := Object{}
	for _, name := range names {
		if value := from[name]; value != nil {
			out[name] = value
		}
	}
	return out
}

// Facts returns the named scalars that are there and not empty, as they were spelled.
func Facts(from Object, names ...string) map[string]string {
	out := map[string]string{}
	for _, name := range names {
		if value := strings.TrimSpace(Text(from, name)); value != "" {
			out[name] = value
		}
	}
	return out
}

// IsEmpty reports null, "", and lists and objects that hold nothing else.
func IsEmpty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return !slices.ContainsFunc(v, func(item any) bool { return !IsEmpty(item) })
	case Object:
		for _, item := range v {
			if !IsEmpty(item) {
				return false
			}
		}
		return true
	}
	return false
}

// Plain is a scalar's text, and the JSON of anything else.
func Plain(value any) string {
	if value == nil {
		return ""
	}
	if scalar, ok := TextOf(value); ok {
		return scalar
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("%T", value)
	}
	return string(encoded)
}

// OneLine makes text of the other side fit to be shown: one line, printable, at most most characters.
func OneLine(value string, most int) string {
	value = Printable(value)
	if runes := []rune(value); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return value
}

// Printable makes text of the other side one line without control characters, of any length.
func Printable(value string) string {
	value = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(value, "?"))
	return strings.Join(strings.Fields(value), " ")
}
