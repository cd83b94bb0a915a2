package controllers

import (
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
)

// referringKind is pay gift as it is when there is a kind that it may refer to.
type referringKind struct {
	PayGiftActivityKind
	refersTo []string
}

func (k referringKind) Traits() engine.Traits {
	traits := k.PayGiftActivityKind.Traits()
	traits.RefersTo = k.refersTo
	return traits
}

// referring is an activity whose second award names a resource.
func referring(name, kind, namespace string) *v1alpha1.PayGiftActivity {
	gift := &v1alpha1.PayGiftActivity{}
	gift.Namespace, gift.Name = "marketing", name
	gift.Spec.AwardSendRule.AwardList = []v1alpha1.PayGiftAward{
		{StockId: "98065001"}, {StockRef: &v1alpha1.StockReference{Kind: kind, Name: "autumn", Namespace: namespace}},
	}
	return gift
}

func TestAnAwardRefersToTheStockThatItNames(t *testing.T) {
	for namespace, want := range map[string]string{"": "marketing", "sales": "sales"} {
		got := PayGiftActivityKind{}.References(referring("spring", "CouponStock", namespace))
		if len(got) != 1 || got[0] != (engine.Reference{
			Field: "spec.awardSendRule.awardList[1].stockRef", Kind: "CouponStock", Key: types.NamespacedName{Namespace: want, Name: "autumn"},
		}) {
			t.Errorf("references are %+v", got)
		}
	}
}

func TestAReferredStockStandsInTheRequestByItsID(t *testing.T) {
	gift := manifest(t, golden["paygift-minimal"])
	gift.Spec.AwardSendRule.AwardList[0].StockId = ""
	gift.Spec.AwardSendRule.AwardList[0].StockRef = &v1alpha1.StockReference{Kind: "MerchantCouponStock", Name: "autumn"}
	plain := manifest(t, golden["paygift-minimal"])
	plain.Spec.AwardSendRule.AwardList[0].StockId = "98065009"
	of := func(c v1alpha1.Campaign) string {
		request, err := PayGiftActivityKind{}.Request(c, engine.Sender{Number: numberOfOurs, IDs: map[string]string{"spec.awardSendRule.awardList[0].stockRef": "98065009"}})
		if err != nil {
			t.Fatal(err)
		}
		return string(request.Body)
	}
	if got, want := of(gift), of(plain); got != want {
		t.Errorf("the body is\n%s\nwant\n%s", got, want)
	}
}

func TestWhatIsReferredToQueuesThoseThatReferToIt(t *testing.T) {
	kind := referringKind{refersTo: []string{"CouponStock"}}
	indexer := func(o client.Object) []string {
		var keys []string
		for _, reference := range kind.References(o.(v1alpha1.Campaign)) {
			keys = append(keys, reference.String())
		}
		return keys
	}
	reader := fake.NewClientBuilder().WithScheme(scheme).
		WithObjects(referring("refers", "CouponStock", "sales"), referring("to-another", "CouponStock", "")).
		WithIndex(&v1alpha1.PayGiftActivity{}, referenceIndex, indexer).Build()
	events := referredEvents(reader, kind, CouponStockKind{})
	stock := func(id string, creation v1alpha1.CreationOutcome) *v1alpha1.CouponStock {
		s := &v1alpha1.CouponStock{}
		s.Namespace, s.Name, s.Status.StockID, s.Status.Creation = "sales", "autumn", id, creation
		return s
	}
	for name, test := range map[string]struct {
		before, after *v1alpha1.CouponStock
		queued        bool
	}{
		"it is made":                    {nil, stock("", ""), true},
		"its stock is recorded":         {stock("", ""), stock("1", v1alpha1.CreationUnknown), true},
		"its stock is confirmed":        {stock("1", v1alpha1.CreationUnknown), stock("1", v1alpha1.CreationConfirmed), true},
		"nothing of that":               {stock("1", v1alpha1.CreationConfirmed), stock("1", v1alpha1.CreationConfirmed), false},
		"it is deleted, with its stock": {stock("1", v1alpha1.CreationConfirmed), nil, true},
	} {
		queue := &delays{}
		switch {
		case test.before == nil:
			events.Create(t.Context(), event.TypedCreateEvent[v1alpha1.Campaign]{Object: test.after}, queue)
		case test.after == nil:
			events.Delete(t.Context(), event.TypedDeleteEvent[v1alpha1.Campaign]{Object: test.before}, queue)
		default:
			events.Update(t.Context(), event.TypedUpdateEvent[v1alpha1.Campaign]{ObjectOld: test.before, ObjectNew: test.after}, queue)
		}
		var want []string
		if test.queued {
			want = []string{"marketing/refers in 0s"}
		}
		if got := queue.take(); !slices.Equal(got, want) {
			t.Errorf("%s: queued were %v, want %v", name, got, want)
		}
	}
}

func TestKindsAreConnectedAsTheirTraitsSay(t *testing.T) {
	gifts := func(refersTo ...string) *engine.Reconciler {
		return &engine.Reconciler{Kind: referringKind{refersTo: refersTo}}
	}
	stocks := func() *engine.Reconciler { return &engine.Reconciler{Kind: CouponStockKind{}} }
	referring := gifts("CouponStock")
	if err := connect(referring, stocks()); err != nil || referring.Referable["CouponStock"] == nil {
		t.Errorf("referable are %v, %v", referring.Referable, err)
	}
	if err := connect(gifts("Unheard"), stocks()); err == nil {
		t.Error("a kind that is none is referred to")
	}
	if err := connect(gifts("PayGiftActivity"), stocks()); err == nil {
		t.Error("a kind refers to itself")
	}
}
