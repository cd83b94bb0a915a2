package alipay

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	simalipay "github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
	"github.com/campaign-operator/campaign-operator/internal/wire"
	"github.com/campaign-operator/campaign-operator/providers"
)

const (
	simApp            = "2021000000000001"
	simCertificateApp = "2021000000000002"
	simMerchant       = "2088000000000099"
)

// stage is a simulator, and the vouchers of one of its apps.
type stage struct {
	*Vouchers
	t   *testing.T
	sim *simulator.Server
}

// newStage starts a simulator in which nothing takes time, with switches given as name, value, name, value….
func newStage(t *testing.T, appID string, agency bool, switches ...string) *stage {
	t.Helper()
	return newStageAt(t, time.Time{}, appID, agency, switches...)
}

// newStageAt is newStage with a campaign time to start with.
func newStageAt(t *testing.T, campaignTime time.Time, appID string, agency bool, switches ...string) *stage {
	t.Helper()
	options := simulator.Options{ReuseKeys: true, CampaignTime: campaignTime, Switches: map[string]string{"alipay.async.delay": "0s"}, AlipayApps: []simalipay.AppOptions{
		{AppID: simApp, AgencyMerchants: []string{simMerchant}}, {AppID: simCertificateApp, Mode: simalipay.Certificate},
	}}
	for i := 0; i < len(switches); i += 2 {
		options.Switches[switches[i]] = switches[i+1]
	}
	sim, err := simulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	given, err := sim.AlipayCredentials(appID)
	if err != nil {
		t.Fatal(err)
	}
	data := map[string][]byte{KeyPrivateKey: given.PrivateKeyPEM, KeyPublicKey: given.AlipayPublicKeyPEM, KeyAppCertificate: given.AppCertPEM,
		KeyAlipayCertificate: given.AlipayCertPEM, KeyRootCertificate: given.RootCertPEM}
	config := Config{AppID: appID, GatewayURL: sim.URL() + simalipay.Path, Agency: agency}
	if agency {
		data[KeyAppAuthToken], config.MerchantID = []byte(given.AppAuthTokens[simMerchant]), simMerchant
	}
	if config.Credentials, err = ParseCredentials(data, Mode(given.Mode)); err != nil {
		t.Fatal(err)
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return &stage{Vouchers: NewVouchers(client), t: t, sim: sim}
}

// console does what a person in Alipay's console would.
func (s *stage) console(method, path, body string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.sim.URL()+"/_sim"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("%s %s: %s", method, path, answer.Status)
	}
}

// voucherBody is a good create request for the simulator, after edits.
func (s *stage) voucherBody(edits ...func(object)) []byte {
	s.t.Helper()
	at := func(d time.Duration) string { return time.Now().Add(d).In(wire.Beijing).Format(timeLayout) }
	body := object{
		outBizNoField: "first-1", accessModeField: s.client.accessMode,
		baseBlock: object{nameField: "满10减1", codeModeField: "MERCHANT_API"},
		sendModeBlock: object{"voucher_send_mode": "DIRECT_SEND_MODE", sendRuleBlock: object{
			quantityField: 1000, publishStartField: at(-time.Hour), publishEndField: at(24 * time.Hour)}},
		deductBlock: object{"voucher_type": "FIX_VOUCHER", "fix_voucher_info": object{"amount": "1.00", "floor_amount": "10.00"}},
		scopeBlock: object{geographyBlock: object{"available_geography_scope_type": "SHOP",
			shopBlock: object{shopIDsField: []any{"2018051000502000000011110001", "2018051000502000000011110002"}}}},
		useRuleBlock: object{"voucher_use_time_info": object{"period_type": "ABSOLUTE", "absolute_period_info": object{
			"valid_begin_time": at(0), "valid_end_time": at(48 * time.Hour)}}},
		guideBlock: object{"voucher_use_guide_info": object{"use_guide_mode": []any{"OFFLINE_CODE"}}},
		displayBlock: object{"brand_name": "品牌", "brand_logo": "A*Logo", "voucher_description": "每人一张",
			"customer_service_mobile": "0571-88880000"},
	}
	for _, edit := range edits {
		edit(body)
	}
	return []byte(mustJSON(body))
}

func (s *stage) create(body []byte) providers.Created {
	s.t.Helper()
	created, err := s.Create(s.t.Context(), body)
	if err != nil {
		s.t.Fatal(err)
	}
	return created
}

