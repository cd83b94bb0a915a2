package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func TestEveryPlaceholderOfTheSamplesIsFilled(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 999, time.UTC)
	for _, folder := range []string{samples, broken} {
		files, err := filepath.Glob(filepath.Join("../..", folder, "*.yaml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d manifests, %v", folder, len(files), err)
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if comment, _ := comment(string(raw)); strings.Contains(fill(strings.TrimPrefix(string(raw), comment), now), `"${`) {
				t.Errorf("%s has a placeholder that is not filled", file)
			}
		}
	}
}

func TestTimesAreBeijingTimeWithoutFractions(t *testing.T) {
	now := time.Date(2026, 3, 1, 18, 0, 0, 999, time.UTC)
	if got := fill("${BEGIN_SOON}", now); got != "2026-03-02T02:00:15+08:00" {
		t.Errorf("got %s", got)
	}
}

func TestCommentTellsExpectationsFromText(t *testing.T) {
	text, expects := comment("# expect: one\n# expect: two words\n#\n# Why it\n# is wrong.\nkind: X\n# not this\n")
	if text != "Why it\nis wrong." || !slices.Equal(expects, []string{"one", "two words"}) {
		t.Errorf("got %q and %q", text, expects)
	}
}

func TestAnEditChangesOneFieldOfTheSpecOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.yaml")
	if err := os.WriteFile(file, []byte("# state: of this\nstate: at the root\nspec:\n  state: Draft # why\n  other:\n    state: kept\n    quantity: 5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		to            field
		before, after string
	}{
		{field{"state", "Active"}, "  state: Draft", "  state: Active"},
		{field{"quantity", "7"}, "    quantity: 5", "    quantity: 7"},
	} {
		before, after, err := editField(file, c.to)
		if err != nil || before != c.before || after != c.after {
			t.Errorf("%v: got %q, %q, %v", c.to, before, after, err)
		}
	}
	got, err := os.ReadFile(file)
	if want := "# state: of this\nstate: at the root\nspec:\n  state: Active\n  other:\n    state: kept\n    quantity: 7\n"; err != nil || string(got) != want {
		t.Errorf("got %q, %v", got, err)
	}
	if _, _, err := editField(file, field{"budgetYuan", "1.00"}); err == nil {
		t.Error("a field that is not there was edited")
	}
}

func TestWhatAManifestAsksFor(t *testing.T) {
	soon, later := time.Now().Add(time.Minute), time.Now().Add(7*day)
	for _, c := range []struct {
		state v1alpha1.PayGiftActivityDesiredState
		begin time.Time
		want  v1alpha1.CampaignState
	}{
		{v1alpha1.PayGiftActivityDraft, soon, v1alpha1.StateDraft},
		{v1alpha1.PayGiftActivityActive, soon, v1alpha1.StateRunning},
		{v1alpha1.PayGiftActivityActive, later, v1alpha1.StateScheduled},
		{v1alpha1.PayGiftActivityTerminated, later, v1alpha1.StateTerminated},
	} {
		if got := activityAskedFor(c.state, c.begin); got != c.want {
			t.Errorf("%s with begin %s: %s", c.state, c.begin, got)
		}
	}
}
