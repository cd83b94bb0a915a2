package alipay

import (
	"slices"
	"strings"
)

// scopeResult is voucher_available_scope_result_info: which shops were taken. Some may fail and the activity is made
// with the others.
type scopeResult struct {
	Geography geographyResult `json:"voucher_available_geography_scope_result_info"`
}

type geographyResult struct {
	Shops shopResult `json:"available_geography_shop_result_info"`
}

type shopResult struct {
	Good    []string       `json:"success_available_shop_ids,omitempty"`
	Bad     []failedShop   `json:"fail_available_shop_infos,omitempty"`
	AllShop *allShopResult `json:"available_geography_all_shop_result_info,omitempty"`
}

type allShopResult struct {
	Good []string     `json:"success_exclude_shop_ids,omitempty"`
	Bad  []failedShop `json:"fail_exclude_shop_infos,omitempty"`
}

type failedShop struct {
	ShopID      string   `json:"shop_id"`
	FailReasons []string `json:"fail_reasons"`
	FailMessage string   `json:"fail_message"`
}

// sortShops tells shops that exist from those that do not, by the switch, whose entries may end in *.
func (g *Gateway) sortShops(ids []string) (good []string, bad []failedShop) {
	unknown := g.switches.Items(SwitchShopsUnknown)
	for _, id := range ids {
		if wildcard(unknown, id) {
			bad = append(bad, failedShop{id, []string{"SHOP_NOT_EXIST"}, "门店不存在"})
		} else {
			good = append(good, id)
		}
	}
	return good, bad
}

// wildcard compares with patterns, whose trailing * matches any ending.
func wildcard(patterns []string, s string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "*")
		return pattern == s || open && strings.HasPrefix(s, prefix)
	})
}

// scopeKind says how the shops or cities are given. It cannot be changed once an activity is created.
func scopeKind(doc object) string {
	switch {
	case has(doc, pathAllShop):
		return pathAllShop
	case len(listAt(doc, pathRealShops)) > 0:
		return pathRealShops
	case textAt(doc, pathScopeType) == scopeShop:
		return pathShops
	case trueAt(doc, pathAllCity):
		return pathAllCity
	default:
		return pathCities
	}
}

// ownerOf says whose shops all shops are, which stays too.
func ownerOf(doc object) string {
	return textAt(doc, pathAllShop+".available_brand_id") + " " + strings.Join(listAt(doc, pathAllShop+".merchant_ids"), " ")
}

// takeShops leaves only the shops that exist in a document's scope, and says what became of each. It refuses when none
// is left.
func (g *Gateway) takeShops(doc object) (*scopeResult, *apiError) {
	switch scopeKind(doc) {
	case pathShops:
		good, bad := g.sortShops(listAt(doc, pathShops))
		if len(good) == 0 {
			return nil, refuse(codeBizError, "业务异常，门店不存在: %s", bad[0].ShopID)
		}
		put(doc, pathShops, asList(good))
		return &scopeResult{geographyResult{shopResult{Good: good, Bad: bad}}}, nil
	case pathAllShop:
		excluded := listAt(doc, pathExcluded)
		if len(excluded) == 0 {
			return nil, nil
		}
		good, bad := g.sortShops(excluded)
		put(doc, pathExcluded, asList(good))
		return &scopeResult{geographyResult{shopResult{AllShop: &allShopResult{good, bad}}}}, nil
	}
	return nil, nil
}

// changeScope applies a modify's scope to a document. What the scope leaves out stays.
func (g *Gateway) changeScope(doc, change object, how string) (*scopeResult, *apiError) {
	named := copyOf(change)[pathScope].(object)
	for name, value := range named {
		if path := pathScope + "." + name; path != pathGeography {
			put(doc, path, value)
		}
	}
	switch {
	case !has(change, pathGeography):
		return nil, nil
	case how == "":
		return nil, invalid("voucher_available_scope_modify_type", "is required with "+pathGeography)
	case scopeKind(change) != scopeKind(doc):
		return nil, invalid(pathGeography, "cannot change the kind of scope, which is "+scopeKind(doc))
	case how == scopeReplace && ownerOf(change) != ownerOf(doc):
		return nil, invalid(pathAllShop, "cannot become another's shops: available_brand_id and merchant_ids stay")
	case how == scopeReplace:
		put(doc, pathGeography, get(object{pathScope: named}, pathGeography))
		return g.takeShops(doc)
	default:
		return g.changeList(doc, change, how)
	}
}

// changeList adds to or removes from a list of shops or cities.
func (g *Gateway) changeList(doc, change object, how string) (*scopeResult, *apiError) {
	kind := scopeKind(doc)
	if kind != pathShops && kind != pathCities {
		return nil, invalid("voucher_available_scope_modify_type", how+" is for lists of shops or cities")
	}
	present, named := listAt(doc, kind), listAt(change, kind)
	var bad []failedShop
	if how == scopeAdd {
		if kind == pathShops {
			named, bad = g.sortShops(named)
		}
		present = append(present, slices.DeleteFunc(slices.Clone(named), func(id string) bool { return slices.Contains(present, id) })...)
	} else {
		for _, id := range named {
			if !slices.Contains(present, id) {
				bad = append(bad, failedShop{id, []string{"ACTIVITY_SHOP_NOT_EXIST"}, "活动中不存在该门店"})
			}
		}
		named = slices.DeleteFunc(slices.Clone(named), func(id string) bool { return !slices.Contains(present, id) })
		present = slices.DeleteFunc(present, func(id string) bool { return slices.Contains(named, id) })
	}
	if len(present) == 0 || len(named) == 0 {
		return nil, refuse(codeBizError, "业务异常，没有可用的门店或城市")
	}
	put(doc, kind, asList(present))
	if kind == pathCities {
		return nil, nil
	}
	return &scopeResult{geographyResult{shopResult{Good: named, Bad: bad}}}, nil
}
