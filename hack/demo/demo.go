package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

// demo is one run of it.
type demo struct {
	// ctx ends when the demo is told to stop or a process of its own ends by itself; the cause says which.
	ctx    context.Context
	cancel context.CancelCauseFunc
	began  time.Time
	// dir holds everything that is written.
	dir string

	cluster   *controlplane.ControlPlane
	api       client.WithWatch
	gateway   *simulator
	processes []*process // in the order in which they were started
	logs      []*os.File
	progress  *progress
	// metricsURL is where the manager's metrics are.
	metricsURL string
}

func newDemo(ctx context.Context) (*demo, error) {
	if _, err := os.Stat("config/default"); err != nil {
		return nil, errors.New("run it in the repository's root, best by `make demo`")
	}
	dir, err := os.MkdirTemp("", "campaign-demo-")
	if err != nil {
		return nil, err
	}
	d := &demo{began: time.Now(), dir: dir}
	d.ctx, d.cancel = context.WithCancelCause(ctx)
	d.progress = newProgress(d.began)
	return d, nil
}

// play tells the story, one chapter after the other.
func (d *demo) play() error {
	fmt.Println("Campaign Operator, on this machine only: a real API server, a simulated WeChat Pay and Alipay, the operator.")
	fmt.Printf("Files are in %s, called $DEMO here.\n", d.dir)
	for i, chapter := range []struct {
		title string
		play  func() error
	}{
		{"Start a cluster and a gateway, and install the operator", d.start},
		{"Apply two accounts and six campaigns", d.applyCampaigns},
		{"What there is now", d.showFleet},
		{"A manifest with mistakes", d.correctMistakes},
		{"Change what shall be by changing the manifest", d.changeStates},
		{"A stock of coupons: draft, inactive, active, paused, active", d.lifeOfAStock},
		{"A budget above the account's ceiling", d.moneyAboveTheCeiling},
		{"Vouchers at Alipay: accepted, made, and given their codes", d.lifeOfVouchers},
		{"More vouchers, not fewer, and the end", d.changeAVoucher},
		{"Compare with the gateway", d.compareWithGateway},
	} {
		heading(i+1, chapter.title)
		if err := chapter.play(); err != nil {
			return d.because(err)
		}
	}
	fmt.Printf("\nEverything is as the manifests ask, %s after the start.\n", seconds(time.Since(d.began)))
	return nil
}

// because prefers the reason for which the demo was ended to whatever failed for that.
func (d *demo) because(err error) error {
	if d.ctx.Err() != nil {
		return context.Cause(d.ctx)
	}
	return err
}

// stay keeps everything up until it is told to stop.
func (d *demo) stay() error {
	d.lookAround()
	<-d.ctx.Done()
	if cause := context.Cause(d.ctx); !errors.Is(cause, errToldToStop) {
		return d.explain(cause)
	}
	return nil
}

func newClient(cluster *controlplane.ControlPlane) (client.WithWatch, error) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	return client.NewWithWatch(cluster.Config, client.Options{Scheme: scheme})
}

// close ends what the demo started, last started first: the manager must not see its gateway go.
func (d *demo) close(remove bool) error {
	d.cancel(nil)
	fmt.Println("\nStopping the operator, the gateway and the cluster.")
	var errs []error
	for i := len(d.processes) - 1; i >= 0; i-- {
		errs = append(errs, d.processes[i].stop())
	}
	if d.cluster != nil {
		errs = append(errs, d.cluster.Stop())
	}
	for _, log := range d.logs {
		_ = log.Close()
	}
	if remove {
		errs = append(errs, os.RemoveAll(d.dir))
	} else {
		fmt.Printf("Logs are kept in %s\n", d.dir)
	}
	return errors.Join(errs...)
}

func (d *demo) path(name string) string { return filepath.Join(d.dir, name) }

// createLog makes a log file in the demo's folder.
func (d *demo) createLog(name string) (*os.File, error) {
	file, err := os.Create(d.path(name))
	if err == nil {
		d.logs = append(d.logs, file)
	}
	return file, err
}
