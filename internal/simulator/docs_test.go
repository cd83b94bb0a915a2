package simulator_test

import (
	"os"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

// readManifest reads YAML as the cluster would.
func readManifest(t *testing.T, path string) map[string]any {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := yaml.UnmarshalStrict(text, &v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}

func TestTheGuideHasTheTableOfSwitchesAsItIs(t *testing.T) {
	guide, err := os.ReadFile("../../docs/simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(guide), simulator.SwitchTable()) {
		t.Error("docs/simulator.md: replace its table by what `gateway-simulator switches` prints")
	}
}
