package alipay

import (
	"crypto/rand"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
)

// Mode is how an app and the gateway know each other's keys.
type Mode string

// The modes. An app has one of them.
const (
	// PublicKey mode: each side has the other's bare public key.
	PublicKey Mode = "PublicKey"
	// Certificate mode: requests and replies name certificates by their serial numbers.
	Certificate Mode = "Certificate"
)

// The kinds of keys that an app has.
const (
	// AppKey signs requests.
	AppKey = "appKey"
	// AlipayKey signs replies and messages.
	AlipayKey = "alipayKey"
)

var (
	appIDForm    = regexp.MustCompile(`^[0-9]{8,32}$`)
	merchantForm = regexp.MustCompile(`^2088[0-9]{12}$`)
)

// AppOptions make an app.
type AppOptions struct {
	// AppID has 8 to 32 digits (app_id).
	AppID string
	// Mode is PublicKey when empty.
	Mode Mode
	// AgencyMerchants are merchants (PID, 2088 and 12 digits) that granted the app a token.
	AgencyMerchants []string
	// NotifyURL takes the app's messages, {appId} in it stands for the app's id; when empty, what the state directory
	// says, or nothing.
	NotifyURL string
}

// App is an application with its keys and the gateway's keys for it.
type App struct {
	// AppID is the app_id.
	AppID string
	// Mode is how the app signs.
	Mode Mode
	// Merchant is the app's own PID.
	Merchant string
	// AgencyMerchants are the merchants that granted it a token.
	AgencyMerchants []string

	authority *authority
	dir       *statedir.Dir
	keys      *keys.Ring
	tokens    map[string]string // by merchant

	mu        sync.RWMutex
	notifyURL string
}

// Credentials are what the developer console would hand out. They hold secrets.
type Credentials struct {
	AppID string
	Mode  Mode
	// Merchant is the app's own PID.
	Merchant string
	// PrivateKeyPEM is app_private_key.pem, PKCS#8.
	PrivateKeyPEM []byte
	// AlipayPublicKeyPEM is alipay_public_key.pem, for public-key mode.
	AlipayPublicKeyPEM []byte
	// AppCertPEM, AlipayCertPEM and RootCertPEM are appCertPublicKey.crt, alipayCertPublicKey_RSA2.crt and
	// alipayRootCert.crt, for certificate mode.
	AppCertPEM, AlipayCertPEM, RootCertPEM []byte
	// AppAuthTokens are the tokens (app_auth_token) by merchant.
	AppAuthTokens map[string]string
}

// newApp loads an app's keys, or makes them.
func newApp(o AppOptions, authority *authority, source keys.Source, dir *statedir.Dir, data []byte, now time.Time) (*App, error) {
	if !appIDForm.MatchString(o.AppID) {
		return nil, fmt.Errorf("app id %q: write 8 to 32 digits", o.AppID)
	}
	if o.Mode == "" {
		o.Mode = PublicKey
	}
	if o.Mode != PublicKey && o.Mode != Certificate {
		return nil, fmt.Errorf("app %s: mode %q: write %s or %s", o.AppID, o.Mode, PublicKey, Certificate)
	}
	for i, merchant := range o.AgencyMerchants {
		if !merchantForm.MatchString(merchant) || slices.Contains(o.AgencyMerchants[:i], merchant) {
			return nil, fmt.Errorf("app %s: agency merchant %q: write 2088 and 12 digits, each merchant once", o.AppID, merchant)
		}
	}
	a := &App{AppID: o.AppID, Mode: o.Mode, Merchant: ownMerchant(o.AppID), AgencyMerchants: o.AgencyMerchants, authority: authority, dir: dir, tokens: map[string]string{}}
	var kept *keys.KeptRing
	if data != nil {
		var app keptApp
		if err := decode(data, &app); err != nil {
			return nil, err
		}
		kept, a.notifyURL = &app.KeptRing, app.NotifyURL
		maps.Copy(a.tokens, app.Tokens)
	}
	var err error
	if a.keys, err = keys.NewRing("app "+o.AppID, []string{AppKey, AlipayKey}, a.maker(source), kept, now); err != nil {
		return nil, err
	}
	for _, merchant := range o.AgencyMerchants {
		if a.tokens[merchant] == "" {
			a.tokens[merchant] = now.In(beijing).Format("200601") + "BB" + strings.ToLower(rand.Text())
		}
	}
	if o.NotifyURL != "" {
		if err := a.setNotifyURL(o.NotifyURL); err != nil {
			return nil, err
		}
	}
	return a, a.keep()
}

// ownMerchant makes a PID of an app id's last digits.
func ownMerchant(appID string) string {
	digits := strings.Repeat("0", 12) + appID
	return "2088" + digits[len(digits)-12:]
}

func (a *App) maker(source keys.Source) keys.Maker {
	return func(kind string, n int, began time.Time) (*keys.Pair, error) {
		key, err := source(fmt.Sprintf("alipay/%s/%s/%d", a.AppID, kind, n))
		if err != nil {
			return nil, err
		}
		commonName := "simulated app " + a.AppID
		if kind == AlipayKey {
			commonName = "simulated Alipay for " + a.AppID
		}
		return a.authority.pair(key, commonName, began)
	}
}

// Rotate makes a new key beside the present ones and says its certificate's serial number. A new AlipayKey signs from
// now on; requests may be signed with any AppKey until it is retired.
func (a *App) Rotate(kind string) (sn string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if sn, err = a.keys.Rotate(kind); err != nil {
		return "", err
	}
	return sn, a.keep()
}

// Retire makes a key useless, by its certificate's serial number. The last one of its kind stays.
func (a *App) Retire(sn string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.keys.Retire(sn); err != nil {
		return err
	}
	return a.keep()
}

// Credentials hands out the newest keys.
func (a *App) Credentials() (Credentials, error) {
	app, alipay := a.keys.Newest(AppKey), a.keys.Newest(AlipayKey)
	private, err := keys.PrivatePEM(app.Key)
	if err != nil {
		return Credentials{}, err
	}
	public, err := keys.PublicPEM(alipay.Key)
	if err != nil {
		return Credentials{}, err
	}
	tokens := map[string]string{}
	for _, merchant := range a.AgencyMerchants {
		tokens[merchant] = a.tokens[merchant]
	}
	return Credentials{
		AppID: a.AppID, Mode: a.Mode, Merchant: a.Merchant, PrivateKeyPEM: private, AlipayPublicKeyPEM: public,
		AppCertPEM: app.CertPEM, AlipayCertPEM: slices.Concat(alipay.CertPEM, a.authority.issuerPEM), RootCertPEM: a.authority.rootsPEM,
		AppAuthTokens: tokens,
	}, nil
}

// NotifyURL is where messages go; empty when nowhere.
func (a *App) NotifyURL() string {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.notifyURL
}

// merchantOf finds the merchant that a token is a grant of.
func (a *App) merchantOf(token string) (merchant string, known bool) {
	for _, merchant := range a.AgencyMerchants {
		if a.tokens[merchant] == token {
			return merchant, true
		}
	}
	return "", false
}

const kindApps = "alipay-apps"

// keptApp is an app in the state directory.
type keptApp struct {
	keys.KeptRing
	Tokens    map[string]string `json:"tokens,omitempty"`
	NotifyURL string            `json:"notifyUrl,omitempty"`
}

// keep writes the app to the state directory. The caller holds the lock or is alone.
func (a *App) keep() error {
	ring, err := a.keys.Keep()
	if err != nil {
		return err
	}
	return a.dir.Write(kindApps, a.AppID, keptApp{ring, a.tokens, a.notifyURL})
}
