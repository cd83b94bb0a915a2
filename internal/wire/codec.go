// Package wire turns a manifest's fields into a vendor's request body: one codec for the
// spelling of names, one for times, one for the bytes. What follows from other fields is
// filled in by each kind's mapping, never here.
package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Object is a JSON object on its way to the wire.
type Object = map[string]any

// ToVendor returns v, any value that marshals to a JSON object, with every key re-spelled
// from lowerCamelCase to snake_case. Absent stays absent.
func ToVendor(v any) (Object, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("marshal manifest fields: %w", err)
	}
	tree, err := decode(raw)
	if err != nil {
		return nil, err
	}
	object, ok := rekey(tree, SnakeCase).(Object)
	if !ok {
		return nil, fmt.Errorf("manifest fields are %T, want an object", tree)
	}
	return object, nil
}

// FromVendor reads a vendor's object, such as what it returns of a body, into v, a pointer to a struct with a manifest's field names. What
// v does not name is ignored; an error means that what it names is not of its type.
func FromVendor(raw []byte, v any) error {
	tree, err := decode(raw)
	if err != nil {
		return err
	}
	respelled, err := json.Marshal(rekey(tree, CamelCase))
	if err != nil {
		return fmt.Errorf("respell a vendor's object: %w", err)
	}
	if err := json.Unmarshal(respelled, v); err != nil {
		return fmt.Errorf("read a vendor's object: %w", err)
	}
	return nil
}

// Bytes renders a body: keys sorted, no spaces, no HTML escapes, no final newline, so that
// equal content is equal bytes for ever.
func Bytes(object Object) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(object); err != nil {
		return nil, fmt.Errorf("encode request body: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// SnakeCase re-spells a manifest's field name as the vendor does: activityName → activity_name.
func SnakeCase(camel string) string {
	var out strings.Builder
	for _, r := range camel {
		if r >= 'A' && r <= 'Z' {
			out.WriteByte('_')
			r += 'a' - 'A'
		}
		out.WriteRune(r)
	}
	return out.String()
}

// CamelCase re-spells a vendor's field name as the manifest does: activity_name → activityName.
func CamelCase(snake string) string {
	parts := strings.Split(snake, "_")
	for i, part := range parts[1:] {
		if part != "" {
			parts[i+1] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "")
}

func decode(raw []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber() // amounts must not pass through a float
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, fmt.Errorf("decode JSON: %w", err)
	}
	return tree, nil
}

func rekey(node any, spell func(string) string) any {
	switch value := node.(type) {
	case Object:
		out := make(Object, len(value))
		for key, child := range value {
			out[spell(key)] = rekey(child, spell)
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, child := range value {
			out[i] = rekey(child, spell)
		}
		return out
	default:
		return node
	}
}
