package alipay

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/campaign-operator/campaign-operator/providers/internal/httpx"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

const (
	downloadMethod = "alipay.open.app.alipaycert.download"
	// downloadPause is the least time between downloads: the number that causes one comes from the other side.
	downloadPause = time.Minute
	// maxDownloaded bounds the certificates that are held beside the configured one. Alipay's is valid for years.
	maxDownloaded = 4
)

// signatureError says why a reply or message is not believed. Its text is the same for the same problem.
type signatureError struct {
	// outcome is the row of the error table.
	outcome string
	err     error
}

func (e *signatureError) Error() string { return e.err.Error() }

func (e *signatureError) Unwrap() error { return e.err }

// keyStore holds what replies are verified with, and lets one download of a certificate happen at a time.
type keyStore struct {
	publicKey *rsa.PublicKey // nil in certificate mode
	own       *certificates  // nil in public-key mode
	// downloading is held by whoever downloads; a channel, so that waiting ends with the context.
	downloading chan struct{}

	mu         sync.Mutex
	downloaded map[string]*x509.Certificate
	last       string // the number of the certificate that verified last
	tried      time.Time
	lastErr    error
}

func newKeyStore(s *secrets) *keyStore {
	k := &keyStore{publicKey: s.publicKey, own: s.certificates, downloading: make(chan struct{}, 1), downloaded: map[string]*x509.Certificate{}}
	if k.own != nil {
		k.last = k.own.alipaySN
	}
	return k
}

func (k *keyStore) inUse() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.last
}

// keyFor returns the key that a reply is to be verified with; nil where none is held that is valid at now. In public-key mode
// there is one. A reply of certificate mode that names no certificate means the configured one.
func (k *keyStore) keyFor(sn string, now time.Time) *rsa.PublicKey {
	if k.own == nil {
		return k.publicKey
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	certificate := k.downloaded[sn]
	if sn == "" || sn == k.own.alipaySN {
		certificate = k.own.alipay
	}
	if certificate == nil || now.After(certificate.NotAfter) {
		return nil
	}
	k.last = certificateSN(certificate)
	return rsaKeyOf(certificate)
}

// all returns every key that is held and valid at now.
func (k *keyStore) all(now time.Time) []*rsa.PublicKey {
	if k.own == nil {
		return []*rsa.PublicKey{k.publicKey}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	var keys []*rsa.PublicKey
	held := []*x509.Certificate{k.own.alipay}
	for _, certificate := range k.downloaded {
		held = append(held, certificate)
	}
	for _, certificate := range held {
		if !now.After(certificate.NotAfter) {
			keys = append(keys, rsaKeyOf(certificate))
		}
	}
	return keys
}

func (k *keyStore) lastTry() (time.Time, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.tried, k.lastErr
}

// store records a download's end.
func (k *keyStore) store(sn string, certificate *x509.Certificate, now time.Time, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tried, k.lastErr = now, err
	if err != nil {
		return
	}
	if len(k.downloaded) >= maxDownloaded {
		clear(k.downloaded)
	}
	k.downloaded[sn] = certificate
}

// verify checks a reply's signature, in certificate mode by the certificate that it names, which is downloaded once when it is
// not held. The errors are *signatureError.
func (c *Client) verify(ctx context.Context, reply envelope) error {
	if reply.sign == "" {
		return &signatureError{outcome: outcomeUnsigned, err: errors.New("the reply has no signature")}
	}
	key := c.keys.keyFor(reply.certSN, c.now())
	if key == nil {
		if err := c.learn(ctx, reply.certSN); err != nil {
			return &signatureError{outcome: outcomeUnknownKey, err: fmt.Errorf("the reply is signed with the certificate %q, which is not held: %w",
				lenient.OneLine(reply.certSN, 64), err)}
		}
		key = c.keys.keyFor(reply.certSN, c.now())
	}
	if !verifies(key, reply.raw, reply.sign) {
		return &signatureError{outcome: outcomeBadSignature, err: errors.New("the reply's signature does not verify")}
	}
	return nil
}

// verifies checks an RSA2 signature of the gateway. Real ones are also over the text before its slashes were escaped.
func verifies(key *rsa.PublicKey, signed []byte, sign string) bool {
	if verifiesText(key, signed, sign) {
		return true
	}
	plain := bytes.ReplaceAll(signed, []byte(`\/`), []byte(`/`))
	return len(plain) != len(signed) && verifiesText(key, plain, sign)
}

func verifiesText(key *rsa.PublicKey, signed []byte, sign string) bool {
	signature, err := base64.StdEncoding.DecodeString(sign)
	if err != nil || key == nil {
		return false
	}
	digest := sha256.Sum256(signed)
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
}

var (
	snPattern = regexp.MustCompile(`^[0-9a-f]{32}$`)

	errNotASN      = errors.New("it is not the number of one")
	errNotIssued   = errors.New("what was downloaded was not issued to Alipay by the issuers in the Secret")
	errNotThatOne  = errors.New("what was downloaded is another certificate")
	errOutOfDate   = errors.New("it has expired or is not valid yet by this machine's clock")
	errNoneInReply = errors.New("the answer to the download holds no certificate")
)

// learn downloads the certificate with the number sn, unless a download was tried within the last minute.
func (c *Client) learn(ctx context.Context, sn string) error {
	if !snPattern.MatchString(sn) {
		return errNotASN
	}
	select {
	case c.keys.downloading <- struct{}{}:
		defer func() { <-c.keys.downloading }()
	case <-ctx.Done():
		return &httpx.Failure{Host: "waiting for another download of Alipay's certificate", Cause: ctx.Err()}
	}
	if c.keys.keyFor(sn, c.now()) != nil {
		return nil
	}
	if tried, lastErr := c.keys.lastTry(); lastErr != nil && c.now().Sub(tried) < downloadPause {
		return lastErr // the same words for the same problem, without asking again
	}
	certificate, err := c.download(ctx, sn)
	if ctx.Err() == nil || err == nil { // that a caller gave up says nothing to others
		c.keys.store(sn, certificate, c.now(), err)
	}
	return err
}

// download fetches a certificate. Its reply is signed with the very key that is missing, so the trust is in the certificate: it
// must have been issued as the configured one was, and to whom that was. The apps' certificates come from the same issuer, but are
// not issued to Alipay.
func (c *Client) download(ctx context.Context, sn string) (*x509.Certificate, error) {
	call, err := newCall(call{op: OperationCertificates, method: downloadMethod, own: true}, lenient.Object{certSNField: sn})
	if err != nil {
		return nil, err
	}
	reply, err := c.send(ctx, call)
	if err != nil {
		return nil, err
	}
	if !reply.succeeded() {
		return nil, rejection(call, reply, false, c.now())
	}
	content, err := base64.StdEncoding.DecodeString(lenient.Text(reply.node, "alipay_cert_content"))
	if err != nil {
		return nil, errNoneInReply
	}
	found := parseCertificates(content)
	if len(found) == 0 {
		return nil, errNoneInReply
	}
	leaf := found[0]
	own := c.keys.own
	switch now := c.now(); {
	case certificateSN(leaf) != sn:
		return nil, errNotThatOne
	case now.After(leaf.NotAfter) || now.Before(leaf.NotBefore):
		return nil, errOutOfDate
	case rsaKeyOf(leaf) == nil || leaf.Subject.CommonName != own.alipay.Subject.CommonName ||
		!own.trusts(leaf, found[1:]):
		return nil, errNotIssued
	}
	return leaf, nil
}
