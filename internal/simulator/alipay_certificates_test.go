package simulator_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
)

func TestTheCertificatesOfAnAppLeadToTheRoot(t *testing.T) {
	creds := newAlipayClient(t, startAlipay(t), certificateApp).creds
	leafBlock, issuers := pem.Decode(creds.AlipayCertPEM)
	for _, block := range [][]byte{leafBlock.Bytes, certificateOf(t, creds.AppCertPEM)} {
		cert, err := x509.ParseCertificate(block)
		if err != nil {
			t.Fatal(err)
		}
		roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
		roots.AppendCertsFromPEM(creds.RootCertPEM)
		intermediates.AppendCertsFromPEM(issuers)
		if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates}); err != nil {
			t.Error(err)
		}
	}
}

func certificateOf(t *testing.T, certPEM []byte) []byte {
	t.Helper()
	block, _ := pem.Decode(certPEM)
	if block == nil {
		t.Fatal("no certificate")
	}
	return block.Bytes
}

func TestARenewedAlipayCertificateCanBeDownloaded(t *testing.T) {
	server := startAlipay(t)
	c := newAlipayClient(t, server, certificateApp)
	path := "/_sim/alipay/apps/" + certificateApp
	old := sn(t, c.creds.AlipayCertPEM)
	info := control(t, server, http.MethodPost, path+"/rotate", map[string]string{"what": "alipayKey"})
	renewed := info.at(t, "alipayKeys", "1", "sn").(string)
	c.creds = newAlipayClient(t, server, certificateApp).creds
	n := c.must("alipay.open.app.alipaycert.download", map[string]any{"alipay_cert_sn": renewed})
	content, err := base64.StdEncoding.DecodeString(n.fields["alipay_cert_content"].(string))
	if err != nil || sn(t, content) != renewed {
		t.Fatalf("downloaded %s (%v)", content, err)
	}
	if block, rest := pem.Decode(content); block == nil || len(rest) == 0 {
		t.Fatal("the chain is not there")
	}
	if got := control(t, server, http.MethodDelete, path+"/keys/"+old, nil); got.status != http.StatusOK {
		t.Fatalf("retired: %s", got.body)
	}
	c.call("alipay.open.app.alipaycert.download", map[string]any{"alipay_cert_sn": old}).wants(t, "40004 INVALID_PARAMETER")
	c.call("alipay.open.app.alipaycert.download", map[string]any{}).wants(t, "40004 INVALID_PARAMETER")
	for _, call := range [][3]string{
		{http.MethodPost, path + "/rotate", `{"what": "x"}`}, {http.MethodPost, path + "/rotate", `{`}, {http.MethodDelete, path + "/keys/" + renewed, ""}, {http.MethodDelete, path + "/keys/x", ""},
	} {
		if got := controlRaw(t, server, call[0], call[1], []byte(call[2])); got.status != http.StatusBadRequest {
			t.Errorf("%v: %d %s", call, got.status, got.body)
		}
	}
	for _, call := range [][2]string{{http.MethodPost, "/rotate"}, {http.MethodDelete, "/keys/x"}} {
		if got := control(t, server, call[0], "/_sim/alipay/apps/1"+call[1], nil); got.status != http.StatusNotFound {
			t.Errorf("%v: %d %s", call, got.status, got.body)
		}
	}
	token := newAlipayClient(t, server, alipayApp).creds.AppAuthTokens[agencyMerchant]
	if got := control(t, server, http.MethodGet, "/_sim/alipay/apps", nil); strings.Contains(string(got.body), "PRIVATE") || strings.Contains(string(got.body), token) {
		t.Error("the apps tell secrets")
	}
}
