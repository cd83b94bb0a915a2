package controllers

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
	"k8s.io/apimachinery/pkg/util/wait"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	simulated "github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
)

// setNotifyURL does what somebody else does with the merchant's keys: the operator never does.
func (o *office) setNotifyURL(url string) {
	o.t.Helper()
	ahead := time.Since(o.clock.Now()).Round(time.Second) // the vendor's SDK has the machine's clock
	o.must(o.gateway.Switches().Put(map[string]string{simulated.SwitchClockSkew: ahead.String()}))
	defer func() { o.must(o.gateway.Switches().Put(map[string]string{simulated.SwitchClockSkew: "0s"})) }()
	c := credentialsOf(o.t, o.gateway, mchid)
	private, err := utils.LoadPrivateKey(string(c.PrivateKeyPEM))
	o.must(err)
	client, err := core.NewClient(o.t.Context(), option.WithMerchantCredential(c.Mchid, c.SerialNo, private), option.WithoutValidator())
	o.must(err)
	_, err = client.Post(o.t.Context(), o.gateway.URL()+"/v3/marketing/favor/callbacks", map[string]any{"mchid": mchid, "notify_url": url})
	o.must(err)
}

func TestTheAddressOfNoticesAboutCouponsIsShownAndNeverSet(t *testing.T) {
	o := newOffice(t, nil)
	if merchant, _ := o.reconcile(); merchant.Status.CouponNotifyURL != "" {
		t.Errorf("it is %q although none is set", merchant.Status.CouponNotifyURL)
	}
	const url = "https://pay.example.com/notify"
	o.setNotifyURL(url)
	o.pass(accountRefresh)
	if merchant, _ := o.reconcile(); merchant.Status.CouponNotifyURL != "" {
		t.Error("it was read again although it was read a moment ago")
	}
	o.pass(notifyAgain)
	if merchant, _ := o.reconcile(); merchant.Status.CouponNotifyURL != url {
		t.Errorf("it is %q, want %q", merchant.Status.CouponNotifyURL, url)
	}
	rule := o.faultNotify(faults.Rule{Action: faults.Status, Status: http.StatusForbidden, Code: "NO_AUTH"})
	o.pass(notifyAgain)
	merchant, _ := o.reconcile()
	wantReady(t, merchant)
	if merchant.Status.CouponNotifyURL != url {
		t.Errorf("it is %q after it could not be read, want what was known", merchant.Status.CouponNotifyURL)
	}
	if struck := o.ruleOf(rule).Struck; struck != 1 {
		t.Errorf("reading it failed %d times, want once", struck)
	}
	if sets := o.gateway.Journal().Count("favor.setCallback").Requests; sets != 1 {
		t.Errorf("it was set %d times, want once, by the test", sets)
	}
}

// faultNotify makes the next read of the address go wrong, and returns the rule's id.
func (o *office) faultNotify(rule faults.Rule) string {
	o.t.Helper()
	rule.Match.Operation = "favor.callback"
	id, err := o.gateway.Faults().Add(rule)
	o.must(err)
	return id
}

// ruleOf is what became of a rule.
func (o *office) ruleOf(id string) faults.Info {
	for _, rule := range o.gateway.Faults().List() {
		if rule.ID == id {
			return rule
		}
	}
	o.t.Fatalf("there is no rule %s", id)
	return faults.Info{}
}

func TestAMerchantIsOpenedWhileTheAddressOfNoticesIsStillBeingRead(t *testing.T) {
	o := newOffice(t, nil)
	rule := o.faultNotify(faults.Rule{Action: faults.HoldBeforeCommit})
	done := make(chan error, 1)
	go func() {
		_, err := o.reconciler.Reconcile(t.Context(), ctrl.Request{NamespacedName: merchantKey})
		done <- err
	}()
	o.must(wait.PollUntilContextTimeout(t.Context(), time.Millisecond, 10*time.Second, true, func(context.Context) (bool, error) {
		return o.ruleOf(rule).Held > 0, nil // its reading hangs
	}))
	o.opener.want(t, "open")
	_, err := o.gateway.Faults().Release(rule)
	o.must(err)
	o.must(<-done)
	wantReady(t, o.merchant())
}
