package engine

import (
	"context"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestCodesAreHandedOverInBatchesAndThenGivenOut(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.secrets()
		w.applied(v1alpha1.PayGiftActivityActive, uploads)
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.oneVoucher(2100)
		if n, m := w.vendor.count(providers.OperationDepositCodes), w.vendor.count(providers.OperationAppend); n != 3 || m != 1 {
			t.Errorf("%d batches, %d appends", n, m)
		}
		st := w.campaign().Status.Codes
		if st == nil || st.Summary != "2100/2100" || len(st.Sources) != 2 || st.Sources[1].Handed != 900 || st.Available != 2100 {
			t.Errorf("codes %+v", st)
		}
		w.costs(tally{}, func() { w.pass(20 * time.Minute) })
		w.restart()
		w.costs(tally{}, func() { w.pass(20 * time.Minute) })
	})
}

func TestFurtherCodesAreHandedOverAndAppended(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.secrets()
		w.secret("c", "C", 10)
		w.applied(v1alpha1.PayGiftActivityActive, uploads)
		w.pass(10 * time.Minute)
		w.amend(codes("a=1200,b=900,c=10"))
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.oneVoucher(2110)
	})
}

func TestCodesThatCannotBeHandedOverAreSaidBeforeAnyIs(t *testing.T) {
	for name, test := range map[string]struct {
		content string
		says    []string
	}{
		"too few":         {"a1\na2\n", []string{"holds 2 codes", "count: 3"}},
		"a bad one":       {"a1\nb 2\na3\n", []string{"line 2"}},
		"one twice":       {"a1\na2\na1\n", []string{"lines 1 and 3 are the same code"}},
		"a code too long": {"a1\na2\n" + strings.Repeat("a", 65), []string{"line 3"}},
	} {
		t.Run(name, func(t *testing.T) {
			inVouchers(t, func(t *testing.T, w *world) {
				w.secret("a", "", 0)
				w.fill("a", test.content)
				w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=3")(c) })
				w.pass(10 * time.Minute)
				w.want(v1alpha1.ReasonCodesInvalid, v1alpha1.StatePending, "") // an activity without codes is of no use
				contains(t, ready(w.campaign()).Message, test.says...)
				if strings.Contains(ready(w.campaign()).Message, "b 2") || w.vendor.count(providers.OperationDepositCodes) != 0 {
					t.Errorf("a code shows, or one was handed over: %s", ready(w.campaign()).Message)
				}
				w.fill("a", "a1\n\na2\r\na3")
				w.pass(5 * time.Minute)
				w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
				w.oneVoucher(3)
			})
		})
	}
}

// fill replaces the codes of a Secret.
func (w *world) fill(name, content string) {
	secret := &corev1.Secret{}
	w.must(w.api.Get(context.Background(), types.NamespacedName{Namespace: w.key.Namespace, Name: name}, secret))
	secret.Data = map[string][]byte{v1alpha1.SecretKeyVoucherCodes: []byte(content)}
	w.must(w.api.Update(context.Background(), secret))
}

func TestCodesThatWereChangedAfterTheyWereHandedOverAreSaid(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.secret("a", "A", 3)
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=3")(c) })
		w.pass(10 * time.Minute)
		w.secret("a", "B", 3)
		w.annotate("look")
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonCodesChanged, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.oneVoucher(3)
		w.secret("a", "A", 3)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.oneVoucher(3)
		for _, fewer := range []string{"a=2", ""} {
			w.amend(codes(fewer))
			w.pass(time.Minute)
			w.want(v1alpha1.ReasonCannotShrink, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		}
	})
}

func TestCodesThatTheVendorRefusesAreCountedAndNamedByTheirLine(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.secret("a", "A", 3)
		w.fill("a", "A1\nX2\nA3")
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=3")(c) })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonCodesRefused, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		st := w.campaign().Status
		if st.Codes.Deposited != 2 || st.Codes.Failed != 1 || len(st.Codes.Failures) != 1 || st.Codes.Failures[0].Line != 2 {
			t.Errorf("codes %+v", st.Codes)
		}
		if said := ready(w.campaign()).Message + st.Codes.Failures[0].Reason; strings.Contains(said, "X2") {
			t.Errorf("a code shows: %s", said)
		}
		if w.vendor.activities[0].body.Amount != 2 {
			t.Errorf("%d are given out", w.vendor.activities[0].body.Amount)
		}
	})
}

func TestCodesThatNobodyRecordedAreLeftAlone(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.secret("a", "A", 3)
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=3")(c) })
		w.vendor.now(func(v *vendor) { v.vouchers.codes["10028001"] = []string{"Z1"} })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonCodesUnclear, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if n := w.vendor.count(providers.OperationDepositCodes); n != 0 {
			t.Errorf("%d batches", n)
		}
	})
}
