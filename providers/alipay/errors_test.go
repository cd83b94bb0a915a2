package alipay

import (
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

func TestRejectionsAreWhatTheTableSays(t *testing.T) {
	for name, tc := range map[string]struct {
		op                    providers.Operation
		code, subCode, subMsg string
		kind                  providers.Kind
		delay                 providers.Delay
		maybe                 bool
	}{
		"a wrong parameter":                    {"create", "40004", "INVALID_PARAMETER", "参数错误", providers.KindInvalid, providers.DelayNever, false},
		"with a prefix":                        {"create", "40004", "isv.INVALID_PARAMETER", "参数错误", providers.KindInvalid, providers.DelayNever, false},
		"too little off":                       {"create", "40004", "DISCOUNT_AMOUNT_INSUFFICIENT", "", providers.KindInvalid, providers.DelayNever, false},
		"risk control":                         {"create", "40004", "BUSINESS_HAS_RISK", "", providers.KindForbidden, providers.DelaySlow, false},
		"a shop":                               {"create", "40004", "BIZ_ERROR", "业务异常,门店不存在", providers.KindForbidden, providers.DelaySlow, false},
		"a mini app":                           {"create", "40004", "BIZ_ERROR", "小程序不属于该商户", providers.KindForbidden, providers.DelaySlow, false},
		"no grant of operation":                {"create", "40004", "BIZ_ERROR", "缺少代运营关系", providers.KindForbidden, providers.DelaySlow, false},
		"a creation under way":                 {"create", "40004", "BIZ_ERROR", "业务异常,活动存在正在进行中的其他操作", providers.KindUnavailable, providers.DelayFast, true},
		"another cause":                        {"create", "40004", "BIZ_ERROR", "其他", providers.KindInvalid, providers.DelaySlow, false},
		"the system":                           {"create", "40004", "SYSTEM_ERROR", "", providers.KindUnavailable, providers.DelayFast, true},
		"the gateway":                          {"create", "20000", "isp.unknow-error", "", providers.KindUnavailable, providers.DelayFast, true},
		"the gateway of old":                   {"create", "20000", "aop.unknow-error", "", providers.KindUnavailable, providers.DelayFast, true},
		"no sub_code":                          {"create", "20000", "", "", providers.KindUnavailable, providers.DelayFast, true},
		"the app's rate":                       {"create", "40005", "isv.app-call-limited", "", providers.KindThrottled, providers.DelayFast, false},
		"the call's rate":                      {"terminate", "40005", "isv.method-call-limited", "", providers.KindThrottled, providers.DelayFast, false},
		"another rate":                         {"create", "40005", "isv.app-api-punished", "", providers.KindThrottled, providers.DelayFast, false},
		"a token":                              {"create", "20001", "aop.invalid-app-auth-token", "", providers.KindAuth, providers.DelayAccount, false},
		"another token":                        {"create", "20001", "aop.novel", "", providers.KindAuth, providers.DelayAccount, false},
		"a signature":                          {"create", "40002", "isv.invalid-signature", "", providers.KindAuth, providers.DelayAccount, false},
		"a signature under another code":       {"create", "40003", "isv.invalid-signature", "", providers.KindAuth, providers.DelayAccount, false},
		"the clock":                            {"create", "40002", "isv.invalid-timestamp", "", providers.KindAuth, providers.DelayAccount, false},
		"the certificate":                      {"create", "40002", "app-cert-expired", "", providers.KindAuth, providers.DelayAccount, false},
		"no permission":                        {"create", "40006", "isv.insufficient-isv-permissions", "", providers.KindForbidden, providers.DelaySlow, false},
		"another permission":                   {"create", "40006", "isv.novel", "", providers.KindForbidden, providers.DelaySlow, false},
		"an unknown cause":                     {"create", "40004", "NOVEL", "", providers.KindUnknown, providers.DelaySlow, true},
		"an unknown parameter":                 {"create", "40002", "isv.novel", "", providers.KindUnknown, providers.DelaySlow, false},
		"an unknown code":                      {"create", "59999", "novel", "", providers.KindUnknown, providers.DelaySlow, true},
		"an activity that is not known":        {"get", "40004", "INVALID_PARAMETER", "活动不存在", providers.KindNotFound, providers.DelaySlow, false},
		"the same as a business error":         {"get", "40004", "BIZ_ERROR", "活动不存在", providers.KindNotFound, providers.DelaySlow, false},
		"another business error":               {"get", "40004", "BIZ_ERROR", "x", providers.KindUnknown, providers.DelaySlow, false},
		"its codes":                            {"codes-count", "40004", "INVALID_PARAMETER", "", providers.KindNotFound, providers.DelaySlow, false},
		"another change under way":             {"modify", "40004", "BIZ_ERROR", "业务异常,活动存在正在进行中的其他操作", providers.KindConflict, providers.DelayFast, false},
		"the same of a stop":                   {"terminate", "40004", "BIZ_ERROR", "业务异常,活动存在正在进行中的其他操作", providers.KindConflict, providers.DelayFast, false},
		"a stop that cannot be":                {"terminate", "40004", "BIZ_ERROR", "活动已结束", providers.KindConflict, providers.DelaySlow, false},
		"a change after the end":               {"append", "40004", "ACTIVITY_EXPIRED", "", providers.KindConflict, providers.DelayNever, false},
		"a wrong total":                        {"append", "40004", "INVALID_PARAMETER", "", providers.KindInvalid, providers.DelaySlow, false},
		"wrong codes":                          {"codes-deposit", "40004", "INVALID_PARAMETER", "", providers.KindInvalid, providers.DelaySlow, false},
		"a list":                               {"list", "40004", "INVALID_PARAMETER", "", providers.KindUnknown, providers.DelaySlow, false},
		"a change of an activity that is gone": {"modify", "40004", "BIZ_ERROR", "活动不存在", providers.KindNotFound, providers.DelaySlow, false},
	} {
		t.Run(name, func(t *testing.T) {
			e := gotError(t, callOf(t, vouchersWith(t, failure(tc.code, tc.subCode, tc.subMsg)), tc.op), tc.kind, tc.maybe)
			if e.Delay != tc.delay || !e.Verified || e.Operation != tc.op || e.HTTPStatus != 200 {
				t.Errorf("got %+v", e)
			}
			if want := firstOf(tc.subCode, tc.code); e.Code != want || tc.subMsg != "" && e.Message != tc.subMsg {
				t.Errorf("got %s: %s", e.Code, e.Message)
			}
		})
	}
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// callOf makes a call of an operation.
func callOf(t *testing.T, v *Vouchers, op providers.Operation) error {
	t.Helper()
	var err error
	switch op {
	case providers.OperationCreate:
		return create(t, v)
	case providers.OperationGet:
		return get(t, v)
	case providers.OperationList:
		_, err = v.List(t.Context(), 0)
	case providers.OperationCountCodes:
		_, err = v.CountCodes(t.Context(), "100")
	default:
		_, err = v.Do(t.Context(), providers.Mutation{Operation: op, ID: "100", Number: "1", Total: 1, Codes: []string{"A1"},
			Desired: []byte(`{"activity_base_info":{"activity_name":"A"}}`), Fields: []string{"activity_base_info.activity_name"}})
	}
	return err
}

func TestAnUnsignedRejectionExplainsAndProvesNothing(t *testing.T) {
	for name, tc := range map[string]struct {
		reply reply
		kind  providers.Kind
		maybe bool
	}{
		"of a parameter":             {failure("40004", "INVALID_PARAMETER", "x"), providers.KindInvalid, true},
		"of a signature":             {failure("40002", "isv.invalid-signature", "x"), providers.KindAuth, true},
		"of the rate":                {failure("40005", "isv.app-call-limited", "x"), providers.KindThrottled, true},
		"of an app that is unknown":  {failure("40002", "isv.invalid-app-id", "x"), providers.KindAuth, false},
		"of an app without keys":     {failure("40003", "isv.missing-signature-config", "x"), providers.KindAuth, false},
		"in the node of old":         {reply{wire: `{"error_response":{"code":"40004","sub_code":"INVALID_PARAMETER"}}`}, providers.KindInvalid, true},
		"with neither code nor text": {reply{wire: `{"error_response":{}}`}, providers.KindUnknown, true},
	} {
		t.Run(name, func(t *testing.T) {
			v := vouchersWith(t, tc.reply.unsigned())
			if e := gotError(t, create(t, v), tc.kind, tc.maybe); e.Verified || e.Code == "" {
				t.Errorf("got %+v", e)
			}
			if e := gotError(t, callOf(t, v, providers.OperationTerminate), tc.kind, tc.maybe); e.Verified {
				t.Errorf("got %+v", e)
			}
		})
	}
}

func TestARejectionSignedByAnotherIsNotBelieved(t *testing.T) {
	e := gotError(t, create(t, vouchersWith(t, failure("40004", "INVALID_PARAMETER", "x").signedBy(strangerKey()))), providers.KindUntrusted, true)
	if e.Verified || e.Code != "" {
		t.Errorf("got %+v", e)
	}
}

func TestTheGatewaysTextsAreShownWithoutSecretsAndWithoutWhatChanges(t *testing.T) {
	signed := "验签出错，建议检查签名字符串，网关生成的验签字符串为：app_auth_token=" + testToken + "&app_id=" + testApp + `&biz_content={"out_biz_no":"1"}&charset=utf-8`
	v, _ := vouchersAt(t, always(failure("40002", "isv.invalid-signature", signed)), forMerchant)
	e := gotError(t, create(t, v), providers.KindAuth, false)
	wantNoSecret(t, e.Error(), e.Message)
	if !strings.HasPrefix(e.Message, "验签出错") || !strings.HasSuffix(e.Message, "：(left out)") {
		t.Errorf("got %q", e.Message)
	}
	var texts []string
	for _, trace := range []string{"0be7d3f1", "0be7d3f2"} {
		v, _ := vouchersAt(t, always(failure("40004", "BIZ_ERROR", "门店\n不存在 "+testToken+" 解决方案：https://open.alipay.com/a?traceId="+trace+"，谢谢")), forMerchant)
		texts = append(texts, create(t, v).Error())
	}
	wantNoSecret(t, texts...)
	if texts[0] != texts[1] || strings.Contains(texts[0], "\n") || !strings.Contains(texts[0], "谢谢") {
		t.Errorf("got %q", texts)
	}
}

func TestCodesAreInNoText(t *testing.T) {
	v := vouchersWith(t, failure("40004", "INVALID_PARAMETER", "券码 SECRET-1 和 SECRET-12 重复"))
	codes := append(make([]string, 0, 10), "SECRET-1", "SECRET-12")
	_, err := v.Do(t.Context(), providers.Mutation{Operation: providers.OperationDepositCodes, ID: "100", Number: "1", Codes: codes})
	e := gotError(t, err, providers.KindInvalid, false)
	if strings.Contains(e.Error(), "SECRET") || strings.Contains(e.Message, "2") || codes[:3][2] != "" {
		t.Errorf("got %v, %q", e, codes[:3])
	}
}

func TestEveryRowAdvisesAndIsFound(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range ErrorTable() {
		key := string(row.Operation) + "|" + row.Code + "|" + row.Text + "|" + row.HTTP
		if seen[key] {
			t.Errorf("%s is there twice", key)
		}
		seen[key] = true
		if row.Kind == "" || row.Delay == "" || !strings.HasSuffix(row.Advice, ".") || strings.ContainsAny(row.Advice, "\n|") {
			t.Errorf("%+v", row)
		}
		if row.HTTP != "" || row.Code == anyCode {
			continue
		}
		if found, ok := lookUp(row.Operation, row.Code, row.Text); !ok || found != row {
			t.Errorf("%+v is not found: %+v", row, found)
		}
	}
	for _, outcome := range []string{outcomeNotSent, outcomeNoAnswer, outcomeNotInWords, outcomeEncrypted, outcomeBadSignature, outcomeUnknownKey, outcomeUnsigned,
		outcomeIncomplete, outcomeOtherOwner, outcomeNoGrant, outcomeNotSigned, outcomeBadID, outcomeBadBody, outcomeNoOperation, otherCode} {
		if row := rowFor(call{op: "create"}, outcome); row.Code != outcome {
			t.Errorf("%s has no row", outcome)
		}
	}
	if rowForStatus(500).Code != anyCode || rowForStatus(418).HTTP != "4xx" {
		t.Error("a status has no row")
	}
}
