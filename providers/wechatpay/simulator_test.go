package wechatpay

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/providers"
)

// stage is a simulator, and a client of its merchant.
type stage struct {
	t      *testing.T
	sim    *simulator.Server
	client *Client
}

// newStage starts a simulator with switches, given as name, value, name, value….
func newStage(t *testing.T, switches ...string) *stage {
	t.Helper()
	options := simulator.Options{ReuseKeys: true, Switches: map[string]string{}}
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
	given, err := sim.Credentials(simulator.DefaultMerchant)
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := ParseCredentials(map[string][]byte{"apiclient_key.pem": given.PrivateKeyPEM, "pub_key.pem": given.PublicKeyPEM},
		given.SerialNo, given.PublicKeyID)
	if err != nil {
		t.Fatal(err)
	}
	client, err := New(Config{Mchid: simulator.DefaultMerchant, GatewayURL: sim.URL(), Credentials: credentials})
	if err != nil {
		t.Fatal(err)
	}
	return &stage{t: t, sim: sim, client: client}
}

// console does what a person in the merchant console would.
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

// rehearsal is pay gift at a simulator, which is there to look at and change.
type rehearsal struct {
	*stage
	*PayGift
	// id is an activity with the merchants 10000022 and 10000023; body is its create request.
	id   string
	body []byte
}

// rehearse creates an activity at a simulator with switches.
func rehearse(t *testing.T, switches ...string) *rehearsal {
	t.Helper()
	at := newStage(t, switches...)
	begin := time.Now().Add(time.Hour)
	r := &rehearsal{stage: at, PayGift: NewPayGift(at.client), body: []byte(mustJSON(map[string]any{
		"activity_base_info": map[string]any{
			"activity_name": "回馈", "activity_second_title": "的券", "merchant_logo_url": "https://example.com/logo.png",
			"begin_time": begin.Format(time.RFC3339), "end_time": begin.AddDate(0, 0, 30).Format(time.RFC3339),
			"out_request_no": simulator.DefaultMerchant + "-spring", "delivery_purpose": "OFF_LINE_PAY",
		},
		"award_send_rule": map[string]any{
			"transaction_amount_minimum": 100, "send_content": "SINGLE_COUPON", "award_type": "BUSIFAVOR",
			"award_list":      []any{map[string]any{"stock_id": "98065001", "original_image_url": "https://example.com/large.png"}},
			"merchant_option": "MANUAL_INPUT_MERCHANT", "merchant_id_list": []any{"10000022", "10000023"},
		},
	}))}
	created, err := r.Create(t.Context(), r.body)
	if err != nil {
		t.Fatal(err)
	}
	r.id = created.ID
	return r
}

func (r *rehearsal) change(op providers.Operation, number string, members ...string) (providers.Receipt, error) {
	return r.Do(r.t.Context(), providers.Mutation{Operation: op, ID: r.id, Number: number, Members: members})
}

// wantMembers fails the test unless these are the activity's merchants.
func (r *rehearsal) wantMembers(want ...string) {
	r.t.Helper()
	if got, err := r.Members(r.t.Context(), r.id); err != nil || !slices.Equal(got, want) {
		r.t.Errorf("members are %v, %v; want %v", got, err, want)
	}
}

func TestMerchantsAreChangedAtTheSimulator(t *testing.T) {
	r := rehearse(t, "merchants.missing", "10000030")
	r.wantMembers("10000022", "10000023")
	receipt, err := r.change(providers.OperationAddMembers, "add-1", "10000030", "10000024")
	if err != nil || receipt.Facts["add_time"] == "" || len(receipt.Refused) != 1 || receipt.Refused[0].ID != "10000030" || receipt.Refused[0].Reason == "" {
		t.Fatalf("got %+v, %v", receipt, err)
	}
	r.wantMembers("10000022", "10000023", "10000024")
	again, err := r.change(providers.OperationAddMembers, "add-1", "10000024", "10000030")
	if err != nil || again.Facts["add_time"] != receipt.Facts["add_time"] || r.sim.Journal().Count("paygift.addMerchants").Committed != 1 {
		t.Errorf("repeated: %+v, %v", again, err)
	}
	receipt, err = r.change(providers.OperationRemoveMembers, "remove-1", "10000022", "10000024")
	if err != nil || receipt.Facts["delete_time"] == "" {
		t.Errorf("got %+v, %v", receipt, err)
	}
	r.wantMembers("10000023")

	if err := r.sim.Switches().Put(map[string]string{"merchants.deleteLast": "reject400", "replay.sameBody": "reject"}); err != nil {
		t.Fatal(err)
	}
	_, err = r.change(providers.OperationRemoveMembers, "remove-2", "10000023")
	wantError(t, err, providers.KindConflict, false)
	_, err = r.change(providers.OperationRemoveMembers, "remove-1", "10000022", "10000024")
	wantError(t, err, providers.KindConflict, false)
	if _, err := r.Do(t.Context(), providers.Mutation{Operation: providers.OperationTerminate, ID: r.id}); err != nil {
		t.Fatal(err)
	}
	_, err = r.change(providers.OperationAddMembers, "add-2", "10000024")
	wantError(t, err, providers.KindConflict, false)
	r.wantMembers("10000023")
}

