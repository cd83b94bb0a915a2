package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"
)

func TestACallLeavesOneJSONLineBeforeAndOneAfter(t *testing.T) {
	var out bytes.Buffer
	log := New(clocktesting.NewFakePassiveClock(time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)), &out)
	entry := Entry{Kind: "PayGiftActivity", Namespace: "marketing", Name: "spring", Generation: 3, Account: "1900000109", Operation: "create", Number: "1900000109-A"}
	if err := errors.Join(log.Before(entry), log.After(entry, Result{Outcome: Done, ActivityID: "10028001", RequestID: "08F5-0"})); err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), out.String())
	}
	var before, after map[string]any
	if err := errors.Join(json.Unmarshal(lines[0], &before), json.Unmarshal(lines[1], &after)); err != nil {
		t.Fatal(err)
	}
	if before["audit"] != "before" || before["outcome"] != nil || before["requestNumber"] != "1900000109-A" || before["time"] != "2026-11-21T04:00:00Z" {
		t.Errorf("before: %v", before)
	}
	if after["audit"] != "after" || after["outcome"] != "Done" || after["resultActivityId"] != "10028001" || after["requestId"] != "08F5-0" {
		t.Errorf("after: %v", after)
	}
}

func TestALineThatCannotBeWrittenIsAnError(t *testing.T) {
	if err := New(clocktesting.NewFakePassiveClock(time.Now()), failing{}).Before(Entry{}); err == nil {
		t.Error("no error, so a call would be made without its line")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }
