package wechatpay

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/campaign-operator/campaign-operator/providers"
)

// maxRendered bounds a value in a Difference, in characters.
const maxRendered = 60

// differences compares body, a create request, with what the vendor returned of it, by the fields
// that the vendor documents.
//
// Equal are: absent, null and empty; times of the same second; colour names in any case; sets
// in any order; numbers and their text. Not compared are fields that no page documents, members,
// and fields that a list did not return. Differences are documented fields of another value,
// returned ones that the request lacks unless the server sets them by itself, and requested ones
// that a detail lacks although details always have them. Their order is that of the fields.
func differences(fields []field, body []byte, remote providers.Snapshot) ([]providers.Difference, error) {
	desired, err := decodeObject(body)
	if err != nil {
		return nil, fmt.Errorf("the create request cannot be compared: %w", err)
	}
	var observed object
	if len(remote.Content) > 0 {
		if observed, err = decodeObject(remote.Content); err != nil {
			return nil, fmt.Errorf("what the gateway returned of %q cannot be compared: %w",
				oneLine(remote.ID, maxRendered), err)
		}
	}
	diff := &differ{complete: remote.Detailed}
	diff.object("", fields, desired, observed)
	return diff.found, nil
}

// differ collects differences.
type differ struct {
	// complete is true when what is absent was not created, rather than merely not returned.
	complete bool
	found    []providers.Difference
}

func (d *differ) add(path string, desired, observed any) {
	d.found = append(d.found, providers.Difference{Field: path, Desired: render(desired), Observed: render(observed)})
}

func (d *differ) object(path string, fields []field, desired, observed object) {
	for _, f := range fields {
		at := f.name
		if path != "" {
			at = path + "." + f.name
		}
		if f.defaultOf != "" && isEmpty(desired[f.name]) && f.equal(observed[f.defaultOf], observed[f.name]) {
			continue
		}
		d.field(at, f, desired[f.name], observed[f.name])
	}
}

func (d *differ) field(path string, f field, desired, observed any) {
	if f.how == asMembers {
		return
	}
	if isEmpty(observed) {
		d.absent(path, f, desired)
		return
	}
	switch f.how {
	case asObject:
		if inner, ok := observed.(object); ok {
			wanted, _ := desired.(object)
			d.object(path, f.fields, wanted, inner)
			return
		}
	case asList:
		wanted, _ := desired.([]any)
		if got, ok := observed.([]any); ok && len(got) == len(wanted) {
			d.list(path, f.fields, wanted, got)
			return
		}
	case asSet:
		if got, ok := observed.([]any); ok {
			wanted, _ := desired.([]any)
			if !isEmpty(desired) || !slices.Equal(texts(got), f.defaultSet) {
				d.set(path, wanted, got)
			}
			return
		}
	}
	if isEmpty(desired) && f.setByServer(observed) {
		return
	}
	if !f.equal(desired, observed) {
		d.add(path, desired, observed)
	}
}

// absent is a field that was not returned.
func (d *differ) absent(path string, f field, desired any) {
	if d.complete && f.shown == inDetails && !isEmpty(desired) {
		d.add(path, desired, nil)
	}
}

func (d *differ) list(path string, fields []field, desired, observed []any) {
	for i := range observed {
		wanted, _ := desired[i].(object)
		got, ok := observed[i].(object)
		at := path + "[" + strconv.Itoa(i) + "]"
		if !ok {
			d.add(at, desired[i], observed[i])
			continue
		}
		d.object(at, fields, wanted, got)
	}
}

// set compares without regard to order and repetition, and shows what each side has alone.
func (d *differ) set(path string, desired, observed []any) {
	wanted, got := texts(desired), texts(observed)
	onlyWanted, onlyGot := without(wanted, got), without(got, wanted)
	if len(onlyWanted) == 0 && len(onlyGot) == 0 {
		return
	}
	d.add(path, describeSet(wanted, onlyWanted), describeSet(got, onlyGot))
}

func describeSet(all, alone []string) string {
	switch {
	case len(all) == 0:
		return ""
	case len(alone) == 0:
		return fmt.Sprintf("%d values", len(all))
	default:
		return fmt.Sprintf("%d values, only here: %s", len(all), strings.Join(alone, ", "))
	}
}

// texts returns the values as text, sorted, each once.
func texts(values []any) []string {
	out := make([]string, 0, len(values))
	for _, value := range values {
		out = append(out, plain(value))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// without returns what of the sorted a is not in the sorted b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(value string) bool {
		_, found := slices.BinarySearch(b, value)
		return found
	})
}

func (f field) setByServer(observed any) bool {
	return slices.Contains(f.defaults, "*") || slices.Contains(f.defaults, plain(observed))
}

func (f field) equal(desired, observed any) bool {
	a, b := plain(desired), plain(observed)
	switch f.how {
	case asText:
		return a == b
	case asColour:
		return strings.EqualFold(a, b)
	case asTime:
		ta, okA := parseTime(a)
		tb, okB := parseTime(b)
		return a == b || okA && okB && ta.Unix() == tb.Unix()
	case asNumber:
		na, errA := strconv.ParseFloat(a, 64)
		nb, errB := strconv.ParseFloat(b, 64)
		return a == b || errA == nil && errB == nil && na == nb
	}
	return false // another shape than the request's
}

// isEmpty: null, "", and lists and objects that hold nothing else.
func isEmpty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return !slices.ContainsFunc(v, func(item any) bool { return !isEmpty(item) })
	case object:
		for _, item := range v {
			if !isEmpty(item) {
				return false
			}
		}
		return true
	}
	return false
}

// plain is a scalar's text, and the JSON of anything else.
func plain(value any) string {
	if value == nil {
		return ""
	}
	if scalar, ok := textOf(value); ok {
		return scalar
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("%T", value)
	}
	return string(encoded)
}

// render shortens a value for people; empty means absent.
func render(value any) string {
	if isEmpty(value) {
		return ""
	}
	return oneLine(plain(value), maxRendered)
}
