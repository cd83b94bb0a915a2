package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// cappedVouchers are vouchers of which an append can have only so many given out.
type cappedVouchers struct{ voucherKind }

func (cappedVouchers) Traits() Traits {
	traits := voucherKind{}.Traits()
	traits.MostAppended = 2000
	return traits
}

func manifestWith(change func(*v1alpha1.PayGiftActivity)) *v1alpha1.PayGiftActivity {
	c := &v1alpha1.PayGiftActivity{}
	change(c)
	return c
}

func TestNoMoreCodesAreHandedOverThanCanBeGivenOut(t *testing.T) {
	for name, test := range map[string]struct {
		raises            bool
		sources           string
		reason            string
		deposits, appends int
		given             int64
	}{
		"where an append has to say how many":                {false, "a=1200,b=900", v1alpha1.ReasonCodesInvalid, 2, 1, 1200},
		"just as many":                                       {false, "a=1200,b=800", v1alpha1.ReasonScheduled, 3, 1, 2000},
		"where the vendor gives out what it has":             {true, "a=1200,b=900", v1alpha1.ReasonScheduled, 3, 0, 2100},
		"more than that at once, where an append has to say": {false, "a=2500", v1alpha1.ReasonCodesInvalid, 2, 1, 2000},
	} {
		t.Run(name, func(t *testing.T) {
			inWorldOf(t, cappedVouchers{}, func(t *testing.T, w *world) {
				w.vendor.vouchers.raises = test.raises
				for _, source := range (voucherKind{}).Codes(manifestWith(codes(test.sources))) {
					w.secret(source.SecretName, strings.ToUpper(source.SecretName), int(source.Count))
				}
				w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes(test.sources)(c) })
				for range 2 {
					w.pass(20 * time.Minute)
					w.want(test.reason, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
					if test.reason == v1alpha1.ReasonCodesInvalid {
						contains(t, ready(w.campaign()).Message, "gives out more than 2000 only where", "Name 2000 at most")
					}
					deposits, appends := w.vendor.count(providers.OperationDepositCodes), w.vendor.count(providers.OperationAppend)
					if given := w.vendor.activities[0].body.Amount; deposits != test.deposits || appends != test.appends || given != test.given {
						t.Errorf("%d deposits, %d appends, %d given out", deposits, appends, given)
					}
					w.restart()
				}
			})
		})
	}
}
