// Package compare tells a create request from what a vendor's gateway returned of it, by the fields that the vendor documents.
package compare

import (
	"slices"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// How says how two values of a field are told apart.
type How int

// The ways of comparing.
const (
	Text How = iota
	// Number: 100, "100" and 100.0 are equal.
	Number
	// Time: equal when the same second is meant, however it is spelled. See Schema.Time.
	Time
	// Letters: equal in any case.
	Letters
	// Set: a list without order and repetition.
	Set
	// Nested: field by field.
	Nested
	// List: item by item, by the fields of an item.
	List
	// Members: changed by calls of their own and read by Activities.Members, so not compared here.
	Members
	// Foreign: belongs to no request; returned with another value than its defaults, it is a difference.
	Foreign
)

// Shown says which answers have a field.
type Shown int

const (
	// InDetails is said of a field that every detail has, so that its absence from one is a difference.
	InDetails Shown = iota
	// Sometimes is said where nobody says that details always have it; it is compared where it is returned.
	Sometimes
	// WriteOnly is said of a field that is known to be in no answer; it is compared all the same should one have it.
	WriteOnly
)

// Field is a documented creation field.
type Field struct {
	Name string
	How  How
	// Shown says of a Nested field whether it may be missing as a whole; its fields have their own.
	Shown Shown
	// Fields are those of a Nested field, or of each item of a List.
	Fields []Field
	// Defaults are values that mean the same as none, or that the server sets by itself where the request has none; "*" is any.
	Defaults []string
	// DefaultSet are all values of a Set that the server may return where the request has none.
	DefaultSet []string
	// DefaultOf names the field beside it whose value the server may return where the request has none.
	DefaultOf string
	// Call is the operation that can change it; that of a Nested field holds for the fields in it.
	Call providers.Operation
	// Grows is true of a Number or a Time that Call can only raise.
	Grows bool
	// Removes is true where Call can take the field away, too. Other calls leave alone what they do not name.
	Removes bool
	// Or names the field beside it that stands in its place: giving the one takes the other away.
	Or string
}

// Schema are the fields of a create request in the order of its documentation.
type Schema struct {
	Fields []Field
	// Time reads the vendor's times.
	Time func(string) (time.Time, bool)
}

// Coverage says what of the fields can be seen to change, by their paths in the create request;
// lists of objects have [] in theirs. owned are the fields that the server sets.
func (s Schema) Coverage(owned ...string) providers.Coverage {
	out := providers.Coverage{ServerOwned: owned}
	out.Comparable, out.WriteOnly = paths("", s.Fields)
	return out
}

// CallFor returns the operation that brings the field at path to what desired, a create request, says of it; empty where there is
// none. Fields of the items of a List have no path of their own.
func (s Schema) CallFor(path string, desired lenient.Object) providers.Operation {
	at, fields, value := place{}, s.Fields, any(desired)
	for name := range strings.SplitSeq(path, ".") {
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
		if i < 0 {
			return ""
		}
		within, _ := value.(lenient.Object)
		at, value, fields = at.at(fields[i], within), within[name], fields[i].Fields
	}
	return at.callFor(lenient.IsEmpty(value))
}

func paths(prefix string, fields []Field) (comparable, hidden []string) {
	for _, f := range fields {
		below := prefix + f.Name + "."
		switch f.How {
		case Foreign:
			continue
		case List:
			below = prefix + f.Name + "[]."
			fallthrough
		case Nested:
			inner, innerHidden := paths(below, f.Fields)
			comparable, hidden = append(comparable, inner...), append(hidden, innerHidden...)
			continue
		}
		if f.Shown == WriteOnly {
			hidden = append(hidden, prefix+f.Name)
		} else {
			comparable = append(comparable, prefix+f.Name)
		}
	}
	return comparable, hidden
}
