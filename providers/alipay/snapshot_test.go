package alipay

import (
	"encoding/json"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// read makes a detail of fields at testNow.
func read(t *testing.T, fields string) providers.Snapshot {
	t.Helper()
	snapshot, err := vouchersWith(t, success(`"activity_id":"100",`+fields)).Get(t.Context(), "100")
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

func TestADetailIsRead(t *testing.T) {
	v, g := vouchersAt(t, always(success(`"activity_id":"100","activity_name":"满10减1","activity_status":"ACTIVE","activity_operation_status":"APPENDING","create_time":"2026-02-28 09:00:00",
		"activity_base_info":{"activity_id":"100","activity_name":"other","code_mode":"MERCHANT_API","activity_status":"PAUSE"},
		"audit_result_info":{"audit_type":"UNIFY_ACCESS_CHECK","audit_result":"REJECT","audit_reason":"图片\n不清晰"},
		"voucher_send_mode_info":{"voucher_send_mode":"DIRECT_SEND_MODE","voucher_send_rule_info":{"quantity":"100","publish_start_time":"2026-03-01 00:00:00","publish_end_time":"2026-03-31 23:59:59"}},
		"voucher_deduct_info":{"voucher_type":"FIX_VOUCHER","fix_voucher_info":{"amount":"1.5"}},
		"voucher_display_pattern_info":{"brand_name":"品牌","brand_logo_url":"https:\/\/x","voucher_image_url":"u","voucher_detail_image_urls":["u"]},
		"voucher_inventory_info":{"send_count":"7","use_count":3},"summary":{"publish_count":99},"novel":{}`)))
	got, err := v.Get(t.Context(), "100")
	if err != nil {
		t.Fatal(err)
	}
	g.oneRequest(queryMethod).wantContent(t, `{"activity_id":"100","merchant_access_mode":"SELF_MODE"}`)
	begin, end := time.Date(2026, 2, 28, 16, 0, 0, 0, time.UTC), time.Date(2026, 3, 31, 15, 59, 59, 0, time.UTC)
	if got.ID != "100" || got.Name != "满10减1" || !got.Begin.Equal(begin) || !got.End.Equal(end) || !got.Created.Equal(time.Date(2026, 2, 28, 1, 0, 0, 0, time.UTC)) {
		t.Errorf("got %+v", got)
	}
	if got.State != providers.StateRunning || got.VendorState != "ACTIVE" || got.Busy != "APPENDING" || !got.Detailed || got.RequestNo != "" {
		t.Errorf("got %+v", got)
	}
	if *got.Exposure != (providers.Exposure{Fen: 15_000, Each: 150}) || *got.Distribution != (providers.Distribution{Sent: 7, Total: 100}) {
		t.Errorf("got %+v, %+v", got.Exposure, got.Distribution)
	}
	if want := map[string]string{"create_time": "2026-02-28 09:00:00", "audit_result": "REJECT", "audit_reason": "图片 不清晰", "activity_operation_status": "APPENDING"}; !maps.Equal(got.Facts, want) {
		t.Errorf("got %v", got.Facts)
	}
	const content = `{"activity_base_info":{"activity_name":"满10减1","code_mode":"MERCHANT_API"},"voucher_deduct_info":{"fix_voucher_info":{"amount":"1.5"},"voucher_type":"FIX_VOUCHER"},` +
		`"voucher_display_pattern_info":{"brand_name":"品牌"},"voucher_send_mode_info":{"voucher_send_mode":"DIRECT_SEND_MODE","voucher_send_rule_info":{"publish_end_time":"2026-03-31 23:59:59","publish_start_time":"2026-03-01 00:00:00","quantity":"100"}}}`
	if string(got.Content) != content {
		t.Errorf("got %s", got.Content)
	}
}

func TestTheStateFollowsFromStatusOperationAndClock(t *testing.T) {
	const past, now, future = "2026-01-01 00:00:00", "2026-03-01 20:00:00", "2026-04-01 00:00:00"
	window := func(begin, end string) string {
		return `"voucher_send_mode_info":{"voucher_send_rule_info":{"publish_start_time":"` + begin + `","publish_end_time":"` + end + `"}}`
	}
	for name, tc := range map[string]struct {
		status, operation, window string
		state                     providers.State
		busy                      string
	}{
		"being created":                 {"", "CREATING", window(past, future), providers.StateCreating, ""},
		"being created, without a word": {"", "", window(past, future), providers.StateCreating, ""},
		"to come":                       {"ACTIVE", "", window(future, future), providers.StateScheduled, ""},
		"from this second on":           {"ACTIVE", "", window(now, future), providers.StateRunning, ""},
		"under way":                     {"ACTIVE", "", window(past, future), providers.StateRunning, ""},
		"until this second":             {"ACTIVE", "", window(past, now), providers.StateEnded, ""},
		"without a window":              {"ACTIVE", "", window("", ""), providers.StateRunning, ""},
		"with an unreadable window":     {"ACTIVE", "", window("soon", "later"), providers.StateRunning, ""},
		"with times of a zone":          {"ACTIVE", "", window("2026-03-01T13:00:00Z", future), providers.StateScheduled, ""},
		"being modified":                {"ACTIVE", "MODIFYING", window(past, future), providers.StateRunning, "MODIFYING"},
		"being stopped":                 {"ACTIVE", "FINISHEING", window(past, future), providers.StateRunning, "FINISHEING"},
		"being stopped, spelled well":   {"PAUSE", "FINISHING", window(past, future), providers.StatePaused, "FINISHING"},
		"active and being created":      {"ACTIVE", "CREATING", window(past, future), providers.StateRunning, "CREATING"},
		"paused":                        {"PAUSE", "", window(past, future), providers.StatePaused, ""},
		"stopped":                       {"FINISHED", "", window(past, future), providers.StateTerminated, ""},
		"paused until its end":          {"PAUSE", "", window(past, now), providers.StateEnded, ""},
		"finished by a faster clock":    {"FINISHED", "", window(past, "2026-03-01 20:02:00"), providers.StateEnded, ""},
		"stopped before that":           {"FINISHED", "", window(past, "2026-03-01 20:02:01"), providers.StateTerminated, ""},
		"active by a faster clock":      {"ACTIVE", "", window(past, "2026-03-01 20:00:01"), providers.StateRunning, ""},
		"over":                          {"FINISHED", "", window(past, past), providers.StateEnded, ""},
		"stopped without a window":      {"FINISHED", "", window("", ""), providers.StateTerminated, ""},
		"a word to come":                {"SEND", "", window(past, future), providers.StateUnknown, ""},
		"no status and an operation":    {"", "MODIFYING", window(past, future), providers.StateUnknown, "MODIFYING"},
	} {
		for place, fields := range map[string]string{
			"at the top": `"activity_status":"` + tc.status + `","activity_operation_status":"` + tc.operation + `",`,
			"in base":    `"activity_base_info":{"activity_status":"` + tc.status + `","activity_operation_status":"` + tc.operation + `"},`,
		} {
			if got := read(t, fields+tc.window); got.State != tc.state || got.Busy != tc.busy || got.VendorState != tc.status || got.Facts[operationField] != tc.operation {
				t.Errorf("%s, %s: got %s, busy %q, %q, %v", name, place, got.State, got.Busy, got.VendorState, got.Facts)
			}
		}
	}
}

func TestTheStateFollowsFromTheGatewaysClock(t *testing.T) {
	const window = `"activity_status":"ACTIVE","voucher_send_mode_info":{"voucher_send_rule_info":{"publish_start_time":"2026-03-01 20:00:00","publish_end_time":"2026-03-01 20:00:10"}}`
	for ahead, want := range map[time.Duration]providers.State{
		-time.Second: providers.StateScheduled, 0: providers.StateRunning, 9 * time.Second: providers.StateRunning, 10 * time.Second: providers.StateEnded,
	} {
		answer := success(`"activity_id":"100",` + window)
		answer.header = map[string]string{"Date": testNow.Add(ahead).Format(http.TimeFormat)}
		if got, err := vouchersWith(t, answer).Get(t.Context(), "100"); err != nil || got.State != want {
			t.Errorf("with the gateway's clock %s ahead: got %s, %v, want %s", ahead, got.State, err, want)
		}
	}
}

func TestWhatOnlyTheOlderSchemaSaysIsReadToo(t *testing.T) {
	got := read(t, `"publish_start_time":"2026-03-01 00:00:00","publish_end_time":"2026-03-31 00:00:00","summary":{"publish_count":"5"},"voucher_send_mode_info":{"voucher_send_rule_info":{"quantity":10,"publish_end_time":"2026-04-01 00:00:00"}}`)
	if got.Begin.IsZero() || !got.End.Equal(time.Date(2026, 3, 31, 16, 0, 0, 0, time.UTC)) || got.Distribution == nil || got.Distribution.Sent != 5 {
		t.Errorf("got %+v", got)
	}
	if got := read(t, `"publish_end_time":"2026-03-31 00:00:00"`); got.End.IsZero() || got.Distribution != nil || got.Exposure != nil {
		t.Errorf("got %+v", got)
	}
}

func TestExposureIsTheLargestReductionTimesTheQuantity(t *testing.T) {
	with := func(quantity, deduct, goods string) string {
		return `"voucher_send_mode_info":{"voucher_send_rule_info":{"quantity":` + quantity + `}},"voucher_deduct_info":{` + deduct + `},"voucher_available_scope_info":{"voucher_available_goods_info":{` + goods + `}}`
	}
	for name, tc := range map[string]struct {
		fields string
		fen    int64
		known  bool
	}{
		"none yet, half a price":    {with(`0`, `"special_voucher_info":{"special_amount":"9.90"}`, ``), 0, true},
		"fix":                       {with(`100`, `"fix_voucher_info":{"amount":"10"}`, ``), 100_000, true},
		"fix with a number":         {with(`100`, `"fix_voucher_info":{"amount":0.1}`, ``), 1_000, true},
		"discount":                  {with(`2`, `"discount_voucher_info":{"discount":"6.5","ceiling_amount":"50.05"}`, ``), 10_010, true},
		"special":                   {with(`3`, `"special_voucher_info":{"special_amount":"0.00"}`, `"origin_amount":"9.90"`), 2_970, true},
		"exchange":                  {with(`3`, `"exchange_voucher_info":{"amount":"3000.00"}`, ``), 900_000, true},
		"the most":                  {with(`99999999`, `"special_voucher_info":{"special_amount":"0"}`, `"origin_amount":"999999999"`), 1<<63 - 1, true},
		"none yet":                  {with(`0`, ``, ``), 0, true},
		"no quantity":               {with(`null`, `"fix_voucher_info":{"amount":"10"}`, ``), 0, false},
		"exchange without a price":  {with(`3`, `"exchange_voucher_info":{"exchange_goods_info":{"exchange_goods_name":"x"}}`, ``), 0, false},
		"special without an origin": {with(`3`, `"special_voucher_info":{"special_amount":"1"}`, ``), 0, false},
		"special above its origin":  {with(`3`, `"special_voucher_info":{"special_amount":"2"}`, `"origin_amount":"1"`), 0, false},
		"a price that is none":      {with(`3`, `"fix_voucher_info":{"amount":"1e3"}`, ``), 0, false},
		"a price of mills":          {with(`3`, `"fix_voucher_info":{"amount":"1.005"}`, ``), 0, false},
		"a price of many zeros":     {with(`3`, `"fix_voucher_info":{"amount":"1.5000"}`, ``), 450, true},
		"a negative price":          {with(`3`, `"fix_voucher_info":{"amount":"-1"}`, ``), 0, false},
	} {
		got := read(t, tc.fields).Exposure
		if (got != nil) != tc.known || got != nil && (got.Fen != tc.fen || got.NoCash || got.Each < 0 || tc.fen == 0 && got.Each != 0) {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func FuzzSnapshot(f *testing.F) {
	for _, seed := range []string{`{"activity_id":"1"}`, `{"activity_base_info":[],"voucher_send_mode_info":{"voucher_send_rule_info":7}}`,
		`{"activity_status":{"a":1},"publish_end_time":"2026-01-01 00:00:00","voucher_display_pattern_info":"x","audit_result_info":{"audit_result":1}}`} {
		f.Add([]byte(seed))
	}
	v := NewVouchers(&Client{now: func() time.Time { return testNow }})
	f.Fuzz(func(t *testing.T, body []byte) {
		reply, err := lenient.Decode(body)
		if err != nil {
			return
		}
		snapshot, err := v.snapshot(reply, true)
		if err != nil || !json.Valid(snapshot.Content) || snapshot.State == "" {
			t.Errorf("got %+v, %v", snapshot, err)
		}
		if found, err := v.Differences([]byte(`{"activity_base_info":{"activity_name":"A"}}`), snapshot); err != nil {
			t.Errorf("got %v, %v", found, err)
		}
		_, _ = v.decodePage(reply, statusActive, 0)
		_ = refusedShops(reply)
		_ = readDeposit(reply, providers.Mutation{}, &providers.Receipt{})
	})
}
