package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type blockKind int

const (
	paragraph blockKind = iota
	heading
	manifest
	difference
	// console is a command with its output.
	console
	// result is a paragraph and an output without a command.
	result
)

// block is a part of a page. Its text is the same in every run, its output may not be.
type block struct {
	kind         blockKind
	text, output string
}

const pageWidth = 120

// render makes a page's Markdown.
func render(title, test string, blocks []block) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n<!-- Written by `make walkthroughs` from %s in test/e2e. Do not edit. -->\n\n", title, test)
	b.WriteString(wrap("What follows is the output of one run of a test: the built manager, kubectl, a real API server and the "+
		"[simulated WeChat Pay](../simulator.md). Namespaces, merchant ids, times, ports and digests are replaced by others that "+
		"are the same in every run. The current namespace is `marketing`.") + "\n")
	steps := 0
	for _, block := range blocks {
		b.WriteString("\n")
		switch block.kind {
		case paragraph:
			b.WriteString(wrap(block.text) + "\n")
		case heading:
			steps++
			fmt.Fprintf(&b, "## %d. %s\n", steps, block.text)
		case manifest:
			b.WriteString(fence("yaml", block.text))
		case difference:
			b.WriteString(fence("diff", block.text))
		case console:
			b.WriteString(fence("console", "$ "+block.text+"\n"+block.output))
		case result:
			b.WriteString(wrap(block.text) + "\n\n" + fence("text", block.output))
		}
	}
	return b.String()
}

func fence(language, text string) string {
	return "```" + language + "\n" + strings.TrimRight(text, "\n") + "\n```\n"
}

// skeleton is a page without the outputs.
func skeleton(page string) []string {
	var kept []string
	fenced := ""
	for line := range strings.Lines(page) {
		line = strings.TrimRight(line, "\n")
		switch {
		case fenced == "" && strings.HasPrefix(line, "```"):
			fenced = strings.TrimPrefix(line, "```")
		case line == "```":
			fenced = ""
		case fenced == "text", fenced == "console" && !strings.HasPrefix(line, "$ "):
			continue
		}
		kept = append(kept, line)
	}
	return kept
}

func firstDifference(page, test []string) string {
	for i := range max(len(page), len(test)) {
		var was, is string
		if i < len(page) {
			was = page[i]
		}
		if i < len(test) {
			is = test[i]
		}
		if was != is {
			return fmt.Sprintf("the page: %s\nthe test: %s", was, is)
		}
	}
	return ""
}

// wrap breaks a paragraph into lines.
func wrap(text string) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > pageWidth {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return strings.Join(append(lines, line), "\n")
}

// lineDifference shows the lines between the first and the last that differ.
func lineDifference(before, after string) string {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var out strings.Builder
	for _, line := range a {
		fmt.Fprintf(&out, "-%s\n", line)
	}
	for _, line := range b {
		fmt.Fprintf(&out, "+%s\n", line)
	}
	return out.String()
}

// columns aligns rows as kubectl does.
func columns(rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var out strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			line += cell + strings.Repeat(" ", widths[i]+3-len([]rune(cell)))
		}
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return out.String()
}

func TestAPageIsComparedWithoutItsOutputs(t *testing.T) {
	page := func(out string) string {
		return render("A title", "TestIt", []block{
			{kind: heading, text: "A step"}, {kind: console, text: "kubectl get pga", output: out}, {kind: result, text: "There is:", output: out},
		})
	}
	if line := firstDifference(skeleton(page("one")), skeleton(page("two\nlines"))); line != "" {
		t.Errorf("another output is a difference: %s", line)
	}
	other := render("A title", "TestIt", []block{{kind: heading, text: "Another step"}})
	if line := firstDifference(skeleton(page("one")), skeleton(other)); !strings.Contains(line, "Another step") {
		t.Errorf("another step is no difference: %q", line)
	}
	if got := skeleton(page("one")); slices.Contains(got, "one") || !slices.Contains(got, "$ kubectl get pga") {
		t.Errorf("skeleton %q", got)
	}
}

func TestEveryWalkthroughIsListed(t *testing.T) {
	dir := filepath.Join(root, "docs", "walkthroughs")
	list, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil || len(pages) < 2 {
		t.Fatalf("pages %v: %v", pages, err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		title, _, _ := strings.Cut(strings.TrimPrefix(string(text), "# "), "\n")
		if name := filepath.Base(page); name != "README.md" && !strings.Contains(string(list), fmt.Sprintf("[%s](%s)", title, name)) {
			t.Errorf("%s is not listed as %q", name, title)
		}
	}
}
