package alipay

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/exchange"
	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
	"github.com/campaign-operator/campaign-operator/internal/simulator/quota"
)

var methodForm = regexp.MustCompile(`^[a-z.]{1,128}$`)

// admit lets a call in, or refuses it. Only that the app is looked up before the signature has been observed; the
// order of the rest is likely.
func (a *attempt) admit(call *exchange.Call) (*request, *apiError) {
	if a.malformed != nil {
		return nil, refuse("isv.suspected-attack", "请求参数有误: %v", a.malformed)
	}
	if e := a.checkMethod(); e != nil {
		return nil, e
	}
	app, e := a.findApp()
	if e != nil {
		return nil, e
	}
	for _, check := range []func(*App) *apiError{a.checkPresence, a.checkForms, a.checkSignature} {
		if e := check(app); e != nil {
			return nil, e
		}
	}
	rq := &request{app: app, owner: app.Merchant, op: a.op}
	if e := a.grant(rq); e != nil {
		return nil, e
	}
	if e := a.checkPermission(rq); e != nil {
		return nil, e
	}
	if e := a.checkQuotas(call); e != nil {
		return nil, e
	}
	doc, e := a.content()
	if e != nil {
		return nil, e
	}
	rq.doc = doc
	return rq, a.op.checkAccess(rq)
}

func (a *attempt) checkMethod() *apiError {
	switch {
	case a.params["method"] == "":
		return refuse("isv.missing-method", "缺少method参数")
	case a.op.handle == nil:
		return refuse("isv.invalid-method", "不存在的方法名")
	}
	return nil
}

func (a *attempt) findApp() (*App, *apiError) {
	appID := a.params["app_id"]
	app := a.g.apps[appID]
	switch {
	case appID == "":
		return nil, &apiError{subCode: "isv.missing-app-id", subMsg: "缺少AppID参数", unsigned: true}
	case app == nil:
		return nil, &apiError{subCode: "isv.invalid-app-id", subMsg: "无效的AppID参数", unsigned: true}
	}
	return app, nil
}

// presence are the parameters that every call must have, with the code for their absence.
var presence = [][2]string{
	{"timestamp", "isv.missing-timestamp"}, {"version", "isv.missing-version"},
	{"sign_type", "isv.missing-signature-type"}, {"sign", "isv.missing-signature"},
}

func (a *attempt) checkPresence(app *App) *apiError {
	wanted := presence
	if app.Mode == Certificate {
		wanted = append(slices.Clip(wanted), [2]string{"app_cert_sn", "isv.missing-app-cert-sn"}, [2]string{"alipay_root_cert_sn", "isv.missing-alipay-root-cert-sn"})
	}
	for _, parameter := range wanted {
		if a.params[parameter[0]] == "" {
			return refuse(parameter[1], "缺少%s参数", parameter[0])
		}
	}
	if a.params["charset"] == "" {
		return refuse("isv.invalid-charset", "缺少charset参数")
	}
	return nil
}

func (a *attempt) checkForms(*App) *apiError {
	p := a.params
	switch {
	case p["encrypt_type"] != "":
		return refuse("isv.invalid-encrypt", "模拟器不支持加密的biz_content")
	case p["format"] != "" && !strings.EqualFold(p["format"], "json"):
		return refuse("isv.invalid-format", "无效的数据格式，仅支持JSON")
	case !strings.EqualFold(p["charset"], "utf-8"):
		return refuse("isv.invalid-charset", "模拟器只支持utf-8")
	case p["sign_type"] != "RSA2":
		return refuse("isv.invalid-signature-type", "无效的签名类型，模拟器只支持RSA2")
	case p["version"] != "1.0":
		return refuse("isv.invalid-parameter", "version固定为1.0")
	}
	return a.checkTimestamp()
}

func (a *attempt) checkTimestamp() *apiError {
	sent, err := time.ParseInLocation(timeLayout, a.params["timestamp"], beijing)
	if err != nil {
		return refuse("isv.invalid-timestamp", "非法的时间戳参数，格式为yyyy-MM-dd HH:mm:ss")
	}
	tolerance := a.g.switches.Duration(SwitchTimestamp)
	if off := a.g.now().Sub(sent); tolerance > 0 && (off > tolerance || off < -tolerance) {
		return refuse("isv.invalid-timestamp", "时间戳与网关时间相差超过%v", tolerance)
	}
	return nil
}

