// Package switches holds the simulator's settings for everything in which the vendors' documents
// are silent or disagree, so that a client can be tried against every reading of them.
package switches

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/clock"
)

// Form is the kind of value that a switch takes.
type Form string

// The forms.
const (
	// Choice is one of Spec.Values.
	Choice Form = "choice"
	// Duration is a Go duration or days ("90d").
	Duration Form = "duration"
	// Number is an integer from Spec.Min to Spec.Max.
	Number Form = "number"
	// List is a comma-separated list, possibly empty.
	List Form = "list"
	// Custom is checked by Spec.Check.
	Custom Form = "custom"
)

// Spec declares a switch.
type Spec struct {
	Name    string
	Default string
	Form    Form
	// Values are the choices of a Choice.
	Values []string
	// Min and Max bound a Number.
	Min, Max int64
	// Check judges a Custom value.
	Check func(string) error
	// Example shows how a Custom value looks.
	Example string
	// Doc says in a sentence what the switch does.
	Doc string
	// Unverified marks a vendor behaviour that no public statement settles.
	Unverified bool
}

// Setting is a switch with its present value, for people to read.
type Setting struct {
	Name       string `json:"name"`
	Value      string `json:"value"`
	Default    string `json:"default"`
	Takes      string `json:"takes"`
	Unverified bool   `json:"unverified"`
	Doc        string `json:"doc"`
}

// Set is a set of switches. It is safe for concurrent use.
type Set struct {
	specs map[string]Spec
	names []string

	mu     sync.RWMutex
	values map[string]string
	start  map[string]string
}

// New makes a set from declarations and the values to start with.
func New(specs []Spec, start map[string]string) (*Set, error) {
	s := &Set{specs: map[string]Spec{}, values: map[string]string{}}
	for _, spec := range specs {
		if _, ok := s.specs[spec.Name]; ok {
			return nil, fmt.Errorf("switch %s is declared twice", spec.Name)
		}
		if err := spec.check(spec.Default); err != nil {
			return nil, fmt.Errorf("default of switch %s: %w", spec.Name, err)
		}
		s.specs[spec.Name] = spec
		s.names = append(s.names, spec.Name)
		s.values[spec.Name] = spec.Default
	}
	if err := s.Put(start); err != nil {
		return nil, err
	}
	s.start = copyOf(s.values)
	return s, nil
}

// Put changes switches: all of them, or none if one is wrong.
func (s *Set) Put(changes map[string]string) error {
	names := make([]string, 0, len(changes))
	for name := range changes {
		names = append(names, name)
	}
	sort.Strings(names) // so that the same mistake is reported the same way each time
	for _, name := range names {
		spec, ok := s.specs[name]
		if !ok {
			return fmt.Errorf("there is no switch %q; `gateway-simulator switches` lists them", name)
		}
		if err := spec.check(changes[name]); err != nil {
			return fmt.Errorf("switch %s: %w", name, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, value := range changes {
		s.values[name] = value
	}
	return nil
}

// Reset goes back to the values the set was started with.
func (s *Set) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values = copyOf(s.start)
}

// Get is the present value. A name that was never declared is a programming error.
func (s *Set) Get(name string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, ok := s.values[name]
	if !ok {
		panic("undeclared switch " + name)
	}
	return v
}

// Is says whether a switch has that value.
func (s *Set) Is(name, value string) bool { return s.Get(name) == value }

// Duration is the value of a Duration switch.
func (s *Set) Duration(name string) time.Duration {
	d, _ := clock.ParseDuration(s.Get(name)) // was checked when it was put
	return d
}

// Number is the value of a Number switch.
func (s *Set) Number(name string) int64 {
	n, _ := strconv.ParseInt(s.Get(name), 10, 64) // was checked when it was put
	return n
}

// Contains says whether a List switch lists item.
func (s *Set) Contains(name, item string) bool {
	return slices.Contains(s.Items(name), item)
}

// Items is the value of a List switch.
func (s *Set) Items(name string) []string { return splitList(s.Get(name)) }

// Settings lists all switches in the order of their declaration.
func (s *Set) Settings() []Setting {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]Setting, 0, len(s.names))
	for _, name := range s.names {
		spec := s.specs[name]
		all = append(all, Setting{Name: name, Value: s.values[name], Default: spec.Default, Takes: spec.Takes(), Unverified: spec.Unverified, Doc: spec.Doc})
	}
	return all
}

// Takes says what values a switch takes.
func (spec Spec) Takes() string {
	switch spec.Form {
	case Choice:
		return strings.Join(spec.Values, " | ")
	case Number:
		return fmt.Sprintf("%d … %d", spec.Min, spec.Max)
	case Duration:
		return "duration: 0s, 90s, 24h, 90d"
	case List:
		return "comma-separated list, may be empty"
	default:
		return spec.Example
	}
}

func (spec Spec) check(value string) error {
	switch spec.Form {
	case Choice:
		if !slices.Contains(spec.Values, value) {
			return fmt.Errorf("must be one of %s, not %q", strings.Join(spec.Values, ", "), value)
		}
	case Number:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < spec.Min || n > spec.Max {
			return fmt.Errorf("must be a number from %d to %d, not %q", spec.Min, spec.Max, value)
		}
	case Duration:
		_, err := clock.ParseDuration(value)
		return err
	case List:
	case Custom:
		return spec.Check(value)
	default:
		return fmt.Errorf("has no form")
	}
	return nil
}

func splitList(value string) []string {
	var items []string
	for item := range strings.SplitSeq(value, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func copyOf(m map[string]string) map[string]string {
	c := make(map[string]string, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}
