package alipay

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/campaign-operator/campaign-operator/internal/money"
	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// exposureOf is the most that an activity can cost its merchant: the largest reduction of one voucher, times how many there are.
// nil where the answer does not say, which of an EXCHANGE_VOUCHER without a price it cannot.
func exposureOf(content lenient.Object) *providers.Exposure {
	quantity, known := lenient.Count(lenient.Child(content, sendModeBlock, sendRuleBlock), quantityField)
	if !known {
		return nil
	}
	fen, known := reductionOf(content)
	switch {
	case !known && quantity > 0:
		return nil
	case !known:
		fen = 0
	}
	return &providers.Exposure{Fen: money.Times(fen, int64(quantity)), Each: fen}
}

// reductionOf is the largest reduction of one voucher, in fen.
func reductionOf(content lenient.Object) (fen int64, known bool) {
	deduct := lenient.Child(content, deductBlock)
	for _, priced := range []struct{ block, price string }{
		{"fix_voucher_info", "amount"}, {"discount_voucher_info", "ceiling_amount"}, {"exchange_voucher_info", "amount"},
	} {
		if block := lenient.Child(deduct, priced.block); !lenient.IsEmpty(block) {
			return fenOf(lenient.Text(block, priced.price))
		}
	}
	origin, hasOrigin := fenOf(lenient.Text(lenient.Child(content, scopeBlock, goodsBlock), "origin_amount"))
	special, hasSpecial := fenOf(lenient.Text(lenient.Child(deduct, "special_voucher_info"), "special_amount"))
	return origin - special, hasOrigin && hasSpecial && origin >= special
}

var pricePattern = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,2}0*)?$`)

// fenOf reads a price in yuan, such as 50, 50.0 and 50.00.
func fenOf(price string) (fen int64, ok bool) {
	if !pricePattern.MatchString(price) {
		return 0, false
	}
	yuan, fraction, _ := strings.Cut(price, ".")
	fen, err := strconv.ParseInt(yuan+(fraction + "00")[:2], 10, 64)
	return fen, err == nil
}
