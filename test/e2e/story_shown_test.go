package e2e

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/requestno"
)

// shownStart is when every page begins.
var shownStart = time.Date(2027, 3, 1, 10, 0, 0, 0, beijing)

// shown replaces what differs between runs by what a page shows, so that another run gives the same page.
type shown struct {
	start      time.Time
	literals   [][2]string
	accounts   [][2]string
	namespaces [][2]string
	campaigns  []string
	made       map[string]string
}

func newShown(start time.Time) *shown { return &shown{start: start, made: map[string]string{}} }

func (s *shown) literal(real, shown string) {
	s.literals = append(s.literals, [2]string{real, shown})
	slices.SortStableFunc(s.literals, func(a, b [2]string) int { return cmp.Compare(len(b[0]), len(a[0])) })
}

func (s *shown) gateway(url string) {
	s.literal(strings.TrimPrefix(url, "http://"), "127.0.0.1:18080")
}

func (s *shown) account(real, shown string) {
	s.accounts = append(s.accounts, [2]string{real, shown})
	s.literal(real, shown)
	for _, name := range s.campaigns {
		s.numbers(name)
	}
}

func (s *shown) namespace(real, shown string) {
	s.namespaces = append(s.namespaces, [2]string{real, shown})
	s.literal(real, shown)
}

// campaign makes the request numbers of a campaign those that follow from what the page shows.
func (s *shown) campaign(name string) {
	if slices.Contains(s.campaigns, name) {
		return
	}
	s.campaigns = append(s.campaigns, name)
	s.numbers(name)
}

func (s *shown) numbers(name string) {
	for _, account := range s.accounts {
		for _, namespace := range s.namespaces {
			for revision := range int64(3) {
				number := func(side int) string {
					return requestno.For(requestno.Input{
						Environment: "rehearsal", Account: account[side], Kind: "PayGiftActivity", Namespace: namespace[side], Name: name, Revision: revision + 1,
					})
				}
				s.literal(number(0), number(1))
			}
		}
	}
}

var (
	timestamps = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`)
	// made are the digests, and the serial numbers and key ids that the simulator makes at its start.
	made    = regexp.MustCompile(`sha256:[0-9a-f]{64}|\b[0-9A-F]{40}\b|\bPUB_KEY_ID_\d+`)
	commits = regexp.MustCompile(`\[main [0-9a-f]{7,}\]`)
)

// text is what the page shows for a text.
func (s *shown) text(text string) string {
	var pairs []string
	for _, literal := range s.literals {
		pairs = append(pairs, literal[0], literal[1])
	}
	text = strings.NewReplacer(pairs...).Replace(text)
	text = timestamps.ReplaceAllStringFunc(text, s.time)
	text = made.ReplaceAllStringFunc(text, s.stable)
	return commits.ReplaceAllString(text, "[main 3f0c5a1]")
}

// time moves a time by as much as the story's start is moved. What happens within some minutes of the start, or of a whole
// day after it, is shown as happening then.
func (s *shown) time(text string) string {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || (t.Year() < s.start.Year()) {
		return text
	}
	return shownStart.Add(t.Sub(s.start).Round(10 * time.Minute)).In(t.Location()).Format(time.RFC3339)
}

// stable is something of the same form that only depends on the order in which such things appear.
func (s *shown) stable(text string) string {
	if s.made[text] == "" {
		sum := fmt.Sprintf("%x", sha256.Sum256([]byte{byte(len(s.made))}))
		switch {
		case strings.HasPrefix(text, "sha256:"):
			s.made[text] = "sha256:" + sum
		case strings.HasPrefix(text, "PUB_KEY_ID_"):
			s.made[text] = fmt.Sprintf("PUB_KEY_ID_%032d", len(s.made))
		default:
			s.made[text] = strings.ToUpper(sum[:40])
		}
	}
	return s.made[text]
}

var tableHeader = regexp.MustCompile(`^[A-Z]+( [A-Z]+)*( {2,}[A-Z]+( [A-Z]+)*)+ *$`)

// output is text for what a command printed. A table is aligned anew, since its cells change their widths.
func (s *shown) output(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if !tableHeader.MatchString(lines[0]) {
		return s.text(text)
	}
	starts := columnStarts(lines[0])
	var rows [][]string
	for _, line := range lines {
		var row []string
		runes := []rune(line)
		for i, start := range starts {
			end := len(runes)
			if i+1 < len(starts) {
				end = min(starts[i+1], end)
			}
			cell := ""
			if start < len(runes) {
				cell = s.text(strings.TrimSpace(string(runes[start:end])))
			}
			if len(rows) > 0 && rows[0][i] == "AGE" {
				cell = "10s"
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return columns(rows)
}

// columnStarts are the places where a table's columns begin.
func columnStarts(header string) []int {
	starts := []int{0}
	for i := 2; i < len(header); i++ {
		if header[i] != ' ' && header[i-1] == ' ' && header[i-2] == ' ' {
			starts = append(starts, i)
		}
	}
	return starts
}

func TestAPageShowsTheSameInEveryRun(t *testing.T) {
	var pages []string
	for i, namespace := range []string{"e2e-7", "e2e-12345"} {
		start, mchid := time.Now().Add(time.Duration(i)*time.Hour).In(beijing), fmt.Sprintf("19000%05d", i)
		s := newShown(start)
		s.account(mchid, "1900000109")
		s.namespace(namespace, "marketing")
		s.campaign("autumn")
		number := requestno.For(requestno.Input{
			Environment: "rehearsal", Account: mchid, Kind: "PayGiftActivity", Namespace: namespace, Name: "autumn", Revision: 1,
		})
		table := columns([][]string{
			{"NAME", "BEGIN", "LAST SEEN", "AGE", "REQUEST"},
			{namespace + "/autumn", start.Add(24 * time.Hour).Format(time.RFC3339), "", fmt.Sprintf("%ds", i*100), number},
		})
		digest := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(namespace)))
		pages = append(pages, s.output(table)+s.text(digest+" since "+start.UTC().Format(time.RFC3339)))
	}
	if pages[0] != pages[1] {
		t.Errorf("one run shows\n%s\nthe other one\n%s", pages[0], pages[1])
	}
	for _, want := range []string{"marketing/autumn   2027-03-02T10:00:00+08:00", "1900000109-", " since 2027-03-01T02:00:00Z"} {
		if !strings.Contains(pages[0], want) {
			t.Errorf("%q is not in\n%s", want, pages[0])
		}
	}
}
