package alipay

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// variants are the ways in which nobody knows whether the real gateway answers one or the other.
var variants = map[string][]string{
	"numbers as text":              {"alipay.numbers", "text"},
	"slashes escaped and signed":   {"alipay.escapedSlashes", "signed"},
	"slashes escaped after":        {"alipay.escapedSlashes", "unsigned"},
	"the states at the top":        {"alipay.query.status", "topLevel"},
	"the states in base":           {"alipay.query.status", "baseInfo"},
	"an audit":                     {"alipay.query.audit", "APPROVE"},
	"the oldest first":             {"alipay.list.order", "oldestFirst"},
	"numbers for each call":        {"alipay.replay.scope", "appAndMethod"},
	"numbers looked at after all":  {"alipay.replay.order", "validateBeforeIdempotency"},
	"a deposit that raises itself": {"alipay.codes.total", "deposit"},
}

func TestEveryVariantOfTheGatewayIsUnderstood(t *testing.T) {
	for name, switches := range variants {
		for _, app := range []string{simApp, simCertificateApp} {
			t.Run(name+" "+app, func(t *testing.T) {
				s := newStage(t, app, false, switches...)
				body := s.voucherBody()
				id := s.create(body).ID
				if again := s.create(body).ID; again != id {
					t.Errorf("a repetition made %s beside %s", again, id)
				}
				page, err := s.List(t.Context(), 0)
				if err != nil || !slices.ContainsFunc(page.Items, func(item providers.Snapshot) bool { return item.ID == id && item.State == providers.StateRunning }) {
					t.Fatalf("got %+v, %v", page, err)
				}
				snapshot := s.read(id)
				if found := s.differences(body, snapshot); len(found) != 0 || snapshot.State != providers.StateRunning || snapshot.Distribution == nil || snapshot.Exposure == nil {
					t.Errorf("got %+v, %+v", found, snapshot)
				}
				if _, err := s.Do(t.Context(), providers.Mutation{Operation: providers.OperationTerminate, ID: id, Number: "stop"}); err != nil {
					t.Fatal(err)
				}
				if state := s.read(id).State; state != providers.StateTerminated {
					t.Errorf("it is %s", state)
				}
			})
		}
	}
}

func TestCountsThatTheSimulatorLeavesOutAreNotKnown(t *testing.T) {
	s := newStage(t, simApp, false, "alipay.query.zeros", "absent")
	snapshot := s.read(s.create(s.voucherBody()).ID)
	if snapshot.Total == nil || *snapshot.Total == 0 || snapshot.Distribution != nil {
		t.Errorf("got the total %v, and %+v", snapshot.Total, snapshot.Distribution)
	}
	upload := s.voucherBody(func(body object) {
		body[baseBlock].(object)[codeModeField] = codesUploaded
		lenient.Child(body, sendModeBlock, sendRuleBlock)[quantityField] = 0
		body[outBizNoField] = "uploads"
	})
	if snapshot := s.read(s.create(upload).ID); snapshot.Total != nil {
		t.Errorf("got the total %d", *snapshot.Total)
	}
}

