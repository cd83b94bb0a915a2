package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
	"github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
)

// ManifestOptions say how the resources look that make a cluster use the simulator.
type ManifestOptions struct {
	// Namespace of the Secrets, WeChatPayMerchants and AlipayApps.
	Namespace string
	// SecretName and MerchantName are the resources' names; with several merchants "-<mchid>" is appended.
	SecretName, MerchantName string
	// AlipaySecretName and AlipayAppName are those for Alipay; with several apps "-<app id>" is appended, and
	// "-<merchant>" for a merchant that granted the app a token.
	AlipaySecretName, AlipayAppName string
	// Environment goes into the accounts' spec and so into every request number.
	Environment string
	// GatewayURL is where the cluster reaches the simulator.
	GatewayURL string
	// AllowedNamespaces may use the merchants and apps beside their own.
	AllowedNamespaces []string
}

// WriteManifests writes a Secret and a WeChatPayMerchant for each merchant, as files that only
// their owner can read: they hold private keys, if only those of a simulator.
func WriteManifests(dir string, o ManifestOptions, merchants []wechatpay.Credentials) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, c := range merchants {
		one := o
		if len(merchants) > 1 {
			one.SecretName += "-" + c.Mchid
			one.MerchantName += "-" + c.Mchid
		}
		files := map[string][]byte{
			"secret-" + c.Mchid + ".yaml":   secretManifest(one, c),
			"merchant-" + c.Mchid + ".yaml": merchantManifest(one, c),
		}
		for name, content := range files {
			if err := statedir.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

func secretManifest(o ManifestOptions, c wechatpay.Credentials) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# Keys of a simulated merchant. They open nothing at WeChat Pay.
apiVersion: v1
kind: Secret
metadata:
  name: %s
  namespace: %s
  annotations:
    campaign-operator.io/simulator-only: "true"
type: Opaque
stringData:
  apiv3_key: %s
  apiclient_key.pem: |
%s  apiclient_cert.pem: |
%s  pub_key.pem: |
%s`, quote(o.SecretName), quote(o.Namespace), quote(c.APIv3Key), indent(c.PrivateKeyPEM), indent(c.CertificatePEM), indent(c.PublicKeyPEM))
	return b.Bytes()
}

func merchantManifest(o ManifestOptions, c wechatpay.Credentials) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# A merchant of the simulator.
apiVersion: campaign-operator.io/v1alpha1
kind: WeChatPayMerchant
metadata:
  name: %s
  namespace: %s
  annotations:
    campaign-operator.io/simulator-only: "true"
spec:
  mchid: %s
  environment: %s
  gateway:
    url: %s
  credentials:
    secretName: %s
    serialNo: %s
    publicKeyID: %s
`, quote(o.MerchantName), quote(o.Namespace), quote(c.Mchid), quote(o.Environment), quote(o.GatewayURL), quote(o.SecretName), quote(c.SerialNo), quote(c.PublicKeyID))
	b.Write(allowedNamespaces(o))
	return b.Bytes()
}

func allowedNamespaces(o ManifestOptions) []byte {
	var b bytes.Buffer
	if len(o.AllowedNamespaces) > 0 {
		b.WriteString("  allowedNamespaces:\n")
		for _, namespace := range o.AllowedNamespaces {
			fmt.Fprintf(&b, "    - %s\n", quote(namespace))
		}
	}
	return b.Bytes()
}

// quote writes a string as JSON does, which YAML reads the same way whatever is in it.
func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings always encode
	}
	return string(text)
}

func indent(pem []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(pem)) {
		b.WriteString("    " + line)
	}
	return b.String()
}

// account.json of WriteCredentials.
type accountFile struct {
	Mchid       string `json:"mchid"`
	SerialNo    string `json:"serialNo"`
	PublicKeyID string `json:"publicKeyId"`
	GatewayURL  string `json:"gatewayUrl"`
}

// WriteCredentials writes each merchant's keys under dir/<mchid> in the files that the merchant
// console hands out, with an account.json beside them, for clients that are not in a cluster.
func WriteCredentials(dir, gatewayURL string, merchants []wechatpay.Credentials) error {
	for _, c := range merchants {
		folder := filepath.Join(dir, c.Mchid)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		account, err := json.MarshalIndent(accountFile{Mchid: c.Mchid, SerialNo: c.SerialNo, PublicKeyID: c.PublicKeyID, GatewayURL: gatewayURL}, "", "  ")
		if err != nil {
			return err
		}
		files := map[string][]byte{
			"apiclient_key.pem": c.PrivateKeyPEM, "apiclient_cert.pem": c.CertificatePEM, "pub_key.pem": c.PublicKeyPEM,
			"apiv3_key": []byte(c.APIv3Key), "account.json": append(account, '\n'),
		}
		for name, content := range files {
			if err := statedir.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}
