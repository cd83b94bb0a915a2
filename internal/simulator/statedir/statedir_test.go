package statedir_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
)

func TestWhatIsWrittenIsReadBackInOrder(t *testing.T) {
	dir, err := statedir.Open(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"2", "1", "3"} {
		if err := dir.Write("activities", id, map[string]string{"id": id}); err != nil {
			t.Fatal(err)
		}
	}
	if err := dir.Remove("activities", "3"); err != nil {
		t.Fatal(err)
	}
	if err := dir.Remove("activities", "4"); err != nil {
		t.Fatalf("removing what is not there failed: %v", err)
	}
	var seen []string
	if err := dir.Each("activities", func(id string, data []byte) error {
		seen = append(seen, id+string(data))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"1{\"id\":\"1\"}\n", "2{\"id\":\"2\"}\n"}; !slices.Equal(seen, want) {
		t.Fatalf("read %q, want %q", seen, want)
	}
}

func TestAnEmptyPathKeepsNothing(t *testing.T) {
	dir, err := statedir.Open("")
	if err != nil || dir != nil {
		t.Fatalf("Open(\"\") = %v, %v", dir, err)
	}
	if err := dir.Write("a", "b", 1); err != nil {
		t.Fatal(err)
	}
	if err := dir.Each("a", func(string, []byte) error { t.Fatal("read something"); return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestFilesAreForTheirOwnerOnlyAndALeftoverIsIgnored(t *testing.T) {
	root := t.TempDir()
	dir, err := statedir.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.Write("keys", "1900000109", "secret"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(root, "keys", "1900000109.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode is %v (%v), want 0600", info.Mode().Perm(), err)
	}
	if err := os.WriteFile(filepath.Join(root, "keys", ".1900000109.json.123"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	count := 0
	if err := dir.Each("keys", func(string, []byte) error { count++; return nil }); err != nil || count != 1 {
		t.Fatalf("read %d things (%v), want 1", count, err)
	}
}
