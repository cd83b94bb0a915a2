package wechatpay

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/httpx"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

const (
	certificatesPath = "/v3/certificates"
	// refreshAfter is the age at which the next call first downloads the certificates again.
	refreshAfter = 12 * time.Hour
	// refreshPause is the least time between downloads while there is something to verify
	// with: the serial that causes one comes from the other side.
	refreshPause = time.Minute

	algorithmGCM = "AEAD_AES_256_GCM"
	// gcmNonceLength: crypto/cipher panics on any other.
	gcmNonceLength = 12
)

// keyStore holds the keyring in use and lets one download happen at a time.
type keyStore struct {
	// downloading is held by whoever downloads; a channel, so that waiting ends with the context.
	downloading chan struct{}

	mu      sync.RWMutex
	keys    *keyring
	fetched time.Time // of the last successful download
	tried   time.Time // of the last one
	lastErr error
}

func newKeyStore(keys *keyring) *keyStore {
	return &keyStore{keys: keys, downloading: make(chan struct{}, 1)}
}

func (s *keyStore) current() *keyring {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.keys
}

func (s *keyStore) times() (fetched, tried time.Time, lastErr error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.fetched, s.tried, s.lastErr
}

// store records a download's end; keys is nil when it failed.
func (s *keyStore) store(keys *keyring, now time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried, s.lastErr = now, err
	if keys != nil {
		s.keys, s.fetched = keys, now
	}
}

// acquire waits for other downloads, at most as long as ctx lasts.
func (s *keyStore) acquire(ctx context.Context) (release func(), err error) {
	select {
	case s.downloading <- struct{}{}:
		return func() { <-s.downloading }, nil
	case <-ctx.Done():
		return nil, noAnswer(certificatesCall(),
			&httpx.Failure{Host: "waiting for another download of the platform certificates", Cause: ctx.Err()})
	}
}

// VerifiesWith lists the serials that replies are verified with at present: the public key's
// id first, then those of the platform certificates. In certificate mode it is empty until
// the first call.
func (c *Client) VerifiesWith() []string { return c.keys.current().serials() }

// prepareKeys makes sure that a reply can be verified before anything is sent. With a public
// key it does nothing: certificates are then downloaded when a reply names one.
func (c *Client) prepareKeys(ctx context.Context) error {
	if c.credentials.PublicKeyID() != "" || c.fresh() {
		return nil
	}
	release, err := c.keys.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	if c.fresh() {
		return nil
	}
	if err := c.download(ctx); err != nil && c.keys.current().accepts(c.now()) == "" {
		return err
	}
	// A failed refresh is no reason to stop: the certificates held are valid for years.
	return nil
}

// fresh reports whether valid certificates are held, and young enough or tried just now.
func (c *Client) fresh() bool {
	now := c.now()
	if c.keys.current().accepts(now) == "" {
		return false
	}
	fetched, tried, _ := c.keys.times()
	return now.Sub(fetched) < refreshAfter || now.Sub(tried) < refreshPause
}

// learn downloads the certificates because a reply named one that is not held.
func (c *Client) learn(ctx context.Context, serial string) error {
	release, err := c.keys.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	if c.keys.current().holds(serial, c.now()) {
		return nil
	}
	if _, tried, lastErr := c.keys.times(); c.now().Sub(tried) < refreshPause {
		return lastErr // the same words for the same problem, without asking again
	}
	return c.download(ctx)
}

func certificatesCall() call {
	return call{op: OperationCertificates, method: http.MethodGet, path: certificatesPath}
}

// download fetches, decrypts and stores the platform certificates (获取平台证书列表). Only
// the holder of keys.downloading may call it.
//
// Trust: each certificate is encrypted with the APIv3 key, which only the merchant and
// WeChat Pay know, and the reply must verify with one of the keys held or just decrypted.
func (c *Client) download(ctx context.Context) error {
	keys, err := c.fetchKeyring(ctx)
	switch {
	case err == nil:
		c.keys.store(keys, c.now(), nil)
	case ctx.Err() == nil: // else one caller gave up, which says nothing to the others
		c.keys.store(nil, c.now(), err)
	}
	return err
}

func (c *Client) fetchKeyring(ctx context.Context) (*keyring, error) {
	call := certificatesCall()
	keys, err := c.fetchCertificates(ctx, call)
	unknown, ok := asSignatureError(err)
	if !ok || keys.publicKey != nil || !strings.HasPrefix(unknown.serial, publicKeyIDPrefix) {
		return keys, err
	}
	// Not asked for any key, the gateway signed with a public key that is not held. What was
	// decrypted names a certificate that it can be asked to sign with.
	call.accept = keys.accepts(c.now())
	return c.fetchCertificates(ctx, call)
}

