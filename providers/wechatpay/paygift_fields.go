package wechatpay

import (
	"slices"

	"github.com/campaign-operator/campaign-operator/providers"
)

// payGiftFields are the documented fields of 创建全场满额送活动 in the page's order, plus the
// send rules that only a read returns. Whatever else is returned is not compared: new fields
// may appear at any time.
var payGiftFields = []field{
	{name: "activity_base_info", how: asObject, fields: []field{
		{name: "activity_name"},
		{name: "activity_second_title"},
		{name: "merchant_logo_url"},
		{name: "background_color", how: asColour, defaults: []string{"*"}},
		{name: "begin_time", how: asTime},
		{name: "end_time", how: asTime},
		{name: "available_periods", how: asObject, fields: []field{
			{name: "available_time", how: asList, fields: []field{
				{name: "begin_time", how: asTime},
				{name: "end_time", how: asTime},
			}},
			{name: "available_day_time", how: asList, fields: []field{
				{name: "begin_day_time"},
				{name: "end_day_time"},
			}},
		}},
		{name: "out_request_no"},
		{name: "delivery_purpose"},
		{name: "mini_programs_appid"},
		{name: "mini_programs_path"},
	}},
	{name: "award_send_rule", how: asObject, fields: []field{
		{name: "transaction_amount_minimum", how: asNumber},
		{name: "send_content"},
		{name: "award_type"},
		{name: "award_list", how: asList, fields: []field{
			{name: "stock_id"},
			{name: "original_image_url"},
			{name: "thumbnail_url"},
		}},
		{name: "merchant_option"},
		{name: "merchant_id_list", how: asMembers},
		{name: fullSendRule, how: asForeign},
		{name: "step_send_rule", how: asForeign},
		{name: "specific_send_rule", how: asForeign},
	}},
	{name: "advanced_setting", how: asObject, fields: []field{
		{name: "delivery_user_category", defaults: []string{"DELIVERY_ALL_PERSON"}},
		{name: "merchant_member_appid"},
		{name: "payment_mode", how: asObject, fields: []field{
			{name: "payment_scene_list", how: asSet},
		}},
		{name: "payment_method_information", how: asObject, fields: []field{
			{name: "payment_method"},
			{name: "bank_abbreviation"},
		}},
		{name: "goods_tags", how: asSet},
	}},
}

// Coverage names the creation fields by their paths in the create request; lists of objects have
// [] in theirs. All are comparable, since a detail returns every one of them, and
// award_send_rule.merchant_id_list by Members instead of Differences.
func (p *PayGift) Coverage() providers.Coverage {
	return coverage(payGiftFields, slices.Concat([]string{payGiftKind.id, activityStatusField}, payGiftFacts)...)
}

// Differences compares body, a create request, with what the vendor returned of it. Not compared
// are the sending merchants, which calls can change (Members reads them). An activity for everybody
// is not the one that was meant for members, so what was requested and is absent from a detail differs.
func (p *PayGift) Differences(body []byte, remote providers.Snapshot) ([]providers.Difference, error) {
	found, err := differences(payGiftFields, body, remote)
	if err != nil {
		return nil, err
	}
	if kind := remote.Facts[activityTypeField]; kind != "" && kind != fullSendType {
		found = append([]providers.Difference{{Field: activityTypeField, Desired: fullSendType, Observed: render(kind)}}, found...)
	}
	return found, nil
}