func TestManyMembersAreReadAtTheSimulatorWhateverItsPageSize(t *testing.T) {
	for pageMax, calls := range map[string]int{"500": 3, "50": 3, "20": 7, "7": 18} {
		t.Run(pageMax, func(t *testing.T) {
			r := rehearse(t, "merchants.pageMax", pageMax)
			want := append(merchantIDs(120), "20000000")
			if _, err := r.change(providers.OperationAddMembers, "add-1", want...); err != nil {
				t.Fatal(err)
			}
			if _, err := r.change(providers.OperationRemoveMembers, "remove-1", "20000000"); err != nil {
				t.Fatal(err)
			}
			r.wantMembers(want[:120]...) // 10000022 and 10000023 are among them
			if got := r.sim.Journal().Count("paygift.merchants").Requests; int(got) > calls+1 {
				t.Errorf("%d calls, want %d and one that is refused at most", got, calls)
			}
		})
	}
}

func TestAStockIsLookedAtAtTheSimulatorBeforeACreation(t *testing.T) {
	for name, tc := range map[string]struct {
		edit, want string
		calls      uint64 // for three looks: what can be mended is read every time
	}{
		"a good one":       {`{"state":"RUNNING"}`, "", 1},
		"a paused one":     {`{"state":"PAUSED"}`, "is PAUSED, not RUNNING", 3},
		"one of API codes": {`{"couponCodeMode":"MERCHANT_API"}`, "code mode MERCHANT_API", 1},
		"one that is over": {`{"endTime":"2021-01-01T00:00:00+08:00"}`, "valid from 2020-01-01T00:00:00+08:00 to 2021-01-01T00:00:00+08:00", 1},
		"one out of codes": {`{"couponCodeMode":"MERCHANT_UPLOAD","availableCodes":0}`, "has no uploaded code left", 3},
		"one with codes":   {`{"couponCodeMode":"MERCHANT_UPLOAD","availableCodes":1}`, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := rehearse(t)
			r.console(http.MethodPatch, "/stocks/98065001", tc.edit)
			for range 3 {
				findings, err := r.Preflight(t.Context(), r.body)
				if err != nil || len(findings) > 1 || (len(findings) == 1) != (tc.want != "") {
					t.Fatalf("got %v, %v", findings, err)
				}
				if tc.want != "" && !strings.Contains(findings[0].Message, tc.want) {
					t.Errorf("got %s", findings[0].Message)
				}
			}
			if got := r.sim.Journal().Count("busifavor.detail").Requests; uint64(got) != tc.calls {
				t.Errorf("%d calls, want %d", got, tc.calls)
			}
		})
	}
	r := rehearse(t)
	body := strings.Replace(string(r.body), "98065001", "1", 1)
	if findings, err := r.Preflight(t.Context(), []byte(body)); err != nil || len(findings) != 1 || !strings.Contains(findings[0].Message, "does not exist") {
		t.Errorf("got %v, %v", findings, err)
	}
}

func TestAnEditInTheConsoleIsADifferenceAndAChangeOfMerchantsIsNot(t *testing.T) {
	r := rehearse(t)
	differences := func() []string {
		t.Helper()
		snapshot, err := r.Get(t.Context(), r.id)
		if err != nil {
			t.Fatal(err)
		}
		found, err := r.Differences(r.body, snapshot)
		if err != nil {
			t.Fatal(err)
		}
		var fields []string
		for _, d := range found {
			fields = append(fields, d.Field)
		}
		return fields
	}
	r.console(http.MethodPost, "/activities/"+r.id+"/merchants", `{"add":["10000024"],"remove":["10000022"]}`)
	if got := differences(); len(got) != 0 {
		t.Errorf("after a change of merchants: %v", got)
	}
	r.wantMembers("10000023", "10000024")
	r.console(http.MethodPatch, "/activities/"+r.id, `{"activity_base_info":{"activity_name":"改了","end_time":"2099-01-01T00:00:00+08:00"}}`)
	if got := differences(); !slices.Equal(got, []string{"activity_base_info.activity_name", "activity_base_info.end_time"}) {
		t.Errorf("after an edit: %v", got)
	}
}

func TestTheSimulatorsSkewIsMeasured(t *testing.T) {
	r := rehearse(t, "gateway.clockSkew", "200s")
	if skew, known := r.client.ClockSkew(); !known || skew < 195*time.Second || skew > 205*time.Second {
		t.Errorf("got %v, %t", skew, known)
	}
	if err := r.sim.Switches().Put(map[string]string{"gateway.clockSkew": "-200s"}); err != nil {
		t.Fatal(err)
	}
	r.wantMembers("10000022", "10000023")
	if skew, known := r.client.ClockSkew(); !known || skew > -195*time.Second || skew < -205*time.Second {
		t.Errorf("got %v, %t", skew, known)
	}
}
