package wechatpay

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

// parseBody reads a JSON object strictly. The gateway cannot store characters of more than three bytes.
func parseBody(raw []byte) (map[string]any, *apiError) {
	doc, p := schema.Parse(raw, storable)
	if p != nil {
		return nil, bodyError(p.At, p.Value, p.Issue)
	}
	return doc, nil
}

func storable(at string, v any) *schema.Problem {
	s, _ := v.(string)
	for _, r := range s {
		if r > 0xFFFF {
			return schema.Refuse(at, s, "characters of more than 3 bytes in UTF-8, such as emoji, are not allowed")
		}
	}
	return nil
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
