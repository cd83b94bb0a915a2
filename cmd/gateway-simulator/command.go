package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
	"github.com/campaign-operator/campaign-operator/internal/simulator/journal"
	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
	"github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
	"github.com/campaign-operator/campaign-operator/internal/version"
)

// flags are the simulator's command-line flags.
type flags struct {
	listen      string
	allowRemote bool
	addressFile string
	advertise   string
	merchants   []string
	alipayApps  []string
	agency      []string
	notifyURL   string
	// alipayManifests says that apps were named: only then do their manifests stand beside the merchants'.
	alipayManifests bool
	stocks          string
	switches        []string
	now             string
	rate            float64
	stateDir        string
	keep            int
	secretsDir      string
	credentialsDir  string
	manifests       simulator.ManifestOptions
	logFormat       string
}

const long = `gateway-simulator answers as WeChat Pay's API v3 and Alipay's gateway.do do, for rehearsals, demonstrations and CI:
request signatures are checked over the raw bytes, replies are signed, and WeChat Pay's 代金券 (favor) stocks, 支付有礼
(pay gift) activities and the 商家券 (busifavor) stocks that those give away, and Alipay's 商家券 (ordervoucher)
activities with their codes and messages, follow the documented fields, rules, states and error codes. Its money is
counted in a ledger and worth nothing. No network, no vendor.

What the vendors' pages leave open is a switch ("gateway-simulator switches" lists them). Campaign time can be set,
advanced and sped up. Any call can be delayed, refused, cut, or lose its reply after the effect. All of that, and
what happened, is under /_sim; GET /_sim lists its calls.

Keys are made at the start. They open nothing at WeChat Pay or Alipay.`

const examples = `  # One merchant, 1900000109, on http://127.0.0.1:18080, with Secret and WeChatPayMerchant to apply:
  gateway-simulator --secrets-dir ./rehearsal --secret-namespace campaigns
  kubectl apply -f ./rehearsal

  # An Alipay app in each mode, with messages to the operator's door:
  gateway-simulator --alipay-app 2021000000000001 --alipay-app 2021000000000002:certificate \
    --notify-url 'http://127.0.0.1:8444/alipay/{appId}' --secrets-dir ./rehearsal

  # In CI: a free port, the address in a file, everything kept in a directory:
  gateway-simulator --listen 127.0.0.1:0 --address-file sim.url --state-dir ./sim &

  # A campaign's 90 days in a minute and a half:
  curl -X POST http://127.0.0.1:18080/_sim/clock -d '{"rate": 86400}'

  # Lose the reply of the next create after its effect, then look how many activities there are:
  curl -X POST http://127.0.0.1:18080/_sim/faults -d '{"match": {"operation": "paygift.create"}, "action": "commitThenReset"}'
  curl http://127.0.0.1:18080/_sim/activities

  # A gateway that does not recognise its own request numbers, and lists new activities a minute late:
  gateway-simulator --switch replay.sameBody=reject --switch list.lag=60s`

