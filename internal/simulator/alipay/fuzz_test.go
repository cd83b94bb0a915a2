package alipay

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/clock"
	"github.com/campaign-operator/campaign-operator/internal/simulator/exchange"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	"github.com/campaign-operator/campaign-operator/internal/simulator/journal"
	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
	"github.com/campaign-operator/campaign-operator/internal/simulator/switches"
)

const fuzzedApp = "2021000000000001"

func newGateway(t testing.TB) *Gateway {
	t.Helper()
	set, err := switches.New(Switches(), map[string]string{SwitchAsyncDelay: "0s"})
	if err != nil {
		t.Fatal(err)
	}
	g, err := New(Options{
		Apps: []AppOptions{{AppID: fuzzedApp}}, Keys: keys.Reused, Switches: set,
		Exchange: &exchange.Exchange{Faults: faults.NewQueue(), Journal: journal.New(10, nil), Clock: clock.New(time.Now), Stop: t.Context()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const sample = `{"out_biz_no":"n","merchant_access_mode":"SELF_MODE","activity_base_info":{"activity_name":"活动","code_mode":"MERCHANT_API"},` +
	`"voucher_send_mode_info":{"voucher_send_mode":"DIRECT_SEND_MODE","voucher_send_rule_info":{"quantity":1,"publish_start_time":"2126-05-01 00:00:00","publish_end_time":"2126-06-01 00:00:00"}},` +
	`"voucher_deduct_info":{"voucher_type":"FIX_VOUCHER","fix_voucher_info":{"amount":"1.00"}},` +
	`"voucher_available_scope_info":{"voucher_available_geography_scope_info":{"available_geography_scope_type":"SHOP","available_geography_shop_info":{"available_shop_ids":["1"]}}},` +
	`"voucher_use_rule_info":{"voucher_use_time_info":{"period_type":"RELATIVE","relative_period_info":{"wait_days_after_receive":0,"valid_days_after_receive":7}}},` +
	`"voucher_customer_guide_info":{"voucher_use_guide_info":{"use_guide_mode":["OFFLINE_CODE"]}},` +
	`"voucher_display_pattern_info":{"brand_name":"牌","brand_logo":"A*l","voucher_description":"减","customer_service_mobile":"95188"}}`

// FuzzACallIsAnsweredWhateverItsContent takes any content through every operation, on an activity that exists.
func FuzzACallIsAnsweredWhateverItsContent(f *testing.F) {
	g := newGateway(f)
	app := g.App(fuzzedApp)
	rq := &request{app: app, owner: app.Merchant, op: operationOf(voucherRoot + "create")}
	rq.doc, _ = schema.Parse([]byte(sample), nil)
	if out, e := g.create(rq); e != nil {
		f.Fatalf("the sample is refused: %+v", e)
	} else {
		id := out.body.(createReply).ActivityID
		f.Add([]byte(strings.Replace(sample, `{"out_biz_no"`, `{"activity_id":"`+id+`","out_biz_no"`, 1)))
		f.Add([]byte(`{"activity_id":"` + id + `","out_biz_no":"m","merchant_access_mode":"SELF_MODE","voucher_available_scope_modify_type":"ADD","voucher_available_scope_info":{}}`))
		f.Add([]byte(`{"activity_id":"` + id + `","out_biz_no":"a","merchant_access_mode":"SELF_MODE","voucher_quantity":2}`))
	}
	f.Add([]byte(sample))
	f.Add([]byte(`{"merchant_access_mode":"SELF_MODE","page_num":1,"page_size":20,"activity_status":"ACTIVE"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		doc, p := schema.Parse(raw, nil)
		if p != nil {
			return
		}
		for _, op := range operations {
			out, e := op.handle(g, &request{app: app, owner: app.Merchant, op: op, doc: copyOf(doc)})
			if e != nil && (e.subCode == "" || e.subMsg == "") {
				t.Fatalf("%s refuses with %+v", op.name, e)
			}
			if e == nil && !strings.HasPrefix(string(g.success(out.body)), `{"code":"10000"`) {
				t.Fatalf("%s answers %+v", op.name, out)
			}
		}
	})
}

func FuzzParametersAreReadOrRefused(f *testing.F) {
	f.Add("a=1&b=2", "application/x-www-form-urlencoded;charset=utf-8", []byte("c=3"))
	f.Add("", "multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n"))
	f.Fuzz(func(t *testing.T, query, media string, body []byte) {
		r := httptest.NewRequest("POST", Path, nil)
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", media)
		p, err := readParameters(r, body)
		if err != nil {
			return
		}
		text := p.signed("sign")
		delete(p, "sign")
		if p.signed() != text {
			t.Fatalf("the signature signs itself: %q", text)
		}
	})
}
