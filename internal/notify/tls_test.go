package notify

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certDir writes a certificate for 127.0.0.1 as cert-manager does, and returns who trusts it.
func certDir(t *testing.T) (dir string, trusting *x509.CertPool) {
	t.Helper()
	key := vendorKey()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir, trusting = t.TempDir(), x509.NewCertPool()
	for name, block := range map[string]*pem.Block{"tls.crt": {Type: "CERTIFICATE", Bytes: der}, "tls.key": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	trusting.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return dir, trusting
}

func TestTheDoorSpeaksTLSWithACertificateOfItsOwn(t *testing.T) {
	dir, trusting := certDir(t)
	w := newWorld(t, func(o *Options, _ *limits) { o.CertDir = dir }).open()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, strings.Replace(w.url, "http:", "https:", 1)+"/alipay/"+appID, strings.NewReader(message()))
	if err != nil {
		t.Fatal(err)
	}
	secure := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusting}, DisableKeepAlives: true, ForceAttemptHTTP2: true}}
	response, err := secure.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if response.ProtoMajor != 1 {
		t.Errorf("it speaks %s, and with it more than one request on a connection", response.Proto)
	}
	w.want(readReply(t, response), alipaySuccess)
}

func TestACertificateThatIsNotThereIsNamed(t *testing.T) {
	w := newWorld(t, func(o *Options, _ *limits) { o.Address, o.CertDir = "127.0.0.1:0", t.TempDir() })
	if err := w.door.Start(context.Background()); err == nil || !strings.Contains(err.Error(), "--notify-cert-dir") {
		t.Errorf("got %v", err)
	}
}
