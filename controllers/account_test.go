package controllers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/providers"
)

// campaign is one of the office's merchant, with its activity running, changed.
func (o *office) campaign(name string, changes ...func(*v1alpha1.PayGiftActivity)) *v1alpha1.PayGiftActivity {
	o.t.Helper()
	c := &v1alpha1.PayGiftActivity{ObjectMeta: metav1.ObjectMeta{Namespace: "marketing", Name: name, UID: types.UID(name)}}
	c.Spec.MerchantRef = v1alpha1.AccountReference{Name: merchantKey.Name, Namespace: merchantKey.Namespace}
	c.Status.State, c.Status.ActivityID, c.Status.Creation = v1alpha1.StateRunning, "id-"+name, v1alpha1.CreationConfirmed
	c.Status.Request = &v1alpha1.CreationRequest{Account: merchantIdentity(o.merchant())}
	for _, change := range changes {
		change(c)
	}
	o.must(o.api.Create(o.t.Context(), c))
	return c
}

// endsFirst has a campaign end its activity before it goes.
func endsFirst(c *v1alpha1.PayGiftActivity) { c.Finalizers = []string{v1alpha1.FinalizerTerminate} }

// letGo removes a campaign's finalizers, as the engine does once its activity has ended.
func (o *office) letGo(c *v1alpha1.PayGiftActivity) {
	o.t.Helper()
	c.Finalizers = nil
	o.must(o.api.Update(o.t.Context(), c))
}

// delete asks for the merchant's deletion.
func (o *office) delete() {
	o.t.Helper()
	o.must(o.api.Delete(o.t.Context(), o.merchant()))
}

// namespace creates the merchant's namespace, which may be going away.
func (o *office) namespace(going bool) {
	o.t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: merchantKey.Namespace, Finalizers: []string{"example.com/content"}}}
	o.must(o.api.Create(o.t.Context(), namespace))
	if going {
		o.must(o.api.Delete(o.t.Context(), namespace))
	}
}

// skew opens the merchant with a gateway whose clock is ahead.
func (o *office) skew(ahead time.Duration) {
	o.reconciler.Registry.Put(merchantKey, &accounts.Account{
		Identity: merchantIdentity(o.merchant()), ClockSkew: func() time.Duration { return ahead },
	})
}

// says fails the test unless these events, by their beginnings, were recorded since the last time.
func (o *office) says(want ...string) {
	o.t.Helper()
	matches := len(o.said) == len(want)
	for i := range min(len(o.said), len(want)) {
		matches = matches && strings.HasPrefix(o.said[i], want[i])
	}
	if !matches {
		o.t.Errorf("events were %q, want %q", o.said, want)
	}
	o.said = nil
}

func TestTheBrakeIsSeenAtOnceAlsoWhileTheGatewayIsInTrouble(t *testing.T) {
	o := newOffice(t, nil)
	merchant, _ := o.reconcile()
	if merchant.Status.Brake != "Off" {
		t.Errorf("status.brake is %q at first", merchant.Status.Brake)
	}
	o.fault(faults.Rule{Action: faults.Status, Status: http.StatusInternalServerError})
	for _, brake := range []v1alpha1.AccountBrake{v1alpha1.BrakeHold, v1alpha1.BrakePause, v1alpha1.BrakeOff} {
		o.costs(0, 1, func() {
			o.edit(func(m *v1alpha1.WeChatPayMerchant) { m.Spec.Brake = brake })
			merchant, _ = o.reconcile()
			wantReady(t, merchant)
		})
		if merchant.Status.Brake != string(brake) || merchant.Status.ObservedGeneration != merchant.Generation {
			t.Errorf("status says %q for generation %d, want %q for %d", merchant.Status.Brake, merchant.Status.ObservedGeneration, brake, merchant.Generation)
		}
		if resource := MerchantResource(merchant); resource.Brake != brake || resource.Plural != "wechatpaymerchants" {
			t.Errorf("campaigns see %+v", resource)
		}
	}
}

func TestASteadyFleetCostsNoWriteOfItsAccount(t *testing.T) {
	o := newOffice(t, func(m *v1alpha1.WeChatPayMerchant, _ *corev1.Secret) { m.Spec.Brake = v1alpha1.BrakePause })
	o.campaign("spring", endsFirst)
	o.campaign("summer")
	o.view = sweep.NewView(o.clock.Now(),
		providers.Snapshot{ID: "id-spring", State: providers.StateRunning, End: o.clock.Now().Add(time.Hour)},
		providers.Snapshot{ID: "nobody's", State: providers.StateRunning},
	)
	o.skew(41 * time.Second)
	merchant, _ := o.reconcile()
	st := merchant.Status
	if st.Campaigns == nil || st.Campaigns.Total != 2 || st.Unmanaged == nil || st.Unmanaged.Total != 1 || st.StillRunning == nil || st.StillRunning.Total != 3 || st.ClockSkew != "40s" {
		t.Fatalf("the status is %+v", st.AccountStatus)
	}
	o.costs(0, 0, func() {
		for range 5 {
			o.pass(accountRefresh)
			o.reconcile()
		}
	})
	o.view = nil // the operator was started again
	o.reconciler.Registry.Drop(merchantKey)
	o.costs(0, 0, func() { o.reconcile() })
}

