package simulator_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
)

// page is the content of a batchquery.
func page(status string, number, size int) map[string]any {
	content := map[string]any{"merchant_access_mode": "SELF_MODE", "page_num": number, "page_size": size}
	if status != "" {
		content["activity_status"] = status
	}
	return content
}

func TestTheListIsPagedFilteredAndOrdered(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	first, second, third := c.create(), c.create(), c.create()
	c.must(voucherMethod+"stop", c.change(third))
	if _, err := server.Alipay().Console(first, "pause"); err != nil {
		t.Fatal(err)
	}
	ids := func(content map[string]any) string {
		t.Helper()
		n := c.must(batchMethod, content)
		var found []string
		rows, _ := n.fields["activity_lite_infos"].([]any)
		for _, row := range rows {
			found = append(found, row.(map[string]any)["activity_id"].(string))
		}
		return n.fields["total_size"].(string) + " " + strings.Join(found, ",")
	}
	for _, l := range []struct {
		name, value, want string
		content           map[string]any
	}{
		{"", "", "1 " + second, page("ACTIVE", 1, 20)},
		{"", "", "1 " + first, page("PAUSE", 1, 20)},
		{"alipay.list.finished", "accepted", "1 " + third, page("FINISHED", 1, 20)},
		{"alipay.list.withoutStatus", "all", "3 " + third + "," + second, page("", 1, 2)},
		{"", "", "3 " + first, page("", 2, 2)},
		{"", "", "3 ", page("", 9, 20)},
		{"alipay.list.order", "oldestFirst", "3 " + first, page("", 1, 1)},
		{"alipay.list.lag", "1h", "0 ", page("", 1, 20)},
	} {
		if l.name != "" {
			put(t, server, l.name, l.value)
		}
		if got := ids(l.content); got != l.want {
			t.Errorf("%s=%s %v: %s, want %s", l.name, l.value, l.content, got, l.want)
		}
	}
	server.Switches().Reset()
	for _, content := range []map[string]any{page("", 1, 20), page("FINISHED", 1, 20), page("ACTIVE", 0, 20), page("ACTIVE", 1, 21)} {
		c.call(batchMethod, content).wants(t, "40004 INVALID_PARAMETER")
	}
	foreign := page("ACTIVE", 1, 20)
	foreign["merchant_id"] = agencyMerchant
	c.call(batchMethod, foreign).wants(t, "40004 INVALID_PARAMETER")
	foreign["merchant_id"] = c.creds.Merchant
	c.must(batchMethod, foreign)
}

func TestWhatIsCreatingMayBeListedAndEmpty(t *testing.T) {
	server := startAlipay(t, "alipay.async.delay", "byHand", "alipay.list.withoutStatus", "all")
	c := newAlipayClient(t, server, alipayApp)
	id := c.create()
	if n := c.must(batchMethod, page("ACTIVE", 1, 20)); n.fields["total_size"] != "0" {
		t.Errorf("the list is %s", n.raw)
	}
	put(t, server, "alipay.list.creating", "listed")
	if n := c.must(batchMethod, page("ACTIVE", 1, 20)); n.fields["total_size"] != "1" {
		t.Errorf("the list is %s", n.raw)
	}
	if n := c.query(id); n.fields["activity_name"] == nil {
		t.Errorf("it is %s", n.raw)
	}
	put(t, server, "alipay.query.creatingContent", "absent")
	if n := c.query(id); n.fields["activity_name"] != nil || n.fields["activity_operation_status"] != "CREATING" {
		t.Errorf("it is %s", n.raw)
	}
	control(t, server, http.MethodPost, "/_sim/alipay/activities/"+id+"/complete", nil)
	if got := c.states(id); got != "ACTIVE/" {
		t.Errorf("it is %s", got)
	}
}

