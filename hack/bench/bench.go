package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

const (
	floorNamespace    = "floor"
	operatorNamespace = "operator"
	mchid             = "1900000109"
	benchAgent        = "campaign-bench"
)

// bench is one run.
type bench struct {
	cp                 *controlplane.ControlPlane
	client             client.Client
	dir                string
	campaigns, writers int
	simulator          *exec.Cmd
	gateway            string
	peakMemory         string
}

func newBench(ctx context.Context, cp *controlplane.ControlPlane, dir string, campaigns, writers int) (*bench, error) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	config := rest.CopyConfig(cp.Config)
	config.QPS, config.Burst, config.UserAgent = -1, -1, benchAgent
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	b := &bench{cp: cp, client: c, dir: dir, campaigns: campaigns, writers: writers}
	for _, namespace := range []string{floorNamespace, operatorNamespace} {
		if _, stderr, err := cp.Kubectl(ctx, "create", "namespace", namespace); err != nil {
			return nil, fmt.Errorf("%w: %s", err, stderr)
		}
	}
	return b, b.startSimulator(ctx)
}

// startSimulator starts the vendor and applies the account it wrote.
func (b *bench) startSimulator(ctx context.Context) error {
	address, secrets := filepath.Join(b.dir, "address"), filepath.Join(b.dir, "secrets")
	b.simulator = exec.CommandContext(ctx, "bin/gateway-simulator", "--listen", "127.0.0.1:0", "--address-file", address,
		"--merchant", mchid, "--secrets-dir", secrets, "--secret-namespace", operatorNamespace)
	if err := b.simulator.Start(); err != nil {
		return err
	}
	if err := poll(20*time.Second, func() error {
		text, err := os.ReadFile(address)
		b.gateway = strings.TrimSpace(string(text))
		return err
	}); err != nil {
		return fmt.Errorf("the simulator does not listen: %w", err)
	}
	if !strings.HasPrefix(b.gateway, "http") {
		b.gateway = "http://" + b.gateway
	}
	_, stderr, err := b.cp.Kubectl(ctx, "apply", "-f", secrets)
	if err != nil {
		return fmt.Errorf("%w: %s", err, stderr)
	}
	return nil
}

func (b *bench) close() {
	if b.simulator != nil && b.simulator.Process != nil {
		_ = b.simulator.Process.Kill()
		_ = b.simulator.Wait()
	}
}

// bareClient makes the writes that a creation needs, and nothing else.
func (b *bench) bareClient(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	err := b.forAll(func(i int) error {
		c := b.campaign(floorNamespace, i)
		if err := b.client.Create(ctx, c); err != nil {
			return err
		}
		for _, creation := range []v1alpha1.CreationOutcome{v1alpha1.CreationUnknown, v1alpha1.CreationConfirmed} {
			before := c.DeepCopy()
			c.Status.Creation, c.Status.ObservedGeneration = creation, c.Generation
			c.Status.Request = &v1alpha1.CreationRequest{Number: mchid, Digest: "sha256:", Time: metav1.Now()}
			if err := b.client.Status().Patch(ctx, c, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
				return err
			}
		}
		return nil
	})
	took := time.Since(began)
	return took, errors.Join(err, b.client.DeleteAllOf(ctx, &v1alpha1.PayGiftActivity{}, client.InNamespace(floorNamespace)))
}

