package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/money"
)

// entry is a line of the gateway's ledger: money that a stock locked or gave back.
type entry struct {
	StockID   string `json:"stockId"`
	Kind      string `json:"kind"`
	Fen       int64  `json:"fen"`
	Operation string `json:"operation"`
}

func (e entry) String() string {
	return fmt.Sprintf("%s %s (%s)", e.Kind, money.Yuan(e.Fen), e.Operation)
}

// ledger is what the gateway says of money.
type ledger struct {
	entries []entry
	locked  int64
}

func (l ledger) yuan() string { return money.Yuan(l.locked) }

func (l ledger) of(stockID string) []entry {
	var its []entry
	for _, e := range l.entries {
		if e.StockID == stockID {
			its = append(its, e)
		}
	}
	return its
}

// ledger reads the ledger at the gateway.
func (d *demo) ledger() (ledger, error) {
	var page struct {
		Data     []entry `json:"data"`
		Balances []struct {
			Locked int64 `json:"locked"`
		} `json:"balances"`
	}
	err := d.ask("/_sim/ledger", &page)
	l := ledger{entries: page.Data}
	for _, balance := range page.Balances {
		l.locked += balance.Locked
	}
	return l, err
}

// compareLedger checks that each stock that was activated has locked its budget once, and that nothing else was locked.
func (d *demo) compareLedger(campaigns []v1alpha1.Campaign) error {
	book, err := d.ledger()
	if err != nil {
		return err
	}
	say("\nThe ledger (GET %s/_sim/ledger):\n", d.gateway.url)
	out := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(out, "  STOCK\tID\tBUDGET IN THE MANIFEST\tENTRIES IN THE LEDGER")
	var problems []error
	var budgets int64
	locks := 0
	for _, campaign := range campaigns {
		stock, ok := campaign.(*v1alpha1.CouponStock)
		if !ok {
			continue
		}
		its := book.of(stock.Status.StockID)
		expected := mustBeLocked(stock)
		problems = append(problems, lockedOnce(nameOf(stock), its, expected))
		budgets += expected
		locks += len(its)
		fmt.Fprintf(out, "  %s\t%s\t%s\t%s\n", nameOf(stock), stock.Status.StockID, money.Yuan(budget(stock)), list(its))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if book.locked != budgets || len(book.entries) != locks {
		problems = append(problems, fmt.Errorf("%s yuan are locked in %d entries, and the manifests ask for %s", book.yuan(), len(book.entries), money.Yuan(budgets)))
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	say("\n%s yuan are locked: the budget of each activated stock, once.", book.yuan())
	return nil
}

// budget is what a stock can cost by its manifest, in fen.
func budget(stock *v1alpha1.CouponStock) int64 {
	return stock.Spec.CouponUseRule.FixedNormalCoupon.CouponAmount * stock.Spec.StockUseRule.MaxCoupons
}

// mustBeLocked is what a stock has to have locked, by its manifest and its state.
func mustBeLocked(stock *v1alpha1.CouponStock) int64 {
	activated := stock.Status.State == v1alpha1.StateRunning || stock.Status.State == v1alpha1.StatePaused
	if !activated || stock.Spec.NoCash == nil || *stock.Spec.NoCash {
		return 0
	}
	return budget(stock)
}

func lockedOnce(name string, its []entry, expected int64) error {
	switch {
	case expected == 0 && len(its) == 0:
		return nil
	case expected != 0 && len(its) == 1 && its[0].Kind == "lock" && its[0].Fen == expected:
		return nil
	}
	return fmt.Errorf("%s must have locked %s yuan, once; the ledger has: %s", name, money.Yuan(expected), list(its))
}

func list(entries []entry) string {
	if len(entries) == 0 {
		return "none"
	}
	var lines []string
	for _, e := range entries {
		lines = append(lines, e.String())
	}
	return strings.Join(lines, ", ")
}
