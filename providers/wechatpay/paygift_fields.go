package wechatpay

import (
	"slices"

	"github.com/campaign-operator/campaign-operator/providers"
)

// comparison says how two values of a field are told apart.
type comparison int

const (
	asText comparison = iota
	// asNumber: 100, "100" and 100.0 are equal.
	asNumber
	// asTime: equal when the same second is meant, however it is spelled.
	asTime
	// asColour: COLOR020 and Color020 are the same.
	asColour
	// asSet: a list without order.
	asSet
	// asObject: field by field.
	asObject
	// asList: item by item, by the fields of an item.
	asList
	// asMembers: changed by calls of their own and read by Members, so not compared here.
	asMembers
	// asForeign: belongs to no request; returned, it is a difference.
	asForeign
)

// field is a documented creation field.
type field struct {
	name string
	how  comparison
	// fields are those of an asObject, or of each item of an asList.
	fields []field
	// defaults are values that the server sets by itself where the request has none; "*" is any.
	defaults []string
}

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

// payGiftCoverage is made from the fields above and the facts.
var payGiftCoverage = providers.Coverage{
	Comparable:  comparablePaths("", payGiftFields),
	ServerOwned: slices.Concat([]string{"activity_id", activityStatusField}, payGiftFacts),
}

// Coverage names the creation fields by their paths in the create request; lists of objects have
// [] in theirs. All are comparable, since a detail returns every one of them, and
// award_send_rule.merchant_id_list by Members instead of Differences.
func (p *PayGift) Coverage() providers.Coverage {
	return providers.Coverage{
		Comparable:  slices.Clone(payGiftCoverage.Comparable),
		ServerOwned: slices.Clone(payGiftCoverage.ServerOwned),
	}
}

func comparablePaths(prefix string, fields []field) []string {
	var out []string
	for _, f := range fields {
		switch f.how {
		case asForeign:
		case asObject:
			out = append(out, comparablePaths(prefix+f.name+".", f.fields)...)
		case asList:
			out = append(out, comparablePaths(prefix+f.name+"[].", f.fields)...)
		default:
			out = append(out, prefix+f.name)
		}
	}
	return out
}
