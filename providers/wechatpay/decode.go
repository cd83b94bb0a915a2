package wechatpay

import (
	"regexp"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// object is a JSON object decoded leniently: numbers as json.Number, unknown fields kept.
type object = lenient.Object

// colonMillis is the page's own pattern "HH:mm:ss:sss", a colon before the milliseconds.
var colonMillis = regexp.MustCompile(`^(.*\d\d:\d\d:\d\d):(\d{1,9})(Z|[+-].*)$`)

// parseTime reads a vendor's time: RFC 3339 with or without fraction, with or without the
// colon in the offset, or with the pattern of the old pages.
func parseTime(value string) (time.Time, bool) {
	value = colonMillis.ReplaceAllString(strings.TrimSpace(value), "$1.$2$3")
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, value); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// timeOf is parseTime of a field; zero where it is absent or unreadable.
func timeOf(from object, name string) time.Time {
	t, _ := parseTime(lenient.Text(from, name))
	return t
}
