package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestTrustedProxiesAreAddressesOrNetworks(t *testing.T) {
	networks, err := trusted([]string{"10.1.2.3/8", "192.0.2.7", "2001:db8::1"})
	if want := "[10.0.0.0/8 192.0.2.7/32 2001:db8::1/128]"; err != nil || fmt.Sprint(networks) != want {
		t.Errorf("they are %v, %v, want %s", networks, err, want)
	}
	for _, wrong := range []string{"", "ingress", "10.0.0.0/33", "fe80::1%eth0/64"} {
		if _, err := trusted([]string{wrong}); err == nil || !strings.Contains(err.Error(), "--notify-trusted-proxies") {
			t.Errorf("%q: %v, want it refused by its flag's name", wrong, err)
		}
	}
}

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
