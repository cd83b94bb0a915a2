package engine

import (
	"slices"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestMembersEditedBackWhileTheirCallIsUnderWayAreReadAgain(t *testing.T) {
	both := []string{"1900000109", "1900000110"}
	for op, there := range map[providers.Operation][]string{providers.OperationRemoveMembers: both[:1], providers.OperationAddMembers: both} {
		t.Run(string(op), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				back := both
				if op == providers.OperationAddMembers {
					back = both[:1]
				}
				list := func(members []string) bool {
					return w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.MerchantIdList = members })
				}
				w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.MerchantIdList = back })
				w.pass(time.Minute)
				w.vendor.crossing = func(now providers.Operation, done bool) {
					if now == op && done {
						w.vendor.crossing = func(providers.Operation, bool) {}
						list(back)
					}
				}
				list(there)
				w.pass(10 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				if members := slices.Sorted(slices.Values(w.vendor.activities[0].members)); !slices.Equal(members, back) {
					t.Errorf("at the vendor %v, the manifest lists %v, recorded %+v, operation %+v", members, back, w.campaign().Status.Merchants, w.campaign().Status.Operation)
				}
			})
		})
	}
}
