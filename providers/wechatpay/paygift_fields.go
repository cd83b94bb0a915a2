package wechatpay

import (
	"slices"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/compare"
)

// payGiftFields are the documented fields of 创建全场满额送活动 in the page's order, plus the
// send rules that only a read returns. Whatever else is returned is not compared: new fields
// may appear at any time.
var payGiftFields = []compare.Field{
	{Name: "activity_base_info", How: compare.Nested, Fields: []compare.Field{
		{Name: "activity_name"},
		{Name: "activity_second_title"},
		{Name: "merchant_logo_url"},
		{Name: "background_color", How: compare.Letters, Defaults: []string{"*"}},
		{Name: "begin_time", How: compare.Time},
		{Name: "end_time", How: compare.Time},
		{Name: "available_periods", How: compare.Nested, Fields: []compare.Field{
			{Name: "available_time", How: compare.List, Fields: []compare.Field{
				{Name: "begin_time", How: compare.Time},
				{Name: "end_time", How: compare.Time},
			}},
			{Name: "available_day_time", How: compare.List, Fields: []compare.Field{
				{Name: "begin_day_time"},
				{Name: "end_day_time"},
			}},
		}},
		{Name: "out_request_no"},
		{Name: "delivery_purpose"},
		{Name: "mini_programs_appid"},
		{Name: "mini_programs_path"},
	}},
	{Name: "award_send_rule", How: compare.Nested, Fields: []compare.Field{
		{Name: "transaction_amount_minimum", How: compare.Number},
		{Name: "send_content"},
		{Name: "award_type"},
		{Name: "award_list", How: compare.List, Fields: []compare.Field{
			{Name: "stock_id"},
			{Name: "original_image_url"},
			{Name: "thumbnail_url"},
		}},
		{Name: "merchant_option"},
		{Name: "merchant_id_list", How: compare.Members},
		{Name: fullSendRule, How: compare.Foreign},
		{Name: "step_send_rule", How: compare.Foreign},
		{Name: "specific_send_rule", How: compare.Foreign},
	}},
	{Name: "advanced_setting", How: compare.Nested, Fields: []compare.Field{
		{Name: "delivery_user_category", Defaults: []string{"DELIVERY_ALL_PERSON"}},
		{Name: "merchant_member_appid"},
		{Name: "payment_mode", How: compare.Nested, Fields: []compare.Field{
			{Name: "payment_scene_list", How: compare.Set},
		}},
		{Name: "payment_method_information", How: compare.Nested, Fields: []compare.Field{
			{Name: "payment_method"},
			{Name: "bank_abbreviation"},
		}},
		{Name: "goods_tags", How: compare.Set},
	}},
}

var payGiftSchema = compare.Schema{Fields: payGiftFields, Time: parseTime}

// Coverage names the creation fields by their paths in the create request; lists of objects have
// [] in theirs. All are comparable, since a detail returns every one of them, and
// award_send_rule.merchant_id_list by Members instead of Differences.
func (p *PayGift) Coverage() providers.Coverage {
	return payGiftSchema.Coverage(slices.Concat([]string{payGiftKind.id, activityStatusField}, payGiftFacts)...)
}

// Differences compares body, a create request, with what the vendor returned of it. Not compared
// are the sending merchants, which calls can change (Members reads them). An activity for everybody
// is not the one that was meant for members, so what was requested and is absent from a detail differs.
func (p *PayGift) Differences(body []byte, remote providers.Snapshot) ([]providers.Difference, error) {
	found, err := payGiftSchema.Differences(body, remote)
	if err != nil {
		return nil, err
	}
	if kind := remote.Facts[activityTypeField]; kind != "" && kind != fullSendType {
		found = append([]providers.Difference{{Field: activityTypeField, Desired: fullSendType, Observed: compare.Render(kind)}}, found...)
	}
	return found, nil
}
