package alipay

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

// apiError is a reply that refuses. The gateway sends it with HTTP status 200.
type apiError struct {
	// code follows from subCode unless it is given.
	code, subCode, subMsg string
	// unsigned replies come when the gateway cannot tell whose key to sign with.
	unsigned bool
}

// The business codes of 商家券.
const (
	codeSystemError      = "SYSTEM_ERROR"
	codeInvalidParameter = "INVALID_PARAMETER"
	codeBizError         = "BIZ_ERROR"
	codeActivityExpired  = "ACTIVITY_EXPIRED"
)

const (
	gatewaySuccess     = "10000"
	gatewayUnavailable = "20000"
	gatewayToken       = "20001"
	gatewayMissing     = "40001"
	gatewayInvalid     = "40002"
	gatewayConditions  = "40003"
	gatewayBusiness    = "40004"
	gatewayLimited     = "40005"
	gatewayPermissions = "40006"
)

var gatewayMessages = map[string]string{
	gatewaySuccess:     "Success",
	gatewayUnavailable: "Service Currently Unavailable",
	gatewayToken:       "Insufficient Token Permissions",
	gatewayMissing:     "Missing Required Arguments",
	gatewayInvalid:     "Invalid Arguments",
	gatewayConditions:  "Insufficient Conditions",
	gatewayBusiness:    "Business Failed",
	gatewayLimited:     "Call Limited",
	gatewayPermissions: "Insufficient Permissions",
}

// gatewayCodes are the codes of sub_codes that do not follow the rule of gatewayCode.
var gatewayCodes = map[string]string{
	"isp.unknow-error":                  gatewayUnavailable,
	"aop.unknow-error":                  gatewayUnavailable,
	"isv.invalid-auth-relations":        gatewayConditions,
	"isv.missing-signature-config":      gatewayConditions,
	"isv.decryption-error-unknown":      gatewayConditions,
	"isv.app-call-limited":              gatewayLimited,
	"isv.method-call-limited":           gatewayLimited,
	"isv.insufficient-isv-permissions":  gatewayPermissions,
	"isv.insufficient-user-permissions": gatewayPermissions,
	"isv.self-invoke-forbidden":         gatewayPermissions,
}

// gatewayCode finds the code that a sub_code comes with.
func gatewayCode(subCode string) string {
	if code, ok := gatewayCodes[subCode]; ok {
		return code
	}
	switch {
	case strings.HasPrefix(subCode, "aop."):
		return gatewayToken
	case strings.HasPrefix(subCode, "isv.missing-"):
		return gatewayMissing
	case strings.HasPrefix(subCode, "isv."):
		return gatewayInvalid
	default:
		return gatewayBusiness
	}
}

func refuse(subCode, format string, args ...any) *apiError {
	return &apiError{subCode: subCode, subMsg: fmt.Sprintf(format, args...)}
}

// invalid refuses a business parameter; at is its path as the pages write it, with dots.
func invalid(at, issue string) *apiError {
	return refuse(codeInvalidParameter, "参数有误，%s: %s", at, issue)
}

// problem refuses what the schema found.
func problem(p *schema.Problem) *apiError {
	at := strings.ReplaceAll(strings.TrimPrefix(p.At, "/"), "/", ".")
	if at == "" {
		at = "biz_content"
	}
	return invalid(at, p.Issue)
}

func inProgress() *apiError {
	return refuse(codeBizError, "业务异常，活动存在正在进行中的其他操作")
}

func systemError() *apiError {
	return refuse(codeSystemError, "系统繁忙，请使用相同参数稍后重试")
}

// node is the part of the reply that is signed.
func (e *apiError) node() []byte {
	code := e.code
	if code == "" {
		code = gatewayCode(e.subCode)
	}
	return encode(struct {
		Code    string `json:"code"`
		Msg     string `json:"msg"`
		SubCode string `json:"sub_code"`
		SubMsg  string `json:"sub_msg"`
	}{code, gatewayMessages[code], e.subCode, e.subMsg})
}

// usualCodes are the sub_codes of injected refusals that name a status and no code.
var usualCodes = map[int]string{
	http.StatusBadRequest:          codeInvalidParameter,
	http.StatusUnauthorized:        "isv.invalid-signature",
	http.StatusForbidden:           "isv.insufficient-isv-permissions",
	http.StatusNotFound:            codeInvalidParameter,
	http.StatusTooManyRequests:     "isv.app-call-limited",
	http.StatusInternalServerError: codeSystemError,
}
