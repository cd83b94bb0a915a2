package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func heading(number int, title string) {
	title = fmt.Sprintf("%d. %s", number, title)
	fmt.Printf("\n%s\n%s\n", title, strings.Repeat("-", len(title)))
}

// say prints text, indented.
func say(format string, args ...any) {
	for line := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
		fmt.Println(strings.TrimRight("  "+line, " "))
	}
}

// note prints a line with the time since the start.
func (d *demo) note(format string, args ...any) {
	fmt.Printf("  %7s  %s\n", seconds(time.Since(d.began)), fmt.Sprintf(format, args...))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// showCommand prints a command as one would type it, with the demo's folder as $DEMO.
func (d *demo) showCommand(args ...string) {
	var words []string
	for _, arg := range args {
		if strings.ContainsAny(arg, "{}\"?* ") {
			arg = "'" + arg + "'"
		}
		words = append(words, arg)
	}
	fmt.Printf("  $ kubectl %s\n", strings.ReplaceAll(strings.Join(words, " "), d.dir, "$DEMO"))
}

// showKubectl runs a command and shows it with what it prints.
func (d *demo) showKubectl(args ...string) error {
	d.showCommand(args...)
	out, err := d.kubectl(args...)
	say("%s", strings.TrimRight(out, "\n"))
	return err
}

// kubectl runs a command as the administrator and returns what it prints: the answer, or the complaint.
func (d *demo) kubectl(args ...string) (string, error) {
	out, complaint, err := d.cluster.Kubectl(d.ctx, args...)
	if err != nil {
		return complaint, err
	}
	return out, nil
}

// apply applies files or folders of the demo's own.
func (d *demo) apply(names ...string) error {
	args := []string{"apply", "--server-side"}
	for _, name := range names {
		args = append(args, "-f", d.path(name))
	}
	d.showCommand(args...)
	_, err := d.kubectl(args...)
	return err
}

// explain shows what is known of a failure: the campaigns that have not settled, and the ends of the logs.
func (d *demo) explain(err error) error {
	if errors.Is(err, errToldToStop) {
		return err
	}
	if d.api != nil && d.ctx.Err() == nil {
		campaigns, _ := d.campaigns() // the failure itself is reported anyway
		for _, campaign := range campaigns {
			for _, condition := range campaign.CampaignStatus().Conditions {
				if condition.Type != v1alpha1.ConditionReady || condition.Status != "True" {
					fmt.Printf("%s: %s=%s %s: %s\n", nameOf(campaign), condition.Type, condition.Status, condition.Reason, condition.Message)
				}
			}
		}
	}
	for _, name := range []string{"gateway-simulator.log", "manager.log"} {
		if lines := tail(d.path(name), 20); len(lines) > 0 {
			fmt.Printf("\nThe end of %s:\n%s\n", name, strings.Join(lines, "\n"))
		}
	}
	return err
}

func tail(path string, n int) []string {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	var lines []string
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		lines = append(lines, scanner.Text())
	}
	return lines[max(0, len(lines)-n):]
}

// lookAround says what can be done with what runs.
func (d *demo) lookAround() {
	fmt.Print(strings.NewReplacer(
		"DIR", d.dir,
		"KUBECONFIG_PATH", d.cluster.KubeconfigPath,
		"BIN", filepath.Dir(d.cluster.KubectlCommand(d.ctx).Path),
		"GATEWAY", d.gateway.url,
		"METRICS", d.metricsURL,
	).Replace(`
Look around: it all stays up until you press Ctrl-C here. In another terminal:

  export DEMO=DIR KUBECONFIG=KUBECONFIG_PATH
  export PATH=BIN:$PATH

  kubectl get campaigns -A
  kubectl describe pga -n marketing store-coupon
  kubectl describe cst -n marketing spring-stock
  kubectl describe ava -n marketing members-voucher
  kubectl explain cst.spec.stockUseRule

Change a manifest in $DEMO/campaigns, $DEMO/stocks or $DEMO/vouchers, or write one, and:

  kubectl apply --server-side -f $DEMO/campaigns -f $DEMO/stocks -f $DEMO/vouchers

The other side. Users receive coupons; somebody pauses an activity or a stock in a console; two months pass:

  curl -s GATEWAY/_sim
  curl -s GATEWAY/_sim/activities
  curl -s GATEWAY/_sim/ledger
  curl -s -X PATCH -d '{"distributedCoupons": 12000}' GATEWAY/_sim/favor/stocks/ID
  curl -s -X POST GATEWAY/_sim/activities/ID/pause
  curl -s -X POST GATEWAY/_sim/favor/stocks/ID/pause
  curl -s -X POST GATEWAY/_sim/alipay/activities/ID/pause
  curl -s -X POST -d '{"advance": "60d"}' GATEWAY/_sim/clock

Logs and metrics:

  $DEMO/manager.log            what the operator did
  $DEMO/audit.log              a line before and after each call that changed something
  $DEMO/gateway-simulator.log  each call that the gateway got
  curl -s METRICS | grep campaign_operator_campaigns
`))
}
