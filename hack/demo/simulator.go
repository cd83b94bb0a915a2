package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

const (
	mchid        = "1900000109"
	appID        = "2021000000000001"
	platform     = "platform"
	marketing    = "marketing"
	merchantName = "wechatpay"
	appName      = "alipay"
)

// loopback calls the simulator and the manager; a proxy of the user's has no part in that.
var loopback = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{Proxy: nil}}

// simulator is the gateway-simulator that the demo runs.
type simulator struct {
	url string
}

// settleDelay is for how long the gateway does not take the activation of a new stock: a minute at WeChat Pay.
const settleDelay = time.Second

// activity is what the demo reads of an activity or a stock at the simulator.
type activity struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Status string `json:"status"`

	// Quantity, Codes and Operations are a voucher activity's: how many vouchers it has, how many codes were handed over for
	// them, and the calls that were accepted, oldest first.
	Quantity   int64       `json:"quantity"`
	Codes      int64       `json:"codes"`
	Operations []operation `json:"operations"`
}

type operation struct {
	Method string `json:"method"`
}

// runSimulator starts the simulator and waits until it says where it listens.
func (d *demo) runSimulator() (*simulator, error) {
	addressFile := d.path("gateway.address")
	if err := d.run("gateway-simulator", nil,
		"--listen=127.0.0.1:0", "--address-file="+addressFile, "--merchant="+mchid, "--alipay-app="+appID,
		// Their keys as Secrets, and the accounts that use them.
		"--secrets-dir="+d.path("account"), "--secret-namespace="+platform, "--merchant-name="+merchantName, "--alipay-app-name="+appName,
		"--environment=demo", "--allowed-namespaces="+marketing,
		"--switch", "favor.settleDelay="+settleDelay.String(),
	); err != nil {
		return nil, err
	}
	s := &simulator{}
	err := d.poll("the simulator to listen", startTimeout, func() (bool, error) {
		address, err := os.ReadFile(addressFile)
		if err != nil || len(address) == 0 {
			return false, nil //nolint:nilerr // not written yet
		}
		s.url = strings.TrimSpace(string(address))
		if !strings.Contains(s.url, "://") {
			s.url = "http://" + s.url
		}
		return d.ok(s.url + "/_sim/health"), nil
	})
	return s, err
}

// activities returns all activities and stocks that exist at the gateway.
func (d *demo) activities() ([]activity, error) {
	var list struct {
		Data []activity `json:"data"`
	}
	return list.Data, d.ask("/_sim/activities", &list)
}

// ask reads a page of the simulator.
func (d *demo) ask(path string, into any) error {
	request, err := http.NewRequestWithContext(d.ctx, http.MethodGet, d.gateway.url+path, nil)
	if err != nil {
		return err
	}
	response, err := loopback.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(into)
}
