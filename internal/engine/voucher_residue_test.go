package engine

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

func shops(ids ...string) func(*v1alpha1.PayGiftActivity) {
	return func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.MerchantIdList = ids }
}

func TestShopsThatTheVendorLeavesOutAreSaidAndNotAskedForAgain(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.strangers = []string{"9"}
		w.applied(v1alpha1.PayGiftActivityActive, shops("1", "9"))
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonPartsRefused, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		contains(t, ready(w.campaign()).Message, "without 1 of what spec.shops lists", "9 (SHOP_NOT_EXIST)")
		w.restart()
		w.costs(tally{}, func() { w.pass(20 * time.Minute) })

		w.amend(shops("1", "2", "9")) // an edit asks for all again
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonPartsRefused, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationModify); n != 1 {
			t.Errorf("%d modifications", n)
		}
		w.annotate("once more")
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonPartsRefused, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationModify); n != 2 {
			t.Errorf("%d modifications for who asks", n)
		}
		w.amend(shops("1", "2"))
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationModify); n != 2 {
			t.Errorf("%d modifications, for what is there already", n)
		}
		if st := w.campaign().Status; st.Refused != nil {
			t.Errorf("it still says %+v", st.Refused)
		}
	})
}

func TestShopsThatTheVendorDoesNotShowAreSentOnceForEachEdit(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.vouchers.hidesShops = true
		w.applied(v1alpha1.PayGiftActivityActive, shops("1", "2"))
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.amend(shops("1", "3"))
		w.pass(5 * time.Minute)
		w.restart()
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationModify); n != 1 || w.vendor.activities[0].members[1] != "3" {
			t.Errorf("%d modifications, shops %v", n, w.vendor.activities[0].members)
		}
	})
}

func TestAShopThatIsTakenOutInTheConsoleIsPutBack(t *testing.T) {
	madeVoucher(t, shops("1", "2"), func(t *testing.T, w *world, _ string) {
		w.vendor.now(func(v *vendor) { v.activities[0].members = []string{"1"}; v.activities[0].body.Name = "winter" })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if a := w.vendor.activities[0]; len(a.members) != 2 || a.body.Name == "winter" {
			t.Errorf("the vendor has %+v, shops %v", a.body, a.members)
		}
	})
}

func TestAShopThatWasLeftOutIsAskedForAgainWhenItIsPutBack(t *testing.T) {
	for name, first := range map[string][]string{"by the creation": {"1", "9"}, "by a modification": {"1"}} {
		t.Run(name, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				w.vendor.strangers = []string{"9"}
				w.applied(v1alpha1.PayGiftActivityActive, shops(first...))
				w.pass(5 * time.Minute)
				w.amend(shops("1", "9"))
				w.pass(5 * time.Minute)
				w.want(v1alpha1.ReasonPartsRefused, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				w.amend(shops("1"))
				w.pass(5 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				if st := w.campaign().Status; st.Refused != nil || len(st.Residue) > 0 {
					t.Errorf("it still records %+v, %+v", st.Refused, st.Residue)
				}
				w.vendor.now(func(v *vendor) { v.strangers = nil })
				w.amend(shops("1", "9"))
				w.pass(5 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				if a := w.vendor.activities[0]; len(a.members) != 2 {
					t.Errorf("the vendor has %v", a.members)
				}
			})
		})
	}
}
