// Package status turns what a reconcile found into conditions, by kstatus' rules, and
// checks those rules.
package status

import (
	"strings"
	"time"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// Progress says who has to do something next.
type Progress string

// The kinds of progress.
const (
	// Settled: nobody; the resource is as its manifest asks.
	Settled Progress = "Settled"
	// Working: the operator; it goes on by itself.
	Working Progress = "Working"
	// Stalled: a person; nothing goes on until something is changed.
	Stalled Progress = "Stalled"
)

// Verdict is the whole answer to "how is it?", from which all conditions follow.
type Verdict struct {
	Progress Progress
	Reason   string
	// Message is one line, the same bytes for the same problem: no times, counters or request ids.
	Message string
}

// maxMessage keeps a condition readable in kubectl and far below the API server's limit.
const maxMessage = 1024

// Apply writes the verdict into conditions: Ready always, Reconciling and Stalled only
// while true. A transition time moves only when the condition's status flips.
func (v Verdict) Apply(conditions *[]metav1.Condition, generation int64, now time.Time) {
	set := func(conditionType string, value metav1.ConditionStatus) {
		meta.SetStatusCondition(conditions, metav1.Condition{
			Type: conditionType, Status: value, ObservedGeneration: generation,
			Reason: v.Reason, Message: oneLine(v.Message), LastTransitionTime: metav1.NewTime(now),
		})
	}
	setOrRemove := func(conditionType string, is bool) {
		if is {
			set(conditionType, metav1.ConditionTrue)
			return
		}
		meta.RemoveStatusCondition(conditions, conditionType)
	}
	if v.Progress == Settled {
		set(v1alpha1.ConditionReady, metav1.ConditionTrue)
	} else {
		set(v1alpha1.ConditionReady, metav1.ConditionFalse)
	}
	setOrRemove(v1alpha1.ConditionReconciling, v.Progress == Working)
	setOrRemove(v1alpha1.ConditionStalled, v.Progress == Stalled)
}

// Drifted writes or removes the condition Drifted; an empty message removes it.
func Drifted(conditions *[]metav1.Condition, message string, generation int64, now time.Time) {
	if message == "" {
		meta.RemoveStatusCondition(conditions, v1alpha1.ConditionDrifted)
		return
	}
	meta.SetStatusCondition(conditions, metav1.Condition{
		Type: v1alpha1.ConditionDrifted, Status: metav1.ConditionTrue, ObservedGeneration: generation,
		Reason: v1alpha1.ReasonDrifted, Message: oneLine(message), LastTransitionTime: metav1.NewTime(now),
	})
}

// oneLine folds a vendor's text, which may hold newlines, and bounds it.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "�")), " ")
	if len(text) <= maxMessage {
		return text
	}
	cut := maxMessage - len("…")
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
