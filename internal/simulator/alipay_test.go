package simulator_test

import (
	"testing"
)

func TestAnAlipayActivityLivesInEitherMode(t *testing.T) {
	for _, appID := range []string{alipayApp, certificateApp} {
		t.Run(appID, func(t *testing.T) {
			c := newAlipayClient(t, startAlipay(t), appID)
			id := c.create()
			if got := c.states(id); got != "ACTIVE/" {
				t.Fatalf("it is %s", got)
			}
			c.must(voucherMethod+"modify", c.change(id, "activity_base_info.activity_name", "满20减2活动"))
			c.must(voucherMethod+"append", c.change(id, "voucher_quantity", 150))
			n := c.query(id)
			if n.at(t, "activity_base_info", "activity_name") != "满20减2活动" || n.at(t, "voucher_send_mode_info", "voucher_send_rule_info", "quantity") != 150.0 {
				t.Fatalf("it is %s", n.raw)
			}
			list := c.must(batchMethod, map[string]any{"activity_status": "ACTIVE", "merchant_access_mode": "SELF_MODE", "page_num": 1, "page_size": 20})
			if list.at(t, "total_size") != "1" || list.at(t, "activity_lite_infos", "0", "activity_id") != id {
				t.Fatalf("the list is %s", list.raw)
			}
			c.must(voucherMethod+"stop", c.change(id))
			if got := c.states(id); got != "FINISHED/" {
				t.Fatalf("it is %s", got)
			}
		})
	}
}

func TestAnAcceptedOperationTakesTimeAndExcludesOthers(t *testing.T) {
	clock := newHand()
	server := startAt(t, clock, "alipay.async.delay", "1m")
	c := newAlipayClient(t, server, alipayApp)
	id := c.create()
	wantStates := func(want string) {
		t.Helper()
		if got := c.states(id); got != want {
			t.Fatalf("it is %s, want %s", got, want)
		}
	}
	wantStates("/CREATING")
	c.call(voucherMethod+"stop", c.change(id)).wants(t, "40004 BIZ_ERROR")
	clock.advance(60 * 1e9)
	clock.advance(1e9)
	wantStates("ACTIVE/")
	c.must(voucherMethod+"append", c.change(id, "voucher_quantity", 101))
	wantStates("ACTIVE/APPENDING")
	c.call(voucherMethod+"modify", c.change(id, "activity_base_info.activity_name", "新")).wants(t, "40004 BIZ_ERROR")
	clock.advance(61e9)
	c.must(voucherMethod+"modify", c.change(id, "activity_base_info.activity_name", "新"))
	wantStates("ACTIVE/MODIFYING")
	clock.advance(61e9)
	c.must(voucherMethod+"stop", c.change(id))
	wantStates("ACTIVE/FINISHEING")
	clock.advance(61e9)
	wantStates("FINISHED/")
}

func TestImportedCodesAreTheTotalOfAnUploadedActivity(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	id := c.create(uploaded)
	deposit := c.change(id, "voucher_codes", []any{"code-1", "code-2", "code-1", "bad code"})
	n := c.must(voucherMethod+"codedeposit", deposit)
	if n.fields["success_count"] != 2.0 || n.fields["fail_count"] != 2.0 || n.at(t, "fail_voucher_code_detail_list", "1", "voucher_code") != "bad code" {
		t.Fatalf("answered %s", n.raw)
	}
	again := c.must(voucherMethod+"codedeposit", deposit)
	if again.fields["success_count"] != 2.0 {
		t.Fatalf("repeated it answers %s", again.raw)
	}
	if n := c.must(voucherMethod+"codecount", c.about(id)); n.fields["success_count"] != 2.0 {
		t.Fatalf("counted %s", n.raw)
	}
	if got := c.query(id).at(t, "voucher_send_mode_info", "voucher_send_rule_info", "quantity"); got != 2.0 {
		t.Fatalf("the total is %v", got)
	}
}

func TestATokenNamesTheMerchantAnAppCallsFor(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	own := c.create()
	agency := newAlipayClient(t, server, alipayApp)
	agency.token = agency.creds.AppAuthTokens[agencyMerchant]
	id := agency.create()
	agency.must(voucherMethod+"query", agency.about(id))
	agency.call(voucherMethod+"query", agency.about(own)).wants(t, "40004 INVALID_PARAMETER")
	c.call(voucherMethod+"query", c.about(id)).wants(t, "40004 INVALID_PARAMETER")
	grant := c.must("alipay.open.auth.token.app.query", map[string]any{"app_auth_token": agency.token})
	if grant.fields["user_id"] != agencyMerchant || grant.fields["status"] != "valid" {
		t.Fatalf("the grant is %s", grant.raw)
	}
	agency.token = "none"
	agency.call(voucherMethod+"query", agency.about(id)).wants(t, "20001 aop.invalid-app-auth-token")
}
