package alipay

import (
	"bytes"
	"crypto/rsa"
	"fmt"
	"regexp"
	"strings"

	"github.com/campaign-operator/campaign-operator/providers/internal/credential"
)

const (
	privateKeyAdvice = "put in the app's private key (应用私钥) as Alipay's key tool wrote it, RSA2 with 2048 bits"
	publicKeyAdvice  = "put in Alipay's public key (支付宝公钥) from the console (开发设置 › 接口加签方式)"
	appCertAdvice    = "put in appCertPublicKey_….crt as the console hands it out (开发设置 › 接口加签方式)"
	alipayCertAdvice = "put in alipayCertPublicKey_RSA2.crt as the console hands it out, with both certificates in it"
	rootCertAdvice   = "put in alipayRootCert.crt as the console hands it out"
	tokenAdvice      = "put in the app_auth_token that the merchant granted to this app, one line of up to 40 characters"
)

// ParseCredentials reads an app's credentials from the data of its Secret, as its mode needs them: the private key and in
// ModePublicKey Alipay's public key, in ModeCertificate the three certificates. The app's certificate must belong to the
// private key, and Alipay's must have been issued by the one beside it or by a root. The app_auth_token may be there in either. Errors
// are *CredentialError.
func ParseCredentials(data map[string][]byte, mode Mode) (Credentials, error) {
	s := &secrets{mode: mode}
	steps := []func(map[string][]byte) *CredentialError{s.readPrivateKey}
	switch mode {
	case ModePublicKey:
		steps = append(steps, s.readPublicKey)
	case ModeCertificate:
		s.certificates = &certificates{}
		steps = append(steps, s.readAppCertificate, s.readRoots, s.readAlipayCertificate)
	default:
		return Credentials{}, &CredentialError{Key: "mode", Problem: "is not one", Advice: fmt.Sprintf("write %s or %s", ModePublicKey, ModeCertificate)}
	}
	for _, step := range append(steps, s.readToken) {
		if err := step(data); err != nil {
			return Credentials{}, err
		}
	}
	return Credentials{open: func() *secrets { return s }}, nil
}

func (s *secrets) readPrivateKey(data map[string][]byte) *CredentialError {
	raw := bytes.TrimSpace(data[KeyPrivateKey])
	read := credential.PrivateKey
	if len(raw) > 0 && !isPEM(raw) {
		read = credential.BarePrivateKey
	}
	key, problem := read(raw)
	if problem != "" {
		return &CredentialError{Key: KeyPrivateKey, Problem: problem, Advice: privateKeyAdvice}
	}
	s.privateKey = key
	return nil
}

func isPEM(raw []byte) bool { return bytes.Contains(raw, []byte("-----BEGIN ")) }

func (s *secrets) readPublicKey(data map[string][]byte) *CredentialError {
	raw := bytes.TrimSpace(data[KeyPublicKey])
	var key *rsa.PublicKey
	switch {
	case len(raw) == 0:
		return &CredentialError{Key: KeyPublicKey, Problem: "is missing", Advice: publicKeyAdvice}
	case isPEM(raw):
		key = credential.PublicKey(raw)
	default:
		key = credential.BarePublicKey(raw)
	}
	switch {
	case key == nil:
		return &CredentialError{Key: KeyPublicKey, Problem: "is not an RSA public key of 2048 bits in PEM or base64", Advice: publicKeyAdvice}
	case key.Equal(&s.privateKey.PublicKey):
		return &CredentialError{Key: KeyPublicKey, Problem: "is the app's own public key (应用公钥)",
			Advice: publicKeyAdvice + ": replies are signed with Alipay's key, not with yours"}
	}
	s.publicKey = key
	return nil
}

func (s *secrets) readAppCertificate(data map[string][]byte) *CredentialError {
	found, err := readCertificates(data, KeyAppCertificate, appCertAdvice)
	if err != nil {
		return err
	}
	if !s.privateKey.PublicKey.Equal(found[0].PublicKey) {
		return &CredentialError{Key: KeyAppCertificate, Problem: "does not belong to the private key in " + KeyPrivateKey,
			Advice: "put in the certificate and the key of the same request; a renewed certificate may have a new key"}
	}
	s.certificates.app, s.certificates.appSN = found[0], certificateSN(found[0])
	return nil
}

func (s *secrets) readRoots(data map[string][]byte) *CredentialError {
	found, err := readCertificates(data, KeyRootCertificate, rootCertAdvice)
	if err != nil {
		return err
	}
	s.certificates.roots, s.certificates.rootSN = found, rootSN(found)
	if s.certificates.rootSN == "" {
		return &CredentialError{Key: KeyRootCertificate, Problem: "has no certificate that is signed with RSA", Advice: rootCertAdvice}
	}
	return nil
}

func (s *secrets) readAlipayCertificate(data map[string][]byte) *CredentialError {
	found, err := readCertificates(data, KeyAlipayCertificate, alipayCertAdvice)
	if err != nil {
		return err
	}
	held := s.certificates
	held.alipay, held.issuers, held.alipaySN = found[0], found[1:], certificateSN(found[0])
	fail := func(problem string) *CredentialError {
		return &CredentialError{Key: KeyAlipayCertificate, Problem: problem, Advice: alipayCertAdvice}
	}
	key := rsaKeyOf(held.alipay)
	switch {
	case key == nil:
		return fail("is not a certificate of an RSA key of 2048 bits")
	case key.Equal(&s.privateKey.PublicKey):
		return fail("is the app's own certificate")
	case !held.trusts(held.alipay, nil):
		return fail("was not issued by the certificate beside it, nor by one in " + KeyRootCertificate)
	}
	return nil
}

var tokenPattern = regexp.MustCompile(`^[!-~]{1,128}$`)

func (s *secrets) readToken(data map[string][]byte) *CredentialError {
	raw, ok := data[KeyAppAuthToken]
	if !ok {
		return nil
	}
	token := strings.TrimSpace(string(raw))
	if !tokenPattern.MatchString(token) {
		return &CredentialError{Key: KeyAppAuthToken, Problem: "is not a token", Advice: tokenAdvice}
	}
	s.appAuthToken = token
	return nil
}