// operator applies the campaigns to a running operator and waits until all are Ready.
func (b *bench) operator(ctx context.Context) (time.Duration, error) {
	manager := exec.CommandContext(ctx, "bin/manager", "--allowed-gateways", b.gateway, "--leader-elect=false", "--metrics-address=0",
		"--health-address=0", "--create-rate=0", "--read-rate=0", "--workers=32", "--audit-log", filepath.Join(b.dir, "operator-audit.log"))
	manager.Env = append(os.Environ(), "KUBECONFIG="+b.cp.KubeconfigPath)
	if err := manager.Start(); err != nil {
		return 0, err
	}
	defer func() {
		b.peakMemory = peakMemory(manager.Process.Pid)
		_ = manager.Process.Kill()
		_ = manager.Wait()
	}()
	if _, stderr, err := b.cp.Kubectl(ctx, "wait", "--for=condition=Ready", "wxm", "--all", "-n", operatorNamespace, "--timeout=60s"); err != nil {
		return 0, fmt.Errorf("%w: %s", err, stderr)
	}
	began := time.Now()
	if err := b.forAll(func(i int) error { return b.client.Create(ctx, b.campaign(operatorNamespace, i)) }); err != nil {
		return 0, err
	}
	err := poll(10*time.Minute, func() error { return b.allReady(ctx) })
	return time.Since(began), err
}

func (b *bench) allReady(ctx context.Context) error {
	list := &v1alpha1.PayGiftActivityList{}
	if err := b.client.List(ctx, list, client.InNamespace(operatorNamespace)); err != nil {
		return err
	}
	ready := 0
	for _, c := range list.Items {
		if meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReady) {
			ready++
		}
	}
	if ready < b.campaigns {
		return fmt.Errorf("%d of %d ready", ready, b.campaigns)
	}
	return nil
}

// gatewayCalls are the simulator's counters by operation.
func (b *bench) gatewayCalls(ctx context.Context) (map[string]int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.gateway+"/_sim/counters", nil)
	if err != nil {
		return nil, err
	}
	response, err := (&http.Client{Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Operations map[string]struct {
			Requests int `json:"requests"`
		} `json:"operations"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, err
	}
	calls := map[string]int{}
	for operation, count := range answer.Operations {
		calls[operation] = count.Requests
	}
	return calls, nil
}

// forAll runs f for each campaign with the bench's writers.
func (b *bench) forAll(f func(int) error) error {
	work, failures := make(chan int), make(chan error, b.writers)
	var group sync.WaitGroup
	for range b.writers {
		group.Go(func() {
			for i := range work {
				if err := f(i); err != nil {
					select {
					case failures <- err:
					default: // one is enough
					}
				}
			}
		})
	}
	for i := range b.campaigns {
		work <- i
	}
	close(work)
	group.Wait()
	select {
	case err := <-failures:
		return err
	default:
		return nil
	}
}

func (b *bench) campaign(namespace string, i int) *v1alpha1.PayGiftActivity {
	begin := time.Now().Add(48 * time.Hour)
	return &v1alpha1.PayGiftActivity{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: fmt.Sprintf("gift-%04d", i)},
		Spec: v1alpha1.PayGiftActivitySpec{
			MerchantRef: v1alpha1.AccountReference{Name: "wechatpay"},
			State:       v1alpha1.PayGiftActivityActive,
			ActivityBaseInfo: v1alpha1.PayGiftActivityBaseInfo{
				ActivityName: fmt.Sprintf("满额送%04d", i), ActivitySecondTitle: "满百元送券", MerchantLogoUrl: "https://wx.gtimg.com/mch/img/ico-logo.png",
				BeginTime: begin.Format(time.RFC3339), EndTime: begin.AddDate(0, 1, 0).Format(time.RFC3339), DeliveryPurpose: "OFF_LINE_PAY",
			},
			AwardSendRule: v1alpha1.PayGiftAwardSendRule{
				TransactionAmountMinimum: 10000, MerchantIdList: []string{mchid},
				AwardList: []v1alpha1.PayGiftAward{{StockId: "98065001", OriginalImageUrl: "https://wx.gtimg.com/mch/img/gift.png"}},
			},
		},
	}
}

// peakMemory reads the peak resident size of a process where the system tells it.
func peakMemory(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "not told by this system"
	}
	for line := range strings.Lines(string(text)) {
		if peak, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strings.TrimSpace(peak)
		}
	}
	return "not told by this system"
}

// poll repeats a check until it passes or the time is over.
func poll(within time.Duration, check func() error) error {
	timeout := time.After(within)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return nil
		}
		select {
		case <-timeout:
			return err
		case <-tick.C:
		}
	}
}
