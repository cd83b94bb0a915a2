package engine

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func TestACampaignIsSettledUntilThereIsSomethingToDoForIt(t *testing.T) {
	ready := func(c *v1alpha1.PayGiftActivity, is metav1.ConditionStatus, reason string) {
		c.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: is, Reason: reason}}
	}
	now := metav1.Now()
	for name, test := range map[string]struct {
		change    func(c *v1alpha1.PayGiftActivity)
		unsettled bool
	}{
		"as asked":                      {func(*v1alpha1.PayGiftActivity) {}, false},
		"a stall that only people end":  {func(c *v1alpha1.PayGiftActivity) { ready(c, "False", v1alpha1.ReasonTerminatedElsewhere) }, false},
		"new":                           {func(c *v1alpha1.PayGiftActivity) { c.Status = v1alpha1.PayGiftActivityStatus{} }, true},
		"edited":                        {func(c *v1alpha1.PayGiftActivity) { c.Generation++ }, true},
		"being created":                 {func(c *v1alpha1.PayGiftActivity) { ready(c, "False", v1alpha1.ReasonCreating) }, true},
		"waiting for its account":       {func(c *v1alpha1.PayGiftActivity) { ready(c, "False", v1alpha1.ReasonAccountNotReady) }, true},
		"being deleted":                 {func(c *v1alpha1.PayGiftActivity) { c.DeletionTimestamp = &now }, true},
		"asked for":                     {func(c *v1alpha1.PayGiftActivity) { c.Annotations = askedAt("2") }, true},
		"asked for and looked at":       {func(c *v1alpha1.PayGiftActivity) { c.Annotations = askedAt("1") }, false},
		"no longer asked for":           {func(c *v1alpha1.PayGiftActivity) { c.Annotations = nil }, false},
		"its conditions have been lost": {func(c *v1alpha1.PayGiftActivity) { c.Status.Conditions = nil }, true},
	} {
		c := &v1alpha1.PayGiftActivity{ObjectMeta: metav1.ObjectMeta{Generation: 3}}
		c.Status.ObservedGeneration, c.Status.LastHandledReconcileAt = 3, "1"
		ready(c, "True", v1alpha1.ReasonScheduled)
		test.change(c)
		if got := Unsettled(c); got != test.unsettled {
			t.Errorf("%s: unsettled is %t, want %t", name, got, test.unsettled)
		}
	}
}

// askedAt are the annotations of a campaign that somebody asks to be looked at.
func askedAt(value string) map[string]string {
	return map[string]string{v1alpha1.AnnotationReconcileRequestedAt: value}
}
