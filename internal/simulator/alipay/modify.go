package alipay

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

// applyBlocks applies what has no rules of its own.
func applyBlocks(content, change object) {
	for _, path := range []string{
		pathName, pathUseGuide, "voucher_customer_guide_info.voucher_send_guide_info",
		pathSendRule + ".natural_person_limit", pathSendRule + ".phone_number_limit", pathSendRule + ".quantity_limit_per_user",
	} {
		if has(change, path) {
			put(content, path, get(change, path))
		}
	}
	display, _ := change[pathDisplay].(object)
	for name, value := range display {
		put(content, pathDisplay+"."+name, value)
	}
	// Of the two ways to reach the merchant there is one: naming the other replaces it.
	shown, _ := content[pathDisplay].(object)
	switch {
	case has(change, pathServiceURL) && !has(change, pathServiceCall):
		delete(shown, "customer_service_mobile")
	case has(change, pathServiceCall) && !has(change, pathServiceURL):
		delete(shown, "customer_service_url")
	}
}
