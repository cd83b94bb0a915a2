package alipay

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

// object is a JSON object as the schema package reads it: numbers are json.Number.
type object = map[string]any

var encode = schema.Encode

// decode reads kept JSON with its numbers as they were written.
func decode(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	return dec.Decode(into)
}

// copyOf is a copy of a document that can be changed.
func copyOf(doc object) object {
	var copied object
	if err := decode(encode(doc), &copied); err != nil {
		panic(err) // our own documents always decode
	}
	return copied
}

// get digs in a document by names joined with dots; nil when there is nothing.
func get(doc object, path string) any {
	var v any = doc
	for name := range strings.SplitSeq(path, ".") {
		fields, ok := v.(object)
		if !ok {
			return nil
		}
		v = fields[name]
	}
	return v
}

// put sets a value in a document, making objects on the way.
func put(doc object, path string, value any) {
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		next, ok := doc[name].(object)
		if !ok {
			next = object{}
			doc[name] = next
		}
		doc = next
	}
	doc[names[len(names)-1]] = value
}

func has(doc object, path string) bool { return get(doc, path) != nil }

func textAt(doc object, path string) string {
	s, _ := get(doc, path).(string)
	return s
}

func numberAt(doc object, path string) int64 {
	n, _ := get(doc, path).(json.Number)
	value, _ := n.Int64()
	return value
}

func trueAt(doc object, path string) bool {
	b, _ := get(doc, path).(bool)
	return b
}

// listAt is a list of texts without those that come twice.
func listAt(doc object, path string) []string {
	items, _ := get(doc, path).([]any)
	seen := map[string]bool{}
	var texts []string
	for _, item := range items {
		if s, ok := item.(string); ok && !seen[s] {
			seen[s] = true
			texts = append(texts, s)
		}
	}
	return texts
}

// asList is the reverse of listAt.
func asList(texts []string) []any {
	items := make([]any, 0, len(texts))
	for _, s := range texts {
		items = append(items, s)
	}
	return items
}

func asNumber(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }

// beijing is where the gateway's times are written. China has no daylight saving time.
var beijing = time.FixedZone("CST", 8*60*60)

const timeLayout = "2006-01-02 15:04:05"

// stamp writes a time as the gateway does.
func stamp(t time.Time) string { return t.In(beijing).Format(timeLayout) }

// timeAt reads a time that was checked before.
func timeAt(doc object, path string) time.Time {
	t, _ := time.ParseInLocation(timeLayout, textAt(doc, path), beijing)
	return t
}

// fenOf reads a price in yuan, a string or a number with at most two decimals.
func fenOf(v any) (int64, bool) {
	var text string
	switch x := v.(type) {
	case string:
		text = x
	case json.Number:
		text = x.String()
	}
	if !priceForm.MatchString(text) {
		return 0, false
	}
	whole, fraction, _ := strings.Cut(text, ".")
	fen, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	return fen, err == nil
}

func fenAt(doc object, path string) int64 {
	fen, _ := fenOf(get(doc, path))
	return fen
}

// take removes what is at a path.
func take(doc object, path string) {
	if i := strings.LastIndex(path, "."); i >= 0 {
		inner, _ := get(doc, path[:i]).(object)
		delete(inner, path[i+1:])
		return
	}
	delete(doc, path)
}

// numbersAsText writes all numbers of a document as text.
func numbersAsText(v any) any {
	switch x := v.(type) {
	case object:
		for name, value := range x {
			x[name] = numbersAsText(value)
		}
	case []any:
		for i, value := range x {
			x[i] = numbersAsText(value)
		}
	case json.Number:
		return x.String()
	}
	return v
}
