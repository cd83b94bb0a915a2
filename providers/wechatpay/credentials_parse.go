package wechatpay

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"regexp"
	"strings"

	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"github.com/campaign-operator/campaign-operator/providers/internal/credential"
)

const (
	apiV3KeyLength    = 32
	publicKeyIDPrefix = "PUB_KEY_ID_"
)

var (
	hexSerial          = regexp.MustCompile(`^[0-9A-F]{1,64}$`)
	publicKeyIDPattern = regexp.MustCompile(`^` + publicKeyIDPrefix + `[0-9A-Za-z_-]{1,64}$`)
)

// ParseCredentials reads a merchant's credentials from the data of its Secret.
//
// Needed are the private key (KeyPrivateKey), the serial number of the merchant API
// certificate (from KeyCertificate or serialNo; where both are given they must agree), and
// at least one way to verify replies: KeyAPIv3 for platform certificates, or KeyPublicKey
// with publicKeyID. Errors are *CredentialError.
func ParseCredentials(data map[string][]byte, serialNo, publicKeyID string) (Credentials, error) {
	s := &secrets{}
	for _, step := range []func() *CredentialError{
		func() *CredentialError { return s.readPrivateKey(data) },
		func() *CredentialError { return s.readSerial(data, serialNo) },
		func() *CredentialError { return s.readAPIv3Key(data) },
		func() *CredentialError { return s.readPublicKey(data, strings.TrimSpace(publicKeyID)) },
	} {
		if err := step(); err != nil {
			return Credentials{}, err
		}
	}
	if s.apiV3Key == "" && !s.hasPublicKey {
		return Credentials{}, &CredentialError{Key: KeyPublicKey, Problem: "and " + KeyAPIv3 + " are both missing",
			Advice: "replies could not be verified; add " + KeyPublicKey + " with publicKeyID, or " + KeyAPIv3 +
				", from the merchant console (账户中心 › API安全)"}
	}
	return Credentials{open: func() *secrets { return s }}, nil
}

func (s *secrets) readPrivateKey(data map[string][]byte) *CredentialError {
	key, problem := credential.PrivateKey(data[KeyPrivateKey])
	if problem != "" {
		return &CredentialError{Key: KeyPrivateKey, Problem: problem,
			Advice: "put in the merchant API private key as the console's certificate tool wrote it (" + KeyPrivateKey + ")"}
	}
	s.privateKey = key
	return nil
}

func (s *secrets) readSerial(data map[string][]byte, serialNo string) *CredentialError {
	given := normaliseSerial(serialNo)
	if given != "" && !hexSerial.MatchString(given) {
		return &CredentialError{Key: argumentSerialNo, Problem: "is not a hexadecimal number",
			Advice: "copy the serial number of the merchant API certificate (商户API证书序列号) from the merchant console"}
	}
	raw := bytes.TrimSpace(data[KeyCertificate])
	if len(raw) == 0 {
		if given == "" {
			return &CredentialError{Key: argumentSerialNo, Problem: "is not given and " + KeyCertificate + " is missing",
				Advice: "give one of them; requests name the certificate that they are signed for"}
		}
		s.serialNo = given
		return nil
	}
	certificate, err := parseCertificate(raw)
	if err != nil {
		return &CredentialError{Key: KeyCertificate, Problem: "is not a certificate in PEM",
			Advice: "put in " + KeyCertificate + " from the merchant console, or leave it out and give serialNo"}
	}
	if !s.privateKey.PublicKey.Equal(certificate.PublicKey) {
		return &CredentialError{Key: KeyCertificate, Problem: "does not belong to the private key in " + KeyPrivateKey,
			Advice: "put in both files of the same download; a renewed certificate has a new key"}
	}
	own := utils.GetCertificateSerialNumber(*certificate)
	if given != "" && !sameSerial(given, own) {
		return &CredentialError{Key: argumentSerialNo, Problem: "is not that of " + KeyCertificate + ", which is " + own,
			Advice: "correct serialNo, leave it out, or put in the certificate and key that it names"}
	}
	s.serialNo, s.notAfter = own, certificate.NotAfter
	return nil
}

func (s *secrets) readAPIv3Key(data map[string][]byte) *CredentialError {
	raw, ok := data[KeyAPIv3]
	if !ok {
		return nil
	}
	// Editors and `echo` end a line; nothing else is trimmed, a space may belong to the key.
	key := bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r"))
	if len(key) != apiV3KeyLength {
		return &CredentialError{Key: KeyAPIv3,
			Problem: fmt.Sprintf("has %d bytes and must have %d", len(key), apiV3KeyLength),
			Advice:  "put in the APIv3 key (APIv3密钥) that was set in the merchant console, without quotes or encoding"}
	}
	s.apiV3Key = string(key)
	return nil
}

func (s *secrets) readPublicKey(data map[string][]byte, id string) *CredentialError {
	raw := bytes.TrimSpace(data[KeyPublicKey])
	switch {
	case len(raw) == 0 && id == "":
		return nil
	case len(raw) == 0:
		return &CredentialError{Key: KeyPublicKey, Problem: "is missing although publicKeyID is given",
			Advice: "download the WeChat Pay public key (微信支付公钥) from the merchant console and put it in"}
	case id == "":
		return &CredentialError{Key: argumentPublicKeyID, Problem: "is not given although " + KeyPublicKey + " is there",
			Advice: "copy the id of the public key (微信支付公钥ID, " + publicKeyIDPrefix + "…) from the merchant console"}
	case !publicKeyIDPattern.MatchString(id):
		return &CredentialError{Key: argumentPublicKeyID, Problem: "does not look like the id of a public key",
			Advice: "copy the id that begins with " + publicKeyIDPrefix + " from the merchant console"}
	}
	key := credential.PublicKey(raw)
	if key == nil {
		return &CredentialError{Key: KeyPublicKey, Problem: "is not an RSA public key of 2048 bits in PEM",
			Advice: "put in the file that the merchant console downloads as the WeChat Pay public key (微信支付公钥)"}
	}
	if key.Equal(&s.privateKey.PublicKey) {
		return &CredentialError{Key: KeyPublicKey, Problem: "is the merchant's own public key",
			Advice: "put in WeChat Pay's public key (微信支付公钥); replies are signed with WeChat Pay's key, not with yours"}
	}
	s.publicKey, s.publicKeyID, s.hasPublicKey = key, id, true
	return nil
}

// parseCertificate reads a certificate with an RSA key; the SDK's verifier panics on others.
func parseCertificate(raw []byte) (*x509.Certificate, error) {
	certificate, err := utils.LoadCertificate(string(raw))
	if err != nil {
		return nil, err
	}
	if _, ok := certificate.PublicKey.(*rsa.PublicKey); !ok {
		return nil, fmt.Errorf("the certificate's key is not RSA")
	}
	return certificate, nil
}

// normaliseSerial accepts a serial as people copy it: any case, with colons or spaces.
func normaliseSerial(serial string) string {
	return strings.ToUpper(strings.NewReplacer(":", "", " ", "", "\n", "", "\t", "").Replace(serial))
}

// sameSerial compares two normalised serials as numbers: tools differ in leading zeros.
func sameSerial(a, b string) bool { return strings.TrimLeft(a, "0") == strings.TrimLeft(b, "0") }
