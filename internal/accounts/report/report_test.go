package report

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/providers"
)

var (
	account  = types.NamespacedName{Namespace: "platform", Name: "wechatpay"}
	identity = v1alpha1.AccountIdentity{Environment: "production", ID: "1900000109", Gateway: "https://gateway.example"}
	noon     = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
)

// gifts is the pay-gift kind as a report sees it.
type gifts struct{}

func (gifts) Name() string   { return "PayGiftActivity" }
func (gifts) Plural() string { return "paygiftactivities" }
func (gifts) ActivityID(c v1alpha1.Campaign) string {
	return c.(*v1alpha1.PayGiftActivity).Status.ActivityID
}

// gift is a campaign of the account that records an activity, changed.
func gift(name, id string, state v1alpha1.CampaignState, changes ...func(*v1alpha1.PayGiftActivity)) *v1alpha1.PayGiftActivity {
	c := &v1alpha1.PayGiftActivity{ObjectMeta: metav1.ObjectMeta{Namespace: "marketing", Name: name}}
	c.Spec.MerchantRef = v1alpha1.AccountReference{Name: account.Name, Namespace: account.Namespace}
	c.Status.ActivityID, c.Status.State = id, state
	if id != "" {
		c.Status.Creation, c.Status.Request = v1alpha1.CreationConfirmed, &v1alpha1.CreationRequest{Number: "no-" + id, Account: identity}
	}
	for _, change := range changes {
		change(c)
	}
	return c
}

// ofAnother refers to another account resource.
func ofAnother(c *v1alpha1.PayGiftActivity) { c.Spec.MerchantRef.Name = "another" }

// elsewhere is recorded for another merchant.
func elsewhere(c *v1alpha1.PayGiftActivity) { c.Status.Request.Account.ID = "1900000208" }

func stalled(c *v1alpha1.PayGiftActivity) {
	c.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionStalled, Status: metav1.ConditionTrue}}
}

func fleet(campaigns ...*v1alpha1.PayGiftActivity) Fleet {
	f := Fleet{Kind: gifts{}, StopState: "Terminated"}
	for _, c := range campaigns {
		f.Campaigns = append(f.Campaigns, c)
	}
	return f
}

// live is an activity at the vendor that ends so many days from now; zero days: who knows when.
func live(id string, state providers.State, days int) providers.Snapshot {
	s := providers.Snapshot{ID: id, RequestNo: "no-" + id, Name: "gift " + id, State: state}
	if days > 0 {
		s.End = noon.AddDate(0, 0, days)
	}
	return s
}

func seeing(f Fleet, activities ...providers.Snapshot) Fleet {
	f.View = sweep.NewView(noon, activities...)
	return f
}

func factsOf(fleets ...Fleet) Facts {
	return Facts{Account: account, Identity: identity, Fleets: fleets}
}

// ids are the ids of a list, or none.
func ids(list *v1alpha1.ActivitiesRecord) []string {
	if list == nil {
		return nil
	}
	var found []string
	for _, a := range list.First {
		found = append(found, a.ActivityID)
	}
	return found
}

