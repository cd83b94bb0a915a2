package wechatpay

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// operation is one API of the gateway.
type operation struct {
	name, method, path string
	// query lists the query parameters that it knows.
	query []string
	// perMerchant and perAddress are the documented limits, where there are any.
	perMerchant, perAddress string
	handle                  func(*Gateway, *request) (outcome, *apiError)
	// refusal is the answer when there is no handler.
	refusal *apiError
}

const (
	payGiftRoot   = "/v3/marketing/paygiftactivity"
	busifavorRoot = "/v3/marketing/busifavor"
	favorRoot     = "/v3/marketing/favor"
)

// operations are all APIs that the simulator has.
var operations = slices.Concat(payGiftOperations, busifavorOperations, favorOperations, []*operation{
	{name: "certificates", method: http.MethodGet, path: "/v3/certificates", query: []string{"algorithm_type"},
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.certificates(rq) }},
})

var payGiftOperations = []*operation{
	{name: "paygift.create", method: http.MethodPost, path: payGiftRoot + "/unique-threshold-activity",
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.payGift.create(rq) }},
	{name: "paygift.list", method: http.MethodGet, path: payGiftRoot + "/activities",
		query:  []string{"offset", "limit", "activity_name", "activity_status", "award_type"},
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.payGift.list(rq) }},
	{name: "paygift.detail", method: http.MethodGet, path: payGiftRoot + "/activities/{id}",
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.payGift.detail(rq) }},
	{name: "paygift.merchants", method: http.MethodGet, path: payGiftRoot + "/activities/{id}/merchants", query: []string{"offset", "limit"},
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.payGift.merchants(rq) }},
	{name: "paygift.goods", method: http.MethodGet, path: payGiftRoot + "/activities/{id}/goods", query: []string{"offset", "limit"},
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.payGift.goods(rq) }},
	{name: "paygift.addMerchants", method: http.MethodPost, path: payGiftRoot + "/activities/{id}/merchants/add",
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.payGift.addMerchants(rq) }},
	{name: "paygift.deleteMerchants", method: http.MethodPost, path: payGiftRoot + "/activities/{id}/merchants/delete",
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.payGift.deleteMerchants(rq) }},
	{name: "paygift.terminate", method: http.MethodPost, path: payGiftRoot + "/activities/{id}/terminate",
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.payGift.terminate(rq) }},
}

var busifavorOperations = []*operation{
	{name: "busifavor.create", method: http.MethodPost, path: busifavorRoot + "/stocks",
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.busifavor.create(rq) }},
	{name: "busifavor.detail", method: http.MethodGet, path: busifavorRoot + "/stocks/{id}",
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.busifavor.detail(rq) }},
}

// stepLimit is the documented limit of start, pause and restart for each source address.
const stepLimit = "60/1m"

var favorOperations = []*operation{
	{name: "favor.create", method: http.MethodPost, path: favorRoot + "/coupon-stocks", perMerchant: "60/1m",
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.favor.create(rq) }},
	{name: "favor.start", method: http.MethodPost, path: favorRoot + "/stocks/{id}/start", perAddress: stepLimit,
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.favor.start(rq) }},
	{name: "favor.pause", method: http.MethodPost, path: favorRoot + "/stocks/{id}/pause", perAddress: stepLimit,
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.favor.pause(rq) }},
	{name: "favor.restart", method: http.MethodPost, path: favorRoot + "/stocks/{id}/restart", perAddress: stepLimit,
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.favor.restart(rq) }},
	{name: "favor.stop", method: http.MethodPost, path: favorRoot + "/stocks/{id}/stop",
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.favor.stop(rq) }},
	{name: "favor.list", method: http.MethodGet, path: favorRoot + "/stocks", perAddress: "500/1s",
		query:  []string{"offset", "limit", "stock_creator_mchid", "create_start_time", "create_end_time", "status"},
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.favor.list(rq) }},
	{name: "favor.detail", method: http.MethodGet, path: favorRoot + "/stocks/{id}", query: []string{"stock_creator_mchid"}, perAddress: "500/1s",
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.favor.detail(rq) }},
	{name: "favor.merchants", method: http.MethodGet, path: favorRoot + "/stocks/{id}/merchants", query: []string{"offset", "limit", "stock_creator_mchid"},
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.favor.merchants(rq) }},
	{name: "favor.items", method: http.MethodGet, path: favorRoot + "/stocks/{id}/items", query: []string{"offset", "limit", "stock_creator_mchid"}, perAddress: "200/1m",
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.favor.items(rq) }},
	{name: "favor.setCallback", method: http.MethodPost, path: favorRoot + "/callbacks", perAddress: "5/1m",
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.favor.setCallback(rq) }},
	{name: "favor.callback", method: http.MethodGet, path: favorRoot + "/callbacks", query: []string{"mchid"},
		handle: func(g *Gateway, rq *request) (outcome, *apiError) { return g.favor.callback(rq) }},
}

// Operations lists the names of all operations.
func Operations() []string {
	names := make([]string, 0, len(operations))
	for _, op := range operations {
		names = append(names, op.name)
	}
	return names
}

var (
	unknownPath   = &operation{name: "unknown", refusal: &apiError{status: http.StatusNotFound, code: "NOT_FOUND", message: "模拟器没有这个接口"}}
	unknownMethod = &operation{name: "unknown", refusal: &apiError{status: http.StatusMethodNotAllowed, code: "METHOD_NOT_ALLOWED", message: "接口不支持这个HTTP方法"}}
)

// route finds the operation by method and path alone.
func route(method, path string) (*operation, map[string]string) {
	found := unknownPath
	for _, op := range operations {
		params, ok := match(op.path, path)
		if !ok {
			continue
		}
		if op.method == method {
			return op, params
		}
		found = unknownMethod
	}
	return found, nil
}

func match(pattern, path string) (map[string]string, bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	params := map[string]string{}
	for i := range want {
		name, variable := strings.CutPrefix(want[i], "{")
		if !variable {
			if want[i] != got[i] {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(got[i])
		if err != nil || value == "" {
			return nil, false
		}
		params[strings.TrimSuffix(name, "}")] = value
	}
	return params, true
}
