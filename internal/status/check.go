package status

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// Check returns what breaks the rules that every status keeps: kstatus' and our own. Tests
// run it on every object they have touched.
func Check(generation, observedGeneration int64, conditions []metav1.Condition) []string {
	var broken []string
	complain := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }

	ready := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady)
	reconciling := meta.FindStatusCondition(conditions, v1alpha1.ConditionReconciling)
	stalled := meta.FindStatusCondition(conditions, v1alpha1.ConditionStalled)
	if ready == nil {
		complain("Ready is absent")
		return broken
	}
	if reconciling != nil && stalled != nil {
		complain("Reconciling and Stalled are both present")
	}
	for _, abnormal := range []*metav1.Condition{reconciling, stalled} {
		if abnormal == nil {
			continue
		}
		if abnormal.Status != metav1.ConditionTrue {
			complain("%s is present but not true", abnormal.Type)
		}
		if ready.Status == metav1.ConditionTrue {
			complain("Ready and %s are both true", abnormal.Type)
		}
	}
	if ready.Status != metav1.ConditionTrue && reconciling == nil && stalled == nil {
		complain("not Ready, but neither Reconciling nor Stalled says who acts next")
	}
	broken = append(broken, checkEach(observedGeneration, conditions)...)
	if observedGeneration > generation {
		complain("observed generation %d runs ahead of %d", observedGeneration, generation)
	}
	return broken
}

// checkEach returns what is wrong with single conditions.
func checkEach(observedGeneration int64, conditions []metav1.Condition) []string {
	var broken []string
	for _, condition := range conditions {
		if condition.ObservedGeneration != observedGeneration {
			broken = append(broken, fmt.Sprintf("%s observed generation %d, the status %d", condition.Type, condition.ObservedGeneration, observedGeneration))
		}
		if condition.LastTransitionTime.IsZero() || condition.Reason == "" || condition.Message == "" {
			broken = append(broken, condition.Type+" lacks its time, reason or message")
		}
	}
	return broken
}
