package wechatpay

import (
	"fmt"
	"net/http"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

// apiError is a reply that refuses.
type apiError struct {
	status  int
	code    string
	message string
	// detail of a parameter or rule error.
	detail *errorDetail
	// signDetail of a signature error.
	signDetail *signDetail
	retryAfter int
}

// errorDetail is the documented form of detail.
type errorDetail struct {
	Field    string `json:"field,omitempty"`
	Value    any    `json:"value,omitempty"`
	Issue    string `json:"issue,omitempty"`
	Location string `json:"location,omitempty"`
}

// signDetail is the detail of SIGN_ERROR: enough to see in what the two sides' texts differ.
type signDetail struct {
	Field    string `json:"field"`
	Location string `json:"location"`
	Detail   struct {
		Issue string `json:"issue"`
	} `json:"detail"`
	SignInformation *signInformation `json:"sign_information,omitempty"`
}

type signInformation struct {
	Method               string `json:"method"`
	URL                  string `json:"url"`
	SignMessageLength    int    `json:"sign_message_length"`
	TruncatedSignMessage string `json:"truncated_sign_message"`
}

func paramError(location, field string, value any, issue string) *apiError {
	return &apiError{
		status: http.StatusBadRequest, code: "PARAM_ERROR",
		message: fmt.Sprintf("参数错误：输入源“%s”校验失败，%s", field, issue),
		detail:  &errorDetail{Field: field, Value: value, Issue: issue, Location: location},
	}
}

// bodyError refuses a value of the body; at is its JSON pointer below the body.
func bodyError(at string, value any, issue string) *apiError {
	switch value.(type) {
	case map[string]any, []any:
		value = nil // naming the place is enough
	}
	return paramError("body", "/body"+at, value, issue)
}

func queryError(name, value, issue string) *apiError {
	return paramError("query", "/query/"+name, value, issue)
}

// ruleError refuses what is well formed and breaks a rule. Like the gateway it says so in Chinese;
// the issue says it again for everybody else.
func ruleError(message, at, issue string) *apiError {
	e := &apiError{status: http.StatusBadRequest, code: "INVALID_REQUEST", message: message, detail: &errorDetail{Issue: issue}}
	if at != "" {
		e.detail.Field, e.detail.Location = "/body"+at, "body"
	}
	return e
}

func (e *apiError) as(status int, code string) *apiError {
	e.status, e.code = status, code
	return e
}

func notFound(what string) *apiError {
	return &apiError{status: http.StatusNotFound, code: "RESOURCE_NOT_EXISTS", message: what + "不存在", detail: &errorDetail{Issue: "resource not exists"}}
}

func systemError() *apiError {
	return &apiError{status: http.StatusInternalServerError, code: "SYSTEM_ERROR", message: "系统错误，请使用相同参数稍后重新调用"}
}

// usualCodes are the codes of injected statuses that are the same for all products.
var usualCodes = map[int]string{
	http.StatusBadRequest:          "PARAM_ERROR",
	http.StatusUnauthorized:        "SIGN_ERROR",
	http.StatusForbidden:           "NO_AUTH",
	http.StatusNotFound:            "RESOURCE_NOT_EXISTS",
	http.StatusInternalServerError: "SYSTEM_ERROR",
}

var messages = map[string]string{
	"PARAM_ERROR":            "参数错误",
	"INVALID_REQUEST":        "请求参数符合参数格式，但不符合业务规则",
	"MCH_NOT_EXISTS":         "商户号不存在",
	"APPID_MCHID_NOT_MATCH":  "appid与mchid不匹配",
	"SIGN_ERROR":             "签名错误",
	"NO_AUTH":                "商户未被授权",
	"REQUEST_BLOCKED":        "请求被拦截",
	"RULE_LIMIT":             "业务规则限制",
	"NOT_ENOUGH":             "余额或预算不足",
	"RESOURCE_NOT_EXISTS":    "资源不存在或不可用",
	"FREQUENCY_LIMITED":      "频率超限",
	"FREQUENCY_LIMIT_EXCEED": "频率超限",
	"RATELIMIT_EXCEEDED":     "频率超限",
	"RATE_LIMITED":           "频率超限",
	"SYSTEM_ERROR":           "系统错误，请使用相同参数稍后重新调用",
}

func messageOf(code string) string {
	if m, ok := messages[code]; ok {
		return m
	}
	return "模拟的错误"
}

// body renders the error as the gateway would, with as much detail as the switch allows.
func (e *apiError) body(detail string) []byte {
	type wire struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Detail  any    `json:"detail,omitempty"`
	}
	out := wire{Code: e.code, Message: e.message}
	switch {
	case e.signDetail != nil:
		out.Detail = e.signDetail
	case e.detail == nil || detail == "none":
	case detail == "partial":
		if e.detail.Location != "" {
			out.Detail = errorDetail{Location: e.detail.Location, Value: e.detail.Value}
		}
	default:
		out.Detail = e.detail
	}
	return encode(out)
}

var encode = schema.Encode