func TestAClockThatGoesWrongIsToldOnce(t *testing.T) {
	o := newOffice(t, nil)
	o.skew(20 * time.Second)
	o.reconcile()
	o.says()
	o.skew(-131 * time.Second)
	merchant, _ := o.reconcile()
	if merchant.Status.ClockSkew != "-2m10s" {
		t.Errorf("status.clockSkew is %q", merchant.Status.ClockSkew)
	}
	o.says("ClockSkewed: the gateway's clock is -2m10s ahead")
	o.skew(-200 * time.Second)
	o.costs(0, 1, func() { o.reconcile() })
	o.says()
	o.skew(0)
	if merchant, _ = o.reconcile(); merchant.Status.ClockSkew != "" {
		t.Errorf("afterwards status.clockSkew is %q", merchant.Status.ClockSkew)
	}
	o.skew(60 * time.Second)
	o.reconcile()
	o.says("ClockSkewed: the gateway's clock is 1m0s ahead")
}

func TestAQuotaThatCallsWaitForIsLookedAtUntilItIsAtRest(t *testing.T) {
	o := newOffice(t, nil)
	identity := merchantIdentity(o.merchant())
	key := quota.Key{Gateway: identity.Gateway, Account: identity.ID, Endpoint: quota.Endpoint{Kind: "PayGiftActivity", Operation: providers.OperationList}}
	o.reconcile()
	o.pacer.Refused(key, time.Minute)
	merchant, after := o.reconcile()
	if q := merchant.Status.Quota; len(q) != 1 || q[0].Operation != "list" || q[0].PausedUntil == nil || !q[0].PausedUntil.Time.Equal(o.clock.Now().Add(time.Minute)) {
		t.Fatalf("status.quota is %+v", q)
	}
	if after > time.Minute {
		t.Errorf("it is looked at again after %s, want when the pause is over", after)
	}
	o.costs(0, 0, func() { o.pass(30 * time.Second); _, after = o.reconcile() })
	o.pass(max(after, reportDelay))
	o.costs(0, 1, func() { merchant, after = o.reconcile() })
	if merchant.Status.Quota != nil || after < accountRefresh {
		t.Errorf("afterwards status.quota is %+v, and it is looked at after %s", merchant.Status.Quota, after)
	}
}

func TestAnAccountIsLookedAtSoonWhileCallsWait(t *testing.T) {
	o := newOffice(t, nil)
	soon := metav1.NewTime(o.clock.Now().Add(20 * time.Second))
	over := metav1.NewTime(o.clock.Now())
	for name, test := range map[string]struct {
		quota []v1alpha1.QuotaRecord
		after time.Duration
	}{
		"nobody waits":                  {nil, 0},
		"calls wait":                    {[]v1alpha1.QuotaRecord{{Operation: "create", Waiting: 3}}, reportDelay},
		"calls wait for a pause":        {[]v1alpha1.QuotaRecord{{Operation: "create", Waiting: 3, PausedUntil: &soon}}, reportDelay},
		"nobody waits for a pause":      {[]v1alpha1.QuotaRecord{{Operation: "create", PausedUntil: &soon}}, 20 * time.Second},
		"a pause that is about over":    {[]v1alpha1.QuotaRecord{{Operation: "create", PausedUntil: &over}}, reportDelay},
		"a pause, and calls of another": {[]v1alpha1.QuotaRecord{{Operation: "create", PausedUntil: &soon}, {Operation: "get", Waiting: 1}}, reportDelay},
	} {
		if after := o.reconciler.Reporter.again(test.quota); after != test.after {
			t.Errorf("%s: it is looked at again after %s, want %s", name, after, test.after)
		}
	}
}

func TestAnAccountIsKeptWhileACampaignNeedsItToEndItsActivity(t *testing.T) {
	o := newOffice(t, func(m *v1alpha1.WeChatPayMerchant, _ *corev1.Secret) { m.Finalizers = []string{"example.com/other"} })
	o.reconcile()
	spec := o.merchant().Spec
	spring := o.campaign("spring", endsFirst)
	o.costs(0, 2, func() { o.reconcile() }) // the finalizer, and the count of campaigns
	if finalizers := o.merchant().Finalizers; !slices.Equal(finalizers, []string{"example.com/other", v1alpha1.FinalizerInUse}) {
		t.Fatalf("the finalizers are %v", finalizers)
	}
	o.costs(0, 0, func() { o.reconcile() })
	o.letGo(spring)
	o.costs(0, 1, func() { o.reconcile() })
	merchant := o.merchant()
	if !slices.Equal(merchant.Finalizers, []string{"example.com/other"}) {
		t.Errorf("afterwards the finalizers are %v", merchant.Finalizers)
	}
	if fmt.Sprint(merchant.Spec) != fmt.Sprint(spec) || merchant.Generation != 1 {
		t.Errorf("the spec became %+v", merchant.Spec)
	}
}

