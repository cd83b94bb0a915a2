package controllers

import (
	"reflect"
	"testing"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// stockDocumented are the request fields of 创建代金券批次 as its page has them, with [] for lists.
const stockDocumented = `
stock_name
comment
belong_merchant
available_begin_time
available_end_time
stock_use_rule.max_coupons
stock_use_rule.max_amount
stock_use_rule.max_amount_by_day
stock_use_rule.max_coupons_per_user
stock_use_rule.natural_person_limit
stock_use_rule.prevent_api_abuse
pattern_info.description
pattern_info.merchant_logo
pattern_info.merchant_name
pattern_info.background_color
pattern_info.coupon_image
pattern_info.jump_target
pattern_info.mini_program_appid
pattern_info.mini_program_path
coupon_use_rule.fixed_normal_coupon.coupon_amount
coupon_use_rule.fixed_normal_coupon.transaction_minimum
coupon_use_rule.goods_tag[]
coupon_use_rule.limit_pay[]
coupon_use_rule.limit_card.name
coupon_use_rule.limit_card.bin[]
coupon_use_rule.trade_type[]
coupon_use_rule.combine_use
coupon_use_rule.available_items[]
coupon_use_rule.available_merchants[]
no_cash
stock_type
out_request_no`

// stockNotOpen are documented too, and refused at admission: 该字段暂未开放.
const stockNotOpen = `
coupon_use_rule.coupon_available_time.fix_available_time.available_week_day[]
coupon_use_rule.coupon_available_time.fix_available_time.begin_time
coupon_use_rule.coupon_available_time.fix_available_time.end_time
coupon_use_rule.coupon_available_time.second_day_available
coupon_use_rule.coupon_available_time.available_time_after_receive
coupon_use_rule.unavailable_items[]
ext_info`

func TestACouponStockManifestCanSayEveryDocumentedFieldAndNothingElse(t *testing.T) {
	saysAll(t, CouponStockKind{}, "couponstock-maximal", reflect.TypeFor[v1alpha1.CouponStockRequest](), stockDocumented, stockNotOpen)
}
