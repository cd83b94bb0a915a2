package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
)

// alipayAccount is an app as one resource sees it: calling for itself, or for a merchant.
type alipayAccount struct {
	alipay.Credentials
	// merchant is whom it calls for; empty for itself.
	merchant string
}

// accountsOf are an app's resources: one for each merchant that granted it a token, or one for itself.
func accountsOf(c alipay.Credentials) []alipayAccount {
	var all []alipayAccount
	for merchant := range c.AppAuthTokens {
		all = append(all, alipayAccount{c, merchant})
	}
	slices.SortFunc(all, func(a, b alipayAccount) int { return bytes.Compare([]byte(a.merchant), []byte(b.merchant)) })
	if len(all) == 0 {
		all = []alipayAccount{{Credentials: c}}
	}
	return all
}

// suffix tells an account's files and resources from those of others.
func (a alipayAccount) suffix() string {
	if a.merchant != "" {
		return a.AppID + "-" + a.merchant
	}
	return a.AppID
}

// secrets are the keys of an app under their names in a Secret, in the order in which they are written.
func (a alipayAccount) secrets() [][2]string {
	all := [][2]string{{"app_private_key.pem", string(a.PrivateKeyPEM)}}
	if a.Mode == alipay.Certificate {
		all = append(all, [2]string{"appCertPublicKey.crt", string(a.AppCertPEM)},
			[2]string{"alipayCertPublicKey_RSA2.crt", string(a.AlipayCertPEM)}, [2]string{"alipayRootCert.crt", string(a.RootCertPEM)})
	} else {
		all = append(all, [2]string{"alipay_public_key.pem", string(a.AlipayPublicKeyPEM)})
	}
	if a.merchant != "" {
		all = append(all, [2]string{"app_auth_token", a.AppAuthTokens[a.merchant]})
	}
	return all
}

// WriteAlipayManifests writes a Secret and an AlipayApp for each app, or for each merchant that granted it a token, as
// files that only their owner can read.
func WriteAlipayManifests(dir string, o ManifestOptions, apps []alipay.Credentials) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var accounts []alipayAccount
	for _, c := range apps {
		accounts = append(accounts, accountsOf(c)...)
	}
	for _, a := range accounts {
		one := o
		if len(accounts) > 1 {
			one.AlipaySecretName += "-" + a.suffix()
			one.AlipayAppName += "-" + a.suffix()
		}
		files := map[string][]byte{
			"alipay-secret-" + a.suffix() + ".yaml": alipaySecretManifest(one, a),
			"alipay-app-" + a.suffix() + ".yaml":    alipayAppManifest(one, a),
		}
		for name, content := range files {
			if err := statedir.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

func alipaySecretManifest(o ManifestOptions, a alipayAccount) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# Keys of a simulated app. They open nothing at Alipay.
apiVersion: v1
kind: Secret
metadata:
  name: %s
  namespace: %s
  annotations:
    campaign-operator.io/simulator-only: "true"
type: Opaque
stringData:
`, quote(o.AlipaySecretName), quote(o.Namespace))
	for _, secret := range a.secrets() {
		fmt.Fprintf(&b, "  %s: %s\n", secret[0], quote(secret[1]))
	}
	return b.Bytes()
}

func alipayAppManifest(o ManifestOptions, a alipayAccount) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# An app of the simulator.
apiVersion: campaign-operator.io/v1alpha1
kind: AlipayApp
metadata:
  name: %s
  namespace: %s
  annotations:
    campaign-operator.io/simulator-only: "true"
spec:
  appId: %s
  environment: %s
  gateway:
    url: %s
  credentials:
    secretName: %s
    mode: %s
`, quote(o.AlipayAppName), quote(o.Namespace), quote(a.AppID), quote(o.Environment), quote(o.GatewayURL+alipay.Path), quote(o.AlipaySecretName), a.Mode)
	if a.merchant != "" {
		fmt.Fprintf(&b, "  agency:\n    merchantId: %s\n", quote(a.merchant))
	}
	b.Write(allowedNamespaces(o))
	return b.Bytes()
}

// alipayAccountFile is account.json of WriteAlipayCredentials.
type alipayAccountFile struct {
	AppID      string `json:"appId"`
	Mode       string `json:"mode"`
	MerchantID string `json:"merchantId"`
	GatewayURL string `json:"gatewayUrl"`
}

// WriteAlipayCredentials writes each app's keys under dir/<app id> (dir/<app id>-<merchant> with a token) in the files
// that the developer console hands out, with an account.json beside them, for clients that are not in a cluster.
func WriteAlipayCredentials(dir, simulatorURL string, apps []alipay.Credentials) error {
	for _, c := range apps {
		for _, a := range accountsOf(c) {
			folder := filepath.Join(dir, a.suffix())
			if err := os.MkdirAll(folder, 0o700); err != nil {
				return err
			}
			file := alipayAccountFile{AppID: a.AppID, Mode: string(a.Mode), MerchantID: a.Merchant, GatewayURL: simulatorURL + alipay.Path}
			if a.merchant != "" {
				file.MerchantID = a.merchant
			}
			account, err := json.MarshalIndent(file, "", "  ")
			if err != nil {
				return err
			}
			for _, secret := range append(a.secrets(), [2]string{"account.json", string(account) + "\n"}) {
				if err := statedir.WriteFile(filepath.Join(folder, secret[0]), []byte(secret[1]), 0o600); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
