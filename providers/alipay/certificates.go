package alipay

import (
	"bytes"
	"crypto/md5" //nolint:gosec // Alipay names certificates by it; nothing is secured with it
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"slices"
	"strings"

	"github.com/campaign-operator/campaign-operator/providers/internal/credential"
)

// maxCertificates bounds those of one file; Alipay's largest, the roots, has 4.
const maxCertificates = 32

// readCertificates reads the certificates of one key of the Secret, at least one.
func readCertificates(data map[string][]byte, key, advice string) ([]*x509.Certificate, *CredentialError) {
	if len(bytes.TrimSpace(data[key])) == 0 {
		return nil, &CredentialError{Key: key, Problem: "is missing", Advice: advice}
	}
	found := parseCertificates(data[key])
	if len(found) == 0 {
		return nil, &CredentialError{Key: key, Problem: "holds no certificate in PEM", Advice: advice}
	}
	return found, nil
}

// parseCertificates returns the certificates in raw that can be read. Alipay's roots hold one of the SM2 algorithm, which
// Go cannot read and RSA2 does not use.
func parseCertificates(raw []byte) []*x509.Certificate {
	var out []*x509.Certificate
	for len(out) < maxCertificates {
		var block *pem.Block
		if block, raw = pem.Decode(raw); block == nil {
			break
		}
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil && block.Type == "CERTIFICATE" {
			out = append(out, certificate)
		}
	}
	return out
}

// certificateSN is how requests and replies name a certificate: the MD5, in lower-case hex, of its issuer as RFC 2253 writes
// it and its serial number in decimal.
func certificateSN(certificate *x509.Certificate) string {
	issuer := certificate.Issuer.ToRDNSequence()
	var inOrder pkix.RDNSequence // pkix.Name forgets the order in which the certificate has them
	if rest, err := asn1.Unmarshal(certificate.RawIssuer, &inOrder); err == nil && len(rest) == 0 {
		issuer = inOrder
	}
	sum := md5.Sum([]byte(issuer.String() + certificate.SerialNumber.String())) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// rsaSignatures are the algorithms whose identifiers begin with 1.2.840.113549.1.1.
var rsaSignatures = []x509.SignatureAlgorithm{x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
	x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS}

// rootSN names the roots (`alipay_root_cert_sn`): the numbers of those that are signed with RSA.
func rootSN(roots []*x509.Certificate) string {
	var numbers []string
	for _, root := range roots {
		if slices.Contains(rsaSignatures, root.SignatureAlgorithm) {
			numbers = append(numbers, certificateSN(root))
		}
	}
	return strings.Join(numbers, "_")
}

// rsaKeyOf returns a certificate's key; nil where it is not an RSA key of the needed size.
func rsaKeyOf(certificate *x509.Certificate) *rsa.PublicKey {
	key, ok := certificate.PublicKey.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < credential.MinKeyBits {
		return nil
	}
	return key
}

// trusts reports whether a certificate is Alipay's: issued by a root, or by one of those beside it that a root has issued, or by one
// of those that stand beside the configured one. The last is for the sandbox, whose certificates do not come from the roots
// that its console hands out.
//
// x509.Verify cannot tell: Alipay's issuing certificates carry neither of the extensions that make one (basic constraints, key
// usage of signing certificates). An app's certificate, whose key the app's owner has, looks like them; what keeps it from
// issuing others is that no root has issued it. When they expire does not matter here.
func (c *certificates) trusts(certificate *x509.Certificate, beside []*x509.Certificate) bool {
	isRoot := func(issuer *x509.Certificate) bool { return signedByAny(issuer, c.roots) }
	return isRoot(certificate) || signedByAny(certificate, c.issuers) || slices.ContainsFunc(beside, func(issuer *x509.Certificate) bool {
		return signedBy(certificate, issuer) && isRoot(issuer)
	})
}

func signedByAny(certificate *x509.Certificate, issuers []*x509.Certificate) bool {
	return slices.ContainsFunc(issuers, func(issuer *x509.Certificate) bool { return signedBy(certificate, issuer) })
}

func signedBy(certificate, issuer *x509.Certificate) bool {
	if !bytes.Equal(certificate.RawIssuer, issuer.RawSubject) || issuer.BasicConstraintsValid && !issuer.IsCA {
		return false
	}
	return issuer.CheckSignature(certificate.SignatureAlgorithm, certificate.RawTBSCertificate, certificate.Signature) == nil
}
