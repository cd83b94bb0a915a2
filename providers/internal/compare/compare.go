package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// maxID bounds an id in an error, in characters.
const maxID = 60

// Decode decodes a create request and what the vendor returned of it, nil where it returned nothing.
func Decode(body []byte, remote providers.Snapshot) (desired, observed lenient.Object, err error) {
	if desired, err = lenient.Decode(body); err != nil {
		return nil, nil, fmt.Errorf("the create request cannot be compared: %w", err)
	}
	if len(remote.Content) > 0 {
		if observed, err = lenient.Decode(remote.Content); err != nil {
			return nil, nil, fmt.Errorf("what the gateway returned of %q cannot be compared: %w", lenient.OneLine(remote.ID, maxID), err)
		}
	}
	return desired, observed, nil
}

// Differences compares body, a create request, with what the vendor returned of it.
func (s Schema) Differences(body []byte, remote providers.Snapshot) ([]providers.Difference, error) {
	desired, observed, err := Decode(body, remote)
	if err != nil {
		return nil, err
	}
	return s.Compare(desired, observed, remote.Detailed), nil
}

// Compare compares a create request with what a vendor returned of it; detailed says that a detail was returned, whose
// absences mean something, and not the row of a list.
//
// Equal are: absent, null and empty; times of the same second; sets in any order; numbers and their text. Not compared are
// fields that no page documents, members, and fields that a list did not return. Differences are documented fields of
// another value, returned ones that the request lacks unless the server sets them by itself, and requested ones that a
// detail lacks: although details always have them, or, as unseen, where a call can change them. Their order is that of the
// fields.
func (s Schema) Compare(desired, observed lenient.Object, detailed bool) []providers.Difference {
	d := &differ{schema: s, complete: detailed}
	d.object(place{}, s.Fields, desired, observed)
	return d.found
}

// differ collects differences.
type differ struct {
	schema Schema
	// complete is true when what is absent was not created, rather than merely not returned.
	complete bool
	found    []providers.Difference
}

// place is where the comparison is: a path, the call that can change what is there, whether that can take it away, too, and
// whether it is in a part that was not returned although details need not have it.
type place struct {
	path    string
	call    providers.Operation
	removes bool
	hidden  bool
}

// at is a field of the place, of which desired are the wanted fields.
func (p place) at(f Field, desired lenient.Object) place {
	in := place{path: f.Name, call: p.call, removes: f.Removes || f.Or != "" && !lenient.IsEmpty(desired[f.Or]), hidden: p.hidden}
	if p.path != "" {
		in.path = p.path + "." + f.Name
	}
	if f.Call != "" {
		in.call = f.Call
	}
	return in
}

// callFor is the call that can give the place a value, or take away what is there where none is desired.
func (p place) callFor(none bool) providers.Operation {
	if none && !p.removes {
		return ""
	}
	return p.call
}

func (d *differ) add(at place, desired, observed string) *providers.Difference {
	d.found = append(d.found, providers.Difference{Field: at.path, Desired: desired, Observed: observed, Call: at.callFor(desired == "")})
	return &d.found[len(d.found)-1]
}

func (d *differ) object(at place, fields []Field, desired, observed lenient.Object) {
	for _, f := range fields {
		if f.DefaultOf != "" && lenient.IsEmpty(desired[f.Name]) && d.equal(f, observed[f.DefaultOf], observed[f.Name]) {
			continue
		}
		d.field(at.at(f, desired), f, desired[f.Name], observed[f.Name])
	}
}

