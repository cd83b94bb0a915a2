package money

import (
	"math"
	"testing"
	"testing/quick"
)

func TestYuanHaveTwoDecimals(t *testing.T) {
	for fen, want := range map[int64]string{
		0: "0.00", 1: "0.01", 99: "0.99", 100: "1.00", 120050: "1200.50", -1: "-0.01", -12345: "-123.45",
		math.MaxInt64: "92233720368547758.07", math.MinInt64: "-92233720368547758.08",
	} {
		if got := Yuan(fen); got != want {
			t.Errorf("%d fen are %s, want %s", fen, got, want)
		}
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	both := func(n uint32) bool {
		fen, err := ParseYuan(Yuan(int64(n)))
		return err == nil && fen == int64(n)
	}
	if err := quick.Check(both, nil); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoAmountIsRefused(t *testing.T) {
	for _, text := range []string{"", "1", "1.0", "1.000", "01.00", "-1.00", "1e3", "1,000.00", " 1.00", "100000000000.00"} {
		if fen, err := ParseYuan(text); err == nil {
			t.Errorf("%q is %d fen", text, fen)
		}
	}
}

func TestAmountsDoNotOverflow(t *testing.T) {
	for _, test := range []struct{ got, want int64 }{
		{Times(1000, 10_000_000), 10_000_000_000}, {Times(math.MaxInt64, 2), math.MaxInt64}, {Times(0, math.MaxInt64), 0},
		{Plus(1, 2), 3}, {Plus(math.MaxInt64, 1), math.MaxInt64}, {Plus(math.MaxInt64, 0), math.MaxInt64},
	} {
		if test.got != test.want {
			t.Errorf("%d, want %d", test.got, test.want)
		}
	}
}
