package status

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

var (
	noon    = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	settled = Verdict{Settled, v1alpha1.ReasonRunning, "running"}
	working = Verdict{Working, v1alpha1.ReasonCreating, "creating"}
	stalled = Verdict{Stalled, v1alpha1.ReasonRejected, "refused"}
)

func TestEveryWayBetweenVerdictsKeepsTheRules(t *testing.T) {
	verdicts := []Verdict{settled, working, stalled}
	for _, from := range verdicts {
		for _, to := range verdicts {
			var conditions []metav1.Condition
			from.Apply(&conditions, 1, noon)
			to.Apply(&conditions, 2, noon.Add(time.Minute))
			if broken := Check(2, 2, conditions); len(broken) > 0 {
				t.Errorf("%s → %s: %v", from.Progress, to.Progress, broken)
			}
		}
	}
}

func TestTheTransitionTimeMovesOnlyOnAFlip(t *testing.T) {
	var conditions []metav1.Condition
	working.Apply(&conditions, 1, noon)
	stalled.Apply(&conditions, 1, noon.Add(time.Hour))
	if at := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady).LastTransitionTime; !at.Time.Equal(noon) {
		t.Errorf("Ready stayed False but its time moved to %s", at)
	}
	settled.Apply(&conditions, 1, noon.Add(2*time.Hour))
	if at := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady).LastTransitionTime; !at.Time.Equal(noon.Add(2 * time.Hour)) {
		t.Errorf("Ready flipped but its time is %s", at)
	}
}

func TestTheSameVerdictTwiceChangesNothing(t *testing.T) {
	var once, twice []metav1.Condition
	stalled.Apply(&once, 1, noon)
	stalled.Apply(&twice, 1, noon)
	stalled.Apply(&twice, 1, noon.Add(time.Hour))
	if !slices.Equal(once, twice) {
		t.Errorf("%v, then %v", once, twice)
	}
}

func TestAVendorsTextIsFoldedToOneBoundedLine(t *testing.T) {
	var conditions []metav1.Condition
	Verdict{Stalled, v1alpha1.ReasonRejected, "参数错误\n" + strings.Repeat("长", 2000)}.Apply(&conditions, 1, noon)
	message := conditions[0].Message
	if strings.Contains(message, "\n") || len(message) > maxMessage || !utf8.ValidString(message) {
		t.Errorf("message of %d bytes: %q…", len(message), message[:40])
	}
}

func TestTheCheckerFindsEachBrokenRule(t *testing.T) {
	condition := func(conditionType string, value metav1.ConditionStatus) metav1.Condition {
		return metav1.Condition{Type: conditionType, Status: value, ObservedGeneration: 1, Reason: "R", Message: "m", LastTransitionTime: metav1.NewTime(noon)}
	}
	for want, conditions := range map[string][]metav1.Condition{
		"Ready is absent":                     {condition("Stalled", "True")},
		"both present":                        {condition("Ready", "False"), condition("Stalled", "True"), condition("Reconciling", "True")},
		"Ready and Stalled are both true":     {condition("Ready", "True"), condition("Stalled", "True")},
		"present but not true":                {condition("Ready", "False"), condition("Stalled", "False")},
		"neither Reconciling nor Stalled":     {condition("Ready", "False")},
		"lacks its time, reason or message":   {{Type: "Ready", Status: "True", ObservedGeneration: 1}},
		"observed generation 7, the status 1": {{Type: "Ready", Status: "True", ObservedGeneration: 7, Reason: "R", Message: "m", LastTransitionTime: metav1.NewTime(noon)}},
	} {
		if broken := Check(1, 1, conditions); !strings.Contains(strings.Join(broken, "; "), want) {
			t.Errorf("found %v, want %q", broken, want)
		}
	}
	if broken := Check(1, 2, []metav1.Condition{condition("Ready", "True")}); !strings.Contains(strings.Join(broken, "; "), "runs ahead") {
		t.Errorf("found %v, want the generation that runs ahead", broken)
	}
}
