package simulator

import (
	"fmt"
	"strings"
)

// SwitchTable is the table of switches in the user's guide.
func SwitchTable() string {
	var b strings.Builder
	b.WriteString("| Switch | Values | Default | Unverified | What it does |\n|---|---|---|---|---|\n")
	for _, spec := range allSwitches() {
		unverified := ""
		if spec.Unverified {
			unverified = "yes"
		}
		byDefault := "*(empty)*"
		if spec.Default != "" {
			byDefault = "`" + spec.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", spec.Name, strings.ReplaceAll(spec.Takes(), "|", "\\|"), byDefault, unverified, spec.Doc)
	}
	return b.String()
}