func newCommand() *cobra.Command {
	var f flags
	command := &cobra.Command{
		Use:           "gateway-simulator",
		Short:         "The other side of WeChat Pay and Alipay, for rehearsals and CI",
		Long:          long,
		Example:       examples,
		Version:       version.String(),
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return run(cmd, f) },
	}
	set := command.Flags()
	set.SortFlags = false
	set.StringVar(&f.listen, "listen", "127.0.0.1:18080", "address to listen on; port 0 takes a free one")
	set.BoolVar(&f.allowRemote, "allow-remote", false, "allow other addresses than loopback; /_sim has no password")
	set.StringVar(&f.addressFile, "address-file", "", "file that takes the URL once the simulator listens")
	set.StringArrayVar(&f.merchants, "merchant", []string{simulator.DefaultMerchant}, "merchant id; repeat for several")
	set.StringArrayVar(&f.alipayApps, "alipay-app", []string{simulator.DefaultAlipayApp}, "Alipay app id, with :certificate for certificate mode; repeat for several. Manifests are written when it is given")
	set.StringArrayVar(&f.agency, "alipay-agency-merchant", nil, "merchant (2088…) that granted the Alipay apps an app_auth_token; repeat for several")
	set.StringVar(&f.notifyURL, "notify-url", "", "URL that takes the Alipay apps' messages, {appId} in it stands for the app; PUT /_sim/alipay/notify-url changes it")
	set.StringVar(&f.stocks, "stocks", simulator.DefaultSeedStocks, "busifavor stocks that are RUNNING from the start: ids and ranges, or none")
	set.StringArrayVar(&f.switches, "switch", nil, "name=value of a switch; repeat for several")
	set.StringVar(&f.now, "campaign-time", "", "campaign time to start with, as 2026-05-01T00:00:00+08:00; real time when empty")
	set.Float64Var(&f.rate, "rate", 1, "campaign seconds for each real one; 0 stands still")
	set.StringVar(&f.stateDir, "state-dir", "", "directory that keeps keys, activities, stocks, money and campaign time over restarts")
	set.IntVar(&f.keep, "keep-requests", simulator.DefaultKeep, "how many calls /_sim/requests keeps")
	set.StringVar(&f.secretsDir, "secrets-dir", "", "directory that takes a Secret and a WeChatPayMerchant or AlipayApp manifest for each merchant and app")
	set.StringVar(&f.manifests.Namespace, "secret-namespace", "default", "namespace in those manifests")
	set.StringVar(&f.manifests.SecretName, "secret-name", "wechatpay-credentials", "name of the Secret; with several merchants -<mchid> is appended")
	set.StringVar(&f.manifests.MerchantName, "merchant-name", "wechatpay", "name of the WeChatPayMerchant; with several merchants -<mchid> is appended")
	set.StringVar(&f.manifests.AlipaySecretName, "alipay-secret-name", "alipay-credentials", "name of the Alipay Secret; with several apps -<appId> is appended, with agency merchants -<appId>-<merchant>")
	set.StringVar(&f.manifests.AlipayAppName, "alipay-app-name", "alipay", "name of the AlipayApp; the same is appended")
	set.StringVar(&f.manifests.Environment, "environment", "rehearsal", "spec.environment of the WeChatPayMerchants and AlipayApps")
	set.StringSliceVar(&f.manifests.AllowedNamespaces, "allowed-namespaces", nil, "spec.allowedNamespaces of the WeChatPayMerchants and AlipayApps")
	set.StringVar(&f.advertise, "advertise-url", "", "URL that manifests and files name, when it is not the listening address")
	set.StringVar(&f.credentialsDir, "credentials-dir", "", "directory that takes the PEM files and account.json of each merchant and app, for clients outside a cluster")
	set.StringVar(&f.logFormat, "log-format", "console", "access log: console, json or none")
	command.AddCommand(switchesCommand(), operationsCommand())
	return command
}

func run(cmd *cobra.Command, f flags) error {
	options, err := f.options(cmd)
	if err != nil {
		return err
	}
	var server *simulator.Server
	var files sync.Mutex // two rotations at once write the same files
	publish := func(string) error {
		files.Lock()
		defer files.Unlock()
		return f.publish(server)
	}
	options.OnKeys = publish
	if server, err = simulator.New(options); err != nil {
		return err
	}
	if err := server.Listen(f.listen); err != nil {
		return err
	}
	if err := announce(cmd, f, server, publish); err != nil {
		return errors.Join(err, server.Close())
	}
	<-cmd.Context().Done()
	return server.Close()
}

func announce(cmd *cobra.Command, f flags, server *simulator.Server, publish func(string) error) error {
	if err := publish(""); err != nil {
		return err
	}
	if f.addressFile != "" {
		if err := statedir.WriteFile(f.addressFile, []byte(server.URL()+"\n"), 0o644); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "listening on %s\n", server.URL())
	return err
}