func TestAQueryShowsWhatTheSwitchesSay(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	id := c.create(set(display+"voucher_image", "A*image"), set(display+"voucher_detail_images", []any{"A*one"}))
	n := c.query(id)
	if n.fields["activity_status"] != "ACTIVE" || n.at(t, "activity_base_info", "activity_status") != "ACTIVE" || n.fields["out_biz_no"] != nil || n.fields["audit_result_info"] != nil ||
		!strings.HasSuffix(n.at(t, "voucher_display_pattern_info", "voucher_detail_image_urls", "0").(string), "A*one") || n.at(t, "voucher_inventory_info", "send_count") != 0.0 {
		t.Fatalf("it is %s", n.raw)
	}
	put(t, server, "alipay.query.status", "topLevel")
	if n = c.query(id); n.fields["activity_status"] != "ACTIVE" || n.at(t, "activity_base_info", "activity_status") != nil {
		t.Errorf("it is %s", n.raw)
	}
	put(t, server, "alipay.query.status", "baseInfo")
	if n = c.query(id); n.fields["activity_status"] != nil || n.at(t, "activity_base_info", "activity_status") != "ACTIVE" {
		t.Errorf("it is %s", n.raw)
	}
	put(t, server, "alipay.query.audit", "SUBMIT")
	put(t, server, "alipay.query.longestScopeList", "1")
	put(t, server, "alipay.numbers", "text")
	n = c.query(id)
	if n.at(t, "audit_result_info", "audit_result") != "SUBMIT" || n.at(t, strings.Split(geography+"available_geography_scope_type", ".")...) != "SHOP" ||
		n.at(t, strings.Split(shopInfo+".available_shop_ids", ".")...) != nil || n.at(t, strings.Split(sendRule+"quantity", ".")...) != "100" {
		t.Errorf("it is %s", n.raw)
	}
	c.must(batchMethod, page("ACTIVE", 1, 20))
	put(t, server, "alipay.query.unknown", "BIZ_ERROR")
	c.call(voucherMethod+"query", c.about("1")).wants(t, "40004 BIZ_ERROR")
	c.call(voucherMethod+"query", c.about("")).wants(t, "40004 INVALID_PARAMETER")
}

func TestAlipaysStateSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	options := simulator.Options{StateDir: dir, AlipayApps: bothApps(), Switches: map[string]string{"alipay.async.delay": "1h"}}
	before := start(t, options)
	c := newAlipayClient(t, before, certificateApp)
	voucher := c.voucher(uploaded)
	id := c.must(voucherMethod+"create", voucher).fields["activity_id"].(string)
	control(t, before, http.MethodPost, "/_sim/alipay/activities/"+id+"/complete", nil)
	c.must(voucherMethod+"codedeposit", c.change(id, "voucher_codes", []any{"a", "b"}))
	pending := c.create()
	control(t, before, http.MethodPut, "/_sim/alipay/notify-url", map[string]string{"url": "http://127.0.0.1:1/{appId}", "appId": certificateApp})
	control(t, before, http.MethodPost, "/_sim/alipay/messages", map[string]string{"appId": certificateApp, "msgMethod": "stopped", "activityId": "1"})
	token := newAlipayClient(t, before, alipayApp).creds.AppAuthTokens[agencyMerchant]
	detail := c.query(id)
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}

	after := start(t, options)
	c.server = after // with the same keys
	if got := c.query(id); string(got.raw) != string(detail.raw) {
		t.Fatalf("it is\n%s, it was\n%s", got.raw, detail.raw)
	}
	if got := c.must(voucherMethod+"create", voucher).fields["activity_id"]; got != id {
		t.Fatalf("the number leads to %v", got)
	}
	if n := c.must(voucherMethod+"codedeposit", c.change(id, "voucher_codes", []any{"a"})); n.fields["fail_count"] != 1.0 {
		t.Fatalf("answered %s", n.raw)
	}
	if got := c.states(pending); got != "/CREATING" {
		t.Fatalf("the other is %s", got)
	}
	if got := after.Alipay().App(certificateApp).NotifyURL(); got != "http://127.0.0.1:1/"+certificateApp {
		t.Fatalf("messages go to %s", got)
	}
	if got := after.Alipay().Messages(certificateApp); len(got) != 2 || got[1].ActivityID != "1" || got[0].State != alipay.MessageUnaddressed {
		t.Fatalf("the messages are %+v", got)
	}
	if got := newAlipayClient(t, after, alipayApp).creds.AppAuthTokens[agencyMerchant]; got != token {
		t.Fatal("the token is another one")
	}
	if err := after.Reset(); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"alipay-activities", "alipay-messages"} {
		if left, err := filepath.Glob(filepath.Join(dir, kind, "*")); err != nil || len(left) != 0 {
			t.Fatalf("after a reset %v is left (%v)", left, err)
		}
	}
}

func TestAPendingOperationSurvivesARestartAndEnds(t *testing.T) {
	dir, clock := t.TempDir(), newHand()
	options := simulator.Options{StateDir: dir, AlipayApps: bothApps(), Switches: map[string]string{"alipay.async.delay": "1m"}, RealNow: clock.now}
	before := start(t, options)
	c := newAlipayClient(t, before, alipayApp)
	id := c.create()
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	clock.advance(2 * time.Minute)
	c.server = start(t, options)
	if got := c.states(id); got != "ACTIVE/" {
		t.Fatalf("it is %s", got)
	}
}
