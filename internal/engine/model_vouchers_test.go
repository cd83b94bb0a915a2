package engine

import (
	"context"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/providers"
)

// The model's stories of vouchers: the same troubles at the same boundaries, with what is particular to activities that are accepted and
// made later, changed by calls that take their time, and give out codes that were handed over.
//
//	model_vouchers_test.go      what a vendor and people may do, and the tests
//	model_voucher_laws_test.go  what holds at every call, every write, and at rest
//	model_voucher_ways_test.go  where a story may come to rest, and the way out of there
//	model_voucher_scenes_test.go the stories that lead to each of these places

// modelVoucher is the voucher kind under the name that the model makes its request numbers with.
type modelVoucher struct{ voucherKind }

func (modelVoucher) Name() string { return testKind{}.Name() }

// moreVoucherHabits are what vendors of vouchers may do beside voucherHabits.
var moreVoucherHabits = map[string]func(*vendor){
	"hides the shops":                  func(v *vendor) { v.vouchers.hidesShops = true },
	"knows no shop 1900000003":         func(v *vendor) { v.strangers = []string{"1900000003"} },
	"takes ten minutes and lists late": func(v *vendor) { v.vouchers.takes, v.listLag = 10*time.Minute, 20*time.Minute },
}

// voucherTroubles are what may happen to vouchers, beside troubles.
var voucherTroubles = map[string]func(*model){
	"revise":              reviseVoucher(v1alpha1.ReplaceWait),
	"revise and keep":     reviseVoucher(v1alpha1.ReplaceKeep),
	"amount 200":          quantity(200),
	"amount 100":          quantity(100),
	"name a":              spec(func(s *v1alpha1.PayGiftActivitySpec) { s.ActivityBaseInfo.ActivityName = "summer" }),
	"name b":              spec(func(s *v1alpha1.PayGiftActivitySpec) { s.ActivityBaseInfo.ActivityName = "winter" }),
	"end later":           ends(24 * time.Hour),
	"end earlier":         ends(-time.Hour),
	"more codes":          codesNamed(func(now string) string { return now + ",c=10" }),
	"fewer codes":         codesNamed(func(string) string { return "a=1200" }),
	"other codes":         func(m *model) { m.w.secret("a", "Z", 1200) },
	"the codes are back":  func(m *model) { m.secrets() },
	"a Secret is deleted": (*model).withoutSecret,
	"get stuck":           func(m *model) { m.vouchers(func(v *vouchers) { v.stuck = true }) },
	"get going":           func(m *model) { m.vouchers(func(v *vouchers) { v.stuck = false }) },
	"lose what is made":   func(m *model) { m.vouchers(func(v *vouchers) { v.vanishing = true }) },
	"lower the limit":     func(m *model) { m.w.limited(maxActive("0.50")) },
	"limit a campaign":    func(m *model) { m.w.limited(accounts.Limits{MaxCampaignYuan: "1.50"}) },
	"raise the limit":     func(m *model) { m.w.limited(maxActive("100.00")) },
	"brake at Pause":      brake(v1alpha1.BrakePause),
	"pause elsewhere":     func(m *model) { m.console("pause") },
	"resume it":           func(m *model) { m.console("resume") },
	"end elsewhere":       func(m *model) { m.console("end") },
	"rename elsewhere":    func(m *model) { m.console("rename") },
	"fewer shops there":   func(m *model) { m.console("take a shop out") },
	"lose the cluster":    (*model).loseCluster,
}

// commonVoucherTroubles are those of the other kinds that may happen to vouchers too.
var commonVoucherTroubles = []string{
	"crash", "the other one works", "stale cache", "take a minute", "ask for a look", "wipe the status", "Active", "Draft", "Terminated",
	"members a", "members b", "revise back", "adopt another", "adopt the recorded", "adopt nothing", "Observe", "Manage", "Orphan", "Terminate",
	"delete", "delete and make again", "delete the namespace", "brake", "release the brake",
}

// reviseVoucher asks for another activity, with other content, in one commit.
func reviseVoucher(replace v1alpha1.ReplacePrevious) func(*model) {
	return spec(func(s *v1alpha1.PayGiftActivitySpec) {
		s.RequestRevision, s.ReplacePrevious = ptr.To(s.Revision()+1), replace
		if s.AwardSendRule.SendContent == "" {
			s.AwardSendRule.TransactionAmountMinimum += 1000
		}
		s.ActivityBaseInfo.ActivityName += "+"
	})
}

// quantity is how many there are to give out; where codes are handed over they say it.
func quantity(n int64) func(*model) {
	return spec(func(s *v1alpha1.PayGiftActivitySpec) {
		if s.AwardSendRule.SendContent == "" {
			s.AwardSendRule.TransactionAmountMinimum = n
		}
	})
}

// ends moves the end of the manifest's activity.
func ends(by time.Duration) func(*model) {
	return spec(func(s *v1alpha1.PayGiftActivitySpec) {
		if end, err := time.Parse(time.RFC3339, s.ActivityBaseInfo.EndTime); err == nil {
			s.ActivityBaseInfo.EndTime = end.Add(by).Format(time.RFC3339)
		}
	})
}

