package wechatpay

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/compare"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// addBodies gives a fuzz target what gateways really answer, and what they should not.
func addBodies(f *testing.F, more ...string) {
	f.Helper()
	for _, body := range append(more, "", "null", "{}", "[]", "[{}]", `{"data":null}`, "<html><body>502</body></html>", `{"a":`, "\xff\xfe", `{"a":1e999}`,
		strings.Repeat("[", 5000), createdOK, string(example(f, "detail-response.json")), stockDetail) {
		f.Add([]byte(body))
	}
}

func isOneLine(text string, max int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= max && !strings.ContainsFunc(text, unicode.IsControl)
}

func FuzzErrorBody(f *testing.F) {
	addBodies(f, `{"code":"PARAM_ERROR","message":"参数错误","detail":{"field":"/body/x","value":"","issue":"i","location":"body"}}`,
		`{"code":"SIGN_ERROR","detail":{"detail":{"issue":"sign not match"}}}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		got := parseErrorBody(body)
		if !isOneLine(got.code, 64) || !isOneLine(got.message, maxMessage+maxField+2) || !isOneLine(got.field, maxField) {
			t.Errorf("got %+v", got)
		}
		if got.code == "" && got != (errorBody{}) {
			t.Errorf("without a code nothing is taken: %+v", got)
		}
	})
}

func FuzzCreateAnswer(f *testing.F) {
	addBodies(f, `{"activity_id":1}`, `{"activity_id":"../x"}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		if created, err := payGiftKind.decodeCreated(answer{body: body}); (err == nil) != validID(created.ID) {
			t.Errorf("got %+v, %v", created, err)
		}
	})
}

func FuzzReceipt(f *testing.F) {
	addBodies(f, changedOK, `{"activity_id":"10028001","invalid_merchant_id_list":[{"mchid":"10000022","invalid_reason":"x"},{"mchid":1}]}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		receipt, err := decodeReceipt(answer{body: body}, changeOf(providers.OperationAddMembers, "10000022"))
		if err != nil && !isOneLine(err.Error(), 200) {
			t.Error(err)
		}
		for i, refusal := range receipt.Refused {
			if refusal.ID == "" || !isOneLine(refusal.Reason, maxMessage) || i > 0 && receipt.Refused[i-1].ID >= refusal.ID {
				t.Errorf("got %+v", receipt.Refused)
			}
		}
	})
}

func FuzzMembersPage(f *testing.F) {
	addBodies(f, membersBody(0, 3, 3, `,"limit":20`), `{"total_count":0}`, `{"data":[{"mchid":1}]}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		found := map[string]struct{}{}
		last, err := decodeMembers(body, "10028001", 0, memberPageSize, found)
		if err == nil && len(found) == 0 && !last {
			t.Error("an empty page is always the last")
		}
		for id := range found {
			if !mchidPattern.MatchString(id) {
				t.Errorf("got %q", id)
			}
		}
	})
}

func FuzzPreflight(f *testing.F) {
	addBodies(f, string(example(f, "create-request.json")), `{"award_send_rule":{"award_list":[null,{"stock_id":{}},{"stock_id":1}]}}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		request, err := lenient.Decode(body)
		if err != nil {
			return
		}
		window, seen := windowOf(request), map[string]bool{}
		for _, award := range awardsOf(request) {
			if seen[award.stockID] {
				t.Errorf("stock %q twice", award.stockID)
			}
			seen[award.stockID] = true
			for _, message := range append(unusable(BusifavorStock{ID: award.stockID, State: award.stockID}, window), missingStock(award.stockID)) {
				if !isOneLine(message, 400) {
					t.Errorf("got %q", message)
				}
			}
		}
	})
}

func FuzzDetail(f *testing.F) {
	addBodies(f, `{"activity_id":"10028001","award_send_rule":{"full_send_rule":{"merchant_id_list":[1,"2",null]}}}`)
	request := example(f, "create-request.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		snapshot, err := payGiftKind.decodeDetail(body, "10028001")
		if err != nil {
			return
		}
		if _, err := lenient.Decode(snapshot.Content); err != nil {
			t.Errorf("content %q: %v", snapshot.Content, err)
		}
		checkDifferences(t, request, snapshot)
		// What the vendor returned differs from nothing in itself.
		if own, err := (&PayGift{}).Differences(snapshot.Content, snapshot); err == nil && snapshot.Facts["activity_type"] == fullSendType {
			for _, d := range own {
				if !strings.HasPrefix(d.Field, "award_send_rule.") && d.Desired == "" {
					t.Errorf("a field of it is absent from itself: %+v", d)
				}
			}
		}
	})
}

func FuzzListPage(f *testing.F) {
	addBodies(f, listBody(2, 2, ""), listBody(100, 100, `,"limit":20,"offset":0`), `{"data":[],"total_count":-1}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := payGiftKind.decodePage(body, 0)
		if err != nil {
			return
		}
		if len(page.Items) == 0 && !page.Last {
			t.Error("an empty page is always the last")
		}
		for _, item := range page.Items {
			if item.ID == "" {
				t.Error("an item without an id")
			}
		}
	})
}