func (a *attempt) checkSignature(app *App) *apiError {
	candidates := app.keys.All(AppKey)
	if app.Mode == Certificate {
		if a.params["alipay_root_cert_sn"] != a.g.authority.rootSN {
			return refuse("isv.invalid-signature", "验签出错，alipay_root_cert_sn与网关的根证书不一致，应为%s", a.g.authority.rootSN)
		}
		pair := app.keys.Find(AppKey, a.params["app_cert_sn"])
		if pair == nil {
			return refuse("isv.invalid-signature", "验签出错，app_cert_sn不是该应用的应用公钥证书")
		}
		candidates = []*keys.Pair{pair}
	}
	text := a.params.signed("sign")
	for _, pair := range candidates {
		if keys.Verify(&pair.Key.PublicKey, text, a.params["sign"]) == nil {
			return nil
		}
	}
	if token := a.params["app_auth_token"]; token != "" {
		text = strings.ReplaceAll(text, token, "***")
	}
	return refuse("isv.invalid-signature", "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为：%s", text)
}

// grant finds for whom the app calls.
func (a *attempt) grant(rq *request) *apiError {
	token := a.params["app_auth_token"]
	if token == "" {
		return nil
	}
	merchant, known := rq.app.merchantOf(token)
	if !known {
		for _, other := range a.g.Apps() {
			if _, theirs := other.merchantOf(token); theirs {
				return refuse("isv.invalid-auth-relations", "无效的授权关系，app_auth_token是另一个应用的")
			}
		}
		return refuse("aop.invalid-app-auth-token", "无效的应用授权令牌")
	}
	switch {
	case a.g.switches.Contains(SwitchTokensInvalid, merchant):
		return refuse("aop.invalid-app-auth-token", "无效的应用授权令牌")
	case a.g.switches.Contains(SwitchTokensExpired, merchant):
		return refuse("aop.app-auth-token-time-out", "应用授权令牌已过期")
	case a.g.switches.Contains(SwitchTokensNoAPI, merchant):
		return refuse("aop.invalid-app-auth-token-no-api", "应用授权令牌未授权当前接口")
	}
	rq.owner, rq.agency = merchant, true
	return nil
}

func (a *attempt) checkPermission(rq *request) *apiError {
	if a.g.switches.Contains(SwitchForbidden, a.op.name) {
		return refuse("isv.insufficient-isv-permissions", "ISV权限不足，建议在开发者中心检查应用是否上线或签约了该接口")
	}
	if !rq.agency && a.op.access != accessOpen && a.g.switches.Contains(SwitchThirdParty, rq.app.AppID) {
		return refuse("isv.self-invoke-forbidden", "第三方应用不允许自调用，须带上app_auth_token")
	}
	return nil
}

func (a *attempt) checkQuotas(call *exchange.Call) *apiError {
	for _, limit := range []struct{ name, key, code string }{
		{SwitchQuotaApp, "app " + call.Account, "isv.app-call-limited"},
		{quotaPrefix + a.op.name, a.op.name + " " + call.Account, "isv.method-call-limited"},
	} {
		parsed, err := quota.Parse(a.g.switches.Get(limit.name))
		if err != nil {
			return systemError() // cannot be: switches are checked when they are put
		}
		if _, ok := a.g.quotas.Take(limit.key, parsed, a.g.clock.Real()); !ok {
			return refuse(limit.code, "调用次数超限")
		}
	}
	return nil
}

// checkAccess compares merchant_access_mode with how the caller came in.
func (op *operation) checkAccess(rq *request) *apiError {
	if op.access == accessOpen {
		return nil
	}
	mode := textAt(rq.doc, "merchant_access_mode")
	switch {
	case mode != selfMode && mode != agencyMode:
		return invalid("merchant_access_mode", "must be one of "+selfMode+", "+agencyMode)
	case mode == agencyMode && !rq.agency:
		return invalid("merchant_access_mode", agencyMode+" needs an app_auth_token")
	case mode == selfMode && rq.agency:
		return invalid("merchant_access_mode", selfMode+" goes without app_auth_token")
	}
	return nil
}
