package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// applyCampaigns applies what two teams keep in Git, and waits until it has become true.
func (d *demo) applyCampaigns() error {
	say("The platform team owns the accounts and their keys; the marketing team writes campaigns and sees no key.")
	// The accounts' own manifests are the simulator's, since they name its keys and its address.
	if err := d.copyManifests(samples, "account", ofKind("Namespace")); err != nil {
		return err
	}
	if err := d.apply("account/00-namespaces.yaml", "account/secret-"+mchid+".yaml", "account/merchant-"+mchid+".yaml",
		"account/alipay-secret-"+appID+".yaml", "account/alipay-app-"+appID+".yaml"); err != nil {
		return err
	}
	if err := d.awaitAccounts(); err != nil {
		return err
	}

	say("\nOne campaign is a draft, two begin in %.0f seconds, three next week. Each is created once, one call a second.", soon.Seconds())
	if err := d.copyManifests(samples, "campaigns", ofKind("PayGiftActivity")); err != nil {
		return err
	}
	if err := d.apply("campaigns"); err != nil {
		return err
	}
	return d.awaitAll()
}

func (d *demo) showFleet() error {
	for i, args := range [][]string{
		{"get", "campaigns", "-A"},
		{"get", "pga", "-A", "-o", "wide"},
		{"get", "wxm,apa", "-A"},
	} {
		if i > 0 {
			say("")
		}
		if err := d.showKubectl(args...); err != nil {
			return err
		}
	}
	return nil
}

// correctMistakes shows that mistakes end at the API server, with a message that says what to write.
func (d *demo) correctMistakes() error {
	if err := d.copyManifests(broken, "mistakes", ofKind("PayGiftActivity")); err != nil {
		return err
	}
	file := d.path("mistakes/weekend-gift.yaml")
	manifest, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	explanation, expects := comment(string(manifest))
	d.showCommand("apply", "--server-side", "-f", file)
	refusal, err := d.kubectl("apply", "--server-side", "-f", file)
	if err == nil {
		return errors.New("the API server took the manifest with mistakes")
	}
	say("%s", strings.TrimSpace(refusal))
	for _, expect := range expects {
		if !strings.Contains(refusal, expect) {
			return fmt.Errorf("the refusal does not say: %s", expect)
		}
	}
	say("\n%s\n", explanation)

	if err := d.apply("mistakes/weekend-gift-fixed.yaml"); err != nil {
		return err
	}
	return d.awaitAll()
}

// changeStates turns the draft into a campaign and ends another one.
func (d *demo) changeStates() error {
	say("The commit that turns a draft into Active creates the activity; the one that says Terminated ends it, for ever.")
	for _, edit := range []struct{ file, state string }{
		{"campaigns/24-draft.yaml", "Active"},
		{"campaigns/25-minimal.yaml", "Terminated"},
	} {
		if err := d.edit(edit.file, field{"state", edit.state}); err != nil {
			return err
		}
	}
	say("")
	if err := d.apply("campaigns"); err != nil {
		return err
	}
	return d.awaitAll()
}

// edit writes other values into a manifest of the demo's own, and shows the difference.
func (d *demo) edit(file string, fields ...field) error {
	say("\n%s:", filepath.Base(file))
	for _, to := range fields {
		before, after, err := editField(d.path(file), to)
		if err != nil {
			return err
		}
		say("  -%s\n  +%s", before, after)
	}
	return nil
}
