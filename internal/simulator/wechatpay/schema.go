package wechatpay

import (
	"regexp"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

// The forms of bodies, as the schema package judges them.
type (
	checker = schema.Checker
	member  = schema.Member
)

var (
	required = schema.Required
	optional = schema.Optional
	object   = schema.Object
	text     = schema.Text
	pattern  = schema.Pattern
	all      = schema.All
	oneOf    = schema.OneOf
	integer  = schema.Integer
)

// array takes one to most items: what is empty must be left out.
func array(most int, item checker) checker { return schema.Array(1, most, item) }

func boolean(at string, v any) *schema.Problem { return schema.Boolean(at, v) }

// check judges a body.
func check(form checker, doc map[string]any) *apiError {
	if p := form("", doc); p != nil {
		return bodyError(p.At, p.Value, p.Issue)
	}
	return nil
}

// notOpen takes nothing: the field is documented and not open.
func notOpen(at string, v any) *schema.Problem {
	return schema.Refuse(at, v, "the field is not open yet: leave it out")
}

var (
	timeForm     = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$`)
	dayTimeForm  = regexp.MustCompile(`^([01]\d|2[0-3])[0-5]\d[0-5]\d$`)
	numberForm   = regexp.MustCompile(`^[A-Za-z0-9|_*-]{1,128}$`)
	urlForm      = regexp.MustCompile(`^https?://[!-~]+$`)
	colorForm    = regexp.MustCompile(`^(?i:color)(010|020|030|040|050|060|070|080|081|082|090|100|101|102)$`)
	hexColorForm = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

	requestNumber = pattern(numberForm, "must be 1 to 128 letters, digits, |, _, * or -")
	merchantID    = pattern(mchidForm, "must be 8 to 15 digits")
	dayTime       = pattern(dayTimeForm, "must be a time of day as HHmmss")
	imageURL      = pattern(urlForm, "must be a URL")
)

// timestamp takes an RFC 3339 time with a zone.
func timestamp(at string, v any) *schema.Problem {
	s, ok := v.(string)
	if !ok {
		return schema.Refuse(at, v, "must be a string")
	}
	if _, err := time.Parse(time.RFC3339, s); err != nil || len(s) > 32 || !timeForm.MatchString(s) {
		return schema.Refuse(at, s, "must be a time as 2006-01-02T15:04:05+08:00")
	}
	return nil
}

// instant reads a time that was checked before.
func instant(s string) time.Time {
	t, _ := time.Parse(time.RFC3339, s)
	return t
}

// beijing is where the gateway's times are written.
var beijing = time.FixedZone("CST", 8*60*60)

// stamp writes a time as the gateway does.
func (g *Gateway) stamp(t time.Time) string {
	if g.switches.Is(SwitchDetailMillis, "on") {
		return t.In(beijing).Format("2006-01-02T15:04:05.000-07:00")
	}
	return t.In(beijing).Format("2006-01-02T15:04:05-07:00")
}

// stampPointer writes a time that may not have come.
func (g *Gateway) stampPointer(t *time.Time) string {
	if t == nil {
		return ""
	}
	return g.stamp(*t)
}
