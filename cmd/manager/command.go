package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"go.uber.org/zap/zapcore"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	ctrlmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/controllers"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/internal/version"
)

// flags are the manager's command-line flags.
type flags struct {
	allowedGateways []string
	sweepInterval   time.Duration
	createRate      float64
	readRate        float64
	workers         int
	auditLog        string
	logFormat       string
	logLevel        int
	metricsAddress  string
	probeAddress    string
	leaderElect     bool
	leaderNamespace string
	namespaces      []string
	countInterval   time.Duration
	registers       time.Duration
	notifyAddress   string
	notifyCertDir   string
	notifyProxies   []string
}

// shutdownGrace is how long a stopping manager finishes what it has begun; a call and the
// write of its outcome take 20 s at most together, a pod has 30 s.
const shutdownGrace = 25 * time.Second

func newCommand() *cobra.Command {
	var f flags
	command := &cobra.Command{
		Use:   "manager",
		Short: "Campaign Operator: payment-marketing campaigns from Kubernetes manifests",
		Long: `manager turns PayGiftActivity and CouponStock resources into activities and stocks at WeChat Pay, and
AlipayVoucherActivity resources into activities at Alipay, exactly once each, and writes their ids and states back.

It uses the kubeconfig of $KUBECONFIG or ~/.kube/config, or the pod's service account.`,
		Version:       version.String(),
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), f) },
	}
	set := command.Flags()
	set.StringSliceVar(&f.allowedGateways, "allowed-gateways", nil, "gateways that may be called besides the vendors' own: base URLs for WeChat Pay, such as a simulator's http://127.0.0.1:18080, and full URLs for Alipay, such as http://127.0.0.1:18080/gateway.do")
	set.DurationVar(&f.sweepInterval, "sweep-interval", 5*time.Minute, "how often each account's activities are listed at least")
	set.Float64Var(&f.createRate, "create-rate", published, "calls per second for each account and each operation that changes something, in place of the figures for an account; those for the operator's address stay, but 0 paces nothing at all")
	set.Float64Var(&f.readRate, "read-rate", published, "calls per second for each account and each operation that reads, in place of the figures for an account; those for the operator's address stay, but 0 paces nothing at all")
	set.DurationVar(&f.countInterval, "count-interval", 10*time.Minute, "how often the count of coupons that a running stock has sent is written at most, thresholds of the total and changes of state apart")
	set.DurationVar(&f.registers, "stock-registration", controllers.CouponStockRegisters, "how long after its creation a stock is left alone before it is activated, since WeChat Pay still registers it; shorter for a simulator")
	set.IntVar(&f.workers, "workers", 32, "how many campaigns of a kind are reconciled at once")
	set.StringVar(&f.auditLog, "audit-log", "-", "file that takes one JSON line before and after every call that changes something; - is standard output")
	set.StringVar(&f.logFormat, "log-format", "json", "json or console")
	set.IntVar(&f.logLevel, "log-level", 0, "0 says what happened, 1 also why; up to 4 for the libraries' own words")
	set.StringVar(&f.metricsAddress, "metrics-address", "127.0.0.1:8080", "address of the metrics; 0 turns them off")
	set.StringVar(&f.probeAddress, "health-address", ":8081", "address of /healthz and /readyz; 0 turns them off")
	set.BoolVar(&f.leaderElect, "leader-elect", true, "let one of several managers work; the others wait")
	set.StringSliceVar(&f.namespaces, "watch-namespaces", nil, "namespaces whose accounts and campaigns are served; all when empty")
	set.StringVar(&f.leaderNamespace, "leader-elect-namespace", "", "namespace of the lease; the pod's own when empty")
	set.StringVar(&f.notifyAddress, "notify-bind-address", "", "address of the notification door, such as :8444, which takes the vendors' messages about activities; closed when empty")
	set.StringVar(&f.notifyCertDir, "notify-cert-dir", "", "directory with tls.crt and tls.key for the notification door; plain HTTP when empty, for an ingress that ends TLS")
	set.StringSliceVar(&f.notifyProxies, "notify-trusted-proxies", nil, "addresses or networks, such as 10.0.0.0/8, whose X-Forwarded-For the notification door counts requests by")
	return command
}

// published stands for the figures that the vendors publish.
const published = -1.0

func limits(f flags) quota.Limits {
	rate := func(calls float64) *quota.Rate {
		if calls < 0 {
			return nil
		}
		return ptr.To(quota.PerSecond(calls))
	}
	return quota.Defaults().Override(rate(f.createRate), rate(f.readRate))
}

