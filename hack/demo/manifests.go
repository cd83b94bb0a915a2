package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/wire"
)

const (
	samples = "config/samples/demo"
	broken  = "config/samples/demo-broken"
	// soon leaves time to create all campaigns, one a second, before the first of them begins.
	soon = 15 * time.Second
	day  = 24 * time.Hour
)

// fill puts times in the place of the placeholders, counted from now.
func fill(text string, now time.Time) string {
	at := func(after time.Duration) string {
		return wire.FormatTime(now.Add(after).Truncate(time.Second))
	}
	return strings.NewReplacer(
		"${BEGIN_SOON}", at(soon),
		"${BEGIN_NEXT_WEEK}", at(7*day),
		"${END_IN_30_DAYS}", at(30*day),
		"${END_IN_60_DAYS}", at(60*day),
	).Replace(text)
}

// copyManifests fills the samples for which keep says yes, and writes them to a folder of the demo's.
func (d *demo) copyManifests(from, to string, keep func(text string) bool) error {
	files, err := filepath.Glob(filepath.Join(from, "*.yaml"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no manifests in %s", from)
	}
	if err := os.MkdirAll(d.path(to), 0o700); err != nil {
		return err
	}
	now := time.Now()
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if !keep(string(raw)) {
			continue
		}
		text := fill(string(raw), now)
		if strings.Contains(text, "${") {
			return fmt.Errorf("%s has a placeholder that the demo does not know", file)
		}
		if err := os.WriteFile(filepath.Join(d.path(to), filepath.Base(file)), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func ofKind(kind string) func(string) bool {
	return func(text string) bool { return strings.Contains(text, "\nkind: "+kind+"\n") }
}

// field is a line of a manifest's spec: the first of its name.
type field struct{ name, value string }

// editField writes another value into a manifest and returns the line before and after.
func editField(file string, to field) (before, after string, err error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", "", err
	}
	lines := strings.Split(string(raw), "\n")
	for i, line := range lines {
		indent, _, found := strings.Cut(line, to.name+": ")
		if found && indent != "" && strings.TrimSpace(indent) == "" {
			before, _, _ = strings.Cut(line, " #")
			after = indent + to.name + ": " + to.value
			lines[i] = after
			return before, after, os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600)
		}
	}
	return "", "", fmt.Errorf("%s has no %s", file, to.name)
}

// comment returns the text at the head of a manifest, and what it says the refusal has to say.
func comment(manifest string) (text string, expects []string) {
	var lines []string
	for line := range strings.Lines(manifest) {
		said, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "#")
		if !ok {
			break
		}
		if expect, ok := strings.CutPrefix(said, " expect: "); ok {
			expects = append(expects, expect)
		} else if said = strings.TrimSpace(said); said != "" {
			lines = append(lines, said)
		}
	}
	return strings.Join(lines, "\n"), expects
}
