// Package money turns fen (分) into yuan as people write them, and back.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// fenPerYuan is how many fen (分) a yuan (元) has.
const fenPerYuan = 100

// Yuan writes an amount of fen in yuan with two decimals: 120050 is "1200.50".
func Yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign = "-"
	}
	yuan, rest := fen/fenPerYuan, fen%fenPerYuan
	return fmt.Sprintf("%s%d.%02d", sign, abs(yuan), abs(rest))
}

func abs(n int64) uint64 {
	if n < 0 {
		return uint64(-n)
	}
	return uint64(n)
}

var yuanPattern = regexp.MustCompile(`^(0|[1-9]\d{0,10})\.\d{2}$`)

var errNotYuan = errors.New("not an amount in yuan with two decimals, such as 200000.00")

// ParseYuan reads an amount as api/v1alpha1.Yuan allows it, in fen.
func ParseYuan(text string) (int64, error) {
	if !yuanPattern.MatchString(text) {
		return 0, fmt.Errorf("%q is %w", text, errNotYuan)
	}
	return strconv.ParseInt(strings.Replace(text, ".", "", 1), 10, 64)
}

var pricePattern = regexp.MustCompile(`^(0|[1-9]\d{0,10})(\.\d{1,2})?$`)

// ParsePrice reads an amount in yuan with at most two decimals, such as 50, 50.5 or 50.00, in fen.
func ParsePrice(text string) (int64, error) {
	if !pricePattern.MatchString(text) {
		return 0, fmt.Errorf("%q is not an amount in yuan with at most two decimals, such as 50.00", text)
	}
	yuan, decimals, _ := strings.Cut(text, ".")
	return strconv.ParseInt(yuan+(decimals + "00")[:2], 10, 64)
}

// Times multiplies an amount of fen by a count; what is too large becomes the largest amount there is.
func Times(fen, count int64) int64 {
	product := new(big.Int).Mul(big.NewInt(fen), big.NewInt(count))
	if !product.IsInt64() {
		return math.MaxInt64
	}
	return product.Int64()
}

// Plus adds two amounts that are not negative; what is too large becomes the largest amount there is.
func Plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
