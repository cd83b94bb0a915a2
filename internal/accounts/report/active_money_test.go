package report

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// costing is an activity with a budget of its own.
func costing(id string, state providers.State, fen int64, noCash bool) providers.Snapshot {
	s := live(id, state, 1)
	s.Exposure = &providers.Exposure{Fen: fen, NoCash: noCash}
	return s
}

func TestWhatIsActiveIsAddedUpManagedOrNot(t *testing.T) {
	for name, test := range map[string]struct {
		shown []providers.Snapshot
		want  *v1alpha1.ActiveMoneyRecord
	}{
		"nothing": {nil, nil},
		"what nobody knows the cost of": {[]providers.Snapshot{live("1", providers.StateRunning, 1), costing("2", providers.StateUnknown, 5, false)},
			&v1alpha1.ActiveMoneyRecord{Yuan: "0.05", NoCashYuan: "0.00", Activities: 2, Unknown: 1}},
		"nothing that was activated": {[]providers.Snapshot{costing("1", providers.StateInactive, 100, false), costing("2", providers.StateEnded, 100, false)}, nil},
		"what runs, pauses, is checked": {[]providers.Snapshot{
			costing("1", providers.StateRunning, 100050, false), costing("2", providers.StatePaused, 50, false), costing("3", providers.StateReviewing, 1, false),
		}, &v1alpha1.ActiveMoneyRecord{Yuan: "1001.01", NoCashYuan: "0.00", Activities: 3}},
		"what comes off receipts, apart": {[]providers.Snapshot{
			costing("1", providers.StateRunning, 100, false), costing("2", providers.StateRunning, 5, true),
		}, &v1alpha1.ActiveMoneyRecord{Yuan: "1.00", NoCashYuan: "0.05", Activities: 2}},
	} {
		costs := fleet(gift("managed", "1", v1alpha1.StateRunning))
		costs.Costs = true
		got := Status(factsOf(seeing(costs, test.shown...), seeing(fleet(), live("9", providers.StateRunning, 1)))).ActiveMoney
		if (got == nil) != (test.want == nil) || got != nil && *got != *test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

func TestWhatWasAddedUpStaysWhileTheListIsNotKnown(t *testing.T) {
	facts := factsOf(fleet())
	facts.Former.ActiveMoney = &v1alpha1.ActiveMoneyRecord{Yuan: "1.00"}
	if got := Status(facts).ActiveMoney; got == nil || got.Yuan != "1.00" {
		t.Errorf("it is %+v", got)
	}
}

func TestAListThatCannotBeReadHidesNoOther(t *testing.T) {
	unseen := fleet()
	unseen.Unseen = true
	if got := Status(factsOf(unseen, seeing(fleet(), live("7", providers.StateRunning, 1)))).Unmanaged; got == nil || got.Total != 1 {
		t.Errorf("unmanaged are %+v, want the one of the other list", got)
	}
}

func TestWhatWasNeverActivatedIsNotMissedByAnybody(t *testing.T) {
	if got := Status(factsOf(seeing(fleet(), live("7", providers.StateInactive, 1)))).Unmanaged; got != nil {
		t.Errorf("unmanaged are %+v", got)
	}
}

func TestWhatShowsNoNumberMayBeOneThatIsBeingCreated(t *testing.T) {
	creating := gift("spring", "", v1alpha1.StateCreating, func(c *v1alpha1.PayGiftActivity) {
		c.Status.Creation = v1alpha1.CreationUnknown
		c.Status.Request = &v1alpha1.CreationRequest{Number: "n", Account: identity, Time: metav1.NewTime(noon)}
	})
	for after, unmanaged := range map[time.Duration]bool{-time.Minute: true, time.Second: false} {
		shown := live("7", providers.StateRunning, 1)
		shown.RequestNo, shown.Created = "", noon.Add(after)
		if got := Status(factsOf(seeing(fleet(creating), shown))).Unmanaged; (got != nil) != unmanaged {
			t.Errorf("made %s after the request: unmanaged are %+v", after, got)
		}
	}
}
