package engine

import (
	"slices"
	"testing"
	"time"

	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// voucherScenes are the stories that lead to places where trouble at a boundary seldom does.
var voucherScenes = map[string]func(m *model){
	"a creation that never ends":       func(m *model) { m.cause("get stuck"); m.created() },
	"a creation that comes to nothing": func(m *model) { m.cause("lose what is made"); m.created() },
	"a change that never ends":         func(m *model) { m.created(); m.cause("get stuck"); m.cause("name a") },
	"a stop that never ends":           func(m *model) { m.created(); m.cause("get stuck"); m.cause("Terminated") },
	"a deletion while it is stuck": func(m *model) {
		m.created()
		m.cause("Terminate")
		m.w.pass(time.Minute)
		m.cause("get stuck")
		m.cause("name a")
		m.w.pass(time.Minute)
		m.cause("delete")
	},
	"an earlier end":  func(m *model) { m.created(); m.cause("end earlier") },
	"fewer":           func(m *model) { m.created(); quantity(50)(m) },
	"fewer codes":     func(m *model) { voucherMade(named("a=1200,b=900"))(m); m.cause("fewer codes") },
	"no codes at all": func(m *model) { m.apply(v1alpha1.PayGiftActivityActive, named("a=1200")) },
	"codes that are exchanged": func(m *model) {
		voucherMade(named("a=1200"))(m)
		m.cause("other codes")
		m.cause("ask for a look")
	},
	"codes that are refused": func(m *model) {
		m.secrets()
		m.w.fill("c", "C1\nX2\nC3\nC4\nC5\nC6\nC7\nC8\nC9\nC10")
		m.apply(v1alpha1.PayGiftActivityActive, named("c=10"))
	},
	"codes that nobody recorded": func(m *model) {
		voucherMade()(m)
		id := m.w.campaign().Status.ActivityID
		m.vouchers(func(v *vouchers) { v.codes[id] = []string{"Z1"} })
		m.w.edit(named("a=1200"))
	},
	"an answer to codes that is lost, and its record": func(m *model) {
		m.secrets()
		m.faults(providers.OperationDepositCodes, lostReply)
		m.plan = map[int]string{18: "name a"}
		m.apply(v1alpha1.PayGiftActivityActive, named("a=1200"))
	},
	"shops that are refused": func(m *model) {
		m.w.vendor.strangers = []string{"1900000003"}
		m.apply(v1alpha1.PayGiftActivityActive, shops("1900000002", "1900000003"))
	},
	"a change that others undo": func(m *model) {
		m.created()
		for range 3 {
			m.console("rename")
			m.w.pass(10 * time.Minute)
		}
	},
	"a limit before the creation": func(m *model) { m.cause("lower the limit"); m.apply(v1alpha1.PayGiftActivityActive) },
	"a limit before more":         func(m *model) { m.created(); m.cause("limit a campaign"); m.cause("amount 200") },
	"a limit before codes": func(m *model) {
		voucherMade(named("a=1200"))(m)
		m.cause("lower the limit")
		m.w.edit(named("a=1200,b=900"))
	},
	"an adopted one that is other": func(m *model) { m.apply(v1alpha1.PayGiftActivityActive, adopts(m.another())) },
	"a gateway that never answers": func(m *model) {
		m.faults(providers.OperationCreate, slices.Repeat([]fault{serverError}, 100)...)
		m.apply(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { setTimes(c, m.w.clock.Now().Add(1000*time.Hour)) })
		m.w.stride = time.Hour
		m.w.pass(30 * time.Hour)
	},
	"an open request, and another revision": func(m *model) {
		m.faults(providers.OperationCreate, slices.Repeat([]fault{serverError}, 100)...)
		m.apply(v1alpha1.PayGiftActivityActive)
		m.w.pass(time.Hour)
		m.cause("revise")
	},
	"another revision after a loss": func(m *model) {
		m.w.vendor.listLag = 0
		m.created()
		m.w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.RequestRevision = ptr.To[int64](2) })
		m.cause("delete")
		m.w.pass(time.Minute)
		m.again()
	},
}

// notOfVouchers are the scenes of all kinds that say nothing of vouchers: members are a pay gift's, and what the list shows with the
// manifest's name, time and content is no twin where the vendor returns no numbers.
var notOfVouchers = []string{"members that are refused", "a brake before members", "a member that others add", "a twin"}

func TestVouchersLeaveEveryPlace(t *testing.T) {
	p := newProtocol(modelVoucher{})
	tell := func(name string, scene func(*model)) {
		p.play(t, name, "replays the first answer", func(m *model) {
			scene(m)
			m.w.pass(30 * time.Minute)
		})
	}
	for _, name := range sortedKeys(voucherScenes) {
		tell(name, voucherScenes[name])
	}
	for _, name := range sortedKeys(scenes) {
		if thin == 1 && !slices.Contains(notOfVouchers, name) {
			tell(name, scenes[name])
		}
	}
	t.Logf("%d stories, %d places at rest", p.stories, len(p.places))
	for _, reason := range sortedKeys(voucherPlaces) {
		if thin == 1 && p.places[reason] == 0 {
			t.Errorf("no story came to rest at %s", reason)
		}
	}
}
