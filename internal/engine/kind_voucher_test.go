package engine

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// voucherKind is a kind whose activities are accepted and made later, changed and stopped in the same way, never shown with their
// number, and give out codes that were handed over. Its manifests are the test kind's, with further meanings: the amount is how many
// there are to give out, the merchants are its shops, and awardSendRule.sendContent names Secrets of codes, as a=3,b=2.
type voucherKind struct{ testKind }

// voucherConfirms is how long the vendor may take.
const voucherConfirms = 30 * time.Minute

func (voucherKind) Name() string { return "AlipayVoucherActivity" }

func (voucherKind) Traits() Traits {
	end := map[providers.State]providers.Operation{}
	for _, state := range []providers.State{providers.StateScheduled, providers.StateRunning, providers.StatePaused} {
		end[state] = providers.OperationTerminate
	}
	return Traits{
		Noun: "voucher activity", AdoptField: "spec.adopt.activityId", BeginField: "activityBaseInfo.beginTime", StopState: "Terminated",
		Moves: Moves{GoalEnded: end}, Anonymous: true, Repeats: true, Numbers: true, Costs: true, Shared: true, Confirms: voucherConfirms,
		CodeForm: regexp.MustCompile(`^[0-9A-Za-z]{1,64}$`), CodeWords: "1 to 64 letters or digits",
	}
}

func (voucherKind) Members(v1alpha1.Campaign) ([]string, **v1alpha1.MembersRecord) { return nil, nil }
func (voucherKind) WantsDetail(v1alpha1.Campaign, providers.Snapshot) bool         { return false }

func (voucherKind) Codes(c v1alpha1.Campaign) []CodeSource {
	var sources []CodeSource
	for part := range strings.SplitSeq(gift(c).Spec.AwardSendRule.SendContent, ",") {
		var source CodeSource
		if name, count, ok := strings.Cut(part, "="); ok {
			source.SecretName = name
			if _, err := fmt.Sscan(count, &source.Count); err != nil {
				panic(err)
			}
			sources = append(sources, source)
		}
	}
	return sources
}

// Exposure is a fen for each that is given out.
func (k voucherKind) Exposure(c v1alpha1.Campaign) *providers.Exposure {
	count := gift(c).Spec.AwardSendRule.TransactionAmountMinimum
	if sources := k.Codes(c); len(sources) > 0 {
		count = totalOf(sources)
	}
	return &providers.Exposure{Fen: count, Each: 1}
}

func (k voucherKind) Request(c v1alpha1.Campaign, from Sender) (Request, error) {
	request, err := k.testKind.Request(c, from)
	request.LatestBegin, request.RefusedFrom, request.Total = 0, request.End, gift(c).Spec.AwardSendRule.TransactionAmountMinimum
	return request, err
}

// inVouchers runs a test in a world of vouchers.
func inVouchers(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	inWorldOf(t, voucherKind{}, test)
}

// madeVoucher runs a test in a world whose voucher activity exists at the vendor and has settled.
func madeVoucher(t *testing.T, change func(*v1alpha1.PayGiftActivity), test func(t *testing.T, w *world, id string)) {
	t.Helper()
	inVouchers(t, func(t *testing.T, w *world) {
		w.applied(v1alpha1.PayGiftActivityActive, change)
		w.pass(5 * time.Minute)
		w.want(v1alpha1.ReasonScheduled, v1alpha1.StateScheduled, v1alpha1.CreationConfirmed)
		test(t, w, w.campaign().Status.ActivityID)
	})
}

// amend edits a field that a call can change.
func (w *world) amend(change func(*v1alpha1.PayGiftActivity)) {
	w.t.Helper()
	if !w.edit(change) {
		w.t.Fatal("the edit was refused")
	}
}

// secret stores codes in a Secret: the prefix with numbers from 1.
func (w *world) secret(name, prefix string, count int) {
	var lines strings.Builder
	for i := range count {
		fmt.Fprintf(&lines, "%s%05d\n", prefix, i+1)
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.key.Namespace, Name: name},
		Data:       map[string][]byte{v1alpha1.SecretKeyVoucherCodes: []byte(lines.String())},
	}
	old := &corev1.Secret{}
	if err := w.api.Get(context.Background(), types.NamespacedName{Namespace: w.key.Namespace, Name: name}, old); err == nil {
		w.must(w.api.Delete(context.Background(), old))
	}
	w.must(w.api.Create(context.Background(), secret))
}

// codes names the Secrets of a manifest.
func codes(sources string) func(*v1alpha1.PayGiftActivity) {
	return func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.SendContent = sources }
}
