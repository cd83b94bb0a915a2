package wechatpay

import "github.com/campaign-operator/campaign-operator/providers"

// comparison says how two values of a field are told apart.
type comparison int

const (
	asText comparison = iota
	// asNumber: 100, "100" and 100.0 are equal.
	asNumber
	// asTime: equal when the same second is meant, however it is spelled.
	asTime
	// asColour: COLOR020 and Color020 are the same.
	asColour
	// asSet: a list without order.
	asSet
	// asObject: field by field.
	asObject
	// asList: item by item, by the fields of an item.
	asList
	// asMembers: changed by calls of their own and read by Members, so not compared here.
	asMembers
	// asForeign: belongs to no request; returned with another value than its defaults, it is a difference.
	asForeign
)

// showing says which answers have a field.
type showing int

const (
	// inDetails: every detail has it, so that its absence from one is a difference.
	inDetails showing = iota
	// sometimes: nobody says that details always have it; compared where it is returned.
	sometimes
	// writeOnly: known to be in no answer; compared all the same should one have it.
	writeOnly
)

// field is a documented creation field.
type field struct {
	name string
	how  comparison
	// shown says of an object whether it may be missing as a whole; its fields have their own.
	shown showing
	// fields are those of an asObject, or of each item of an asList.
	fields []field
	// defaults are values that the server sets by itself where the request has none; "*" is any.
	defaults []string
	// defaultSet are all values of an asSet that the server may return where the request has none.
	defaultSet []string
	// defaultOf names the field beside it whose value the server may return where the request has none.
	defaultOf string
}

// coverage says what of the fields can be seen to change, by their paths in the create request;
// lists of objects have [] in theirs. owned are the fields that the server sets.
func coverage(fields []field, owned ...string) providers.Coverage {
	out := providers.Coverage{ServerOwned: owned}
	out.Comparable, out.WriteOnly = paths("", fields)
	return out
}

func paths(prefix string, fields []field) (comparable, hidden []string) {
	for _, f := range fields {
		below := prefix + f.name + "."
		switch f.how {
		case asForeign:
			continue
		case asList:
			below = prefix + f.name + "[]."
			fallthrough
		case asObject:
			inner, innerHidden := paths(below, f.fields)
			comparable, hidden = append(comparable, inner...), append(hidden, innerHidden...)
			continue
		}
		if f.shown == writeOnly {
			hidden = append(hidden, prefix+f.name)
		} else {
			comparable = append(comparable, prefix+f.name)
		}
	}
	return comparable, hidden
}
