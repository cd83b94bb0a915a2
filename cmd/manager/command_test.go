package main

import (
	"strings"
	"testing"
)

func TestLogLevelsThatWouldShowSecretsAreRefused(t *testing.T) {
	for _, level := range []int{-1, maxLogLevel + 1, 10} {
		if _, err := newLogger(flags{logFormat: "json", logLevel: level}); err == nil || !strings.Contains(err.Error(), "--log-level") {
			t.Errorf("level %d: %v, want it refused by its flag's name", level, err)
		}
	}
	for _, format := range []string{"json", "console"} {
		if _, err := newLogger(flags{logFormat: format, logLevel: maxLogLevel}); err != nil {
			t.Errorf("%s: %v", format, err)
		}
	}
	if _, err := newLogger(flags{logFormat: "xml"}); err == nil {
		t.Error("an unknown format is taken")
	}
}
