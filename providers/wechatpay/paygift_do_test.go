package wechatpay

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

const changedOK = `{"activity_id":"10028001","add_time":"2026-03-01T20:00:00+08:00"}`

// changeOf is a change of merchants with a number.
func changeOf(op providers.Operation, members ...string) providers.Mutation {
	return providers.Mutation{Operation: op, ID: "10028001", Number: "1900000001-change-1", Members: members}
}

func do(p *PayGift, m providers.Mutation) error {
	_, err := p.Do(context.Background(), m)
	return err
}

// merchantIDs are n merchant ids, sorted.
func merchantIDs(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%08d", 10000000+i)
	}
	return ids
}

func TestTerminatePostsNothingAndReturnsItsTime(t *testing.T) {
	g := newGateway(t, always(signed(byPublicKey, 200, `{"activity_id":"10028001","terminate_time":"2026-03-01T20:00:00+08:00"}`)))
	receipt, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).Do(t.Context(), providers.Mutation{Operation: providers.OperationTerminate, ID: "10028001"})
	if err != nil {
		t.Fatal(err)
	}
	call := g.requests("/")[0]
	if call.Method != "POST" || call.URI != "/v3/marketing/paygiftactivity/activities/10028001/terminate" || len(call.Body) != 0 {
		t.Errorf("got %s %s with %q", call.Method, call.URI, call.Body)
	}
	if receipt.Facts["terminate_time"] != "2026-03-01T20:00:00+08:00" || receipt.RequestID == "" {
		t.Errorf("got %+v", receipt)
	}
}

func TestATerminateAnsweredForAnotherActivityIsUnknown(t *testing.T) {
	for _, body := range []string{`{"activity_id":"2"}`, `[]`, ``} {
		err := terminateIn(context.Background(), payGiftWith(t, signed(byPublicKey, 200, body)))
		wantError(t, err, providers.KindUntrusted, true)
	}
}

func TestAChangeOfMerchantsIsPostedWithItsNumber(t *testing.T) {
	for op, want := range map[providers.Operation]struct{ uri, body string }{
		providers.OperationAddMembers: {"/v3/marketing/paygiftactivity/activities/10028001/merchants/add",
			`{"add_request_no":"1900000001-change-1","merchant_id_list":["10000022","10000023"]}`},
		providers.OperationRemoveMembers: {"/v3/marketing/paygiftactivity/activities/10028001/merchants/delete",
			`{"delete_request_no":"1900000001-change-1","merchant_id_list":["10000022","10000023"]}`},
	} {
		t.Run(string(op), func(t *testing.T) {
			g := newGateway(t, always(signed(byPublicKey, 200, `{"activity_id":"10028001","add_time":"A","delete_time":"D"}`)))
			given := []string{"10000023", "10000022", "10000023"}
			receipt, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).Do(t.Context(), changeOf(op, given...))
			if err != nil {
				t.Fatal(err)
			}
			call := g.requests("/")[0]
			if call.Method != "POST" || call.URI != want.uri || string(call.Body) != want.body {
				t.Errorf("got %s %s with %s", call.Method, call.URI, call.Body)
			}
			if receipt.Facts["add_time"] != "A" || receipt.Facts["delete_time"] != "D" || receipt.RequestID == "" || receipt.Refused != nil {
				t.Errorf("got %+v", receipt)
			}
			if !slices.Equal(given, []string{"10000023", "10000022", "10000023"}) {
				t.Errorf("the caller's list became %v", given)
			}
		})
	}
}

func TestFiveHundredMerchantsAreOneChange(t *testing.T) {
	if err := do(payGiftWith(t, signed(byPublicKey, 200, changedOK)), changeOf("members-add", merchantIDs(500)...)); err != nil {
		t.Error(err)
	}
}

func TestMerchantsThatAreNotTakenAreNamedInTheReceipt(t *testing.T) {
	const body = `{"activity_id":10028001,"add_time":"A","invalid_merchant_id_list":[{"mchid":"10000031","invalid_reason":"商户号\n不存在"},` +
		`{"mchid":10000030},{"mchid":"10000031","invalid_reason":"twice"}]}`
	receipt, err := payGiftWith(t, signed(byPublicKey, 200, body)).Do(t.Context(), changeOf("members-add", merchantIDs(40)...))
	if err != nil {
		t.Fatal(err)
	}
	want := []providers.Refusal{{ID: "10000030"}, {ID: "10000031", Reason: "商户号 不存在"}}
	if !slices.Equal(receipt.Refused, want) {
		t.Errorf("got %+v", receipt.Refused)
	}
	for _, none := range []string{`null`, `[]`, `""`} {
		body := `{"activity_id":"10028001","invalid_merchant_id_list":` + none + `}`
		receipt, err := decodeReceipt(answer{body: []byte(body)}, changeOf("members-add", "10000022"))
		if err != nil || receipt.Refused != nil {
			t.Errorf("%s: got %+v, %v", none, receipt, err)
		}
	}
}

func TestAChangeWhoseAnswerIsNotUnderstoodHasAnUnknownOutcome(t *testing.T) {
	for _, body := range []string{``, `[]`, `{}`, `{"activity_id":"2"}`, `{"activity_id":""}`, `{"activity_id":"10028001","invalid_merchant_id_list":"10000022"}`,
		`{"activity_id":"10028001","invalid_merchant_id_list":[{}]}`, `{"activity_id":"10028001","invalid_merchant_id_list":["10000022"]}`,
		`{"activity_id":"10028001","invalid_merchant_id_list":[{"mchid":"1 0"}]}`} {
		t.Run(body, func(t *testing.T) {
			p := payGiftWith(t, signed(byPublicKey, 200, body))
			wantError(t, do(p, changeOf("members-add", "10000022")), providers.KindUntrusted, true)
			wantError(t, do(p, changeOf("members-remove", "10000022")), providers.KindUntrusted, true)
		})
	}
}

func TestALostAnswerLeavesAChangeOfMerchantsUnknown(t *testing.T) {
	p := payGiftWith(t, reply{fault: hangUp})
	wantError(t, do(p, changeOf("members-add", "10000022")), providers.KindUnavailable, true)
	e := gotError(t, do(p, changeOf("members-remove", "10000022")), providers.KindUnavailable, true)
	if strings.Contains(e.Error(), "10000022") {
		t.Errorf("%v is not the same for every change", e)
	}
}
