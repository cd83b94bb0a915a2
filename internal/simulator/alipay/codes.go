package alipay

import (
	"regexp"
	"slices"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

var codeForm = regexp.MustCompile(`^[0-9a-zA-Z_+=|-]{1,64}$`)

var depositSchema = schema.Object(
	schema.Required("activity_id", activityID),
	schema.Required("out_biz_no", outBizNo),
	schema.Required("merchant_access_mode", schema.Text(1, 32)),
	schema.Required("voucher_codes", schema.Array(1, 1000, schema.Anything)),
)

type depositReply struct {
	SuccessCount int          `json:"success_count"`
	FailCount    int          `json:"fail_count"`
	Success      []string     `json:"success_voucher_code_list,omitempty"`
	Fail         []failedCode `json:"fail_voucher_code_detail_list,omitempty"`
}

type failedCode struct {
	VoucherCode string `json:"voucher_code"`
	ErrorCode   string `json:"error_code"`
	ErrorMsg    string `json:"error_msg"`
}

// codeDeposit imports voucher codes, at once.
func (g *Gateway) codeDeposit(rq *request) (outcome, *apiError) {
	v := g.vouchers
	var a *activity
	var reply depositReply
	return v.once(rq, step{
		form: depositSchema,
		check: func() (e *apiError) {
			if a, e = v.find(rq); e != nil {
				return e
			}
			switch {
			case !a.Exists:
				return invalid("activity_id", "活动尚未创建成功")
			case !a.uploaded():
				return invalid("activity_id", "code_mode is not "+codesUploaded)
			case a.StoppedAt != nil || a.expired(g.clock.Now()):
				return invalid("activity_id", "活动已结束")
			}
			return nil
		},
		reply: func() any {
			reply = v.sortCodes(a, rq.doc["voucher_codes"].([]any))
			return reply
		},
		commit: func(u use) *apiError {
			next := a.changed(u.At)
			next.Uses = append(slices.Clip(a.Uses), u)
			next.Codes = append(slices.Clip(a.Codes), v.newCodes(a, reply.Success)...)
			if g.switches.Is(SwitchCodesTotal, "deposit") {
				next.Content = copyOf(a.Content)
				put(next.Content, pathQuantity, asNumber(int64(len(next.Codes))))
			}
			return v.put(next)
		},
	})
}

// sortCodes says which codes are taken.
func (v *vouchers) sortCodes(a *activity, codes []any) depositReply {
	var r depositReply
	here := map[string]bool{}
	for _, item := range codes {
		code, _ := item.(string)
		why := v.codeFault(a, code, here)
		here[code] = true
		if why != "" {
			r.Fail = append(r.Fail, failedCode{VoucherCode: code, ErrorCode: why, ErrorMsg: codeFaults[why]})
		} else {
			r.Success = append(r.Success, code)
		}
	}
	r.SuccessCount, r.FailCount = len(r.Success), len(r.Fail)
	return r
}

// codeFaults are the error_codes of a code that is not taken. The vendor does not publish its own.
var codeFaults = map[string]string{
	"VOUCHER_CODE_ILLEGAL": "券码格式有误", "VOUCHER_CODE_REPEAT": "券码重复", "VOUCHER_CODE_DEPOSIT_FAIL": "券码导入失败",
}

func (v *vouchers) codeFault(a *activity, code string, here map[string]bool) string {
	repeated := here[code] || v.codes[v.codeScope(a)+" "+code]
	switch {
	case !codeForm.MatchString(code):
		return "VOUCHER_CODE_ILLEGAL"
	case wildcard(v.g.switches.Items(SwitchCodesFailing), code):
		return "VOUCHER_CODE_DEPOSIT_FAIL"
	case repeated && v.g.switches.Is(SwitchCodesDuplicate, "fails"):
		return "VOUCHER_CODE_REPEAT"
	}
	return ""
}

// codeScope is within what a code is unique.
func (v *vouchers) codeScope(a *activity) string {
	if v.g.switches.Is(SwitchCodesScope, "merchant") {
		return a.Owner
	}
	return a.ID
}

// newCodes are those accepted codes that the activity does not have yet: a duplicate that was accepted counts once.
func (v *vouchers) newCodes(a *activity, accepted []string) []string {
	var fresh []string
	seen := map[string]bool{}
	for _, code := range accepted {
		if !seen[code] && !v.codes[a.ID+" "+code] {
			fresh = append(fresh, code)
		}
		seen[code] = true
	}
	return fresh
}

var readSchema = schema.Object(
	schema.Required("activity_id", activityID),
	schema.Required("merchant_access_mode", schema.Text(1, 32)),
)

// codeCount counts the imported codes.
func (g *Gateway) codeCount(rq *request) (outcome, *apiError) {
	if p := readSchema("", rq.doc); p != nil {
		return outcome{}, problem(p)
	}
	g.vouchers.mu.Lock()
	defer g.vouchers.mu.Unlock()
	a, e := g.vouchers.find(rq)
	if e != nil {
		return outcome{}, e
	}
	return outcome{body: map[string]int{"success_count": len(a.Codes)}}, nil
}
