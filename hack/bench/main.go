// Command bench measures the operator: campaigns a second to Ready, API writes and gateway
// calls per campaign, and memory, beside a bare client that makes the same writes in the same
// run. Figures of one machine compare with nothing but each other.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

func main() {
	campaigns := flag.Int("campaigns", 1000, "how many campaigns to create")
	writers := flag.Int("writers", 32, "how many clients write at once")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *campaigns, *writers); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, campaigns, writers int) error {
	dir, err := os.MkdirTemp("", "campaign-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	auditLog := filepath.Join(dir, "audit.log")
	cp, err := controlplane.Start(ctx, controlplane.Options{AuditLogPath: auditLog})
	if err != nil {
		return err
	}
	defer func() { _ = cp.Stop() }()
	if err := cp.InstallCRDs("config/crd/bases"); err != nil {
		return err
	}
	b, err := newBench(ctx, cp, dir, campaigns, writers)
	if err != nil {
		return err
	}
	defer b.close()

	floor, err := b.bareClient(ctx)
	if err != nil {
		return fmt.Errorf("bare client: %w", err)
	}
	operator, err := b.operator(ctx)
	if err != nil {
		return fmt.Errorf("operator: %w", err)
	}
	writes, err := operatorWrites(auditLog)
	if err != nil {
		return err
	}
	calls, err := b.gatewayCalls(ctx)
	if err != nil {
		return err
	}
	report(b, floor, operator, writes, calls)
	return nil
}

func report(b *bench, floor, operator time.Duration, writes int, calls map[string]int) {
	n := float64(b.campaigns)
	fmt.Printf("%d campaigns, %d writers, quotas off\n\n", b.campaigns, b.writers)
	fmt.Printf("  bare client (create + two status writes)   %7.1f campaigns/s\n", n/floor.Seconds())
	fmt.Printf("  operator, applied to Ready                 %7.1f campaigns/s  (%.2f of the bare client)\n", n/operator.Seconds(), floor.Seconds()/operator.Seconds())
	fmt.Printf("  API writes of the operator per campaign    %7.2f\n", float64(writes)/n)
	total := 0
	for operation, count := range calls {
		fmt.Printf("  gateway calls per campaign: %-15s%7.2f\n", operation, float64(count)/n)
		total += count
	}
	fmt.Printf("  gateway calls per campaign: all            %7.2f\n", float64(total)/n)
	fmt.Printf("  peak memory of the manager                 %s\n", b.peakMemory)
}

// operatorWrites counts the manager's writes to campaigns and events.
func operatorWrites(auditLog string) (int, error) {
	events, err := controlplane.ReadAudit(auditLog, func(e controlplane.AuditEvent) bool {
		return e.IsWrite() && e.ObjectRef.Namespace == operatorNamespace && e.UserAgent != benchAgent && e.ObjectRef.Resource != "wechatpaymerchants"
	})
	return len(events), err
}
