package wechatpay

import (
	"slices"

	"github.com/campaign-operator/campaign-operator/providers"
)

// tradeTypes are all ways of paying, in order: a stock without any named takes them all, and whether a read then names them
// is not said. The same holds for a budget of the day, which without one is the whole budget.
var tradeTypes = []string{"APPPAY", "CARD", "FACE", "MICROAPP", "OTHER", "PPAY"}

// favorFields are the documented fields of 创建代金券批次 in the page's order, plus those of a read that
// say of which sort a stock is: one of single items (单品) is none of ours. Which fields details have follows from
// 查询批次详情; that they always have those that are neither money nor time is not said there.
//
// natural_person_limit and what else is writeOnly is in no answer, and goods_tag, which the page shows, was not
// seen in any.
var favorFields = []field{
	{name: "stock_name"},
	{name: "comment", shown: writeOnly},
	{name: "belong_merchant", shown: writeOnly},
	{name: "available_begin_time", how: asTime},
	{name: "available_end_time", how: asTime},
	{name: stockUseRule, how: asObject, fields: []field{
		{name: "max_coupons", how: asNumber},
		{name: "max_amount", how: asNumber},
		{name: "max_amount_by_day", how: asNumber, shown: sometimes, defaults: []string{"0"}, defaultOf: "max_amount"},
		{name: "max_coupons_per_user", how: asNumber},
		{name: "natural_person_limit", shown: writeOnly},
		{name: "prevent_api_abuse", shown: writeOnly},
	}},
	{name: "pattern_info", how: asObject, shown: sometimes, fields: []field{
		{name: "description", shown: sometimes},
		{name: "merchant_logo", shown: writeOnly},
		{name: "merchant_name", shown: writeOnly},
		{name: "background_color", how: asColour, shown: writeOnly},
		{name: "coupon_image", shown: writeOnly},
		{name: "jump_target", shown: writeOnly},
		{name: "mini_program_appid", shown: writeOnly},
		{name: "mini_program_path", shown: writeOnly},
	}},
	{name: couponUseRule, how: asObject, fields: []field{
		{name: "coupon_available_time", how: asObject, shown: writeOnly, fields: []field{
			{name: "fix_available_time", how: asObject, shown: writeOnly, fields: []field{
				{name: "available_week_day", how: asSet, shown: writeOnly},
				{name: "begin_time", how: asNumber, shown: writeOnly},
				{name: "end_time", how: asNumber, shown: writeOnly},
			}},
			{name: "second_day_available", shown: writeOnly},
			{name: "available_time_after_receive", how: asNumber, shown: writeOnly},
		}},
		{name: fixedNormalCoupon, how: asObject, fields: []field{
			{name: "coupon_amount", how: asNumber},
			{name: "transaction_minimum", how: asNumber},
		}},
		{name: "goods_tag", how: asSet, shown: writeOnly},
		{name: "limit_pay", how: asSet, shown: writeOnly},
		{name: "limit_card", how: asObject, shown: writeOnly, fields: []field{
			{name: "name", shown: writeOnly},
			{name: "bin", how: asSet, shown: writeOnly},
		}},
		{name: "trade_type", how: asSet, shown: sometimes, defaultSet: tradeTypes},
		{name: "combine_use", shown: sometimes, defaults: []string{"true"}},
		{name: "available_items", how: asSet, shown: writeOnly},
		{name: "unavailable_items", how: asSet, shown: writeOnly},
		{name: "available_merchants", how: asSet, shown: writeOnly},
		{name: "coupon_type", how: asForeign, defaults: []string{"NORMAL"}},
	}},
	{name: "no_cash"},
	{name: "stock_type", shown: sometimes, defaults: []string{"NORMAL"}},
	{name: "out_request_no", shown: writeOnly},
	{name: "ext_info", shown: writeOnly},
	{name: "singleitem", how: asForeign, defaults: []string{"false"}},
	{name: "cut_to_message", how: asObject, fields: []field{
		{name: "single_price_max", how: asForeign, defaults: []string{"0"}},
		{name: "cut_to_price", how: asForeign, defaults: []string{"0"}},
	}},
}

// Coverage names the creation fields by their paths in the create request. Most are WriteOnly: a
// read returns money, times, name and few others.
func (s *CouponStocks) Coverage() providers.Coverage {
	return coverage(favorFields, slices.Concat([]string{stockIDField, favorStatusField, distributedField}, favorFacts)...)
}

// Differences compares body, a create request, with what the vendor returned of it. The name, the
// times and the money must be in a detail and be equal; the rest is compared where it was returned.
func (s *CouponStocks) Differences(body []byte, remote providers.Snapshot) ([]providers.Difference, error) {
	return differences(favorFields, body, remote)
}