func (d *differ) field(at place, f Field, desired, observed any) {
	switch {
	case f.How == Members:
		return
	case lenient.IsEmpty(observed):
		d.absent(at, f, desired)
		return
	case lenient.IsEmpty(desired) && f.setByServer(observed):
		return
	}
	switch f.How {
	case Nested:
		if inner, ok := observed.(lenient.Object); ok {
			wanted, _ := desired.(lenient.Object)
			d.object(at, f.Fields, wanted, inner)
			return
		}
	case List:
		wanted, _ := desired.([]any)
		if got, ok := observed.([]any); ok && len(got) == len(wanted) {
			d.list(at, f.Fields, wanted, got)
			return
		}
	case Set:
		if got, ok := observed.([]any); ok {
			wanted, _ := desired.([]any)
			d.set(at, f, lenient.SetOf(wanted), lenient.SetOf(got))
			return
		}
	}
	if !d.equal(f, desired, observed) {
		d.add(at, Render(desired), Render(observed)).Shrinks = f.Grows && d.less(f, desired, observed)
	}
}

// absent is a field that was not returned. Of a part that details need not have, those are unseen that a call can change.
func (d *differ) absent(at place, f Field, desired any) {
	if !d.complete || lenient.IsEmpty(desired) || slices.Contains(f.Defaults, lenient.Plain(desired)) {
		return
	}
	at.hidden = at.hidden || f.Shown != InDetails
	if wanted, ok := desired.(lenient.Object); ok && f.How == Nested && at.hidden && at.call == "" {
		d.object(at, f.Fields, wanted, nil)
		return
	}
	if at.hidden && at.call == "" {
		return
	}
	shown, lacking := Render(desired), int64(0)
	if wanted, ok := desired.([]any); ok && f.How == Set {
		set := lenient.SetOf(wanted)
		shown = renderSet(set)
		if !at.hidden {
			lacking = int64(len(set))
		}
	}
	found := d.add(at, shown, "")
	found.Unseen, found.Missing = at.hidden, lacking
}

func (d *differ) list(at place, fields []Field, desired, observed []any) {
	for i := range observed {
		wanted, _ := desired[i].(lenient.Object)
		got, ok := observed[i].(lenient.Object)
		in := place{path: at.path + "[" + strconv.Itoa(i) + "]", call: at.call}
		if !ok {
			d.add(in, Render(desired[i]), Render(observed[i]))
			continue
		}
		d.object(in, fields, wanted, got)
	}
}

// set compares without regard to order and repetition.
func (d *differ) set(at place, f Field, desired, observed []string) {
	if slices.Equal(desired, observed) || len(desired) == 0 && slices.Equal(observed, f.DefaultSet) {
		return
	}
	d.add(at, renderSet(desired), renderSet(observed)).Missing = missing(desired, observed)
}

// missing counts what a set, sorted and without repetition, lacks of the desired one; 0 where it has something else, too.
func missing(desired, observed []string) int64 {
	for _, value := range observed {
		if _, wanted := slices.BinarySearch(desired, value); !wanted {
			return 0
		}
	}
	return int64(len(desired) - len(observed))
}

func (f Field) setByServer(observed any) bool {
	return slices.Contains(f.Defaults, "*") || slices.Contains(f.Defaults, lenient.Plain(observed))
}

func (d *differ) equal(f Field, desired, observed any) bool {
	a, b := lenient.Plain(desired), lenient.Plain(observed)
	switch f.How {
	case Foreign:
		return false
	case Letters:
		return strings.EqualFold(a, b)
	case Number, Time:
		order, ok := d.order(f, a, b)
		return a == b || ok && order == 0
	default: // also of a list or an object that is none
		return a == b
	}
}

func (d *differ) less(f Field, desired, observed any) bool {
	order, ok := d.order(f, lenient.Plain(desired), lenient.Plain(observed))
	return ok && order < 0
}

// order compares two numbers, or two times by the second; ok is false where one is none.
func (d *differ) order(f Field, a, b string) (order int, ok bool) {
	if f.How == Time {
		at, okA := d.schema.Time(a)
		bt, okB := d.schema.Time(b)
		return cmp.Compare(at.Unix(), bt.Unix()), okA && okB
	}
	an, errA := strconv.ParseFloat(a, 64)
	bn, errB := strconv.ParseFloat(b, 64)
	return cmp.Compare(an, bn), errA == nil && errB == nil
}
