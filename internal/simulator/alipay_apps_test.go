package simulator_test

import (
	"testing"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
)

func TestTheAppsOfAMerchantSeeItsActivitiesUnlessASwitchSaysOtherwise(t *testing.T) {
	merchant := newAlipayClient(t, startAlipay(t), alipayApp).creds.Merchant
	apps := []alipay.AppOptions{{AppID: alipayApp}, {AppID: certificateApp, Mode: alipay.Certificate, AgencyMerchants: []string{merchant, agencyMerchant}}}
	server := start(t, simulator.Options{Switches: map[string]string{"alipay.async.delay": "0s"}, AlipayApps: apps})
	id := newAlipayClient(t, server, alipayApp).create()
	agent := func(merchant string) *alipayClient {
		c := newAlipayClient(t, server, certificateApp)
		c.token = c.creds.AppAuthTokens[merchant]
		return c
	}
	provider, stranger := agent(merchant), agent(agencyMerchant)
	sees := func(c *alipayClient, want string) {
		t.Helper()
		if n := c.must(batchMethod, map[string]any{"activity_status": "ACTIVE", "merchant_access_mode": c.mode(), "page_num": 1, "page_size": 20}); n.fields["total_size"] != want {
			t.Errorf("the list is %s", n.raw)
		}
	}
	sees(provider, "1")
	provider.query(id)
	sees(stranger, "0")
	stranger.call(voucherMethod+"query", stranger.about(id)).wants(t, "40004 INVALID_PARAMETER")

	put(t, server, "alipay.activities.seenBy", "app")
	sees(provider, "0")
	provider.call(voucherMethod+"query", provider.about(id)).wants(t, "40004 INVALID_PARAMETER")

	put(t, server, "alipay.activities.seenBy", "merchant")
	provider.must(voucherMethod+"stop", provider.change(id))
	if got := provider.states(id); got != "FINISHED/" {
		t.Errorf("it is %s", got)
	}
}
