package simulator

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/campaign-operator/campaign-operator/internal/simulator/journal"
)

// AccessLog gives a function for Options.OnRequest that writes a line for each call: JSON, or plain
// for people. Bodies are left out: /_sim/requests has them.
func AccessLog(w io.Writer, asJSON bool) func(journal.Entry) {
	var mu sync.Mutex
	return func(e journal.Entry) {
		line := plainLine(e)
		if asJSON {
			e.Body = ""
			text, err := json.Marshal(e)
			if err != nil {
				return // cannot be: an entry always encodes
			}
			line = string(text)
		}
		mu.Lock()
		defer mu.Unlock()
		_, _ = fmt.Fprintln(w, line) // a log that nobody can read must not stop the simulator
	}
}

func plainLine(e journal.Entry) string {
	parts := []string{e.Time.Format("15:04:05.000")}
	if e.Status == 0 {
		parts = append(parts, "---")
	} else {
		parts = append(parts, fmt.Sprint(e.Status))
	}
	parts = append(parts, fmt.Sprintf("%4dms", e.Milliseconds), e.Method, e.Path)
	if e.Account != "" {
		parts = append(parts, e.Account)
	}
	if e.Operation != "_sim" {
		parts = append(parts, e.Operation)
	}
	if e.Code != "" {
		parts = append(parts, e.Code)
	}
	if e.Committed {
		parts = append(parts, "committed")
	}
	if e.Fault != "" {
		parts = append(parts, "fault="+e.Fault)
	}
	return strings.Join(parts, " ")
}
