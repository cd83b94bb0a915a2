package controllers

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/wake"
)

// counter is the real queue of a controller, with nobody at work behind it.
type counter struct {
	priorityqueue.PriorityQueue[reconcile.Request]
	t *testing.T
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	limiter := workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstRetry, lastRetry)
	queue := ageingQueue(clock.RealClock{})("", limiter).(priorityqueue.PriorityQueue[reconcile.Request])
	t.Cleanup(queue.ShutDown)
	return &counter{PriorityQueue: queue, t: t}
}

// want fails the test unless this one is served next, at this priority.
func (c *counter) want(name string, priority wake.Priority) {
	c.t.Helper()
	if c.Len() == 0 {
		c.t.Fatalf("nothing is queued, want %s", name)
	}
	next, at, _ := c.GetWithPriority()
	c.Done(next)
	if next.Name != name || at != int(priority) {
		c.t.Errorf("%s is served at %d, want %s at %d", next.Name, at, name, priority)
	}
}

func (c *counter) wantEmpty(after string) {
	c.t.Helper()
	if queued := c.Len(); queued != 0 {
		c.t.Errorf("%d are queued after %s, want none", queued, after)
	}
}

// settledCampaign is a campaign whose activity is as it asks.
func settledCampaign(name string) *v1alpha1.PayGiftActivity {
	c := newCampaign(name)
	c.Status.ObservedGeneration = c.Generation
	c.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonScheduled}}
	return c
}

// newCampaign is a campaign that no operator has looked at.
func newCampaign(name string) *v1alpha1.PayGiftActivity {
	c := &v1alpha1.PayGiftActivity{ObjectMeta: metav1.ObjectMeta{Namespace: "marketing", Name: name, Generation: 1}}
	c.Status.ObservedGeneration = -1
	c.Spec.MerchantRef = v1alpha1.AccountReference{Name: merchantKey.Name, Namespace: merchantKey.Namespace}
	return c
}

// edited is another version of a campaign.
func edited(c *v1alpha1.PayGiftActivity, edit func(*v1alpha1.PayGiftActivity)) *v1alpha1.PayGiftActivity {
	c = c.DeepCopy()
	edit(c)
	return c
}

func ignoreDeleted(context.Context, v1alpha1.Campaign) {}

func TestAFleetOfSettledCampaignsDelaysNoNewOne(t *testing.T) {
	queue, events := newCounter(t), campaignEvents(ignoreDeleted)
	created := func(c v1alpha1.Campaign, listed bool) {
		events.Create(t.Context(), event.TypedCreateEvent[v1alpha1.Campaign]{Object: c, IsInInitialList: listed}, queue)
	}
	const fleet = 3000
	for i := range fleet {
		created(settledCampaign(fmt.Sprintf("settled-%d", i)), true)
	}
	created(newCampaign("written-while-the-manager-was-down"), true)
	created(newCampaign("written-now"), false)
	queue.want("written-while-the-manager-was-down", wake.Urgent)
	queue.want("written-now", wake.Urgent)
	queue.want("settled-0", wake.Idle)
	if left := queue.Len(); left != fleet-1 {
		t.Errorf("%d settled campaigns are left to be looked at, want %d", left, fleet-1)
	}
}

func TestACampaignIsAsUrgentAsItsLastChange(t *testing.T) {
	settled := settledCampaign("spring")
	now := metav1.Now()
	for name, test := range map[string]struct {
		edit     func(*v1alpha1.PayGiftActivity)
		priority wake.Priority
	}{
		"edited":           {func(c *v1alpha1.PayGiftActivity) { c.Generation++ }, wake.Urgent},
		"deleted":          {func(c *v1alpha1.PayGiftActivity) { c.DeletionTimestamp = &now }, wake.Urgent},
		"emptied":          {func(c *v1alpha1.PayGiftActivity) { c.Status = v1alpha1.PayGiftActivityStatus{} }, wake.Urgent},
		"labelled":         {func(c *v1alpha1.PayGiftActivity) { c.Labels = map[string]string{"team": "coffee"} }, wake.Idle},
		"listed once more": {func(*v1alpha1.PayGiftActivity) {}, wake.Idle},
	} {
		t.Run(name, func(t *testing.T) {
			queue := newCounter(t)
			campaignEvents(ignoreDeleted).Update(t.Context(),
				event.TypedUpdateEvent[v1alpha1.Campaign]{ObjectOld: settled, ObjectNew: edited(settled, test.edit)}, queue)
			queue.want("spring", test.priority)
		})
	}
}

func TestACampaignThatIsGoneIsToldOfAsItWasLastSeen(t *testing.T) {
	queue, last := newCounter(t), settledCampaign("spring")
	var gone []v1alpha1.Campaign
	events := campaignEvents(func(_ context.Context, c v1alpha1.Campaign) { gone = append(gone, c) })
	events.Delete(t.Context(), event.TypedDeleteEvent[v1alpha1.Campaign]{Object: last}, queue)
	if len(gone) != 1 || gone[0] != v1alpha1.Campaign(last) {
		t.Errorf("told of were %v, want the campaign as it was", gone)
	}
	queue.want("spring", wake.Due)
}

// told is a reconciler that returns what it is told to.
type told struct {
	result reconcile.Result
	err    error
}

func (r *told) Reconcile(context.Context, reconcile.Request) (reconcile.Result, error) {
	return r.result, r.err
}