func (f *flags) options(cmd *cobra.Command) (simulator.Options, error) {
	o := simulator.Options{Merchants: f.merchants, SeedStocks: f.stocks, StateDir: f.stateDir, Keep: f.keep, Switches: map[string]string{}}
	if err := checkAddress(cmd.Context(), f.listen, f.allowRemote); err != nil {
		return o, err
	}
	var err error
	if o.AlipayApps, err = f.apps(); err != nil {
		return o, err
	}
	f.alipayManifests = cmd.Flags().Changed("alipay-app") || cmd.Flags().Changed("alipay-agency-merchant")
	for _, pair := range f.switches {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return o, fmt.Errorf("--switch %s: write name=value", pair)
		}
		o.Switches[name] = value
	}
	if cmd.Flags().Changed("rate") {
		o.Rate = &f.rate
	}
	if f.now != "" {
		if o.CampaignTime, err = time.Parse(time.RFC3339, f.now); err != nil {
			return o, fmt.Errorf("--campaign-time %s: write a time as 2026-05-01T00:00:00+08:00", f.now)
		}
	}
	switch f.logFormat {
	case "console", "json":
		o.OnRequest = simulator.AccessLog(cmd.ErrOrStderr(), f.logFormat == "json")
	case "none":
		o.OnRequest = func(journal.Entry) {}
	default:
		return o, fmt.Errorf("--log-format %s: console, json or none", f.logFormat)
	}
	return o, nil
}

// apps reads --alipay-app: an app id, with :certificate for certificate mode.
func (f *flags) apps() ([]alipay.AppOptions, error) {
	var all []alipay.AppOptions
	for _, text := range f.alipayApps {
		appID, mode, given := strings.Cut(text, ":")
		app := alipay.AppOptions{AppID: appID, Mode: alipay.PublicKey, AgencyMerchants: f.agency, NotifyURL: f.notifyURL}
		switch {
		case given && mode == "certificate":
			app.Mode = alipay.Certificate
		case given:
			return nil, fmt.Errorf("--alipay-app %s: write an app id, or one with :certificate", text)
		}
		all = append(all, app)
	}
	return all, nil
}

// checkAddress refuses addresses that others can reach, unless that is wanted: whoever reaches /_sim
// can do everything.
func checkAddress(ctx context.Context, listen string, allowRemote bool) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("--listen %s: write host:port", listen)
	}
	if allowRemote {
		return nil
	}
	addresses, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	if err != nil || host == "" {
		return fmt.Errorf("--listen %s: the host must be a loopback address, or say --allow-remote", listen)
	}
	for _, a := range addresses {
		if !a.IP.IsLoopback() {
			return fmt.Errorf("--listen %s is not a loopback address: say --allow-remote if others may reach it; /_sim has no password", listen)
		}
	}
	return nil
}

// publish writes the files that clients need.
func (f *flags) publish(server *simulator.Server) error {
	url := server.URL()
	if f.advertise != "" {
		url = f.advertise
	}
	merchants, apps, err := credentials(server)
	if err != nil {
		return err
	}
	if f.secretsDir != "" {
		manifests := f.manifests
		manifests.GatewayURL = url
		if err := simulator.WriteManifests(f.secretsDir, manifests, merchants); err != nil {
			return err
		}
		if f.alipayManifests {
			if err := simulator.WriteAlipayManifests(f.secretsDir, manifests, apps); err != nil {
				return err
			}
		}
	}
	if f.credentialsDir == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Clean(f.credentialsDir), 0o700); err != nil {
		return err
	}
	return errors.Join(simulator.WriteCredentials(f.credentialsDir, url, merchants), simulator.WriteAlipayCredentials(f.credentialsDir, url, apps))
}

func credentials(server *simulator.Server) (merchants []wechatpay.Credentials, apps []alipay.Credentials, err error) {
	for _, account := range server.WeChatPay().Accounts() {
		c, err := account.Credentials()
		if err != nil {
			return nil, nil, err
		}
		merchants = append(merchants, c)
	}
	for _, app := range server.Alipay().Apps() {
		c, err := app.Credentials()
		if err != nil {
			return nil, nil, err
		}
		apps = append(apps, c)
	}
	return merchants, apps, nil
}

func switchesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "switches",
		Short: "List the switches as a Markdown table",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(cmd.OutOrStdout(), simulator.SwitchTable())
			return err
		},
	}
}

func operationsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "operations",
		Short: "List the operations that fault rules and quotas can name",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), strings.Join(slices.Concat(wechatpay.Operations(), alipay.Operations()), "\n"))
			return err
		},
	}
}
