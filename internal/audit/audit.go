// Package audit writes one JSON line before and one after every call that changes
// something at a vendor. The lines outlive the resources they speak of.
package audit

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"k8s.io/utils/clock"
)

// Entry is what an audit line says. It holds no credentials and no request body.
type Entry struct {
	// Kind, Namespace, Name, UID and Generation name the manifest.
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
	UID        string `json:"uid"`
	Generation int64  `json:"generation"`
	// FieldManager is who last wrote the manifest, by the API server's account.
	FieldManager string `json:"fieldManager,omitempty"`
	// GitRevision is the commit that the manifest is annotated with.
	GitRevision string `json:"gitRevision,omitempty"`
	// Account is the merchant id or app id, Gateway where the call goes.
	Account     string `json:"account"`
	Environment string `json:"environment,omitempty"`
	Gateway     string `json:"gateway"`
	Operation   string `json:"operation"`
	// Number is the request number, ActivityID the vendor's id as far as it is known.
	Number     string `json:"requestNumber,omitempty"`
	ActivityID string `json:"activityId,omitempty"`
	// Cause is deletion for a call that the deletion of the resource asked for; else the manifest did.
	Cause string `json:"cause,omitempty"`
	// Digest is the SHA-256 of the exact request body.
	Digest string `json:"digest,omitempty"`
	// Money is what the call commits.
	Money string `json:"money,omitempty"`
}

// Result is how a call ended.
type Result struct {
	// Outcome is Done, Refused (definitely not executed) or Unknown (may have been executed).
	Outcome    string `json:"outcome"`
	ActivityID string `json:"resultActivityId,omitempty"`
	Code       string `json:"code,omitempty"`
	Error      string `json:"error,omitempty"`
	// RequestID is the gateway's id of the exchange.
	RequestID string `json:"requestId,omitempty"`
}

// The outcomes of a call.
const (
	Done    = "Done"
	Refused = "Refused"
	Unknown = "Unknown"
)

// Log writes audit lines.
type Log struct {
	clock clock.PassiveClock
	mu    sync.Mutex
	out   io.Writer
}

// New returns a log that writes to out, one line at a time.
func New(clock clock.PassiveClock, out io.Writer) *Log { return &Log{clock: clock, out: out} }

// Before records that a call is about to be made. An error means that the line could not
// be written, and then the call must not be made.
func (l *Log) Before(entry Entry) error { return l.write("before", entry, nil) }

// After records how the call ended.
func (l *Log) After(entry Entry, result Result) error { return l.write("after", entry, &result) }

func (l *Log) write(phase string, entry Entry, result *Result) error {
	line, err := json.Marshal(struct {
		Audit string `json:"audit"`
		Time  string `json:"time"`
		Entry
		*Result
	}{phase, l.clock.Now().UTC().Format(time.RFC3339Nano), entry, result})
	if err != nil {
		return fmt.Errorf("audit line: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.out.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write audit line: %w", err)
	}
	return nil
}
