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
// kind of scope an activity has (shops, all shops, cities) never changes: where it differs, no call ends any difference in it.
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
	if lenient.Text(wanted.cities, allCityField) == "true" {
		delete(got.cities, cityCodesField) // Alipay lists all cities then
	}
	found := voucherSchema.Compare(desired, observed, remote.Detailed)
	if wanted.differsInKind(got) {
		found = slices.DeleteFunc(found, func(d providers.Difference) bool { return inScope(d) && d.Unseen })
		for i := range found {
			if inScope(found[i]) {
				found[i].Call = ""
			}
		}
	}
	return found, nil
}

func inScope(d providers.Difference) bool { return strings.HasPrefix(d.Field, scopePath+".") }

const (
	allCityField   = "all_city"
	cityCodesField = "available_city_codes"
	shopIDsField   = "available_shop_ids"
	allShopBlock   = "available_geography_all_shop"
	shopBlock      = "available_geography_shop_info"
	cityBlock      = "available_geography_city_info"
)

// geography is where a voucher can be used, as a request or an answer says it.
type geography struct {
	scopeType     string
	shops, cities lenient.Object
}

func geographyOf(from lenient.Object) geography {
	all := lenient.Child(from, scopeBlock, geographyBlock)
	return geography{lenient.Text(all, "available_geography_scope_type"), lenient.Child(all, shopBlock), lenient.Child(all, cityBlock)}
}

// differsInKind reports whether the kinds of scope are known and not the same.
func (g geography) differsInKind(other geography) bool {
	if g.scopeType != "" && other.scopeType != "" && g.scopeType != other.scopeType {
		return true
	}
	return g.listsShops() && other.hasAllShops() || g.hasAllShops() && other.listsShops()
}

func (g geography) listsShops() bool  { return !lenient.IsEmpty(g.shops[shopIDsField]) }
func (g geography) hasAllShops() bool { return !lenient.IsEmpty(g.shops[allShopBlock]) }
