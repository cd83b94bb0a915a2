package wechatpay

import (
	"encoding/json"
	"slices"
)

// hiddenFault finds the faults for which the gateway was seen to answer SYSTEM_ERROR.
func hiddenFault(doc map[string]any) bool {
	rule, _ := doc["coupon_use_rule"].(map[string]any)
	coupon, _ := rule["fixed_normal_coupon"].(map[string]any)
	amount, minimum := integer(1, mostFavorFen)("", coupon["coupon_amount"]), integer(1, mostFavorFen)("", coupon["transaction_minimum"])
	tags, hasTags := rule["goods_tag"]
	_, hasTime := rule["coupon_available_time"]
	begin, _ := doc["available_begin_time"].(string)
	end, _ := doc["available_end_time"].(string)
	return hasEmpty(doc) || hasTime ||
		hasTags && array(50, pattern(favorTagForm, ""))("", tags) != nil ||
		amount == nil && minimum == nil && numberOf(coupon["transaction_minimum"]) <= numberOf(coupon["coupon_amount"]) ||
		timestamp("", begin) == nil && timestamp("", end) == nil && instant(begin).Equal(instant(end))
}

// hasEmpty says whether there is an empty text or list anywhere.
func hasEmpty(v any) bool {
	switch x := v.(type) {
	case string:
		return x == ""
	case []any:
		return len(x) == 0 || slices.ContainsFunc(x, hasEmpty)
	case map[string]any:
		for _, value := range x {
			if hasEmpty(value) {
				return true
			}
		}
	}
	return false
}

// numberOf is an integer that was checked before.
func numberOf(v any) int64 {
	number, _ := v.(json.Number)
	n, _ := number.Int64()
	return n
}
