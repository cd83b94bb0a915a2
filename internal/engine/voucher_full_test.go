package engine

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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
		"where an append has to say how many":    {false, "a=1200,b=900", v1alpha1.ReasonCodesInvalid, 2, 1, 1200},
		"just as many":                           {false, "a=1200,b=800", v1alpha1.ReasonScheduled, 3, 1, 2000},
		"where the vendor gives out what it has": {true, "a=1200,b=900", v1alpha1.ReasonScheduled, 3, 0, 2100},
		"not even the first of them":             {false, "a=2500", v1alpha1.ReasonCodesInvalid, 0, 0, 0},
		"not from those that were refused":       {false, "a=1200,x=500,c=900", v1alpha1.ReasonCodesInvalid, 3, 1, 1200},
	} {
		t.Run(name, func(t *testing.T) {
			inWorldOf(t, cappedVouchers{}, func(t *testing.T, w *world) {
				w.vendor.vouchers.raises, w.vendor.vouchers.most = test.raises, 2000
				for _, source := range (voucherKind{}).Codes(manifestWith(codes(test.sources))) {
					w.secret(source.SecretName, strings.ToUpper(source.SecretName), int(source.Count))
				}
				w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes(test.sources)(c) })
				for range 2 {
					w.pass(20 * time.Minute)
					w.want(test.reason, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
					if test.reason == v1alpha1.ReasonCodesInvalid {
						contains(t, ready(w.campaign()).Message, "gives out more than 2000 only where", "Take them out")
					}
					deposits, appends := w.vendor.count(providers.OperationDepositCodes), w.vendor.count(providers.OperationAppend)
					if given := w.vendor.activities[0].body.Amount; deposits != test.deposits || appends != test.appends || given != test.given {
						t.Errorf("%d deposits, %d appends, %d given out", deposits, appends, given)
					}
					if test.reason == v1alpha1.ReasonScheduled && w.warned(v1alpha1.ReasonCodesInvalid) > 0 {
						t.Errorf("it was warned of: %q", w.events)
					}
					w.restart()
				}
			})
		})
	}
}

func TestWhatIsSaidOfTooManyCodesCanBeDone(t *testing.T) {
	inWorldOf(t, cappedVouchers{}, func(t *testing.T, w *world) {
		w.vendor.vouchers.most = 2000
		w.secrets()
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=1200,b=900")(c) })
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonCodesInvalid, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.amend(codes("a=1200"))
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestAVendorThatGivesOutMoreThanItCanBeToldIsSeenToDoItByItself(t *testing.T) {
	inWorldOf(t, cappedVouchers{}, func(t *testing.T, w *world) {
		w.vendor.vouchers.raises, w.vendor.vouchers.most = true, 2000
		w.secret("a", "A", 3000)
		w.secret("b", "B", 900)
		w.secret("c", "C", 1000)
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("c=1000,b=900,a=3000")(c) })
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.lose()
		w.pass(20 * time.Minute)
		w.secret("d", "D", 100)
		w.amend(codes("c=1000,b=900,a=3000,d=100"))
		w.pass(20 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestWhatTheVendorDoesNotSayHowManyItGivesOutIsToldOnce(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.vouchers.silent = true
		w.secrets()
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=1200")(c) })
		for range 2 {
			w.pass(30 * time.Minute)
			w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
			if given, appends := w.vendor.activities[0].body.Amount, w.vendor.count(providers.OperationAppend); given != 1200 || appends != 1 {
				t.Errorf("%d are given out after %d appends", given, appends)
			}
			w.restart()
		}
		w.amend(codes("a=1200,b=900"))
		w.pass(30 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if given, appends := w.vendor.activities[0].body.Amount, w.vendor.count(providers.OperationAppend); given != 2100 || appends != 2 {
			t.Errorf("%d are given out after %d appends", given, appends)
		}
	})
}

func TestATotalThatFollowsIsWaitedForAndNotAppended(t *testing.T) {
	given, counted := int64(2000), int64(2900)
	for since, reason := range map[time.Duration]string{time.Minute: v1alpha1.ReasonDepositingCodes, voucherConfirms: v1alpha1.ReasonCodesUnclear} {
		f := knownFacts()
		f.Traits, f.Remote, f.Read = cappedVouchers{}.Traits(), remote(providers.StateRunning), true
		f.Remote.Snapshot.Total = &given
		f.Record.Operation = &v1alpha1.OperationRecord{Name: string(providers.OperationDepositCodes), Outcome: v1alpha1.OperationDone, Time: metav1.NewTime(f.Now.Add(-since))}
		f.Codes = CodesFacts{Record: &v1alpha1.CodesRecord{Counted: counted, Available: given}, Counted: &counted, Read: true, Follows: true}
		if d, done := f.codesDone(); !done || d.Action != Stop || d.Verdict.Reason != reason || d.After <= 0 {
			t.Errorf("after %s: %+v", since, d)
		}
	}
}