func TestADeletedAccountThatIsNeededWorksOnUntilItIsNot(t *testing.T) {
	o := newOffice(t, nil)
	o.namespace(false)
	var campaigns []*v1alpha1.PayGiftActivity
	for i := range 7 {
		campaigns = append(campaigns, o.campaign(fmt.Sprintf("gift-%d", i), endsFirst))
	}
	o.reconcile()
	o.delete()
	merchant, _ := o.reconcile()
	wantReady(t, merchant)
	o.opener.want(t, "open", "open")
	o.says("DeletionHeld: the account stays until it is no longer needed: its credentials are to end the activities of PayGiftActivity marketing/gift-0, " +
		"PayGiftActivity marketing/gift-1, PayGiftActivity marketing/gift-2, PayGiftActivity marketing/gift-3, PayGiftActivity marketing/gift-4 and 2 more.")
	o.costs(0, 0, func() { o.reconcile() })
	o.says() // once for the same campaigns

	o.letGo(campaigns[6])
	o.reconcile()
	o.says("DeletionHeld")
	for _, c := range campaigns[:6] {
		o.letGo(c)
	}
	result, err := o.reconciler.Reconcile(t.Context(), ctrl.Request{NamespacedName: merchantKey})
	if err != nil || result != (ctrl.Result{}) {
		t.Errorf("Reconcile returned %v, %v", result, err)
	}
	if err := o.api.Get(t.Context(), merchantKey, &v1alpha1.WeChatPayMerchant{}); !apierrors.IsNotFound(err) {
		t.Errorf("the account is still there: %v", err)
	}
	o.says()
}

func TestADeletedAccountGoesWithItsNamespace(t *testing.T) {
	for name, prepare := range map[string]func(*office){
		"which is going away": func(o *office) { o.namespace(true) },
		"which is gone":       func(*office) {},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, nil)
			prepare(o)
			o.campaign("spring", endsFirst)
			o.reconcile()
			o.delete()
			if _, err := o.reconciler.Reconcile(t.Context(), ctrl.Request{NamespacedName: merchantKey}); err != nil {
				t.Fatal(err)
			}
			if err := o.api.Get(t.Context(), merchantKey, &v1alpha1.WeChatPayMerchant{}); !apierrors.IsNotFound(err) {
				t.Errorf("the account is still there: %v", err)
			}
			o.says()
		})
	}
}

func TestADeletedAccountIsKeptWhileItsNamespaceCannotBeRead(t *testing.T) {
	o := newOffice(t, nil)
	o.campaign("spring", endsFirst)
	o.reconcile()
	o.delete()
	o.refuse = func(_ string, object client.Object) error {
		if object.GetObjectKind().GroupVersionKind() == namespaceKind {
			return apierrors.NewServiceUnavailable("the API server is away")
		}
		return nil
	}
	if _, err := o.reconciler.Reconcile(t.Context(), ctrl.Request{NamespacedName: merchantKey}); !apierrors.IsServiceUnavailable(err) {
		t.Errorf("Reconcile returned %v, so that it is not repeated", err)
	}
	if finalizers := o.merchant().Finalizers; !slices.Contains(finalizers, v1alpha1.FinalizerInUse) {
		t.Errorf("the finalizers are %v", finalizers)
	}
}

func TestAnAccountThatIsDeletedAlreadyIsGivenNoFinalizer(t *testing.T) {
	o := newOffice(t, func(m *v1alpha1.WeChatPayMerchant, _ *corev1.Secret) { m.Finalizers = []string{"example.com/other"} })
	o.delete()
	o.campaign("spring", endsFirst)
	merchant, _ := o.reconcile() // the API server would refuse it
	if slices.Contains(merchant.Finalizers, v1alpha1.FinalizerInUse) {
		t.Errorf("the finalizers are %v", merchant.Finalizers)
	}
	if !MerchantResource(merchant).Deleting {
		t.Error("campaigns do not see that it is being deleted")
	}
}

func TestAFinalizerIsNotSetByAnOldRead(t *testing.T) {
	o := newOffice(t, nil)
	stale := o.merchant()
	o.reconcile()
	o.campaign("spring", endsFirst)
	o.stale = stale
	if _, err := o.reconciler.Reconcile(t.Context(), ctrl.Request{NamespacedName: merchantKey}); !apierrors.IsConflict(err) {
		t.Errorf("Reconcile returned %v, want a conflict", err)
	}
}