// fetchCertificates makes one download. The keyring comes back also when the reply is not
// verified by it, with a *signatureError in the chain; it is not to be used then.
func (c *Client) fetchCertificates(ctx context.Context, call call) (*keyring, error) {
	reply, err := c.send(ctx, call)
	if err != nil {
		return nil, err
	}
	if !reply.successful() {
		return nil, c.rejection(ctx, call, reply)
	}
	certificates, err := decryptCertificates(reply.body, c.credentials.read().apiV3Key, c.now())
	if err != nil {
		return nil, badCertificates(call, reply, err)
	}
	keys := c.keys.current().with(certificates)
	if err := keys.verify(ctx, reply.header, reply.body, c.now()); err != nil {
		return keys, untrusted(call, reply, err)
	}
	return keys, nil
}

// The texts are stable and hold nothing of the reply.
var (
	errNoCertificates = errors.New("the reply lists no certificates")
	errWrongKey       = errors.New("the certificates cannot be decrypted with the APIv3 key")
	errBadCertificate = errors.New("the reply holds no certificate that is valid now")
)

// decryptCertificates returns the valid certificates of a reply by serial number. Items that
// cannot be used are left out as long as one can.
func decryptCertificates(body []byte, apiV3Key string, now time.Time) (map[string]*x509.Certificate, error) {
	reply, err := lenient.Decode(body)
	if err != nil {
		return nil, err
	}
	items, _ := reply["data"].([]any)
	if len(items) == 0 {
		return nil, errNoCertificates
	}
	certificates := map[string]*x509.Certificate{}
	var first error
	for _, item := range items {
		entry, _ := item.(object)
		serial, certificate, err := decryptCertificate(entry, apiV3Key, now)
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		certificates[serial] = certificate
	}
	if len(certificates) == 0 {
		return nil, first
	}
	return certificates, nil
}

func decryptCertificate(entry object, apiV3Key string, now time.Time) (string, *x509.Certificate, error) {
	sealed := lenient.Child(entry, "encrypt_certificate")
	nonce := lenient.Text(sealed, "nonce")
	algorithm := lenient.Text(sealed, "algorithm")
	if algorithm != "" && algorithm != algorithmGCM || len(nonce) != gcmNonceLength {
		return "", nil, errBadCertificate
	}
	pem, err := utils.DecryptAES256GCM(apiV3Key, lenient.Text(sealed, "associated_data"), nonce, lenient.Text(sealed, "ciphertext"))
	if err != nil {
		return "", nil, errWrongKey
	}
	certificate, err := parseCertificate([]byte(pem))
	if err != nil || !now.Before(certificate.NotAfter) {
		return "", nil, errBadCertificate
	}
	serial := utils.GetCertificateSerialNumber(*certificate)
	if named := normaliseSerial(lenient.Text(entry, "serial_no")); named != "" {
		if !sameSerial(named, serial) {
			return "", nil, errBadCertificate
		}
		serial = named // replies name it in this spelling
	}
	return strings.ToUpper(serial), certificate, nil
}

// Probe makes one signed, harmless call (获取平台证书列表) that proves that the gateway
// accepts merchant id, serial number and private key. The certificates that it brings are
// used from then on. Failures are *providers.Error; KindAuth says that the credentials, or
// the clock, are wrong.
func (c *Client) Probe(ctx context.Context) error {
	release, err := c.keys.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	if c.credentials.HasAPIv3Key() {
		err = c.download(ctx)
	} else {
		err = c.probeWithoutAPIv3Key(ctx)
	}
	if c.credentials.PublicKeyID() != "" && meansNoCertificates(err) {
		return nil // accepted: this merchant has the public key only
	}
	return err
}

// meansNoCertificates: 404 RESOURCE_NOT_EXISTS, or an empty list.
func meansNoCertificates(err error) bool {
	var e *providers.Error
	return errors.Is(err, errNoCertificates) || errors.As(err, &e) && e.Code == codeResourceNotExists
}

// badCertificates maps what decryptCertificates reports.
func badCertificates(call call, reply answer, err error) *providers.Error {
	switch {
	case errors.Is(err, errNoCertificates):
		return incomplete(call, reply, outcomeNoCertificates, err)
	case errors.Is(err, errWrongKey), errors.Is(err, errBadCertificate):
		return incomplete(call, reply, outcomeBadCertificates, err)
	}
	return incomplete(call, reply, outcomeIncomplete, err)
}

// probeWithoutAPIv3Key asks for certificates that it could not decrypt; being answered is
// what counts. A reply signed with a platform certificate (whether this endpoint honours the
// public key is not documented) cannot be verified and is taken all the same: nothing of it
// is used, and every later reply must verify before it is believed.
func (c *Client) probeWithoutAPIv3Key(ctx context.Context) error {
	call := certificatesCall()
	reply, err := c.send(ctx, call)
	if err != nil {
		return err
	}
	if !reply.successful() {
		return c.rejection(ctx, call, reply)
	}
	err = c.keys.current().verify(ctx, reply.header, reply.body, c.now())
	unknown, ok := asSignatureError(err)
	if ok && unknown.serial != "" && !strings.HasPrefix(unknown.serial, publicKeyIDPrefix) {
		return nil
	}
	if err != nil {
		return untrusted(call, reply, err)
	}
	return nil
}
