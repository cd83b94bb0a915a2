package wechatpay

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth of nested objects and lists; documented bodies need five.
const maxDepth = 20

// parseBody reads a JSON object strictly: UTF-8, no key twice, nothing after it, and no character
// of more than three bytes, which the gateway cannot store. Numbers stay as they were written.
func parseBody(raw []byte) (map[string]any, *apiError) {
	if len(raw) == 0 {
		return nil, bodyError("", nil, "the body is empty")
	}
	if !utf8.Valid(raw) {
		return nil, bodyError("", nil, "the body is not UTF-8")
	}
	if !json.Valid(raw) {
		return nil, bodyError("", nil, "the body is not JSON")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	v, refused := parseValue(dec, "", 0)
	if refused != nil {
		return nil, refused
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, bodyError("", nil, "the body has more than one JSON value")
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, bodyError("", nil, "the body is not a JSON object")
	}
	return object, nil
}

func parseValue(dec *json.Decoder, at string, depth int) (any, *apiError) {
	if depth > maxDepth {
		return nil, bodyError(at, nil, "too deeply nested")
	}
	token, err := dec.Token()
	if err != nil {
		return nil, bodyError(at, nil, "the body is not JSON")
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return parseObject(dec, at, depth)
		}
		return parseArray(dec, at, depth)
	case string:
		return t, checkCharacters(t, at)
	case nil:
		return nil, bodyError(at, nil, "null: leave the field out")
	default:
		return token, nil
	}
}

func parseObject(dec *json.Decoder, at string, depth int) (any, *apiError) {
	object := map[string]any{}
	for dec.More() {
		token, err := dec.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return nil, bodyError(at, nil, "the body is not JSON")
		}
		below := at + "/" + escapePointer(key)
		if refused := checkCharacters(key, below); refused != nil {
			return nil, refused
		}
		if _, twice := object[key]; twice {
			return nil, bodyError(below, nil, "the field is given twice")
		}
		v, refused := parseValue(dec, below, depth+1)
		if refused != nil {
			return nil, refused
		}
		object[key] = v
	}
	_, _ = dec.Token() // the closing brace: json.Valid saw it
	return object, nil
}

func parseArray(dec *json.Decoder, at string, depth int) (any, *apiError) {
	array := []any{}
	for dec.More() {
		v, refused := parseValue(dec, at+"/"+strconv.Itoa(len(array)), depth+1)
		if refused != nil {
			return nil, refused
		}
		array = append(array, v)
	}
	_, _ = dec.Token() // the closing bracket: json.Valid saw it
	return array, nil
}

func checkCharacters(s, at string) *apiError {
	for _, r := range s {
		if r > 0xFFFF {
			return bodyError(at, s, "characters of more than 3 bytes in UTF-8, such as emoji, are not allowed")
		}
	}
	return nil
}

// escapePointer writes a key as a part of a JSON pointer.
func escapePointer(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// parseQuery reads a query strictly: known parameters, each once, none empty.
func parseQuery(raw string, known []string) (url.Values, *apiError) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, queryError("", raw, "the query is not well formed")
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		switch v := values[name]; {
		case !slices.Contains(known, name):
			return nil, queryError(name, v[0], "unknown parameter")
		case len(v) > 1:
			return nil, queryError(name, v[1], "the parameter is given twice")
		case v[0] == "":
			return nil, queryError(name, "", "the parameter is empty: leave it out")
		}
	}
	return values, nil
}

// pageOf reads offset, which is a page number from 0, and limit. Without a limit by default both
// are required.
func pageOf(query url.Values, byDefault, most int) (offset, limit int, refused *apiError) {
	read := func(name string, fallback, low, high int) int {
		text := query.Get(name)
		if text == "" && byDefault > 0 {
			return fallback
		}
		n, err := strconv.Atoi(text)
		if refused == nil && (err != nil || n < low || n > high) {
			refused = queryError(name, text, "must be a number from "+strconv.Itoa(low)+" to "+strconv.Itoa(high))
		}
		return n
	}
	offset = read("offset", 0, 0, 1<<31-1)
	limit = read("limit", min(byDefault, most), 1, most)
	return offset, limit, refused
}