func FuzzCertificates(f *testing.F) {
	addBodies(f, certificatesBody(testAPIv3Key, byCertificateA, byCertificateB),
		`{"data":[{"serial_no":"1","encrypt_certificate":{"nonce":"x","ciphertext":"!"}}]}`,
		`{"data":[{"serial_no":"1","encrypt_certificate":{"nonce":"0123456789ab","ciphertext":""}}]}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		certificates, err := decryptCertificates(body, testAPIv3Key, testNow)
		if (err == nil) != (len(certificates) > 0) {
			t.Errorf("%d certificates, %v", len(certificates), err)
		}
		if err != nil && !isOneLine(err.Error(), 200) {
			t.Error(err)
		}
	})
}

func FuzzDifferences(f *testing.F) {
	request := string(example(f, "create-request.json"))
	for _, pair := range [][2]string{{request, request}, {"{}", request}, {request, "{}"}, {`{"award_send_rule":[]}`, `{"award_send_rule":{"award_list":{}}}`},
		{request, `{"award_send_rule":{"award_list":[null],"transaction_amount_minimum":"1e99999"}}`}} {
		f.Add([]byte(pair[0]), []byte(pair[1]))
	}
	f.Fuzz(func(t *testing.T, body, content []byte) {
		checkDifferences(t, body, providers.Snapshot{Content: content})
		if own, err := (&PayGift{}).Differences(body, providers.Snapshot{Content: body}); err == nil {
			for _, d := range own {
				if d.Desired != d.Observed {
					t.Errorf("a request differs from itself: %+v", d)
				}
			}
		}
	})
}

func checkDifferences(t *testing.T, body []byte, remote providers.Snapshot) {
	t.Helper()
	differences, err := (&PayGift{}).Differences(body, remote)
	checkRendered(t, differences, err)
}

func checkRendered(t *testing.T, differences []providers.Difference, err error) {
	t.Helper()
	if err != nil {
		return
	}
	for _, d := range differences {
		if d.Field == "" || !isOneLine(d.Desired, compare.MaxRendered) || !isOneLine(d.Observed, compare.MaxRendered) {
			t.Errorf("got %+v", d)
		}
	}
}

func FuzzBusifavorStock(f *testing.F) {
	addBodies(f, `{"stock_id":"1","stock_state":"RUNNING","coupon_code_count":{"available_count":3}}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		if stock, err := decodeBusifavorStock(body, "1"); err == nil && stock.ID != "1" {
			t.Errorf("got %+v", stock)
		}
	})
}

func FuzzStockDetail(f *testing.F) {
	addBodies(f, `{"stock_id":"98065001","status":"stoped","no_cash":true,"stock_use_rule":{"max_coupons":3,"fixed_normal_coupon":{"coupon_amount":1e3}}}`,
		`{"stock_id":98065001,"stock_use_rule":{"max_coupons":9223372036854775807,"fixed_normal_coupon":{"coupon_amount":2}},"no_cash":"1"}`)
	request := example(f, "stock-create-request.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		snapshot, err := favorKind.decodeDetail(body, testStock)
		if err != nil {
			if !isOneLine(err.Error(), 200) {
				t.Error(err)
			}
			return
		}
		if snapshot.ID != testStock || !snapshot.Detailed || snapshot.State == "" {
			t.Errorf("got %+v", snapshot)
		}
		if snapshot.Exposure != nil && snapshot.Exposure.Fen < 0 || snapshot.Distribution != nil && (snapshot.Distribution.Sent < 0 || snapshot.Distribution.Total < 0) {
			t.Errorf("got %+v, %+v", snapshot.Exposure, snapshot.Distribution)
		}
		checkStockDifferences(t, request, snapshot)
		// What the vendor returned of ours differs from nothing in itself.
		own, err := (&CouponStocks{}).Differences(snapshot.Content, snapshot)
		if err != nil {
			t.Errorf("content %q: %v", snapshot.Content, err)
		}
		for _, d := range own {
			if d.Desired == "" {
				t.Errorf("a field of it is absent from itself: %+v", d)
			}
		}
	})
}

func FuzzStocksPage(f *testing.F) {
	addBodies(f, stocksBody(2, 2, ""), stocksBody(10, 25, `,"limit":10,"offset":0`), `{"data":[{"stock_id":{}}],"total_count":1}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := favorKind.decodePage(body, 0)
		if err != nil {
			return
		}
		if len(page.Items) == 0 && !page.Last {
			t.Error("an empty page is always the last")
		}
		for _, item := range page.Items {
			if item.ID == "" || item.Detailed {
				t.Errorf("got %+v", item)
			}
		}
	})
}

func FuzzStockReceipt(f *testing.F) {
	addBodies(f, `{"stock_id":"98065001","start_time":"T"}`, `{"start_time":{}}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		receipt, err := decodeFavorReceipt(answer{body: body}, testStock, "start_time")
		if err != nil && !isOneLine(err.Error(), 200) || len(receipt.Facts) > 1 {
			t.Errorf("got %+v, %v", receipt, err)
		}
	})
}

func FuzzCouponCallback(f *testing.F) {
	addBodies(f, `{"mchid":"1900000001","notify_url":"https://example.com/\n"}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		if notifyURL, err := decodeCouponCallback(body, testMchid); !isOneLine(notifyURL, maxURL) || err != nil && notifyURL != "" {
			t.Errorf("got %q, %v", notifyURL, err)
		}
	})
}

func checkStockDifferences(t *testing.T, body []byte, remote providers.Snapshot) {
	t.Helper()
	differences, err := (&CouponStocks{}).Differences(body, remote)
	checkRendered(t, differences, err)
}
