package alipay

import "strings"

// modifyReply is the answer to a modify.
type modifyReply struct {
	Scope *scopeResult `json:"voucher_available_scope_result_info,omitempty"`
}

// modify changes an activity's content. What is left out stays as it is.
func (g *Gateway) modify(rq *request) (outcome, *apiError) {
	var reply modifyReply
	return g.alter(rq, change{
		form: modifySchema, operation: modifying,
		check: func(a *activity) (object, bool, *apiError) {
			if ended, e := g.over(a); e != nil || ended {
				return nil, ended, e
			}
			content := copyOf(a.Content)
			if e := g.modifyTimes(content, rq.doc); e != nil {
				return nil, false, e
			}
			if has(rq.doc, pathScope) {
				var e *apiError
				if reply.Scope, e = g.changeScope(content, rq.doc, textAt(rq.doc, "voucher_available_scope_modify_type")); e != nil {
					return nil, false, e
				}
			}
			applyBlocks(content, rq.doc)
			return content, false, g.rules(content)
		},
		reply: func() any { return reply },
	})
}

// modifyTimes applies times and days, which can only be extended.
func (g *Gateway) modifyTimes(content, change object) *apiError {
	if kind := textAt(change, pathPeriodType); kind != "" && kind != textAt(content, pathPeriodType) {
		return invalid(pathPeriodType, "cannot be changed")
	}
	for _, path := range []string{pathEnd, pathValidEnd} {
		if !has(change, path) {
			continue
		}
		if has(content, path) && timeAt(change, path).Before(timeAt(content, path)) {
			return invalid(path, "can only be made later than "+textAt(content, path))
		}
		put(content, path, textAt(change, path))
	}
	if has(change, pathValidDays) {
		if numberAt(change, pathValidDays) < numberAt(content, pathValidDays) {
			return invalid(pathValidDays, "can only be raised")
		}
		put(content, pathValidDays, get(change, pathValidDays))
	}
	for _, path := range []string{pathStart, pathValidBegin, pathUseTime + ".relative_period_info.wait_days_after_receive"} {
		if !has(change, path) {
			continue
		}
		if get(change, path) != get(content, path) && g.switches.Is(SwitchModifyBegin, "refused") {
			return invalid(path, "cannot be changed")
		}
		put(content, path, get(change, path))
	}
	return nil
}

// applyBlocks applies what has no rules of its own. In a block, too, what is left out stays.
func applyBlocks(content, change object) {
	for _, path := range []string{
		pathName, pathUseGuide, "voucher_customer_guide_info.voucher_send_guide_info", pathDisplay,
		pathSendRule + ".natural_person_limit", pathSendRule + ".phone_number_limit", pathSendRule + ".quantity_limit_per_user",
	} {
		if has(change, path) {
			merge(content, path, get(change, path))
		}
	}
	for _, pair := range [][2]string{{pathServiceURL, pathServiceCall}, {pathMiniAppURL, pathMiniAppCodes}} {
		replaceOther(content, change, pair[0], pair[1])
		replaceOther(content, change, pair[1], pair[0])
	}
}

// merge sets a value, of an object the fields that it has.
func merge(content object, path string, value any) {
	fields, ok := value.(object)
	if !ok {
		put(content, path, value)
		return
	}
	for name, inner := range fields {
		merge(content, path+"."+name, inner)
	}
}

// replaceOther removes the one of two fields of which there is one, where the change names only the other.
func replaceOther(content, change object, named, other string) {
	if !has(change, named) || has(change, other) {
		return
	}
	at := strings.LastIndex(other, ".")
	if block, ok := get(content, other[:at]).(object); ok {
		delete(block, other[at+1:])
	}
}
