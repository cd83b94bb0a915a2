package httpx

import (
	"net/http"
	"testing"
	"time"
)

var testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestRetryAfterIsReadAsSecondsOrDate(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"30":  30 * time.Second,
		" 5 ": 5 * time.Second,
		testNow.Add(90 * time.Second).Format(http.TimeFormat):  90 * time.Second,
		testNow.Add(-90 * time.Second).Format(http.TimeFormat): 0,
		testNow.AddDate(5, 0, 0).Format(http.TimeFormat):       24 * time.Hour,
		"9223372036854775807":                                  24 * time.Hour,
		"-5":                                                   0,
		"soon":                                                 0,
		"":                                                     0,
	} {
		if got := RetryAfter(http.Header{"Retry-After": {value}}, testNow); got != want {
			t.Errorf("%q: got %v, want %v", value, got, want)
		}
	}
}

func TestTheSkewIsMeasuredAgainstTheMiddleOfTheExchange(t *testing.T) {
	var skew Skew
	if _, known := skew.Value(); known {
		t.Error("it is known before any answer")
	}
	dated := func(date string) http.Header { return http.Header{"Date": {date}} }
	skew.Measure(dated(testNow.Add(62*time.Second).Format(http.TimeFormat)), testNow, testNow.Add(4*time.Second))
	skew.Measure(dated("soon"), testNow, testNow)
	if got, known := skew.Value(); !known || got != 60*time.Second {
		t.Errorf("got %v, %t", got, known)
	}
	skew.Measure(dated(testNow.Add(-5*time.Second).Format(http.TimeFormat)), testNow, testNow)
	if got, _ := skew.Value(); got != -5*time.Second {
		t.Errorf("got %v", got)
	}
}
