package alipay

import "github.com/campaign-operator/campaign-operator/internal/simulator/schema"

// useRule is when a voucher that was claimed can be used.
func useRule(n need) schema.Checker {
	restriction := schema.Optional("time_restrict_info", schema.Object(
		schema.Optional("usable_period_info", schema.Array(1, 1000, periodSchema())),
		schema.Optional("disable_period_info", schema.Array(1, 1000, periodSchema())),
	))
	times := schema.Object(
		n("period_type", schema.OneOf(periodAbsolute, periodRelative)),
		schema.Optional("absolute_period_info", schema.Object(
			n("valid_begin_time", moment), n("valid_end_time", moment), restriction)),
		schema.Optional("relative_period_info", schema.Object(
			n("wait_days_after_receive", schema.Integer(0, 999_999_999)),
			n("valid_days_after_receive", schema.Integer(1, 999_999_999)),
			// Two spellings are documented.
			schema.Optional("valid_days_relative_type", schema.OneOf("ROUND_FORWARD", "ROUND_BACKWARD", "ROUND_BACKWARDS")), restriction)),
	)
	return schema.Object(
		n("voucher_use_time_info", times),
		// The rest is in the SDKs' types only.
		schema.Optional("payment_restriction_list", schema.Anything), schema.Optional("quantity_limit_per_user", schema.Anything),
		schema.Optional("quantity_limit_per_user_period_type", schema.Anything), schema.Optional("voucher_max_use_times", schema.Anything),
		schema.Optional("voucher_use_ext_info", schema.Anything),
	)
}

func periodSchema() schema.Checker {
	time := schema.Pattern(clockForm, "must be a time of day as HH:mm:ss")
	window := schema.Object(
		schema.Required("begin_time", time),
		schema.Required("end_time_info", schema.Object(
			schema.Required("end_time_type", schema.OneOf("SAME_DAY", "NEXT_DAY")),
			schema.Required("end_time", time))),
	)
	shape := schema.Object(
		schema.Required("rule_type", schema.OneOf("WEEK", "DATE", "HOLIDAY")),
		schema.Optional("week_rule_info", schema.Object(
			schema.Required("week_day", schema.Pattern(weekForm, "must be day numbers such as 1,2")),
			schema.Required("time_range_info", window))),
		schema.Optional("date_rule_info", schema.Object(
			schema.Required("date_range_info", schema.Object(schema.Required("begin_date", day), schema.Required("end_date", day))),
			schema.Required("time_range_info", window))),
		schema.Optional("holiday_rule_info", schema.Object(schema.Required("time_range_info", window))),
	)
	return schema.All(shape, oneRule)
}

// ruleBlocks are the blocks of a period by its rule_type.
var ruleBlocks = map[string]string{"WEEK": "week_rule_info", "DATE": "date_rule_info", "HOLIDAY": "holiday_rule_info"}

// oneRule takes a period whose block is that of its rule_type.
func oneRule(at string, v any) *schema.Problem {
	period, _ := v.(object)
	kind := textAt(period, "rule_type")
	for other, block := range ruleBlocks {
		if has(period, block) != (other == kind) {
			return schema.Refuse(at, nil, "must have "+ruleBlocks[kind]+" and no other rule, since rule_type is "+kind)
		}
	}
	return nil
}

// guideSchema is how a voucher is used.
func guideSchema() schema.Checker {
	url := schema.Text(1, 64)
	return schema.Object(
		schema.Optional("voucher_use_guide_info", schema.Object(
			schema.Required("use_guide_mode", schema.Array(1, 1000, schema.OneOf(guideOffline, guideMiniApp))),
			schema.Optional("mini_app_use_guide_info", schema.Object(
				schema.Optional("mini_app_url", url),
				schema.Optional("mini_app_service_codes", schema.Array(0, 16, schema.Text(1, 64))))),
			schema.Optional("use_url", schema.Text(1, 255)))), // in the SDKs' types only
		schema.Optional("voucher_send_guide_info", schema.Object(
			schema.Required("send_guide_mode", schema.Array(1, 1000, schema.OneOf(guideMiniApp))),
			schema.Optional("mini_app_send_guide_info", schema.Object(schema.Required("mini_app_url", url))))),
	)
}

// displaySchema is how a voucher looks.
func displaySchema(n need) schema.Checker {
	image := schema.Text(1, 64)
	return schema.Object(
		n("brand_name", schema.Text(1, 12)),
		n("brand_logo", schema.Text(1, 128)),
		n("voucher_description", schema.Text(1, 1000)),
		schema.Optional("customer_service_mobile", schema.Text(1, 20)),
		schema.Optional("customer_service_url", schema.Text(1, 255)),
		schema.Optional("voucher_name", schema.Text(1, 20)),
		schema.Optional("voucher_image", image),
		schema.Optional("voucher_detail_images", schema.Array(1, 3, image)),
	)
}
