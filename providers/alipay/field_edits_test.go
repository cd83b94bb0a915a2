package alipay

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/wire"
	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/test/fieldedits"
)

const repository = "../.."

// itemNumber is the position in a list.
var itemNumber = regexp.MustCompile(`\[\d+\]`)

// edited returns a maximal request before and after an edit, and how the two differ.
func edited(t *testing.T, e fieldedits.Edit, prepare func(object)) (before, after []byte, found []providers.Difference) {
	t.Helper()
	first, second := fieldedits.Body(t, repository, e.Of), fieldedits.Body(t, repository, e.Of)
	prepare(first)
	prepare(second)
	e.Apply(t, second)
	before, after = []byte(mustJSON(first)), []byte(mustJSON(second))
	return before, after, differ(t, string(after), string(before), true)
}

func TestEveryFieldHasAnEdit(t *testing.T) {
	edits := fieldedits.Read(t, repository)
	for _, field := range fieldedits.Leaves(t, repository) {
		if !slices.ContainsFunc(edits, func(e fieldedits.Edit) bool { return e.Field == field }) {
			t.Errorf("no edit changes %s", field)
		}
	}
}

func TestADifferenceHasACallWhereOneMakesTheEdit(t *testing.T) {
	for _, e := range fieldedits.Read(t, repository) {
		_, _, found := edited(t, e, func(object) {})
		if e.Call != "" && !slices.ContainsFunc(found, func(d providers.Difference) bool { return itemNumber.ReplaceAllString(d.Field, "[]") == e.Field }) {
			t.Errorf("%s of %s to %v: is not seen in %+v", e.Field, e.Of, e.Value, found)
		}
		if slices.ContainsFunc(found, func(d providers.Difference) bool { return d.Call != providers.Operation(e.Call) }) {
			t.Errorf("%s of %s to %v: got %+v, want the call %q", e.Field, e.Of, e.Value, found, e.Call)
		}
	}
}

func TestAModificationIsRefusedWhereNoneMakesTheEdit(t *testing.T) {
	v, g := vouchersAt(t, always(success("")))
	for _, e := range fieldedits.Read(t, repository) {
		if e.Call == string(providers.OperationModify) {
			continue
		}
		_, after, _ := edited(t, e, func(object) {})
		fields := []string{e.Field}
		if e.Without != "" {
			fields = append(fields, e.Field[:strings.LastIndex(e.Field, ".")+1]+e.Without)
		}
		_, err := v.Do(t.Context(), providers.Mutation{Operation: providers.OperationModify, ID: "1", Number: "1", Desired: after, Fields: fields})
		if refused := gotError(t, err, providers.KindInvalid, false); refused.Delay != providers.DelayNever {
			t.Errorf("%s of %s to %v: got %+v", e.Field, e.Of, e.Value, refused)
		}
	}
	if len(g.calls) != 0 {
		t.Errorf("sent %d requests", len(g.calls))
	}
}

// The simulator holds the provider's calls against the rules of the page.
func TestTheSimulatorMakesTheEditsThatHaveACall(t *testing.T) {
	s := newStageAt(t, time.Date(2027, 6, 2, 0, 0, 0, 0, wire.Beijing), simApp, false)
	for i, e := range fieldedits.Read(t, repository) {
		if e.Call == "" {
			continue
		}
		number := "edit-" + string(rune('A'+i/26)) + string(rune('a'+i%26))
		before, after, found := edited(t, e, func(body object) {
			body[outBizNoField] = number
			delete(shopsOf(body), "merchant_ids") // the simulator takes them instead of a brand
		})
		id := s.create(before).ID
		change := providers.Mutation{Operation: providers.Operation(e.Call), ID: id, Number: number + "-change", Desired: after}
		for _, d := range found {
			change.Fields = append(change.Fields, d.Field)
		}
		if total, ok := e.Value.(float64); ok {
			change.Total = int64(total)
		}
		if _, err := s.Do(t.Context(), change); err != nil {
			t.Errorf("%s of %s to %v: %v", e.Field, e.Of, e.Value, err)
			continue
		}
		if left := s.differences(after, s.read(id)); len(left) != 0 {
			t.Errorf("%s of %s to %v: it still differs: %+v", e.Field, e.Of, e.Value, left)
		}
	}
}

// shopsOf are all shops of a request; nil where it has not all.
func shopsOf(body object) object {
	var at any = body
	for name := range strings.SplitSeq(scopePath+"."+shopBlock+"."+allShopBlock, ".") {
		inner, _ := at.(object)
		at = inner[name]
	}
	all, _ := at.(object)
	return all
}
