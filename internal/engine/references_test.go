package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// namedKind is the test's kind under another name, which may refer to others.
type namedKind struct {
	testKind
	name       string
	refersTo   []string
	references []Reference
}

func (k namedKind) Name() string                             { return k.name }
func (k namedKind) Traits() Traits                           { return Traits{Noun: "stock", RefersTo: k.refersTo} }
func (k namedKind) References(v1alpha1.Campaign) []Reference { return k.references }

func TestKindsThatReferToEachOtherInACircleAreRefused(t *testing.T) {
	a, b, c := namedKind{name: "A", refersTo: []string{"B", "C"}}, namedKind{name: "B", refersTo: []string{"C"}}, namedKind{name: "C"}
	if err := CheckReferences(a, b, c); err != nil {
		t.Error(err)
	}
	c.refersTo = []string{"A"}
	if err := CheckReferences(a, b, c); err == nil || !strings.Contains(err.Error(), "A → B → C → A") {
		t.Errorf("the circle is answered by %v", err)
	}
	if err := CheckReferences(namedKind{name: "A", refersTo: []string{"A"}}); err == nil {
		t.Error("a kind may wait for itself")
	}
}

// stockNamed is a resource that others refer to, with what it records.
func stockNamed(id string, creation v1alpha1.CreationOutcome) *v1alpha1.PayGiftActivity {
	c := &v1alpha1.PayGiftActivity{}
	c.Namespace, c.Name, c.Status.ActivityID, c.Status.Creation = "sales", "autumn", id, creation
	return c
}

func TestAReferenceIsReadyWhenItsActivityIsConfirmed(t *testing.T) {
	reference := Reference{Field: "spec.stockRef", Kind: "Stock"}
	reference.Key.Namespace, reference.Key.Name = "sales", "autumn"
	for name, test := range map[string]struct {
		kind     string
		referred *v1alpha1.PayGiftActivity
		id       string
		says     string
	}{
		"it is not there":                {"Stock", nil, "", "Stock sales/autumn has no stock yet"},
		"it has created nothing":         {"Stock", stockNamed("", ""), "", "has no stock yet"},
		"what it found may be another's": {"Stock", stockNamed("7", v1alpha1.CreationUnknown), "", "has no stock yet"},
		"what it found is another's":     {"Stock", stockNamed("7", v1alpha1.CreationDiffers), "", "has no stock yet"},
		"it has its own":                 {"Stock", stockNamed("7", v1alpha1.CreationConfirmed), "7", ""},
		"there is no such kind":          {"Unheard", nil, "", `no kind "Unheard"`},
	} {
		api := fake.NewClientBuilder().WithScheme(scheme)
		if test.referred != nil {
			api.WithObjects(test.referred)
		}
		of := reference
		of.Kind = test.kind
		s := &scope{
			Reconciler: &Reconciler{Kind: namedKind{references: []Reference{of}}, Client: api.Build(), Referable: map[string]Kind{"Stock": namedKind{name: "Stock"}}},
			campaign:   &v1alpha1.PayGiftActivity{},
		}
		ids, err := s.resolve(context.Background())
		if err != nil || ids["spec.stockRef"] != test.id {
			t.Errorf("%s: ids are %v, %v", name, ids, err)
		}
		if (s.requestErr == nil) != (test.says == "") || s.requestErr != nil && !strings.Contains(s.requestErr.Error(), test.says) {
			t.Errorf("%s: the request fails by %v, want %q", name, s.requestErr, test.says)
		}
	}
}

func TestDecidingWhileAReferenceIsNotReady(t *testing.T) {
	waits := func(f *Facts) {
		f.Manifest.Waiting, f.Manifest.Err, f.Manifest.Complete, f.Manifest.Digest = "stock autumn has none yet", errors.New("stock autumn has none yet"), false, ""
	}
	check(t, absentFacts, []row{
		{"nothing is sent", []given{waits}, at(status.Working, v1alpha1.ReasonReferenceNotReady, v1alpha1.StatePending, 0, "autumn")},
	})
	check(t, knownFacts, []row{
		{"what was found is not judged", []given{waits, func(f *Facts) {
			f.Record.Outcome = v1alpha1.CreationUnknown
			f.Remote.Snapshot.State, f.Remote.Compared = providers.StateRunning, false
		}}, at(status.Working, v1alpha1.ReasonReferenceNotReady, v1alpha1.StateRunning, 25*time.Hour+firstLook, "autumn")},
	})
}
