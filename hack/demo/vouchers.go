package main

import (
	"crypto/rand"
	"os"
	"strings"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

const (
	storeVoucher = "vouchers/40-store-voucher.yaml"
	// codesFile holds the codes of members-voucher, as many as its manifest says.
	codesFile  = "members-codes.txt"
	codesCount = 30
)

// lifeOfVouchers makes two voucher activities, one of them with codes of the merchant's own.
func (d *demo) lifeOfVouchers() error {
	say("Alipay accepts a creation and makes the activity afterwards, here a second later. Until then the activity is an id and no\n" +
		"more, and stays Creating; it is Ready once Alipay shows it as the manifest has it.\n\n" +
		"One of the two gives out codes of the merchant's own. They are as good as money, so no manifest has them: whoever makes\n" +
		"them stores a Secret, and the manifest names it and says how many it holds.\n")
	if err := d.storeCodes(); err != nil {
		return err
	}
	if err := d.copyManifests(samples, "vouchers", ofKind("AlipayVoucherActivity")); err != nil {
		return err
	}
	if err := d.applyAndAwait("vouchers"); err != nil {
		return err
	}
	say("")
	if err := d.showKubectl("get", "ava", "-n", marketing); err != nil {
		return err
	}
	say("\nWhat is recorded of the codes is how many were handed over from which Secret, and a digest:\n")
	return d.showKubectl("get", "ava", "-n", marketing, "members-voucher", "-o", "jsonpath={.status.codes.sources}")
}

// storeCodes makes codes, and a Secret of them.
func (d *demo) storeCodes() error {
	if err := os.WriteFile(d.path(codesFile), []byte(newCodes()), 0o600); err != nil {
		return err
	}
	args := []string{"create", "secret", "generic", "members-codes", "-n", marketing, "--from-file=" + v1alpha1.SecretKeyVoucherCodes + "=" + d.path(codesFile)}
	d.showCommand(args...)
	_, err := d.kubectl(args...)
	return err
}

// newCodes are codes that nobody can guess, one a line.
func newCodes() string {
	var lines strings.Builder
	for range codesCount {
		lines.WriteString("MEMBERS-" + rand.Text()[:16] + "\n")
	}
	return lines.String()
}

// voucherEdit is an edit of store-voucher's manifest.
type voucherEdit struct {
	means  string
	fields []field
	// heldFor is the reason for which the activity is held after it; Ready when empty.
	heldFor string
}

var voucherEdits = []voucherEdit{{
	means: "Another name is one call and more vouchers are another. budgetYuan is a second pair of eyes: without its line the API\n" +
		"server refuses the commit.",
	fields: []field{{"budgetYuan", `"300000.00"`}, {"activityName", "春季满100减10加码"}, {"quantity", "30000"}},
}, {
	means:   "Fewer vouchers. Alipay has no call for that: the commit is taken, and answered by a condition.",
	fields:  []field{{"budgetYuan", `"250000.00"`}, {"quantity", "25000"}},
	heldFor: v1alpha1.ReasonCannotShrink,
}, {
	means:  "That is taken back. Nothing is sent, since nothing was changed.",
	fields: []field{{"budgetYuan", `"300000.00"`}, {"quantity", "30000"}},
}, {
	means:  "Stopped, for ever: nobody receives another voucher. Those in users' hands stay good until their own end.",
	fields: []field{{"state", "Stopped"}},
}}

// changeAVoucher edits a voucher activity as Alipay can change it, as it cannot, and for the last time.
func (d *demo) changeAVoucher() error {
	say("What Alipay can change follows the manifest. Each change is accepted first and made afterwards, here a second later.")
	for _, edit := range voucherEdits {
		say("\n%s", edit.means)
		if err := d.edit(storeVoucher, edit.fields...); err != nil {
			return err
		}
		say("")
		if edit.heldFor != "" {
			if err := d.applyAndBeHeld(edit.heldFor); err != nil {
				return err
			}
		} else if err := d.applyAndAwait(storeVoucher); err != nil {
			return err
		}
	}
	return nil
}

// applyAndBeHeld applies the manifest of store-voucher, waits until it is held for a reason, and shows what that says.
func (d *demo) applyAndBeHeld(reason string) error {
	if err := d.apply(storeVoucher); err != nil {
		return err
	}
	held := target{state: v1alpha1.StateScheduled, heldFor: reason}
	if err := d.await(wanted{marketing + "/store-voucher": held}); err != nil {
		return err
	}
	say("")
	return d.showKubectl("get", "ava", "-n", marketing, "store-voucher", "-o", `jsonpath={.status.conditions[?(@.type=="Ready")].message}`)
}
