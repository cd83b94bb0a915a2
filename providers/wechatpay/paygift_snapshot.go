package wechatpay

import (
	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// payGiftStates maps 活动状态 (activity_status) to the common vocabulary.
var payGiftStates = map[string]providers.State{
	"CREATE_ACT_STATUS":    providers.StateScheduled,
	"ONGOING_ACT_STATUS":   providers.StateRunning,
	"STOP_ACT_STATUS":      providers.StatePaused, // 已暂停: "stop" is a pause here
	"TERMINATE_ACT_STATUS": providers.StateTerminated,
	"OVER_TIME_ACT_STATUS": providers.StateEnded,
	"CREATE_ACT_FAILED":    providers.StateFailed,
}

// payGiftFacts are the fields that only the server sets.
var payGiftFacts = []string{
	activityTypeField, "creator_merchant_id", "belong_merchant_id",
	"create_time", "update_time", "pause_time", "recovery_time",
}

const (
	activityTypeField   = "activity_type"
	activityStatusField = "activity_status"
	fullSendType        = "FULL_SEND_ACT_TYPE"
	fullSendRule        = "full_send_rule"
)

// sendersOf returns the sending merchants where the detail shows them: `merchant_id_list`, which is in
// one page of the vendor and not in a later one. Nil when it does not.
func sendersOf(rule object) []string {
	list, shown := rule["merchant_id_list"].([]any)
	if !shown {
		return nil
	}
	return lenient.SetOf(list)
}

// payGiftSnapshot reads a detail or a row of the list.
func payGiftSnapshot(activity object, detailed bool) (providers.Snapshot, error) {
	base := lenient.Child(activity, "activity_base_info")
	status := lenient.Text(activity, activityStatusField)
	content, err := contentOf(activity)
	if err != nil {
		return providers.Snapshot{}, err
	}
	snapshot := providers.Snapshot{
		ID:          lenient.Text(activity, "activity_id"),
		RequestNo:   lenient.Text(base, "out_request_no"),
		Name:        lenient.Text(base, "activity_name"),
		Begin:       timeOf(base, "begin_time"),
		End:         timeOf(base, "end_time"),
		Created:     timeOf(activity, "create_time"),
		State:       stateOf(payGiftStates, status),
		VendorState: status,
		Facts:       lenient.Facts(activity, payGiftFacts...),
		Content:     content,
		Detailed:    detailed,
	}
	if rule := lenient.Child(activity, "award_send_rule"); detailed && rule != nil {
		snapshot.Members = sendersOf(flattenRule(rule, lenient.Text(activity, activityTypeField)))
	}
	return snapshot, nil
}

// contentOf returns what was returned of the creation fields, in the shape of the request.
func contentOf(activity object) ([]byte, error) {
	content := object{}
	for _, section := range []string{"activity_base_info", "award_send_rule", "advanced_setting"} {
		if value := activity[section]; value != nil {
			content[section] = value
		}
	}
	if rule := lenient.Child(activity, "award_send_rule"); rule != nil {
		content["award_send_rule"] = flattenRule(rule, lenient.Text(activity, activityTypeField))
	}
	return lenient.Encode(content)
}

// flattenRule turns {full_send_rule: {…}} into the flat rule of the request. STEP and SPECIFIC
// activities, which only the console makes, keep their shape and so differ from any request.
// (The page's example shows all three rules at once; activity_type then says which is meant.)
func flattenRule(rule object, activityType string) object {
	full := lenient.Child(rule, fullSendRule)
	if full == nil {
		return rule
	}
	others := !lenient.IsEmpty(rule["step_send_rule"]) || !lenient.IsEmpty(rule["specific_send_rule"])
	if activityType == fullSendType || activityType == "" && !others {
		return full
	}
	return rule
}
