package main

import (
	"errors"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

const (
	springStock  = "stocks/30-spring-stock.yaml"
	membersStock = "stocks/31-members-stock.yaml"
)

// lifeOfAStock takes a stock of coupons from a draft to one that is given out, and pauses and restarts it: each step is an
// edit of one line.
func (d *demo) lifeOfAStock() error {
	say("Activating a stock of coupons locks its whole budget, and no call gives it back. So the platform team gives the account a\n" +
		"ceiling, which the marketing team cannot change: campaigns are theirs to write, accounts are not. It is patched in here\n" +
		"because the simulator wrote this account's manifest; otherwise it is a line in Git.\n")
	if err := d.setCeiling("300000.00"); err != nil {
		return err
	}
	say("\nA draft first. Nothing is sent; the plan says what Active would do.")
	if err := d.copyManifests(samples, "stocks", ofKind("CouponStock")); err != nil {
		return err
	}
	if err := d.applyAndAwait(springStock); err != nil {
		return err
	}
	if err := d.showSection("Plan:", "describe", "cst", "-n", marketing, "spring-stock"); err != nil {
		return err
	}
	for _, step := range []struct{ state, means string }{
		{"Inactive", "Created, and not activated: it has an id that others can build in, and has cost nothing."},
		{"Active", "Activated, which locks the money. WeChat Pay takes about a minute to register a new stock, here a second or two."},
		{"Paused", "Paused: nobody receives another coupon. Those in users' hands stay good, and the money stays locked."},
		{"Active", "Restarted: the same stock goes on, and nothing is locked again."},
	} {
		say("\n%s", step.means)
		if err := d.edit(springStock, field{"state", step.state}); err != nil {
			return err
		}
		say("")
		if err := d.applyAndAwait(springStock); err != nil {
			return err
		}
		if err := d.sayWhatIsLocked(); err != nil {
			return err
		}
	}
	return nil
}

// applyAndAwait applies files or folders and waits until all is as asked.
func (d *demo) applyAndAwait(names ...string) error {
	if err := d.apply(names...); err != nil {
		return err
	}
	return d.awaitAll()
}

// moneyAboveTheCeiling applies a stock for which the account's ceiling leaves too little, and then raises the ceiling.
func (d *demo) moneyAboveTheCeiling() error {
	say("150000 yuan more, where the ceiling leaves 100000. The stock is created, which costs nothing, and its activation waits.")
	if err := d.apply(membersStock); err != nil {
		return err
	}
	held := target{state: v1alpha1.StateInactive, heldFor: v1alpha1.ReasonBudgetLimitExceeded}
	if err := d.await(wanted{marketing + "/members-stock": held}); err != nil {
		return err
	}
	say("")
	if err := d.showKubectl("get", "cst", "-n", marketing, "-o", "wide"); err != nil {
		return err
	}
	say("")
	if err := d.showKubectl("get", "cst", "-n", marketing, "members-stock", "-o", `jsonpath={.status.conditions[?(@.type=="Ready")].message}`); err != nil {
		return err
	}
	if err := d.sayWhatIsLocked(); err != nil {
		return err
	}
	say("\nThe platform team raises the ceiling, and the stock goes on by itself; nobody touches its manifest.")
	if err := d.setCeiling("400000.00"); err != nil {
		return err
	}
	if err := d.awaitAll(); err != nil {
		return err
	}
	if err := d.sayWhatIsLocked(); err != nil {
		return err
	}
	return d.showActiveMoney()
}

// showActiveMoney shows what the account says of the money of all activated stocks, as soon as that is what the ledger has.
func (d *demo) showActiveMoney() error {
	book, err := d.ledger()
	if err != nil {
		return err
	}
	if err := d.poll("the account to say that "+book.yuan()+" yuan are active", settleTimeout, func() (bool, error) {
		merchant := &v1alpha1.WeChatPayMerchant{}
		err := d.api.Get(d.ctx, client.ObjectKey{Namespace: platform, Name: merchantName}, merchant)
		return err == nil && merchant.Status.ActiveMoney != nil && merchant.Status.ActiveMoney.Yuan == book.yuan(), err
	}); err != nil {
		return err
	}
	say("\nThe account counts what is active at WeChat Pay, managed or not:\n")
	return d.showKubectl("get", "wxm", "-n", platform, merchantName, "-o", "jsonpath={.status.activeMoney}")
}

// setCeiling says what all activated stocks of the account may cost together.
func (d *demo) setCeiling(yuan string) error {
	args := []string{"patch", "wxm", "-n", platform, merchantName, "--type=merge", "-p", `{"spec":{"limits":{"maxActiveYuan":"` + yuan + `"}}}`}
	d.showCommand(args...)
	_, err := d.kubectl(args...)
	return err
}

// sayWhatIsLocked reads the gateway's ledger, not what the operator says of it.
func (d *demo) sayWhatIsLocked() error {
	ledger, err := d.ledger()
	if err != nil {
		return err
	}
	d.note("the gateway's ledger: %s yuan locked, entries: %d", ledger.yuan(), len(ledger.entries))
	return nil
}

// showSection shows a part of what a command prints: a line and all below it that is indented further.
func (d *demo) showSection(begins string, args ...string) error {
	d.showCommand(args...)
	out, err := d.kubectl(args...)
	if err != nil {
		return err
	}
	section := section(out, begins)
	if section == "" {
		return errors.New("no " + begins + " in:\n" + out)
	}
	say("...\n%s\n...", section)
	return nil
}

func section(text, begins string) string {
	var found []string
	indent := 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		depth := len(line) - len(strings.TrimLeft(line, " "))
		switch {
		case found == nil && strings.TrimSpace(line) == begins:
			indent, found = depth, []string{line}
		case found != nil && depth <= indent:
			return strings.Join(found, "\n")
		case found != nil:
			found = append(found, line)
		}
	}
	return strings.Join(found, "\n")
}
