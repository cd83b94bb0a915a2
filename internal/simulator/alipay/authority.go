package alipay

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5" //nolint:gosec // the vendor's serial numbers are MD5
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
)

const (
	kindAuthority = "alipay-authority"
	authorityID   = "issuer"
	// lifetime of every certificate.
	lifetimeYears = 5
)

// authority issues the certificates of certificate mode, as the CA of the vendor does: a bundle of roots, one of them
// not RSA and so not part of alipay_root_cert_sn, and an issuing certificate below the RSA root.
type authority struct {
	key  *rsa.PrivateKey
	cert *x509.Certificate
	// issuerPEM is the issuing certificate, rootsPEM alipayRootCert.crt.
	issuerPEM, rootsPEM []byte
	// rootSN is what clients send as alipay_root_cert_sn.
	rootSN string
}

type keptAuthority struct {
	Key    string `json:"key"`
	Issuer string `json:"issuer"`
	Roots  string `json:"roots"`
}

func newAuthority(source keys.Source, dir *statedir.Dir, now time.Time) (*authority, error) {
	var a *authority
	err := dir.Each(kindAuthority, func(_ string, data []byte) error {
		var kept keptAuthority
		err := decode(data, &kept)
		if err == nil {
			a, err = restoreAuthority(kept)
		}
		return err
	})
	if err != nil || a != nil {
		return a, err
	}
	kept, err := makeAuthority(source, now.AddDate(0, 0, -90))
	if err != nil {
		return nil, err
	}
	if err := dir.Write(kindAuthority, authorityID, kept); err != nil {
		return nil, err
	}
	return restoreAuthority(kept)
}

func makeAuthority(source keys.Source, began time.Time) (keptAuthority, error) {
	rootKey, err := source("alipay/root")
	if err != nil {
		return keptAuthority{}, err
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return keptAuthority{}, err
	}
	issuerKey, err := source("alipay/issuer")
	if err != nil {
		return keptAuthority{}, err
	}
	root, foreign := caTemplate("Simulated Alipay Root R1", 1, began), caTemplate("Simulated Alipay Root E1", 2, began)
	rootPEM, err := issue(root, root, &rootKey.PublicKey, rootKey)
	if err != nil {
		return keptAuthority{}, err
	}
	foreignPEM, err := issue(foreign, foreign, &other.PublicKey, other)
	if err != nil {
		return keptAuthority{}, err
	}
	issuer := caTemplate("Simulated Alipay Class 1 R1", 3, began)
	issuerPEM, err := issue(issuer, root, &issuerKey.PublicKey, rootKey)
	if err != nil {
		return keptAuthority{}, err
	}
	key, err := keys.PrivatePEM(issuerKey)
	return keptAuthority{Key: string(key), Issuer: string(issuerPEM), Roots: string(foreignPEM) + string(rootPEM)}, err
}

func restoreAuthority(kept keptAuthority) (*authority, error) {
	key, err := keys.ParsePrivatePEM([]byte(kept.Key))
	if err != nil {
		return nil, err
	}
	cert, err := parseCertificate([]byte(kept.Issuer))
	if err != nil {
		return nil, err
	}
	a := &authority{key: key, cert: cert, issuerPEM: []byte(kept.Issuer), rootsPEM: []byte(kept.Roots)}
	a.rootSN, err = rootSN(a.rootsPEM)
	return a, err
}

// name is ordered so that RFC 2253 writes it as the vendor's serial numbers want it: CN, OU, O, C.
func name(commonName string) pkix.Name {
	return pkix.Name{Country: []string{"CN"}, Organization: []string{"gateway-simulator"}, OrganizationalUnit: []string{"Certification Authority"}, CommonName: commonName}
}

func caTemplate(commonName string, serial int64, began time.Time) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: name(commonName), NotBefore: began.UTC().Truncate(time.Second), NotAfter: began.UTC().Truncate(time.Second).AddDate(2*lifetimeYears, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
}

func issue(template, parent *x509.Certificate, public, private any) ([]byte, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, private)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), err
}

// pair makes a key's certificate. Its ID is the serial number that requests and replies name. The certificate's own
// serial follows from the key and the time, so that a reused key keeps it.
func (a *authority) pair(key *rsa.PrivateKey, commonName string, began time.Time) (*keys.Pair, error) {
	began = began.UTC().Truncate(time.Second)
	digest := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", key.N.Text(16), commonName, began.Unix()))
	serial := digest[:16]
	serial[0] &= 0x7f
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial), Subject: name(commonName), NotBefore: began, NotAfter: began.AddDate(lifetimeYears, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	certPEM, err := issue(template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	cert, err := parseCertificate(certPEM)
	if err != nil {
		return nil, err
	}
	return &keys.Pair{ID: certificateSN(cert), Key: key, CertPEM: certPEM, NotBefore: cert.NotBefore, NotAfter: cert.NotAfter}, nil
}

func parseCertificate(certPEM []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(certPEM)
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	return x509.ParseCertificate(block.Bytes)
}

// certificateSN is the vendor's serial number: MD5 of the issuer in RFC 2253 order and the serial in decimal.
func certificateSN(cert *x509.Certificate) string {
	digest := md5.Sum([]byte(cert.Issuer.String() + cert.SerialNumber.String())) //nolint:gosec // as documented
	return hex.EncodeToString(digest[:])
}

// rootSN joins the serial numbers of those roots whose signature is RSA.
func rootSN(bundle []byte) (string, error) {
	var numbers []string
	for len(bundle) > 0 {
		block, rest := pem.Decode(bundle)
		if block == nil {
			break
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return "", err
		}
		if cert.PublicKeyAlgorithm == x509.RSA {
			numbers = append(numbers, certificateSN(cert))
		}
		bundle = rest
	}
	return strings.Join(numbers, "_"), nil
}
