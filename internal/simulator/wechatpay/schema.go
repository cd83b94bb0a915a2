package wechatpay

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// checker judges the value at a place below the body.
type checker func(at string, v any) *apiError

// member is a field of an object.
type member struct {
	name     string
	required bool
	check    checker
}

func required(name string, c checker) member { return member{name, true, c} }
func optional(name string, c checker) member { return member{name, false, c} }

// object takes the documented members and nothing else.
func object(members ...member) checker {
	return func(at string, v any) *apiError {
		fields, ok := v.(map[string]any)
		if !ok {
			return bodyError(at, v, "must be an object")
		}
		for _, m := range members {
			value, given := fields[m.name]
			if !given {
				if m.required {
					return bodyError(at+"/"+m.name, nil, "is required")
				}
				continue
			}
			if refused := m.check(at+"/"+m.name, value); refused != nil {
				return refused
			}
		}
		return unknownField(at, fields, members)
	}
}

func unknownField(at string, fields map[string]any, members []member) *apiError {
	var unknown []string
	for name := range fields {
		if !slices.ContainsFunc(members, func(m member) bool { return m.name == name }) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown) // the same body is always refused for the same field
	return bodyError(at+"/"+escapePointer(unknown[0]), fields[unknown[0]], "unknown field")
}

// array takes one to most items: what is empty must be left out.
func array(most int, item checker) checker {
	return func(at string, v any) *apiError {
		items, ok := v.([]any)
		if !ok {
			return bodyError(at, v, "must be a list")
		}
		if len(items) < 1 || len(items) > most {
			return bodyError(at, nil, fmt.Sprintf("must have 1 to %d items, not %d", most, len(items)))
		}
		for i, v := range items {
			if refused := item(at+"/"+strconv.Itoa(i), v); refused != nil {
				return refused
			}
		}
		return nil
	}
}

// text takes a string of that many characters.
func text(least, most int) checker {
	return func(at string, v any) *apiError {
		s, ok := v.(string)
		if !ok {
			return bodyError(at, v, "must be a string")
		}
		if n := utf8.RuneCountInString(s); n < least || n > most {
			return bodyError(at, s, fmt.Sprintf("must have %d to %d characters, not %d", least, most, n))
		}
		return nil
	}
}

// pattern takes a string that an expression matches.
func pattern(form *regexp.Regexp, issue string) checker {
	return func(at string, v any) *apiError {
		s, ok := v.(string)
		if !ok {
			return bodyError(at, v, "must be a string")
		}
		if !form.MatchString(s) {
			return bodyError(at, s, issue)
		}
		return nil
	}
}

// all takes what every one of the checkers takes.
func all(checkers ...checker) checker {
	return func(at string, v any) *apiError {
		for _, c := range checkers {
			if refused := c(at, v); refused != nil {
				return refused
			}
		}
		return nil
	}
}

// oneOf takes one of the values, in their documented case.
func oneOf(values ...string) checker {
	return func(at string, v any) *apiError {
		if s, ok := v.(string); !ok || !slices.Contains(values, s) {
			return bodyError(at, v, "must be one of "+strings.Join(values, ", "))
		}
		return nil
	}
}

// integer takes a number without fraction or exponent between least and most.
func integer(least, most int64) checker {
	return func(at string, v any) *apiError {
		number, ok := v.(json.Number)
		if !ok {
			return bodyError(at, v, "must be an integer")
		}
		n, err := strconv.ParseInt(number.String(), 10, 64)
		if err != nil {
			return bodyError(at, v, "must be an integer")
		}
		if n < least || n > most {
			return bodyError(at, v, fmt.Sprintf("must be from %d to %d", least, most))
		}
		return nil
	}
}

func boolean(at string, v any) *apiError {
	if _, ok := v.(bool); !ok {
		return bodyError(at, v, "must be true or false")
	}
	return nil
}

// notOpen takes nothing: the field is documented and not open.
func notOpen(at string, v any) *apiError {
	return bodyError(at, v, "the field is not open yet: leave it out")
}

var (
	timeForm     = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$`)
	dayTimeForm  = regexp.MustCompile(`^([01]\d|2[0-3])[0-5]\d[0-5]\d$`)
	numberForm   = regexp.MustCompile(`^[A-Za-z0-9|_*-]{1,128}$`)
	urlForm      = regexp.MustCompile(`^https?://[!-~]+$`)
	colorForm    = regexp.MustCompile(`^(?i:color)(010|020|030|040|050|060|070|080|081|082|090|100|101|102)$`)
	hexColorForm = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

	requestNumber = pattern(numberForm, "must be 1 to 128 letters, digits, |, _, * or -")
	merchantID    = pattern(mchidForm, "must be 8 to 15 digits")
	dayTime       = pattern(dayTimeForm, "must be a time of day as HHmmss")
	imageURL      = pattern(urlForm, "must be a URL")
)

// timestamp takes an RFC 3339 time with a zone.
func timestamp(at string, v any) *apiError {
	s, ok := v.(string)
	if !ok {
		return bodyError(at, v, "must be a string")
	}
	if _, err := time.Parse(time.RFC3339, s); err != nil || len(s) > 32 || !timeForm.MatchString(s) {
		return bodyError(at, s, "must be a time as 2006-01-02T15:04:05+08:00")
	}
	return nil
}

// instant reads a time that was checked before.
func instant(s string) time.Time {
	t, _ := time.Parse(time.RFC3339, s)
	return t
}

// beijing is where the gateway's times are written.
var beijing = time.FixedZone("CST", 8*60*60)

// stamp writes a time as the gateway does.
func (g *Gateway) stamp(t time.Time) string {
	if g.switches.Is(SwitchDetailMillis, "on") {
		return t.In(beijing).Format("2006-01-02T15:04:05.000-07:00")
	}
	return t.In(beijing).Format("2006-01-02T15:04:05-07:00")
}

// stampPointer writes a time that may not have come.
func (g *Gateway) stampPointer(t *time.Time) string {
	if t == nil {
		return ""
	}
	return g.stamp(*t)
}
