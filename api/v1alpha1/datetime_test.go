package v1alpha1_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// The expressions that admission holds times, days and prices against. Each has to be written out in every rule that compares such
// values, so it is also checked that all of them have the same one.
var (
	timeExpression  = regexp.MustCompile(`matches\(r'(\^20\([^']*T[^']*)'\)`)
	dayExpression   = regexp.MustCompile(`matches\(r'(\^20\([^'T]*)'\)`)
	priceExpression = regexp.MustCompile(`matches\(r'(\^\(0\|[^']*\?\$)'\)`)
)

func dateTimeRule(t testing.TB) *regexp.Regexp { return theRule(t, timeExpression) }

// theRule returns the one expression that all rules have that match.
func theRule(t testing.TB, match *regexp.Regexp) *regexp.Regexp {
	t.Helper()
	paths, err := filepath.Glob("../../config/crd/bases/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no CRDs: %v", err)
	}
	expressions := map[string]int{}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var crd apiextensionsv1.CustomResourceDefinition
		if err := yaml.Unmarshal(raw, &crd); err != nil {
			t.Fatal(err)
		}
		count(*crd.Spec.Versions[0].Schema.OpenAPIV3Schema, match, expressions)
	}
	if len(expressions) != 1 {
		t.Fatalf("%d different expressions: %v", len(expressions), expressions)
	}
	for expression := range expressions {
		return regexp.MustCompile(expression)
	}
	return nil
}

func count(schema apiextensionsv1.JSONSchemaProps, match *regexp.Regexp, expressions map[string]int) {
	for _, rule := range schema.XValidations {
		for _, found := range match.FindAllStringSubmatch(rule.Rule, -1) {
			expressions[found[1]]++
		}
	}
	for _, child := range schema.Properties {
		count(child, match, expressions)
	}
	if schema.Items != nil {
		count(*schema.Items.Schema, match, expressions)
	}
}

func TestAdmissionTakesExactlyTheDaysThatExist(t *testing.T) {
	rule, day := dateTimeRule(t), theRule(t, dayExpression)
	for year := 1999; year <= 2100; year++ {
		for month := 0; month <= 13; month++ {
			for date := 0; date <= 32; date++ {
				text := fmt.Sprintf("%04d-%02d-%02dT10:00:00+08:00", year, month, date)
				_, err := time.Parse(time.RFC3339Nano, text)
				want := err == nil && year >= 2000 && year <= 2099
				if got := rule.MatchString(text); got != want {
					t.Errorf("%s: admitted %t, want %t", text, got, want)
				}
				if got := day.MatchString(text[:len("2006-01-02")]); got != want {
					t.Errorf("%s as a day: admitted %t, want %t", text, got, want)
				}
			}
		}
	}
}

func TestAdmissionTakesExactlyThePricesThatAlipayReads(t *testing.T) {
	rule := theRule(t, priceExpression)
	for text, want := range map[string]bool{
		"0": true, "0.0": true, "0.10": true, "10": true, "10.5": true, "3000.00": true, "999999999.99": true,
		"": false, "00": false, "01.5": false, ".5": false, "5.": false, "1.234": false, "-1": false, "+1": false, "1e3": false, "1k": false,
		"1,000": false, "1 ": false, "1\n": false, "1000000000": false, "１": false, "0x1": false, "NaN": false, "10.00.00": false,
	} {
		if got := rule.MatchString(text); got != want {
			t.Errorf("%q: admitted %t, want %t", text, got, want)
		}
	}
}

func TestAdmissionTakesExactlyTheTimesOfDayAndOffsetsThatExist(t *testing.T) {
	rule := dateTimeRule(t)
	for a := range 100 {
		for b := range 100 {
			for text, want := range map[string]bool{
				fmt.Sprintf("2027-03-01T%02d:%02d:00+08:00", a, b): a < 24 && b < 60,
				fmt.Sprintf("2027-03-01T10:%02d:%02dZ", a, b):      a < 60 && b < 60,
				fmt.Sprintf("2027-03-01T10:00:00+%02d:%02d", a, b): a < 24 && b < 60,
				fmt.Sprintf("2027-03-01T10:00:00-%02d:%02d", a, b): a < 24 && b < 60,
			} {
				if got := rule.MatchString(text); got != want {
					t.Errorf("%s: admitted %t, want %t", text, got, want)
				}
				if _, err := time.Parse(time.RFC3339Nano, text); want && err != nil {
					t.Errorf("%s: admitted, and Go says %v", text, err)
				}
			}
		}
	}
}

// FuzzWhateverAdmissionTakesIsATime: one stored time that Go cannot read would have to be handled in a hundred places.
func FuzzWhateverAdmissionTakesIsATime(f *testing.F) {
	for _, seed := range []string{
		"2027-03-01T10:00:00+08:00", "2027-03-01T10:00:00.120+08:00", "2028-02-29T23:59:59Z", "2027-02-29T00:00:00Z",
		"2027-03-01t10:00:00z", "2027-03-01T10:00:00,5Z", "2027-03-01T10:00:60Z", "2027-03-01T24:00:00Z", "2027-03-01T10:00:00+99:99",
		"2027-3-1T1:00:00Z", "2027-03-01 10:00:00Z", "2027-03-01T10:00:00", "２０２７-03-01T10:00:00Z", "2027-03-01T10:00:00Z\n", "",
	} {
		f.Add(seed)
	}
	rule := dateTimeRule(f)
	f.Fuzz(func(t *testing.T, text string) {
		if !rule.MatchString(text) {
			return
		}
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatalf("%q: admitted, and Go says %v", text, err)
		}
		if at.Nanosecond()%int(time.Millisecond) != 0 {
			t.Errorf("%q: finer than the milliseconds that the vendor's times have", text)
		}
		if strings.ContainsAny(text, "\n\r") {
			t.Errorf("%q: a line break was admitted", text)
		}
	})
}
