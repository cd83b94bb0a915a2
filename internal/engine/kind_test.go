package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// testKind is a campaign kind with a request of four fields. Its objects are PayGiftActivity,
// because that is what there is.
type testKind struct{}

func (testKind) Name() string                                                 { return "PayGiftActivity" }
func (testKind) New() v1alpha1.Campaign                                       { return &v1alpha1.PayGiftActivity{} }
func (testKind) NewList() client.ObjectList                                   { return &v1alpha1.PayGiftActivityList{} }
func (testKind) GivenNumber(v1alpha1.Campaign) string                         { return "" }
func (testKind) ActivityID(c v1alpha1.Campaign) string                        { return gift(c).Status.ActivityID }
func (testKind) SetActivityID(c v1alpha1.Campaign, s string)                  { gift(c).Status.ActivityID = s }
func (testKind) Plural() string                                               { return "paygiftactivities" }
func (testKind) Describe(v1alpha1.Campaign, *providers.Snapshot)              {}
func (testKind) Distribution(v1alpha1.Campaign) **v1alpha1.DistributionRecord { return nil }
func (testKind) References(v1alpha1.Campaign) []Reference                     { return nil }
func (testKind) Exposure(v1alpha1.Campaign) *providers.Exposure {
	return &providers.Exposure{Fen: 20000}
}
func (testKind) Traits() Traits {
	return Traits{
		Noun: "activity", AdoptField: "spec.adopt.activityId", BeginField: "activityBaseInfo.beginTime", StopState: "Terminated",
		Moves: Moves{GoalEnded: {
			providers.StateScheduled: providers.OperationTerminate, providers.StateRunning: providers.OperationTerminate, providers.StatePaused: providers.OperationTerminate,
		}},
	}
}
func (testKind) Terms(v1alpha1.Campaign) Terms {
	return Terms{Commits: "200.00 yuan", Irreversible: []string{"all of it"}}
}

func (testKind) AdoptID(c v1alpha1.Campaign) string {
	if adopt := gift(c).Spec.Adopt; adopt != nil {
		return adopt.ActivityID
	}
	return ""
}

func (testKind) Complaint(v1alpha1.Campaign, map[string]string) string { return "" }

func (testKind) Codes(v1alpha1.Campaign) []CodeSource { return nil }

func (testKind) Members(c v1alpha1.Campaign) ([]string, **v1alpha1.MembersRecord) {
	return gift(c).Spec.AwardSendRule.MerchantIdList, &gift(c).Status.Merchants
}

func (testKind) Reset(c v1alpha1.Campaign) {
	st := &gift(c).Status
	*st = v1alpha1.PayGiftActivityStatus{CampaignStatus: st.CampaignStatus}
}

func (testKind) Goal(c v1alpha1.Campaign) Goal {
	return map[v1alpha1.PayGiftActivityDesiredState]Goal{
		v1alpha1.PayGiftActivityActive: GoalLive, v1alpha1.PayGiftActivityTerminated: GoalEnded, v1alpha1.PayGiftActivityDraft: GoalNothing,
	}[gift(c).Spec.State]
}

func (testKind) Request(c v1alpha1.Campaign, from Sender) (Request, error) {
	number := from.Number
	spec := gift(c).Spec
	if spec.ActivityBaseInfo.BeginTime == "" {
		return Request{Number: number}, nil // left out, as adopt and Observe allow
	}
	begin, err := time.Parse(time.RFC3339, spec.ActivityBaseInfo.BeginTime)
	if err != nil {
		return Request{Number: number}, fmt.Errorf("spec.activityBaseInfo.beginTime: %w", err)
	}
	end, err := time.Parse(time.RFC3339, spec.ActivityBaseInfo.EndTime)
	if err != nil {
		return Request{Number: number}, fmt.Errorf("spec.activityBaseInfo.endTime: %w", err)
	}
	raw, err := json.Marshal(vendorBody{number, spec.ActivityBaseInfo.ActivityName, spec.AwardSendRule.TransactionAmountMinimum, begin, end, spec.AwardSendRule.MerchantIdList, false})
	return Request{Number: number, Name: spec.ActivityBaseInfo.ActivityName, Body: raw, Begin: begin, End: end, LatestBegin: 365 * 24 * time.Hour}, err
}

func (testKind) Observe(c v1alpha1.Campaign, facts map[string]string, vendorState string) {
	st := &gift(c).Status
	for name, field := range map[string]*string{
		"create_time": &st.CreateTime, "terminate_time": &st.TerminateTime, "pause_time": &st.PauseTime,
	} {
		if facts[name] != "" {
			*field = facts[name]
		}
	}
	if vendorState != "" {
		st.ActivityStatus = vendorState
	}
}

func (testKind) WantsDetail(c v1alpha1.Campaign, s providers.Snapshot) bool {
	return !s.Detailed && s.State == providers.StatePaused && gift(c).Status.PauseTime == ""
}

func gift(c v1alpha1.Campaign) *v1alpha1.PayGiftActivity { return c.(*v1alpha1.PayGiftActivity) }

// requests is the controller's queue.
type requests struct {
	workqueue.TypedRateLimitingInterface[reconcile.Request]
	mu   sync.Mutex
	keys map[types.NamespacedName]bool
}

// Add implements workqueue.TypedInterface.
func (r *requests) Add(request reconcile.Request) { r.add(request.NamespacedName) }

func (r *requests) add(key types.NamespacedName) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys[key] = true
}

func (r *requests) take(key types.NamespacedName) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.keys[key]
	delete(r.keys, key)
	return was
}

// all returns the keys in the queue.
func (r *requests) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for key := range maps.Keys(r.keys) {
		names = append(names, key.String())
	}
	slices.Sort(names)
	return names
}
