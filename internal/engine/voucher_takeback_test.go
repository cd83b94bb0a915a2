package engine

import (
	"testing"
	"time"

	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestAnEditThatIsTakenBackWhileTheAnswerToItIsLostIsTakenBackAtTheVendorToo(t *testing.T) {
	madeVoucher(t, shops("1", "2"), func(t *testing.T, w *world, _ string) {
		w.vendor.fail(providers.OperationModify, lostReply)
		w.vendor.crossing = func(op providers.Operation, done bool) {
			if op == providers.OperationModify && done && w.vendor.count(op) == 1 {
				w.amend(shops("1", "2")) // which is what was confirmed
			}
		}
		w.amend(shops("1", "3"))
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if a := w.vendor.activities[0]; !sameSet(a.members, []string{"1", "2"}) {
			t.Errorf("the vendor has the shops %v", a.members)
		}
	})
}

func TestAStopThatIsTakenBackWhileTheAnswerToItIsLostIsSaid(t *testing.T) {
	madeVoucher(t, func(*v1alpha1.PayGiftActivity) {}, func(t *testing.T, w *world, _ string) {
		w.vendor.fail(providers.OperationTerminate, lostReply)
		w.vendor.crossing = func(op providers.Operation, done bool) {
			if op == providers.OperationTerminate && done {
				w.setState(v1alpha1.PayGiftActivityActive)
			}
		}
		w.setState(v1alpha1.PayGiftActivityTerminated)
		w.pass(time.Second)
		w.want(v1alpha1.ReasonTerminating, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonCannotRestart, v1alpha1.StateTerminated, v1alpha1.CreationConfirmed)
	})
}

func TestCodesThatArriveWhileTheirSecretIsTakenOutOfTheManifestAreSaid(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.secrets()
		w.secret("c", "C", 10)
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("c=10")(c) })
		w.pass(10 * time.Minute)
		w.vendor.fail(providers.OperationDepositCodes, lostReply)
		w.vendor.crossing = func(op providers.Operation, done bool) {
			if op == providers.OperationDepositCodes && done {
				w.amend(codes("c=10"))
			}
		}
		w.amend(codes("c=10,b=900"))
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonCannotShrink, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.amend(codes("c=10,b=900")) // they are what was handed over
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.oneVoucher(910)
	})
}

func TestAFormerActivityThatHasEndedDoesNotHoldAStop(t *testing.T) {
	madeVoucher(t, func(*v1alpha1.PayGiftActivity) {}, func(t *testing.T, w *world, id string) {
		w.vendor.console(id, func(a *activity) { a.terminated = w.clock.Now() }) // the list does not show it any more
		w.edit(func(c *v1alpha1.PayGiftActivity) {
			c.Spec.RequestRevision, c.Spec.State = ptr.To[int64](2), v1alpha1.PayGiftActivityTerminated
		})
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonNothingToTerminate, v1alpha1.StateTerminated, "")
	})
}

func TestShopsThatAreNotShownAreAskedForWhereTheActivityIsOlderThanItsRecord(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.vendor.vouchers.hidesShops = true
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { setTimes(c, noon.Add(72*time.Hour)); shops("1", "2")(c) })
		w.pass(10 * time.Minute)
		w.vendor.fail(providers.OperationModify, notSent, notSent, notSent)
		w.amend(shops("1", "3"))
		w.pass(time.Second)
		w.vendor.heal()
		w.lose()
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if a := w.vendor.activities[0]; !sameSet(a.members, []string{"1", "3"}) {
			t.Errorf("the vendor has the shops %v", a.members)
		}
	})
}

func TestAListThatIsCorrectedSoonAfterShopsWereRefusedEndsTheComplaint(t *testing.T) {
	madeVoucher(t, shops("1", "2"), func(t *testing.T, w *world, _ string) {
		w.vendor.strangers = []string{"9"}
		w.amend(shops("1", "9"))
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonPartsRefused, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.amend(shops("1")) // while what was read last is still what the list is taken to show
		w.pass(time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}

func TestAnEditThatIsTakenBackBeforeItsEffectWasReadIsTakenBackAtTheVendorToo(t *testing.T) {
	madeVoucher(t, shops("1", "2"), func(t *testing.T, w *world, _ string) {
		w.vendor.changedWith = func(m providers.Mutation) {
			if w.vendor.count(m.Operation) == 1 {
				w.vendor.fail(providers.OperationGet, serverError)
			}
		}
		w.amend(shops("1", "3"))
		w.step()
		w.amend(shops("1", "2"))
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		if a := w.vendor.activities[0]; !sameSet(a.members, []string{"1", "2"}) {
			t.Errorf("the vendor has the shops %v", a.members)
		}
	})
}

func TestCodesInPlaceOfRefusedOnesEndTheComplaint(t *testing.T) {
	inVouchers(t, func(t *testing.T, w *world) {
		w.secret("a", "A", 3)
		w.fill("a", "A1\nX2\nA3")
		w.secret("b", "B", 1)
		w.applied(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { uploads(c); codes("a=3")(c) })
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonCodesRefused, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		w.amend(codes("a=3,b=1")) // as the message says
		w.pass(10 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
	})
}