func TestWhateverAReconcileReturnsTheNextIsDue(t *testing.T) {
	refused := errors.New("the API server is away")
	for name, test := range map[string]struct {
		told told
		want time.Duration
	}{
		"done":           {told{}, 0},
		"again later":    {told{result: reconcile.Result{RequeueAfter: time.Hour}}, time.Hour},
		"failed":         {told{err: refused}, 0},
		"failed and due": {told{result: reconcile.Result{RequeueAfter: time.Hour}, err: refused}, 0},
	} {
		result, err := asDue{&test.told}.Reconcile(t.Context(), ctrl.Request{})
		if result.Priority == nil || *result.Priority != int(wake.Due) || result.RequeueAfter != test.want {
			t.Errorf("%s: %+v, want due after %s", name, result, test.want)
		}
		if !errors.Is(err, test.told.err) {
			t.Errorf("%s: error %v, want %v", name, err, test.told.err)
		}
	}
}

// accountOf is a merchant that works and its events to two campaigns, of which one is settled.
func accountOf(t *testing.T) (*v1alpha1.WeChatPayMerchant, handler.TypedEventHandler[*v1alpha1.WeChatPayMerchant, reconcile.Request]) {
	t.Helper()
	indexer := &indexer{Manager: offlineManager(t, "PayGiftActivity", "WeChatPayMerchant")}
	if err := SetupPayGiftActivity(t.Context(), indexer, &engine.Reconciler{Kind: kind, Waker: &wake.Waker{}}, 1); err != nil {
		t.Fatal(err)
	}
	api := fake.NewClientBuilder().WithScheme(scheme).WithIndex(&v1alpha1.PayGiftActivity{}, accountIndex, indexer.extract[accountIndex]).
		WithObjects(settledCampaign("settled"), newCampaign("waiting")).Build()
	merchant := &v1alpha1.WeChatPayMerchant{ObjectMeta: metav1.ObjectMeta{Namespace: merchantKey.Namespace, Name: merchantKey.Name, UID: "1", Generation: 1}}
	merchant.Status.ObservedGeneration = 1
	merchant.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonAccountReady}}
	return merchant, accountEvents(client.Reader(api), engine.Kind(kind), MerchantResource)
}

func TestAnAccountQueuesItsCampaignsWhenWhatTheySeeOfItChanges(t *testing.T) {
	now := metav1.Now()
	notReady := func(message string) func(*v1alpha1.WeChatPayMerchant) {
		return func(m *v1alpha1.WeChatPayMerchant) {
			m.Status.Conditions[0].Status, m.Status.Conditions[0].Reason, m.Status.Conditions[0].Message = metav1.ConditionFalse, "CredentialsRejected", message
		}
	}
	for name, test := range map[string]struct {
		before, after func(*v1alpha1.WeChatPayMerchant)
		queued        bool
	}{
		"its spec":                   {nil, func(m *v1alpha1.WeChatPayMerchant) { m.Generation++ }, true},
		"its spec was looked at":     {nil, func(m *v1alpha1.WeChatPayMerchant) { m.Status.ObservedGeneration = 2 }, true},
		"it no longer works":         {nil, notReady("no"), true},
		"it works":                   {notReady("no"), nil, true},
		"why it does not work":       {notReady("no such key"), notReady("no such merchant"), true},
		"it is being deleted":        {nil, func(m *v1alpha1.WeChatPayMerchant) { m.DeletionTimestamp = &now }, true},
		"it was made anew":           {nil, func(m *v1alpha1.WeChatPayMerchant) { m.UID = "2" }, true},
		"it has not been looked at":  {nil, func(m *v1alpha1.WeChatPayMerchant) { m.Status.Conditions = nil }, true},
		"the count of its campaigns": {nil, func(m *v1alpha1.WeChatPayMerchant) { m.Status.Campaigns = &v1alpha1.CampaignsRecord{Total: 7} }, false},
		"its quota":                  {nil, func(m *v1alpha1.WeChatPayMerchant) { m.Status.Quota = []v1alpha1.QuotaRecord{{Operation: "create"}} }, false},
		"its unmanaged activities":   {nil, func(m *v1alpha1.WeChatPayMerchant) { m.Status.Unmanaged = &v1alpha1.ActivitiesRecord{Total: 1} }, false},
		"how it says that it works":  {nil, func(m *v1alpha1.WeChatPayMerchant) { m.Status.Conditions[0].Message = "still" }, false},
		"nothing":                    {nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			account, events := accountOf(t)
			version := func(change func(*v1alpha1.WeChatPayMerchant)) *v1alpha1.WeChatPayMerchant {
				merchant := account.DeepCopy()
				if change != nil {
					change(merchant)
				}
				return merchant
			}
			queue := newCounter(t)
			events.Update(t.Context(), event.TypedUpdateEvent[*v1alpha1.WeChatPayMerchant]{ObjectOld: version(test.before), ObjectNew: version(test.after)}, queue)
			if test.queued {
				queue.want("waiting", wake.Due)
				queue.want("settled", wake.Idle)
			}
			queue.wantEmpty("this change")
		})
	}
}

func TestAnAccountThatComesOrGoesQueuesItsCampaigns(t *testing.T) {
	account, events := accountOf(t)
	queue := newCounter(t)
	events.Create(t.Context(), event.TypedCreateEvent[*v1alpha1.WeChatPayMerchant]{Object: account, IsInInitialList: true}, queue)
	queue.wantEmpty("the list at the start, in which the campaigns are themselves")
	events.Create(t.Context(), event.TypedCreateEvent[*v1alpha1.WeChatPayMerchant]{Object: account}, queue)
	queue.want("waiting", wake.Due)
	queue.want("settled", wake.Idle)
	events.Delete(t.Context(), event.TypedDeleteEvent[*v1alpha1.WeChatPayMerchant]{Object: account}, queue)
	queue.want("waiting", wake.Due)
	queue.want("settled", wake.Idle)
	queue.wantEmpty("all")
}
