package alipay

import (
	"fmt"
	"regexp"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

// need makes a field required in a create and optional in a modify, where what is left out stays as it is.
type need func(name string, c schema.Checker) schema.Member

var (
	priceForm  = regexp.MustCompile(`^(0|[1-9]\d{0,9})(\.\d{1,2})?$`)
	rateForm   = regexp.MustCompile(`^(0\.[1-9]\d?|[1-8](\.\d{1,2})?|9(\.([0-8]\d?|90?))?)$`)
	cityForm   = regexp.MustCompile(`^\d{6}$`)
	clockForm  = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$`)
	weekForm   = regexp.MustCompile(`^[1-7](,[1-7])*$`)
	noSpace    = regexp.MustCompile(`^\S+$`)
	activityID = schema.Text(1, 128)
	outBizNo   = schema.Text(1, 64)
)

// price takes yuan from least to most fen, as text or number with at most two decimals.
func price(least, most int64) schema.Checker {
	return func(at string, v any) *schema.Problem {
		fen, ok := fenOf(v)
		if !ok {
			return schema.Refuse(at, v, "must be a price in yuan with at most two decimals")
		}
		if fen < least || fen > most {
			return schema.Refuse(at, v, fmt.Sprintf("must be from %d.%02d to %d.%02d yuan", least/100, least%100, most/100, most%100))
		}
		return nil
	}
}

// moment takes a time in Beijing without its zone.
func moment(at string, v any) *schema.Problem { return layout(at, v, timeLayout) }

func day(at string, v any) *schema.Problem { return layout(at, v, "2006-01-02") }

func layout(at string, v any, form string) *schema.Problem {
	s, ok := v.(string)
	if !ok {
		return schema.Refuse(at, v, "must be a string")
	}
	if _, err := time.ParseInLocation(form, s, beijing); err != nil || len(s) != len(form) {
		return schema.Refuse(at, s, "must be a time as "+form)
	}
	return nil
}

// createSchema is the form of a create; what depends on several fields is checked by rules.
var createSchema = schema.Object(
	schema.Required("out_biz_no", outBizNo),
	schema.Required("merchant_access_mode", schema.Text(1, 32)),
	schema.Required("activity_base_info", schema.Object(
		schema.Required("activity_name", activityName),
		schema.Required("code_mode", schema.OneOf(codesUploaded, codesByCall)),
		// The next two are in the SDKs' types only.
		schema.Optional("belong_merchant_info", schema.Anything),
		schema.Optional("out_activity_id", schema.Text(1, 64)),
	)),
	schema.Required("voucher_send_mode_info", schema.Object(
		schema.Required("voucher_send_mode", schema.OneOf("DIRECT_SEND_MODE")),
		schema.Required("voucher_send_rule_info", schema.Object(append(sendRule(schema.Required), schema.Required("quantity", schema.Integer(0, mostVouchers)))...)),
		schema.Optional("delivery_channel_list", schema.Array(0, 1000, schema.OneOf("CONSUME_VOUCHER"))),
	)),
	schema.Required("voucher_deduct_info", deductSchema()),
	schema.Required("voucher_available_scope_info", scopeSchema()),
	schema.Required("voucher_use_rule_info", useRule(schema.Required)),
	schema.Required("voucher_customer_guide_info", guideSchema()),
	schema.Required("voucher_display_pattern_info", displaySchema(schema.Required)),
)

// modifySchema is the form of a modify.
var modifySchema = schema.Object(
	schema.Required("activity_id", activityID),
	schema.Required("out_biz_no", outBizNo),
	schema.Required("merchant_access_mode", schema.Text(1, 32)),
	schema.Optional("activity_base_info", schema.Object(schema.Optional("activity_name", activityName))),
	schema.Optional("voucher_send_mode_info", schema.Object(schema.Optional("voucher_send_rule_info", schema.Object(sendRule(schema.Optional)...)))),
	schema.Optional("voucher_available_scope_modify_type", schema.OneOf(scopeAdd, scopeRemove, scopeReplace)),
	schema.Optional("voucher_available_scope_info", scopeSchema()),
	schema.Optional("voucher_use_rule_info", useRule(schema.Optional)),
	schema.Optional("voucher_customer_guide_info", guideSchema()),
	schema.Optional("voucher_display_pattern_info", displaySchema(schema.Optional)),
)

var activityName = schema.All(schema.Text(1, 20), schema.Pattern(noSpace, "must not contain spaces"))

func sendRule(n need) []schema.Member {
	count := schema.Integer(0, 999_999_999)
	return []schema.Member{
		n("publish_start_time", moment), n("publish_end_time", moment),
		schema.Optional("quantity_limit_per_user", count),
		schema.Optional("natural_person_limit", schema.Boolean), schema.Optional("phone_number_limit", schema.Boolean),
		// The rest is in the SDKs' types only.
		schema.Optional("real_name_limit", schema.Boolean), schema.Optional("phone_number_need_input_limit", schema.Boolean),
		schema.Optional("quantity_limit_per_user_period_type", schema.OneOf("DAY", "WEEK", "MONTH", "LIFE_CYCLE")),
		schema.Optional("max_quantity_by_day", count), schema.Optional("quantity_day_limit_per_user", count),
		schema.Optional("quantity_week_limit_per_user", count), schema.Optional("quantity_month_limit_per_user", count),
	}
}

func deductSchema() schema.Checker {
	floor := schema.Optional("floor_amount", price(10, 5_000_000))
	threshold := func(express bool, directions ...string) schema.Member {
		members := []schema.Member{
			schema.Optional("voucher_goods_quantity_specification_info", schema.Object(
				schema.Required("directional_type", schema.OneOf(directions...)),
				schema.Required("specification_quantity", schema.Integer(1, 999_999_999)),
				schema.Required("specification_unit", schema.OneOf("COUNT_NUMBER", "ORDER_NUMBER")),
			)),
			schema.Optional("customer_define_voucher_threshold_desc", schema.Text(1, 64)), // in the SDKs' types only
		}
		if express {
			members = append(members, schema.Optional("voucher_express_info", schema.Object(
				schema.Required("pay_express", schema.OneOf("PAY_FOR_EXPRESS", "FREE_FOR_EXPRESS")))))
		}
		return schema.Optional("voucher_deduct_threshold_info", schema.Object(members...))
	}
	return schema.Object(
		schema.Required("voucher_type", schema.OneOf(typeFix, typeDiscount, typeSpecial, typeExchange)),
		schema.Optional("fix_voucher_info", schema.Object(
			schema.Required("amount", price(10, 300_000)), floor, threshold(false, "FIX"))),
		schema.Optional("discount_voucher_info", schema.Object(
			schema.Required("discount", schema.Pattern(rateForm, "must be from 0.1 to 9.9 as text")),
			schema.Required("ceiling_amount", price(10, 1_500_000)), floor, threshold(false, "FIX", "APPOINT"))),
		schema.Optional("special_voucher_info", schema.Object(
			schema.Required("special_amount", price(0, 99_900)), floor, threshold(true, "FIX", "APPOINT"))),
		schema.Optional("exchange_voucher_info", schema.Object(
			schema.Required("exchange_goods_info", schema.Object(schema.Required("exchange_goods_name", schema.Text(1, 16)))),
			schema.Optional("amount", price(10, 300_000)), floor, threshold(true, "FIX", "APPOINT"),
			schema.Optional("biz_type", schema.OneOf("GROUP_BUY_EXCHANGE_VOUCHER", "FIX_EXCHANGE_VOUCHER")))),
	)
}

func scopeSchema() schema.Checker {
	id := schema.Text(1, 64)
	geography := schema.Object(
		schema.Required("available_geography_scope_type", schema.OneOf(scopeShop, scopeCity)),
		schema.Optional("available_geography_shop_info", schema.Object(
			schema.Optional("available_shop_ids", schema.Array(0, 1024, id)),
			schema.Optional("available_real_shop_ids", schema.Array(0, 1024, id)), // in the SDKs' types only
			schema.Optional("available_geography_all_shop", schema.Object(
				schema.Optional("available_brand_id", schema.Text(1, 84_000)),
				schema.Optional("merchant_ids", schema.Array(0, 1, id)),
				schema.Optional("exclude_shop_ids", schema.Array(1, 10_000, id)))))),
		schema.Optional("available_geography_city_info", schema.Object(
			schema.Optional("all_city", schema.Boolean),
			schema.Optional("available_city_codes", schema.Array(1, 10_000, schema.Pattern(cityForm, "must be a city code of six digits"))))),
	)
	goods := schema.Object(
		schema.Required("goods_name", schema.Text(1, 12)),
		schema.Optional("origin_amount", price(1, 99_999_999_900)),
		// The rest is in the SDKs' types only.
		schema.Optional("available_goods_sku_ids", schema.Anything), schema.Optional("exclude_goods_sku_ids", schema.Anything),
		schema.Optional("goods_description", schema.Anything), schema.Optional("goods_detail", schema.Anything),
		schema.Optional("goods_detail_images", schema.Anything), schema.Optional("goods_detail_rich_description", schema.Anything),
	)
	return schema.Object(
		schema.Optional("voucher_available_geography_scope_info", geography),
		schema.Optional("voucher_available_goods_info", goods),
		schema.Optional("voucher_available_account_info", schema.Anything),
		schema.Optional("voucher_available_app_info", schema.Anything),
		schema.Optional("voucher_available_item_info", schema.Anything),
	)
}