func TestCampaignsAreCountedOverAllNamespacesByState(t *testing.T) {
	shop := gift("own", "4", v1alpha1.StateRunning, func(c *v1alpha1.PayGiftActivity) { c.Namespace = "shop" })
	got := Status(factsOf(fleet(
		gift("spring", "1", v1alpha1.StateRunning), gift("summer", "2", v1alpha1.StateEnded), gift("autumn", "", v1alpha1.StatePending, stalled),
		gift("winter", "", ""), shop, gift("not-ours", "3", v1alpha1.StateRunning, ofAnother),
	))).Campaigns
	want := &v1alpha1.CampaignsRecord{Total: 5, Stalled: 1, ByState: []v1alpha1.StateCountRecord{
		{State: v1alpha1.StateEnded, Count: 1}, {State: v1alpha1.StatePending, Count: 1}, {State: v1alpha1.StateRunning, Count: 2},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("counted were %+v, want %+v", got, want)
	}
	if none := Status(factsOf(fleet(gift("not-ours", "3", v1alpha1.StateRunning, ofAnother)))).Campaigns; none != nil {
		t.Errorf("without campaigns there is %+v", none)
	}
}

func TestLiveActivitiesThatNoResourceRecordsAreUnmanaged(t *testing.T) {
	previous := func(c *v1alpha1.PayGiftActivity) { c.Status.Previous = []v1alpha1.PreviousRecord{{ActivityID: "old"}} }
	unrecorded := func(c *v1alpha1.PayGiftActivity) {
		c.Status.Creation, c.Status.Request = v1alpha1.CreationUnknown, &v1alpha1.CreationRequest{Number: "no-sent", Account: identity}
	}
	noRequest := func(c *v1alpha1.PayGiftActivity) { c.Status.Request = nil }
	campaigns := fleet(
		gift("spring", "mine", v1alpha1.StateRunning, previous), gift("twin", "of-twin", v1alpha1.StateRunning, ofAnother),
		gift("sending", "", v1alpha1.StateCreating, unrecorded), gift("wiped", "wiped", v1alpha1.StateRunning, noRequest),
		gift("far", "same-id", v1alpha1.StateRunning, elsewhere),
	)
	got := Status(factsOf(seeing(campaigns,
		live("mine", providers.StateRunning, 1), live("old", providers.StateRunning, 1), live("of-twin", providers.StateRunning, 1),
		live("sent", providers.StateRunning, 1), live("wiped", providers.StateRunning, 1),
		live("ended", providers.StateEnded, 1), live("terminated", providers.StateTerminated, 1), live("failed", providers.StateFailed, 1),
		live("endless", providers.StateRunning, 0), live("later", providers.StateScheduled, 9), live("b-soon", providers.StateUnknown, 2),
		live("a-soon", providers.StatePaused, 2), live("same-id", providers.StateRunning, 3),
	))).Unmanaged
	if want := []string{"a-soon", "b-soon", "same-id", "later", "endless"}; !slices.Equal(ids(got), want) || got.Total != int64(len(want)) {
		t.Errorf("unmanaged are %v (%d), want %v", ids(got), got.Total, want)
	}
	want := v1alpha1.ActivityRecord{
		Kind: "PayGiftActivity", ActivityID: "later", Name: "gift later", Number: "no-later", State: v1alpha1.StateScheduled, End: "2026-11-30T12:00:00Z",
	}
	if got.First[3] != want {
		t.Errorf("listed is %+v, want %+v", got.First[3], want)
	}
	if state := got.First[1].State; state != "" {
		t.Errorf("a state that nobody knows is shown as %q", state)
	}
}

func TestAListOfActivitiesIsBoundedAndSaysHowManyThereAre(t *testing.T) {
	var many []providers.Snapshot
	for i := range 53 {
		many = append(many, live(fmt.Sprintf("%02d", i), providers.StateRunning, 60-i))
	}
	got := Status(factsOf(seeing(fleet(), many...))).Unmanaged
	if got.Total != 53 || len(got.First) != 20 || got.First[0].ActivityID != "52" || got.First[19].ActivityID != "33" {
		t.Errorf("listed are %d of %d: %v", len(got.First), got.Total, ids(got))
	}
	if none := Status(factsOf(seeing(fleet()))).Unmanaged; none != nil {
		t.Errorf("without unmanaged activities there is %+v", none)
	}
}

func TestUntilASweepHasEndedTheListsStayAsTheyWere(t *testing.T) {
	facts := factsOf(fleet(gift("spring", "mine", v1alpha1.StateRunning)))
	facts.Brake = v1alpha1.BrakePause
	facts.Former.Unmanaged = &v1alpha1.ActivitiesRecord{Total: 1, First: []v1alpha1.ActivityRecord{{ActivityID: "left-behind"}}}
	facts.Former.StillRunning = &v1alpha1.ActivitiesRecord{Total: 2}
	got := Status(facts)
	if got.Unmanaged != facts.Former.Unmanaged || got.StillRunning != facts.Former.StillRunning {
		t.Errorf("after a restart the lists are %+v and %+v", got.Unmanaged, got.StillRunning)
	}
	facts.Former.StillRunning = nil // the brake was pulled just now
	if got := Status(facts).StillRunning; !slices.Equal(ids(got), []string{"mine"}) {
		t.Errorf("still running are %v, want what is known without a sweep", ids(got))
	}
}

func TestUnderPauseWhatGoesOnIsListedWithTheCommandThatEndsIt(t *testing.T) {
	observed := func(c *v1alpha1.PayGiftActivity) { c.Spec.ManagementPolicy = v1alpha1.ManagementObserve }
	differs := func(c *v1alpha1.PayGiftActivity) { c.Status.Creation = v1alpha1.CreationDiffers }
	previous := func(c *v1alpha1.PayGiftActivity) {
		c.Status.Previous = []v1alpha1.PreviousRecord{{ActivityID: "4", State: v1alpha1.StateRunning}, {ActivityID: "5", State: v1alpha1.StateEnded}}
	}
	campaigns := seeing(fleet(
		gift("spring", "1", v1alpha1.StateScheduled, previous), gift("observed", "2", v1alpha1.StateRunning, observed), gift("differs", "3", v1alpha1.StateRunning, differs),
		gift("paused", "6", v1alpha1.StatePaused), gift("ended", "7", v1alpha1.StateRunning), gift("pending", "", v1alpha1.StatePending),
		gift("elsewhere", "8", v1alpha1.StateRunning, ofAnother), gift("missing", "9", v1alpha1.StateMissing),
	),
		live("1", providers.StateRunning, 1), live("2", providers.StateRunning, 2), live("3", providers.StateRunning, 3), live("4", providers.StateRunning, 4),
		live("6", providers.StatePaused, 1), live("7", providers.StateTerminated, 1), live("8", providers.StateRunning, 1),
		live("nobody's", providers.StateRunning, 5), live("nobody's-paused", providers.StatePaused, 5),
	)
	facts := factsOf(campaigns)
	for _, brake := range []v1alpha1.AccountBrake{"", v1alpha1.BrakeOff, v1alpha1.BrakeHold} {
		if facts.Brake = brake; Status(facts).StillRunning != nil {
			t.Errorf("with the brake at %q something is listed", brake)
		}
	}
	facts.Brake = v1alpha1.BrakePause
	got := Status(facts)
	if want := []string{"1", "2", "3", "4", "nobody's"}; !slices.Equal(ids(got.StillRunning), want) {
		t.Fatalf("still running are %v, want %v", ids(got.StillRunning), want)
	}
	list := got.StillRunning.First
	want := v1alpha1.ActivityRecord{
		Kind: "PayGiftActivity", ActivityID: "1", Name: "gift 1", Number: "no-1", State: v1alpha1.StateRunning, End: "2026-11-22T12:00:00Z",
		Resource: "marketing/spring", Command: `kubectl -n marketing patch paygiftactivities spring --type merge -p '{"spec":{"state":"Terminated"}}'`,
	}
	if list[0] != want {
		t.Errorf("listed is %+v, want %+v", list[0], want)
	}
	if !strings.Contains(list[1].Command, `{"spec":{"managementPolicy":"Manage","state":"Terminated"}}`) {
		t.Errorf("the command for an observed activity, %q, would end nothing", list[1].Command)
	}
	for _, i := range []int{2, 3, 4} { // not ours, of a former revision, and nobody's
		if list[i].Command != "" {
			t.Errorf("activity %s has the command %q, which would not end it", list[i].ActivityID, list[i].Command)
		}
	}
	if list[3].Resource != "marketing/spring" || list[4].Resource != "" {
		t.Errorf("the resources are %q and %q", list[3].Resource, list[4].Resource)
	}
}

func TestTheBrakeIsSaidAlsoWhenItIsOff(t *testing.T) {
	for brake, want := range map[v1alpha1.AccountBrake]string{"": "Off", v1alpha1.BrakeOff: "Off", v1alpha1.BrakeHold: "Hold", v1alpha1.BrakePause: "Pause"} {
		if got := Status(Facts{Brake: brake}).Brake; got != want {
			t.Errorf("with %q the status says %q, want %q", brake, got, want)
		}
	}
}

func TestASkewIsShownRoundedAndSteady(t *testing.T) {
	for name, test := range map[string]struct {
		former string
		ahead  time.Duration
		want   string
	}{
		"none":                                    {"", 0, ""},
		"one that is not worth a word":            {"", 30 * time.Second, ""},
		"one that is":                             {"", 41 * time.Second, "40s"},
		"behind":                                  {"", -131 * time.Second, "-2m10s"},
		"between two steps, shown as the lower":   {"40s", 46 * time.Second, "40s"},
		"between two steps, shown as the higher":  {"50s", 44 * time.Second, "50s"},
		"moved by a step":                         {"40s", 50 * time.Second, "50s"},
		"a little below the limit, after above":   {"30s", 29 * time.Second, "30s"},
		"well below the limit":                    {"30s", 20 * time.Second, ""},
		"gone":                                    {"2m10s", 0, ""},
		"to the other side":                       {"40s", -40 * time.Second, "-40s"},
		"what somebody wrote there is no measure": {"a lot", 41 * time.Second, "40s"},
	} {
		if got := shownSkew(test.former, &test.ahead); got != test.want {
			t.Errorf("%s: after %q, %s is shown as %q, want %q", name, test.former, test.ahead, got, test.want)
		}
	}
	if got := shownSkew("40s", nil); got != "40s" {
		t.Errorf("while nothing is measured %q is shown, want what was", got)
	}
}

func TestTheSameFactsAreTheSameReport(t *testing.T) {
	campaigns := fleet(gift("b", "1", v1alpha1.StateRunning), gift("a", "1", v1alpha1.StateRunning), gift("c", "2", v1alpha1.StateEnded))
	activities := []providers.Snapshot{live("1", providers.StateRunning, 1), live("3", providers.StateRunning, 1), live("4", providers.StateRunning, 1)}
	facts := factsOf(seeing(campaigns, activities...))
	facts.Brake = v1alpha1.BrakePause
	first := Status(facts)
	for range 20 { // maps and caches have no order
		slices.Reverse(facts.Fleets[0].Campaigns)
		facts.Former = first
		if again := Status(facts); !reflect.DeepEqual(again, first) {
			t.Fatalf("%+v and then %+v", first, again)
		}
	}
}

func TestCampaignsThatEndTheirActivityBeforeTheyGoNeedTheAccount(t *testing.T) {
	ends := func(c *v1alpha1.PayGiftActivity) {
		c.Finalizers = []string{"example.com/other", v1alpha1.FinalizerTerminate}
	}
	other := func(c *v1alpha1.PayGiftActivity) { c.Finalizers = []string{"example.com/other"} }
	got := Needing(account, []Fleet{fleet(
		gift("summer", "1", v1alpha1.StateRunning, ends), gift("spring", "2", v1alpha1.StateRunning, ends), gift("autumn", "3", v1alpha1.StateRunning, other),
		gift("not-ours", "4", v1alpha1.StateRunning, ends, ofAnother),
	)})
	if want := []string{"PayGiftActivity marketing/spring", "PayGiftActivity marketing/summer"}; !slices.Equal(got, want) {
		t.Errorf("needing are %v, want %v", got, want)
	}
}
