package simulator_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
)

func TestAlipaysConsoleDoesWhatNoCallCan(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	id := c.create()
	path := "/_sim/alipay/activities/" + id
	does := func(action string, status int, states string) {
		t.Helper()
		if got := control(t, server, http.MethodPost, path+"/"+action, nil); got.status != status {
			t.Fatalf("%s: %d %s", action, got.status, got.body)
		}
		if got := c.states(id); got != states {
			t.Fatalf("after %s it is %s", action, got)
		}
	}
	does("resume", http.StatusConflict, "ACTIVE/")
	does("pause", http.StatusOK, "PAUSE/")
	does("pause", http.StatusConflict, "PAUSE/")
	does("resume", http.StatusOK, "ACTIVE/")
	does("complete", http.StatusConflict, "ACTIVE/")
	put(t, server, "alipay.async.delay", "byHand")
	c.must(voucherMethod+"append", c.change(id, "voucher_quantity", 200))
	does("fail", http.StatusOK, "ACTIVE/")
	c.must(voucherMethod+"append", c.change(id, "voucher_quantity", 200))
	does("complete", http.StatusOK, "ACTIVE/")
	does("nonsense", http.StatusNotFound, "ACTIVE/")
	does("finish", http.StatusOK, "FINISHED/")
	does("finish", http.StatusConflict, "FINISHED/")
	does("copy", http.StatusOK, "FINISHED/")
	if got := control(t, server, http.MethodGet, "/_sim/alipay/activities?appId="+alipayApp, nil); got.at(t, "total") != 2.0 || got.at(t, "data", "1", "number") != "" || got.at(t, "data", "0", "quantity") != 200.0 {
		t.Fatalf("the list is %s", got.body)
	}
	control(t, server, http.MethodPost, path+"/forget", nil)
	c.call(voucherMethod+"query", c.about(id)).wants(t, "40004 INVALID_PARAMETER")
	if got := control(t, server, http.MethodPost, "/_sim/alipay/activities/1/pause", nil); got.status != http.StatusNotFound {
		t.Fatalf("an unknown activity: %s", got.body)
	}
	if got := control(t, server, http.MethodGet, "/_sim/alipay/activities/1", nil); got.status != http.StatusNotFound {
		t.Fatalf("an unknown activity: %s", got.body)
	}
	if got := control(t, server, http.MethodGet, path, nil); got.at(t, "forgotten") != true {
		t.Fatalf("it is %s", got.body)
	}
}

