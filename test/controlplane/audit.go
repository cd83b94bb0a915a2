package controlplane

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// auditPolicy logs each request once, when it is done, without bodies.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
`

// AuditEvent is what tests need of an audit event.
type AuditEvent struct {
	Stage     string `json:"stage"`
	Verb      string `json:"verb"`
	UserAgent string `json:"userAgent"`
	User      struct {
		Username string `json:"username"`
	} `json:"user"`
	ObjectRef struct {
		APIGroup    string `json:"apiGroup"`
		Resource    string `json:"resource"`
		Subresource string `json:"subresource"`
		Namespace   string `json:"namespace"`
		Name        string `json:"name"`
	} `json:"objectRef"`
	ResponseStatus struct {
		Code int `json:"code"`
	} `json:"responseStatus"`
}

// IsWrite tells whether the request asked to change something, successfully or not.
func (e AuditEvent) IsWrite() bool {
	return slices.Contains([]string{"create", "update", "patch", "delete", "deletecollection"}, e.Verb)
}

// ReadAudit returns the events in the log at Options.AuditLogPath for which keep says yes, oldest first. The server writes
// an event when it has answered, so a client may see the answer a moment before the event: poll for what must be there.
func ReadAudit(path string, keep func(AuditEvent) bool) ([]AuditEvent, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()

	var events []AuditEvent
	lines := bufio.NewReader(file)
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // The end, or a line that is still being written.
			return events, nil
		}
		var event AuditEvent
		if err := json.Unmarshal([]byte(strings.TrimSpace(line)), &event); err != nil {
			return nil, fmt.Errorf("audit log %s: %w", path, err)
		}
		if keep(event) {
			events = append(events, event)
		}
	}
}
