package switches_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/switches"
)

func specs() []switches.Spec {
	return []switches.Spec{
		{Name: "replay", Default: "same", Form: switches.Choice, Values: []string{"same", "reject"}},
		{Name: "lag", Default: "0s", Form: switches.Duration},
		{Name: "max", Default: "50", Form: switches.Number, Min: 1, Max: 500},
		{Name: "missing", Default: "", Form: switches.List},
		{Name: "even", Default: "aa", Form: switches.Custom, Check: func(v string) error {
			if len(v)%2 != 0 {
				return errors.New("must have an even length")
			}
			return nil
		}},
	}
}

func TestSwitchesAreReadInTheirOwnForm(t *testing.T) {
	s, err := switches.New(specs(), map[string]string{"lag": "1d", "missing": "1900000001, 1900000002"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Duration("lag") != 24*time.Hour || s.Number("max") != 50 || !s.Is("replay", "same") {
		t.Fatalf("read %v, %v, %v", s.Duration("lag"), s.Number("max"), s.Get("replay"))
	}
	if !s.Contains("missing", "1900000002") || s.Contains("missing", "1900000003") {
		t.Fatal("the list is read wrongly")
	}
}

func TestOneWrongSwitchChangesNone(t *testing.T) {
	s, err := switches.New(specs(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"lag": "soon", "max": "501", "replay": "maybe", "even": "abc", "unknown": "1"} {
		err := s.Put(map[string]string{"replay": "reject", name: value})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%s: error %v does not name the switch", name, value, err)
		}
	}
	if !s.Is("replay", "same") {
		t.Fatal("a refused change was made in part")
	}
}

func TestResetGoesBackToWhatTheSetWasStartedWith(t *testing.T) {
	s, err := switches.New(specs(), map[string]string{"max": "100"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(map[string]string{"max": "200", "replay": "reject"}); err != nil {
		t.Fatal(err)
	}
	s.Reset()
	if s.Number("max") != 100 || !s.Is("replay", "same") {
		t.Fatalf("after a reset max is %d and replay %s", s.Number("max"), s.Get("replay"))
	}
}

func TestSettingsSayWhatEachSwitchTakes(t *testing.T) {
	s, err := switches.New(specs(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := s.Settings()
	if len(got) != 5 || got[0].Takes != "same | reject" || got[2].Takes != "1 … 500" {
		t.Fatalf("settings are %+v", got)
	}
}

func TestADeclarationThatContradictsItselfIsRefused(t *testing.T) {
	for _, wrong := range []switches.Spec{
		{Name: "a", Default: "x", Form: switches.Choice, Values: []string{"y"}},
		{Name: "replay", Default: "same", Form: switches.Choice, Values: []string{"same"}},
		{Name: "formless"},
	} {
		if _, err := switches.New(append(specs(), wrong), nil); err == nil {
			t.Errorf("%+v was accepted", wrong)
		}
	}
}
