package alipay

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

type object = map[string]any

func mustJSON(value any) string {
	out, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// wantError checks what the engine acts on.
func wantError(t *testing.T, err error, kind providers.Kind, maybeCommitted bool) {
	t.Helper()
	_ = gotError(t, err, kind, maybeCommitted)
}

// gotError is wantError, and returns the error to look at more of it.
func gotError(t *testing.T, err error, kind providers.Kind, maybeCommitted bool) *providers.Error {
	t.Helper()
	var e *providers.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v (%T), want a *providers.Error", err, err)
	}
	if e.Kind != kind || e.MaybeCommitted != maybeCommitted {
		t.Errorf("got kind %s, may be committed %t, want %s, %t (%v)", e.Kind, e.MaybeCommitted, kind, maybeCommitted, e)
	}
	if e.Advice == "" {
		t.Errorf("%v has no advice", e)
	}
	return e
}

func mustDecode(text string, into any) {
	if err := json.Unmarshal([]byte(text), into); err != nil {
		panic(err)
	}
}
