package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sink collects output that two goroutines write, and says when the first line is there.
type sink struct {
	bytes.Buffer
	first chan string
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.Buffer.Write(p)
	select {
	case s.first <- strings.TrimSpace(string(p)):
	default:
	}
	return n, err
}

func execute(t *testing.T, args ...string) (string, error) {
	t.Helper()
	command := newCommand()
	var out bytes.Buffer
	command.SetOut(&out)
	command.SetErr(io.Discard)
	command.SetArgs(args)
	err := command.ExecuteContext(t.Context())
	return out.String(), err
}

func TestItListensSaysWhereWritesItsFilesAndStops(t *testing.T) {
	dir := t.TempDir()
	addressFile, secrets, credentials := filepath.Join(dir, "sim.url"), filepath.Join(dir, "manifests"), filepath.Join(dir, "keys")
	out := &sink{first: make(chan string, 1)}
	command := newCommand()
	command.SetOut(out)
	command.SetErr(io.Discard)
	command.SetArgs([]string{"--listen", "127.0.0.1:0", "--address-file", addressFile, "--secrets-dir", secrets, "--credentials-dir", credentials,
		"--state-dir", filepath.Join(dir, "state"), "--switch", "replay.sameBody=reject", "--campaign-time", "2027-05-01T00:00:00+08:00", "--rate", "0",
		"--alipay-app", "2021000000000001", "--alipay-app", "2021000000000002:certificate", "--notify-url", "http://127.0.0.1:1/alipay/{appId}",
		"--allowed-namespaces", "spring,autumn", "--advertise-url", "http://gateway-simulator:18080", "--log-format", "json"})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- command.ExecuteContext(ctx) }()

	line := <-out.first
	url, ok := strings.CutPrefix(line, "listening on ")
	if !ok {
		t.Fatalf("it says %q", line)
	}
	if text, err := os.ReadFile(addressFile); err != nil || string(text) != url+"\n" {
		t.Fatalf("the address file holds %q (%v)", text, err)
	}
	for _, name := range []string{
		filepath.Join(secrets, "secret-1900000109.yaml"), filepath.Join(secrets, "merchant-1900000109.yaml"), filepath.Join(credentials, "1900000109", "account.json"),
		filepath.Join(secrets, "alipay-secret-2021000000000002.yaml"), filepath.Join(secrets, "alipay-app-2021000000000001.yaml"), filepath.Join(credentials, "2021000000000001", "account.json"),
	} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", name, err)
		}
	}
	merchant := filepath.Join(secrets, "merchant-1900000109.yaml")
	before, err := os.ReadFile(merchant)
	if err != nil || !strings.Contains(string(before), "http://gateway-simulator:18080") || !strings.Contains(string(before), `- "autumn"`) {
		t.Fatalf("the merchant is %s (%v)", before, err)
	}
	var clock struct{ Now time.Time }
	get(t, url+"/_sim/clock", &clock)
	if want := time.Date(2027, 4, 30, 16, 0, 0, 0, time.UTC); !clock.Now.Equal(want) {
		t.Errorf("campaign time is %v", clock.Now)
	}
	post(t, url+"/_sim/accounts/1900000109/rotate", `{"what": "merchantKey"}`)
	if after, err := os.ReadFile(merchant); err != nil || bytes.Equal(after, before) {
		t.Errorf("rotating the key did not write the manifest anew (%v)", err)
	}
	var apps struct {
		Data []struct{ Mode, NotifyURL string }
	}
	if get(t, url+"/_sim/alipay/apps", &apps); len(apps.Data) != 2 || apps.Data[1].Mode != "Certificate" || apps.Data[1].NotifyURL != "http://127.0.0.1:1/alipay/2021000000000002" {
		t.Errorf("the apps are %+v", apps)
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

func TestOnlyAppsThatWereNamedHaveManifests(t *testing.T) {
	for apps, want := range map[string]int{"": 0, "--alipay-agency-merchant=2088000000000099": 2} {
		dir := t.TempDir()
		args := []string{"--listen", "127.0.0.1:0", "--secrets-dir", dir, "--log-format", "none"}
		if apps != "" {
			args = append(args, apps)
		}
		out := &sink{first: make(chan string, 1)}
		command := newCommand()
		command.SetOut(out)
		command.SetErr(io.Discard)
		command.SetArgs(args)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- command.ExecuteContext(ctx) }()
		<-out.first
		stop()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if found, err := filepath.Glob(filepath.Join(dir, "alipay-*-2021000000000001-2088000000000099.yaml")); err != nil || len(found) != want {
			t.Errorf("%s: %v (%v)", apps, found, err)
		}
		if all, err := filepath.Glob(filepath.Join(dir, "alipay-*")); err != nil || len(all) != want {
			t.Errorf("%s: %v (%v)", apps, all, err)
		}
	}
}

func get(t *testing.T, url string, into any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

func post(t *testing.T, url, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(resp.Body)
		t.Fatalf("%s: %d %s", url, resp.StatusCode, text)
	}
}

func TestWrongFlagsAreExplained(t *testing.T) {
	for args, want := range map[string]string{
		"--listen 0.0.0.0:0":                                       "--allow-remote",
		"--listen :18080":                                          "--allow-remote",
		"--listen nonsense":                                        "host:port",
		"--listen 127.0.0.1:0 --switch a":                          "name=value",
		"--listen 127.0.0.1:0 --switch no.such=x":                  "no.such",
		"--listen 127.0.0.1:0 --campaign-time x":                   "2026-05-01T00:00:00+08:00",
		"--listen 127.0.0.1:0 --log-format x":                      "console, json or none",
		"--listen 127.0.0.1:0 --merchant abc":                      "8 to 15 digits",
		"--listen 127.0.0.1:0 --rate -1":                           "rate",
		"--listen 127.0.0.1:0 --stocks x-y":                        "98065001-98065010",
		"--listen 127.0.0.1:0 --address-file /dev/null/file":       "/dev/null",
		"--listen 127.0.0.1:0 --secrets-dir /dev/null/dir":         "/dev/null",
		"--listen 127.0.0.1:0 --alipay-app 2021000000000001:x":     "with :certificate",
		"--listen 127.0.0.1:0 --alipay-app abc":                    "8 to 32 digits",
		"--listen 127.0.0.1:0 --alipay-agency-merchant 1900000109": "2088 and 12 digits",
		"--listen 127.0.0.1:0 --notify-url nonsense":               "http or https",
		"extra": "unknown command",
	} {
		_, err := execute(t, strings.Fields(args)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want something with %q", args, err, want)
		}
	}
}

func TestItListsItsSwitchesAndOperations(t *testing.T) {
	if out, err := execute(t, "switches"); err != nil || !strings.Contains(out, "`replay.sameBody`") {
		t.Fatalf("%s (%v)", out, err)
	}
	if out, err := execute(t, "operations"); err != nil || !strings.Contains(out, "paygift.create\n") || !strings.Contains(out, "ordervoucher.create\n") {
		t.Fatalf("%s (%v)", out, err)
	}
}
