package wechatpay

import (
	"slices"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/compare"
)

// tradeTypes are all ways of paying, in order: a stock without any named takes them all, and whether a read then names them
// is not said. The same holds for a budget of the day, which without one is the whole budget.
var tradeTypes = []string{"APPPAY", "CARD", "FACE", "MICROAPP", "OTHER", "PPAY"}

// favorFields are the documented fields of 创建代金券批次 in the page's order, plus those of a read that
// say of which sort a stock is: one of single items (单品) is none of ours. Which fields details have follows from
// 查询批次详情; that they always have those that are neither money nor time is not said there.
//
// natural_person_limit and what else is WriteOnly is in no answer, and goods_tag, which the page shows, was not
// seen in any.
var favorFields = []compare.Field{
	{Name: "stock_name"},
	{Name: "comment", Shown: compare.WriteOnly},
	{Name: "belong_merchant", Shown: compare.WriteOnly},
	{Name: "available_begin_time", How: compare.Time},
	{Name: "available_end_time", How: compare.Time},
	{Name: stockUseRule, How: compare.Nested, Fields: []compare.Field{
		{Name: "max_coupons", How: compare.Number},
		{Name: "max_amount", How: compare.Number},
		{Name: "max_amount_by_day", How: compare.Number, Shown: compare.Sometimes, Defaults: []string{"0"}, DefaultOf: "max_amount"},
		{Name: "max_coupons_per_user", How: compare.Number},
		{Name: "natural_person_limit", Shown: compare.WriteOnly},
		{Name: "prevent_api_abuse", Shown: compare.WriteOnly},
	}},
	{Name: "pattern_info", How: compare.Nested, Shown: compare.Sometimes, Fields: []compare.Field{
		{Name: "description", Shown: compare.Sometimes},
		{Name: "merchant_logo", Shown: compare.WriteOnly},
		{Name: "merchant_name", Shown: compare.WriteOnly},
		{Name: "background_color", How: compare.Letters, Shown: compare.WriteOnly},
		{Name: "coupon_image", Shown: compare.WriteOnly},
		{Name: "jump_target", Shown: compare.WriteOnly},
		{Name: "mini_program_appid", Shown: compare.WriteOnly},
		{Name: "mini_program_path", Shown: compare.WriteOnly},
	}},
	{Name: couponUseRule, How: compare.Nested, Fields: []compare.Field{
		{Name: "coupon_available_time", How: compare.Nested, Shown: compare.WriteOnly, Fields: []compare.Field{
			{Name: "fix_available_time", How: compare.Nested, Shown: compare.WriteOnly, Fields: []compare.Field{
				{Name: "available_week_day", How: compare.Set, Shown: compare.WriteOnly},
				{Name: "begin_time", How: compare.Number, Shown: compare.WriteOnly},
				{Name: "end_time", How: compare.Number, Shown: compare.WriteOnly},
			}},
			{Name: "second_day_available", Shown: compare.WriteOnly},
			{Name: "available_time_after_receive", How: compare.Number, Shown: compare.WriteOnly},
		}},
		{Name: fixedNormalCoupon, How: compare.Nested, Fields: []compare.Field{
			{Name: "coupon_amount", How: compare.Number},
			{Name: "transaction_minimum", How: compare.Number},
		}},
		{Name: "goods_tag", How: compare.Set, Shown: compare.WriteOnly},
		{Name: "limit_pay", How: compare.Set, Shown: compare.WriteOnly},
		{Name: "limit_card", How: compare.Nested, Shown: compare.WriteOnly, Fields: []compare.Field{
			{Name: "name", Shown: compare.WriteOnly},
			{Name: "bin", How: compare.Set, Shown: compare.WriteOnly},
		}},
		{Name: "trade_type", How: compare.Set, Shown: compare.Sometimes, DefaultSet: tradeTypes},
		{Name: "combine_use", Shown: compare.Sometimes, Defaults: []string{"true"}},
		{Name: "available_items", How: compare.Set, Shown: compare.WriteOnly},
		{Name: "unavailable_items", How: compare.Set, Shown: compare.WriteOnly},
		{Name: "available_merchants", How: compare.Set, Shown: compare.WriteOnly},
		{Name: "coupon_type", How: compare.Foreign, Defaults: []string{"NORMAL"}},
	}},
	{Name: "no_cash"},
	{Name: "stock_type", Shown: compare.Sometimes, Defaults: []string{"NORMAL"}},
	{Name: "out_request_no", Shown: compare.WriteOnly},
	{Name: "ext_info", Shown: compare.WriteOnly},
	{Name: "singleitem", How: compare.Foreign, Defaults: []string{"false"}},
	{Name: "cut_to_message", How: compare.Nested, Fields: []compare.Field{
		{Name: "single_price_max", How: compare.Foreign, Defaults: []string{"0"}},
		{Name: "cut_to_price", How: compare.Foreign, Defaults: []string{"0"}},
	}},
}

var favorSchema = compare.Schema{Fields: favorFields, Time: parseTime}

// Coverage names the creation fields by their paths in the create request. Most are WriteOnly: a
// read returns money, times, name and few others.
func (s *CouponStocks) Coverage() providers.Coverage {
	return favorSchema.Coverage(slices.Concat([]string{stockIDField, favorStatusField, distributedField}, favorFacts)...)
}

// Differences compares body, a create request, with what the vendor returned of it. The name, the
// times and the money must be in a detail and be equal; the rest is compared where it was returned.
func (s *CouponStocks) Differences(body []byte, remote providers.Snapshot) ([]providers.Difference, error) {
	return favorSchema.Differences(body, remote)
}
