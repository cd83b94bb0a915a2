package alipay

import (
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/wire"
	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

const (
	statusField    = "activity_status"
	operationField = "activity_operation_status"
	createTime     = "create_time"

	operationCreating = "CREATING"

	baseBlock      = "activity_base_info"
	sendModeBlock  = "voucher_send_mode_info"
	sendRuleBlock  = "voucher_send_rule_info"
	deductBlock    = "voucher_deduct_info"
	scopeBlock     = "voucher_available_scope_info"
	geographyBlock = "voucher_available_geography_scope_info"
	goodsBlock     = "voucher_available_goods_info"
	useRuleBlock   = "voucher_use_rule_info"
	guideBlock     = "voucher_customer_guide_info"
	displayBlock   = "voucher_display_pattern_info"

	nameField         = "activity_name"
	codeModeField     = "code_mode"
	quantityField     = "quantity"
	publishStartField = "publish_start_time"
	publishEndField   = "publish_end_time"
)

// parseTime reads Alipay's date-time, which is Beijing's, or one with a zone.
func parseTime(value string) (time.Time, bool) {
	value = strings.TrimSpace(value)
	if t, err := time.ParseInLocation(timeLayout, value, wire.Beijing); err == nil {
		return t, true
	}
	t, err := time.Parse(time.RFC3339, value)
	return t, err == nil
}

// timeOf is parseTime of a field; zero where it is absent or unreadable.
func timeOf(from lenient.Object, name string) time.Time {
	t, _ := parseTime(lenient.Text(from, name))
	return t
}

// baseText reads a field that answers have at the top, in activity_base_info, or in both: which one is filled is not documented.
func baseText(reply lenient.Object, name string) string {
	if text := lenient.Text(reply, name); text != "" {
		return text
	}
	return lenient.Text(lenient.Child(reply, baseBlock), name)
}

// snapshot reads a detail or a row of the list. Unknown fields are ignored, missing ones left out.
func (v *Vouchers) snapshot(reply lenient.Object, detailed bool) (providers.Snapshot, error) {
	content := contentOf(reply)
	encoded, err := lenient.Encode(content)
	if err != nil {
		return providers.Snapshot{}, err
	}
	rule := lenient.Child(content, sendModeBlock, sendRuleBlock)
	status, operation := baseText(reply, statusField), baseText(reply, operationField)
	snapshot := providers.Snapshot{
		ID:           baseText(reply, activityIDField),
		Name:         baseText(reply, nameField),
		Begin:        timeOf(rule, publishStartField),
		End:          timeOf(rule, publishEndField),
		Created:      timeOf(reply, createTime),
		VendorState:  status,
		Busy:         operation,
		Facts:        lenient.Facts(reply, createTime),
		Content:      encoded,
		Exposure:     exposureOf(content),
		Total:        totalOf(rule),
		Distribution: distributionOf(reply, rule),
		Detailed:     detailed,
	}
	for name, value := range lenient.Facts(lenient.Child(reply, "audit_result_info"), "audit_result", "audit_reason") {
		snapshot.Facts[name] = lenient.OneLine(value, maxMessage)
	}
	if detailed || operation != "" {
		snapshot.Facts[operationField] = operation // that there is none is news too
	}
	snapshot.State = stateOf(status, operation, snapshot.Begin, snapshot.End, v.client.gatewayNow())
	if snapshot.State == providers.StateCreating {
		snapshot.Busy = "" // the state says it
	}
	return snapshot, nil
}

// finishedEarly is how long before its end, by our clock, a FINISHED activity counts as one whose time is over: clocks differ, and how
// exactly Alipay keeps the end is not documented.
const finishedEarly = 2 * time.Minute

// stateOf maps activity_status to the common vocabulary. It is empty while the activity is being created, and does not say whether the
// time to claim vouchers has come or is over; whether it becomes FINISHED by itself at its end is not documented.
func stateOf(status, operation string, begin, end, now time.Time) providers.State {
	over := func(now time.Time) bool { return !end.IsZero() && !now.Before(end) }
	switch status {
	case "":
		if operation == "" || operation == operationCreating {
			return providers.StateCreating
		}
	case statusFinished:
		if over(now.Add(finishedEarly)) {
			return providers.StateEnded
		}
		return providers.StateTerminated
	case statusActive, statusPause:
		switch {
		case over(now):
			return providers.StateEnded
		case status == statusPause:
			return providers.StatePaused
		case now.Before(begin):
			return providers.StateScheduled
		}
		return providers.StateRunning
	}
	return providers.StateUnknown
}

// contentOf returns what was returned of the creation fields, in the shape of the request. Of the flat fields of the schema
// of 2021 only the times are taken, where the newer ones are missing.
func contentOf(reply lenient.Object) lenient.Object {
	content := lenient.Pick(reply, sendModeBlock, deductBlock, scopeBlock, useRuleBlock, guideBlock)
	base := lenient.Object{}
	for _, name := range []string{nameField, codeModeField} {
		if value := baseText(reply, name); value != "" {
			base[name] = value
		}
	}
	if len(base) > 0 {
		content[baseBlock] = base
	}
	if display := displayOf(lenient.Child(reply, displayBlock)); len(display) > 0 {
		content[displayBlock] = display
	}
	if window := legacyWindow(reply); len(window) > 0 {
		mode := copyOf(lenient.Child(reply, sendModeBlock))
		mode[sendRuleBlock] = merged(window, lenient.Child(mode, sendRuleBlock))
		content[sendModeBlock] = mode
	}
	return content
}

// displayOf leaves out the addresses of the images (brand_logo_url …), which no request has.
func displayOf(display lenient.Object) lenient.Object {
	out := copyOf(display)
	for _, name := range []string{"brand_logo_url", "voucher_image_url", "voucher_detail_image_urls"} {
		delete(out, name)
	}
	return out
}

// legacyWindow returns the times at the top of a reply that has none in voucher_send_rule_info.
func legacyWindow(reply lenient.Object) lenient.Object {
	rule := lenient.Child(reply, sendModeBlock, sendRuleBlock)
	out := lenient.Object{}
	for _, name := range []string{publishStartField, publishEndField} {
		if value := lenient.Text(reply, name); value != "" && lenient.IsEmpty(rule[name]) {
			out[name] = value
		}
	}
	return out
}

func copyOf(from lenient.Object) lenient.Object { return merged(nil, from) }

// merged returns the fields of both, those of b where both have one.
func merged(a, b lenient.Object) lenient.Object {
	out := lenient.Object{}
	for _, from := range []lenient.Object{a, b} {
		for name, value := range from {
			if !lenient.IsEmpty(value) {
				out[name] = value
			}
		}
	}
	return out
}

// distributionOf counts the vouchers that were given out (send_count, in the schema of 2021 publish_count), nil where the answer
// does not say, as rows of a list do not.
func distributionOf(reply, rule lenient.Object) *providers.Distribution {
	sent, hasSent := lenient.Count(lenient.Child(reply, "voucher_inventory_info"), "send_count")
	if !hasSent {
		sent, hasSent = lenient.Count(lenient.Child(reply, "summary"), "publish_count")
	}
	total := totalOf(rule)
	if !hasSent || total == nil {
		return nil
	}
	return &providers.Distribution{Sent: int64(sent), Total: *total}
}

// totalOf is how many vouchers there are in all, nil where the answer does not say.
func totalOf(rule lenient.Object) *int64 {
	count, known := lenient.Count(rule, quantityField)
	if !known {
		return nil
	}
	total := int64(count)
	return &total
}
