package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth of nested objects and lists; documented bodies need nine.
const maxDepth = 20

// Parse reads a JSON object strictly: UTF-8, no key twice, no null, nothing after it. Numbers stay as they were
// written. Every text, keys too, must pass the checker text, which may be nil.
func Parse(raw []byte, text Checker) (map[string]any, *Problem) {
	if len(raw) == 0 {
		return nil, Refuse("", nil, "the body is empty")
	}
	if !utf8.Valid(raw) {
		return nil, Refuse("", nil, "the body is not UTF-8")
	}
	if !json.Valid(raw) {
		return nil, Refuse("", nil, "the body is not JSON")
	}
	p := parser{dec: json.NewDecoder(bytes.NewReader(raw)), text: text}
	p.dec.UseNumber()
	v, problem := p.value("", 0)
	if problem != nil {
		return nil, problem
	}
	if _, err := p.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, Refuse("", nil, "the body has more than one JSON value")
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, Refuse("", nil, "the body is not a JSON object")
	}
	return object, nil
}

type parser struct {
	dec  *json.Decoder
	text Checker
}

func (p *parser) value(at string, depth int) (any, *Problem) {
	if depth > maxDepth {
		return nil, Refuse(at, nil, "too deeply nested")
	}
	token, err := p.dec.Token()
	if err != nil {
		return nil, Refuse(at, nil, "the body is not JSON")
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return p.object(at, depth)
		}
		return p.array(at, depth)
	case string:
		return t, p.check(at, t)
	case nil:
		return nil, Refuse(at, nil, "null: leave the field out")
	default:
		return token, nil
	}
}

func (p *parser) object(at string, depth int) (any, *Problem) {
	object := map[string]any{}
	for p.dec.More() {
		token, err := p.dec.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return nil, Refuse(at, nil, "the body is not JSON")
		}
		below := at + "/" + EscapePointer(key)
		if problem := p.check(below, key); problem != nil {
			return nil, problem
		}
		if _, twice := object[key]; twice {
			return nil, Refuse(below, nil, "the field is given twice")
		}
		v, problem := p.value(below, depth+1)
		if problem != nil {
			return nil, problem
		}
		object[key] = v
	}
	_, _ = p.dec.Token() // the closing brace: json.Valid saw it
	return object, nil
}

func (p *parser) array(at string, depth int) (any, *Problem) {
	array := []any{}
	for p.dec.More() {
		v, problem := p.value(at+"/"+strconv.Itoa(len(array)), depth+1)
		if problem != nil {
			return nil, problem
		}
		array = append(array, v)
	}
	_, _ = p.dec.Token() // the closing bracket: json.Valid saw it
	return array, nil
}

func (p *parser) check(at, s string) *Problem {
	if p.text == nil {
		return nil
	}
	return p.text(at, s)
}

// EscapePointer writes a key as a part of a JSON pointer.
func EscapePointer(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// Merge applies a JSON merge patch (RFC 7386) to a document that nobody else has: null takes a field away.
func Merge(doc, patch map[string]any) map[string]any {
	for name, value := range patch {
		inner, isObject := value.(map[string]any)
		switch {
		case value == nil:
			delete(doc, name)
		case isObject:
			old, ok := doc[name].(map[string]any)
			if !ok {
				old = map[string]any{}
			}
			doc[name] = Merge(old, inner)
		default:
			doc[name] = value
		}
	}
	return doc
}

// Encode writes JSON as the gateways do: Chinese, <, > and & as they are.
func Encode(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // the simulator's own types always encode
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
