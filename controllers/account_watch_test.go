package controllers

import (
	"fmt"
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// delays is a controller's queue that notes what is queued and how much later.
type delays struct {
	workqueue.TypedRateLimitingInterface[reconcile.Request]
	added []string
}

func (d *delays) Add(r reconcile.Request) { d.AddAfter(r, 0) }

func (d *delays) AddAfter(r reconcile.Request, after time.Duration) {
	d.added = append(d.added, fmt.Sprintf("%s in %s", r, after))
}

func (d *delays) take() []string {
	added := d.added
	slices.Sort(added)
	d.added = nil
	return added
}

func TestAnAccountIsQueuedByWhatIsReportedOfItsCampaignsOnly(t *testing.T) {
	gift := func(changes ...func(*v1alpha1.PayGiftActivity)) *v1alpha1.PayGiftActivity {
		c := &v1alpha1.PayGiftActivity{ObjectMeta: metav1.ObjectMeta{Namespace: "platform", Name: "spring"}}
		c.Spec.MerchantRef.Name = merchantKey.Name
		for _, change := range changes {
			change(c)
		}
		return c
	}
	running := func(c *v1alpha1.PayGiftActivity) { c.Status.State = v1alpha1.StateRunning }
	stalled := func(c *v1alpha1.PayGiftActivity) {
		c.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionStalled, Status: metav1.ConditionTrue}}
	}
	edited := func(c *v1alpha1.PayGiftActivity) { c.Labels, c.Generation = map[string]string{"a": "b"}, 7 }
	moved := func(c *v1alpha1.PayGiftActivity) { c.Spec.MerchantRef.Name = "another" }
	for name, test := range map[string]struct {
		before, after *v1alpha1.PayGiftActivity
		queued        []string
	}{
		"created":                    {nil, gift(), []string{"platform/wechatpay in 5s"}},
		"created with its finalizer": {nil, gift(endsFirst), []string{"platform/wechatpay in 0s"}},
		"of another state":           {gift(), gift(running), []string{"platform/wechatpay in 5s"}},
		"stalled":                    {gift(), gift(stalled), []string{"platform/wechatpay in 5s"}},
		"edited":                     {gift(), gift(edited), nil},
		"given its finalizer":        {gift(running), gift(running, endsFirst), []string{"platform/wechatpay in 0s"}},
		"given to another account":   {gift(), gift(moved), []string{"platform/another in 5s", "platform/wechatpay in 5s"}},
		"with its finalizer":         {gift(endsFirst), gift(endsFirst, moved), []string{"platform/another in 0s", "platform/wechatpay in 0s"}},
		"deleted":                    {gift(), nil, []string{"platform/wechatpay in 5s"}},
		"gone":                       {gift(endsFirst), nil, []string{"platform/wechatpay in 0s"}},
	} {
		queue, events := &delays{}, accountsOf(kind)
		switch {
		case test.before == nil:
			events.Create(t.Context(), event.CreateEvent{Object: test.after}, queue)
		case test.after == nil:
			events.Delete(t.Context(), event.DeleteEvent{Object: test.before}, queue)
		default:
			events.Update(t.Context(), event.UpdateEvent{ObjectOld: test.before, ObjectNew: test.after}, queue)
		}
		if queued := queue.take(); !slices.Equal(queued, test.queued) {
			t.Errorf("%s: queued were %v, want %v", name, queued, test.queued)
		}
	}
	queue := &delays{}
	accountsOf(kind).Create(t.Context(), event.CreateEvent{Object: &v1alpha1.WeChatPayMerchant{}}, queue)
	if queued := queue.take(); queued != nil {
		t.Errorf("for what is no campaign queued were %v", queued)
	}
}

func TestTheStatusThatIsWrittenDoesNotQueueItsAccountAgain(t *testing.T) {
	merchant := func(change func(*v1alpha1.WeChatPayMerchant)) *v1alpha1.WeChatPayMerchant {
		m := &v1alpha1.WeChatPayMerchant{ObjectMeta: metav1.ObjectMeta{Generation: 1, ResourceVersion: "1"}}
		change(m)
		return m
	}
	before := merchant(func(*v1alpha1.WeChatPayMerchant) {})
	for name, test := range map[string]struct {
		after  *v1alpha1.WeChatPayMerchant
		queued bool
	}{
		"its status":     {merchant(func(m *v1alpha1.WeChatPayMerchant) { m.ResourceVersion, m.Status.Brake = "2", "Hold" }), false},
		"its finalizers": {merchant(func(m *v1alpha1.WeChatPayMerchant) { m.Finalizers = []string{v1alpha1.FinalizerInUse} }), false},
		"its spec":       {merchant(func(m *v1alpha1.WeChatPayMerchant) { m.Generation = 2 }), true},
		"an annotation":  {merchant(func(m *v1alpha1.WeChatPayMerchant) { m.Annotations = map[string]string{"look": "again"} }), true},
	} {
		if queued := accountEdited.Update(event.UpdateEvent{ObjectOld: before, ObjectNew: test.after}); queued != test.queued {
			t.Errorf("after a change of %s it is queued: %t, want %t", name, queued, test.queued)
		}
	}
}

func TestTheEndOfASweepQueuesEveryResourceOfTheMerchant(t *testing.T) {
	s := newShop(t)
	gateway := startSimulator(t, s.clock)
	twin := types.NamespacedName{Namespace: "shop", Name: "wechatpay"}
	other := types.NamespacedName{Namespace: "shop", Name: "other"}
	s.opener.Open(merchantKey, identityOf(mchid), "1", s.client(gateway, mchid))
	s.opener.Open(twin, identityOf(mchid), "1", s.client(gateway, mchid))
	s.opener.Open(other, identityOf(otherMchid), "1", s.client(gateway, otherMchid))
	s.swept(targetOf(mchid))
	s.swept(targetOf(otherMchid))
	done := s.opener.opened[twin][0].OnDone
	done(t.Context(), nil, fmt.Errorf("the list was refused")) // before the controller runs, which is no matter
	queue := &delays{}
	if err := s.opener.reports.Start(t.Context(), queue); err != nil {
		t.Fatal(err)
	}
	done(t.Context(), nil, fmt.Errorf("the list was refused")) // it may have measured the clock all the same
	if queued, want := queue.take(), []string{"platform/wechatpay in 5s", "shop/wechatpay in 5s"}; !slices.Equal(queued, want) {
		t.Errorf("queued were %v, want %v", queued, want)
	}
}
