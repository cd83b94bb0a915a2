package controllers

import (
	"reflect"
	"testing"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// documented are the request fields of 创建全场满额送活动 as its page has them, with [] for lists.
const documented = `
activity_base_info.activity_name
activity_base_info.activity_second_title
activity_base_info.merchant_logo_url
activity_base_info.background_color
activity_base_info.begin_time
activity_base_info.end_time
activity_base_info.available_periods.available_time[].begin_time
activity_base_info.available_periods.available_time[].end_time
activity_base_info.available_periods.available_day_time[].begin_day_time
activity_base_info.available_periods.available_day_time[].end_day_time
activity_base_info.out_request_no
activity_base_info.delivery_purpose
activity_base_info.mini_programs_appid
activity_base_info.mini_programs_path
award_send_rule.transaction_amount_minimum
award_send_rule.send_content
award_send_rule.award_type
award_send_rule.award_list[].stock_id
award_send_rule.award_list[].original_image_url
award_send_rule.award_list[].thumbnail_url
award_send_rule.merchant_option
award_send_rule.merchant_id_list[]
advanced_setting.delivery_user_category
advanced_setting.merchant_member_appid
advanced_setting.goods_tags[]`

// notOpen are documented too, and refused at admission: WeChat Pay has not opened them for BUSIFAVOR.
const notOpen = `
advanced_setting.payment_mode.payment_scene_list[]
advanced_setting.payment_method_information.payment_method
advanced_setting.payment_method_information.bank_abbreviation`

func TestAPayGiftManifestCanSayEveryDocumentedFieldAndNothingElse(t *testing.T) {
	saysAll(t, PayGiftActivityKind{}, "paygift-maximal", reflect.TypeFor[v1alpha1.PayGiftActivitySpec](), documented, notOpen,
		"MerchantRef", "State", "Adopt", "CampaignLifecycle")
}
