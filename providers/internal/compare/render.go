package compare

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

const (
	// MaxRendered bounds a value in a Difference, in characters.
	MaxRendered = 80
	// digestShown is how much of a digest is shown, in hexadecimal digits.
	digestShown = 8
)

// Render shortens a value for people; empty means absent. Different values have different renderings: one that cannot be shown
// as it is ends with a digest of the whole.
func Render(value any) string {
	if lenient.IsEmpty(value) {
		return ""
	}
	plain := lenient.Plain(value)
	return shorten(plain, plain, "")
}

// separator is between the values of a set.
const separator = ", "

// renderSet shows how many values there are, and those that there is room for.
func renderSet(values []string) string {
	if len(values) == 0 {
		return ""
	}
	noun := "values"
	if len(values) == 1 {
		noun = "value"
	}
	shown := fmt.Sprintf("%d %s: %s", len(values), noun, strings.Join(values, separator))
	whole := shown
	if strings.Count(shown, separator) >= len(values) { // one of them has it inside
		whole = fmt.Sprintf("%q", values)
	}
	return shorten(shown, whole, separator)
}

// shorten makes text one line of at most MaxRendered characters, cut at a separator if there is one. Where what it shows is not
// the whole, it ends with a digest of that.
func shorten(text, whole, separator string) string {
	shown := lenient.Printable(text)
	if shown == whole && utf8.RuneCountInString(shown) <= MaxRendered {
		return shown
	}
	sum := sha256.Sum256([]byte(whole))
	end := " … (sha256:" + hex.EncodeToString(sum[:])[:digestShown] + "…)"
	if runes := []rune(shown); len(runes) > MaxRendered-utf8.RuneCountInString(end) {
		shown = string(runes[:MaxRendered-utf8.RuneCountInString(end)])
		if at := strings.LastIndex(shown, separator); separator != "" && at > 0 {
			shown = shown[:at]
		}
	}
	return shown + end
}
