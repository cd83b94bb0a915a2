package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// compareVouchers checks that each voucher activity was made once and has the vouchers and codes that its manifest says, and
// that no code is in a log.
func (d *demo) compareVouchers(campaigns []v1alpha1.Campaign) error {
	activities, err := d.activities()
	if err != nil {
		return err
	}
	say("\nThe vouchers at the gateway:\n")
	out := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(out, "  VOUCHER ACTIVITY\tIN THE MANIFEST\tAT THE GATEWAY\tCODES\tACCEPTED CALLS")
	problems := []error{d.codesInLogs()}
	for _, campaign := range campaigns {
		voucher, ok := campaign.(*v1alpha1.AlipayVoucherActivity)
		if !ok {
			continue
		}
		its, err := itsActivity(voucher, activities)
		problems = append(problems, err, countedOnce(voucher, its))
		fmt.Fprintf(out, "  %s\t%d\t%d\t%d\t%s\n", nameOf(voucher), vouchersOf(voucher), its.Quantity, its.Codes, strings.Join(calls(its), ", "))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	say("\nEach was created once and has the vouchers that its manifest says; each of the %d codes is there once, and in no log.", codesCount)
	return nil
}

// countedOnce checks what the gateway counts. It refuses a code that it has already, so that as many codes as the manifest
// names, and none refused, are each of them once.
func countedOnce(voucher *v1alpha1.AlipayVoucherActivity, its activity) error {
	created := 0
	for _, call := range calls(its) {
		if call == "create" {
			created++
		}
	}
	refused := int64(0)
	if codes := voucher.Status.Codes; codes != nil {
		refused = codes.Failed
	}
	if created != 1 || its.Quantity != vouchersOf(voucher) || its.Codes != codesOf(voucher) || refused != 0 {
		return fmt.Errorf("%s shall be created once and have %d vouchers and %d codes; the gateway has %d creations, %d vouchers and %d codes, and refused %d codes",
			nameOf(voucher), vouchersOf(voucher), codesOf(voucher), created, its.Quantity, its.Codes, refused)
	}
	return nil
}

// calls are the names of the calls that the gateway accepted for a voucher activity, without what they have in common.
func calls(its activity) []string {
	names := make([]string, 0, len(its.Operations))
	for _, o := range its.Operations {
		names = append(names, strings.TrimPrefix(o.Method, "alipay.marketing.activity.ordervoucher."))
	}
	return names
}

// vouchersOf is how many vouchers a manifest has given out: its quantity, or its codes.
func vouchersOf(voucher *v1alpha1.AlipayVoucherActivity) int64 {
	if quantity := voucher.Spec.VoucherSendModeInfo.VoucherSendRuleInfo.Quantity; quantity != nil {
		return *quantity
	}
	return codesOf(voucher)
}

func codesOf(voucher *v1alpha1.AlipayVoucherActivity) int64 {
	var count int64
	for _, from := range voucher.Spec.VoucherCodesFrom {
		count += from.Count
	}
	return count
}

// codesInLogs says whether a voucher code is in something that the manager has written, and not which.
func (d *demo) codesInLogs() error {
	codes, err := os.ReadFile(d.path(codesFile))
	if err != nil {
		return err
	}
	for _, name := range []string{"manager.log", "audit.log"} {
		log, err := os.ReadFile(d.path(name))
		if err != nil {
			return err
		}
		for code := range strings.FieldsSeq(string(codes)) {
			if strings.Contains(string(log), code) {
				return fmt.Errorf("a voucher code is in %s", name)
			}
		}
	}
	return nil
}