func (s *stage) read(id string) providers.Snapshot {
	s.t.Helper()
	snapshot, err := s.Get(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return snapshot
}

func (s *stage) differences(body []byte, snapshot providers.Snapshot) []providers.Difference {
	s.t.Helper()
	found, err := s.Differences(body, snapshot)
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

func TestAVoucherActivityLivesAtTheSimulator(t *testing.T) {
	for name, open := range map[string]func(...string) *stage{
		"with plain keys":      func(switches ...string) *stage { return newStage(t, simApp, false, switches...) },
		"with certificates":    func(switches ...string) *stage { return newStage(t, simCertificateApp, false, switches...) },
		"for another merchant": func(switches ...string) *stage { return newStage(t, simApp, true, switches...) },
	} {
		t.Run(name, func(t *testing.T) {
			s := open()
			s.t = t
			if err := s.client.Probe(t.Context()); err != nil {
				t.Fatal(err)
			}
			body := s.voucherBody()
			created := s.create(body)
			if again := s.create(body); again.ID != created.ID {
				t.Errorf("a repetition made %s beside %s", again.ID, created.ID)
			}
			snapshot := s.read(created.ID)
			if snapshot.State != providers.StateRunning || snapshot.Exposure == nil || snapshot.Exposure.Fen != 100_000 || !snapshot.Detailed {
				t.Errorf("got %+v", snapshot)
			}
			if found := s.differences(body, snapshot); len(found) != 0 {
				t.Errorf("it differs: %+v", found)
			}
			page, err := s.List(t.Context(), 0)
			if err != nil || !page.Last || len(page.Items) != 1 || page.Items[0].ID != created.ID {
				t.Fatalf("got %+v, %v", page, err)
			}
			if found := s.differences(body, page.Items[0]); len(found) != 0 {
				t.Errorf("its row differs: %+v", found)
			}
			if _, err := s.Do(t.Context(), providers.Mutation{Operation: providers.OperationTerminate, ID: created.ID, Number: "stop-1"}); err != nil {
				t.Fatal(err)
			}
			if state := s.read(created.ID).State; state != providers.StateTerminated {
				t.Errorf("it is %s", state)
			}
		})
	}
}

func TestAVoucherActivityIsChangedAtTheSimulator(t *testing.T) {
	s := newStage(t, simApp, false)
	created := s.create(s.voucherBody())
	wanted := s.voucherBody(func(body object) {
		body[baseBlock].(object)[nameField] = "满10减1长"
		rule := body[sendModeBlock].(object)[sendRuleBlock].(object)
		rule[publishEndField] = time.Now().Add(30 * time.Hour).In(wire.Beijing).Format(timeLayout)
		rule[quantityField] = 2000
		body[displayBlock].(object)["voucher_description"] = "每人两张"
		body[scopeBlock].(object)[geographyBlock].(object)[shopBlock] = object{shopIDsField: []any{"2018051000502000000011110003"}}
	})
	for _, op := range []providers.Operation{providers.OperationModify, providers.OperationAppend} {
		var fields []string
		for _, d := range s.differences(wanted, s.read(created.ID)) {
			if d.Call == op {
				fields = append(fields, d.Field)
			}
		}
		if len(fields) == 0 {
			t.Fatalf("nothing to %s", op)
		}
		if _, err := s.Do(t.Context(), providers.Mutation{Operation: op, ID: created.ID, Number: "change-" + string(op), Desired: wanted, Fields: fields, Total: 2000}); err != nil {
			t.Fatal(err)
		}
	}
	if found := s.differences(wanted, s.read(created.ID)); len(found) != 0 {
		t.Errorf("it still differs: %+v", found)
	}
}

func TestCodesAreHandedOverAtTheSimulator(t *testing.T) {
	s := newStage(t, simApp, false)
	created := s.create(s.voucherBody(func(body object) {
		body[baseBlock].(object)[codeModeField] = codesUploaded
		body[sendModeBlock].(object)[sendRuleBlock].(object)[quantityField] = 0
	}))
	deposit := func(number string, codes ...string) providers.Receipt {
		receipt, err := s.Do(t.Context(), providers.Mutation{Operation: providers.OperationDepositCodes, ID: created.ID, Number: number, Codes: codes})
		if err != nil {
			t.Fatal(err)
		}
		return receipt
	}
	if receipt := deposit("codes-1", "A1", "A2", "A3"); receipt.Accepted != 3 || len(receipt.Refused) != 0 {
		t.Errorf("got %+v", receipt)
	}
	receipt := deposit("codes-2", "A3", "A4")
	if receipt.Accepted != 1 || len(receipt.Refused) != 1 || receipt.Refused[0].ID != "A3" || strings.Contains(receipt.Refused[0].Reason, "A3") {
		t.Errorf("got %+v", receipt)
	}
	if count, err := s.CountCodes(t.Context(), created.ID); err != nil || count != 4 {
		t.Errorf("it has %d codes, %v", count, err)
	}
}

func TestTheSimulatorsErrorsAreTheTables(t *testing.T) {
	s := newStage(t, simApp, false, "alipay.async.delay", "byHand")
	_, err := s.Get(t.Context(), "1")
	wantError(t, err, providers.KindNotFound, false)
	_, err = s.Create(t.Context(), s.voucherBody(func(body object) {
		body[deductBlock].(object)["fix_voucher_info"].(object)["amount"] = "0.01"
	}))
	if e := gotError(t, err, providers.KindInvalid, false); !e.Verified {
		t.Errorf("got %+v", e)
	}
	created := s.create(s.voucherBody())
	if snapshot := s.read(created.ID); snapshot.State != providers.StateCreating || snapshot.Busy != "" {
		t.Errorf("got %+v", snapshot)
	}
	stop := providers.Mutation{Operation: providers.OperationTerminate, ID: created.ID, Number: "stop-1"}
	_, err = s.Do(t.Context(), stop)
	wantError(t, err, providers.KindConflict, false)
	s.console(http.MethodPost, "/alipay/activities/"+created.ID+"/complete", "")
	if _, err = s.Do(t.Context(), stop); err != nil {
		t.Fatal(err)
	}
	if snapshot := s.read(created.ID); snapshot.Busy != "FINISHEING" || snapshot.State != providers.StateRunning {
		t.Errorf("got %+v", snapshot)
	}
}

func TestShopsThatTheSimulatorDoesNotKnowAreRefused(t *testing.T) {
	s := newStage(t, simApp, false, "alipay.shops.unknown", "2018051000502000000011110002")
	body := s.voucherBody()
	created := s.create(body)
	if len(created.Refused) != 1 || created.Refused[0].ID != "2018051000502000000011110002" || created.Refused[0].Field != shopsPath {
		t.Errorf("got %+v", created)
	}
	found := s.differences(body, s.read(created.ID))
	if !slices.EqualFunc(found, []string{shopsPath}, func(d providers.Difference, field string) bool {
		return d.Field == field && d.Call == providers.OperationModify && !d.Unseen
	}) {
		t.Errorf("got %+v", found)
	}
}
