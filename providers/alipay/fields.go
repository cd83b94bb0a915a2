package alipay

import (
	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/compare"
)

// Blocks of fields that stand at several places of the request.
var (
	thresholdFields = []compare.Field{
		{Name: "voucher_express_info", How: compare.Nested, Fields: []compare.Field{{Name: "pay_express"}}},
		{Name: "voucher_goods_quantity_specification_info", How: compare.Nested, Fields: []compare.Field{
			{Name: "directional_type"},
			{Name: "specification_quantity", How: compare.Number},
			{Name: "specification_unit"},
		}},
	}

	timeRangeFields = []compare.Field{
		{Name: "begin_time"},
		{Name: "end_time_info", How: compare.Nested, Fields: []compare.Field{{Name: "end_time_type"}, {Name: "end_time"}}},
	}

	periodRuleFields = []compare.Field{
		{Name: "rule_type"},
		{Name: "week_rule_info", How: compare.Nested, Fields: []compare.Field{
			{Name: "week_day"},
			{Name: "time_range_info", How: compare.Nested, Fields: timeRangeFields},
		}},
		{Name: "date_rule_info", How: compare.Nested, Fields: []compare.Field{
			{Name: "date_range_info", How: compare.Nested, Fields: []compare.Field{{Name: "begin_date"}, {Name: "end_date"}}},
			{Name: "time_range_info", How: compare.Nested, Fields: timeRangeFields},
		}},
		{Name: "holiday_rule_info", How: compare.Nested, Fields: []compare.Field{
			{Name: "time_range_info", How: compare.Nested, Fields: timeRangeFields},
		}},
	}

	timeRestriction = compare.Field{Name: "time_restrict_info", How: compare.Nested, Fields: []compare.Field{
		{Name: "usable_period_info", How: compare.List, Fields: periodRuleFields},
		{Name: "disable_period_info", How: compare.List, Fields: periodRuleFields},
	}}
)

// deduction is one of the four info blocks of voucher_deduct_info, with its own fields first.
func deduction(name string, own ...compare.Field) compare.Field {
	return compare.Field{Name: name, How: compare.Nested, Fields: append(own,
		compare.Field{Name: "floor_amount", How: compare.Number},
		compare.Field{Name: "voucher_deduct_threshold_info", How: compare.Nested, Fields: thresholdFields})}
}

// noLimit are the ways of writing that a number of vouchers for each user is not limited.
var noLimit = []string{"0"}

