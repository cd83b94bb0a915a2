package wechatpay

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

const (
	leastFavorCoupons = 5
	mostFavorCoupons  = 10_000_000
	// mostFavorFen is above every limit and small enough that its product with mostFavorCoupons fits.
	mostFavorFen = 10_000_000_000
	mostPerUser  = 1<<32 - 1
)

var (
	favorTagForm = regexp.MustCompile(`^[A-Za-z0-9_]{1,128}$`)
	limitPayForm = regexp.MustCompile(`^[A-Z0-9_]{1,32}$`)
	cardBinForm  = regexp.MustCompile(`^\d{6,9}$`)

	// redeemer is wider than merchantID: the vendor's own example has seven digits.
	redeemer = pattern(regexp.MustCompile(`^\d{1,20}$`), "must be 1 to 20 digits")
)

// favorSchema is the form of 创建代金券批次, in which the request number is required or optional.
func (f *favor) favorSchema(number func(string, checker) member) checker {
	return object(
		required("stock_name", all(text(1, 20), hanAtMost(9), withoutAny("_,;|"))),
		optional("comment", text(1, 60)),
		required("belong_merchant", merchantID),
		required("available_begin_time", timestamp),
		required("available_end_time", timestamp),
		required("stock_use_rule", object(
			required("max_coupons", integer(leastFavorCoupons, mostFavorCoupons)),
			required("max_amount", integer(1, mostFavorFen*mostFavorCoupons)),
			optional("max_amount_by_day", integer(1, mostFavorFen*mostFavorCoupons)),
			required("max_coupons_per_user", integer(1, mostPerUser)),
			required("natural_person_limit", boolean),
			required("prevent_api_abuse", boolean),
		)),
		optional("pattern_info", favorPatternSchema()),
		required("coupon_use_rule", f.couponSchema()),
		required("no_cash", boolean),
		required("stock_type", oneOf("NORMAL")),
		number("out_request_no", requestNumber),
		optional("ext_info", notOpen),
	)
}

func favorPatternSchema() checker {
	return object(
		required("description", text(1, 1000)),
		optional("merchant_logo", all(text(1, 128), imageURL)),
		optional("merchant_name", all(text(1, 36), hanAtMost(12))),
		optional("background_color", pattern(colorForm, "must be a colour name such as COLOR010")),
		optional("coupon_image", all(text(1, 128), imageURL)),
		optional("jump_target", oneOf("PAYMENT_CODE", "MINI_PROGRAM", "DEFAULT_PAGE")),
		optional("mini_program_appid", text(1, 32)),
		optional("mini_program_path", text(1, 128)),
	)
}

func (f *favor) couponSchema() checker {
	merchants := required
	if f.g.switches.Is(SwitchFavorMerchants, "optional") {
		merchants = optional
	}
	return object(
		optional("coupon_available_time", notOpen),
		required("fixed_normal_coupon", object(
			required("coupon_amount", integer(1, mostFavorFen)),
			required("transaction_minimum", integer(1, mostFavorFen)),
		)),
		optional("goods_tag", array(50, pattern(favorTagForm, "must be 1 to 128 letters, digits or _"))),
		optional("limit_pay", array(1, pattern(limitPayForm, "must be CFT or a bank's code such as ICBC_CREDIT"))),
		optional("limit_card", object(
			required("name", text(1, 4)),
			required("bin", array(10, pattern(cardBinForm, "must be 6 to 9 digits"))),
		)),
		optional("trade_type", distinct(array(6, oneOf(favorTradeTypes...)))),
		optional("combine_use", boolean),
		optional("available_items", array(50, text(1, 128))),
		optional("unavailable_items", notOpen),
		merchants("available_merchants", array(50, redeemer)),
	)
}

// hanAtMost takes a text with at most that many Chinese characters.
func hanAtMost(most int) checker {
	return func(at string, v any) *schema.Problem {
		s, _ := v.(string)
		n := 0
		for _, r := range s {
			if unicode.Is(unicode.Han, r) {
				n++
			}
		}
		if n > most {
			return schema.Refuse(at, s, "has too many Chinese characters")
		}
		return nil
	}
}

// withoutAny takes a text without any of the characters.
func withoutAny(characters string) checker {
	return func(at string, v any) *schema.Problem {
		s, _ := v.(string)
		if i := strings.IndexAny(s, characters); i >= 0 {
			r, _ := utf8.DecodeRuneInString(s[i:])
			return schema.Refuse(at, s, "must not have "+string(r))
		}
		return nil
	}
}

// distinct takes the list that another checker takes, if nothing is in it twice.
func distinct(list checker) checker {
	return func(at string, v any) *schema.Problem {
		if refused := list(at, v); refused != nil {
			return refused
		}
		seen := map[any]bool{}
		for _, item := range v.([]any) {
			if seen[item] {
				return schema.Refuse(at, item, "is given twice")
			}
			seen[item] = true
		}
		return nil
	}
}