// codesNamed changes which Secrets of codes a manifest names that names some.
func codesNamed(change func(now string) string) func(*model) {
	return spec(func(s *v1alpha1.PayGiftActivitySpec) {
		if now := s.AwardSendRule.SendContent; now != "" && !strings.Contains(now, "c=") {
			s.AwardSendRule.SendContent = change(now)
		}
	})
}

// secrets stores all Secrets of codes as they were at first.
func (m *model) secrets() { m.w.secrets(); m.w.secret("c", "C", 10) }

func (m *model) withoutSecret() {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: m.w.key.Namespace, Name: "a"}}
	_ = m.w.api.Delete(context.Background(), secret) // there may be none
}

// vouchers changes what the vendor of vouchers does.
func (m *model) vouchers(change func(*vouchers)) {
	m.w.vendor.now(func(v *vendor) { change(v.vouchers) })
}

// loseCluster is the loss of the cluster in the middle of a reconcile: the manifest is applied again elsewhere.
func (m *model) loseCluster() {
	m.loses()
	if c := m.w.campaign(); c.Name != "" {
		c.Finalizers = nil
		m.w.must(m.w.api.Update(context.Background(), c))
		m.w.delete()
		m.again()
	}
	panic(crash{})
}

// named has a manifest name codes in place of a quantity.
func named(sources string) func(*v1alpha1.PayGiftActivity) {
	return func(c *v1alpha1.PayGiftActivity) {
		c.Spec.AwardSendRule.TransactionAmountMinimum = 0
		codes(sources)(c)
	}
}

// voucherMade makes the campaign.
func voucherMade(changes ...func(*v1alpha1.PayGiftActivity)) func(*model) {
	return func(m *model) {
		m.secrets()
		m.apply(v1alpha1.PayGiftActivityActive, changes...)
		m.w.pass(5 * time.Minute)
	}
}

func causedAll(all ...string) func(*model) {
	return func(m *model) {
		for _, trouble := range all {
			m.cause(trouble)
		}
	}
}

// voucherPlots are what goes on when trouble comes.
var voucherPlots = map[string]plot{
	"make": {func(*model) {}, func(m *model) { m.apply(v1alpha1.PayGiftActivityActive, shops("1900000001", "1900000002")) }, providers.OperationCreate},
	"make, to be ended with its resource": {func(*model) {}, func(m *model) {
		m.apply(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionTerminate })
	}, providers.OperationCreate},
	"make with codes": {(*model).secrets, func(m *model) { m.apply(v1alpha1.PayGiftActivityActive, named("a=1200,b=900")) }, providers.OperationDepositCodes},
	"hand over more":  {voucherMade(named("a=1200")), func(m *model) { m.w.edit(named("a=1200,b=900")) }, providers.OperationDepositCodes},
	"modify":          {voucherMade(shops("1900000001", "1900000002")), causedAll("name a", "end later", "members b"), providers.OperationModify},
	"append":          {voucherMade(), caused("amount 200"), providers.OperationAppend},
	"change": {voucherMade(), func(m *model) {
		m.w.edit(func(c *v1alpha1.PayGiftActivity) {
			c.Spec.ActivityBaseInfo.ActivityName, c.Spec.AwardSendRule.TransactionAmountMinimum = "summer", 200
		})
	}, providers.OperationAppend},
	"stop":   {voucherMade(), caused("Terminated"), providers.OperationTerminate},
	"revise": {voucherMade(), caused("revise and keep"), providers.OperationCreate},
	"delete": {func(m *model) { voucherMade()(m); m.cause("Terminate"); m.w.pass(time.Minute) }, caused("delete"), providers.OperationTerminate},
	"adopt": {func(*model) {}, func(m *model) {
		m.apply(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: m.another()} })
	}, providers.OperationGet},
}

// longVoucherPlots are those with many boundaries.
var longVoucherPlots = map[string]int{"make with codes": 30, "hand over more": 16, "modify": 14, "change": 18}

func TestVouchersKeepTheProtocol(t *testing.T) {
	newProtocol(modelVoucher{}).inTurn(t, []string{"", "reply lost", "5xx", "no permission"}, 211)
}

func TestVouchersKeepTheProtocolInLongStories(t *testing.T) {
	newProtocol(modelVoucher{}).inAnyOrder(t, "voucher", 20261128, []providers.Operation{
		providers.OperationCreate, providers.OperationModify, providers.OperationAppend, providers.OperationDepositCodes,
		providers.OperationTerminate, providers.OperationGet, providers.OperationCountCodes,
	})
}

func TestVouchersKeepTheProtocolWithTwoProcesses(t *testing.T) {
	p := newProtocol(modelVoucher{})
	all := sortedKeys(p.own.habits)
	n := 0
	for _, name := range sortedKeys(p.own.plots) {
		for _, trouble := range []string{"", "crash", "stale cache", "Terminated", "wipe the status", "brake", "revise and keep", "name b"} {
			for first := range max(boundaries, p.own.long[name]) {
				for second := range max(boundaries, p.own.long[name]) {
					if n++; (n+*seed)%(307*thin) == 0 || *exhaustive {
						p.pair(t, name, all[n%len(all)], trouble, first, second)
					}
				}
			}
		}
	}
	t.Logf("%d stories, rests %v", p.stories, p.places)
}
