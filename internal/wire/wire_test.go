package wire

import (
	"strings"
	"testing"
	"testing/quick"
)

func TestEveryVendorNameSurvivesTheWayToTheManifestAndBack(t *testing.T) {
	names := strings.Fields(`activity_base_info activity_name activity_second_title merchant_logo_url background_color
		begin_time end_time available_periods available_time available_day_time begin_day_time end_day_time out_request_no
		delivery_purpose mini_programs_appid mini_programs_path award_send_rule transaction_amount_minimum send_content
		award_type award_list stock_id original_image_url thumbnail_url merchant_option merchant_id_list advanced_setting
		delivery_user_category merchant_member_appid payment_mode payment_scene_list payment_method_information
		payment_method bank_abbreviation goods_tags`)
	for _, name := range names {
		if got := SnakeCase(CamelCase(name)); got != name {
			t.Errorf("%s → %s → %s", name, CamelCase(name), got)
		}
	}
}

func TestTheBodyIsTheSameBytesWhateverTheOrderOfItsMaking(t *testing.T) {
	check := func(a, b, c string) bool {
		one, err1 := Bytes(Object{"a": a, "b": b, "c": c})
		two, err2 := Bytes(Object{"c": c, "a": a, "b": b})
		return err1 == nil && err2 == nil && string(one) == string(two)
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}

func TestLargeNumbersAndAmpersandsReachTheWireUnchanged(t *testing.T) {
	object, err := ToVendor(struct {
		MaxAmount int64  `json:"maxAmount"`
		JumpURL   string `json:"jumpUrl"`
	}{9007199254740993, "https://a.example/?x=1&y=<2>"})
	if err != nil {
		t.Fatal(err)
	}
	body, err := Bytes(object)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"jump_url":"https://a.example/?x=1&y=<2>","max_amount":9007199254740993}`
	if string(body) != want {
		t.Errorf("body %s, want %s", body, want)
	}
}

func TestTimesReachTheWireInBeijingTime(t *testing.T) {
	for manifest, want := range map[string]string{
		"2027-01-20T00:00:00+08:00":     "2027-01-20T00:00:00+08:00",
		"2027-01-19T16:00:00Z":          "2027-01-20T00:00:00+08:00",
		"2027-01-19T11:00:00.120-05:00": "2027-01-20T00:00:00.120+08:00",
	} {
		got, err := WeChatPayTime(manifest)
		if err != nil || got != want {
			t.Errorf("WeChatPayTime(%s) = %s, %v; want %s", manifest, got, err, want)
		}
	}
}

func TestATimeWithoutOffsetIsRefusedWithAnExample(t *testing.T) {
	_, err := WeChatPayTime("2027-01-20 00:00:00")
	if err == nil || !strings.Contains(err.Error(), "+08:00") {
		t.Errorf("err = %v, want one that shows how to write it", err)
	}
}

func TestWhatAVendorReturnsIsReadByTheManifestsNames(t *testing.T) {
	var read struct {
		MaxAmount int64 `json:"maxAmount"`
	}
	if err := FromVendor([]byte(`{"max_amount":9007199254740993,"unheard_of":[{"a":null}]}`), &read); err != nil || read.MaxAmount != 9007199254740993 {
		t.Errorf("read %+v, %v", read, err)
	}
	for _, raw := range []string{"", "{", `{"max_amount":"many"}`, `[]`} {
		if err := FromVendor([]byte(raw), &read); err == nil {
			t.Errorf("%q is read as %+v", raw, read)
		}
	}
}