func TestAlipaysConsoleEditsAndClaims(t *testing.T) {
	server := startAlipay(t, "alipay.messages.userLevel", "on")
	r := newReceiver(t, server)
	c := newAlipayClient(t, server, alipayApp)
	id := c.create()
	r.next()
	path := "/_sim/alipay/activities/" + id
	if got := control(t, server, http.MethodPost, path+"/claim", map[string]int{"count": 3}); got.at(t, "sent") != 3.0 {
		t.Fatalf("answered %s", got.body)
	}
	if form, _ := r.next(); method(form) != "received" {
		t.Fatalf("the message is %v", form)
	}
	edit := map[string]any{"content": map[string]any{"activity_base_info": map[string]any{"activity_name": "改名"}, "voucher_display_pattern_info": map[string]any{"customer_service_mobile": nil, "customer_service_url": "https://example.com"}}, "sent": 7, "used": 2, "audit": "REJECT"}
	if got := control(t, server, http.MethodPatch, path, edit); got.status != http.StatusOK {
		t.Fatalf("answered %s", got.body)
	}
	n := c.query(id)
	if n.fields["activity_name"] != "改名" || n.at(t, "voucher_inventory_info", "send_count") != 7.0 || n.at(t, "voucher_inventory_info", "use_count") != 2.0 || n.at(t, "audit_result_info", "audit_result") != "REJECT" {
		t.Fatalf("it is %s", n.raw)
	}
	for body, status := range map[string]int{
		`{"sent": 101}`: 400, `{"used": 8}`: 400, `{"audit": "x"}`: 400, `{"content": {"activity_base_info": null}}`: 400, `{"other": 1}`: 400,
		`{"content": {"voucher_deduct_info": {"voucher_type": "EXCHANGE_VOUCHER"}}}`: 400,
	} {
		if got := controlRaw(t, server, http.MethodPatch, path, []byte(body)); got.status != status {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	for body, status := range map[string]int{`{"count": 0}`: 400, `{"count": 94}`: 409, `{"counts": 1}`: 400, `{"count": 93}`: 200} {
		if got := controlRaw(t, server, http.MethodPost, path+"/claim", []byte(body)); got.status != status {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	control(t, server, http.MethodPost, path+"/pause", nil)
	if got := control(t, server, http.MethodPost, path+"/claim", map[string]int{"count": 1}); got.status != http.StatusConflict {
		t.Errorf("paused: %s", got.body)
	}
	for _, call := range [][2]string{{http.MethodPatch, ""}, {http.MethodPost, "/claim"}} {
		if got := control(t, server, call[0], "/_sim/alipay/activities/1"+call[1], map[string]any{}); got.status != http.StatusNotFound {
			t.Errorf("%v of an unknown activity: %d %s", call, got.status, got.body)
		}
	}
}

func TestAlipaysConsoleMakesActivities(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, alipayApp)
	const path = "/_sim/alipay/activities?appId=" + alipayApp
	content := c.voucher(set("out_biz_no", nil), set("merchant_access_mode", nil), set(sendRule+"publish_start_time", "2020-01-01 00:00:00"), set(sendRule+"publish_end_time", "2020-02-01 00:00:00"))
	got := control(t, server, http.MethodPost, path, content)
	if got.status != http.StatusOK || got.at(t, "status") != "ACTIVE" {
		t.Fatalf("answered %s", got.body)
	}
	c.must(voucherMethod+"query", c.about(got.at(t, "activityId").(string)))
	agency := newAlipayClient(t, server, alipayApp)
	agency.token = agency.creds.AppAuthTokens[agencyMerchant]
	theirs := control(t, server, http.MethodPost, path+"&merchantId="+agencyMerchant, content)
	agency.must(voucherMethod+"query", agency.about(theirs.at(t, "activityId").(string)))
	for where, status := range map[string]int{"/_sim/alipay/activities": 400, "/_sim/alipay/activities?appId=1": 404} {
		if got := control(t, server, http.MethodPost, where, content); got.status != status {
			t.Errorf("%s: %d %s", where, got.status, got.body)
		}
	}
	for _, body := range []string{"{", "{}", string(encode(c.voucher(set("activity_base_info.activity_name", ""))))} {
		if got := controlRaw(t, server, http.MethodPost, path, []byte(body)); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	alone := start(t, simulator.Options{})
	if got := control(t, alone, http.MethodPost, "/_sim/alipay/activities", content); got.at(t, "appId") != simulator.DefaultAlipayApp {
		t.Errorf("answered %s", got.body)
	}
}

func TestAlipayManifestsAreForTheirOwnerOnly(t *testing.T) {
	server := startAlipay(t)
	var all []alipay.Credentials
	for _, app := range server.Alipay().Apps() {
		creds, err := server.AlipayCredentials(app.AppID)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, creds)
	}
	if _, err := server.AlipayCredentials("1"); err == nil {
		t.Fatal("an unknown app has credentials")
	}
	dir := filepath.Join(t.TempDir(), "manifests")
	o := simulator.ManifestOptions{Namespace: "campaigns", AlipaySecretName: "alipay-credentials", AlipayAppName: "alipay", Environment: "rehearsal", GatewayURL: server.URL(), AllowedNamespaces: []string{"spring"}}
	if err := simulator.WriteAlipayManifests(dir, o, all); err != nil {
		t.Fatal(err)
	}
	secret := readManifest(t, filepath.Join(dir, "alipay-secret-"+certificateApp+".yaml"))["stringData"].(map[string]any)
	if len(secret) != 4 || secret["app_private_key.pem"] != string(all[1].PrivateKeyPEM) || secret["appCertPublicKey.crt"] != string(all[1].AppCertPEM) ||
		secret["alipayCertPublicKey_RSA2.crt"] != string(all[1].AlipayCertPEM) || secret["alipayRootCert.crt"] != string(all[1].RootCertPEM) {
		t.Fatal("the Secret does not hold the certificates")
	}
	agencySecret := readManifest(t, filepath.Join(dir, "alipay-secret-"+alipayApp+"-"+agencyMerchant+".yaml"))["stringData"].(map[string]any)
	if len(agencySecret) != 3 || agencySecret["alipay_public_key.pem"] != string(all[0].AlipayPublicKeyPEM) || agencySecret["app_auth_token"] != all[0].AppAuthTokens[agencyMerchant] {
		t.Fatal("the Secret does not hold key and token")
	}
	app := readManifest(t, filepath.Join(dir, "alipay-app-"+alipayApp+"-"+agencyMerchant+".yaml"))
	spec := app["spec"].(map[string]any)
	credentials := spec["credentials"].(map[string]any)
	if app["kind"] != "AlipayApp" || app["metadata"].(map[string]any)["name"] != "alipay-"+alipayApp+"-"+agencyMerchant || spec["appId"] != alipayApp || spec["environment"] != "rehearsal" ||
		spec["gateway"].(map[string]any)["url"] != server.URL()+"/gateway.do" || spec["agency"].(map[string]any)["merchantId"] != agencyMerchant ||
		credentials["mode"] != "PublicKey" || credentials["secretName"] != "alipay-credentials-"+alipayApp+"-"+agencyMerchant || spec["allowedNamespaces"].([]any)[0] != "spring" {
		t.Fatalf("the app is %v", app)
	}
	if err := simulator.WriteAlipayManifests(dir, o, all[1:]); err != nil {
		t.Fatal(err)
	}
	alone := readManifest(t, filepath.Join(dir, "alipay-app-"+certificateApp+".yaml"))
	if alone["metadata"].(map[string]any)["name"] != "alipay" || alone["spec"].(map[string]any)["agency"] != nil {
		t.Fatalf("alone the app is %v", alone)
	}
	if err := simulator.WriteAlipayCredentials(dir, server.URL(), all); err != nil {
		t.Fatal(err)
	}
	account, err := os.ReadFile(filepath.Join(dir, alipayApp+"-"+agencyMerchant, "account.json"))
	if err != nil || !strings.Contains(string(account), `"merchantId": "`+agencyMerchant+`"`) || !strings.Contains(string(account), "/gateway.do") {
		t.Fatalf("the account is %s (%v)", account, err)
	}
	err = filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAlipayOptionsThatMakeNoSenseAreRefused(t *testing.T) {
	for name, apps := range map[string][]alipay.AppOptions{
		"an app id of letters":     {{AppID: "app"}},
		"an app twice":             {{AppID: alipayApp}, {AppID: alipayApp}},
		"an unknown mode":          {{AppID: alipayApp, Mode: "x"}},
		"a merchant that is none":  {{AppID: alipayApp, AgencyMerchants: []string{"1900000109"}}},
		"a merchant twice":         {{AppID: alipayApp, AgencyMerchants: []string{agencyMerchant, agencyMerchant}}},
		"a notify URL that is not": {{AppID: alipayApp, NotifyURL: "nonsense"}},
	} {
		if _, err := simulator.New(simulator.Options{ReuseKeys: true, AlipayApps: apps}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := simulator.New(simulator.Options{ReuseKeys: true, Switches: map[string]string{"alipay.async.delay": "soon"}}); err == nil {
		t.Error("a delay that is none was accepted")
	}
}