func TestAScopeThatTheSimulatorFillsInIsAsTheRequestSays(t *testing.T) {
	for name, scope := range map[string]object{
		"all cities":             {scopeTypeField: "CITY_CODE", cityBlock: object{allCityField: true}},
		"all shops of a brand":   {scopeTypeField: "SHOP", shopBlock: object{allShopBlock: object{"available_brand_id": "2022"}}},
		"all shops of merchants": {scopeTypeField: "SHOP", shopBlock: object{allShopBlock: object{"merchant_ids": []any{"2088000000000099"}, excludedIDsField: []any{"2015052600077000000012345679"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, simApp, false, "alipay.query.allScope", "filledIn")
			body := s.voucherBody(func(body object) { body[scopeBlock].(object)[geographyBlock] = scope })
			snapshot := s.read(s.create(body).ID)
			if !strings.Contains(string(snapshot.Content), shopIDsField) && !strings.Contains(string(snapshot.Content), cityCodesField) {
				t.Fatalf("nothing is filled in: %s", snapshot.Content)
			}
			if found := s.differences(body, snapshot); len(found) != 0 {
				t.Errorf("got %+v", found)
			}
		})
	}
}

func TestLongListsThatTheSimulatorHidesAreUnseen(t *testing.T) {
	s := newStage(t, simApp, false, "alipay.query.longestScopeList", "1")
	body := s.voucherBody()
	found := s.differences(body, s.read(s.create(body).ID))
	if len(found) != 1 || found[0].Field != shopsPath || !found[0].Unseen || found[0].Call != providers.OperationModify {
		t.Errorf("got %+v", found)
	}
}

func TestAPauseAndAnExpiryAreSeenAtTheSimulator(t *testing.T) {
	for _, word := range []string{"ACTIVE", "FINISHED"} {
		s := newStage(t, simApp, false, "alipay.query.expired", word, "alipay.timestamp", "0s")
		id := s.create(s.voucherBody()).ID
		s.console(http.MethodPost, "/alipay/activities/"+id+"/pause", "")
		page, err := s.List(t.Context(), 0)
		if err != nil || len(page.Items) != 1 || page.Items[0].State != providers.StatePaused || s.read(id).State != providers.StatePaused {
			t.Errorf("got %+v, %v", page, err)
		}
		s.console(http.MethodPost, "/alipay/activities/"+id+"/resume", "")
		if state := s.read(id).State; state != providers.StateRunning {
			t.Errorf("%s: it is %s", word, state)
		}
		s.sim.Clock().Advance(25 * time.Hour)
		if err := s.sim.Switches().Put(map[string]string{"alipay.clockSkew": "25h"}); err != nil { // and the gateway's clock says so
			t.Fatal(err)
		}
		if state := s.read(id).State; state != providers.StateEnded {
			t.Errorf("%s: it is %s", word, state)
		}
	}
}

func TestTheSimulatorsBadSignaturesAreNotBelieved(t *testing.T) {
	for signature, want := range map[string]providers.Kind{
		"missing": providers.KindUntrusted, "badSignature": providers.KindUntrusted, "otherKey": providers.KindUntrusted, "unknownCertificate": providers.KindUntrusted,
	} {
		app := simApp
		if signature == "unknownCertificate" {
			app = simCertificateApp
		}
		s := newStage(t, app, false, "alipay.signature", signature)
		_, err := s.Create(t.Context(), s.voucherBody())
		wantError(t, err, want, true)
	}
}

func TestAClientLearnsTheSimulatorsNewCertificate(t *testing.T) {
	s := newStage(t, simCertificateApp, false)
	before := s.client.AlipayCertSN()
	s.console(http.MethodPost, "/alipay/apps/"+simCertificateApp+"/rotate", `{"what":"alipayKey"}`)
	s.create(s.voucherBody())
	if after := s.client.AlipayCertSN(); after == before {
		t.Errorf("%s is still in use", after)
	}
}

func TestTheSimulatorsLimitThrottles(t *testing.T) {
	s := newStage(t, simApp, false, "alipay.quota.app", "1/1h")
	s.create(s.voucherBody())
	_, err := s.Create(t.Context(), s.voucherBody())
	wantError(t, err, providers.KindThrottled, false)
}

func TestTheSimulatorsRefusalsWithoutSignatureProveNothing(t *testing.T) {
	s := newStage(t, simApp, false, "alipay.errorsSigned", "off")
	_, err := s.Create(t.Context(), s.voucherBody(func(body object) { delete(body, deductBlock) }))
	wantError(t, err, providers.KindInvalid, true)
}

func TestTheSimulatorsTokensAndPermissionsAreTheAccounts(t *testing.T) {
	for name, tc := range map[string]struct {
		switches []string
		want     providers.Kind
	}{
		"revoked":           {[]string{"alipay.tokens.invalid", simMerchant}, providers.KindAuth},
		"expired":           {[]string{"alipay.tokens.expired", simMerchant}, providers.KindAuth},
		"for another call":  {[]string{"alipay.tokens.noApi", simMerchant}, providers.KindForbidden},
		"without operation": {[]string{"alipay.agency.noOperationGrant", simMerchant}, providers.KindForbidden},
		"not signed for":    {[]string{"alipay.forbidden", "ordervoucher.create"}, providers.KindForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, simApp, true, tc.switches...)
			_, err := s.Create(t.Context(), s.voucherBody())
			wantError(t, err, tc.want, false)
		})
	}
}

func TestTheSimulatorsMessagesAreVerifiedAndRead(t *testing.T) {
	for _, switches := range [][]string{nil, {"alipay.messages.signType", "included"}, {"alipay.messages.eventTime", "seconds"}, {"alipay.messages.outBizNo", "off"}} {
		for _, app := range []string{simApp, simCertificateApp} {
			s := newStage(t, app, false, switches...)
			forms := make(chan url.Values, 10)
			receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := r.ParseForm(); err != nil {
					t.Error(err)
				}
				forms <- r.PostForm
				_, _ = w.Write([]byte("success"))
			}))
			defer receiver.Close()
			s.console(http.MethodPut, "/alipay/notify-url", `{"url":"`+receiver.URL+`"}`)
			id := s.create(s.voucherBody()).ID
			form := <-forms
			if err := s.client.VerifyMessage(form); err != nil {
				t.Fatalf("%v: %v", switches, err)
			}
			message, err := ParseMessage(form)
			if err != nil || message.ActivityID != id || message.Method != "alipay.marketing.activity.message.created" || !message.Lifecycle || time.Since(message.Sent).Abs() > time.Hour {
				t.Errorf("%v: got %+v, %v", switches, message, err)
			}
			form.Set("biz_content", strings.Replace(form.Get("biz_content"), id, "1", 1))
			if s.client.VerifyMessage(form) == nil {
				t.Error("a changed message is good")
			}
		}
	}
}
