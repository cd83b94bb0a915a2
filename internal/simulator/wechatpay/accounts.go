package wechatpay

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
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

var kindsOfKeys = []string{MerchantKey, PlatformCertificate, PublicKey}

// Account is a merchant id with its keys and the gateway's keys for it.
type Account struct {
	Mchid string

	dir      *statedir.Dir
	apiV3Key string
	keys     *keys.Ring

	// changing is held while the keys are changed and kept.
	changing sync.Mutex
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
func newAccount(mchid string, source keys.Source, dir *statedir.Dir, data []byte, now time.Time) (*Account, error) {
	if !mchidForm.MatchString(mchid) {
		return nil, fmt.Errorf("merchant id %q: write 8 to 15 digits", mchid)
	}
	a := &Account{Mchid: mchid, dir: dir, apiV3Key: (rand.Text() + rand.Text())[:32]}
	var kept *keys.KeptRing
	if data != nil {
		var account keptAccount
		if err := json.Unmarshal(data, &account); err != nil {
			return nil, err
		}
		a.apiV3Key, kept = account.APIv3Key, &account.KeptRing
	}
	var err error
	if a.keys, err = keys.NewRing("merchant "+mchid, kindsOfKeys, makerOf(mchid, source), kept, now); err != nil {
		return nil, err
	}
	return a, a.keep()
}

func makerOf(mchid string, source keys.Source) keys.Maker {
	return func(kind string, n int, notBefore time.Time) (*keys.Pair, error) {
		key, err := source(fmt.Sprintf("wechatpay/%s/%s/%d", mchid, kind, n))
		switch {
		case err != nil:
			return nil, err
		case kind == PublicKey:
			digest := sha256.Sum256(key.N.Bytes())
			digits := new(big.Int).SetBytes(digest[:]).Text(10)
			return &keys.Pair{ID: "PUB_KEY_ID_01" + digits[:30], Key: key, NotBefore: notBefore}, nil
		case kind == MerchantKey:
			return keys.NewPair(key, "simulated merchant "+mchid, notBefore)
		default:
			return keys.NewPair(key, "simulated WeChat Pay", notBefore)
		}
	}
}

// Rotate makes a new key beside the present ones, which stay good until they are retired.
func (a *Account) Rotate(kind string) (id string, err error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	if id, err = a.keys.Rotate(kind); err != nil {
		return "", err
	}
	return id, a.keep()
}

// Retire makes a key or certificate useless. The last one of its kind stays.
func (a *Account) Retire(id string) error {
	a.changing.Lock()
	defer a.changing.Unlock()
	if err := a.keys.Retire(id); err != nil {
		return err
	}
	return a.keep()
}

// Credentials hands out the newest keys.
func (a *Account) Credentials() (Credentials, error) {
	merchant, public := a.keys.Newest(MerchantKey), a.keys.Newest(PublicKey)
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
		APIv3Key: a.apiV3Key, PublicKeyID: public.ID, PublicKeyPEM: publicPEM,
	}, nil
}

// Info shows the public side.
func (a *Account) Info() AccountInfo {
	info := AccountInfo{Vendor: "wechatpay", Mchid: a.Mchid, MerchantCertificates: a.certificates(MerchantKey), PlatformCertificates: a.certificates(PlatformCertificate)}
	for _, p := range a.keys.All(PublicKey) {
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
	for _, p := range a.keys.All(kind) {
		infos = append(infos, CertificateInfo{SerialNo: p.ID, EffectiveTime: p.NotBefore, ExpireTime: p.NotAfter, Certificate: string(p.CertPEM)})
	}
	return infos
}

// keptAccount is an account in the state directory.
type keptAccount struct {
	APIv3Key string `json:"apiV3Key"`
	keys.KeptRing
}

const kindAccounts = "accounts"

// keep writes the account to the state directory.
func (a *Account) keep() error {
	ring, err := a.keys.Keep()
	if err != nil {
		return err
	}
	return a.dir.Write(kindAccounts, a.Mchid, keptAccount{a.apiV3Key, ring})
}
