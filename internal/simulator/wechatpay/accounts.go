package wechatpay

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
)

var mchidForm = regexp.MustCompile(`^[0-9]{8,15}$`)

// The kinds of keys that a merchant has.
const (
	MerchantKey         = "merchantKey"
	PlatformCertificate = "platformCertificate"
	PublicKey           = "publicKey"
)

// Account is a merchant id with its keys and the gateway's keys for it. In each list the newest is last.
type Account struct {
	Mchid string

	source keys.Source
	dir    *statedir.Dir

	mu       sync.RWMutex
	apiV3Key string
	made     int
	pairs    map[string][]*keys.Pair
}

// Credentials are what the merchant console would hand out. They hold secrets.
type Credentials struct {
	Mchid string
	// SerialNo is the serial number of the merchant API certificate.
	SerialNo string
	// PrivateKeyPEM is apiclient_key.pem, CertificatePEM apiclient_cert.pem.
	PrivateKeyPEM, CertificatePEM []byte
	// APIv3Key has 32 bytes.
	APIv3Key string
	// PublicKeyID and PublicKeyPEM are the WeChat Pay public key, pub_key.pem.
	PublicKeyID  string
	PublicKeyPEM []byte
}

// CertificateInfo is the public side of a certificate.
type CertificateInfo struct {
	SerialNo      string    `json:"serialNo"`
	EffectiveTime time.Time `json:"effectiveTime"`
	ExpireTime    time.Time `json:"expireTime"`
	Certificate   string    `json:"certificate"`
}

// PublicKeyInfo is a bare public key.
type PublicKeyInfo struct {
	ID        string `json:"id"`
	PublicKey string `json:"publicKey"`
}

// AccountInfo is what may be shown of an account: never a private key, never the APIv3 key.
type AccountInfo struct {
	Vendor               string            `json:"vendor"`
	Mchid                string            `json:"mchid"`
	MerchantCertificates []CertificateInfo `json:"merchantCertificates"`
	PlatformCertificates []CertificateInfo `json:"platformCertificates"`
	PublicKeys           []PublicKeyInfo   `json:"publicKeys"`
}

// newAccount loads a merchant's keys, or makes them.
func newAccount(mchid string, source keys.Source, dir *statedir.Dir, kept []byte, now time.Time) (*Account, error) {
	if !mchidForm.MatchString(mchid) {
		return nil, fmt.Errorf("merchant id %q: write 8 to 15 digits", mchid)
	}
	a := &Account{Mchid: mchid, source: source, dir: dir, pairs: map[string][]*keys.Pair{}}
	if kept != nil {
		return a, a.restore(kept)
	}
	a.apiV3Key = (rand.Text() + rand.Text())[:32]
	// Certificates begin in the past, each an hour after the one before, so that "the newest" is
	// never a tie and never in the future however fast they are rotated.
	began := now.AddDate(0, 0, -60)
	for _, kind := range []string{MerchantKey, PlatformCertificate, PublicKey} {
		pair, err := a.make(kind, began)
		if err != nil {
			return nil, err
		}
		a.pairs[kind] = []*keys.Pair{pair}
	}
	return a, a.keep()
}

func (a *Account) make(kind string, notBefore time.Time) (*keys.Pair, error) {
	key, err := a.source(fmt.Sprintf("wechatpay/%s/%s/%d", a.Mchid, kind, a.made))
	if err != nil {
		return nil, err
	}
	a.made++
	if kind == PublicKey {
		digest := sha256.Sum256(key.N.Bytes())
		digits := new(big.Int).SetBytes(digest[:]).Text(10)
		return &keys.Pair{ID: "PUB_KEY_ID_01" + digits[:30], Key: key, NotBefore: notBefore}, nil
	}
	name := "simulated WeChat Pay"
	if kind == MerchantKey {
		name = "simulated merchant " + a.Mchid
	}
	return keys.NewPair(key, name, notBefore)
}

// Rotate makes a new key beside the present ones, which stay good until they are retired.
func (a *Account) Rotate(kind string) (id string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	present := a.pairs[kind]
	if len(present) == 0 {
		return "", fmt.Errorf("there is nothing called %q to rotate: %s, %s or %s", kind, MerchantKey, PlatformCertificate, PublicKey)
	}
	pair, err := a.make(kind, present[len(present)-1].NotBefore.Add(time.Hour))
	if err != nil {
		return "", err
	}
	a.pairs[kind] = append(slices.Clip(present), pair)
	return pair.ID, a.keep()
}

