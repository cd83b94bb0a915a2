package wechatpay

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"

	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

const (
	// maxSkew: a reply this far from our clock, or further, is refused.
	maxSkew = consts.FiveMinute * time.Second
	// probePrefix begins the signatures that WeChat Pay gets wrong on purpose, to see
	// whether clients verify at all. They fail like any other.
	probePrefix = "WECHATPAY/SIGNTEST/"
)

// ErrSignatureProbe is in the chain of an error whose reply carried one of the deliberately
// wrong signatures by which WeChat Pay tests its clients: count it, alarm nobody.
var ErrSignatureProbe = errors.New("the reply carries one of WeChat Pay's deliberately wrong test signatures")

// signatureError says why a reply is not believed. Its text is the same for the same problem.
type signatureError struct {
	// outcome is the row of the error table.
	outcome string
	// serial is set when the key with this serial is not held.
	serial string
	err    error
}

func (e *signatureError) Error() string { return e.err.Error() }

func (e *signatureError) Unwrap() error { return e.err }

// keyring holds what replies are verified with at one moment. It is never changed, only replaced.
type keyring struct {
	publicKeyID string
	publicKey   auth.Verifier // nil without a public key
	// certificates by serial number, upper-case hex.
	certificates map[string]*x509.Certificate
	certVerifier auth.Verifier
}

func newKeyring(s *secrets) *keyring {
	k := &keyring{}
	if s.hasPublicKey {
		k.publicKeyID = s.publicKeyID
		k.publicKey = verifiers.NewSHA256WithRSAPubkeyVerifier(s.publicKeyID, *s.publicKey)
	}
	return k
}

// with returns a keyring with the same public key and other certificates.
func (k *keyring) with(certificates map[string]*x509.Certificate) *keyring {
	return &keyring{
		publicKeyID:  k.publicKeyID,
		publicKey:    k.publicKey,
		certificates: certificates,
		certVerifier: verifiers.NewSHA256WithRSAVerifier(core.NewCertificateMap(certificates)),
	}
}

// holds reports whether a reply with this serial can be verified at now.
func (k *keyring) holds(serial string, now time.Time) bool { return k.verifierFor(serial, now) != nil }

func (k *keyring) verifierFor(serial string, now time.Time) auth.Verifier {
	if k.publicKey != nil && serial == k.publicKeyID {
		return k.publicKey
	}
	if certificate, ok := k.certificates[strings.ToUpper(serial)]; ok && now.Before(certificate.NotAfter) {
		return k.certVerifier
	}
	return nil
}

// accepts is the serial that the gateway is asked to sign with: the public key's, which does
// not expire, else the newest valid certificate's. Empty when nothing is held yet.
func (k *keyring) accepts(now time.Time) string {
	if k.publicKey != nil {
		return k.publicKeyID
	}
	var newest string
	for serial, certificate := range k.certificates {
		if !now.Before(certificate.NotAfter) {
			continue
		}
		if newest == "" || certificate.NotBefore.After(k.certificates[newest].NotBefore) {
			newest = serial
		}
	}
	return newest
}

// serials lists what is held: the public key's id first, then the certificates in order.
func (k *keyring) serials() []string {
	var out []string
	for serial := range k.certificates {
		out = append(out, serial)
	}
	slices.Sort(out)
	if k.publicKey != nil {
		out = append([]string{k.publicKeyID}, out...)
	}
	return out
}

// verify checks one message of WeChat Pay against the key that it names. The errors are
// *signatureError.
//
// The SDK's validator does the same, but by the machine's clock instead of ours, and with
// the request id in its text.
func (k *keyring) verify(ctx context.Context, header http.Header, body []byte, now time.Time) error {
	message, err := signedMessage(header, body, now)
	if err != nil {
		return err
	}
	serial := strings.TrimSpace(header.Get(consts.WechatPaySerial))
	verifier := k.verifierFor(serial, now)
	if verifier == nil {
		return &signatureError{outcome: outcomeUnknownKey, serial: serial,
			err: fmt.Errorf("the reply is signed with key %q, which is none of the keys held", lenient.OneLine(serial, 80))}
	}
	if k.certVerifier == verifier {
		serial = strings.ToUpper(serial)
	}
	signature := strings.TrimSpace(header.Get(consts.WechatPaySignature))
	if err := verifier.Verify(ctx, serial, message, signature); err != nil {
		if strings.HasPrefix(signature, probePrefix) {
			return &signatureError{outcome: outcomeTestSignature, err: ErrSignatureProbe}
		}
		return &signatureError{outcome: outcomeBadSignature, err: errors.New("the reply's signature does not verify")}
	}
	return nil
}

// signedMessage builds the text that the signature is over (接口规则, 签名验证): timestamp,
// nonce and body, each ended by a line feed.
func signedMessage(header http.Header, body []byte, now time.Time) (string, error) {
	for _, name := range []string{
		consts.WechatPaySerial, consts.WechatPaySignature, consts.WechatPayTimestamp, consts.WechatPayNonce,
	} {
		if strings.TrimSpace(header.Get(name)) == "" {
			return "", &signatureError{outcome: outcomeUnsigned, err: fmt.Errorf("the reply has no %s header", name)}
		}
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(header.Get(consts.WechatPayTimestamp)), 10, 64)
	if err != nil {
		return "", &signatureError{outcome: outcomeUnsigned,
			err: fmt.Errorf("the reply's %s header is no number of seconds", consts.WechatPayTimestamp)}
	}
	// Compared as seconds: a duration would overflow for absurd values.
	if limit, at := int64(maxSkew/time.Second), now.Unix(); seconds <= at-limit || seconds >= at+limit {
		return "", &signatureError{outcome: outcomeClock,
			err: fmt.Errorf("the reply's timestamp is %d s or more from this machine's clock", limit)}
	}
	nonce := strings.TrimSpace(header.Get(consts.WechatPayNonce))
	return fmt.Sprintf("%d\n%s\n%s\n", seconds, nonce, body), nil
}

// isSigned reports whether a message claims a signature at all.
func isSigned(header http.Header) bool { return header.Get(consts.WechatPaySignature) != "" }
