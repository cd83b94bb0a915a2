package main

import (
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

const (
	// operatorNamespace and operatorAccount are those of config/default.
	operatorNamespace = "campaign-operator-system"
	operatorAccount   = "campaign-operator-manager"
	// sweepInterval is short here, so that a campaign that begins is seen to begin.
	sweepInterval = 3 * time.Second
	// stockRegistration is longer than the gateway's settleDelay, as the minute that it stands for should be: WeChat Pay tells
	// the time of a creation in whole seconds.
	stockRegistration = settleDelay + time.Second
	startTimeout      = 30 * time.Second
)

func (d *demo) start() error {
	for _, step := range []func() error{d.startCluster, d.install, d.startGateway, d.startManager} {
		if err := step(); err != nil {
			return err
		}
		if d.ctx.Err() != nil {
			return d.ctx.Err()
		}
	}
	return nil
}

func (d *demo) startCluster() error {
	log, err := d.createLog("cluster.log")
	if err != nil {
		return err
	}
	if d.cluster, err = controlplane.Start(d.ctx, controlplane.Options{Dir: d.path("cluster"), Log: log}); err != nil {
		return err
	}
	if d.api, err = newClient(d.cluster); err != nil {
		return err
	}
	d.note("etcd and kube-apiserver serve at %s", d.cluster.Config.Host)
	return nil
}

// install applies what a real cluster gets. There are no nodes here, so the Deployment stays without pods.
func (d *demo) install() error {
	d.showCommand("apply", "--server-side", "-k", "config/default")
	if _, err := d.kubectl("apply", "--server-side", "-k", "config/default"); err != nil {
		return err
	}
	if _, err := d.kubectl("wait", "--for=condition=Established", "--timeout=30s", "customresourcedefinition",
		"wechatpaymerchants.campaign-operator.io", "paygiftactivities.campaign-operator.io", "couponstocks.campaign-operator.io",
		"alipayapps.campaign-operator.io", "alipayvoucheractivities.campaign-operator.io"); err != nil {
		return err
	}
	d.note("kinds, rights and Deployment are installed; this cluster has no nodes, so the manager runs beside it")
	return nil
}

func (d *demo) startGateway() error {
	gateway, err := d.runSimulator()
	if err != nil {
		return err
	}
	d.gateway = gateway
	d.note("the simulated WeChat Pay and Alipay serve at %s", gateway.url)
	return nil
}

// startManager runs the manager with the rights of its ServiceAccount in config/default, and no others.
func (d *demo) startManager() error {
	user := "system:serviceaccount:" + operatorNamespace + ":" + operatorAccount
	kubeconfig, err := d.cluster.AddUser(user, "system:serviceaccounts", "system:serviceaccounts:"+operatorNamespace)
	if err != nil {
		return err
	}
	ports, err := freePorts(2)
	if err != nil {
		return err
	}
	health, metrics := ports[0], ports[1]
	if err := d.run("manager", []string{"KUBECONFIG=" + kubeconfig},
		"--allowed-gateways="+d.gateway.url+","+d.gateway.url+"/gateway.do",
		"--leader-elect", "--leader-elect-namespace="+operatorNamespace,
		"--sweep-interval="+sweepInterval.String(), "--stock-registration="+stockRegistration.String(),
		"--audit-log="+d.path("audit.log"), "--log-format=json",
		"--health-address="+health, "--metrics-address="+metrics,
	); err != nil {
		return err
	}
	if err := d.poll("the manager to be ready", startTimeout, func() (bool, error) {
		return d.ok("http://" + health + "/readyz"), nil
	}); err != nil {
		return err
	}
	d.metricsURL = "http://" + metrics + "/metrics"
	d.note("the manager runs as %s", user)
	return nil
}

// ok tells whether a GET is answered with 200.
func (d *demo) ok(url string) bool {
	request, err := http.NewRequestWithContext(d.ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := loopback.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// poll asks until the answer is yes.
func (d *demo) poll(what string, timeout time.Duration, done func() (bool, error)) error {
	deadline := time.After(timeout)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if is, err := done(); is || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-d.ctx.Done():
			return d.ctx.Err()
		case <-deadline:
			return fmt.Errorf("waited %s for %s", timeout, what)
		}
	}
}

// freePorts returns addresses on loopback that nobody listens at, all held until all are found.
func freePorts(n int) ([]string, error) {
	var addresses []string
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it does not wait for anything
		if err != nil {
			return nil, err
		}
		defer listener.Close()
		addresses = append(addresses, listener.Addr().String())
	}
	return addresses, nil
}