// Retire makes a key or certificate useless. The last one of its kind stays.
func (a *Account) Retire(id string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for kind, pairs := range a.pairs {
		i := slices.IndexFunc(pairs, func(p *keys.Pair) bool { return p.ID == id })
		if i < 0 {
			continue
		}
		if len(pairs) == 1 {
			return fmt.Errorf("%s is the only %s of merchant %s: rotate first", id, kind, a.Mchid)
		}
		a.pairs[kind] = slices.Delete(slices.Clone(pairs), i, i+1)
		return a.keep()
	}
	return fmt.Errorf("merchant %s has no key %s", a.Mchid, id)
}

// Credentials hands out the newest keys.
func (a *Account) Credentials() (Credentials, error) {
	merchant, public := a.newest(MerchantKey), a.newest(PublicKey)
	private, err := keys.PrivatePEM(merchant.Key)
	if err != nil {
		return Credentials{}, err
	}
	publicPEM, err := keys.PublicPEM(public.Key)
	if err != nil {
		return Credentials{}, err
	}
	return Credentials{
		Mchid: a.Mchid, SerialNo: merchant.ID, PrivateKeyPEM: private, CertificatePEM: merchant.CertPEM,
		APIv3Key: a.secret(), PublicKeyID: public.ID, PublicKeyPEM: publicPEM,
	}, nil
}

// Info shows the public side.
func (a *Account) Info() AccountInfo {
	info := AccountInfo{Vendor: "wechatpay", Mchid: a.Mchid, MerchantCertificates: a.certificates(MerchantKey), PlatformCertificates: a.certificates(PlatformCertificate)}
	for _, p := range a.all(PublicKey) {
		text, err := keys.PublicPEM(p.Key)
		if err != nil {
			continue // cannot be: the key was made by crypto/rsa
		}
		info.PublicKeys = append(info.PublicKeys, PublicKeyInfo{ID: p.ID, PublicKey: string(text)})
	}
	return info
}

func (a *Account) certificates(kind string) []CertificateInfo {
	var infos []CertificateInfo
	for _, p := range a.all(kind) {
		infos = append(infos, CertificateInfo{SerialNo: p.ID, EffectiveTime: p.NotBefore, ExpireTime: p.NotAfter, Certificate: string(p.CertPEM)})
	}
	return infos
}

func (a *Account) secret() string {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.apiV3Key
}

func (a *Account) all(kind string) []*keys.Pair {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.Clone(a.pairs[kind])
}

func (a *Account) newest(kind string) *keys.Pair {
	a.mu.RLock()
	defer a.mu.RUnlock()
	pairs := a.pairs[kind]
	return pairs[len(pairs)-1]
}

func (a *Account) find(kind, id string) *keys.Pair {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, p := range a.pairs[kind] {
		// Serial numbers are hex: some clients write them in lower case.
		if strings.EqualFold(p.ID, id) {
			return p
		}
	}
	return nil
}

// keptAccount is an account in the state directory.
type keptAccount struct {
	APIv3Key string                `json:"apiV3Key"`
	Made     int                   `json:"made"`
	Pairs    map[string][]keptPair `json:"pairs"`
}

type keptPair struct {
	ID        string    `json:"id"`
	Key       string    `json:"key"`
	Cert      string    `json:"cert,omitempty"`
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
}

const kindAccounts = "accounts"

// keep writes the account to the state directory. The caller holds the lock or is alone.
func (a *Account) keep() error {
	if a.dir == nil {
		return nil
	}
	kept := keptAccount{APIv3Key: a.apiV3Key, Made: a.made, Pairs: map[string][]keptPair{}}
	for kind, pairs := range a.pairs {
		for _, p := range pairs {
			text, err := keys.PrivatePEM(p.Key)
			if err != nil {
				return err
			}
			kept.Pairs[kind] = append(kept.Pairs[kind], keptPair{ID: p.ID, Key: string(text), Cert: string(p.CertPEM), NotBefore: p.NotBefore, NotAfter: p.NotAfter})
		}
	}
	return a.dir.Write(kindAccounts, a.Mchid, kept)
}

func (a *Account) restore(data []byte) error {
	var kept keptAccount
	if err := json.Unmarshal(data, &kept); err != nil {
		return err
	}
	a.apiV3Key, a.made = kept.APIv3Key, kept.Made
	for kind, pairs := range kept.Pairs {
		for _, p := range pairs {
			key, err := keys.ParsePrivatePEM([]byte(p.Key))
			if err != nil {
				return err
			}
			a.pairs[kind] = append(a.pairs[kind], &keys.Pair{ID: p.ID, Key: key, CertPEM: []byte(p.Cert), NotBefore: p.NotBefore, NotAfter: p.NotAfter})
		}
	}
	for _, kind := range []string{MerchantKey, PlatformCertificate, PublicKey} {
		if len(a.pairs[kind]) == 0 {
			return fmt.Errorf("account %s has no %s", a.Mchid, kind)
		}
	}
	return nil
}
