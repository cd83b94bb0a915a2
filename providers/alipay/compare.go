package alipay

import (
	"slices"
	"strings"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/compare"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

var voucherSchema = compare.Schema{Fields: voucherFields, Time: parseTime}

// codesUploaded is the code_mode whose quantity follows from the codes that were handed over.
const codesUploaded = "MERCHANT_UPLOAD"

// serverFields are those that only Alipay sets.
var serverFields = []string{activityIDField, statusField, operationField, createTime, "audit_result_info", "voucher_inventory_info"}

// Coverage names the blocks of the create request, each with all of its fields: there are a hundred, and it is written into every
// status. Only out_biz_no and merchant_access_mode are in no answer.
func (v *Vouchers) Coverage() providers.Coverage {
	coverage := voucherSchema.Coverage(serverFields...)
	coverage.Comparable = blocksOf(coverage.Comparable)
	return coverage
}

// blocksOf are the outermost blocks of paths, in their order.
func blocksOf(paths []string) []string {
	var blocks []string
	for _, path := range paths {
		if block, _, inside := strings.Cut(path, "."); inside {
			path = block + ".*"
		}
		if !slices.Contains(blocks, path) {
			blocks = append(blocks, path)
		}
	}
	return blocks
}

// Differences compares body, a create request, with what Alipay returned of it. Prices are compared by value, and long lists of shops
// and cities as sets, each as one field.
//
// The lists that a detail lacks are Unseen. The quantity is not compared where codes are uploaded, since it follows from them. Which
// kind of scope an activity has (shops, all shops of whom, cities, all cities) never changes: where it differs, no call ends any
// difference in the scope. The same holds for the guide to the use of vouchers, whose fields depend on each other.
func (v *Vouchers) Differences(body []byte, remote providers.Snapshot) ([]providers.Difference, error) {
	desired, observed, err := compare.Decode(body, remote)
	if err != nil {
		return nil, err
	}
	if lenient.Text(lenient.Child(desired, baseBlock), codeModeField) == codesUploaded {
		for _, side := range []lenient.Object{desired, observed} {
			delete(lenient.Child(side, sendModeBlock, sendRuleBlock), quantityField)
		}
	}
	wanted, got := geographyOf(desired), geographyOf(observed)
	differsInKind := wanted.differsInKind(got)
	if wanted.hasAllCities() {
		switch {
		case differsInKind && got.listsCities():
			got.cities[allCityField] = false // which a list says, too
		case got.listsCities():
			got.cities[allCityField] = true // all are listed
		}
		delete(got.cities, cityCodesField)
	}
	if wanted.hasAllShops() && got.hasAllShops() {
		delete(got.shops, shopIDsField) // Alipay may list those that it has filled in (自动同步和更新品牌下的全部门店)
	}
	found := voucherSchema.Compare(desired, observed, remote.Detailed)
	found = bound(found, scopePath, differsInKind)
	return bound(found, guideBlock, false), nil
}

// bound takes the calls from the differences in a block that is only sent as a whole, where one of them is fixed: a call would change
// that, too, or be refused.
func bound(found []providers.Difference, block string, fixed bool) []providers.Difference {
	inside := func(d providers.Difference) bool { return strings.HasPrefix(d.Field, block+".") }
	if !fixed && !slices.ContainsFunc(found, func(d providers.Difference) bool { return inside(d) && d.Call == "" }) {
		return found
	}
	found = slices.DeleteFunc(found, func(d providers.Difference) bool { return inside(d) && d.Unseen })
	for i := range found {
		if inside(found[i]) {
			found[i].Call = ""
		}
	}
	return found
}

const (
	scopeTypeField   = "available_geography_scope_type"
	allCityField     = "all_city"
	cityCodesField   = "available_city_codes"
	shopIDsField     = "available_shop_ids"
	excludedIDsField = "exclude_shop_ids"
	allShopBlock     = "available_geography_all_shop"
	shopBlock        = "available_geography_shop_info"
	cityBlock        = "available_geography_city_info"
)

// geography is where a voucher can be used, as a request or an answer says it.
type geography struct {
	scopeType     string
	shops, cities lenient.Object
}

func geographyOf(from lenient.Object) geography {
	all := lenient.Child(from, scopeBlock, geographyBlock)
	return geography{lenient.Text(all, scopeTypeField), lenient.Child(all, shopBlock), lenient.Child(all, cityBlock)}
}

// differsInKind reports whether the kinds of scope are known and not the same.
func (g geography) differsInKind(other geography) bool {
	if g.scopeType != "" && other.scopeType != "" && g.scopeType != other.scopeType {
		return true
	}
	return g.listsShops() && other.hasAllShops() || g.hasAllShops() && other.listsShops() ||
		g.listsCities() && other.hasAllCities() || g.hasAllCities() && other.listsSome()
}

func (g geography) listsShops() bool {
	return !g.hasAllShops() && !lenient.IsEmpty(g.shops[shopIDsField])
}
func (g geography) hasAllShops() bool  { return !lenient.IsEmpty(g.shops[allShopBlock]) }
func (g geography) hasAllCities() bool { return lenient.Text(g.cities, allCityField) == "true" }
func (g geography) listsCities() bool {
	return !g.hasAllCities() && !lenient.IsEmpty(g.cities[cityCodesField])
}

// someCities is more than a selection of cities has and less than there are in China at level 3, which is over 330. Alipay fills in all
// of them for all_city (系统默认填充全国全部城市信息), and whether it then shows the flag is not documented.
const someCities = 300

// listsSome reports whether cities are listed, and not all of them.
func (g geography) listsSome() bool {
	codes, _ := g.cities[cityCodesField].([]any)
	return g.listsCities() && len(codes) < someCities
}
