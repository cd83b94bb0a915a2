// Package schema judges the JSON bodies that clients send to a simulated gateway: their form, strictly, so that a
// misspelt field is found in a rehearsal. What depends on several fields at once is for the gateways' own rules.
package schema

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Problem is what is wrong with a value.
type Problem struct {
	// At is the value's JSON pointer below the body; empty for the body itself.
	At string
	// Value is what was sent; nil when it is missing, an object or a list.
	Value any
	// Issue says what is wrong, as the end of a sentence that begins with the place.
	Issue string
}

// Refuse makes a Problem. Of objects and lists only the place is kept.
func Refuse(at string, value any, issue string) *Problem {
	switch value.(type) {
	case map[string]any, []any:
		value = nil
	}
	return &Problem{At: at, Value: value, Issue: issue}
}

// Checker judges the value at a place below the body.
type Checker func(at string, v any) *Problem

// Member is a field of an object.
type Member struct {
	Name     string
	Required bool
	Check    Checker
}

// Required is a field that must be there.
func Required(name string, c Checker) Member { return Member{name, true, c} }

// Optional is a field that may be left out.
func Optional(name string, c Checker) Member { return Member{name, false, c} }

// Object takes the members and nothing else.
func Object(members ...Member) Checker {
	return func(at string, v any) *Problem {
		fields, ok := v.(map[string]any)
		if !ok {
			return Refuse(at, v, "must be an object")
		}
		for _, m := range members {
			value, given := fields[m.Name]
			if !given {
				if m.Required {
					return Refuse(at+"/"+m.Name, nil, "is required")
				}
				continue
			}
			if p := m.Check(at+"/"+m.Name, value); p != nil {
				return p
			}
		}
		return unknownField(at, fields, members)
	}
}

func unknownField(at string, fields map[string]any, members []Member) *Problem {
	var unknown []string
	for name := range fields {
		if !slices.ContainsFunc(members, func(m Member) bool { return m.Name == name }) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown) // the same body is always refused for the same field
	return Refuse(at+"/"+EscapePointer(unknown[0]), fields[unknown[0]], "unknown field")
}

// Array takes least to most items.
func Array(least, most int, item Checker) Checker {
	return func(at string, v any) *Problem {
		items, ok := v.([]any)
		if !ok {
			return Refuse(at, v, "must be a list")
		}
		if len(items) < least || len(items) > most {
			return Refuse(at, nil, fmt.Sprintf("must have %d to %d items, not %d", least, most, len(items)))
		}
		for i, v := range items {
			if p := item(at+"/"+strconv.Itoa(i), v); p != nil {
				return p
			}
		}
		return nil
	}
}

// Text takes a string of least to most characters.
func Text(least, most int) Checker {
	return func(at string, v any) *Problem {
		s, ok := v.(string)
		if !ok {
			return Refuse(at, v, "must be a string")
		}
		if n := utf8.RuneCountInString(s); n < least || n > most {
			return Refuse(at, s, fmt.Sprintf("must have %d to %d characters, not %d", least, most, n))
		}
		return nil
	}
}

// Pattern takes a string that an expression matches.
func Pattern(form *regexp.Regexp, issue string) Checker {
	return func(at string, v any) *Problem {
		s, ok := v.(string)
		if !ok {
			return Refuse(at, v, "must be a string")
		}
		if !form.MatchString(s) {
			return Refuse(at, s, issue)
		}
		return nil
	}
}

// All takes what every one of the checkers takes.
func All(checkers ...Checker) Checker {
	return func(at string, v any) *Problem {
		for _, c := range checkers {
			if p := c(at, v); p != nil {
				return p
			}
		}
		return nil
	}
}

// OneOf takes one of the values, in their documented case.
func OneOf(values ...string) Checker {
	return func(at string, v any) *Problem {
		if s, ok := v.(string); !ok || !slices.Contains(values, s) {
			return Refuse(at, v, "must be one of "+strings.Join(values, ", "))
		}
		return nil
	}
}

// Integer takes a number without fraction or exponent from least to most.
func Integer(least, most int64) Checker {
	return func(at string, v any) *Problem {
		number, ok := v.(json.Number)
		if !ok {
			return Refuse(at, v, "must be an integer")
		}
		n, err := strconv.ParseInt(number.String(), 10, 64)
		if err != nil {
			return Refuse(at, v, "must be an integer")
		}
		if n < least || n > most {
			return Refuse(at, v, fmt.Sprintf("must be from %d to %d", least, most))
		}
		return nil
	}
}

// Boolean takes true and false.
func Boolean(at string, v any) *Problem {
	if _, ok := v.(bool); !ok {
		return Refuse(at, v, "must be true or false")
	}
	return nil
}

// Anything takes everything: for fields that exist and whose form nobody publishes.
func Anything(string, any) *Problem { return nil }