// voucherFields are the documented fields of 创建商家券活动 (2.0) in the page's order. Name, times and money must be in a detail; the
// other blocks are compared where they were returned. Which lists a detail has in full is not said: it may lack long ones.
//
// What can be changed is that which 修改商家券活动 and 追加商家券预算 document. valid_end_time, publish_end_time, the
// days and the quantity only grow. A modification leaves alone what it does not name, so that it takes nothing away but what the
// full list of a scope leaves out, and the one of two fields that exclude each other.
var voucherFields = []compare.Field{
	{Name: outBizNoField, Shown: compare.WriteOnly},
	{Name: accessModeField, Shown: compare.WriteOnly},
	{Name: baseBlock, How: compare.Nested, Fields: []compare.Field{
		{Name: nameField, Call: providers.OperationModify},
		{Name: codeModeField, Shown: compare.Sometimes},
	}},
	{Name: sendModeBlock, How: compare.Nested, Fields: []compare.Field{
		{Name: "voucher_send_mode", Shown: compare.Sometimes, Defaults: []string{"DIRECT_SEND_MODE"}},
		{Name: sendRuleBlock, How: compare.Nested, Fields: []compare.Field{
			{Name: quantityField, How: compare.Number, Call: providers.OperationAppend, Grows: true},
			{Name: publishStartField, How: compare.Time},
			{Name: publishEndField, How: compare.Time, Call: providers.OperationModify, Grows: true},
			{Name: "quantity_limit_per_user", How: compare.Number, Shown: compare.Sometimes, Defaults: noLimit},
			{Name: "natural_person_limit", Shown: compare.Sometimes, Defaults: []string{"false"}},
			{Name: "phone_number_limit", Shown: compare.Sometimes, Defaults: []string{"false"}},
		}},
		{Name: "delivery_channel_list", How: compare.Set, Shown: compare.Sometimes},
	}},
	{Name: deductBlock, How: compare.Nested, Fields: []compare.Field{
		{Name: "voucher_type"},
		deduction("fix_voucher_info", compare.Field{Name: "amount", How: compare.Number}),
		deduction("discount_voucher_info", compare.Field{Name: "discount", How: compare.Number}, compare.Field{Name: "ceiling_amount", How: compare.Number}),
		deduction("special_voucher_info", compare.Field{Name: "special_amount", How: compare.Number}),
		deduction("exchange_voucher_info",
			compare.Field{Name: "exchange_goods_info", How: compare.Nested, Fields: []compare.Field{{Name: "exchange_goods_name"}}},
			compare.Field{Name: "amount", How: compare.Number}),
	}},
	{Name: scopeBlock, How: compare.Nested, Shown: compare.Sometimes, Fields: []compare.Field{
		{Name: geographyBlock, How: compare.Nested, Shown: compare.Sometimes, Fields: geographyFields},
		{Name: goodsBlock, How: compare.Nested, Shown: compare.Sometimes, Fields: []compare.Field{
			{Name: "goods_name"},
			{Name: "origin_amount", How: compare.Number},
		}},
	}},
	{Name: useRuleBlock, How: compare.Nested, Shown: compare.Sometimes, Fields: []compare.Field{
		{Name: "voucher_use_time_info", How: compare.Nested, Fields: []compare.Field{
			{Name: "period_type"},
			{Name: "absolute_period_info", How: compare.Nested, Fields: []compare.Field{
				{Name: "valid_begin_time", How: compare.Time},
				{Name: "valid_end_time", How: compare.Time, Call: providers.OperationModify, Grows: true},
				timeRestriction,
			}},
			{Name: "relative_period_info", How: compare.Nested, Fields: []compare.Field{
				{Name: "wait_days_after_receive", How: compare.Number, Defaults: []string{"0"}},
				{Name: "valid_days_after_receive", How: compare.Number, Call: providers.OperationModify, Grows: true},
				timeRestriction,
			}},
		}},
	}},
	{Name: guideBlock, How: compare.Nested, Shown: compare.Sometimes, Call: providers.OperationModify, Fields: []compare.Field{
		{Name: "voucher_use_guide_info", How: compare.Nested, Fields: []compare.Field{
			{Name: "use_guide_mode", How: compare.Set},
			{Name: "mini_app_use_guide_info", How: compare.Nested, Fields: []compare.Field{
				{Name: miniAppURLField, Or: miniAppServicesField},
				{Name: miniAppServicesField, How: compare.Set, Or: miniAppURLField},
			}},
		}},
	}},
	{Name: displayBlock, How: compare.Nested, Shown: compare.Sometimes, Call: providers.OperationModify, Fields: []compare.Field{
		{Name: "brand_name"},
		{Name: "brand_logo"},
		{Name: "voucher_description"},
		{Name: serviceMobileField, Or: serviceURLField},
		{Name: serviceURLField, Or: serviceMobileField},
		{Name: "voucher_name", Defaults: []string{"*"}}, // of other vouchers than EXCHANGE_VOUCHER Alipay makes it
		{Name: "voucher_image"},
		{Name: "voucher_detail_images"},
	}},
}

// The pairs of fields of which there is exactly one.
const (
	miniAppURLField      = "mini_app_url"
	miniAppServicesField = "mini_app_service_codes"
	serviceMobileField   = "customer_service_mobile"
	serviceURLField      = "customer_service_url"
)

// geographyFields are where a voucher can be used. Each list is one field, however long it is. Whose shops all shops are, and whether
// all cities are meant, is the kind of scope, which stays what it was created as.
var geographyFields = []compare.Field{
	{Name: scopeTypeField},
	{Name: shopBlock, How: compare.Nested, Shown: compare.Sometimes, Fields: []compare.Field{
		{Name: shopIDsField, How: compare.Set, Shown: compare.Sometimes, Call: providers.OperationModify},
		{Name: allShopBlock, How: compare.Nested, Shown: compare.Sometimes, Fields: []compare.Field{
			{Name: "available_brand_id", Shown: compare.Sometimes},
			{Name: "merchant_ids", How: compare.Set, Shown: compare.Sometimes, Defaults: []string{"*"}},
			{Name: excludedIDsField, How: compare.Set, Shown: compare.Sometimes, Call: providers.OperationModify, Removes: true},
		}},
	}},
	{Name: cityBlock, How: compare.Nested, Shown: compare.Sometimes, Fields: []compare.Field{
		{Name: allCityField, Shown: compare.Sometimes, Defaults: []string{"false"}},
		{Name: cityCodesField, How: compare.Set, Shown: compare.Sometimes, Call: providers.OperationModify},
	}},
}
