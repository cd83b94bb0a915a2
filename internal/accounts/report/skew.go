package report

import (
	"time"

	"github.com/campaign-operator/campaign-operator/internal/accounts"
)

// skewStep is what a shown skew is rounded to. A measured one is good to a second or two, so a
// shown one stays until the measure has moved by a whole step: a skew that lies between two
// steps must not be written at every sweep.
const skewStep = 10 * time.Second

// shownSkew is the skew as the status shows it: rounded, and empty while it is not worth a word.
func shownSkew(former string, ahead *time.Duration) string {
	if ahead == nil {
		return former
	}
	if shown, err := time.ParseDuration(former); err == nil && ahead.Abs() > accounts.SkewWarns-skewStep && (*ahead-shown).Abs() < skewStep {
		return former
	}
	if ahead.Abs() <= accounts.SkewWarns {
		return ""
	}
	return ahead.Round(skewStep).String()
}
