package simulator_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	"github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
)

func TestTheClockIsReadAndSetOverHTTP(t *testing.T) {
	server := start(t, simulator.Options{})
	r := control(t, server, http.MethodPost, "/_sim/clock", map[string]any{"now": "2027-05-01T00:00:00+08:00", "rate": 0})
	if r.status != http.StatusOK || r.at(t, "rate") != float64(0) {
		t.Fatalf("%d %s", r.status, r.body)
	}
	control(t, server, http.MethodPost, "/_sim/clock", map[string]any{"advance": "90d"})
	want := time.Date(2027, 4, 30, 16, 0, 0, 0, time.UTC).AddDate(0, 0, 90)
	if got := server.Clock().Now(); !got.Equal(want) {
		t.Fatalf("campaign time is %v, want %v", got, want)
	}
	control(t, server, http.MethodPost, "/_sim/clock", map[string]any{"reset": true})
	if off := time.Since(server.Clock().Now()); off > time.Minute || off < -time.Minute {
		t.Fatalf("after a reset campaign time is %v off", off)
	}
	for name, body := range map[string]any{
		"nothing": map[string]any{}, "a negative rate": map[string]any{"rate": -1}, "no time": map[string]any{"now": "tomorrow"},
		"no duration": map[string]any{"advance": "a bit"}, "a misspelt name": map[string]any{"advanced": "1h"},
	} {
		if r := control(t, server, http.MethodPost, "/_sim/clock", body); r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if r := control(t, server, http.MethodPost, "/_sim/clock", nil); r.status != http.StatusBadRequest {
		t.Errorf("an empty body: %d", r.status)
	}
}

func TestSwitchesAreReadAndSetOverHTTP(t *testing.T) {
	server := startWith(t, "list.order", "oldestFirst")
	r := control(t, server, http.MethodPut, "/_sim/switches", map[string]string{"replay.sameBody": "reject", "list.order": "newestFirst"})
	if r.status != http.StatusOK || !server.Switches().Is("replay.sameBody", "reject") {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if r := control(t, server, http.MethodPut, "/_sim/switches", map[string]string{"replay.sameBody": "sameId", "no.such": "x"}); r.status != http.StatusBadRequest {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if !server.Switches().Is("replay.sameBody", "reject") {
		t.Fatal("a refused change was made in part")
	}
	control(t, server, http.MethodDelete, "/_sim/switches", nil)
	if !server.Switches().Is("replay.sameBody", "sameId") || !server.Switches().Is("list.order", "oldestFirst") {
		t.Fatal("the switches are not what the simulator was started with")
	}
}

func TestWhatHappenedCanBeInspected(t *testing.T) {
	server := start(t, simulator.Options{Merchants: []string{mchid, "1900000110"}})
	c := newClient(t, server, mchid)
	body := activity(number("look-for-me"))
	id := c.must(http.MethodPost, createPath, body).at(t, "activity_id")
	c.do(http.MethodGet, activityPath+"/1", nil)
	newClient(t, server, "1900000110").create()

	r := control(t, server, http.MethodGet, "/_sim/requests?operation=paygift.create&mchid="+mchid, nil)
	if r.at(t, "total") != float64(1) || r.at(t, "data", "0", "body") != string(body) || r.at(t, "data", "0", "status") != float64(200) ||
		r.at(t, "data", "0", "committed") != true || r.at(t, "data", "0", "requestId") == nil || r.at(t, "data", "0", "bodySha256") == nil {
		t.Fatalf("requests: %s", r.body)
	}
	for query, want := range map[string]float64{"": 3, "?status=404": 1, "?after=2": 1, "?limit=1": 3, "?mchid=1900000110": 1, "?operation=paygift.list": 0} {
		if got := control(t, server, http.MethodGet, "/_sim/requests"+query, nil).at(t, "total"); got != want {
			t.Errorf("requests%s: %v, want %v", query, got, want)
		}
	}
	if got := len(control(t, server, http.MethodGet, "/_sim/requests?limit=1", nil).at(t, "data").([]any)); got != 1 {
		t.Errorf("limit=1 lists %d", got)
	}
	if r := control(t, server, http.MethodGet, "/_sim/requests?status=x", nil); r.status != http.StatusBadRequest {
		t.Errorf("status=x: %d", r.status)
	}
	counters := control(t, server, http.MethodGet, "/_sim/counters", nil)
	if counters.at(t, "operations", "paygift.create", "committed") != float64(2) || counters.at(t, "merchants", mchid, "paygift.detail", "byStatus", "404") != float64(1) {
		t.Fatalf("counters: %s", counters.body)
	}
	found := control(t, server, http.MethodGet, "/_sim/activities?outRequestNo=look-for-me", nil)
	if found.at(t, "total") != float64(1) || found.at(t, "data", "0", "activityId") != id || found.at(t, "data", "0", "status") != "CREATE_ACT_STATUS" {
		t.Fatalf("activities: %s", found.body)
	}
	if got := control(t, server, http.MethodGet, "/_sim/activities?mchid=1900000110", nil).at(t, "total"); got != float64(1) {
		t.Errorf("the other merchant has %v", got)
	}
	if r := control(t, server, http.MethodGet, "/_sim/activities/"+id.(string), nil); r.at(t, "activityName") != "良品铺子回馈活动" {
		t.Errorf("activity: %s", r.body)
	}
	if r := control(t, server, http.MethodGet, "/_sim/activities/1", nil); r.status != http.StatusNotFound {
		t.Errorf("an activity that is not there: %d", r.status)
	}
	if r := control(t, server, http.MethodGet, "/_sim/ledger", nil); r.at(t, "total") != float64(0) || len(r.at(t, "data").([]any)) != 0 {
		t.Errorf("ledger: %s", r.body)
	}
	if r := control(t, server, http.MethodGet, "/_sim/stocks", nil); r.at(t, "total") != float64(10) {
		t.Errorf("stocks: %s", r.body)
	}
	if r := control(t, server, http.MethodPost, "/_sim/stocks/98065001/pause", nil); r.at(t, "state") != "PAUSED" {
		t.Errorf("stock: %s", r.body)
	}
	for _, path := range []string{"/_sim/stocks/1/pause", "/_sim/stocks/98065001/explode", "/_sim/nothing", "/_sim/accounts/1/rotate"} {
		if r := control(t, server, http.MethodPost, path, map[string]any{}); r.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
}

func TestAccountsShowNoSecret(t *testing.T) {
	server := start(t, simulator.Options{})
	creds, err := server.Credentials(mchid)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/_sim/accounts", "/_sim", "/_sim/requests"} {
		text := string(control(t, server, http.MethodGet, path, nil).body)
		if strings.Contains(text, "PRIVATE") || strings.Contains(text, creds.APIv3Key) {
			t.Errorf("%s tells a secret", path)
		}
	}
	r := control(t, server, http.MethodGet, "/_sim/accounts", nil)
	if r.at(t, "data", "0", "mchid") != mchid || r.at(t, "data", "0", "merchantCertificates", "0", "serialNo") != creds.SerialNo || r.at(t, "data", "0", "publicKeys", "0", "id") != creds.PublicKeyID {
		t.Fatalf("accounts: %s", r.body)
	}
	if _, err := server.Credentials("1900000001"); err == nil {
		t.Fatal("credentials of nobody")
	}
}

func TestTheFirstPageListsAllOthers(t *testing.T) {
	server := start(t, simulator.Options{})
	for _, path := range []string{"/_sim", "/_sim/"} {
		var pages []struct{ Call, Does string }
		if err := json.Unmarshal(control(t, server, http.MethodGet, path, nil).body, &pages); err != nil || len(pages) < 20 {
			t.Fatalf("%s lists %d pages (%v)", path, len(pages), err)
		}
	}
}

func TestResetForgetsEverythingButTheKeys(t *testing.T) {
	server := startWith(t, "list.order", "oldestFirst")
	c := newClient(t, server, mchid)
	first := c.create()
	c.must(http.MethodPost, stockPath, stockBody())
	put(t, server, "list.order", "newestFirst")
	server.Clock().Advance(time.Hour)
	addFault(t, server, faults.Rule{Action: faults.Reset, Times: -1})
	if r := control(t, server, http.MethodPost, "/_sim/reset", nil); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if activities(server) != 0 || len(server.WeChatPay().Stocks()) != 10 || len(server.Faults().List()) != 0 || len(server.Journal().Counters().Operations) != 0 {
		t.Fatal("something is left")
	}
	if !server.Switches().Is("list.order", "oldestFirst") || time.Until(server.Clock().Now()) > time.Minute {
		t.Fatal("switches or clock are not as at the start")
	}
	if again := c.create(); again != first {
		t.Fatalf("ids go on with %s, not from the start", again)
	}
}

func TestStateIsKeptOverARestart(t *testing.T) {
	dir := t.TempDir()
	options := simulator.Options{StateDir: dir, Merchants: []string{mchid, "1900000110"}}
	before := start(t, options)
	c := newClient(t, before, mchid)
	body := activity(number("kept"))
	id := c.must(http.MethodPost, createPath, body).at(t, "activity_id").(string)
	c.must(http.MethodPost, activityPath+"/"+id+"/merchants/add", addBody("a1", "10000024"))
	stock := c.must(http.MethodPost, stockPath, stockBody()).at(t, "stock_id").(string)
	stockBefore := c.must(http.MethodGet, stockPath+"/"+stock, nil)
	control(t, before, http.MethodPost, "/_sim/clock", map[string]any{"advance": "48h"})
	control(t, before, http.MethodPost, "/_sim/activities/"+id+"/pause", nil)
	control(t, before, http.MethodPost, "/_sim/accounts/"+mchid+"/rotate", map[string]string{"what": "publicKey"})
	detail := c.must(http.MethodGet, activityPath+"/"+id, nil)
	creds := newClient(t, before, mchid).creds
	_ = before.Close()

	after := start(t, options)
	c = newClient(t, after, mchid)
	if c.creds.SerialNo != creds.SerialNo || c.creds.APIv3Key != creds.APIv3Key || c.creds.PublicKeyID != creds.PublicKeyID || !bytes.Equal(c.creds.PrivateKeyPEM, creds.PrivateKeyPEM) {
		t.Fatal("the keys are others")
	}
	if got := c.must(http.MethodGet, activityPath+"/"+id, nil); string(got.body) != string(detail.body) {
		t.Fatalf("the activity is\n%s, it was\n%s", got.body, detail.body)
	}
	if got := c.must(http.MethodGet, stockPath+"/"+stock, nil); string(got.body) != string(stockBefore.body) {
		t.Fatalf("the stock is\n%s, it was\n%s", got.body, stockBefore.body)
	}
	if got := c.must(http.MethodPost, createPath, body).at(t, "activity_id"); got != id {
		t.Fatalf("the number leads to %v", got)
	}
	if next := c.create(window(after.Clock().Now().Add(time.Hour), after.Clock().Now().Add(2*time.Hour))); next <= id {
		t.Fatalf("the next id is %s", next)
	}
	if err := after.Reset(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "paygift-activities", "*")); err != nil || len(left) != 0 {
		t.Fatalf("after a reset %v is left (%v)", left, err)
	}
}

func TestABrokenStateDirectoryIsReported(t *testing.T) {
	for _, kind := range []string{"accounts/1900000109", "paygift-activities/1", "busifavor-stocks/1", "clock/campaign",
		"alipay-authority/issuer", "alipay-apps/2021000000000001", "alipay-activities/1", "alipay-messages/1"} {
		dir := t.TempDir()
		path := filepath.Join(dir, kind+".json")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := simulator.New(simulator.Options{StateDir: dir, ReuseKeys: true}); err == nil {
			t.Errorf("%s: no error", kind)
		}
	}
}

func TestOptionsThatMakeNoSenseAreRefused(t *testing.T) {
	rate := -1.0
	for name, o := range map[string]simulator.Options{
		"a merchant id of letters":  {Merchants: []string{"merchant"}},
		"a merchant twice":          {Merchants: []string{mchid, mchid}},
		"an unknown switch":         {Switches: map[string]string{"no.such": "x"}},
		"a wrong value of a switch": {Switches: map[string]string{"replay.sameBody": "x"}},
		"stocks that are no ids":    {SeedStocks: "a"},
		"a range that is none":      {SeedStocks: "5-1"},
		"a negative rate":           {Rate: &rate},
		"a state directory in a file": {StateDir: func() string {
			path := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			return filepath.Join(path, "below")
		}()},
	} {
		o.ReuseKeys = true
		if _, err := simulator.New(o); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestAServerListensOnceAndSaysWhereItFails(t *testing.T) {
	server := start(t, simulator.Options{})
	if err := server.Start(); err == nil {
		t.Fatal("started twice")
	}
	other, err := simulator.New(simulator.Options{ReuseKeys: true})
	if err != nil {
		t.Fatal(err)
	}
	if other.URL() != "" {
		t.Fatal("it has a URL before it listens")
	}
	if err := other.Listen(strings.TrimPrefix(server.URL(), "http://")); err == nil {
		t.Fatal("two listen on one address")
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestTheAccessLogTellsEachCallInALine(t *testing.T) {
	for _, asJSON := range []bool{true, false} {
		var log bytes.Buffer
		server, err := simulator.New(simulator.Options{ReuseKeys: true, OnRequest: simulator.AccessLog(&log, asJSON)})
		if err != nil {
			t.Fatal(err)
		}
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		c := newClient(t, server, mchid)
		addFault(t, server, faults.Rule{Match: onCreate, Action: faults.CommitThenReset})
		_, _ = c.send(c.request(http.MethodPost, createPath, activity(number("secret-number")), nil))
		c.do(http.MethodGet, activityPath+"/1", nil)
		control(t, server, http.MethodGet, "/_sim/health", nil)
		if err := server.Close(); err != nil { // after that nothing writes to the log
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		if len(lines) != 3 || strings.Contains(log.String(), "secret-number") {
			t.Fatalf("the log is\n%s", &log)
		}
		if asJSON {
			var e map[string]any
			if err := json.Unmarshal([]byte(lines[1]), &e); err != nil || e["code"] != "RESOURCE_NOT_EXISTS" {
				t.Fatalf("%s (%v)", lines[1], err)
			}
			continue
		}
		for i, want := range []string{"--- ", "404 ", "200 "} {
			if !strings.Contains(lines[i], want) {
				t.Errorf("line %d is %s", i, lines[i])
			}
		}
		if !strings.Contains(lines[0], "committed fault=commitThenReset") || !strings.Contains(lines[1], "paygift.detail RESOURCE_NOT_EXISTS") {
			t.Errorf("the log is\n%s", &log)
		}
	}
}

func TestManifestsAreForTheirOwnerOnlyAndSayWhereTheSimulatorIs(t *testing.T) {
	server := start(t, simulator.Options{Merchants: []string{mchid, "1900000110"}})
	var all []wechatpay.Credentials
	for _, id := range []string{mchid, "1900000110"} {
		creds, err := server.Credentials(id)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, creds)
	}
	dir := filepath.Join(t.TempDir(), "manifests")
	o := simulator.ManifestOptions{Namespace: "campaigns", SecretName: "wechatpay-credentials", MerchantName: "wechatpay", Environment: "rehearsal", GatewayURL: server.URL(), AllowedNamespaces: []string{"spring"}}
	if err := simulator.WriteManifests(dir, o, all); err != nil {
		t.Fatal(err)
	}
	secret := readManifest(t, filepath.Join(dir, "secret-1900000110.yaml"))
	data := secret["stringData"].(map[string]any)
	if data["apiclient_key.pem"] != string(all[1].PrivateKeyPEM) || data["apiclient_cert.pem"] != string(all[1].CertificatePEM) ||
		data["pub_key.pem"] != string(all[1].PublicKeyPEM) || data["apiv3_key"] != all[1].APIv3Key {
		t.Fatal("the Secret does not hold the keys")
	}
	merchant := readManifest(t, filepath.Join(dir, "merchant-1900000110.yaml"))
	spec := merchant["spec"].(map[string]any)
	credentials := spec["credentials"].(map[string]any)
	if spec["mchid"] != "1900000110" || spec["gateway"].(map[string]any)["url"] != server.URL() || spec["environment"] != "rehearsal" ||
		credentials["serialNo"] != all[1].SerialNo || credentials["publicKeyID"] != all[1].PublicKeyID || credentials["secretName"] != "wechatpay-credentials-1900000110" {
		t.Fatalf("the merchant is %v", spec)
	}
	if err := simulator.WriteManifests(dir, o, all[:1]); err != nil {
		t.Fatal(err)
	}
	if name := readManifest(t, filepath.Join(dir, "merchant-1900000109.yaml"))["metadata"].(map[string]any)["name"]; name != "wechatpay" {
		t.Fatalf("alone the merchant is called %v", name)
	}
	if err := simulator.WriteCredentials(dir, server.URL(), all); err != nil {
		t.Fatal(err)
	}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if key, err := os.ReadFile(filepath.Join(dir, mchid, "apiclient_key.pem")); err != nil || !bytes.Equal(key, all[0].PrivateKeyPEM) {
		t.Fatalf("the key file is wrong (%v)", err)
	}
}
