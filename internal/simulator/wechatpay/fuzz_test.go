package wechatpay

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/clock"
	"github.com/campaign-operator/campaign-operator/internal/simulator/exchange"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	"github.com/campaign-operator/campaign-operator/internal/simulator/journal"
	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
	"github.com/campaign-operator/campaign-operator/internal/simulator/switches"
)

func newGateway(t testing.TB) *Gateway {
	t.Helper()
	set, err := switches.New(Switches(), nil)
	if err != nil {
		t.Fatal(err)
	}
	g, err := New(Options{
		Merchants: []string{"1900000109"}, SeedStocks: []string{"98065001"}, Keys: keys.Reused, Switches: set,
		Exchange: &exchange.Exchange{Faults: faults.NewQueue(), Journal: journal.New(10, nil), Clock: clock.New(time.Now), Stop: t.Context()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const sample = `{"activity_base_info":{"activity_name":"活动","activity_second_title":"券","merchant_logo_url":"https://example.com/logo.png",` +
	`"begin_time":"2026-05-01T00:00:00+08:00","end_time":"2026-06-01T00:00:00+08:00","out_request_no":"n","delivery_purpose":"OFF_LINE_PAY"},` +
	`"award_send_rule":{"transaction_amount_minimum":1,"send_content":"SINGLE_COUPON","award_type":"BUSIFAVOR","award_list":[{"stock_id":"98065001",` +
	`"original_image_url":"https://example.com/a"}],"merchant_option":"MANUAL_INPUT_MERCHANT","merchant_id_list":["10000022"]}}`

func FuzzABodyThatIsAcceptedKeepsItsDigest(f *testing.F) {
	for _, seed := range []string{sample, `{}`, `{"a":[1,2.5,true,"x"]}`, `{"a":{"b":null}}`, `{"a":"\ud83c\udf81"}`, `{"a":1,"a":2}`, "", "[", `{"a":"\u0000"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		doc, refused := parseBody(raw)
		if refused != nil {
			if refused.status != 400 || !strings.HasPrefix(refused.detail.Field, "/body") {
				t.Fatalf("refused with %+v", refused)
			}
			return
		}
		again, refused := parseBody(encode(doc))
		if refused != nil || digestOf(again) != digestOf(doc) {
			t.Fatalf("%q is another body when written again (%+v)", raw, refused)
		}
	})
}

func FuzzACreateIsAnsweredWhateverItsBody(f *testing.F) {
	g := newGateway(f)
	f.Add([]byte(sample))
	f.Add([]byte(strings.Replace(sample, "BUSIFAVOR", "FAVOR", 1)))
	f.Add([]byte(strings.Replace(sample, `"award_list":[`, `"award_list":[{},`, 1)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		rq := &request{account: g.accounts["1900000109"], query: url.Values{}, body: raw}
		_, refused := g.payGift.create(rq)
		if refused != nil && (refused.status < 400 || refused.status > 404) {
			t.Fatalf("refused with %+v", refused)
		}
		_, refused = g.busifavor.create(rq)
		if refused != nil && refused.status != 400 {
			t.Fatalf("the stock is refused with %+v", refused)
		}
	})
}

const favorSample = `{"stock_name":"券","belong_merchant":"1900000109","available_begin_time":"2030-05-01T00:00:00+08:00","available_end_time":"2030-06-01T00:00:00+08:00",` +
	`"stock_use_rule":{"max_coupons":100,"max_amount":50000,"max_coupons_per_user":1,"natural_person_limit":false,"prevent_api_abuse":false},` +
	`"coupon_use_rule":{"fixed_normal_coupon":{"coupon_amount":500,"transaction_minimum":1000},"available_merchants":["10000022"]},` +
	`"no_cash":false,"stock_type":"NORMAL","out_request_no":"n"}`

func FuzzAFavorCreateIsAnsweredWhateverItsBody(f *testing.F) {
	g := newGateway(f)
	f.Add([]byte(favorSample), false)
	f.Add([]byte(strings.Replace(favorSample, "50000", "50001", 1)), true)
	f.Add([]byte(strings.Replace(favorSample, "1000,", "500,", 1)), true)
	f.Add([]byte(strings.Replace(favorSample, `{"coupon_amount"`, `{"coupon_amount":[],"x"`, 1)), true)
	f.Fuzz(func(t *testing.T, raw []byte, hidden bool) {
		value := map[bool]string{false: "off", true: "on"}[hidden]
		if err := g.switches.Put(map[string]string{SwitchFavorHiddenErrors: value}); err != nil {
			t.Fatal(err)
		}
		_, refused := g.favor.create(&request{account: g.accounts["1900000109"], query: url.Values{}, body: raw})
		if refused != nil && refused.status != 400 && refused.status != 403 && (!hidden || refused.status != 500) {
			t.Fatalf("refused with %+v", refused)
		}
	})
}

func FuzzAnAuthorizationIsReadOrRefused(f *testing.F) {
	f.Add(`WECHATPAY2-SHA256-RSA2048 mchid="1900000109",nonce_str="n",timestamp="1795301903",serial_no="AB",signature="x"`)
	f.Add(`WECHATPAY2-SHA256-RSA2048 `)
	f.Add(``)
	f.Fuzz(func(t *testing.T, header string) {
		auth, err := parseAuthorization([]string{header})
		if err == nil && (auth.mchid == "" || auth.nonce == "" || auth.serial == "" || auth.signature == "" || auth.timestamp == 0 && !strings.Contains(header, "0000000000")) {
			t.Fatalf("%q was read as %+v", header, auth)
		}
	})
}
