package wechatpay

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// object is a JSON object decoded leniently: numbers as json.Number, unknown fields kept.
type object = map[string]any

// The texts do not quote the input: it may be anything, of any length.
var (
	errNotJSON   = errors.New("the body is not JSON")
	errNotObject = errors.New("the body is not a JSON object")
)

// decodeObject decodes a body that must be one JSON object.
func decodeObject(body []byte) (object, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, errNotJSON
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errNotJSON
	}
	decoded, ok := value.(object)
	if !ok {
		return nil, errNotObject
	}
	return decoded, nil
}

// encodeObject is the reverse of decodeObject: keys sorted, no HTML escapes.
func encodeObject(value object) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

// textOf renders a scalar as text, so that a number sent as a string and the reverse are the
// same; ok is false for anything else.
func textOf(value any) (text string, ok bool) {
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

// text returns the scalar called name, "" where there is none.
func text(from object, name string) string {
	value, _ := textOf(from[name])
	return value
}

// child returns the object called name, nil where there is none. Reading a nil object is fine.
func child(from object, name string) object {
	value, _ := from[name].(object)
	return value
}

// count returns the whole number called name; ok is false where there is none, or a negative one.
func count(from object, name string) (n int, ok bool) {
	n, err := strconv.Atoi(text(from, name))
	return n, err == nil && n >= 0
}

// colonMillis is the page's own pattern "HH:mm:ss:sss", a colon before the milliseconds.
var colonMillis = regexp.MustCompile(`^(.*\d\d:\d\d:\d\d):(\d{1,9})(Z|[+-].*)$`)

// parseTime reads a vendor's time: RFC 3339 with or without fraction, with or without the
// colon in the offset, or with the pattern of the old pages.
func parseTime(value string) (time.Time, bool) {
	value = colonMillis.ReplaceAllString(strings.TrimSpace(value), "$1.$2$3")
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, value); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// timeOf is parseTime of a field; zero where it is absent or unreadable.
func timeOf(from object, name string) time.Time {
	t, _ := parseTime(text(from, name))
	return t
}

// oneLine makes text of the other side fit to be shown: one line, printable, at most max
// characters.
func oneLine(value string, max int) string {
	value = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(value, "?"))
	value = strings.Join(strings.Fields(value), " ")
	if runes := []rune(value); len(runes) > max {
		return string(runes[:max-1]) + "…"
	}
	return value
}
