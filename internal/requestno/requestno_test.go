package requestno

import (
	"regexp"
	"testing"
	"testing/quick"
)

var base = Input{Environment: "production", Account: "1900000109", Kind: "PayGiftActivity", Namespace: "marketing", Name: "spring", Revision: 1}

func TestTheNumberOfAGivenManifestNeverChangesBetweenReleases(t *testing.T) {
	const want = "1900000109-KQDENKAYSEFX5XRCI6MPTY4ZOR"
	if got := For(base); got != want {
		t.Errorf("For(%+v) = %q, want %q: a changed number creates every activity a second time", base, got, want)
	}
}

func TestEveryPartOfTheIdentityChangesTheNumber(t *testing.T) {
	variants := map[string]func(*Input){
		"environment": func(i *Input) { i.Environment = "rehearsal" },
		"account":     func(i *Input) { i.Account = "1900000110" },
		"kind":        func(i *Input) { i.Kind = "CouponStock" },
		"namespace":   func(i *Input) { i.Namespace = "other" },
		"name":        func(i *Input) { i.Name = "autumn" },
		"revision":    func(i *Input) { i.Revision = 2 },
	}
	for part, change := range variants {
		other := base
		change(&other)
		if For(other) == For(base) {
			t.Errorf("another %s gives the same number", part)
		}
	}
}

func TestNumbersFitTheVendorsAlphabetAndLength(t *testing.T) {
	legal := regexp.MustCompile(`^[A-Za-z0-9|_*-]{1,64}$`)
	check := func(environment, namespace, name string, revision int64) bool {
		return legal.MatchString(For(Input{environment, "20210001234567890123456789012345", "K", namespace, name, revision}))
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}