func run(ctx context.Context, f flags) error {
	logger, err := newLogger(f)
	if err != nil {
		return err
	}
	ctrl.SetLogger(logger)
	klog.SetLogger(logger)
	proxies, err := trusted(f.notifyProxies)
	if err != nil {
		return err
	}
	audit, closeAudit, err := openAudit(f.auditLog)
	if err != nil {
		return err
	}
	defer closeAudit()
	cluster, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("no cluster to work on: %w; set KUBECONFIG", err)
	}
	cluster.UserAgent = "campaign-operator/" + version.String()
	cluster.QPS, cluster.Burst = -1, -1 // the API server's own fairness paces better than a client can
	mgr, err := ctrl.NewManager(cluster, managerOptions(f))
	if err != nil {
		return fmt.Errorf("set up the manager: %w", err)
	}
	if err := controllers.Setup(ctx, mgr, controllers.Options{
		AllowedGateways: f.allowedGateways, SweepInterval: f.sweepInterval, Limits: limits(f), CountInterval: f.countInterval, Registers: f.registers, Workers: f.workers,
		Namespaces: f.namespaces, AuditLog: audit, UserAgent: "campaign-operator/" + version.String(),
		Clock: clock.RealClock{}, Metrics: ctrlmetrics.Registry,
		Notifications: controllers.Notifications{Address: f.notifyAddress, CertDir: f.notifyCertDir, TrustedProxies: proxies},
	}); err != nil {
		return err
	}
	for _, check := range []func(string, healthz.Checker) error{mgr.AddHealthzCheck, mgr.AddReadyzCheck} {
		if err := check("ping", healthz.Ping); err != nil {
			return fmt.Errorf("add health check: %w", err)
		}
	}
	logger.Info("starting", "version", version.String())
	return mgr.Start(ctx)
}

func managerOptions(f flags) ctrl.Options {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			panic(err) // a type is registered twice: only a wrong build can do that
		}
	}
	return ctrl.Options{
		Scheme:                        scheme,
		Metrics:                       metricsserver.Options{BindAddress: f.metricsAddress},
		HealthProbeBindAddress:        f.probeAddress,
		LeaderElection:                f.leaderElect,
		LeaderElectionID:              "campaign-operator.io",
		LeaderElectionNamespace:       f.leaderNamespace,
		LeaderElectionReleaseOnCancel: true,
		GracefulShutdownTimeout:       ptr.To(shutdownGrace),
		Cache:                         cache.Options{DefaultNamespaces: watched(f.namespaces)},
		Controller:                    config.Controller{ReconciliationTimeout: time.Minute},
	}
}

// watched is the cache's selection; nil selects all namespaces.
func watched(namespaces []string) map[string]cache.Config {
	if len(namespaces) == 0 {
		return nil
	}
	selected := map[string]cache.Config{}
	for _, namespace := range namespaces {
		selected[namespace] = cache.Config{}
	}
	return selected
}

// trusted reads --notify-trusted-proxies; an address is a network of one.
func trusted(proxies []string) ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, proxy := range proxies {
		network, err := netip.ParsePrefix(proxy)
		if !strings.Contains(proxy, "/") {
			var address netip.Addr
			address, err = netip.ParseAddr(proxy)
			network = netip.PrefixFrom(address.WithZone(""), address.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("--notify-trusted-proxies has %q; write addresses or networks, such as 10.0.0.0/8", proxy)
		}
		networks = append(networks, network.Masked())
	}
	return networks, nil
}

// maxLogLevel is below the levels from which the Kubernetes client logs the bodies of replies,
// those with Secrets included.
const maxLogLevel = 4

func newLogger(f flags) (logr.Logger, error) {
	if f.logLevel < 0 || f.logLevel > maxLogLevel {
		return logr.Logger{}, fmt.Errorf("--log-level is %d; write 0 to %d (above it the Kubernetes client would log Secrets)", f.logLevel, maxLogLevel)
	}
	var encoder zap.Opts
	switch f.logFormat {
	case "json":
		encoder = zap.JSONEncoder(func(c *zapcore.EncoderConfig) { c.EncodeTime = zapcore.RFC3339NanoTimeEncoder })
	case "console":
		encoder = zap.ConsoleEncoder(func(c *zapcore.EncoderConfig) { c.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000") })
	default:
		return logr.Logger{}, fmt.Errorf("--log-format is %q; write json or console", f.logFormat)
	}
	return zap.New(encoder, zap.Level(zapcore.Level(-f.logLevel))), nil
}

// openAudit opens the audit log for appending, readable by its owner only.
func openAudit(path string) (io.Writer, func(), error) {
	if path == "-" {
		return os.Stdout, func() {}, nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // the path is the operator's own flag
	if err != nil {
		return nil, nil, fmt.Errorf("open --audit-log: %w", err)
	}
	return file, func() { _ = file.Close() }, nil
}
